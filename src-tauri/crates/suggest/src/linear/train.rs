//! Teaching a model from examples.

use std::collections::HashMap;

use super::{
    Calibration, Choice, Columns, Features, Linear,
    solve::{Dice, Effort, Rows, solve},
};

/// Something said, and what it was.
#[derive(Debug, Clone)]
pub struct Example {
    /// Its features.
    pub features: Features,
    /// Its classes, by number. None: it belongs to no class and teaches what none of them is.
    pub labels: Vec<u16>,
    /// Examples of one group (a conversation) are never parted between learning and checking.
    pub group: u64,
}

impl Example {
    /// An example of one class, in a group of its own.
    pub fn one(features: Features, class: u16) -> Self {
        Self { features, labels: vec![class], group: u64::MAX }
    }
}

/// Margins of examples by models that have not seen them.
pub type Margins = Vec<Vec<f32>>;

/// One way to see the examples; several are averaged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct View {
    /// What a mistake costs: small keeps weights small, large trusts the examples.
    pub cost: f32,
    /// How far rare classes are made up for: 0 not at all, 1 fully.
    pub balance: f32,
    /// Features scaled by how much likelier they are in the class (naive Bayes), with this smoothing.
    pub likelihood: Option<f32>,
    /// Its part in the average.
    pub share: f32,
}

/// How to teach.
#[derive(Debug, Clone, PartialEq)]
pub struct Trainer {
    /// One class for each text, or any number.
    pub choice: Choice,
    /// The views that are averaged.
    pub views: Vec<View>,
    /// A feature counts when so many examples have it.
    pub least: u32,
    /// At most so many rounds over the examples for each class.
    pub rounds: u32,
    /// The error at which a class is done.
    pub tolerance: f32,
    /// Parts for calibration: each is held out once. Below 2: not calibrated.
    pub folds: u64,
    /// The largest step of a weight, 1 to 127: fewer steps make a smaller file.
    pub steps: i8,
    /// The most weights that are kept.
    pub keep: usize,
}

impl Default for Trainer {
    /// For some hundred to some thousand examples of a few classes.
    fn default() -> Self {
        Self {
            choice: Choice::One,
            views: vec![View { cost: 1.0, balance: 0.0, likelihood: None, share: 1.0 }],
            least: 1,
            rounds: 60,
            tolerance: 0.05,
            folds: 0,
            steps: 127,
            keep: usize::MAX,
        }
    }
}

impl Trainer {
    /// The model of these examples; classes by the numbers of their labels.
    pub fn train<N: AsRef<str>>(&self, classes: &[N], examples: &[Example]) -> Linear {
        let all: Vec<&Example> = examples.iter().collect();
        let model = self.weights(classes, &all);
        if self.folds < 2 {
            return model;
        }
        let margins = self.held_out(classes, examples);
        let labels: Vec<&[u16]> = examples.iter().map(|example| example.labels.as_slice()).collect();
        model.calibrated(Calibration::fitted(self.choice, classes.len(), &margins, &labels))
    }

    /// The margins of each example by a model that was taught without its part of the examples.
    pub fn held_out<N: AsRef<str>>(&self, classes: &[N], examples: &[Example]) -> Margins {
        let folds = self.folds.max(2);
        let parts: Vec<u64> = examples
            .iter()
            .enumerate()
            .map(|(at, example)| {
                let group = if example.group == u64::MAX { at as u64 } else { example.group };
                Dice(group).next() % folds
            })
            .collect();
        let mut margins = vec![Vec::new(); examples.len()];
        for part in 0..folds {
            let seen: Vec<&Example> = examples
                .iter()
                .zip(&parts)
                .filter(|(_, of)| **of != part)
                .map(|(example, _)| example)
                .collect();
            let model = self.weights(classes, &seen);
            for ((slot, example), _) in
                margins.iter_mut().zip(examples).zip(&parts).filter(|(_, of)| **of == part)
            {
                *slot = model.margins(&example.features);
            }
        }
        margins
    }

    fn weights<N: AsRef<str>>(&self, classes: &[N], examples: &[&Example]) -> Linear {
        let columns = self.columns(examples);
        let mut rows = Rows::default();
        for example in examples {
            rows.push(columns.row(&example.features));
        }
        let mut all: Vec<Vec<f32>> = Vec::with_capacity(classes.len());
        for class in 0..classes.len() {
            let of_class: Vec<bool> = examples
                .iter()
                .map(|example| example.labels.iter().any(|label| usize::from(*label) == class))
                .collect();
            all.push(self.averaged(&rows, &of_class, columns.hashes.len()));
        }
        self.packed(classes, columns, all)
    }

    /// The features that count, in the order of their hashes.
    fn columns(&self, examples: &[&Example]) -> Columns {
        let mut counts: HashMap<u32, u32> = HashMap::new();
        for example in examples {
            let mut seen: Vec<u32> = Vec::new();
            for block in &example.features.blocks {
                seen.extend(block.grams.iter().map(|gram| gram.hash));
            }
            seen.sort_unstable();
            seen.dedup();
            for hash in seen {
                *counts.entry(hash).or_default() += 1;
            }
        }
        let mut kept: Vec<(u32, u32)> =
            counts.into_iter().filter(|(_, count)| *count >= self.least).collect();
        kept.sort_unstable();
        let all = examples.len() as f32;
        let rarities = kept
            .iter()
            .map(|(_, count)| {
                let rarity = 1.0 + ((1.0 + all) / (1.0 + *count as f32)).ln();
                (rarity * 16.0).round().min(255.0) as u8
            })
            .collect();
        Columns { hashes: kept.into_iter().map(|(hash, _)| hash).collect(), rarities }
    }

