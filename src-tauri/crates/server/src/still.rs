//! The service without anything that moves by itself: no socket, no task, no clock. The commands, the log and the snapshot
//! are those behind the routes; each is a plain call at a moment that the caller names. Simulations drive it, and so
//! prove the code that runs.

use std::path::Path;

use model::{
    At, CommandId, ConversationId, FollowUp, FollowUpId, Person, PersonId, TenantId,
    limits::FRAME_EVENTS,
    wire::{
        ClientFrame, Command, Event, ServerFrame,
        commands::Receipts,
        reads::{SnapshotPage, SnapshotStart},
    },
};
use rusqlite::{Connection, MAIN_DB, backup::Backup};

use crate::{
    commands,
    desk::{snapshot, stream},
    error::{Error, Result},
    follow_ups, log, people,
    seed::measuring,
    tx::Tx,
};

/// A service of one tenant, in memory.
pub struct Still {
    sql: Connection,
    tenant: TenantId,
}

/// How the database was at one moment.
pub struct Copy(Connection);

impl Still {
    /// A copy of the database in a file that is not encrypted and has one tenant.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn of_file(path: &Path) -> Result<Self> {
        let mut sql = Connection::open_in_memory()?;
        sql.restore(MAIN_DB, path, None::<fn(rusqlite::backup::Progress)>)?;
        Self::of(sql)
    }

    /// A service that goes on from a copy.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn of_copy(copy: &Copy) -> Result<Self> {
        Self::of(duplicate(&copy.0)?)
    }

    fn of(sql: Connection) -> Result<Self> {
        sql.set_prepared_statement_cache_capacity(128);
        let tenant = people::only_tenant(&sql)?.ok_or_else(|| Error::Open("There is no tenant.".into()))?;
        Ok(Self { sql, tenant })
    }

    /// How the database is now.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn copy(&self) -> Result<Copy> {
        duplicate(&self.sql).map(Copy)
    }

    /// Goes back to a copy, as when a backup is restored: every desk must begin anew.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn restore(&mut self, copy: &Copy) -> Result<()> {
        *self = Self::of_copy(copy)?;
        people::new_epochs(&self.sql)
    }

    /// Everybody.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn people(&self) -> Result<Vec<Person>> {
        people::everybody(&self.sql, self.tenant)
    }

    fn person(&self, id: PersonId) -> Result<Person> {
        let person = people::person(&self.sql, id, self.tenant)?;
        person.ok_or_else(|| Error::Open("There is no such person.".into()))
    }

    /// `POST /v1/commands`.
    ///
    /// # Errors
    /// When the service has a fault: nothing is known about the rest then.
    pub fn submit(&mut self, by: PersonId, commands: Vec<Command>, now: At) -> Result<Receipts> {
        let me = self.person(by)?;
        let mut receipts = Vec::with_capacity(commands.len());
        for command in commands {
            receipts.push(commands::handle(&mut self.sql, self.tenant, &me, now, command)?.0);
        }
        Ok(Receipts { epoch: log::head(&self.sql, self.tenant)?.epoch, receipts })
    }

    /// What the stream answers to a hello.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn greet(&self, hello: &ClientFrame, now: At) -> Result<Option<ServerFrame>> {
        let ClientFrame::Hello { epoch, cursor, schema, .. } = hello else { return Ok(None) };
        Ok(Some(stream::greet(log::head(&self.sql, self.tenant)?, *epoch, *cursor, *schema, now)))
    }

    /// What the stream has after a number: the new number and the changes that the person may see.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn range(&self, reader: PersonId, from: u64) -> Result<(u64, Vec<Event>)> {
        log::range(&self.sql, self.tenant, &self.person(reader)?, from, FRAME_EVENTS)
    }

    /// The number of the last change.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn head(&self) -> Result<u64> {
        Ok(log::head(&self.sql, self.tenant)?.head)
    }

    /// `POST /v1/sync/begin`.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn begin(&self) -> Result<SnapshotStart> {
        let head = log::head(&self.sql, self.tenant)?;
        Ok(SnapshotStart { epoch: head.epoch, cursor: head.head })
    }

    /// `GET /v1/sync/page`.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn page(&self, reader: PersonId, after: Option<&str>) -> Result<Option<SnapshotPage>> {
        snapshot::page_after(&self.sql, self.tenant, &self.person(reader)?, after)
    }

    /// A loop as it is.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn follow_up(&self, id: FollowUpId) -> Result<Option<FollowUp>> {
        follow_ups::load(&self.sql, id, self.tenant)
    }

    /// Loses the receipt of a command but not what it did: the mistake that a service makes which keeps receipts in a
    /// transaction of their own. For tests of the tests.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn lose_receipt(&mut self, command: CommandId) -> Result<()> {
        self.sql.execute("DELETE FROM receipt WHERE command = ?", [command.0])?;
        Ok(())
    }

    /// A customer says something.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn says(&mut self, conversation: ConversationId, text: String, now: At) -> Result<()> {
        let mut tx = Tx::begin(self.sql.transaction()?, self.tenant, now)?;
        measuring::customer_says(&mut tx, conversation, text)?;
        tx.commit().map(drop)
    }

    /// Which commands changed something, in the order in which they did: each with its first number and how many units of
    /// work it took. More than one would be a command done twice.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn done(&self) -> Result<Vec<(CommandId, u64, u32)>> {
        let mut statement = self.sql.prepare_cached(
            "SELECT command, min(seq), count(DISTINCT last) FROM event WHERE command IS NOT NULL
             GROUP BY command ORDER BY min(seq)",
        )?;
        let rows = statement.query_map([], |row| {
            Ok((CommandId(row.get(0)?), row.get::<_, i64>(1)?.unsigned_abs(), row.get(2)?))
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

fn duplicate(from: &Connection) -> Result<Connection> {
    let mut to = Connection::open_in_memory()?;
    Backup::new(from, &mut to)?.step(-1)?;
    Ok(to)
}
