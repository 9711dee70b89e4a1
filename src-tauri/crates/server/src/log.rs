//! The log: what changed, in order, and who may hear of it. It carries names only; the words are read from the rows
//! when an event is delivered, so that what is erased or no longer allowed is never shown by a replay.

use model::{
    ArticleId, At, CommandId, ConversationId, CustomerId, Epoch, FollowUpId, MacroId, Person, PersonId, Slug,
    TenantId,
    limits::FRAME_BYTES,
    wire::{
        Entity, Event,
        frames::{Change, EntityId},
    },
};
use rusqlite::{Connection, OptionalExtension, Row, ToSql, params, types::ToSqlOutput};
use uuid::Uuid;

use crate::{
    conversations, customers,
    error::{Error, Result},
    facts, follow_ups, library, messages, people, scope, scores,
};

/// What kind of row an event is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EventKind {
    Workspace,
    Person,
    Customer,
    Fact,
    Score,
    Conversation,
    Message,
    FollowUp,
    Article,
    ArticleGone,
    Macro,
    MacroGone,
    Entered,
    Left,
}

const KINDS: [(EventKind, &str); 14] = [
    (EventKind::Workspace, "workspace"),
    (EventKind::Person, "person"),
    (EventKind::Customer, "customer"),
    (EventKind::Fact, "fact"),
    (EventKind::Score, "score"),
    (EventKind::Conversation, "conversation"),
    (EventKind::Message, "message"),
    (EventKind::FollowUp, "follow_up"),
    (EventKind::Article, "article"),
    (EventKind::ArticleGone, "article_gone"),
    (EventKind::Macro, "macro"),
    (EventKind::MacroGone, "macro_gone"),
    (EventKind::Entered, "entered"),
    (EventKind::Left, "left"),
];

impl ToSql for EventKind {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let name = KINDS.iter().find(|(kind, _)| kind == self).map_or("", |(_, name)| name);
        Ok(ToSqlOutput::from(name))
    }
}

impl EventKind {
    fn read(name: &str) -> Option<Self> {
        KINDS.iter().find(|(_, known)| *known == name).map(|(kind, _)| *kind)
    }
}

/// Who may hear of an event. Checked again, against the rows of that moment, when it is delivered.
#[derive(Debug, Clone)]
pub(crate) enum Audience {
    /// Every desk of the tenant.
    All,
    /// One person.
    Person(PersonId),
    /// A team, and whoever has the customer in sight.
    Team(Slug),
    /// Whoever has the customer in sight.
    Customer(CustomerId),
}

/// An event before it has a number.
pub(crate) struct NewEvent {
    pub(crate) kind: EventKind,
    pub(crate) entity: Uuid,
    pub(crate) customer: Option<CustomerId>,
    pub(crate) conversation: Option<ConversationId>,
    pub(crate) audience: Audience,
    pub(crate) public: bool,
    pub(crate) actor: Option<PersonId>,
    pub(crate) command: Option<CommandId>,
}

impl NewEvent {
    pub(crate) fn insert(
        &self,
        sql: &Connection,
        tenant: TenantId,
        seq: i64,
        last: i64,
        at: At,
    ) -> rusqlite::Result<()> {
        let (audience, audience_id): (&str, Option<Box<dyn ToSql>>) = match &self.audience {
            Audience::All => ("all", None),
            Audience::Person(person) => ("person", Some(Box::new(person.0))),
            Audience::Team(team) => ("team", Some(Box::new(team.as_str().to_owned()))),
            Audience::Customer(_) => ("customer", None),
        };
        sql.prepare_cached(
            "INSERT INTO event(tenant, seq, last, at, actor, command, kind, entity, customer, conversation,
                               audience, audience_id, public)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        )?
        .execute(params![
            tenant.0,
            seq,
            last,
            at.0,
            self.actor.map(|p| p.0),
            self.command.map(|c| c.0),
            self.kind,
            self.entity,
            self.customer.map(|c| c.0),
            self.conversation.map(|c| c.0),
            audience,
            audience_id,
            self.public,
        ])?;
        Ok(())
    }
}

/// A tenant's log as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) epoch: Epoch,
    pub(crate) head: u64,
    /// The last number that was forgotten.
    pub(crate) forgotten: u64,
}

pub(crate) fn head(sql: &Connection, tenant: TenantId) -> Result<Head> {
    let (epoch, head, forgotten): (Uuid, i64, i64) = sql
        .prepare_cached("SELECT epoch, head, forgotten FROM tenant WHERE id = ?")?
        .query_row([tenant.0], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let number = |n: i64| u64::try_from(n).unwrap_or(0);
    Ok(Head { epoch: Epoch(epoch), head: number(head), forgotten: number(forgotten) })
}

/// An event as it stands in the log.
struct Stored {
    seq: u64,
    at: At,
    actor: Option<PersonId>,
    command: Option<CommandId>,
    kind: EventKind,
    entity: Uuid,
    /// The last number that the same transaction wrote.
    last: u64,
}

impl Stored {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let kind: String = row.get(4)?;
        let kind = EventKind::read(&kind).ok_or(rusqlite::Error::InvalidQuery)?;
        Ok(Self {
            seq: u64::try_from(row.get::<_, i64>(0)?).unwrap_or(0),
            at: At(row.get(1)?),
            actor: row.get::<_, Option<Uuid>>(2)?.map(PersonId),
            command: row.get::<_, Option<Uuid>>(3)?.map(CommandId),
            kind,
            entity: row.get(5)?,
            last: u64::try_from(row.get::<_, i64>(6)?).unwrap_or(0),
        })
    }
}

