//! What callers hear instead of words. The longer tunes are those of `voice`; the short signs are made here.

use std::f64::consts::TAU;

use voice::audio::{
    RATE,
    samples::Samples,
    tunes::{consent, hold, voicemail, welcome},
};

use crate::calls::port::Tune;

/// How loud a sign is, of 32,767.
const CLEAR: f64 = 6_500.0;
/// Milliseconds in which a note comes and goes, so that it does not click.
const SOFT: f64 = 10.0;

/// A note: its pitch in Hz (0 is a pause) and its length in ms.
type Note = (f64, u32);

/// Some tunes, one after the other. Nothing for none.
pub(super) fn in_turn(tunes: &[Tune]) -> Option<Samples> {
    tunes.iter().rev().fold(None, |after: Option<Samples>, tune| {
        let sound = sound(*tune);
        Some(match after {
            Some(after) => sound.then(after),
            None => sound,
        })
    })
}

fn sound(tune: Tune) -> Samples {
    match tune {
        Tune::Welcome => welcome(),
        Tune::Consent => consent(),
        Tune::Wait => hold(),
        Tune::Speak => voicemail(),
        Tune::Position(place) => notes(&[(660.0, 150), (0.0, 150)].repeat(place.into())),
        Tune::CallBack => notes(&[(880.0, 300), (0.0, 150), (1_175.0, 300), (0.0, 150)]),
        Tune::Closed => notes(&[(784.0, 300), (587.0, 300), (494.0, 300), (392.0, 500), (0.0, 200)]),
        Tune::Goodbye => notes(&[(392.0, 300), (587.0, 300), (784.0, 500), (0.0, 500)]),
    }
}

fn notes(notes: &[Note]) -> Samples {
    Samples::once(notes.iter().flat_map(|note| one(*note)).collect::<Vec<_>>())
}

/// The samples of a note.
#[allow(clippy::cast_possible_truncation, reason = "a sample of a wave that is not loud")]
fn one((hertz, ms): Note) -> Vec<i16> {
    let per_ms = f64::from(RATE) / 1_000.0;
    let whole = RATE * ms / 1_000;
    let edge = |nth: u32| (f64::from(nth.min(whole - nth)) / (SOFT * per_ms)).min(1.0);
    let wave = |nth: u32| (TAU * hertz * f64::from(nth) / f64::from(RATE)).sin();
    (0..whole).map(|nth| (CLEAR * edge(nth) * wave(nth)) as i16).collect()
}

#[cfg(test)]
mod tests {
    use voice::audio::{FRAME, Microphone, SILENCE};

    use super::*;

    #[test]
    fn no_tune_is_longer_than_it_says() {
        let tunes = [
            Tune::Welcome,
            Tune::Consent,
            Tune::Position(1),
            Tune::Position(Tune::LAST_POSITION),
            Tune::CallBack,
            Tune::Closed,
            Tune::Speak,
            Tune::Goodbye,
        ];
        for tune in tunes {
            let mut sound = sound(tune);
            let mut frames = 0;
            while !sound.is_over() {
                sound.hear(&mut SILENCE.clone());
                frames += 1;
            }
            let ms = frames * FRAME as i64 * 1_000 / i64::from(RATE);
            assert_eq!(ms, tune.ms(), "{tune:?}");
        }
    }

    #[test]
    fn tunes_follow_each_other() {
        let mut sound = in_turn(&[Tune::Position(1), Tune::Wait]).unwrap();
        let (mut quiet, mut loud) = (0, 0);
        for _ in 0..500 {
            let mut frame = SILENCE;
            sound.hear(&mut frame);
            if frame == SILENCE { quiet += 1 } else { loud += 1 }
        }
        assert!(loud > 400 && quiet < 100, "{loud} {quiet}: it goes on after the sign");
        assert!(in_turn(&[]).is_none());
    }
}
