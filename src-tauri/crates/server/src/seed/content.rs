//! The demo content as it is written in `seed/*.toml`: plain values, with times as distances from now. What becomes of
//! them in the database is not said here.

use std::collections::BTreeMap;

use model::{
    At, Channel, FactKind, FollowUpStatus, IdentityKind, Personal, Role, ScoreKind, Slug, Trust, Workspace,
    at::{DAY, HOUR},
    customer::Tone,
    follow_up::Priority,
    library::MacroAction,
};
use serde::{Deserialize, de::DeserializeOwned};

/// Everything that fills a demo tenant.
#[derive(Debug, Clone, PartialEq)]
pub struct Content {
    /// Queues, reasons, rules.
    pub workspace: Workspace,
    /// The team.
    pub people: Vec<PersonSeed>,
    /// Customers, with what happened to them.
    pub customers: Vec<CustomerSeed>,
    /// Knowledge, in both languages.
    pub articles: Vec<ArticleSeed>,
    /// Prepared texts, in both languages.
    pub macros: Vec<MacroSeed>,
}

/// A file of the demo content that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("seed/{file}: {message}")]
pub struct ContentFault {
    /// Which file.
    pub file: &'static str,
    /// What is wrong with it.
    pub message: String,
}

/// A colleague.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonSeed {
    /// How other files call them.
    pub key: Slug,
    /// The name customers and colleagues see.
    pub name: String,
    /// Their account.
    pub email: String,
    /// What they may do.
    pub role: Role,
    /// Whose follow-ups they share.
    pub team: Slug,
    /// What they are able to answer.
    pub skills: Vec<Slug>,
    /// The queues they serve.
    pub queues: Vec<Slug>,
    /// Takes transfers and answers by script.
    #[serde(default)]
    pub scripted: bool,
    /// Signs in at the first start.
    #[serde(default)]
    pub first: bool,
}

/// A customer.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CustomerSeed {
    /// How other files call them.
    pub key: Slug,
    /// Their name.
    pub name: Personal,
    /// The language they write.
    pub language: Slug,
    /// Loyalty tier.
    #[serde(default)]
    pub tier: Option<String>,
    /// How long they have been a customer.
    pub since_days_ago: f64,
    /// How they are recognised.
    pub identities: Vec<IdentitySeed>,
    /// What the company's systems say of them.
    #[serde(default)]
    pub attributes: BTreeMap<String, Personal>,
    /// What they agreed to.
    #[serde(default)]
    pub consent: Vec<ConsentSeed>,
    /// Orders, deliveries, returns …
    #[serde(default)]
    pub facts: Vec<FactSeed>,
    /// Answers to surveys that belong to no conversation here.
    #[serde(default)]
    pub scores: Vec<ScoreSeed>,
    /// Past contacts.
    #[serde(default)]
    pub conversations: Vec<ConversationSeed>,
    /// Loops to close, and closed ones.
    #[serde(default)]
    pub follow_ups: Vec<FollowUpSeed>,
}

impl CustomerSeed {
    /// Their number in the company's systems.
    pub fn account(&self) -> Option<&Personal> {
        self.identities.iter().find(|i| i.kind == IdentityKind::Account).map(|i| &i.value)
    }
}

/// One way to recognise a customer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdentitySeed {
    /// What it is.
    pub kind: IdentityKind,
    /// The address, number or account.
    pub value: Personal,
    /// Verified unless said otherwise: the company's own systems know it.
    #[serde(default = "verified")]
    pub trust: Trust,
}

/// What a customer agreed to.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsentSeed {
    /// For what.
    pub purpose: Slug,
    /// Whether they agreed.
    pub given: bool,
    /// When.
    pub days_ago: f64,
}

/// O-data.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactSeed {
    /// The system it comes from.
    pub source: Slug,
    /// Its reference there.
    pub key: String,
    /// What it is.
    pub kind: FactKind,
    /// In a few words.
    pub title: Personal,
    /// Where it stands.
    #[serde(default)]
    pub state: Option<String>,
    /// Good or bad news.
    pub tone: Tone,
    /// What it was worth, in the currency's smallest unit.
    #[serde(default)]
    pub cents: Option<i64>,
    /// Euro unless said otherwise.
    #[serde(default = "euro")]
    pub currency: String,
    /// The department that has it.
    #[serde(default)]
    pub department: Option<String>,
    /// When it happened.
    pub days_ago: f64,
    /// When it ends or falls due, from now.
    #[serde(default)]
    pub until_in_days: Option<f64>,
    /// Anything else.
    #[serde(default)]
    pub details: BTreeMap<String, Personal>,
}

/// X-data from a survey.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScoreSeed {
    /// Which question.
    pub kind: ScoreKind,
    /// The answer.
    pub value: u8,
    /// In their words.
    #[serde(default)]
    pub comment: Option<Personal>,
    /// When.
    pub days_ago: f64,
}

/// The answer at the end of a conversation, or the one that a rule answered.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerSeed {
    /// Which question.
    pub kind: ScoreKind,
    /// The answer.
    pub value: u8,
    /// In their words.
    #[serde(default)]
    pub comment: Option<Personal>,
}

