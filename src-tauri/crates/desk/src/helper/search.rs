//! Finding customers, orders and lines in what this computer has, with what matched marked.

use model::{Customer, MessageKind, Personal};
use store::{Rows, cache};

use crate::{
    Failure,
    view::{SearchKind, SearchResults, SearchRow, SnippetPart},
};

/// Rows of each kind that a search shows.
const ROWS: u32 = 20;
/// Characters of a line around what matched.
const SNIPPET: usize = 120;

/// Finds customers, orders and lines on this computer.
pub(super) fn search(rows: &Rows, text: Personal) -> Result<SearchResults, Failure> {
    let mut found = Vec::new();
    for customer in cache::search::customers(rows, &text, ROWS)? {
        let identities: Vec<&str> = customer.identities.iter().map(|i| &*i.value).collect();
        let line = [&*customer.name].into_iter().chain(identities).collect::<Vec<_>>().join(" · ");
        found.push(SearchRow {
            id: format!("customer:{}", customer.id),
            kind: SearchKind::Customer,
            customer_name: customer.name,
            snippet: snippet(&line, &text),
            customer: customer.id,
            conversation: None,
            message: None,
            at: customer.since,
        });
    }
    for fact in cache::search::facts(rows, &text, ROWS)? {
        let Some(customer) = cache::customer::load(rows, fact.customer)?.filter(Customer::is_verified) else {
            continue;
        };
        found.push(SearchRow {
            id: format!("fact:{}", fact.id),
            kind: SearchKind::Order,
            customer_name: customer.name,
            snippet: snippet(&format!("{} · {}", fact.key, &*fact.title), &text),
            customer: fact.customer,
            conversation: None,
            message: None,
            at: fact.at,
        });
    }
    for (line, conversation) in cache::search::messages(rows, &text, ROWS)? {
        let name = cache::customer::load(rows, conversation.customer)?.map(|c| c.name).unwrap_or_default();
        debug_assert!(line.kind != MessageKind::Activity, "activities are not in the index");
        found.push(SearchRow {
            id: format!("message:{}", line.id),
            kind: SearchKind::Message,
            customer_name: name,
            snippet: snippet(&line.text, &text),
            customer: conversation.customer,
            conversation: Some(conversation.id),
            message: Some(line.id.to_string()),
            at: line.at,
        });
    }
    Ok(SearchResults { text, rows: found })
}

/// A text around what matched, in pieces.
pub(crate) fn snippet(text: &str, wanted: &str) -> Vec<SnippetPart> {
    let wanted: Vec<String> =
        wanted.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(folded).collect();
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let pieces: Vec<&str> = split_words(&line);
    let is_hit = |piece: &str| {
        let piece = folded(piece);
        wanted.iter().any(|word| piece.starts_with(word.as_str()))
    };
    let first = pieces.iter().position(|piece| is_hit(piece)).unwrap_or(0);
    // Some words before the first one that matched.
    let mut start = first;
    let mut before = 0;
    while start > 0 && before < SNIPPET / 3 {
        start -= 1;
        before += pieces.get(start).map_or(0, |piece| piece.chars().count());
    }
    let mut out: Vec<SnippetPart> = Vec::new();
    let mut length = 0;
    if start > 0 {
        out.push(SnippetPart { text: "…".into(), hit: false });
    }
    for piece in pieces.iter().skip(start) {
        let hit = is_hit(piece);
        length += piece.chars().count();
        match out.last_mut().filter(|last| last.hit == hit) {
            Some(last) => last.text = format!("{}{piece}", &*last.text).into(),
            None => out.push(SnippetPart { text: (*piece).into(), hit }),
        }
        if length > SNIPPET {
            out.push(SnippetPart { text: "…".into(), hit: false });
            break;
        }
    }
    out
}

/// Words and what stands between them, in turn.
fn split_words(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let word = first.is_alphanumeric();
        let end = rest.find(|c: char| c.is_alphanumeric() != word).unwrap_or(rest.len());
        let (piece, after) = rest.split_at(end);
        out.push(piece);
        rest = after;
    }
    out
}

/// As the index compares: lower case, without accents.
fn folded(text: &str) -> String {
    text.chars()
        .flat_map(char::to_lowercase)
        .map(|c| match c {
            'à' | 'â' | 'ä' | 'á' => 'a',
            'é' | 'è' | 'ê' | 'ë' => 'e',
            'î' | 'ï' | 'í' => 'i',
            'ô' | 'ö' | 'ó' => 'o',
            'ù' | 'û' | 'ü' | 'ú' => 'u',
            'ç' => 'c',
            'ñ' => 'n',
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(text: &str, wanted: &str) -> String {
        snippet(text, wanted)
            .into_iter()
            .map(|part| if part.hit { format!("[{}]", &*part.text) } else { part.text.to_string() })
            .collect()
    }

    #[test]
    fn what_matched_is_marked_with_some_words_around_it() {
        assert_eq!(marked("Mon colis n'est pas livré", "livre"), "Mon colis n'est pas [livré]");
        assert_eq!(marked("Order 48-2291 is late", "48-22"), "Order [48]-[2291] is late");
        let long = format!("{} needle {}", "hay ".repeat(40), "hay ".repeat(60));
        let text = marked(&long, "needle");
        assert!(text.starts_with("…hay") && text.contains("[needle]") && text.ends_with('…'), "{text}");
    }
}
