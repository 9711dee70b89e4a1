//! The line to the service and the order of what goes over it: a machine without sockets, files, clock or chance.
//! [`Sync::step`] takes one input at one moment and answers what is to be done; the desk does it and tells how it went.
//! The running app and every simulation drive this same code.

pub mod lanes;
mod redial;

use backend::Trouble;
use model::{
    At, CommandId, DeviceId, Epoch,
    at::SECOND,
    wire::{
        ClientFrame, Event, Outcome, ServerFrame,
        commands::Receipt,
        frames::{ResetReason, SCHEMA, close},
        reads::SnapshotStart,
    },
};

use crate::clock::Now;
use lanes::{Item, Lanes};
pub(crate) use redial::Redial;

/// How often the service is asked whether it is still there.
const PING: i64 = 15 * SECOND;
/// Silence after which a line counts as dead: two missed pings.
const SILENCE: i64 = 35 * SECOND;
/// How often the two clocks are compared; the longest that a sleep goes unnoticed.
const PROBE: i64 = 5 * SECOND;
/// A wall clock that ran so much further than the other one: the computer slept.
const SLEPT: i64 = 2 * SECOND;
/// Clocks that differ by less than this tell the same time: the way of the message itself takes some of it.
pub(crate) const SAME_TIME: i64 = SECOND;
/// A line that held for so long is healthy: the next redial begins without delay again.
const HEALTHY: i64 = 60 * SECOND;

/// What happened.
#[derive(Debug)]
pub enum Input {
    /// The desk knows who it is and may dial.
    Start {
        /// The log that the cache follows.
        epoch: Option<Epoch>,
        /// The last number applied.
        cursor: u64,
        /// What waits to be sent, in order.
        waiting: Vec<Item>,
    },
    /// Nothing but time.
    Tick,
    /// The system says that the network is back, or somebody asks to try now.
    TryNow,
    /// A dialled line is open, or not.
    Dialled(Result<(), Trouble>),
    /// The line said something.
    Heard(Box<ServerFrame>),
    /// The line is closed.
    Closed(Option<u16>),
    /// A frame was applied.
    Applied,
    /// A frame could not be applied: the disk refused.
    NotApplied,
    /// A snapshot that was whole could not be put in place: it is taken anew.
    NotFinished,
    /// The snapshot of that number began, or not.
    SnapshotBegan(u64, Result<SnapshotStart, Trouble>),
    /// A page of it was taken; what to ask for next.
    PageTaken(u64, Result<Option<String>, Trouble>),
    /// Something new waits to be sent.
    Queued(Item),
    /// Everything that waits, told anew: the service was restored, and what it forgot is sent again.
    Again(Vec<Item>),
    /// It is taken back.
    Unqueued(CommandId),
    /// It goes out now, whatever time it was to wait.
    SendNow(CommandId),
    /// The files of a command are with the service, or not.
    Uploaded(CommandId, Result<(), Trouble>),
    /// What became of commands, and in which log.
    Receipts(Epoch, Vec<Receipt>),
    /// Commands of whose arrival nothing is known.
    NoReceipts(Vec<CommandId>, Trouble),
    /// The advisor signed in again.
    SignedIn,
    /// Nobody is signed in.
    NotSignedIn,
}

/// What is to be done.
#[derive(Debug, PartialEq)]
pub enum Effect {
    /// Open a line; hang up an older one first.
    Dial,
    /// Close the line.
    HangUp,
    /// Say something on the line.
    Say(ClientFrame),
    /// Apply changes and the new cursor, in one transaction; then say so.
    Apply {
        /// The new cursor.
        to: u64,
        /// The changes.
        events: Vec<Event>,
    },
    /// Something that is true now.
    Now(Box<model::wire::Now>),
    /// Begin a snapshot. Its number comes back with the answer: those to an earlier one are not taken.
    BeginSnapshot(u64),
    /// Take a page of it.
    TakePage(u64, Option<String>),
    /// The snapshot is whole.
    FinishSnapshot {
        /// Its log.
        epoch: Epoch,
        /// The cursor to stream from.
        cursor: u64,
    },
    /// Send the files of a command.
    Upload(CommandId),
    /// The service has not got a file of this command, or no longer: it is sent again before the command is.
    Missing(CommandId),
    /// Send commands.
    Submit(Vec<CommandId>),
    /// Write down what became of a command.
    Settle(CommandId, Landing),
    /// Everything up to now is here.
    Complete,
    /// The company ended the sign-in: what the service told is forgotten.
    Forget,
}

