//! Templates from the team's past answers: what is somebody's becomes a variable, answers that say nearly the same become
//! one, with how often and for whom it was used.
//!
//! Shown is only what the answers of several customers share, or what says nothing personal at all. Cues keep the telling
//! words of what customers had asked, without numbers and names, never their sentences.

mod likeness;

use std::collections::{BTreeMap, BTreeSet};

use model::Slug;

use self::likeness::{Likeness, together};
use crate::{
    index::Candidate,
    language::language_of,
    personal::{Own, owned},
    words::words,
};

/// Shorter answers say nothing, longer ones are about one case.
const LENGTH: std::ops::RangeInclusive<usize> = 15..=600;
/// Words of a cue.
const CUE: usize = 24;

/// A customer's words and the advisor's answer to them.
#[derive(Debug, Clone, Copy)]
pub struct Exchange<'a> {
    /// A name of it, for the key.
    pub key: &'a str,
    /// What the customer had said.
    pub said: &'a str,
    /// What the advisor answered.
    pub answered: &'a str,
    /// The customer's name.
    pub customer_name: &'a str,
    /// The advisor's name.
    pub advisor_name: &'a str,
    /// What the suggestion is called: the day.
    pub title: &'a str,
}

/// A past answer and whose it was.
#[derive(Debug, Clone, Copy)]
pub struct Past<'a> {
    /// What was said and answered.
    pub exchange: Exchange<'a>,
    /// Which customer; only counted.
    pub customer: &'a str,
}

/// A template and where it comes from.
#[derive(Debug, Clone)]
pub struct Template {
    /// As a candidate; its key is a hash of its text and stays while the text stays.
    pub candidate: Candidate,
    /// How many answers it stands for.
    pub answers: usize,
    /// How many different customers got it.
    pub customers: usize,
    /// Whether it may be shown: enough customers share it, or it says nothing personal.
    pub shown: bool,
    /// Which of the past answers it stands for, by place.
    pub members: Vec<usize>,
}

