//! The measures of the field, each with its definition and its `n`. No data is `None`, never 100 %.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::ScoreKind;

/// A measure and the number of answers behind it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct Measure {
    /// The value: −100 to 100 for NPS, percent for CSAT, mean for CES.
    pub value: f64,
    /// How many answers.
    pub n: u32,
}

/// NPS, CSAT (top two of five) or CES 2.0 (mean of 1 to 7) over `answers`; nothing without answers.
///
/// NPS = % of 9–10 minus % of 0–6 on 0–10, with 7–8 in the denominator.
pub fn score(kind: ScoreKind, answers: &[u8]) -> Option<Measure> {
    let n = u32::try_from(answers.len()).ok().filter(|n| *n > 0)?;
    let share = |want: fn(u8) -> bool| {
        100.0 * answers.iter().filter(|a| want(**a)).count() as f64 / answers.len() as f64
    };
    let value = match kind {
        ScoreKind::Nps => share(|a| a >= 9) - share(|a| a <= 6),
        ScoreKind::Csat => share(|a| a >= 4),
        ScoreKind::Ces => answers.iter().map(|a| f64::from(*a)).sum::<f64>() / answers.len() as f64,
    };
    Some(Measure { value, n })
}

/// Whether a single answer is a bad one: a detractor (0–6), dissatisfied (1–2), or hard (1–3).
pub fn is_low(kind: ScoreKind, value: u8) -> bool {
    match kind {
        ScoreKind::Nps => value <= 6,
        ScoreKind::Csat => value <= 2,
        ScoreKind::Ces => value <= 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_not_everything() {
        assert_eq!(score(ScoreKind::Csat, &[]), None);
    }

    #[test]
    fn zero_is_a_detractor_and_passives_count_below_the_line() {
        assert_eq!(score(ScoreKind::Nps, &[0, 10, 8, 7]), Some(Measure { value: 0.0, n: 4 }));
        assert_eq!(score(ScoreKind::Nps, &[0]), Some(Measure { value: -100.0, n: 1 }));
    }

    #[test]
    fn satisfied_is_four_or_five_and_ease_is_a_mean() {
        assert_eq!(score(ScoreKind::Csat, &[5, 4, 3, 1]), Some(Measure { value: 50.0, n: 4 }));
        assert_eq!(score(ScoreKind::Ces, &[7, 2]), Some(Measure { value: 4.5, n: 2 }));
        assert!(is_low(ScoreKind::Ces, 2), "a low ease is bad: the scale runs from hard to easy");
        assert!(!is_low(ScoreKind::Ces, 6));
    }
}
