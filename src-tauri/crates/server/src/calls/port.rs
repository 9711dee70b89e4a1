//! The port to a telephone exchange: what it does for us, and what it tells. An adapter does what it is told once, and
//! decides nothing; who waits, who is offered what and who speaks with whom is the service's.
//!
//! A *leg* is one line of the exchange that is in use: a caller's, or one at whose end an advisor's telephone rings. A
//! leg that is over is [`Trouble::Gone`] for every verb, which is a race and no fault. What happens comes as [`Told`],
//! in the order in which it happened, through the channel that is handed out with the adapter.
//!
//! It is wide enough for an exchange in this process and for one that is reached over a network: every verb may take
//! its time, and one whose line broke tells [`Told::Still`] when it is back, because nobody repeats what was missed.

use async_trait::async_trait;
pub use model::call::Leg;
use model::{
    call::{Correlation, Party},
    wire::reads::PhoneTransport,
};
use secrecy::SecretString;
use tokio::sync::mpsc;

/// Samples a second of everything that is recorded.
pub const RATE: u32 = 8_000;

/// A telephone exchange.
#[async_trait]
pub trait CallQueue: Send + Sync + 'static {
    /// Where telephones register.
    fn place(&self) -> Place;
    /// A telephone may register as `line` with this password, and only with this: one that registered with another has to
    /// do it again. Whether one is there is told.
    async fn admit(&self, line: &str, password: &SecretString) -> Result<(), Trouble>;
    /// No telephone may register as `line` any more. Calls that go on there do.
    async fn dismiss(&self, line: &str);
    /// Takes a call that comes in: it hears what is played to it.
    async fn answer(&self, leg: &Leg) -> Result<(), Trouble>;
    /// Tells whoever calls that it rings.
    async fn ringing(&self, leg: &Leg) -> Result<(), Trouble>;
    /// Does not take a call that comes in.
    async fn refuse(&self, leg: &Leg, why: Refusal) -> Result<(), Trouble>;
    /// Lets the telephone of `line` ring, as if `from` called there; the telephone is told the `correlation`. Whether
    /// somebody takes it is told later.
    async fn ring(&self, line: &str, from: &Party, correlation: Option<&Correlation>)
    -> Result<Leg, Trouble>;
    /// What a leg hears as long as it is joined with nobody, or with somebody who makes it wait: one tune after the other,
    /// then silence. In place of what it heard before.
    async fn play(&self, leg: &Leg, tunes: &[Tune]) -> Result<(), Trouble>;
    /// Lets two legs hear each other, and nobody else.
    async fn bridge(&self, one: &Leg, other: &Leg) -> Result<(), Trouble>;
    /// A leg is joined with nobody any more, and hears what is played to it.
    async fn part(&self, leg: &Leg) -> Result<(), Trouble>;
    /// Puts all that a leg says and hears on a tape from now on, or ends that. The tape is let go when the leg is over, or
    /// once all of it was delivered where that takes longer.
    async fn record(&self, leg: &Leg, tape: Option<Tape>) -> Result<(), Trouble>;
    /// Answers a telephone that asked for its call to be handed over ([`Told::Referred`]).
    async fn handed_over(&self, leg: &Leg, outcome: HandedOver) -> Result<(), Trouble>;
    /// Ends a leg, whether it rings or speaks.
    async fn hang_up(&self, leg: &Leg) -> Result<(), Trouble>;
    /// Ends everything.
    async fn close(&self);
}

/// Where telephones register, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// A name or address, with its port. An unspecified address is that of the service.
    pub exchange: String,
    /// How packets travel.
    pub transport: PhoneTransport,
    /// Whom telephones trust there: certificates in PEM. Nothing where nothing is encrypted.
    pub certificate: Option<String>,
}

/// What somebody hears who waits. None is longer than [`Tune::ms`] says, unless it goes on and on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tune {
    /// Once: the call was taken.
    Welcome,
    /// Once: what is said is recorded.
    Consent,
    /// On and on: please wait.
    Wait,
    /// Once: so many are before you, and you.
    Position(u8),
    /// Once: press 1 to be called back.
    CallBack,
    /// Once: nobody is here now.
    Closed,
    /// Once: speak after this.
    Speak,
    /// Once: done, and goodbye.
    Goodbye,
}

