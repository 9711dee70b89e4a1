//! The order of what goes out. What belongs together shares a lane and goes one after the other; lanes go side by side.
//! A command that the service chokes on stops its own lane only.

use std::collections::{BTreeMap, VecDeque};

use backend::Trouble;
use model::{
    At, CommandId, Epoch,
    at::SECOND,
    wire::{Outcome, Rejection},
};

use super::{Effect, Landing, redial::Redial};
use crate::clock::Now;

/// Lanes that may have something on its way at once.
const SIDE_BY_SIDE: usize = 4;
/// Failures of the service on one command, while others work, after which it is set aside.
const CHOKED: u32 = 5;
/// The longest pause of a lane, in ms.
const LONGEST_PAUSE: i64 = 300 * SECOND;
/// The longest time to take something back in, in ms. A clock on the wall that jumped must not hold a command for years.
const LONGEST_UNDO: i64 = 10 * SECOND;

/// A command, as far as its order matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Which.
    pub id: CommandId,
    /// Its lane.
    pub lane: String,
    /// Not before this moment of our wall clock.
    pub not_before: Option<At>,
    /// Too late from this moment of the service's clock on.
    pub expires: Option<At>,
    /// Whether files must be sent first.
    pub files: bool,
    /// Whether it went out before, so that the service may have it: then only the service can say that it is too late.
    pub sent: bool,
    /// How often the service failed on it.
    pub attempts: u32,
}

#[derive(Debug)]
struct Waiting {
    item: Item,
    /// On the clock that never jumps.
    not_before: i64,
    /// On the clock that never jumps; nothing for what was written before this start, whose age only the service's
    /// clock can tell.
    expires: Option<i64>,
    files: bool,
}

#[derive(Debug, Default)]
struct Lane {
    waiting: VecDeque<Waiting>,
    /// The head is on its way (itself or its files).
    busy: bool,
    /// Not before, on the clock that never jumps.
    rest_until: i64,
    /// Whether it rests because nobody could be reached.
    rests_for_line: bool,
    /// Failures in a row, for the pause.
    failures: u32,
}

/// All lanes.
#[derive(Debug, Default)]
pub(super) struct Lanes {
    lanes: BTreeMap<String, Lane>,
    /// Commands that went well since the start; a command chokes the service only if others do not.
    went_well: u64,
}

impl Lanes {
    /// What waited when the desk started, or waits again after the service was restored.
    pub(super) fn with(items: Vec<Item>, now: Now, went_well: u64) -> Self {
        let mut lanes = Self { went_well, ..Self::default() };
        for item in items {
            lanes.put(item, None, now);
        }
        lanes
    }

    /// The same with everything that waits now.
    pub(super) fn anew(&self, items: Vec<Item>, now: Now) -> Self {
        Self::with(items, now, self.went_well)
    }

    /// Something new; `service` is the time there, as far as it is known.
    pub(super) fn queue(&mut self, item: Item, now: Now, service: At) {
        let expires = item.expires.map(|at| now.mono + at.since(service));
        self.put(item, expires, now);
    }

    fn put(&mut self, item: Item, expires: Option<i64>, now: Now) {
        let wait = item.not_before.map(|at| at.since(now.wall).clamp(0, LONGEST_UNDO));
        let waiting = Waiting {
            not_before: wait.map_or(i64::MIN, |wait| now.mono + wait),
            expires,
            files: item.files,
            item,
        };
        self.lanes.entry(waiting.item.lane.clone()).or_default().waiting.push_back(waiting);
    }

    /// Taken back. What is on its way already stays: its receipt tells. One whose files are on their way only goes.
    pub(super) fn unqueue(&mut self, id: CommandId) {
        for lane in self.lanes.values_mut() {
            let head = lane.waiting.front().filter(|head| lane.busy && head.item.id == id);
            match head.map(|head| head.files) {
                Some(false) => continue,
                Some(true) => lane.busy = false,
                None => {}
            }
            lane.waiting.retain(|waiting| waiting.item.id != id);
        }
        self.lanes.retain(|_, lane| !lane.waiting.is_empty());
    }

    pub(super) fn send_now(&mut self, id: CommandId) {
        for waiting in self.lanes.values_mut().flat_map(|lane| &mut lane.waiting) {
            if waiting.item.id == id {
                waiting.not_before = i64::MIN;
            }
        }
    }

