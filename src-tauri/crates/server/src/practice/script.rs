//! A practice customer as written in `practice/*.toml`: who they are, what happened, and how they answer. Data only;
//! [`super::mind`] brings it to life.

use model::{HandOver, Personal, ScoreKind, Slug};
use serde::Deserialize;

use super::PracticeFault;

/// The calmest and the worst mood.
pub const MOODS: (u8, u8) = (0, 4);

/// A practice customer.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// Its name.
    pub id: Slug,
    /// The seeded customer who plays it.
    pub account: Personal,
    /// Their name, signed together with the account.
    pub name: Personal,
    /// The language they write.
    pub language: Slug,
    /// The queue they come to.
    pub queue: Slug,
    /// Their mood at the start: 0 calm to 4 furious.
    pub mood: u8,
    /// The mood in a word, for the advisor who chooses them.
    pub mood_word: Both,
    /// The problem in a sentence, for the advisor who chooses them.
    pub problem: Both,
    /// Seconds without an answer until they say so.
    pub patience_s: u32,
    /// What they say then, in order; after the last one they [`give up`](Self::gives_up) or fall silent.
    pub impatient: Vec<Personal>,
    /// The last words of somebody who leaves because nobody answers.
    #[serde(default)]
    pub gives_up: Option<Personal>,
    /// Their first words.
    pub opening: Vec<Spoken>,
    /// What the assistant knew before it gave up.
    #[serde(default)]
    pub hand_over: Option<HandOver>,
    /// What they answer to what.
    pub answers: Vec<Answer>,
    /// What they say when nothing fits, in order; the last one again and again.
    pub fallbacks: Vec<Personal>,
    /// Words that do them good.
    #[serde(default)]
    pub calms: Vec<String>,
    /// Words that make it worse.
    #[serde(default)]
    pub upsets: Vec<String>,
    /// The problem counts as solved once all answers of one of these sets were given.
    pub solved_by: Vec<Vec<Slug>>,
    /// They are cut off, or do something else, for a while.
    #[serde(default)]
    pub away: Option<Away>,
    /// Their last words when it is solved.
    pub goodbye: Personal,
    /// What they write when the advisor ends the chat and nothing is solved.
    #[serde(default)]
    pub not_done: Option<Personal>,
    /// How they answer the question at the end, best mood first.
    pub scores: Vec<ScoreBand>,
}

/// Something in both languages of the desk.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Both {
    /// In English.
    pub en: String,
    /// In French.
    pub fr: String,
}

impl Both {
    /// In the language of the desk; English when there is no other.
    pub fn in_language(&self, language: &str) -> &str {
        if language.starts_with("fr") { &self.fr } else { &self.en }
    }
}

/// A line with the time it takes to come to mind.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spoken {
    /// The words.
    pub text: Personal,
    /// Seconds before they begin to type it.
    #[serde(default = "two")]
    pub think_s: f64,
}

/// What a customer answers when the advisor's words fit.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// Its name, for [`Script::solved_by`] and [`Answer::after`].
    pub id: Slug,
    /// Groups of words: of each group, at least one must have been written. A `*` at the end stands for any ending.
    pub when: Vec<Vec<String>>,
    /// Only after these were given.
    #[serde(default)]
    pub after: Vec<Slug>,
    /// What they say; nothing when it only does something to their mood.
    #[serde(default)]
    pub say: Vec<Personal>,
    /// What it does to their mood: negative calms.
    #[serde(default)]
    pub mood: i8,
    /// Whether it may be given more than once.
    #[serde(default)]
    pub repeat: bool,
}

/// A time in which the customer is not there.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Away {
    /// After so many of their own lines.
    pub after_lines: u32,
    /// For so many seconds.
    pub for_s: u32,
    /// What they say when they are back and nobody wrote meanwhile.
    pub back: Vec<Personal>,
}

/// How somebody in this mood, or a better one, answers the question at the end.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScoreBand {
    /// The worst mood that still answers so.
    pub mood_up_to: u8,
    /// Satisfied, 1 to 5.
    pub csat: u8,
    /// Made it easy, 1 to 7.
    pub ces: u8,
    /// Would recommend, 0 to 10.
    pub nps: u8,
    /// In their words.
    #[serde(default)]
    pub comment: Option<Personal>,
}

impl ScoreBand {
    /// The answer to that question.
    pub fn value(&self, kind: ScoreKind) -> u8 {
        match kind {
            ScoreKind::Csat => self.csat,
            ScoreKind::Ces => self.ces,
            ScoreKind::Nps => self.nps,
        }
    }
}

