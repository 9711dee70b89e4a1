//! Taking, giving away, putting aside and ending conversations.

use model::{
    Activity, Channel, Conversation, ConversationId, ConversationState, Person, PersonId, Personal, Role,
    Slug,
    at::DAY,
    call::{INVITE_WITHIN, LineSound},
    intent::Receiver,
    limits::LINE_CHARS,
    wire::Rejection,
};
use uuid::Uuid;

use super::{
    Done, Effect, Halt, colleague, conversation_of, own_conversation, supervisor, text_fits,
    visible_conversation,
};
use crate::{
    conversations::{self, Line, Waiting, add_activity, add_line, save},
    customers,
    deadlines::{self, Kind},
    people, presence, routing,
    tx::Tx,
};

/// The longest snooze.
const LONGEST_SNOOZE: i64 = 90 * DAY;

pub(super) fn accept(tx: &mut Tx<'_>, me: &Person, id: ConversationId) -> Effect {
    let mut conversation = conversation_of(tx, id)?;
    if conversation.owner == Some(me.id) && conversation.state == ConversationState::Active {
        return Ok(Done::Nothing);
    }
    if conversation.state != ConversationState::Waiting {
        return Err(Halt::Refused(Rejection::NotOffered, "Somebody else took it."));
    }
    let everybody = people::everybody(&tx.sql, tx.tenant)?;
    match routing::offer(&tx.sql, id)? {
        Some(offer) if offer.person == me.id => {
            routing::withdraw(tx, id)?;
        }
        Some(_) => return Err(Halt::Refused(Rejection::NotOffered, "It is being offered to somebody else.")),
        None if me.role == Role::Supervisor
            || routing::can_answer(&tx.workspace, &everybody, me, &conversation) => {}
        None => return Err(Halt::Refused(Rejection::NotOffered, "It waits in a queue that is not yours.")),
    }
    phone_is_there(tx, me, &conversation)?;
    take(tx, me, &mut conversation)?;
    add_activity(tx, &mut conversation, Activity::Accepted { by: me.name.clone() })?;
    save(tx, &mut conversation)?;
    Ok(Done::Changed)
}

/// Makes a waiting conversation the person's own.
fn take(tx: &mut Tx<'_>, person: &Person, conversation: &mut Conversation) -> Result<(), Halt> {
    conversations::set_waiting(tx, conversation.id, &Waiting::default())?;
    conversations::own(tx, conversation, person.id)?;
    if conversations::is_live_call(conversation) {
        deadlines::set(tx, Kind::Invite, conversation.id.0, tx.now + INVITE_WITHIN)?;
    }
    presence::worked(tx, person.id)?;
    // They have something more now, and others who wait may be offered to somebody else.
    tx.route = true;
    Ok(())
}

/// A call is taken on a telephone, and on one that no other call is on.
fn phone_is_there(tx: &Tx<'_>, person: &Person, conversation: &Conversation) -> Result<(), Halt> {
    if !conversations::is_live_call(conversation) {
        return Ok(());
    }
    let row = presence::row(&tx.sql, person.id)?;
    if presence::has_room(tx, person.id, &row, Channel::Voice)? {
        Ok(())
    } else {
        Err(Halt::Refused(Rejection::Invalid, "There is no telephone for this call, or it is in use."))
    }
}

/// A call that is over cannot be given to anybody: nobody is on the line.
fn is_no_ended_call(conversation: &Conversation) -> Result<(), Halt> {
    if conversation.channel == Channel::Voice && !conversations::is_live_call(conversation) {
        return Err(Halt::Refused(Rejection::Closed, "This call is over."));
    }
    Ok(())
}

/// How the call sounded, as whoever has or had it tells at its end.
pub(super) fn sounded(tx: &mut Tx<'_>, me: &Person, id: ConversationId, sound: LineSound) -> Effect {
    let mut conversation = visible_conversation(tx, me, id)?;
    let Some(call) = &mut conversation.call else {
        return Err(Halt::Refused(Rejection::Invalid, "It is no call."));
    };
    if call.sound.replace(sound) == Some(sound) {
        return Ok(Done::Nothing);
    }
    save(tx, &mut conversation)?;
    Ok(Done::Changed)
}

