//! What somebody said, and what was promised about it.

use model::{Message, MessageKind};

/// The words of one person, who begins each of their lines with the same letter.
pub struct Ledger {
    letter: char,
    count: usize,
    /// Somebody was told that these are saved, in this order.
    saved: Vec<String>,
    /// The program was killed before it answered: they may be there or not.
    open: Vec<String>,
}

impl Ledger {
    /// An empty one.
    pub fn of(letter: char) -> Self {
        Self { letter, count: 0, saved: Vec::new(), open: Vec::new() }
    }

    /// New words.
    pub fn words(&mut self) -> String {
        self.count += 1;
        format!("{}{}", self.letter, self.count)
    }

    /// They are saved, or nobody knows.
    pub fn notes(&mut self, words: String, saved: bool) {
        if saved { &mut self.saved } else { &mut self.open }.push(words);
    }

    /// How many were saved.
    pub fn saved(&self) -> usize {
        self.saved.len()
    }

    /// What was saved is there exactly once and in order; what is not known at most once; and nothing else.
    pub fn agrees_with(&self, lines: &[Message]) {
        let (saved, others): (Vec<&str>, Vec<&str>) = lines
            .iter()
            .filter(|line| line.kind != MessageKind::Activity && line.text.starts_with(self.letter))
            .map(|line| &*line.text)
            .partition(|words| self.saved.iter().any(|known| known == words));
        assert_eq!(saved, self.saved, "what was saved is there once, in order");
        let mut once = others.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), others.len(), "nothing is there twice: {others:?}");
        let unknown: Vec<_> =
            others.iter().filter(|words| !self.open.iter().any(|open| open == *words)).collect();
        assert!(unknown.is_empty(), "nobody said {unknown:?}");
    }
}