/// What became of a command.
#[derive(Debug, Clone, PartialEq)]
pub enum Landing {
    /// On its way.
    Inflight,
    /// Back in line.
    Queued {
        /// How often the service failed on it.
        attempts: u32,
    },
    /// The service has it, up to this number of this log.
    Acked {
        /// The number.
        seq: u64,
        /// The log.
        epoch: Epoch,
        /// In its words.
        outcome: Outcome,
    },
    /// Somebody else was first.
    Conflict(Outcome),
    /// Refused.
    Wedged(Outcome),
    /// What it belongs to is no longer the advisor's.
    Orphaned(Outcome),
    /// Too late to go out without a look.
    Expired,
}

/// How the line is, for the advisor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineState {
    /// Everything arrives as it happens.
    Live,
    /// About to be, for the first time or again.
    Connecting,
    /// No line after several tries.
    Down,
    /// The sign-in is not accepted any more.
    SignInNeeded,
    /// The service speaks a newer protocol.
    UpdateNeeded,
}

#[derive(Debug, Clone, PartialEq)]
enum Phase {
    /// Not told to start yet.
    Idle,
    /// Until the next try.
    Resting { until: i64 },
    /// A line is being opened.
    Dialling,
    /// Hello was said.
    Greeting,
    /// A snapshot is being taken.
    Snapshot { no: u64, start: Option<SnapshotStart> },
    /// Changes arrive.
    Streaming { head: u64, since: i64 },
    /// Nothing helps but the advisor.
    Stopped(LineState),
}

/// The machine.
#[derive(Debug)]
pub struct Sync {
    device: DeviceId,
    epoch: Option<Epoch>,
    cursor: u64,
    /// A frame that is being applied; others wait behind it.
    applying: Option<u64>,
    waiting_frames: std::collections::VecDeque<(u64, u64, Vec<Event>)>,
    phase: Phase,
    redial: Redial,
    heard_at: i64,
    pinged_at: i64,
    probed: Option<Now>,
    /// The service's clock less ours.
    offset: Option<i64>,
    /// What the service's clock said last, and when on the clock that never jumps.
    told: Option<(At, i64)>,
    /// Snapshots begun.
    snapshots: u64,
    lanes: Lanes,
}

impl Sync {
    /// A machine that has not started. `chance` seeds the only randomness there is: how long a redial waits.
    pub fn new(device: DeviceId, chance: u64) -> Self {
        Self {
            device,
            epoch: None,
            cursor: 0,
            applying: None,
            waiting_frames: std::collections::VecDeque::new(),
            phase: Phase::Idle,
            redial: Redial::new(chance),
            heard_at: 0,
            pinged_at: 0,
            probed: None,
            offset: None,
            told: None,
            snapshots: 0,
            lanes: Lanes::default(),
        }
    }

    /// The log that is followed, once one is.
    pub(crate) fn epoch(&self) -> Option<Epoch> {
        self.epoch
    }

    /// How the line is.
    pub fn line(&self) -> LineState {
        match &self.phase {
            Phase::Streaming { head, .. } if self.cursor >= *head => LineState::Live,
            Phase::Stopped(state) => *state,
            _ if self.redial.tries() >= 2 => LineState::Down,
            _ => LineState::Connecting,
        }
    }

    /// The service's time for a moment of ours, once the service told its own.
    pub fn service_time(&self, now: Now) -> At {
        let there = self.time_there(now).unwrap_or(now.wall + self.offset.unwrap_or(0));
        // Clocks that hardly differ tell the same time.
        if there.since(now.wall).abs() >= SAME_TIME { there } else { now.wall }
    }

    /// The service's time while the line is open: measured from what it told last, whatever the clock on the wall did
    /// since.
    fn time_there(&self, now: Now) -> Option<At> {
        let open = matches!(self.phase, Phase::Streaming { .. });
        self.told.filter(|_| open).map(|(at, mono)| at + (now.mono - mono))
    }

    fn told(&mut self, theirs: At, now: Now) {
        self.offset = Some(theirs.since(now.wall));
        self.told = Some((theirs, now.mono));
    }

