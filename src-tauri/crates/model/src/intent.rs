//! What a person at a desk can want: the one list of things that change the world.

use std::fmt;

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    ArticleId, At, Attachment, Channel, ConversationId, CustomerId, FollowUpId, IdentityId, MacroId,
    PersonId, Personal, PresenceState, Slug,
    call::LineSound,
    follow_up::{FollowUpChange, Priority},
    library::{Article, Macro},
};

/// To whom a conversation is given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "to", content = "id", rename_all = "snake_case")]
pub enum Receiver {
    /// Anybody who serves that queue.
    Queue(Slug),
    /// One colleague, who is offered it; if they do not take it, their queue gets it.
    Person(PersonId),
}

/// What words are handed over for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "of", content = "id", rename_all = "snake_case")]
pub enum Target {
    /// A conversation: whoever has it finds them as a private note.
    Conversation(ConversationId),
    /// A follow-up: they are added to its note.
    FollowUp(FollowUpId),
}

/// An intent, with everything needed to do it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "kind", content = "args", rename_all = "snake_case", rename_all_fields = "snake_case")]
pub enum Intent {
    /// Answers the customer. The message gets the command's id.
    Reply {
        /// Where.
        conversation: ConversationId,
        /// The words.
        text: Personal,
        /// The files, already uploaded.
        #[serde(default)]
        attachments: Vec<Attachment>,
    },
    /// Writes a private note. The message gets the command's id.
    Note {
        /// Where.
        conversation: ConversationId,
        /// The words.
        text: Personal,
        /// The files, already uploaded.
        #[serde(default)]
        attachments: Vec<Attachment>,
        /// Colleagues to call.
        #[serde(default)]
        mentions: Vec<PersonId>,
    },
    /// Has read up to a line.
    Read {
        /// Where.
        conversation: ConversationId,
        /// The highest `n` read.
        upto: u32,
    },
    /// Sets or takes away the contact reason.
    SetReason {
        /// Where.
        conversation: ConversationId,
        /// The reason.
        reason: Option<Slug>,
    },
    /// Tells how a call sounded at the advisor's end.
    Sounded {
        /// Where.
        conversation: ConversationId,
        /// How.
        sound: LineSound,
    },
    /// Makes a follow-up.
    AddFollowUp {
        /// Its id, made by the desk.
        id: FollowUpId,
        /// With whom.
        customer: CustomerId,
        /// From which conversation.
        conversation: Option<ConversationId>,
        /// What is to be done.
        title: Personal,
        /// Who does it.
        owner: PersonId,
        /// When it is due.
        due: At,
        /// How pressing it is.
        priority: Priority,
        /// The root cause, when known.
        cause: Option<Slug>,
    },
    /// Changes one field of a follow-up.
    ChangeFollowUp {
        /// Which.
        id: FollowUpId,
        /// The field and its new value.
        change: FollowUpChange,
        /// How often the field had changed when the person saw it.
        base: u32,
    },

