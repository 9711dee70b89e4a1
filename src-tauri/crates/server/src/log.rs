//! The log: what changed, in order, and who may hear of it. It carries names only; the words are read from the rows
//! when an event is delivered, so that what is erased or no longer allowed is never shown by a replay.

use model::{
    ArticleId, At, CommandId, ConversationId, CustomerId, Epoch, FollowUpId, MacroId, Person, PersonId, Slug,
    TenantId,
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
}

pub(crate) fn head(sql: &Connection, tenant: TenantId) -> Result<Head> {
    let (epoch, head): (Uuid, i64) = sql
        .prepare_cached("SELECT epoch, head FROM tenant WHERE id = ?")?
        .query_row([tenant.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(Head { epoch: Epoch(epoch), head: u64::try_from(head).unwrap_or(0) })
}

/// An event as it stands in the log.
struct Stored {
    seq: u64,
    at: At,
    actor: Option<PersonId>,
    command: Option<CommandId>,
    kind: EventKind,
    entity: Uuid,
    customer: Option<CustomerId>,
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
            customer: row.get::<_, Option<Uuid>>(6)?.map(CustomerId),
        })
    }
}

/// What a desk may see of `(from, …]`: the changes and the new cursor. At most `limit` events, unless one
/// transaction wrote more: a frame never ends inside one.
pub(crate) fn range(
    sql: &Connection,
    tenant: TenantId,
    reader: &Person,
    from: u64,
    limit: usize,
) -> Result<(u64, Vec<Event>)> {
    let top = head(sql, tenant)?.head;
    let mut statement = sql.prepare_cached(
        "SELECT seq, at, actor, command, kind, entity, customer, last FROM event
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
    let mut stored = Vec::new();
    let mut last = 0;
    let mut to = top.max(from);
    while let Some(row) = rows.next()? {
        let event = Stored::read(row)?;
        if stored.len() >= limit && event.seq > last {
            to = last;
            break;
        }
        last = u64::try_from(row.get::<_, i64>(7)?).unwrap_or(0);
        stored.push(event);
    }
    let mut events = Vec::with_capacity(stored.len());
    for event in stored {
        if let Some(change) = deliver(sql, tenant, reader, &event)? {
            events.push(Event {
                seq: event.seq,
                at: event.at,
                actor: event.actor,
                command: event.command,
                change,
            });
        }
    }
    Ok((to, events))
}

/// Joins the row as it is now to an event, or nothing when there is nothing (any more) to show.
fn deliver(sql: &Connection, tenant: TenantId, reader: &Person, event: &Stored) -> Result<Option<Change>> {
    let id = event.entity;
    let entity = match event.kind {
        EventKind::Workspace => Some(Entity::Workspace(people::workspace(sql, tenant)?)),
        EventKind::Person => people::person(sql, PersonId(id), tenant)?.map(Entity::Person),
        EventKind::Customer => customers::load(sql, CustomerId(id), tenant)?.map(Entity::Customer),
        EventKind::Fact => facts::load(sql, id, tenant)?.map(Entity::Fact),
        EventKind::Score => scores::load(sql, id, tenant)?.map(Entity::Score),
        EventKind::Conversation => {
            conversations::load(sql, ConversationId(id), tenant)?.map(Entity::Conversation)
        }
        EventKind::Message => messages::load(sql, id, tenant)?.map(Entity::Message),
        EventKind::FollowUp => {
            let Some(follow_up) = follow_ups::load(sql, FollowUpId(id), tenant)? else { return Ok(None) };
            let sees = follow_up.team == reader.team || scope::has(sql, reader.id, follow_up.customer)?;
            if !sees {
                return Ok(Some(Change::Gone { id: EntityId::FollowUp(FollowUpId(id)) }));
            }
            Some(Entity::FollowUp(follow_up))
        }
        EventKind::Article => library::article(sql, ArticleId(id), tenant)?.map(Entity::Article),
        EventKind::Macro => library::prepared(sql, MacroId(id), tenant)?.map(Entity::Macro),
        EventKind::ArticleGone => return Ok(Some(Change::Gone { id: EntityId::Article(ArticleId(id)) })),
        EventKind::MacroGone => return Ok(Some(Change::Gone { id: EntityId::Macro(MacroId(id)) })),
        EventKind::Left => {
            let customer = CustomerId(id);
            // They may be back in sight: then the later `entered` tells everything.
            return Ok(Some(Change::Left { customer }));
        }
        EventKind::Entered => {
            let customer = CustomerId(id);
            if !scope::has(sql, reader.id, customer)? {
                return Ok(None);
            }
            let entities = scope::everything(sql, tenant, customer)?;
            return Ok(Some(Change::Entered { customer, entities }));
        }
    };
    // A row of a customer who has left the reader's sight since is not shown.
    if let (Some(customer), false) = (event.customer, event.kind == EventKind::FollowUp)
        && !scope::has(sql, reader.id, customer)?
    {
        return Ok(None);
    }
    Ok(entity.map(|entity| Change::Put { entity }))
}

/// What a customer may see of `(from, …]` of their conversation: the names of changed rows (message or
/// conversation), and the new cursor.
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
