//! Conversations of customers in sight.

use model::{Conversation, ConversationId, CustomerId, PersonId, Slug};
use rusqlite::{Connection, params};
use uuid::Uuid;

use super::row;
use crate::Result;

pub(super) const TABLE: &str = "
CREATE TABLE conversation(
  id BLOB PRIMARY KEY, customer BLOB NOT NULL, owner BLOB, state TEXT NOT NULL, version INTEGER NOT NULL,
  generation INTEGER NOT NULL, last_at INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
CREATE INDEX conversation_customer ON conversation(customer, last_at);
CREATE INDEX conversation_open ON conversation(owner, state);
";

pub(super) fn put(sql: &Connection, conversation: &Conversation, generation: i64) -> Result<()> {
    let last_at = conversation.last.as_ref().map_or(conversation.opened_at, |last| last.at);
    sql.prepare_cached(
        "INSERT INTO conversation(id, customer, owner, state, version, generation, last_at, body)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT(id) DO UPDATE SET customer = ?2, owner = ?3, state = ?4, version = ?5, generation = ?6,
           last_at = ?7, body = ?8 WHERE ?5 >= version",
    )?
    .execute(params![
        conversation.id.0,
        conversation.customer.0,
        conversation.owner.map(|owner| owner.0),
        conversation.state.as_str(),
        conversation.version,
        generation,
        last_at.0,
        serde_json::to_string(conversation)?
    ])?;
    Ok(())
}

/// One conversation.
///
/// # Errors
/// When the file cannot be read.
pub fn load(sql: &Connection, id: ConversationId) -> Result<Option<Conversation>> {
    row::one(sql, "SELECT body FROM conversation WHERE id = ?", [id.0])
}

/// What a person has: everything that is not over.
///
/// # Errors
/// When the file cannot be read.
pub fn open_of(sql: &Connection, owner: PersonId) -> Result<Vec<Conversation>> {
    row::all(
        sql,
        "SELECT body FROM conversation WHERE owner = ? AND state IN ('active', 'snoozed', 'wrap_up')",
        [owner.0],
    )
}

/// A customer's conversations, newest first.
///
/// # Errors
/// When the file cannot be read.
pub fn of(sql: &Connection, customer: CustomerId) -> Result<Vec<Conversation>> {
    row::all(sql, "SELECT body FROM conversation WHERE customer = ? ORDER BY last_at DESC", [customer.0])
}

pub(super) fn ids_of(sql: &Connection, customer: CustomerId) -> Result<Vec<ConversationId>> {
    let mut statement = sql.prepare_cached("SELECT id FROM conversation WHERE customer = ?")?;
    let ids = statement.query_map([customer.0], |row| row.get::<_, Uuid>(0))?;
    ids.map(|id| Ok(ConversationId(id?))).collect()
}

/// What customers wrote first in conversations whose reason is known, and that reason; the newest ones, at most `limit`.
///
/// # Errors
/// When the file cannot be read.
pub fn first_words(sql: &Connection, limit: u32) -> Result<Vec<(Slug, String)>> {
    let mut statement = sql.prepare_cached(
        "SELECT json_extract(conversation.body, '$.reason'), json_extract(line.body, '$.text')
         FROM (SELECT * FROM conversation WHERE json_extract(body, '$.reason') IS NOT NULL
               ORDER BY json_extract(body, '$.opened_at') DESC LIMIT ?1) conversation
         JOIN message line ON line.conversation = conversation.id AND line.n =
           (SELECT min(first.n) FROM message first WHERE first.conversation = conversation.id
              AND json_extract(first.body, '$.author.by') = 'customer'
              AND json_extract(first.body, '$.kind') = 'message')",
    )?;
    let rows =
        statement.query_map([limit], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
    let mut out = Vec::new();
    for row in rows {
        let (reason, words) = row?;
        if let Ok(reason) = reason.parse() {
            out.push((reason, words));
        }
    }
    Ok(out)
}