/// What a desk may see of `(from, …]`: the changes and the new cursor. At most `limit` events and [`FRAME_BYTES`] bytes,
/// unless one transaction wrote more: a frame never ends inside one.
pub(crate) fn range(
    sql: &Connection,
    tenant: TenantId,
    reader: &Person,
    from: u64,
    limit: usize,
) -> Result<(u64, Vec<Event>)> {
    let top = head(sql, tenant)?.head;
    let mut statement = sql.prepare_cached(
        "SELECT seq, at, actor, command, kind, entity, last FROM event
         WHERE tenant = ?1 AND seq > ?2 AND (
               audience = 'all'
            OR (audience = 'person' AND audience_id = ?3)
            OR (audience = 'team' AND (audience_id = ?4
                OR EXISTS(SELECT 1 FROM scope WHERE person = ?3 AND scope.customer = event.customer)))
            OR (audience = 'customer'
                AND EXISTS(SELECT 1 FROM scope WHERE person = ?3 AND scope.customer = event.customer)))
         ORDER BY seq",
    )?;
    let cursor = i64::try_from(from).unwrap_or(i64::MAX);
    let mut rows = statement.query(params![tenant.0, cursor, reader.id.0, reader.team.as_str()])?;
    let mut frame = Vec::new();
    // What one transaction did: whole in this frame, or in the next one.
    let mut whole = Vec::new();
    let mut bytes = 0;
    // Up to where the frame is whole, and where the transaction that is being read ends.
    let (mut done, mut end) = (from, from);
    while let Some(row) = rows.next()? {
        let stored = Stored::read(row)?;
        if stored.seq > end {
            frame.append(&mut whole);
            done = end;
            end = stored.last;
            if frame.len() >= limit || bytes >= FRAME_BYTES {
                return Ok((done, frame));
            }
        }
        if let Some(change) = deliver(sql, tenant, reader, &stored)? {
            let Stored { seq, at, actor, command, .. } = stored;
            let event = Event { seq, at, actor, command, change };
            bytes += serde_json::to_vec(&event)?.len();
            whole.push(event);
        }
        if bytes > FRAME_BYTES && !frame.is_empty() {
            return Ok((done, frame));
        }
    }
    frame.append(&mut whole);
    Ok((top.max(from), frame))
}

/// What a desk may hold from before `from` and its person may not see any more: customers who left their sight, loops that
/// are no longer theirs or their team's, and their own row with what they may do now. Each once, as of now.
pub(crate) fn lost(sql: &Connection, tenant: TenantId, reader: &Person, from: u64) -> Result<Vec<Event>> {
    let mut statement = sql.prepare_cached(
        "SELECT max(seq), at, actor, command, kind, entity, last FROM event
         WHERE tenant = ?1 AND seq > ?2 AND (
               (kind = 'left' AND audience = 'person' AND audience_id = ?3
                AND NOT EXISTS(SELECT 1 FROM scope WHERE person = ?3 AND scope.customer = event.entity))
            OR (kind = 'person' AND entity = ?3)
            OR (kind = 'follow_up' AND (audience <> 'person' OR audience_id = ?3)))
         GROUP BY kind, entity ORDER BY 1",
    )?;
    let from = i64::try_from(from).unwrap_or(i64::MAX);
    let mut lost = Vec::new();
    for stored in statement.query_map(params![tenant.0, from, reader.id.0], Stored::read)? {
        let stored = stored?;
        match deliver(sql, tenant, reader, &stored)? {
            // A loop that is still theirs comes at its place.
            Some(Change::Put { entity: Entity::FollowUp(_) }) | None => {}
            Some(change) => {
                let Stored { seq, at, actor, command, .. } = stored;
                lost.push(Event { seq, at, actor, command, change });
            }
        }
    }
    Ok(lost)
}

