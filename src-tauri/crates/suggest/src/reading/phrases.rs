//! Phrases with a meaning, kept as data per language (`phrases/*.toml`), found exactly and shown as they were written. They
//! are tolerant of accents, case and typographic apostrophes, and know that "no longer waiting" is no waiting.

use std::ops::Range;

use serde::Deserialize;

use super::{Emotion, IrritantKind, Level};
use crate::linear::{Token, folded, tokens};

/// Other words that `...` may stand for.
const GAP: usize = 4;
/// Words that a negation reaches.
const REACH: usize = 3;

/// A text with its words, sentences and clauses.
#[derive(Debug)]
pub(super) struct Spoken<'t> {
    pub(super) text: &'t str,
    pub(super) tokens: Vec<Token>,
    /// Of each token: its sentence, and its clause (never the same in two sentences).
    parts: Vec<(usize, usize)>,
}

impl<'t> Spoken<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        let tokens = tokens(text);
        let mut parts = Vec::with_capacity(tokens.len());
        let (mut sentence, mut clause, mut end) = (0, 0, 0);
        for token in &tokens {
            let between = text.get(end..token.place.start).unwrap_or_default();
            // "18.40" and "3,5" are one number.
            let apart = between.chars().any(char::is_whitespace);
            if apart && between.contains(['.', '!', '?', '…', '\n']) {
                sentence += 1;
                clause += 1;
            } else if apart && between.contains([',', ';', ':', '(', ')', '–', '—']) {
                clause += 1;
            }
            parts.push((sentence, clause));
            if !token.word && token.form.contains(['.', '!', '?', '…']) {
                sentence += 1;
                clause += 1;
            }
            end = token.place.end;
        }
        Self { text, tokens, parts }
    }

    /// The words of a range as they were written.
    pub(super) fn words(&self, range: &Range<usize>) -> String {
        let found = self.tokens.get(range.clone()).unwrap_or_default();
        match (found.first(), found.last()) {
            (Some(first), Some(last)) => {
                self.text.get(first.place.start..last.place.end).unwrap_or_default().to_owned()
            }
            _ => String::new(),
        }
    }

    fn sentence(&self, at: usize) -> Option<usize> {
        self.parts.get(at).map(|(sentence, _)| *sentence)
    }

    fn clause(&self, at: usize) -> Option<usize> {
        self.parts.get(at).map(|(_, clause)| *clause)
    }
}

#[derive(Debug)]
struct Element {
    /// No form: a gap.
    forms: Vec<Form>,
    optional: bool,
}

/// A choice: one word, or several that follow each other.
#[derive(Debug)]
struct Form(Vec<Piece>);

#[derive(Debug)]
enum Piece {
    Whole(String),
    Beginning(String),
    Number,
}

#[derive(Debug)]
struct Phrase(Vec<Element>);

impl Phrase {
    fn of(text: &str) -> Self {
        let element = |word: &str| {
            if word == "..." {
                return Element { forms: Vec::new(), optional: false };
            }
            // "??" is a mark of two signs, "very?" an optional word.
            let optional = word.ends_with('?') && word.chars().any(char::is_alphanumeric);
            let word = if optional { word.trim_end_matches('?') } else { word };
            let piece = |piece: &str| match piece.strip_suffix('*') {
                _ if piece == "#" => Piece::Number,
                Some(start) => Piece::Beginning(folded(start)),
                None => Piece::Whole(digits_as_zero(&folded(piece))),
            };
            // "après-midi" is two words of a text; ":-)" is one mark.
            let form = |form: &str| {
                let parts = |c: char| c == '_' || (c == '-' && form.contains(char::is_alphabetic));
                Form(form.split(parts).map(piece).collect())
            };
            let forms = word.split('|').filter(|form| !form.is_empty()).map(form).collect();
            Element { forms, optional }
        };
        Self(text.split_whitespace().map(element).collect())
    }

    /// The end of the phrase if it begins at `at`.
    fn end(&self, spoken: &Spoken<'_>, numbers: &[String], at: usize) -> Option<usize> {
        let sentence = spoken.sentence(at)?;
        follow(&self.0, spoken, numbers, at, sentence)
    }

    fn all<'p>(
        &'p self,
        spoken: &'p Spoken<'_>,
        numbers: &'p [String],
    ) -> impl Iterator<Item = Range<usize>> + 'p {
        (0..spoken.tokens.len()).filter_map(move |at| Some(at..self.end(spoken, numbers, at)?))
    }
}

