//! The system's keyring, on a thread of its own: a locked one may keep a call waiting for ever, and no other part of
//! the app may wait with it.

use std::{
    sync::{
        Arc, Weak,
        mpsc::{self, RecvTimeoutError},
    },
    thread,
    time::{Duration, Instant},
};

use keyring::v1::Entry;
use secrecy::{ExposeSecret, SecretString};

/// How long a call may take before the keyring counts as slow: somebody may have to answer its prompt.
const BOUND: Duration = Duration::from_secs(5);

/// For how long a refusal that nobody heard any more stands: somebody closed the keyring's window and should not get it
/// again at once.
const REFUSAL: Duration = Duration::from_secs(15);

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

/// A question, and whether anybody still waits for its answer.
struct Question {
    ask: Ask,
    reply: mpsc::Sender<Answer>,
    waits: Weak<()>,
}

impl Question {
    fn is_waited_for(&self) -> bool {
        self.waits.strong_count() > 0
    }
}

type Answer = Result<Option<SecretString>, NoAnswer>;

/// The system's keyring. Cheap to clone.
#[derive(Clone)]
pub struct Keyring {
    ask: mpsc::Sender<Question>,
}

impl Keyring {
    /// The keyring, with our entries under `service`.
    pub fn open(service: &str) -> Self {
        let (ask, asked) = mpsc::channel::<Question>();
        let service = service.to_owned();
        let owner = thread::Builder::new().name("keyring".into()).spawn(move || {
            answer_all(&asked, |question| answer(&service, question));
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
        let waiting = Arc::new(());
        let question = Question { ask: question, reply, waits: Arc::downgrade(&waiting) };
        self.ask.send(question).map_err(|_| NoAnswer::Absent)?;
        replied.recv_timeout(BOUND).unwrap_or_else(|error| {
            Err(match error {
                RecvTimeoutError::Timeout => NoAnswer::Slow,
                RecvTimeoutError::Disconnected => NoAnswer::Absent,
            })
        })
    }
}

/// Answers one question after the other. While one hangs, others are given up: those are not asked any more when it ends,
/// or a keyring left alone over lunch would ask for its password as often as it was asked. What is to be forgotten is.
fn answer_all(asked: &mpsc::Receiver<Question>, mut answer: impl FnMut(&Ask) -> Answer) {
    let mut refused: Option<Instant> = None;
    for question in asked {
        let forgets = matches!(question.ask, Ask::Remove(_));
        if !forgets && !question.is_waited_for() {
            continue;
        }
        if !forgets && refused.take().is_some_and(|at| at.elapsed() < REFUSAL) {
            let _ = question.reply.send(Err(NoAnswer::Locked));
            continue;
        }
        let said = answer(&question.ask);
        refused = None;
        if !question.is_waited_for() && matches!(said, Err(NoAnswer::Locked)) {
            refused = Some(Instant::now());
        }
        let _ = question.reply.send(said);
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

#[cfg(test)]
mod tests {
    use super::*;

    fn question(ask: Ask) -> (Question, Arc<()>, mpsc::Receiver<Answer>) {
        let (reply, replied) = mpsc::channel();
        let waiting = Arc::new(());
        (Question { ask, reply, waits: Arc::downgrade(&waiting) }, waiting, replied)
    }

    #[test]
    fn what_nobody_waits_for_is_not_asked_but_what_is_to_be_forgotten_is() {
        let (ask, asked) = mpsc::channel();
        for wanted in [Ask::Get("given up".into()), Ask::Remove("old".into()), Ask::Get("wanted".into())] {
            let keep = matches!(&wanted, Ask::Get(name) if name == "wanted");
            let (question, waiting, _) = question(wanted);
            ask.send(question).expect("it is asked");
            if keep {
                std::mem::forget(waiting);
            }
        }
        drop(ask);
        let mut names = Vec::new();
        answer_all(&asked, |ask| {
            let (Ask::Get(name) | Ask::Set(name, _) | Ask::Remove(name)) = ask;
            names.push(name.clone());
            Ok(None)
        });
        assert_eq!(names, ["old", "wanted"]);
    }

    #[test]
    fn a_refusal_that_nobody_heard_is_told_once_to_the_next() {
        let (ask, asked) = mpsc::channel();
        let mut waits = Vec::new();
        let mut answers = Vec::new();
        for _ in 0..3 {
            let (question, waiting, replied) = question(Ask::Get("key".into()));
            ask.send(question).expect("it is asked");
            waits.push(Some(waiting));
            answers.push(replied);
        }
        drop(ask);
        let mut windows = 0;
        answer_all(&asked, |_| {
            windows += 1;
            if windows == 1 {
                // Whoever asked first gives up before somebody closes the window.
                waits[0] = None;
                return Err(NoAnswer::Locked);
            }
            Ok(None)
        });
        assert_eq!(windows, 2, "the second did not bring it up again");
        assert_eq!(answers[1].recv().expect("an answer").err(), Some(NoAnswer::Locked));
        assert!(answers[2].recv().expect("an answer").is_ok());
    }
}
