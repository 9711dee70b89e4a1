//! The middle: one conversation, its lines, and what the advisor is writing.

use model::{
    Activity, At, Attachment, Channel, ConversationId, ConversationState, CustomerId, HandOver, MessageKind,
    Personal, ScoreKind, Slug,
    call::CallRecord,
    conversation::{MayBe, Promise},
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{CustomerCard, NotSentWhy, Suggestion};

/// A conversation with everything the screen needs to show it, in one answer.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Opened {
    /// What stands above the lines.
    pub header: Header,
    /// The newest lines, oldest first.
    pub timeline: Timeline,
    /// What was being written.
    pub draft: Draft,
    /// The customer.
    pub customer: CustomerCard,
    /// What may help.
    pub suggestions: Vec<Suggestion>,
    /// The line at the top of the window when it was left, to go back to; nothing: the newest.
    pub reading_at: Option<String>,
}

/// A stretch of lines.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Timeline {
    /// The lines, oldest first. What is on its way stands at the end.
    pub items: Vec<TimelineItem>,
    /// Whether there are older ones.
    pub earlier: bool,
}

/// What stands above the lines, and what may be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Header {
    /// Which.
    pub id: ConversationId,
    /// With whom.
    pub customer: CustomerId,
    /// Their name.
    pub customer_name: Personal,
    /// On which channel.
    pub channel: Channel,
    /// The queue.
    pub queue: Slug,
    /// The queue's name.
    pub queue_name: String,
    /// Where it stands.
    pub state: ConversationState,
    /// The first words.
    pub subject: Personal,
    /// The language the customer writes.
    pub language: Option<Slug>,
    /// The contact reason.
    pub reason: Option<Slug>,
    /// The promise on the next answer.
    pub promise: Option<Promise>,
    /// The owner's name; nothing while it waits.
    pub owner: Option<String>,
    /// Whether the reader has it.
    pub mine: bool,
    /// The customer is there now (or was in the last two minutes): an answer reaches them at once.
    pub live: bool,
    /// Who is writing: the customer's or a colleague's name.
    pub typing: Vec<String>,
    /// Colleagues who look at it too.
    pub viewing: Vec<String>,
    /// Until when it is put aside.
    pub snoozed_until: Option<At>,
    /// When wrap-up should end.
    pub wrap_up_until: Option<At>,
    /// The outcome chosen at wrap-up.
    pub disposition: Option<Slug>,
    /// The customer has been silent for long.
    pub parked: bool,
    /// The highest line the reader has read; the unread divider stands after it.
    pub read_upto: u32,
    /// The score question the customer is asked.
    pub asks: Option<ScoreKind>,
    /// What the assistant handed over.
    pub hand_over: Option<HandOver>,
    /// A known customer whom the visitor may be.
    pub may_be: Option<MayBe>,
    /// What is kept of its call, on the telephone.
    pub call: Option<CallRecord>,
    /// It was linked to a known customer, and that can be undone.
    pub linked: bool,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TimelineItem {
    /// The key; stays the same from the outbox to the log.
    pub id: String,
    /// Its place; nothing while it is on its way. Lines on their way stand after all others, in their order.
    pub n: Option<u32>,
    /// When.
    pub at: At,
    /// Message, note or activity.
    pub kind: MessageKind,
    /// Whose line it is.
    pub side: ItemSide,
    /// The writer's name; empty for the customer's own lines and the service's.
    pub name: String,
    /// The words, in safe pieces.
    pub parts: Vec<Part>,
    /// The files.
    pub attachments: Vec<Attachment>,
    /// What happened, for activities.
    pub activity: Option<Activity>,
    /// How far the reader's own line got.
    pub delivery: Option<Delivery>,
}

/// Whose line it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ItemSide {
    /// The customer's.
    Customer,
    /// The reader's own.
    Me,
    /// A colleague's.
    Colleague,
    /// The assistant's.
    Bot,
    /// The service's.
    System,
}

/// A piece of text that is safe to show: never HTML.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "part", rename_all = "snake_case")]
pub enum Part {
    /// Plain words.
    Text {
        /// The words, with line breaks.
        text: Personal,
    },
    /// An address that may be opened after a click, by the system's browser.
    Link {
        /// As it was written.
        text: Personal,
        /// What is opened.
        url: String,
        /// The host in its plain (punycode) form, when that differs from what was written.
        host: Option<String>,
    },
    /// A colleague's name in a note.
    Mention {
        /// The name.
        name: String,
        /// Whether it is the reader.
        me: bool,
    },
    /// A character that hides or turns text, shown as a mark.
    Hidden {
        /// Its code: `U+202E`.
        code: String,
    },
}

/// How far an own line got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Delivery {
    /// Saved here; goes out at `until` unless it is taken back.
    Undo {
        /// When it goes out.
        until: At,
    },
    /// Saved on this computer; goes out when the line is back.
    Saved,
    /// On its way.
    Sending,
    /// The service has it.
    Sent,
    /// The customer has seen it.
    Seen,
    /// It did not go through and waits for a decision.
    NotSent {
        /// Why.
        why: NotSentWhy,
    },
}

/// Who reads what is being written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DraftMode {
    /// The customer.
    #[default]
    Reply,
    /// Only colleagues.
    Note,
}

/// What an advisor is writing in a conversation: one text for the customer and one for colleagues.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct Draft {
    /// Which of the two is shown.
    pub mode: DraftMode,
    /// For the customer.
    pub reply: Personal,
    /// For colleagues.
    pub note: Personal,
    /// The files that will go with it.
    pub attachments: Vec<DraftFile>,
}

/// A file in a draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DraftFile {
    /// Its hash; the key.
    pub sha256: String,
    /// Its name.
    pub name: Personal,
    /// What it is.
    pub mime: String,
    /// How many bytes.
    pub size: u32,
}

/// What became of files that were dropped on the window.
#[derive(Debug, Clone, Default, Serialize, TS)]
pub struct Dropped {
    /// Those that are in the draft now.
    pub added: Vec<DraftFile>,
    /// Those that cannot be sent.
    pub refused: Vec<RefusedFile>,
}

/// A file that cannot be sent.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RefusedFile {
    /// Its name.
    pub name: Personal,
    /// Why not.
    pub why: RefusedWhy,
}

/// Why a file cannot be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RefusedWhy {
    /// It has more than 25 MB.
    TooLarge,
    /// There is nothing in it.
    Empty,
    /// It cannot be read, or is no file.
    Unreadable,
    /// The draft has as many files as a message may have.
    TooMany,
}
