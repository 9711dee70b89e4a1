//! An advisor at the service's door: the real adapter over a real socket, and everything it was told.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use backend::{
    Backend, Heard, Line, Native,
    native::{Credentials, Keeper, NotKept},
};
use model::{
    Conversation, ConversationId, Customer, CustomerId, DeviceId, FollowUp, FollowUpId, Intent, Message,
    MessageId, PersonId, PresenceState, Score,
    wire::{
        ClientFrame, Command, Entity, Now, Outcome, Rejection, ServerFrame,
        commands::Receipt,
        frames::{Change, EntityId, SCHEMA},
    },
};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use crate::Stage;

/// How long a story waits for something that must come. Only a failing story ever waits so long.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Keeps a session's secrets in memory.
pub struct InMemory(Mutex<Option<Credentials>>);

impl InMemory {
    /// Begins with a one-use secret.
    pub fn once(secret: &str) -> Arc<Self> {
        Arc::new(Self(Mutex::new(Some(Credentials::OneUse(secret.to_owned().into())))))
    }
}

#[async_trait]
impl Keeper for InMemory {
    async fn credentials(&self) -> Option<Credentials> {
        match &*self.0.lock().unwrap() {
            Some(Credentials::OneUse(secret)) => Some(Credentials::OneUse(secret.expose_secret().into())),
            Some(Credentials::Refresh(token)) => Some(Credentials::Refresh(token.expose_secret().into())),
            None => None,
        }
    }

    async fn keep(&self, refresh: &SecretString) -> Result<(), NotKept> {
        *self.0.lock().unwrap() = Some(Credentials::Refresh(refresh.expose_secret().into()));
        Ok(())
    }
}

/// What an advisor's desk would know: rows by id, applied as the protocol says.
#[derive(Debug, Default)]
pub struct World {
    /// The last number applied.
    pub cursor: u64,
    /// Customers in sight.
    pub customers: BTreeMap<CustomerId, Customer>,
    /// Their conversations.
    pub conversations: BTreeMap<ConversationId, Conversation>,
    /// Their lines.
    pub messages: BTreeMap<MessageId, Message>,
    /// Their scores.
    pub scores: Vec<Score>,
    /// Loops in sight.
    pub follow_ups: BTreeMap<FollowUpId, FollowUp>,
    /// Everything else, counted.
    pub others: usize,
}

impl World {
    fn put(&mut self, entity: Entity) {
        match entity {
            Entity::Customer(row) => drop(self.customers.insert(row.id, row)),
            Entity::Conversation(row) => drop(self.conversations.insert(row.id, row)),
            Entity::Message(row) => drop(self.messages.insert(row.id, row)),
            Entity::Score(row) => self.scores.push(row),
            Entity::FollowUp(row) => drop(self.follow_ups.insert(row.id, row)),
            _ => self.others += 1,
        }
    }

    fn change(&mut self, change: Change) {
        match change {
            Change::Put { entity } => self.put(entity),
            Change::Entered { entities, .. } => entities.into_iter().for_each(|entity| self.put(entity)),
            Change::Left { customer } => {
                self.customers.remove(&customer);
                let gone: Vec<_> =
                    self.conversations.values().filter(|c| c.customer == customer).map(|c| c.id).collect();
                self.conversations.retain(|id, _| !gone.contains(id));
                self.messages.retain(|_, m| !gone.contains(&m.conversation));
            }
            Change::Gone { id: EntityId::FollowUp(id) } => drop(self.follow_ups.remove(&id)),
            Change::Gone { .. } => self.others += 1,
        }
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
}

/// An advisor.
pub struct Seat {
    /// Who.
    pub id: PersonId,
    /// Their name.
    pub name: String,
    /// The adapter.
    pub backend: Native,
    /// The installation.
    pub device: DeviceId,
    /// What they know.
    pub world: World,
    /// What they were told that may be forgotten, since the story looked last.
    pub nows: Vec<Now>,
    line: Option<Line>,
    at: model::At,
}

impl Seat {
    /// Signs in with a one-use secret.
    pub async fn take(stage: &Stage, id: PersonId, name: &str, secret: &str) -> Self {
        let address = stage.address.parse().expect("the stage's address");
        let backend = Native::new(address, InMemory::once(secret)).expect("an adapter");
        Self {
            id,
            name: name.to_owned(),
            backend,
            device: DeviceId(Uuid::now_v7()),
            world: World::default(),
            nows: Vec::new(),
            line: None,
            at: stage.now(),
        }
    }

    /// Takes a snapshot, opens the line and is available for offers.
    pub async fn available(mut self) -> Self {
        self.connect().await;
        self.wants(Intent::SetPresence { state: PresenceState::Available, reason: None }).await;
        self
    }

