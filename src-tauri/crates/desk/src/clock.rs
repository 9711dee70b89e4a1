//! Time as an argument.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use model::At;

/// One moment on two clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// Milliseconds on a clock that never jumps and stands still while the computer sleeps. For deadlines.
    pub mono: i64,
    /// The computer's clock on the wall, which may be wrong and may jump. For showing, and to notice sleep.
    pub wall: At,
}

/// Tells both clocks.
pub trait Clock: Send + Sync + 'static {
    /// Now.
    fn now(&self) -> Now;
}

/// The machine's clocks.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock {
    since: Instant,
}

impl Default for SystemClock {
    fn default() -> Self {
        Self { since: Instant::now() }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Now {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Now {
            mono: i64::try_from(self.since.elapsed().as_millis()).unwrap_or(i64::MAX),
            wall: At(i64::try_from(wall.as_millis()).unwrap_or(i64::MAX)),
        }
    }
}
