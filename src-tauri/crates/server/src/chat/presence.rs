//! Whether a customer is there: their page is connected, or was a moment ago.

use model::{
    At, Channel, Conversation, ConversationId, ConversationState, CustomerId, PersonId, at::MINUTE, wire::Now,
};
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use crate::{
    conversations,
    deadlines::{self, Kind},
    error::Result,
    hub::To,
    scope,
    tx::Tx,
};

/// A chat stays live for so long after the customer's page was connected last.
pub(crate) const LIVE: i64 = 2 * MINUTE;

/// Whether an answer reaches the customer of a conversation at once.
pub(crate) fn is_live(sql: &Connection, id: ConversationId, now: At) -> Result<bool> {
    Ok(sql
        .prepare_cached(
            "SELECT EXISTS(SELECT 1 FROM visitor WHERE conversation = ?1 AND (there > 0 OR last_seen > ?2))",
        )?
        .query_row(params![id.0, (now - LIVE).0], |row| row.get(0))?)
}

/// The conversations with a live customer among those that a person's desk holds.
pub(crate) fn live_of(sql: &Connection, person: PersonId, now: At) -> Result<Vec<ConversationId>> {
    let mut statement = sql.prepare_cached(
        "SELECT DISTINCT conversation.id FROM scope JOIN conversation ON conversation.customer = scope.customer
         JOIN visitor ON visitor.conversation = conversation.id
         WHERE scope.person = ?1 AND (there > 0 OR last_seen > ?2)",
    )?;
    let ids = statement.query_map(params![person.0, (now - LIVE).0], |row| row.get::<_, Uuid>(0))?;
    ids.map(|id| Ok(ConversationId(id?))).collect()
}

/// A page of a visitor connected (`pages` are open now) or went away.
pub(crate) fn pages_changed(tx: &mut Tx<'_>, visitor: Uuid, pages: usize) -> Result<()> {
    let count = i64::try_from(pages).unwrap_or(0);
    tx.sql
        .prepare_cached("UPDATE visitor SET there = ?2, last_seen = ?3 WHERE id = ?1")?
        .execute(params![visitor, count, tx.now.0])?;
    if pages == 0 {
        deadlines::set(tx, Kind::CustomerGone, visitor, tx.now + LIVE)?;
    } else {
        deadlines::clear(tx, Kind::CustomerGone, visitor)?;
    }
    let Some(conversation) = conversation_of(&tx.sql, visitor)? else { return Ok(()) };
    let Some(conversation) = conversations::load(&tx.sql, conversation, tx.tenant)? else { return Ok(()) };
    if pages > 0 {
        tell(tx, &conversation, true)?;
        deadlines::clear(tx, Kind::Abandon, conversation.id.0)
    } else {
        expect_back(tx, &conversation)
    }
}

/// A customer who writes without an open page is there at this moment, and may be gone at the next.
pub(crate) fn spoke(tx: &Tx<'_>, visitor: Uuid, conversation: &Conversation) -> Result<()> {
    let pages: i64 = tx
        .sql
        .prepare_cached("UPDATE visitor SET last_seen = ?2 WHERE id = ?1 RETURNING there")?
        .query_row(params![visitor, tx.now.0], |row| row.get(0))?;
    if pages > 0 {
        return Ok(());
    }
    deadlines::set(tx, Kind::CustomerGone, visitor, tx.now + LIVE)?;
    expect_back(tx, conversation)
}

/// A customer who waits and went away counts as having left the queue after a while. Whoever was answered before has
/// a conversation that goes on without them.
fn expect_back(tx: &Tx<'_>, conversation: &Conversation) -> Result<()> {
    let waits = conversation.state == ConversationState::Waiting && conversation.channel == Channel::Chat;
    if !waits || conversation.answered_at.is_some() {
        return Ok(());
    }
    let id = conversation.id;
    let seconds = conversations::queue_of(&tx.workspace, conversation).map_or(120, |queue| queue.abandon_s);
    deadlines::set(tx, Kind::Abandon, id.0, tx.now + i64::from(seconds) * 1_000)
}

/// A visitor has been away for so long that their chat is not live any more.
pub(crate) fn gone(tx: &mut Tx<'_>, visitor: Uuid) -> Result<()> {
    let Some(id) = conversation_of(&tx.sql, visitor)? else { return Ok(()) };
    match conversations::load(&tx.sql, id, tx.tenant)? {
        Some(conversation) => tell(tx, &conversation, false),
        None => Ok(()),
    }
}

fn tell(tx: &mut Tx<'_>, conversation: &Conversation, there: bool) -> Result<()> {
    let seeing = scope::people(&tx.sql, conversation.customer)?;
    tx.tell(To::People(seeing), Now::CustomerThere { conversation: conversation.id, there });
    Ok(())
}

/// The conversations of a customer who is there.
pub(crate) fn live_with(sql: &Connection, customer: CustomerId, now: At) -> Result<Vec<ConversationId>> {
    let mut statement = sql.prepare_cached(
        "SELECT DISTINCT conversation.id FROM conversation JOIN visitor ON visitor.conversation = conversation.id
         WHERE conversation.customer = ?1 AND (there > 0 OR last_seen > ?2)",
    )?;
    let ids = statement.query_map(params![customer.0, (now - LIVE).0], |row| row.get::<_, Uuid>(0))?;
    ids.map(|id| Ok(ConversationId(id?))).collect()
}

fn conversation_of(sql: &Connection, visitor: Uuid) -> Result<Option<ConversationId>> {
    Ok(sql
        .prepare_cached("SELECT conversation FROM visitor WHERE id = ?")?
        .query_row([visitor], |row| row.get::<_, Option<Uuid>>(0))
        .optional()?
        .flatten()
        .map(ConversationId))
}

/// No page is connected after a restart of the service.
pub(crate) fn after_restart(sql: &Connection, now: At) -> Result<()> {
    sql.execute(
        "INSERT OR REPLACE INTO deadline(kind, ref, tenant, at)
         SELECT 'customer_gone', id, tenant, ?1 FROM visitor WHERE there > 0",
        [(now + LIVE).0],
    )?;
    sql.execute("UPDATE visitor SET there = 0, last_seen = ?1 WHERE there > 0", [now.0])?;
    Ok(())
}
