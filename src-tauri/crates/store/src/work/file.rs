//! Files that the advisor put into a draft, until the service has them.

use model::At;
use rusqlite::{Connection, OptionalExtension, params};

use crate::Result;

pub(super) const TABLE: &str = "
CREATE TABLE file(
  sha256 TEXT PRIMARY KEY, name TEXT NOT NULL, mime TEXT NOT NULL, size INTEGER NOT NULL, bytes BLOB NOT NULL,
  added_at INTEGER NOT NULL) STRICT;
";

/// A file as it waits.
#[derive(Clone)]
pub struct Waiting {
    /// Its name.
    pub name: String,
    /// What it looks like by its first bytes.
    pub mime: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Keeps a file.
///
/// # Errors
/// When the disk refuses.
pub fn keep(sql: &Connection, sha256: &str, file: &Waiting, now: At) -> Result<()> {
    sql.execute(
        "INSERT OR REPLACE INTO file(sha256, name, mime, size, bytes, added_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            sha256,
            file.name,
            file.mime,
            i64::try_from(file.bytes.len()).unwrap_or(i64::MAX),
            file.bytes,
            now.0
        ],
    )?;
    Ok(())
}

/// A file.
///
/// # Errors
/// When the file cannot be read.
pub fn load(sql: &Connection, sha256: &str) -> Result<Option<Waiting>> {
    Ok(sql
        .prepare_cached("SELECT name, mime, bytes FROM file WHERE sha256 = ?")?
        .query_row([sha256], |row| Ok(Waiting { name: row.get(0)?, mime: row.get(1)?, bytes: row.get(2)? }))
        .optional()?)
}

/// How many bytes all waiting files have.
///
/// # Errors
/// When the file cannot be read.
pub fn total_bytes(sql: &Connection) -> Result<i64> {
    Ok(sql.prepare_cached("SELECT coalesce(sum(size), 0) FROM file")?.query_row([], |row| row.get(0))?)
}

/// Forgets the files that nothing needs any more.
///
/// # Errors
/// When the disk refuses.
pub fn forget_others(sql: &Connection, needed: &[String]) -> Result<()> {
    let mut statement = sql.prepare("SELECT sha256 FROM file")?;
    let kept =
        statement.query_map([], |row| row.get::<_, String>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    for sha256 in kept.iter().filter(|sha256| !needed.contains(sha256)) {
        sql.execute("DELETE FROM file WHERE sha256 = ?", [sha256])?;
    }
    Ok(())
}
