//! An advisor at the service's door: the real adapter over a real socket, and everything it was told.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use backend::{
    Backend, Heard, Line, Native, Trouble,
    native::{Credentials, Keeper, NotKept},
};
use model::{
    At, CommandId, ConversationId, DeviceId, Epoch, Intent, Message, PersonId, Presence, PresenceState, Slug,
    intent::Receiver,
    wire::{
        ClientFrame, Command, Entity, Now, Outcome, Rejection, ServerFrame,
        commands::Receipt,
        frames::{SCHEMA, close},
        now::Notice,
    },
};
use secrecy::{ExposeSecret, SecretString};
use server::clock::{Clock, ManualClock};
use uuid::Uuid;

use crate::{
    Stage, World,
    world::{Present, notices},
};

/// How long a story waits for something that must come. Only a failing story ever waits so long.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Keeps a session's secrets in memory.
pub struct InMemory(Mutex<Option<Credentials>>, AtomicBool);

impl InMemory {
    /// Somebody signs in, in place of whoever did before.
    pub fn becomes(&self, token: &str) {
        *self.0.lock().unwrap() = Some(Credentials::Refresh(token.to_owned().into()));
    }

    /// From now on it keeps nothing new, or does again.
    pub fn refuses(&self, refuses: bool) {
        self.1.store(refuses, Ordering::SeqCst);
    }

    /// Begins with a one-use secret.
    pub fn once(secret: &str) -> Arc<Self> {
        Arc::new(Self(Mutex::new(Some(Credentials::OneUse(secret.to_owned().into()))), AtomicBool::default()))
    }

    /// Goes on with an earlier session.
    pub fn refreshing(token: &str) -> Arc<Self> {
        Arc::new(Self(Mutex::new(Some(Credentials::Refresh(token.to_owned().into()))), AtomicBool::default()))
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
        if self.1.load(Ordering::SeqCst) {
            return Err(NotKept);
        }
        *self.0.lock().unwrap() = Some(Credentials::Refresh(refresh.expose_secret().into()));
        Ok(())
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
    /// Everything they were told that may be forgotten, since the story looked last.
    pub nows: Vec<Now>,
    /// The latest of it.
    pub present: Present,
    epoch: Option<Epoch>,
    line: Option<Line>,
    clock: Arc<ManualClock>,
}

impl Seat {
    /// Signs in with a one-use secret.
    pub async fn take(stage: &Stage, id: PersonId, name: &str, secret: &str) -> Self {
        Self::at(&stage.address, stage.clock.clone(), id, name, secret).await
    }

    /// The same at the service at `address`.
    pub async fn at(address: &str, clock: Arc<ManualClock>, id: PersonId, name: &str, secret: &str) -> Self {
        let address = address.parse().expect("the service's address");
        let device = DeviceId(Uuid::now_v7());
        let backend = Native::new(address, InMemory::once(secret), device).expect("an adapter");
        // A one-use secret does not wait for ever.
        backend.me().await.expect("the secret opens the door");
        Self {
            id,
            name: name.to_owned(),
            backend,
            device,
            world: World::of(id),
            nows: Vec::new(),
            present: Present::default(),
            epoch: None,
            line: None,
            clock,
        }
    }

    /// Takes a snapshot, opens the line and is available for offers.
    pub async fn available(mut self) -> Self {
        self.connect().await;
        self.becomes(PresenceState::Available).await;
        self
    }

    /// Takes a snapshot and opens the line.
    pub async fn connected(mut self) -> Self {
        self.connect().await;
        self
    }

    /// Sets their presence.
    pub async fn becomes(&self, state: PresenceState) {
        self.wants(Intent::SetPresence { state, reason: None }).await;
    }

    /// What a desk that begins now would know.
    pub async fn snapshot(&self) -> (Epoch, World) {
        let start = self.backend.snapshot().await.expect("a snapshot");
        let mut world = World { cursor: start.cursor, ..World::of(self.id) };
        let mut after = None;
        loop {
            let page = self.backend.snapshot_page(after).await.expect("a page");
            page.entities.into_iter().for_each(|entity| world.put(entity));
            after = page.next;
            if after.is_none() {
                return (start.epoch, world);
            }
        }
    }

