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
    processing: Option<Box<AudioProcessing>>,
}

impl Cleaning {
    /// From now on this is taken away.
    pub fn want(&self, wanted: Wanted) {
        let mut state = self.lock();
        if state.wanted == wanted {
            return;
        }
        let processing = processing(wanted);
        (state.wanted, state.processing) = (wanted, processing);
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

fn processing(wanted: Wanted) -> Option<Box<AudioProcessing>> {
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
    Some(Box::new(processing))
}

/// A microphone whose sound is cleaned.
struct Cleaned {
    microphone: Box<dyn Microphone>,
    cleaning: Cleaning,
}

impl Microphone for Cleaned {
    fn hear(&mut self, frame: &mut Frame) {
        self.microphone.hear(frame);
        if let Some(processing) = &mut self.cleaning.lock().processing {
            for piece in frame.chunks_exact_mut(PIECE) {
                let mut clean = [0; PIECE];
                // What cannot be cleaned is heard as it is.
                if processing.process_capture_i16(piece, &mut clean).is_ok() {
                    piece.copy_from_slice(&clean);
                }
            }
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
            if let Some(processing) = state.processing.as_mut().filter(|_| is_wanted) {
                for piece in frame.chunks_exact(PIECE) {
                    // What it would play instead is of no use: it is only told.
                    let _ = processing.process_render_i16(piece, &mut [0; PIECE]);
                }
            }
        }
        self.speaker.play(frame);
    }
}

#[cfg(test)]
mod tests;
