//! Suggested replies: recall, characters typed, silence, speed and memory.

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
    time::{Duration, Instant},
};

use suggest::{
    Candidate,
    reply::{Asked, Learned, Prompter, weighing::NAMES},
};

use crate::star::{self, Part, Sent};

mod demo;
mod other;
mod size;

/// Prints everything about replies.
pub(crate) fn run(data: &Path) {
    let only = std::env::var("ONLY").unwrap_or_default();
    let wanted = |name: &str| only.is_empty() || only == name;
    if wanted("star") {
        star_table(&data.join("star"));
    }
    if wanted("sgd") {
        other::run(&data.join("sgd"));
    }
    if wanted("demo") {
        demo::run();
    }
    if wanted("size") {
        size::run();
    }
}

/// Candidates from STAR's templates.
pub(crate) fn candidates(folder: &Path, sent: &[Sent]) -> Vec<Candidate> {
    star::templates(folder, sent)
        .into_iter()
        .map(|(name, text)| Candidate {
            key: name.clone(),
            title: name,
            cue: String::new(),
            text,
            language: "en".parse().expect("a language"),
        })
        .collect()
}

/// Where the right one stands, by several rankers.
#[derive(Default)]
pub(crate) struct Ranks(BTreeMap<String, Vec<usize>>);

impl Ranks {
    pub(crate) fn note(&mut self, ranker: &str, rank: Option<usize>) {
        self.0.entry(ranker.to_owned()).or_default().push(rank.unwrap_or(usize::MAX - 1));
    }

    pub(crate) fn print(&self, title: &str) {
        println!("\n{title}");
        println!("| ranker | n | R@1 | R@3 | R@5 | MRR |\n|---|---|---|---|---|---|");
        for (name, ranks) in &self.0 {
            let n = ranks.len() as f64;
            let at = |k| ranks.iter().filter(|rank| **rank < k).count() as f64 / n * 100.0;
            let mrr = ranks.iter().map(|rank| 1.0 / (*rank as f64 + 1.0)).sum::<f64>() / n;
            println!("| {name} | {n} | {:.1} | {:.1} | {:.1} | {mrr:.3} |", at(1), at(3), at(5));
        }
    }
}

/// The place of the right one when candidates are ordered by a number.
fn place(scored: impl Iterator<Item = (f32, bool)>) -> Option<usize> {
    let all: Vec<(f32, bool)> = scored.collect();
    let right = all.iter().find(|(_, right)| *right)?.0;
    Some(all.iter().filter(|(score, is)| !is && *score >= right).count())
}

pub(crate) fn asked<'a>(sent: &'a Sent, draft: &'a str, learned: &'a Learned) -> Asked<'a> {
    Asked { talk: &sent.talk, draft, language: "en", learned, day: 0, profile: None }
}

