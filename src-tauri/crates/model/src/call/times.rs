//! How long what took. Every moment of a call belongs to exactly one stretch.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::At;

/// What a moment of a call is counted as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stretch {
    /// In the queue.
    Wait,
    /// Held out to the advisor, or rung at the other end.
    Ring,
    /// Nobody is made to wait.
    Talk,
    /// One side made the other one wait.
    Hold,
}

/// Milliseconds that a call spent, without the stretch that runs. By the clock of whoever keeps the call: the
/// exchange's for the service, whose figures count; the computer's for the desk, which only shows them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, ToSchema)]
pub struct Times {
    /// When the call began: in the queue, or with the telephone.
    pub began: At,
    /// When the stretch that runs began.
    pub since: At,
    /// In the queue, before it was held out to this advisor. What a customer waited is this and `ring`.
    #[ts(type = "number")]
    pub wait: i64,
    /// Held out, rung, and taken but not connected yet.
    #[ts(type = "number")]
    pub ring: i64,
    /// Spoken.
    #[ts(type = "number")]
    pub talk: i64,
    /// Connected, while either side made the other one wait. The customer waits while a colleague is consulted.
    #[ts(type = "number")]
    pub hold: i64,
}

impl Times {
    /// Nothing yet.
    pub fn from(began: At) -> Self {
        Self { began, since: began, wait: 0, ring: 0, talk: 0, hold: 0 }
    }

    /// With the stretch that runs, as far as it has come. A clock that goes back adds nothing.
    #[must_use]
    pub fn with(mut self, running: Option<Stretch>, now: At) -> Self {
        let now = now.max(self.since);
        let more = now.since(self.since);
        match running {
            Some(Stretch::Wait) => self.wait += more,
            Some(Stretch::Ring) => self.ring += more,
            Some(Stretch::Talk) => self.talk += more,
            Some(Stretch::Hold) => self.hold += more,
            None => return self,
        }
        self.since = now;
        self
    }

    /// It was in a queue since then, which is known only now.
    pub(super) fn waited_since(&mut self, queued_at: At) {
        let before = self.began.since(queued_at).max(0);
        self.wait += before;
        self.began = self.began - before;
    }

    /// All of it.
    pub fn whole(&self) -> i64 {
        self.wait + self.ring + self.talk + self.hold
    }
}
