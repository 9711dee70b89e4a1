//! The encrypted files on an advisor's computer.
//!
//! Two of them: the *cache* holds what the service told us and may be thrown away; the *work* holds what is the
//! advisor's own (what is not sent yet, drafts, where they were) and never is. The cache takes rows and cursor in one
//! transaction; the work file is settled afterwards by an idempotent rule ([`Work::settle_done`]), because a commit
//! across two files is not atomic.
//!
//! Keys are made here and kept in the system's keyring ([`keyring`]), in a file under a passphrase ([`slot`]), or in both;
//! a file whose key is missing is never replaced.

pub mod cache;
pub mod keyring;
pub mod open;
pub mod slot;
pub mod work;

pub use cache::{Cache, Touched};
pub use open::{Key, OpenError};
/// An open file, to be handed to the functions of its tables. Nobody outside this crate speaks SQL to it.
pub use rusqlite::Connection as Rows;
pub use work::Work;

/// A fault of a file that is open.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The disk is full or may not be written.
    #[error("the disk refuses to write")]
    Disk,
    /// The file is damaged or another program changed it.
    #[error("a stored row cannot be read")]
    Row,
    /// Anything else that SQLite says.
    #[error("the database refused: {0}")]
    Sql(rusqlite::Error),
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        match error.sqlite_error_code() {
            Some(
                ErrorCode::DiskFull
                | ErrorCode::ReadOnly
                | ErrorCode::CannotOpen
                | ErrorCode::PermissionDenied
                | ErrorCode::SystemIoFailure,
            ) => Error::Disk,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Error::Row,
            _ => Error::Sql(error),
        }
    }
}

impl From<serde_json::Error> for Error {
    fn from(_: serde_json::Error) -> Self {
        // serde's words can quote what it read.
        Error::Row
    }
}

/// What this crate's functions answer.
pub type Result<T, E = Error> = std::result::Result<T, E>;
