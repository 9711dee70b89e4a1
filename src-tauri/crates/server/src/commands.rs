//! What people at desks want, done once. The receipt is stored in the same transaction as the effect; the same
//! command sent again gets the same receipt.

pub(crate) mod conversation;
mod customer;
mod follow_up;
mod hand_over;
mod library;
mod message;
mod presence;

use model::{
    CommandId, ConversationId, Intent, Person, TenantId,
    follow_up::FollowUpChange,
    limits::{LINE_CHARS, TEXT_CHARS},
    wire::{Command, Outcome, Rejection, commands::Receipt},
};
use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{
    audit, conversations,
    error::{Error, Result},
    people,
    tx::{Committed, Tx},
};

/// Why a command stops.
#[derive(Debug)]
pub(crate) enum Halt {
    /// It is refused; for good, unless a file is missing that may still be sent.
    Refused(Rejection, &'static str),
    /// A fault of the service; nothing happened and nothing is kept.
    Fault(Error),
}

impl<E: Into<Error>> From<E> for Halt {
    fn from(error: E) -> Self {
        Halt::Fault(error.into())
    }
}

/// What a command did.
#[derive(Debug)]
pub(crate) enum Done {
    /// It changed something.
    Changed,
    /// Everything was already so.
    Nothing,
    /// Somebody else was first.
    Conflict(Outcome),
}

/// What the body of a command answers.
pub(crate) type Effect = Result<Done, Halt>;

/// How long the client should wait before it sends again what cannot be done yet: its predecessor has not arrived, or it was
/// meant for the log of before a restore.
const NOT_YET_MS: u32 = 500;

/// Does one command, or finds what became of it.
pub(crate) fn handle(
    sql: &mut Connection,
    tenant: TenantId,
    me: &Person,
    now: model::At,
    command: Command,
) -> Result<(Receipt, Committed)> {
    let Command { id, after, epoch, intent, until, seen, .. } = command;
    let hash = Sha256::digest(serde_json::to_vec(&intent)?).to_vec();
    let act = (intent.kind(), intent.subject().id());
    if let Some((kept_hash, outcome)) = kept(sql, tenant, me.id.0, id)? {
        let outcome = if kept_hash == hash {
            outcome
        } else {
            refused(Rejection::IdReused, "This command id was used for something else.")
        };
        return Ok((Receipt { id, duplicate: true, outcome }, Committed::default()));
    }
    let other_log = epoch.is_some() && epoch != Some(crate::log::head(sql, tenant)?.epoch);
    let early = match after {
        Some(after) => kept::<Outcome>(sql, tenant, me.id.0, after)?.is_none(),
        None => false,
    };
    if other_log || early {
        let outcome = Outcome::Retry { after_ms: NOT_YET_MS };
        return Ok((Receipt { id, duplicate: false, outcome }, Committed::default()));
    }

    let mut tx = Tx::begin(sql.transaction()?, tenant, now)?;
    tx.by(Some(me.id), Some(id));
    let effect = in_time(until, now).and_then(|()| apply(&mut tx, me, id, intent, seen)).and_then(|done| {
        tx.settle()?;
        Ok(done)
    });
    let outcome = match effect {
        Ok(Done::Changed) => Outcome::Applied { seq: tx.flush()? },
        Ok(Done::Nothing) => Outcome::Noop { seq: tx.flush()? },
        Ok(Done::Conflict(conflict)) => conflict,
        Err(Halt::Fault(error)) => return Err(error),
        Err(Halt::Refused(code, message)) => {
            // Whatever was begun is undone; only the receipt is kept, if it is one for good.
            drop(tx);
            tx = Tx::begin(sql.transaction()?, tenant, now)?;
            refused(code, message)
        }
    };
    if outcome.is_final() {
        keep(&tx, me.id.0, id, &hash, &outcome)?;
        audit::note(&tx.sql, tenant, now, Some(me.id.0), act, &audit::result_of(&outcome))?;
    }
    let committed = tx.commit()?;
    Ok((Receipt { id, duplicate: false, outcome }, committed))
}

/// Looked at after the receipt: what was done in time stays done, however late it is asked for again.
fn in_time(until: Option<model::At>, now: model::At) -> Result<(), Halt> {
    if until.is_none_or(|until| now < until) {
        Ok(())
    } else {
        Err(Halt::Refused(Rejection::Expired, "This came too late to be sent without a look."))
    }
}

fn refused(code: Rejection, message: &str) -> Outcome {
    Outcome::Rejected { code, message: message.to_owned() }
}

/// The receipt of a command, with the hash of what was asked.
pub(crate) fn kept<T: serde::de::DeserializeOwned>(
    sql: &Connection,
    tenant: TenantId,
    actor: Uuid,
    id: CommandId,
) -> Result<Option<(Vec<u8>, T)>> {
    let found: Option<(Vec<u8>, String)> = sql
        .prepare_cached(
            "SELECT body_hash, answer FROM receipt WHERE tenant = ?1 AND actor = ?2 AND command = ?3",
        )?
        .query_row(params![tenant.0, actor, id.0], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    found.map(|(hash, answer)| Ok((hash, serde_json::from_str(&answer)?))).transpose()
}

/// Keeps the receipt of a command.
pub(crate) fn keep<T: serde::Serialize>(
    tx: &Tx<'_>,
    actor: Uuid,
    id: CommandId,
    hash: &[u8],
    answer: &T,
) -> Result<()> {
    tx.sql
        .prepare_cached(
            "INSERT INTO receipt(tenant, actor, command, body_hash, answer, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![tx.tenant.0, actor, id.0, hash, serde_json::to_string(answer)?, tx.now.0])?;
    Ok(())
}

fn apply(
    tx: &mut Tx<'_>,
    me: &Person,
    id: CommandId,
    intent: Intent,
    seen: Option<FollowUpChange>,
) -> Effect {
    match intent {
        Intent::Reply { conversation, text, attachments } => {
            message::reply(tx, me, id, conversation, text, attachments)
        }
        Intent::Note { conversation, text, attachments, mentions } => {
            message::note(tx, me, id, conversation, text, attachments, mentions)
        }
        Intent::Read { conversation, upto } => message::read(tx, me, conversation, upto),
        Intent::SetReason { conversation, reason } => conversation::set_reason(tx, me, conversation, reason),
        Intent::Sounded { conversation, sound } => conversation::sounded(tx, me, conversation, sound),
        Intent::AddFollowUp { id, customer, conversation, title, owner, due, priority, cause } => {
            let wanted = follow_up::Wanted { id, customer, conversation, title, owner, due, priority, cause };
            follow_up::add(tx, me, wanted)
        }
        Intent::ChangeFollowUp { id, change, base } => {
            follow_up::change(tx, me, id, change, base, seen.as_ref())
        }
        Intent::HandOver { target, text } => hand_over::hand_over(tx, me, id, target, text),
        Intent::Accept { conversation } => conversation::accept(tx, me, conversation),
        Intent::Decline { conversation } => conversation::decline(tx, me, conversation),
        Intent::Transfer { conversation, receiver, note } => {
            conversation::transfer(tx, me, conversation, receiver, note)
        }
        Intent::Assign { conversation, person } => conversation::assign(tx, me, conversation, person),
        Intent::Resolve { conversation } => conversation::resolve(tx, me, conversation),
        Intent::Reopen { conversation } => conversation::reopen(tx, me, conversation),
        Intent::WrapUp { conversation, disposition } => {
            conversation::wrap_up(tx, me, conversation, disposition)
        }
        Intent::Snooze { conversation, until } => conversation::snooze(tx, me, conversation, until),
        Intent::Wake { conversation } => conversation::wake(tx, me, conversation),
        Intent::End { conversation, block, why } => conversation::end(tx, me, conversation, block, why),
        Intent::Unblock { customer } => customer::unblock(tx, me, customer),
        Intent::Link { conversation, customer } => customer::link(tx, me, conversation, customer),
        Intent::Unlink { conversation } => customer::unlink(tx, me, conversation),
        Intent::Confirm { customer, identity, verified } => {
            customer::confirm(tx, me, customer, identity, verified)
        }
        Intent::Watch { conversation } => customer::watch(tx, me, conversation),
        Intent::WatchCustomer { customer } => customer::watch_customer(tx, me, customer),
        Intent::SetPresence { state, reason } => presence::set(tx, me, state, reason),
        Intent::Finish { on } => presence::finish(tx, me, on),
        Intent::OpenChannel { channel, open } => presence::open_channel(tx, me, channel, open),
        Intent::PutArticle { article } => library::put_article(tx, me, article),
        Intent::RemoveArticle { id } => library::remove_article(tx, me, id),
        Intent::PutMacro { prepared } => library::put_macro(tx, me, prepared),
        Intent::RemoveMacro { id } => library::remove_macro(tx, me, id),
    }
}

/// The conversation, or `Gone`.
fn conversation_of(tx: &Tx<'_>, id: ConversationId) -> Result<model::Conversation, Halt> {
    conversations::load(&tx.sql, id, tx.tenant)?
        .ok_or(Halt::Refused(Rejection::Gone, "There is no such conversation."))
}

/// The conversation, if it is the person's own; a supervisor may act on anybody's.
fn own_conversation(tx: &Tx<'_>, me: &Person, id: ConversationId) -> Result<model::Conversation, Halt> {
    let conversation = conversation_of(tx, id)?;
    if conversation.owner == Some(me.id) || me.role == model::Role::Supervisor {
        Ok(conversation)
    } else {
        Err(Halt::Refused(Rejection::NotAssigned, "Somebody else has this conversation."))
    }
}

/// A conversation that the person may read: its customer is in their sight.
fn visible_conversation(tx: &Tx<'_>, me: &Person, id: ConversationId) -> Result<model::Conversation, Halt> {
    let conversation = conversation_of(tx, id)?;
    if crate::scope::has(&tx.sql, me.id, conversation.customer)? {
        Ok(conversation)
    } else {
        Err(Halt::Refused(Rejection::Gone, "There is no such conversation."))
    }
}

/// A colleague who is still there.
fn colleague(tx: &Tx<'_>, id: model::PersonId) -> Result<Person, Halt> {
    people::person(&tx.sql, id, tx.tenant)?
        .filter(|person| person.active)
        .ok_or(Halt::Refused(Rejection::Invalid, "There is no such colleague."))
}

/// Only supervisors may.
fn supervisor(me: &Person) -> Result<(), Halt> {
    if me.role == model::Role::Supervisor {
        Ok(())
    } else {
        Err(Halt::Refused(Rejection::Forbidden, "Only a supervisor may do this."))
    }
}

/// Not longer than a message may be.
fn text_fits(text: &str) -> Result<(), Halt> {
    if text.chars().count() > TEXT_CHARS {
        return Err(Halt::Refused(
            Rejection::TooLarge,
            "This text is longer than 32,000 characters. Shorten it.",
        ));
    }
    Ok(())
}

/// One line: neither empty nor longer than a title may be.
fn title_fits(text: &str) -> Result<(), Halt> {
    if text.trim().is_empty() {
        return Err(Halt::Refused(Rejection::Invalid, "Write at least a word."));
    }
    if text.chars().count() > LINE_CHARS {
        return Err(Halt::Refused(
            Rejection::TooLarge,
            "This line is longer than 300 characters. Shorten it.",
        ));
    }
    Ok(())
}