pub(super) fn decline(tx: &mut Tx<'_>, me: &Person, id: ConversationId) -> Effect {
    let mut conversation = conversation_of(tx, id)?;
    if routing::offer(&tx.sql, id)?.is_none_or(|offer| offer.person != me.id) {
        return Err(Halt::Refused(Rejection::NotOffered, "It is not offered to you any more."));
    }
    routing::withdraw(tx, id)?;
    routing::pass(tx, id, me.id)?;
    add_activity(tx, &mut conversation, Activity::Declined { by: me.name.clone() })?;
    save(tx, &mut conversation)?;
    Ok(Done::Changed)
}

pub(super) fn transfer(
    tx: &mut Tx<'_>,
    me: &Person,
    id: ConversationId,
    receiver: Receiver,
    note: Option<Personal>,
) -> Effect {
    let mut conversation = own_conversation(tx, me, id)?;
    still_going(&conversation)?;
    is_no_ended_call(&conversation)?;
    if let Some(note) = &note {
        text_fits(note)?;
    }
    // To whom first: nothing may be done when the answer is that nothing is to be done.
    let (name, for_person) = match receiver {
        Receiver::Queue(queue) => {
            let found = tx
                .workspace
                .queue(&queue)
                .ok_or(Halt::Refused(Rejection::Invalid, "There is no such queue."))?;
            let name = found.name.clone();
            // Those of the old queue lose it from their list, whatever their queues are.
            tx.tell(crate::hub::To::Everybody, model::wire::Now::Waiting { conversation: id, item: None });
            conversation.queue = queue;
            (name, None)
        }
        Receiver::Person(person) => {
            let person = colleague(tx, person)?;
            if Some(person.id) == conversation.owner {
                return Ok(Done::Nothing);
            }
            if !routing::takes_by_name(tx, &person, conversation.channel)? {
                return Err(Halt::Refused(
                    Rejection::Invalid,
                    "This colleague takes nothing now. Choose another.",
                ));
            }
            (person.name, Some(person.id))
        }
    };
    if let Some(text) = note.filter(|note| !note.trim().is_empty()) {
        let line = Line {
            id: model::MessageId(Uuid::now_v7()),
            kind: model::MessageKind::Note,
            author: model::Author::Advisor { id: me.id, name: me.name.clone() },
            text,
            attachments: Vec::new(),
            mentions: Vec::new(),
            activity: None,
        };
        add_line(tx, &mut conversation, line)?;
    }
    add_activity(tx, &mut conversation, Activity::Transferred { by: me.name.clone(), to: name })?;
    routing::withdraw(tx, id)?;
    // The giver is not asked to take it back at once.
    routing::pass(tx, id, me.id)?;
    let since = conversation.promise.map_or(tx.now, |promise| promise.from);
    let waiting = Waiting { for_person, given_by: Some(me.name.clone()), boost: true, ..Waiting::default() };
    conversations::to_queue(tx, &mut conversation, since, &waiting)?;
    save(tx, &mut conversation)?;
    Ok(Done::Changed)
}

/// The customer is still being helped: neither over nor being written up.
fn still_going(conversation: &Conversation) -> Result<(), Halt> {
    if conversation.state.is_closed() || conversation.state == ConversationState::WrapUp {
        return Err(Halt::Refused(Rejection::Closed, "This conversation is over."));
    }
    Ok(())
}

pub(super) fn assign(tx: &mut Tx<'_>, me: &Person, id: ConversationId, person: PersonId) -> Effect {
    supervisor(me)?;
    let mut conversation = conversation_of(tx, id)?;
    let person = colleague(tx, person)?;
    still_going(&conversation)?;
    if conversation.owner == Some(person.id) {
        return Ok(Done::Nothing);
    }
    phone_is_there(tx, &person, &conversation)?;
    routing::withdraw(tx, id)?;
    take(tx, &person, &mut conversation)?;
    let activity = Activity::Assigned { by: me.name.clone(), to: person.name.clone() };
    add_activity(tx, &mut conversation, activity)?;
    save(tx, &mut conversation)?;
    Ok(Done::Changed)
}

