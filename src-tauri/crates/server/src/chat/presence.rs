//! Whether a customer is there: their page is connected, or was a moment ago.

use model::{At, ConversationId, ConversationState, TenantId, at::MINUTE, wire::Now};
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use crate::{
    conversations,
    deadlines::{self, Kind},
    error::Result,
    hub::To,
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

/// The conversations with a live customer among those of a person's desk.
pub(crate) fn live_of(
    sql: &Connection,
    tenant: TenantId,
    person: model::PersonId,
    now: At,
) -> Result<Vec<ConversationId>> {
    conversations::owned(sql, person, tenant)?
        .into_iter()
        .map(|c| Ok(is_live(sql, c.id, now)?.then_some(c.id)))
        .filter_map(Result::transpose)
        .collect()
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
    if pages > 0 {
        tell(tx, conversation, true);
        deadlines::clear(tx, Kind::Abandon, conversation.0)
    } else {
        expect_back(tx, conversation)
    }
}

/// A customer who waits and went away counts as having left the queue after a while.
fn expect_back(tx: &Tx<'_>, id: ConversationId) -> Result<()> {
    let Some(conversation) = conversations::load(&tx.sql, id, tx.tenant)? else { return Ok(()) };
    if conversation.state != ConversationState::Waiting || conversation.channel != model::Channel::Chat {
        return Ok(());
    }
    let seconds = conversations::queue_of(&tx.workspace, &conversation).map_or(120, |queue| queue.abandon_s);
    deadlines::set(tx, Kind::Abandon, id.0, tx.now + i64::from(seconds) * 1_000)
}

/// A visitor has been away for so long that their chat is not live any more.
pub(crate) fn gone(tx: &mut Tx<'_>, visitor: Uuid) -> Result<()> {
    if let Some(conversation) = conversation_of(&tx.sql, visitor)? {
        tell(tx, conversation, false);
    }
    Ok(())
}

fn tell(tx: &mut Tx<'_>, conversation: ConversationId, there: bool) {
    tx.tell(To::Everybody, Now::CustomerThere { conversation, there });
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
