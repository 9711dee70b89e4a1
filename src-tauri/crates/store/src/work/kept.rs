//! Small things to find again: the open conversation, where the reader stood, the presence they chose.

use rusqlite::{Connection, OptionalExtension, params};
use serde::{Serialize, de::DeserializeOwned};

use crate::Result;

pub(super) const TABLE: &str = "
CREATE TABLE kept(name TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;
";

/// What was kept under that name. What cannot be read any more counts as nothing.
///
/// # Errors
/// When the file cannot be read.
pub fn load<T: DeserializeOwned>(sql: &Connection, name: &str) -> Result<Option<T>> {
    let text: Option<String> = sql
        .prepare_cached("SELECT body FROM kept WHERE name = ?")?
        .query_row([name], |row| row.get(0))
        .optional()?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
}

/// Keeps something under a name.
///
/// # Errors
/// When the disk refuses.
pub fn save<T: Serialize>(sql: &Connection, name: &str, value: &T) -> Result<()> {
    sql.prepare_cached("INSERT OR REPLACE INTO kept(name, body) VALUES (?1, ?2)")?
        .execute(params![name, serde_json::to_string(value)?])?;
    Ok(())
}

/// Forgets what was kept under a name.
///
/// # Errors
/// When the disk refuses.
pub fn forget(sql: &Connection, name: &str) -> Result<()> {
    sql.prepare_cached("DELETE FROM kept WHERE name = ?")?.execute([name])?;
    Ok(())
}
