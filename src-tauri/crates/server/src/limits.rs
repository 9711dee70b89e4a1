//! Rates. Sizes are checked where the thing is read; the numbers that both sides know are in `model::limits`, those
//! that only the service needs are here.

use std::{
    num::NonZeroU32,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use governor::{
    Quota, RateLimiter,
    clock::{Clock as GovernorClock, Reference},
    middleware::NoOpMiddleware,
    nanos::Nanos,
    state::keyed::DashMapStateStore,
};
use model::{At, limits};
use uuid::Uuid;

use crate::{clock::Clock, problem::Problem};

/// Bytes of the files that one visitor may begin to send within a day.
pub const VISITOR_BYTES_PER_DAY: u64 = 200 * 1024 * 1024;
/// Pieces of files a minute from one visitor.
pub const PIECES_PER_MINUTE: u32 = 300;

/// The service's clock in the shape that the limiter wants: it only goes forward.
///
/// The machine's time of day may be set back. The limiter would then take everybody it knows for somebody of the
/// future and refuse them until that time has come again, so what counts is the time that went by, step by step.
#[derive(Clone)]
struct Ticks {
    clock: Arc<dyn Clock>,
    passed: Arc<Mutex<Passed>>,
}

/// What the clock showed when it was last looked at, and how much time had gone by until then.
struct Passed {
    seen: At,
    ms: u64,
}

impl Ticks {
    fn new(clock: Arc<dyn Clock>) -> Self {
        let passed = Arc::new(Mutex::new(Passed { seen: clock.now(), ms: 0 }));
        Self { clock, passed }
    }
}

impl GovernorClock for Ticks {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        let mut passed = self.passed.lock().unwrap_or_else(PoisonError::into_inner);
        // Looked at while nobody else does: two looks in the wrong order would count as a step back.
        let now = self.clock.now();
        let step = now.since(passed.seen).max(0).unsigned_abs();
        passed.ms = passed.ms.saturating_add(step);
        passed.seen = now;
        Nanos::from(Duration::from_millis(passed.ms))
    }
}

type Keyed<K> = RateLimiter<K, DashMapStateStore<K>, Ticks, NoOpMiddleware<Nanos>>;

/// So many keys are kept before those that have all of their rate left are dropped.
const REMEMBERED: usize = 10_000;

/// All rates of the service.
pub(crate) struct Limits {
    clock: Ticks,
    commands: Keyed<Uuid>,
    tenant_commands: Keyed<Uuid>,
    tenant_visitors: Keyed<Uuid>,
    sign_ins: Keyed<String>,
    starts: Keyed<String>,
    pieces: Keyed<Uuid>,
}

fn per(count: u32, window: Duration) -> Quota {
    let burst = NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN);
    Quota::with_period(window / burst.get()).unwrap_or(Quota::per_second(burst)).allow_burst(burst)
}

fn keyed<K: std::hash::Hash + Eq + Clone>(count: u32, window: Duration, clock: &Ticks) -> Keyed<K> {
    RateLimiter::new(per(count, window), DashMapStateStore::default(), clock.clone())
}