    /// Weights (bias last) of one class, averaged over the views.
    fn averaged(&self, rows: &Rows, of_class: &[bool], columns: usize) -> Vec<f32> {
        let mut sum = vec![0.0; columns + 1];
        let yes = of_class.iter().filter(|yes| **yes).count() as f32;
        if yes == 0.0 {
            // A class without examples is never said.
            if let Some(bias) = sum.last_mut() {
                *bias = -1.0;
            }
            return sum;
        }
        let no = of_class.len() as f32 - yes;
        let effort = Effort { rounds: self.rounds, tolerance: self.tolerance };
        let shares: f32 = self.views.iter().map(|view| view.share).sum();
        for view in &self.views {
            let costs = (view.cost * (no / yes).max(1.0).powf(view.balance), view.cost);
            let share = view.share / shares;
            match view.likelihood {
                None => {
                    let weights = solve(rows, &rows.values, of_class, costs, columns, effort);
                    for (sum, weight) in sum.iter_mut().zip(weights) {
                        *sum += share * weight;
                    }
                }
                Some(smoothing) => {
                    let ratios = ratios(rows, of_class, columns, smoothing);
                    let values: Vec<f32> = rows
                        .columns
                        .iter()
                        .zip(&rows.values)
                        .map(|(column, value)| value * ratios.get(*column as usize).copied().unwrap_or(0.0))
                        .collect();
                    let weights = solve(rows, &values, of_class, costs, columns, effort);
                    let ratios = ratios.into_iter().chain([1.0]);
                    for ((sum, weight), ratio) in sum.iter_mut().zip(weights).zip(ratios) {
                        *sum += share * weight * ratio;
                    }
                }
            }
        }
        sum
    }

    /// Weights in steps of a byte, the smallest left out.
    fn packed<N: AsRef<str>>(&self, classes: &[N], columns: Columns, all: Vec<Vec<f32>>) -> Linear {
        let count = columns.hashes.len();
        let floor = floor(&all, count, self.keep);
        let mut scales = Vec::with_capacity(all.len());
        let mut biases = Vec::with_capacity(all.len());
        let mut of_columns: Vec<Vec<(u16, i8)>> = vec![Vec::new(); count];
        for (class, weights) in all.into_iter().enumerate() {
            biases.push(weights.last().copied().unwrap_or(0.0));
            let weights = weights.get(..count).unwrap_or_default();
            let largest = weights.iter().fold(0.0_f32, |largest, weight| largest.max(weight.abs()));
            let scale = if largest > 0.0 { largest / f32::from(self.steps.max(1)) } else { 1.0 };
            scales.push(scale);
            for (cells, weight) in of_columns.iter_mut().zip(weights) {
                let steps = (weight / scale).round() as i8;
                if steps != 0 && weight.abs() >= floor {
                    cells.push((class as u16, steps));
                }
            }
        }
        // Columns without any weight still count for the length of a row, so they stay.
        let mut starts = vec![0];
        let mut cells = Vec::new();
        for of_column in of_columns {
            cells.extend(of_column);
            starts.push(cells.len() as u32);
        }
        let classes: Vec<String> = classes.iter().map(|name| name.as_ref().to_owned()).collect();
        let calibration = Calibration::plain(self.choice, classes.len());
        Linear { classes, columns, starts, cells, scales, biases, calibration }
    }
}

/// The size of weight below which all are left out, so that about `keep` stay.
fn floor(all: &[Vec<f32>], columns: usize, keep: usize) -> f32 {
    let sizes = || all.iter().flat_map(|weights| weights.iter().take(columns)).map(|weight| weight.abs());
    if sizes().filter(|size| *size > 0.0).count() <= keep {
        return 0.0;
    }
    let mut sizes: Vec<f32> = sizes().filter(|size| *size > 0.0).collect();
    let place = sizes.len().saturating_sub(keep.max(1));
    let (_, floor, _) = sizes.select_nth_unstable_by(place, f32::total_cmp);
    *floor
}

/// The log of how much likelier each feature is in the class than outside.
fn ratios(rows: &Rows, of_class: &[bool], columns: usize, smoothing: f32) -> Vec<f32> {
    let mut inside = vec![smoothing; columns];
    let mut outside = vec![smoothing; columns];
    for (at, yes) in of_class.iter().enumerate() {
        let sums = if *yes { &mut inside } else { &mut outside };
        for (column, value) in rows.row(&rows.values, at) {
            if let Some(sum) = sums.get_mut(column) {
                *sum += value;
            }
        }
    }
    let (whole_in, whole_out) = (inside.iter().sum::<f32>(), outside.iter().sum::<f32>());
    inside.iter().zip(&outside).map(|(a, b)| ((a / whole_in) / (b / whole_out)).ln()).collect()
}
