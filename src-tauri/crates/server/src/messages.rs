//! The lines of conversations.

use model::{Attachment, Conversation, ConversationId, Message, MessageId, MessageKind, TenantId};
use rusqlite::{Connection, params};
use uuid::Uuid;

use crate::{
    error::Result,
    log::EventKind,
    tx::{self, Tx},
};

/// One line.
pub(crate) fn load(sql: &Connection, id: Uuid, tenant: TenantId) -> Result<Option<Message>> {
    tx::body(sql, "SELECT body FROM message WHERE id = ?1 AND tenant = ?2", id, tenant)
}

/// The newest lines before place `before` (or at all), oldest first.
pub(crate) fn before(
    sql: &Connection,
    conversation: ConversationId,
    tenant: TenantId,
    before: Option<u32>,
    limit: usize,
) -> Result<Vec<Message>> {
    let mut statement = sql.prepare_cached(
        "SELECT body FROM message WHERE conversation = ?1 AND tenant = ?2 AND n < ?3 ORDER BY n DESC LIMIT ?4",
    )?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let texts = statement
        .query_map(params![conversation.0, tenant.0, before.map_or(i64::MAX, i64::from), limit], |row| {
            row.get::<_, String>(0)
        })?;
    let mut lines = texts.map(|text| Ok(serde_json::from_str(&text?)?)).collect::<Result<Vec<Message>>>()?;
    lines.reverse();
    Ok(lines)
}

/// Writes a new line. Its event is logged by the conversation that it belongs to.
pub(crate) fn insert(tx: &Tx<'_>, message: &Message) -> Result<()> {
    tx.sql
        .prepare_cached(
            "INSERT INTO message(id, tenant, conversation, n, kind, at, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            message.id.0,
            tx.tenant.0,
            message.conversation.0,
            message.n,
            message.kind.as_str(),
            message.at.0,
            serde_json::to_string(message)?
        ])?;
    if message.kind != MessageKind::Activity && !message.text.is_empty() {
        tx.sql
            .prepare_cached("INSERT INTO message_text(rowid, tenant, text) VALUES (?1, ?2, ?3)")?
            .execute(params![tx.sql.last_insert_rowid(), tx.tenant.0.simple().to_string(), &*message.text])?;
    }
    uses(tx, message)
}

/// Notes which files a line refers to.
fn uses(tx: &Tx<'_>, message: &Message) -> Result<()> {
    for attachment in &message.attachments {
        tx.sql
            .prepare_cached(
                "INSERT OR IGNORE INTO blob_use(tenant, sha256, conversation, public) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![
                tx.tenant.0,
                attachment.sha256,
                message.conversation.0,
                message.kind == MessageKind::Message
            ])?;
    }
    Ok(())
}

/// Files come to a line that was written before they were whole.
pub(crate) fn attach(
    tx: &mut Tx<'_>,
    conversation: &Conversation,
    id: MessageId,
    files: Vec<Attachment>,
) -> Result<()> {
    let Some(mut message) = load(&tx.sql, id.0, tx.tenant)? else { return Ok(()) };
    message.attachments.extend(files);
    message.version += 1;
    tx.sql.prepare_cached("UPDATE message SET body = ?3 WHERE id = ?1 AND tenant = ?2")?.execute(params![
        id.0,
        tx.tenant.0,
        serde_json::to_string(&message)?
    ])?;
    uses(tx, &message)?;
    let public = message.kind == MessageKind::Message;
    tx.log_conversation(EventKind::Message, id.0, conversation.customer, conversation.id, public);
    Ok(())
}
