//! What a linear model sees of a text: runs of words and runs of letters, hashed, and plain facts beside them. No
//! vocabulary is kept, only hashes, so a model tells nobody's words; yet each feature knows the words it came from.
//!
//! The hash is part of the file format: changing it, or [`tokens`], makes committed models worthless.

use std::{hash::Hasher, ops::Range};

use fnv::FnvHasher;

use super::tokens::{Token, tokens};

/// Hashes keep so many bits: few collisions among some hundred thousand features, and short differences in the file.
const BITS: u32 = 24;

/// Which runs are drawn from a text, and how much each kind weighs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Recipe {
    /// The longest run of words; 0: none.
    pub words: usize,
    /// Also pairs of words with one word left out between them.
    pub gaps: bool,
    /// The shortest and the longest run of letters; a longest of 0: none.
    pub letters: (usize, usize),
    /// Runs of letters go on over the end of a word.
    pub across: bool,
    /// What the words weigh beside the letters (1 each is a good start).
    pub weights: (f32, f32),
}

impl Recipe {
    /// Words, pairs of words and runs of 2 to 5 letters: good for sentences of a chat.
    pub const SENTENCE: Recipe =
        Recipe { words: 2, gaps: false, letters: (2, 5), across: false, weights: (1.0, 1.0) };
    /// Words and pairs of words only: small and quick.
    pub const WORDS: Recipe =
        Recipe { words: 2, gaps: false, letters: (0, 0), across: false, weights: (1.0, 0.0) };
}

/// Where a feature came from, to be shown.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Source {
    /// A word of the n-th text, in bytes.
    Word {
        /// Which text, in the order they were added.
        text: usize,
        /// Where in it.
        place: Range<usize>,
    },
    /// A fact, by its name.
    Fact(String),
}

/// The features of one example: of its texts and facts.
#[derive(Debug, Clone, Default)]
pub struct Features {
    pub(super) blocks: Vec<Block>,
    pub(super) sources: Vec<Source>,
    texts: usize,
}

/// Features that are weighed together.
#[derive(Debug, Clone)]
pub(super) struct Block {
    /// The length the block gets; nothing: values stay as they are, rare or not.
    pub(super) weight: Option<f32>,
    pub(super) grams: Vec<Gram>,
}

/// One feature, with the first and last source it covers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gram {
    pub(super) hash: u32,
    pub(super) value: f32,
    pub(super) from: u32,
    pub(super) to: u32,
}

impl Features {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The features of one text.
    pub fn of(text: &str, recipe: &Recipe) -> Self {
        let mut features = Self::new();
        features.text("", text, recipe);
        features
    }

    /// Adds a text. Texts of different `space`s (the customer's words, the draft) share no feature.
    pub fn text(&mut self, space: &str, text: &str, recipe: &Recipe) {
        let found = tokens(text);
        let first = self.sources.len() as u32;
        let number = self.texts;
        self.texts += 1;
        self.sources
            .extend(found.iter().map(|token| Source::Word { text: number, place: token.place.clone() }));
        if recipe.words > 0 {
            let grams = word_runs(space, &found, first, recipe);
            self.blocks.push(Block { weight: Some(recipe.weights.0), grams });
        }
        if recipe.letters.1 > 0 {
            let grams = letter_runs(space, &found, first, recipe);
            self.blocks.push(Block { weight: Some(recipe.weights.1), grams });
        }
    }

    /// Adds a fact with its value as it is (about 0 to 1).
    pub fn fact(&mut self, space: &str, name: &str, value: f32) {
        let source = self.sources.len() as u32;
        self.sources.push(Source::Fact(name.to_owned()));
        let hash = finish(piece(start(space, b'f'), name));
        let gram = Gram { hash, value, from: source, to: source };
        // Facts of one example share a block, so that many of them cost nothing.
        match self.blocks.iter_mut().find(|block| block.weight.is_none()) {
            Some(block) => block.grams.push(gram),
            None => self.blocks.push(Block { weight: None, grams: vec![gram] }),
        }
    }
}