    /// Looks at a conversation: all of its lines, as the service has them.
    pub async fn every_line(&self, id: ConversationId) -> Vec<Message> {
        self.wants(Intent::Watch { conversation: id }).await;
        let mut lines: Vec<Message> = Vec::new();
        loop {
            let before = lines.first().map_or(u32::MAX, |line| line.n);
            let page = self.backend.lines_before(id, before).await.expect("the service answers");
            let mut older: Vec<Message> = page
                .into_iter()
                .filter_map(|entity| match entity {
                    Entity::Message(line) => Some(line),
                    _ => None,
                })
                .collect();
            if older.is_empty() {
                return lines;
            }
            older.sort_by_key(|line| line.n);
            older.append(&mut lines);
            lines = older;
        }
    }

    /// Takes a snapshot and opens the line.
    pub async fn connect(&mut self) {
        let (epoch, world) = self.snapshot().await;
        self.world = world;
        self.epoch = Some(epoch);
        self.resume().await;
    }

    /// Puts a desk where another one was once.
    pub fn follows(&mut self, epoch: Epoch, world: World) {
        self.epoch = Some(epoch);
        self.world = world;
    }

    /// Opens the line from where the desk is, and takes what it missed.
    pub async fn resume(&mut self) {
        let resumed = self.greets(self.epoch, self.world.cursor, SCHEMA).await;
        assert!(matches!(resumed, ServerFrame::Resumed { .. }), "the desk resumes, not {resumed:?}");
        self.catch_up().await;
    }

    /// Opens the line and says hello with what a desk of another history would say. Answers the answer.
    pub async fn greets(&mut self, epoch: Option<Epoch>, cursor: u64, schema: u32) -> ServerFrame {
        let line = self.backend.dial().await.expect("a line");
        let hello = ClientFrame::Hello { epoch, cursor, device: self.device, schema };
        line.say.send(hello).await.expect("hello is said");
        self.line = Some(line);
        self.present = Present::default();
        self.next().await
    }

