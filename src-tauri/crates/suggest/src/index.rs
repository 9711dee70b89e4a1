//! Candidates and the words that find them (BM25 over what a candidate answers and what it says).
//!
//! Some 10,000 articles and 200,000 past answers must be searched while somebody types: words are kept once, a place
//! with a word costs four bytes, and one candidate is added or removed without touching the others. Refuses weak
//! finds: none is better than something weak.

mod postings;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use model::Slug;

use self::postings::{PLACES, Postings};
use crate::words::{Word, words};

/// BM25's saturation and length parameters.
const K1: f32 = 1.2;
const B: f32 = 0.5;
/// A word in the cue (what it answers) counts for so many in the text (what it says).
const CUE: u32 = 2;
/// A word that the advisor typed counts for so many of the customer's.
const TYPED: f32 = 3.0;
/// Part of the situation's weight that a candidate must cover to be shown.
const ENOUGH: f32 = 0.16;
/// Words that must match, unless there are fewer.
const WORDS: usize = 2;
/// Words of a customer that are looked up, the rarest: a pasted page must not cost a second.
const LOOKED_UP: usize = 40;
/// Between a language and a word: `en␟parcel`. Languages do not share words, so that rarity is that of a language.
const BETWEEN: char = '\u{1f}';

/// Something that could be said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Its source and place in it: `article:…:2`, `macro:…`, `answer:…`.
    pub key: String,
    /// The name of its source.
    pub title: String,
    /// What it answers: a title with tags, or what a customer said.
    pub cue: String,
    /// What it says, with variables.
    pub text: String,
    /// The language it is written in.
    pub language: Slug,
}

/// What there is to answer.
#[derive(Debug, Clone, Copy)]
pub struct Situation<'a> {
    /// What the customer said, newest last.
    pub said: &'a str,
    /// What the advisor has typed so far.
    pub typed: &'a str,
    /// The language to answer in.
    pub language: &'a str,
}

/// A candidate that fits.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranked<'i> {
    /// Which.
    pub candidate: &'i Candidate,
    /// How well, 0 to about 1.
    pub score: f64,
    /// The words that found it, as they were written.
    pub because: Vec<String>,
}

/// Candidates, ready to be found.
#[derive(Debug, Default)]
pub struct Index {
    candidates: Vec<Option<Candidate>>,
    lengths: Vec<u32>,
    /// Places that were given up and can be taken again.
    free: Vec<u32>,
    by_key: HashMap<String, u32>,
    /// How many candidates each language has.
    languages: BTreeMap<String, usize>,
    total: u64,
    postings: Postings,
}

impl Index {
    /// An index over these.
    pub fn of(candidates: Vec<Candidate>) -> Self {
        let mut index = Self::default();
        for candidate in candidates {
            index.add(candidate);
        }
        index.postings.shrink();
        index
    }

    /// One more candidate; it replaces the one with the same key. More than 67 million are not kept.
    pub fn add(&mut self, candidate: Candidate) {
        self.remove(&candidate.key);
        let place = match self.free.pop() {
            Some(place) => place,
            None if self.candidates.len() >= PLACES => return,
            None => {
                self.candidates.push(None);
                self.lengths.push(0);
                (self.candidates.len() - 1) as u32
            }
        };
        let counts = counted(&candidate);
        let length = counts.values().sum();
        for (word, count) in &counts {
            self.postings.add(word, place, *count);
        }
        self.total += u64::from(length);
        *self.languages.entry(candidate.language.to_string()).or_default() += 1;
        self.by_key.insert(candidate.key.clone(), place);
        if let (Some(slot), Some(kept)) =
            (self.candidates.get_mut(place as usize), self.lengths.get_mut(place as usize))
        {
            *slot = Some(candidate);
            *kept = length;
        }
    }

