//! Why the customer wrote, in a workspace's own reasons: learned in the process, in some milliseconds, from the names of the
//! reasons, from what articles answer and from conversations that were wrapped up. It would rather say nothing than guess.

use model::Slug;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::linear::{Choice, Example, Features, Linear, Recipe, Source, Trainer, View};

/// How words are drawn from what a customer says about why they write (tuned on banking77's training part).
pub const RECIPE: Recipe =
    Recipe { words: 3, gaps: true, letters: (1, 5), across: false, weights: (1.0, 1.3) };

/// The trainer of reasons: the same for a workspace and for the bench.
pub fn trainer() -> Trainer {
    Trainer {
        choice: Choice::One,
        views: vec![View { cost: 1.0, balance: 0.3, likelihood: None, share: 1.0 }],
        least: 2,
        rounds: 40,
        tolerance: 0.1,
        ..Trainer::default()
    }
}

/// Fewer words say nothing about a reason.
const WORDS: usize = 2;
/// A reason is offered when it is this likely (calibrated on what was held out, so few examples make it modest) …
const LIKELY: f32 = 0.3;
/// … and its margin is above this: among three reasons even nonsense is a third likely.
const SURE: f32 = -0.3;
/// A text is judged when this share of its words has been seen before.
const FAMILIAR: f32 = 0.3;
/// A second and third reason are offered beside it from here on.
const POSSIBLE: f32 = 0.1;
/// At most so many are offered.
const OFFERED: usize = 3;

/// Something said, and the reason it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taught {
    /// What the customer wrote, a reason's name, an article's tags.
    pub text: String,
    /// The reason; none: small talk, or what belongs to no reason.
    pub reason: Option<Slug>,
}

/// A reason that may be meant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct Guess {
    /// Which.
    pub reason: Slug,
    /// How likely among all reasons, 0 to 1.
    pub confidence: f32,
    /// The words that spoke for it, as they were written.
    pub words: Vec<String>,
}

/// What a workspace's reasons sound like.
#[derive(Debug, Clone)]
pub struct Reasons {
    reasons: Vec<Slug>,
    model: Linear,
}

impl Reasons {
    /// Learned from these. Reasons come in the order of their names; the order of the examples does not matter.
    pub fn learned(taught: &[Taught]) -> Self {
        let mut reasons: Vec<Slug> = taught.iter().filter_map(|taught| taught.reason.clone()).collect();
        reasons.sort();
        reasons.dedup();
        let mut sorted: Vec<&Taught> = taught.iter().collect();
        sorted.sort_by(|a, b| (&a.reason, &a.text).cmp(&(&b.reason, &b.text)));
        sorted.dedup();
        let examples: Vec<Example> = sorted
            .into_iter()
            .map(|taught| {
                let label = taught.reason.as_ref().and_then(|reason| reasons.binary_search(reason).ok());
                Example {
                    features: Features::of(&taught.text, &RECIPE),
                    labels: label.map(|label| label as u16).into_iter().collect(),
                    group: u64::MAX,
                }
            })
            .collect();
        // With few examples every word counts; with many, what was said once is noise.
        let least = if examples.len() < 2000 { 1 } else { 2 };
        let names: Vec<&str> = reasons.iter().map(Slug::as_str).collect();
        let model = Trainer { least, folds: 3, ..trainer() }.train(&names, &examples);
        Self { reasons, model }
    }

    /// The reasons a text may be about, likeliest first; none when nothing is likely enough.
    pub fn guess(&self, text: &str) -> Vec<Guess> {
        let features = Features::of(text, &RECIPE);
        if crate::linear::tokens(text).iter().filter(|token| token.word).count() < WORDS {
            return Vec::new();
        }
        if self.model.familiar(&features) < FAMILIAR {
            return Vec::new();
        }
        let margins = self.model.margins(&features);
        let probabilities = self.model.calibration().probabilities(&margins);
        let mut order: Vec<(usize, f32)> = margins.into_iter().enumerate().collect();
        order.sort_by(|a, b| b.1.total_cmp(&a.1));
        let likely = |class: usize| probabilities.get(class).copied().unwrap_or(0.0);
        if order.first().is_none_or(|(class, margin)| *margin < SURE || likely(*class) < LIKELY) {
            return Vec::new();
        }
        order
            .into_iter()
            .take(OFFERED)
            .filter(|(class, _)| likely(*class) >= POSSIBLE)
            .filter_map(|(class, _)| {
                Some(Guess {
                    reason: self.reasons.get(class)?.clone(),
                    confidence: likely(class),
                    words: telling(&self.model, &features, text, class),
                })
            })
            .collect()
    }

    /// The reasons it knows.
    pub fn known(&self) -> &[Slug] {
        &self.reasons
    }
}

/// The words that spoke most for a class, at most four, in the order they were written.
pub(super) fn telling(model: &Linear, features: &Features, text: &str, class: usize) -> Vec<String> {
    let causes = model.causes(features, class);
    let strongest = causes.first().map_or(0.0, |cause| cause.weight);
    let mut places: Vec<_> = causes
        .into_iter()
        .take(4)
        .filter(|cause| cause.weight >= strongest * 0.3)
        .filter_map(|cause| match cause.source {
            Source::Word { place, .. } => Some(place),
            Source::Fact(_) => None,
        })
        .collect();
    places.sort_by_key(|place| place.start);
    // Neighbours are shown together.
    let mut joined: Vec<std::ops::Range<usize>> = Vec::new();
    for place in places {
        match joined.last_mut() {
            Some(last) if text.get(last.end..place.start).is_some_and(|gap| gap.trim().is_empty()) => {
                last.end = place.end;
            }
            _ => joined.push(place),
        }
    }
    joined.into_iter().filter_map(|place| Some(text.get(place)?.to_owned())).collect()
}
