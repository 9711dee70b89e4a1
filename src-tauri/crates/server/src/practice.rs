//! Practice customers: people with a mood and a problem who write by script, so that an advisor can train and anybody
//! can see the desk alive. They are clients like any other: the public chat routes through a socket, the same ids,
//! receipts and resume; only the assistant's hand-over comes with the company's own key.
//!
//! The front is [`Practice`]; [`script`] is what they are made of, [`mind`] how they think, `customer` how one of them
//! lives, `link` their line to the service.

#[cfg(feature = "calls")]
pub mod callers;
pub mod colleagues;
mod crowd;
mod customer;
mod ear;
mod link;
pub mod mind;
pub mod script;

use std::sync::Arc;

use model::Slug;
use secrecy::SecretString;
use tokio::sync::watch;

use self::{crowd::Crowd, customer::Customer, link::Lines, script::Script};
use crate::clock::Clock;

/// Where practice customers write, and with which keys.
#[derive(Debug, Clone)]
pub struct Place {
    /// The service, `http://127.0.0.1:4173` or `https://…`, without a path.
    pub address: String,
    /// The workspace; nothing when the service has only one.
    pub workspace: Option<Slug>,
    /// Signs who they are, as the company's site would.
    pub site_key: SecretString,
    /// Lets the assistant hand over.
    pub integration_key: SecretString,
}

/// How fast a customer's day runs: 1 as in life, 20 twenty times as fast.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace(f64);

impl Pace {
    /// As in life.
    pub const LIFE: Pace = Pace(1.0);

    /// So many times as fast as life; anything that is no speed counts as life.
    pub fn times(factor: f64) -> Self {
        if factor.is_finite() && factor > 0.0 { Self(factor) } else { Self::LIFE }
    }

    /// Milliseconds of the customer's day in `ms` of the clock.
    fn to_day(self, ms: i64) -> i64 {
        self.scaled(ms, self.0)
    }

    /// Milliseconds of the clock in `ms` of the customer's day, never too few.
    fn to_clock(self, ms: i64) -> i64 {
        self.scaled(ms, 1.0 / self.0) + 1
    }

    /// Days of practice are short: far from where a float would lose a millisecond.
    #[allow(clippy::cast_possible_truncation)]
    fn scaled(self, ms: i64, by: f64) -> i64 {
        (ms as f64 * by) as i64
    }
}

/// What keeps a practice customer from coming.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PracticeFault {
    /// A script cannot be read.
    #[error("practice/{file}: {message}")]
    Script {
        /// Which.
        file: &'static str,
        /// What is wrong with it.
        message: String,
    },
    /// There is no customer of that name.
    #[error("there is no practice customer \"{0}\"")]
    Unknown(Slug),
    /// They are writing already.
    #[error("the practice customer \"{0}\" is writing already")]
    Here(Slug),
    /// The program has no means to speak HTTP.
    #[error("practice customers cannot reach the service: {0}")]
    NoLine(String),
}

/// The practice customers of one service.
#[derive(Clone)]
pub struct Practice {
    inner: Arc<Inner>,
}

struct Inner {
    scripts: Vec<Arc<Script>>,
    lines: Lines,
    clock: Arc<dyn Clock>,
    pace: Pace,
    /// Those who write now.
    crowd: Crowd,
}

impl Practice {
    /// Gets everybody ready; nobody writes yet.
    ///
    /// # Errors
    /// When a script cannot be read, or there is no way to speak HTTP.
    pub fn new(place: Place, clock: Arc<dyn Clock>, pace: Pace) -> Result<Self, PracticeFault> {
        let scripts = script::scripts()?.into_iter().map(Arc::new).collect();
        let lines = Lines::new(place)?;
        let crowd = Crowd::default();
        Ok(Self { inner: Arc::new(Inner { scripts, lines, clock, pace, crowd }) })
    }

    /// Everybody there is, in the order in which they are offered.
    pub fn list(&self) -> &[Arc<Script>] {
        &self.inner.scripts
    }

    /// Those who write now.
    pub fn running(&self) -> Vec<Slug> {
        self.inner.crowd.names()
    }

    /// Counts comings and goings: wait on it to know when [`Practice::running`] changes.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.inner.crowd.changes()
    }

    /// Somebody opens the chat page and writes. Call it inside a tokio runtime; they live there until they are done.
    ///
    /// # Errors
    /// When there is nobody of that name, or they are writing already.
    pub fn start(&self, id: &Slug) -> Result<(), PracticeFault> {
        let script = self.inner.scripts.iter().find(|script| script.id == *id);
        let script = script.cloned().ok_or_else(|| PracticeFault::Unknown(id.clone()))?;
        let (lines, clock, pace) = (self.inner.lines.clone(), self.inner.clock.clone(), self.inner.pace);
        self.inner.crowd.comes(id, |stopped| Customer::new(script, lines, clock, pace, stopped).live())
    }

    /// Somebody ends their chat and goes. Nothing happens when they are not there.
    pub fn stop(&self, id: &Slug) {
        self.inner.crowd.send_away(id);
    }
}

#[cfg(test)]
mod tests;
