//! What the service told us. Written by frames and snapshots alone; whatever the advisor did and is not yet confirmed
//! is laid over it by the desk, never written into it.

pub mod conversation;
pub mod customer;
pub mod fact;
pub mod follow_up;
pub mod library;
pub mod message;
pub mod meta;
pub mod person;
pub mod preview;
mod row;
pub mod score;
pub mod search;

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use model::{
    ConversationId, CustomerId, Epoch, FollowUpId, Person,
    wire::{
        Entity, Event,
        frames::{Change, EntityId},
    },
};
use rusqlite::{Connection, Transaction};

use crate::{
    Result,
    open::{self, Key, Kind, OpenError},
};
use meta::Position;

const KIND: Kind = Kind {
    steps: &[&[
        meta::TABLE,
        person::TABLE,
        customer::TABLE,
        fact::TABLE,
        score::TABLE,
        conversation::TABLE,
        message::TABLE,
        follow_up::TABLE,
        library::TABLE,
        preview::TABLE,
    ]],
    synchronous: "NORMAL",
};

/// What an applied frame changed: what is shown of it must be read again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Touched {
    /// Customers, and with them everything on their card.
    pub customers: BTreeSet<CustomerId>,
    /// Conversations as rows and heads.
    pub conversations: BTreeSet<ConversationId>,
    /// New or changed lines, by conversation.
    pub messages: BTreeSet<(ConversationId, model::MessageId)>,
    /// Loops.
    pub follow_ups: BTreeSet<FollowUpId>,
    /// Customers who left sight with everything that hung on them.
    pub left: BTreeSet<CustomerId>,
    /// Customers who came into sight, whole.
    pub entered: BTreeSet<CustomerId>,
    /// People.
    pub people: bool,
    /// The team's set-up.
    pub workspace: bool,
    /// Articles or macros.
    pub library: bool,
    /// Everything may have changed: a snapshot took the place of what was there.
    pub everything: bool,
}

/// The cache file.
pub struct Cache {
    sql: Connection,
    path: PathBuf,
    key: Key,
}

impl Cache {
    /// Opens the cache, or makes an empty one.
    ///
    /// # Errors
    /// See [`OpenError`]; nothing is written then.
    pub fn open(path: &Path, key: &Key) -> Result<Self, OpenError> {
        let sql = open::open(path, key, &KIND)?;
        Ok(Self { sql, path: path.to_owned(), key: key.clone() })
    }

