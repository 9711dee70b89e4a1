//! A member of the habits with one hidden layer: contexts that mean the same come to lie together.

use super::{Draw, Member};

/// Width of the hidden layer.
const WIDTH: usize = 64;
/// Length of a step at the beginning.
const RATE: f32 = 0.05;
/// Answers whose slope is flatter than this are out of the question and learn nothing.
const FLAT: f32 = 1e-3;

/// Two layers; marks share rows of the first by their low bits.
#[derive(Debug, Clone)]
pub(super) struct Hidden {
    mask: u32,
    first: Vec<f32>,
    /// How much each row has been moved already: what moved much moves less.
    first_moved: Vec<f32>,
    second: Vec<f32>,
    second_moved: Vec<f32>,
}

impl Hidden {
    pub(super) fn new(columns: usize, bits: u32, seed: u64) -> Self {
        let rows = 1_usize << bits;
        let mut draw = Draw::new(seed);
        let mut around = |scale: f32| (draw.next() as f32 / u32::MAX as f32 - 0.5) * 2.0 * scale;
        Self {
            mask: (rows - 1) as u32,
            first: (0..rows * WIDTH).map(|_| around(0.2)).collect(),
            first_moved: vec![1e-3; rows],
            second: (0..columns * WIDTH).map(|_| around(0.2)).collect(),
            second_moved: vec![1e-3; columns * WIDTH],
        }
    }

    fn place(&self, mark: u32) -> std::ops::Range<usize> {
        let start = (mark & self.mask) as usize * WIDTH;
        start..start + WIDTH
    }

    fn inner(&self, marks: &[u32]) -> [f32; WIDTH] {
        let mut inner = [0.0; WIDTH];
        for mark in marks {
            let row = self.first.get(self.place(*mark)).unwrap_or_default();
            for (sum, weight) in inner.iter_mut().zip(row) {
                *sum += weight;
            }
        }
        let scale = scale(marks);
        inner.map(|sum| (sum * scale).tanh())
    }
}

/// Long contexts are not louder than short ones.
fn scale(marks: &[u32]) -> f32 {
    1.0 / (marks.len().max(1) as f32).sqrt()
}

impl Member for Hidden {
    fn add_to(&self, marks: &[u32], scores: &mut [f32]) {
        let inner = self.inner(marks);
        for (score, row) in scores.iter_mut().zip(self.second.chunks_exact(WIDTH)) {
            *score += row.iter().zip(&inner).map(|(weight, inner)| weight * inner).sum::<f32>();
        }
    }

    fn learn(&mut self, marks: &[u32], slope: &[f32], rate: f32) {
        let inner = self.inner(marks);
        let mut back = [0.0; WIDTH];
        let rows = self.second.chunks_exact_mut(WIDTH).zip(self.second_moved.chunks_exact_mut(WIDTH));
        for ((row, moved), slope) in rows.zip(slope) {
            if slope.abs() < FLAT {
                continue;
            }
            for (((weight, moved), inner), back) in row.iter_mut().zip(moved).zip(&inner).zip(&mut back) {
                *back += *weight * slope;
                let step = slope * inner;
                *moved += step * step;
                *weight -= RATE * rate * step / moved.sqrt();
            }
        }
        let scale = scale(marks);
        for (back, inner) in back.iter_mut().zip(&inner) {
            *back *= (1.0 - inner * inner) * scale;
        }
        let steepness = back.iter().map(|step| step * step).sum::<f32>() / WIDTH as f32;
        for mark in marks {
            let place = self.place(*mark);
            let row = self.first.get_mut(place).unwrap_or_default();
            let Some(moved) = self.first_moved.get_mut((mark & self.mask) as usize) else { continue };
            *moved += steepness;
            let pace = RATE * rate / moved.sqrt();
            for (weight, step) in row.iter_mut().zip(&back) {
                *weight -= pace * step;
            }
        }
    }

    fn bytes(&self) -> usize {
        (self.first.len() + self.first_moved.len() + self.second.len() + self.second_moved.len()) * 4
    }
}
