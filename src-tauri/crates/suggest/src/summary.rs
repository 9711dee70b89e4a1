//! What a conversation was about, in a few of its own lines: what the customer wants, what was tried or promised, what is
//! still open. And a proposal for wrap-up: reason, disposition and follow-ups, each with the words that caused it.
//!
//! Nothing is written anew: every item is a sentence that somebody said, with its line. Deterministic, English and French.
//! Refuses to decide: every proposal is to be confirmed.

mod cues;
mod wrap_up;

use cues::{Cue, sentences};
pub use wrap_up::{Due, FollowUp, Proposed, WrapUp, proposal};

/// Who said a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speaker {
    /// The customer.
    Customer,
    /// An advisor, or a bot.
    Advisor,
}

/// A line of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'a> {
    /// Which.
    pub id: &'a str,
    /// Whose.
    pub by: Speaker,
    /// What it says.
    pub text: &'a str,
}

/// What an item of a summary is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// What the customer wants.
    Wants,
    /// What has been tried or found out.
    Tried,
    /// What was promised to the customer.
    Promised,
    /// What is still open: the customer waits for an answer.
    Open,
    /// How the customer feels, as somebody else has read it.
    Mood,
}

/// One item, in words that were said.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Item {
    /// What it is.
    pub kind: Kind,
    /// The words.
    pub text: String,
    /// The line that they stand in.
    pub line: String,
}

/// A summary.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Summary {
    /// At most some seven items, by kind.
    pub items: Vec<Item>,
}

/// Items of each kind that are kept: the newest, except for what the customer wants, where the first counts most.
const EACH: usize = 2;
/// Words of a sentence that says anything.
const WORDS: usize = 3;
/// Characters of an item.
const LONGEST: usize = 200;

/// The summary of a conversation. `mood` is the reading of the customer's mood and the line that caused it, if known.
pub fn summary(lines: &[Line<'_>], mood: Option<(&str, &str)>) -> Summary {
    let mut wants = Vec::new();
    let mut tried = Vec::new();
    let mut promised = Vec::new();
    let mut open: Vec<Item> = Vec::new();
    for line in lines {
        let item = |kind, text: &str| Item { kind, text: cut(text), line: line.id.to_owned() };
        match line.by {
            Speaker::Customer => {
                let mut asked = Vec::new();
                for sentence in sentences(line.text).filter(|sentence| tells(sentence)) {
                    if Cue::Wants.is_in(sentence) || sentence.trim_end().ends_with('?') {
                        wants.push((Cue::Wants.is_in(sentence), item(Kind::Wants, sentence)));
                        asked.push(item(Kind::Open, sentence));
                    } else if Cue::Problem.is_in(sentence) {
                        wants.push((true, item(Kind::Wants, sentence)));
                    }
                }
                // Without a mark of wanting, the first sentence that says something stands for it.
                if wants.is_empty()
                    && let Some(first) = sentences(line.text).find(|sentence| tells(sentence))
                {
                    wants.push((false, item(Kind::Wants, first)));
                }
                if asked.is_empty() && Cue::Closes.is_in(line.text) {
                    open.clear();
                }
                open.extend(asked);
            }
            Speaker::Advisor => {
                let mut answered = false;
                for sentence in sentences(line.text).filter(|sentence| tells(sentence)) {
                    if Cue::Promised.is_in(sentence) {
                        promised.push(item(Kind::Promised, sentence));
                    } else if Cue::Tried.is_in(sentence) {
                        tried.push(item(Kind::Tried, sentence));
                    }
                    answered |= !Cue::Waiting.is_in(sentence) && !sentence.trim_end().ends_with('?');
                }
                // An answer settles what was asked before; "one moment" and a question do not.
                if answered {
                    open.clear();
                }
            }
        }
    }
    let mut items = first_ones(wants);
    items.extend(newest(tried));
    items.extend(newest(promised));
    let said: Vec<String> = items.iter().map(|item| item.text.clone()).collect();
    items.extend(newest(open).into_iter().filter(|item| items_differ(item, &said)));
    items.extend(mood.map(|(text, line)| Item {
        kind: Kind::Mood,
        text: text.to_owned(),
        line: line.to_owned(),
    }));
    Summary { items }
}

/// The summary of the last contacts: of each, newest first, what was wanted and what was promised last.
pub fn contacts(conversations: &[&[Line<'_>]]) -> Vec<Summary> {
    conversations
        .iter()
        .map(|lines| {
            let whole = summary(lines, None).items;
            let first = whole.iter().find(|item| item.kind == Kind::Wants);
            let last = whole.iter().rev().find(|item| matches!(item.kind, Kind::Promised | Kind::Tried));
            Summary { items: first.into_iter().chain(last).cloned().collect() }
        })
        .filter(|summary| !summary.items.is_empty())
        .collect()
}

/// What is open need not be said twice when it is what is wanted.
fn items_differ(item: &Item, said: &[String]) -> bool {
    item.kind != Kind::Open || said.len() > 1 || !said.contains(&item.text)
}

fn tells(sentence: &str) -> bool {
    sentence.split_whitespace().count() >= WORDS && !Cue::Greets.is_whole(sentence)
}

/// Clear wishes before mere questions, each in order, without repeating.
fn first_ones(wants: Vec<(bool, Item)>) -> Vec<Item> {
    let (clear, other): (Vec<_>, Vec<_>) = wants.into_iter().partition(|(clear, _)| *clear);
    let mut out: Vec<Item> = Vec::new();
    for (_, item) in clear.into_iter().chain(other) {
        if out.len() < EACH && out.iter().all(|one| one.text != item.text) {
            out.push(item);
        }
    }
    out
}

fn newest(items: Vec<Item>) -> Vec<Item> {
    let from = items.len().saturating_sub(EACH);
    items.into_iter().skip(from).collect()
}

/// At the end of a word.
fn cut(text: &str) -> String {
    let text = text.trim();
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    let short: String = text.chars().take(LONGEST).collect();
    let end = short.rfind(char::is_whitespace).unwrap_or(short.len());
    format!("{}…", short.get(..end).unwrap_or(&short).trim_end())
}

#[cfg(test)]
mod tests;
