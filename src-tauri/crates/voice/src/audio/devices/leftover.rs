//! What is left in a microphone's queue after each frame: it was said and is heard later for no reason. A little must be
//! left, since a busy computer hands sound over unevenly; the rest is skipped, once it has been left for a while.

/// Frames for which it must have been left.
const WHILE: u32 = 50;
/// The same after something was missing: then it is better to be late.
const LONG_WHILE: u32 = 500;

/// Watches what is left.
#[derive(Debug)]
pub(super) struct Leftover {
    /// What may be left, in samples.
    spare: usize,
    least: usize,
    frames: u32,
    wanted: u32,
}

impl Leftover {
    /// So many samples may be left.
    pub(super) fn new(spare: usize) -> Self {
        Self { spare, least: usize::MAX, frames: 0, wanted: WHILE }
    }

    /// So many are left after a frame; how many of them should be skipped.
    pub(super) fn note(&mut self, left: usize) -> usize {
        self.least = self.least.min(left);
        self.frames += 1;
        if self.frames < self.wanted {
            return 0;
        }
        let skipped = self.least.saturating_sub(self.spare);
        *self = Self::new(self.spare);
        skipped
    }

    /// There was not enough for a frame.
    pub(super) fn missed(&mut self) {
        *self = Self { wanted: LONG_WHILE, ..Self::new(self.spare) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_always_left_is_skipped_but_for_a_little() {
        let mut leftover = Leftover::new(480);
        let skipped: usize = (0..WHILE as usize).map(|nth| leftover.note(2_000 + nth % 3 * 480)).sum();
        assert_eq!(skipped, 2_000 - 480);
        let skipped: usize = (0..WHILE as usize).map(|nth| leftover.note(480 + nth % 3 * 480)).sum();
        assert_eq!(skipped, 0, "as much as may be left");
    }

    #[test]
    fn after_something_was_missing_more_is_left_for_long() {
        let mut leftover = Leftover::new(480);
        leftover.missed();
        let skipped: Vec<usize> = (0..LONG_WHILE).map(|_| leftover.note(2_000)).collect();
        assert_eq!(skipped.iter().position(|skipped| *skipped > 0), Some(LONG_WHILE as usize - 1));
    }
}
