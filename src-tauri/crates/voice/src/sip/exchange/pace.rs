//! How fast calls come from one place. Whoever calls faster is told that it is too much, so that others get through.

use std::{
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    sync::atomic::{AtomicUsize, Ordering},
};

use governor::{
    Quota, RateLimiter,
    clock::{Clock, DefaultClock},
    middleware::NoOpMiddleware,
    state::keyed::DashMapStateStore,
};

/// So many places are remembered before those that have not called for a while are forgotten.
const REMEMBERED: usize = 10_000;
/// That is looked for at each so many calls: it takes a while.
const EACH: usize = 1_000;
/// The part of an address of version 6 that one customer of a provider has for themselves.
const NETWORK: u32 = 64;

type Places<C> = RateLimiter<IpAddr, DashMapStateStore<IpAddr>, C, NoOpMiddleware<<C as Clock>::Instant>>;

/// How fast calls may come from one place.
pub(super) struct Pace<C: Clock = DefaultClock> {
    places: Places<C>,
    /// Calls that were refused because there are too many places.
    refused: AtomicUsize,
}

impl Pace {
    /// So many a minute, and as many at once.
    pub(super) fn a_minute(calls: NonZeroU32) -> Self {
        Self::with(calls, DefaultClock::default())
    }
}

impl<C: Clock> Pace<C> {
    fn with(calls: NonZeroU32, clock: C) -> Self {
        let places = RateLimiter::new(Quota::per_minute(calls), DashMapStateStore::default(), clock);
        Self { places, refused: AtomicUsize::new(0) }
    }

    /// Whether one more call may come from there now.
    pub(super) fn allows(&self, from: IpAddr) -> bool {
        if self.places.len() >= REMEMBERED {
            if self.refused.fetch_add(1, Ordering::Relaxed).is_multiple_of(EACH) {
                self.places.retain_recent();
            }
            // Then they are forged: nobody calls from so many places within a minute.
            if self.places.len() >= REMEMBERED {
                return false;
            }
        }
        self.places.check_key(&place(from)).is_ok()
    }
}

/// Who has this address has all these.
fn place(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(_) => ip,
        IpAddr::V6(six) => match six.to_ipv4_mapped() {
            Some(four) => four.into(),
            None => Ipv6Addr::from_bits(six.to_bits() & (u128::MAX << NETWORK)).into(),
        },
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use governor::clock::FakeRelativeClock;

    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn who_calls_too_fast_waits_and_others_do_not() {
        let clock = FakeRelativeClock::default();
        let pace = Pace::with(NonZeroU32::new(3).unwrap(), clock.clone());
        let here = ip("192.0.2.1");
        assert_eq!([(); 5].map(|()| pace.allows(here)), [true, true, true, false, false]);
        assert!(pace.allows(ip("192.0.2.2")));
        clock.advance(Duration::from_secs(20));
        assert_eq!([(); 2].map(|()| pace.allows(here)), [true, false], "one more every third of a minute");
    }

    #[test]
    fn who_has_many_addresses_is_one_all_the_same() {
        let pace = Pace::with(NonZeroU32::MIN, FakeRelativeClock::default());
        assert!(pace.allows(ip("2001:db8::1")) && !pace.allows(ip("2001:db8::2")));
        assert!(pace.allows(ip("2001:db8:0:1::1")), "another network");
        assert!(pace.allows(ip("192.0.2.1")) && !pace.allows(ip("::ffff:192.0.2.1")));
    }

    #[test]
    fn forged_addresses_fill_no_memory() {
        let clock = FakeRelativeClock::default();
        let pace = Pace::with(NonZeroU32::MIN, clock.clone());
        let allowed =
            (0..20_000_u32).filter(|nth| pace.allows(std::net::Ipv4Addr::from(*nth).into())).count();
        assert_eq!((allowed, pace.places.len()), (REMEMBERED, REMEMBERED));
        clock.advance(Duration::from_secs(200));
        assert!(pace.allows(ip("192.0.2.1")));
        assert_eq!(pace.places.len(), 1);
    }
}
