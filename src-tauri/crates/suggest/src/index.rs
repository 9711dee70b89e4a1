//! Candidates and the words that find them (BM25 over what a candidate answers and what it says).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use model::Slug;

use crate::words::{Word, words};

/// BM25's saturation and length parameters.
const K1: f64 = 1.2;
const B: f64 = 0.5;
/// A word in the cue (what it answers) counts for so many in the text (what it says).
const CUE: u32 = 2;
/// A word that the advisor typed counts for so many of the customer's.
const TYPED: f64 = 3.0;
/// Part of the situation's weight that a candidate must cover to be shown.
const ENOUGH: f64 = 0.16;
/// Words that must match, unless there are fewer.
const WORDS: usize = 2;

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
    candidates: Vec<Candidate>,
    lengths: Vec<u32>,
    average: f64,
    /// Stem → candidates with it and how often.
    postings: HashMap<String, Vec<(usize, u32)>>,
}

impl Index {
    /// An index over these.
    pub fn of(candidates: Vec<Candidate>) -> Self {
        let mut postings: HashMap<String, Vec<(usize, u32)>> = HashMap::new();
        let mut lengths = Vec::with_capacity(candidates.len());
        for (place, candidate) in candidates.iter().enumerate() {
            let language = candidate.language.as_str();
            let mut counts: BTreeMap<String, u32> = BTreeMap::new();
            for word in words(&candidate.cue, language) {
                *counts.entry(word.stem).or_default() += CUE;
            }
            for word in words(&candidate.text, language) {
                *counts.entry(word.stem).or_default() += 1;
            }
            lengths.push(counts.values().sum());
            for (stem, count) in counts {
                postings.entry(stem).or_default().push((place, count));
            }
        }
        let average = lengths.iter().map(|l| f64::from(*l)).sum::<f64>() / lengths.len().max(1) as f64;
        Self { candidates, lengths, average: average.max(1.0), postings }
    }

    /// The best candidates, at most `limit`, best first; none when none is good enough.
    pub fn rank(&self, situation: Situation<'_>, limit: usize) -> Vec<Ranked<'_>> {
        let wanted = self.wanted(situation);
        let whole: f64 = wanted.iter().map(|(_, _, weight)| weight).sum();
        if whole <= 0.0 {
            return Vec::new();
        }
        let mut scores: HashMap<usize, (f64, BTreeSet<String>)> = HashMap::new();
        for (word, stems, weight) in &wanted {
            for stem in stems {
                for (place, count) in self.postings.get(stem).into_iter().flatten() {
                    let length = self.lengths.get(*place).copied().unwrap_or(0);
                    let count = f64::from(*count);
                    let norm = K1 * (1.0 - B + B * f64::from(length) / self.average);
                    let entry = scores.entry(*place).or_default();
                    entry.0 += weight * count * (K1 + 1.0) / (count + norm);
                    entry.1.insert(word.written.clone());
                }
            }
        }
        let least = WORDS.min(wanted.len());
        let mut ranked: Vec<Ranked<'_>> = scores
            .into_iter()
            .filter_map(|(place, (score, because))| {
                let candidate = self.candidates.get(place)?;
                // The best possible word counts K1 + 1 times its weight.
                let score = score / (whole * (K1 + 1.0));
                let good = candidate.language.as_str() == situation.language
                    && score >= ENOUGH
                    && because.len() >= least;
                good.then(|| Ranked { candidate, score, because: because.into_iter().collect() })
            })
            .collect();
        ranked
            .sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.candidate.key.cmp(&b.candidate.key)));
        let mut seen = BTreeSet::new();
        ranked.retain(|ranked| seen.insert(ranked.candidate.text.as_str()));
        ranked.truncate(limit);
        ranked
    }

    /// The telling words of a situation, each with the stems it may stand for and its weight: rare words tell more.
    fn wanted(&self, situation: Situation<'_>) -> Vec<(Word, Vec<String>, f64)> {
        let mut wanted = Vec::new();
        let mut seen = BTreeSet::new();
        let typed = words(situation.typed, situation.language);
        let unfinished = situation.typed.chars().next_back().is_some_and(char::is_alphanumeric);
        let last = typed.len().checked_sub(1).filter(|_| unfinished);
        for (place, word) in typed.into_iter().enumerate() {
            // A word that is still being typed stands for all that begin like it.
            let stems = if Some(place) == last { self.beginning_with(&word.written) } else { Vec::new() };
            let stems = if stems.is_empty() { vec![word.stem.clone()] } else { stems };
            if seen.insert(word.stem.clone()) {
                let weight = TYPED * stems.iter().map(|stem| self.rarity(stem)).fold(0.0, f64::max);
                wanted.push((word, stems, weight));
            }
        }
        for word in words(situation.said, situation.language) {
            if seen.insert(word.stem.clone()) {
                let weight = self.rarity(&word.stem);
                let stems = vec![word.stem.clone()];
                wanted.push((word, stems, weight));
            }
        }
        wanted
    }

    fn beginning_with(&self, start: &str) -> Vec<String> {
        if start.chars().count() < 3 {
            return Vec::new();
        }
        let mut stems: Vec<String> =
            self.postings.keys().filter(|stem| stem.starts_with(start)).cloned().collect();
        stems.sort();
        stems.truncate(20);
        stems
    }

    /// How much a word tells: nothing when no candidate has it, most when one does.
    fn rarity(&self, stem: &str) -> f64 {
        let with = self.postings.get(stem).map_or(0, Vec::len) as f64;
        if with == 0.0 {
            return 0.0;
        }
        let all = self.candidates.len() as f64;
        (1.0 + (all - with + 0.5) / (with + 0.5)).ln()
    }
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
}
