//! Where a call comes from: the queue's offer and the telephone's INVITE.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use super::Party;
use crate::{At, ConversationId};

/// What an offer and the INVITE of the same call have in common: a header of SIP, or Asterisk's Linkedid.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(transparent)]
#[ts(type = "string")]
#[schema(value_type = String)]
pub struct Correlation(pub String);

/// One line of the telephone: SIP's Call-ID.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(transparent)]
#[ts(type = "string")]
#[schema(value_type = String)]
pub struct Leg(pub String);

/// A call that the queue holds out to the advisor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct Offer {
    /// Whose call.
    pub conversation: ConversationId,
    /// What the INVITE of it will name.
    pub correlation: Correlation,
    /// Since when it waits.
    pub queued_at: At,
    /// When the offer runs out.
    pub until: At,
}

/// A call that arrives at the telephone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invite {
    /// On which line.
    pub leg: Leg,
    /// Which offer it belongs to, if it says so.
    pub correlation: Option<Correlation>,
    /// Who calls.
    pub from: Party,
}
