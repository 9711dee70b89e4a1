//! Sound of our own for those who wait: made of a few notes, so that it belongs to nobody else. Each tune is made once,
//! and played to any number of calls.

use std::{
    f64::consts::TAU,
    sync::{Arc, LazyLock},
};

use super::{RATE, samples::Samples};

/// How loud a note of hold music is, of 32,767: quiet, because it goes on for long and nobody chose it.
const QUIET: f64 = 2_600.0;
/// How loud a sign is that should be noticed.
const CLEAR: f64 = 6_500.0;
/// A beat of the hold music, in seconds.
const BEAT: f64 = 0.42;
/// The chords of the hold music, in Hz: C major seventh, A minor seventh, F major seventh, G with a sixth.
const CHORDS: [[f64; 4]; 4] = [
    [261.63, 329.63, 392.00, 493.88],
    [220.00, 261.63, 329.63, 392.00],
    [174.61, 220.00, 261.63, 329.63],
    [196.00, 246.94, 293.66, 329.63],
];
/// Which notes of a chord are played, a beat each.
const PATTERN: [usize; 8] = [0, 1, 2, 3, 2, 1, 2, 1];

static HOLD: LazyLock<Arc<[i16]>> = LazyLock::new(hold_music);
static WELCOME: LazyLock<Arc<[i16]>> = LazyLock::new(|| {
    notes(1.6, CLEAR, 1.0, &[(0.0, 392.00), (0.22, 493.88), (0.44, 587.33), (0.66, 783.99)])
});
static CONSENT: LazyLock<Arc<[i16]>> =
    LazyLock::new(|| notes(1.0, CLEAR, 0.35, &[(0.0, 659.26), (0.3, 659.26)]));
static BEEP: LazyLock<Arc<[i16]>> = LazyLock::new(beep);
static RINGING: LazyLock<Arc<[i16]>> = LazyLock::new(ringing);

/// Music for those who wait: soft broken chords, over and over.
pub fn hold() -> Samples {
    Samples::looped(Arc::clone(&HOLD))
}

/// Four notes that rise: somebody who calls was heard.
pub fn welcome() -> Samples {
    Samples::once(Arc::clone(&WELCOME))
}

/// The same note twice: from here on the call is recorded.
pub fn consent() -> Samples {
    Samples::once(Arc::clone(&CONSENT))
}

/// Speak after this.
pub fn voicemail() -> Samples {
    Samples::once(Arc::clone(&BEEP))
}

/// It rings at somebody's, as it sounds in Europe: 425 Hz, one second in five.
pub fn ringback() -> Samples {
    Samples::looped(Arc::clone(&RINGING))
}

/// Samples in so many seconds.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some seconds")]
fn samples(seconds: f64) -> usize {
    (seconds * f64::from(RATE)) as usize
}

/// Sound that is made of waves, as samples.
fn rendered(waves: &[f64]) -> Arc<[i16]> {
    #[allow(clippy::cast_possible_truncation, reason = "it is clamped by the cast")]
    waves.iter().map(|wave| *wave as i16).collect()
}

/// Adds a note that is struck and fades away, with a little of its octave. What goes over the end goes on at the
/// beginning: so it can be looped without a seam.
fn strike(waves: &mut [f64], begin: f64, hertz: f64, loudness: f64, fades: f64) {
    let whole = waves.len().max(1);
    for nth in 0..samples(fades * 4.0).min(whole) {
        let time = nth as f64 / f64::from(RATE);
        // It does not begin all at once: that would click.
        let envelope = (time / 0.02).min(1.0) * (-time / fades).exp();
        let wave = (TAU * hertz * time).sin() + 0.25 * (2.0 * TAU * hertz * time).sin();
        if let Some(place) = waves.get_mut((samples(begin) + nth) % whole) {
            *place += loudness * envelope * wave / 1.25;
        }
    }
}

/// Some notes, each with when it is struck.
fn notes(length: f64, loudness: f64, fades: f64, notes: &[(f64, f64)]) -> Arc<[i16]> {
    let mut waves = vec![0.0; samples(length)];
    let each = loudness / (notes.len() as f64).sqrt();
    for (begin, hertz) in notes {
        strike(&mut waves, *begin, *hertz, each, fades / 2.0);
    }
    // What is left at the end is let go within a moment.
    let last = samples(0.05);
    for (left, wave) in waves.iter_mut().rev().take(last).enumerate() {
        *wave *= left as f64 / last as f64;
    }
    rendered(&waves)
}

fn hold_music() -> Arc<[i16]> {
    let beats = (CHORDS.len() * PATTERN.len()) as f64;
    let mut waves = vec![0.0; samples(beats * BEAT)];
    for (bar, chord) in CHORDS.iter().enumerate() {
        let begin = (bar * PATTERN.len()) as f64 * BEAT;
        // The lowest note lies under its bar.
        if let Some(lowest) = chord.first() {
            strike(&mut waves, begin, *lowest, QUIET * 0.5, BEAT * 3.0);
        }
        for (beat, note) in PATTERN.iter().enumerate() {
            if let Some(hertz) = chord.get(*note) {
                strike(&mut waves, begin + beat as f64 * BEAT, hertz * 2.0, QUIET, BEAT * 1.2);
            }
        }
    }
    rendered(&waves)
}

/// A note without any change in it, that begins and ends softly.
fn even(hertz: f64, length: f64, loudness: f64) -> Vec<f64> {
    let whole = samples(length);
    let soft = samples(0.01) as f64;
    let each = |nth: usize| {
        let edge = (nth.min(whole - nth) as f64 / soft).min(1.0);
        loudness * edge * (TAU * hertz * nth as f64 / f64::from(RATE)).sin()
    };
    (0..whole).map(each).collect()
}

fn beep() -> Arc<[i16]> {
    rendered(&even(1_000.0, 0.4, CLEAR))
}

fn ringing() -> Arc<[i16]> {
    let mut waves = even(425.0, 1.0, CLEAR / 2.0);
    waves.resize(samples(5.0), 0.0);
    rendered(&waves)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::{Microphone, SILENCE};

    fn loudest(sound: &[i16]) -> u16 {
        sound.iter().map(|sample| sample.unsigned_abs()).max().unwrap_or(0)
    }

    /// The greatest step between two samples: a click.
    fn step(sound: &[i16]) -> u16 {
        sound.windows(2).map(|two| two[0].abs_diff(two[1])).max().unwrap_or(0)
    }

    #[test]
    fn tunes_are_heard_and_do_not_clip_nor_click() {
        for (name, tune) in [("hold", &HOLD), ("welcome", &WELCOME), ("consent", &CONSENT), ("beep", &BEEP)] {
            assert!((1_500..20_000).contains(&loudest(tune)), "{name}: {}", loudest(tune));
            assert!(step(tune) < 8_000, "{name}: {}", step(tune));
        }
        assert!(loudest(&HOLD) < loudest(&WELCOME) * 2, "who waits long is not shouted at");
    }

    #[test]
    fn signs_end_in_silence() {
        for tune in [&WELCOME, &CONSENT, &BEEP] {
            assert!(loudest(&tune[tune.len() - 8..]) < 1_000);
        }
    }

    #[test]
    fn hold_music_has_no_seam() {
        let seam = [HOLD[HOLD.len() - 1], HOLD[0]];
        assert!(step(&seam) < 1_000, "{seam:?}");
        let mut hold = hold();
        for _ in 0..2_000 {
            hold.hear(&mut SILENCE.clone());
        }
        assert!(!hold.is_over());
    }
}
