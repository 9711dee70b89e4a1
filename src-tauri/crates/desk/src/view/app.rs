//! The app as a whole: which workspace, who, and whether the desk can be shown.

use model::{At, Person, Presence, Slug, Workspace};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    CallRow, Connection, ConversationRow, FollowUpCounts, OfferRow, Opened, PhoneState, Settings, WaitingRow,
};

/// Everything the first paint needs, in one answer.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Start {
    /// The app's version.
    pub version: String,
    /// How the person likes it.
    pub settings: Settings,
    /// The workspaces on this computer.
    pub workspaces: Vec<WorkspaceRow>,
    /// The desk, or why it cannot be shown.
    pub gate: Gate,
}

/// A workspace on this computer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct WorkspaceRow {
    /// Its name on this computer.
    pub id: String,
    /// As people read it.
    pub name: String,
    /// The service's address; nothing for the practice workspace.
    pub address: Option<String>,
    /// The one that is open.
    pub current: bool,
}

/// Whether the desk can be shown.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(tag = "gate", rename_all = "snake_case")]
pub enum Gate {
    /// It is being opened.
    Opening,
    /// It cannot be opened now. Nothing is lost; nothing is written.
    Locked(Locked),
    /// Nobody is signed in to this workspace.
    SignedOut {
        /// A sign-in is under way in the browser.
        waiting: bool,
    },
    /// It can be shown.
    Ready {
        /// What to show.
        home: Home,
    },
}

/// Why a desk is locked, and what opens it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
pub struct Locked {
    /// Why.
    pub why: LockedWhy,
    /// Whether a passphrase helps.
    pub passphrase: Passphrase,
    /// The last contact with the service, when that is why.
    pub since: Option<At>,
}

/// Whether a passphrase helps with a locked desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Passphrase {
    /// It does not.
    No,
    /// A first one is to be chosen: it will keep the keys.
    Choose,
    /// The one that was chosen opens the files.
    Enter,
}

/// What opens the files of a workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Keys {
    /// The system's keyring.
    pub keyring: bool,
    /// A passphrase.
    pub passphrase: bool,
}

/// Why a desk is locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LockedWhy {
    /// There is no keyring service on this computer.
    NoKeyring,
    /// The keyring is locked.
    KeyringLocked,
    /// The keyring did not answer in time.
    KeyringSlow,
    /// The files are here, but their key is not in the keyring (any more).
    KeyMissing,
    /// The key does not open the files.
    WrongKey,
    /// The disk refuses.
    Disk,
    /// The files were written by a newer version of the app.
    Newer,
    /// There was no contact with the service for too long.
    LeaseOver,
}

/// The desk, whole.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Home {
    /// Who sits here.
    pub me: Person,
    /// Their presence, once the service told.
    pub presence: Option<Presence>,
    /// The team's set-up.
    pub workspace: Workspace,
    /// Where a customer can write.
    pub chat_link: String,
    /// Colleagues, by name.
    pub colleagues: Vec<Colleague>,
    /// The line to the service.
    pub connection: Connection,
    /// What is held out to the advisor.
    pub offers: Vec<OfferRow>,
    /// Whether calls arrive.
    pub phone: PhoneState,
    /// Calls that ring or are spoken.
    pub calls: Vec<CallRow>,
    /// What they have.
    pub yours: Vec<ConversationRow>,
    /// What waits.
    pub waiting: Vec<WaitingRow>,
    /// How many loops are theirs.
    pub follow_ups: FollowUpCounts,
    /// The conversation that was open last.
    pub open: Option<Opened>,
    /// True in the practice workspace.
    pub practice: bool,
    /// What opens its files.
    pub keys: Keys,
}

/// A colleague and their presence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Colleague {
    /// Who.
    pub person: Person,
    /// How they are, once the service told.
    pub presence: Option<Presence>,
}

/// A practice customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PracticeCustomer {
    /// Which script.
    pub id: Slug,
    /// Their name.
    pub name: String,
    /// The language they write.
    pub language: Slug,
    /// Their mood, in a word of the advisor's language.
    pub mood: String,
    /// Their problem, in a sentence of the advisor's language.
    pub problem: String,
    /// Writing now.
    pub running: bool,
}
