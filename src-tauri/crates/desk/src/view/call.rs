//! The telephone: whether calls arrive, and the calls that are there.

use model::{
    At, ConversationId, PersonId, Personal,
    call::{ConsultStage, Direction, Ended, Held, LineSound, Times, TransferKind},
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Whether calls arrive at this desk.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PhoneState {
    /// The workspace takes no calls.
    #[default]
    None,
    /// The line is being opened.
    Connecting,
    /// They arrive.
    Ready,
    /// The telephone exchange cannot be reached. It is tried again.
    Unreachable,
    /// The exchange does not take this line.
    Refused,
    /// Nothing can be heard or said: there is no microphone or speaker.
    NoSound,
}

/// A call that the queue holds out, that rings, or that is spoken. What is over leaves the list; its conversation stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct CallRow {
    /// The key.
    pub id: String,
    /// The conversation it belongs to. A direct call has none.
    pub conversation: Option<ConversationId>,
    /// Who called whom.
    pub direction: Direction,
    /// Whom the advisor speaks with: the customer's name, or else what the telephone says.
    pub name: Personal,
    /// Their number.
    pub number: Personal,
    /// Where it stands.
    pub stage: CallStage,
    /// Since when it stands there.
    pub since: At,
    /// When both spoke for the first time.
    pub answered_at: Option<At>,
    /// How long what took until `since`; what runs is to be added.
    pub times: Times,
    /// Who makes whom wait.
    pub held: Held,
    /// The advisor is not heard.
    pub muted: bool,
    /// A colleague who is asked meanwhile.
    pub consult: Option<ConsultRow>,
    /// How handing it over goes.
    pub transfer: Option<TransferRow>,
    /// Keys that were pressed here, and by them.
    pub digits: String,
    /// How it sounds, once it was measured.
    pub sound: Option<LineSound>,
    /// What spoils the sound at the moment.
    pub bad_line: Option<BadLine>,
    /// It is recorded, and the caller was told.
    pub recorded: bool,
    /// How it came to its end, for the moments in which that is shown.
    pub ended: Option<Ended>,
}

/// Where a call stands, as far as the screen shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CallStage {
    /// Held out, and the telephone does not ring yet; or it rings.
    Ringing,
    /// We call.
    Dialling,
    /// The advisor took it; nobody speaks yet.
    Accepted,
    /// Both are there: they speak, or one waits.
    Connected,
    /// Over.
    Ended,
}

/// A colleague who is asked while the other end waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ConsultRow {
    /// Their name, or number.
    pub name: Personal,
    /// How far it is.
    pub stage: ConsultStage,
}

/// How handing a call over goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct TransferRow {
    /// Whether the receiver was spoken with before.
    pub kind: TransferKind,
    /// To whom.
    pub name: Personal,
    /// It came to nothing: the call is still here. Otherwise it is being tried.
    pub failed: bool,
}

/// What spoils the sound of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum BadLine {
    /// Nothing is heard of the other end for some seconds.
    Silent,
    /// Parts of what they say are lost on the way.
    Lossy,
    /// What they say arrives unevenly.
    Uneven,
}

/// Who gets a call.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[serde(tag = "to", content = "id", rename_all = "snake_case")]
pub enum CallReceiver {
    /// Anybody who serves that queue, after the caller waited for them.
    Queue(model::Slug),
    /// A colleague.
    Person(PersonId),
    /// A number or address.
    Number(Personal),
}

/// What one speaks into or hears from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct AudioDevice {
    /// Its name with the system; what settings keep.
    pub id: String,
    /// As people read it.
    pub name: String,
}

/// The devices of this computer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, TS)]
pub struct AudioDevices {
    /// To speak into.
    pub microphones: Vec<AudioDevice>,
    /// To hear from.
    pub speakers: Vec<AudioDevice>,
}
