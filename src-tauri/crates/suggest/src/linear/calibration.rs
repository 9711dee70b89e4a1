//! From margins to probabilities that mean what they say, fitted on examples the weights have not seen.

/// Whether a text has one class or any number of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// Exactly one.
    One,
    /// None, one or several.
    Any,
}

/// How margins become probabilities.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibration {
    /// Whether classes exclude each other.
    pub choice: Choice,
    /// Per class: slope and offset. With [`Choice::One`] all slopes are the same.
    pub lines: Vec<(f32, f32)>,
    /// Per class: the probability from which on it is said.
    pub bars: Vec<f32>,
}

impl Calibration {
    /// Before anything is known: margins as they are, said from one half on.
    pub fn plain(choice: Choice, classes: usize) -> Self {
        let slope = if choice == Choice::One { 4.0 } else { 2.0 };
        Self { choice, lines: vec![(slope, 0.0); classes], bars: vec![0.5; classes] }
    }

    /// The calibration that makes held-out examples likeliest. `margins` and `labels` go together.
    pub fn fitted(choice: Choice, classes: usize, margins: &[Vec<f32>], labels: &[&[u16]]) -> Self {
        let plain = Self::plain(choice, classes);
        if margins.is_empty() {
            return plain;
        }
        match choice {
            Choice::One => {
                let slope = temperature(margins, labels);
                Self { lines: vec![(slope, 0.0); classes], ..plain }
            }
            Choice::Any => {
                let lines = (0..classes)
                    .map(|class| {
                        let of_class: Vec<(f32, bool)> = margins
                            .iter()
                            .zip(labels)
                            .filter_map(|(margins, labels)| {
                                let yes = labels.iter().any(|label| usize::from(*label) == class);
                                Some((*margins.get(class)?, yes))
                            })
                            .collect();
                        platt(&of_class)
                    })
                    .collect();
                Self { lines, ..plain }
            }
        }
    }

    /// The probabilities of these margins.
    pub fn probabilities(&self, margins: &[f32]) -> Vec<f32> {
        let raised: Vec<f32> = margins
            .iter()
            .zip(&self.lines)
            .map(|(margin, (slope, offset))| margin * slope + offset)
            .collect();
        match self.choice {
            Choice::Any => raised.into_iter().map(|x| 1.0 / (1.0 + (-x).exp())).collect(),
            Choice::One => {
                let top = raised.iter().copied().fold(f32::NEG_INFINITY, f32::max);
                let powers: Vec<f32> = raised.into_iter().map(|x| (x - top).exp()).collect();
                let sum: f32 = powers.iter().sum();
                powers.into_iter().map(|power| power / sum).collect()
            }
        }
    }

    /// The probability from which on a class is said.
    pub fn bar(&self, class: usize) -> f32 {
        self.bars.get(class).copied().unwrap_or(1.0)
    }
}

/// Per class, the probability from which on saying it gives the best F1 on these examples.
pub fn best_bars(classes: usize, probabilities: &[Vec<f32>], labels: &[&[u16]]) -> Vec<f32> {
    (0..classes)
        .map(|class| {
            let mut seen: Vec<(f32, bool)> = probabilities
                .iter()
                .zip(labels)
                .filter_map(|(probabilities, labels)| {
                    Some((
                        *probabilities.get(class)?,
                        labels.iter().any(|label| usize::from(*label) == class),
                    ))
                })
                .collect();
            seen.sort_by(|a, b| b.0.total_cmp(&a.0));
            let all = seen.iter().filter(|(_, yes)| *yes).count() as f32;
            let mut best = (0.0, 0.5);
            let mut right = 0.0;
            let mut said = 0.0;
            let mut following = seen.iter().skip(1).map(|(p, _)| *p).chain([0.0]);
            for (p, yes) in &seen {
                said += 1.0;
                right += if *yes { 1.0 } else { 0.0 };
                let next = following.next().unwrap_or(0.0);
                let f1 = 2.0 * right / (said + all).max(1.0);
                if f1 > best.0 && next < *p {
                    best = (f1, f32::midpoint(*p, next));
                }
            }
            best.1
        })
        .collect()
}

/// The slope of a softmax, by golden section on the log of the loss.
fn temperature(margins: &[Vec<f32>], labels: &[&[u16]]) -> f32 {
    let loss = |slope: f32| -> f64 {
        let mut sum = 0.0;
        for (margins, labels) in margins.iter().zip(labels) {
            let Some(right) = labels.first().and_then(|label| margins.get(usize::from(*label))) else {
                continue;
            };
            let top = margins.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let all: f32 = margins.iter().map(|margin| ((margin - top) * slope).exp()).sum();
            sum += f64::from(all.ln() - (right - top) * slope);
        }
        sum
    };
    let golden = 0.618_034_f32;
    let (mut low, mut high) = (-1.0_f32, 4.0_f32);
    for _ in 0..30 {
        let left = high - golden * (high - low);
        let right = low + golden * (high - low);
        if loss(left.exp()) < loss(right.exp()) {
            high = right;
        } else {
            low = left;
        }
    }
    f32::midpoint(low, high).exp()
}

/// Platt's line through margins, by Newton's method with his smoothed targets.
fn platt(seen: &[(f32, bool)]) -> (f32, f32) {
    let yes = seen.iter().filter(|(_, yes)| *yes).count() as f64;
    let no = seen.len() as f64 - yes;
    if yes < 1.0 || no < 1.0 {
        return (2.0, 0.0);
    }
    let (high, low) = ((yes + 1.0) / (yes + 2.0), 1.0 / (no + 2.0));
    let (mut slope, mut offset) = (1.0_f64, (yes / no).ln());
    for _ in 0..60 {
        let (mut ga, mut gb, mut haa, mut hab, mut hbb) = (0.0, 0.0, 1e-6, 0.0, 1e-6);
        for (margin, is) in seen {
            let x = f64::from(*margin);
            let p = 1.0 / (1.0 + (-(slope * x + offset)).exp());
            let error = p - if *is { high } else { low };
            let weight = (p * (1.0 - p)).max(1e-9);
            ga += error * x;
            gb += error;
            haa += weight * x * x;
            hab += weight * x;
            hbb += weight;
        }
        let determinant = haa * hbb - hab * hab;
        if determinant.abs() < 1e-12 {
            break;
        }
        // A step is at most 2 long: Newton overshoots where all probabilities are near 0 or 1.
        let step_a = ((hbb * ga - hab * gb) / determinant).clamp(-2.0, 2.0);
        let step_b = ((haa * gb - hab * ga) / determinant).clamp(-2.0, 2.0);
        slope -= step_a;
        offset -= step_b;
        if step_a.abs() + step_b.abs() < 1e-7 {
            break;
        }
    }
    (slope.max(1e-3) as f32, offset as f32)
}
