//! Words of people, which no log may hold.

use std::{fmt, ops::Deref};

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

/// Text that belongs to a person: a name, a number, what they wrote. Its `Debug` tells only its length, so that a
/// log line, an error or a panic can never carry it.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(transparent)]
#[ts(type = "string")]
#[schema(value_type = String)]
pub struct Personal(String);

impl Personal {
    /// The text itself, for storing, sending or showing.
    pub fn into_inner(self) -> String {
        self.0
    }
}

impl fmt::Debug for Personal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Personal({} bytes)", self.0.len())
    }
}

impl Deref for Personal {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl From<String> for Personal {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Personal {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_never_shows_the_words() {
        assert_eq!(format!("{:?}", Personal::from("Léa Bernard")), "Personal(12 bytes)");
    }
}
