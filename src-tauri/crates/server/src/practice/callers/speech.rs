//! Tones in the rhythm of speech: syllables of a voice that rises and falls, phrases of some seconds, and pauses in which
//! the other one may speak. No word is said.

use std::{
    f64::consts::TAU,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use rand::{Rng, SeedableRng, rngs::StdRng};
use voice::audio::{FRAME, Frame, Microphone, RATE};

/// How loud, of 32,767.
const LOUD: f64 = 7_000.0;
/// How much of each overtone a voice has.
const OVERTONES: [f64; 5] = [1.0, 0.6, 0.45, 0.25, 0.12];

/// Somebody who speaks.
pub(super) struct Speech {
    speaks: Arc<AtomicBool>,
    pitch: f64,
    chance: StdRng,
    /// What is left to say of the phrase, as samples, last one first.
    phrase: Vec<i16>,
}

impl Speech {
    /// A voice of that pitch, which is silent until it is let speak.
    pub(super) fn new(pitch: f64, seed: u64) -> (Self, Arc<AtomicBool>) {
        let speaks = Arc::new(AtomicBool::new(false));
        let chance = StdRng::seed_from_u64(seed);
        (Self { speaks: speaks.clone(), pitch, chance, phrase: Vec::new() }, speaks)
    }

    /// A phrase and the pause after it.
    fn next_phrase(&mut self) -> Vec<i16> {
        let syllables = self.chance.random_range(6..22);
        let mut phrase = Vec::new();
        for nth in 0..syllables {
            // The voice falls towards the end.
            let falls = 1.12 - 0.24 * f64::from(nth) / f64::from(syllables);
            let pitch = self.pitch * falls * self.chance.random_range(0.94..1.08);
            let ms = self.chance.random_range(90..230);
            phrase.extend(syllable(pitch, ms));
            let gap = if self.chance.random_bool(0.15) { 180 } else { self.chance.random_range(15..60) };
            phrase.resize(phrase.len() + samples(gap), 0);
        }
        let pause = self.chance.random_range(900..3_500);
        phrase.resize(phrase.len() + samples(pause), 0);
        phrase.reverse();
        phrase
    }
}

impl Microphone for Speech {
    fn hear(&mut self, frame: &mut Frame) {
        frame.fill(0);
        if !self.speaks.load(Ordering::Relaxed) {
            self.phrase.clear();
            return;
        }
        if self.phrase.len() < FRAME {
            let after = self.next_phrase();
            self.phrase.splice(0..0, after);
        }
        for sample in frame {
            *sample = self.phrase.pop().unwrap_or(0);
        }
    }
}

fn samples(ms: u32) -> usize {
    (RATE * ms / 1_000) as usize
}

#[allow(clippy::cast_possible_truncation, reason = "a sample of a wave that is not loud")]
fn syllable(pitch: f64, ms: u32) -> Vec<i16> {
    let whole = samples(ms) as f64;
    let whole_loudness: f64 = OVERTONES.iter().sum();
    (0..samples(ms))
        .map(|nth| {
            let (time, part) = (nth as f64 / f64::from(RATE), nth as f64 / whole);
            let envelope = (part / 0.15).min(1.0) * ((1.0 - part) / 0.35).min(1.0);
            let overtone = |(nth, loud): (usize, &f64)| loud * (TAU * pitch * (nth + 1) as f64 * time).sin();
            let wave: f64 = OVERTONES.iter().enumerate().map(overtone).sum();
            (LOUD * envelope * wave / whole_loudness) as i16
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use voice::audio::SILENCE;

    #[test]
    fn it_has_the_rhythm_of_speech() {
        let (mut speech, speaks) = Speech::new(140.0, 7);
        let mut frame = [1; FRAME];
        speech.hear(&mut frame);
        assert_eq!(frame, SILENCE, "nobody speaks to a tune");
        speaks.store(true, Ordering::Relaxed);
        let mut loud = Vec::new();
        for _ in 0..50 * 60 {
            let mut frame = SILENCE;
            speech.hear(&mut frame);
            loud.push(frame.iter().any(|sample| sample.unsigned_abs() > 1_000));
        }
        let share = loud.iter().filter(|loud| **loud).count() * 100 / loud.len();
        assert!((35..90).contains(&share), "{share} % of a minute is spoken");
        let changes = loud.windows(2).filter(|two| two[0] != two[1]).count();
        assert!((100..900).contains(&changes), "{changes} beginnings and ends in a minute");
    }
}
