//! A talk and a draft as hashed marks: words, pieces of words, what was said, asked and looked up before, and some of
//! them together. Nothing of it can be read back: a mark is a number.

use super::talk::{Step, Talk};

/// Pieces of words that are looked at in a draft, which is short and full of slips. In what a customer said they cost
/// more than they bring: recall at 1 fell by a point with them.
const PIECES_DRAFT: std::ops::RangeInclusive<usize> = 2..=4;
/// Words of a customer that are looked at, the newest ones; a pasted page must not cost a second.
const LONGEST: usize = 120;

/// Marks of something, each once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marks(Vec<u32>);

impl Marks {
    /// The marks, in order of number.
    pub fn as_slice(&self) -> &[u32] {
        &self.0
    }

    /// One mark by its name.
    pub(crate) fn note(&mut self, name: &str) {
        self.add("note", &[name]);
    }

    fn add(&mut self, space: &str, parts: &[&str]) {
        // FNV-1a: the same on every machine and in every version, because learned weights are kept by it.
        let mut hash = 0x811c_9dc5_u32;
        for part in std::iter::once(&space).chain(parts) {
            for byte in part.bytes().chain([0x1f]) {
                hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
            }
        }
        // The low bits of FNV are weak, and the low bits are what is used.
        hash ^= hash >> 15;
        hash = hash.wrapping_mul(0x2c1b_3c6d);
        self.0.push(hash ^ (hash >> 13));
    }

    fn closed(mut self) -> Self {
        self.0.sort_unstable();
        self.0.dedup();
        self
    }
}

/// Lower case, without accents, cut at what is neither letter nor digit. Numbers lose their digits, not their length.
pub(crate) fn plain_words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| {
            let lower = crate::words::fold(&word.to_lowercase());
            lower.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect()
        })
        .collect()
}

/// The mark of a word that the customer said.
pub(crate) fn of_word(word: &str) -> Option<u32> {
    let mut marks = Marks::default();
    marks.add("w", &[plain_words(word).first()?]);
    marks.0.first().copied()
}

/// The marks of a talk.
pub fn of_talk(talk: &Talk) -> Marks {
    let mut marks = Marks::default();
    let newest = plain_words(&talk.open_words());
    let newest = newest.get(newest.len().saturating_sub(LONGEST)..).unwrap_or_default();
    let answers: Vec<&str> = talk.answers().collect();
    let back = |n: usize| answers.get(n).copied().unwrap_or("none");
    let last_step = match talk.steps.last() {
        Some(Step::Said(_)) => "said",
        Some(Step::Answered(_) | Step::Wrote(_)) => "answered",
        Some(Step::LookedUp { .. }) => "looked",
        None => "none",
    };

    said(&mut marks, newest, back(0));
    before(&mut marks, talk);

    // What was answered.
    marks.add("a1", &[back(0)]);
    marks.add("a12", &[back(0), back(1)]);
    marks.add("a123", &[back(0), back(1), back(2)]);
    marks.add("a2", &[back(1)]);
    marks.add("a1s", &[back(0), last_step]);
    for answer in &answers {
        marks.add("any", &[answer]);
    }
    let times = answers.iter().filter(|answer| **answer == back(0)).count();
    marks.add("again", &[back(0), bucket(times)]);
    if let Some(who) = &talk.advisor {
        marks.add("who", &[who]);
        marks.add("whoa1", &[who, back(0)]);
        marks.add("whol", &[who, last_step]);
        for standing in &talk.standing {
            marks.add("whost", &[who, standing, back(0)]);
        }
        if let Some(first) = newest.first() {
            marks.add("whow1", &[who, first]);
        }
    }
    marks.add("turn", &[bucket(answers.len())]);
    marks.add("last", &[last_step]);
    let mut set: Vec<&str> = answers.clone();
    set.sort_unstable();
    set.dedup();
    marks.add("set", &set);

    wrote(&mut marks, talk);
    looked_up(&mut marks, talk, back(0), bucket(times));

    for standing in &talk.standing {
        marks.add("st", &[standing]);
        marks.add("sta1", &[standing, back(0)]);
        marks.add("sta12", &[standing, back(0), back(1)]);
        marks.add("stt", &[standing, bucket(answers.len())]);
        for word in newest {
            marks.add("stw", &[standing, word]);
        }
    }
    marks.closed()
}

