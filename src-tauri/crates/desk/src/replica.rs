//! The advisor's copy of the service's world, and what they did that the service does not know yet: the two files and
//! the sync machine as one, without sockets, threads or clocks. [`Replica::step`] takes what happened at one moment,
//! writes down what must not be lost, and answers what is to be done and what changed.
//!
//! The running app and every simulation drive this same code.

mod conflict;
mod outbox;

use std::collections::{BTreeSet, VecDeque};

use backend::Trouble;
use model::{
    At, CommandId, DeviceId, Person,
    at::{DAY, HOUR},
    wire::{ClientFrame, Command, Event, reads::SnapshotPage},
};
use store::{
    Cache, Touched, Work, work,
    work::outbox::{Pending, State, Unreadable},
};

use crate::{
    clock::Now,
    sync::{Effect, Input, Landing, LineState, Sync},
};

pub use outbox::{NotSaved, Wish};

/// What was done stays in the work file for so long, so that a service restored from a backup can be told again.
const DONE_KEPT: i64 = DAY;
/// How often what is older is looked for.
const TIDY_EVERY: i64 = HOUR;

/// What follows from a step, in order.
#[derive(Debug)]
pub enum Deed {
    /// Open a line; hang up an older one first.
    Dial,
    /// Close the line.
    HangUp,
    /// Say something on the line.
    Say(ClientFrame),
    /// Begin a snapshot; the number goes back with the answer.
    BeginSnapshot(u64),
    /// Fetch a page of it and hand it to [`Replica::page`].
    TakePage(u64, Option<String>),
    /// Send the files of a command.
    Upload(CommandId),
    /// Send commands.
    Submit(Vec<Command>),
    /// Something that is true now.
    Now(Box<model::wire::Now>),
    /// Changes were written.
    Applied {
        /// The new cursor.
        to: u64,
        /// What is to be shown anew.
        touched: Touched,
        /// The changes.
        events: Vec<Event>,
    },
    /// A snapshot took the place of what was there.
    Replaced,
    /// It was written down what became of a command.
    Settled(CommandId, Landing),
    /// What these did is in the cache now: they are no longer laid over it.
    Done(Vec<Pending>),
    /// These rows of the outbox changed otherwise.
    Changed(Vec<Pending>),
    /// The cache is damaged: it has to be thrown away and taken anew.
    Damaged,
    /// The company ended the sign-in: the cache has to be thrown away, and somebody has to sign in again.
    Forget,
}

/// Both files and the line's machine.
pub struct Replica {
    pub(crate) cache: Cache,
    pub(crate) work: Work,
    device: DeviceId,
    me: Option<Person>,
    sync: Sync,
    /// Rows of the outbox that are open, in order: a mirror, to lay them over what is shown without reading them anew.
    pending: Vec<Pending>,
    /// Rows that another version of the app wrote: they stay where they are.
    unreadable: Vec<Unreadable>,
    /// What became of commands and the disk did not take yet.
    unwritten: Vec<(CommandId, Landing)>,
    /// Whether the rule that what arrived is done could not be written yet.
    unsettled: bool,
    /// When what was done long ago was forgotten last, on the clock that never jumps.
    tidied_at: Option<i64>,
    /// Commands of this step that could not be noted as on their way: they must not leave before they are.
    held: BTreeSet<CommandId>,
    /// Commands whose files the service said that it has not got.
    missing: BTreeSet<CommandId>,
}

impl Replica {
    /// Takes both files. After a start nothing is on its way. `chance` seeds the only randomness there is.
    ///
    /// # Errors
    /// When the files cannot be read.
    pub fn open(
        cache: Cache,
        work: Work,
        device: DeviceId,
        me: Option<Person>,
        chance: u64,
    ) -> store::Result<Self> {
        let mut replica = Self {
            cache,
            work,
            device,
            me,
            sync: Sync::new(device, chance),
            pending: Vec::new(),
            unreadable: Vec::new(),
            unwritten: Vec::new(),
            unsettled: true,
            tidied_at: None,
            held: BTreeSet::new(),
            missing: BTreeSet::new(),
        };
        work::outbox::nothing_inflight(replica.work.rows())?;
        replica.read_rows()?;
        Ok(replica)
    }

    /// The files, given back: what a crash leaves.
    pub fn into_files(self) -> (Cache, Work) {
        (self.cache, self.work)
    }

    /// What the service told.
    pub fn cache(&self) -> &Cache {
        &self.cache
    }

