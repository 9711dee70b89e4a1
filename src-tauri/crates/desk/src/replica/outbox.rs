//! What the advisor does, written down before anything is shown; and what becomes of it.

use model::{
    At, Attachment, CommandId, FollowUpId, Intent,
    at::SECOND,
    follow_up::FollowUpChange,
    limits,
    wire::{Command, Outcome},
};
use store::{
    Rows, cache,
    work::outbox::{self, NewRow, Pending, Policy, State},
};

use super::{Deed, Replica};
use crate::{
    clock::Now,
    quota,
    sync::{Input, Landing, lanes::Item},
};

/// A reply to a live chat that could not go out for so long is not sent without a look. Shorter than the service's
/// presence timeout, after which the chat is somebody else's.
const LIVE_TTL: i64 = 45 * SECOND;
/// Anything else may wait for so long.
const ASYNC_TTL: i64 = limits::OUTBOX_MS;

/// Something that the advisor does.
#[derive(Debug, Clone)]
pub struct Wish {
    /// Its name.
    pub id: CommandId,
    /// What.
    pub intent: Intent,
    /// Whether it may wait for long.
    pub policy: Policy,
    /// For how long it can be taken back, in ms.
    pub wait_ms: i64,
    /// What it takes the place of: that is taken back in the same moment, so that neither is lost nor doubled.
    pub in_place_of: Option<CommandId>,
}

impl Wish {
    /// Something that may wait and has nothing to undo.
    pub fn new(id: CommandId, intent: Intent) -> Self {
        Self { id, intent, policy: Policy::Async, wait_ms: 0, in_place_of: None }
    }
}

/// Why something was not written down. Nothing happened then, and nothing may be shown as saved.
#[derive(Debug, thiserror::Error)]
pub enum NotSaved {
    /// As much waits as may.
    #[error("2,000 changes wait to be sent")]
    Full,
    /// There is no such row, or not in that state.
    #[error("this is on its way or done")]
    TooLate,
    /// The disk refuses.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl Replica {
    /// Writes a wish down and lets it go out.
    ///
    /// # Errors
    /// See [`NotSaved`].
    pub fn add(&mut self, wish: Wish, now: Now) -> Result<(Pending, Vec<Deed>), NotSaved> {
        let base = self.base_of(&wish.intent)?;
        self.add_over(wish, base, now)
    }

    pub(super) fn add_over(
        &mut self,
        wish: Wish,
        base: Option<FollowUpChange>,
        now: Now,
    ) -> Result<(Pending, Vec<Deed>), NotSaved> {
        // What takes the place of another adds nothing.
        if wish.in_place_of.is_none() && self.pending.len() >= quota::CHANGES {
            return Err(NotSaved::Full);
        }
        let made_at = self.known_time(now);
        let ttl = match wish.policy {
            Policy::Live => LIVE_TTL,
            Policy::Async => ASYNC_TTL,
        };
        let expires = made_at + wish.wait_ms + ttl;
        let until = (wish.policy == Policy::Live).then_some(expires);
        let command = Command { until, ..Command::new(wish.id, self.device, wish.intent, now.wall) };
        let new = NewRow {
            command,
            base,
            policy: wish.policy,
            not_before: (wish.wait_ms > 0).then(|| now.wall + wish.wait_ms),
            expires_at: Some(expires),
            made_at,
        };
        let older = wish.in_place_of;
        let row = self.work.together(|sql| {
            if let Some(older) = older {
                outbox::set_state(sql, older, State::Cancelled, None)?;
            }
            outbox::add(sql, new)
        })?;
        let mut deeds = Vec::new();
        if let Some(older) = older {
            self.drop_row(older, now, &mut deeds);
        }
        self.pending.push(row.clone());
        deeds.push(Deed::Changed(vec![row.clone()]));
        deeds.extend(self.step(Input::Queued(item(&row)), now));
        Ok((row, deeds))
    }