    /// When the machine wants to be stepped again, on the clock that never jumps.
    pub fn next_wake(&self, now: Now) -> i64 {
        let mut next = now.mono + PROBE;
        match &self.phase {
            Phase::Resting { until } => next = next.min(*until),
            Phase::Streaming { .. } => next = next.min(self.pinged_at + PING),
            _ => {}
        }
        if let Some(at) = self.lanes.next_wake(now) {
            next = next.min(at);
        }
        next.max(now.mono + 1)
    }

    /// One input, at one moment.
    pub fn step(&mut self, input: Input, now: Now) -> Vec<Effect> {
        let mut out = Vec::new();
        self.notice_sleep(now, &mut out);
        match input {
            Input::Start { epoch, cursor, waiting } => {
                self.epoch = epoch;
                self.cursor = cursor;
                self.lanes = Lanes::with(waiting, now, 0);
                self.begin(now, &mut out);
            }
            Input::SignedIn if self.phase != Phase::Idle => self.begin(now, &mut out),
            Input::TryNow => {
                if let Phase::Resting { .. } = self.phase {
                    self.begin(now, &mut out);
                }
            }
            Input::Dialled(Ok(())) if self.phase == Phase::Dialling => {
                self.phase = Phase::Greeting;
                self.heard_at = now.mono;
                out.push(Effect::Say(ClientFrame::Hello {
                    epoch: self.epoch,
                    cursor: self.cursor,
                    device: self.device,
                    schema: SCHEMA,
                }));
            }
            Input::Dialled(Err(trouble)) if self.phase == Phase::Dialling => {
                self.failed(&trouble, now, &mut out)
            }
            Input::Heard(frame) => self.heard(*frame, now, &mut out),
            Input::Closed(code) => self.closed(code, now),
            Input::Applied => self.applied(&mut out),
            Input::NotApplied => {
                // Nothing was taken: the same changes come again from the same cursor.
                self.hang_up(&mut out);
                self.rest(now);
            }
            Input::NotSignedIn => self.phase = Phase::Stopped(LineState::SignInNeeded),
            Input::NotFinished => {
                self.epoch = None;
                self.hang_up(&mut out);
                self.rest(now);
            }
            Input::SnapshotBegan(no, answer) if self.is_snapshot(no) => {
                self.snapshot_began(answer, now, &mut out)
            }
            Input::PageTaken(no, answer) if self.is_snapshot(no) => self.page_taken(answer, now, &mut out),
            Input::Queued(item) => {
                let service = self.time_there(now).unwrap_or_else(|| self.service_time(now));
                self.lanes.queue(item, now, service);
            }
            Input::Again(items) => self.lanes = self.lanes.anew(items, now),
            Input::Unqueued(id) => self.lanes.unqueue(id),
            Input::SendNow(id) => self.lanes.send_now(id),
            Input::Uploaded(id, answer) => {
                if let Err(trouble) = &answer {
                    self.refused(trouble, &mut out);
                }
                out.extend(self.lanes.uploaded(id, answer, now, &mut self.redial));
            }
            Input::Receipts(epoch, receipts) if self.epoch == Some(epoch) => {
                for receipt in receipts {
                    out.extend(self.lanes.landed(receipt.id, receipt.outcome, epoch, now));
                }
            }
            Input::Receipts(_, receipts) => {
                // Of another log than the one followed here: the service was restored. Asked again once both know it.
                let ids: Vec<CommandId> = receipts.into_iter().map(|receipt| receipt.id).collect();
                out.extend(self.lanes.not_landed(&ids, &Trouble::Unreachable, now, &mut self.redial));
            }
            Input::NoReceipts(ids, trouble) => {
                self.refused(&trouble, &mut out);
                out.extend(self.lanes.not_landed(&ids, &trouble, now, &mut self.redial));
            }
            Input::Tick
            | Input::Dialled(_)
            | Input::SignedIn
            | Input::SnapshotBegan(..)
            | Input::PageTaken(..) => {}
        }
        self.keep_time(now, &mut out);
        out
    }

    /// The line is closed, and nothing of it is taken any more.
    fn hang_up(&mut self, out: &mut Vec<Effect>) {
        self.drop_frames();
        out.push(Effect::HangUp);
    }

