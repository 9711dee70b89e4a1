//! What travels on `GET /v1/stream`.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::{
    ArticleId, At, CommandId, Conversation, ConversationId, Customer, CustomerId, DeviceId, Epoch, Fact,
    FollowUp, FollowUpId, MacroId, Message, Person, PersonId, Score, Workspace,
    library::{Article, Macro},
    wire::Now,
};

/// The version of this protocol; a desk that speaks another is told to update.
pub const SCHEMA: u32 = 1;
/// The sub-protocol named at the upgrade.
pub const PROTOCOL: &str = "loopdesk.1";

/// Why a client must start from a snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ResetReason {
    /// The service was restored from a backup, or this is the first visit.
    EpochChanged,
    /// The log no longer reaches back to the cursor.
    CursorTooOld,
    /// The cursor is ahead of the log: the service lost writes.
    CursorAhead,
    /// The two sides speak different versions.
    Schema,
}

/// Close codes of the stream that mean something to a client.
pub mod close {
    /// The token is not valid (any more): sign in again or refresh.
    pub const AUTH: u16 = 4001;
    /// Not allowed: the account was closed or its role changed.
    pub const FORBIDDEN: u16 = 4003;
    /// The client read too slowly; redial and resume.
    pub const SLOW: u16 = 4008;
    /// The same device connected again.
    pub const SUPERSEDED: u16 = 4009;
    /// The client broke the protocol.
    pub const PROTOCOL: u16 = 1002;
    /// A frame was too large.
    pub const TOO_BIG: u16 = 1009;
    /// The service restarts.
    pub const RESTART: u16 = 1012;
}

/// What a desk says on the stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum ClientFrame {
    /// The first frame.
    Hello {
        /// The log it knows; nothing at the first visit.
        epoch: Option<Epoch>,
        /// The last sequence number it has applied.
        cursor: u64,
        /// Which installation.
        device: DeviceId,
        /// Its [`SCHEMA`].
        schema: u32,
    },
    /// Every 15 s.
    Ping {
        /// The last sequence number it has applied.
        cursor: u64,
    },
    /// The advisor is writing. Forgotten after a few seconds.
    Typing {
        /// Where.
        conversation: ConversationId,
    },
    /// The advisor looks at a conversation, or at none.
    Viewing {
        /// Which.
        conversation: Option<ConversationId>,
    },
}

/// What the service says on the stream.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerFrame {
    /// Answer to hello: deltas follow from the cursor.
    Resumed {
        /// The log's newest number.
        head: u64,
        /// The service's clock.
        now: At,
    },
    /// Answer to hello: take a snapshot first, then say hello again.
    Reset {
        /// Why.
        reason: ResetReason,
    },
    /// All changes in `(from, to]` that the reader may see.
    Range {
        /// Apply only at this cursor.
        from: u64,
        /// The cursor afterwards.
        to: u64,
        /// The changes, oldest first. The first frame after a hello begins with what the reader may no longer see, however
        /// late in the log that stands; it comes at its place once more.
        events: Vec<Event>,
    },
    /// Something that is true now and may be forgotten.
    Now(Now),
    /// Answer to a ping.
    Pong {
        /// The log's newest number that concerns the reader.
        head: u64,
        /// The service's clock.
        now: At,
    },
}

/// One change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct Event {
    /// Its place in the tenant's log.
    pub seq: u64,
    /// When.
    pub at: At,
    /// Who did it; nobody for the service itself and for customers.
    pub actor: Option<PersonId>,
    /// The command that did it.
    pub command: Option<CommandId>,
    /// What changed.
    pub change: Change,
}

/// What one change did to the reader's world.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// A row as it is now.
    Put {
        /// The row.
        entity: Entity,
    },
    /// A row that is no more, or that the reader may no longer see.
    Gone {
        /// Which.
        id: EntityId,
    },
    /// A customer came into the reader's sight, with everything that hangs on them.
    Entered {
        /// Who.
        customer: CustomerId,
        /// The rows: the customer, facts, scores, conversations, the newest messages of each, follow-ups.
        entities: Vec<Entity>,
    },
    /// A customer left the reader's sight: forget everything that hangs on them.
    Left {
        /// Who.
        customer: CustomerId,
    },
}

/// The name of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "type", content = "id", rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum EntityId {
    Conversation(ConversationId),
    FollowUp(FollowUpId),
    Article(ArticleId),
    Macro(MacroId),
}

/// A row of the world, whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "type", content = "row", rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Entity {
    Workspace(Workspace),
    Person(Person),
    Customer(Customer),
    Fact(Fact),
    Score(Score),
    Conversation(Conversation),
    Message(Message),
    FollowUp(FollowUp),
    Article(Article),
    Macro(Macro),
}