    /// Changes one field of a loop, over what the advisor saw: what the service has with their own changes over it. A change
    /// that changes nothing is none.
    ///
    /// # Errors
    /// See [`NotSaved`].
    pub fn change_follow_up(
        &mut self,
        id: CommandId,
        follow_up: FollowUpId,
        change: FollowUpChange,
        now: Now,
    ) -> Result<Vec<Deed>, NotSaved> {
        let seen = self.follow_up(follow_up)?;
        if seen.as_ref().is_some_and(|seen| seen.has(&change)) {
            return Ok(Vec::new());
        }
        let base = seen.map_or(0, |seen| seen.fields.of(&change));
        let wish = Wish::new(id, Intent::ChangeFollowUp { id: follow_up, change, base });
        self.add(wish, now).map(|(_, deeds)| deeds)
    }

    /// A loop as it will be once what is on its way is there. One that changes nothing does not count.
    pub(super) fn follow_up(&self, id: FollowUpId) -> store::Result<Option<model::FollowUp>> {
        let mut seen = cache::follow_up::load(self.cache.rows(), id)?;
        for row in &self.pending {
            let Intent::ChangeFollowUp { id: other, change, .. } = &row.command.intent else { continue };
            if let Some(seen) = &mut seen
                && *other == id
                && !row.state.needs_attention()
                && !seen.has(change)
            {
                seen.apply(change.clone(), "", row.made_at);
            }
        }
        Ok(seen)
    }

    /// What stands in the field that an intent changes.
    fn base_of(&self, intent: &Intent) -> store::Result<Option<FollowUpChange>> {
        match intent {
            Intent::ChangeFollowUp { id, change, .. } => {
                Ok(self.follow_up(*id)?.map(|seen| seen.current(change)))
            }
            _ => Ok(None),
        }
    }

    /// Takes back what has not gone out or did not go through; what counted on it no longer does. What is written `besides`
    /// is written with it or not at all.
    ///
    /// # Errors
    /// See [`NotSaved`].
    pub fn cancel(
        &mut self,
        id: CommandId,
        besides: impl FnOnce(&Rows) -> store::Result<()>,
        now: Now,
    ) -> Result<Vec<Deed>, NotSaved> {
        if let Some(place) = self.unreadable.iter().position(|row| row.id == id) {
            outbox::set_state(self.work.rows(), id, State::Cancelled, None)?;
            self.unreadable.remove(place);
            return Ok(Vec::new());
        }
        let row = self.row(id).ok_or(NotSaved::TooLate)?;
        // What went out once may have arrived: only its receipt tells.
        let waits = row.state == State::Queued && !row.sent;
        if !waits && !row.state.needs_attention() {
            return Err(NotSaved::TooLate);
        }
        let over = if waits { self.without(row) } else { Over::Nothing };
        self.work.together(|sql| {
            besides(sql)?;
            outbox::set_state(sql, id, State::Cancelled, None)?;
            over.write(sql)
        })?;
        let mut deeds = Vec::new();
        self.drop_row(id, now, &mut deeds);
        self.show_over(over, now, &mut deeds);
        Ok(deeds)
    }

    /// Tries again what did not go through, under the name `again`: the service keeps its answer to the old one. A change that
    /// met somebody else's is made over theirs.
    ///
    /// # Errors
    /// See [`NotSaved`].
    pub fn retry(
        &mut self,
        id: CommandId,
        again: CommandId,
        policy: Policy,
        now: Now,
    ) -> Result<Vec<Deed>, NotSaved> {
        let row = self.row(id).filter(|row| row.state.needs_attention()).ok_or(NotSaved::TooLate)?;
        let (intent, base) = match (row.command.intent.clone(), &row.outcome) {
            (Intent::ChangeFollowUp { id, change, .. }, Some(Outcome::Conflict { version, theirs, .. })) => {
                (Intent::ChangeFollowUp { id, change, base: *version }, Some(theirs.clone()))
            }
            (intent, _) => (intent, row.base.clone()),
        };
        let wish = Wish { id: again, intent, policy, wait_ms: 0, in_place_of: Some(id) };
        self.add_over(wish, base, now).map(|(_, deeds)| deeds)
    }

