//! Names of things: one type per kind, so that a customer's id cannot be handed in where a conversation's is meant.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, ToSchema)]
        #[serde(transparent)]
        #[ts(type = "string")]
        #[schema(value_type = String, format = Uuid)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    )+};
}

ids! {
    /// A company's own world inside a service; nothing is shared between two.
    TenantId,
    /// An advisor, supervisor or colleague.
    PersonId,
    /// One installation of the desk, registered at its first sign-in.
    DeviceId,
    /// One customer, whatever the number of their identities.
    CustomerId,
    /// A way to recognise a customer: e-mail, phone, account, visitor.
    IdentityId,
    /// One contact, on any channel.
    ConversationId,
    /// One line of a conversation. For what an advisor or customer sends, it is the id of the command that sent it.
    MessageId,
    /// One answered score question.
    ScoreId,
    /// One operational fact posted by another system: an order, a delivery, a visit.
    FactId,
    /// A loop to close with a customer.
    FollowUpId,
    /// A knowledge article.
    ArticleId,
    /// A prepared text with actions.
    MacroId,
    /// What an advisor or customer asked the service to do, once. Made by the client (UUIDv7), never by the service.
    CommandId,
    /// The incarnation of a tenant's log: changes when the service is restored from a backup.
    Epoch,
}

/// A short, readable name that people choose in the workspace file: a queue, a reason, a skill.
///
/// Lower case letters, digits and `-`, 1 to 40 characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, TS, ToSchema)]
#[serde(transparent)]
#[ts(type = "string")]
#[schema(value_type = String, pattern = "^[a-z0-9][a-z0-9-]{0,39}$")]
pub struct Slug(String);

/// A slug that is not one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a name here is 1 to 40 lower case letters, digits or '-', starting with a letter or digit")]
pub struct NotASlug;

impl Slug {
    /// The slug as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Slug {
    type Err = NotASlug;

    fn from_str(text: &str) -> Result<Self, NotASlug> {
        let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if text.is_empty() || text.len() > 40 || text.starts_with('-') || !text.chars().all(good) {
            return Err(NotASlug);
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Slug {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_short_plain_and_lower_case() {
        assert!("late-delivery".parse::<Slug>().is_ok());
        assert!("fr".parse::<Slug>().is_ok());
        for bad in ["", "-x", "Late", "a b", "é", &"a".repeat(41)] {
            assert_eq!(bad.parse::<Slug>(), Err(NotASlug), "{bad:?} must be refused");
        }
    }
}
