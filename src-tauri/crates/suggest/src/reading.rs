//! Reading the customer: what they want, how they feel, what annoys them and how pressing it is, each with the words that
//! caused it, in English and French.
//!
//! Irritants and urgency are phrases kept as data (`reading/phrases/*.toml`): exact, and they say why. Feeling is those
//! phrases beside a model trained on English comments; French has the phrases only. Nothing is invented: without a
//! cause in the words, a message is neutral. What a customer writes is data; no instruction in it is followed.

mod found;
mod phrases;
mod reasons;
mod trend;

use std::ops::Range;

pub use found::{Emotion, Felt, Irritant, IrritantKind, Level, Reading, Urgency};
pub use reasons::{Guess, RECIPE as REASON_RECIPE, Reasons, Taught, trainer as reason_trainer};
pub use trend::{Strongest, Trend, Turn};

use crate::{
    language_of,
    linear::{Broken, Features, Linear, Recipe},
};
use phrases::{Phrases, Spoken};

/// Why a reader cannot be built: only when what is compiled in is damaged.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// A file of phrases.
    #[error("the phrases cannot be read: {0}")]
    Phrases(#[from] toml::de::Error),
    /// The model.
    #[error(transparent)]
    Model(#[from] Broken),
}

/// How words are drawn from a text for its feeling.
pub const EMOTION_RECIPE: Recipe = Recipe::SENTENCE;

/// The trained model of feelings, in the six and finer names.
pub const EMOTION_MODEL: &[u8] = include_bytes!("../models/emotion.bin");
/// The trained model of a bank's contact reasons.
pub const BANKING_MODEL: &[u8] = include_bytes!("../models/banking.bin");

/// Reads messages. Built once: it unpacks some megabytes.
#[derive(Debug)]
pub struct Reader {
    english: Phrases,
    french: Phrases,
    emotions: Linear,
    /// Of each of the six, its class in the model.
    classes: [Option<usize>; 6],
}

/// A feeling below this is none.
const FELT: f32 = 0.42;
/// The model was taught comments, not chats: it counts for less than a phrase.
const MODEL_COUNTS: f32 = 0.75;
/// What the mood of a feeling adds to its strength when the strongest is looked for.
const HARDER_COUNTS: f32 = 0.06;
/// What is left of the model's say where mere politeness looks like the feeling.
const POLITE_LEAVES: f32 = 0.3;

impl Reader {
    /// The reader with what is compiled in.
    pub fn new() -> Result<Self, Unreadable> {
        let emotions = Linear::from_bytes(EMOTION_MODEL)?;
        let class = |emotion: Emotion| {
            let name = format!("six:{}", emotion.as_str());
            emotions.classes().iter().position(|class| *class == name)
        };
        let classes = Emotion::FELT.map(class);
        Ok(Self {
            english: Phrases::read(include_str!("reading/phrases/en.toml"))?,
            french: Phrases::read(include_str!("reading/phrases/fr.toml"))?,
            emotions,
            classes,
        })
    }

    /// Reads a message. `language`: the customer's, for a text too short to tell. `reasons`: the workspace's.
    pub fn read(&self, text: &str, language: Option<&str>, reasons: Option<&Reasons>) -> Reading {
        let spoken = Spoken::of(text);
        let language = self.language(&spoken, language);
        let phrases = if language == Some("fr") { &self.french } else { &self.english };
        let mut irritants = gathered(&spoken, phrases.irritants(&spoken))
            .into_iter()
            .map(|(kind, words)| Irritant { kind, words })
            .collect::<Vec<_>>();
        // "For the third time I ask": what repeats is the contact, not the fault.
        if irritants.iter().any(|irritant| irritant.kind == IrritantKind::RepeatContact) {
            irritants.retain(|irritant| irritant.kind != IrritantKind::RepeatProblem);
        }
        let shouted = shouted(&spoken, phrases);
        if !shouted.is_empty() {
            irritants.push(Irritant { kind: IrritantKind::Shouting, words: shouted });
        }
        let urgency = gathered(&spoken, phrases.urgency(&spoken))
            .into_iter()
            .max_by_key(|(level, _)| *level)
            .map(|(level, words)| Urgency { level, words });
        let emotion = self.emotion(&spoken, phrases, language, &irritants);
        let mut mood = emotion.emotion.mood() * emotion.strength;
        // Who is polite and still waits is not happy.
        if mood > -0.3 && !irritants.is_empty() {
            mood = (mood - 0.2 * irritants.len() as f32).max(-0.6);
        }
        Reading {
            language: language.and_then(|language| language.parse().ok()),
            reasons: reasons.map(|reasons| reasons.guess(text)).unwrap_or_default(),
            emotion,
            irritants,
            urgency,
            mood,
        }
    }

    /// Common words tell; then letters; then what is known of the customer; then whose phrases are in it.
    fn language(&self, spoken: &Spoken<'_>, hint: Option<&str>) -> Option<&'static str> {
        let hint = hint.and_then(|hint| match hint.get(..2) {
            Some("fr") => Some("fr"),
            Some("en") => Some("en"),
            _ => None,
        });
        let more = |english: usize, french: usize| match english.cmp(&french) {
            std::cmp::Ordering::Greater => Some("en"),
            std::cmp::Ordering::Less => Some("fr"),
            std::cmp::Ordering::Equal => None,
        };
        // Common words are surer than letters where a message has ten words.
        more(self.english.common(spoken), self.french.common(spoken))
            .or_else(|| language_of(spoken.text))
            .or(hint)
            .or_else(|| more(self.english.hits(spoken), self.french.hits(spoken)))
    }

    fn emotion(
        &self,
        spoken: &Spoken<'_>,
        phrases: &Phrases,
        language: Option<&str>,
        irritants: &[Irritant],
    ) -> Felt {
        let features = Features::of(spoken.text, &EMOTION_RECIPE);
        let learned = if language == Some("fr") {
            // The model has read no French.
            Vec::new()
        } else {
            self.emotions.probabilities(&features)
        };
        let found = phrases.emotions(spoken);
        let polite = phrases.polite(spoken);
        let mut best = Felt { emotion: Emotion::Neutral, strength: 0.0, words: Vec::new() };
        let mut heaviest = 0.0;
        for (emotion, class) in Emotion::FELT.into_iter().zip(self.classes) {
            // Independent causes: what is not felt for any of them.
            let mut calm = 1.0_f32;
            let mut ranges: Vec<Range<usize>> = Vec::new();
            for ((_, weight), range) in found.iter().filter(|((of, _), _)| *of == emotion) {
                // The third "thank you" says less than the first.
                calm *= 1.0 - weight * 0.6_f32.powi(ranges.len() as i32);
                ranges.push(range.clone());
            }
            let model = class.and_then(|class| learned.get(class)).copied().unwrap_or(0.0);
            let model = if polite.contains(&emotion) { model * POLITE_LEAVES } else { model };
            calm *= 1.0 - MODEL_COUNTS * model;
            if emotion == Emotion::Irritation {
                for irritant in irritants {
                    calm *= 1.0 - irritant.kind.annoys();
                }
            }
            let strength = 1.0 - calm;
            // Where two are as strong, the harder one to hear counts: "thanks, but this is a disgrace".
            let weight = strength - HARDER_COUNTS * emotion.mood();
            if strength >= FELT && weight > heaviest {
                heaviest = weight;
                let mut words: Vec<String> = ranges.iter().map(|range| spoken.words(range)).collect();
                if words.is_empty() && emotion == Emotion::Irritation {
                    words = irritants.iter().flat_map(|irritant| irritant.words.clone()).collect();
                }
                if words.is_empty()
                    && let Some(class) = class
                {
                    words = reasons::telling(&self.emotions, &features, spoken.text, class);
                }
                words.dedup();
                best = Felt { emotion, strength, words };
            }
        }
        best
    }
}

/// What was found, each meaning once with all its words.
fn gathered<M: Copy + PartialEq>(
    spoken: &Spoken<'_>,
    found: Vec<(M, Range<usize>)>,
) -> Vec<(M, Vec<String>)> {
    let mut out: Vec<(M, Vec<String>)> = Vec::new();
    for (meaning, range) in found {
        let words = spoken.words(&range);
        match out.iter_mut().find(|(known, _)| *known == meaning) {
            Some((_, all)) if all.contains(&words) => {}
            Some((_, all)) => all.push(words),
            None => out.push((meaning, vec![words])),
        }
    }
    out
}

/// Words in capitals that are neither a code nor an abbreviation: two, or one that the rest of the message is not.
fn shouted(spoken: &Spoken<'_>, phrases: &Phrases) -> Vec<String> {
    let mut shouted = Vec::new();
    let mut quiet = 0;
    for token in spoken.tokens.iter().filter(|token| token.word) {
        let word = spoken.text.get(token.place.clone()).unwrap_or_default();
        let letters = word.chars().filter(|c| c.is_alphabetic()).count();
        let loud = word.chars().all(|c| !c.is_lowercase() && !c.is_ascii_digit());
        if !loud && letters > 1 {
            quiet += 1;
        } else if loud && letters >= 4 && !phrases.capitals.iter().any(|known| known == word) {
            shouted.push(word.to_owned());
        }
    }
    let enough = shouted.len() >= 2
        || (quiet >= 2 && shouted.iter().any(|word| word.chars().count() >= 5 || spoken.text.contains('!')));
    if enough { shouted } else { Vec::new() }
}

#[cfg(test)]
mod tests;
