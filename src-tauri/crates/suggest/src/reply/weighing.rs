//! What speaks for a candidate, and how much each of it counts. The numbers that weigh were learned once from many
//! conversations (`models/replies.toml`, see there) and are shipped; they know no sentence and no candidate.

use serde::{Deserialize, Serialize};

/// How many things may speak for a candidate.
pub(crate) const SIGNALS: usize = 11;

/// What may speak for a candidate, in order.
pub const NAMES: [&str; SIGNALS] = [
    "habit_linear",
    "habit_hidden",
    "nearest",
    "words",
    "draft_habit_linear",
    "draft_habit_hidden",
    "draft_words",
    "draft_has",
    "draft_like",
    "draft_begins",
    "known",
];

/// What speaks for one candidate.
pub type Signals = [f32; SIGNALS];

/// Weights for one case.
pub type Weights = [f32; SIGNALS];

/// Weights for the four cases: nothing or something typed, without or with a history of the workspace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weighing {
    /// Nothing typed, no history.
    pub alone_new: Weights,
    /// Nothing typed, a long history.
    pub alone: Weights,
    /// Something typed, no history.
    pub draft_new: Weights,
    /// Something typed, a long history.
    pub draft: Weights,
    /// Shares of the right one that a first reply must have to be shown: nothing typed, something typed.
    pub bars: [f32; 2],
}

/// As shipped.
const SHIPPED: &str = include_str!("../../models/replies.toml");

impl Default for Weighing {
    fn default() -> Self {
        Self::shipped()
    }
}

impl Weighing {
    /// The weights that are shipped.
    pub fn shipped() -> Self {
        toml::from_str(SHIPPED).unwrap_or(Self {
            alone_new: [0.0; SIGNALS],
            alone: [1.0; SIGNALS],
            draft_new: [0.0; SIGNALS],
            draft: [1.0; SIGNALS],
            bars: [1.0, 1.0],
        })
    }

    /// The weights for a case; `trust` in the history is between 0 and 1.
    pub(crate) fn of(&self, typed: bool, trust: f32) -> Weights {
        let (new, old) = if typed { (&self.draft_new, &self.draft) } else { (&self.alone_new, &self.alone) };
        let mut out = [0.0; SIGNALS];
        for ((out, new), old) in out.iter_mut().zip(new).zip(old) {
            *out = new * (1.0 - trust) + old * trust;
        }
        out
    }
}

/// What a candidate weighs.
pub(crate) fn weight(signals: &Signals, weights: &Weights) -> f32 {
    signals.iter().zip(weights).map(|(signal, weight)| signal * weight).sum()
}

/// Weights that give the right candidate of each case the most: a few hundred steps along the slope, held near `start`.
/// A case is the signals of its candidates and the place of the right one.
pub fn learned(cases: &[(Vec<Signals>, usize)], start: &Weights, steps: usize) -> Weights {
    let mut weights = *start;
    let mut moved = [1e-6_f32; SIGNALS];
    for _ in 0..steps {
        let mut slope = [0.0_f32; SIGNALS];
        for (candidates, right) in cases {
            let scores: Vec<f32> = candidates.iter().map(|signals| weight(signals, &weights)).collect();
            let most = scores.iter().copied().fold(f32::MIN, f32::max);
            let sum: f32 = scores.iter().map(|score| (score - most).exp()).sum();
            for (place, (signals, score)) in candidates.iter().zip(&scores).enumerate() {
                let pull = (score - most).exp() / sum - f32::from(u8::from(place == *right));
                for (slope, signal) in slope.iter_mut().zip(signals) {
                    *slope += pull * signal;
                }
            }
        }
        let all = cases.len().max(1) as f32;
        for (((weight, slope), moved), start) in weights.iter_mut().zip(slope).zip(&mut moved).zip(start) {
            let slope = slope / all + 1e-3 * (*weight - start);
            *moved += slope * slope;
            *weight -= 0.1 * slope / moved.sqrt();
        }
    }
    weights
}
