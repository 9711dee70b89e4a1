//! A small linear model over hashed features of texts and facts: trained in this crate, a few megabytes at most, under
//! a millisecond a text, and able to say which words decided. Reading, ranking and what a workspace teaches use it.
//!
//! Training ([`Trainer`]) is one-versus-rest with the squared hinge by dual coordinate descent (as LIBLINEAR does it),
//! optionally on features scaled by their naive-Bayes ratio; several such views are averaged into one set of weights.
//! Same examples, same order: same model, to the byte, on one kind of machine. It refuses what it does not know: a
//! file of another version, a broken one, a class without examples.
//!
//! ```
//! use suggest::linear::{Example, Features, Recipe, Trainer};
//! let said = [("where is my parcel", 0), ("my parcel is late", 0), ("I want my money back", 1), ("refund please", 1)];
//! let examples: Vec<Example> = said
//!     .iter()
//!     .map(|(text, class)| Example::one(Features::of(text, &Recipe::SENTENCE), *class))
//!     .collect();
//! let model = Trainer::default().train(&["parcel", "refund"], &examples);
//! let features = Features::of("is the parcel lost?", &Recipe::SENTENCE);
//! let (class, _) = model.best(&features).unwrap();
//! assert_eq!(model.classes()[class], "parcel");
//! let causes = model.causes(&features, class); // "parcel" comes first
//! # assert_eq!(causes[0].source, suggest::linear::Source::Word { text: 0, place: 7..13 });
//! ```

mod calibration;
mod features;
mod file;
mod solve;
mod tokens;
mod train;

use std::collections::BTreeMap;

pub use calibration::{Calibration, Choice, best_bars};
pub use features::{Features, Recipe, Source};
pub use file::Broken;
pub use tokens::{Token, folded, tokens};
pub use train::{Example, Margins, Trainer, View};

/// A trained model.
#[derive(Debug, Clone, PartialEq)]
pub struct Linear {
    classes: Vec<String>,
    columns: Columns,
    /// Where the cells of each column begin; one more than columns.
    starts: Vec<u32>,
    /// The class of each cell, and its weight in steps of the class's scale.
    cells: Vec<(u16, i8)>,
    scales: Vec<f32>,
    biases: Vec<f32>,
    calibration: Calibration,
}

/// The features a model knows: their hashes in order, and how rare each is.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Columns {
    hashes: Vec<u32>,
    /// Rarity in sixteenths.
    rarities: Vec<u8>,
}

/// A word or fact, and how much it spoke for a class.
#[derive(Debug, Clone, PartialEq)]
pub struct Cause {
    /// Where it stands.
    pub source: Source,
    /// Its part of the margin.
    pub weight: f32,
}

impl Linear {
    /// The names of the classes, in the order of every answer.
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// How far each class is above (or below) its border, uncalibrated.
    pub fn margins(&self, features: &Features) -> Vec<f32> {
        let mut margins = self.biases.clone();
        let mut sums = vec![0.0; self.classes.len()];
        for (column, value) in self.columns.row(features) {
            for (class, weight) in self.cells_of(column) {
                if let Some(sum) = sums.get_mut(usize::from(*class)) {
                    *sum += f32::from(*weight) * value;
                }
            }
        }
        for ((margin, sum), scale) in margins.iter_mut().zip(sums).zip(&self.scales) {
            *margin += sum * scale;
        }
        margins
    }

    /// The probability of each class: they add up to one where a text has one class, and stand alone where it may have
    /// several.
    pub fn probabilities(&self, features: &Features) -> Vec<f32> {
        self.calibration.probabilities(&self.margins(features))
    }

    /// The likeliest class and its probability; nothing of a model without classes.
    pub fn best(&self, features: &Features) -> Option<(usize, f32)> {
        self.probabilities(features).into_iter().enumerate().max_by(|a, b| a.1.total_cmp(&b.1))
    }

    /// The classes whose probability reaches their bar, likeliest first.
    pub fn said(&self, features: &Features) -> Vec<(usize, f32)> {
        let mut said: Vec<(usize, f32)> = self
            .probabilities(features)
            .into_iter()
            .enumerate()
            .filter(|(class, probability)| *probability >= self.calibration.bar(*class))
            .collect();
        said.sort_by(|a, b| b.1.total_cmp(&a.1));
        said
    }

    /// How margins become probabilities, and from which on a class is said.
    pub fn calibration(&self) -> &Calibration {
        &self.calibration
    }

    /// The same model with another calibration: with bars tuned on examples it was not trained on.
    pub fn calibrated(self, calibration: Calibration) -> Self {
        Self { calibration, ..self }
    }

