//! Finding customers, orders and lines among everything that is kept.

use model::{Conversation, Customer, Fact, Message};
use rusqlite::{Connection, params};

use super::row;
use crate::Result;

/// Matching lines that are looked at, the newest ones; a word that is everywhere costs no more than a rare one.
const LINES: u32 = 200;

/// Words as the index wants them: each quoted, the last one as a beginning. Nothing for a text without words.
fn matching(text: &str) -> Option<String> {
    let mut words: Vec<String> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| format!("\"{word}\""))
        .collect();
    words.last_mut()?.push('*');
    Some(words.join(" "))
}

/// Customers whose name or identities match, at most `limit`.
///
/// # Errors
/// When the file cannot be read.
pub fn customers(sql: &Connection, text: &str, limit: u32) -> Result<Vec<Customer>> {
    let Some(words) = matching(text) else { return Ok(Vec::new()) };
    row::all(
        sql,
        "SELECT customer.body FROM (SELECT rowid AS no FROM customer_text WHERE customer_text MATCH ?1
                                    ORDER BY rank LIMIT ?2) found JOIN customer USING(no)",
        params![words, limit],
    )
}

/// Facts whose number or title match, newest first, at most `limit`.
///
/// # Errors
/// When the file cannot be read.
pub fn facts(sql: &Connection, text: &str, limit: u32) -> Result<Vec<Fact>> {
    let Some(words) = matching(text) else { return Ok(Vec::new()) };
    row::all(
        sql,
        "SELECT fact.body FROM (SELECT rowid AS no FROM fact_text WHERE fact_text MATCH ?1
                                ORDER BY rowid DESC LIMIT ?2) found JOIN fact USING(no) ORDER BY at DESC",
        params![words, limit],
    )
}

/// Lines that match, newest first, at most `limit`, with their conversation.
///
/// # Errors
/// When the file cannot be read.
pub fn messages(sql: &Connection, text: &str, limit: u32) -> Result<Vec<(Message, Conversation)>> {
    let Some(words) = matching(text) else { return Ok(Vec::new()) };
    let mut statement = sql.prepare_cached(
        "SELECT message.body, conversation.body
         FROM (SELECT no, at FROM (SELECT rowid AS no FROM message_text WHERE message_text MATCH ?1
                                   ORDER BY rowid DESC LIMIT ?2) found JOIN message USING(no)
               ORDER BY at DESC LIMIT ?3) newest
         JOIN message USING(no) JOIN conversation ON conversation.id = message.conversation
         ORDER BY newest.at DESC",
    )?;
    let rows = statement.query_map(params![words, LINES, limit], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
    })?;
    rows.map(|row| {
        let (message, conversation) = row?;
        Ok((serde_json::from_str(&message)?, serde_json::from_str(&conversation)?))
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::matching;

    #[test]
    fn whatever_is_typed_is_words_and_never_a_query() {
        assert_eq!(matching("48-2291"), Some("\"48\" \"2291\"*".into()));
        assert_eq!(matching("NOT \"x\" OR (y*"), Some("\"NOT\" \"x\" \"OR\" \"y\"*".into()));
        assert_eq!(matching(" -- "), None);
    }
}