/// A past contact.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConversationSeed {
    /// How other files call it.
    pub key: Slug,
    /// On which channel; a chat unless said otherwise.
    #[serde(default = "chat")]
    pub channel: Channel,
    /// The queue it was in.
    pub queue: Slug,
    /// Why the customer came.
    pub reason: Slug,
    /// How it was closed.
    pub disposition: Slug,
    /// Who had it.
    pub owner: Slug,
    /// When it began.
    pub days_ago: f64,
    /// Seconds between two lines.
    #[serde(default = "seventy")]
    pub gap_s: u32,
    /// What was said, in order.
    pub lines: Vec<LineSeed>,
    /// The answer at its end.
    #[serde(default)]
    pub score: Option<AnswerSeed>,
}

/// One line of a past contact, by who said it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineSeed {
    /// The customer.
    Customer(Personal),
    /// The owner.
    Advisor(Personal),
    /// The assistant.
    Bot(Personal),
    /// A private note of the owner; `@Name` calls a colleague.
    Note(Personal),
}

/// A loop to close.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FollowUpSeed {
    /// What is to be done.
    pub title: Personal,
    /// Who does it.
    pub owner: Slug,
    /// Hours from now; negative when it should have been done before.
    pub due_in_hours: f64,
    /// When it was made.
    pub made_days_ago: f64,
    /// How pressing it is.
    #[serde(default)]
    pub priority: Priority,
    /// Where it stands; open unless said otherwise.
    #[serde(default = "open")]
    pub status: FollowUpStatus,
    /// The root cause.
    #[serde(default)]
    pub cause: Option<Slug>,
    /// The rule that made it.
    #[serde(default)]
    pub policy: Option<String>,
    /// The score that the rule answered.
    #[serde(default)]
    pub score: Option<AnswerSeed>,
    /// The conversation it came from, of the same customer.
    #[serde(default)]
    pub conversation: Option<Slug>,
    /// The owner's note.
    #[serde(default)]
    pub note: Personal,
    /// How it ended.
    #[serde(default)]
    pub outcome: Option<Personal>,
}

/// A knowledge article; its language is that of its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArticleSeed {
    /// What it is about; the same in both languages.
    pub key: Slug,
    /// The language of its file.
    pub language: Slug,
    /// Its title.
    pub title: String,
    /// Paragraphs separated by an empty line.
    pub body: String,
    /// Words it should be found by.
    pub tags: Vec<String>,
}

/// A prepared text.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MacroSeed {
    /// What an advisor types after `/`.
    pub name: Slug,
    /// What it is for.
    pub title: String,
    /// The language of the text.
    pub language: Slug,
    /// The text, with variables.
    pub text: String,
    /// What else it does.
    #[serde(default)]
    pub actions: Vec<MacroAction>,
}

fn verified() -> Trust {
    Trust::Verified
}

fn euro() -> String {
    "EUR".to_owned()
}

fn chat() -> Channel {
    Channel::Chat
}

fn seventy() -> u32 {
    70
}

fn open() -> FollowUpStatus {
    FollowUpStatus::Open
}

/// A moment so many days before `now`; fractions count.
pub fn days_before(now: At, days: f64) -> At {
    now - in_ms(days, DAY)
}

/// A moment so many hours after `now`; before it when negative.
pub fn hours_after(now: At, hours: f64) -> At {
    now + in_ms(hours, HOUR)
}

/// Content is written in days and hours by hand, far from where a float would lose a millisecond.
#[allow(clippy::cast_possible_truncation)]
fn in_ms(count: f64, unit: i64) -> i64 {
    (count * unit as f64).round() as i64
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct People {
    person: Vec<PersonSeed>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Customers {
    customer: Vec<CustomerSeed>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Macros {
    r#macro: Vec<MacroSeed>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Articles {
    article: Vec<WrittenArticle>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenArticle {
    key: Slug,
    title: String,
    body: String,
    #[serde(default)]
    tags: Vec<String>,
}

const WORKSPACE: &str = include_str!("../../seed/workspace.toml");
const PEOPLE: &str = include_str!("../../seed/people.toml");
const CUSTOMERS: &str = include_str!("../../seed/customers.toml");
const MACROS: &str = include_str!("../../seed/macros.toml");
const ARTICLES: [(&str, &str, &str); 2] = [
    ("articles.en.toml", "en", include_str!("../../seed/articles.en.toml")),
    ("articles.fr.toml", "fr", include_str!("../../seed/articles.fr.toml")),
];

/// Reads all files of the demo content.
///
/// # Errors
/// When a file cannot be read as what it should be; a test keeps that from happening in a build.
pub fn content() -> Result<Content, ContentFault> {
    Ok(Content {
        workspace: read("workspace.toml", WORKSPACE)?,
        people: read::<People>("people.toml", PEOPLE)?.person,
        customers: read::<Customers>("customers.toml", CUSTOMERS)?.customer,
        articles: articles()?,
        macros: read::<Macros>("macros.toml", MACROS)?.r#macro,
    })
}

fn articles() -> Result<Vec<ArticleSeed>, ContentFault> {
    let mut all = Vec::new();
    for (file, language, text) in ARTICLES {
        let language: Slug = language
            .parse()
            .map_err(|fault: model::ids::NotASlug| ContentFault { file, message: fault.to_string() })?;
        for WrittenArticle { key, title, body, tags } in read::<Articles>(file, text)?.article {
            let body = body.trim().to_owned();
            all.push(ArticleSeed { key, language: language.clone(), title, body, tags });
        }
    }
    Ok(all)
}

fn read<T: DeserializeOwned>(file: &'static str, text: &str) -> Result<T, ContentFault> {
    toml::from_str(text).map_err(|fault| ContentFault { file, message: fault.message().to_owned() })
}

#[cfg(test)]
mod tests;
