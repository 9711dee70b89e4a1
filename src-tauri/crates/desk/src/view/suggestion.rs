//! What may help the advisor to answer.

use model::{MacroId, Personal, Slug, library::MacroAction};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A suggested reply and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Suggestion {
    /// The key: its source and place in it.
    pub id: String,
    /// The words, with variables filled.
    pub text: Personal,
    /// Where it comes from.
    pub source: SuggestionSource,
    /// The name of the source: an article's or macro's title, a past conversation's day.
    pub title: String,
    /// The words of the customer or the draft that found it.
    pub because: Vec<String>,
    /// What completes the draft that it was asked for; nothing: it would replace it.
    pub rest: Option<Personal>,
    /// How often it was sent in contexts like this one, of ten; nothing: it has no history.
    pub in_ten: Option<u8>,
    /// How often it was taken on this computer lately.
    pub taken: u32,
}

/// Where a suggestion comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SuggestionSource {
    /// A knowledge article.
    Article,
    /// A prepared text.
    Macro,
    /// An answer given before.
    Answer,
    /// A stage of a guided path.
    Path,
}

/// What was suggested when an answer was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Suggested {
    /// Those that were to be seen.
    pub shown: Vec<String>,
    /// The one that was taken.
    pub taken: Option<String>,
    /// It was changed before it went out.
    pub changed: bool,
}

/// A macro, ready for a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MacroRow {
    /// Which.
    pub id: MacroId,
    /// What is typed after `/`.
    pub name: Slug,
    /// What it is for.
    pub title: String,
    /// Its language.
    pub language: Slug,
    /// The words, with variables filled for the conversation.
    pub text: Personal,
    /// What else it does.
    pub actions: Vec<MacroAction>,
}