    /// Begins to get a line: with a snapshot when nothing is known yet, else by dialling.
    fn begin(&mut self, now: Now, out: &mut Vec<Effect>) {
        self.drop_frames();
        self.heard_at = now.mono;
        if self.epoch.is_none() {
            self.begin_snapshot(out);
        } else {
            self.phase = Phase::Dialling;
            out.push(Effect::Dial);
        }
    }

    fn begin_snapshot(&mut self, out: &mut Vec<Effect>) {
        self.snapshots += 1;
        self.phase = Phase::Snapshot { no: self.snapshots, start: None };
        out.push(Effect::BeginSnapshot(self.snapshots));
    }

    /// Whether the snapshot of that number is the one being taken.
    pub(crate) fn is_snapshot(&self, number: u64) -> bool {
        matches!(self.phase, Phase::Snapshot { no, .. } if no == number)
    }

    fn drop_frames(&mut self) {
        self.waiting_frames.clear();
        self.applying = None;
    }

    fn rest(&mut self, now: Now) {
        self.phase = Phase::Resting { until: now.mono + self.redial.next_delay() };
    }

    /// A sign-in that is not taken any more, and what follows from it; anything else is no refusal.
    fn refused(&mut self, trouble: &Trouble, out: &mut Vec<Effect>) {
        if !matches!(trouble, Trouble::SignIn | Trouble::Ended) {
            return;
        }
        self.phase = Phase::Stopped(LineState::SignInNeeded);
        self.hang_up(out);
        if *trouble == Trouble::Ended {
            out.push(Effect::Forget);
        }
    }

    fn failed(&mut self, trouble: &Trouble, now: Now, out: &mut Vec<Effect>) {
        match trouble {
            Trouble::SignIn | Trouble::Ended => self.refused(trouble, out),
            Trouble::Wait { after_ms } => {
                let _ = self.redial.next_delay();
                self.phase = Phase::Resting { until: now.mono + i64::from(*after_ms) };
            }
            _ => self.rest(now),
        }
    }

    fn closed(&mut self, code: Option<u16>, now: Now) {
        if !matches!(self.phase, Phase::Greeting | Phase::Streaming { .. } | Phase::Dialling) {
            return;
        }
        self.drop_frames();
        let was_open = matches!(self.phase, Phase::Streaming { .. });
        if let Phase::Streaming { since, .. } = self.phase
            && now.mono - since >= HEALTHY
        {
            self.redial.reset();
        }
        match code {
            // The token ran out, the role changed or the sign-in was ended: dialling again tells which, at once.
            Some(close::AUTH | close::FORBIDDEN) if was_open => {
                self.phase = Phase::Resting { until: now.mono };
            }
            _ => self.rest(now),
        }
    }

    fn heard(&mut self, frame: ServerFrame, now: Now, out: &mut Vec<Effect>) {
        self.heard_at = now.mono;
        match (frame, &self.phase) {
            (ServerFrame::Resumed { head, now: theirs }, Phase::Greeting) => {
                self.told(theirs, now);
                self.pinged_at = now.mono;
                self.phase = Phase::Streaming { head, since: now.mono };
                self.lanes.line_is_back();
                if self.cursor >= head {
                    self.redial.reset();
                    out.push(Effect::Complete);
                }
            }
            (ServerFrame::Reset { reason: ResetReason::Schema }, Phase::Greeting) => {
                self.phase = Phase::Stopped(LineState::UpdateNeeded);
                out.push(Effect::HangUp);
            }
            (ServerFrame::Reset { .. }, Phase::Greeting) => {
                out.push(Effect::HangUp);
                self.begin_snapshot(out);
            }
            (ServerFrame::Range { from, to, events }, Phase::Streaming { .. }) => {
                self.range(from, to, events, now, out);
            }
            (ServerFrame::Now(fact), Phase::Streaming { .. }) => out.push(Effect::Now(Box::new(fact))),
            (ServerFrame::Pong { head, now: theirs }, Phase::Streaming { .. }) => {
                self.told(theirs, now);
                if head > self.known_to() {
                    // The service believes that we have more than arrived.
                    self.hang_up(out);
                    self.phase = Phase::Resting { until: now.mono };
                } else if self.applying.is_none() {
                    out.push(Effect::Complete);
                }
            }
            // A frame of a line that was given up.
            _ => {}
        }
    }