pub(super) fn resolve(tx: &mut Tx<'_>, me: &Person, id: ConversationId) -> Effect {
    let mut conversation = own_conversation(tx, me, id)?;
    if conversation.owner.is_none() {
        return Err(Halt::Refused(Rejection::NotAssigned, "Take this conversation first."));
    }
    match conversation.state {
        ConversationState::WrapUp | ConversationState::Resolved => return Ok(Done::Nothing),
        ConversationState::Abandoned => {
            return Err(Halt::Refused(Rejection::Closed, "This conversation is over."));
        }
        ConversationState::Waiting | ConversationState::Active | ConversationState::Snoozed => {}
    }
    to_wrap_up(tx, &mut conversation, Activity::Resolved { by: me.name.clone() })?;
    save(tx, &mut conversation)?;
    Ok(Done::Changed)
}

/// An owned conversation is over for the customer; its owner writes up what it was.
pub(crate) fn to_wrap_up(
    tx: &mut Tx<'_>,
    conversation: &mut Conversation,
    activity: Activity,
) -> crate::error::Result<()> {
    add_activity(tx, conversation, activity)?;
    begin_wrap_up(tx, conversation)
}

/// The owner's time to write up begins. The caller saves the conversation.
pub(crate) fn begin_wrap_up(tx: &mut Tx<'_>, conversation: &mut Conversation) -> crate::error::Result<()> {
    let seconds = conversations::queue_of(&tx.workspace, conversation).map_or(60, |queue| queue.wrap_up_s);
    let until = tx.now + i64::from(seconds) * 1_000;
    conversation.state = ConversationState::WrapUp;
    conversation.wrap_up_until = Some(until);
    conversation.snoozed_until = None;
    conversation.promise = None;
    conversation.parked = false;
    // Whoever called has no page on which to answer.
    conversation.asks = (conversation.channel != Channel::Voice)
        .then(|| tx.workspace.asks(&conversation.queue, conversation.reason.as_ref()))
        .flatten();
    for kind in [Kind::Nudge, Kind::Park, Kind::Snooze] {
        deadlines::clear(tx, kind, conversation.id.0)?;
    }
    deadlines::set(tx, Kind::WrapUp, conversation.id.0, until)?;
    tx.touched.extend(conversation.owner);
    tx.route = true;
    Ok(())
}

pub(super) fn reopen(tx: &mut Tx<'_>, me: &Person, id: ConversationId) -> Effect {
    let mut conversation = own_conversation(tx, me, id)?;
    if !matches!(
        conversation.state,
        ConversationState::WrapUp | ConversationState::Resolved | ConversationState::Abandoned
    ) {
        return Ok(Done::Nothing);
    }
    let owner = conversation.owner.unwrap_or(me.id);
    conversation.disposition = None;
    conversations::own(tx, &mut conversation, owner)?;
    add_activity(tx, &mut conversation, Activity::Reopened { by: Some(me.name.clone()) })?;
    save(tx, &mut conversation)?;
    Ok(Done::Changed)
}

pub(super) fn wrap_up(tx: &mut Tx<'_>, me: &Person, id: ConversationId, disposition: Slug) -> Effect {
    let mut conversation = own_conversation(tx, me, id)?;
    let name = tx
        .workspace
        .disposition(&disposition)
        .map(|d| d.name.clone())
        .ok_or(Halt::Refused(Rejection::Invalid, "There is no such outcome in this workspace."))?;
    match conversation.state {
        ConversationState::WrapUp => {
            conversation.disposition = Some(disposition);
            conversations::close(tx, &mut conversation, ConversationState::Resolved)?;
        }
        // Chosen late or corrected: the outcome counts, whenever it is given.
        ConversationState::Resolved if conversation.disposition.as_ref() != Some(&disposition) => {
            conversation.disposition = Some(disposition);
        }
        ConversationState::Resolved => return Ok(Done::Nothing),
        _ => return Err(Halt::Refused(Rejection::Invalid, "Resolve this conversation first.")),
    }
    add_activity(tx, &mut conversation, Activity::WrappedUp { disposition: Some(name) })?;
    save(tx, &mut conversation)?;
    Ok(Done::Changed)
}

