//! Every kind of thing that can be wanted, as the service's own description has it.

use std::collections::BTreeSet;

use model::{
    ArticleId, At, Channel, ConversationId, CustomerId, FollowUpId, IdentityId, Intent, MacroId, PersonId,
    PresenceState,
    call::LineSound,
    follow_up::{FollowUpChange, Priority},
    intent::{Receiver, Target},
    library::{Article, Macro, MacroAction},
};
use serde_json::Value;

use loopdesk_tests::stage::slug;

/// The service's description of itself.
pub fn openapi() -> Value {
    serde_json::from_str(&server::openapi()).expect("the description is JSON")
}

/// The kinds of a described union.
pub fn kinds_of(schema: &str) -> BTreeSet<String> {
    let api = openapi();
    let variants = api["components"]["schemas"][schema]["oneOf"].as_array().expect("a union").clone();
    variants
        .iter()
        .map(|variant| variant["properties"]["kind"]["enum"][0].as_str().expect("a kind").to_owned())
        .collect()
}

/// How a good call sounded.
pub const SOUND: LineSound =
    LineSound { r: 91, mos: 436, lost: 1_200, concealed: 900, discarded: 300, jitter: 4 };

/// Things of somebody's world, to want something with.
#[derive(Debug, Clone, Copy)]
pub struct Things {
    pub conversation: ConversationId,
    pub customer: CustomerId,
    pub identity: IdentityId,
    pub follow_up: FollowUpId,
    pub colleague: PersonId,
    pub article: ArticleId,
    pub prepared: MacroId,
    pub now: At,
}

/// An article as a supervisor would write it.
pub fn article(id: ArticleId, title: &str, version: u32) -> Article {
    Article {
        id,
        title: title.to_owned(),
        body: "A parcel that is late is refunded.".to_owned(),
        language: slug("en"),
        tags: vec!["parcel".to_owned()],
        changed_at: At(0),
        changed_by: String::new(),
        version,
    }
}

/// A macro as a supervisor would write it.
pub fn prepared(id: MacroId, title: &str, version: u32) -> Macro {
    Macro {
        id,
        name: slug("late"),
        title: title.to_owned(),
        text: "I am sorry, {{customer.first_name}}.".to_owned(),
        language: slug("en"),
        actions: vec![MacroAction::SetReason { reason: slug("late") }],
        changed_at: At(0),
        changed_by: String::new(),
        version,
    }
}

/// One intent of every kind, about these things.
pub fn one_of_each(things: Things) -> Vec<Intent> {
    let Things { conversation, customer, identity, follow_up, colleague, article: page, prepared: text, now } =
        things;
    vec![
        Intent::Reply { conversation, text: "Words".into(), attachments: Vec::new() },
        Intent::Note {
            conversation,
            text: "Words".into(),
            attachments: Vec::new(),
            mentions: vec![colleague],
        },
        Intent::Read { conversation, upto: 1 },
        Intent::SetReason { conversation, reason: Some(slug("late")) },
        Intent::Sounded { conversation, sound: SOUND },
        Intent::AddFollowUp {
            id: follow_up,
            customer,
            conversation: Some(conversation),
            title: "Call back".into(),
            owner: colleague,
            due: now,
            priority: Priority::Normal,
            cause: None,
        },
        Intent::ChangeFollowUp { id: follow_up, change: FollowUpChange::Note("Words".into()), base: 0 },
        Intent::HandOver { target: Target::Conversation(conversation), text: "Words".into() },
        Intent::HandOver { target: Target::FollowUp(follow_up), text: "Words".into() },
        Intent::Accept { conversation },
        Intent::Decline { conversation },
        Intent::Transfer { conversation, receiver: Receiver::Person(colleague), note: None },
        Intent::Assign { conversation, person: colleague },
        Intent::Resolve { conversation },
        Intent::Reopen { conversation },
        Intent::WrapUp { conversation, disposition: slug("solved") },
        Intent::Snooze { conversation, until: now + 60_000 },
        Intent::Wake { conversation },
        Intent::End { conversation, block: true, why: "Words".into() },
        Intent::Unblock { customer },
        Intent::Link { conversation, customer },
        Intent::Unlink { conversation },
        Intent::Confirm { customer, identity, verified: true },
        Intent::Watch { conversation },
        Intent::WatchCustomer { customer },
        Intent::SetPresence { state: PresenceState::Busy, reason: None },
        Intent::Finish { on: true },
        Intent::OpenChannel { channel: Channel::Form, open: false },
        Intent::PutArticle { article: article(page, "Late parcels", 1) },
        Intent::RemoveArticle { id: page },
        Intent::PutMacro { prepared: prepared(text, "Late parcel", 1) },
        Intent::RemoveMacro { id: text },
    ]
}

#[test]
fn one_of_each_leaves_out_none() {
    let things = Things {
        conversation: ConversationId(uuid::Uuid::nil()),
        customer: CustomerId(uuid::Uuid::nil()),
        identity: IdentityId(uuid::Uuid::nil()),
        follow_up: FollowUpId(uuid::Uuid::nil()),
        colleague: PersonId(uuid::Uuid::nil()),
        article: ArticleId(uuid::Uuid::nil()),
        prepared: MacroId(uuid::Uuid::nil()),
        now: At(0),
    };
    let mine: BTreeSet<_> = one_of_each(things).iter().map(|intent| intent.kind().to_owned()).collect();
    assert_eq!(mine, kinds_of("Intent"), "a new kind of intent belongs into `one_of_each`");
}
