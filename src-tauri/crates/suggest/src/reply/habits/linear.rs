//! A linear member of the habits: a weight for each mark and each answer. Learns much from little, and can say which
//! words spoke for an answer.

use super::Member;

/// Length of a step at the beginning.
const RATE: f32 = 0.1;
/// What a weight is held to have moved before it has.
const STILL: f32 = 1e-2;
/// Answers whose slope is flatter than this are out of the question and learn nothing.
const FLAT: f32 = 2e-3;

/// Weights by mark and answer; marks share rows by their low bits.
#[derive(Debug, Clone)]
pub(super) struct Linear {
    columns: usize,
    mask: u32,
    weights: Vec<f32>,
    /// How much each weight has been moved already: what moved much moves less.
    moved: Vec<f32>,
}

impl Linear {
    pub(super) fn new(columns: usize, bits: u32) -> Self {
        let rows = 1_usize << bits;
        Self {
            columns,
            mask: (rows - 1) as u32,
            weights: vec![0.0; rows * columns],
            moved: vec![STILL; rows * columns],
        }
    }

    fn place(&self, mark: u32) -> std::ops::Range<usize> {
        let start = (mark & self.mask) as usize * self.columns;
        start..start + self.columns
    }

    /// How much more a mark speaks for this answer than for others.
    pub(super) fn speaks(&self, mark: u32, column: usize) -> f32 {
        let row = self.weights.get(self.place(mark)).unwrap_or_default();
        let mean = row.iter().sum::<f32>() / row.len().max(1) as f32;
        row.get(column).copied().unwrap_or(0.0) - mean
    }
}

impl Member for Linear {
    fn add_to(&self, marks: &[u32], scores: &mut [f32]) {
        for mark in marks {
            let row = self.weights.get(self.place(*mark)).unwrap_or_default();
            for (score, weight) in scores.iter_mut().zip(row) {
                *score += weight;
            }
        }
    }

    fn learn(&mut self, marks: &[u32], slope: &[f32], rate: f32) {
        let steep: Vec<(usize, f32)> =
            slope.iter().copied().enumerate().filter(|(_, slope)| slope.abs() > FLAT).collect();
        for mark in marks {
            let place = self.place(*mark);
            let row = self.weights.get_mut(place.clone()).unwrap_or_default();
            let moved = self.moved.get_mut(place).unwrap_or_default();
            for (column, slope) in &steep {
                if let (Some(weight), Some(moved)) = (row.get_mut(*column), moved.get_mut(*column)) {
                    *moved += slope * slope;
                    *weight -= RATE * rate * slope / moved.sqrt();
                }
            }
        }
    }

    fn bytes(&self) -> usize {
        (self.weights.len() + self.moved.len()) * 4
    }
}
