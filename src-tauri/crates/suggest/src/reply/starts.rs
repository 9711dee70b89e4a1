//! How sentences of candidates begin, so that what is being typed finds those that go on like it.

use std::collections::BTreeSet;

use super::draft::sentence_starts;
use crate::words::fold;

/// Letters of a beginning that are kept.
const KEPT: usize = 12;
/// Letters of the draft that must be without a slip.
const EXACT: usize = 4;
/// Sentences of a candidate that are kept.
const SENTENCES: usize = 6;

/// Beginnings of sentences, in order.
#[derive(Debug, Clone, Default)]
pub(super) struct Starts(BTreeSet<(Box<str>, Box<str>)>);

impl Starts {
    pub(super) fn add(&mut self, key: &str, text: &str) {
        for start in beginnings(text) {
            self.0.insert((start.into(), key.into()));
        }
    }

    pub(super) fn remove(&mut self, key: &str, text: &str) {
        for start in beginnings(text) {
            self.0.remove(&(start.into(), key.into()));
        }
    }

    /// Keys of candidates with a sentence that begins about like this, those that agree longest first.
    pub(super) fn like(&self, open: &str, most: usize) -> Vec<&str> {
        let whole = plain(open, KEPT);
        let mut out: Vec<&str> = Vec::new();
        let length = whole.chars().count();
        if length < 3 {
            return out;
        }
        for length in [length, length.min(EXACT)] {
            let start: String = whole.chars().take(length).collect();
            let from: Box<str> = start.as_str().into();
            let keys = self
                .0
                .range((from, Box::from(""))..)
                .take_while(|(text, _)| text.starts_with(&start))
                .map(|(_, key)| &**key);
            for key in keys.take(most) {
                if out.len() < most && !out.contains(&key) {
                    out.push(key);
                }
            }
        }
        out
    }

    pub(super) fn bytes(&self) -> usize {
        self.0.iter().map(|(start, key)| start.len() + key.len() + 64).sum()
    }
}

fn beginnings(text: &str) -> Vec<String> {
    sentence_starts(text)
        .take(SENTENCES)
        .filter_map(|start| text.get(start..))
        .map(|sentence| plain(sentence, KEPT))
        .filter(|start| start.chars().count() >= 3)
        .collect()
}

/// Letters and digits, lower case and without accents, at most so many.
fn plain(text: &str, most: usize) -> String {
    let some: String = text.chars().take(most * 3).collect();
    fold(&some.to_lowercase()).chars().filter(|c| c.is_alphanumeric()).take(most).collect()
}