    /// When something may go out or becomes too late. What is due already waits for something else than time: for a line, or
    /// for its turn.
    pub(super) fn next_wake(&self, now: Now) -> Option<i64> {
        let heads = self
            .lanes
            .values()
            .filter(|lane| !lane.busy)
            .filter_map(|lane| lane.waiting.front().map(|head| head.not_before.max(lane.rest_until)));
        let late = self
            .lanes
            .values()
            .flat_map(|lane| &lane.waiting)
            .filter(|waiting| !waiting.item.sent)
            .filter_map(|waiting| waiting.expires);
        heads.chain(late).filter(|at| *at > now.mono).min()
    }

    /// The line is back: what rests because of it goes on at once. A pause that the service asked for, or that follows its
    /// own failure, is kept.
    pub(super) fn line_is_back(&mut self) {
        for lane in self.lanes.values_mut().filter(|lane| lane.rests_for_line) {
            lane.rest_until = 0;
            lane.failures = 0;
        }
    }

    /// What became too late while it waited. `service` is the time there while the line is open: what was written
    /// before this start is held until it is known.
    pub(super) fn late(&mut self, now: Now, service: Option<At>) -> Vec<Effect> {
        let mut out = Vec::new();
        for lane in self.lanes.values_mut() {
            let busy = lane.busy;
            let (mut place, before) = (0, out.len());
            lane.waiting.retain(|waiting| {
                let head_on_its_way = busy && place == 0;
                place += 1;
                let by_age = waiting.expires.is_some_and(|at| at <= now.mono);
                let by_clock = service.is_some_and(|now| waiting.item.expires.is_some_and(|at| at <= now));
                let late = (by_age || by_clock) && !head_on_its_way && !waiting.item.sent;
                if late {
                    out.push(Effect::Settle(waiting.item.id, Landing::Expired));
                }
                !late
            });
            if out.len() > before {
                lane.rest_until = lane.rest_until.max(now.mono + 1);
            }
        }
        self.lanes.retain(|_, lane| !lane.waiting.is_empty());
        out
    }

    /// What may go out now.
    pub(super) fn send(&mut self, now: Now) -> Vec<Effect> {
        let mut out = Vec::new();
        let mut batch = Vec::new();
        let mut busy = self.lanes.values().filter(|lane| lane.busy).count();
        for lane in self.lanes.values_mut() {
            if busy >= SIDE_BY_SIDE {
                break;
            }
            if lane.busy || lane.rest_until > now.mono {
                continue;
            }
            let Some(head) = lane.waiting.front_mut().filter(|head| head.not_before <= now.mono) else {
                continue;
            };
            lane.busy = true;
            busy += 1;
            if head.files {
                out.push(Effect::Upload(head.item.id));
            } else {
                head.item.sent = true;
                out.push(Effect::Settle(head.item.id, Landing::Inflight));
                batch.push(head.item.id);
            }
        }
        if !batch.is_empty() {
            out.push(Effect::Submit(batch));
        }
        out
    }

    fn lane_of(&mut self, id: CommandId) -> Option<&mut Lane> {
        self.lanes.values_mut().find(|lane| lane.waiting.front().is_some_and(|head| head.item.id == id))
    }

    /// The files of the head are with the service, or not.
    pub(super) fn uploaded(
        &mut self,
        id: CommandId,
        answer: Result<(), Trouble>,
        now: Now,
        chance: &mut Redial,
    ) -> Vec<Effect> {
        match answer {
            Ok(()) => {
                if let Some(lane) = self.lane_of(id) {
                    lane.busy = false;
                    if let Some(head) = lane.waiting.front_mut() {
                        head.files = false;
                    }
                }
                Vec::new()
            }
            Err(Trouble::NotFound) => {
                let outcome = Outcome::Rejected {
                    code: Rejection::BlobMissing,
                    message: "A file of this message is not on this computer any more.".into(),
                };
                self.finish(id, Landing::Wedged(outcome), now)
            }
            Err(Trouble::Refused(message)) => self.finish(
                id,
                Landing::Wedged(Outcome::Rejected { code: Rejection::TooLarge, message }),
                now,
            ),
            Err(trouble) => self.not_landed(&[id], &trouble, now, chance),
        }
    }

