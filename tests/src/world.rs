//! What an advisor's desk would know: rows by id, changed as the protocol says, and what is true at the moment.

use std::collections::BTreeMap;

use model::{
    ArticleId, Conversation, ConversationId, Customer, CustomerId, Fact, FactId, FollowUp, FollowUpId,
    MacroId, Message, MessageId, Person, PersonId, Presence, Score, ScoreId, Workspace,
    library::{Article, Macro},
    wire::{
        Entity, Now,
        frames::{Change, EntityId},
        now::{AdvisorNow, Notice, OfferItem, QueueNow, WaitingItem},
    },
};

/// Rows by id.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct World {
    /// Whose world.
    pub me: Option<PersonId>,
    /// The last number applied.
    pub cursor: u64,
    /// The set-up.
    pub workspace: Option<Workspace>,
    /// Colleagues.
    pub people: BTreeMap<PersonId, Person>,
    /// Customers in sight.
    pub customers: BTreeMap<CustomerId, Customer>,
    /// What happened with them.
    pub facts: BTreeMap<FactId, Fact>,
    /// What they answered.
    pub scores: BTreeMap<ScoreId, Score>,
    /// Their conversations.
    pub conversations: BTreeMap<ConversationId, Conversation>,
    /// The lines.
    pub messages: BTreeMap<MessageId, Message>,
    /// Loops in sight.
    pub follow_ups: BTreeMap<FollowUpId, FollowUp>,
    /// Articles.
    pub articles: BTreeMap<ArticleId, Article>,
    /// Macros.
    pub macros: BTreeMap<MacroId, Macro>,
}

macro_rules! put {
    ($map:expr, $row:expr) => {{
        let row = $row;
        if let Some(known) = $map.get(&row.id) {
            assert!(row.version >= known.version, "a row went back in time: {row:?}");
        }
        $map.insert(row.id, row);
    }};
}

impl World {
    /// An empty world.
    pub fn of(me: PersonId) -> Self {
        Self { me: Some(me), ..Self::default() }
    }

    /// Takes a row.
    pub fn put(&mut self, entity: Entity) {
        match entity {
            Entity::Workspace(row) => self.workspace = Some(row),
            Entity::Person(row) => put!(self.people, row),
            Entity::Customer(row) => put!(self.customers, row),
            Entity::Fact(row) => put!(self.facts, row),
            Entity::Score(row) => put!(self.scores, row),
            Entity::Conversation(row) => put!(self.conversations, row),
            Entity::Message(row) => put!(self.messages, row),
            Entity::FollowUp(row) => put!(self.follow_ups, row),
            Entity::Article(row) => put!(self.articles, row),
            Entity::Macro(row) => put!(self.macros, row),
        }
    }

    /// Takes a change.
    pub fn change(&mut self, change: Change) {
        match change {
            Change::Put { entity } => self.put(entity),
            Change::Entered { entities, .. } => entities.into_iter().for_each(|entity| self.put(entity)),
            Change::Left { customer } => self.forget(customer),
            Change::Gone { id: EntityId::FollowUp(id) } => drop(self.follow_ups.remove(&id)),
            Change::Gone { id: EntityId::Article(id) } => drop(self.articles.remove(&id)),
            Change::Gone { id: EntityId::Macro(id) } => drop(self.macros.remove(&id)),
            Change::Gone { id: EntityId::Conversation(id) } => {
                self.conversations.remove(&id);
                self.messages.retain(|_, message| message.conversation != id);
            }
        }
    }

    /// Forgets a customer and everything that hangs on them; the team's loops stay, they are the team's.
    fn forget(&mut self, customer: CustomerId) {
        let team = self.me.and_then(|me| self.people.get(&me)).map(|person| person.team.clone());
        self.customers.remove(&customer);
        self.facts.retain(|_, row| row.customer != customer);
        self.scores.retain(|_, row| row.customer != customer);
        let conversations = &mut self.conversations;
        self.messages.retain(|_, message| {
            conversations.get(&message.conversation).is_some_and(|c| c.customer != customer)
        });
        conversations.retain(|_, row| row.customer != customer);
        self.follow_ups.retain(|_, row| row.customer != customer || Some(&row.team) == team.as_ref());
    }

