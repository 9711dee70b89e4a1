//! Who is there, for what, and how much more they can take.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::{At, Channel, PersonId, Slug};

/// Whether a person can be offered work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PresenceState {
    /// Takes offers, up to their capacity.
    Available,
    /// At the desk, takes only what is transferred to them by name.
    Busy,
    /// On a break, or set away after an unanswered offer; the reason says which.
    Away,
    /// Not signed in, or out of reach for longer than the presence timeout.
    Offline,
}

impl PresenceState {
    /// The name used in columns.
    pub fn as_str(self) -> &'static str {
        match self {
            PresenceState::Available => "available",
            PresenceState::Busy => "busy",
            PresenceState::Away => "away",
            PresenceState::Offline => "offline",
        }
    }
}

/// One channel of a person's presence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct ChannelLoad {
    /// Which channel.
    pub channel: Channel,
    /// Whether the person takes offers on it.
    pub open: bool,
    /// Conversations that count now: owned and live, offered, or in wrap-up.
    pub load: u32,
    /// How many may count at once.
    pub capacity: u32,
}

/// A person's presence, as the service sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct Presence {
    /// Who.
    pub person: PersonId,
    /// Whether they can be offered work.
    pub state: PresenceState,
    /// Why, when away: a break reason of the workspace, or `missed-offer`.
    pub reason: Option<Slug>,
    /// When this state began.
    pub since: At,
    /// "Finish what I have, take no more."
    pub finishing: bool,
    /// Per channel: open or not, load and capacity.
    pub channels: Vec<ChannelLoad>,
    /// True while they are in wrap-up with at least one conversation.
    pub wrapping_up: bool,
}

/// The reason the service writes when it sets somebody away after an unanswered offer (RONA).
pub const MISSED_OFFER: &str = "missed-offer";
