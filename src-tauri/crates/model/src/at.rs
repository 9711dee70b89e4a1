//! A moment in time, as every room writes it.

use std::ops::{Add, Sub};

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

/// Milliseconds since 1970-01-01 00:00 UTC. Times between two of them are plain `i64` milliseconds.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, ToSchema,
)]
#[serde(transparent)]
#[ts(type = "number")]
#[schema(value_type = i64)]
pub struct At(pub i64);

impl At {
    /// Milliseconds from `earlier` to here; negative when `earlier` is later.
    pub fn since(self, earlier: At) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl Add<i64> for At {
    type Output = At;
    fn add(self, ms: i64) -> At {
        At(self.0.saturating_add(ms))
    }
}

impl Sub<i64> for At {
    type Output = At;
    fn sub(self, ms: i64) -> At {
        At(self.0.saturating_sub(ms))
    }
}

/// Milliseconds in a second.
pub const SECOND: i64 = 1_000;
/// Milliseconds in a minute.
pub const MINUTE: i64 = 60 * SECOND;
/// Milliseconds in an hour.
pub const HOUR: i64 = 60 * MINUTE;
/// Milliseconds in a day of 24 hours.
pub const DAY: i64 = 24 * HOUR;
