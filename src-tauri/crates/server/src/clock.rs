//! Time as an argument: the service never asks the system itself, so that a test can let an hour pass in no time.

use std::{
    future::Future,
    pin::Pin,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use model::At;
use tokio::sync::watch;

/// Tells the time and waits for it.
pub trait Clock: Send + Sync + 'static {
    /// Now.
    fn now(&self) -> At;
    /// Ends once `at` has come.
    fn wait_until(&self, at: At) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> At {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        At(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    fn wait_until(&self, at: At) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        let ms = at.since(self.now()).max(0);
        Box::pin(tokio::time::sleep(Duration::from_millis(ms.unsigned_abs())))
    }
}

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct ManualClock {
    now: watch::Sender<At>,
}

impl ManualClock {
    /// A clock that shows `at`.
    pub fn at(at: At) -> Self {
        Self { now: watch::Sender::new(at) }
    }

    /// Lets `ms` pass.
    pub fn advance(&self, ms: i64) {
        self.now.send_modify(|now| *now = *now + ms);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> At {
        *self.now.borrow()
    }

    fn wait_until(&self, at: At) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        let mut changes = self.now.subscribe();
        Box::pin(async move {
            // The sender lives as long as `self`, so waiting can only end by the time.
            let _ = changes.wait_for(|now| *now >= at).await;
        })
    }
}
