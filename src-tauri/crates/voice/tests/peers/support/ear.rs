//! Hears which note a sound is.

use std::f64::consts::TAU;

use voice::audio::RATE;

/// The part of a sound's power that is at this frequency, 0 to 1 (Goertzel).
pub(crate) fn share(sound: &[i16], hertz: f64) -> f64 {
    let step = TAU * hertz / f64::from(RATE);
    let (mut one, mut two) = (0.0, 0.0);
    let mut power = 0.0;
    for &sample in sound {
        let sample = f64::from(sample);
        (one, two) = (sample + 2.0 * step.cos() * one - two, one);
        power += sample * sample;
    }
    let at = one * one + two * two - 2.0 * step.cos() * one * two;
    if power == 0.0 { 0.0 } else { 2.0 * at / (power * sound.len() as f64) }
}

/// Whether there is nothing to hear.
pub(crate) fn is_silent(sound: &[i16]) -> bool {
    sound.iter().all(|sample| sample.abs() < 64)
}
