//! A short burst of tone now and then, with the moment at which it was said; and an ear that notes when it hears one.

use std::{
    f64::consts::TAU,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use voice::audio::{FRAME, Frame, Microphone, RATE, Speaker};

/// From one burst to the next, in frames. Longer than any delay that is measured.
const EVERY: u32 = 40;
/// How long a burst is, in frames.
const LENGTH: u32 = 5;
/// The loudness from which something is heard.
const HEARD: u16 = 3_000;
const LOUD: f64 = 14_000.0;
const HERTZ: f64 = 1_000.0;

/// When bursts were said, and when heard.
#[derive(Debug, Clone, Default)]
pub struct Moments {
    said: Arc<Mutex<Vec<Instant>>>,
    heard: Arc<Mutex<Vec<Instant>>>,
}

impl Moments {
    /// From saying to hearing, for each burst that was heard: in ms.
    pub fn delays(&self) -> Vec<f64> {
        let said = self.said.lock().unwrap();
        let heard = self.heard.lock().unwrap();
        let longest = Duration::from_millis(u64::from(EVERY) * 20);
        said.iter()
            .filter_map(|said| {
                let after = heard.iter().find(|heard| *heard > said)?;
                let delay = after.duration_since(*said);
                (delay < longest).then_some(delay.as_secs_f64() * 1_000.0)
            })
            .collect()
    }

    /// How many were said.
    pub fn said(&self) -> usize {
        self.said.lock().unwrap().len()
    }
}

/// Says a burst now and then.
pub struct Mouth {
    moments: Moments,
    frames: u32,
    sample: u32,
}

impl Mouth {
    pub fn new(moments: &Moments) -> Self {
        Self { moments: moments.clone(), frames: 0, sample: 0 }
    }
}

impl Microphone for Mouth {
    fn hear(&mut self, frame: &mut Frame) {
        let place = self.frames % EVERY;
        self.frames += 1;
        if place >= LENGTH {
            frame.fill(0);
            return;
        }
        if place == 0 {
            // What a real microphone hands over was said during the 20 ms before.
            let began = Instant::now().checked_sub(Duration::from_millis(20));
            self.moments.said.lock().unwrap().push(began.unwrap_or_else(Instant::now));
            self.sample = 0;
        }
        for sample in frame {
            let angle = TAU * HERTZ * f64::from(self.sample) / f64::from(RATE);
            #[allow(clippy::cast_possible_truncation, reason = "within the bounds of a sample")]
            {
                *sample = (angle.sin() * LOUD) as i16;
            }
            self.sample += 1;
        }
    }
}

/// Notes when a burst begins.
pub struct Ear {
    moments: Moments,
    /// Frames since something was heard last.
    silent: u32,
}

impl Ear {
    pub fn new(moments: &Moments) -> Self {
        Self { moments: moments.clone(), silent: u32::MAX }
    }
}

impl Speaker for Ear {
    fn play(&mut self, frame: &Frame) {
        let first = frame.iter().position(|sample| sample.unsigned_abs() >= HEARD);
        let Some(first) = first else {
            self.silent = self.silent.saturating_add(1);
            return;
        };
        if self.silent > LENGTH {
            let within = Duration::from_secs_f64(first as f64 / f64::from(RATE));
            self.moments.heard.lock().unwrap().push(Instant::now() + within);
        }
        self.silent = 0;
    }
}

/// How long a frame is.
pub const TICK: Duration = Duration::from_millis(1_000 * FRAME as u64 / RATE as u64);
