//! Words that were written for something that was taken away meanwhile, given to whoever has it now.

use model::{
    Activity, CommandId, Conversation, ConversationId, FollowUp, FollowUpId, MessageKind, Person, Personal,
    follow_up::FollowUpChange, intent::Target, limits, wire::Rejection,
};

use super::{Done, Effect, Halt, message, text_fits};
use crate::{conversations, follow_ups, people, scope, tx::Tx};

pub(super) fn hand_over(
    tx: &mut Tx<'_>,
    me: &Person,
    id: CommandId,
    target: Target,
    text: Personal,
) -> Effect {
    if text.trim().is_empty() {
        return Err(Halt::Refused(Rejection::Invalid, "Write something first."));
    }
    match target {
        Target::Conversation(conversation) => to_conversation(tx, me, id, conversation, &text),
        Target::FollowUp(follow_up) => to_follow_up(tx, me, follow_up, &text),
    }
}

/// A private note that calls whoever has it now.
fn to_conversation(
    tx: &mut Tx<'_>,
    me: &Person,
    id: CommandId,
    conversation: ConversationId,
    text: &str,
) -> Effect {
    // One that is out of reach and one that never was are answered alike: a stranger learns nothing.
    let gone = Halt::Refused(Rejection::Gone, "There is no such conversation.");
    let Some(mut conversation) = conversations::load(&tx.sql, conversation, tx.tenant)? else {
        return Err(gone);
    };
    if !scope::had(&tx.sql, tx.tenant, me.id, conversation.customer, tx.now - limits::HAND_OVER_MS)? {
        return Err(gone);
    }
    let owner = owner(tx, me, &conversation)?;
    let (text, mentions) = match owner {
        Some(owner) => (format!("@{}\n{text}", owner.name), vec![owner.id]),
        None => (text.to_owned(), Vec::new()),
    };
    let note = message::line(tx, me, id, MessageKind::Note, text.into(), Vec::new(), mentions)?;
    conversations::add_activity(tx, &mut conversation, Activity::HandedOver { by: me.name.clone() })?;
    conversations::add_line(tx, &mut conversation, note)?;
    conversations::save(tx, &mut conversation)?;
    Ok(Done::Changed)
}

/// Who is to be called: whoever has it, unless that is the one who hands over.
fn owner(tx: &Tx<'_>, me: &Person, conversation: &Conversation) -> Result<Option<Person>, Halt> {
    match conversation.owner.filter(|owner| *owner != me.id) {
        Some(owner) => Ok(people::person(&tx.sql, owner, tx.tenant)?),
        None => Ok(None),
    }
}

/// A line of its note that says whose words they are.
fn to_follow_up(tx: &mut Tx<'_>, me: &Person, id: FollowUpId, text: &str) -> Effect {
    let gone = Halt::Refused(Rejection::Gone, "There is no such follow-up.");
    let Some(mut follow_up) = follow_ups::load(&tx.sql, id, tx.tenant)? else { return Err(gone) };
    if !sees(tx, me, &follow_up)? {
        return Err(gone);
    }
    let line = format!("{}: {text}", me.name);
    let note = if follow_up.note.is_empty() { line } else { format!("{}\n{line}", &*follow_up.note) };
    text_fits(&note)?;
    follow_up.apply(FollowUpChange::Note(note.into()), &me.name, tx.now);
    follow_ups::save(tx, &mut follow_up)?;
    Ok(Done::Changed)
}

/// Whoever may change it may hand over too, and whoever had its customer in sight lately.
fn sees(tx: &Tx<'_>, me: &Person, follow_up: &FollowUp) -> Result<bool, Halt> {
    let since = tx.now - limits::HAND_OVER_MS;
    Ok(follow_up.team == me.team || scope::had(&tx.sql, tx.tenant, me.id, follow_up.customer, since)?)
}