    /// The log that the desk follows.
    pub fn epoch(&self) -> Epoch {
        self.epoch.expect("the desk was connected")
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

    fn apply(&mut self, frame: ServerFrame) {
        match frame {
            ServerFrame::Range { from, to, events } => {
                let known = self.world.cursor;
                assert!(from <= known, "a gap between {known} and {from}");
                for event in events.into_iter().filter(|event| event.seq > known) {
                    self.world.change(event.change);
                }
                self.world.cursor = known.max(to);
            }
            ServerFrame::Now(now) => {
                self.present.take(&now);
                self.nows.push(now);
            }
            ServerFrame::Pong { .. } => {}
            other => panic!("{} did not expect {other:?}", self.name),
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

    /// After a night: the session's token has run out, the line was closed, and the desk opens it with a new one.
    pub async fn comes_back(&mut self) {
        assert_eq!(self.closed().await, Some(close::AUTH), "{}'s session ran out", self.name);
        self.connect().await;
    }

    /// Takes frames until `seen` finds what it waits for.
    pub async fn until<T>(&mut self, mut seen: impl FnMut(&World, &[Now]) -> Option<T>) -> T {
        loop {
            if let Some(found) = seen(&self.world, &self.nows) {
                return found;
            }
            let frame = self.next().await;
            self.apply(frame);
        }
    }

    /// Asks the service where it is and takes everything that it said up to there.
    pub async fn catch_up(&mut self) {
        let cursor = self.world.cursor;
        self.say(ClientFrame::Ping { cursor }).await;
        loop {
            match self.next().await {
                ServerFrame::Pong { head, .. } => {
                    assert_eq!(head, self.world.cursor, "{} has everything up to the pong", self.name);
                    return;
                }
                frame => self.apply(frame),
            }
        }
    }

    /// Takes what it missed, and finds that a desk which begins now would know the very same.
    pub async fn agrees(&mut self) {
        self.catch_up().await;
        let (_, fresh) = self.snapshot().await;
        let differences = self.world.differences(&fresh);
        assert!(
            differences.is_empty(),
            "{}'s desk and a fresh one differ:\n{}",
            self.name,
            differences.join("\n")
        );
    }

    /// Forgets what was told and looks at what is told from now on.
    pub async fn listens_anew(&mut self) {
        self.catch_up().await;
        self.nows.clear();
    }

    /// The notices since the story looked last.
    pub async fn notices(&mut self) -> Vec<Notice> {
        self.catch_up().await;
        let found = notices(&self.nows);
        self.nows.clear();
        found
    }

    /// What rings for them now.
    pub async fn ringing(&mut self) -> Vec<ConversationId> {
        self.catch_up().await;
        self.present.offers.keys().copied().collect()
    }

    /// How somebody is, as this desk was told.
    pub async fn presence(&mut self, of: PersonId) -> Presence {
        self.catch_up().await;
        self.present.presence[&of].clone()
    }

    /// Their own load on chats, as their desk was told.
    pub async fn load(&mut self) -> u32 {
        let me = self.id;
        self.presence(me).await.channels[0].load
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
        self.takes(id).await;
        id
    }

    /// Takes a conversation and waits until it is on the desk.
    pub async fn takes(&mut self, id: ConversationId) {
        self.wants(Intent::Accept { conversation: id }).await;
        let me = self.id;
        self.until(|world, _| world.conversations.get(&id).filter(|c| c.owner == Some(me)).map(|_| ())).await;
    }

    /// A command with that intent.
    pub fn command(&self, intent: Intent) -> Command {
        Command::new(Uuid::now_v7().into(), self.device, intent, At(self.clock.now().0))
    }

    /// Sends a command as it is.
    pub async fn submit(&self, command: Command) -> Receipt {
        let mut answer = self.backend.submit(vec![command]).await.expect("the service answers");
        answer.receipts.remove(0)
    }

    /// Sends several at once.
    pub async fn submit_all(&self, commands: Vec<Command>) -> Result<Vec<Receipt>, Trouble> {
        self.backend.submit(commands).await.map(|answer| answer.receipts)
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

    /// Answers a customer. The line has the id that is answered here.
    pub async fn replies(&self, conversation: ConversationId, text: &str) -> CommandId {
        let command =
            self.command(Intent::Reply { conversation, text: text.into(), attachments: Vec::new() });
        let id = command.id;
        let receipt = self.submit(command).await;
        assert!(matches!(receipt.outcome, Outcome::Applied { .. }), "{}: {receipt:?}", self.name);
        id
    }

    /// Writes a note.
    pub async fn notes(&self, conversation: ConversationId, text: &str, mentions: &[PersonId]) -> u64 {
        self.wants(Intent::Note {
            conversation,
            text: text.into(),
            attachments: Vec::new(),
            mentions: mentions.to_vec(),
        })
        .await
    }

    /// Gives a conversation to a queue.
    pub async fn gives_to_queue(&self, conversation: ConversationId, queue: &str, note: Option<&str>) -> u64 {
        let queue: Slug = queue.parse().expect("a queue's name");
        let receiver = Receiver::Queue(queue);
        self.wants(Intent::Transfer { conversation, receiver, note: note.map(Into::into) }).await
    }

    /// Gives a conversation to a colleague.
    pub async fn gives_to(&self, conversation: ConversationId, colleague: PersonId) -> u64 {
        self.wants(Intent::Transfer { conversation, receiver: Receiver::Person(colleague), note: None }).await
    }

    /// Resolves and wraps up.
    pub async fn finishes(&self, conversation: ConversationId) {
        self.wants(Intent::Resolve { conversation }).await;
        let disposition = "solved".parse().expect("a disposition of the stories");
        self.wants(Intent::WrapUp { conversation, disposition }).await;
    }
}