    /// Takes a candidate out; says whether it was there.
    pub fn remove(&mut self, key: &str) -> bool {
        let Some(place) = self.by_key.remove(key) else { return false };
        let Some(candidate) = self.candidates.get_mut(place as usize).and_then(Option::take) else {
            return false;
        };
        for word in counted(&candidate).keys() {
            self.postings.remove(word, place);
        }
        let length = self.lengths.get(place as usize).copied().unwrap_or(0);
        self.total = self.total.saturating_sub(u64::from(length));
        if let Some(count) = self.languages.get_mut(candidate.language.as_str()) {
            *count = count.saturating_sub(1);
        }
        self.free.push(place);
        true
    }

    /// The candidate with this key.
    pub fn get(&self, key: &str) -> Option<&Candidate> {
        self.candidates.get(*self.by_key.get(key)? as usize)?.as_ref()
    }

    /// How many candidates there are.
    pub fn len(&self) -> usize {
        self.by_key.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.by_key.is_empty()
    }

    /// Bytes held, about, with the candidates' own texts.
    pub fn bytes(&self) -> usize {
        let texts: usize = self
            .candidates
            .iter()
            .flatten()
            .map(|c| c.key.len() * 2 + c.title.len() + c.cue.len() + c.text.len() + 64)
            .sum();
        let slots = self.candidates.capacity() * (size_of::<Option<Candidate>>() + 4);
        texts + slots + self.postings.bytes()
    }

