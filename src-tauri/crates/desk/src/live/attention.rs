//! What is not with the service: what waits for the line, and what did not go through and waits for a decision.

use model::{Intent, Personal};
use store::{
    cache,
    work::outbox::{Pending, State},
};

use super::{Scene, hand_over, timeline};
use crate::{
    Failure,
    view::{AttentionRow, AttentionWhat},
};

/// In the order in which the advisor did it.
pub(crate) fn rows(scene: &Scene<'_>) -> Result<Vec<AttentionRow>, Failure> {
    scene.pending.iter().filter(|row| is_listed(row)).map(|row| one(scene, row)).collect()
}

/// What is counted in the top bar is what is listed. Marks that something was read are nobody's words: they are neither.
fn is_listed(row: &Pending) -> bool {
    let waits = matches!(row.state, State::Queued | State::Inflight);
    (waits || row.state.needs_attention()) && !matches!(row.command.intent, Intent::Read { .. })
}

fn one(scene: &Scene<'_>, row: &Pending) -> Result<AttentionRow, Failure> {
    let mut out = AttentionRow {
        id: row.command.id.to_string(),
        what: AttentionWhat::Other,
        customer_name: None,
        customer: None,
        conversation: None,
        follow_up: None,
        text: Personal::default(),
        change: None,
        at: row.made_at,
        delivery: timeline::delivery(scene, row),
        hand_over_until: hand_over::until(row),
    };
    match &row.command.intent {
        Intent::Reply { conversation, text, .. } => {
            out.what = AttentionWhat::Reply;
            out.conversation = Some(*conversation);
            out.text = text.clone();
        }
        Intent::Note { conversation, text, .. } => {
            out.what = AttentionWhat::Note;
            out.conversation = Some(*conversation);
            out.text = text.clone();
        }
        Intent::SetReason { conversation, reason } => {
            out.what = AttentionWhat::Reason;
            out.conversation = Some(*conversation);
            out.text = reason.as_ref().map(|id| scene.reason_name(id)).unwrap_or_default().into();
        }
        Intent::AddFollowUp { id, customer, title, .. } => {
            out.what = AttentionWhat::NewFollowUp;
            out.follow_up = Some(*id);
            out.customer = Some(*customer);
            out.text = title.clone();
        }
        Intent::ChangeFollowUp { id, change, .. } => {
            out.what = AttentionWhat::FollowUp;
            out.follow_up = Some(*id);
            out.change = Some(change.clone());
            if let Some(known) = cache::follow_up::load(scene.cache, *id)? {
                out.customer = Some(known.customer);
                out.conversation = known.conversation;
                out.text = known.title;
            } else {
                of_made_here(scene, &mut out);
            }
        }
        _ => {}
    }
    if let Some(conversation) = out.conversation
        && out.customer.is_none()
    {
        out.customer = cache::conversation::load(scene.cache, conversation)?.map(|c| c.customer);
    }
    if let Some(customer) = out.customer {
        out.customer_name = scene.customer(customer)?.map(|c| c.name);
    }
    Ok(out)
}

/// A change of a follow-up that was itself made here and is still on its way.
fn of_made_here(scene: &Scene<'_>, out: &mut AttentionRow) {
    for row in scene.pending {
        if let Intent::AddFollowUp { id, customer, conversation, title, .. } = &row.command.intent
            && Some(*id) == out.follow_up
        {
            out.customer = Some(*customer);
            out.conversation = *conversation;
            out.text = title.clone();
        }
    }
}
