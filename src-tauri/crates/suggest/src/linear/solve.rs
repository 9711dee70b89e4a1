//! Dual coordinate descent for one class against the rest with the squared hinge (Hsieh and others 2008, as in
//! LIBLINEAR), with shrinking. Deterministic: its order comes from a seed.

/// Rows of a sparse matrix, one after the other.
#[derive(Debug, Default)]
pub(super) struct Rows {
    starts: Vec<usize>,
    pub(super) columns: Vec<u32>,
    pub(super) values: Vec<f32>,
}

impl Rows {
    pub(super) fn push(&mut self, row: impl IntoIterator<Item = (usize, f32)>) {
        if self.starts.is_empty() {
            self.starts.push(0);
        }
        for (column, value) in row {
            self.columns.push(column as u32);
            self.values.push(value);
        }
        self.starts.push(self.columns.len());
    }

    pub(super) fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    pub(super) fn row<'r>(&'r self, values: &'r [f32], at: usize) -> impl Iterator<Item = (usize, f32)> + 'r {
        let range = match self.starts.get(at..at + 2) {
            Some([start, end]) => *start..*end,
            _ => 0..0,
        };
        let columns = self.columns.get(range.clone()).unwrap_or_default();
        let values = values.get(range).unwrap_or_default();
        columns.iter().zip(values).map(|(column, value)| (*column as usize, *value))
    }
}

/// How hard to try.
#[derive(Debug, Clone, Copy)]
pub(super) struct Effort {
    pub(super) rounds: u32,
    pub(super) tolerance: f32,
}

/// The weights (bias last) that part the rows that are of the class from the others. `costs`: of a row of the class, and
/// of another.
pub(super) fn solve(
    rows: &Rows,
    values: &[f32],
    of_class: &[bool],
    costs: (f32, f32),
    columns: usize,
    effort: Effort,
) -> Vec<f32> {
    let count = rows.len();
    let mut weights = vec![0.0_f32; columns + 1];
    let mut alphas = vec![0.0_f32; count];
    let cost = |yes: bool| if yes { costs.0 } else { costs.1 };
    let diagonals: Vec<f32> = (0..count)
        .zip(of_class)
        .map(|(at, yes)| {
            0.5 / cost(*yes) + 1.0 + rows.row(values, at).map(|(_, value)| value * value).sum::<f32>()
        })
        .collect();
    let mut dice = Dice(0x10_09_de_5c);
    let mut active: Vec<u32> = (0..count as u32).collect();
    let mut border = f32::INFINITY;
    for _ in 0..effort.rounds {
        dice.shuffle(&mut active);
        let (mut highest, mut lowest) = (f32::NEG_INFINITY, f32::INFINITY);
        let mut asleep = Vec::new();
        for (place, at) in active.iter().enumerate() {
            let at = *at as usize;
            let (Some(yes), Some(alpha), Some(diagonal)) =
                (of_class.get(at), alphas.get_mut(at), diagonals.get(at))
            else {
                continue;
            };
            let sign = if *yes { 1.0 } else { -1.0 };
            let mut product = weights.last().copied().unwrap_or(0.0);
            for (column, value) in rows.row(values, at) {
                product += weights.get(column).copied().unwrap_or(0.0) * value;
            }
            let slope = sign * product - 1.0 + *alpha * 0.5 / cost(*yes);
            let mut projected = slope;
            if *alpha == 0.0 {
                if slope > border {
                    asleep.push(place);
                    continue;
                }
                projected = slope.min(0.0);
            }
            highest = highest.max(projected);
            lowest = lowest.min(projected);
            if projected.abs() > 1e-9 {
                let before = *alpha;
                *alpha = (before - slope / diagonal).max(0.0);
                let step = (*alpha - before) * sign;
                for (column, value) in rows.row(values, at) {
                    if let Some(weight) = weights.get_mut(column) {
                        *weight += step * value;
                    }
                }
                if let Some(bias) = weights.last_mut() {
                    *bias += step;
                }
            }
        }
        for place in asleep.into_iter().rev() {
            active.swap_remove(place);
        }
        if highest - lowest <= effort.tolerance {
            if active.len() == count {
                break;
            }
            // Once more over all, to see whether those put aside were rightly so.
            active = (0..count as u32).collect();
            border = f32::INFINITY;
            continue;
        }
        border = if highest > 0.0 { highest } else { f32::INFINITY };
    }
    weights
}

/// SplitMix64: the same numbers everywhere.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            items.swap(at, (self.next() % (at as u64 + 1)) as usize);
        }
    }
}