    /// Gives words that were written for something that was taken away meanwhile to whoever has it now. For a day after
    /// it left the person's sight.
    HandOver {
        /// For what they were written.
        target: Target,
        /// The words.
        text: Personal,
    },
    /// Takes a conversation: the one that is offered, or one that waits in an own queue.
    Accept {
        /// Which.
        conversation: ConversationId,
    },
    /// Declines an offer.
    Decline {
        /// Which.
        conversation: ConversationId,
    },
    /// Gives it away.
    Transfer {
        /// Which.
        conversation: ConversationId,
        /// To whom.
        receiver: Receiver,
        /// A note for them.
        note: Option<Personal>,
    },
    /// A supervisor gives it to somebody.
    Assign {
        /// Which.
        conversation: ConversationId,
        /// To whom.
        person: PersonId,
    },
    /// Answered: to wrap-up.
    Resolve {
        /// Which.
        conversation: ConversationId,
    },
    /// Undoes the end of a conversation.
    Reopen {
        /// Which.
        conversation: ConversationId,
    },
    /// Ends wrap-up, or corrects it afterwards.
    WrapUp {
        /// Which.
        conversation: ConversationId,
        /// The outcome.
        disposition: Slug,
    },
    /// Puts it aside.
    Snooze {
        /// Which.
        conversation: ConversationId,
        /// Until when.
        until: At,
    },
    /// Takes it back from snooze.
    Wake {
        /// Which.
        conversation: ConversationId,
    },
    /// Ends a chat that should not go on, with a reason, and may block the customer.
    End {
        /// Which.
        conversation: ConversationId,
        /// Also refuses their next chats.
        block: bool,
        /// Why.
        why: String,
    },
    /// Lets a blocked customer write again.
    Unblock {
        /// Whom.
        customer: CustomerId,
    },
    /// Says that the visitor of a conversation is a known customer.
    Link {
        /// Which.
        conversation: ConversationId,
        /// The known customer.
        customer: CustomerId,
    },
    /// Undoes a link.
    Unlink {
        /// Which.
        conversation: ConversationId,
    },
    /// Confirms an identity, or makes it claimed again.
    Confirm {
        /// Whose.
        customer: CustomerId,
        /// Which.
        identity: IdentityId,
        /// True: verified. False: claimed.
        verified: bool,
    },
    /// Looks at a conversation of somebody else for a while.
    Watch {
        /// Which.
        conversation: ConversationId,
    },
    /// Looks at a customer for a while.
    WatchCustomer {
        /// Whom.
        customer: CustomerId,
    },
    /// Sets one's own presence.
    SetPresence {
        /// The state.
        state: PresenceState,
        /// The break reason, when away.
        reason: Option<Slug>,
    },
    /// "Finish what I have, take no more", or takes it back.
    Finish {
        /// On or off.
        on: bool,
    },
    /// Opens or closes one channel for offers.
    OpenChannel {
        /// Which.
        channel: Channel,
        /// Open or not.
        open: bool,
    },
    /// Writes an article, new or changed.
    PutArticle {
        /// The whole of it. Its `version` is the one that was changed, 0 for a new one.
        article: Article,
    },
    /// Takes an article away.
    RemoveArticle {
        /// Which.
        id: ArticleId,
    },
    /// Writes a macro, new or changed.
    PutMacro {
        /// The whole of it. Its `version` is the one that was changed, 0 for a new one.
        prepared: Macro,
    },
    /// Takes a macro away.
    RemoveMacro {
        /// Which.
        id: MacroId,
    },
}

/// What somebody wants something with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// A conversation.
    Conversation(ConversationId),
    /// A loop.
    FollowUp(FollowUpId),
    /// A customer.
    Customer(CustomerId),
    /// An article.
    Article(ArticleId),
    /// A macro.
    Macro(MacroId),
    /// Themselves.
    Me,
}

impl Subject {
    /// The row's name; nothing where somebody wants something of themselves.
    pub fn id(self) -> Option<Uuid> {
        match self {
            Subject::Conversation(id) => Some(id.0),
            Subject::FollowUp(id) => Some(id.0),
            Subject::Customer(id) => Some(id.0),
            Subject::Article(id) => Some(id.0),
            Subject::Macro(id) => Some(id.0),
            Subject::Me => None,
        }
    }
}

/// The name of its lane.
impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Subject::Conversation(id) => write!(f, "conversation:{id}"),
            Subject::FollowUp(id) => write!(f, "follow_up:{id}"),
            Subject::Customer(id) => write!(f, "customer:{id}"),
            Subject::Article(id) => write!(f, "article:{id}"),
            Subject::Macro(id) => write!(f, "macro:{id}"),
            Subject::Me => f.write_str("me"),
        }
    }
}

