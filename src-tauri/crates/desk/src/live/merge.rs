//! Two texts that were made of one, as one: proposed to the advisor, never done by itself.

use model::{Personal, follow_up::FollowUpChange};

/// Stands for a line's end inside of a word, where the words are compared. Texts that have it are left alone.
const LINE_END: char = '\u{1}';

/// Both texts in one; nothing when the field is no text, or where both changed the same words.
pub(crate) fn texts(
    base: &FollowUpChange,
    mine: &FollowUpChange,
    theirs: &FollowUpChange,
) -> Option<Personal> {
    use FollowUpChange::{Note, Outcome, Title};
    match (base, mine, theirs) {
        (Title(base), Title(mine), Title(theirs)) | (Note(base), Note(mine), Note(theirs)) => {
            words(base, mine, theirs)
        }
        (Outcome(base), Outcome(Some(mine)), Outcome(Some(theirs))) => {
            words(base.as_deref().unwrap_or_default(), mine, theirs)
        }
        _ => None,
    }
}

fn words(base: &str, mine: &str, theirs: &str) -> Option<Personal> {
    if [base, mine, theirs].iter().any(|text| text.contains(LINE_END)) {
        return None;
    }
    let merged = diffy::merge(&as_lines(base), &as_lines(mine), &as_lines(theirs)).ok()?;
    Some(merged.replace('\n', "").replace(LINE_END, "\n").into())
}

/// One word a line: what is compared are lines, and most texts here are a single one.
fn as_lines(text: &str) -> String {
    let words = text.split_inclusive(char::is_whitespace);
    words.map(|word| format!("{}\n", word.replace('\n', &LINE_END.to_string()))).collect()
}

#[cfg(test)]
mod tests {
    use model::at::HOUR;

    use super::*;

    fn notes(base: &str, mine: &str, theirs: &str) -> Option<String> {
        let note = |text: &str| FollowUpChange::Note(text.into());
        texts(&note(base), &note(mine), &note(theirs)).map(Personal::into_inner)
    }

    #[test]
    fn what_stands_apart_goes_together() {
        assert_eq!(
            notes(
                "Call her at noon.\nShe is angry.",
                "Call her at one.\nShe is angry.",
                "Call her at noon.\nShe is calm."
            ),
            Some("Call her at one.\nShe is calm.".into())
        );
        assert_eq!(
            notes("Call the carrier today", "Call the other carrier today", "Call the carrier today, early")
                .as_deref(),
            Some("Call the other carrier today, early")
        );
    }

    #[test]
    fn the_same_words_changed_twice_do_not() {
        assert_eq!(notes("Call at ten", "Call at eleven", "Call at nine"), None);
        assert_eq!(notes("", "Called twice", "She called back"), None);
        assert_eq!(notes("a b", "a\u{1} b", "a b c"), None);
    }

    #[test]
    fn only_texts_can() {
        let due = |at| FollowUpChange::Due(model::At(at));
        assert_eq!(texts(&due(0), &due(HOUR), &due(2 * HOUR)), None);
        let outcome = |text: Option<&str>| FollowUpChange::Outcome(text.map(Into::into));
        assert_eq!(texts(&outcome(Some("Paid")), &outcome(None), &outcome(Some("Paid back"))), None);
    }
}
