//! Loops in sight: own ones, the team's, and those of customers in sight.

use model::{CustomerId, FollowUp, FollowUpId, PersonId, Slug};
use rusqlite::{Connection, params};

use super::row;
use crate::Result;

pub(super) const TABLE: &str = "
CREATE TABLE follow_up(
  id BLOB PRIMARY KEY, customer BLOB NOT NULL, owner BLOB NOT NULL, team TEXT NOT NULL, status TEXT NOT NULL,
  due INTEGER NOT NULL, version INTEGER NOT NULL, generation INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
CREATE INDEX follow_up_due ON follow_up(status, due);
CREATE INDEX follow_up_customer ON follow_up(customer);
";

pub(super) fn put(sql: &Connection, follow_up: &FollowUp, generation: i64) -> Result<()> {
    sql.prepare_cached(
        "INSERT INTO follow_up(id, customer, owner, team, status, due, version, generation, body)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
         ON CONFLICT(id) DO UPDATE SET customer = ?2, owner = ?3, team = ?4, status = ?5, due = ?6, version = ?7,
           generation = ?8, body = ?9 WHERE ?7 >= version",
    )?
    .execute(params![
        follow_up.id.0,
        follow_up.customer.0,
        follow_up.owner.0,
        follow_up.team.as_str(),
        follow_up.status.as_str(),
        follow_up.due.0,
        follow_up.version,
        generation,
        serde_json::to_string(follow_up)?
    ])?;
    Ok(())
}

/// One loop.
///
/// # Errors
/// When the file cannot be read.
pub fn load(sql: &Connection, id: FollowUpId) -> Result<Option<FollowUp>> {
    row::one(sql, "SELECT body FROM follow_up WHERE id = ?", [id.0])
}

/// A customer's loops, by due time.
///
/// # Errors
/// When the file cannot be read.
pub fn of(sql: &Connection, customer: CustomerId) -> Result<Vec<FollowUp>> {
    row::all(sql, "SELECT body FROM follow_up WHERE customer = ? ORDER BY due", [customer.0])
}

/// The loops of a person and of their team, by due time.
///
/// # Errors
/// When the file cannot be read.
pub fn of_team(sql: &Connection, me: PersonId, team: &Slug) -> Result<Vec<FollowUp>> {
    row::all(
        sql,
        "SELECT body FROM follow_up WHERE owner = ?1 OR team = ?2 ORDER BY due",
        params![me.0, team.as_str()],
    )
}
