//! What is true now and is never stored: what waits, what is offered, who is there, who is writing.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    At, ConversationId, PersonId, Presence,
    wire::{
        Now,
        now::{AdvisorNow, Notice, OfferItem, QueueNow, WaitingItem},
    },
};

/// What is true now.
#[derive(Debug, Default)]
pub(crate) struct Moment {
    pub(crate) waiting: BTreeMap<ConversationId, WaitingItem>,
    pub(crate) offers: BTreeMap<ConversationId, OfferItem>,
    pub(crate) presence: BTreeMap<PersonId, Presence>,
    /// Who is writing where, until when; nobody is the customer.
    pub(crate) typing: BTreeMap<(ConversationId, Option<PersonId>), At>,
    pub(crate) viewing: BTreeMap<ConversationId, Vec<PersonId>>,
    /// Conversations whose customer is there.
    pub(crate) there: BTreeSet<ConversationId>,
    pub(crate) queues: Vec<QueueNow>,
    pub(crate) advisors: Vec<AdvisorNow>,
    pub(crate) figures_at: Option<At>,
}

/// What a fact of the moment touches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Touches {
    Waiting,
    /// An offer came (true) or went.
    Offer(ConversationId, bool),
    Presence(PersonId),
    Conversation(ConversationId),
    Supervise,
    Notice(Notice),
}

impl Moment {
    /// Takes a fact. `now` is the service's time.
    pub(crate) fn take(&mut self, fact: Now, now: At) -> Touches {
        match fact {
            Now::Waiting { conversation, item } => {
                match item {
                    Some(item) => drop(self.waiting.insert(conversation, item)),
                    None => drop(self.waiting.remove(&conversation)),
                }
                Touches::Waiting
            }
            Now::Offer { conversation, offer } => {
                let came = offer.is_some();
                match offer {
                    Some(offer) => drop(self.offers.insert(conversation, offer)),
                    None => drop(self.offers.remove(&conversation)),
                }
                Touches::Offer(conversation, came)
            }
            Now::Presence { presence } => {
                let person = presence.person;
                self.presence.insert(person, presence);
                Touches::Presence(person)
            }
            Now::Typing { conversation, person, until } => {
                self.typing.insert((conversation, person), until);
                Touches::Conversation(conversation)
            }
            Now::Viewing { conversation, people } => {
                self.viewing.insert(conversation, people);
                Touches::Conversation(conversation)
            }
            Now::CustomerThere { conversation, there } => {
                if there {
                    self.there.insert(conversation);
                } else {
                    self.there.remove(&conversation);
                }
                Touches::Conversation(conversation)
            }
            Now::Queues { queues } => {
                self.queues = queues;
                self.figures_at = Some(now);
                Touches::Supervise
            }
            Now::Advisors { advisors } => {
                self.advisors = advisors;
                self.figures_at = Some(now);
                Touches::Supervise
            }
            Now::Notice { notice } => Touches::Notice(notice),
        }
    }

    /// Without a line nothing of this is known; colleagues' names stay, their presence does not.
    pub(crate) fn forget(&mut self) {
        *self = Self::default();
    }

    /// Whoever said a line is not writing it any more.
    pub(crate) fn stopped_typing(&mut self, conversation: ConversationId, person: Option<PersonId>) {
        self.typing.remove(&(conversation, person));
    }

    /// Takes away who stopped writing without saying so. Answers where.
    pub(crate) fn typing_over(&mut self, now: At) -> Vec<ConversationId> {
        let over: Vec<_> =
            self.typing.iter().filter(|(_, until)| **until <= now).map(|(key, _)| *key).collect();
        for key in &over {
            self.typing.remove(key);
        }
        over.into_iter().map(|(conversation, _)| conversation).collect()
    }
}
