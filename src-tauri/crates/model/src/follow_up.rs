//! Loops to close.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::{At, ConversationId, CustomerId, FollowUpId, PersonId, Personal, ScoreKind, Slug};

/// Where a follow-up stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FollowUpStatus {
    /// To do.
    Open,
    /// Somebody else must act first.
    Waiting,
    /// Closed.
    Done,
}

impl FollowUpStatus {
    /// The name used in columns.
    pub fn as_str(self) -> &'static str {
        match self {
            FollowUpStatus::Open => "open",
            FollowUpStatus::Waiting => "waiting",
            FollowUpStatus::Done => "done",
        }
    }
}

/// How pressing it is.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    /// When there is time.
    Low,
    /// As usual.
    #[default]
    Normal,
    /// Before others.
    High,
}

/// One field of a follow-up with a new value. Each field has a version of its own, so that two people who change
/// different fields never meet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "field", content = "value", rename_all = "snake_case")]
pub enum FollowUpChange {
    /// What is to be done.
    Title(Personal),
    /// When it is due.
    Due(At),
    /// Where it stands.
    Status(FollowUpStatus),
    /// Who does it.
    Owner(PersonId),
    /// How pressing it is.
    Priority(Priority),
    /// The root cause, of the workspace's list.
    Cause(Option<Slug>),
    /// How it ended.
    Outcome(Option<Personal>),
    /// The owner's note.
    Note(Personal),
}

impl FollowUpChange {
    /// The field's name, as in [`FieldVersions`] and on the wire.
    pub fn field(&self) -> &'static str {
        match self {
            FollowUpChange::Title(_) => "title",
            FollowUpChange::Due(_) => "due",
            FollowUpChange::Status(_) => "status",
            FollowUpChange::Owner(_) => "owner",
            FollowUpChange::Priority(_) => "priority",
            FollowUpChange::Cause(_) => "cause",
            FollowUpChange::Outcome(_) => "outcome",
            FollowUpChange::Note(_) => "note",
        }
    }
}

/// How often each field changed. A change says which count it was based on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(default)]
pub struct FieldVersions {
    /// Changes of the title.
    pub title: u32,
    /// Changes of the due time.
    pub due: u32,
    /// Changes of the status.
    pub status: u32,
    /// Changes of the owner.
    pub owner: u32,
    /// Changes of the priority.
    pub priority: u32,
    /// Changes of the cause.
    pub cause: u32,
    /// Changes of the outcome.
    pub outcome: u32,
    /// Changes of the note.
    pub note: u32,
}

impl FieldVersions {
    /// The count for the field of `change`.
    pub fn of(&self, change: &FollowUpChange) -> u32 {
        match change {
            FollowUpChange::Title(_) => self.title,
            FollowUpChange::Due(_) => self.due,
            FollowUpChange::Status(_) => self.status,
            FollowUpChange::Owner(_) => self.owner,
            FollowUpChange::Priority(_) => self.priority,
            FollowUpChange::Cause(_) => self.cause,
            FollowUpChange::Outcome(_) => self.outcome,
            FollowUpChange::Note(_) => self.note,
        }
    }

    fn bump(&mut self, change: &FollowUpChange) {
        let count = match change {
            FollowUpChange::Title(_) => &mut self.title,
            FollowUpChange::Due(_) => &mut self.due,
            FollowUpChange::Status(_) => &mut self.status,
            FollowUpChange::Owner(_) => &mut self.owner,
            FollowUpChange::Priority(_) => &mut self.priority,
            FollowUpChange::Cause(_) => &mut self.cause,
            FollowUpChange::Outcome(_) => &mut self.outcome,
            FollowUpChange::Note(_) => &mut self.note,
        };
        *count += 1;
    }
}

/// One entry of a follow-up's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct HistoryEntry {
    /// When.
    pub at: At,
    /// Who, or the rule that made it.
    pub by: String,
    /// What changed, with its new value. Nothing for the first entry: it was made.
    pub change: Option<FollowUpChange>,
}

