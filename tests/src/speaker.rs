//! Somebody with a telephone of their own, who says one note and hears what they hear.

use std::net::SocketAddr;

use model::wire::reads::PhoneTransport;
use tokio::{sync::mpsc::UnboundedReceiver, time::timeout};
use voice::{
    Account, CallId, Happening, Heard, Phone, Registration, Sip, Transport,
    audio::{
        RATE, Sound,
        memory::{Recording, Tone},
    },
};

use crate::{Seat, Stage, seat::PATIENCE};

/// Samples in which a note must be heard: a fifth of a second.
const HEARD: usize = RATE as usize / 5;

/// Somebody with a telephone.
pub struct Speaker {
    /// It.
    pub phone: Sip,
    /// What they hear.
    pub ear: Recording,
    heard: UnboundedReceiver<Heard>,
}

impl Speaker {
    async fn open(mut account: Account, hertz: f64) -> Self {
        account.bind = [127, 0, 0, 1].into();
        let ear = Recording::default();
        let sound = Sound::new(Tone::new(hertz), ear.clone());
        let (phone, heard) = Sip::open(account, sound).await.expect("a line");
        Self { phone, ear, heard }
    }

    /// Somebody outside.
    pub async fn outside(exchange: SocketAddr, number: &str, hertz: f64) -> Self {
        Self::open(Account::new(number, String::new().into(), exchange.to_string()), hertz).await
    }

    /// Somebody's own telephone.
    pub async fn of(stage: &Stage, seat: &Seat, hertz: f64) -> Self {
        let line = stage.line("alba", seat.id).await;
        let password = line.password.into_inner().into();
        assert_eq!(line.transport, PhoneTransport::Tls, "desks register where nobody else hears");
        let account = Account {
            transport: Transport::Tls,
            locks_sound: true,
            trusted: line.certificate,
            ..Account::new(line.user, password, line.exchange)
        };
        let mut speaker = Self::open(account, hertz).await;
        speaker.phone.register().await;
        speaker.until(|heard| (*heard == Heard::Registration(Registration::Registered)).then_some(())).await;
        speaker
    }

    /// Waits until the telephone tells something.
    pub async fn until<T>(&mut self, mut seen: impl FnMut(&Heard) -> Option<T>) -> T {
        let waits = async {
            loop {
                let heard = self.heard.recv().await.expect("the line is open");
                if let Some(found) = seen(&heard) {
                    return found;
                }
            }
        };
        timeout(PATIENCE, waits).await.expect("a telephone waited in vain")
    }

    /// Waits until it rings; which call, and what that names.
    pub async fn rung(&mut self) -> (CallId, Option<String>) {
        self.until(|heard| match heard {
            Heard::Call(call, Happening::Incoming { correlation, .. }) => {
                Some((call.clone(), correlation.clone()))
            }
            _ => None,
        })
        .await
    }

    /// Waits until that happens in a call.
    pub async fn happens(&mut self, wanted: Happening) {
        self.until(|heard| matches!(heard, Heard::Call(_, happening) if *happening == wanted).then_some(()))
            .await;
    }

    /// Waits until a call is over.
    pub async fn ended(&mut self) {
        self.until(|heard| matches!(heard, Heard::Call(_, Happening::Ended(_))).then_some(())).await;
    }

    /// Waits until they hear a note.
    pub async fn hears(&self, hertz: f64) {
        hears(&self.ear, hertz).await;
    }

    /// Waits until they hear anything.
    pub async fn hears_something(&self) {
        let from = *self.ear.length().borrow();
        let loud = |ear: &Recording| ear.since(from).iter().any(|sample| sample.unsigned_abs() > 500);
        listens(&self.ear, loud).await.expect("something is heard");
    }
}

/// Waits until an ear hears a note.
pub async fn hears(ear: &Recording, hertz: f64) {
    let begun = *ear.length().borrow();
    let heard = |ear: &Recording| {
        let last = ear.since((*ear.length().borrow()).saturating_sub(HEARD).max(begun));
        last.len() >= HEARD && share(&last, hertz) > 0.5
    };
    listens(ear, heard).await.unwrap_or_else(|| panic!("nobody hears {hertz} Hz"));
}

/// Waits until what is heard is so; nothing when it never is.
async fn listens(ear: &Recording, so: impl Fn(&Recording) -> bool) -> Option<()> {
    let mut length = ear.length();
    let waits = async {
        while !so(ear) {
            length.changed().await.expect("the recording is there");
        }
    };
    timeout(PATIENCE, waits).await.ok()
}

/// How much of a sound is one note.
pub fn share(sound: &[i16], hertz: f64) -> f64 {
    let step = std::f64::consts::TAU * hertz / f64::from(RATE);
    let (mut real, mut imaginary, mut all) = (0.0, 0.0, 1.0);
    for (nth, sample) in sound.iter().enumerate() {
        let (sample, angle) = (f64::from(*sample), step * nth as f64);
        real += sample * angle.cos();
        imaginary += sample * angle.sin();
        all += sample * sample;
    }
    2.0 * (real * real + imaginary * imaginary) / (all * sound.len() as f64)
}
