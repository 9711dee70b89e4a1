//! A call that is handed over.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::{At, Personal};

/// Whether the receiver was spoken with before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TransferKind {
    /// They were.
    Warm,
    /// They were not.
    Blind,
}

/// How a transfer goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// The receiver is being connected.
    Trying {
        /// SIP's status code of it so far.
        code: Option<u16>,
        /// From when on it counts as failed.
        until: At,
    },
    /// It was connected: the call ends here.
    Done,
    /// It came to nothing. The call is still up.
    Failed {
        /// SIP's status code; nothing when nobody said anything in time, or the telephone could not ask.
        code: Option<u16>,
    },
}

/// An attempt to hand a call over.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, ToSchema)]
pub struct Transfer {
    /// Whether the receiver was spoken with before.
    pub kind: TransferKind,
    /// To whom: their number or address.
    pub to: Personal,
    /// How it goes.
    pub outcome: Outcome,
}

impl Transfer {
    /// From when on it counts as failed, while it is tried.
    pub fn until(&self) -> Option<At> {
        match self.outcome {
            Outcome::Trying { until, .. } => Some(until),
            Outcome::Done | Outcome::Failed { .. } => None,
        }
    }
}
