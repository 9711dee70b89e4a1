//! Habits of a workspace: which answer it gives in which context, learned in this process from its own history. No
//! other workspace's history is in it, and none of its sentences: only weights by number.
//!
//! Three members vote: a linear one, which learns much from little and can say which words spoke, and two with a hidden
//! layer, which see what contexts have in common and err in different places. Each learns on a thread of its own; the
//! same history and seed give the same habits. Refuses to know anything about an answer that was never given.

mod hidden;
mod linear;

use std::collections::BTreeMap;

use self::{hidden::Hidden, linear::Linear};
use super::features::Marks;

/// Answers that can be learned; the most frequent ones are, the rest is found by words and by nearest contexts.
pub const MOST: usize = 512;
/// Weights of the linear member, four bytes each and four for how much they moved.
const WEIGHTS: usize = 1 << 22;
/// Rows of a hidden member's first layer.
const HIDDEN_BITS: u32 = 15;
/// Marks that are looked at in a lesson, of 256: what must be learned without some of them is learned better.
const SEEN: u32 = 192;
/// Going through a history so often is enough: by measure, more learn it by heart.
const PASSES: u32 = 4;
/// A long history needs to be gone through less often.
const LONG: usize = 60_000;
/// The length of a step for one more lesson.
const LATE: f32 = 0.3;

/// One answer that was given in a context.
#[derive(Debug, Clone)]
pub struct Given {
    /// The context.
    pub marks: Marks,
    /// The key of the answer.
    pub key: String,
}

/// Numbers that look like chance and are the same for the same seed.
#[derive(Debug, Clone)]
struct Draw(u64);

impl Draw {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 32) as u32
    }
}

/// One that votes.
trait Member: Send {
    /// Adds what it holds of each answer.
    fn add_to(&self, marks: &[u32], scores: &mut [f32]);
    /// One step against the slope, which has a number for each answer.
    fn learn(&mut self, marks: &[u32], slope: &[f32], rate: f32);
    /// Bytes held.
    fn bytes(&self) -> usize;

    /// How likely each answer is.
    fn shares(&self, marks: &[u32], answers: usize) -> Vec<f32> {
        let mut scores = vec![0.0; answers];
        self.add_to(marks, &mut scores);
        let most = scores.iter().copied().fold(f32::MIN, f32::max);
        let mut sum = 0.0;
        for score in &mut scores {
            *score = (*score - most).exp();
            sum += *score;
        }
        for score in &mut scores {
            *score /= sum.max(f32::MIN_POSITIVE);
        }
        scores
    }

    fn lesson(&mut self, marks: &[u32], answers: usize, column: usize, rate: f32) {
        let mut slope = self.shares(marks, answers);
        if let Some(right) = slope.get_mut(column) {
            *right -= 1.0;
        }
        self.learn(marks, &slope, rate);
    }

    /// Goes through a history.
    fn study(&mut self, history: &[(&[u32], usize)], answers: usize, seed: u64) {
        let mut draw = Draw::new(seed);
        let mut order: Vec<usize> = (0..history.len()).collect();
        let passes = if history.len() > LONG { PASSES - 2 } else { PASSES };
        let mut seen = Vec::new();
        for pass in 0..passes {
            for place in (1..order.len()).rev() {
                order.swap(place, draw.next() as usize % (place + 1));
            }
            let rate = 1.0 - pass as f32 / passes as f32 * 0.9;
            for (marks, column) in order.iter().filter_map(|place| history.get(*place)) {
                let hide = draw.next();
                seen.clear();
                seen.extend(
                    marks.iter().filter(|mark| (*mark ^ hide).wrapping_mul(0x9e37_79b1) >> 24 < SEEN),
                );
                self.lesson(&seen, answers, *column, rate);
            }
        }
    }
}

/// What a workspace answers in which context.
#[derive(Debug, Clone)]
pub struct Habits {
    columns: BTreeMap<String, usize>,
    keys: Vec<String>,
    lessons: usize,
    linear: Linear,
    hidden: [Hidden; 2],
}

impl Habits {
    /// Learned from a history, in an order that the seed decides.
    pub fn of(history: &[Given], seed: u64) -> Self {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for given in history {
            *counts.entry(&given.key).or_default() += 1;
        }
        let mut counts: Vec<(&str, usize)> = counts.into_iter().collect();
        counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        counts.truncate(MOST);
        let keys: Vec<String> = counts.into_iter().map(|(key, _)| key.to_owned()).collect();
        let columns: BTreeMap<String, usize> =
            keys.iter().enumerate().map(|(place, key)| (key.clone(), place)).collect();
        let answers = keys.len();
        let width = answers.max(1);
        let bits = (WEIGHTS / width).max(2).ilog2().min(16);
        let mut linear = Linear::new(width, bits);
        let mut hidden =
            [Hidden::new(width, HIDDEN_BITS, seed), Hidden::new(width, HIDDEN_BITS, seed ^ 0x5eed)];
        let lessons: Vec<(&[u32], usize)> = history
            .iter()
            .filter_map(|given| Some((given.marks.as_slice(), *columns.get(&given.key)?)))
            .collect();
        std::thread::scope(|scope| {
            for (turn, member) in hidden.iter_mut().enumerate() {
                let lessons = &lessons;
                scope.spawn(move || member.study(lessons, answers, seed.wrapping_add(turn as u64 + 1)));
            }
            linear.study(&lessons, answers, seed);
        });
        Self { columns, keys, lessons: lessons.len(), linear, hidden }
    }

    /// One more answer, without going through the history again. An answer that was not known when the habits were
    /// learned stays unknown until they are learned anew.
    pub fn learn(&mut self, given: &Given) {
        let Some(column) = self.columns.get(&given.key).copied() else { return };
        let (marks, answers) = (given.marks.as_slice(), self.keys.len());
        self.linear.lesson(marks, answers, column, LATE);
        for hidden in &mut self.hidden {
            hidden.lesson(marks, answers, column, LATE);
        }
        self.lessons += 1;
    }

    /// The place of an answer among [`Habits::keys`].
    pub fn place(&self, key: &str) -> Option<usize> {
        self.columns.get(key).copied()
    }

    /// The answers that are known.
    pub fn keys(&self) -> &[String] {
        &self.keys
    }

    /// How many answers it was learned from.
    pub fn lessons(&self) -> usize {
        self.lessons
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        self.linear.bytes() + self.hidden.iter().map(Member::bytes).sum::<usize>()
    }

    /// How likely each known answer is, by the linear member and by the hidden ones together, in the order of
    /// [`Habits::keys`].
    pub fn vote(&self, marks: &Marks) -> [Vec<f32>; 2] {
        let answers = self.keys.len();
        let linear = self.linear.shares(marks.as_slice(), answers);
        let [a, b] = &self.hidden;
        let mut hidden = a.shares(marks.as_slice(), answers);
        for (share, other) in hidden.iter_mut().zip(b.shares(marks.as_slice(), answers)) {
            // The root of both: what one of them holds impossible is unlikely.
            *share = (*share * other).sqrt();
        }
        [linear, hidden]
    }

    /// How much one mark spoke for an answer.
    pub(crate) fn speaks(&self, mark: u32, key: &str) -> f32 {
        self.columns.get(key).map_or(0.0, |column| self.linear.speaks(mark, *column))
    }
}
