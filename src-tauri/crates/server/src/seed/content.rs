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
mod tests {
    use std::collections::BTreeSet;

    use model::library;

    use super::*;

    fn read_all() -> Content {
        content().unwrap_or_else(|fault| panic!("{fault}"))
    }

    fn unique<'a, T: Ord + std::fmt::Debug + 'a>(what: &str, all: impl Iterator<Item = T>) -> BTreeSet<T> {
        let mut seen = BTreeSet::new();
        for one in all {
            let text = format!("{one:?}");
            assert!(seen.insert(one), "{what} {text} stands there twice");
        }
        seen
    }

    fn conversations(content: &Content) -> impl Iterator<Item = &ConversationSeed> {
        content.customers.iter().flat_map(|customer| &customer.conversations)
    }

    #[test]
    fn every_file_can_be_read_and_the_workspace_can_be_used() {
        let content = read_all();
        assert_eq!(content.workspace.faults(), Vec::<String>::new());
        assert!(
            content.workspace.queues.iter().all(|queue| queue.hours.is_none()),
            "practice is always open"
        );
        assert_eq!(content.customers.len(), 24);
        assert!(content.articles.len() >= 45);
        assert!(content.macros.len() >= 20);
    }

    #[test]
    fn a_fault_says_in_which_file_it_is() {
        let fault = read::<People>("people.toml", "[[person]]\nkey = \"A b\"").err().unwrap();
        assert_eq!(fault.file, "people.toml");
        assert!(fault.to_string().starts_with("seed/people.toml: "));
    }

    #[test]
    fn names_are_given_once() {
        let content = read_all();
        unique("person", content.people.iter().map(|p| &p.key));
        unique("e-mail", content.people.iter().map(|p| &p.email));
        unique("customer", content.customers.iter().map(|c| &c.key));
        unique("conversation", conversations(&content).map(|c| &c.key));
        unique("macro", content.macros.iter().map(|m| &m.name));
        unique("article", content.articles.iter().map(|a| (&a.key, &a.language)));
        unique("fact", content.customers.iter().flat_map(|c| &c.facts).map(|f| (&f.source, &f.key)));
        let identities = content.customers.iter().flat_map(|c| &c.identities);
        let identities = identities.map(|i| format!("{} {}", i.kind.as_str(), &*i.value));
        unique("identity", identities);
    }

    #[test]
    fn everything_that_is_named_exists() {
        let content = read_all();
        let workspace = &content.workspace;
        let people: BTreeSet<_> = content.people.iter().map(|p| &p.key).collect();
        for person in &content.people {
            for queue in &person.queues {
                let queue =
                    workspace.queue(queue).unwrap_or_else(|| panic!("{}: no queue {queue}", person.key));
                assert!(
                    queue.skills.iter().all(|skill| person.skills.contains(skill)),
                    "{} serves {} without its skills",
                    person.key,
                    queue.id
                );
            }
        }
        for conversation in conversations(&content) {
            let key = &conversation.key;
            assert!(workspace.queue(&conversation.queue).is_some(), "{key}: queue");
            assert!(workspace.reason(&conversation.reason).is_some(), "{key}: reason");
            assert!(workspace.disposition(&conversation.disposition).is_some(), "{key}: disposition");
            assert!(people.contains(&conversation.owner), "{key}: owner");
            let asked = workspace.asks(&conversation.queue, Some(&conversation.reason));
            if let Some(score) = &conversation.score {
                assert_eq!(asked, Some(score.kind), "{key}: this queue asks another question");
            }
        }
        for customer in &content.customers {
            let own: BTreeSet<_> = customer.conversations.iter().map(|c| &c.key).collect();
            for follow_up in &customer.follow_ups {
                let who = &customer.key;
                assert!(people.contains(&follow_up.owner), "{who}: owner of a follow-up");
                assert!(
                    follow_up.conversation.as_ref().is_none_or(|c| own.contains(c)),
                    "{who}: conversation"
                );
                let causes = &workspace.causes;
                assert!(
                    follow_up.cause.as_ref().is_none_or(|c| causes.iter().any(|n| n.id == *c)),
                    "{who}: cause"
                );
                if let Some(policy) = &follow_up.policy {
                    let rule = workspace.follow_up_rules.iter().find(|r| r.name == *policy);
                    let rule = rule.unwrap_or_else(|| panic!("{who}: no rule {policy}"));
                    let score =
                        follow_up.score.as_ref().unwrap_or_else(|| panic!("{who}: a rule answers a score"));
                    assert!(score.kind == rule.score && score.value <= rule.at_most, "{who}: {policy}");
                }
                let closed = follow_up.status == FollowUpStatus::Done;
                assert_eq!(closed, follow_up.outcome.is_some(), "{who}: done with an outcome, or neither");
            }
        }
        for prepared in &content.macros {
            for action in &prepared.actions {
                if let MacroAction::SetReason { reason } = action {
                    assert!(workspace.reason(reason).is_some(), "{}: reason", prepared.name);
                }
            }
        }
    }