    /// What is the advisor's own.
    pub fn work(&self) -> &Work {
        &self.work
    }

    /// What is on its way or needs attention, in order.
    pub fn pending(&self) -> &[Pending] {
        &self.pending
    }

    /// What another version of the app left in the outbox, in order.
    pub fn unreadable(&self) -> &[Unreadable] {
        &self.unreadable
    }

    /// One of these.
    pub fn row(&self, id: CommandId) -> Option<&Pending> {
        self.pending.iter().find(|row| row.command.id == id)
    }

    /// Whether the service said that it has not got the files of a command. It is sent only with all of them then.
    pub fn misses_files(&self, id: CommandId) -> bool {
        self.missing.contains(&id)
    }

    /// Who sits here, once that is known.
    pub fn me(&self) -> Option<&Person> {
        self.me.as_ref()
    }

    /// It is known who sits here, or more about them.
    pub fn set_me(&mut self, me: Person) {
        self.me = Some(me);
    }

    /// The installation.
    pub fn device(&self) -> DeviceId {
        self.device
    }

    /// How the line is.
    pub fn line(&self) -> LineState {
        self.sync.line()
    }

    /// The service's time for a moment of ours, as far as it is known.
    pub fn service_time(&self, now: Now) -> At {
        self.sync.service_time(now)
    }

    /// When the machine wants to be stepped again, on the clock that never jumps.
    pub fn next_wake(&self, now: Now) -> i64 {
        let next = self.sync.next_wake(now);
        if self.unwritten.is_empty() && !self.unsettled { next } else { next.min(now.mono + 1_000) }
    }

    /// Begins to get a line.
    ///
    /// # Errors
    /// When the files cannot be read.
    pub fn start(&mut self, now: Now) -> store::Result<Vec<Deed>> {
        let position = self.cache.position()?;
        if let Some(epoch) = position.epoch {
            // What another log confirmed, and a crash kept from being asked again.
            self.work.ask_again(epoch, u64::MAX >> 1)?;
            self.read_rows()?;
        }
        let input = Input::Start { epoch: position.epoch, cursor: position.cursor, waiting: self.items() };
        Ok(self.step(input, now))
    }

    /// One thing that happened, at one moment.
    pub fn step(&mut self, input: Input, now: Now) -> Vec<Deed> {
        let mut deeds = Vec::new();
        self.held.clear();
        self.write_again(now, &mut deeds);
        self.run(input, now, &mut deeds);
        deeds
    }

    /// A page of a snapshot arrived, or not.
    pub fn page(&mut self, no: u64, page: Result<SnapshotPage, Trouble>, now: Now) -> Vec<Deed> {
        // What an earlier snapshot asked for may be of another log.
        if !self.sync.is_snapshot(no) {
            return Vec::new();
        }
        let taken = page.and_then(|page| match self.cache.put_page(&page.entities) {
            Ok(()) => Ok(page.next),
            Err(error) => {
                tracing::error!(%error, "a page of a snapshot cannot be kept");
                Err(Trouble::Fault)
            }
        });
        self.step(Input::PageTaken(no, taken), now)
    }

    /// Steps the machine and does with the files what it wants, until nothing follows any more.
    fn run(&mut self, input: Input, now: Now, deeds: &mut Vec<Deed>) {
        let mut effects: VecDeque<Effect> = self.sync.step(input, now).into();
        while let Some(effect) = effects.pop_front() {
            if let Some(next) = self.keep(effect, now, deeds) {
                effects.extend(self.sync.step(next, now));
            }
        }
    }

    /// Does one thing with the files, or passes it on. What follows from it is the machine's next input.
    fn keep(&mut self, effect: Effect, now: Now, deeds: &mut Vec<Deed>) -> Option<Input> {
        match effect {
            Effect::Dial => deeds.push(Deed::Dial),
            Effect::HangUp => deeds.push(Deed::HangUp),
            Effect::Say(frame) => deeds.push(Deed::Say(frame)),
            Effect::Now(fact) => deeds.push(Deed::Now(fact)),
            Effect::TakePage(no, after) => deeds.push(Deed::TakePage(no, after)),
            Effect::Upload(id) => deeds.push(Deed::Upload(id)),
            Effect::Missing(id) => drop(self.missing.insert(id)),
            Effect::Forget => deeds.push(Deed::Forget),
            Effect::Apply { to, events } => return Some(self.apply(to, events, now, deeds)),
            Effect::BeginSnapshot(no) => {
                if let Err(error) = self.cache.begin_snapshot() {
                    tracing::error!(%error, "a snapshot cannot begin");
                    return Some(Input::SnapshotBegan(no, Err(Trouble::Fault)));
                }
                deeds.push(Deed::BeginSnapshot(no));
            }
            Effect::FinishSnapshot { epoch, cursor } => {
                return Some(match self.finish_snapshot(epoch, cursor, now, deeds) {
                    Ok(()) => Input::Again(self.items()),
                    Err(error) => {
                        tracing::error!(%error, "a snapshot cannot be finished");
                        Input::NotFinished
                    }
                });
            }
            Effect::Submit(batch) => return self.submit(&batch, deeds),
            Effect::Settle(id, landing) => return self.land(id, landing, now, deeds),
            Effect::Complete => {
                if let Err(error) = self.cache.complete(self.service_time(now)) {
                    tracing::error!(%error, "the time of completeness cannot be kept");
                }
                self.tidy(now);
            }
        }
        None
    }

