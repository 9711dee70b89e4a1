//! What rings and chimes: a few soft notes, made here.

use std::f64::consts::TAU;

use voice::audio::{FRAME, Frame, RATE};

/// How loud the loudest note is, of the greatest amplitude.
const LOUDEST: f64 = 0.5;

/// A note: when it begins and how long it is, in ms, and how high, in Hz.
struct Note {
    at: u32,
    length: u32,
    hertz: f64,
}

const fn note(at: u32, length: u32, hertz: f64) -> Note {
    Note { at, length, hertz }
}

/// Rings: three notes up, twice, then a pause.
const RING: [Note; 6] = [
    note(0, 320, 523.25),
    note(140, 320, 659.25),
    note(280, 520, 783.99),
    note(800, 320, 523.25),
    note(940, 320, 659.25),
    note(1_080, 620, 783.99),
];
/// Until it rings again.
const RING_LENGTH: u32 = 3_600;
/// Chimes: two notes down.
const CHIME: [Note; 2] = [note(0, 260, 880.0), note(120, 420, 659.25)];
const CHIME_LENGTH: u32 = 600;

/// Some notes, played once or again and again.
pub(super) struct Melody {
    notes: &'static [Note],
    length: u32,
    repeats: bool,
    volume: f64,
    sample: u32,
}

impl Melody {
    /// Rings once, or until it is stopped. `volume` is from 0 to 100.
    pub(super) fn ring(volume: u8, repeats: bool) -> Self {
        Self { notes: &RING, length: RING_LENGTH, repeats, volume: loudness(volume), sample: 0 }
    }

    /// Chimes once.
    pub(super) fn chime(volume: u8) -> Self {
        Self { notes: &CHIME, length: CHIME_LENGTH, repeats: false, volume: loudness(volume), sample: 0 }
    }

    /// The next 20 ms; nothing when it is over.
    pub(super) fn next(&mut self) -> Option<Frame> {
        let end = self.length * RATE / 1_000;
        if self.sample >= end {
            if !self.repeats {
                return None;
            }
            self.sample -= end;
        }
        let mut frame = [0; FRAME];
        for sample in &mut frame {
            let sound: f64 = self.notes.iter().map(|note| note.sound(self.sample)).sum();
            #[allow(clippy::cast_possible_truncation, reason = "kept within its bounds")]
            {
                *sample = (sound * self.volume * f64::from(i16::MAX)).clamp(-32_767.0, 32_767.0) as i16;
            }
            self.sample += 1;
        }
        Some(frame)
    }
}

impl Note {
    /// Its part of the sound at that sample: it swells quickly and dies away, as a struck bell does.
    fn sound(&self, sample: u32) -> f64 {
        let began = self.at * RATE / 1_000;
        let Some(since) = sample.checked_sub(began) else { return 0.0 };
        let (since, length) = (f64::from(since) / f64::from(RATE), f64::from(self.length) / 1_000.0);
        if since >= length {
            return 0.0;
        }
        let swell = (since / 0.008).min(1.0);
        let fade = (1.0 - since / length).powi(2);
        let tone = (TAU * self.hertz * since).sin() + 0.3 * (TAU * 2.0 * self.hertz * since).sin();
        tone * swell * fade * LOUDEST
    }
}

/// Ears hear in steps: half the number should sound half as loud.
fn loudness(volume: u8) -> f64 {
    (f64::from(volume) / 100.0).powi(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loudest(frames: impl Iterator<Item = Frame>) -> u16 {
        frames.flat_map(|frame| frame.map(i16::unsigned_abs)).max().unwrap_or(0)
    }

    #[test]
    fn a_chime_ends_and_a_ring_goes_on() {
        let chime = |volume| {
            std::iter::from_fn({
                let mut melody = Melody::chime(volume);
                move || melody.next()
            })
        };
        assert_eq!(chime(70).count(), 30, "600 ms");
        assert!(loudest(chime(100)) > 10_000 && loudest(chime(30)) < 2_500);
        assert_eq!(loudest(chime(0)), 0);
        let mut ring = Melody::ring(70, true);
        assert_eq!(std::iter::from_fn(|| ring.next()).take(1_000).count(), 1_000);
        let mut once = Melody::ring(70, false);
        assert_eq!(std::iter::from_fn(|| once.next()).take(1_000).count(), 180, "3.6 s");
    }
}