    #[test]
    fn one_person_is_first_and_two_work_by_script() {
        let content = read_all();
        let first: Vec<_> = content.people.iter().filter(|p| p.first).collect();
        assert_eq!(first.len(), 1);
        assert_eq!((first[0].name.as_str(), first[0].role), ("Inès Keller", Role::Supervisor));
        assert_eq!(first[0].queues.len(), content.workspace.queues.len(), "serves every queue");
        assert_eq!(content.people.iter().filter(|p| p.scripted).count(), 2);
    }

    #[test]
    fn a_paragraph_can_be_sent_as_it_stands() {
        for article in read_all().articles {
            let paragraphs: Vec<_> = article.body.split("\n\n").collect();
            assert!((2..=5).contains(&paragraphs.len()), "{}: {} paragraphs", article.key, paragraphs.len());
            for paragraph in paragraphs {
                let letters = paragraph.chars().count();
                assert!((40..=600).contains(&letters), "{}: a paragraph of {letters} letters", article.key);
                assert!(!paragraph.contains('\n'), "{}: a line break inside a paragraph", article.key);
                assert!(paragraph.ends_with(['.', '?', '!']), "{}: ends in the middle", article.key);
            }
        }
    }

    #[test]
    fn every_variable_of_a_macro_is_known() {
        const KNOWN: [&str; 6] = [
            "customer.name",
            "customer.first_name",
            "advisor.name",
            "advisor.first_name",
            "order",
            "workspace",
        ];
        for prepared in read_all().macros {
            let filled = library::fill(&prepared.text, |name| KNOWN.contains(&name).then(|| "x".to_owned()));
            assert!(!filled.contains("{{"), "{}: an unknown variable", prepared.name);
        }
    }

    #[test]
    fn both_languages_are_there() {
        let content = read_all();
        for language in ["en", "fr"] {
            let is = |slug: &Slug| slug.as_str() == language;
            assert!(content.articles.iter().filter(|a| is(&a.language)).count() >= 20);
            assert!(content.macros.iter().filter(|m| is(&m.language)).count() >= 8);
            assert!(content.customers.iter().filter(|c| is(&c.language)).count() >= 8);
        }
    }

    #[test]
    fn the_past_is_past_and_some_loops_are_late() {
        let content = read_all();
        let now = At(1_800_000_000_000);
        assert_eq!(days_before(now, 1.5).0, now.0 - 129_600_000);
        assert_eq!(hours_after(now, -2.0).0, now.0 - 7_200_000);
        for customer in &content.customers {
            for fact in &customer.facts {
                assert!(fact.days_ago >= 0.0, "{}: {} has not happened yet", customer.key, fact.key);
            }
            for conversation in &customer.conversations {
                assert!(conversation.days_ago <= customer.since_days_ago, "{}", conversation.key);
                assert!(
                    matches!(conversation.lines.first(), Some(LineSeed::Customer(_))),
                    "{}",
                    conversation.key
                );
            }
        }
        let open = content.customers.iter().flat_map(|c| &c.follow_ups).filter(|f| f.outcome.is_none());
        let (late, coming): (Vec<_>, Vec<_>) = open.partition(|f| f.due_in_hours < 0.0);
        assert!(late.len() >= 2 && coming.len() >= 4, "some are late, most are not");
    }

    #[test]
    fn a_score_is_on_its_scale() {
        let content = read_all();
        for customer in &content.customers {
            let asked = customer.scores.iter().map(|s| (s.kind, s.value));
            let ended =
                customer.conversations.iter().filter_map(|c| c.score.as_ref()).map(|s| (s.kind, s.value));
            for (kind, value) in asked.chain(ended) {
                let (low, high) = kind.range();
                assert!((low..=high).contains(&value), "{}: {kind:?} {value}", customer.key);
            }
        }
    }
}
