//! The prompter: candidates, what the workspace's history says, and how both are weighed to the few replies worth
//! showing. Never sends anything; shows none rather than a weak one; never shows what cannot be filled truly.

use std::collections::BTreeMap;

use super::{
    draft::{Typed, completion, open_sentence},
    features,
    habits::{Given, Habits},
    learned::{Learned, Place},
    nearest::Nearest,
    starts::Starts,
    talk::Talk,
    weighing::{SIGNALS, Signals, Weighing, weight},
};
use crate::{
    index::{Candidate, Index, Situation},
    variables::{Filled, Origin, Profile, filled},
};

/// Candidates of each source that are weighed.
const AHEAD: usize = 40;
/// Answers in a history from which it weighs as much as the words.
const SOME: f32 = 100.0;
/// A share that stands for "never seen".
const NEVER: f32 = 1e-3;
/// What must speak for a candidate that no history knows: the same bar that words alone must pass.
const WORDS_ENOUGH: f32 = 0.16;
/// The part of the draft that must be found in a candidate.
const DRAFT_ENOUGH: f32 = 0.5;
/// A habit this weak is none.
const HABIT_ENOUGH: f32 = 0.004;

/// Where a reply comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// A paragraph of an article.
    Article,
    /// A prepared text.
    Macro,
    /// Past answers of the team.
    Answer,
    /// A stage of a guided path.
    Path,
}

impl Source {
    /// By the beginning of a candidate's key.
    pub fn of(key: &str) -> Self {
        match key.split(':').next() {
            Some("macro") => Self::Macro,
            Some("answer" | "template") => Self::Answer,
            Some("path") => Self::Path,
            _ => Self::Article,
        }
    }

    /// Who answers for its words.
    pub fn origin(self) -> Origin {
        if self == Self::Answer { Origin::Mined } else { Origin::Approved }
    }
}

/// An answer of the past, to learn from.
#[derive(Debug, Clone)]
pub struct Lesson {
    /// What had happened before it.
    pub talk: Talk,
    /// What the advisor had typed, when that is known.
    pub draft: Option<String>,
    /// What was sent, when it was not the candidate's own words: drafts are made of its beginning.
    pub sent: Option<String>,
    /// The candidate that was sent, or that stands for what was sent.
    pub key: String,
}

/// What there is to answer.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The conversation up to now.
    pub talk: &'a Talk,
    /// What the advisor has typed; nothing: from the context alone.
    pub draft: &'a str,
    /// The language to answer in.
    pub language: &'a str,
    /// What this workspace's advisors took and refused.
    pub learned: &'a Learned,
    /// The day, counted from any fixed one.
    pub day: u32,
    /// What variables stand for; without it texts stay as they are written (for measuring).
    pub profile: Option<&'a Profile>,
}

/// A reply worth showing.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// The candidate's key.
    pub key: String,
    /// The name of its source.
    pub title: String,
    /// What kind of source that is.
    pub source: Source,
    /// The text as it would be sent, and what was filled in.
    pub filled: Filled,
    /// What Tab would put after the draft; nothing when the reply would replace it.
    pub rest: Option<String>,
    /// How sure, 0 to 1, among what was weighed.
    pub share: f32,
    /// The words of the customer and of the draft that spoke for it, as written.
    pub because: Vec<String>,
    /// How often it was sent in contexts like this, of ten; nothing when there is no history of it.
    pub in_ten: Option<u8>,
    /// How often it was taken lately.
    pub taken: u32,
}

/// A candidate and what speaks for it.
#[derive(Debug, Clone)]
pub struct Weighed<'i> {
    /// Which.
    pub candidate: &'i Candidate,
    /// What speaks for it.
    pub signals: Signals,
    habit: f32,
}

/// Candidates and habits of one workspace.
#[derive(Debug, Default)]
pub struct Prompter {
    index: Index,
    starts: Starts,
    habits: Option<Habits>,
    drafted: Option<Habits>,
    nearest: Nearest,
    weighing: Weighing,
}

impl Prompter {
    /// With these candidates and no history.
    pub fn of(candidates: Vec<Candidate>) -> Self {
        let mut starts = Starts::default();
        for candidate in &candidates {
            starts.add(&candidate.key, &candidate.text);
        }
        Self { index: Index::of(candidates), starts, ..Self::default() }
    }

    /// The same with other weights (for learning them).
    pub fn weighing(mut self, weighing: Weighing) -> Self {
        self.weighing = weighing;
        self
    }

    /// One more candidate; it replaces the one with the same key.
    pub fn add(&mut self, candidate: Candidate) {
        if let Some(old) = self.index.get(&candidate.key) {
            self.starts.remove(&old.key, &old.text);
        }
        self.starts.add(&candidate.key, &candidate.text);
        self.index.add(candidate);
    }

    /// Takes a candidate out; says whether it was there.
    pub fn remove(&mut self, key: &str) -> bool {
        if let Some(old) = self.index.get(key) {
            self.starts.remove(&old.key, &old.text);
        }
        self.index.remove(key)
    }

