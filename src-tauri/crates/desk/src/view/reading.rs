//! What the words of a customer say about them.

use model::{At, Personal, Slug};
use serde::{Deserialize, Serialize};
use suggest::reading::{Felt, Guess, Irritant, IrritantKind, Trend, Urgency};
use ts_rs::TS;

/// What a conversation says about its customer: how they feel and why, with the words that say so.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ConversationReading {
    /// What they felt last; nothing: nothing was felt.
    pub felt: Option<Felt>,
    /// How their mood went.
    pub trend: Trend,
    /// How pressing it is.
    pub urgency: Option<Urgency>,
    /// Why they may write, likeliest first.
    pub reasons: Vec<Guess>,
    /// Lines that say something of it.
    pub lines: Vec<LineReading>,
    /// What the advisor should know before they answer.
    pub hint: Option<Hint>,
    /// What was said that counts, in words that were said.
    pub summary: Vec<SummaryItem>,
    /// How the conversation may be wrapped up, each part to be confirmed.
    pub wrap_up: WrapUpProposal,
}

/// One sentence that counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SummaryItem {
    /// What it is.
    pub kind: SummaryKind,
    /// The words.
    pub text: Personal,
    /// The line that they stand in.
    pub line: String,
}

/// What a sentence that counts is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SummaryKind {
    /// What the customer wants.
    Wants,
    /// What was tried or found out.
    Tried,
    /// What was promised.
    Promised,
    /// What waits for an answer.
    Open,
}

/// How a conversation may be wrapped up.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct WrapUpProposal {
    /// The outcome.
    pub disposition: Option<Slug>,
    /// The words that speak for it.
    pub because: Personal,
    /// What was promised and is to be done.
    pub follow_ups: Vec<ProposedFollowUp>,
}

/// A loop that was promised to be closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ProposedFollowUp {
    /// What was promised, in the advisor's words.
    pub title: Personal,
    /// When, as far as it was said.
    pub due: Option<At>,
}

/// What one line says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LineReading {
    /// The line's key.
    pub id: String,
    /// What annoys them.
    pub irritants: Vec<Irritant>,
    /// How pressing it is.
    pub urgency: Option<Urgency>,
}

/// What helps to meet the customer where they are, and its cause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "because", rename_all = "snake_case")]
pub enum Hint {
    /// They are upset, and something of theirs is open in another department.
    OpenProblem {
        /// What is open.
        problem: Personal,
        /// Where.
        department: Option<String>,
    },
    /// They said what annoys them.
    Irritant {
        /// What.
        kind: IrritantKind,
        /// As they wrote it.
        words: Vec<String>,
    },
    /// They are afraid.
    Anxiety {
        /// As they wrote it.
        words: Vec<String>,
    },
    /// They do not understand.
    Confusion {
        /// As they wrote it.
        words: Vec<String>,
    },
}
