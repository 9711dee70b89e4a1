//! The port to a help desk service, and its adapters. What a service says in its own way ends here; the desk only
//! sees the types of `model`.
//!
//! An adapter does what it is told once and says how it went. It never tries again, keeps nothing and decides
//! nothing: that is the desk's work.

pub mod native;

use async_trait::async_trait;
use model::{
    ConversationId,
    wire::{
        ClientFrame, Entity, ServerFrame,
        commands::{Command, Receipts},
        reads::{BlobStored, Me, SearchHit, SnapshotPage, SnapshotStart},
    },
};
use tokio::sync::mpsc;

pub use native::Native;

/// Why a request to the service came to nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// No line: nothing is known about what arrived.
    #[error("the service cannot be reached")]
    Unreachable,
    /// The sign-in is not accepted any more.
    #[error("sign in again")]
    SignIn,
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
    /// Who is signed in.
    async fn me(&self) -> Result<Me, Trouble>;
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
    /// Ends the session at the service.
    async fn sign_out(&self) -> Result<(), Trouble>;
    /// Where a customer can write.
    fn chat_link(&self, workspace: &model::Slug) -> String;
}
