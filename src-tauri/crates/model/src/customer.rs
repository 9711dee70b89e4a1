//! The customer, whole: who they are, what they said of us (X-data), what happened with them (O-data).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::{At, ConversationId, CustomerId, FactId, IdentityId, Personal, ScoreId, Slug};

/// How sure we are that an identity is the customer's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Trust {
    /// Somebody typed it. Orders are not shown for it.
    Claimed,
    /// Signed by the company's site, or confirmed by an advisor.
    Verified,
}

/// A kind of identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum IdentityKind {
    /// An e-mail address, lower case.
    Email,
    /// A telephone number with its country code.
    Phone,
    /// The customer's number in the company's own systems.
    Account,
    /// A browser that wrote to us.
    Visitor,
}

impl IdentityKind {
    /// The name used in columns.
    pub fn as_str(self) -> &'static str {
        match self {
            IdentityKind::Email => "email",
            IdentityKind::Phone => "phone",
            IdentityKind::Account => "account",
            IdentityKind::Visitor => "visitor",
        }
    }
}

/// One way to recognise a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct Identity {
    /// Its own name, to confirm or unlink it.
    pub id: IdentityId,
    /// What it is.
    pub kind: IdentityKind,
    /// The address, number or account.
    pub value: Personal,
    /// Claimed or verified.
    pub trust: Trust,
}

/// What the customer allowed us to do, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct Consent {
    /// For what: `marketing`, `sms`, `recording` …
    pub purpose: Slug,
    /// Whether they agreed.
    pub given: bool,
    /// When they said so.
    pub at: At,
}

/// A persona and the rule that put the customer there: never one without the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct Persona {
    /// What people call it.
    pub name: String,
    /// The rule in words, as the workspace file has it.
    pub rule: String,
}

/// A customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct Customer {
    /// Who.
    pub id: CustomerId,
    /// As they gave it; may be empty for a visitor who has not said.
    pub name: Personal,
    /// The language they write in, `en` or `fr` here.
    pub language: Option<Slug>,
    /// Loyalty tier, as the company names it.
    pub tier: Option<String>,
    /// Customer since.
    pub since: At,
    /// The persona, with its rule.
    pub persona: Option<Persona>,
    /// How we recognise them.
    pub identities: Vec<Identity>,
    /// What the company's systems say of them, in their words.
    pub attributes: BTreeMap<String, Personal>,
    /// What they agreed to.
    pub consent: Vec<Consent>,
    /// True after an advisor blocked them for abuse.
    pub blocked: bool,
    /// Counts changes of this row.
    pub version: u32,
}

impl Customer {
    /// Whether at least one identity is verified, so that orders may be shown.
    pub fn is_verified(&self) -> bool {
        self.identities.iter().any(|i| i.trust == Trust::Verified)
    }
}

/// The kind of an operational fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FactKind {
    /// Something bought.
    Order,
    /// A parcel on its way.
    Delivery,
    /// Something sent or brought back.
    Return,
    /// A visit in a shop or branch.
    Visit,
    /// A contract, card or account of theirs.
    Contract,
    /// A problem that another department has open.
    Problem,
    /// Something coming up that an advisor should know.
    Notice,
}

impl FactKind {
    /// The name used in columns.
    pub fn as_str(self) -> &'static str {
        match self {
            FactKind::Order => "order",
            FactKind::Delivery => "delivery",
            FactKind::Return => "return",
            FactKind::Visit => "visit",
            FactKind::Contract => "contract",
            FactKind::Problem => "problem",
            FactKind::Notice => "notice",
        }
    }
}

/// An amount of money in the currency's smallest unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Money {
    /// Cents, or what the currency has.
    pub cents: i64,
    /// ISO 4217: `EUR`, `GBP`.
    pub currency: String,
}

/// Whether a fact is good or bad news for the customer, for the colour of its moment on the journey.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// As it should be.
    Good,
    /// Neither.
    Neutral,
    /// Not as promised.
    Warning,
    /// It went wrong.
    Bad,
}

/// O-data: one operational fact, posted by another system and owned by it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct Fact {
    /// Our id of it.
    pub id: FactId,
    /// Whose.
    pub customer: CustomerId,
    /// The system that posted it: `shop`, `carrier`, `bank` …
    pub source: Slug,
    /// Its reference there, unique within the source: an order number.
    pub key: String,
    /// What it is.
    pub kind: FactKind,
    /// In a few words, as an advisor should read it.
    pub title: Personal,
    /// Where it stands: `delivered`, `refused`, `open` …
    pub state: Option<String>,
    /// Good or bad news.
    pub tone: Tone,
    /// What it was worth.
    pub amount: Option<Money>,
    /// The department that has it.
    pub department: Option<String>,
    /// When it happened.
    pub at: At,
    /// When it ends or falls due.
    pub until: Option<At>,
    /// Anything else worth reading, in the source's words.
    pub details: BTreeMap<String, Personal>,
    /// Counts changes of this row.
    pub version: u32,
}

/// Which question was asked. Definitions in [`crate::measures`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScoreKind {
    /// "How likely are you to recommend us?", 0 to 10.
    Nps,
    /// "How satisfied are you?", 1 to 5.
    Csat,
    /// "The company made it easy", 1 (disagree) to 7 (agree): high is good.
    Ces,
}

impl ScoreKind {
    /// The lowest and highest answer.
    pub fn range(self) -> (u8, u8) {
        match self {
            ScoreKind::Nps => (0, 10),
            ScoreKind::Csat => (1, 5),
            ScoreKind::Ces => (1, 7),
        }
    }

    /// The name used in columns.
    pub fn as_str(self) -> &'static str {
        match self {
            ScoreKind::Nps => "nps",
            ScoreKind::Csat => "csat",
            ScoreKind::Ces => "ces",
        }
    }
}

/// X-data: what a customer answered to a score question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct Score {
    /// Its id: the command that gave it.
    pub id: ScoreId,
    /// Whose.
    pub customer: CustomerId,
    /// After which conversation, when after one.
    pub conversation: Option<ConversationId>,
    /// Which question.
    pub kind: ScoreKind,
    /// The answer, within [`ScoreKind::range`].
    pub value: u8,
    /// In their own words.
    pub comment: Option<Personal>,
    /// When.
    pub at: At,
    /// Counts changes of this row.
    pub version: u32,
}