    /// Sends now what would go out in a moment.
    ///
    /// # Errors
    /// See [`NotSaved`].
    pub fn send_now(&mut self, id: CommandId, now: Now) -> Result<Vec<Deed>, NotSaved> {
        let row = self.pending.iter_mut().find(|row| row.command.id == id).ok_or(NotSaved::TooLate)?;
        if row.state != State::Queued {
            return Ok(Vec::new());
        }
        outbox::set_queued(self.work.rows(), id, row.attempts, None)?;
        row.not_before = None;
        let changed = Deed::Changed(vec![row.clone()]);
        let mut deeds = vec![changed];
        deeds.extend(self.step(Input::SendNow(id), now));
        Ok(deeds)
    }

    /// The rows that are open, read anew.
    pub(super) fn read_rows(&mut self) -> store::Result<()> {
        let (rows, unreadable) = outbox::open_rows(self.work.rows())?;
        if unreadable.len() > self.unreadable.len() {
            tracing::error!(
                rows = unreadable.len(),
                "of the outbox cannot be read; they stay where they are"
            );
        }
        (self.pending, self.unreadable) = (rows, unreadable);
        Ok(())
    }

    /// What waits to be sent or may not have arrived, for the sync machine.
    pub(super) fn items(&self) -> Vec<Item> {
        self.pending.iter().filter(|row| row.state.waits()).map(item).collect()
    }

    pub(super) fn drop_row(&mut self, id: CommandId, now: Now, deeds: &mut Vec<Deed>) {
        // What was to be written about it would bring it back.
        self.unwritten.retain(|(other, _)| *other != id);
        if let Some(place) = self.pending.iter().position(|row| row.command.id == id) {
            deeds.push(Deed::Changed(vec![self.pending.remove(place)]));
        }
        self.run(Input::Unqueued(id), now, deeds);
    }

    /// Commands that go out now: each names the one that the service must have had before it, and the log it is meant for, so
    /// that a copy which arrives late, at a service that was restored meanwhile, does nothing.
    pub(super) fn submit(&self, batch: &[CommandId], deeds: &mut Vec<Deed>) -> Option<Input> {
        let epoch = self.sync.epoch();
        let commands: Vec<Command> = batch
            .iter()
            .filter(|id| !self.held.contains(id))
            .filter_map(|&id| {
                let row = self.row(id)?;
                let after = outbox::confirmed_before(self.work.rows(), &row.lane, row.local_no).ok()?;
                Some(Command { after, epoch, seen: row.base.clone(), ..row.command.clone() })
            })
            .collect();
        // Not noted as on its way: if it went out all the same, nobody would know after a crash that it may have arrived.
        let sent: Vec<CommandId> = commands.iter().map(|command| command.id).collect();
        let kept: Vec<CommandId> = batch.iter().copied().filter(|id| !sent.contains(id)).collect();
        if !commands.is_empty() {
            deeds.push(Deed::Submit(commands));
        }
        (!kept.is_empty()).then_some(Input::NoReceipts(kept, backend::Trouble::Unreachable))
    }

    /// Writes down what became of a command. What the disk refuses is written with a later step; until then the row stands as
    /// it stood.
    pub(super) fn land(
        &mut self,
        id: CommandId,
        landing: Landing,
        now: Now,
        deeds: &mut Vec<Deed>,
    ) -> Option<Input> {
        // What is known now takes the place of what the disk did not take before.
        self.unwritten.retain(|(other, _)| *other != id);
        let over = self.made_over(id, &landing);
        let at = self.known_time(now);
        if let Err(error) = self.write_landing(id, &landing, &over, at) {
            tracing::error!(%error, "what became of a command cannot be kept");
            if landing == Landing::Inflight {
                self.held.insert(id);
            } else {
                self.unwritten.push((id, landing));
            }
            return None;
        }
        self.show_landing(id, &landing, at);
        let acked = matches!(landing, Landing::Acked { .. });
        deeds.push(Deed::Settled(id, landing));
        self.show_over(over, now, deeds);
        if acked {
            // The echo may have come first.
            self.settle_done(deeds);
        }
        None
    }

