//! Invents what is missing: goes on with the last period of the voice, ever more quietly, as G.711's appendix I does.

use std::{collections::VecDeque, ops::RangeInclusive};

/// Sound that is remembered to go on with: two of the longest periods.
const REMEMBERED: usize = 320;
/// Periods that a voice can have, in samples: 200 Hz down to 50 Hz (shorter ones come in multiples).
const PERIODS: RangeInclusive<usize> = 40..=160;
/// Samples that are invented at full loudness.
const LOUD: usize = 80;
/// Samples after which nothing is left.
const GONE: usize = 480;

/// Remembers what was played, and goes on with it.
#[derive(Debug, Default)]
pub(crate) struct Concealer {
    past: VecDeque<i16>,
    /// One period of the voice, while something is missing.
    period: Vec<i16>,
    /// Samples that were invented in a row.
    invented: usize,
}

impl Concealer {
    /// This was really heard.
    pub(crate) fn heard(&mut self, sound: &[i16]) {
        self.invented = 0;
        self.past.extend(sound);
        let excess = self.past.len().saturating_sub(REMEMBERED);
        self.past.drain(..excess);
    }

    /// Invents as much as there is room for.
    pub(crate) fn invent(&mut self, out: &mut [i16]) {
        if self.invented == 0 {
            self.period = period(self.past.make_contiguous()).to_vec();
        }
        out.fill(0);
        let begin = self.invented % self.period.len().max(1);
        for (sample, voice) in out.iter_mut().zip(self.period.iter().cycle().skip(begin)) {
            *sample = faded(*voice, self.invented);
            self.invented = self.invented.saturating_add(1);
        }
    }
}

/// The last period of a sound: the piece at its end that is most like what was before it.
fn period(past: &[i16]) -> &[i16] {
    let likeness = |lag: usize| {
        let recent = past.iter().rev().take(*PERIODS.end());
        let before = past.iter().rev().skip(lag);
        let (mut product, mut power) = (0.0, 1.0);
        for (a, b) in recent.zip(before) {
            let (a, b) = (f64::from(*a), f64::from(*b));
            product += a * b;
            power += b * b;
        }
        product / power.sqrt()
    };
    // The first of equals: the shortest.
    let best = PERIODS
        .map(|lag| (lag, likeness(lag)))
        .reduce(|best, next| if next.1 > best.1 { next } else { best });
    let lag = best.map_or(*PERIODS.end(), |(lag, _)| lag);
    past.get(past.len().saturating_sub(lag)..).unwrap_or_default()
}

/// A sample as loud as the `nth` that is invented should be.
fn faded(sample: i16, nth: usize) -> i16 {
    let left = GONE.saturating_sub(nth).min(GONE - LOUD);
    let loud = i64::from(sample) * i64::try_from(left).unwrap_or(0) / (GONE - LOUD) as i64;
    i16::try_from(loud).unwrap_or(sample)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::{FRAME, Microphone, SILENCE, memory::Tone};

    #[test]
    fn a_tone_goes_on_without_a_break_and_fades() {
        let mut tone = Tone::new(200.0);
        let mut concealer = Concealer::default();
        let mut frame = SILENCE;
        for _ in 0..3 {
            tone.hear(&mut frame);
            concealer.heard(&frame);
        }
        let mut expected = SILENCE;
        tone.hear(&mut expected);
        let mut invented = SILENCE;
        concealer.invent(&mut invented);
        for (nth, (a, b)) in invented.iter().zip(&expected).enumerate().take(LOUD) {
            assert!((i32::from(*a) - i32::from(*b)).abs() < 40, "sample {nth}: {a} for {b}");
        }
        for _ in 0..2 {
            concealer.invent(&mut invented);
        }
        assert!(invented.iter().rev().take(10).all(|s| s.abs() < 400), "nearly gone after 60 ms");
        concealer.invent(&mut invented);
        assert_eq!(invented, SILENCE);
    }

    #[test]
    fn nothing_goes_on_as_silence() {
        let mut invented = [7; FRAME];
        Concealer::default().invent(&mut invented);
        assert_eq!(invented, SILENCE);
    }
}
