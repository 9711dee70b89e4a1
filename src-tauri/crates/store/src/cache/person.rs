//! Colleagues.

use model::{Person, PersonId};
use rusqlite::{Connection, params};

use super::row;
use crate::Result;

pub(super) const TABLE: &str = "
CREATE TABLE person(
  id BLOB PRIMARY KEY, version INTEGER NOT NULL, generation INTEGER NOT NULL, name TEXT NOT NULL, body TEXT NOT NULL)
  STRICT;
";

pub(super) fn put(sql: &Connection, person: &Person, generation: i64) -> Result<()> {
    sql.prepare_cached(
        "INSERT INTO person(id, version, generation, name, body) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT(id) DO UPDATE SET version = ?2, generation = ?3, name = ?4, body = ?5 WHERE ?2 >= version",
    )?
    .execute(params![person.id.0, person.version, generation, person.name, serde_json::to_string(person)?])?;
    Ok(())
}

/// One person.
///
/// # Errors
/// When the file cannot be read.
pub fn load(sql: &Connection, id: PersonId) -> Result<Option<Person>> {
    row::one(sql, "SELECT body FROM person WHERE id = ?", [id.0])
}

/// Everybody, by name.
///
/// # Errors
/// When the file cannot be read.
pub fn everybody(sql: &Connection) -> Result<Vec<Person>> {
    row::all(sql, "SELECT body FROM person ORDER BY name", [])
}