    /// The candidates.
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// Learns the workspace's history anew. Takes seconds for a hundred thousand answers; a thread of its own is due.
    /// Where a draft is not known, the first words of what was sent stand for it.
    pub fn study(&mut self, history: &[Lesson], seed: u64) {
        let given = |marks, lesson: &Lesson| Given { marks, key: lesson.key.clone() };
        let alone: Vec<Given> =
            history.iter().map(|lesson| given(features::of_talk(&lesson.talk), lesson)).collect();
        self.habits = (!alone.is_empty()).then(|| Habits::of(&alone, seed));
        drop(alone);
        let drafted: Vec<Given> = history
            .iter()
            .enumerate()
            .filter_map(|(turn, lesson)| {
                let draft = self.draft_of(lesson, turn)?;
                Some(given(features::of_draft(&lesson.talk, &draft), lesson))
            })
            .collect();
        self.drafted = (!drafted.is_empty()).then(|| Habits::of(&drafted, seed));
        self.nearest = Nearest::default();
        for lesson in history {
            self.nearest.learn(&features::of_gist(&lesson.talk), &lesson.key);
        }
        self.nearest.shrink();
    }

    /// One more answer, without going through the history again.
    pub fn learn(&mut self, lesson: &Lesson) {
        let turn = self.nearest.len();
        let draft = self.draft_of(lesson, turn);
        if let Some(habits) = &mut self.habits {
            habits.learn(&Given { marks: features::of_talk(&lesson.talk), key: lesson.key.clone() });
        }
        if let (Some(drafted), Some(draft)) = (&mut self.drafted, draft) {
            drafted
                .learn(&Given { marks: features::of_draft(&lesson.talk, &draft), key: lesson.key.clone() });
        }
        self.nearest.learn(&features::of_gist(&lesson.talk), &lesson.key);
    }

    /// What was typed for an answer, or might have been: one to four of its first words.
    fn draft_of(&self, lesson: &Lesson, turn: usize) -> Option<String> {
        if let Some(draft) = lesson.draft.as_ref().filter(|draft| !draft.trim().is_empty()) {
            return Some(draft.clone());
        }
        let text = match &lesson.sent {
            Some(sent) => sent,
            None => &self.index.get(&lesson.key)?.text,
        };
        let words: Vec<&str> = text.split_whitespace().take(1 + turn % 4).collect();
        Some(words.join(" "))
    }

