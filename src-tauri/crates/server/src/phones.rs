//! Whose telephone calls arrive at. Known only while the service runs: at a start no telephone has said so yet.

use model::PersonId;
use rusqlite::{Connection, params};

use crate::{error::Result, tx::Tx};

/// Whether calls arrive at somebody's telephone.
pub(crate) fn is_there(sql: &Connection, person: PersonId) -> Result<bool> {
    is(sql, "SELECT EXISTS(SELECT 1 FROM phone_line WHERE person = ? AND there = 1)", person)
}

/// Whether somebody is on the telephone with a colleague.
pub(crate) fn is_busy(sql: &Connection, person: PersonId) -> Result<bool> {
    is(sql, "SELECT EXISTS(SELECT 1 FROM phone_line WHERE person = ? AND busy = 1)", person)
}

fn is(sql: &Connection, query: &str, person: PersonId) -> Result<bool> {
    Ok(sql.prepare_cached(query)?.query_row([person.0], |row| row.get(0))?)
}

/// Calls arrive at somebody's telephone from now on, or do not any more.
pub(crate) fn set_there(tx: &mut Tx<'_>, person: PersonId, there: bool) -> Result<()> {
    set(
        tx,
        "INSERT INTO phone_line(person, tenant, there) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET there = ?3",
        person,
        there,
    )
}

/// Somebody is on the telephone with a colleague from now on, or is not any more.
pub(crate) fn set_busy(tx: &mut Tx<'_>, person: PersonId, busy: bool) -> Result<()> {
    set(
        tx,
        "INSERT INTO phone_line(person, tenant, busy) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET busy = ?3",
        person,
        busy,
    )
}

fn set(tx: &mut Tx<'_>, sql: &str, person: PersonId, is: bool) -> Result<()> {
    tx.sql.prepare_cached(sql)?.execute(params![person.0, tx.tenant.0, is])?;
    tx.touched.insert(person);
    tx.route = true;
    Ok(())
}

/// No telephone has said yet that it is there.
pub(crate) fn after_restart(sql: &Connection) -> Result<()> {
    sql.execute("DELETE FROM phone_line", [])?;
    Ok(())
}
