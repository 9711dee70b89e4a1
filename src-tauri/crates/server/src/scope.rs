//! What a desk may hold: the customers in a person's sight, and why. The customer is the unit: who sees one sees
//! everything that hangs on them, and whoever loses sight of them forgets all of it.
//!
//! Reasons: `owner` (a conversation of theirs, open or closed lately), `follow_up` (a loop of theirs, open or closed
//! lately), `mention` (called in a note), `watch` (looked at for a while).

use model::{
    At, ConversationId, CustomerId, FollowUpId, PersonId, TenantId,
    at::DAY,
    wire::{Entity, Now},
};
use rusqlite::{Connection, params};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{
    chat::presence,
    conversations, customers, deadlines,
    error::Result,
    facts, follow_ups,
    hub::To,
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

/// Bytes of words that come with a customer. Long texts could otherwise make a frame that no desk takes.
const WORDS: usize = 2 * 1024 * 1024;

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

/// Whether `person` has `customer` in sight, or lost sight of them after `since`.
pub(crate) fn had(
    sql: &Connection,
    tenant: TenantId,
    person: PersonId,
    customer: CustomerId,
    since: At,
) -> Result<bool> {
    if has(sql, person, customer)? {
        return Ok(true);
    }
    Ok(sql
        .prepare_cached(
            "SELECT EXISTS(SELECT 1 FROM event WHERE tenant = ?1 AND kind = 'left' AND entity = ?2
             AND audience = 'person' AND audience_id = ?3 AND at > ?4)",
        )?
        .query_row(params![tenant.0, customer.0, person.0, since.0], |row| row.get(0))?)
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
        for conversation in presence::live_with(&tx.sql, customer, tx.now)? {
            tx.tell(To::Person(person), Now::CustomerThere { conversation, there: true });
        }
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
    if gone == 0 || has(&tx.sql, person, customer)? {
        return Ok(());
    }
    tx.log(EventKind::Left, customer.0, Audience::Person(person));
    // The team's loops stay on the desk, but not those that were only kept because the customer was in sight.
    for follow_up in follow_ups::of(&tx.sql, customer, tx.tenant)? {
        if !follow_ups::is_kept(&tx.sql, &follow_up, tx.tenant)? {
            tx.log(EventKind::FollowUp, follow_up.id.0, Audience::Person(person));
        }
    }
    Ok(())
}

/// Everybody who has a customer in sight.
pub(crate) fn people(sql: &Connection, customer: CustomerId) -> Result<Vec<PersonId>> {
    let mut statement =
        sql.prepare_cached("SELECT DISTINCT person FROM scope WHERE customer = ? ORDER BY person")?;
    let rows = statement.query_map([customer.0], |row| row.get::<_, Uuid>(0))?;
    rows.map(|id| Ok(PersonId(id?))).collect()
}

/// Everybody who has the customer of a conversation in sight.
pub(crate) fn people_of(
    sql: &Connection,
    tenant: TenantId,
    conversation: ConversationId,
) -> Result<Vec<PersonId>> {
    match conversations::load(sql, conversation, tenant)? {
        Some(conversation) => people(sql, conversation.customer),
        None => Ok(Vec::new()),
    }
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

/// Moves every reason that comes from a conversation, or from one of its loops, to another customer, when it is linked
/// or unlinked. What hangs on either customer is another than before: whoever keeps one in sight gets it anew.
pub(crate) fn move_conversation(
    tx: &mut Tx<'_>,
    conversation: ConversationId,
    loops: &[FollowUpId],
    from: CustomerId,
    to: CustomerId,
) -> Result<()> {
    let knew = people(&tx.sql, to)?;
    let reasons = [Reason::Owner, Reason::Mention, Reason::Watch].map(|reason| (reason, conversation.0));
    let loops = loops.iter().map(|id| (Reason::FollowUp, id.0));
    for (reason, reference) in reasons.into_iter().chain(loops) {
        for person in people_with(&tx.sql, reason, from, reference)? {
            add(tx, person, to, reason, reference)?;
            remove(tx, person, from, reason, reference)?;
        }
    }
    tx.sql
        .prepare_cached("UPDATE look SET customer = ?3 WHERE customer = ?2 AND reference = ?1")?
        .execute(params![conversation.0, from.0, to.0])?;
    for person in knew {
        tx.log(EventKind::Entered, to.0, Audience::Person(person));
    }
    for person in people(&tx.sql, from)? {
        tx.log(EventKind::Left, from.0, Audience::Person(person));
        tx.log(EventKind::Entered, from.0, Audience::Person(person));
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
    let name = look(person, reason, reference);
    tx.sql
        .prepare_cached(
            "INSERT OR REPLACE INTO look(ref, tenant, person, customer, reason, reference) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![name, tx.tenant.0, person.0, customer.0, reason.as_str(), reference])?;
    deadlines::set(tx, deadlines::Kind::Look, name, tx.now + for_ms)
}

/// The name of a look, made of who looks at what and why: looking again prolongs it.
fn look(person: PersonId, reason: Reason, reference: Uuid) -> Uuid {
    let mut hash = Sha256::new();
    hash.update(person.0.as_bytes());
    hash.update(reason.as_str());
    hash.update(reference.as_bytes());
    let mut name = [0u8; 16];
    name.iter_mut().zip(hash.finalize()).for_each(|(to, from)| *to = from);
    Uuid::from_bytes(name)
}

/// The end of all looks of a person at somebody else's customers; where they were called, they stay.
pub(crate) fn end_looks(tx: &mut Tx<'_>, person: PersonId) -> Result<()> {
    let looks = tx
        .sql
        .prepare_cached("SELECT ref FROM look WHERE person = ?1 AND tenant = ?2 AND reason = ?3")?
        .query_map(params![person.0, tx.tenant.0, Reason::Watch.as_str()], |row| row.get::<_, Uuid>(0))?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    for name in looks {
        deadlines::clear(tx, deadlines::Kind::Look, name)?;
        end_watch(tx, name)?;
    }
    Ok(())
}

/// The end of a look.
pub(crate) fn end_watch(tx: &mut Tx<'_>, name: Uuid) -> Result<()> {
    let found = tx
        .sql
        .prepare_cached(
            "DELETE FROM look WHERE ref = ?1 AND tenant = ?2 RETURNING person, customer, reason, reference",
        )?
        .query_map([name, tx.tenant.0], |row| {
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
    let mut room = WORDS;
    for conversation in conversations::of(sql, customer, tenant, CONVERSATIONS)? {
        let id = conversation.id;
        out.push(Entity::Conversation(conversation));
        let mut lines = messages::before(sql, id, tenant, None, LINES)?;
        // From the newest one back, as far as there is room; older ones are read when somebody scrolls up.
        let kept = lines
            .iter()
            .rev()
            .take_while(|line| {
                let had_room = room > 0;
                room = room.saturating_sub(line.text.len());
                had_room
            })
            .count();
        out.extend(lines.drain(lines.len() - kept..).map(Entity::Message));
    }
    out.extend(follow_ups::of(sql, customer, tenant)?.into_iter().map(Entity::FollowUp));
    Ok(out)
}
