//! The left side: offers, yours, waiting.

use model::{
    At, Channel, ConversationId, ConversationState, Personal, Slug,
    conversation::{Promise, Side},
    wire::now::FirstBecause,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What is held out to the advisor. Oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OfferRow {
    /// Which conversation; the key.
    pub id: ConversationId,
    /// With whom.
    pub customer_name: Personal,
    /// Their tier.
    pub tier: Option<String>,
    /// On which channel.
    pub channel: Channel,
    /// The queue's name.
    pub queue: String,
    /// The contact reason's name.
    pub reason: Option<String>,
    /// The language.
    pub language: Option<Slug>,
    /// The first words.
    pub subject: Personal,
    /// Since when they wait.
    pub waiting_since: At,
    /// When the offer was made.
    pub from: At,
    /// When it runs out.
    pub until: At,
    /// Who gave it.
    pub by: Option<String>,
    /// Why the assistant gave up.
    pub handed_over: Option<String>,
    /// Why it goes before others, when its customer's words said so.
    pub first_because: Option<FirstBecause>,
    /// The caller's number, when it is a call.
    pub number: Option<Personal>,
}

/// One of the advisor's own conversations. Those that owe an answer come first, by the time it is due; then the
/// others, newest first; then snoozed ones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ConversationRow {
    /// Which; the key.
    pub id: ConversationId,
    /// With whom.
    pub customer_name: Personal,
    /// On which channel.
    pub channel: Channel,
    /// Where it stands.
    pub state: ConversationState,
    /// Which side spoke last.
    pub last_side: Option<Side>,
    /// What was said last, in one line.
    pub last_text: Personal,
    /// When.
    pub last_at: At,
    /// Lines of the customer that were not read.
    pub unread: u32,
    /// The promise on the next answer.
    pub promise: Option<Promise>,
    /// Until when it is put aside.
    pub snoozed_until: Option<At>,
    /// When wrap-up should end.
    pub wrap_up_until: Option<At>,
    /// The customer has been silent for long.
    pub parked: bool,
    /// There is an unsent draft.
    pub draft: bool,
    /// Something of it did not go through.
    pub attention: bool,
    /// The customer is writing.
    pub typing: bool,
}

/// A conversation in a queue. Highest priority first, then longest wait.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct WaitingRow {
    /// Which; the key.
    pub id: ConversationId,
    /// Whose.
    pub customer_name: Personal,
    /// Their tier.
    pub tier: Option<String>,
    /// On which channel.
    pub channel: Channel,
    /// The queue's name.
    pub queue: String,
    /// The contact reason's name.
    pub reason: Option<String>,
    /// The language.
    pub language: Option<Slug>,
    /// Since when.
    pub waiting_since: At,
    /// When an answer is due.
    pub due: At,
    /// Higher goes first.
    pub priority: i32,
    /// Why the assistant gave up.
    pub handed_over: Option<String>,
    /// Why it goes before others, when its customer's words said so.
    pub first_because: Option<FirstBecause>,
    /// Offered to somebody now.
    pub offered: bool,
}
