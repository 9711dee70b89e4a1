//! A telephone's rate and a device's.

use rubato::{Fft, FixedSync, Resampler, WindowFunction, audioadapter_buffers::direct::InterleavedSlice};

use crate::{Trouble, audio::FRAME};

/// Parts of a frame that are converted at once: fewer make better filters, more make them quicker.
const PARTS: usize = 2;

/// Converts frames from one rate to another.
pub(super) struct Resample {
    fft: Fft<f32>,
    converted: Vec<f32>,
}

impl Resample {
    /// One of the two rates is a telephone's: there 20 ms are a frame.
    pub(super) fn new(from: usize, to: usize) -> Result<Self, Trouble> {
        let fixed = if from < to { FixedSync::Input } else { FixedSync::Output };
        let fft = Fft::new_custom(from, to, FRAME, PARTS, 1, WindowFunction::BlackmanHarris2, fixed)
            .map_err(|_| Trouble::Sound)?;
        let converted = vec![0.0; fft.output_frames_max()];
        Ok(Self { fft, converted })
    }

    /// Samples that the next conversion needs.
    pub(super) fn needs(&self) -> usize {
        self.fft.input_frames_next()
    }

    /// Converts as many samples as it needs; nothing comes of fewer.
    pub(super) fn convert(&mut self, sound: &[f32]) -> &[f32] {
        let room = self.converted.len();
        let Ok(input) = InterleavedSlice::new(sound, 1, sound.len()) else { return &[] };
        let Ok(mut output) = InterleavedSlice::new_mut(&mut self.converted, 1, room) else { return &[] };
        let Ok((_, written)) = self.fft.process_into_buffer(&input, &mut output, None) else { return &[] };
        self.converted.get(..written).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use std::f32::consts::TAU;

    use super::*;

    /// The part of a sound's power at a frequency.
    fn share(sound: &[f32], hertz: f32, rate: f32) -> f32 {
        let (mut sine, mut cosine, mut power) = (0.0, 0.0, 0.0);
        for (nth, sample) in sound.iter().enumerate() {
            let angle = TAU * hertz * nth as f32 / rate;
            sine += sample * angle.sin();
            cosine += sample * angle.cos();
            power += sample * sample;
        }
        2.0 * (sine * sine + cosine * cosine) / (power * sound.len() as f32)
    }

    #[test]
    fn a_note_stays_the_note_it_is_at_every_rate() {
        for rate in [16_000, 44_100, 48_000, 96_000] {
            for (from, to) in [(rate, 8_000), (8_000, rate)] {
                let mut resample = Resample::new(from, to).unwrap();
                let mut sent = 0;
                let mut heard = Vec::new();
                for _ in 0..50 {
                    let needed = resample.needs();
                    let sound: Vec<f32> = (sent..sent + needed)
                        .map(|nth| (TAU * 1_000.0 * nth as f32 / from as f32).sin())
                        .collect();
                    sent += needed;
                    heard.extend_from_slice(resample.convert(&sound));
                }
                let share = share(&heard[to / 10..], 1_000.0, to as f32);
                assert!(share > 0.99, "{from} to {to}: {share}");
                let seconds = heard.len() as f32 / to as f32;
                assert!((seconds - 1.0).abs() < 0.05, "{from} to {to}: {seconds} s");
            }
        }
    }
}
