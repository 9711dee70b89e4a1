//! What is kept of a call with its conversation.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use super::{Correlation, Direction, Ended, Party, Times};
use crate::At;

/// How a line sounded at the advisor's end, counted on what was really played: what was concealed or left out counts as
/// lost, whatever the network says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LineSound {
    /// The E-model's R (G.107), 0 to 100: 80 and more is good, less than 70 annoys.
    pub r: u8,
    /// What people would say on average, in hundredths: 100 to 450.
    pub mos: u16,
    /// Of a million packets, those that never came.
    pub lost: u32,
    /// Of a million frames that were played, those that were invented.
    pub concealed: u32,
    /// Of a million frames that were played, those that were left out to catch up.
    pub discarded: u32,
    /// How unevenly packets came (RFC 3550), in ms.
    pub jitter: u32,
}

/// A call, as it is kept with its conversation. Times are by the clock of the exchange.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct CallRecord {
    /// What the queue's offer and the telephone's call have in common.
    pub correlation: Correlation,
    /// Who called whom.
    pub direction: Direction,
    /// The other end.
    pub with: Party,
    /// When both spoke for the first time.
    pub answered_at: Option<At>,
    /// How long what took.
    pub times: Times,
    /// How often we made the other end wait.
    pub holds: u32,
    /// It is recorded, and the other end was told.
    pub recorded: bool,
    /// How it came to its end.
    pub ended: Option<Ended>,
    /// How it sounded, once the advisor's desk has told.
    pub sound: Option<LineSound>,
}