    /// Changes: rows and cursor in one transaction, then what arrived with them is done.
    fn apply(&mut self, to: u64, events: Vec<Event>, now: Now, deeds: &mut Vec<Deed>) -> Input {
        let Some(me) = &self.me else { return Input::NotApplied };
        match self.cache.apply(to, &events, me, self.sync.service_time(now)) {
            Ok(touched) => {
                deeds.push(Deed::Applied { to, touched, events });
                self.settle_done(deeds);
                Input::Applied
            }
            Err(error) => {
                tracing::error!(%error, "changes cannot be kept");
                if matches!(error, store::Error::Row) {
                    deeds.push(Deed::Damaged);
                }
                Input::NotApplied
            }
        }
    }

    /// First what the service may have forgotten waits again, then the snapshot takes its place: a crash between the two
    /// does both anew.
    fn finish_snapshot(
        &mut self,
        epoch: model::Epoch,
        cursor: u64,
        now: Now,
        deeds: &mut Vec<Deed>,
    ) -> store::Result<()> {
        self.work.ask_again(epoch, cursor)?;
        self.read_rows()?;
        self.cache.finish_snapshot(epoch, cursor, self.service_time(now))?;
        deeds.push(Deed::Replaced);
        self.settle_done(deeds);
        Ok(())
    }

    /// What the service confirmed and the cache shows is no longer laid over it.
    fn settle_done(&mut self, deeds: &mut Vec<Deed>) {
        self.unsettled = self.pending.iter().any(|row| row.state == State::Acked);
        if !self.unsettled {
            return;
        }
        let Ok(position) = self.cache.position() else { return };
        let Some(epoch) = position.epoch else {
            self.unsettled = false;
            return;
        };
        match self.work.settle_done(epoch, position.cursor) {
            Ok(done) => {
                self.unsettled = false;
                let done: BTreeSet<CommandId> = done.into_iter().collect();
                let (gone, left) = std::mem::take(&mut self.pending)
                    .into_iter()
                    .partition::<Vec<_>, _>(|row| done.contains(&row.command.id));
                self.pending = left;
                if !gone.is_empty() {
                    self.missing.retain(|id| !gone.iter().any(|row| row.command.id == *id));
                    deeds.push(Deed::Done(gone));
                }
            }
            Err(error) => tracing::error!(%error, "the outbox cannot be settled"),
        }
    }

    /// What the disk refused before is written now, if it takes it.
    fn write_again(&mut self, now: Now, deeds: &mut Vec<Deed>) {
        for (id, landing) in std::mem::take(&mut self.unwritten) {
            if let Some(input) = self.land(id, landing, now, deeds) {
                self.run(input, now, deeds);
            }
        }
        if self.unsettled {
            self.settle_done(deeds);
        }
    }

    /// Now and then, when the service's time is known: a clock that is wrong must not make it forget.
    fn tidy(&mut self, now: Now) {
        if self.tidied_at.is_some_and(|at| now.mono - at < TIDY_EVERY) {
            return;
        }
        self.tidied_at = Some(now.mono);
        if let Err(error) = work::outbox::forget_done(self.work.rows(), self.service_time(now), DONE_KEPT) {
            tracing::error!(%error, "what was done long ago cannot be forgotten");
        }
    }

    /// The time of the service, never earlier than what it told last: a clock on the wall that stands ten years back must not
    /// make what is written now look old.
    fn known_time(&self, now: Now) -> At {
        let told = self.cache.position().ok().and_then(|position| position.complete_at);
        told.map_or(self.service_time(now), |told| told.max(self.service_time(now)))
    }
}
