//! What is old enough is forgotten: the log, receipts, and visitors who never said a word nor their name. How long each is
//! kept is in [`model::limits`], where it is also proven that nobody can still ask for what is gone.

use model::{
    At,
    at::DAY,
    limits::{LOG_MS, RECEIPTS_MS, VISITOR_MS},
};
use rusqlite::params;
use uuid::Uuid;

use crate::{
    deadlines::{self, Kind},
    error::Result,
    tx::Tx,
};

/// How often it is looked for what is old.
const EVERY: i64 = DAY;
/// Rows of a kind that are forgotten at once: others who want to write do not wait long.
const ROWS: i64 = 2_000;

/// Forgets some of what is old. While there is more, it goes on as soon as others had their turn.
pub(crate) fn forget_old(tx: &mut Tx<'_>) -> Result<()> {
    let more =
        [log(tx, tx.now - LOG_MS)?, receipts(tx, tx.now - RECEIPTS_MS)?, visitors(tx, tx.now - VISITOR_MS)?];
    let more = more.contains(&true);
    deadlines::set(tx, Kind::Old, tx.tenant.0, if more { tx.now } else { tx.now + EVERY })
}

/// The beginning of the log, up to the first event that is young enough: what is left has no holes.
fn log(tx: &Tx<'_>, before: At) -> Result<bool> {
    let mut statement =
        tx.sql.prepare_cached("SELECT last, at FROM event WHERE tenant = ?1 ORDER BY seq LIMIT ?2")?;
    let mut rows = statement.query(params![tx.tenant.0, ROWS])?;
    let (mut upto, mut count) = (None, 0);
    while let Some(row) = rows.next()? {
        if row.get::<_, i64>(1)? >= before.0 {
            break;
        }
        // Never a part of what one transaction wrote: all of it is as old.
        upto = Some(row.get::<_, i64>(0)?);
        count += 1;
    }
    let Some(upto) = upto else { return Ok(false) };
    tx.sql
        .prepare_cached("DELETE FROM event WHERE tenant = ?1 AND seq <= ?2")?
        .execute(params![tx.tenant.0, upto])?;
    tx.sql
        .prepare_cached("UPDATE tenant SET forgotten = ?2 WHERE id = ?1")?
        .execute(params![tx.tenant.0, upto])?;
    Ok(count == ROWS)
}

fn receipts(tx: &Tx<'_>, before: At) -> Result<bool> {
    let gone = tx
        .sql
        .prepare_cached(
            "DELETE FROM receipt WHERE (tenant, actor, command) IN
               (SELECT tenant, actor, command FROM receipt WHERE tenant = ?1 AND at < ?2 LIMIT ?3)",
        )?
        .execute(params![tx.tenant.0, before.0, ROWS])?;
    Ok(is_full(gone))
}

/// Visitors who opened the page once and never came back, with the row that was made for them. Whoever gave a name, wrote,
/// or is known by anything else is a customer, and stays.
fn visitors(tx: &Tx<'_>, before: At) -> Result<bool> {
    let found = tx
        .sql
        .prepare_cached(
            "SELECT visitor.id, visitor.customer FROM visitor JOIN customer ON customer.id = visitor.customer
             WHERE visitor.tenant = ?1 AND visitor.conversation IS NULL AND visitor.last_seen < ?2 AND there = 0
               AND trim(json_extract(customer.body, '$.name')) = ''
               AND NOT EXISTS(SELECT 1 FROM identity WHERE identity.customer = customer.id)
               AND NOT EXISTS(SELECT 1 FROM conversation WHERE conversation.customer = customer.id)
               AND NOT EXISTS(SELECT 1 FROM fact WHERE fact.customer = customer.id)
               AND NOT EXISTS(SELECT 1 FROM score WHERE score.customer = customer.id)
               AND NOT EXISTS(SELECT 1 FROM follow_up WHERE follow_up.customer = customer.id)
               AND NOT EXISTS(SELECT 1 FROM scope WHERE scope.customer = customer.id)
             LIMIT ?3",
        )?
        .query_map(params![tx.tenant.0, before.0, ROWS], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<Vec<(Uuid, Uuid)>>>()?;
    for (visitor, customer) in &found {
        tx.sql.prepare_cached("DELETE FROM visitor WHERE id = ?")?.execute([visitor])?;
        tx.sql
            .prepare_cached(
                "DELETE FROM customer WHERE id = ?1 AND NOT EXISTS(SELECT 1 FROM visitor WHERE customer = ?1)",
            )?
            .execute([customer])?;
    }
    Ok(is_full(found.len()))
}

/// Whether there may be more.
fn is_full(rows: usize) -> bool {
    i64::try_from(rows).is_ok_and(|rows| rows >= ROWS)
}
