//! A device: two files that commit each for itself, and what it only remembers.

use super::{
    channel::Frame,
    few::Few,
    mistake::Mistake,
    plan::{COMMANDS, Id, NOBODY, Plan, Who, before_in_lane, sets},
    service::{Rows, changes, last_set},
};

/// Where a row of the outbox stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum State {
    /// The advisor has not done it yet.
    Unmade,
    Queued,
    Inflight,
    /// That log has it, and shows it at `seq`.
    Acked {
        epoch: u8,
        seq: u8,
    },
    /// The base shows it. Kept, because the log may turn out to be gone.
    Done {
        epoch: u8,
    },
    Conflict,
    Expired,
    /// Nobody will ever send it; for a mistake only.
    Forgotten,
}

impl State {
    /// Whether it is laid over the base and counts as what the advisor sees.
    pub(crate) fn is_pending(self) -> bool {
        matches!(self, State::Queued | State::Inflight | State::Acked { .. })
    }
}

/// A row of the outbox.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Row {
    pub(crate) state: State,
    /// It went out at least once; kept of replies alone, where it decides something.
    pub(crate) sent: bool,
    /// The change of the field that the advisor saw.
    pub(crate) base: Id,
    /// How many changes they saw; for a mistake only.
    pub(crate) changes: u8,
}

/// A device.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Device {
    /// Which: the rows of others are never made here.
    pub(crate) who: u8,
    /// The cache file: the log that is followed, how far, and what it told.
    pub(crate) epoch: u8,
    pub(crate) cursor: u8,
    pub(crate) base: Rows,
    /// The advisor's own file.
    pub(crate) outbox: [Row; COMMANDS],
}

impl Device {
    /// A device that has followed the log from its beginning.
    pub(crate) fn new(who: u8) -> Self {
        let row = Row { state: State::Unmade, sent: false, base: NOBODY, changes: 0 };
        let (base, outbox) = (Few::new(), [row; COMMANDS]);
        Self { who, epoch: 0, cursor: 0, base, outbox }
    }

    /// A row.
    pub(crate) fn row(&self, id: Id) -> &Row {
        &self.outbox[usize::from(id)]
    }

    /// A row, to change it.
    pub(crate) fn row_mut(&mut self, id: Id) -> &mut Row {
        &mut self.outbox[usize::from(id)]
    }

    /// Whether this is the next thing that its advisor does.
    pub(crate) fn can_make(&self, plan: &Plan, id: Id) -> bool {
        let own = |id: &Id| plan[usize::from(*id)].who == Who::Device(self.who);
        own(&id)
            && self.row(id).state == State::Unmade
            && (0..id).filter(own).all(|before| self.row(before).state != State::Unmade)
    }

    /// Writes down what the advisor does, over what they see: the base, and on top of it what is pending.
    pub(crate) fn make(&mut self, plan: &Plan, id: Id, mistake: Option<Mistake>) {
        let mut row = Row { state: State::Queued, sent: false, base: NOBODY, changes: 0 };
        if sets(plan, id) {
            let over = |other: &Id| self.row(*other).state.is_pending();
            let own = before_in_lane(plan, id).rfind(over);
            row.base = own.unwrap_or_else(|| last_set(plan, &self.base));
            if mistake == Some(Mistake::BaseCounted) {
                let unseen = |other: &Id| over(other) && !self.base.all().contains(other);
                let own = before_in_lane(plan, id).filter(unseen).count();
                row.changes = changes(plan, &self.base) + u8::try_from(own).unwrap_or(u8::MAX);
            }
        }
        *self.row_mut(id) = row;
    }

    /// Whether it is this row's turn: one of a lane is on its way, in the order in which they were made.
    pub(crate) fn can_send(&self, plan: &Plan, id: Id) -> bool {
        let lane =
            |other: &Id| before_in_lane(plan, (*other).max(id)).any(|before| before == (*other).min(id));
        self.row(id).state == State::Queued
            && (0..NOBODY).filter(|other| *other != id).filter(lane).all(|other| {
                match self.row(other).state {
                    State::Inflight => false,
                    State::Queued => other > id,
                    _ => true,
                }
            })
    }

    /// The row of its lane that the service must have had before this one.
    pub(crate) fn predecessor(&self, plan: &Plan, id: Id, mistake: Option<Mistake>) -> Id {
        let had = |other: &Id| match self.row(*other).state {
            State::Acked { epoch, .. } | State::Done { epoch } => epoch == self.epoch,
            State::Conflict => mistake == Some(Mistake::PredecessorOfOldLog),
            _ => false,
        };
        match mistake {
            Some(Mistake::PredecessorNotNamed) => NOBODY,
            _ => before_in_lane(plan, id).rfind(had).unwrap_or(NOBODY),
        }
    }

    /// A frame arrives. `whole`: false when the computer dies between the commits of the two files. False when something
    /// is missing before it: then it means nothing, and the device dials again.
    pub(crate) fn hear(&mut self, frame: Frame, whole: bool, mistake: Option<Mistake>) -> bool {
        let Frame { from, events } = frame;
        let to = from + events.count();
        if to <= self.cursor {
            return true;
        }
        if from > self.cursor && mistake != Some(Mistake::GapsApplied) {
            return false;
        }
        let rows = whole || mistake != Some(Mistake::CursorFirst);
        let known = usize::from(self.cursor.saturating_sub(from));
        for id in events.all().iter().skip(known).filter(|_| rows) {
            self.put(*id);
        }
        self.cursor = to;
        if whole {
            self.settle();
        }
        true
    }

    /// A row that is there already changes nothing: a snapshot may be ahead of its cursor.
    fn put(&mut self, id: Id) {
        if !self.base.all().contains(&id) {
            self.base.push(id);
        }
    }

    /// The snapshot is whole: it takes the place of what was there.
    pub(crate) fn take_snapshot(
        &mut self,
        epoch: u8,
        cursor: u8,
        rows: Rows,
        whole: bool,
        mistake: Option<Mistake>,
    ) {
        let old = std::mem::replace(&mut self.base, rows);
        if mistake == Some(Mistake::OldRowsKept) {
            for id in old.all() {
                self.put(*id);
            }
        }
        (self.epoch, self.cursor) = (epoch, cursor);
        if whole {
            self.send_again(mistake);
            self.settle();
        }
    }

    /// What another log confirmed may never have happened in this one. Under its old name it does no harm.
    fn send_again(&mut self, mistake: Option<Mistake>) {
        if mistake == Some(Mistake::OldAcksKept) {
            return;
        }
        for row in &mut self.outbox {
            if let State::Acked { epoch, .. } | State::Done { epoch } = row.state
                && epoch != self.epoch
            {
                row.state = State::Queued;
            }
        }
    }

    /// What the service confirmed and the base shows is done.
    pub(crate) fn settle(&mut self) {
        for row in &mut self.outbox {
            if let State::Acked { epoch, seq } = row.state
                && epoch == self.epoch
                && seq <= self.cursor
            {
                row.state = State::Done { epoch };
            }
        }
    }

    /// The computer died and is back: memory is gone, and what two files must agree on is repaired.
    pub(crate) fn start(&mut self, mistake: Option<Mistake>) {
        for row in self.outbox.iter_mut().filter(|row| row.state == State::Inflight) {
            row.state =
                if mistake == Some(Mistake::InflightForgotten) { State::Forgotten } else { State::Queued };
        }
        self.send_again(mistake);
        if mistake != Some(Mistake::NoSettlingAtStart) {
            self.settle();
        }
    }
}
