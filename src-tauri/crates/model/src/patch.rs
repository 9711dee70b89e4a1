//! How a list that is on the screen changes.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A change of a keyed list. Idempotent: taking the same one twice changes nothing more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "op", rename_all = "snake_case")]
pub enum Patch<T> {
    /// The whole list, in order.
    Reset {
        /// The rows that are shown.
        items: Vec<T>,
        /// How many there are in all.
        total: u32,
    },
    /// One row is new or changed. Its place follows from the list's own order.
    Upsert {
        /// The row.
        item: T,
    },
    /// One row is gone.
    Remove {
        /// Its key.
        id: String,
    },
}
