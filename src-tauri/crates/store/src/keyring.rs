//! The system's keyring, on a thread of its own: a locked one may keep a call waiting for ever, and no other part of
//! the app may wait with it.

use std::{
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::Duration,
};

use keyring::v1::Entry;
use secrecy::{ExposeSecret, SecretString};

/// How long a call may take before the keyring counts as slow: somebody may have to answer its prompt.
const BOUND: Duration = Duration::from_secs(5);

/// Why the keyring did not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoAnswer {
    /// There is no keyring service on this computer.
    #[error("there is no keyring on this computer")]
    Absent,
    /// It is locked.
    #[error("the keyring is locked")]
    Locked,
    /// It did not answer in time; perhaps it waits for its password to be typed.
    #[error("the keyring did not answer in time")]
    Slow,
}

enum Ask {
    Get(String),
    Set(String, SecretString),
    Remove(String),
}

type Answer = Result<Option<SecretString>, NoAnswer>;

/// The system's keyring. Cheap to clone.
#[derive(Clone)]
pub struct Keyring {
    ask: mpsc::Sender<(Ask, mpsc::Sender<Answer>)>,
}

impl Keyring {
    /// The keyring, with our entries under `service`.
    pub fn open(service: &str) -> Self {
        let (ask, asked) = mpsc::channel::<(Ask, mpsc::Sender<Answer>)>();
        let service = service.to_owned();
        let owner = thread::Builder::new().name("keyring".into()).spawn(move || {
            for (question, reply) in asked {
                // Whoever asked may have given up long ago.
                let _ = reply.send(answer(&service, &question));
            }
        });
        if let Err(error) = owner {
            // Every question then finds nobody: it answers `Absent`.
            tracing::error!(%error, "no thread for the keyring");
        }
        Self { ask }
    }

    /// The secret kept under `name`; nothing when there is none. A locked keyring may say "none", too.
    ///
    /// # Errors
    /// When the keyring did not answer.
    pub fn get(&self, name: &str) -> Result<Option<SecretString>, NoAnswer> {
        self.asked(Ask::Get(name.to_owned()))
    }

    /// Keeps a secret under `name`, and reads it back.
    ///
    /// # Errors
    /// When the keyring did not answer or did not keep it.
    pub fn set(&self, name: &str, secret: &SecretString) -> Result<(), NoAnswer> {
        self.asked(Ask::Set(name.to_owned(), secret.clone()))?;
        let kept = self.get(name)?;
        let same = kept.is_some_and(|kept| kept.expose_secret() == secret.expose_secret());
        if same { Ok(()) } else { Err(NoAnswer::Locked) }
    }

    /// Forgets what was kept under `name`.
    ///
    /// # Errors
    /// When the keyring did not answer.
    pub fn remove(&self, name: &str) -> Result<(), NoAnswer> {
        self.asked(Ask::Remove(name.to_owned())).map(|_| ())
    }

    fn asked(&self, question: Ask) -> Answer {
        let (reply, replied) = mpsc::channel();
        self.ask.send((question, reply)).map_err(|_| NoAnswer::Absent)?;
        replied.recv_timeout(BOUND).unwrap_or_else(|error| {
            Err(match error {
                RecvTimeoutError::Timeout => NoAnswer::Slow,
                RecvTimeoutError::Disconnected => NoAnswer::Absent,
            })
        })
    }
}

fn answer(service: &str, question: &Ask) -> Answer {
    if Entry::store_status().is_err() {
        return Err(NoAnswer::Absent);
    }
    let entry = |name: &str| Entry::new(service, name).map_err(|error| no_answer(&error));
    match question {
        Ask::Get(name) => match entry(name)?.get_password() {
            Ok(secret) => Ok(Some(secret.into())),
            Err(keyring::Error::NoEntry) => Ok(None),
            Err(error) => Err(no_answer(&error)),
        },
        Ask::Set(name, secret) => entry(name)?
            .set_password(secret.expose_secret())
            .map(|()| None)
            .map_err(|error| no_answer(&error)),
        Ask::Remove(name) => match entry(name)?.delete_credential() {
            Ok(()) | Err(keyring::Error::NoEntry) => Ok(None),
            Err(error) => Err(no_answer(&error)),
        },
    }
}

fn no_answer(error: &keyring::Error) -> NoAnswer {
    match error {
        keyring::Error::NoStorageAccess(_) => NoAnswer::Locked,
        _ => NoAnswer::Absent,
    }
}
