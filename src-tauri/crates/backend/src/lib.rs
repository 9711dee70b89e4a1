//! The port to a help desk service, and its adapters. What a service says in its own way ends here; the desk only
//! sees the types of `model`.
//!
//! An adapter does what it is told once and says how it went. It never tries again, keeps nothing and decides
//! nothing: that is the desk's work.

pub mod native;

use async_trait::async_trait;
use model::{
    ConversationId, PersonId,
    wire::{
        ClientFrame, Entity, ServerFrame,
        commands::{Command, Receipts},
        reads::{BlobStored, Me, PhoneLine, SearchHit, SnapshotPage, SnapshotStart},
    },
};
use tokio::sync::mpsc;

pub use native::Native;

/// Why a request to the service came to nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// Whoever answers cannot prove to be the service: nothing was sent.
    #[error("{0}")]
    Untrusted(Untrusted),
    /// No line: nothing is known about what arrived.
    #[error("the service cannot be reached")]
    Unreachable,
    /// The sign-in is not accepted any more.
    #[error("sign in again")]
    SignIn,
    /// The company ended the sign-in: what was told to this computer is to be forgotten.
    #[error("the company ended this sign-in")]
    Ended,
    /// Too fast, or the service is busy: again after so many ms.
    #[error("the service asks to wait {after_ms} ms")]
    Wait {
        /// How long.
        after_ms: u32,
    },
    /// It has nothing of that name, or not for this person.
    #[error("there is nothing there")]
    NotFound,
    /// An upload must go on from another place.
    #[error("the service has {received} bytes")]
    GoOnFrom {
        /// The bytes it has.
        received: u32,
    },
    /// It refused for a reason of its own, in its words.
    #[error("the service refused: {0}")]
    Refused(String),
    /// It has a fault, or says something that makes no sense.
    #[error("the service has a fault")]
    Fault,
}

/// Why whoever answers is not taken for the service, in words for the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Untrusted {
    /// Nobody whom this computer trusts vouches for its certificate.
    #[error(
        "Nobody whom this computer trusts vouches for this service. Ask whoever runs it, or your network's people."
    )]
    UnknownIssuer,
    /// Its certificate has run out, or the clock here is wrong.
    #[error("The service's certificate has run out. If this computer's date is wrong, set it right.")]
    Expired,
    /// Its certificate does not hold yet, or the clock here is wrong.
    #[error("The service's certificate does not hold yet. If this computer's date is wrong, set it right.")]
    NotYet,
    /// Its certificate is that of another address.
    #[error("Whoever answers is not the service of this address. Check how it is written.")]
    OtherName,
    /// It only speaks versions of TLS that can be broken.
    #[error("The service only speaks an old, unsafe version of TLS. It must be updated.")]
    OldTls,
    /// The file of additional certificates cannot be used.
    #[error("The file of additional certificates (LOOPDESK_CA_FILE) cannot be read, or has none in it.")]
    CaFile,
    /// Anything else.
    #[error("No safe connection to the service can be made.")]
    Other,
}

/// What comes from an open line.
#[derive(Debug)]
pub enum Heard {
    /// A frame.
    Frame(Box<ServerFrame>),
    /// The line is closed; the last thing that is heard. The code is the service's, if it gave one.
    Closed(Option<u16>),
}

/// An open line to the service. Dropping it hangs up.
#[derive(Debug)]
pub struct Line {
    /// What is said to the service.
    pub say: mpsc::Sender<ClientFrame>,
    /// What is heard from it.
    pub hear: mpsc::Receiver<Heard>,
}

/// A help desk service.
#[async_trait]
pub trait Backend: Send + Sync {
    /// Makes sure that it is this person who is signed in. From then on nothing is asked in anybody else's name: `SignIn`
    /// when somebody else signed in.
    async fn is_for(&self, person: PersonId) -> Result<(), Trouble>;
    /// Who is signed in.
    async fn me(&self) -> Result<Me, Trouble>;
    /// Leaves every connection behind: the network may be another one, and what was open may be dead without anybody
    /// knowing. What waits for an answer gets `Unreachable`.
    fn leave_connections(&self);
    /// Opens the line on which changes arrive.
    async fn dial(&self) -> Result<Line, Trouble>;
    /// Has commands done; one receipt for each, in their order.
    async fn submit(&self, commands: Vec<Command>) -> Result<Receipts, Trouble>;
    /// Begins a snapshot.
    async fn snapshot(&self) -> Result<SnapshotStart, Trouble>;
    /// The page of a snapshot after `after`; the first one for nothing.
    async fn snapshot_page(&self, after: Option<String>) -> Result<SnapshotPage, Trouble>;
    /// Lines of a conversation before place `before`, oldest first.
    async fn lines_before(&self, id: ConversationId, before: u32) -> Result<Vec<Entity>, Trouble>;
    /// Searches the whole workspace.
    async fn search(&self, words: &str) -> Result<Vec<SearchHit>, Trouble>;
    /// Sends a piece of a file that begins at `offset` of `size` bytes.
    async fn put_blob(
        &self,
        sha256: &str,
        name: &str,
        size: u32,
        offset: u32,
        piece: Vec<u8>,
    ) -> Result<BlobStored, Trouble>;
    /// A whole file.
    async fn blob(&self, sha256: &str) -> Result<Vec<u8>, Trouble>;
    /// The preview of a picture, with its type.
    async fn preview(&self, sha256: &str) -> Result<(String, Vec<u8>), Trouble>;
    /// The reader's line at the telephone exchange. `NotFound` where the service has none.
    async fn phone(&self) -> Result<PhoneLine, Trouble>;
    /// Ends the session at the service.
    async fn sign_out(&self) -> Result<(), Trouble>;
    /// Where a customer can write.
    fn chat_link(&self, workspace: &model::Slug) -> String;
}
