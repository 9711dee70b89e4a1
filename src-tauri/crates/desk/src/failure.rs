//! The one error that crosses to the screen.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Why a call did not do what was asked. The screen has the words for each code, in the reader's language;
/// `detail` adds what only this side knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, thiserror::Error)]
#[error("{code:?}: {detail}")]
pub struct Failure {
    /// What kind: a code exists only because a screen does something different with it.
    pub code: FailureCode,
    /// A sentence for the reader where there is more to say; may be empty. Never personal data.
    pub detail: String,
    /// Whether the same call may work later without a change.
    pub retry: bool,
}

/// The kinds of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FailureCode {
    /// This needs the service, and there is no line.
    Offline,
    /// Nobody is signed in.
    SignedOut,
    /// The files cannot be opened.
    Locked,
    /// Somebody was faster, or it changed meanwhile.
    TooLate,
    /// Not with this role, or not one's own.
    NotAllowed,
    /// It is not there (any more).
    Gone,
    /// It makes no sense or is too large: `detail` says what to change.
    Invalid,
    /// There are changes that were not sent yet: ask before they are lost.
    Unsent,
    /// Another passphrase was chosen. Nothing was touched.
    WrongPassphrase,
    /// As much waits to be sent as may wait: nothing was saved.
    Full,
    /// The disk refused: nothing was saved.
    NotSaved,
    /// The other side has an error of its own.
    Service,
    /// A fault of ours.
    Fault,
}

impl Failure {
    /// A failure of that kind with a sentence.
    pub fn new(code: FailureCode, detail: impl Into<String>) -> Self {
        let retry = matches!(
            code,
            FailureCode::Offline | FailureCode::Service | FailureCode::NotSaved | FailureCode::Full
        );
        Self { code, detail: detail.into(), retry }
    }
}

impl From<FailureCode> for Failure {
    fn from(code: FailureCode) -> Self {
        Self::new(code, "")
    }
}

impl From<store::Error> for Failure {
    fn from(error: store::Error) -> Self {
        tracing::error!(%error, "a file of the desk");
        match error {
            store::Error::Disk => Self::from(FailureCode::NotSaved),
            store::Error::Row | store::Error::Sql(_) => Self::from(FailureCode::Fault),
        }
    }
}

impl From<backend::Trouble> for Failure {
    fn from(trouble: backend::Trouble) -> Self {
        use backend::Trouble;
        match trouble {
            Trouble::Untrusted(why) => Self::new(FailureCode::Offline, why.to_string()),
            Trouble::Unreachable | Trouble::Wait { .. } => Self::from(FailureCode::Offline),
            Trouble::SignIn | Trouble::Ended => Self::from(FailureCode::SignedOut),
            Trouble::NotFound | Trouble::GoOnFrom { .. } => Self::from(FailureCode::Gone),
            Trouble::Refused(message) => Self::new(FailureCode::Invalid, message),
            Trouble::Fault => Self::from(FailureCode::Service),
        }
    }
}
