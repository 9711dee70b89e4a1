//! The advisor's microphone and speaker. They are opened once, when the advisor signs in: the first time takes a second.
//! What they record and play passes through a short queue on either side, so that neither ever waits for a call.

mod leftover;
mod list;
pub(crate) mod priority;
mod resample;
mod reserve;

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use cpal::{
    BufferSize, Device as Hardware, FromSample, Sample, SampleFormat, SizedSample, Stream, StreamConfig,
    SupportedStreamConfig,
    traits::{DeviceTrait, StreamTrait},
};
use leftover::Leftover;
pub use list::{Device, microphones, speakers};
use resample::Resample;
use reserve::Reserve;
use ringbuf::{
    HeapCons, HeapProd, HeapRb,
    traits::{Consumer, Observer, Producer, Split},
};

use super::{Frame, Microphone, RATE, Speaker};
use crate::Trouble;

/// The most that may wait in a queue, in ms. What is older is not worth hearing: it would only lag.
const MOST: usize = 60;
/// What a queue can hold, in ms; more than is ever left in it.
const ROOM: usize = 500;
/// A device's part of a frame, to be asked for in small pieces: 10 ms.
const PIECES: u32 = 100;

/// The advisor's microphone.
pub struct Recorder {
    queue: HeapCons<f32>,
    resample: Resample,
    rate: usize,
    leftover: Leftover,
    broken: Arc<AtomicBool>,
    /// Records as long as it is there.
    _stream: Stream,
}

/// The advisor's speaker.
pub struct Player {
    queue: HeapProd<f32>,
    resample: Resample,
    broken: Arc<AtomicBool>,
    /// Plays as long as it is there.
    _stream: Stream,
}

impl Recorder {
    /// Opens the microphone of this name, or the usual one.
    ///
    /// # Errors
    /// `Sound` where there is none, or it cannot be opened.
    pub fn open(id: Option<&str>) -> Result<Self, Trouble> {
        let device = list::microphone(id).ok_or(Trouble::Sound)?;
        let config = device.default_input_config().map_err(no_sound)?;
        let rate = rate(&config);
        let broken = Arc::new(AtomicBool::default());
        let (add, queue) = HeapRb::new(rate * ROOM / 1_000).split();
        let stream = match config.sample_format() {
            SampleFormat::F32 => record::<f32>(&device, &config, add, &broken),
            SampleFormat::I16 => record::<i16>(&device, &config, add, &broken),
            SampleFormat::I32 => record::<i32>(&device, &config, add, &broken),
            _ => Err(Trouble::Sound),
        }?;
        let resample = Resample::new(rate, RATE as usize)?;
        let leftover = Leftover::new(rate / PIECES as usize);
        Ok(Self { queue, resample, rate, leftover, broken, _stream: stream })
    }

    /// Whether the system took it away: nothing is recorded any more.
    pub fn is_broken(&self) -> bool {
        self.broken.load(Ordering::Relaxed)
    }
}

impl Player {
    /// Opens the speaker of this name, or the usual one.
    ///
    /// # Errors
    /// `Sound` where there is none, or it cannot be opened.
    pub fn open(id: Option<&str>) -> Result<Self, Trouble> {
        let device = list::speaker(id).ok_or(Trouble::Sound)?;
        let config = device.default_output_config().map_err(no_sound)?;
        let rate = rate(&config);
        let broken = Arc::new(AtomicBool::default());
        let (queue, take) = HeapRb::new(rate * ROOM / 1_000).split();
        let stream = match config.sample_format() {
            SampleFormat::F32 => play::<f32>(&device, &config, take, &broken),
            SampleFormat::I16 => play::<i16>(&device, &config, take, &broken),
            SampleFormat::I32 => play::<i32>(&device, &config, take, &broken),
            _ => Err(Trouble::Sound),
        }?;
        Ok(Self { queue, resample: Resample::new(RATE as usize, rate)?, broken, _stream: stream })
    }

    /// Whether the system took it away: nothing is played any more.
    pub fn is_broken(&self) -> bool {
        self.broken.load(Ordering::Relaxed)
    }
}