impl Intent {
    /// What it is about. What is about the same must happen in the order in which it was wanted.
    pub fn subject(&self) -> Subject {
        match self {
            Intent::Reply { conversation, .. }
            | Intent::Note { conversation, .. }
            | Intent::Read { conversation, .. }
            | Intent::SetReason { conversation, .. }
            | Intent::Sounded { conversation, .. }
            | Intent::Accept { conversation }
            | Intent::Decline { conversation }
            | Intent::Transfer { conversation, .. }
            | Intent::Assign { conversation, .. }
            | Intent::Resolve { conversation }
            | Intent::Reopen { conversation }
            | Intent::WrapUp { conversation, .. }
            | Intent::Snooze { conversation, .. }
            | Intent::Wake { conversation }
            | Intent::End { conversation, .. }
            | Intent::Link { conversation, .. }
            | Intent::Unlink { conversation }
            | Intent::Watch { conversation }
            | Intent::HandOver { target: Target::Conversation(conversation), .. } => {
                Subject::Conversation(*conversation)
            }
            Intent::AddFollowUp { id, .. }
            | Intent::ChangeFollowUp { id, .. }
            | Intent::HandOver { target: Target::FollowUp(id), .. } => Subject::FollowUp(*id),
            Intent::Unblock { customer }
            | Intent::Confirm { customer, .. }
            | Intent::WatchCustomer { customer } => Subject::Customer(*customer),
            Intent::SetPresence { .. } | Intent::Finish { .. } | Intent::OpenChannel { .. } => Subject::Me,
            Intent::PutArticle { article } => Subject::Article(article.id),
            Intent::RemoveArticle { id } => Subject::Article(*id),
            Intent::PutMacro { prepared } => Subject::Macro(prepared.id),
            Intent::RemoveMacro { id } => Subject::Macro(*id),
        }
    }

    /// The kind, as on the wire and in the log.
    pub fn kind(&self) -> &'static str {
        match self {
            Intent::Reply { .. } => "reply",
            Intent::Note { .. } => "note",
            Intent::Read { .. } => "read",
            Intent::SetReason { .. } => "set_reason",
            Intent::Sounded { .. } => "sounded",
            Intent::AddFollowUp { .. } => "add_follow_up",
            Intent::ChangeFollowUp { .. } => "change_follow_up",
            Intent::HandOver { .. } => "hand_over",
            Intent::Accept { .. } => "accept",
            Intent::Decline { .. } => "decline",
            Intent::Transfer { .. } => "transfer",
            Intent::Assign { .. } => "assign",
            Intent::Resolve { .. } => "resolve",
            Intent::Reopen { .. } => "reopen",
            Intent::WrapUp { .. } => "wrap_up",
            Intent::Snooze { .. } => "snooze",
            Intent::Wake { .. } => "wake",
            Intent::End { .. } => "end",
            Intent::Unblock { .. } => "unblock",
            Intent::Link { .. } => "link",
            Intent::Unlink { .. } => "unlink",
            Intent::Confirm { .. } => "confirm",
            Intent::Watch { .. } => "watch",
            Intent::WatchCustomer { .. } => "watch_customer",
            Intent::SetPresence { .. } => "set_presence",
            Intent::Finish { .. } => "finish",
            Intent::OpenChannel { .. } => "open_channel",
            Intent::PutArticle { .. } => "put_article",
            Intent::RemoveArticle { .. } => "remove_article",
            Intent::PutMacro { .. } => "put_macro",
            Intent::RemoveMacro { .. } => "remove_macro",
        }
    }

    /// Whether it may wait in the outbox until the line is back. Everything else is shown only once the service
    /// applied it, and is refused while there is no line.
    pub fn may_wait(&self) -> bool {
        matches!(
            self,
            Intent::Reply { .. }
                | Intent::Note { .. }
                | Intent::Read { .. }
                | Intent::SetReason { .. }
                | Intent::Sounded { .. }
                | Intent::AddFollowUp { .. }
                | Intent::ChangeFollowUp { .. }
        )
    }
}
