//! How long to wait before the next try: full jitter under a bound that doubles, so that a thousand desks do not come
//! back in the same moment.

/// The bound of the first wait, in ms.
const FIRST: i64 = 500;
/// The largest bound, in ms.
const LARGEST: i64 = 30_000;

/// Waits of one line.
#[derive(Debug)]
pub(super) struct Redial {
    tries: u32,
    chance: u64,
}

impl Redial {
    pub(super) fn new(chance: u64) -> Self {
        Self { tries: 0, chance: chance | 1 }
    }

    /// How often it was tried since it worked last.
    pub(super) fn tries(&self) -> u32 {
        self.tries
    }

    /// It worked.
    pub(super) fn reset(&mut self) {
        self.tries = 0;
    }

    /// Milliseconds until the next try.
    pub(super) fn next_delay(&mut self) -> i64 {
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