/// Joins the row as it is now to an event, or nothing when there is nothing (any more) to show. What hangs on a customer
/// is shown only to those who have in sight whose it is at this moment: it may have been linked to somebody else since.
fn deliver(sql: &Connection, tenant: TenantId, reader: &Person, event: &Stored) -> Result<Option<Change>> {
    let id = event.entity;
    let sees = |customer: CustomerId| scope::has(sql, reader.id, customer);
    let entity = match event.kind {
        EventKind::Workspace => Entity::Workspace(people::workspace(sql, tenant)?),
        EventKind::Person => match people::person(sql, PersonId(id), tenant)? {
            Some(person) => Entity::Person(person),
            None => return Ok(None),
        },
        EventKind::Customer => match customers::load(sql, CustomerId(id), tenant)? {
            Some(customer) if sees(customer.id)? => Entity::Customer(customer),
            _ => return Ok(None),
        },
        EventKind::Fact => match facts::load(sql, id, tenant)? {
            Some(fact) if sees(fact.customer)? => Entity::Fact(fact),
            _ => return Ok(None),
        },
        EventKind::Score => match scores::load(sql, id, tenant)? {
            Some(score) if sees(score.customer)? => Entity::Score(score),
            _ => return Ok(None),
        },
        EventKind::Conversation => match conversations::load(sql, ConversationId(id), tenant)? {
            Some(conversation) if sees(conversation.customer)? => Entity::Conversation(conversation),
            _ => return Ok(None),
        },
        EventKind::Message => match messages::load(sql, id, tenant)? {
            Some(message) if sees(conversations::customer_of(sql, message.conversation, tenant)?)? => {
                Entity::Message(message)
            }
            _ => return Ok(None),
        },
        EventKind::FollowUp => {
            let Some(follow_up) = follow_ups::load(sql, FollowUpId(id), tenant)? else { return Ok(None) };
            let of_team = follow_up.team == reader.team && follow_ups::is_kept(sql, &follow_up, tenant)?;
            if !of_team && !sees(follow_up.customer)? {
                return Ok(Some(Change::Gone { id: EntityId::FollowUp(FollowUpId(id)) }));
            }
            Entity::FollowUp(follow_up)
        }
        EventKind::Article => match library::article(sql, ArticleId(id), tenant)? {
            Some(article) => Entity::Article(article),
            None => return Ok(None),
        },
        EventKind::Macro => match library::prepared(sql, MacroId(id), tenant)? {
            Some(prepared) => Entity::Macro(prepared),
            None => return Ok(None),
        },
        EventKind::ArticleGone => return Ok(Some(Change::Gone { id: EntityId::Article(ArticleId(id)) })),
        EventKind::MacroGone => return Ok(Some(Change::Gone { id: EntityId::Macro(MacroId(id)) })),
        // They may be back in sight: then the later `entered` tells everything.
        EventKind::Left => return Ok(Some(Change::Left { customer: CustomerId(id) })),
        EventKind::Entered => {
            let customer = CustomerId(id);
            if !sees(customer)? {
                return Ok(None);
            }
            let entities = scope::everything(sql, tenant, customer)?;
            return Ok(Some(Change::Entered { customer, entities }));
        }
    };
    Ok(Some(Change::Put { entity }))
}

/// Whether `seq` is a change of that conversation which its customer may see.
pub(crate) fn has_public(
    sql: &Connection,
    tenant: TenantId,
    conversation: ConversationId,
    seq: u64,
) -> Result<bool> {
    Ok(sql
        .prepare_cached(
            "SELECT EXISTS(SELECT 1 FROM event WHERE tenant = ?1 AND seq = ?2 AND conversation = ?3 AND public = 1)",
        )?
        .query_row(params![tenant.0, i64::try_from(seq).unwrap_or(i64::MAX), conversation.0], |row| row.get(0))?)
}

/// What a customer may see of `(from, …]` of their conversation: the names of changed rows (message or
/// conversation), and the new cursor. From 0 it is all of it, however far back the log reaches.
pub(crate) fn public_range(
    sql: &Connection,
    tenant: TenantId,
    conversation: ConversationId,
    from: u64,
) -> Result<(u64, Vec<(EventKind, Uuid)>)> {
    let to = sql
        .prepare_cached("SELECT max(seq) FROM event WHERE tenant = ?1 AND conversation = ?2 AND public = 1")?
        .query_row(params![tenant.0, conversation.0], |row| row.get::<_, Option<i64>>(0))
        .optional()?
        .flatten();
    let to = u64::try_from(to.unwrap_or(0)).unwrap_or(0).max(from);
    if from == 0 {
        let mut statement =
            sql.prepare_cached("SELECT id FROM message WHERE conversation = ?1 AND tenant = ?2 ORDER BY n")?;
        let lines = statement.query_map(params![conversation.0, tenant.0], |row| row.get(0))?;
        let mut rows = lines.map(|id| Ok((EventKind::Message, id?))).collect::<Result<Vec<_>>>()?;
        rows.push((EventKind::Conversation, conversation.0));
        // A conversation of which the log knows nothing any more has no number; the page is told it all anew each time.
        return Ok((to.max(1), rows));
    }
    let mut statement = sql.prepare_cached(
        "SELECT kind, entity FROM event
         WHERE tenant = ?1 AND conversation = ?2 AND public = 1 AND seq > ?3 AND seq <= ?4 ORDER BY seq",
    )?;
    let as_i64 = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let rows = statement
        .query_map(params![tenant.0, conversation.0, as_i64(from), as_i64(to)], |row| {
            Ok((row.get::<_, String>(0)?, row.get(1)?))
        })?
        .map(|row| {
            let (kind, entity) = row?;
            Ok((EventKind::read(&kind).ok_or(Error::Sql(rusqlite::Error::InvalidQuery))?, entity))
        })
        .collect::<Result<Vec<_>>>()?;
    Ok((to, rows))
}