fn word_runs(space: &str, tokens: &[Token], first: u32, recipe: &Recipe) -> Vec<Gram> {
    let mut grams = Vec::with_capacity(tokens.len() * recipe.words);
    for (at, _) in tokens.iter().enumerate() {
        let mut state = start(space, b'w');
        for (further, token) in tokens.iter().skip(at).take(recipe.words).enumerate() {
            state = piece(state, &token.form);
            let from = first + at as u32;
            grams.push(Gram { hash: finish(state), value: 1.0, from, to: from + further as u32 });
        }
        if recipe.gaps
            && let (Some(one), Some(other)) = (tokens.get(at), tokens.get(at + 2))
        {
            let state = piece(piece(start(space, b'g'), &one.form), &other.form);
            let from = first + at as u32;
            grams.push(Gram { hash: finish(state), value: 1.0, from, to: from + 2 });
        }
    }
    grams
}

fn letter_runs(space: &str, tokens: &[Token], first: u32, recipe: &Recipe) -> Vec<Gram> {
    let (least, most) = recipe.letters;
    // Letters with a blank at both ends of each word, and the word each belongs to.
    let mut stream: Vec<(char, u32)> = Vec::new();
    let mut starts = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        starts.push(stream.len());
        let source = first + at as u32;
        if stream.is_empty() || !recipe.across {
            stream.push((' ', source));
        }
        stream.extend(token.form.chars().map(|c| (c, source)));
        stream.push((' ', source));
    }
    let pieces: Vec<&[(char, u32)]> = if recipe.across {
        vec![stream.as_slice()]
    } else {
        let ends = starts.iter().skip(1).copied().chain([stream.len()]);
        starts.iter().zip(ends).filter_map(|(start, end)| stream.get(*start..end)).collect()
    };
    let mut grams = Vec::with_capacity(stream.len() * (most + 1).saturating_sub(least));
    let seed = start(space, b'c');
    for letters in pieces {
        for (at, (_, from)) in letters.iter().enumerate() {
            let mut state = seed;
            for (further, (c, to)) in letters.iter().skip(at).take(most).enumerate() {
                state = fed(state, *c as u32);
                if further + 1 >= least {
                    grams.push(Gram { hash: finish(state), value: 1.0, from: *from, to: *to });
                }
            }
        }
    }
    grams
}

fn start(space: &str, kind: u8) -> u64 {
    let mut hasher = FnvHasher::default();
    hasher.write(&[kind]);
    hasher.write(space.as_bytes());
    hasher.write(&[0xff]);
    hasher.finish()
}

fn piece(state: u64, form: &str) -> u64 {
    let mut hasher = FnvHasher::with_key(state);
    hasher.write(form.as_bytes());
    hasher.write(&[0xff]);
    hasher.finish()
}

fn fed(state: u64, c: u32) -> u64 {
    let mut hasher = FnvHasher::with_key(state);
    hasher.write(&c.to_le_bytes());
    hasher.finish()
}

/// FNV mixes its low bits badly; the last step of MurmurHash3 spreads them.
fn finish(state: u64) -> u32 {
    let mut h = state;
    h ^= h >> 33;
    h = h.wrapping_mul(0xff51_afd7_ed55_8ccd);
    h ^= h >> 33;
    h = h.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    h ^= h >> 33;
    (h >> (64 - BITS)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_never_changes() {
        // Committed models depend on these numbers.
        let features = Features::of("late parcel", &Recipe::WORDS);
        let hashes: Vec<u32> = features.blocks[0].grams.iter().map(|gram| gram.hash).collect();
        assert_eq!(hashes, [1_198_653, 11_662_703, 5_789_413]);
    }

    #[test]
    fn two_spaces_share_nothing_and_a_fact_is_its_own_source() {
        let mut features = Features::new();
        features.text("said", "refund", &Recipe::WORDS);
        features.text("draft", "refund", &Recipe::WORDS);
        features.fact("state", "asked for the order", 1.0);
        assert_ne!(features.blocks[0].grams[0].hash, features.blocks[1].grams[0].hash);
        assert_eq!(features.sources[2], Source::Fact("asked for the order".into()));
    }
}
