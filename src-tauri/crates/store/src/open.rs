//! Opening an encrypted file, and bringing it to this version's tables.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use rand::RngCore;
use rusqlite::{Connection, OpenFlags};
use secrecy::{ExposeSecret, SecretString};

/// A database key: 256 random bits, as 64 hex digits.
#[derive(Clone)]
pub struct Key(SecretString);

impl Key {
    /// A new one.
    pub fn random() -> Self {
        let mut bytes = [0u8; 32];
        rand::rng().fill_bytes(&mut bytes);
        let hex = bytes.iter().fold(String::with_capacity(64), |hex, byte| hex + &format!("{byte:02x}"));
        Self(hex.into())
    }

    /// The one that was kept, if it is one.
    pub fn read(hex: SecretString) -> Option<Self> {
        let text = hex.expose_secret();
        (text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit())).then_some(Self(hex))
    }

    /// Its digits, to be kept in the keyring or handed to the embedded service.
    pub fn hex(&self) -> &SecretString {
        &self.0
    }
}

/// Why a file cannot be opened. None of these writes anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The key is not the file's.
    #[error("the key does not open this file")]
    WrongKey,
    /// It was written by a newer version of the app.
    #[error("this file was written by a newer version of Loopdesk")]
    Newer,
    /// Some of it cannot be read, or does not fit the rest.
    #[error("this file is damaged")]
    Damaged,
    /// The disk refuses.
    #[error("the disk refuses")]
    Disk,
}

impl From<rusqlite::Error> for OpenError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::NotADatabase) => OpenError::WrongKey,
            Some(rusqlite::ErrorCode::DatabaseCorrupt) => OpenError::Damaged,
            _ => OpenError::Disk,
        }
    }
}

/// What opening needs to know of a kind of file.
pub(crate) struct Kind {
    /// Steps in order; only ever added to. Number `n` brings the file from version `n - 1` to `n`.
    pub(crate) steps: &'static [&'static [&'static str]],
    /// `FULL` for what must survive a power cut at the very next moment, `NORMAL` for what can be fetched again.
    pub(crate) synchronous: &'static str,
}

/// Opens `path`, or makes it when it is not there.
pub(crate) fn open(path: &Path, key: &Key, kind: &Kind) -> Result<Connection, OpenError> {
    open_at(path, key, kind, kind.steps.len())
}

/// Opens `path`, and brings it no further than to version `upto`.
pub(crate) fn open_at(path: &Path, key: &Key, kind: &Kind, upto: usize) -> Result<Connection, OpenError> {
    let mut connection =
        connect(path, key, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
    let set = |name, value: &str| connection.pragma_update(None, name, value).map_err(OpenError::from);
    set("journal_mode", "WAL")?;
    set("synchronous", kind.synchronous)?;
    set("fullfsync", "ON")?;
    set("secure_delete", "ON")?;
    only_mine(path);
    migrate(&mut connection, kind, upto)?;
    Ok(connection)
}

/// A database without a file.
pub(crate) fn in_memory(kind: &Kind) -> Result<Connection, OpenError> {
    let mut connection = Connection::open_in_memory()?;
    connection.set_prepared_statement_cache_capacity(128);
    migrate(&mut connection, kind, kind.steps.len())?;
    Ok(connection)
}

/// A commit for which `refuses` answers true is rolled back, and the write fails.
pub(crate) fn refuse_when(connection: &mut Connection, refuses: impl FnMut() -> bool + Send + 'static) {
    // Fails only on a connection that belongs to somebody else.
    let _ = connection.commit_hook(Some(refuses));
}

/// Opens a damaged file as it is, to save what can be read of it; also one that was cut off.
pub(crate) fn open_damaged(path: &Path, key: &Key) -> Result<Connection, OpenError> {
    let connection = unlock(path, key, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    // Else SQLite reads nothing of a file that is shorter than it should be.
    connection.pragma_update(None, "writable_schema", "ON")?;
    try_key(&connection)?;
    Ok(connection)
}

/// Opens a file that is there, for reading beside the one who writes.
pub(crate) fn open_reader(path: &Path, key: &Key) -> Result<Connection, OpenError> {
    connect(path, key, OpenFlags::SQLITE_OPEN_READ_ONLY)
}

fn connect(path: &Path, key: &Key, access: OpenFlags) -> Result<Connection, OpenError> {
    let connection = unlock(path, key, access)?;
    try_key(&connection)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.set_prepared_statement_cache_capacity(128);
    Ok(connection)
}

/// The first read decrypts the first page: only then is the key known to be right.
fn try_key(connection: &Connection) -> Result<(), OpenError> {
    Ok(connection
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0))
        .map(drop)?)
}

fn unlock(path: &Path, key: &Key, access: OpenFlags) -> Result<Connection, OpenError> {
    let connection = Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)
        .map_err(|_| OpenError::Disk)?;
    // SQLCipher's own log writes to standard error; what it would say comes back as an error anyway.
    connection.pragma_update(None, "cipher_log_level", "NONE")?;
    let hex = format!("x'{}'", key.hex().expose_secret());
    connection.pragma_update(None, "key", hex)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    Ok(connection)
}

fn migrate(connection: &mut Connection, kind: &Kind, upto: usize) -> Result<(), OpenError> {
    let have: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let have = usize::try_from(have).unwrap_or(usize::MAX);
    if have > kind.steps.len() {
        return Err(OpenError::Newer);
    }
    for (step, tables) in kind.steps.iter().enumerate().take(upto).skip(have) {
        let transaction = connection.transaction()?;
        for table in *tables {
            transaction.execute_batch(table)?;
        }
        let version = i64::try_from(step + 1).unwrap_or(i64::MAX);
        transaction.pragma_update(None, "user_version", version)?;
        transaction.commit()?;
    }
    Ok(())
}

/// Only this account of the computer may read the file, encrypted as it is.
fn only_mine(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let _ = fs::set_permissions(path, fs::Permissions::from_mode(0o600));
    }
    #[cfg(not(unix))]
    let _ = path;
}

/// A database file with the files that SQLite keeps beside it.
pub fn files_of(path: &Path) -> [PathBuf; 3] {
    let beside = |suffix: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    };
    [path.to_owned(), beside("-wal"), beside("-shm")]
}

/// Takes a database file off the disk.
///
/// # Errors
/// When a file is there and cannot be removed.
pub fn remove(path: &Path) -> io::Result<()> {
    for file in files_of(path) {
        match fs::remove_file(&file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// Writes a small file that only its owner may read: beside, brought to the disk, and moved into place. A power cut leaves the
/// old file or the new one, whole.
///
/// # Errors
/// When the disk refuses.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let mut options = fs::File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut file = options.open(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    fs::rename(&beside, path)?;
    // The new name, too, must survive the cut.
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}