    /// The best candidates, at most `limit`, best first; none when none is good enough.
    pub fn rank(&self, situation: Situation<'_>, limit: usize) -> Vec<Ranked<'_>> {
        let wanted = self.wanted(situation);
        self.found(&wanted, limit, ENOUGH, WORDS)
            .into_iter()
            .map(|(candidate, score)| Ranked {
                candidate,
                score: score.into(),
                because: because(&wanted, candidate),
            })
            .collect()
    }

    /// The nearest candidates without a bar, with their scores: for a ranker that weighs these finds with others.
    pub(crate) fn near(&self, situation: Situation<'_>, limit: usize) -> Vec<(&Candidate, f32)> {
        self.found(&self.wanted(situation), limit, 0.0, 1)
    }

    /// The words of a situation that a candidate has, as they were written.
    pub(crate) fn because(&self, situation: Situation<'_>, candidate: &Candidate) -> Vec<String> {
        because(&self.wanted(situation), candidate)
    }

    fn found(&self, wanted: &[Wanted], limit: usize, enough: f32, least: usize) -> Vec<(&Candidate, f32)> {
        let whole: f32 = wanted.iter().map(|wanted| wanted.weight).sum();
        if whole <= 0.0 || limit == 0 {
            return Vec::new();
        }
        let average = (self.total as f32 / self.by_key.len().max(1) as f32).max(1.0);
        // The best possible word counts K1 + 1 times its weight.
        let best = whole * (K1 + 1.0);
        let mut scores = vec![(0.0_f32, 0_u32); self.candidates.len()];
        for (turn, wanted) in wanted.iter().enumerate() {
            let turn = (turn as u32 + 1) << 16;
            for stem in &wanted.stems {
                for (place, count) in self.postings.of(stem) {
                    let Some(score) = scores.get_mut(place) else { continue };
                    let length = self.lengths.get(place).copied().unwrap_or(0) as f32;
                    let count = count as f32;
                    let norm = K1 * (1.0 - B + B * length / average);
                    score.0 += wanted.weight * count * (K1 + 1.0) / (count + norm);
                    // High half: the word that was counted last; low half: how many were.
                    if score.1 & 0xffff_0000 != turn {
                        score.1 = turn | ((score.1 & 0xffff) + 1);
                    }
                }
            }
        }
        let least = least.min(wanted.len()) as u32;
        let mut good: Vec<(u32, f32)> = scores
            .iter()
            .enumerate()
            .filter(|(_, (score, words))| *score >= enough * best && words & 0xffff >= least.max(1))
            .map(|(place, (score, _))| (place as u32, score / best))
            .collect();
        let key = |place: u32| {
            self.candidates
                .get(place as usize)
                .and_then(Option::as_ref)
                .map(|candidate| candidate.key.as_str())
        };
        let better =
            |a: &(u32, f32), b: &(u32, f32)| b.1.total_cmp(&a.1).then_with(|| key(a.0).cmp(&key(b.0)));
        // Some say the same; the best of each are wanted.
        let ahead = limit.saturating_mul(8).max(64);
        if good.len() > ahead {
            good.select_nth_unstable_by(ahead, better);
            good.truncate(ahead);
        }
        good.sort_by(better);
        let mut seen = BTreeSet::new();
        good.into_iter()
            .filter_map(|(place, score)| {
                let candidate = self.candidates.get(place as usize)?.as_ref()?;
                seen.insert(candidate.text.as_str()).then_some((candidate, score))
            })
            .take(limit)
            .collect()
    }

    /// The telling words of a situation, each with the stems it may stand for and its weight: rare words tell more.
    fn wanted(&self, situation: Situation<'_>) -> Vec<Wanted> {
        let mut out = Vec::new();
        let mut seen = BTreeSet::new();
        let language = situation.language;
        let typed = words(situation.typed, language);
        let unfinished = situation.typed.chars().next_back().is_some_and(char::is_alphanumeric);
        let last = typed.len().checked_sub(1).filter(|_| unfinished);
        for (place, word) in typed.into_iter().enumerate() {
            // A word that is still being typed stands for all that begin like it.
            let stems = if Some(place) == last { self.beginning_with(&word, language) } else { Vec::new() };
            let stems = if stems.is_empty() { vec![kept(language, &word.stem)] } else { stems };
            if seen.insert(word.stem.clone()) {
                let rarity = stems.iter().map(|stem| self.rarity(stem, language)).fold(0.0, f32::max);
                out.push(Wanted { word, stems, weight: TYPED * rarity });
            }
        }
        let mut said = Vec::new();
        for word in words(situation.said, language) {
            if seen.insert(word.stem.clone()) {
                let stems = vec![kept(language, &word.stem)];
                let weight = stems.iter().map(|stem| self.rarity(stem, language)).fold(0.0, f32::max);
                said.push(Wanted { word, stems, weight });
            }
        }
        if said.len() > LOOKED_UP {
            said.sort_by(|a, b| b.weight.total_cmp(&a.weight));
            said.truncate(LOOKED_UP);
        }
        out.extend(said);
        out
    }

    fn beginning_with(&self, word: &Word, language: &str) -> Vec<String> {
        if word.written.chars().count() < 3 {
            return Vec::new();
        }
        let start = kept(language, &crate::words::fold(&word.written));
        self.postings.beginning_with(&start, 20).map(str::to_owned).collect()
    }

    /// How much a word tells: nothing when no candidate has it, most when one does.
    fn rarity(&self, stem: &str, language: &str) -> f32 {
        let with = self.postings.count(stem) as f32;
        if with == 0.0 {
            return 0.0;
        }
        let all = self.languages.get(language).copied().unwrap_or(0) as f32;
        (1.0 + (all - with + 0.5).max(0.0) / (with + 0.5)).ln()
    }
}

/// A word that is wanted.
struct Wanted {
    word: Word,
    stems: Vec<String>,
    weight: f32,
}

/// The words of a candidate as they are kept, and how often it has them.
fn counted(candidate: &Candidate) -> BTreeMap<String, u32> {
    let language = candidate.language.as_str();
    let mut counts = BTreeMap::new();
    for (text, count) in [(&candidate.cue, CUE), (&candidate.text, 1)] {
        for word in words(text, language) {
            *counts.entry(kept(language, &word.stem)).or_default() += count;
        }
    }
    counts
}

/// A word as it is kept.
fn kept(language: &str, stem: &str) -> String {
    format!("{language}{BETWEEN}{stem}")
}

/// The wanted words that a candidate has, as they were written.
fn because(wanted: &[Wanted], candidate: &Candidate) -> Vec<String> {
    let has = counted(candidate);
    let words: BTreeSet<&str> = wanted
        .iter()
        .filter(|wanted| wanted.stems.iter().any(|stem| has.contains_key(stem)))
        .map(|wanted| wanted.word.written.as_str())
        .collect();
    words.into_iter().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(key: &str, cue: &str, text: &str, language: &str) -> Candidate {
        Candidate {
            key: key.into(),
            title: cue.into(),
            cue: cue.into(),
            text: text.into(),
            language: language.parse().unwrap(),
        }
    }

    fn index() -> Index {
        Index::of(vec![
            candidate(
                "missing",
                "Parcel marked delivered but not received",
                "I am sorry. I open a search with the carrier now; they answer within two working days.",
                "en",
            ),
            candidate(
                "refund",
                "When will my refund arrive",
                "A refund reaches your account within five working days after the return came to us.",
                "en",
            ),
            candidate(
                "colis",
                "Colis marqué livré mais non reçu",
                "Je suis désolé. J’ouvre une enquête auprès du transporteur, réponse sous deux jours ouvrés.",
                "fr",
            ),
        ])
    }

    fn keys(said: &str, typed: &str, language: &str) -> Vec<String> {
        index()
            .rank(Situation { said, typed, language }, 3)
            .into_iter()
            .map(|ranked| ranked.candidate.key.clone())
            .collect()
    }

    #[test]
    fn the_customer_s_words_find_the_answer_in_their_language() {
        assert_eq!(keys("My parcel is marked delivered but I never received it", "", "en"), ["missing"]);
        assert_eq!(keys("mon colis est marqué livré mais je ne l'ai pas reçu", "", "fr"), ["colis"]);
    }

    #[test]
    fn what_is_typed_counts_more_than_what_was_said_even_unfinished() {
        let said = "My parcel is marked delivered but I never received it";
        assert_eq!(keys(said, "refund acc", "en").first().map(String::as_str), Some("refund"));
    }

    #[test]
    fn nothing_is_better_than_something_weak() {
        assert_eq!(keys("Do you sell garden furniture made of teak?", "", "en"), [] as [&str; 0]);
        assert_eq!(keys("ok", "", "en"), [] as [&str; 0]);
        assert_eq!(keys("", "", "en"), [] as [&str; 0]);
    }

    #[test]
    fn it_says_which_words_found_it() {
        let index = index();
        let situation = Situation { said: "refunds for my return?", typed: "", language: "en" };
        assert_eq!(index.rank(situation, 1).remove(0).because, ["refunds", "return"]);
    }

    #[test]
    fn one_article_comes_and_goes_without_the_others_noticing() {
        let mut index = index();
        let said = "Can I pay my sofa in instalments?";
        let find = |index: &Index| {
            let situation = Situation { said, typed: "", language: "en" };
            index.rank(situation, 1).first().map(|ranked| ranked.candidate.key.clone())
        };
        assert_eq!(find(&index), None);
        index.add(candidate("instalments", "Paying in instalments", "You pay a sofa in three parts.", "en"));
        assert_eq!(find(&index).as_deref(), Some("instalments"));
        index.add(candidate("instalments", "Paying in instalments", "Sofa: four parts now.", "en"));
        assert_eq!(
            (index.len(), index.get("instalments").unwrap().text.as_str()),
            (4, "Sofa: four parts now.")
        );
        assert!(index.remove("instalments") && !index.remove("instalments"));
        assert_eq!((index.len(), find(&index)), (3, None));
        assert_eq!(keys("My parcel is marked delivered but I never received it", "", "en"), ["missing"]);
    }

    #[test]
    fn one_by_one_and_all_at_once_are_the_same_index() {
        let all = index();
        let mut grown = Index::default();
        for key in ["colis", "refund", "missing"] {
            grown.add(all.get(key).unwrap().clone());
        }
        grown.remove("refund");
        grown.add(all.get("refund").unwrap().clone());
        let situation = Situation { said: "when is my refund for the parcel", typed: "", language: "en" };
        assert_eq!(all.rank(situation, 3), grown.rank(situation, 3));
    }
}
