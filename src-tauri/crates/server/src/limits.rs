//! Rates. Sizes are checked where the thing is read; the numbers are in `model::limits`.

use std::{num::NonZeroU32, sync::Arc, time::Duration};

use governor::{
    Quota, RateLimiter,
    clock::{Clock as GovernorClock, Reference},
    middleware::NoOpMiddleware,
    nanos::Nanos,
    state::keyed::DashMapStateStore,
};
use model::limits;
use uuid::Uuid;

use crate::{clock::Clock, problem::Problem};

/// The service's clock in the shape that the limiter wants.
#[derive(Clone)]
struct Ticks(Arc<dyn Clock>);

impl GovernorClock for Ticks {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        Nanos::from(Duration::from_millis(self.0.now().0.unsigned_abs()))
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
    sign_ins: Keyed<String>,
    starts: Keyed<String>,
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
        let clock = Ticks(clock);
        let (second, minute) = (Duration::from_secs(1), Duration::from_mins(1));
        Self {
            commands: keyed(limits::COMMANDS_PER_SECOND, second, &clock),
            tenant_commands: keyed(limits::TENANT_COMMANDS_PER_SECOND, second, &clock),
            sign_ins: keyed(limits::SIGN_INS_PER_MINUTE, minute, &clock),
            starts: keyed(limits::STARTS_PER_MINUTE, minute, &clock),
            clock,
        }
    }

    /// Counts a command of somebody in a tenant.
    pub(crate) fn command(&self, tenant: Uuid, actor: Uuid) -> Result<(), TooFast> {
        self.check(&self.commands, &actor)?;
        self.check(&self.tenant_commands, &tenant)
    }

    /// Counts a sign-in of an account.
    pub(crate) fn sign_in(&self, account: &str) -> Result<(), TooFast> {
        self.check(&self.sign_ins, &account.to_owned())
    }

    /// Counts a chat started from an address.
    pub(crate) fn start(&self, address: &str) -> Result<(), TooFast> {
        self.check(&self.starts, &address.to_owned())
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
