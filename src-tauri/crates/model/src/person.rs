//! The people at the desks.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::{PersonId, Slug};

/// What a person may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Answers customers and closes loops.
    Advisor,
    /// An advisor who also watches queues, reassigns, and edits knowledge.
    Supervisor,
}

impl Role {
    /// The name used in files and columns.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Advisor => "advisor",
            Role::Supervisor => "supervisor",
        }
    }
}

/// A colleague as every desk of the workspace knows them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct Person {
    /// Who.
    pub id: PersonId,
    /// The name customers and colleagues see.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// The team whose follow-ups they share.
    pub team: Slug,
    /// What they are able to answer; languages are skills too (`fr`).
    pub skills: Vec<Slug>,
    /// The queues they serve.
    pub queues: Vec<Slug>,
    /// False once the account is closed: shown in history, offered nothing.
    pub active: bool,
    /// Counts changes of this row.
    pub version: u32,
}

impl Person {
    /// Whether they see what waits in a queue.
    pub fn sees_queue(&self, queue: &Slug) -> bool {
        self.role == Role::Supervisor || self.queues.contains(queue)
    }
}
