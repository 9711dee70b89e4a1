//! Past contexts that are most like this one, and what was answered in them. Helps where habits cannot: answers too rare
//! or too new to be learned. Keeps numbers only: no sentence can be read back.

use std::collections::HashMap;

use super::features::Marks;

/// Past contexts that vote.
const NEIGHBOURS: usize = 30;
/// A mark that more than this part of all contexts has tells little and costs much, where there are many.
const COMMON: f32 = 0.05;
const MANY: f32 = 2000.0;
/// Marks of a context that are looked up, the rarest.
const LOOKED_UP: usize = 48;

/// Past contexts by their marks.
#[derive(Debug, Clone, Default)]
pub struct Nearest {
    by_mark: HashMap<u32, Vec<u32>>,
    /// The answer of each context, and the root of how many marks it has.
    contexts: Vec<(u32, f32)>,
    keys: Vec<String>,
    places: HashMap<String, u32>,
}

impl Nearest {
    /// One more context and its answer.
    pub fn learn(&mut self, marks: &Marks, key: &str) {
        let answer = match self.places.get(key) {
            Some(place) => *place,
            None => {
                let place = self.keys.len() as u32;
                self.keys.push(key.to_owned());
                self.places.insert(key.to_owned(), place);
                place
            }
        };
        let context = self.contexts.len() as u32;
        self.contexts.push((answer, (marks.as_slice().len() as f32).sqrt().max(1.0)));
        for mark in marks.as_slice() {
            self.by_mark.entry(*mark).or_default().push(context);
        }
    }

    /// Gives back what was reserved for growing.
    pub(super) fn shrink(&mut self) {
        for list in self.by_mark.values_mut() {
            list.shrink_to_fit();
        }
        self.by_mark.shrink_to_fit();
    }

    /// How many contexts are kept.
    pub fn len(&self) -> usize {
        self.contexts.len()
    }

    /// Whether none is kept.
    pub fn is_empty(&self) -> bool {
        self.contexts.is_empty()
    }

    /// Bytes held, about.
    pub fn bytes(&self) -> usize {
        let lists: usize = self.by_mark.values().map(|list| list.capacity() * 4 + 40).sum();
        lists + self.contexts.capacity() * 8 + self.keys.iter().map(|key| key.len() * 2 + 80).sum::<usize>()
    }

    /// The share of each answer among the nearest contexts, the largest first.
    pub fn vote(&self, marks: &Marks) -> Vec<(&str, f32)> {
        let all = self.contexts.len() as f32;
        let mut wanted: Vec<(f32, &Vec<u32>)> = marks
            .as_slice()
            .iter()
            .filter_map(|mark| self.by_mark.get(mark))
            .filter(|list| list.len() as f32 <= (all * COMMON).max(MANY))
            .map(|list| ((1.0 + all / list.len() as f32).ln(), list))
            .collect();
        wanted.sort_by(|a, b| b.0.total_cmp(&a.0));
        wanted.truncate(LOOKED_UP);
        let mut scores = vec![0.0_f32; self.contexts.len()];
        for (weight, list) in wanted {
            for context in list {
                if let Some(score) = scores.get_mut(*context as usize) {
                    *score += weight * weight;
                }
            }
        }
        let mut near: Vec<(f32, u32)> = scores
            .into_iter()
            .zip(&self.contexts)
            .filter(|(score, _)| *score > 0.0)
            .map(|(score, (answer, size))| (score / size, *answer))
            .collect();
        if near.len() > NEIGHBOURS {
            near.select_nth_unstable_by(NEIGHBOURS - 1, |a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            near.truncate(NEIGHBOURS);
        }
        let whole: f32 = near.iter().map(|(score, _)| score * score).sum();
        let mut shares: HashMap<u32, f32> = HashMap::new();
        for (score, answer) in near {
            *shares.entry(answer).or_default() += score * score / whole;
        }
        let mut shares: Vec<(&str, f32)> = shares
            .into_iter()
            .filter_map(|(answer, share)| Some((self.keys.get(answer as usize)?.as_str(), share)))
            .collect();
        shares.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        shares
    }
}
