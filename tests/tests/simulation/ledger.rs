//! What advisors were told is saved, and the promises about it.

use std::collections::{BTreeMap, BTreeSet};

use model::{CommandId, Intent, wire::Outcome};
use store::{
    Touched, cache,
    work::outbox::{self, Pending, State},
};

use crate::{device::Device, schedule::Broken};

/// One thing that was shown as saved.
struct Saved {
    device: usize,
    lane: String,
    local_no: i64,
}

/// All of it.
#[derive(Default)]
pub struct Ledger {
    saved: BTreeMap<CommandId, Saved>,
    sent: BTreeSet<CommandId>,
    /// How far each desk is in its log.
    cursors: BTreeMap<usize, u64>,
}

impl Ledger {
    /// How much was saved.
    pub fn len(&self) -> usize {
        self.saved.len()
    }

    /// Something is shown as saved.
    pub fn saves(&mut self, device: usize, desk: &mut Device, id: CommandId) {
        let Some(replica) = desk.replica() else { return };
        let Ok(Some(row)) = outbox::load(replica.work().rows(), id) else { return };
        self.saved.insert(id, Saved { device, lane: row.lane, local_no: row.local_no });
    }

    /// A command goes out; whether it did before.
    pub fn sends(&mut self, id: CommandId) -> bool {
        !self.sent.insert(id)
    }

    /// I6 and I7: the cursor only goes on, and what left sight is gone.
    pub fn applied(
        &mut self,
        device: usize,
        desk: &mut Device,
        to: u64,
        touched: &Touched,
    ) -> Result<(), Broken> {
        let before = self.cursors.insert(device, to).unwrap_or(0);
        if to < before {
            return Err(Broken(format!("I6: the cursor went back from {before} to {to}")));
        }
        let Some(replica) = desk.replica() else { return Ok(()) };
        for customer in touched.left.iter().filter(|customer| !touched.entered.contains(customer)) {
            let rows = replica.cache().rows();
            let known = cache::customer::load(rows, *customer).expect("the cache can be read");
            let conversations = cache::conversation::of(rows, *customer).expect("the cache can be read");
            if known.is_some() || !conversations.is_empty() {
                return Err(Broken("I7: a customer left sight and is still there".into()));
            }
        }
        Ok(())
    }

    /// A snapshot begins the numbers anew.
    pub fn replaced(&mut self, device: usize) {
        self.cursors.remove(&device);
    }

    /// The service begins a new log: what was sent may have to be sent as if for the first time.
    pub fn restored(&mut self) {
        self.cursors.clear();
    }

    /// I5: what is taken off because it arrived is in the cache, or out of sight.
    pub fn done(&self, desk: &mut Device, rows: &[Pending]) -> Result<(), Broken> {
        let Some(replica) = desk.replica() else { return Ok(()) };
        let cache = replica.cache().rows();
        for row in rows.iter().filter(|row| matches!(row.outcome, Some(Outcome::Applied { .. }))) {
            let shown = match &row.command.intent {
                Intent::Reply { conversation, .. } | Intent::Note { conversation, .. } => {
                    let message = model::MessageId(row.command.id.0);
                    cache::conversation::load(cache, *conversation).expect("the cache can be read").is_none()
                        || cache::message::load(cache, message).expect("the cache can be read").is_some()
                }
                Intent::ChangeFollowUp { id, change, .. } => {
                    let known = cache::follow_up::load(cache, *id).expect("the cache can be read");
                    known.is_none_or(|known| {
                        known.history.iter().any(|entry| entry.change.as_ref() == Some(change))
                    })
                }
                _ => true,
            };
            if !shown {
                return Err(Broken(format!("I5: {:?} is taken off, and not there yet", row.command.intent)));
            }
        }
        Ok(())
    }

    /// The mirror of the outbox shows what the file has.
    pub fn looks(&self, device: usize, desk: &mut Device) -> Result<(), Broken> {
        let Some(replica) = desk.replica() else { return Ok(()) };
        let shown = replica.pending().len();
        let (rows, _) = outbox::open_rows(replica.work().rows()).expect("the work file can be read");
        // The mirror may show more: a row that the disk refused to settle stands there as it stood.
        if shown < rows.len() {
            return Err(Broken(format!("I1: desk {device} shows {shown} of {} rows", rows.len())));
        }
        Ok(())
    }

    /// I8: once faults have stopped, nothing waits any more.
    pub fn drained(&self, devices: &mut [Device]) -> Result<(), Broken> {
        for (no, desk) in devices.iter_mut().enumerate() {
            let Some(replica) = desk.replica() else { continue };
            let waits = replica.pending().iter().find(|row| !row.state.needs_attention());
            if let Some(row) = waits {
                return Err(Broken(format!(
                    "I8: desk {no} still has {row:?}; its line is {:?}",
                    replica.line()
                )));
            }
        }
        Ok(())
    }

    /// I1, I2 and I3, at the end. `done` is what the service did, in order.
    pub fn ends(&self, devices: &mut [Device], done: &[(CommandId, u64, u32)]) -> Result<(), Broken> {
        if let Some((id, _, times)) = done.iter().find(|(_, _, times)| *times > 1) {
            return Err(Broken(format!("I2: {id} was done {times} times")));
        }
        let places: BTreeMap<CommandId, u64> = done.iter().map(|(id, seq, _)| (*id, *seq)).collect();
        let mut lanes: BTreeMap<(usize, &str), Vec<(i64, u64)>> = BTreeMap::new();
        for (id, saved) in &self.saved {
            let Some(replica) = devices[saved.device].replica() else { continue };
            let row = outbox::load(replica.work().rows(), *id).expect("the work file can be read");
            let Some(row) = row else { return Err(Broken(format!("I1: {id} vanished"))) };
            let place = places.get(id);
            let holds = matches!(
                (row.state, &row.outcome, place),
                (State::Done, Some(Outcome::Noop { .. }), _)
                    | (State::Done, _, Some(_))
                    | (
                        State::Conflict | State::Wedged | State::Orphaned | State::Expired | State::Cancelled,
                        _,
                        None
                    )
            );
            if !holds {
                return Err(Broken(format!("I1: {row:?} and at the service {place:?}")));
            }
            if let Some(place) = place {
                lanes.entry((saved.device, &saved.lane)).or_default().push((saved.local_no, *place));
            }
        }
        for ((device, lane), mut order) in lanes {
            order.sort_unstable();
            if !order.is_sorted_by_key(|(_, place)| *place) {
                return Err(Broken(format!("I3: lane {lane} of desk {device} was done as {order:?}")));
            }
        }
        Ok(())
    }
}
