//! The mistakes, made where a desk and the world meet.

use desk::sync::Input;
use model::wire::{ServerFrame, frames::Change};
use rand::Rng;

use super::Schedule;
use crate::{device::State, mistakes::Mistake};

impl Schedule {
    pub(super) fn mistaken_frame(&mut self, device: usize, frame: ServerFrame) -> ServerFrame {
        let cursor = self.devices[device].replica().and_then(|replica| replica.cache().position().ok());
        match (self.mistake, frame) {
            (Some(Mistake::CursorBeforeTheRows), ServerFrame::Range { from, to, .. })
                if self.random.random_range(0..20) == 0 =>
            {
                ServerFrame::Range { from, to, events: Vec::new() }
            }
            (Some(Mistake::GapIgnored), ServerFrame::Range { from, to, events }) => {
                let from = cursor.map_or(from, |position| from.min(position.cursor));
                ServerFrame::Range { from, to, events }
            }
            (Some(Mistake::LeftIsKept), ServerFrame::Range { from, to, mut events }) => {
                events.retain(|event| !matches!(event.change, Change::Left { .. }));
                ServerFrame::Range { from, to, events }
            }
            (_, frame) => frame,
        }
    }

    pub(super) fn mistaken_input(&mut self, device: usize, input: &Input) {
        let Some(replica) = self.devices[device].replica() else { return };
        let work = replica.work().rows();
        // A disk that refuses at this moment keeps the mistake from being made.
        let _ = match (self.mistake, input) {
            (Some(Mistake::OverlayDroppedAtTheReceipt), _) => {
                work.execute("UPDATE outbox SET ack_seq = 0 WHERE state = 'acked'", [])
            }
            (Some(Mistake::NotAskedAgain), Input::SnapshotBegan(_, Ok(start))) => work.execute(
                "UPDATE outbox SET ack_epoch = ?, ack_seq = 0 WHERE state IN ('acked', 'done')",
                (start.epoch.0,),
            ),
            _ => return,
        };
    }

    /// What a desk forgets while it is down.
    pub(super) fn mistaken_restart(&mut self, device: usize) {
        let State::Down(files) = &self.devices[device].state else { return };
        let sql = match self.mistake {
            Some(Mistake::InflightForgotten) => "UPDATE outbox SET state = 'done' WHERE state = 'inflight'",
            Some(Mistake::SentIsForgotten) => {
                "UPDATE outbox SET sent = 0, state = CASE state WHEN 'inflight' THEN 'queued' ELSE state END"
            }
            _ => return,
        };
        let _ = files.1.rows().execute_batch(sql);
    }
}
