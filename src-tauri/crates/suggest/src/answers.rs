//! Answers given before, as candidates: only those that would tell the next customer nothing about the last one.

use model::Slug;

use crate::{index::Candidate, language::language_of};

/// A customer's words and the advisor's answer to them.
#[derive(Debug, Clone, Copy)]
pub struct Exchange<'a> {
    /// A name of it, for the key.
    pub key: &'a str,
    /// What the customer had said.
    pub said: &'a str,
    /// What the advisor answered.
    pub answered: &'a str,
    /// The customer's name.
    pub customer_name: &'a str,
    /// The advisor's name.
    pub advisor_name: &'a str,
    /// What the suggestion is called: the day.
    pub title: &'a str,
}

/// Shorter answers say nothing, longer ones are about one case.
const LENGTH: std::ops::RangeInclusive<usize> = 40..=600;

/// The exchange as a candidate, with names made variables; nothing when it carries anything else of a person.
pub fn remembered(exchange: Exchange<'_>) -> Option<Candidate> {
    let text = exchange.answered.trim();
    if !LENGTH.contains(&text.chars().count()) {
        return None;
    }
    let text = nameless(text, exchange.customer_name, "customer")?;
    let text = nameless(&text, exchange.advisor_name, "advisor")?;
    // Numbers, addresses and links are somebody's.
    let digits = text.chars().fold((0, 0), |(run, longest), c| {
        let run = if c.is_ascii_digit() { run + 1 } else { 0 };
        (run, longest.max(run))
    });
    if digits.1 > 2 || text.contains('@') || text.contains("://") || text.contains("www.") {
        return None;
    }
    let language: Slug = language_of(&text)?.parse().ok()?;
    Some(Candidate {
        key: format!("answer:{}", exchange.key),
        title: exchange.title.to_owned(),
        cue: exchange.said.to_owned(),
        text,
        language,
    })
}

/// A text with a person's first name as a variable; nothing when another part of their name is in it.
fn nameless(text: &str, name: &str, who: &str) -> Option<String> {
    let mut parts = name.split_whitespace();
    let Some(first) = parts.next().filter(|first| first.chars().count() > 1) else {
        return Some(text.to_owned());
    };
    let text = text.replace(first, &format!("{{{{{who}.first_name}}}}"));
    let lower = text.to_lowercase();
    let names_them = parts.any(|part| part.chars().count() > 2 && lower.contains(&part.to_lowercase()));
    (!names_them).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exchange(answered: &str) -> Option<Candidate> {
        remembered(Exchange {
            key: "1",
            said: "Where is my parcel?",
            answered,
            customer_name: "Léa Bernard",
            advisor_name: "Inès Keller",
            title: "12 May",
        })
    }

    #[test]
    fn a_name_becomes_a_variable() {
        let text = "Hello Léa, I have asked the carrier to bring the parcel again tomorrow morning.";
        assert!(exchange(text).unwrap().text.starts_with("Hello {{customer.first_name}}, I have"));
    }

    #[test]
    fn what_is_somebody_s_is_never_remembered() {
        for text in [
            "Your order 48-2291 will be delivered again tomorrow before noon, I promise.",
            "I have written to lea@example.com with the label for the return of your order.",
            "Madame Bernard, the parcel will be brought again tomorrow before noon, I promise.",
            "Here is the way to follow it: https://carrier.example/track and then the button.",
            "ok",
        ] {
            assert!(exchange(text).is_none(), "{text}");
        }
    }
}
