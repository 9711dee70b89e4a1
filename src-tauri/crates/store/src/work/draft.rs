//! What is being written, by conversation.

use model::{At, ConversationId};
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use crate::Result;

pub(super) const TABLE: &str = "
CREATE TABLE draft(conversation BLOB PRIMARY KEY, body TEXT NOT NULL, saved_at INTEGER NOT NULL) STRICT;
";

/// A conversation's draft.
///
/// # Errors
/// When the file cannot be read.
pub fn load<D: DeserializeOwned>(sql: &Connection, id: ConversationId) -> Result<Option<D>> {
    let text: Option<String> = sql
        .prepare_cached("SELECT body FROM draft WHERE conversation = ?")?
        .query_row([id.0], |row| row.get(0))
        .optional()?;
    Ok(text.map(|text| serde_json::from_str(&text)).transpose()?)
}

/// Keeps a draft.
///
/// # Errors
/// When the disk refuses.
pub fn save<D: Serialize>(sql: &Connection, id: ConversationId, draft: &D, now: At) -> Result<()> {
    sql.prepare_cached("INSERT OR REPLACE INTO draft(conversation, body, saved_at) VALUES (?1, ?2, ?3)")?
        .execute(params![id.0, serde_json::to_string(draft)?, now.0])?;
    Ok(())
}

/// Forgets a draft that became empty.
///
/// # Errors
/// When the disk refuses.
pub fn forget(sql: &Connection, id: ConversationId) -> Result<()> {
    sql.prepare_cached("DELETE FROM draft WHERE conversation = ?")?.execute([id.0])?;
    Ok(())
}

/// The conversations that have one.
///
/// # Errors
/// When the file cannot be read.
pub fn conversations(sql: &Connection) -> Result<Vec<ConversationId>> {
    let mut statement = sql.prepare_cached("SELECT conversation FROM draft")?;
    let ids = statement.query_map([], |row| row.get::<_, Uuid>(0))?;
    ids.map(|id| Ok(ConversationId(id?))).collect()
}