impl Microphone for Recorder {
    fn hear(&mut self, frame: &mut Frame) {
        let needed = self.resample.needs();
        // Nobody listened for a while: what is there is old.
        if self.queue.is_full() {
            self.queue.clear();
        }
        let excess = self.queue.occupied_len().saturating_sub((self.rate * MOST / 1_000).max(needed));
        self.queue.skip(excess);
        frame.fill(0);
        if self.queue.occupied_len() < needed {
            return self.leftover.missed();
        }
        let sound: Vec<f32> = self.queue.pop_iter().take(needed).collect();
        let skipped = self.leftover.note(self.queue.occupied_len());
        self.queue.skip(skipped);
        for (sample, heard) in frame.iter_mut().zip(self.resample.convert(&sound)) {
            *sample = i16::from_sample(*heard);
        }
    }
}

impl Speaker for Player {
    fn play(&mut self, frame: &Frame) {
        let sound: Vec<f32> = frame.iter().map(|sample| f32::from_sample(*sample)).collect();
        self.queue.push_slice(self.resample.convert(&sound));
    }
}

fn rate(config: &SupportedStreamConfig) -> usize {
    config.sample_rate() as usize
}

fn no_sound(error: cpal::Error) -> Trouble {
    tracing::warn!(%error, "a sound device cannot be used");
    Trouble::Sound
}

/// How a device is asked for its sound: in pieces that are shorter than a frame.
fn pieces(config: &SupportedStreamConfig) -> StreamConfig {
    let mut pieces = config.config();
    pieces.buffer_size = BufferSize::Fixed(config.sample_rate() / PIECES);
    pieces
}

fn record<T>(
    device: &Hardware,
    config: &SupportedStreamConfig,
    mut add: HeapProd<f32>,
    broken: &Arc<AtomicBool>,
) -> Result<Stream, Trouble>
where
    T: SizedSample,
    f32: FromSample<T>,
{
    let channels = usize::from(config.channels()).max(1);
    let stream = device
        .build_input_stream(
            pieces(config),
            move |sound: &[T], _: &_| {
                // All channels as one. What does not fit is what nobody fetches.
                let mixed = sound.chunks(channels).map(|at_once| {
                    at_once.iter().map(|sample| f32::from_sample(*sample)).sum::<f32>() / channels as f32
                });
                add.push_iter(mixed);
            },
            stopped(broken),
            None,
        )
        .map_err(no_sound)?;
    stream.play().map_err(no_sound)?;
    Ok(stream)
}

fn play<T>(
    device: &Hardware,
    config: &SupportedStreamConfig,
    mut take: HeapCons<f32>,
    broken: &Arc<AtomicBool>,
) -> Result<Stream, Trouble>
where
    T: SizedSample + FromSample<f32>,
{
    let channels = usize::from(config.channels()).max(1);
    let most = rate(config) * MOST / 1_000;
    let mut reserve = Reserve::new();
    let stream = device
        .build_output_stream(
            pieces(config),
            move |sound: &mut [T], _: &_| {
                let needed = sound.len() / channels;
                let excess = take.occupied_len().saturating_sub(most.max(needed));
                take.skip(excess);
                if !reserve.plays(take.occupied_len(), needed) {
                    sound.fill(T::EQUILIBRIUM);
                    return;
                }
                for at_once in sound.chunks_mut(channels) {
                    at_once.fill(T::from_sample(take.try_pop().unwrap_or(0.0)));
                }
            },
            stopped(broken),
            None,
        )
        .map_err(no_sound)?;
    stream.play().map_err(no_sound)?;
    Ok(stream)
}

/// What is done when the system takes a device away. That a busy machine was late is no such thing.
fn stopped(broken: &Arc<AtomicBool>) -> impl FnMut(cpal::Error) + Send + 'static {
    let broken = Arc::clone(broken);
    move |error| {
        tracing::warn!(%error, "a sound device stopped");
        broken.store(true, Ordering::Relaxed);
    }
}
