//! One call: what the queue held out, the telephone rang with, and the advisor did with it, in one row.
//!
//! ```text
//! queued → offered → ringing → accepted → connected ⇄ held → ended → wrap-up → closed
//!    │        │         │                     └ consulting → transferred, conference, or back
//!    └────────┴─────────┴→ ended: declined, timed out, rescinded, abandoned
//! ```
//!
//! [`Call::ask`] takes what the advisor wants, [`Call::hear`] what happened. Both say what is to be done about it,
//! and do nothing themselves: no clock, no telephone, no queue. What the advisor wants becomes so only when the
//! telephone says so; what is heard again, or too late, changes nothing.
//!
//! It refuses to know presence: a call that was not answered ends as such, and whether its advisor is set away is
//! the service's. One `Call` is one contact held out to one advisor: when it was declined or missed, what the queue
//! holds out to the next one is another `Call` that waits since the same moment.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::{At, ConversationId, Personal, at::SECOND};

mod ended;
mod input;
mod join;
mod record;
mod sources;
mod stage;
mod step;
mod talking;
#[cfg(test)]
mod tests;
mod times;
mod transfer;

pub use ended::{EndReason, Ended};
pub use input::{Ask, Deed, Event, Fact, Refused, Withdrawal};
pub use join::{Join, Pair};
pub use record::{CallRecord, LineSound};
pub use sources::{Correlation, Invite, Leg, Offer};
pub use stage::{Consult, ConsultStage, Held, Stage};
pub use times::{Stretch, Times};
pub use transfer::{Outcome, Transfer, TransferKind};

/// Milliseconds that the telephone has to ring once an offer is taken; after that the offer goes back.
pub const INVITE_WITHIN: i64 = 10 * SECOND;
/// Milliseconds that a call that names an offer waits for it; after that it rings as a direct one.
pub const OFFER_WITHIN: i64 = 2 * SECOND;
/// Milliseconds that the queue has to say why a call of its own stopped ringing; after that the telephone's reason
/// counts.
pub const REASON_WITHIN: i64 = 2 * SECOND;
/// Milliseconds that a transfer may take; after that it counts as failed.
pub const TRANSFER_WITHIN: i64 = 60 * SECOND;

/// Who called whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// They called us.
    Inbound,
    /// We called them.
    Outbound,
}

/// Somebody who is spoken with.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, ToSchema)]
pub struct Party {
    /// Their number, or the part of their address before the `@`.
    pub number: Personal,
    /// How they are called, if they say so.
    pub name: Option<Personal>,
}

/// One call.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
pub struct Call {
    /// The conversation it belongs to. A direct call has none.
    pub conversation: Option<ConversationId>,
    /// The offer it belongs to. A direct call has none, until one comes after all.
    pub correlation: Option<Correlation>,
    /// Who called whom.
    pub direction: Direction,
    /// Where it stands.
    pub stage: Stage,
    /// The telephone's line of it, once it rings and as long as it does or is spoken.
    pub leg: Option<Leg>,
    /// The advisor is not heard. Local, and no stage.
    pub muted: bool,
    /// The other end first, as soon as it is known, then everybody who was consulted and answered.
    pub parties: Vec<Party>,
    /// When both spoke for the first time.
    pub answered_at: Option<At>,
    /// How long what took.
    pub times: Times,
    /// How often we made the other end wait.
    pub holds: u32,
    /// The latest attempt to hand it over.
    pub transfer: Option<Transfer>,
    /// How it came to its end. Written once.
    pub ended: Option<Ended>,
    /// When wrap-up should end, if the service said so before the telephone said that the call is over.
    pub wrap_up_until: Option<At>,
}

impl Call {
    /// A call that waits in its queue `since` then.
    pub fn queued(conversation: ConversationId, since: At) -> Self {
        let call = Self::new(Direction::Inbound, Stage::Queued, since);
        Self { conversation: Some(conversation), ..call }
    }

    /// A call that is held out to the advisor.
    pub fn offered(offer: &Offer, now: At) -> Self {
        let mut call = Self::queued(offer.conversation, offer.queued_at);
        call.hold_out(offer, now);
        call
    }

    /// A call that rings here and that no queue holds out.
    pub fn direct(invite: &Invite, now: At) -> Self {
        let mut call = Self::new(Direction::Inbound, Stage::Ringing { until: None }, now);
        call.leg = Some(invite.leg.clone());
        call.parties.push(invite.from.clone());
        call
    }

    /// A call of ours to somebody.
    pub fn dialled(leg: Leg, to: Party, now: At) -> Self {
        let call = Self::new(Direction::Outbound, Stage::Dialling, now);
        Self { leg: Some(leg), parties: vec![to], ..call }
    }

    fn new(direction: Direction, stage: Stage, since: At) -> Self {
        Self {
            conversation: None,
            correlation: None,
            direction,
            stage,
            leg: None,
            muted: false,
            parties: Vec::new(),
            answered_at: None,
            times: Times::from(since),
            holds: 0,
            transfer: None,
            ended: None,
            wrap_up_until: None,
        }
    }

    /// How long what took until now: the stretch that still runs is counted in.
    pub fn times_at(&self, now: At) -> Times {
        self.times.with(self.stage.stretch(), now)
    }

    /// When time alone changes something: [`Event::Time`] is to be heard then.
    pub fn next_deadline(&self) -> Option<At> {
        let transfer = self.transfer.as_ref().and_then(Transfer::until).filter(|_| self.ended.is_none());
        [self.stage.until(), transfer].into_iter().flatten().min()
    }

    /// The colleague who is consulted.
    fn consult(&self) -> Option<&Consult> {
        match &self.stage {
            Stage::Connected { consult, .. } => consult.as_ref(),
            _ => None,
        }
    }

    fn is_transferring(&self) -> bool {
        self.transfer.as_ref().is_some_and(|transfer| transfer.until().is_some())
    }
}
