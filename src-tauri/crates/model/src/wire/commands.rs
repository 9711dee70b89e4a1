//! What travels on `POST /v1/commands`.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::{At, CommandId, DeviceId, Epoch, Intent, follow_up::FollowUpChange};

/// One thing a person wants, asked for once, however often it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct Command {
    /// Its name, made by the client; the receipt is kept under it.
    pub id: CommandId,
    /// From which installation.
    pub device: DeviceId,
    /// The command of the same lane that must have been handled before.
    #[serde(default)]
    pub after: Option<CommandId>,
    /// The log that the desk follows. A copy that arrives late, at a service that was restored meanwhile, is not done: its desk
    /// may have been told something else about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch: Option<Epoch>,
    /// What is wanted.
    #[serde(flatten)]
    pub intent: Intent,
    /// The client's clock when the person did it. For reading only; order never comes from it.
    pub at: At,
    /// Too late from this moment of the service's clock on: an answer to somebody who is long gone. The service alone can
    /// tell for a command that was sent and whose receipt was lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<At>,
    /// What the person saw in the field that they change. When something else stands there, it is a conflict: counts of
    /// changes alone say nothing after the service was restored from a backup.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<FollowUpChange>,
}

impl Command {
    /// Something that is wanted whatever came before it.
    pub fn new(id: CommandId, device: DeviceId, intent: Intent, at: At) -> Self {
        Self { id, device, after: None, epoch: None, intent, at, until: None, seen: None }
    }
}

/// The body of `POST /v1/commands`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Batch {
    /// At most [`crate::limits::BATCH`]; each stands for itself.
    pub commands: Vec<Command>,
}

/// The answer to a [`Batch`], in its order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct Receipts {
    /// The log that the numbers in the receipts belong to.
    pub epoch: Epoch,
    /// One for each command.
    pub receipts: Vec<Receipt>,
}

/// What became of one command. Kept by the service, and given again for the same id.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct Receipt {
    /// Which command.
    pub id: CommandId,
    /// True when it had been handled before and this is the kept answer.
    pub duplicate: bool,
    /// What became of it.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// What became of a command.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// Done. Its effects are in the log up to `seq`.
    Applied {
        /// The last number it wrote.
        seq: u64,
    },
    /// Everything was already so.
    Noop {
        /// The log's head at that time.
        seq: u64,
    },
    /// Somebody else changed the same field first.
    Conflict {
        /// What is there now.
        theirs: FollowUpChange,
        /// How often that field has changed.
        version: u32,
        /// Who changed it last.
        by: String,
        /// When.
        at: At,
    },
    /// Refused: for good, unless a file is missing.
    Rejected {
        /// Why.
        code: Rejection,
        /// In a sentence, for logs and other clients; the desk has its own words per code.
        message: String,
    },
    /// Not now; ask again with the same id. Never kept.
    Retry {
        /// After how many ms.
        after_ms: u32,
    },
}

/// Why a command was refused. A code exists because a client does something different with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Rejection {
    /// Somebody else has it.
    NotAssigned,
    /// Not with this role.
    Forbidden,
    /// It does not exist, or not for this person.
    Gone,
    /// The conversation is over.
    Closed,
    /// It came later than it may.
    Expired,
    /// Somebody else took it, or the offer ran out.
    NotOffered,
    /// The article or macro was changed by somebody else meanwhile.
    Stale,
    /// It makes no sense: an unknown queue, an empty text.
    Invalid,
    /// Too long or too many.
    TooLarge,
    /// A file of it is not with the service, or no longer. Nothing is kept of this answer: once the file was sent, the same
    /// command is asked again.
    BlobMissing,
    /// The same id was used for something else.
    IdReused,
}

impl Outcome {
    /// Whether the service keeps it: anything but "not now" and "not without that file".
    pub fn is_final(&self) -> bool {
        !matches!(self, Outcome::Retry { .. } | Outcome::Rejected { code: Rejection::BlobMissing, .. })
    }
}