impl Tune {
    /// The highest position that is told: nobody counts further.
    pub const LAST_POSITION: u8 = 5;

    /// How long it is at most, in ms. What goes on and on has no length.
    pub fn ms(self) -> i64 {
        match self {
            Tune::Welcome | Tune::Closed | Tune::Goodbye => 1_600,
            Tune::Consent => 1_000,
            Tune::Wait => 0,
            Tune::Position(place) => 300 * i64::from(place),
            Tune::CallBack => 900,
            Tune::Speak => 400,
        }
    }
}

/// Why a call is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Nobody has that number.
    NoSuchNumber,
    /// Nobody is there now.
    NobodyThere,
    /// They are on the telephone, or do not want to be disturbed.
    Busy,
    /// This caller is not wanted.
    Unwanted,
    /// A fault of ours.
    Fault,
}

/// How it went with handing a call over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandedOver {
    /// Somebody else has it now.
    Done,
    /// Nobody has that number.
    NoSuchNumber,
    /// Whoever has that number does not take it now.
    NotNow,
}

/// Where a recording goes. Letting it go ends the recording.
pub struct Tape {
    samples: mpsc::Sender<Vec<i16>>,
}

impl Tape {
    /// A tape and its other end. `room` is how many pieces may wait there.
    pub fn new(room: usize) -> (Self, mpsc::Receiver<Vec<i16>>) {
        let (samples, received) = mpsc::channel(room);
        (Self { samples }, received)
    }

    /// Adds sound, without waiting: what does not fit is left out.
    pub fn add(&self, samples: &[i16]) {
        let _ = self.samples.try_send(samples.to_vec());
    }

    /// Adds sound that came another way, waiting until it fits.
    pub async fn deliver(&self, samples: Vec<i16>) {
        let _ = self.samples.send(samples).await;
    }
}

/// What an exchange tells. Numbers have no `Debug`: they do not belong into a log.
#[derive(Clone, PartialEq)]
pub enum Told {
    /// Whether calls arrive at a line's telephone, whenever that changes.
    Line {
        /// Which.
        line: String,
        /// Whether they do.
        there: bool,
    },
    /// Somebody calls, and hears nothing yet.
    Incoming {
        /// The call.
        leg: Leg,
        /// Who says to call.
        from: Party,
        /// What was called.
        to: String,
        /// The line that calls, which is proven; nothing if it is somebody outside.
        line: Option<String>,
    },
    /// A telephone that rang was picked up, or a call that was taken can be spoken in.
    Connected {
        /// Where.
        leg: Leg,
    },
    /// Whoever is there makes the others wait.
    Held {
        /// Where.
        leg: Leg,
    },
    /// They go on.
    Resumed {
        /// Where.
        leg: Leg,
    },
    /// They pressed a key.
    Pressed {
        /// Where.
        leg: Leg,
        /// `0` to `9`, `*` or `#`.
        key: char,
    },
    /// A telephone asks for its call to be handed over, and waits to hear how that goes ([`CallQueue::handed_over`]).
    Referred {
        /// Its call.
        leg: Leg,
        /// To whom: what was dialled.
        to: String,
        /// The other call of the same telephone, whose other end should get this one's.
        replaces: Option<Leg>,
    },
    /// A leg is over: nothing more happens there.
    Ended {
        /// Which.
        leg: Leg,
        /// Why.
        why: Ending,
        /// SIP's status code, where there is one.
        code: Option<u16>,
    },
    /// The line to the exchange broke and is back; what was told meanwhile is lost. These are the legs that there are.
    Still {
        /// All of them.
        legs: Vec<Leg>,
    },
}

/// Why a leg is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Whoever was there hung up, or gave up before they were answered.
    Left,
    /// Whoever was rung does not want it.
    Declined,
    /// Nobody picked it up.
    NoAnswer,
    /// It could not be done, or the line broke.
    Failed,
}

/// Why an exchange does not do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// The leg is over.
    #[error("the call is over")]
    Gone,
    /// No telephone is there.
    #[error("no telephone is there")]
    NobodyThere,
    /// Not as it stands, or not at all.
    #[error("the exchange cannot do this")]
    Refused,
}