pub(super) fn snooze(tx: &mut Tx<'_>, me: &Person, id: ConversationId, until: model::At) -> Effect {
    let mut conversation = own_conversation(tx, me, id)?;
    if !matches!(conversation.state, ConversationState::Active | ConversationState::Snoozed) {
        return Err(Halt::Refused(Rejection::Invalid, "Only an open conversation can be put aside."));
    }
    if conversations::is_live_call(&conversation) {
        return Err(Halt::Refused(Rejection::Invalid, "Somebody is on the line. Hang up first."));
    }
    if until <= tx.now || until.since(tx.now) > LONGEST_SNOOZE {
        return Err(Halt::Refused(Rejection::Invalid, "Choose a time between now and 90 days from now."));
    }
    conversation.state = ConversationState::Snoozed;
    conversation.snoozed_until = Some(until);
    deadlines::set(tx, Kind::Snooze, id.0, until)?;
    deadlines::clear(tx, Kind::Nudge, id.0)?;
    deadlines::clear(tx, Kind::Park, id.0)?;
    add_activity(tx, &mut conversation, Activity::Snoozed { by: me.name.clone(), until })?;
    save(tx, &mut conversation)?;
    tx.touched.extend(conversation.owner);
    tx.route = true;
    Ok(Done::Changed)
}

pub(super) fn wake(tx: &mut Tx<'_>, me: &Person, id: ConversationId) -> Effect {
    let mut conversation = own_conversation(tx, me, id)?;
    if conversation.state != ConversationState::Snoozed {
        return Ok(Done::Nothing);
    }
    awake(tx, &mut conversation)?;
    save(tx, &mut conversation)?;
    Ok(Done::Changed)
}

/// Back from snooze.
pub(crate) fn awake(tx: &mut Tx<'_>, conversation: &mut Conversation) -> crate::error::Result<()> {
    deadlines::clear(tx, Kind::Snooze, conversation.id.0)?;
    conversation.state = ConversationState::Active;
    conversation.snoozed_until = None;
    conversation.parked = false;
    tx.touched.extend(conversation.owner);
    add_activity(tx, conversation, Activity::Woke)
}

pub(super) fn end(tx: &mut Tx<'_>, me: &Person, id: ConversationId, block: bool, why: String) -> Effect {
    let mut conversation = own_conversation(tx, me, id)?;
    if why.trim().is_empty() || why.chars().count() > LINE_CHARS {
        return Err(Halt::Refused(Rejection::Invalid, "Say in a line why this chat is ended."));
    }
    let over = conversation.state.is_closed() || conversation.state == ConversationState::WrapUp;
    let mut blocks = false;
    if block && let Some(mut customer) = customers::load(&tx.sql, conversation.customer, tx.tenant)? {
        blocks = !customer.blocked;
        customer.blocked = true;
        if blocks {
            customers::save(tx, &mut customer)?;
        }
    }
    if over && !blocks {
        return Ok(Done::Nothing);
    }
    let activity = Activity::AdvisorEnded { by: me.name.clone(), blocked: block, why };
    if over {
        // Ended already: only the door is shut behind it.
        add_activity(tx, &mut conversation, activity)?;
    } else if conversation.owner.is_some() {
        to_wrap_up(tx, &mut conversation, activity)?;
    } else {
        routing::withdraw(tx, id)?;
        add_activity(tx, &mut conversation, activity)?;
        conversations::close(tx, &mut conversation, ConversationState::Resolved)?;
    }
    // Whoever is shown the door is not asked how they liked it.
    conversation.asks = None;
    save(tx, &mut conversation)?;
    Ok(Done::Changed)
}

pub(super) fn set_reason(tx: &mut Tx<'_>, me: &Person, id: ConversationId, reason: Option<Slug>) -> Effect {
    let mut conversation = visible_conversation(tx, me, id)?;
    if conversation.reason == reason {
        return Ok(Done::Nothing);
    }
    let name = match &reason {
        Some(reason) => Some(
            tx.workspace
                .reason(reason)
                .map(|r| r.name.clone())
                .ok_or(Halt::Refused(Rejection::Invalid, "There is no such reason in this workspace."))?,
        ),
        None => None,
    };
    conversation.reason = reason;
    add_activity(tx, &mut conversation, Activity::Reason { by: me.name.clone(), reason: name })?;
    save(tx, &mut conversation)?;
    if conversation.state == ConversationState::Waiting {
        tx.queued.insert(id);
    }
    Ok(Done::Changed)
}