    fn write_landing(&mut self, id: CommandId, landing: &Landing, over: &Over, at: At) -> store::Result<()> {
        self.work.together(|sql| {
            if failed(landing) {
                outbox::set_landed_at(sql, id, at)?;
            }
            match landing {
                Landing::Inflight => outbox::set_state(sql, id, State::Inflight, None)?,
                Landing::Queued { attempts } => outbox::set_queued(sql, id, *attempts, None)?,
                Landing::Acked { seq, epoch, outcome } => {
                    outbox::set_acked(sql, id, *epoch, *seq, outcome)?;
                }
                Landing::Conflict(outcome) => outbox::set_state(sql, id, State::Conflict, Some(outcome))?,
                Landing::Wedged(outcome) => outbox::set_state(sql, id, State::Wedged, Some(outcome))?,
                Landing::Orphaned(outcome) => outbox::set_state(sql, id, State::Orphaned, Some(outcome))?,
                Landing::Expired => outbox::set_state(sql, id, State::Expired, None)?,
            }
            over.write(sql)
        })
    }

    fn show_landing(&mut self, id: CommandId, landing: &Landing, at: At) {
        let Some(row) = self.pending.iter_mut().find(|row| row.command.id == id) else { return };
        let (state, outcome) = match landing {
            Landing::Inflight => {
                row.sent = true;
                (State::Inflight, None)
            }
            Landing::Queued { attempts } => {
                row.attempts = *attempts;
                row.not_before = None;
                (State::Queued, None)
            }
            Landing::Acked { outcome, .. } => (State::Acked, Some(outcome)),
            Landing::Conflict(outcome) => (State::Conflict, Some(outcome)),
            Landing::Wedged(outcome) => (State::Wedged, Some(outcome)),
            Landing::Orphaned(outcome) => (State::Orphaned, Some(outcome)),
            Landing::Expired => (State::Expired, None),
        };
        row.state = state;
        if failed(landing) {
            row.landed_at = Some(at);
        }
        if let Some(outcome) = outcome {
            row.outcome = Some(outcome.clone());
        }
    }

    /// What was made over a change of the same field that did not go through: it counted on that change.
    fn made_over(&self, id: CommandId, landing: &Landing) -> Over {
        let Some(row) = self.row(id).filter(|_| failed(landing)) else { return Over::Nothing };
        match (landing, self.later(row).split_last()) {
            (Landing::Conflict(outcome), Some((last, between))) => Over::Conflict {
                older: std::iter::once(id).chain(between.iter().map(|row| row.command.id)).collect(),
                last: last.command.id,
                base: row.base.clone(),
                outcome: outcome.clone(),
            },
            _ => self.rebased(row),
        }
    }

    /// What becomes of what counted on a row that never goes out.
    fn without(&self, row: &Pending) -> Over {
        let Intent::AddFollowUp { id: never_made, .. } = row.command.intent else { return self.rebased(row) };
        // One that went out is left to its receipt: a loop that is tried again stands after changes that were made before.
        let waiting = self.pending.iter().filter(|row| row.state == State::Queued && !row.sent);
        let changes = waiting.filter(|row| match &row.command.intent {
            Intent::ChangeFollowUp { id, .. } => *id == never_made,
            _ => false,
        });
        Over::Moot(changes.map(|row| row.command.id).collect())
    }

    /// Later changes of the same field, as if that one had never been made.
    fn rebased(&self, row: &Pending) -> Over {
        let later = self.later(row);
        if later.is_empty() {
            return Over::Nothing;
        }
        Over::Rebased(later.into_iter().enumerate().map(|(n, later)| one_less(later, row, n)).collect())
    }

