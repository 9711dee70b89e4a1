//! How long to wait before the next try: full jitter under a bound that doubles, so that a thousand desks do not come
//! back in the same moment.

/// The bound of the first wait, in ms.
const FIRST: i64 = 500;
/// The largest bound, in ms.
const LARGEST: i64 = 30_000;

/// Waits of one line.
#[derive(Debug)]
pub(crate) struct Redial {
    tries: u32,
    chance: u64,
}

impl Redial {
    pub(crate) fn new(chance: u64) -> Self {
        Self { tries: 0, chance: chance | 1 }
    }

    /// How often it was tried since it worked last.
    pub(super) fn tries(&self) -> u32 {
        self.tries
    }

    /// It worked.
    pub(crate) fn reset(&mut self) {
        self.tries = 0;
    }

    /// Milliseconds until the next try.
    pub(crate) fn next_delay(&mut self) -> i64 {
        let bound = FIRST.saturating_mul(1 << self.tries.min(10)).min(LARGEST);
        self.tries = self.tries.saturating_add(1);
        self.within(bound)
    }

    /// A number of 0 to `bound` (xorshift; good enough to spread desks, and the same for the same seed).
    pub(super) fn within(&mut self, bound: i64) -> i64 {
        self.chance ^= self.chance << 13;
        self.chance ^= self.chance >> 7;
        self.chance ^= self.chance << 17;
        let bound = bound.max(0).unsigned_abs() + 1;
        i64::try_from(self.chance % bound).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::Redial;

    /// When each of a thousand desks is back, in ms after all lost their line at once, if the service is away for so long.
    fn back_after(away: i64) -> Vec<i64> {
        let mut back: Vec<i64> = (0..1_000_u64)
            .map(|desk| {
                let mut redial = Redial::new(desk.wrapping_mul(0x9e37_79b9_7f4a_7c15));
                let mut at = 0;
                while at <= away {
                    at += redial.next_delay();
                }
                at - away
            })
            .collect();
        back.sort_unstable();
        back
    }

    #[test]
    fn f1_a_thousand_desks_come_back_within_half_a_minute_and_not_all_at_once() {
        for away in [2_000, 5_000, 20_000, 300_000] {
            let back = back_after(away);
            assert!(back.last().is_some_and(|last| *last <= 30_000), "{away}: {:?}", back.last());
            for from in (0..30_000).step_by(100) {
                let together = back.iter().filter(|at| (from..from + 100).contains(*at)).count();
                assert!(together <= 80, "{away}: {together} within a tenth of a second");
            }
        }
    }
}
