//! One unit of work in a tenant: rows, their events in the log, and what sockets should hear, all or nothing.

use std::{cell::Cell, collections::BTreeSet};

use model::{At, CommandId, ConversationId, CustomerId, Person, PersonId, TenantId, Workspace, wire::Now};
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::{
    error::Result,
    hub::To,
    log::{Audience, EventKind, NewEvent},
    presence, routing,
};

/// A unit of work.
pub(crate) struct Tx<'c> {
    /// The database transaction.
    pub(crate) sql: Transaction<'c>,
    /// Whose world.
    pub(crate) tenant: TenantId,
    /// When, for the whole unit.
    pub(crate) now: At,
    /// The team's set-up.
    pub(crate) workspace: Workspace,
    actor: Option<PersonId>,
    command: Option<CommandId>,
    events: Vec<NewEvent>,
    head: Option<u64>,
    wake: BTreeSet<Uuid>,
    wake_all: bool,
    nows: Vec<(To, Now)>,
    /// People who were changed, as they are now.
    pub(crate) renewed: Vec<Person>,
    /// People whose presence or load changed.
    pub(crate) touched: BTreeSet<PersonId>,
    /// Conversations that came into a queue, left it, or were offered.
    pub(crate) queued: BTreeSet<ConversationId>,
    /// Conversations whose call, if they are one, may have to go another way.
    pub(crate) calls: BTreeSet<ConversationId>,
    /// Something changed that may let a waiting conversation be offered.
    pub(crate) route: bool,
    /// Something changed that supervisors see.
    pub(crate) supervise: bool,
    /// A deadline was set or moved.
    pub(crate) deadlines: Cell<bool>,
}

/// What a finished unit of work tells the hub.
#[derive(Default)]
pub(crate) struct Committed {
    /// The persons and visitors' conversations whose sockets have something to read.
    pub(crate) wake: BTreeSet<Uuid>,
    /// Every socket of the tenant has.
    pub(crate) wake_all: bool,
    /// People who were changed: what they are told follows from what they are now.
    pub(crate) renewed: Vec<Person>,
    /// What is true now.
    pub(crate) nows: Vec<(To, Now)>,
    /// The supervisors' figures changed.
    pub(crate) supervise: bool,
    /// The next deadline may have moved.
    pub(crate) deadlines: bool,
    /// Conversations whose call, if they are one, may have to go another way.
    pub(crate) calls: BTreeSet<ConversationId>,
}

impl<'c> Tx<'c> {
    pub(crate) fn begin(sql: Transaction<'c>, tenant: TenantId, now: At) -> Result<Self> {
        let workspace: String = sql
            .prepare_cached("SELECT body FROM tenant WHERE id = ?")?
            .query_row([tenant.0], |row| row.get(0))?;
        let workspace = serde_json::from_str(&workspace)?;
        Ok(Self {
            sql,
            tenant,
            now,
            workspace,
            actor: None,
            command: None,
            events: Vec::new(),
            head: None,
            wake: BTreeSet::new(),
            wake_all: false,
            nows: Vec::new(),
            renewed: Vec::new(),
            touched: BTreeSet::new(),
            queued: BTreeSet::new(),
            calls: BTreeSet::new(),
            route: false,
            supervise: false,
            deadlines: Cell::new(false),
        })
    }

    /// From here on, events name this person and command.
    pub(crate) fn by(&mut self, actor: Option<PersonId>, command: Option<CommandId>) {
        self.actor = actor;
        self.command = command;
    }

    /// Adds an event to the log.
    pub(crate) fn log(&mut self, kind: EventKind, entity: Uuid, audience: Audience) {
        self.events.push(NewEvent {
            kind,
            entity,
            customer: None,
            conversation: None,
            audience,
            public: false,
            actor: self.actor,
            command: self.command,
        });
    }

    /// Adds an event about something that hangs on a customer.
    pub(crate) fn log_customer(&mut self, kind: EventKind, entity: Uuid, customer: CustomerId) {
        self.log(kind, entity, Audience::Customer(customer));
        if let Some(event) = self.events.last_mut() {
            event.customer = Some(customer);
        }
    }

    /// Gives the event added last to another audience.
    pub(crate) fn audience(&mut self, audience: Audience) {
        if let Some(event) = self.events.last_mut() {
            event.audience = audience;
        }
    }

