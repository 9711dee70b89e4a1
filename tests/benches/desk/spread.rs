//! Several measures of one thing.

/// Measures, in order.
#[derive(Debug, Clone, Default)]
pub struct Spread {
    sorted: Vec<f64>,
}

impl Spread {
    /// Puts measures in order.
    pub fn of(mut measures: Vec<f64>) -> Self {
        measures.sort_by(f64::total_cmp);
        Self { sorted: measures }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.sorted.len()
    }

    /// The smallest measure that at least `percent` of all do not exceed; nothing without measures.
    pub fn at(&self, percent: usize) -> Option<f64> {
        let rank = (self.sorted.len() * percent).div_ceil(100).max(1);
        self.sorted.get(rank - 1).copied()
    }

    /// The same measures, each changed.
    pub fn map(&self, change: impl Fn(f64) -> f64) -> Self {
        self.sorted.iter().copied().map(change).collect()
    }

    /// The middle one.
    pub fn median(&self) -> Option<f64> {
        self.at(50)
    }
}

impl FromIterator<f64> for Spread {
    fn from_iter<T: IntoIterator<Item = f64>>(measures: T) -> Self {
        Self::of(measures.into_iter().collect())
    }
}
