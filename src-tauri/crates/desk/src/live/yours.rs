//! The reader's own conversations, as rows.

use std::collections::BTreeSet;

use model::{Conversation, ConversationId, ConversationState, Intent, PersonId, conversation::Side};
use store::{cache, work};

use super::Scene;
use crate::{Failure, view::ConversationRow};

/// Those that owe an answer first, by when it is due; then the others, newest first; then snoozed ones by when they wake.
pub(crate) fn rows(scene: &Scene<'_>) -> Result<Vec<ConversationRow>, Failure> {
    let open = cache::conversation::open_of(scene.cache, scene.me.id)?;
    with(scene, Vec::new(), open)
}

/// The same rows after something about these conversations changed. An advisor may have hundreds, and each takes its
/// reading.
pub(crate) fn rows_after(
    scene: &Scene<'_>,
    before: &[ConversationRow],
    changed: &BTreeSet<ConversationId>,
) -> Result<Vec<ConversationRow>, Failure> {
    let others = before.iter().filter(|row| !changed.contains(&row.id)).cloned().collect();
    let mut open = Vec::new();
    for id in changed {
        let conversation = cache::conversation::load(scene.cache, *id)?;
        open.extend(conversation.filter(|conversation| is_theirs(conversation, scene.me.id)));
    }
    with(scene, others, open)
}

/// Whether a person has it, and it is not over.
fn is_theirs(conversation: &Conversation, person: PersonId) -> bool {
    use ConversationState::{Active, Snoozed, WrapUp};
    conversation.owner == Some(person) && matches!(conversation.state, Active | Snoozed | WrapUp)
}

/// Rows, and those of more conversations among them.
fn with(
    scene: &Scene<'_>,
    mut rows: Vec<ConversationRow>,
    conversations: Vec<Conversation>,
) -> Result<Vec<ConversationRow>, Failure> {
    let drafts: BTreeSet<ConversationId> = work::draft::conversations(scene.work)?.into_iter().collect();
    for conversation in conversations {
        rows.push(row(scene, conversation, &drafts)?);
    }
    rows.sort_by_key(|row| {
        let group = match (row.state, row.promise) {
            (ConversationState::Snoozed, _) => 2,
            (_, Some(_)) => 0,
            (_, None) => 1,
        };
        let within = match group {
            0 => row.promise.map_or(0, |promise| promise.due.0),
            1 => -row.last_at.0,
            _ => row.snoozed_until.map_or(0, |at| at.0),
        };
        (group, within, row.id)
    });
    Ok(rows)
}

fn row(
    scene: &Scene<'_>,
    conversation: Conversation,
    drafts: &BTreeSet<ConversationId>,
) -> Result<ConversationRow, Failure> {
    let id = conversation.id;
    let customer_name = scene.customer(conversation.customer)?.map(|c| c.name).unwrap_or_default();
    let mut last_side = conversation.last.as_ref().map(|last| last.side);
    let mut last_text =
        conversation.last.as_ref().map_or_else(|| conversation.subject.clone(), |last| last.text.clone());
    let mut last_at = conversation.last.as_ref().map_or(conversation.opened_at, |last| last.at);
    let mut promise = conversation.promise;
    let (mut unread, mut attention) = (conversation.unread, false);
    for row in scene.pending_in(id) {
        attention |= row.state.needs_attention();
        if row.state.needs_attention() {
            continue;
        }
        match &row.command.intent {
            Intent::Reply { text, .. } => {
                last_side = Some(Side::Company);
                last_text = text.split_whitespace().collect::<Vec<_>>().join(" ").into();
                last_at = row.made_at;
                promise = None;
                unread = 0;
            }
            // What was read here is read, also before the service knows.
            Intent::Read { upto, .. } if *upto >= conversation.lines => unread = 0,
            _ => {}
        }
    }
    Ok(ConversationRow {
        id,
        customer_name,
        channel: conversation.channel,
        state: conversation.state,
        last_side,
        last_text,
        last_at,
        unread,
        promise,
        snoozed_until: conversation.snoozed_until,
        wrap_up_until: conversation.wrap_up_until,
        parked: conversation.parked,
        draft: drafts.contains(&id),
        attention,
        typing: scene.moment.typing.contains_key(&(id, None)),
    })
}