/// The low score that a rule answered with a follow-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct ScoreBrief {
    /// Which question.
    pub kind: ScoreKind,
    /// The answer.
    pub value: u8,
}

/// A loop to close with a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct FollowUp {
    /// Which.
    pub id: FollowUpId,
    /// With whom.
    pub customer: CustomerId,
    /// Their name, so that a list needs nothing else.
    pub customer_name: Personal,
    /// From which conversation.
    pub conversation: Option<ConversationId>,
    /// What is to be done.
    pub title: Personal,
    /// Who does it.
    pub owner: PersonId,
    /// The owner's team.
    pub team: Slug,
    /// When it is due.
    pub due: At,
    /// How pressing it is.
    pub priority: Priority,
    /// Where it stands.
    pub status: FollowUpStatus,
    /// The root cause.
    pub cause: Option<Slug>,
    /// How it ended.
    pub outcome: Option<Personal>,
    /// The owner's note.
    pub note: Personal,
    /// The policy or rule that made it; nothing when made by hand.
    pub policy: Option<String>,
    /// The score that the rule answered.
    pub score: Option<ScoreBrief>,
    /// When it was made.
    pub made_at: At,
    /// What happened to it, oldest first, at most [`HISTORY_KEPT`] entries.
    pub history: Vec<HistoryEntry>,
    /// How often each field changed.
    pub fields: FieldVersions,
    /// Counts changes of this row.
    pub version: u32,
}

/// Entries of history that travel with a follow-up.
pub const HISTORY_KEPT: usize = 50;

impl FollowUp {
    /// Whether it already has the value of `change`.
    pub fn has(&self, change: &FollowUpChange) -> bool {
        match change {
            FollowUpChange::Title(v) => *v == self.title,
            FollowUpChange::Due(v) => *v == self.due,
            FollowUpChange::Status(v) => *v == self.status,
            FollowUpChange::Owner(v) => *v == self.owner,
            FollowUpChange::Priority(v) => *v == self.priority,
            FollowUpChange::Cause(v) => *v == self.cause,
            FollowUpChange::Outcome(v) => *v == self.outcome,
            FollowUpChange::Note(v) => *v == self.note,
        }
    }

    /// The value that `change` would replace, as a change of its own: what is there now.
    pub fn current(&self, change: &FollowUpChange) -> FollowUpChange {
        match change {
            FollowUpChange::Title(_) => FollowUpChange::Title(self.title.clone()),
            FollowUpChange::Due(_) => FollowUpChange::Due(self.due),
            FollowUpChange::Status(_) => FollowUpChange::Status(self.status),
            FollowUpChange::Owner(_) => FollowUpChange::Owner(self.owner),
            FollowUpChange::Priority(_) => FollowUpChange::Priority(self.priority),
            FollowUpChange::Cause(_) => FollowUpChange::Cause(self.cause.clone()),
            FollowUpChange::Outcome(_) => FollowUpChange::Outcome(self.outcome.clone()),
            FollowUpChange::Note(_) => FollowUpChange::Note(self.note.clone()),
        }
    }

    /// Takes the value of `change` and counts it. Used by the service for good and by the desk to show a change
    /// that is still on its way.
    pub fn apply(&mut self, change: FollowUpChange, by: &str, at: At) {
        self.fields.bump(&change);
        self.history.push(HistoryEntry { at, by: by.to_owned(), change: Some(change.clone()) });
        if self.history.len() > HISTORY_KEPT {
            self.history.remove(0);
        }
        match change {
            FollowUpChange::Title(v) => self.title = v,
            FollowUpChange::Due(v) => self.due = v,
            FollowUpChange::Status(v) => self.status = v,
            FollowUpChange::Owner(v) => self.owner = v,
            FollowUpChange::Priority(v) => self.priority = v,
            FollowUpChange::Cause(v) => self.cause = v,
            FollowUpChange::Outcome(v) => self.outcome = v,
            FollowUpChange::Note(v) => self.note = v,
        }
    }
}
