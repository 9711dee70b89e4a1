//! Loops to close, as rows.

use model::{FollowUp, Personal};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Delivery;

/// A follow-up as it will be: what the service has, with the advisor's own changes over it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FollowUpRow {
    /// It, with pending changes applied.
    pub follow_up: FollowUp,
    /// The owner's name.
    pub owner_name: String,
    /// Whether it is the reader's.
    pub mine: bool,
    /// How far the newest own change got; nothing when all is with the service.
    pub delivery: Option<Delivery>,
    /// The fields that were changed here and are not with the service yet, as in
    /// [`model::follow_up::FollowUpChange::field`].
    pub changed: Vec<String>,
}

/// How a conflict is settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "keep", rename_all = "snake_case")]
pub enum Choice {
    /// The advisor's value, over theirs.
    Mine,
    /// Theirs: the advisor's change is let go.
    Theirs,
    /// Both. For the fields that are texts (title, outcome, note) the text takes the place of theirs. For the others
    /// theirs is kept, and the text is added to the follow-up's note as a line of its own.
    Merge {
        /// The text.
        text: Personal,
    },
}

/// Which follow-ups.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FollowUpScope {
    /// The reader's own, open.
    #[default]
    Mine,
    /// The team's, open.
    Team,
    /// Own, waiting on others.
    Waiting,
    /// Own and the team's, closed lately.
    Done,
}

/// How many there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FollowUpCounts {
    /// Own, open.
    pub mine: u32,
    /// Own, overdue or due today.
    pub due: u32,
    /// The team's, open.
    pub team: u32,
    /// Own, waiting on others.
    pub waiting: u32,
}
