//! Data that nothing was tuned on: SGD's sample. There are no templates in it, so they are mined from nine of ten
//! conversations and looked for in the tenth: the reply counts as found when the mined template that stands for it is.
//! Share-alike: nothing shipped is learned from it.

use std::{collections::BTreeMap, path::Path};

use serde_json::Value;
use suggest::{
    Candidate,
    reply::{Asked, Learned, Lesson, Prompter, Step, Talk},
};

use super::Ranks;

struct Turn {
    dialogue: usize,
    talk: Talk,
    text: String,
    /// What the reply does: its acts and slots. A template of SGD in all but its wording.
    key: String,
}

pub(crate) fn run(folder: &Path) {
    let mut turns = Vec::new();
    let mut dialogue = 0;
    for file in ["dev_dialogues_001.json", "dev_dialogues_002.json"] {
        let text = std::fs::read_to_string(folder.join(file)).expect("the data");
        for one in serde_json::from_str::<Vec<Value>>(&text).expect("json") {
            read(&one, dialogue, &mut turns);
            dialogue += 1;
        }
    }
    let (test, train): (Vec<&Turn>, Vec<&Turn>) = turns.iter().partition(|turn| turn.dialogue % 5 == 3);
    let mut texts: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    for turn in &train {
        *texts.entry(&turn.key).or_default().entry(&turn.text).or_default() += 1;
    }
    let candidates: Vec<Candidate> = texts
        .iter()
        .filter_map(|(key, texts)| {
            let text = texts.iter().max_by_key(|(_, n)| **n)?.0;
            Some(Candidate {
                key: (*key).to_owned(),
                title: String::new(),
                cue: String::new(),
                text: (*text).to_owned(),
                language: "en".parse().expect("a language"),
            })
        })
        .collect();
    let count = candidates.len();
    let mut prompter = Prompter::of(candidates);
    let lessons: Vec<Lesson> = train
        .iter()
        .map(|turn| Lesson {
            talk: turn.talk.clone(),
            draft: None,
            sent: Some(turn.text.clone()),
            key: turn.key.clone(),
        })
        .collect();
    prompter.study(&lessons, 7);
    let learned = Learned::default();
    let mut ranks = Ranks::default();
    let known = test.iter().filter(|turn| texts.contains_key(turn.key.as_str())).count();
    for turn in &test {
        let words: Vec<&str> = turn.text.split_whitespace().collect();
        for (name, draft) in [
            ("context alone", String::new()),
            ("first two words typed", words.iter().take(2).copied().collect::<Vec<_>>().join(" ")),
            ("first four words typed", words.iter().take(4).copied().collect::<Vec<_>>().join(" ")),
        ] {
            let asked = Asked {
                talk: &turn.talk,
                draft: &draft,
                language: "en",
                learned: &learned,
                day: 0,
                profile: None,
            };
            let at = prompter.suggest(asked, 10).iter().position(|reply| reply.key == turn.key);
            ranks.note(name, at);
        }
    }
    println!(
        "\n## SGD sample (nothing tuned or learned on it but its own train part): {dialogue} conversations, {count} kinds of reply"
    );
    println!(
        "{} replies to find, {:.1} % of a kind that the train part has",
        test.len(),
        known as f64 / test.len() as f64 * 100.0
    );
    ranks.print("Kind of the next reply (service, acts and slots; a kind never met counts as missed)");
}

fn read(one: &Value, dialogue: usize, turns: &mut Vec<Turn>) {
    let services: Vec<String> = one["services"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|service| Some(format!("task:{}", service.as_str()?)))
        .collect();
    let mut talk = Talk { standing: services, advisor: None, steps: Vec::new() };
    for turn in one["turns"].as_array().into_iter().flatten() {
        let text = turn["utterance"].as_str().unwrap_or_default().to_owned();
        if turn["speaker"] == "USER" {
            talk.steps.push(Step::Said(text));
            continue;
        }
        let frame = &turn["frames"][0];
        if let Some(method) = frame["service_call"]["method"].as_str() {
            let results = frame["service_results"].as_array().map_or(0, Vec::len);
            let found = vec![if results == 0 { "none" } else { "some" }.to_owned()];
            talk.steps.push(Step::LookedUp { what: method.to_owned(), found });
        }
        let mut acts: Vec<String> = frame["actions"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|act| {
                format!("{}({})", act["act"].as_str().unwrap_or(""), act["slot"].as_str().unwrap_or(""))
            })
            .collect();
        acts.sort();
        let key = format!("{} {}", frame["service"].as_str().unwrap_or(""), acts.join(" "));
        turns.push(Turn { dialogue, talk: talk.clone(), text, key: key.clone() });
        talk.steps.push(Step::Answered(key));
    }
}
