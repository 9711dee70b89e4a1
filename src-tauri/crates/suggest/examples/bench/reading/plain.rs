//! What anybody would try first: the most frequent class, TF-IDF with the nearest centroid, BM25 with the nearest example.

use std::collections::{BTreeMap, HashMap};

use suggest::linear::tokens;

use crate::corpora::{Corpus, Labelled};

type Bag = BTreeMap<u32, f32>;

/// Words by number, and how rare they are.
struct Words {
    numbers: HashMap<String, u32>,
    rarity: Vec<f32>,
}

impl Words {
    fn of(rows: &[Labelled]) -> Self {
        let mut numbers: HashMap<String, u32> = HashMap::new();
        let mut seen: Vec<f32> = Vec::new();
        for (text, _) in rows {
            let mut own: Vec<u32> = tokens(text)
                .into_iter()
                .map(|token| {
                    let next = numbers.len() as u32;
                    *numbers.entry(token.form).or_insert(next)
                })
                .collect();
            own.sort_unstable();
            own.dedup();
            seen.resize(numbers.len(), 0.0);
            for word in own {
                seen[word as usize] += 1.0;
            }
        }
        let all = rows.len() as f32;
        let rarity = seen.into_iter().map(|with| (1.0 + (all - with + 0.5) / (with + 0.5)).ln()).collect();
        Self { numbers, rarity }
    }

    fn counts(&self, text: &str) -> Bag {
        let mut bag = Bag::new();
        for word in tokens(text).iter().filter_map(|token| self.numbers.get(&token.form)) {
            *bag.entry(*word).or_default() += 1.0;
        }
        bag
    }

    fn weighed(&self, text: &str) -> Bag {
        let mut bag = self.counts(text);
        for (word, count) in &mut bag {
            *count = (1.0 + count.ln()) * self.rarity[*word as usize];
        }
        unit(bag)
    }
}

fn unit(mut bag: Bag) -> Bag {
    let length = bag.values().map(|value| value * value).sum::<f32>().sqrt().max(1e-9);
    bag.values_mut().for_each(|value| *value /= length);
    bag
}

fn dot(a: &Bag, b: &Bag) -> f32 {
    a.iter().filter_map(|(word, value)| Some(value * b.get(word)?)).sum()
}

fn centroids(words: &Words, set: &Corpus) -> Vec<Bag> {
    let mut sums = vec![Bag::new(); set.names.len()];
    for (text, labels) in &set.train {
        for (word, value) in words.weighed(text) {
            for label in labels {
                *sums[usize::from(*label)].entry(word).or_default() += value;
            }
        }
    }
    sums.into_iter().map(unit).collect()
}

/// Accuracy of the three on a set of one class each.
pub(crate) fn accuracies(set: &Corpus) -> String {
    let mut counts = vec![0; set.names.len()];
    set.train.iter().for_each(|(_, labels)| counts[usize::from(labels[0])] += 1);
    let frequent = (0..counts.len()).max_by_key(|class| counts[*class]).unwrap_or(0) as u16;
    let words = Words::of(&set.train);
    let centroids = centroids(&words, set);
    let bags: Vec<Bag> = set.train.iter().map(|(text, _)| words.counts(text)).collect();
    let average = bags.iter().flat_map(Bag::values).sum::<f32>() / bags.len() as f32;
    let mut postings: HashMap<u32, Vec<(usize, f32)>> = HashMap::new();
    for (at, bag) in bags.iter().enumerate() {
        let length: f32 = bag.values().sum();
        for (word, count) in bag {
            let norm = 1.2 * (0.25 + 0.75 * length / average);
            let weight = words.rarity[*word as usize] * count * 2.2 / (count + norm);
            postings.entry(*word).or_default().push((at, weight));
        }
    }
    let mut right = [0.0_f64; 3];
    for (text, labels) in &set.test {
        let bag = words.weighed(text);
        let nearest = (0..centroids.len())
            .max_by(|a, b| dot(&bag, &centroids[*a]).total_cmp(&dot(&bag, &centroids[*b])))
            .unwrap_or(0);
        let mut scores: HashMap<usize, f32> = HashMap::new();
        for (at, weight) in bag.keys().filter_map(|word| postings.get(word)).flatten() {
            *scores.entry(*at).or_default() += weight;
        }
        let found =
            scores.into_iter().max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0))).map(|(at, _)| at);
        let found = found.and_then(|at| set.train[at].1.first().copied());
        for (slot, guess) in right.iter_mut().zip([Some(frequent), Some(nearest as u16), found]) {
            *slot += if guess == labels.first().copied() { 1.0 } else { 0.0 };
        }
    }
    let [frequent, centroid, bm25] = right.map(|right| right / set.test.len() as f64);
    format!("freq {frequent:.2} TF-IDF {centroid:.2} BM25 {bm25:.2}")
}

/// Macro-F1 over the 28 of always saying the most frequent, and of the nearest centroid.
pub(crate) fn emotions(set: &Corpus) -> (f64, f64) {
    let mut counts = vec![0; set.names.len()];
    set.train.iter().flat_map(|(_, labels)| labels).for_each(|label| counts[usize::from(*label)] += 1);
    let frequent = (0..counts.len()).max_by_key(|class| counts[*class]).unwrap_or(0) as u16;
    let words = Words::of(&set.train);
    let centroids = centroids(&words, set);
    let nearest: Vec<u16> = set
        .test
        .iter()
        .map(|(text, _)| {
            let bag = words.weighed(text);
            (0..centroids.len())
                .max_by(|a, b| dot(&bag, &centroids[*a]).total_cmp(&dot(&bag, &centroids[*b])))
                .unwrap_or(0) as u16
        })
        .collect();
    let always = vec![frequent; set.test.len()];
    let macro_f1 = |said: &[u16]| {
        let f1 = |class: u16| {
            let (mut right, mut all) = (0.0, 0.0_f64);
            for (said, (_, labels)) in said.iter().zip(&set.test) {
                let (said, is) = (*said == class, labels.contains(&class));
                right += if said && is { 2.0 } else { 0.0 };
                all += f64::from(u8::from(said)) + f64::from(u8::from(is));
            }
            right / all.max(1.0)
        };
        (0..set.names.len() as u16).map(f1).sum::<f64>() / set.names.len() as f64
    };
    (macro_f1(&always), macro_f1(&nearest))
}
