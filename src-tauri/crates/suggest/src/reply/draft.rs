//! What the advisor has typed, beside what a candidate says: how much of it is in there, and what Tab would add.
//!
//! Refuses to complete after fewer than three letters, in the middle of other words, and where more than one letter in
//! eight differs.

use crate::words::fold;

/// Letters before a completion is offered.
const LETTERS: usize = 3;

/// The rest of a sentence of the candidate, to be put after the draft, when the draft is its beginning. Case, accents and
/// small slips do not matter; what was typed stays as it was typed, except that a word begun in error is the advisor's.
///
/// The last line or sentence of the draft is what is completed; a candidate's later sentences follow the first.
pub fn completion(draft: &str, candidate: &str) -> Option<String> {
    let open = open_sentence(draft);
    let wanted = letters(open);
    if wanted.len() < LETTERS {
        return None;
    }
    sentence_starts(candidate).find_map(|start| {
        let sentence = candidate.get(start..)?;
        let taken = begins(&wanted, sentence)?;
        let rest = sentence.get(taken..)?;
        // The last word typed must not be cut in two by a slip: `refundd` is not `refund`.
        if !rest.contains(char::is_alphanumeric) {
            return None;
        }
        let rest = if draft.ends_with(char::is_whitespace) { rest.trim_start() } else { rest };
        Some(rest.to_owned())
    })
}

/// The part of the draft that has no end yet.
pub(super) fn open_sentence(draft: &str) -> &str {
    let mut start = 0;
    let mut ended = false;
    for (place, c) in draft.char_indices() {
        if c == '\n' || (ended && c.is_whitespace()) {
            start = place + c.len_utf8();
        }
        ended = matches!(c, '.' | '!' | '?' | '…');
    }
    draft.get(start..).unwrap_or_default().trim_start()
}

/// Where sentences of a text begin.
pub(super) fn sentence_starts(text: &str) -> impl Iterator<Item = usize> {
    let mut fresh = true;
    let mut ended = false;
    text.char_indices().filter_map(move |(place, c)| {
        if fresh && c.is_alphanumeric() {
            fresh = false;
            ended = false;
            return Some(place);
        }
        if c == '\n' || (ended && c.is_whitespace()) {
            fresh = true;
        }
        ended = matches!(c, '.' | '!' | '?' | '…');
        None
    })
}

/// Letters and digits as they are compared, a space between words.
fn letters(text: &str) -> Vec<char> {
    let mut out: Vec<char> = Vec::new();
    for c in fold(&text.to_lowercase()).chars() {
        if c.is_alphanumeric() {
            out.push(c);
        } else if out.last().is_some_and(|last| *last != ' ') {
            out.push(' ');
        }
    }
    if out.last() == Some(&' ') {
        out.pop();
    }
    out
}

/// How many bytes of the sentence the draft stands for, when it is its beginning.
fn begins(draft: &[char], sentence: &str) -> Option<usize> {
    // Most sentences begin otherwise: that is seen at once.
    let lead = sentence.chars().next()?.to_lowercase().collect::<String>();
    if fold(&lead).chars().next() != draft.first().copied() {
        return None;
    }
    // Letters of the sentence, each with where it ends, somewhat further than the draft.
    let mut other: Vec<(char, usize)> = Vec::new();
    for (place, c) in sentence.char_indices() {
        if other.len() > draft.len() + 4 {
            break;
        }
        let end = place + c.len_utf8();
        for lower in fold(&c.to_lowercase().collect::<String>()).chars() {
            if lower.is_alphanumeric() {
                other.push((lower, end));
            } else if other.last().is_some_and(|(last, _)| *last != ' ') {
                other.push((' ', end));
            }
        }
    }
    let allowed = draft.len() / 8;
    if draft.first() != other.first().map(|(c, _)| c) {
        return None;
    }
    // The least number of slips between the draft and each beginning of the sentence.
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (turn, c) in draft.iter().enumerate() {
        let mut before = row.first().copied().unwrap_or(0);
        if let Some(first) = row.first_mut() {
            *first = turn + 1;
        }
        let mut left = turn + 1;
        for (cell, (d, _)) in row.iter_mut().skip(1).zip(&other) {
            let here = (before + usize::from(c != d)).min(left + 1).min(*cell + 1);
            before = *cell;
            *cell = here;
            left = here;
        }
    }
    let (length, slips) =
        row.iter().enumerate().min_by_key(|(length, slips)| (**slips, length.abs_diff(draft.len())))?;
    // The last letter typed is the last one that counts: a slip at the very end would glue two words together.
    let end = length.checked_sub(1).and_then(|last| other.get(last));
    (*slips <= allowed && end.map(|(c, _)| c) == draft.last()).then_some(end?.1)
}

