//! X-data: what customers answered, and the follow-ups that low answers make.

use model::{
    ConversationId, Customer, CustomerId, FollowUpId, PersonId, Score, TenantId,
    at::HOUR,
    follow_up::{Priority, ScoreBrief},
};
use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{
    error::Result,
    follow_ups::{self, NewFollowUp},
    log::EventKind,
    people,
    tx::{self, Tx},
};

/// One score.
pub(crate) fn load(sql: &Connection, id: Uuid, tenant: TenantId) -> Result<Option<Score>> {
    tx::body(sql, "SELECT body FROM score WHERE id = ?1 AND tenant = ?2", id, tenant)
}

/// A customer's scores, newest first.
pub(crate) fn of(sql: &Connection, customer: CustomerId, tenant: TenantId) -> Result<Vec<Score>> {
    tx::bodies(
        sql,
        "SELECT body FROM score WHERE customer = ?1 AND tenant = ?2 ORDER BY at DESC",
        customer.0,
        tenant,
    )
}

/// Writes a score, and makes the follow-up that a rule wants for it. Answers the follow-up.
pub(crate) fn save(tx: &mut Tx<'_>, score: &mut Score, customer: &Customer) -> Result<Option<FollowUpId>> {
    write(tx, score)?;
    follow_up(tx, score, customer)
}

/// Writes a score and nothing else.
pub(crate) fn write(tx: &mut Tx<'_>, score: &mut Score) -> Result<()> {
    score.version += 1;
    tx.sql
        .prepare_cached(
            "INSERT INTO score(id, tenant, customer, at, body) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT(tenant, id) DO UPDATE SET customer = ?3, at = ?4, body = ?5",
        )?
        .execute(params![
            score.id.0,
            tx.tenant.0,
            score.customer.0,
            score.at.0,
            serde_json::to_string(score)?
        ])?;
    tx.log_customer(EventKind::Score, score.id.0, score.customer);
    Ok(())
}

/// Gives the scores of a conversation to the customer whose it is now.
pub(crate) fn move_all(
    tx: &mut Tx<'_>,
    conversation: ConversationId,
    from: CustomerId,
    to: CustomerId,
) -> Result<()> {
    for mut score in of(&tx.sql, from, tx.tenant)? {
        if score.conversation == Some(conversation) {
            score.customer = to;
            write(tx, &mut score)?;
        }
    }
    Ok(())
}

fn follow_up(tx: &mut Tx<'_>, score: &Score, customer: &Customer) -> Result<Option<FollowUpId>> {
    let rule = tx
        .workspace
        .follow_up_rules
        .iter()
        .find(|rule| rule.score == score.kind && score.value <= rule.at_most)
        .cloned();
    let Some(rule) = rule else { return Ok(None) };
    // Named after the score: however often a score is corrected, it makes one follow-up.
    let id = FollowUpId(follow_up_id(score));
    if follow_ups::load(&tx.sql, id, tx.tenant)?.is_some() {
        return Ok(None);
    }
    let Some(owner) = owner(tx, score.customer, score.conversation)? else { return Ok(None) };
    follow_ups::make(
        tx,
        NewFollowUp {
            id,
            customer: customer.id,
            customer_name: customer.name.clone(),
            conversation: score.conversation,
            title: rule.title.as_str().into(),
            owner,
            due: tx.now + i64::from(rule.due_in_hours) * HOUR,
            priority: Priority::High,
            cause: None,
            policy: Some(rule.name.clone()),
            score: Some(ScoreBrief { kind: score.kind, value: score.value }),
            by: rule.name,
        },
    )?;
    Ok(Some(id))
}

fn follow_up_id(score: &Score) -> Uuid {
    let mut name = [0u8; 16];
    let hash = Sha256::digest([b"follow-up of ".as_slice(), score.id.0.as_bytes()].concat());
    name.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
    Uuid::from_bytes(name)
}

/// Who closes the loop: whoever had the conversation, else whoever had the customer last, else a supervisor, else
/// anybody.
pub(crate) fn owner(
    tx: &Tx<'_>,
    customer: CustomerId,
    conversation: Option<ConversationId>,
) -> Result<Option<model::Person>> {
    let wanted = conversation.map(|c| c.0);
    let id: Option<Uuid> = tx
        .sql
        .prepare_cached(
            "SELECT owner FROM conversation
             WHERE customer = ?1 AND owner IS NOT NULL ORDER BY id = ?2 DESC, last_at DESC LIMIT 1",
        )?
        .query_row(params![customer.0, wanted], |row| row.get(0))
        .optional()?;
    let person = match id {
        Some(id) => people::person(&tx.sql, PersonId(id), tx.tenant)?.filter(|p| p.active),
        None => None,
    };
    match person {
        Some(person) => Ok(Some(person)),
        None => people::somebody(&tx.sql, tx.tenant),
    }
}
