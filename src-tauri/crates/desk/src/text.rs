//! Words of people as pieces that are safe to show: text, links that may be opened, colleagues' names, and marks for
//! characters that hide or turn what stands around them.

use linkify::{LinkFinder, LinkKind};
use model::{Person, Personal};

use crate::{hidden::hides, links, view::Part};

/// A text in pieces. `called` are the colleagues whose `@name` counts; `me` is the reader.
pub(crate) fn parts(text: &str, called: &[Person], me: Option<model::PersonId>) -> Vec<Part> {
    let mut out = Vec::new();
    let mut finder = LinkFinder::new();
    finder.kinds(&[LinkKind::Url, LinkKind::Email]);
    for span in finder.spans(text) {
        let written = span.as_str();
        let link = match span.kind() {
            Some(LinkKind::Email) => links::link(&format!("mailto:{written}")),
            Some(_) => links::link(written),
            None => None,
        };
        match link {
            Some(link) => {
                out.push(Part::Link { text: written.into(), url: link.url, host: link.host });
            }
            None => mentions(written, called, me, &mut out),
        }
    }
    out
}

fn mentions(text: &str, called: &[Person], me: Option<model::PersonId>, out: &mut Vec<Part>) {
    let mut rest = text;
    'next: while let Some(at) = rest.find('@') {
        let (before, from) = rest.split_at(at);
        for person in called {
            let written = format!("@{}", person.name);
            if let Some(after) = from.strip_prefix(&written) {
                plain(before, out);
                out.push(Part::Mention { name: person.name.clone(), me: Some(person.id) == me });
                rest = after;
                continue 'next;
            }
        }
        let (sign, after) = from.split_at(1);
        plain(before, out);
        plain(sign, out);
        rest = after;
    }
    plain(rest, out);
}

/// Plain words, with marks for what hides.
fn plain(text: &str, out: &mut Vec<Part>) {
    let mut words = String::new();
    for c in text.chars() {
        let control = c.is_control() && c != '\n' && c != '\t';
        if hides(c) || control {
            push(&mut words, out);
            out.push(Part::Hidden { code: format!("U+{:04X}", u32::from(c)) });
        } else {
            words.push(c);
        }
    }
    push(&mut words, out);
}

/// Adds words to the piece of text before them, or as a new piece.
fn push(words: &mut String, out: &mut Vec<Part>) {
    if words.is_empty() {
        return;
    }
    let words = std::mem::take(words);
    if let Some(Part::Text { text }) = out.last_mut() {
        *text = Personal::from(format!("{}{words}", &**text));
    } else {
        out.push(Part::Text { text: words.into() });
    }
}

/// A name of a person or file on one line, with what hides made visible.
pub(crate) fn visible(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            c if hides(c) || c.is_control() => format!("[U+{:04X}]", u32::from(c)),
            c => c.to_string(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(parts: &[Part]) -> Vec<String> {
        parts
            .iter()
            .map(|part| match part {
                Part::Text { text } => format!("text:{}", &**text),
                Part::Link { url, .. } => format!("link:{url}"),
                Part::Mention { name, .. } => format!("mention:{name}"),
                Part::Hidden { code } => format!("hidden:{code}"),
            })
            .collect()
    }

    #[test]
    fn links_are_found_and_dangerous_ones_stay_words() {
        assert_eq!(
            texts(&parts("See https://example.com/x, or write to lea@example.com.", &[], None)),
            [
                "text:See ",
                "link:https://example.com/x",
                "text:, or write to ",
                "link:mailto:lea@example.com",
                "text:."
            ]
        );
        assert_eq!(
            texts(&parts("javascript:alert(1) http://a.example <b>x</b>", &[], None)),
            ["text:javascript:alert(1) http://a.example <b>x</b>"]
        );
    }

    #[test]
    fn what_turns_the_text_is_shown_as_a_mark() {
        assert_eq!(
            texts(&parts("invoice\u{202e}fdp.exe", &[], None)),
            ["text:invoice", "hidden:U+202E", "text:fdp.exe"]
        );
        assert_eq!(visible("invoice\u{202e}fdp.exe"), "invoice[U+202E]fdp.exe");
        assert_eq!(
            texts(&parts("👩‍👧 مرحبا", &[], None)),
            ["text:👩‍👧 مرحبا"],
            "emoji and other scripts are words"
        );
    }

    #[test]
    fn a_colleague_is_called_by_name() {
        let amir = Person {
            id: uuid::Uuid::now_v7().into(),
            name: "Amir Saidi".into(),
            role: model::Role::Advisor,
            team: "care".parse().unwrap(),
            skills: vec![],
            queues: vec![],
            active: true,
            version: 1,
        };
        assert_eq!(
            texts(&parts("@Amir Saidi can you? @nobody", &[amir], None)),
            ["mention:Amir Saidi", "text: can you? @nobody"]
        );
    }
}
