//! Who the customer is, and looking at them.

use model::{
    Activity, Conversation, ConversationId, Customer, CustomerId, IdentityId, Person, Role, Trust,
    at::MINUTE, wire::Rejection,
};

use super::{Done, Effect, Halt, conversation_of, own_conversation};
use crate::{
    chat::start,
    conversations::{add_activity, save},
    customers, follow_ups, scope, scores,
    tx::Tx,
};

/// How long a look at somebody else's customer lasts.
const LOOK: i64 = 30 * MINUTE;

const GONE: Halt = Halt::Refused(Rejection::Gone, "There is no such customer.");

pub(super) fn link(tx: &mut Tx<'_>, me: &Person, id: ConversationId, customer: CustomerId) -> Effect {
    let mut conversation = own_conversation(tx, me, id)?;
    let Some(known) = customers::load(&tx.sql, customer, tx.tenant)? else { return Err(GONE) };
    if conversation.customer == known.id {
        return Ok(Done::Nothing);
    }
    // Linked once more to somebody else, it still goes back to the visitor it came from.
    let visitor = conversation.linked_from.unwrap_or(conversation.customer);
    conversation.linked_from = Some(visitor).filter(|visitor| *visitor != known.id);
    conversation.may_be = None;
    give(tx, &mut conversation, &known, Activity::Linked { by: me.name.clone() })
}

pub(super) fn unlink(tx: &mut Tx<'_>, me: &Person, id: ConversationId) -> Effect {
    let mut conversation = own_conversation(tx, me, id)?;
    let Some(visitor) = conversation.linked_from.take() else { return Ok(Done::Nothing) };
    let Some(visitor) = customers::load(&tx.sql, visitor, tx.tenant)? else { return Err(GONE) };
    conversation.may_be = start::may_be(tx, &visitor)?;
    give(tx, &mut conversation, &visitor, Activity::Unlinked { by: me.name.clone() })
}

/// Gives a conversation, with the loops and scores that came from it, to another customer.
fn give(tx: &mut Tx<'_>, conversation: &mut Conversation, to: &Customer, activity: Activity) -> Effect {
    let (id, from) = (conversation.id, conversation.customer);
    conversation.customer = to.id;
    add_activity(tx, conversation, activity)?;
    save(tx, conversation)?;
    show_to_visitor(tx, id, to.id)?;
    let loops = follow_ups::move_all(tx, id, from, to)?;
    scores::move_all(tx, id, from, to.id)?;
    scope::move_conversation(tx, id, &loops, from, to.id)?;
    Ok(Done::Changed)
}

/// The visitor's next conversation belongs to the same customer.
fn show_to_visitor(tx: &Tx<'_>, id: ConversationId, customer: CustomerId) -> crate::error::Result<()> {
    tx.sql.execute("UPDATE visitor SET customer = ?2 WHERE conversation = ?1", [id.0, customer.0])?;
    Ok(())
}

pub(super) fn confirm(
    tx: &mut Tx<'_>,
    me: &Person,
    customer: CustomerId,
    identity: IdentityId,
    verified: bool,
) -> Effect {
    if !scope::has(&tx.sql, me.id, customer)? {
        return Err(GONE);
    }
    let Some(mut customer) = customers::load(&tx.sql, customer, tx.tenant)? else { return Err(GONE) };
    let trust = if verified { Trust::Verified } else { Trust::Claimed };
    let Some(known) = customer.identities.iter_mut().find(|known| known.id == identity) else {
        return Err(Halt::Refused(Rejection::Gone, "There is no such identity."));
    };
    if known.trust == trust {
        return Ok(Done::Nothing);
    }
    known.trust = trust;
    customers::save(tx, &mut customer)?;
    Ok(Done::Changed)
}

pub(super) fn unblock(tx: &mut Tx<'_>, me: &Person, customer: CustomerId) -> Effect {
    if me.role != Role::Supervisor && !scope::has(&tx.sql, me.id, customer)? {
        return Err(GONE);
    }
    let Some(mut customer) = customers::load(&tx.sql, customer, tx.tenant)? else { return Err(GONE) };
    if !customer.blocked {
        return Ok(Done::Nothing);
    }
    customer.blocked = false;
    customers::save(tx, &mut customer)?;
    Ok(Done::Changed)
}

pub(super) fn watch(tx: &mut Tx<'_>, me: &Person, id: ConversationId) -> Effect {
    let conversation = conversation_of(tx, id)?;
    scope::watch(tx, me.id, conversation.customer, scope::Reason::Watch, id.0, LOOK)?;
    Ok(Done::Changed)
}

pub(super) fn watch_customer(tx: &mut Tx<'_>, me: &Person, customer: CustomerId) -> Effect {
    if customers::load(&tx.sql, customer, tx.tenant)?.is_none() {
        return Err(GONE);
    }
    scope::watch(tx, me.id, customer, scope::Reason::Watch, customer.0, LOOK)?;
    Ok(Done::Changed)
}
