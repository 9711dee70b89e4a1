//! The lines of a conversation.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::{
    At, ConversationId, FollowUpId, MessageId, PersonId, Personal, ScoreKind, Slug, conversation::Side,
};

/// Who wrote a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Author {
    /// The customer.
    Customer,
    /// An advisor or supervisor.
    Advisor {
        /// Which one.
        id: PersonId,
        /// Their name at that time.
        name: String,
    },
    /// The company's assistant, before a hand-over.
    Bot,
    /// The service itself.
    System,
}

/// What kind of line it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MessageKind {
    /// Both sides read it.
    Message,
    /// Only colleagues read it.
    Note,
    /// Something that happened, told by the service. Only colleagues read it.
    Activity,
}

impl MessageKind {
    /// The name used in columns.
    pub fn as_str(self) -> &'static str {
        match self {
            MessageKind::Message => "message",
            MessageKind::Note => "note",
            MessageKind::Activity => "activity",
        }
    }
}

/// A file that goes with a line. Its bytes are kept by their hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Attachment {
    /// SHA-256 of the bytes, in hex.
    pub sha256: String,
    /// The name its sender gave it.
    pub name: Personal,
    /// What the service found it to be; never what the sender claimed.
    pub mime: String,
    /// How many bytes.
    pub size: u32,
    /// Width and height of its preview, when it is a picture we may show.
    pub preview: Option<PreviewSize>,
}

/// The size of a picture's preview, so that its place is kept before it loads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviewSize {
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
}

/// What happened, for lines of kind [`MessageKind::Activity`]. The desk puts it into words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Activity {
    /// An advisor took it.
    Accepted {
        /// Who.
        by: String,
    },
    /// An offer was not answered in time, and the advisor was set away.
    Missed {
        /// Who.
        by: String,
    },
    /// An offer was declined.
    Declined {
        /// Who.
        by: String,
    },
    /// Given to a queue or a colleague.
    Transferred {
        /// Who gave it.
        by: String,
        /// The queue's or colleague's name.
        to: String,
    },
    /// Somebody who had it before handed over what they had still written; the words stand in the note after this.
    HandedOver {
        /// Who.
        by: String,
    },
    /// A supervisor gave it to somebody.
    Assigned {
        /// The supervisor.
        by: String,
        /// The new owner.
        to: String,
    },
    /// Back in its queue because its advisor went out of reach.
    Requeued {
        /// Who went out of reach.
        from: String,
    },
    /// Put aside for a while.
    Snoozed {
        /// Who.
        by: String,
        /// Until when.
        until: At,
    },
    /// Back from snooze.
    Woke,
    /// The advisor resolved it.
    Resolved {
        /// Who.
        by: String,
    },
    /// Open again.
    Reopened {
        /// The advisor, or nobody when the customer wrote again.
        by: Option<String>,
    },
    /// Wrap-up ended.
    WrappedUp {
        /// The disposition's name, when one was chosen.
        disposition: Option<String>,
    },
    /// The customer left before anybody answered.
    Abandoned {
        /// How long they had waited, in ms.
        waited: i64,
    },
    /// The customer ended the chat.
    CustomerEnded,
    /// The advisor ended it.
    AdvisorEnded {
        /// Who.
        by: String,
        /// Whether the customer was blocked too.
        blocked: bool,
        /// The reason they gave.
        why: String,
    },
    /// The contact reason was set.
    Reason {
        /// Who.
        by: String,
        /// The reason's name, or nothing when it was taken away.
        reason: Option<String>,
    },
    /// A follow-up was made.
    FollowUp {
        /// Who, or the rule.
        by: String,
        /// Which.
        id: FollowUpId,
        /// Its title.
        title: Personal,
    },
    /// The customer answered the score question.
    Scored {
        /// Which question.
        kind: ScoreKind,
        /// The answer.
        value: u8,
    },
    /// The advisor linked the conversation to a known customer.
    Linked {
        /// Who.
        by: String,
    },
    /// The link was undone.
    Unlinked {
        /// Who.
        by: String,
    },
    /// An advisor and the caller speak.
    Answered {
        /// Who.
        by: String,
        /// How long the caller had waited, in ms.
        waited: i64,
    },
    /// The call is over. What was recorded of it goes with this line.
    HungUp {
        /// Whose doing it was.
        by: Side,
        /// How long they spoke, in ms.
        talked: i64,
        /// How long one made the other wait, in ms.
        held: i64,
    },
    /// The caller left a message, which goes with this line.
    Voicemail {
        /// How long it is, in ms.
        length: i64,
    },
    /// The caller would rather be called back than wait.
    CallBack {
        /// How long they had waited, in ms.
        waited: i64,
    },
    /// Nobody has written for a while; the advisor was reminded.
    Silent {
        /// For how long, in ms.
        idle: i64,
    },
}

/// One line of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct Message {
    /// Which. The id of the command that sent it, for what a client sent.
    pub id: MessageId,
    /// Where.
    pub conversation: ConversationId,
    /// Its place in the conversation: 1, 2, 3 … given by the service.
    pub n: u32,
    /// When the service took it.
    pub at: At,
    /// Message, note or activity.
    pub kind: MessageKind,
    /// Who wrote it.
    pub author: Author,
    /// The words.
    pub text: Personal,
    /// The files.
    pub attachments: Vec<Attachment>,
    /// Colleagues called by `@name` in a note.
    pub mentions: Vec<PersonId>,
    /// What happened, for activities.
    pub activity: Option<Activity>,
    /// Counts changes of this row.
    pub version: u32,
}

/// Where a reason stands for the company.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReasonMark {
    /// An avoidable cause of contact.
    Irritant,
    /// A chance to do more for the customer.
    Opportunity,
    /// They are happy.
    Satisfaction,
}

/// Why a customer contacted us.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// Its short name.
    pub id: Slug,
    /// As people read it.
    pub name: String,
    /// Irritant, opportunity or satisfaction, where it is one.
    #[serde(default)]
    pub mark: Option<ReasonMark>,
}
