//! What an advisor can do at a desk.

use desk::{
    clock::Now,
    replica::{Deed, Replica, Wish},
};
use model::{
    CommandId, Intent,
    follow_up::{FollowUpChange, Priority},
};
use rand::{Rng, seq::IndexedRandom};
use store::{
    cache,
    work::outbox::{Policy, State},
};
use uuid::Uuid;

use super::Schedule;
use crate::template::BEGIN;

/// Something to do.
pub(super) enum Act {
    Nothing,
    Add(Wish),
    Change(model::FollowUpId, FollowUpChange),
    Retry(CommandId),
    Cancel(CommandId),
    SendNow(CommandId),
}

impl Act {
    /// Does it; answers what is saved now, and what follows.
    pub(super) fn done(self, replica: &mut Replica, now: Now) -> (Vec<CommandId>, Vec<Deed>) {
        let id = CommandId(Uuid::now_v7());
        match self {
            Act::Nothing => (Vec::new(), Vec::new()),
            Act::Add(wish) => {
                let id = wish.id;
                replica.add(wish, now).map(|(_, deeds)| (vec![id], deeds)).unwrap_or_default()
            }
            Act::Change(of, change) => match replica.change_follow_up(id, of, change, now) {
                Ok(deeds) if replica.row(id).is_some() => (vec![id], deeds),
                Ok(deeds) => (Vec::new(), deeds),
                Err(_) => (Vec::new(), Vec::new()),
            },
            Act::Retry(old) => {
                let deeds = replica.retry(old, id, Policy::Async, now);
                deeds.map(|deeds| (vec![id], deeds)).unwrap_or_default()
            }
            Act::Cancel(old) => (Vec::new(), replica.cancel(old, |_| Ok(()), now).unwrap_or_default()),
            Act::SendNow(old) => (Vec::new(), replica.send_now(old, now).unwrap_or_default()),
        }
    }
}

impl Schedule {
    /// Something that an advisor could do with what their desk shows.
    pub(super) fn wish(&mut self, device: usize) -> Act {
        let me = self.devices[device].me.clone();
        let Some(replica) = self.devices[device].replica() else { return Act::Nothing };
        let rows = replica.cache().rows();
        let conversations = cache::conversation::open_of(rows, me.id).unwrap_or_default();
        let follow_ups = cache::follow_up::of_team(rows, me.id, &me.team).unwrap_or_default();
        let attention: Vec<CommandId> =
            replica.pending().iter().filter(|r| r.state.needs_attention()).map(|r| r.command.id).collect();
        let queued: Vec<CommandId> =
            replica.pending().iter().filter(|r| r.state == State::Queued).map(|r| r.command.id).collect();
        let random = &mut self.random;
        let conversation = conversations.choose(random).cloned();
        let follow_up = follow_ups.choose(random).cloned();
        let id = CommandId(Uuid::now_v7());
        match (random.random_range(0..20), conversation, follow_up) {
            (0..5, Some(conversation), _) => {
                let intent = Intent::Reply {
                    conversation: conversation.id,
                    text: "We are looking into it.".into(),
                    attachments: Vec::new(),
                };
                let policy = if random.random_bool(0.5) { Policy::Live } else { Policy::Async };
                let wait_ms = if random.random_bool(0.3) { 3_000 } else { 0 };
                Act::Add(Wish { policy, wait_ms, ..Wish::new(id, intent) })
            }
            (5..7, Some(conversation), _) => Act::Add(Wish::new(
                id,
                Intent::Note {
                    conversation: conversation.id,
                    text: "Called the carrier.".into(),
                    attachments: Vec::new(),
                    mentions: Vec::new(),
                },
            )),
            (7, Some(conversation), _) => Act::Add(Wish::new(
                id,
                Intent::Read { conversation: conversation.id, upto: conversation.lines },
            )),
            (8, Some(conversation), _) => Act::Add(Wish::new(
                id,
                Intent::SetReason {
                    conversation: conversation.id,
                    reason: random.random_bool(0.5).then(|| loopdesk_tests::stage::slug("late")),
                },
            )),
            (9, Some(conversation), _) => Act::Add(Wish::new(
                id,
                Intent::AddFollowUp {
                    id: Uuid::now_v7().into(),
                    customer: conversation.customer,
                    conversation: Some(conversation.id),
                    title: "Call back".into(),
                    owner: me.id,
                    due: BEGIN + 7_200_000,
                    priority: Priority::High,
                    cause: None,
                },
            )),
            (10..16, _, Some(follow_up)) => Act::Change(follow_up.id, self.some_change()),
            (16 | 17, ..) => attention.choose(random).map_or(Act::Nothing, |id| Act::Retry(*id)),
            (18, ..) => {
                let any = [attention, queued].concat();
                any.choose(random).map_or(Act::Nothing, |id| Act::Cancel(*id))
            }
            (19, ..) => queued.choose(random).map_or(Act::Nothing, |id| Act::SendNow(*id)),
            _ => Act::Nothing,
        }
    }
}
