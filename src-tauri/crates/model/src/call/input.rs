//! What goes into a call, and what comes out of it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use super::{EndReason, Invite, Leg, Offer};
use crate::{At, Personal, Slug, conversation::Side};

/// What the advisor wants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "ask", rename_all = "snake_case")]
pub enum Ask {
    /// Take it.
    Accept,
    /// Do not take it.
    Decline,
    /// End it, and the call with a colleague too.
    HangUp,
    /// Make the other end wait.
    Hold,
    /// Go on after that.
    Resume,
    /// Be heard or not.
    Mute {
        /// Not.
        muted: bool,
    },
    /// Hand it over without asking there.
    Transfer {
        /// A number or address.
        to: Personal,
    },
    /// Ask a colleague while the other end waits.
    Consult {
        /// A number or address.
        to: Personal,
    },
    /// Let the colleague in.
    Confer,
    /// Hand it over to the colleague.
    Complete,
    /// Let the colleague go, and go on with the other end.
    Back,
    /// Done with wrap-up.
    Close {
        /// The outcome.
        disposition: Slug,
    },
}

/// Why the advisor cannot have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The call is over.
    #[error("the call is over")]
    Over,
    /// Not as it stands: there is nobody to hold, or the call is being handed over.
    #[error("this cannot be done with the call as it stands")]
    NotNow,
}

/// Why the queue does not hold a call out any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Withdrawal {
    /// It was not taken in time (RONA).
    TimedOut,
    /// It was taken back.
    Rescinded,
    /// The caller left.
    Abandoned,
}

/// What the telephone says about a line. Each is said once, or again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact {
    /// It rings at theirs.
    Ringing,
    /// Both speak.
    Connected,
    /// That side made the other one wait.
    Held(Side),
    /// That side goes on.
    Resumed(Side),
    /// The advisor is not heard, or is again.
    Muted(bool),
    /// The line is joined with the other one, or is not any more.
    Joined(bool),
    /// A transfer is being tried; SIP's status code of it so far.
    Transferring(u16),
    /// A transfer is done: the line ends.
    Transferred,
    /// A transfer came to nothing, with SIP's status code; nothing when the telephone could not even ask.
    NotTransferred(Option<u16>),
    /// The line is over.
    Ended {
        /// Whose doing it was.
        by: Side,
        /// Why. [`EndReason::Cancelled`] and [`EndReason::Rejected`] are said from both sides' view: an inbound call
        /// that is cancelled was abandoned, one that is rejected was declined.
        reason: EndReason,
        /// SIP's status code, where there is one.
        code: Option<u16>,
    },
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The queue holds it out.
    Offered(Offer),
    /// The queue does not hold it out any more.
    Withdrawn(Withdrawal),
    /// It arrived at the telephone.
    Invited(Invite),
    /// The telephone called the colleague, as told.
    Dialled(Leg),
    /// The telephone could not call the colleague.
    NotDialled,
    /// The telephone said something about a line.
    Heard(Leg, Fact),
    /// The service gives time for wrap-up, or more of it.
    WrapUp {
        /// Until then.
        until: At,
    },
    /// Time passed.
    Time,
}

/// What is to be done. Whoever does it tells how it went by what is heard next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// Tell the queue that the advisor takes it.
    Accept,
    /// Tell the queue that the advisor does not take it.
    Decline,
    /// Give it back to the queue: it was taken, and the telephone never rang.
    Requeue,
    /// Answer the line.
    Answer(Leg),
    /// Do not answer the line: it must not ring on.
    Reject(Leg),
    /// Make the line wait.
    Hold(Leg),
    /// Go on with the line.
    Resume(Leg),
    /// Be heard on the line or not.
    Mute(Leg, bool),
    /// Call that number; [`Event::Dialled`] or [`Event::NotDialled`] is awaited.
    Dial(Personal),
    /// End the line.
    HangUp(Leg),
    /// Hand the line over to that number.
    Transfer(Leg, Personal),
    /// Hand the line over to whoever is on the other one.
    Complete {
        /// The other end's.
        leg: Leg,
        /// The colleague's.
        consulted: Leg,
    },
    /// Let both lines hear each other.
    Join(Leg, Leg),
}
