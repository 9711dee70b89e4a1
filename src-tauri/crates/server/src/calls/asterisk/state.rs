//! What we know of Asterisk's channels: only what is needed to tell each thing once, and to know what a leg hears.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use model::call::Leg;
use secrecy::SecretString;
use tokio::sync::Mutex;

use super::tapes::Taping;
use crate::calls::port::Tune;

/// A channel that is ours.
pub(super) struct Known {
    /// It called us; else we called it.
    pub(super) calls: bool,
    /// It was picked up, and that was told.
    pub(super) connected: bool,
    /// It had been picked up before its dialplan gave it to us.
    pub(super) was_up: bool,
    /// It makes the others wait.
    pub(super) held: bool,
    /// Why it is about to end.
    pub(super) cause: Option<i64>,
    /// The key that was pressed last, and when.
    pub(super) pressed: Option<(String, char)>,
    pub(super) ear: Arc<Mutex<Ear>>,
}

impl Known {
    pub(super) fn new(calls: bool) -> Self {
        Self {
            calls,
            connected: false,
            was_up: false,
            held: false,
            cause: None,
            pressed: None,
            ear: Arc::default(),
        }
    }
}

/// What a leg hears as long as it is joined with nobody. Locked while that changes: one change after the other.
#[derive(Default)]
pub(super) struct Ear {
    /// What is still to be heard, that which is heard now first.
    pub(super) tunes: VecDeque<Tune>,
    pub(super) hears: Hears,
}

/// What Asterisk plays to a channel now.
#[derive(Default, Clone, PartialEq, Eq)]
pub(super) enum Hears {
    #[default]
    Nothing,
    /// A playback of ours.
    Playback(String),
    /// Music on hold.
    Music,
}

/// Two legs hear each other.
#[derive(Clone)]
pub(super) struct Join {
    pub(super) bridge: String,
    pub(super) other: Leg,
}

/// A line that was admitted.
pub(super) struct Line {
    pub(super) name: String,
    /// With which its telephone registers, where we say so.
    pub(super) password: SecretString,
    /// Whether calls arrive there, as it was told last.
    pub(super) there: Option<bool>,
}

/// Everything.
#[derive(Default)]
pub(super) struct State {
    pub(super) legs: BTreeMap<Leg, Known>,
    pub(super) joins: BTreeMap<Leg, Join>,
    /// By the names of their endpoints.
    pub(super) lines: BTreeMap<String, Line>,
    /// By the names of their recordings.
    pub(super) tapes: BTreeMap<String, Taping>,
}

impl State {
    pub(super) fn ear(&self, leg: &Leg) -> Option<Arc<Mutex<Ear>>> {
        self.legs.get(leg).map(|known| known.ear.clone())
    }

    /// A channel of ours that listens for a recording.
    pub(super) fn is_snoop(&self, id: &str) -> bool {
        self.tapes.values().any(|taping| taping.snoop == id)
    }

    /// Two legs hear each other no more: where they did, and who the other is.
    pub(super) fn unjoin(&mut self, leg: &Leg) -> Option<Join> {
        let join = self.joins.remove(leg)?;
        self.joins.remove(&join.other);
        Some(join)
    }
}
