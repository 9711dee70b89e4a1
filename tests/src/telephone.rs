//! An advisor's telephone without devices: it says a tone, keeps what it hears, and remembers whether it rang.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, AtomicU32, Ordering},
};

use async_trait::async_trait;
use desk::{
    phone::{Opened, Telephony},
    view::{AudioDevice, AudioDevices, AudioSettings},
};
use voice::{
    Account, Loopback, Sip, Trouble,
    audio::{
        Sound,
        memory::{Recording, Tone},
    },
};

/// What stands for a computer's sound.
pub struct Earpiece {
    /// In Hz.
    tone: f64,
    /// All that was heard in calls.
    pub heard: Recording,
    /// A telephone without a network, whose other side the story plays.
    played: Mutex<Option<Arc<Loopback>>>,
    plays: bool,
    rings: AtomicBool,
    chimes: AtomicU32,
}

impl Earpiece {
    /// One that calls through a real exchange, and says this tone.
    pub fn with_tone(hertz: f64) -> Arc<Self> {
        Arc::new(Self::new(hertz, false))
    }

    /// One whose calls the story plays.
    pub fn played() -> Arc<Self> {
        Arc::new(Self::new(0.0, true))
    }

    fn new(tone: f64, plays: bool) -> Self {
        Self {
            tone,
            heard: Recording::default(),
            played: Mutex::default(),
            plays,
            rings: AtomicBool::default(),
            chimes: AtomicU32::default(),
        }
    }

    /// Whether it rings.
    pub fn rings(&self) -> bool {
        self.rings.load(Ordering::SeqCst)
    }

    /// How often it chimed.
    pub fn chimes(&self) -> u32 {
        self.chimes.load(Ordering::SeqCst)
    }

    /// The telephone that the story plays, once the desk has opened it.
    pub fn loopback(&self) -> Option<Arc<Loopback>> {
        self.played.lock().unwrap().clone()
    }
}

#[async_trait]
impl Telephony for Earpiece {
    async fn open(&self, account: Account) -> Result<Opened, Trouble> {
        if self.plays {
            let (phone, heard) = Loopback::open();
            let phone = Arc::new(phone);
            *self.played.lock().unwrap() = Some(phone.clone());
            return Ok((phone, heard));
        }
        let sound = Sound::new(Tone::new(self.tone), self.heard.clone());
        let (phone, heard) = Sip::open(account, sound).await?;
        Ok((Arc::new(phone), heard))
    }

    fn put_down(&self) {}

    fn choose(&self, _: &AudioSettings) {}

    async fn devices(&self) -> AudioDevices {
        let device = |id: &str| AudioDevice { id: id.to_owned(), name: id.to_owned() };
        AudioDevices { microphones: vec![device("tone")], speakers: vec![device("recording")] }
    }

    fn ring(&self, on: bool) {
        self.rings.store(on, Ordering::SeqCst);
    }

    fn ring_once(&self) {}

    fn chime(&self) {
        self.chimes.fetch_add(1, Ordering::SeqCst);
    }

    fn test(&self, level: Option<Box<dyn Fn(u8) + Send>>) {
        if let Some(level) = level {
            level(50);
        }
    }
}
