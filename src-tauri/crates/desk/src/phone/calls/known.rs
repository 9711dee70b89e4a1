//! One call of this desk, with what its machine does not keep: how it sounds, which keys were pressed, since when it stands
//! where it stands.

use model::{
    At,
    call::{Ask, Call, Deed, Direction, Event, Leg, LineSound, Party, Refused, Stage},
};
use voice::Quality;

use super::{Key, ToDo};
use crate::{phone::facts, view::BadLine};

/// The share of frames from which a line is called lossy, in a million.
const LOSSY: u64 = 30_000;
/// The unevenness from which it is called uneven, in ms.
const UNEVEN: u128 = 60;
/// The keys of a call that are shown.
pub(super) const DIGITS: usize = 32;

/// A call of this desk.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) key: Key,
    pub(crate) call: Call,
    /// The other end, as the queue or the telephone names it.
    pub(crate) with: Option<Party>,
    /// Keys that were pressed.
    pub(crate) digits: String,
    /// How it sounds, and sounded.
    pub(crate) sound: Option<(LineSound, LineSound)>,
    pub(crate) bad: Option<BadLine>,
    /// Since when it stands where it stands.
    pub(crate) since: At,
    /// The line that it had, which is forgotten once that is over.
    pub(super) leg: Option<Leg>,
    counted: Option<voice::Counts>,
    /// Its end was looked after.
    pub(super) seen_out: bool,
}

impl Known {
    pub(super) fn new(key: Key, call: Call, with: Option<Party>, now: At) -> Self {
        Self {
            key,
            leg: call.leg.clone(),
            call,
            with,
            digits: String::new(),
            sound: None,
            bad: None,
            since: now,
            counted: None,
            seen_out: false,
        }
    }

    /// Whether it is not over.
    pub(crate) fn is_live(&self) -> bool {
        self.call.ended.is_none()
    }

    /// Whether the advisor and the other end hear each other.
    pub(crate) fn is_spoken(&self) -> bool {
        matches!(&self.call.stage, Stage::Connected { held, .. } if !held.by_us)
    }

    /// Whether somebody called whose conversation is not known.
    pub(crate) fn is_strange(&self) -> bool {
        self.is_live() && self.is_inbound() && self.call.conversation.is_none()
    }

    pub(super) fn is_inbound(&self) -> bool {
        self.call.direction == Direction::Inbound
    }

    /// Whether somebody calls who was not answered yet.
    pub(crate) fn rings_here(&self) -> bool {
        self.is_inbound() && matches!(self.call.stage, Stage::Offered { .. } | Stage::Ringing { .. })
    }

    pub(super) fn has_line(&self, leg: &Leg) -> bool {
        let colleagues = match &self.call.stage {
            Stage::Connected { consult: Some(consult), .. } => consult.leg.as_ref(),
            _ => None,
        };
        self.call.leg.as_ref() == Some(leg) || colleagues == Some(leg)
    }

    pub(super) fn hears(&mut self, event: Event, now: At) -> ToDo {
        let before = self.call.stage.clone();
        let deeds = self.call.hear(event, now);
        if let Some(leg) = &self.call.leg {
            self.leg = Some(leg.clone());
        }
        self.noted(&before, now);
        self.keyed(deeds)
    }

    pub(super) fn asks(&mut self, ask: Ask, now: At) -> Result<ToDo, Refused> {
        let before = self.call.stage.clone();
        let deeds = self.call.ask(ask, now)?;
        self.noted(&before, now);
        Ok(self.keyed(deeds))
    }

    fn keyed(&self, deeds: Vec<Deed>) -> ToDo {
        deeds.into_iter().map(|deed| (self.key.clone(), deed)).collect()
    }

    /// It may stand elsewhere now.
    fn noted(&mut self, before: &Stage, now: At) {
        if std::mem::discriminant(before) != std::mem::discriminant(&self.call.stage) {
            self.since = now;
        }
    }

    pub(super) fn pressed(&mut self, digits: &str) {
        self.digits.push_str(digits);
        let excess = self.digits.len().saturating_sub(DIGITS);
        self.digits.drain(..excess);
    }

    /// How it sounds, and what spoils it.
    pub(super) fn sounds(&mut self, quality: &Quality) {
        self.sound = Some((facts::recent(quality), facts::whole(quality)));
        let counts = quality.counts;
        let before = self.counted.replace(counts);
        let waits = matches!(&self.call.stage, Stage::Connected { held, .. } if held.any());
        self.bad = match before {
            Some(before) if !waits => {
                let played = counts.played.saturating_sub(before.played).max(1);
                let spoilt =
                    (counts.concealed + counts.discarded).saturating_sub(before.concealed + before.discarded);
                if counts.received == before.received {
                    Some(BadLine::Silent)
                } else if spoilt * 1_000_000 / played >= LOSSY {
                    Some(BadLine::Lossy)
                } else if quality.jitter.as_millis() >= UNEVEN {
                    Some(BadLine::Uneven)
                } else {
                    None
                }
            }
            _ => None,
        };
    }
}
