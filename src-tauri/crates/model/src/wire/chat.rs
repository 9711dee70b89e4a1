//! What travels between the chat page and the service. The page has the same promise as the desk: client ids,
//! receipts, range frames, resume.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::{
    At, Attachment, CommandId, ConversationId, Epoch, MessageId, Personal, ScoreKind, Slug, wire::Rejection,
};

/// The body of `POST /chat/v1/start`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Start {
    /// The workspace.
    pub workspace: Option<Slug>,
    /// The visitor's token from an earlier visit.
    pub token: Option<Personal>,
    /// The name they gave.
    pub name: Option<Personal>,
    /// The e-mail they gave.
    pub email: Option<Personal>,
    /// The page's language.
    pub language: Option<Slug>,
    /// The queue that the embed tag asks for.
    pub queue: Option<Slug>,
    /// Who they are, signed by the company's site.
    pub signed: Option<SignedIdentity>,
}

/// An identity signed with the site's key: hex HMAC-SHA256 over `account` + "\n" + `name` + "\n" + `until`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignedIdentity {
    /// The customer's number in the company's systems.
    pub account: Personal,
    /// Their name.
    pub name: Personal,
    /// Seconds since 1970 after which the signature is void.
    pub until: i64,
    /// The signature.
    pub signature: String,
}

/// What `POST /chat/v1/start` answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct Started {
    /// Shown to nobody, kept by the page.
    pub token: Personal,
    /// The service's log. Another one than before: the service was restored from a backup, and may have lost what it said
    /// that it has.
    pub epoch: Epoch,
    /// The workspace's name.
    pub workspace: String,
    /// Whether somebody is there now.
    pub open: bool,
    /// The visitor's own name as we know it.
    pub name: Personal,
    /// The conversation as it stands, if there is one.
    pub state: Option<ChatState>,
}

/// How the chat stands, for the customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct ChatState {
    /// Which conversation.
    pub conversation: ConversationId,
    /// Where it stands.
    pub phase: ChatPhase,
    /// The advisor's name, once there is one.
    pub advisor: Option<String>,
    /// The highest `n` that the advisor has read.
    pub seen_by_advisor: u32,
    /// The score question, while it is asked.
    pub asks: Option<ScoreKind>,
    /// Counts changes.
    pub version: u32,
}

/// Where a chat stands, for the customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChatPhase {
    /// In the queue.
    Waiting,
    /// An advisor has it.
    Open,
    /// Left as a message; answered later.
    Left,
    /// Over. Writing opens it again.
    Ended,
}

/// A line, as the customer sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct ChatLine {
    /// The id of the command that sent it, or the service's.
    pub id: MessageId,
    /// Its place.
    pub n: u32,
    /// When.
    pub at: At,
    /// Who.
    pub from: ChatFrom,
    /// The words.
    pub text: Personal,
    /// The files.
    pub attachments: Vec<Attachment>,
}

/// Who wrote a line, as the customer sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "from", rename_all = "snake_case")]
pub enum ChatFrom {
    /// The customer.
    Me,
    /// An advisor.
    Advisor {
        /// Their name.
        name: String,
    },
    /// The assistant.
    Bot,
}

/// A change, as the customer sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "type", content = "row", rename_all = "snake_case")]
pub enum ChatRow {
    /// A line.
    Line(ChatLine),
    /// The state.
    State(ChatState),
}

/// What the page says on `GET /chat/v1/stream`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum ChatClientFrame {
    /// The first frame.
    Hello {
        /// The visitor's token; never in the address.
        token: Personal,
        /// The last number applied; 0 at the first visit.
        cursor: u64,
    },
    /// Every 15 s.
    Ping {
        /// The last number applied.
        cursor: u64,
    },
    /// The customer is writing.
    Typing,
}

/// What the service says on `GET /chat/v1/stream`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ChatFrame {
    /// Answer to hello. A cursor that the service does not know starts again from 0: `from` tells.
    Resumed {
        /// The log that the numbers belong to.
        epoch: Epoch,
        /// Where deltas start: 0 means that the page forgets what it had.
        from: u64,
        /// The service's clock.
        now: At,
    },
    /// All changes in `(from, to]` that the customer may see.
    Range {
        /// Apply only at this cursor.
        from: u64,
        /// The cursor afterwards.
        to: u64,
        /// The changes.
        rows: Vec<ChatRow>,
    },
    /// The advisor is writing.
    Typing {
        /// Until when this holds.
        until: At,
    },
    /// The place in the queue.
    Queue {
        /// 1 is next. Nothing: no longer waiting.
        position: Option<u32>,
    },
    /// Answer to a ping.
    Pong {
        /// The newest number that concerns the customer.
        head: u64,
    },
}

/// What a customer can want.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "kind", content = "args", rename_all = "snake_case")]
pub enum ChatIntent {
    /// Says something. Begins a conversation when there is none, opens an ended one again.
    Say {
        /// The words.
        text: Personal,
        /// The files, already uploaded.
        #[serde(default)]
        attachments: Vec<Attachment>,
    },
    /// Has seen up to a line.
    Seen {
        /// The highest `n`.
        upto: u32,
    },
    /// Ends the chat.
    End,
    /// Answers the score question.
    Score {
        /// Which question.
        kind: ScoreKind,
        /// The answer.
        value: u8,
        /// In their words.
        #[serde(default)]
        comment: Option<Personal>,
    },
}

/// One thing a customer wants, asked for once, however often it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct ChatCommand {
    /// Its name, made by the page.
    pub id: CommandId,
    /// What is wanted.
    #[serde(flatten)]
    pub intent: ChatIntent,
}

/// The body of `POST /chat/v1/commands`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChatBatch {
    /// In the order in which they were wanted.
    pub commands: Vec<ChatCommand>,
}

/// What became of one of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum ChatOutcome {
    /// Done.
    Applied {
        /// Its last number in the log.
        seq: u64,
    },
    /// Refused: for good, unless a file is missing.
    Rejected {
        /// Why.
        code: Rejection,
        /// In a sentence.
        message: String,
    },
    /// Not now; the same id again later.
    Retry {
        /// After how many ms.
        after_ms: u32,
    },
}

impl ChatOutcome {
    /// Whether the service keeps it: anything but "not now" and "not without that file".
    pub fn is_final(&self) -> bool {
        !matches!(
            self,
            ChatOutcome::Retry { .. } | ChatOutcome::Rejected { code: Rejection::BlobMissing, .. }
        )
    }
}

/// The answer for one command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct ChatReceipt {
    /// Which.
    pub id: CommandId,
    /// What became of it.
    #[serde(flatten)]
    pub outcome: ChatOutcome,
}

/// The answer to a [`ChatBatch`], in its order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct ChatReceipts {
    /// The log that the numbers in the receipts belong to.
    pub epoch: Epoch,
    /// One for each command.
    pub receipts: Vec<ChatReceipt>,
}