    /// A cache that is gone with the process: for simulations. It has no second view.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn in_memory() -> Result<Self, OpenError> {
        Ok(Self { sql: open::in_memory(&KIND)?, path: PathBuf::new(), key: Key::random() })
    }

    /// Lets `refuses` decide before every write for good whether the disk takes it: for tests of what happens when not.
    pub fn refuse_when(&mut self, refuses: impl FnMut() -> bool + Send + 'static) {
        open::refuse_when(&mut self.sql, refuses);
    }

    /// A second view of the same file, for searches that must not keep the desk waiting.
    ///
    /// # Errors
    /// When the file cannot be opened again.
    pub fn reader(&self) -> Result<Reader, OpenError> {
        Ok(Reader { sql: open::open_reader(&self.path, &self.key)? })
    }

    /// For reads; all of them are functions of the table's module.
    pub fn rows(&self) -> &Connection {
        &self.sql
    }

    /// How far this cache is.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn position(&self) -> Result<Position> {
        meta::position(&self.sql)
    }

    /// Takes the changes of `(cursor, to]` and the new cursor, in one transaction. Changes that are there already
    /// (their version is not newer) change nothing.
    ///
    /// # Errors
    /// When the disk refuses; nothing was taken then.
    pub fn apply(&mut self, to: u64, events: &[Event], me: &Person, now: model::At) -> Result<Touched> {
        let tx = self.sql.transaction()?;
        let position = meta::position(&tx)?;
        let mut touched = Touched::default();
        for event in events.iter().filter(|event| event.seq > position.cursor) {
            take(&tx, &event.change, me, position.generation, &mut touched)?;
        }
        meta::advance(&tx, to, now)?;
        tx.commit()?;
        Ok(touched)
    }

    /// Begins to take a snapshot: rows from here on belong to a new generation.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn begin_snapshot(&mut self) -> Result<()> {
        let tx = self.sql.transaction()?;
        meta::next_generation(&tx)?;
        tx.commit()?;
        Ok(())
    }

    /// Takes a page of a snapshot.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn put_page(&mut self, entities: &[Entity]) -> Result<()> {
        let tx = self.sql.transaction()?;
        let generation = meta::position(&tx)?.generation;
        for entity in entities {
            outlived(&tx, entity, generation)?;
            put(&tx, entity, generation, &mut Touched::default())?;
        }
        tx.commit()?;
        Ok(())
    }

    /// The snapshot is whole: what is not in it is forgotten, and the stream goes on from `cursor`.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn finish_snapshot(&mut self, epoch: Epoch, cursor: u64, now: model::At) -> Result<()> {
        let tx = self.sql.transaction()?;
        let before = meta::position(&tx)?;
        let generation = before.generation;
        // The same log goes on: older lines of conversations that are still there are as true as before. In a log that was
        // restored they may never have been said.
        let goes_on = before.epoch == Some(epoch) && before.cursor <= cursor;
        message::forget_before(&tx, generation, goes_on)?;
        for table in [
            "person",
            "customer",
            "fact",
            "score",
            "conversation",
            "follow_up",
            "article",
            "macro",
            "workspace",
        ] {
            tx.execute(&format!("DELETE FROM {table} WHERE generation < ?"), [generation])?;
        }
        customer::index_again(&tx)?;
        meta::begin_at(&tx, epoch, cursor, now)?;
        tx.commit()?;
        Ok(())
    }

    /// Everything was heard up to `now`, although nothing changed.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn complete(&mut self, now: model::At) -> Result<()> {
        meta::complete(&self.sql, now)
    }

    /// Takes rows that were asked for apart from the stream: older lines.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn put_rows(&mut self, entities: &[Entity]) -> Result<()> {
        let tx = self.sql.transaction()?;
        let generation = meta::position(&tx)?.generation;
        for entity in entities {
            put(&tx, entity, generation, &mut Touched::default())?;
        }
        tx.commit()?;
        Ok(())
    }
}

/// Every row that is kept, to be compared with what the service has.
///
/// # Errors
/// When the file cannot be read.
pub fn everything(sql: &Connection) -> Result<Vec<Entity>> {
    let mut out: Vec<Entity> = meta::workspace(sql)?.into_iter().map(Entity::Workspace).collect();
    out.extend(row::table(sql, "person")?.into_iter().map(Entity::Person));
    out.extend(row::table(sql, "customer")?.into_iter().map(Entity::Customer));
    out.extend(row::table(sql, "fact")?.into_iter().map(Entity::Fact));
    out.extend(row::table(sql, "score")?.into_iter().map(Entity::Score));
    out.extend(row::table(sql, "conversation")?.into_iter().map(Entity::Conversation));
    out.extend(row::table(sql, "message")?.into_iter().map(Entity::Message));
    out.extend(row::table(sql, "follow_up")?.into_iter().map(Entity::FollowUp));
    out.extend(row::table(sql, "article")?.into_iter().map(Entity::Article));
    out.extend(row::table(sql, "macro")?.into_iter().map(Entity::Macro));
    Ok(out)
}

/// A second view of the cache, for reading only.
pub struct Reader {
    sql: Connection,
}

impl Reader {
    /// For reads; all of them are functions of the table's module.
    pub fn rows(&self) -> &Connection {
        &self.sql
    }
}

fn take(
    tx: &Transaction<'_>,
    change: &Change,
    me: &Person,
    generation: i64,
    touched: &mut Touched,
) -> Result<()> {
    match change {
        Change::Put { entity } => {
            if let Entity::Customer(row) = entity {
                // Their name stands in their conversations' rows.
                touched.conversations.extend(conversation::ids_of(tx, row.id)?);
            }
            put(tx, entity, generation, touched)
        }
        Change::Entered { customer, entities } => {
            touched.entered.insert(*customer);
            entities.iter().try_for_each(|entity| put(tx, entity, generation, touched))
        }
        Change::Left { customer } => {
            forget_customer(tx, *customer, me)?;
            touched.left.insert(*customer);
            touched.customers.insert(*customer);
            Ok(())
        }
        Change::Gone { id } => gone(tx, *id, touched),
    }
}

