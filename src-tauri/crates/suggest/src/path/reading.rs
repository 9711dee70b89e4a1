//! Reading a path's file: what is wrong in it, where, and what to do about it.

use std::collections::{BTreeMap, BTreeSet};

use super::{Path, Texts};

/// Why a file is no path. Each says what to change.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Not TOML, or not of this form.
    #[error("the file cannot be read: {0}")]
    Form(String),
    /// No stage.
    #[error("the path has no stage: add at least one [[stage]] with a key and a question")]
    Empty,
    /// A name with other signs, or none.
    #[error("“{0}” is no key: use small letters, digits and hyphens")]
    Key(String),
    /// Two of one name.
    #[error("{0} is there twice: give one of them another key")]
    Twice(String),
    /// An answer leads to a stage that is not there.
    #[error("stage “{from}” leads to “{to}”, which is not there: correct the name or add the stage")]
    Nowhere {
        /// Where it stands.
        from: String,
        /// Where it leads.
        to: String,
    },
    /// A stage that no way leads to.
    #[error("no way leads to stage “{0}”: lead an answer there or take it out")]
    Lost(String),
    /// From a stage no way leads out.
    #[error("stage “{0}” never comes to an end: let one of its ways end without a “next”")]
    Endless(String),
    /// A text is missing in a language.
    #[error("{place} has no text in “{language}”, which the title has: add it")]
    Language {
        /// Which text.
        place: String,
        /// In which language.
        language: String,
    },
    /// A stage has answers and a way of its own.
    #[error("stage “{0}” has answers and a “next”: with answers, each has its own “next”")]
    TwoWays(String),
    /// Nothing would ever offer it.
    #[error("nothing offers the path: name a reason or some words under [trigger]")]
    Unasked,
    /// More than everybody.
    #[error("the share is {0} %: use 0 to 100")]
    Share(u8),
    /// A hole that is not closed.
    #[error("{0} has a variable that is not closed: write {{{{order}}}} with two braces on each side")]
    Variable(String),
}

impl Path {
    /// A path from the text of its file; everything that is wrong with it, in order.
    pub fn read(text: &str) -> Result<Self, Vec<Unfit>> {
        let path: Self = toml::from_str(text).map_err(|error| vec![Unfit::Form(error.to_string())])?;
        let wrong = path.wrong();
        if wrong.is_empty() { Ok(path) } else { Err(wrong) }
    }

    /// Everything that is wrong with it.
    fn wrong(&self) -> Vec<Unfit> {
        let mut wrong = Vec::new();
        if self.stages.is_empty() {
            wrong.push(Unfit::Empty);
        }
        if self.share > 100 {
            wrong.push(Unfit::Share(self.share));
        }
        if self.trigger.reasons.is_empty() && self.trigger.words.values().all(Vec::is_empty) {
            wrong.push(Unfit::Unasked);
        }
        if self.title.is_empty() {
            wrong.push(Unfit::Language { place: "the title".into(), language: "en".into() });
        }
        key(&self.key, &mut wrong);
        let mut seen = BTreeSet::new();
        for stage in &self.stages {
            let place = format!("stage “{}”", stage.key);
            key(&stage.key, &mut wrong);
            if !seen.insert(&stage.key) {
                wrong.push(Unfit::Twice(place.clone()));
            }
            if !stage.answers.is_empty() && stage.next.is_some() {
                wrong.push(Unfit::TwoWays(stage.key.clone()));
            }
            self.texts(&stage.question, &place, &mut wrong);
            if !stage.say.is_empty() {
                self.texts(&stage.say, &format!("what {place} says"), &mut wrong);
            }
            let mut answers = BTreeSet::new();
            for answer in &stage.answers {
                let place = format!("answer “{}” of {place}", answer.key);
                key(&answer.key, &mut wrong);
                self.texts(&answer.text, &place, &mut wrong);
                if !answers.insert(&answer.key) {
                    wrong.push(Unfit::Twice(place));
                }
            }
            for to in ways(stage).flatten().filter(|to| self.stage(to).is_none()) {
                wrong.push(Unfit::Nowhere { from: stage.key.clone(), to: to.to_owned() });
            }
        }
        if wrong.is_empty() {
            self.ways(&mut wrong);
        }
        wrong
    }

    /// Every language of the title, with all variables closed.
    fn texts(&self, texts: &Texts, place: &str, wrong: &mut Vec<Unfit>) {
        for language in self.title.keys() {
            let missing = texts.get(language).is_none_or(|text| text.trim().is_empty());
            if missing {
                wrong.push(Unfit::Language { place: place.to_owned(), language: language.clone() });
            }
        }
        if texts.values().any(|text| text.matches("{{").count() != text.matches("}}").count()) {
            wrong.push(Unfit::Variable(place.to_owned()));
        }
    }

    /// Every stage is reached from the first one, and every stage can come to an end.
    fn ways(&self, wrong: &mut Vec<Unfit>) {
        let mut reached: BTreeSet<&str> = BTreeSet::new();
        let mut open: Vec<&str> = self.stages.first().map(|stage| stage.key.as_str()).into_iter().collect();
        while let Some(key) = open.pop() {
            if reached.insert(key) {
                open.extend(self.stage(key).into_iter().flat_map(ways).flatten());
            }
        }
        let mut ends: BTreeMap<&str, bool> =
            self.stages.iter().map(|stage| (stage.key.as_str(), false)).collect();
        for _ in &self.stages {
            for stage in &self.stages {
                let end = ways(stage).any(|way| way.is_none_or(|to| ends.get(to).copied().unwrap_or(false)));
                ends.insert(&stage.key, end);
            }
        }
        for stage in &self.stages {
            if !reached.contains(stage.key.as_str()) {
                wrong.push(Unfit::Lost(stage.key.clone()));
            } else if ends.get(stage.key.as_str()) == Some(&false) {
                wrong.push(Unfit::Endless(stage.key.clone()));
            }
        }
    }
}

/// Where a stage leads; nothing: to the end.
fn ways(stage: &super::Stage) -> Box<dyn Iterator<Item = Option<&str>> + '_> {
    if stage.answers.is_empty() {
        Box::new(std::iter::once(stage.next.as_deref()))
    } else {
        Box::new(stage.answers.iter().map(|answer| answer.next.as_deref()))
    }
}

fn key(key: &str, wrong: &mut Vec<Unfit>) {
    let fits =
        !key.is_empty() && key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if !fits {
        wrong.push(Unfit::Key(key.to_owned()));
    }
}
