//! What the team knows and has prepared: articles and macros.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::{ArticleId, At, MacroId, Slug};

/// A knowledge article. Paragraphs are separated by an empty line; each may be offered as an answer on its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Article {
    /// Which.
    pub id: ArticleId,
    /// Its title.
    pub title: String,
    /// Plain text.
    pub body: String,
    /// The language it is written in.
    pub language: Slug,
    /// Words it should be found by.
    #[serde(default)]
    pub tags: Vec<String>,
    /// When it was last changed; given by the service.
    #[serde(default)]
    pub changed_at: At,
    /// Who changed it; given by the service.
    #[serde(default)]
    pub changed_by: String,
    /// Counts changes of this row; given by the service.
    #[serde(default)]
    pub version: u32,
}

/// What a macro does besides its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum MacroAction {
    /// Sets the contact reason.
    SetReason {
        /// Which.
        reason: Slug,
    },
    /// Makes a follow-up.
    AddFollowUp {
        /// What is to be done.
        title: String,
        /// Hours from now until it is due.
        due_in_hours: u32,
    },
    /// Puts the conversation aside.
    Snooze {
        /// For how many minutes.
        minutes: u32,
    },
    /// Resolves it.
    Resolve,
}

/// A prepared text with variables, and what else it does.
///
/// Variables: `{{customer.name}}`, `{{customer.first_name}}`, `{{advisor.name}}`, `{{advisor.first_name}}`,
/// `{{order}}` (the newest order's number), `{{workspace}}`. An unknown or empty one stays visible as written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Macro {
    /// Which.
    pub id: MacroId,
    /// What an advisor types after `/`.
    pub name: Slug,
    /// In a few words, what it is for.
    pub title: String,
    /// The text, with variables.
    pub text: String,
    /// The language of the text.
    pub language: Slug,
    /// What else it does, in order.
    #[serde(default)]
    pub actions: Vec<MacroAction>,
    /// When it was last changed; given by the service.
    #[serde(default)]
    pub changed_at: At,
    /// Who changed it; given by the service.
    #[serde(default)]
    pub changed_by: String,
    /// Counts changes of this row; given by the service.
    #[serde(default)]
    pub version: u32,
}

/// Fills the variables of a macro or a remembered answer. `value` returns nothing for what it does not know; such a
/// variable stays as written, so that the advisor sees what is missing.
pub fn fill(text: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(before);
        match after.split_once("}}") {
            Some((name, tail)) if !name.contains('{') => {
                match value(name.trim()).filter(|v| !v.is_empty()) {
                    Some(found) => out.push_str(&found),
                    None => {
                        out.push_str("{{");
                        out.push_str(name);
                        out.push_str("}}");
                    }
                }
                rest = tail;
            }
            _ => {
                out.push_str("{{");
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::fill;

    #[test]
    fn what_is_known_is_filled_and_what_is_not_stays_visible() {
        let value = |name: &str| (name == "customer.first_name").then(|| "Léa".to_owned());
        assert_eq!(
            fill("Hello {{ customer.first_name }}, about {{order}}:", value),
            "Hello Léa, about {{order}}:"
        );
        assert_eq!(fill("{{ {{order}} }}", value), "{{ {{order}} }}");
        assert_eq!(fill("open {{ end", value), "open {{ end");
    }
}
