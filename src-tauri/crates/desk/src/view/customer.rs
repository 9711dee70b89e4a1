//! The right side: the customer, whole.

use model::{
    At, Channel, ConversationId, ConversationState, Customer, Fact, Personal, Slug,
    customer::{Money, Tone},
    measures::Measure,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::FollowUpRow;

/// The customer, whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct CustomerCard {
    /// Who.
    pub customer: Customer,
    /// At least one identity is verified: orders are shown.
    pub verified: bool,
    /// What the advisor should know before the first word.
    pub alerts: Vec<Alert>,
    /// X-data: what they answered.
    pub answers: Answers,
    /// O-data in figures; nothing when not verified or unknown.
    pub figures: Figures,
    /// The newest orders and what belongs to them.
    pub orders: Vec<Fact>,
    /// Moments, newest first.
    pub journey: Vec<Moment>,
    /// Earlier contacts, newest first.
    pub past: Vec<PastContact>,
    /// Loops to close, by due time; done ones of today at the end.
    pub follow_ups: Vec<FollowUpRow>,
}

/// Something to know before the first word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Alert {
    /// The key.
    pub id: String,
    /// How bad.
    pub tone: Tone,
    /// What kind.
    pub kind: AlertKind,
    /// In a few words.
    pub text: Personal,
    /// The department that has it.
    pub department: Option<String>,
    /// When it falls due.
    pub until: Option<At>,
}

/// What kind of alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum AlertKind {
    /// Another department has a problem of theirs open.
    OpenProblem,
    /// Something is coming up.
    Notice,
    /// They were blocked.
    Blocked,
}

/// What the customer answered, last and before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Answers {
    /// 0 to 10.
    pub nps: Option<Answer>,
    /// 1 to 5.
    pub csat: Option<Answer>,
    /// 1 to 7.
    pub ces: Option<Answer>,
}

/// One question's answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Answer {
    /// The last answer.
    pub last: u8,
    /// When.
    pub at: At,
    /// The answer before it.
    pub before: Option<u8>,
    /// Whether the last one is a bad one, by the measure's definition.
    pub low: bool,
    /// The mean of all and how many there are.
    pub mean: Measure,
}

/// O-data in figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Figures {
    /// Spent in the last 12 months.
    pub spent: Option<Money>,
    /// Orders in the last 12 months.
    pub orders: Option<u32>,
    /// Contacts in the last 30 days, this one included.
    pub contacts_30_days: u32,
}

/// A moment between the customer and the company.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Moment {
    /// The key.
    pub id: String,
    /// When.
    pub at: At,
    /// Good or bad.
    pub tone: Tone,
    /// Where it happened.
    pub place: MomentPlace,
    /// In a few words; empty for a score, which `answer` tells.
    pub text: Personal,
    /// The score given.
    pub answer: Option<model::follow_up::ScoreBrief>,
    /// The conversation to open.
    pub conversation: Option<ConversationId>,
}

/// Where a moment happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum MomentPlace {
    /// A chat.
    Chat,
    /// A message left.
    Form,
    /// A call.
    Phone,
    /// A shop or branch.
    Store,
    /// The web shop.
    Web,
    /// On the way.
    Delivery,
    /// A survey.
    Survey,
    /// Another department.
    Office,
}

/// An earlier contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PastContact {
    /// Which.
    pub id: ConversationId,
    /// On which channel.
    pub channel: Channel,
    /// Where it stands.
    pub state: ConversationState,
    /// The first words.
    pub subject: Personal,
    /// Why.
    pub reason: Option<Slug>,
    /// How it ended.
    pub disposition: Option<Slug>,
    /// When it began.
    pub at: At,
    /// Who had it.
    pub owner: Option<String>,
}
