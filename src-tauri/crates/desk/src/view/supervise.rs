//! What a supervisor sees.

use model::{At, PersonId, Presence, Slug, wire::now::OwnedItem};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Queues and advisors, now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Supervise {
    /// When the service told last; nothing before the first time.
    pub at: Option<At>,
    /// The queues, in the workspace's order.
    pub queues: Vec<SuperviseQueue>,
    /// The advisors, by name.
    pub advisors: Vec<SuperviseAdvisor>,
}

/// One queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SuperviseQueue {
    /// Which.
    pub id: Slug,
    /// Its name.
    pub name: String,
    /// Conversations that wait.
    pub waiting: u32,
    /// Since when the oldest one waits.
    pub longest: Option<At>,
    /// Target for the first answer, in seconds.
    pub target_s: u32,
    /// Advisors who serve it and are there.
    pub on_line: u32,
    /// Those who could take one more now.
    pub free: u32,
}

/// One advisor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SuperviseAdvisor {
    /// Who.
    pub id: PersonId,
    /// Their name.
    pub name: String,
    /// Presence with load and capacity.
    pub presence: Presence,
    /// What they have.
    pub conversations: Vec<OwnedItem>,
}