fn follow(
    elements: &[Element],
    spoken: &Spoken<'_>,
    numbers: &[String],
    at: usize,
    sentence: usize,
) -> Option<usize> {
    let Some((element, rest)) = elements.split_first() else { return Some(at) };
    if element.forms.is_empty() {
        return (at..=at + GAP).find_map(|at| follow(rest, spoken, numbers, at, sentence));
    }
    element
        .forms
        .iter()
        .filter_map(|form| form.end(spoken, numbers, at, sentence))
        .find_map(|next| follow(rest, spoken, numbers, next, sentence))
        .or_else(|| if element.optional { follow(rest, spoken, numbers, at, sentence) } else { None })
}

impl Form {
    /// The place after it, if it stands at `at`.
    fn end(&self, spoken: &Spoken<'_>, numbers: &[String], at: usize, sentence: usize) -> Option<usize> {
        let fits = self.0.iter().zip(at..).all(|(piece, at)| {
            spoken.sentence(at) == Some(sentence)
                && spoken.tokens.get(at).is_some_and(|token| piece.fits(token, numbers))
        });
        fits.then_some(at + self.0.len())
    }
}

impl Piece {
    fn fits(&self, token: &Token, numbers: &[String]) -> bool {
        match self {
            Piece::Whole(form) => token.form == *form,
            Piece::Beginning(start) => token.form.starts_with(start.as_str()),
            Piece::Number => token.form.bytes().all(|byte| byte == b'0') || numbers.contains(&token.form),
        }
    }
}

/// Tokens have `0` for every digit.
fn digits_as_zero(form: &str) -> String {
    form.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect()
}

/// Phrases that mean the same.
#[derive(Debug)]
struct Group<M> {
    meaning: M,
    says: Vec<Phrase>,
    unless: Vec<Phrase>,
    negated: bool,
}