/// Templates of past answers, most used first. `enough` is how many different customers must share what is shown.
pub fn mined(past: &[Past<'_>], enough: usize) -> Vec<Template> {
    let made: Vec<Option<(String, &'static str)>> =
        past.iter().map(|past| template(&past.exchange)).collect();
    // The same words first: most of the work is done by it.
    let mut same: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
    for (place, made) in made.iter().enumerate() {
        if let Some((text, language)) = made {
            same.entry((language, text)).or_default().push(place);
        }
    }
    let texts: Vec<((&str, &str), Vec<usize>)> = same.into_iter().collect();
    let likenesses: Vec<Likeness> =
        texts.iter().map(|((language, text), _)| Likeness::of(language, text)).collect();
    let mut out: Vec<Template> = together(&likenesses)
        .into_iter()
        .filter_map(|group| {
            let group: Vec<_> = group.into_iter().filter_map(|place| texts.get(place)).collect();
            one(past, &group, enough)
        })
        .collect();
    out.sort_by(|a, b| b.answers.cmp(&a.answers).then_with(|| a.candidate.key.cmp(&b.candidate.key)));
    out
}

/// One template from texts that say nearly the same.
fn one(past: &[Past<'_>], group: &[&((&str, &str), Vec<usize>)], enough: usize) -> Option<Template> {
    let customers = |members: &[usize]| {
        members
            .iter()
            .filter_map(|place| past.get(*place))
            .map(|past| past.customer)
            .collect::<BTreeSet<_>>()
            .len()
    };
    // The wording that most customers got stands for all.
    let ((language, text), best) = group.iter().max_by(|a, b| {
        customers(&a.1)
            .cmp(&customers(&b.1))
            .then_with(|| b.0.1.len().cmp(&a.0.1.len()))
            .then_with(|| b.0.1.cmp(a.0.1))
    })?;
    let mut members: Vec<usize> = group.iter().flat_map(|(_, members)| members).copied().collect();
    members.sort_unstable();
    // A capital inside a sentence may be somebody's name until several customers were told the very same.
    let capitals = owned(text).iter().any(|(_, own)| *own == Own::Name);
    let shown = customers(best) >= enough || !capitals;
    let titles = members.iter().rev().find_map(|place| past.get(*place)).map(|past| past.exchange.title);
    let candidate = Candidate {
        key: format!("template:{:016x}", likeness::hash(&[language, text])),
        title: titles.unwrap_or_default().to_owned(),
        cue: cue(past, &members, language),
        text: (*text).to_owned(),
        language: language.parse::<Slug>().ok()?,
    };
    let customers = customers(&members);
    Some(Template { candidate, answers: members.len(), customers, shown, members })
}

/// The words that most of the customers had used.
fn cue(past: &[Past<'_>], members: &[usize], language: &str) -> String {
    let mut counts: BTreeMap<String, (usize, BTreeMap<String, usize>)> = BTreeMap::new();
    for past in members.iter().filter_map(|place| past.get(*place)) {
        let said = past.exchange.said;
        let mut bare = String::new();
        let mut from = 0;
        for (place, _) in owned(said) {
            bare.push_str(said.get(from..place.start).unwrap_or_default());
            from = place.end;
        }
        bare.push_str(said.get(from..).unwrap_or_default());
        let theirs = past.exchange.customer_name.to_lowercase();
        let mut seen = BTreeSet::new();
        for word in words(&bare, language) {
            let personal = word.written.chars().any(|c| c.is_ascii_digit())
                || theirs.split_whitespace().any(|part| part == word.written);
            if !personal && seen.insert(word.stem.clone()) {
                let entry = counts.entry(word.stem).or_default();
                entry.0 += 1;
                *entry.1.entry(word.written).or_default() += 1;
            }
        }
    }
    let mut counts: Vec<_> = counts.into_values().collect();
    counts.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.keys().cmp(b.1.keys())));
    let most_written = |forms: &BTreeMap<String, usize>| {
        forms.iter().max_by(|a, b| a.1.cmp(b.1).then_with(|| b.0.cmp(a.0))).map(|(form, _)| form.clone())
    };
    counts.iter().take(CUE).filter_map(|(_, forms)| most_written(forms)).collect::<Vec<_>>().join(" ")
}

/// An answer with what is somebody's made variables; nothing when it carries what no variable can stand for.
fn template(exchange: &Exchange<'_>) -> Option<(String, &'static str)> {
    let text = exchange.answered.trim();
    if !LENGTH.contains(&text.chars().count()) || text.contains("{{") {
        return None;
    }
    let text = nameless(text, exchange.customer_name, "customer")?;
    let text = nameless(&text, exchange.advisor_name, "advisor")?;
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for (place, own) in owned(&text) {
        let before = text.get(from..place.start).unwrap_or_default();
        let what = text.get(place.clone()).unwrap_or_default();
        let variable = match own {
            Own::Order => "{{order}}",
            Own::Amount => "{{amount}}",
            Own::Date => "{{date}}",
            Own::Time => "{{time}}",
            // No next customer can be told these.
            Own::Email | Own::Link | Own::Number => return None,
            Own::Name if in_place(before) => "{{place}}",
            Own::Name => what,
        };
        out.push_str(before);
        out.push_str(variable);
        from = place.end;
    }
    out.push_str(text.get(from..).unwrap_or_default());
    let language = language_of(&out)?;
    // A greeting with somebody else's name, or a name of the customer that was written otherwise.
    let lower = out.to_lowercase();
    let whole = |name: &str| {
        name.split_whitespace()
            .filter(|part| part.chars().count() > 2)
            .any(|part| lower.split(|c: char| !c.is_alphanumeric()).any(|word| word == part.to_lowercase()))
    };
    (!whole(exchange.customer_name)).then_some((out, language))
}

/// Whether what follows is a place by the word before it.
fn in_place(before: &str) -> bool {
    let last = before.split_whitespace().next_back().unwrap_or_default().to_lowercase();
    matches!(last.as_str(), "in" | "at" | "near" | "à" | "chez") && before.ends_with(' ')
}

/// A text with a person's names as variables; nothing when a last name stands alone, which no variable stands for.
fn nameless(text: &str, name: &str, who: &str) -> Option<String> {
    let mut parts = name.split_whitespace();
    let Some(first) = parts.next().filter(|first| first.chars().count() > 1) else {
        return Some(text.to_owned());
    };
    let mut out = text.to_owned();
    if parts.clone().next().is_some() {
        out = replaced(&out, name, &format!("{{{{{who}.name}}}}"));
    }
    out = replaced(&out, first, &format!("{{{{{who}.first_name}}}}"));
    let lower = out.to_lowercase();
    let alone = parts
        .filter(|part| part.chars().count() > 2)
        .any(|part| lower.split(|c: char| !c.is_alphanumeric()).any(|word| word == part.to_lowercase()));
    (!alone).then_some(out)
}

/// Whole words only: Al is not in Also.
fn replaced(text: &str, what: &str, with: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(what) {
        let (before, found) = rest.split_at(at);
        let after = found.get(what.len()..).unwrap_or_default();
        let apart = !before.chars().next_back().is_some_and(char::is_alphanumeric)
            && !after.chars().next().is_some_and(char::is_alphanumeric);
        out.push_str(before);
        out.push_str(if apart { with } else { what });
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests;
