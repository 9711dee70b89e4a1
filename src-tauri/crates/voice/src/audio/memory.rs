//! Sound without devices: tones to speak with and a recording to hear with, for stories that check what arrived.

use std::{
    f64::consts::TAU,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::watch;

use super::{Frame, Microphone, RATE, Speaker};

/// How loud a tone is: a quarter of the greatest amplitude, so that three of them do not clip.
const LOUDNESS: f64 = 8_000.0;

/// Says one note for ever.
#[derive(Debug, Clone)]
pub struct Tone {
    step: f64,
    phase: f64,
}

impl Tone {
    /// A tone of so many Hz.
    pub fn new(hertz: f64) -> Self {
        Self { step: TAU * hertz / f64::from(RATE), phase: 0.0 }
    }
}

impl Microphone for Tone {
    fn hear(&mut self, frame: &mut Frame) {
        for sample in frame {
            #[allow(clippy::cast_possible_truncation, reason = "within ±8,000")]
            {
                *sample = (self.phase.sin() * LOUDNESS) as i16;
            }
            self.phase = (self.phase + self.step) % TAU;
        }
    }
}

/// Says nothing, and plays to nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nobody;

impl Microphone for Nobody {
    fn hear(&mut self, frame: &mut Frame) {
        frame.fill(0);
    }
}

impl Speaker for Nobody {
    fn play(&mut self, _: &Frame) {}
}

/// Keeps everything that was played. Copies share what they keep.
#[derive(Debug, Clone)]
pub struct Recording {
    samples: Arc<Mutex<Vec<i16>>>,
    length: watch::Sender<usize>,
}

impl Default for Recording {
    fn default() -> Self {
        Self { samples: Arc::default(), length: watch::Sender::new(0) }
    }
}

impl Recording {
    /// How many samples it has; changes whenever there are more, for those who wait.
    pub fn length(&self) -> watch::Receiver<usize> {
        self.length.subscribe()
    }

    /// The samples from this one on.
    pub fn since(&self, from: usize) -> Vec<i16> {
        self.lock().get(from..).unwrap_or_default().to_vec()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<i16>> {
        self.samples.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Speaker for Recording {
    fn play(&mut self, frame: &Frame) {
        let length = {
            let mut samples = self.lock();
            samples.extend_from_slice(frame);
            samples.len()
        };
        self.length.send_replace(length);
    }
}
