//! The database file: opening it, one writer, some readers.
//!
//! SQLCipher is always what opens it; without a key it is a plain SQLite file. Work runs on blocking threads so that
//! sockets never wait for the disk.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, TransactionBehavior, backup::StepResult};
use secrecy::{ExposeSecret, SecretString};

use crate::error::{Error, Result};

/// Migrations in order; only ever added to. Number `n` brings `user_version` from `n - 1` to `n`.
const MIGRATIONS: &[&str] = &[
    include_str!("../migrations/1.sql"),
    include_str!("../migrations/2.sql"),
    include_str!("../migrations/3.sql"),
    include_str!("../migrations/4.sql"),
    include_str!("../migrations/5.sql"),
    include_str!("../migrations/6.sql"),
];

/// Reading connections kept open. Reads are short; more only cost memory.
const READERS: usize = 4;

/// The database.
#[derive(Clone)]
pub struct Db {
    inner: Arc<Inner>,
}

struct Inner {
    path: PathBuf,
    key: Option<SecretString>,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
}

impl Db {
    /// Opens the file, makes it if needed, and brings it to this version's tables. `key` is 64 hex digits.
    ///
    /// # Errors
    /// When the file cannot be opened, has another key, or was written by a newer version.
    pub fn open(path: &Path, key: Option<SecretString>) -> Result<Self> {
        let mut writer = connect(path, key.as_ref(), true)?;
        migrate(&mut writer)?;
        let inner =
            Inner { path: path.to_owned(), key, writer: Mutex::new(writer), readers: Mutex::new(Vec::new()) };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Runs `work` with the only connection that writes. One at a time.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> T + Send + 'static,
    ) -> Result<T> {
        let inner = self.inner.clone();
        tokio::task::spawn_blocking(move || {
            // A panic in the middle of a transaction rolls it back; the connection itself stays good.
            let mut writer = inner.writer.lock().unwrap_or_else(PoisonError::into_inner);
            work(&mut writer)
        })
        .await
        .map_err(|_| Error::Stopping)
    }

    /// Changes whenever another process changed the database.
    pub(crate) async fn changed_elsewhere(&self) -> Result<i64> {
        // As the writing connection sees it: this process writes with no other one.
        self.write(|sql| Ok(sql.query_row("PRAGMA data_version", [], |row| row.get(0))?)).await?
    }

    /// Runs `work` with a connection that cannot write. All that it reads is of one moment.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let inner = self.inner.clone();
        tokio::task::spawn_blocking(move || {
            let reader = inner.reader()?;
            let answer = reader.unchecked_transaction().map_err(Error::from).and_then(|moment| work(&moment));
            let mut readers = inner.readers.lock().unwrap_or_else(PoisonError::into_inner);
            if readers.len() < READERS {
                readers.push(reader);
            }
            answer
        })
        .await
        .map_err(|_| Error::Stopping)?
    }

    /// Copies the database, as it is at one moment, to `target` while the service runs. The copy has the same key.
    ///
    /// # Errors
    /// When the target exists or cannot be written.
    pub async fn backup(&self, target: PathBuf) -> Result<()> {
        if target.exists() {
            return Err(Error::Open(format!(
                "{} exists already; choose a new name for the backup.",
                target.display()
            )));
        }
        let inner = self.inner.clone();
        tokio::task::spawn_blocking(move || {
            let from = inner.reader()?;
            let mut to = connect(&target, inner.key.as_ref(), true)?;
            let backup = rusqlite::backup::Backup::new(&from, &mut to)?;
            // In one go: readers and the writer are not held up by it, and a copy in steps would begin again with
            // every change that is made meanwhile.
            match backup.step(-1)? {
                StepResult::Done => Ok(()),
                _ => Err(Error::Open("The database is busy; try the backup again.".into())),
            }
        })
        .await
        .map_err(|_| Error::Stopping)?
    }
}

impl Inner {
    fn reader(&self) -> Result<Connection> {
        let kept = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        kept.map_or_else(|| connect(&self.path, self.key.as_ref(), false), Ok)
    }
}

fn connect(path: &Path, key: Option<&SecretString>, write: bool) -> Result<Connection> {
    let access = if write {
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE
    } else {
        OpenFlags::SQLITE_OPEN_READ_ONLY
    };
    if write {
        make(path)?;
    }
    let mut connection = Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    // SQLCipher's own log writes to standard error; what it would say comes back as an error anyway.
    connection.pragma_update(None, "cipher_log_level", "NONE")?;
    if let Some(key) = key {
        connection.pragma_update(None, "key", format!("x'{}'", key.expose_secret()))?;
    }
    connection.busy_timeout(Duration::from_secs(10))?;
    connection
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0))
        .map_err(|_| Error::Open(format!("{} cannot be opened with this key.", path.display())))?;
    if write {
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "secure_delete", "ON")?;
        connection.pragma_update(None, "foreign_keys", "ON")?;
        // The lock is taken first, and waited for: one that is taken in the middle fails at once when another process has
        // written since the beginning.
        connection.set_transaction_behavior(TransactionBehavior::Immediate);
    }
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.set_prepared_statement_cache_capacity(128);
    Ok(connection)
}

/// Makes the file if needed, for the eyes of its owner only. SQLite gives its side files the same rights.
fn make(path: &Path) -> Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop).map_err(|source| Error::Io { what: "opening the database file", source })
}

fn migrate(connection: &mut Connection) -> Result<()> {
    let have: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let have = usize::try_from(have).unwrap_or(usize::MAX);
    if have > MIGRATIONS.len() {
        return Err(Error::Open(
            "This database was written by a newer version of Loopdesk. Update the service; nothing was changed.".into(),
        ));
    }
    for (step, sql) in MIGRATIONS.iter().enumerate().skip(have) {
        let transaction = connection.transaction()?;
        transaction.execute_batch(sql)?;
        transaction.pragma_update(None, "user_version", i64::try_from(step + 1).unwrap_or(i64::MAX))?;
        transaction.commit()?;
    }
    Ok(())
}