    /// The replies worth showing, at most `limit`, best first.
    pub fn suggest(&self, asked: Asked<'_>, limit: usize) -> Vec<Reply> {
        let typed = !asked.draft.trim().is_empty();
        let trust = self.trust();
        let weights = self.weighing.of(typed, trust);
        let place = Place::of(asked.talk);
        let mut weighed: Vec<(f32, Weighed<'_>)> = self
            .weigh(asked)
            .into_iter()
            .map(|one| {
                let push = asked.learned.push(&one.candidate.key, &place, asked.day);
                (weight(&one.signals, &weights) + push, one)
            })
            .collect();
        weighed.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.candidate.key.cmp(&b.1.candidate.key)));
        let most = weighed.first().map_or(0.0, |(score, _)| *score);
        let sum: f32 = weighed.iter().map(|(score, _)| (score - most).exp()).sum();
        let [alone, draft] = self.weighing.bars;
        // Without a history shares are even, and the bars for words decide.
        let bar = trust * if typed { draft } else { alone };
        let said = asked.talk.open_words();
        let mut seen: Vec<String> = Vec::new();
        let mut out = Vec::new();
        for (score, one) in weighed {
            if out.len() >= limit {
                break;
            }
            let share = (score - most).exp() / sum;
            // A weak first one means that nothing is known; what follows a good one may be weaker.
            if out.is_empty() && share < bar || !self.speaks(&one, typed) {
                continue;
            }
            let source = Source::of(&one.candidate.key);
            let filled = match asked.profile {
                Some(profile) => match filled(&one.candidate.text, source.origin(), profile, &said) {
                    Ok(filled) => filled,
                    // Not offered: it would say what is not so.
                    Err(_) => continue,
                },
                None => Filled { text: one.candidate.text.clone(), used: Vec::new() },
            };
            if seen.contains(&filled.text) {
                continue;
            }
            seen.push(filled.text.clone());
            out.push(self.reply(one, source, filled, share, asked));
        }
        out
    }

    fn reply(&self, one: Weighed<'_>, source: Source, filled: Filled, share: f32, asked: Asked<'_>) -> Reply {
        let key = one.candidate.key.clone();
        let said = asked.talk.open_words();
        let situation = Situation { said: &said, typed: asked.draft, language: asked.language };
        let mut because = self.index.because(situation, one.candidate);
        if because.is_empty() {
            because = self.telling(asked, &key);
        }
        Reply {
            title: one.candidate.title.clone(),
            source,
            rest: completion(asked.draft, &filled.text),
            filled,
            share,
            because,
            in_ten: (one.habit > HABIT_ENOUGH).then(|| (one.habit * 10.0).round() as u8),
            taken: asked.learned.taken(&key, asked.day),
            key,
        }
    }

    /// How far the history is to be trusted: not at all without one, half at a hundred answers.
    fn trust(&self) -> f32 {
        let lessons = self.habits.as_ref().map_or(0, Habits::lessons) as f32;
        lessons / (lessons + SOME)
    }

    /// Whether enough speaks for a candidate to show it at all.
    fn speaks(&self, one: &Weighed<'_>, typed: bool) -> bool {
        let [_, _, _, words, _, _, _, has, ..] = one.signals;
        one.habit > HABIT_ENOUGH || words >= WORDS_ENOUGH || typed && has >= DRAFT_ENOUGH
    }

    /// The words that habits went by.
    fn telling(&self, asked: Asked<'_>, key: &str) -> Vec<String> {
        let Some(habits) = &self.habits else { return Vec::new() };
        let said = asked.talk.open_words();
        let mut words: Vec<(f32, String)> = crate::words::words(&said, asked.language)
            .into_iter()
            .filter_map(|word| {
                let speaks = habits.speaks(features::of_word(&word.written)?, key);
                (speaks > 0.1).then_some((speaks, word.written))
            })
            .collect();
        words.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        words.dedup_by(|a, b| a.1 == b.1);
        words.truncate(3);
        words.into_iter().map(|(_, word)| word).collect()
    }

    /// The candidates that may fit, and what speaks for each; in no order.
    pub fn weigh(&self, asked: Asked<'_>) -> Vec<Weighed<'_>> {
        let typed = !asked.draft.trim().is_empty();
        let said = asked.talk.open_words();
        let mut ahead: BTreeMap<&str, Signals> = BTreeMap::new();
        let mut note = |key: &str, signal: usize, value: f32| {
            let Some(candidate) = self.index.get(key) else { return };
            if candidate.language.as_str() != asked.language {
                return;
            }
            let signals = ahead.entry(candidate.key.as_str()).or_insert([0.0; SIGNALS]);
            if let Some(slot) = signals.get_mut(signal) {
                *slot = value;
            }
        };
        let situation = Situation { said: &said, typed: "", language: asked.language };
        for (candidate, score) in self.index.near(situation, AHEAD) {
            note(&candidate.key, 3, score);
        }
        let shares = self.nearest.vote(&features::of_gist(asked.talk));
        for (key, share) in &shares {
            note(key, 2, *share);
        }
        let alone = self.habits.as_ref().map(|habits| (habits, habits.vote(&features::of_talk(asked.talk))));
        let mut drafted = None;
        if typed {
            let situation = Situation { said: "", typed: asked.draft, language: asked.language };
            for (candidate, score) in self.index.near(situation, AHEAD) {
                note(&candidate.key, 6, score);
            }
            for key in self.starts.like(open_sentence(asked.draft), AHEAD) {
                note(key, 9, 0.0);
            }
            drafted = self
                .drafted
                .as_ref()
                .map(|habits| (habits, habits.vote(&features::of_draft(asked.talk, asked.draft))));
        }
        for (habits, [_, hidden]) in [&alone, &drafted].into_iter().flatten() {
            let mut best: Vec<(f32, &String)> = hidden.iter().copied().zip(habits.keys()).collect();
            best.sort_by(|a, b| b.0.total_cmp(&a.0));
            for (_, key) in best.into_iter().take(AHEAD) {
                note(key, 10, 1.0);
            }
        }
        let draft = Typed::new(asked.draft);
        ahead
            .into_iter()
            .filter_map(|(key, mut signals)| {
                let candidate = self.index.get(key)?;
                let share = |votes: &Option<(&Habits, [Vec<f32>; 2])>, member: usize| {
                    let (habits, votes) = votes.as_ref()?;
                    votes.get(member)?.get(habits.place(key)?).copied()
                };
                let log = |share: Option<f32>| (share.unwrap_or(0.0) + NEVER).ln() - NEVER.ln();
                let [linear, hidden, nearest, _, draft_linear, draft_hidden, _, has, like, begins, _] =
                    &mut signals;
                *linear = log(share(&alone, 0));
                *hidden = log(share(&alone, 1));
                *nearest = log(Some(*nearest));
                let mut habit = share(&alone, 1).unwrap_or(0.0);
                if typed {
                    *draft_linear = log(share(&drafted, 0));
                    *draft_hidden = log(share(&drafted, 1));
                    (*has, *like) = draft.likeness(&candidate.text);
                    *begins = f32::from(u8::from(draft.begins(&candidate.text)));
                    habit = habit.max(share(&drafted, 1).unwrap_or(0.0));
                }
                Some(Weighed { candidate, signals, habit })
            })
            .collect()
    }

    /// Bytes held, about: the candidates, what is learned, the past contexts.
    pub fn bytes(&self) -> [usize; 3] {
        let habits = [&self.habits, &self.drafted];
        [
            self.index.bytes() + self.starts.bytes(),
            habits.into_iter().flatten().map(Habits::bytes).sum(),
            self.nearest.bytes(),
        ]
    }
}

#[cfg(test)]
mod tests;
