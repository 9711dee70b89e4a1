//! What travels on the other routes: sign-in, snapshot, search, O-data.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::{
    At, ConversationId, CustomerId, Epoch, FactId, FactKind, IdentityKind, MessageId, Person, PersonId,
    Personal, ScoreId, ScoreKind, Slug,
    customer::{Money, Tone},
    wire::Entity,
};

/// An error of the service. `code` is stable; `message` says what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct Problem {
    /// What kind, for programs.
    pub code: String,
    /// What happened and what to do, for people.
    pub message: String,
    /// For an upload that does not follow: the bytes the service has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received: Option<u32>,
}

impl Problem {
    /// The `code` that says: the company ended this sign-in.
    pub const SIGN_IN_ENDED: &str = "sign_in_ended";
}

/// `GET /v1/me`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct Me {
    /// The person the token belongs to.
    pub person: Person,
    /// The workspace's name.
    pub workspace: String,
    /// Its short name.
    pub workspace_id: Slug,
}

/// The answer to a sign-in.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct Tokens {
    /// Who signed in.
    pub person: PersonId,
    /// Sent with each request.
    pub access_token: String,
    /// Exchanged for a new pair when the first runs out.
    pub refresh_token: String,
    /// Always `Bearer`.
    pub token_type: String,
    /// Seconds until `access_token` runs out.
    pub expires_in: u32,
}

/// `POST /v1/sync/begin`: where a snapshot starts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct SnapshotStart {
    /// The log.
    pub epoch: Epoch,
    /// Stream from here after the last page.
    pub cursor: u64,
}

/// `GET /v1/sync/page?after=…`: some rows of the reader's world.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct SnapshotPage {
    /// The rows.
    pub entities: Vec<Entity>,
    /// Ask for the next page with this; nothing after the last.
    pub next: Option<String>,
}

/// `GET /v1/conversations/{id}/messages?before=…`: older lines, oldest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct MessagesPage {
    /// Rows of type message.
    pub entities: Vec<Entity>,
}

/// One thing that the service's search found beyond what a desk keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct SearchHit {
    /// Whose.
    pub customer: CustomerId,
    /// Their name.
    pub customer_name: Personal,
    /// In which conversation, when in one.
    pub conversation: Option<ConversationId>,
    /// The line or title that matched.
    pub text: Personal,
    /// When it was said or happened.
    pub at: At,
}

/// `GET /v1/search?q=…`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct SearchAnswer {
    /// At most 50, best first.
    pub hits: Vec<SearchHit>,
}

/// What `PUT …/blobs/{sha256}` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct BlobStored {
    /// Bytes that the service has; the upload goes on from here when it was cut off.
    pub received: u32,
    /// What it is, once whole.
    pub attachment: Option<crate::Attachment>,
}

/// Who a posted fact is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostedIdentity {
    /// What it is.
    pub kind: IdentityKind,
    /// The address, number or account.
    pub value: Personal,
}

/// What other systems may say of a customer together with a fact.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PostedProfile {
    /// Their name.
    pub name: Option<Personal>,
    /// Their language.
    pub language: Option<Slug>,
    /// Their tier.
    pub tier: Option<String>,
    /// Customer since.
    pub since: Option<At>,
    /// More identities of theirs, verified because the company's own system says so.
    pub identities: Vec<PostedIdentity>,
    /// Attributes to set; an empty value takes one away.
    pub attributes: BTreeMap<String, Personal>,
    /// Consent, purpose by purpose.
    pub consent: BTreeMap<Slug, bool>,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum PostedFact {
    /// Only the profile.
    Profile,
    /// O-data.
    Fact {
        /// What it is.
        kind: FactKind,
        /// In a few words.
        title: Personal,
        /// Where it stands.
        #[serde(default)]
        state: Option<String>,
        /// Good or bad news.
        #[serde(default = "neutral")]
        tone: Tone,
        /// What it was worth.
        #[serde(default)]
        amount: Option<Money>,
        /// The department that has it.
        #[serde(default)]
        department: Option<String>,
        /// When it ends or falls due.
        #[serde(default)]
        until: Option<At>,
        /// Anything else.
        #[serde(default)]
        details: BTreeMap<String, Personal>,
    },
    /// X-data from another survey.
    Score {
        /// Which question.
        kind: ScoreKind,
        /// The answer.
        value: u8,
        /// In their words.
        #[serde(default)]
        comment: Option<Personal>,
    },
}

fn neutral() -> Tone {
    Tone::Neutral
}

/// The body of `POST /v1/facts`. The pair `source`, `key` names it: posting it again changes nothing, posting it
/// with other values corrects it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct PostFact {
    /// The system that posts.
    pub source: Slug,
    /// Its reference.
    pub key: String,
    /// Who it is about. A customer is made when nobody has this identity.
    pub customer: PostedIdentity,
    /// What it says of the person.
    #[serde(default)]
    pub profile: PostedProfile,
    /// When it happened.
    pub at: At,
    /// What happened.
    pub fact: PostedFact,
}

/// What `POST /v1/facts` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct FactStored {
    /// Whose it became.
    pub customer: CustomerId,
    /// The fact's id.
    pub fact: Option<FactId>,
    /// The score's id.
    pub score: Option<ScoreId>,
    /// False when everything was already so.
    pub changed: bool,
}

/// What `POST /v1/conversations/{id}/hand-over` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct HandedOver {
    /// Which.
    pub conversation: ConversationId,
    /// The line that a repeated call found, if it was one.
    pub duplicate: bool,
    /// The first message after the hand-over, if there is one.
    pub message: Option<MessageId>,
}

/// The reader's line at the telephone exchange. The password holds for as long as the sign-in, at most.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct PhoneLine {
    /// The name of the line: what is before the `@`.
    pub user: String,
    /// The password.
    pub password: Personal,
    /// The exchange: a name or address, with its port. An unspecified address is that of the service.
    pub exchange: String,
    /// How packets travel.
    pub transport: PhoneTransport,
    /// Whom to trust there: certificates in PEM. Nothing where nothing is encrypted.
    #[serde(default)]
    pub certificate: Option<String>,
}

/// How packets travel to a telephone exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PhoneTransport {
    /// Datagrams.
    Udp,
    /// A stream.
    Tcp,
    /// A stream that nobody else can read.
    Tls,
}
