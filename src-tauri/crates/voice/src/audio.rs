//! The port to what an advisor speaks into and hears from. Sound is mono, 16 bits, 8,000 samples a second, in frames of
//! 20 ms, as a telephone carries it; an adapter that has another rate converts.

#[cfg(feature = "devices")]
pub mod cleaning;
#[cfg(feature = "devices")]
pub mod devices;
pub mod level;
pub mod memory;
pub mod samples;
pub mod tunes;
pub mod wav;

/// Samples a second.
pub const RATE: u32 = 8_000;
/// Samples in a frame of 20 ms.
pub const FRAME: usize = 160;
/// 20 ms of sound.
pub type Frame = [i16; FRAME];
/// 20 ms without any.
pub const SILENCE: Frame = [0; FRAME];

/// What the advisor speaks into.
pub trait Microphone: Send {
    /// The next 20 ms. Must not wait: what is not there yet is silence.
    fn hear(&mut self, frame: &mut Frame);
}

/// What the advisor hears from.
pub trait Speaker: Send {
    /// Plays 20 ms. Must not wait: what does not fit is left out.
    fn play(&mut self, frame: &Frame);
}

/// Both, as a telephone wants them.
pub struct Sound {
    /// What the advisor says.
    pub microphone: Box<dyn Microphone>,
    /// What the advisor hears.
    pub speaker: Box<dyn Speaker>,
}

impl Sound {
    /// Sound of these two.
    pub fn new(microphone: impl Microphone + 'static, speaker: impl Speaker + 'static) -> Self {
        Self { microphone: Box::new(microphone), speaker: Box::new(speaker) }
    }
}