/// A row of an earlier generation gives way to the snapshot's, whatever its version: a service that was restored counts
/// from where its backup was.
fn outlived(tx: &Transaction<'_>, entity: &Entity, generation: i64) -> Result<()> {
    let (table, id) = match entity {
        // The only one of its kind, and put without looking.
        Entity::Workspace(_) => return Ok(()),
        Entity::Person(row) => ("person", row.id.0),
        Entity::Customer(row) => ("customer", row.id.0),
        Entity::Fact(row) => ("fact", row.id.0),
        Entity::Score(row) => ("score", row.id.0),
        Entity::Conversation(row) => ("conversation", row.id.0),
        Entity::Message(row) => ("message", row.id.0),
        Entity::FollowUp(row) => ("follow_up", row.id.0),
        Entity::Article(row) => ("article", row.id.0),
        Entity::Macro(row) => ("macro", row.id.0),
    };
    tx.prepare_cached(&format!("UPDATE {table} SET version = -1 WHERE id = ?1 AND generation < ?2"))?
        .execute(rusqlite::params![id, generation])?;
    Ok(())
}

fn put(tx: &Transaction<'_>, entity: &Entity, generation: i64, touched: &mut Touched) -> Result<()> {
    match entity {
        Entity::Workspace(row) => {
            touched.workspace = true;
            meta::put_workspace(tx, row, generation)
        }
        Entity::Person(row) => {
            touched.people = true;
            person::put(tx, row, generation)
        }
        Entity::Customer(row) => {
            touched.customers.insert(row.id);
            customer::put(tx, row, generation)
        }
        Entity::Fact(row) => {
            touched.customers.insert(row.customer);
            fact::put(tx, row, generation)
        }
        Entity::Score(row) => {
            touched.customers.insert(row.customer);
            score::put(tx, row, generation)
        }
        Entity::Conversation(row) => {
            touched.conversations.insert(row.id);
            touched.customers.insert(row.customer);
            conversation::put(tx, row, generation)
        }
        Entity::Message(row) => {
            touched.messages.insert((row.conversation, row.id));
            message::put(tx, row, generation)
        }
        Entity::FollowUp(row) => {
            touched.follow_ups.insert(row.id);
            touched.customers.insert(row.customer);
            follow_up::put(tx, row, generation)
        }
        Entity::Article(row) => {
            touched.library = true;
            library::put_article(tx, row, generation)
        }
        Entity::Macro(row) => {
            touched.library = true;
            library::put_macro(tx, row, generation)
        }
    }
}

fn gone(tx: &Transaction<'_>, id: EntityId, touched: &mut Touched) -> Result<()> {
    let (table, id) = match id {
        EntityId::Conversation(id) => {
            touched.conversations.insert(id);
            message::forget_conversation(tx, id)?;
            ("conversation", id.0)
        }
        EntityId::FollowUp(id) => {
            touched.follow_ups.insert(id);
            ("follow_up", id.0)
        }
        EntityId::Article(id) => {
            touched.library = true;
            ("article", id.0)
        }
        EntityId::Macro(id) => {
            touched.library = true;
            ("macro", id.0)
        }
    };
    tx.execute(&format!("DELETE FROM {table} WHERE id = ?"), [id])?;
    Ok(())
}

/// Forgets a customer and everything that hangs on them; the team's loops stay, they are the team's.
fn forget_customer(tx: &Transaction<'_>, id: CustomerId, me: &Person) -> Result<()> {
    for conversation in conversation::ids_of(tx, id)? {
        message::forget_conversation(tx, conversation)?;
    }
    customer::forget(tx, id)?;
    fact::forget_of(tx, id)?;
    for table in ["score", "conversation"] {
        tx.execute(&format!("DELETE FROM {table} WHERE customer = ?"), [id.0])?;
    }
    tx.execute(
        "DELETE FROM follow_up WHERE customer = ?1 AND team <> ?2",
        rusqlite::params![id.0, me.team.as_str()],
    )?;
    Ok(())
}
