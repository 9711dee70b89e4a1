//! X-data of customers in sight.

use model::{CustomerId, Score};
use rusqlite::{Connection, params};

use super::row;
use crate::Result;

pub(super) const TABLE: &str = "
CREATE TABLE score(
  id BLOB PRIMARY KEY, customer BLOB NOT NULL, version INTEGER NOT NULL, generation INTEGER NOT NULL,
  at INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
CREATE INDEX score_customer ON score(customer, at);
";

pub(super) fn put(sql: &Connection, score: &Score, generation: i64) -> Result<()> {
    sql.prepare_cached(
        "INSERT INTO score(id, customer, version, generation, at, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT(id) DO UPDATE SET customer = ?2, version = ?3, generation = ?4, at = ?5, body = ?6
         WHERE ?3 >= version",
    )?
    .execute(params![
        score.id.0,
        score.customer.0,
        score.version,
        generation,
        score.at.0,
        serde_json::to_string(score)?
    ])?;
    Ok(())
}

/// A customer's scores, newest first.
///
/// # Errors
/// When the file cannot be read.
pub fn of(sql: &Connection, customer: CustomerId) -> Result<Vec<Score>> {
    row::all(sql, "SELECT body FROM score WHERE customer = ? ORDER BY at DESC", [customer.0])
}