    /// A receipt came, from the log with that name.
    pub(super) fn landed(&mut self, id: CommandId, outcome: Outcome, epoch: Epoch, now: Now) -> Vec<Effect> {
        let landing = match outcome {
            Outcome::Applied { seq } | Outcome::Noop { seq } => Landing::Acked { seq, epoch, outcome },
            Outcome::Conflict { .. } => Landing::Conflict(outcome),
            Outcome::Rejected { code: Rejection::NotAssigned | Rejection::Gone, .. } => {
                Landing::Orphaned(outcome)
            }
            Outcome::Rejected { code: Rejection::Expired, .. } => Landing::Expired,
            Outcome::Rejected { code: Rejection::BlobMissing, .. } => return self.files_again(id, now),
            Outcome::Rejected { .. } => Landing::Wedged(outcome),
            Outcome::Retry { after_ms } => return self.again(id, now.mono + i64::from(after_ms)),
        };
        self.went_well += 1;
        self.finish(id, landing, now)
    }

    /// Nothing is known about these: they go out again under the same name.
    pub(super) fn not_landed(
        &mut self,
        ids: &[CommandId],
        trouble: &Trouble,
        now: Now,
        chance: &mut Redial,
    ) -> Vec<Effect> {
        let went_well = self.went_well > 0;
        let mut out = Vec::new();
        for id in ids {
            let Some(lane) = self.lane_of(*id) else { continue };
            lane.rests_for_line = matches!(
                trouble,
                Trouble::Unreachable | Trouble::Untrusted(_) | Trouble::SignIn | Trouble::Ended
            );
            lane.failures = lane.failures.saturating_add(1);
            let pause = (SECOND << lane.failures.min(9)).min(LONGEST_PAUSE);
            let pause = match trouble {
                Trouble::Wait { after_ms } => i64::from(*after_ms),
                _ => pause / 2 + chance.within(pause / 2),
            };
            let mut choked = false;
            // A line that fails says nothing about the command; a service that fails on it may.
            if *trouble == Trouble::Fault
                && let Some(head) = lane.waiting.front_mut()
            {
                head.item.attempts += 1;
                choked = head.item.attempts >= CHOKED && went_well;
            }
            if choked {
                let outcome = Outcome::Rejected {
                    code: Rejection::Invalid,
                    message: "The service fails on this again and again.".into(),
                };
                out.extend(self.finish(*id, Landing::Wedged(outcome), now));
            } else {
                out.extend(self.again(*id, now.mono + pause));
            }
        }
        out
    }

    /// The service has not got the files of the head, or no longer: they go first, once more. Later each time, should it lose
    /// them again and again.
    fn files_again(&mut self, id: CommandId, now: Now) -> Vec<Effect> {
        let Some(lane) = self.lane_of(id) else { return Vec::new() };
        if let Some(head) = lane.waiting.front_mut() {
            head.files = true;
        }
        let pause = if lane.failures == 0 { 1 } else { (SECOND << lane.failures.min(9)).min(LONGEST_PAUSE) };
        lane.failures = lane.failures.saturating_add(1);
        lane.rests_for_line = false;
        let mut out = vec![Effect::Missing(id)];
        out.extend(self.again(id, now.mono + pause));
        out
    }

    fn again(&mut self, id: CommandId, not_before: i64) -> Vec<Effect> {
        let Some(lane) = self.lane_of(id) else { return Vec::new() };
        lane.busy = false;
        lane.rest_until = not_before;
        let attempts = lane.waiting.front().map_or(0, |head| head.item.attempts);
        vec![Effect::Settle(id, Landing::Queued { attempts })]
    }

    /// The head of a lane is through with; the next one's turn. After one that did not go through the next one waits for
    /// another step: it may have been made over the one that failed.
    fn finish(&mut self, id: CommandId, landing: Landing, now: Now) -> Vec<Effect> {
        let Some(lane) = self.lane_of(id) else { return Vec::new() };
        lane.waiting.pop_front();
        lane.busy = false;
        lane.failures = 0;
        if !matches!(landing, Landing::Acked { .. }) {
            lane.rest_until = now.mono + 1;
            lane.rests_for_line = false;
        }
        self.lanes.retain(|_, lane| !lane.waiting.is_empty());
        vec![Effect::Settle(id, landing)]
    }
}