impl Limits {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        let clock = Ticks::new(clock);
        let (second, minute) = (Duration::from_secs(1), Duration::from_mins(1));
        Self {
            commands: keyed(limits::COMMANDS_PER_SECOND, second, &clock),
            tenant_commands: keyed(limits::TENANT_COMMANDS_PER_SECOND, second, &clock),
            tenant_visitors: keyed(limits::TENANT_COMMANDS_PER_SECOND, second, &clock),
            sign_ins: keyed(limits::SIGN_INS_PER_MINUTE, minute, &clock),
            starts: keyed(limits::STARTS_PER_MINUTE, minute, &clock),
            pieces: keyed(PIECES_PER_MINUTE, minute, &clock),
            clock,
        }
    }

    /// Counts a command of somebody who works in a tenant, or of a system of theirs.
    pub(crate) fn command(&self, tenant: Uuid, actor: Uuid) -> Result<(), TooFast> {
        self.check(&self.commands, &actor)?;
        self.check(&self.tenant_commands, &tenant)
    }

    /// Counts a command of a visitor of a tenant. All of its visitors together have a rate of their own: however many
    /// there are, they take nothing from those who help them.
    pub(crate) fn visitor_command(&self, tenant: Uuid, visitor: Uuid) -> Result<(), TooFast> {
        self.check(&self.commands, &visitor)?;
        self.check(&self.tenant_visitors, &tenant)
    }

    /// Counts a sign-in of an account.
    pub(crate) fn sign_in(&self, account: &str) -> Result<(), TooFast> {
        self.check(&self.sign_ins, &account.to_owned())
    }

    /// Counts a chat started from an address.
    pub(crate) fn start(&self, address: &str) -> Result<(), TooFast> {
        self.check(&self.starts, &address.to_owned())
    }

    /// Counts a piece of a visitor's file.
    pub(crate) fn piece(&self, visitor: Uuid) -> Result<(), TooFast> {
        self.check(&self.pieces, &visitor)
    }

    fn check<K: std::hash::Hash + Eq + Clone>(&self, limiter: &Keyed<K>, key: &K) -> Result<(), TooFast> {
        // Anybody can name accounts and come from addresses: those who were not seen lately are not remembered.
        if limiter.len() > REMEMBERED {
            limiter.retain_recent();
        }
        limiter.check_key(key).map_err(|not_until| {
            let wait = not_until.earliest_possible().duration_since(self.clock.now());
            TooFast { wait: wait.into() }
        })
    }
}

/// More than a rate allows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TooFast {
    wait: Duration,
}

impl TooFast {
    /// Milliseconds until the next one is allowed, at least one.
    pub(crate) fn after_ms(self) -> u32 {
        u32::try_from(self.wait.as_millis()).unwrap_or(u32::MAX).max(1)
    }
}

impl From<TooFast> for Problem {
    fn from(too_fast: TooFast) -> Self {
        Problem::too_many(too_fast.wait.as_secs() + 1)
    }
}

#[cfg(test)]
mod tests {
    use model::at::HOUR;

    use super::*;
    use crate::clock::ManualClock;

    const RATE: u32 = limits::COMMANDS_PER_SECOND;

    /// How many commands somebody gets through before they are refused.
    fn gets_through(limits: &Limits, actor: Uuid) -> u32 {
        (0..=2 * RATE).take_while(|_| limits.command(actor, actor).is_ok()).fold(0, |count, _| count + 1)
    }

    #[test]
    fn a_clock_that_is_set_back_refuses_nobody() {
        let clock = Arc::new(ManualClock::at(At(10 * HOUR)));
        let limits = Limits::new(clock.clone());
        let (ines, amir) = (Uuid::now_v7(), Uuid::now_v7());
        assert!(limits.command(ines, ines).is_ok());
        assert_eq!(gets_through(&limits, amir), RATE);
        clock.advance(-HOUR);
        assert_eq!(gets_through(&limits, ines), RATE - 1, "what she had left, and no more");
        let wait = limits.command(amir, amir).unwrap_err().after_ms();
        assert!(wait <= 50, "he waits no longer than he had to before: {wait} ms");
        clock.advance(50);
        assert!(limits.command(amir, amir).is_ok(), "time goes by as ever, though it is earlier than it was");
        assert!(limits.command(amir, amir).is_err());
    }

    #[test]
    fn a_clock_that_jumps_forward_gives_the_whole_rate_and_no_more() {
        let clock = Arc::new(ManualClock::at(At(10 * HOUR)));
        let limits = Limits::new(clock.clone());
        let ines = Uuid::now_v7();
        assert_eq!(gets_through(&limits, ines), RATE);
        clock.advance(HOUR);
        assert_eq!(gets_through(&limits, ines), RATE);
        clock.advance(-HOUR);
        assert!(limits.command(ines, ines).is_err(), "and nothing is won by a jump to and fro");
    }
}
