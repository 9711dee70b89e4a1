//! What is true now, is never stored, and may be missed: the latest wins.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::{
    At, Channel, ConversationId, PersonId, Personal, Presence, Slug,
    call::{Correlation, Party},
};

/// A conversation in its queue, without its words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct WaitingItem {
    /// Which.
    pub conversation: ConversationId,
    /// Whose, as they gave it.
    pub customer_name: Personal,
    /// On which channel.
    pub channel: Channel,
    /// Where it waits.
    pub queue: Slug,
    /// The contact reason, when known.
    pub reason: Option<Slug>,
    /// The customer's tier.
    pub tier: Option<String>,
    /// The language.
    pub language: Option<Slug>,
    /// Since when.
    pub waiting_since: At,
    /// When the first answer is due.
    pub due: At,
    /// Higher goes first.
    pub priority: i32,
    /// Why the assistant gave up, when it handed over.
    pub handed_over: Option<String>,
    /// Why it goes before others of its queue, when its customer's words said so.
    #[serde(default)]
    pub first_because: Option<FirstBecause>,
    /// Offered to somebody at the moment.
    pub offered: bool,
}

/// What a customer's words, or what went before, say about how soon a person should be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FirstBecause {
    /// An assistant failed, or they ask for a person.
    FailedBot,
    /// Every minute counts: a stolen card.
    Urgent,
    /// They say that they will leave, or take legal steps.
    MayLeave,
    /// They are angry.
    Upset,
    /// They are afraid.
    Worried,
}

impl FirstBecause {
    /// The name used in columns.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FailedBot => "failed_bot",
            Self::Urgent => "urgent",
            Self::MayLeave => "may_leave",
            Self::Upset => "upset",
            Self::Worried => "worried",
        }
    }

    /// The one of that name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::FailedBot, Self::Urgent, Self::MayLeave, Self::Upset, Self::Worried]
            .into_iter()
            .find(|one| one.as_str() == name)
    }
}

/// A conversation held out to the reader.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct OfferItem {
    /// What is offered.
    pub item: WaitingItem,
    /// The first words of the customer.
    pub subject: Personal,
    /// When the offer was made.
    pub from: At,
    /// When it runs out.
    pub until: At,
    /// Who gave it, when it was transferred by name.
    pub by: Option<String>,
    /// The call that it is, on the telephone.
    #[serde(default)]
    pub call: Option<OfferedCall>,
}

/// A call that is held out to the reader.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct OfferedCall {
    /// What the telephone will name when it rings.
    pub correlation: Correlation,
    /// Who calls.
    pub from: Party,
}

/// One queue, for supervisors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct QueueNow {
    /// Which.
    pub queue: Slug,
    /// Conversations that wait.
    pub waiting: u32,
    /// Since when the oldest one waits.
    pub longest: Option<At>,
    /// Advisors of the queue who are available or busy.
    pub on_line: u32,
    /// Those of them who could take one more now.
    pub free: u32,
}

/// One advisor, for supervisors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct AdvisorNow {
    /// Presence with load and capacity.
    pub presence: Presence,
    /// What they have.
    pub conversations: Vec<OwnedItem>,
}

/// A conversation that somebody has, for supervisors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct OwnedItem {
    /// Which.
    pub conversation: ConversationId,
    /// With whom.
    pub customer_name: Personal,
    /// The queue it came from.
    pub queue: Slug,
    /// Since when the customer waits for an answer.
    pub unanswered_since: Option<At>,
}

/// One fact of the moment. `None` in a value takes it away.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Now {
    /// A conversation waits in a queue of the reader, or no longer does.
    Waiting {
        /// Which.
        conversation: ConversationId,
        /// What it looks like.
        item: Option<WaitingItem>,
    },
    /// A conversation is held out to the reader, or no longer is.
    Offer {
        /// Which.
        conversation: ConversationId,
        /// The offer.
        offer: Option<OfferItem>,
    },
    /// Somebody's presence.
    Presence {
        /// As it is.
        presence: Presence,
    },
    /// The customer is writing.
    Typing {
        /// Where.
        conversation: ConversationId,
        /// Who: a colleague, or the customer when nobody.
        person: Option<PersonId>,
        /// Until when this holds.
        until: At,
    },
    /// Colleagues who look at a conversation that the reader has open.
    Viewing {
        /// Which.
        conversation: ConversationId,
        /// Who.
        people: Vec<PersonId>,
    },
    /// Whether the customer's page is connected.
    CustomerThere {
        /// Where.
        conversation: ConversationId,
        /// Connected, or seen in the last two minutes.
        there: bool,
    },
    /// Something that the reader should know and do something about, once.
    Notice {
        /// What.
        notice: Notice,
    },
    /// All queues, for supervisors.
    Queues {
        /// One row each.
        queues: Vec<QueueNow>,
    },
    /// All advisors, for supervisors.
    Advisors {
        /// One row each.
        advisors: Vec<AdvisorNow>,
    },
}

/// Something to notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "notice", rename_all = "snake_case")]
pub enum Notice {
    /// The reader did not answer an offer and was set away.
    MissedOffer {
        /// Which.
        conversation: ConversationId,
        /// With whom.
        customer_name: Personal,
    },
    /// A customer has been silent for a while.
    Silent {
        /// Which.
        conversation: ConversationId,
    },
    /// The conversation went back to its queue, because the reader was out of reach.
    Requeued {
        /// Which.
        conversation: ConversationId,
    },
}
