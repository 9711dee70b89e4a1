//! How GoEmotions is put together: its own names, Ekman's groups, the four sentiments, and the six of a contact centre.
#![allow(dead_code, reason = "training and bench each use their part")]

use suggest::{
    linear::{Choice, Example, Features, Trainer, View},
    reading::EMOTION_RECIPE,
};

use super::corpora::Labelled;

/// Group → the names in it. Ekman's groups and the sentiments are those of the paper (Demszky and others 2020).
pub(crate) const GROUPS: &[(&str, &[&str])] = &[
    ("ekman:anger", &["anger", "annoyance", "disapproval"]),
    ("ekman:disgust", &["disgust"]),
    ("ekman:fear", &["fear", "nervousness"]),
    (
        "ekman:joy",
        &[
            "joy",
            "amusement",
            "approval",
            "excitement",
            "gratitude",
            "love",
            "optimism",
            "relief",
            "pride",
            "admiration",
            "desire",
            "caring",
        ],
    ),
    ("ekman:sadness", &["sadness", "disappointment", "embarrassment", "grief", "remorse"]),
    ("ekman:surprise", &["surprise", "realization", "confusion", "curiosity"]),
    ("ekman:neutral", &["neutral"]),
    (
        "sentiment:positive",
        &[
            "amusement",
            "excitement",
            "joy",
            "love",
            "desire",
            "optimism",
            "caring",
            "pride",
            "admiration",
            "gratitude",
            "relief",
            "approval",
        ],
    ),
    (
        "sentiment:negative",
        &[
            "fear",
            "nervousness",
            "remorse",
            "embarrassment",
            "disappointment",
            "sadness",
            "grief",
            "disgust",
            "anger",
            "annoyance",
            "disapproval",
        ],
    ),
    ("sentiment:ambiguous", &["realization", "surprise", "curiosity", "confusion"]),
    ("sentiment:neutral", &["neutral"]),
    ("six:gratitude", &["gratitude"]),
    ("six:joy", &["joy", "amusement", "excitement", "love", "admiration", "relief", "pride"]),
    ("six:anxiety", &["fear", "nervousness"]),
    ("six:disappointment", &["disappointment", "sadness", "grief", "remorse"]),
    ("six:irritation", &["anger", "annoyance", "disgust"]),
    ("six:confusion", &["confusion"]),
    ("irritated", &["anger", "annoyance", "disapproval", "disgust", "disappointment"]),
];

/// The names of GoEmotions, then the groups.
pub(crate) fn classes(names: &[String]) -> Vec<String> {
    names.iter().cloned().chain(GROUPS.iter().map(|(name, _)| (*name).to_owned())).collect()
}

/// Examples with the groups among their labels.
pub(crate) fn examples(rows: &[Labelled], names: &[String]) -> Vec<Example> {
    rows.iter()
        .enumerate()
        .map(|(at, (text, own))| {
            let mut labels = own.clone();
            for (group, (_, members)) in GROUPS.iter().enumerate() {
                if own.iter().any(|label| members.contains(&names[usize::from(*label)].as_str())) {
                    labels.push((names.len() + group) as u16);
                }
            }
            Example { features: Features::of(text, &EMOTION_RECIPE), labels, group: at as u64 }
        })
        .collect()
}

/// Chosen on the dev part.
pub(crate) fn trainer() -> Trainer {
    Trainer {
        choice: Choice::Any,
        views: vec![
            View { cost: 0.1, balance: 0.2, likelihood: None, share: 1.0 },
            View { cost: 0.03, balance: 0.2, likelihood: Some(1.0), share: 1.0 },
        ],
        least: 3,
        rounds: 40,
        tolerance: 0.1,
        folds: 5,
        steps: 127,
        keep: 2_200_000,
    }
}
