//! Previews of pictures, kept so that a conversation looks the same without a line.

use model::At;
use rusqlite::{Connection, OptionalExtension, params};

use crate::Result;

pub(super) const TABLE: &str = "
CREATE TABLE preview(sha256 TEXT PRIMARY KEY, mime TEXT NOT NULL, bytes BLOB NOT NULL, used_at INTEGER NOT NULL) STRICT;
CREATE INDEX preview_used ON preview(used_at);
";

/// Previews that are kept; the ones not looked at for longest go first.
const KEPT: u32 = 2_000;

/// A preview with its type.
///
/// # Errors
/// When the file cannot be read.
pub fn load(sql: &Connection, sha256: &str) -> Result<Option<(String, Vec<u8>)>> {
    Ok(sql
        .prepare_cached("SELECT mime, bytes FROM preview WHERE sha256 = ?")?
        .query_row([sha256], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?)
}

/// Keeps a preview.
///
/// # Errors
/// When the disk refuses.
pub fn keep(sql: &Connection, sha256: &str, mime: &str, bytes: &[u8], now: At) -> Result<()> {
    sql.prepare_cached(
        "INSERT OR REPLACE INTO preview(sha256, mime, bytes, used_at) VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute(params![sha256, mime, bytes, now.0])?;
    sql.prepare_cached(
        "DELETE FROM preview WHERE sha256 IN (SELECT sha256 FROM preview ORDER BY used_at DESC LIMIT -1 OFFSET ?)",
    )?
    .execute([KEPT])?;
    Ok(())
}
