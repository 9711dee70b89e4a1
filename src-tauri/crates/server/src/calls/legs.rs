//! Which legs of the exchange belong together. Only what the exchange knows too: whose conversation it is stands in the
//! database.

use model::{
    At, ConversationId, MessageId, PersonId, Slug, TenantId,
    call::{Correlation, Leg, Party, Stretch, Times},
};
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::{recording::Recorded, rows::SoFar};

/// What a leg is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// A caller's.
    Caller(ConversationId),
    /// An advisor's, for a caller.
    Desk(ConversationId),
    /// Somebody's who may leave a message.
    Message,
    /// Of a call between colleagues.
    Direct(u64),
    /// It hears a last tune.
    Leaving,
}

/// The leg at an advisor's telephone.
#[derive(Debug, Clone)]
pub(super) struct Desk {
    pub(super) leg: Leg,
    pub(super) person: PersonId,
    /// It was picked up.
    pub(super) there: bool,
}

/// A caller who waits or speaks.
pub(super) struct Live {
    pub(super) tenant: TenantId,
    pub(super) caller: Leg,
    pub(super) from: Party,
    pub(super) correlation: Correlation,
    pub(super) desk: Option<Desk>,
    /// The caller and that advisor hear each other.
    pub(super) joined: bool,
    /// Those who make the other wait: the caller, the advisor.
    pub(super) holding: (bool, bool),
    /// Since when the caller waits.
    pub(super) waits_since: At,
    /// Before this the caller has not heard all that they must hear.
    pub(super) heard_at: At,
    /// They were told that they are recorded.
    pub(super) told_of_recording: bool,
    /// They may ask to be called back.
    pub(super) may_ask: bool,
    /// The place that they were told last.
    pub(super) position: Option<u32>,
    /// When they are told the next time.
    pub(super) position_at: At,
    /// It is being recorded now.
    pub(super) recording: bool,
    pub(super) recordings: Vec<JoinHandle<Recorded>>,
    /// The line that will tell of the end.
    pub(super) line: MessageId,
    so_far: SoFar,
    stretch: Stretch,
}

impl Live {
    pub(super) fn new(tenant: TenantId, caller: Leg, from: Party, correlation: Correlation, now: At) -> Self {
        let times = Times::from(now);
        Self {
            tenant,
            caller,
            from,
            correlation,
            desk: None,
            joined: false,
            holding: (false, false),
            waits_since: now,
            heard_at: now,
            told_of_recording: false,
            may_ask: false,
            position: None,
            position_at: now,
            recording: false,
            recordings: Vec::new(),
            line: MessageId(Uuid::now_v7()),
            so_far: SoFar { times, holds: 0 },
            stretch: Stretch::Wait,
        }
    }

    /// From now on time counts as something else.
    pub(super) fn go(&mut self, stretch: Stretch, now: At) {
        self.so_far.times = self.so_far.times.with(Some(self.stretch), now);
        self.stretch = stretch;
    }

    /// One of them makes the other wait, or goes on. `advisor`: it is them.
    pub(super) fn hold(&mut self, advisor: bool, holds: bool, now: At) {
        let before = if advisor { &mut self.holding.1 } else { &mut self.holding.0 };
        if std::mem::replace(before, holds) == holds {
            return;
        }
        if advisor && holds {
            self.so_far.holds += 1;
        }
        let anybody = self.holding.0 || self.holding.1;
        self.go(if anybody { Stretch::Hold } else { Stretch::Talk }, now);
    }

    /// How it went until now.
    pub(super) fn so_far(&self, now: At) -> SoFar {
        SoFar { times: self.so_far.times.with(Some(self.stretch), now), ..self.so_far }
    }

    /// Whether the leg at the desk is that person's.
    pub(super) fn is_with(&self, person: PersonId) -> bool {
        self.desk.as_ref().is_some_and(|desk| desk.person == person)
    }
}

/// Somebody who may leave a message.
pub(super) struct Message {
    pub(super) tenant: TenantId,
    pub(super) queue: Slug,
    pub(super) from: Party,
    pub(super) began: At,
    pub(super) recording: Option<JoinHandle<Recorded>>,
}

/// A call between colleagues.
pub(super) struct Direct {
    pub(super) tenant: TenantId,
    pub(super) caller: Leg,
    pub(super) from: PersonId,
    pub(super) called: Leg,
    pub(super) to: PersonId,
    /// They speak.
    pub(super) joined: bool,
}

impl Direct {
    /// The leg at the other end.
    pub(super) fn other(&self, leg: &Leg) -> &Leg {
        if *leg == self.caller { &self.called } else { &self.caller }
    }
}
