//! One contact, on any channel. It has one owner at a time.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::{
    At, Channel, ConversationId, CustomerId, IdentityKind, PersonId, Personal, ScoreKind, Slug,
    call::CallRecord,
};

/// Where a conversation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConversationState {
    /// In its queue, perhaps offered to somebody.
    Waiting,
    /// Owned and open.
    Active,
    /// Owned, put aside until a time.
    Snoozed,
    /// Answered; the owner writes up what it was.
    WrapUp,
    /// Done.
    Resolved,
    /// The customer left before anybody answered.
    Abandoned,
}

impl ConversationState {
    /// The name used in columns.
    pub fn as_str(self) -> &'static str {
        match self {
            ConversationState::Waiting => "waiting",
            ConversationState::Active => "active",
            ConversationState::Snoozed => "snoozed",
            ConversationState::WrapUp => "wrap_up",
            ConversationState::Resolved => "resolved",
            ConversationState::Abandoned => "abandoned",
        }
    }

    /// Whether nothing more is expected to happen.
    pub fn is_closed(self) -> bool {
        matches!(self, ConversationState::Resolved | ConversationState::Abandoned)
    }
}

/// Which side spoke last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The customer.
    Customer,
    /// Us: an advisor or the assistant.
    Company,
}

/// The last thing said, for the row in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct LastWords {
    /// Who said it.
    pub side: Side,
    /// The first 140 characters.
    pub text: Personal,
    /// When.
    pub at: At,
}

/// One line of what the assistant and the customer said before the hand-over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BotLine {
    /// Who said it.
    pub side: Side,
    /// The words.
    pub text: Personal,
}

/// What the assistant knows when it hands over, and why it gave up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HandOver {
    /// Why it gave up, in its words.
    pub reason: String,
    /// What it had found out: `order` → `48-2291`.
    #[serde(default)]
    pub slots: BTreeMap<String, Personal>,
    /// What was said.
    #[serde(default)]
    pub transcript: Vec<BotLine>,
}

/// The promise on the next answer: the bar that drains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct Promise {
    /// The customer's oldest unanswered message.
    pub from: At,
    /// When an answer is due.
    pub due: At,
}

/// A known customer whom the visitor of a conversation may be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct MayBe {
    /// The known customer.
    pub customer: CustomerId,
    /// Their name.
    pub name: Personal,
    /// The kind of identity that both have.
    pub because: IdentityKind,
}

/// One contact of one customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct Conversation {
    /// Which.
    pub id: ConversationId,
    /// With whom.
    pub customer: CustomerId,
    /// On which channel.
    pub channel: Channel,
    /// The queue it belongs to.
    pub queue: Slug,
    /// Where it stands.
    pub state: ConversationState,
    /// Who has it. Nobody while it waits.
    pub owner: Option<PersonId>,
    /// The first words, as its name in lists.
    pub subject: Personal,
    /// The language the customer writes, when known.
    pub language: Option<Slug>,
    /// The contact reason.
    pub reason: Option<Slug>,
    /// When it began.
    pub opened_at: At,
    /// Since when it waits, while it waits.
    pub waiting_since: Option<At>,
    /// When an advisor first answered.
    pub answered_at: Option<At>,
    /// The promise on the next answer; nothing when no answer is owed.
    pub promise: Option<Promise>,
    /// The last thing said.
    pub last: Option<LastWords>,
    /// The highest `n` given to a line.
    pub lines: u32,
    /// The highest `n` that the customer has seen.
    pub seen_by_customer: u32,
    /// The highest `n` that the owner has read.
    pub read_by_owner: u32,
    /// Customer's lines above `read_by_owner`.
    pub unread: u32,
    /// The customer has been silent so long that it no longer counts against capacity.
    pub parked: bool,
    /// Until when it is put aside.
    pub snoozed_until: Option<At>,
    /// When wrap-up should end.
    pub wrap_up_until: Option<At>,
    /// The outcome chosen at wrap-up.
    pub disposition: Option<Slug>,
    /// When it was resolved or abandoned.
    pub closed_at: Option<At>,
    /// The score question the customer is asked at the end, while not answered.
    pub asks: Option<ScoreKind>,
    /// What the assistant handed over.
    pub hand_over: Option<HandOver>,
    /// The call of it, on the telephone.
    #[serde(default)]
    pub call: Option<CallRecord>,
    /// The customer it came from before an advisor linked it to a known one.
    pub linked_from: Option<CustomerId>,
    /// A known customer with the identity that this visitor claims.
    pub may_be: Option<MayBe>,
    /// Counts changes of this row.
    pub version: u32,
}
