//! Calls, and what happens in them.

use std::fmt;

use crate::{Digit, Quality};

/// Which call: SIP's Call-ID.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CallId(String);

impl CallId {
    /// The call that is named so.
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// Its name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Somebody at the other end.
#[derive(Clone, PartialEq, Eq)]
pub struct Party {
    /// Their number, or the part of their address before the `@`.
    pub number: String,
    /// How they are called, if they say so.
    pub name: Option<String>,
}

/// Numbers and names do not belong into a log.
impl fmt::Debug for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Party")
    }
}

/// One of the two sides of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The advisor's.
    Us,
    /// The other one's.
    Them,
}

/// Why a call is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// It was spoken, and one side hung up.
    HungUp,
    /// The caller gave up before it was answered.
    Cancelled,
    /// It was not taken.
    Rejected,
    /// Nobody was there in time.
    NoAnswer,
    /// It was handed over to somebody else.
    Transferred,
    /// It could not be done, or the line broke.
    Failed,
}

/// How a call came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// Whose doing it was.
    pub by: Side,
    /// Why.
    pub reason: Reason,
    /// SIP's status code, where there is one.
    pub code: Option<u16>,
}

/// How a transfer goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transfer {
    /// The other side is being connected; SIP's status code of its call so far.
    Trying(u16),
    /// It was connected: the call ends here.
    Done,
    /// It came to nothing, with SIP's status code. The call is still up.
    Failed(u16),
}

/// What happens in a call. Each is said once, when it becomes so.
#[derive(Debug, Clone, PartialEq)]
pub enum Happening {
    /// Somebody calls.
    Incoming {
        /// Who.
        from: Party,
        /// What joins the call with the help desk's offer of it, if it says so.
        correlation: Option<String>,
    },
    /// We call somebody.
    Dialling,
    /// It rings at theirs.
    Ringing,
    /// Both speak.
    Connected,
    /// That side made the other one wait.
    Held(Side),
    /// That side goes on.
    Resumed(Side),
    /// The advisor is not heard, or is again.
    Muted(bool),
    /// The call is joined with others, or is not any more.
    Joined(bool),
    /// They pressed a key.
    Digit(Digit),
    /// How it goes with handing it over.
    Transfer(Transfer),
    /// How it sounds.
    Quality(Quality),
    /// It is over: nothing more happens in it.
    Ended(Ended),
}
