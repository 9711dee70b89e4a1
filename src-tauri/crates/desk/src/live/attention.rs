//! What is not with the service: what waits for the line, and what did not go through and waits for a decision.

use model::{At, Intent, Personal};
use store::{cache, work::outbox::Pending};

use super::{Scene, hand_over, merge, timeline};
use crate::{
    Failure,
    view::{AttentionRow, AttentionWhat, Delivery, NotSentWhy},
};

/// The row of the damaged work file.
pub(crate) const WORK_FILE: &str = "work-file";

/// In the order in which the advisor did it; first what can only be read.
pub(crate) fn rows(scene: &Scene<'_>) -> Result<Vec<AttentionRow>, Failure> {
    let damaged = scene.salvaged.map(|salvaged| {
        let why = NotSentWhy::Damaged {
            copy: salvaged.copy.display().to_string(),
            changes: salvaged.changes.into(),
            drafts: salvaged.drafts.into(),
            files: salvaged.files.into(),
        };
        AttentionRow { what: AttentionWhat::WorkFile, ..empty(WORK_FILE.to_owned(), salvaged.at, why) }
    });
    let unreadable =
        scene.unreadable.iter().map(|row| empty(row.id.to_string(), row.made_at, NotSentWhy::OtherVersion));
    let known = scene.pending.iter().filter(|row| is_listed(row)).map(|row| one(scene, row));
    damaged.into_iter().chain(unreadable).map(Ok).chain(known).collect()
}

fn empty(id: String, at: At, why: NotSentWhy) -> AttentionRow {
    AttentionRow {
        id,
        what: AttentionWhat::Other,
        customer_name: None,
        customer: None,
        conversation: None,
        follow_up: None,
        text: Personal::default(),
        change: None,
        at,
        delivery: Delivery::NotSent { why },
        hand_over_until: None,
    }
}

/// What is counted in the top bar is what is listed. Marks that something was read are nobody's words: they are neither.
pub(crate) fn is_listed(row: &Pending) -> bool {
    (row.state.waits() || row.state.needs_attention()) && !matches!(row.command.intent, Intent::Read { .. })
}

fn one(scene: &Scene<'_>, row: &Pending) -> Result<AttentionRow, Failure> {
    let mut out = AttentionRow {
        delivery: timeline::delivery(scene, row),
        hand_over_until: hand_over::until(row),
        ..empty(row.command.id.to_string(), row.made_at, NotSentWhy::Gone)
    };
    // Only here: two texts of 32,000 characters take their time, and only here they are put together.
    if let Delivery::NotSent { why: NotSentWhy::Conflict { base: Some(base), mine, theirs, merged, .. } } =
        &mut out.delivery
    {
        *merged = merge::texts(base, mine, theirs);
    }
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
