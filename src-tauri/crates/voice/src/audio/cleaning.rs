//! An advisor's voice without the room around it: without its noise, and without what the speaker says into the
//! microphone. Belongs around devices only: music and tones are noise to it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sonora::{
    AudioProcessing, Config, StreamConfig,
    config::{EchoCanceller, NoiseSuppression, NoiseSuppressionLevel},
};

use super::{FRAME, Frame, Microphone, RATE, Sound, Speaker};

/// What is taken away is heard in pieces of 10 ms.
const PIECE: usize = FRAME / 2;
/// Frames in which it learns what noise is: until then it takes a voice for noise, and would swallow the first words.
const LEARNS: u32 = 2 * RATE / FRAME as u32;

/// What should be taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wanted {
    /// Noise of the room: fans, streets.
    pub without_noise: bool,
    /// What the advisor hears, where the microphone hears it too. Nobody needs it with a headset.
    pub without_echo: bool,
}

/// Cleans what an advisor says. Copies share what is wanted, which may change during a call.
#[derive(Clone, Default)]
pub struct Cleaning(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    wanted: Wanted,
    /// Nothing while nothing is wanted: then it costs nothing either.
    cleaner: Option<Cleaner>,
}

struct Cleaner {
    processing: Box<AudioProcessing>,
    /// So many frames are still heard as they are, while it learns.
    learns: u32,
}

impl Cleaning {
    /// From now on this is taken away.
    pub fn want(&self, wanted: Wanted) {
        if self.lock().wanted == wanted {
            return;
        }
        let changed = State { wanted, cleaner: Cleaner::of(wanted) };
        let old = std::mem::replace(&mut *self.lock(), changed);
        // Making one and putting one away take their time; no call waits for them in the lock.
        drop(old);
    }

    /// The same sound, cleaned.
    pub fn around(&self, sound: Sound) -> Sound {
        Sound::new(
            Cleaned { microphone: sound.microphone, cleaning: self.clone() },
            Overheard { speaker: sound.speaker, cleaning: self.clone() },
        )
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Cleaner {
    fn of(wanted: Wanted) -> Option<Self> {
        if wanted == Wanted::default() {
            return None;
        }
        let noise = NoiseSuppression { level: NoiseSuppressionLevel::High, ..NoiseSuppression::default() };
        let config = Config {
            noise_suppression: wanted.without_noise.then_some(noise),
            echo_canceller: wanted.without_echo.then(EchoCanceller::default),
            ..Config::default()
        };
        let mono = StreamConfig::new(RATE, 1);
        let processing =
            AudioProcessing::builder().config(config).capture_config(mono).render_config(mono).build();
        // An echo is known by what was played: there is nothing to learn of silence.
        let learns = if wanted.without_noise { LEARNS } else { 0 };
        Some(Self { processing: Box::new(processing), learns })
    }

    fn clean(&mut self, frame: &mut Frame) {
        let mut clean = *frame;
        for (piece, clean) in frame.chunks_exact(PIECE).zip(clean.chunks_exact_mut(PIECE)) {
            // What cannot be cleaned is heard as it is.
            if self.processing.process_capture_i16(piece, clean).is_err() {
                clean.copy_from_slice(piece);
            }
        }
        match self.learns {
            0 => *frame = clean,
            1 => fade(frame, &clean),
            _ => {}
        }
        self.learns = self.learns.saturating_sub(1);
    }
}

/// From one sound to the other within a frame, so that nothing clicks.
fn fade(frame: &mut Frame, to: &Frame) {
    let whole = FRAME as i32;
    for ((sample, to), part) in frame.iter_mut().zip(to).zip(0..) {
        let between = (i32::from(*sample) * (whole - part) + i32::from(*to) * part) / whole;
        *sample = i16::try_from(between).unwrap_or(*to);
    }
}

/// A microphone whose sound is cleaned.
struct Cleaned {
    microphone: Box<dyn Microphone>,
    cleaning: Cleaning,
}

impl Microphone for Cleaned {
    fn hear(&mut self, frame: &mut Frame) {
        self.microphone.hear(frame);
        if let Some(cleaner) = &mut self.cleaning.lock().cleaner {
            cleaner.clean(frame);
        }
    }
}

/// A speaker of which it is known what it says.
struct Overheard {
    speaker: Box<dyn Speaker>,
    cleaning: Cleaning,
}

impl Speaker for Overheard {
    fn play(&mut self, frame: &Frame) {
        {
            let mut state = self.cleaning.lock();
            let is_wanted = state.wanted.without_echo;
            if let Some(cleaner) = state.cleaner.as_mut().filter(|_| is_wanted) {
                for piece in frame.chunks_exact(PIECE) {
                    // What it would play instead is of no use: it is only told.
                    let _ = cleaner.processing.process_render_i16(piece, &mut [0; PIECE]);
                }
            }
        }
        self.speaker.play(frame);
    }
}

#[cfg(test)]
mod tests;