    /// Adds an event about a conversation; `public`: the customer sees it too.
    pub(crate) fn log_conversation(
        &mut self,
        kind: EventKind,
        entity: Uuid,
        customer: CustomerId,
        conversation: ConversationId,
        public: bool,
    ) {
        self.log_customer(kind, entity, customer);
        if let Some(event) = self.events.last_mut() {
            event.conversation = Some(conversation);
            event.public = public;
        }
    }

    /// Tells somebody what is true now, once the work is done.
    pub(crate) fn tell(&mut self, to: To, now: Now) {
        self.nows.push((to, now));
    }

    /// Lets the customer's page look into the log and at its place in the queue.
    pub(crate) fn wake(&mut self, conversation: ConversationId) {
        self.wake.insert(conversation.0);
    }

    /// Gives the events their numbers and writes them. Answers the log's head afterwards.
    pub(crate) fn flush(&mut self) -> Result<u64> {
        let count = i64::try_from(self.events.len()).unwrap_or(i64::MAX);
        let head: i64 = self
            .sql
            .prepare_cached("UPDATE tenant SET head = head + ?2 WHERE id = ?1 RETURNING head")?
            .query_row(params![self.tenant.0, count], |row| row.get(0))?;
        for (place, event) in std::mem::take(&mut self.events).into_iter().enumerate() {
            let seq = head - count + 1 + i64::try_from(place).unwrap_or(0);
            self.who_reads(&event)?;
            event.insert(&self.sql, self.tenant, seq, head, self.now)?;
        }
        let head = u64::try_from(head).unwrap_or(0);
        self.head = Some(head);
        Ok(head)
    }

    /// Notes whose sockets have to look into the log.
    fn who_reads(&mut self, event: &NewEvent) -> Result<()> {
        if let (true, Some(conversation)) = (event.public, event.conversation) {
            self.wake.insert(conversation.0);
        }
        match &event.audience {
            Audience::All | Audience::Team(_) => self.wake_all = true,
            Audience::Person(person) => {
                self.wake.insert(person.0);
            }
            Audience::Customer(customer) => {
                let mut statement =
                    self.sql.prepare_cached("SELECT DISTINCT person FROM scope WHERE customer = ?")?;
                for person in statement.query_map([customer.0], |row| row.get::<_, Uuid>(0))? {
                    self.wake.insert(person?);
                }
            }
        }
        Ok(())
    }

    /// Offers what can be offered now and tells what follows from everything that was done.
    pub(crate) fn settle(&mut self) -> Result<()> {
        if std::mem::take(&mut self.route) {
            routing::offer_all(self)?;
        }
        routing::tell_queued(self)?;
        presence::tell_touched(self)
    }

    /// Writes everything for good.
    pub(crate) fn commit(mut self) -> Result<Committed> {
        self.settle()?;
        if !self.events.is_empty() {
            self.flush()?;
        }
        self.sql.commit()?;
        Ok(Committed {
            wake: self.wake,
            wake_all: self.wake_all,
            renewed: self.renewed,
            nows: self.nows,
            supervise: self.supervise,
            deadlines: self.deadlines.get(),
            calls: self.calls,
        })
    }
}

/// Reads the one JSON column of the one row that `sql` finds by id (`?1`) and tenant (`?2`).
pub(crate) fn body<T: DeserializeOwned>(
    connection: &Connection,
    sql: &str,
    id: Uuid,
    tenant: TenantId,
) -> Result<Option<T>> {
    let text: Option<String> =
        connection.prepare_cached(sql)?.query_row([id, tenant.0], |row| row.get(0)).optional()?;
    Ok(text.map(|text| serde_json::from_str(&text)).transpose()?)
}

/// Reads the one JSON column of all rows that `sql` finds by id (`?1`) and tenant (`?2`).
pub(crate) fn bodies<T: DeserializeOwned>(
    connection: &Connection,
    sql: &str,
    id: Uuid,
    tenant: TenantId,
) -> Result<Vec<T>> {
    let mut statement = connection.prepare_cached(sql)?;
    let texts = statement.query_map([id, tenant.0], |row| row.get::<_, String>(0))?;
    texts.map(|text| Ok(serde_json::from_str(&text?)?)).collect()
}
