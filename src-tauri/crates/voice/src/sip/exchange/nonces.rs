//! Questions that are answered once: what a password is proven with, so that nobody who heard an answer can say it again.

use std::{collections::HashMap, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, Mac};
use rand::RngCore;
use sha2::Sha256;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// The parts of a question, in bytes: when it was asked, what makes it unlike others, and that it was we who did.
const ASKED: usize = 8;
const UNLIKE: usize = 8;
const SEAL: usize = 16;

/// Asks. Nothing is remembered of what was asked, so nobody can fill memory by letting it ask.
pub(super) struct Nonces {
    key: [u8; 32],
    /// Those that were answered, and when they would be too old anyway.
    spent: HashMap<String, Duration>,
}

impl Nonces {
    /// Whose questions nobody else can ask.
    pub(super) fn new() -> Self {
        let mut key = [0; 32];
        rand::rng().fill_bytes(&mut key);
        Self { key, spent: HashMap::new() }
    }

    /// A question.
    pub(super) fn ask(&self, now: Duration) -> String {
        let mut bytes = u64::try_from(now.as_millis()).unwrap_or(u64::MAX).to_be_bytes().to_vec();
        bytes.extend(rand::random::<[u8; UNLIKE]>());
        bytes.extend(self.seal(&bytes));
        STANDARD.encode(bytes)
    }

    /// Whether it was asked here, not long ago, and not answered yet.
    pub(super) fn is_open(&self, question: &str, now: Duration) -> bool {
        let Ok(bytes) = STANDARD.decode(question) else { return false };
        let Some((said, seal)) = bytes.split_at_checked(ASKED + UNLIKE) else { return false };
        let Some(asked) = said.first_chunk() else { return false };
        let age = now.checked_sub(Duration::from_millis(u64::from_be_bytes(*asked)));
        self.seal(said) == seal
            && age.is_some_and(|age| age < PATIENCE)
            // There are many ways to write the same bytes.
            && STANDARD.encode(&bytes) == question
            && !self.spent.contains_key(question)
    }

    /// It was answered.
    pub(super) fn spend(&mut self, question: &str, now: Duration) {
        self.spent.retain(|_, until| *until > now);
        self.spent.insert(question.to_owned(), now + PATIENCE);
    }

    fn seal(&self, said: &[u8]) -> Vec<u8> {
        let Ok(mut seal) = Hmac::<Sha256>::new_from_slice(&self.key) else { return Vec::new() };
        seal.update(said);
        let mut seal = seal.finalize().into_bytes().to_vec();
        seal.truncate(SEAL);
        seal
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_answered_once_and_in_time() {
        let mut nonces = Nonces::new();
        let now = Duration::from_secs(5);
        let question = nonces.ask(now);
        assert!(nonces.is_open(&question, now));
        assert!(!nonces.is_open(&question, now + PATIENCE), "too late");
        assert!(!Nonces::new().is_open(&question, now), "somebody else's");
        nonces.spend(&question, now);
        assert!(!nonces.is_open(&question, now), "again");
        assert!(nonces.is_open(&nonces.ask(now), now));
    }

    #[test]
    fn what_was_not_asked_is_not_open() {
        let nonces = Nonces::new();
        for wrong in ["", "?", "AAAA", &STANDARD.encode([0; ASKED + UNLIKE]), &STANDARD.encode([0; 32])] {
            assert!(!nonces.is_open(wrong, Duration::ZERO), "{wrong:?}");
        }
    }
}
