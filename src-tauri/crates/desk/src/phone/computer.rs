//! The sound of this computer: what one speaks into and hears from while one calls, and what rings.
//!
//! A thread owns the devices. It opens them when a line is opened, so that answering never waits for them, and changes
//! them while a call is spoken: because the advisor chose others, or because one was pulled out.

mod chosen;
mod melody;

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{self, Receiver, RecvTimeoutError, Sender},
    },
    thread,
    time::{Duration, Instant},
};

use async_trait::async_trait;
use chosen::{Chosen, taken_away};
use melody::Melody;
use tokio::sync::oneshot;
use voice::{
    Account, Sip, Trouble,
    audio::{
        FRAME, Frame, RATE, SILENCE, Sound, Speaker,
        cleaning::Cleaning,
        devices::{Device, Player, Recorder, microphones, speakers},
        level::{Level, Metered},
    },
};

use super::{Opened, Telephony};
use crate::view::{AudioDevice, AudioDevices, AudioSettings};

/// How often it is looked whether a device is still there.
const LOOK: Duration = Duration::from_secs(2);
/// 20 ms, as sound is passed on.
const TICK: Duration = Duration::from_millis(20);
/// Frames until one hears in a test what one said: long enough to tell the two apart.
const LATER: usize = RATE as usize / FRAME;
/// Frames after which it is told how loud it was.
const TELL: u32 = 5;
/// Frames after which a test ends by itself: nobody leaves a microphone open for long.
const LONGEST: u32 = 60 * RATE / FRAME as u32;

enum Wish {
    Choose(AudioSettings),
    Open(oneshot::Sender<bool>),
    PutDown,
    Ring(bool),
    Once(fn(u8) -> Melody),
    Test(Option<Box<dyn Fn(u8) + Send>>),
    End,
}

/// The telephones of this computer.
pub struct Computer {
    wishes: Mutex<Sender<Wish>>,
    chosen: Chosen,
}

impl Computer {
    /// With no device opened yet.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn new() -> std::io::Result<Self> {
        let (wishes, wished) = mpsc::channel();
        let chosen = Chosen::default();
        let sounds = Sounds::new(chosen.clone());
        thread::Builder::new().name("sound".into()).spawn(move || sounds.run(&wished))?;
        Ok(Self { wishes: Mutex::new(wishes), chosen })
    }

    fn wish(&self, wish: Wish) {
        // The thread ends with this.
        let _ = self.wishes.lock().unwrap_or_else(PoisonError::into_inner).send(wish);
    }
}

impl Drop for Computer {
    fn drop(&mut self) {
        self.wish(Wish::End);
    }
}

#[async_trait]
impl Telephony for Computer {
    async fn open(&self, account: Account) -> Result<Opened, Trouble> {
        let (answer, answered) = oneshot::channel();
        self.wish(Wish::Open(answer));
        if !answered.await.unwrap_or(false) {
            return Err(Trouble::Sound);
        }
        let (phone, heard) = Sip::open(account, self.chosen.sound()).await?;
        Ok((Arc::new(phone), heard))
    }

    fn put_down(&self) {
        self.wish(Wish::PutDown);
    }

    fn choose(&self, audio: &AudioSettings) {
        self.wish(Wish::Choose(audio.clone()));
    }

    async fn devices(&self) -> AudioDevices {
        let listed = tokio::task::spawn_blocking(|| AudioDevices {
            microphones: microphones().into_iter().map(shown).collect(),
            speakers: speakers().into_iter().map(shown).collect(),
        });
        listed.await.unwrap_or_default()
    }

    fn ring(&self, on: bool) {
        self.wish(Wish::Ring(on));
    }

    fn ring_once(&self) {
        self.wish(Wish::Once(|volume| Melody::ring(volume, false)));
    }

    fn chime(&self) {
        self.wish(Wish::Once(Melody::chime));
    }

    fn test(&self, level: Option<Box<dyn Fn(u8) + Send>>) {
        self.wish(Wish::Test(level));
    }
}

fn shown(device: Device) -> AudioDevice {
    AudioDevice { id: device.id, name: device.name }
}

/// What one hears a moment after it was said.
struct Test {
    sound: Sound,
    level: Level,
    /// Its own: what it hears is not what a call hears.
    cleaning: Cleaning,
    said: VecDeque<Frame>,
    frames: u32,
    tell: Box<dyn Fn(u8) + Send>,
}

/// What the thread of devices has.
struct Sounds {
    audio: AudioSettings,
    chosen: Chosen,
    /// A line is open: the devices of calls are kept open, and looked after.
    in_use: bool,
    /// By which names they were opened.
    opened: (Option<String>, Option<String>),
    rings: bool,
    melody: Option<(Melody, Player)>,
    test: Option<Test>,
}

impl Sounds {
    fn new(chosen: Chosen) -> Self {
        Self {
            audio: AudioSettings::default(),
            chosen,
            in_use: false,
            opened: (None, None),
            rings: false,
            melody: None,
            test: None,
        }
    }

