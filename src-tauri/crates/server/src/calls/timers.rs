//! When time alone changes something in a call. Gone with the calls when the service stops; what must not be forgotten is
//! a deadline in the database.

use std::collections::BTreeMap;

use model::{At, ConversationId, call::Leg};

/// What is to be looked at then. Whether anything is to be done shows when the time comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Timer {
    /// What the caller must have heard first is over.
    Join(ConversationId),
    /// The caller may be told their place.
    Position(ConversationId),
    /// The caller may ask to be called back.
    CallBack(ConversationId),
    /// A message begins.
    Speak(Leg),
    /// A message is as long as it may be.
    Full(Leg),
    /// The last tune is over.
    Goodbye(Leg),
    /// A colleague's telephone rang long enough.
    Direct(u64),
    /// Sign-ins may have run out.
    SignIns,
}

/// What waits for its time.
#[derive(Default)]
pub(super) struct Timers {
    by_time: BTreeMap<(At, u64), Timer>,
    count: u64,
}

impl Timers {
    pub(super) fn set(&mut self, at: At, timer: Timer) {
        self.count += 1;
        self.by_time.insert((at, self.count), timer);
    }

    /// When the next one comes.
    pub(super) fn next(&self) -> Option<At> {
        self.by_time.first_key_value().map(|((at, _), _)| *at)
    }

    /// The next one that has come by `now`.
    pub(super) fn take(&mut self, now: At) -> Option<Timer> {
        let first = self.by_time.first_entry().filter(|first| first.key().0 <= now)?;
        Some(first.remove())
    }
}