    /// The cursor that will be reached once everything heard is applied.
    fn known_to(&self) -> u64 {
        self.waiting_frames.back().map(|(_, to, _)| *to).or(self.applying).unwrap_or(self.cursor)
    }

    fn range(&mut self, from: u64, to: u64, events: Vec<Event>, now: Now, out: &mut Vec<Effect>) {
        let known = self.known_to();
        if to <= known {
            return;
        }
        if from > known {
            // A gap: what was missed comes again from the cursor.
            self.hang_up(out);
            self.phase = Phase::Resting { until: now.mono };
            return;
        }
        if self.applying.is_some() {
            self.waiting_frames.push_back((from, to, events));
        } else {
            self.applying = Some(to);
            out.push(Effect::Apply { to, events });
        }
    }

    fn applied(&mut self, out: &mut Vec<Effect>) {
        let Some(to) = self.applying.take() else { return };
        self.cursor = self.cursor.max(to);
        if let Phase::Streaming { head, .. } = self.phase
            && self.cursor >= head
        {
            self.redial.reset();
        }
        if let Some((_, to, events)) = self.waiting_frames.pop_front() {
            self.applying = Some(to);
            out.push(Effect::Apply { to, events });
        }
    }

    fn snapshot_began(&mut self, answer: Result<SnapshotStart, Trouble>, now: Now, out: &mut Vec<Effect>) {
        let Phase::Snapshot { no, start } = &mut self.phase else { return };
        match answer {
            Ok(began) => {
                *start = Some(began);
                self.heard_at = now.mono;
                out.push(Effect::TakePage(*no, None));
            }
            Err(trouble) => self.snapshot_failed(&trouble, now, out),
        }
    }

    fn page_taken(&mut self, answer: Result<Option<String>, Trouble>, now: Now, out: &mut Vec<Effect>) {
        let Phase::Snapshot { no, start: Some(start) } = self.phase.clone() else { return };
        self.heard_at = now.mono;
        match answer {
            Ok(Some(next)) => out.push(Effect::TakePage(no, Some(next))),
            Ok(None) => {
                self.epoch = Some(start.epoch);
                self.cursor = start.cursor;
                out.push(Effect::FinishSnapshot { epoch: start.epoch, cursor: start.cursor });
                self.phase = Phase::Dialling;
                out.push(Effect::Dial);
            }
            Err(trouble) => self.snapshot_failed(&trouble, now, out),
        }
    }

    fn snapshot_failed(&mut self, trouble: &Trouble, now: Now, out: &mut Vec<Effect>) {
        // The next try begins from the start: half a snapshot is none.
        self.epoch = None;
        self.failed(trouble, now, out);
    }

    /// A wall clock that ran further than the other one: the computer slept, and the line with it.
    fn notice_sleep(&mut self, now: Now, out: &mut Vec<Effect>) {
        let before = self.probed.replace(now);
        let Some(before) = before else { return };
        let drift = now.wall.since(before.wall) - (now.mono - before.mono);
        // A line that is open, or was about to be, is dead; one that is waited for is tried at once.
        let waits = matches!(
            self.phase,
            Phase::Dialling | Phase::Greeting | Phase::Streaming { .. } | Phase::Resting { .. }
        );
        if drift > SLEPT && waits {
            self.hang_up(out);
            self.redial.reset();
            self.phase = Phase::Resting { until: now.mono };
        }
    }

    /// What time alone asks for.
    fn keep_time(&mut self, now: Now, out: &mut Vec<Effect>) {
        let silent = now.mono - self.heard_at >= SILENCE;
        match self.phase {
            Phase::Resting { until } if until <= now.mono => self.begin(now, out),
            Phase::Dialling | Phase::Greeting | Phase::Streaming { .. } if silent => {
                self.hang_up(out);
                self.rest(now);
            }
            Phase::Streaming { .. } if now.mono - self.pinged_at >= PING => {
                self.pinged_at = now.mono;
                out.push(Effect::Say(ClientFrame::Ping { cursor: self.cursor }));
            }
            _ => {}
        }
        out.extend(self.lanes.late(now, self.time_there(now)));
        // Commands go over their own requests: they need a service that answers, not a stream that is caught up.
        if matches!(self.phase, Phase::Streaming { .. }) {
            out.extend(self.lanes.send(now));
        }
    }
}