    fn run(mut self, wished: &Receiver<Wish>) {
        let mut due = Instant::now();
        let mut looked = Instant::now();
        loop {
            let sounds = self.melody.is_some() || self.test.is_some();
            let until = if sounds { due } else { looked + LOOK };
            match wished.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(Wish::End) | Err(RecvTimeoutError::Disconnected) => return,
                Ok(wish) => {
                    self.take(wish);
                    if !sounds {
                        due = Instant::now();
                    }
                }
                Err(RecvTimeoutError::Timeout) if sounds => {
                    due += TICK;
                    self.tick();
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
            if looked.elapsed() >= LOOK {
                looked = Instant::now();
                if self.in_use {
                    self.open();
                }
            }
        }
    }

    fn take(&mut self, wish: Wish) {
        match wish {
            Wish::Choose(audio) => {
                self.audio = audio;
                self.chosen.clean(taken_away(&self.audio));
                if let Some(test) = &self.test {
                    test.cleaning.want(taken_away(&self.audio));
                }
                if self.in_use {
                    self.open();
                }
            }
            Wish::Open(answer) => {
                self.in_use = true;
                self.open();
                let _ = answer.send(self.opened.0.is_some() && self.opened.1.is_some());
            }
            Wish::PutDown => {
                self.in_use = false;
                self.opened = (None, None);
                self.chosen.speak_into(None);
                self.chosen.hear_from(None);
            }
            Wish::Ring(on) if on != self.rings => {
                self.rings = on;
                self.melody = if on { self.sounding(Melody::ring(self.audio.volume, true)) } else { None };
            }
            Wish::Ring(_) => {}
            // What waits for an answer is more than what is only told.
            Wish::Once(_) if self.rings => {}
            Wish::Once(melody) => self.melody = self.sounding(melody(self.audio.volume)),
            Wish::Test(tell) => self.test = tell.and_then(|tell| self.begin_test(tell)),
            Wish::End => {}
        }
    }

    /// A melody with the device that rings; nothing where there is none, or nothing would be heard.
    fn sounding(&self, melody: Melody) -> Option<(Melody, Player)> {
        if self.audio.volume == 0 {
            return None;
        }
        let ringer = present(self.audio.ringer.as_deref(), &speakers());
        Player::open(ringer.as_deref()).ok().map(|player| (melody, player))
    }

    fn begin_test(&self, tell: Box<dyn Fn(u8) + Send>) -> Option<Test> {
        let microphone = present(self.audio.microphone.as_deref(), &microphones());
        let speaker = present(self.audio.speaker.as_deref(), &speakers());
        let (microphone, level) = Metered::new(Recorder::open(microphone.as_deref()).ok()?);
        let speaker = Player::open(speaker.as_deref()).ok()?;
        // One hears oneself as callers do.
        let cleaning = Cleaning::default();
        cleaning.want(taken_away(&self.audio));
        let sound = cleaning.around(Sound::new(microphone, speaker));
        Some(Test { sound, level, cleaning, said: VecDeque::from([SILENCE; LATER]), frames: 0, tell })
    }

    /// The next 20 ms of what sounds.
    fn tick(&mut self) {
        let is_over = match &mut self.melody {
            Some((melody, player)) => match melody.next() {
                Some(frame) => {
                    player.play(&frame);
                    false
                }
                None => true,
            },
            None => false,
        };
        if is_over {
            self.melody = None;
        }
        if self.test.as_mut().is_some_and(|test| !test.tick()) {
            self.test = None;
        }
    }

    /// Opens the devices of calls that are wanted, or of those that are there.
    fn open(&mut self) {
        let microphone = wanted(self.audio.microphone.as_deref(), &microphones());
        let (no_microphone, no_speaker) = self.chosen.broken();
        if no_microphone || microphone != self.opened.0 {
            let recorder = microphone.as_deref().and_then(|id| Recorder::open(Some(id)).ok());
            self.opened.0 = microphone.filter(|_| recorder.is_some());
            self.chosen.speak_into(recorder);
        }
        let speaker = wanted(self.audio.speaker.as_deref(), &speakers());
        if no_speaker || speaker != self.opened.1 {
            let player = speaker.as_deref().and_then(|id| Player::open(Some(id)).ok());
            self.opened.1 = speaker.filter(|_| player.is_some());
            self.chosen.hear_from(player);
        }
    }
}

impl Test {
    /// The next 20 ms; whether it goes on.
    fn tick(&mut self) -> bool {
        let mut frame = SILENCE;
        self.sound.microphone.hear(&mut frame);
        self.said.push_back(frame);
        if let Some(said) = self.said.pop_front() {
            self.sound.speaker.play(&said);
        }
        self.frames += 1;
        if self.frames.is_multiple_of(TELL) {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 100")]
            (self.tell)((self.level.take() * 100.0) as u8);
        }
        self.frames < LONGEST
    }
}

/// The device of that name, if it is there.
fn present(id: Option<&str>, devices: &[Device]) -> Option<String> {
    id.filter(|id| devices.iter().any(|device| device.id == *id)).map(str::to_owned)
}

/// The device of that name, or else the system's choice, or else any.
fn wanted(id: Option<&str>, devices: &[Device]) -> Option<String> {
    let usual = || devices.iter().find(|device| device.is_default).or(devices.first());
    present(id, devices).or_else(|| usual().map(|device| device.id.clone()))
}
