//! Lines of conversations, and the full-text index over them.

use model::{ConversationId, Customer, Message, MessageId, MessageKind};
use rusqlite::{Connection, params};

use super::row;
use crate::Result;

pub(super) const TABLE: &str = "
CREATE TABLE message(
  no INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, conversation BLOB NOT NULL, n INTEGER NOT NULL,
  version INTEGER NOT NULL, generation INTEGER NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
CREATE INDEX message_conversation ON message(conversation, n);
CREATE VIRTUAL TABLE message_text USING fts5(
  text, content='', contentless_delete=1, prefix='2 3', tokenize=\"unicode61 remove_diacritics 2\");
";

pub(super) fn put(sql: &Connection, message: &Message, generation: i64) -> Result<()> {
    let body = serde_json::to_string(message)?;
    let inserted = sql
        .prepare_cached(
            "INSERT INTO message(id, conversation, n, version, generation, at, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT(id) DO NOTHING",
        )?
        .execute(params![
            message.id.0,
            message.conversation.0,
            message.n,
            message.version,
            generation,
            message.at.0,
            body
        ])?;
    if inserted > 0 {
        return index(sql, sql.last_insert_rowid(), message);
    }
    let (no, known): (i64, i64) = sql
        .prepare_cached("SELECT no, version FROM message WHERE id = ?")?
        .query_row([message.id.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if i64::from(message.version) < known {
        return Ok(());
    }
    // Its place too: a service that was restored may have done things in another order.
    sql.prepare_cached(
        "UPDATE message SET conversation = ?2, n = ?3, version = ?4, generation = ?5, at = ?6, body = ?7 WHERE no = ?1",
    )?
    .execute(params![
        no,
        message.conversation.0,
        message.n,
        message.version,
        generation,
        message.at.0,
        body
    ])?;
    if i64::from(message.version) > known {
        sql.prepare_cached("DELETE FROM message_text WHERE rowid = ?")?.execute([no])?;
        index(sql, no, message)?;
    }
    Ok(())
}

fn index(sql: &Connection, no: i64, message: &Message) -> Result<()> {
    if message.kind != MessageKind::Activity && !message.text.is_empty() {
        sql.prepare_cached("INSERT INTO message_text(rowid, text) VALUES (?1, ?2)")?
            .execute(params![no, &*message.text])?;
    }
    Ok(())
}

pub(super) fn forget_conversation(sql: &Connection, id: ConversationId) -> Result<()> {
    sql.execute(
        "DELETE FROM message_text WHERE rowid IN (SELECT no FROM message WHERE conversation = ?)",
        [id.0],
    )?;
    sql.execute("DELETE FROM message WHERE conversation = ?", [id.0])?;
    Ok(())
}

/// After a snapshot: lines of conversations that are not in it are forgotten. Lines that came before through scrolling
/// stay with their conversation.
pub(super) fn forget_before(sql: &Connection, generation: i64, keep_older: bool) -> Result<()> {
    let gone = if keep_older {
        "conversation NOT IN (SELECT id FROM conversation WHERE generation >= ?1)"
    } else {
        "generation < ?1"
    };
    sql.execute(
        &format!("DELETE FROM message_text WHERE rowid IN (SELECT no FROM message WHERE {gone})"),
        [generation],
    )?;
    sql.execute(&format!("DELETE FROM message WHERE {gone}"), [generation])?;
    Ok(())
}

/// One line.
///
/// # Errors
/// When the file cannot be read.
pub fn load(sql: &Connection, id: MessageId) -> Result<Option<Message>> {
    row::one(sql, "SELECT body FROM message WHERE id = ?", [id.0])
}

/// The newest `limit` lines before place `before` (or at all), oldest first.
///
/// # Errors
/// When the file cannot be read.
pub fn before(
    sql: &Connection,
    conversation: ConversationId,
    before: Option<u32>,
    limit: u32,
) -> Result<Vec<Message>> {
    let mut lines: Vec<Message> = row::all(
        sql,
        "SELECT body FROM message WHERE conversation = ?1 AND n < ?2 ORDER BY n DESC LIMIT ?3",
        params![conversation.0, before.map_or(i64::MAX, i64::from), limit],
    )?;
    lines.reverse();
    Ok(lines)
}

/// What was said to customers and by them, of all conversations: the newest `limit` lines, conversation by conversation,
/// each oldest first.
///
/// # Errors
/// When the file cannot be read.
pub fn told(sql: &Connection, limit: u32) -> Result<Vec<(ConversationId, Message, Customer)>> {
    let mut statement = sql.prepare_cached(
        "SELECT line.conversation, line.body, customer.body
         FROM (SELECT * FROM message ORDER BY no DESC LIMIT ?1) line
         JOIN conversation ON conversation.id = line.conversation
         JOIN customer ON customer.id = conversation.customer
         WHERE json_extract(line.body, '$.kind') = 'message'
         ORDER BY line.conversation, line.n",
    )?;
    let rows = statement.query_map([limit], |row| {
        Ok((ConversationId(row.get(0)?), row.get::<_, String>(1)?, row.get::<_, String>(2)?))
    })?;
    rows.map(|row| {
        let (conversation, line, customer) = row?;
        Ok((conversation, serde_json::from_str(&line)?, serde_json::from_str(&customer)?))
    })
    .collect()
}
