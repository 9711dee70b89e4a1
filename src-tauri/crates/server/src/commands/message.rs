//! Answering, noting, reading.

use model::{
    Attachment, Author, Channel, CommandId, ConversationId, ConversationState, MessageId, MessageKind,
    Person, PersonId, Personal, limits::ATTACHMENTS, wire::Rejection,
};

use super::{Done, Effect, Halt, conversation_of, own_conversation, text_fits, visible_conversation};
use crate::{
    blobs,
    conversations::{self, Line, add_line, save},
    deadlines::{self, Kind},
    messages, scope,
    tx::Tx,
};

/// How long a colleague who was called in a note keeps the customer in sight.
const MENTION_SIGHT: i64 = 7 * model::at::DAY;

pub(super) fn reply(
    tx: &mut Tx<'_>,
    me: &Person,
    id: CommandId,
    conversation: ConversationId,
    text: Personal,
    attachments: Vec<Attachment>,
) -> Effect {
    let mut conversation = conversation_of(tx, conversation)?;
    if conversation.owner != Some(me.id) {
        return Err(Halt::Refused(Rejection::NotAssigned, "Somebody else has this conversation."));
    }
    if conversation.channel == Channel::Voice {
        return Err(Halt::Refused(Rejection::Invalid, "A caller reads nothing. Write a note instead."));
    }
    if conversation.state.is_closed() {
        return Err(Halt::Refused(Rejection::Closed, "This conversation is over. Reopen it to answer."));
    }
    let line = line(tx, me, id, MessageKind::Message, text, attachments, Vec::new())?;
    if conversation.state == ConversationState::Snoozed {
        conversation.state = ConversationState::Active;
        conversation.snoozed_until = None;
        deadlines::clear(tx, Kind::Snooze, conversation.id.0)?;
    }
    let n = add_line(tx, &mut conversation, line)?;
    conversation.answered_at = conversation.answered_at.or(Some(tx.now));
    conversation.promise = None;
    conversation.read_by_owner = n;
    conversation.unread = 0;
    conversations::expect_customer(tx, &conversation)?;
    save(tx, &mut conversation)?;
    tx.touched.insert(me.id);
    Ok(Done::Changed)
}

pub(super) fn note(
    tx: &mut Tx<'_>,
    me: &Person,
    id: CommandId,
    conversation: ConversationId,
    text: Personal,
    attachments: Vec<Attachment>,
    mentions: Vec<PersonId>,
) -> Effect {
    let mut conversation = visible_conversation(tx, me, conversation)?;
    for person in &mentions {
        super::colleague(tx, *person)?;
    }
    let line = line(tx, me, id, MessageKind::Note, text, attachments, mentions.clone())?;
    let n = add_line(tx, &mut conversation, line)?;
    if conversation.owner == Some(me.id) && conversation.read_by_owner + 1 == n {
        conversation.read_by_owner = n;
    }
    save(tx, &mut conversation)?;
    for person in mentions.into_iter().filter(|person| *person != me.id) {
        scope::watch(
            tx,
            person,
            conversation.customer,
            scope::Reason::Mention,
            conversation.id.0,
            MENTION_SIGHT,
        )?;
    }
    Ok(Done::Changed)
}

/// A line that somebody at a desk wrote, checked.
pub(super) fn line(
    tx: &Tx<'_>,
    me: &Person,
    id: CommandId,
    kind: MessageKind,
    text: Personal,
    attachments: Vec<Attachment>,
    mentions: Vec<PersonId>,
) -> Result<Line, Halt> {
    text_fits(&text)?;
    if text.trim().is_empty() && attachments.is_empty() {
        return Err(Halt::Refused(Rejection::Invalid, "Write something first."));
    }
    if attachments.len() > ATTACHMENTS {
        return Err(Halt::Refused(Rejection::TooLarge, "At most 10 files go with one message."));
    }
    if messages::load(&tx.sql, id.0, tx.tenant)?.is_some() {
        return Err(Halt::Refused(Rejection::IdReused, "This command id was used for something else."));
    }
    let attachments = attachments
        .iter()
        .map(|wanted| {
            blobs::attachment(&tx.sql, tx.tenant, me.id.0, wanted)?
                .ok_or(Halt::Refused(Rejection::BlobMissing, "A file of this message was not uploaded."))
        })
        .collect::<Result<Vec<_>, Halt>>()?;
    let author = Author::Advisor { id: me.id, name: me.name.clone() };
    Ok(Line { id: MessageId(id.0), kind, author, text, attachments, mentions, activity: None })
}

pub(super) fn read(tx: &mut Tx<'_>, me: &Person, conversation: ConversationId, upto: u32) -> Effect {
    let mut conversation = own_conversation(tx, me, conversation)?;
    let upto = upto.min(conversation.lines);
    if conversation.owner != Some(me.id) || upto <= conversation.read_by_owner {
        return Ok(Done::Nothing);
    }
    conversation.read_by_owner = upto;
    conversation.unread = tx
        .sql
        .prepare_cached(
            "SELECT count(*) FROM message WHERE conversation = ?1 AND n > ?2 AND kind = 'message'
             AND json_extract(body, '$.author.by') = 'customer'",
        )?
        .query_row(rusqlite::params![conversation.id.0, upto], |row| row.get(0))?;
    save(tx, &mut conversation)?;
    Ok(Done::Changed)
}
