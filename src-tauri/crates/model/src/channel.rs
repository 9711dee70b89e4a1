//! How a contact reaches us.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

/// The channel of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// The web chat: both sides may be there at the same time.
    Chat,
    /// A message left while nobody was there; answered when somebody is.
    Form,
    /// The telephone.
    Voice,
}

impl Channel {
    /// Every channel, in the order in which people read them.
    pub const ALL: [Channel; 3] = [Channel::Chat, Channel::Voice, Channel::Form];

    /// The name used in files and columns.
    pub fn as_str(self) -> &'static str {
        match self {
            Channel::Chat => "chat",
            Channel::Form => "form",
            Channel::Voice => "voice",
        }
    }
}