    /// The lines of a conversation, in order.
    pub fn lines(&self, id: ConversationId) -> Vec<&Message> {
        let mut lines: Vec<_> = self.messages.values().filter(|m| m.conversation == id).collect();
        lines.sort_by_key(|m| m.n);
        lines
    }

    /// The words of a conversation, in order, without activities.
    pub fn words(&self, id: ConversationId) -> Vec<String> {
        self.lines(id).iter().filter(|m| m.activity.is_none()).map(|m| m.text.to_string()).collect()
    }

    /// What happened in a conversation, in order.
    pub fn activities(&self, id: ConversationId) -> Vec<model::Activity> {
        self.lines(id).iter().filter_map(|m| m.activity.clone()).collect()
    }

    /// The rows of this world that are missing or other in `other`, and the other way round. Empty: the same world.
    pub fn differences(&self, other: &World) -> Vec<String> {
        let mut out = Vec::new();
        fn compare<K: Ord + std::fmt::Debug, V: PartialEq + std::fmt::Debug>(
            what: &str,
            mine: &BTreeMap<K, V>,
            theirs: &BTreeMap<K, V>,
            out: &mut Vec<String>,
        ) {
            for (id, row) in mine {
                match theirs.get(id) {
                    None => out.push(format!("{what} {id:?} is only in the first: {row:?}")),
                    Some(other) if other != row => out.push(format!("{what}:\n  {row:?}\n  {other:?}")),
                    Some(_) => {}
                }
            }
            for (id, row) in theirs.iter().filter(|(id, _)| !mine.contains_key(id)) {
                out.push(format!("{what} {id:?} is only in the second: {row:?}"));
            }
        }
        if self.workspace != other.workspace {
            out.push("the workspace differs".to_owned());
        }
        compare("person", &self.people, &other.people, &mut out);
        compare("customer", &self.customers, &other.customers, &mut out);
        compare("fact", &self.facts, &other.facts, &mut out);
        compare("score", &self.scores, &other.scores, &mut out);
        compare("conversation", &self.conversations, &other.conversations, &mut out);
        compare("message", &self.messages, &other.messages, &mut out);
        compare("follow-up", &self.follow_ups, &other.follow_ups, &mut out);
        compare("article", &self.articles, &other.articles, &mut out);
        compare("macro", &self.macros, &other.macros, &mut out);
        out
    }
}

/// What is true at the moment: the latest of everything that may be forgotten.
#[derive(Debug, Clone, Default)]
pub struct Present {
    /// What waits in the reader's queues.
    pub waiting: BTreeMap<ConversationId, WaitingItem>,
    /// What is held out to the reader.
    pub offers: BTreeMap<ConversationId, OfferItem>,
    /// How everybody is.
    pub presence: BTreeMap<PersonId, Presence>,
    /// Whose customer is there.
    pub there: BTreeMap<ConversationId, bool>,
    /// Who looks at what.
    pub viewing: BTreeMap<ConversationId, Vec<PersonId>>,
    /// The queues, for supervisors.
    pub queues: Vec<QueueNow>,
    /// The advisors, for supervisors.
    pub advisors: Vec<AdvisorNow>,
}

impl Present {
    /// Takes one fact of the moment.
    pub fn take(&mut self, now: &Now) {
        match now.clone() {
            Now::Waiting { conversation, item } => set(&mut self.waiting, conversation, item),
            Now::Offer { conversation, offer } => set(&mut self.offers, conversation, offer),
            Now::Presence { presence } => drop(self.presence.insert(presence.person, presence)),
            Now::CustomerThere { conversation, there } => drop(self.there.insert(conversation, there)),
            Now::Viewing { conversation, people } => drop(self.viewing.insert(conversation, people)),
            Now::Queues { queues } => self.queues = queues,
            Now::Advisors { advisors } => self.advisors = advisors,
            Now::Typing { .. } | Now::Notice { .. } => {}
        }
    }
}

fn set<V>(map: &mut BTreeMap<ConversationId, V>, id: ConversationId, value: Option<V>) {
    match value {
        Some(value) => drop(map.insert(id, value)),
        None => drop(map.remove(&id)),
    }
}

/// The notices among what was told.
pub fn notices(nows: &[Now]) -> Vec<Notice> {
    nows.iter()
        .filter_map(|now| match now {
            Now::Notice { notice } => Some(notice.clone()),
            _ => None,
        })
        .collect()
}
