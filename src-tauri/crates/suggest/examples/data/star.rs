//! STAR as talks: two people, the log of every suggestion. Read from outside the repository; none of it is kept.

use std::{collections::BTreeMap, io::Read, path::Path};

use serde_json::Value;
use suggest::reply::{Lesson, Step, Talk};

/// Which part of the data a conversation belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Train,
    Tune,
    Test,
}

/// Something the advisor sent.
pub(crate) struct Sent {
    pub(crate) dialogue: u64,
    pub(crate) talk: Talk,
    /// What was typed before, the first draft of this reply.
    pub(crate) first_draft: String,
    /// The last one, which led to what was sent.
    pub(crate) draft: String,
    /// The template, or free text.
    pub(crate) label: Option<String>,
    pub(crate) text: String,
}

impl Sent {
    pub(crate) fn part(&self) -> Part {
        match self.dialogue % 10 {
            3 => Part::Test,
            4 => Part::Tune,
            _ => Part::Train,
        }
    }

    pub(crate) fn lesson(&self) -> Option<Lesson> {
        Some(Lesson {
            talk: self.talk.clone(),
            draft: Some(self.draft.clone()),
            sent: Some(self.text.clone()),
            key: self.label.clone()?,
        })
    }
}

/// The templates as they are written, by name; where the data has none, as they were sent most often in the train part.
pub(crate) fn templates(folder: &Path, sent: &[Sent]) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    let mut tasks: Vec<_> =
        std::fs::read_dir(folder.join("tasks")).expect("tasks").flatten().map(|entry| entry.path()).collect();
    tasks.sort();
    for task in tasks {
        let Ok(text) = std::fs::read_to_string(task.join("responses.json")) else { continue };
        let texts: BTreeMap<String, Value> = serde_json::from_str(&text).expect("json");
        for (name, text) in texts {
            out.entry(name).or_insert_with(|| text.as_str().unwrap_or_default().to_owned());
        }
    }
    let mut counts: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    for one in sent.iter().filter(|one| one.part() == Part::Train) {
        if let Some(label) = one.label.as_deref().filter(|label| !out.contains_key(*label)) {
            *counts.entry(label).or_default().entry(&one.text).or_default() += 1;
        }
    }
    let missing: Vec<(String, String)> = counts
        .into_iter()
        .filter_map(|(label, texts)| {
            Some((label.to_owned(), (*texts.iter().max_by_key(|(_, n)| **n)?.0).to_owned()))
        })
        .collect();
    out.extend(missing);
    out
}

/// Everything sent, in order.
pub(crate) fn read(folder: &Path) -> Vec<Sent> {
    let file = std::fs::File::open(folder.join("dialogues.jsonl.gz")).expect("the data");
    let mut text = String::new();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).expect("gzip");
    let mut sent = Vec::new();
    for line in text.lines() {
        let dialogue: Value = serde_json::from_str(line).expect("json");
        of_dialogue(&dialogue, &mut sent);
    }
    sent
}

fn of_dialogue(dialogue: &Value, sent: &mut Vec<Sent>) {
    let id = dialogue["DialogueID"].as_u64().expect("an id");
    let tasks: Vec<&str> = dialogue["Scenario"]["WizardCapabilities"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|task| task["Task"].as_str())
        .collect();
    // The queue that a talk came through says what it may be about.
    let mut standing: Vec<String> = tasks.iter().map(|task| format!("task:{task}")).collect();
    standing.push(format!("tasks:{}", tasks.len().min(2)));
    let mut talk = Talk { standing, advisor: None, steps: Vec::new() };
    let mut item = Value::Null;
    let mut drafts: Vec<String> = Vec::new();
    for event in dialogue["Events"].as_array().into_iter().flatten() {
        let text = event["Text"].as_str().unwrap_or_default();
        match (event["Agent"].as_str().unwrap_or_default(), event["Action"].as_str().unwrap_or_default()) {
            ("User", "utter") => {
                talk.steps.push(Step::Said(text.to_owned()));
                talk.steps.extend(echo(&item, text));
            }
            ("Wizard", "request_suggestions") => drafts.push(text.to_owned()),
            ("Wizard", "select_task") => {
                talk.steps.push(Step::LookedUp { what: "task".into(), found: Vec::new() });
            }
            ("Wizard", "query") => talk.steps.push(asked(event)),
            ("KnowledgeBase", "return_item") => {
                item = event["Item"].clone();
                talk.steps.push(found(event));
            }
            ("Wizard", action @ ("pick_suggestion" | "utter")) => {
                let label = event["ActionLabel"].as_str().filter(|label| *label != "custom");
                let label = label.filter(|_| action == "pick_suggestion").map(str::to_owned);
                sent.push(Sent {
                    dialogue: id,
                    talk: talk.clone(),
                    first_draft: drafts.first().cloned().unwrap_or_default(),
                    draft: drafts.last().cloned().unwrap_or_default(),
                    label: label.clone(),
                    text: text.to_owned(),
                });
                drafts.clear();
                talk.steps.push(match label {
                    Some(label) => Step::Answered(label),
                    None => Step::Wrote(text.to_owned()),
                });
            }
            _ => {}
        }
    }
}

/// What was asked for: the names of what was given, never the values.
fn asked(event: &Value) -> Step {
    let mut found = Vec::new();
    let mut kind = String::new();
    for constraint in event["Constraints"].as_array().into_iter().flatten() {
        for (name, value) in constraint.as_object().into_iter().flatten() {
            found.push(format!("with={name}"));
            if name == "RequestType" {
                kind = value.as_str().unwrap_or_default().trim_matches('"').to_owned();
            }
        }
    }
    Step::LookedUp { what: format!("ask:{kind}"), found }
}

/// What came back: which fields, and what kind of message.
fn found(event: &Value) -> Step {
    let item = &event["Item"];
    let mut found = Vec::new();
    for (name, value) in item.as_object().into_iter().flatten() {
        match (name.as_str(), value) {
            ("APIName", _) => {}
            (
                "Message" | "ReservationStatus" | "RideStatus" | "ChangeStatus" | "RequestStatus"
                | "Confirmation",
                Value::String(value),
            ) => {
                let words: String = value.chars().filter(|c| !c.is_ascii_digit()).take(60).collect();
                found.push(format!("{name}={words}"));
            }
            (name, Value::Array(list)) => found.push(format!("{name}#{}", list.len())),
            (name, Value::Bool(value)) => found.push(format!("{name}={value}")),
            (name, Value::String(value)) if value.is_empty() => found.push(format!("{name} empty")),
            (name, _) => found.push(name.to_owned()),
        }
    }
    let none = item.as_object().is_none_or(serde_json::Map::is_empty);
    if none {
        found.push("none".into());
    }
    Step::LookedUp { what: item["APIName"].as_str().unwrap_or("nothing").to_owned(), found }
}

/// Whether the customer names a value that was looked up just before.
fn echo(item: &Value, said: &str) -> Option<Step> {
    let said = said.to_lowercase();
    let mut found = Vec::new();
    for (name, value) in item.as_object()? {
        let Some(value) = value.as_str().filter(|value| value.len() < 40 && name != "APIName") else {
            continue;
        };
        let value = value.to_lowercase();
        let words: Vec<&str> = value.split(|c: char| !c.is_alphanumeric()).filter(|w| w.len() > 2).collect();
        let some = words.iter().any(|word| said.contains(word));
        let how = if said.contains(&value) {
            "whole"
        } else if some {
            "part"
        } else {
            "not"
        };
        found.push(format!("{name} {how}"));
    }
    (!found.is_empty()).then(|| Step::LookedUp { what: "echo".into(), found })
}