/// The phrases of one language.
#[derive(Debug)]
pub(super) struct Phrases {
    irritants: Vec<Group<IrritantKind>>,
    urgency: Vec<Group<Level>>,
    emotions: Vec<Group<(Emotion, f32)>>,
    polite: Vec<Group<Emotion>>,
    common: Vec<String>,
    numbers: Vec<String>,
    negators: Vec<String>,
    stops: Vec<String>,
    /// Words in capitals that are no shouting.
    pub(super) capitals: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    numbers: Vec<String>,
    negators: Vec<String>,
    stops: Vec<String>,
    common: Vec<String>,
    capitals: Vec<String>,
    polite: Vec<PoliteEntry>,
    irritant: Vec<IrritantEntry>,
    urgency: Vec<UrgencyEntry>,
    emotion: Vec<EmotionEntry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct IrritantEntry {
    kind: IrritantKind,
    says: Vec<String>,
    #[serde(default)]
    unless: Vec<String>,
    #[serde(default)]
    negated: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct UrgencyEntry {
    level: Level,
    says: Vec<String>,
    #[serde(default)]
    unless: Vec<String>,
    #[serde(default)]
    negated: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct EmotionEntry {
    emotion: Emotion,
    weight: f32,
    says: Vec<String>,
    #[serde(default)]
    unless: Vec<String>,
    #[serde(default)]
    negated: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PoliteEntry {
    emotion: Emotion,
    says: Vec<String>,
}

impl Phrases {
    /// The phrases of a file.
    pub(super) fn read(file: &str) -> Result<Self, toml::de::Error> {
        fn group<M>(meaning: M, says: &[String], unless: &[String], negated: bool) -> Group<M> {
            let phrases = |texts: &[String]| texts.iter().map(|text| Phrase::of(text)).collect();
            Group { meaning, says: phrases(says), unless: phrases(unless), negated }
        }
        let file: File = toml::from_str(file)?;
        let forms = |words: Vec<String>| words.iter().map(|word| folded(word)).collect();
        Ok(Self {
            irritants: file.irritant.iter().map(|e| group(e.kind, &e.says, &e.unless, e.negated)).collect(),
            urgency: file.urgency.iter().map(|e| group(e.level, &e.says, &e.unless, e.negated)).collect(),
            emotions: file
                .emotion
                .iter()
                .map(|e| group((e.emotion, e.weight), &e.says, &e.unless, e.negated))
                .collect(),
            polite: file.polite.iter().map(|e| group(e.emotion, &e.says, &[], true)).collect(),
            common: forms(file.common),
            numbers: forms(file.numbers),
            negators: forms(file.negators),
            stops: forms(file.stops),
            capitals: file.capitals,
        })
    }

    pub(super) fn irritants(&self, spoken: &Spoken<'_>) -> Vec<(IrritantKind, Range<usize>)> {
        self.found(&self.irritants, spoken)
    }

    pub(super) fn urgency(&self, spoken: &Spoken<'_>) -> Vec<(Level, Range<usize>)> {
        self.found(&self.urgency, spoken)
    }

    pub(super) fn emotions(&self, spoken: &Spoken<'_>) -> Vec<((Emotion, f32), Range<usize>)> {
        self.found(&self.emotions, spoken)
    }

    /// Feelings that the text's politeness looks like.
    pub(super) fn polite(&self, spoken: &Spoken<'_>) -> Vec<Emotion> {
        self.found(&self.polite, spoken).into_iter().map(|(emotion, _)| emotion).collect()
    }

    /// How many words of the text are among the commonest of the language.
    pub(super) fn common(&self, spoken: &Spoken<'_>) -> usize {
        spoken.tokens.iter().filter(|token| self.common.contains(&token.form)).count()
    }

    /// How many phrases of feeling, urgency and irritants are found: which language a short text may be in.
    pub(super) fn hits(&self, spoken: &Spoken<'_>) -> usize {
        self.emotions(spoken).len() + self.irritants(spoken).len() + self.urgency(spoken).len()
    }

    fn found<M: Copy>(&self, groups: &[Group<M>], spoken: &Spoken<'_>) -> Vec<(M, Range<usize>)> {
        let mut out: Vec<(M, Range<usize>)> = Vec::new();
        for group in groups {
            let mut ranges: Vec<Range<usize>> =
                group.says.iter().flat_map(|phrase| phrase.all(spoken, &self.numbers)).collect();
            if ranges.is_empty() {
                continue;
            }
            let excused: Vec<usize> = group
                .unless
                .iter()
                .flat_map(|phrase| phrase.all(spoken, &self.numbers))
                .filter_map(|range| spoken.sentence(range.start))
                .collect();
            ranges.retain(|range| {
                spoken.sentence(range.start).is_some_and(|sentence| !excused.contains(&sentence))
                    && (group.negated || !self.is_negated(spoken, range.start))
            });
            // What lies inside another range of the same meaning says nothing more.
            ranges.sort_by_key(|range| (range.start, std::cmp::Reverse(range.end)));
            let mut end = 0;
            for range in ranges {
                if range.end > end {
                    end = range.end;
                    out.push((group.meaning, range));
                }
            }
        }
        out
    }

    fn is_negated(&self, spoken: &Spoken<'_>, at: usize) -> bool {
        let clause = spoken.clause(at);
        (at.saturating_sub(REACH)..at)
            .rev()
            .take_while(|before| spoken.clause(*before) == clause)
            .filter_map(|before| spoken.tokens.get(before))
            .take_while(|token| !self.stops.contains(&token.form))
            .any(|token| self.negators.contains(&token.form))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(phrase: &str, text: &str) -> Vec<String> {
        let spoken = Spoken::of(text);
        let numbers = ["three".to_owned()];
        Phrase::of(phrase).all(&spoken, &numbers).map(|range| spoken.words(&range)).collect()
    }

    #[test]
    fn a_phrase_is_found_with_gaps_choices_beginnings_numbers_and_what_may_be_missing() {
        assert_eq!(
            ends("still ... refund*", "I am STILL without any refunds"),
            ["STILL without any refunds"]
        );
        assert_eq!(ends("still ... refund*", "I am still here. A refund?"), [] as [&str; 0]);
        assert_eq!(ends("# time|times", "called three times, no 12 times"), ["three times", "12 times"]);
        assert_eq!(ends("so very? kind", "so kind, so very kind"), ["so kind", "so very kind"]);
        assert_eq!(ends("??", "What??"), ["??"]);
        assert_eq!(
            ends("tell my_friends|all ... bad", "I tell my friends it is bad"),
            ["tell my friends it is bad"]
        );
        assert_eq!(ends("déjà écrit", "J’ai DEJA ecrit hier"), ["DEJA ecrit"]);
    }

    #[test]
    fn both_files_can_be_read() {
        Phrases::read(include_str!("phrases/en.toml")).unwrap();
        Phrases::read(include_str!("phrases/fr.toml")).unwrap();
    }
}
