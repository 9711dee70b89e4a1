//! Guided paths: one question per stage, answers kept, back and forward, never in the way of free writing.
//!
//! A path is a plain TOML file of a workspace ([`Path::read`]); a [`Walk`] is one customer's way through it, kept as
//! plain data so that it can be left and taken up again; [`Path::is_for`] lets a share of the customers have it first;
//! [`Tally`] counts. Refuses a file that leads nowhere, and says what to change in it.

mod reading;
mod rollout;
mod walk;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use reading::Unfit;
pub use rollout::{Counts, Tally};
pub use walk::{Answered, Refused, Walk};

/// A text in each language of the workspace: `{ en = "…", fr = "…" }`.
pub type Texts = BTreeMap<String, String>;

/// A guided path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Path {
    /// Its name in files and counts, for example `parcel-not-received`.
    pub key: String,
    /// What it is called on the screen.
    pub title: Texts,
    /// When it is offered.
    pub trigger: Trigger,
    /// The share of customers who may have it, in percent.
    #[serde(default = "everybody")]
    pub share: u8,
    /// The stages; the first one begins.
    #[serde(rename = "stage")]
    pub stages: Vec<Stage>,
}

fn everybody() -> u8 {
    100
}

/// What a path is offered for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trigger {
    /// Contact reasons.
    #[serde(default)]
    pub reasons: Vec<String>,
    /// Words of the customer, by language: each entry is a few words that must all be said.
    #[serde(default)]
    pub words: BTreeMap<String, Vec<String>>,
}

/// One stage: one question to settle, or an end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// Its name inside the path.
    pub key: String,
    /// What the advisor is to find out.
    pub question: Texts,
    /// What may be sent to the customer, with variables.
    #[serde(default)]
    pub say: Texts,
    /// Answers to choose from; none with a `next`: free text.
    #[serde(default, rename = "answer")]
    pub answers: Vec<Answer>,
    /// Where a free answer leads; nothing ends the path.
    #[serde(default)]
    pub next: Option<String>,
    /// Names of actions that are offered here, for example `add_follow_up`.
    #[serde(default)]
    pub actions: Vec<String>,
}

/// An answer to choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// Its name inside the stage.
    pub key: String,
    /// What it says on the screen.
    pub text: Texts,
    /// Where it leads; nothing ends the path.
    #[serde(default)]
    pub next: Option<String>,
}

impl Path {
    /// The stage with this name.
    pub fn stage(&self, key: &str) -> Option<&Stage> {
        self.stages.iter().find(|stage| stage.key == key)
    }

    /// Whether it is to be offered: for a contact reason, or for words that the customer said, with the words.
    pub fn fits(&self, reason: Option<&str>, said: &str, language: &str) -> Option<Vec<String>> {
        if reason.is_some_and(|reason| self.trigger.reasons.iter().any(|one| one == reason)) {
            return Some(Vec::new());
        }
        let stems = |text: &str| crate::words::words(text, language);
        let said = stems(said);
        self.trigger.words.get(language)?.iter().find_map(|entry| {
            let wanted = stems(entry);
            let found: Option<Vec<String>> = wanted
                .iter()
                .map(|word| said.iter().find(|said| said.stem == word.stem).map(|said| said.written.clone()))
                .collect();
            found.filter(|found| !found.is_empty())
        })
    }

    /// What its stages may say, as candidates: `path:lost-card:blocked`.
    pub fn candidates(&self) -> Vec<crate::Candidate> {
        let mut out = Vec::new();
        for stage in &self.stages {
            for (language, text) in &stage.say {
                let Ok(slug) = language.parse() else { continue };
                let title = self.title.get(language).cloned().unwrap_or_default();
                let question = stage.question.get(language).cloned().unwrap_or_default();
                let triggers =
                    self.trigger.words.get(language).map(|words| words.join(" ")).unwrap_or_default();
                let key = format!("path:{}:{}:{language}", self.key, stage.key);
                let cue = format!("{title} {question} {triggers}");
                out.push(crate::Candidate { key, title, cue, text: text.clone(), language: slug });
            }
        }
        out
    }
}

#[cfg(test)]
mod tests;
