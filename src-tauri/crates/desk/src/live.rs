//! What is shown: read from the files, with what is on its way laid over it and what is true now beside it. Nothing here
//! keeps a second copy of the truth; what was pushed last is kept only to push what changed.

pub(crate) mod attention;
pub(crate) mod card;
pub(crate) mod diff;
pub(crate) mod follow_ups;
pub(crate) mod hand_over;
pub(crate) mod header;
pub(crate) mod merge;
pub(crate) mod moment;
pub(crate) mod queue;
pub(crate) mod supervise;
pub(crate) mod timeline;
pub(crate) mod yours;

use std::collections::BTreeMap;

use model::{
    At, ConversationId, Customer, CustomerId, FollowUpId, Intent, Person, PersonId, Slug, Workspace,
    intent::Subject,
};
use store::{
    Rows, cache,
    work::{
        outbox::{Pending, Unreadable},
        salvage::Salvaged,
    },
};

use crate::Failure;

use moment::Moment;

/// Everything that views are made of.
pub(crate) struct Scene<'a> {
    pub(crate) cache: &'a Rows,
    pub(crate) work: &'a Rows,
    /// What is on its way or needs attention, in order.
    pub(crate) pending: &'a [Pending],
    /// What another version of the app left in the outbox.
    pub(crate) unreadable: &'a [Unreadable],
    /// What was saved from a damaged work file, until it was read.
    pub(crate) salvaged: Option<&'a Salvaged>,
    pub(crate) me: &'a Person,
    pub(crate) workspace: &'a Workspace,
    pub(crate) people: &'a BTreeMap<PersonId, Person>,
    pub(crate) moment: &'a Moment,
    /// The service's time.
    pub(crate) now: At,
    /// The time on this computer's own clock.
    pub(crate) wall: At,
}

impl Scene<'_> {
    /// What is on its way in a conversation, in order.
    pub(crate) fn pending_in(&self, id: ConversationId) -> impl Iterator<Item = &Pending> {
        let lane = Subject::Conversation(id).to_string();
        self.pending.iter().filter(move |row| row.lane == lane)
    }

    /// What is on its way for a loop, in order.
    pub(crate) fn pending_for(&self, id: FollowUpId) -> impl Iterator<Item = &Pending> {
        let lane = Subject::FollowUp(id).to_string();
        self.pending.iter().filter(move |row| row.lane == lane)
    }

    pub(crate) fn name_of(&self, id: PersonId) -> String {
        self.people.get(&id).map(|person| person.name.clone()).unwrap_or_default()
    }

    pub(crate) fn queue_name(&self, id: &Slug) -> String {
        self.workspace.queue(id).map_or_else(|| id.to_string(), |queue| queue.name.clone())
    }

    pub(crate) fn reason_name(&self, id: &Slug) -> String {
        self.workspace.reason(id).map_or_else(|| id.to_string(), |reason| reason.name.clone())
    }

    pub(crate) fn customer(&self, id: CustomerId) -> Result<Option<Customer>, Failure> {
        Ok(cache::customer::load(self.cache, id)?)
    }

    /// The contact reason as it will be: the service's, or the one that is on its way.
    pub(crate) fn reason(&self, id: ConversationId, base: Option<Slug>) -> Option<Slug> {
        self.pending_in(id).filter(|row| !row.state.needs_attention()).fold(base, |now, row| {
            match &row.command.intent {
                Intent::SetReason { reason, .. } => reason.clone(),
                _ => now,
            }
        })
    }
}
