//! How loud it is, for a meter.

use std::sync::{
    Arc,
    atomic::{AtomicU16, Ordering},
};

use super::{Frame, Microphone};

/// How loud it was since it was asked last. Copies share what they show.
#[derive(Debug, Clone, Default)]
pub struct Level(Arc<AtomicU16>);

impl Level {
    /// The loudest sample, from 0 to 1.
    pub fn take(&self) -> f32 {
        f32::from(self.0.swap(0, Ordering::Relaxed)) / f32::from(i16::MAX.unsigned_abs() + 1)
    }

    fn show(&self, frame: &Frame) {
        let loudest = frame.iter().map(|sample| sample.unsigned_abs()).max().unwrap_or(0);
        self.0.fetch_max(loudest, Ordering::Relaxed);
    }
}

/// A microphone with a meter.
#[derive(Debug)]
pub struct Metered<M> {
    microphone: M,
    level: Level,
}

impl<M: Microphone> Metered<M> {
    /// This one, with its meter.
    pub fn new(microphone: M) -> (Self, Level) {
        let level = Level::default();
        (Self { microphone, level: level.clone() }, level)
    }
}

impl<M: Microphone> Microphone for Metered<M> {
    fn hear(&mut self, frame: &mut Frame) {
        self.microphone.hear(frame);
        self.level.show(frame);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::{
        SILENCE,
        memory::{Nobody, Tone},
    };

    #[test]
    fn a_meter_shows_the_loudest_once() {
        let (mut tone, level) = Metered::new(Tone::new(440.0));
        tone.hear(&mut SILENCE.clone());
        assert!((level.take() - 0.24).abs() < 0.02);
        assert_eq!(level.take(), 0.0);
        let (mut nobody, level) = Metered::new(Nobody);
        nobody.hear(&mut SILENCE.clone());
        assert_eq!(level.take(), 0.0);
    }
}
