//! Faults of the service itself, apart from what a caller did wrong (see `problem`).

/// Something that should not happen: the disk, the database, a row that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database refused.
    #[error("the database refused: {0}")]
    Sql(#[from] rusqlite::Error),
    /// A row of the database is not what this version writes. In its own words serde would quote the row, which may
    /// be a customer's: only where it stopped is told.
    #[error("a stored row cannot be read ({:?} at column {})", .0.classify(), .0.column())]
    Row(serde_json::Error),
    /// A file or socket.
    #[error("{what}: {source}")]
    Io {
        /// What was being done.
        what: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
    /// The database cannot be opened as it is.
    #[error("{0}")]
    Open(String),
    /// A background task ended in the middle of its work.
    #[error("the service is stopping")]
    Stopping,
    /// A secret could not be made or checked.
    #[error("a secret could not be handled: {0}")]
    Secret(&'static str),
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Row(error)
    }
}

/// What the service's own functions answer.
pub type Result<T, E = Error> = std::result::Result<T, E>;