fn star_table(folder: &Path) {
    let sent = star::read(folder);
    let start = Instant::now();
    let mut prompter = Prompter::of(candidates(folder, &sent));
    let lessons: Vec<_> = sent.iter().filter(|s| s.part() == Part::Train).filter_map(Sent::lesson).collect();
    prompter.study(&lessons, 7);
    println!(
        "## Suggested replies on STAR\n\n{} answers learned in {:.1} s",
        lessons.len(),
        start.elapsed().as_secs_f32()
    );
    let part = if std::env::var("PART").is_ok_and(|part| part == "tune") { Part::Tune } else { Part::Test };
    let test: Vec<&Sent> = sent.iter().filter(|s| s.part() == part).collect();
    let learned = Learned::default();
    // Baselines know the tasks.
    let mut frequent: HashMap<String, BTreeMap<&str, usize>> = HashMap::new();
    for lesson in &lessons {
        *frequent.entry(lesson.talk.standing.join(" ")).or_default().entry(&lesson.key).or_default() += 1;
    }
    let mut alone = Ranks::default();
    let mut drafted = Ranks::default();
    let mut times = Vec::new();
    for one in &test {
        let Some(label) = &one.label else { continue };
        let counts = frequent.get(&one.talk.standing.join(" "));
        alone.note(
            "most frequent, tasks known",
            place(counts.into_iter().flatten().map(|(key, n)| (*n as f32, key == label))),
        );
        for (draft, which) in [("", 0), (one.draft.as_str(), 1), (one.first_draft.as_str(), 2)] {
            let ranks = if which == 0 { &mut alone } else { &mut drafted };
            if which < 2 {
                let weighed = prompter.weigh(asked(one, draft, &learned));
                let signals = NAMES
                    .iter()
                    .enumerate()
                    .filter(|(_, name)| **name != "known" && (which == 1) == name.starts_with("draft"));
                for (signal, name) in signals {
                    let scored = weighed.iter().map(|w| (w.signals[signal], w.candidate.key == *label));
                    ranks.note(&format!("{name} only"), place(scored));
                }
            }
            let start = Instant::now();
            let replies = prompter.suggest(asked(one, draft, &learned), 10);
            times.push(start.elapsed());
            let at = replies.iter().position(|reply| reply.key == *label);
            ranks.note(if which == 2 { "**prompter, first draft**" } else { "**prompter**" }, at);
        }
    }
    alone.print("Context alone, next reply among the templates (a reply not shown counts as missed)");
    drafted.print("With the advisor's draft");
    typing(&prompter, &test);
    println!("\na suggestion takes p50 {:.2} ms, p95 {:.2} ms", at(&mut times, 50), at(&mut times, 95));
}

/// Characters typed when the right reply is taken as soon as it is among the first three.
fn typing(prompter: &Prompter, test: &[&Sent]) {
    let learned = Learned::default();
    let (mut typed, mut whole, mut free, mut untouched, mut silent, mut silent_free, mut picks, mut missed) =
        (0, 0, 0, 0, 0, 0, 0, 0);
    for one in test {
        let shown = prompter.suggest(asked(one, "", &learned), 3);
        let Some(label) = &one.label else {
            free += one.text.chars().count();
            silent_free += usize::from(shown.is_empty());
            continue;
        };
        picks += 1;
        silent += usize::from(shown.is_empty());
        let length = one.text.chars().count();
        whole += length;
        if shown.iter().any(|reply| reply.key == *label) {
            untouched += 1;
            continue;
        }
        let letters: Vec<char> = one.first_draft.chars().collect();
        let found = (1..=letters.len()).find(|count| {
            let draft: String = letters[..*count].iter().collect();
            prompter.suggest(asked(one, &draft, &learned), 3).iter().any(|reply| reply.key == *label)
        });
        match found {
            Some(count) => typed += count.min(length),
            None => {
                missed += 1;
                // The draft led to nothing: it is thrown away and the whole is typed.
                typed += letters.len() + length;
            }
        }
    }
    let saved = |typed: usize, whole: usize| 100.0 - typed as f64 / whole as f64 * 100.0;
    let part = |n: usize, of: usize| n as f64 / of as f64 * 100.0;
    println!(
        "\nReplay, taken as soon as it is among three: characters typed −{:.1} % ({} replies, {:.1} % without a key, {:.1} % never found); with free text counted as fully typed −{:.1} %",
        saved(typed, whole),
        picks,
        part(untouched, picks),
        part(missed, picks),
        saved(typed + free, whole + free)
    );
    println!(
        "Nothing is shown before typing: {:.1} % of replies from templates, {:.1} % of free texts",
        part(silent, picks),
        part(silent_free, test.len() - picks)
    );
}

pub(crate) fn at(times: &mut [Duration], percent: usize) -> f64 {
    times.sort();
    times
        .get((times.len() * percent / 100).min(times.len().saturating_sub(1)))
        .map_or(0.0, |t| t.as_secs_f64() * 1000.0)
}
