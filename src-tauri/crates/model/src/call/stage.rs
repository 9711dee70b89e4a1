//! Where a call stands.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use super::{Ended, Leg, Party, Stretch};
use crate::{At, Slug, conversation::Side};

/// Which sides make the other one wait.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, ToSchema,
)]
pub struct Held {
    /// We do.
    pub by_us: bool,
    /// They do.
    pub by_them: bool,
}

impl Held {
    /// Whether anybody waits.
    pub fn any(self) -> bool {
        self.by_us || self.by_them
    }

    pub(super) fn by(&mut self, side: Side) -> &mut bool {
        match side {
            Side::Company => &mut self.by_us,
            Side::Customer => &mut self.by_them,
        }
    }
}

/// How far it is with a colleague who is consulted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConsultStage {
    /// They are called.
    Calling,
    /// They are spoken with.
    Talking,
    /// All hear each other: a conference.
    Joined,
}

/// A colleague who is asked while the other end waits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, ToSchema)]
pub struct Consult {
    /// Who.
    pub with: Party,
    /// The telephone's line to them, once it has dialled.
    pub leg: Option<Leg>,
    /// How far it is.
    pub stage: ConsultStage,
}

/// Where a call stands.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum Stage {
    /// In its queue.
    Queued,
    /// Held out to the advisor; the telephone does not ring yet.
    Offered {
        /// When the offer runs out.
        until: At,
    },
    /// We call.
    Dialling,
    /// It rings: here, or at theirs if we called.
    Ringing {
        /// When the offer runs out, if the queue holds it out.
        until: Option<At>,
    },
    /// It does not ring any more, nobody had taken it, and the queue has not said why yet.
    Stopped {
        /// When the offer runs out, should it ring again.
        offered_until: At,
        /// From when on the end below counts.
        until: At,
        /// When it stopped and why, as the telephone sees it.
        ended: Ended,
    },
    /// The advisor took it; nobody speaks yet.
    Accepted {
        /// Until when the telephone should ring, while it does not.
        until: Option<At>,
    },
    /// Both are there: they speak, or one waits.
    Connected {
        /// Who makes whom wait.
        held: Held,
        /// The colleague who is consulted.
        consult: Option<Consult>,
    },
    /// Over.
    Ended,
    /// Over; the advisor writes up what it was.
    WrapUp {
        /// When that should end.
        until: At,
    },
    /// Nothing more happens.
    Closed {
        /// The outcome chosen at wrap-up; nothing when its time ran out.
        disposition: Option<Slug>,
    },
}

impl Stage {
    /// The name of the advisor's world: what is shown, and used in columns.
    pub fn as_str(&self) -> &'static str {
        match self {
            Stage::Queued => "queued",
            Stage::Offered { .. } => "offered",
            Stage::Dialling => "dialling",
            Stage::Ringing { .. } => "ringing",
            Stage::Stopped { .. } => "stopped",
            Stage::Accepted { .. } => "accepted",
            Stage::Connected { consult: Some(Consult { stage: ConsultStage::Joined, .. }), .. } => {
                "conference"
            }
            Stage::Connected { consult: Some(_), .. } => "consulting",
            Stage::Connected { held, consult: None } if held.any() => "held",
            Stage::Connected { .. } => "connected",
            Stage::Ended => "ended",
            Stage::WrapUp { .. } => "wrap_up",
            Stage::Closed { .. } => "closed",
        }
    }

    /// What time is counted as here; nothing once it is over, or perhaps is.
    pub fn stretch(&self) -> Option<Stretch> {
        match self {
            Stage::Queued => Some(Stretch::Wait),
            Stage::Offered { .. } | Stage::Dialling | Stage::Ringing { .. } | Stage::Accepted { .. } => {
                Some(Stretch::Ring)
            }
            Stage::Connected { held, .. } if held.any() => Some(Stretch::Hold),
            Stage::Connected { .. } => Some(Stretch::Talk),
            // Should it ring again, it rang all the time.
            Stage::Stopped { .. } | Stage::Ended | Stage::WrapUp { .. } | Stage::Closed { .. } => None,
        }
    }

    /// When time alone changes it.
    pub fn until(&self) -> Option<At> {
        match *self {
            Stage::Offered { until } | Stage::Stopped { until, .. } | Stage::WrapUp { until } => Some(until),
            Stage::Ringing { until } | Stage::Accepted { until } => until,
            Stage::Queued
            | Stage::Dialling
            | Stage::Connected { .. }
            | Stage::Ended
            | Stage::Closed { .. } => None,
        }
    }
}
