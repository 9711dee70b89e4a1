//! What stands above an open conversation.

use model::{ConversationId, Intent};
use store::cache;

use super::Scene;
use crate::{Failure, view::Header};

pub(crate) fn header(scene: &Scene<'_>, id: ConversationId) -> Result<Option<Header>, Failure> {
    let Some(conversation) = cache::conversation::load(scene.cache, id)? else { return Ok(None) };
    let customer_name = scene.customer(conversation.customer)?.map(|c| c.name).unwrap_or_default();
    let typing = scene
        .moment
        .typing
        .keys()
        .filter(|(where_, who)| *where_ == id && *who != Some(scene.me.id))
        .map(|(_, who)| who.map_or_else(|| customer_name.to_string(), |who| scene.name_of(who)))
        .collect();
    let viewing = scene
        .moment
        .viewing
        .get(&id)
        .into_iter()
        .flatten()
        .filter(|person| **person != scene.me.id)
        .map(|person| scene.name_of(*person))
        .collect();
    let read_upto =
        scene.pending_in(id).fold(conversation.read_by_owner, |upto, row| match &row.command.intent {
            Intent::Read { upto: here, .. } => upto.max(*here),
            _ => upto,
        });
    Ok(Some(Header {
        id,
        customer: conversation.customer,
        customer_name,
        channel: conversation.channel,
        queue_name: scene.queue_name(&conversation.queue),
        queue: conversation.queue,
        state: conversation.state,
        subject: conversation.subject,
        language: conversation.language,
        reason: scene.reason(id, conversation.reason),
        promise: conversation.promise,
        owner: conversation.owner.map(|owner| scene.name_of(owner)),
        mine: conversation.owner == Some(scene.me.id),
        live: scene.moment.there.contains(&id),
        typing,
        viewing,
        snoozed_until: conversation.snoozed_until,
        wrap_up_until: conversation.wrap_up_until,
        disposition: conversation.disposition,
        parked: conversation.parked,
        read_upto,
        asks: conversation.asks,
        hand_over: conversation.hand_over,
        may_be: conversation.may_be,
        call: conversation.call.clone(),
        linked: conversation.linked_from.is_some(),
    }))
}
