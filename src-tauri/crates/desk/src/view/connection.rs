//! The truth about the line and about what is not sent yet.

use model::{At, ConversationId, CustomerId, FollowUpId, Personal, follow_up::FollowUpChange};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Delivery;

/// The line to the service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Connection {
    /// How it is.
    pub state: LineState,
    /// Everything up to here is on this computer; nothing before the first contact.
    pub complete_up_to: Option<At>,
    /// Changes saved here and not sent yet.
    pub unsent: u32,
    /// Changes that need a decision.
    pub attention: u32,
    /// The service's clock less this computer's, in ms. All times are the service's.
    pub ahead: i64,
    /// What of that nears what may wait at once; nothing while there is room.
    pub quota: Option<Quota>,
}

/// How full the place is for what waits to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Quota {
    /// What there is most of.
    pub what: QuotaOf,
    /// Of what may wait, 80 to 100. At 100 nothing new is saved.
    pub percent: u8,
}

/// What of that which waits is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum QuotaOf {
    /// 2,000 changes.
    Changes,
    /// 200 MB of files.
    Files,
    /// 14 days.
    Age,
}

/// How the line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LineState {
    /// Everything arrives as it happens.
    Live,
    /// Catching up, or about to.
    Reconnecting,
    /// No line; the next try is under way or planned.
    Offline,
    /// The service does not accept the sign-in any more.
    SignInNeeded,
    /// The service speaks a newer protocol: this app must be updated.
    UpdateNeeded,
}

/// Something of the advisor's that is not with the service: it waits for the line, or for a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AttentionRow {
    /// The command.
    pub id: String,
    /// What it was.
    pub what: AttentionWhat,
    /// With whom, when known.
    pub customer_name: Option<Personal>,
    /// The customer.
    pub customer: Option<CustomerId>,
    /// The conversation.
    pub conversation: Option<ConversationId>,
    /// The follow-up.
    pub follow_up: Option<FollowUpId>,
    /// The text of it, when it had one; of a change of a follow-up, the follow-up's title.
    pub text: Personal,
    /// The field of a follow-up and its new value.
    pub change: Option<FollowUpChange>,
    /// When the advisor did it.
    pub at: At,
    /// How far it got: `undo`, `saved`, `sending`, or `not_sent` with why it did not go through.
    pub delivery: Delivery,
    /// Until when its words may be given as a note to whoever has it now; nothing: they cannot.
    pub hand_over_until: Option<At>,
}

/// What is not with the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum AttentionWhat {
    /// An answer to a customer.
    Reply,
    /// A private note.
    Note,
    /// A contact reason.
    Reason,
    /// A new follow-up.
    NewFollowUp,
    /// A change of a follow-up.
    FollowUp,
    /// The file that keeps what is not sent: a part of it could not be read.
    WorkFile,
    /// Anything else.
    Other,
}

/// How much of something was saved from a damaged file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Share {
    /// So many are there.
    pub saved: u32,
    /// So many were there and are lost.
    pub lost: u32,
}

impl From<store::work::salvage::Share> for Share {
    fn from(share: store::work::salvage::Share) -> Self {
        Self { saved: share.saved, lost: share.lost }
    }
}

/// Why something did not go through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum NotSentWhy {
    /// A reply in a live chat became too old to be sent without a look.
    TooLate,
    /// Somebody else has the conversation now.
    NotYours,
    /// The conversation or follow-up is not there any more.
    Gone,
    /// The conversation was closed, or the customer blocked.
    Closed,
    /// Somebody else changed the same field of a follow-up first.
    Conflict {
        /// The field's name, as in [`FollowUpChange::field`].
        field: String,
        /// What was there before both, when it is known.
        base: Option<FollowUpChange>,
        /// The advisor's value.
        mine: FollowUpChange,
        /// Their value: what the service has.
        theirs: FollowUpChange,
        /// Both texts in one, where they go together; only for texts.
        merged: Option<Personal>,
        /// Who changed it.
        by: String,
        /// When they did.
        at: At,
        /// When the advisor did.
        mine_at: At,
    },
    /// The service refused it.
    Refused {
        /// In its words.
        message: String,
    },
    /// A file of it is not there any more.
    FileLost,
    /// Another version of the app wrote it, and this one cannot read it.
    OtherVersion,
    /// The file that keeps what is not sent was damaged: what could be read of it was saved.
    Damaged {
        /// Where the damaged file is kept.
        copy: String,
        /// Of what was not sent.
        changes: Share,
        /// Of drafts.
        drafts: Share,
        /// Of files that wait to be sent.
        files: Share,
    },
}
