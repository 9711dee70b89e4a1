//! What is the advisor's own: what is not sent yet, drafts and their files, where they were. Never thrown away to make
//! room, never replaced because a key is missing.

pub mod draft;
pub mod file;
pub mod kept;
pub mod outbox;
pub mod salvage;

use std::path::Path;

use model::{At, CommandId, Epoch};
use rusqlite::Connection;

use crate::{
    Result,
    open::{self, Key, Kind, OpenError},
};

const KIND: Kind = Kind {
    steps: &[
        &[outbox::TABLE, draft::TABLE, file::TABLE, kept::TABLE],
        &[outbox::SENT_AND_BASE],
        &[outbox::LANDED_AT],
    ],
    synchronous: "FULL",
};

/// The work file.
pub struct Work {
    sql: Connection,
}

impl Work {
    /// Opens the work file, or makes an empty one.
    ///
    /// # Errors
    /// See [`OpenError`]; nothing is written then.
    pub fn open(path: &Path, key: &Key) -> Result<Self, OpenError> {
        Ok(Self { sql: open::open(path, key, &KIND)? })
    }

    /// Opens the work file. Of one that is damaged, what can be read is saved into a new one, the damaged one is kept, and
    /// [`salvage::told`] tells until it was read. Reads all of the file.
    ///
    /// # Errors
    /// See [`OpenError`]. Where nothing can be read with this key, nothing is written.
    pub fn open_or_salvage(path: &Path, key: &Key, now: At) -> Result<Self, OpenError> {
        if !salvage::was_cut_short(path) {
            let work = Self::open(path, key);
            match &work {
                Ok(open) if salvage::is_whole(&open.sql)? => return work,
                Ok(_) | Err(OpenError::Damaged) => {}
                Err(_) => return work,
            }
        }
        salvage::salvage(path, key, now)?;
        Self::open(path, key)
    }

    /// A work file that is gone with the process: for simulations.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn in_memory() -> Result<Self, OpenError> {
        Ok(Self { sql: open::in_memory(&KIND)? })
    }

    /// Lets `refuses` decide before every write for good whether the disk takes it: for tests of what happens when not.
    pub fn refuse_when(&mut self, refuses: impl FnMut() -> bool + Send + 'static) {
        open::refuse_when(&mut self.sql, refuses);
    }

    /// For reads and single writes; all of them are functions of the table's module.
    pub fn rows(&self) -> &Connection {
        &self.sql
    }

    /// Does several writes as one.
    ///
    /// # Errors
    /// When the disk refuses; nothing was written then.
    pub fn together<T>(&mut self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let tx = self.sql.transaction()?;
        let answer = work(&tx)?;
        tx.commit()?;
        Ok(answer)
    }

    /// What the service confirmed and the cache has caught up with is done. The same rule again changes nothing, so it
    /// may be run at any time; it is, after every frame and at every start.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn settle_done(&self, epoch: Epoch, cursor: u64) -> Result<Vec<CommandId>> {
        outbox::settle_done(&self.sql, epoch, cursor)
    }

    /// The service goes on in the log `epoch`, which reaches up to `head` at this moment: what it confirmed beyond that is
    /// sent again. The same rule again changes nothing.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn ask_again(&self, epoch: Epoch, head: u64) -> Result<()> {
        outbox::ask_again(&self.sql, epoch, head)
    }
}