/// Pieces of three letters, words apart, each once and in order.
fn pieces(text: &str) -> Vec<[char; 3]> {
    let mut out = Vec::new();
    for word in letters(text).split(|c| *c == ' ').filter(|word| !word.is_empty()) {
        let word: Vec<char> = std::iter::once('^').chain(word.iter().copied()).chain(['$']).collect();
        out.extend(word.windows(3).filter_map(|window| <[char; 3]>::try_from(window).ok()));
    }
    out.sort_unstable();
    out.dedup();
    out
}

/// A draft, ready to be held beside many candidates.
#[derive(Debug)]
pub(crate) struct Typed<'a> {
    draft: &'a str,
    pieces: Vec<[char; 3]>,
}

impl<'a> Typed<'a> {
    pub(crate) fn new(draft: &'a str) -> Self {
        Self { draft, pieces: pieces(draft) }
    }

    /// The part of the draft's pieces that the candidate has, and the same for both sides together.
    pub(crate) fn likeness(&self, candidate: &str) -> (f32, f32) {
        if self.pieces.is_empty() {
            return (0.0, 0.0);
        }
        let other = pieces(candidate);
        let shared = self.pieces.iter().filter(|piece| other.binary_search(piece).is_ok()).count() as f32;
        (shared / self.pieces.len() as f32, 2.0 * shared / (self.pieces.len() + other.len()) as f32)
    }

    /// Whether it begins a sentence of the candidate.
    pub(crate) fn begins(&self, candidate: &str) -> bool {
        completion(self.draft, candidate).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::completion;

    const TEXT: &str =
        "Je suis désolé de ce retard. J’ouvre une enquête auprès du transporteur, réponse sous deux jours.";

    #[test]
    fn tab_adds_the_rest_of_the_sentence_and_what_follows() {
        assert_eq!(
            completion("I am sor", "I am sorry for that. One moment."),
            Some("ry for that. One moment.".into())
        );
        assert_eq!(completion("I am sorry ", "I am sorry for that."), Some("for that.".into()));
        assert_eq!(
            completion("Bonjour Léa. J'ouvre une enq", TEXT),
            Some("uête auprès du transporteur, réponse sous deux jours.".into())
        );
    }

    #[test]
    fn case_accents_and_slips_do_not_matter() {
        assert_eq!(completion("je suis desole", TEXT).as_deref(), TEXT.strip_prefix("Je suis désolé"));
        assert_eq!(
            completion("I am opening an enquiry", "I am opening an inquiry now."),
            Some(" now.".into())
        );
        assert_eq!(completion("your refnd le", "Your refund left us today."), Some("ft us today.".into()));
    }

    #[test]
    fn nothing_is_added_to_other_words_or_to_the_whole() {
        assert_eq!(completion("refund", "I have checked: your refund left us."), None);
        assert_eq!(completion("I am sorry for that.", "I am sorry for that."), None);
        assert_eq!(completion("Yo", "Your refund left us today."), None);
        assert_eq!(completion("", "Your refund left us today."), None);
        assert_eq!(completion("Your return left", "Your refund left us today."), None);
    }

    #[test]
    fn what_would_glue_words_together_is_not_offered() {
        assert_eq!(completion("Your refunds x", "Your refund left us today."), None);
    }
}
