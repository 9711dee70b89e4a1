//! Which places hold a word, and how often: words are kept once, a place costs four bytes.

use std::collections::BTreeMap;

/// Bits of a posting that count; the others name the place.
const COUNT_BITS: u32 = 6;
const MOST: u32 = (1 << COUNT_BITS) - 1;
/// Places that can be named.
pub(super) const PLACES: usize = 1 << (32 - COUNT_BITS);

/// Places by word.
#[derive(Debug, Default)]
pub(super) struct Postings {
    words: BTreeMap<Box<str>, u32>,
    lists: Vec<Vec<u32>>,
}

impl Postings {
    /// This place holds this word so many times. A place is added once for each word.
    pub(super) fn add(&mut self, word: &str, place: u32, count: u32) {
        let list = match self.words.get(word) {
            Some(list) => *list,
            None => {
                let list = u32::try_from(self.lists.len()).unwrap_or(u32::MAX);
                self.words.insert(word.into(), list);
                self.lists.push(Vec::new());
                list
            }
        };
        if let Some(list) = self.lists.get_mut(list as usize) {
            list.push(place << COUNT_BITS | count.min(MOST));
        }
    }

    /// This place holds this word no more.
    pub(super) fn remove(&mut self, word: &str, place: u32) {
        let Some(list) = self.words.get(word) else { return };
        if let Some(list) = self.lists.get_mut(*list as usize)
            && let Some(at) = list.iter().position(|posting| posting >> COUNT_BITS == place)
        {
            // The order of places says nothing: scores are gathered by place.
            list.swap_remove(at);
        }
    }

    /// Places with a word and how often, in no order.
    pub(super) fn of(&self, word: &str) -> impl Iterator<Item = (usize, u32)> {
        let list = self.words.get(word).and_then(|list| self.lists.get(*list as usize));
        list.into_iter().flatten().map(|posting| ((posting >> COUNT_BITS) as usize, posting & MOST))
    }

    /// How many places hold a word.
    pub(super) fn count(&self, word: &str) -> usize {
        self.words.get(word).and_then(|list| self.lists.get(*list as usize)).map_or(0, Vec::len)
    }

    /// Words that begin like this, at most so many.
    pub(super) fn beginning_with<'a>(&'a self, start: &'a str, most: usize) -> impl Iterator<Item = &'a str> {
        self.words
            .range::<str, _>((std::ops::Bound::Included(start), std::ops::Bound::Unbounded))
            .map(|(word, _)| &**word)
            .take_while(move |word| word.starts_with(start))
            .take(most)
    }

    /// Gives back what was reserved for growing.
    pub(super) fn shrink(&mut self) {
        for list in &mut self.lists {
            list.shrink_to_fit();
        }
    }

    /// Bytes held, about.
    pub(super) fn bytes(&self) -> usize {
        let words: usize = self.words.keys().map(|word| word.len() + 32).sum();
        let lists: usize = self.lists.iter().map(|list| list.capacity() * 4 + 24).sum();
        words + lists
    }
}