/// The few marks by which past contexts are found again.
pub(crate) fn of_gist(talk: &Talk) -> Marks {
    let mut marks = Marks::default();
    let newest = plain_words(&talk.open_words());
    let newest = newest.get(newest.len().saturating_sub(LONGEST)..).unwrap_or_default();
    for word in newest {
        marks.add("w", &[word]);
    }
    let mut answers = talk.answers();
    let one = answers.next().unwrap_or("none");
    let two = answers.next().unwrap_or("none");
    marks.add("a1", &[one]);
    marks.add("a12", &[one, two]);
    for standing in &talk.standing {
        marks.add("sta1", &[standing, one]);
        marks.add("sta12", &[standing, one, two]);
    }
    let looked = talk
        .steps
        .iter()
        .rev()
        .take_while(|step| !matches!(step, Step::Answered(_) | Step::Wrote(_)))
        .find_map(|step| match step {
            Step::LookedUp { what, found } => Some((what, found)),
            _ => None,
        });
    if let Some((what, found)) = looked {
        marks.add("l1", &[what]);
        for found in found {
            marks.add("fresh", &[what, found]);
            marks.add("fresha", &[what, found, one]);
        }
    } else {
        marks.add("l1", &["none", one]);
    }
    marks.closed()
}

/// The marks of a talk and of what the advisor has typed in it.
pub fn of_draft(talk: &Talk, draft: &str) -> Marks {
    let mut marks = of_talk(talk);
    let words = plain_words(draft);
    let last = talk.answers().next();
    marks.add("d=", &[&words.join(" ")]);
    for word in &words {
        marks.add("dw", &[word]);
        marks.add("dwa", &[word, last.unwrap_or("none")]);
        for standing in &talk.standing {
            marks.add("dws", &[word, standing]);
        }
        pieces(&mut marks, "dp", word, PIECES_DRAFT);
    }
    for pair in words.windows(2) {
        if let [a, b] = pair {
            marks.add("dww", &[a, b]);
        }
    }
    if let Some(first) = words.first() {
        marks.add("d1", &[first]);
    }
    marks.add("dn", &[bucket(words.len())]);
    marks.add("d?", &[if draft.contains('?') { "ask" } else { "tell" }]);
    marks.closed()
}

fn said(marks: &mut Marks, words: &[String], answered: &str) {
    for word in words {
        marks.add("w", &[word]);
        marks.add("wa", &[word, answered]);
    }
    for pair in words.windows(2) {
        if let [a, b] = pair {
            marks.add("ww", &[a, b]);
        }
    }
    if let Some(first) = words.first() {
        marks.add("w1", &[first]);
    }
    marks.add("wn", &[bucket(words.len())]);
    marks.add("wna", &[bucket(words.len()), answered]);
    let digits = words.iter().any(|word| word.contains('0'));
    marks.add("digits", &[if digits { "some" } else { "none" }, answered]);
}

/// What the customer had said before: they may have told already what would be asked next.
fn before(marks: &mut Marks, talk: &Talk) {
    for step in &talk.steps {
        if let Step::Said(text) = step {
            for word in plain_words(text).iter().take(LONGEST) {
                marks.add("b", &[word]);
            }
        }
    }
}

/// What the advisor had written freely: it may have asked what a template would ask.
fn wrote(marks: &mut Marks, talk: &Talk) {
    let mut newest = true;
    for step in talk.steps.iter().rev() {
        match step {
            Step::Answered(_) => newest = false,
            Step::Wrote(text) => {
                let space = if newest { "f1" } else { "f" };
                let words = plain_words(text);
                for word in words.iter().take(LONGEST) {
                    marks.add(space, &[word]);
                }
                if newest {
                    for pair in words.windows(2).take(LONGEST) {
                        if let [a, b] = pair {
                            marks.add("f2", &[a, b]);
                        }
                    }
                }
                newest = false;
            }
            _ => {}
        }
    }
}

fn looked_up(marks: &mut Marks, talk: &Talk, answered: &str, times_answered: &str) {
    let mut fresh = true;
    let mut first = true;
    let mut times = 0_usize;
    for step in talk.steps.iter().rev() {
        match step {
            Step::Answered(_) | Step::Wrote(_) => fresh = false,
            Step::Said(_) => {}
            Step::LookedUp { what, found } => {
                times += 1;
                let space = if fresh { "fresh" } else { "old" };
                if first {
                    marks.add("l1", &[what, space]);
                    marks.add("l1a", &[what, space, answered]);
                    let all: Vec<&str> = found.iter().map(String::as_str).collect();
                    marks.add("l1f", &all);
                }
                for found in found {
                    marks.add(space, &[what, found]);
                    if first {
                        marks.add("l1fa", &[space, found, answered]);
                        marks.add("l1fat", &[found, answered, times_answered]);
                    }
                }
                first = false;
            }
        }
    }
    marks.add("ln", &[bucket(times)]);
}

fn pieces(marks: &mut Marks, space: &str, word: &str, lengths: std::ops::RangeInclusive<usize>) {
    let letters: Vec<char> = std::iter::once('^').chain(word.chars()).chain(['$']).collect();
    for length in lengths {
        for piece in letters.windows(length) {
            let piece: String = piece.iter().collect();
            marks.add(space, &[&piece]);
        }
    }
}

fn bucket(n: usize) -> &'static str {
    match n {
        0 => "0",
        1 => "1",
        2 => "2",
        3 => "3",
        4..=5 => "4",
        6..=8 => "6",
        9..=14 => "9",
        _ => "15",
    }
}
