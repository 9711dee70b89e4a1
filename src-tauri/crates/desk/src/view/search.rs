//! What a search finds.

use model::{At, ConversationId, CustomerId, Personal};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a search found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SearchResults {
    /// The text that was searched.
    pub text: Personal,
    /// The rows, best first within a kind; customers, orders, messages.
    pub rows: Vec<SearchRow>,
}

/// One row that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SearchRow {
    /// The key.
    pub id: String,
    /// What it is.
    pub kind: SearchKind,
    /// The customer's name.
    pub customer_name: Personal,
    /// What matched, in pieces.
    pub snippet: Vec<SnippetPart>,
    /// Whose.
    pub customer: CustomerId,
    /// The conversation to open.
    pub conversation: Option<ConversationId>,
    /// The line in it.
    pub message: Option<String>,
    /// When.
    pub at: At,
}

/// What a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SearchKind {
    /// A customer, by name or identity.
    Customer,
    /// An order or another fact.
    Order,
    /// A line of a conversation.
    Message,
}

/// A piece of a snippet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SnippetPart {
    /// The words.
    pub text: Personal,
    /// Whether they matched.
    pub hit: bool,
}