    /// Takes a snapshot and opens the line.
    pub async fn connect(&mut self) {
        let start = self.backend.snapshot().await.expect("a snapshot");
        self.world = World { cursor: start.cursor, ..World::default() };
        let mut after = None;
        loop {
            let page = self.backend.snapshot_page(after).await.expect("a page");
            page.entities.into_iter().for_each(|entity| self.world.put(entity));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        let line = self.backend.dial().await.expect("a line");
        let hello = ClientFrame::Hello {
            epoch: Some(start.epoch),
            cursor: start.cursor,
            device: self.device,
            schema: SCHEMA,
        };
        line.say.send(hello).await.expect("hello is said");
        self.line = Some(line);
        let resumed = self.next().await;
        assert!(matches!(resumed, ServerFrame::Resumed { .. }), "the desk resumes, not {resumed:?}");
    }

    /// Hangs up without a word.
    pub fn hang_up(&mut self) {
        self.line = None;
    }

    /// Says something on the line.
    pub async fn say(&mut self, frame: ClientFrame) {
        self.line.as_ref().expect("a line").say.send(frame).await.expect("the line is open");
    }

    async fn next(&mut self) -> ServerFrame {
        let line = self.line.as_mut().expect("a line");
        match tokio::time::timeout(PATIENCE, line.hear.recv()).await {
            Ok(Some(Heard::Frame(frame))) => *frame,
            Ok(other) => panic!("{}'s line ended with {other:?}", self.name),
            Err(_) => panic!("{} waited for a frame that never came", self.name),
        }
    }

    /// Waits until the line is closed; its code.
    pub async fn closed(&mut self) -> Option<u16> {
        let line = self.line.as_mut().expect("a line");
        loop {
            match tokio::time::timeout(PATIENCE, line.hear.recv()).await.expect("the line closes") {
                Some(Heard::Frame(_)) => {}
                Some(Heard::Closed(code)) => return code,
                None => return None,
            }
        }
    }

    /// Takes frames until `seen` finds what it waits for.
    pub async fn until<T>(&mut self, mut seen: impl FnMut(&World, &[Now]) -> Option<T>) -> T {
        loop {
            if let Some(found) = seen(&self.world, &self.nows) {
                return found;
            }
            match self.next().await {
                ServerFrame::Range { from, to, events } => {
                    assert!(from <= self.world.cursor, "a gap between {} and {from}", self.world.cursor);
                    let known = self.world.cursor;
                    for event in events.into_iter().filter(|event| event.seq > known) {
                        self.world.change(event.change);
                    }
                    self.world.cursor = self.world.cursor.max(to);
                }
                ServerFrame::Now(now) => self.nows.push(now),
                ServerFrame::Pong { .. } => {}
                other => panic!("{} did not expect {other:?}", self.name),
            }
        }
    }

    /// Asks the service where it is and takes everything up to there.
    pub async fn catch_up(&mut self) {
        let cursor = self.world.cursor;
        self.say(ClientFrame::Ping { cursor }).await;
        loop {
            match self.next().await {
                ServerFrame::Range { to, events, .. } => {
                    for event in events {
                        self.world.change(event.change);
                    }
                    self.world.cursor = self.world.cursor.max(to);
                }
                ServerFrame::Now(now) => self.nows.push(now),
                ServerFrame::Pong { .. } => return,
                other => panic!("{} did not expect {other:?}", self.name),
            }
        }
    }

    /// The conversation that is offered next.
    pub async fn offered(&mut self) -> ConversationId {
        let id = self
            .until(|_, nows| {
                nows.iter().find_map(|now| match now {
                    Now::Offer { conversation, offer: Some(_) } => Some(*conversation),
                    _ => None,
                })
            })
            .await;
        self.nows.retain(|now| !matches!(now, Now::Offer { conversation, .. } if *conversation == id));
        id
    }

    /// Waits for an offer and takes it.
    pub async fn takes_offer(&mut self) -> ConversationId {
        let id = self.offered().await;
        self.wants(Intent::Accept { conversation: id }).await;
        let me = self.id;
        self.until(|world, _| world.conversations.get(&id).filter(|c| c.owner == Some(me)).map(|_| ())).await;
        id
    }

    /// A command with that intent.
    pub fn command(&self, intent: Intent) -> Command {
        Command { id: Uuid::now_v7().into(), device: self.device, after: None, intent, at: self.at }
    }

    /// Sends a command as it is.
    pub async fn submit(&self, command: Command) -> Receipt {
        let mut receipts = self.backend.submit(vec![command]).await.expect("the service answers");
        receipts.remove(0)
    }

    /// Wants something, however it ends.
    pub async fn tries(&self, intent: Intent) -> Outcome {
        self.submit(self.command(intent)).await.outcome
    }

    /// Wants something that must be done. Answers its number in the log.
    pub async fn wants(&self, intent: Intent) -> u64 {
        match self.tries(intent).await {
            Outcome::Applied { seq } | Outcome::Noop { seq } => seq,
            other => panic!("{}'s command was not done: {other:?}", self.name),
        }
    }

    /// Wants something that must be refused. Answers why.
    pub async fn may_not(&self, intent: Intent) -> Rejection {
        match self.tries(intent).await {
            Outcome::Rejected { code, .. } => code,
            other => panic!("{}'s command should have been refused: {other:?}", self.name),
        }
    }

    /// Answers a customer.
    pub async fn replies(&self, conversation: ConversationId, text: &str) -> u64 {
        self.wants(Intent::Reply { conversation, text: text.into(), attachments: Vec::new() }).await
    }
}
