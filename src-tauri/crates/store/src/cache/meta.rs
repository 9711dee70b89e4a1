//! How far the cache is, and the team's set-up.

use model::{At, Epoch, Workspace};
use rusqlite::{Connection, params};
use uuid::Uuid;

use super::row;
use crate::Result;

pub(super) const TABLE: &str = "
CREATE TABLE position(
  one INTEGER PRIMARY KEY CHECK(one = 1), epoch BLOB, cursor INTEGER NOT NULL, complete_at INTEGER,
  generation INTEGER NOT NULL) STRICT;
INSERT INTO position VALUES (1, NULL, 0, NULL, 1);
CREATE TABLE workspace(one INTEGER PRIMARY KEY CHECK(one = 1), generation INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
";

/// How far the cache is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The log it follows; nothing before the first snapshot.
    pub epoch: Option<Epoch>,
    /// The last number applied.
    pub cursor: u64,
    /// Everything up to this time is here; nothing before the first contact.
    pub complete_at: Option<At>,
    pub(crate) generation: i64,
}

pub(super) fn position(sql: &Connection) -> Result<Position> {
    Ok(sql.prepare_cached("SELECT epoch, cursor, complete_at, generation FROM position")?.query_row(
        [],
        |row| {
            Ok(Position {
                epoch: row.get::<_, Option<Uuid>>(0)?.map(Epoch),
                cursor: u64::try_from(row.get::<_, i64>(1)?).unwrap_or(0),
                complete_at: row.get::<_, Option<i64>>(2)?.map(At),
                generation: row.get(3)?,
            })
        },
    )?)
}

fn number(cursor: u64) -> i64 {
    i64::try_from(cursor).unwrap_or(i64::MAX)
}

pub(super) fn advance(sql: &Connection, to: u64, now: At) -> Result<()> {
    sql.prepare_cached("UPDATE position SET cursor = max(cursor, ?1), complete_at = ?2")?
        .execute(params![number(to), now.0])?;
    Ok(())
}

pub(super) fn complete(sql: &Connection, now: At) -> Result<()> {
    sql.prepare_cached("UPDATE position SET complete_at = ?1")?.execute([now.0])?;
    Ok(())
}

pub(super) fn next_generation(sql: &Connection) -> Result<()> {
    sql.execute("UPDATE position SET generation = generation + 1", [])?;
    Ok(())
}

pub(super) fn begin_at(sql: &Connection, epoch: Epoch, cursor: u64, now: At) -> Result<()> {
    sql.execute(
        "UPDATE position SET epoch = ?1, cursor = ?2, complete_at = ?3",
        params![epoch.0, number(cursor), now.0],
    )?;
    Ok(())
}

/// The team's set-up, once it was told.
///
/// # Errors
/// When the file cannot be read.
pub fn workspace(sql: &Connection) -> Result<Option<Workspace>> {
    row::one(sql, "SELECT body FROM workspace", [])
}

pub(super) fn put_workspace(sql: &Connection, workspace: &Workspace, generation: i64) -> Result<()> {
    sql.execute(
        "INSERT OR REPLACE INTO workspace(one, generation, body) VALUES (1, ?1, ?2)",
        params![generation, serde_json::to_string(workspace)?],
    )?;
    Ok(())
}
