//! Counts that wrap, made into counts that do not; and which packets came, came twice or never came (RFC 3550, A.1).

/// Where an unwrapped count begins, so that what is older than the first one still has a place.
const BEGIN: u64 = 1 << 40;

/// Makes timestamps of 32 bits into ones that do not wrap.
#[derive(Debug, Default)]
pub(crate) struct Unwrapped {
    newest: Option<u64>,
}

impl Unwrapped {
    /// The whole timestamp; the nearest to the newest one that ends in these bits.
    pub(crate) fn of(&mut self, timestamp: u32) -> u64 {
        let Some(newest) = self.newest else {
            let first = BEGIN | u64::from(timestamp);
            self.newest = Some(first);
            return first;
        };
        #[allow(clippy::cast_possible_truncation, reason = "the low bits are what is meant")]
        let step = timestamp.wrapping_sub(newest as u32).cast_signed();
        let whole = newest.saturating_add_signed(step.into());
        self.newest = Some(newest.max(whole));
        whole
    }
}

/// What a packet's number says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Number {
    /// The next one, with so many missing before it.
    New {
        /// Numbers between the newest one so far and this.
        missing: u16,
    },
    /// One that was missing.
    Belated,
    /// Has been here before, or is too old to tell.
    Twice,
    /// Far away from the others: another stream begins.
    Elsewhere,
}

/// Numbers further apart than this belong to different streams.
const STREAM: u16 = 3_000;

/// Which numbers of a stream came.
#[derive(Debug, Default)]
pub(crate) struct Numbers {
    newest: Option<u16>,
    /// The 128 numbers up to the newest one that came, which is the lowest bit.
    seen: u128,
    /// Packets that came, each once.
    received: u64,
    /// Packets that should have come.
    expected: u64,
}

impl Numbers {
    /// Takes a packet's number down.
    pub(crate) fn take(&mut self, number: u16) -> Number {
        let Some(newest) = self.newest else {
            (self.newest, self.seen) = (Some(number), 1);
            self.received += 1;
            self.expected += 1;
            return Number::New { missing: 0 };
        };
        let ahead = number.wrapping_sub(newest);
        let behind = newest.wrapping_sub(number);
        if ahead > STREAM && behind > STREAM {
            return Number::Elsewhere;
        }
        if (1..=STREAM).contains(&ahead) {
            self.newest = Some(number);
            self.seen = self.seen.checked_shl(ahead.into()).unwrap_or(0) | 1;
            self.received += 1;
            self.expected += u64::from(ahead);
            return Number::New { missing: ahead - 1 };
        }
        match 1_u128.checked_shl(behind.into()) {
            Some(place) if self.seen & place == 0 => {
                self.seen |= place;
                self.received += 1;
                Number::Belated
            }
            _ => Number::Twice,
        }
    }

    /// The next packet begins another stream; what was counted stays.
    pub(crate) fn restart(&mut self) {
        self.newest = None;
    }

    /// Packets that came, each once.
    pub(crate) fn received(&self) -> u64 {
        self.received
    }

    /// Packets that never came.
    pub(crate) fn lost(&self) -> u64 {
        // Numbers before the first one can still come: then there are more than were expected.
        self.expected.saturating_sub(self.received)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_go_on_over_the_wrap_and_back() {
        let mut whole = Unwrapped::default();
        let first = whole.of(u32::MAX - 159);
        assert_eq!(whole.of(0), first + 160);
        assert_eq!(whole.of(u32::MAX - 159), first);
        assert_eq!(whole.of(160), first + 320);
    }

    #[test]
    fn numbers_go_on_over_the_wrap() {
        let mut numbers = Numbers::default();
        for number in [65_534, 65_535, 0, 2] {
            numbers.take(number);
        }
        assert_eq!((numbers.received(), numbers.lost()), (4, 1));
        assert_eq!(numbers.take(1), Number::Belated);
        assert_eq!((numbers.received(), numbers.lost()), (5, 0));
        assert_eq!(numbers.take(65_535), Number::Twice);
        assert_eq!(numbers.take(2), Number::Twice);
        assert_eq!((numbers.received(), numbers.lost()), (5, 0));
    }

    #[test]
    fn another_stream_is_noticed_and_not_counted_as_loss() {
        let mut numbers = Numbers::default();
        numbers.take(10);
        assert_eq!(numbers.take(30_000), Number::Elsewhere);
        numbers.restart();
        assert_eq!(numbers.take(30_000), Number::New { missing: 0 });
        assert_eq!((numbers.received(), numbers.lost()), (2, 0));
    }
}