    /// The words and facts that spoke for a class, strongest first. A run of words shares its weight among its words;
    /// what spoke against the class is left out.
    pub fn causes(&self, features: &Features, class: usize) -> Vec<Cause> {
        let scale = self.scales.get(class).copied().unwrap_or(0.0);
        let mut of_sources: BTreeMap<u32, f32> = BTreeMap::new();
        for (column, gram, value) in self.columns.traced(features) {
            let weight = self
                .cells_of(column)
                .iter()
                .find(|(of, _)| usize::from(*of) == class)
                .map_or(0.0, |(_, weight)| f32::from(*weight) * scale * value);
            let sources = gram.from..=gram.to;
            let each = weight / (gram.to - gram.from + 1) as f32;
            for source in sources {
                *of_sources.entry(source).or_default() += each;
            }
        }
        let mut causes: Vec<Cause> = of_sources
            .into_iter()
            .filter(|(_, weight)| *weight > 0.0)
            .filter_map(|(source, weight)| {
                Some(Cause { source: features.sources.get(source as usize)?.clone(), weight })
            })
            .collect();
        causes.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        causes
    }

    /// The share of the first text's words that it has ever seen. What is made of unknown words cannot be judged by the few
    /// that are known: "do you sell teak chairs" is no late refund only because both say "do you".
    pub fn familiar(&self, features: &Features) -> f32 {
        let singles = features.blocks.first().into_iter().flat_map(|block| &block.grams);
        let (mut known, mut all) = (0.0_f32, 0.0_f32);
        for gram in singles.filter(|gram| gram.from == gram.to) {
            all += 1.0;
            known += if self.columns.find(gram.hash).is_some() { 1.0 } else { 0.0 };
        }
        if all > 0.0 { known / all } else { 0.0 }
    }

    /// How many features and how many weights it has.
    pub fn size(&self) -> (usize, usize) {
        (self.columns.hashes.len(), self.cells.len())
    }

    fn cells_of(&self, column: usize) -> &[(u16, i8)] {
        let Some([start, end]) = self.starts.get(column..column + 2).and_then(<[u32]>::as_array) else {
            return &[];
        };
        self.cells.get(*start as usize..*end as usize).unwrap_or_default()
    }
}

impl Columns {
    fn find(&self, hash: u32) -> Option<usize> {
        self.hashes.binary_search(&hash).ok()
    }

    fn rarity(&self, column: usize) -> f32 {
        self.rarities.get(column).map_or(0.0, |rarity| f32::from(*rarity) / 16.0)
    }

    /// The features as columns and values: counted, weighed by rarity, each block of the same length.
    pub(crate) fn row(&self, features: &Features) -> Vec<(usize, f32)> {
        let mut row = Vec::new();
        for block in &features.blocks {
            row.extend(self.block(block));
        }
        row
    }

    fn block(&self, block: &features::Block) -> Vec<(usize, f32)> {
        let mut found: Vec<(usize, f32)> =
            block.grams.iter().filter_map(|gram| Some((self.find(gram.hash)?, gram.value))).collect();
        found.sort_unstable_by_key(|(column, _)| *column);
        found.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 += next.1;
            }
            same
        });
        let Some(length) = block.weight else { return found };
        let mut squares = 0.0;
        for (column, value) in &mut found {
            *value = (1.0 + value.ln()) * self.rarity(*column);
            squares += *value * *value;
        }
        let scale = if squares > 0.0 { length / f32::sqrt(squares) } else { 0.0 };
        for (_, value) in &mut found {
            *value *= scale;
        }
        found
    }

    /// Each gram with its part of its column's value.
    fn traced<'f>(&self, features: &'f Features) -> impl Iterator<Item = (usize, &'f features::Gram, f32)> {
        features.blocks.iter().flat_map(|block| {
            let row = self.block(block);
            let grams: Vec<(usize, &features::Gram)> =
                block.grams.iter().filter_map(|gram| Some((self.find(gram.hash)?, gram))).collect();
            let mut times: BTreeMap<usize, f32> = BTreeMap::new();
            for (column, _) in &grams {
                *times.entry(*column).or_default() += 1.0;
            }
            grams
                .into_iter()
                .filter_map(|(column, gram)| {
                    let at = row.binary_search_by_key(&column, |(column, _)| *column).ok()?;
                    let (_, value) = row.get(at)?;
                    Some((column, gram, value / times.get(&column).copied().unwrap_or(1.0)))
                })
                .collect::<Vec<_>>()
        })
    }
}

#[cfg(test)]
mod tests;
