//! What must hold, under the names that the design gives it.

use super::{
    device::State,
    plan::{Id, NOBODY, Who, before_in_lane, sets},
    service::{Outcome, Rows},
    world::{Rules, World},
};

/// What is broken in a world, if anything is.
pub(crate) fn broken(world: &World, rules: &Rules) -> Option<&'static str> {
    let rows = world.service.rows();
    let quiet = world.is_quiet();
    for id in 0..NOBODY {
        if rows.all().iter().filter(|other| **other == id).count() > 1 {
            return Some("I2: a command has two effects");
        }
        if sets(&rules.plan, id) && overwritten_unseen(world, rules, &rows, id) {
            return Some("I9: a change that nobody saw was overwritten");
        }
        let Who::Device(d) = rules.plan[usize::from(id)].who else { continue };
        let device = &world.devices[usize::from(d)];
        let state = device.row(id).state;
        let there = place(&rows, id);
        if let Some(at) = there
            && before_in_lane(&rules.plan, id)
                .any(|before| place(&rows, before).is_some_and(|other| other > at))
        {
            return Some("I3: a lane is out of order");
        }
        let shown = state.is_pending() || device.base.all().contains(&id);
        let acknowledged = matches!(state, State::Acked { .. } | State::Done { .. });
        if !sets(&rules.plan, id) && acknowledged && there.is_some() && !shown {
            return Some("I5: what the advisor did and the service has is not shown");
        }
        if state == State::Expired && there.is_some() {
            return Some("I1: what counts as not sent was sent");
        }
        let kept = matches!(world.service.receipt(id), Some(Outcome::Applied | Outcome::Noop));
        if quiet && matches!(state, State::Done { .. }) && !kept {
            return Some("I1: a command counts as done and is nowhere");
        }
    }
    if quiet && world.devices.iter().any(|device| device.base != rows) {
        return Some("I4: a device shows something else than the service");
    }
    None
}

/// What is broken by getting from one world to the next.
pub(crate) fn broken_on_the_way(before: &World, after: &World) -> Option<&'static str> {
    let back = |(before, after): (&super::device::Device, &super::device::Device)| {
        before.epoch == after.epoch && before.cursor > after.cursor
    };
    before.devices.iter().zip(&after.devices).any(back).then_some("I6: a cursor went back")
}

/// Said of a world from which no way leads to rest without further faults.
pub(crate) const STUCK: &str = "I8: what is open can never be done";

fn place(rows: &Rows, id: Id) -> Option<usize> {
    rows.all().iter().position(|other| *other == id)
}

/// Whether this change of the field was made over another one than its advisor saw.
fn overwritten_unseen(world: &World, rules: &Rules, rows: &Rows, id: Id) -> bool {
    let (Some(at), Who::Device(d)) = (place(rows, id), rules.plan[usize::from(id)].who) else { return false };
    let before = rows.all().iter().take(at).rev().copied().find(|other| sets(&rules.plan, *other));
    before.unwrap_or(NOBODY) != world.devices[usize::from(d)].row(id).base
}
