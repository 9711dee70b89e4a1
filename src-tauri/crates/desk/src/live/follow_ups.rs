//! Loops to close, with the reader's own changes laid over what the service has.

use model::{
    At, FollowUp, FollowUpStatus, Intent, Personal,
    at::DAY,
    follow_up::{FieldVersions, HistoryEntry},
};
use store::cache;

use super::{Scene, timeline};
use crate::{
    Failure,
    view::{FollowUpCounts, FollowUpRow, FollowUpScope},
};

/// A closed loop is shown for so long.
const DONE_SHOWN: i64 = 30 * DAY;

/// All loops in sight that are the reader's or their team's, by when they are due, as they will be.
fn all(scene: &Scene<'_>) -> Result<Vec<FollowUpRow>, Failure> {
    let mut rows: Vec<FollowUpRow> = cache::follow_up::of_team(scene.cache, scene.me.id, &scene.me.team)?
        .into_iter()
        .map(|follow_up| over(scene, follow_up))
        .collect();
    rows.extend(made_here(scene)?);
    rows.sort_by_key(|row| (row.follow_up.due, row.follow_up.id));
    Ok(rows)
}

/// A list of them.
pub(crate) fn rows(scene: &Scene<'_>, scope: FollowUpScope) -> Result<Vec<FollowUpRow>, Failure> {
    let mut rows = all(scene)?;
    rows.retain(|row| {
        let status = row.follow_up.status;
        match scope {
            FollowUpScope::Mine => row.mine && status == FollowUpStatus::Open,
            FollowUpScope::Team => !row.mine && status == FollowUpStatus::Open,
            FollowUpScope::Waiting => row.mine && status == FollowUpStatus::Waiting,
            FollowUpScope::Done => {
                status == FollowUpStatus::Done
                    && closed_at(&row.follow_up).is_none_or(|at| scene.now.since(at) < DONE_SHOWN)
            }
        }
    });
    if scope == FollowUpScope::Done {
        rows.sort_by_key(|row| std::cmp::Reverse(closed_at(&row.follow_up)));
    }
    Ok(rows)
}

/// How many there are; `midnight` ends the reader's day.
pub(crate) fn counts(scene: &Scene<'_>, midnight: At) -> Result<FollowUpCounts, Failure> {
    let mut counts = FollowUpCounts::default();
    for row in all(scene)? {
        match (row.mine, row.follow_up.status) {
            (true, FollowUpStatus::Open) => {
                counts.mine += 1;
                counts.due += u32::from(row.follow_up.due < midnight);
            }
            (true, FollowUpStatus::Waiting) => counts.waiting += 1,
            (false, FollowUpStatus::Open) => counts.team += 1,
            _ => {}
        }
    }
    Ok(counts)
}

/// The loops of a customer: open ones by when they are due, then those closed today.
pub(crate) fn of_customer(
    scene: &Scene<'_>,
    customer: model::CustomerId,
) -> Result<Vec<FollowUpRow>, Failure> {
    let mut rows: Vec<FollowUpRow> = cache::follow_up::of(scene.cache, customer)?
        .into_iter()
        .map(|follow_up| over(scene, follow_up))
        .collect();
    rows.extend(made_here(scene)?.into_iter().filter(|row| row.follow_up.customer == customer));
    rows.retain(|row| {
        row.follow_up.status != FollowUpStatus::Done
            || closed_at(&row.follow_up).is_some_and(|at| scene.now.since(at) < DAY)
    });
    rows.sort_by_key(|row| {
        (row.follow_up.status == FollowUpStatus::Done, row.follow_up.due, row.follow_up.id)
    });
    Ok(rows)
}

fn closed_at(follow_up: &FollowUp) -> Option<At> {
    follow_up.history.last().map(|entry| entry.at)
}

/// A loop with the changes that are on their way.
fn over(scene: &Scene<'_>, mut follow_up: FollowUp) -> FollowUpRow {
    let (mut delivery, mut changed) = (None, Vec::new());
    for row in scene.pending_for(follow_up.id) {
        let Intent::ChangeFollowUp { change, .. } = &row.command.intent else { continue };
        if !row.state.needs_attention() && !follow_up.has(change) {
            follow_up.apply(change.clone(), &scene.me.name, row.made_at);
        }
        let field = change.field().to_owned();
        if row.state.waits() && !changed.contains(&field) {
            changed.push(field);
        }
        delivery = Some(timeline::delivery(scene, row));
    }
    FollowUpRow {
        owner_name: scene.name_of(follow_up.owner),
        mine: follow_up.owner == scene.me.id,
        delivery,
        changed,
        follow_up,
    }
}

/// Loops that were made here and that the service has not told back yet.
fn made_here(scene: &Scene<'_>) -> Result<Vec<FollowUpRow>, Failure> {
    let mut out = Vec::new();
    for row in scene.pending {
        let Intent::AddFollowUp { id, customer, conversation, title, owner, due, priority, cause } =
            &row.command.intent
        else {
            continue;
        };
        if cache::follow_up::load(scene.cache, *id)?.is_some() {
            continue;
        }
        let team = scene.people.get(owner).map_or_else(|| scene.me.team.clone(), |p| p.team.clone());
        let follow_up = FollowUp {
            id: *id,
            customer: *customer,
            customer_name: scene.customer(*customer)?.map(|c| c.name).unwrap_or_default(),
            conversation: *conversation,
            title: title.clone(),
            owner: *owner,
            team,
            due: *due,
            priority: *priority,
            status: FollowUpStatus::Open,
            cause: cause.clone(),
            outcome: None,
            note: Personal::default(),
            policy: None,
            score: None,
            made_at: row.made_at,
            history: vec![HistoryEntry { at: row.made_at, by: scene.me.name.clone(), change: None }],
            fields: FieldVersions::default(),
            version: 0,
        };
        let mut made = over(scene, follow_up);
        made.delivery = made.delivery.or_else(|| Some(timeline::delivery(scene, row)));
        out.push(made);
    }
    Ok(out)
}
