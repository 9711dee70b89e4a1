//! What a desk may hold: the customers in a person's sight, and why. The customer is the unit: who sees one sees
//! everything that hangs on them, and whoever loses sight of them forgets all of it.
//!
//! Reasons: `owner` (a conversation of theirs, open or closed lately), `follow_up` (a loop of theirs, open or closed
//! lately), `mention` (called in a note), `watch` (looked at for a while).

use model::{ConversationId, CustomerId, PersonId, TenantId, at::DAY, wire::Entity};
use rusqlite::{Connection, params};
use uuid::Uuid;

use crate::{
    conversations, customers, deadlines,
    error::Result,
    facts, follow_ups,
    log::{Audience, EventKind},
    messages, scores,
    tx::Tx,
};

/// How long a closed conversation or loop stays in sight of who had it.
pub(crate) const KEPT_AFTER_CLOSE: i64 = 30 * DAY;
/// Conversations of a customer that come with them when they enter sight; older ones are not kept on desks.
const CONVERSATIONS: usize = 20;
/// Lines of each conversation that come with it; older ones are read when somebody scrolls up.
const LINES: usize = 50;

/// Why a customer is in sight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    Owner,
    FollowUp,
    Mention,
    Watch,
}

impl Reason {
    fn as_str(self) -> &'static str {
        match self {
            Reason::Owner => "owner",
            Reason::FollowUp => "follow_up",
            Reason::Mention => "mention",
            Reason::Watch => "watch",
        }
    }
}

/// Whether `person` has `customer` in sight.
pub(crate) fn has(sql: &Connection, person: PersonId, customer: CustomerId) -> Result<bool> {
    Ok(sql
        .prepare_cached("SELECT EXISTS(SELECT 1 FROM scope WHERE person = ?1 AND customer = ?2)")?
        .query_row(params![person.0, customer.0], |row| row.get(0))?)
}

/// The customers in a person's sight, in a stable order, after `after`.
pub(crate) fn customers_after(
    sql: &Connection,
    person: PersonId,
    after: Option<CustomerId>,
    limit: usize,
) -> Result<Vec<CustomerId>> {
    let mut statement = sql.prepare_cached(
        "SELECT DISTINCT customer FROM scope WHERE person = ?1 AND customer > ?2 ORDER BY customer LIMIT ?3",
    )?;
    let after = after.map_or(Uuid::nil(), |customer| customer.0);
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = statement.query_map(params![person.0, after, limit], |row| row.get::<_, Uuid>(0))?;
    rows.map(|id| Ok(CustomerId(id?))).collect()
}

/// Brings a customer into a person's sight for one reason.
pub(crate) fn add(
    tx: &mut Tx<'_>,
    person: PersonId,
    customer: CustomerId,
    reason: Reason,
    reference: Uuid,
) -> Result<()> {
    let seen = has(&tx.sql, person, customer)?;
    tx.sql
        .prepare_cached(
            "INSERT OR IGNORE INTO scope(person, customer, reason, ref, tenant) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![person.0, customer.0, reason.as_str(), reference, tx.tenant.0])?;
    if !seen {
        tx.log(EventKind::Entered, customer.0, Audience::Person(person));
    }
    Ok(())
}

/// Takes one reason away; the customer leaves sight with the last one.
pub(crate) fn remove(
    tx: &mut Tx<'_>,
    person: PersonId,
    customer: CustomerId,
    reason: Reason,
    reference: Uuid,
) -> Result<()> {
    let gone = tx
        .sql
        .prepare_cached("DELETE FROM scope WHERE person = ?1 AND customer = ?2 AND reason = ?3 AND ref = ?4")?
        .execute(params![person.0, customer.0, reason.as_str(), reference])?;
    if gone > 0 && !has(&tx.sql, person, customer)? {
        tx.log(EventKind::Left, customer.0, Audience::Person(person));
    }
    Ok(())
}

/// Everybody for whom `reference` is a reason.
pub(crate) fn people_with(
    sql: &Connection,
    reason: Reason,
    customer: CustomerId,
    reference: Uuid,
) -> Result<Vec<PersonId>> {
    let mut statement =
        sql.prepare_cached("SELECT person FROM scope WHERE customer = ?1 AND reason = ?2 AND ref = ?3")?;
    let rows =
        statement.query_map(params![customer.0, reason.as_str(), reference], |row| row.get::<_, Uuid>(0))?;
    rows.map(|id| Ok(PersonId(id?))).collect()
}

/// Moves every reason that comes from a conversation to another customer, when it is linked or unlinked.
pub(crate) fn move_conversation(
    tx: &mut Tx<'_>,
    conversation: ConversationId,
    from: CustomerId,
    to: CustomerId,
) -> Result<()> {
    for reason in [Reason::Owner, Reason::Mention, Reason::Watch] {
        for person in people_with(&tx.sql, reason, from, conversation.0)? {
            add(tx, person, to, reason, conversation.0)?;
            remove(tx, person, from, reason, conversation.0)?;
        }
    }
    Ok(())
}

/// A look for a while at somebody else's customer: ends by itself.
pub(crate) fn watch(
    tx: &mut Tx<'_>,
    person: PersonId,
    customer: CustomerId,
    reason: Reason,
    reference: Uuid,
    for_ms: i64,
) -> Result<()> {
    add(tx, person, customer, reason, reference)?;
    // One deadline for each look: its name is made of who looks at what.
    let name = Uuid::from_u128(person.0.as_u128() ^ reference.as_u128());
    tx.sql
        .prepare_cached(
            "INSERT OR REPLACE INTO look(ref, tenant, person, customer, reason, reference) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![name, tx.tenant.0, person.0, customer.0, reason.as_str(), reference])?;
    deadlines::set(tx, deadlines::Kind::Look, name, tx.now + for_ms)
}

/// The end of a look.
pub(crate) fn end_watch(tx: &mut Tx<'_>, name: Uuid) -> Result<()> {
    let found = tx
        .sql
        .prepare_cached("DELETE FROM look WHERE ref = ?1 RETURNING person, customer, reason, reference")?
        .query_map([name], |row| {
            Ok((
                row.get::<_, Uuid>(0)?,
                row.get::<_, Uuid>(1)?,
                row.get::<_, String>(2)?,
                row.get::<_, Uuid>(3)?,
            ))
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    for (person, customer, reason, reference) in found {
        let reason = if reason == Reason::Mention.as_str() { Reason::Mention } else { Reason::Watch };
        remove(tx, PersonId(person), CustomerId(customer), reason, reference)?;
    }
    Ok(())
}

/// Everything that hangs on a customer and that a desk keeps.
pub(crate) fn everything(sql: &Connection, tenant: TenantId, customer: CustomerId) -> Result<Vec<Entity>> {
    let mut out = Vec::new();
    out.extend(customers::load(sql, customer, tenant)?.map(Entity::Customer));
    out.extend(facts::of(sql, customer, tenant)?.into_iter().map(Entity::Fact));
    out.extend(scores::of(sql, customer, tenant)?.into_iter().map(Entity::Score));
    for conversation in conversations::of(sql, customer, tenant, CONVERSATIONS)? {
        let id = conversation.id;
        out.push(Entity::Conversation(conversation));
        out.extend(messages::before(sql, id, tenant, None, LINES)?.into_iter().map(Entity::Message));
    }
    out.extend(follow_ups::of(sql, customer, tenant)?.into_iter().map(Entity::FollowUp));
    Ok(out)
}
