//! What in a text may be somebody's or some case's own: numbers, amounts, dates, addresses, links, names. Found by form,
//! in English and French; rather one too many than one too few, because what is not found here would be told to the
//! next customer.

use std::{ops::Range, sync::LazyLock};

use regex::Regex;

/// What kind of thing it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Own {
    /// An address of e-mail.
    Email,
    /// A link.
    Link,
    /// An order, a case, a parcel: a number with letters or many digits.
    Order,
    /// A sum of money.
    Amount,
    /// A day.
    Date,
    /// A time of day.
    Time,
    /// A telephone or account number.
    Number,
    /// A word with a capital inside a sentence: a name of somebody, a shop, a town.
    Name,
}

/// The forms, the more telling first: what an earlier one has found is not looked at again.
static FORMS: LazyLock<Vec<(Own, Regex)>> = LazyLock::new(|| {
    let months = "jan(?:uary|vier)?|feb(?:ruary)?|f[ée]v(?:rier)?|mar(?:ch|s)|apr(?:il)?|avril|may|mai|june?|juin|july?|juillet|aug(?:ust)?|août|sep(?:t(?:ember|embre)?)?|oct(?:ober|obre)?|nov(?:ember|embre)?|d[eé]c(?:ember|embre)?";
    let days = "monday|tuesday|wednesday|thursday|friday|saturday|sunday|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche";
    let forms = [
        (Own::Email, r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+".to_owned()),
        (Own::Link, r"(?i)(?:https?://|www\.)\S+".to_owned()),
        (Own::Amount, r"(?i)(?:[€$£]\s?\d[\d.,\u{202f}\u{a0}]*|\d[\d.,\u{202f}\u{a0}]*\s?(?:[€$£]|eur(?:os?)?\b|usd\b|gbp\b|chf\b|dollars?\b|pounds?\b))".to_owned()),
        (Own::Date, format!(r"(?i)\b(?:\d{{4}}-\d\d-\d\d|\d{{1,2}}[/.]\d{{1,2}}(?:[/.]\d{{2,4}})?|(?:{days})|\d{{1,2}}(?:st|nd|rd|th|er)?\s+(?:of\s+)?(?:{months})(?:\s+\d{{4}})?|(?:{months})\.?\s+\d{{1,2}}(?:st|nd|rd|th)?)\b")),
        (Own::Time, r"(?i)\b(?:\d{1,2}:\d\d(?:\s?[ap]m)?|\d{1,2}\s?[ap]m|\d{1,2}\s?h(?:\s?\d\d)?)\b".to_owned()),
        (Own::Number, r"(?:\+|\b00?)\d(?:[\s.-]?\d){7,}\b".to_owned()),
        (Own::Order, r"(?:#\s?\d+|\b\d{2,}-\d{2,}(?:-\d+)*\b|\b[A-Z]{1,5}-?\d{3,}\w*\b|\b\d{3,}\w*\b)".to_owned()),
    ];
    forms.into_iter().filter_map(|(own, form)| Some((own, Regex::new(&form).ok()?))).collect()
});

/// Words with a capital that are nobody's.
const NOBODY: &[&str] = &[
    "I", "I'm", "I'll", "I've", "I'd", "PIN", "OK", "ID", "PDF", "SMS", "VAT", "TVA", "URL", "FAQ", "M",
    "Mme", "Mr", "Mrs", "Ms",
];

/// What is somebody's own in a text, in order, without overlap. Variables in double braces are left alone.
pub fn owned(text: &str) -> Vec<(Range<usize>, Own)> {
    let mut found: Vec<(Range<usize>, Own)> = Vec::new();
    let variables = variables(text);
    let free = |found: &[(Range<usize>, Own)], place: &Range<usize>| {
        let apart = |other: &Range<usize>| place.end <= other.start || other.end <= place.start;
        found.iter().all(|(other, _)| apart(other)) && variables.iter().all(apart)
    };
    for (own, form) in FORMS.iter() {
        for hit in form.find_iter(text) {
            if free(&found, &hit.range()) {
                found.push((hit.range(), *own));
            }
        }
    }
    for place in capitals(text) {
        if free(&found, &place) {
            found.push((place, Own::Name));
        }
    }
    found.sort_by_key(|(place, _)| place.start);
    found
}

/// Where variables stand.
fn variables(text: &str) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut from = 0;
    while let Some(open) = text.get(from..).and_then(|rest| rest.find("{{")).map(|at| from + at) {
        let Some(close) = text.get(open..).and_then(|rest| rest.find("}}")).map(|at| open + at + 2) else {
            break;
        };
        out.push(open..close);
        from = close;
    }
    out
}

/// Words with a capital that do not begin a sentence, and those after a greeting.
fn capitals(text: &str) -> Vec<Range<usize>> {
    const GREETINGS: &[&str] = &[
        "hello", "hi", "dear", "bonjour", "bonsoir", "cher", "chère", "madame", "monsieur", "thanks", "merci",
    ];
    let mut out: Vec<Range<usize>> = Vec::new();
    let mut begins = true;
    let mut greeted = false;
    let mut from = 0;
    for word in text.split_inclusive(|c: char| c.is_whitespace()) {
        let start = from;
        from += word.len();
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        let Some(lead) = word.find(bare).filter(|_| !bare.is_empty()) else {
            begins |= word.contains('\n');
            continue;
        };
        let whole: Range<usize> = start + lead..start + lead + bare.len();
        let plain = bare.split(['\'', '’']).next_back().unwrap_or(bare);
        let place = whole.end - plain.len()..whole.end;
        let capital = plain.chars().next().is_some_and(char::is_uppercase);
        let elided = plain.len() < bare.len();
        if capital && (!begins || greeted || elided) && !NOBODY.contains(&plain) && !NOBODY.contains(&bare) {
            out.push(place);
        }
        greeted = GREETINGS.contains(&bare.to_lowercase().as_str());
        let tail = word.trim_end();
        begins = tail.ends_with(['.', '!', '?', '…', ':', '“', '«']) || word.contains('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(&str, Own)> {
        owned(text).into_iter().map(|(place, own)| (&text[place], own)).collect()
    }

    #[test]
    fn numbers_amounts_and_days_are_found_in_both_languages() {
        assert_eq!(
            found("Your order 48-2291 of €34.90 comes on Friday, 12 May at 14:00."),
            [
                ("48-2291", Own::Order),
                ("€34.90", Own::Amount),
                ("Friday", Own::Date),
                ("12 May", Own::Date),
                ("14:00", Own::Time)
            ]
        );
        assert_eq!(
            found("Les 34,90 € partent lundi 3 mars, dossier R-118."),
            [("34,90 €", Own::Amount), ("lundi", Own::Date), ("3 mars", Own::Date), ("R-118", Own::Order)]
        );
        assert_eq!(
            found("write to lea@example.com or +44 7700 900 318"),
            [("lea@example.com", Own::Email), ("+44 7700 900 318", Own::Number)]
        );
    }

    #[test]
    fn names_are_found_by_their_capital_and_variables_are_left_alone() {
        assert_eq!(
            found("Hello Léa, Amir from Leeds calls you."),
            [("Léa", Own::Name), ("Amir", Own::Name), ("Leeds", Own::Name)]
        );
        assert_eq!(found("J’appelle le magasin d’Annecy."), [("Annecy", Own::Name)]);
        assert_eq!(found("Hello {{customer.first_name}}. I am sorry, it takes 5 working days."), []);
    }
}