    /// Changes of the same field that were made later and never went out.
    fn later(&self, row: &Pending) -> Vec<&Pending> {
        let Intent::ChangeFollowUp { id: of, change, .. } = &row.command.intent else { return Vec::new() };
        self.pending
            .iter()
            .filter(|later| later.local_no > row.local_no && later.state == State::Queued && !later.sent)
            .filter(|later| match &later.command.intent {
                Intent::ChangeFollowUp { id, change: other, .. } => {
                    id == of && other.field() == change.field()
                }
                _ => false,
            })
            .collect()
    }

    fn show_over(&mut self, over: Over, now: Now, deeds: &mut Vec<Deed>) {
        match over {
            Over::Nothing => {}
            Over::Moot(rows) => {
                for id in rows {
                    self.drop_row(id, now, deeds);
                }
            }
            Over::Conflict { older, last, base, outcome } => {
                for id in older {
                    self.drop_row(id, now, deeds);
                }
                self.run(Input::Unqueued(last), now, deeds);
                if let Some(row) = self.pending.iter_mut().find(|row| row.command.id == last) {
                    row.state = State::Conflict;
                    row.base = base;
                    row.outcome = Some(outcome);
                    deeds.push(Deed::Changed(vec![row.clone()]));
                }
            }
            Over::Rebased(rows) => {
                for changed in rows {
                    if let Some(row) = self.pending.iter_mut().find(|row| row.local_no == changed.local_no) {
                        *row = changed;
                    }
                }
            }
        }
    }
}

/// What becomes of later changes of a field when an earlier one did not go through.
enum Over {
    /// There are none.
    Nothing,
    /// What they change is never made: they are taken back with it.
    Moot(Vec<CommandId>),
    /// Somebody else was first: the advisor decides once, between theirs and the last of their own.
    Conflict { older: Vec<CommandId>, last: CommandId, base: Option<FollowUpChange>, outcome: Outcome },
    /// They count from what is really there.
    Rebased(Vec<Pending>),
}

impl Over {
    fn write(&self, sql: &Rows) -> store::Result<()> {
        match self {
            Over::Nothing => Ok(()),
            Over::Moot(rows) => {
                rows.iter().try_for_each(|id| outbox::set_state(sql, *id, State::Cancelled, None))
            }
            Over::Conflict { older, last, base, outcome } => {
                for id in older {
                    outbox::set_state(sql, *id, State::Cancelled, None)?;
                }
                outbox::set_base(sql, *last, base.as_ref())?;
                outbox::set_state(sql, *last, State::Conflict, Some(outcome))
            }
            Over::Rebased(rows) => rows.iter().try_for_each(|row| {
                outbox::set_base(sql, row.command.id, row.base.as_ref())?;
                outbox::set_command(sql, &row.command)
            }),
        }
    }
}

/// Whether the advisor must decide what becomes of a command.
fn failed(landing: &Landing) -> bool {
    match landing {
        Landing::Conflict(_) | Landing::Wedged(_) | Landing::Orphaned(_) | Landing::Expired => true,
        Landing::Inflight | Landing::Queued { .. } | Landing::Acked { .. } => false,
    }
}

/// A change as if the one that failed had never been made; the first of them was made over its value.
fn one_less(row: &Pending, failed: &Pending, place: usize) -> Pending {
    let mut row = row.clone();
    if let Intent::ChangeFollowUp { base, .. } = &mut row.command.intent {
        *base = base.saturating_sub(1);
    }
    if place == 0 {
        row.base.clone_from(&failed.base);
    }
    row
}

/// A row as far as its order matters.
fn item(row: &Pending) -> Item {
    let files: &[Attachment] = outbox::attachments(&row.command.intent);
    Item {
        id: row.command.id,
        lane: row.lane.clone(),
        not_before: row.not_before,
        expires: row.expires_at,
        files: !files.is_empty(),
        sent: row.sent,
        attempts: row.attempts,
    }
}