fn two() -> f64 {
    2.0
}

macro_rules! scripts {
    ($($file:literal),+ $(,)?) => {
        [$(($file, include_str!(concat!("../../practice/", $file)))),+]
    };
}

const SCRIPTS: [(&str, &str); 13] = scripts![
    "lea-parcel-missing.toml",
    "omar-other-size.toml",
    "nina-refund-late.toml",
    "theo-card-lost.toml",
    "jon-payment-refused.toml",
    "priya-gift-card.toml",
    "sofia-invoice.toml",
    "margaux-shop-refused.toml",
    "henri-happy.toml",
    "siobhan-broken-plates.toml",
    "karim-birthday.toml",
    "yutong-locked-out.toml",
    "maximilian-instalments.toml",
];

/// All practice customers, in the order in which they are offered.
///
/// # Errors
/// When a script cannot be read; a test keeps that from happening in a build.
pub fn scripts() -> Result<Vec<Script>, PracticeFault> {
    SCRIPTS.iter().map(|(file, text)| read(file, text)).collect()
}

fn read(file: &'static str, text: &str) -> Result<Script, PracticeFault> {
    toml::from_str(text).map_err(|fault| PracticeFault::Script { file, message: fault.message().to_owned() })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn all() -> Vec<Script> {
        scripts().unwrap_or_else(|fault| panic!("{fault}"))
    }

    #[test]
    fn every_script_can_be_read_and_has_its_own_name_and_customer() {
        let scripts = all();
        assert_eq!(scripts.iter().map(|s| &s.id).collect::<BTreeSet<_>>().len(), scripts.len());
        assert_eq!(scripts.iter().map(|s| &s.account).collect::<BTreeSet<_>>().len(), scripts.len());
        for (script, (file, _)) in scripts.iter().zip(SCRIPTS) {
            assert_eq!(format!("{}.toml", script.id), file, "the file is called after the script");
        }
        for language in ["en", "fr"] {
            assert!(scripts.iter().filter(|s| s.language.as_str() == language).count() >= 4, "{language}");
        }
        assert_eq!(scripts.iter().map(|s| s.mood).collect::<BTreeSet<_>>().len(), 5, "every mood is there");
    }

    #[test]
    fn what_a_script_names_exists() {
        for script in all() {
            let id = &script.id;
            let answers: BTreeSet<_> = script.answers.iter().map(|a| &a.id).collect();
            assert_eq!(answers.len(), script.answers.len(), "{id}: an answer stands there twice");
            assert!(!script.solved_by.is_empty(), "{id}: cannot be solved");
            for named in script.solved_by.iter().flatten().chain(script.answers.iter().flat_map(|a| &a.after))
            {
                assert!(answers.contains(named), "{id}: there is no answer {named}");
            }
            for answer in &script.answers {
                let words = answer.when.iter().flatten();
                assert!(
                    !answer.when.is_empty() && words.clone().all(|w| !w.trim().is_empty()),
                    "{id}: {}",
                    answer.id
                );
                assert!(answer.when.iter().all(|group| !group.is_empty()), "{id}: {}", answer.id);
            }
        }
    }

    #[test]
    fn a_script_has_a_beginning_and_an_end_for_every_mood() {
        let (calm, furious) = MOODS;
        for script in all() {
            let id = &script.id;
            assert!((calm..=furious).contains(&script.mood), "{id}");
            assert!(!script.opening.is_empty() && !script.fallbacks.is_empty(), "{id}");
            assert!(script.patience_s >= 20, "{id}: an advisor must be able to read first");
            let bands: Vec<u8> = script.scores.iter().map(|b| b.mood_up_to).collect();
            assert!(bands.is_sorted() && bands.last() == Some(&furious), "{id}: a mood without a score");
            for band in &script.scores {
                for kind in [ScoreKind::Csat, ScoreKind::Ces, ScoreKind::Nps] {
                    let (low, high) = kind.range();
                    assert!((low..=high).contains(&band.value(kind)), "{id}: {kind:?} {}", band.value(kind));
                }
            }
            for text in [&script.mood_word, &script.problem] {
                assert!(!text.en.is_empty() && !text.fr.is_empty(), "{id}: in both languages");
            }
        }
    }

    #[test]
    fn the_language_of_the_desk_is_found() {
        let both = Both { en: "calm".to_owned(), fr: "calme".to_owned() };
        assert_eq!(both.in_language("fr-CA"), "calme");
        assert_eq!(both.in_language("en"), "calm");
        assert_eq!(both.in_language("de"), "calm");
    }
}
