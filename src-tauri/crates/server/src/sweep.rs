//! What the service does when a deadline comes. Each looks at the rows as they are now: a deadline only says when to
//! look, never what to do.

use model::{
    Activity, Conversation, ConversationId, ConversationState, FollowUpId, FollowUpStatus, PersonId,
    PresenceState,
    wire::{Now, now::Notice},
};

use crate::{
    chat,
    commands::conversation::awake,
    conversations::{self, Waiting, add_activity, save},
    deadlines::{self, Due, Kind},
    error::Result,
    follow_ups,
    hub::To,
    people, presence, routing, scope,
    tx::Tx,
};

/// Takes a deadline away and does what it asks for.
pub(crate) fn one(tx: &mut Tx<'_>, due: &Due) -> Result<()> {
    if !deadlines::claim(tx, due)? {
        return Ok(());
    }
    let id = ConversationId(due.of);
    match due.kind {
        Kind::Offer => routing::missed(tx, id),
        Kind::AskAgain => routing::ask_again(tx, id),
        Kind::Presence => out_of_reach(tx, PersonId(due.of)),
        Kind::CustomerGone => chat::presence::gone(tx, due.of),
        Kind::Look => scope::end_watch(tx, due.of),
        Kind::ForgetLoop => forget_loop(tx, FollowUpId(due.of)),
        Kind::Abandon | Kind::Nudge | Kind::Park | Kind::Snooze | Kind::WrapUp | Kind::Forget => {
            match conversations::load(&tx.sql, id, tx.tenant)? {
                Some(conversation) => of_conversation(tx, due, conversation),
                None => Ok(()),
            }
        }
    }
}

fn of_conversation(tx: &mut Tx<'_>, due: &Due, mut conversation: Conversation) -> Result<()> {
    let state = conversation.state;
    match due.kind {
        Kind::Abandon if state == ConversationState::Waiting => {
            let waited = tx.now.since(conversation.waiting_since.unwrap_or(conversation.opened_at));
            abandon(tx, &mut conversation, waited)?;
        }
        Kind::Nudge if state == ConversationState::Active && conversation.promise.is_none() => {
            let idle = conversation.last.as_ref().map_or(0, |last| tx.now.since(last.at));
            add_activity(tx, &mut conversation, Activity::Silent { idle })?;
            if let Some(owner) = conversation.owner {
                let notice = Notice::Silent { conversation: conversation.id };
                tx.tell(To::Person(owner), Now::Notice { notice });
            }
        }
        Kind::Park if state == ConversationState::Active && conversation.promise.is_none() => {
            conversation.parked = true;
            tx.touched.extend(conversation.owner);
            tx.route = true;
        }
        Kind::Snooze if state == ConversationState::Snoozed => awake(tx, &mut conversation)?,
        Kind::WrapUp if state == ConversationState::WrapUp => {
            add_activity(tx, &mut conversation, Activity::WrappedUp { disposition: None })?;
            conversations::close(tx, &mut conversation, ConversationState::Resolved)?;
        }
        Kind::Forget if state.is_closed() => {
            if let Some(owner) = conversation.owner {
                scope::remove(tx, owner, conversation.customer, scope::Reason::Owner, conversation.id.0)?;
            }
            return Ok(());
        }
        _ => return Ok(()),
    }
    save(tx, &mut conversation)
}

/// A customer left the queue. The caller saves the conversation.
pub(crate) fn abandon(tx: &mut Tx<'_>, conversation: &mut Conversation, waited: i64) -> Result<()> {
    routing::withdraw(tx, conversation.id)?;
    add_activity(tx, conversation, Activity::Abandoned { waited })?;
    conversations::close(tx, conversation, ConversationState::Abandoned)
}

/// Somebody's desk has been silent for too long, or they signed off: they count as offline, and customers who wait for
/// them go back to the front of their queue.
fn out_of_reach(tx: &mut Tx<'_>, person: PersonId) -> Result<()> {
    gone(tx, person)?;
    for mut conversation in conversations::owned(&tx.sql, person, tx.tenant)? {
        let waits = conversation.state == ConversationState::Active
            && conversation.promise.is_some()
            && chat::presence::is_live(&tx.sql, conversation.id, tx.now)?;
        if waits {
            requeue(tx, &mut conversation, person)?;
            save(tx, &mut conversation)?;
        }
    }
    Ok(())
}

/// Somebody's account is closed: everything that they had goes to others.
pub(crate) fn account_closed(tx: &mut Tx<'_>, person: PersonId) -> Result<()> {
    gone(tx, person)?;
    deadlines::clear(tx, Kind::Presence, person.0)?;
    for mut conversation in conversations::owned(&tx.sql, person, tx.tenant)? {
        if conversation.state == ConversationState::WrapUp {
            add_activity(tx, &mut conversation, Activity::WrappedUp { disposition: None })?;
            conversations::close(tx, &mut conversation, ConversationState::Resolved)?;
        } else {
            requeue(tx, &mut conversation, person)?;
        }
        save(tx, &mut conversation)?;
    }
    Ok(())
}

/// Nothing rings for them any more, and they are offline.
fn gone(tx: &mut Tx<'_>, person: PersonId) -> Result<()> {
    for offer in routing::offers_to(&tx.sql, person)? {
        routing::withdraw(tx, offer.conversation)?;
        routing::pass(tx, offer.conversation, person)?;
    }
    let mut row = presence::row(&tx.sql, person)?;
    if row.state != PresenceState::Offline {
        row.state = PresenceState::Offline;
        row.reason = None;
        row.finishing = false;
        row.since = tx.now;
        presence::save(tx, person, &row)?;
    }
    Ok(())
}

/// A conversation goes back to the front of its queue because its advisor is not there. The caller saves it.
pub(crate) fn requeue(tx: &mut Tx<'_>, conversation: &mut Conversation, from: PersonId) -> Result<()> {
    let name = people::person(&tx.sql, from, tx.tenant)?.map(|p| p.name).unwrap_or_default();
    add_activity(tx, conversation, Activity::Requeued { from: name })?;
    let since = conversation.promise.map_or(tx.now, |promise| promise.from);
    let waiting = Waiting { boost: true, ..Waiting::default() };
    conversations::to_queue(tx, conversation, since, &waiting)?;
    let notice = Notice::Requeued { conversation: conversation.id };
    tx.tell(To::Person(from), Now::Notice { notice });
    Ok(())
}

/// A loop was closed long ago: it leaves its owner's sight, and its team's desks.
fn forget_loop(tx: &mut Tx<'_>, id: FollowUpId) -> Result<()> {
    match follow_ups::load(&tx.sql, id, tx.tenant)? {
        Some(done) if done.status == FollowUpStatus::Done => {
            follow_ups::log(tx, &done, done.team.clone());
            scope::remove(tx, done.owner, done.customer, scope::Reason::FollowUp, id.0)
        }
        _ => Ok(()),
    }
}
