//! What other systems know of a customer, and an assistant that hands over.

use loopdesk_tests::{Seat, Stage, stage::slug};
use model::{
    At, Author, Channel, Intent, Trust,
    customer::Tone,
    wire::{chat::ChatFrom, reads::HandedOver},
};
use serde_json::{Value, json};

fn parcel(state: &str) -> Value {
    json!({
        "source": "carrier", "key": "p-1", "customer": { "kind": "account", "value": "C-77" },
        "at": 1_789_000_000_000_i64,
        "fact": {
            "type": "fact", "kind": "delivery", "title": "Parcel 1", "state": state, "tone": "warning",
            "amount": { "cents": 12_900, "currency": "EUR" }, "department": "Dispatch",
            "details": { "place": "Lyon" },
        },
    })
}

fn profile(at: i64, profile: Value) -> Value {
    json!({
        "source": "crm", "key": format!("profile-{at}"), "customer": { "kind": "account", "value": "C-77" },
        "at": at, "profile": profile, "fact": { "type": "profile" },
    })
}

/// Somebody who looks at the customer that these stories post about.
async fn looks(stage: &Stage, key: &str) -> (Seat, model::CustomerId) {
    let mut ines = stage.advisor("Inès Keller").await.connected().await;
    let customer = stage.posts(key, &profile(0, json!({ "name": "Léa" }))).await.customer;
    ines.wants(Intent::WatchCustomer { customer }).await;
    ines.catch_up().await;
    (ines, customer)
}

#[tokio::test]
async fn posting_again_changes_nothing_and_posting_otherwise_corrects() {
    let stage = Stage::open().await;
    let key = stage.integration_key().await;
    let (mut ines, customer) = looks(&stage, &key).await;
    let first = stage.posts(&key, &parcel("on the way")).await;
    assert!(first.changed);
    assert_eq!(first.customer, customer);
    let before = ines.snapshot().await.1.cursor;
    let again = stage.posts(&key, &parcel("on the way")).await;
    assert_eq!((again.changed, again.fact), (false, first.fact));
    assert_eq!(ines.snapshot().await.1.cursor, before, "nothing was written");
    let corrected = stage.posts(&key, &parcel("lost")).await;
    assert_eq!((corrected.changed, corrected.fact), (true, first.fact), "it is the same parcel");
    ines.agrees().await;
    let fact = ines.world.facts.values().next().unwrap();
    assert_eq!(ines.world.facts.len(), 1);
    assert_eq!((fact.state.as_deref(), fact.tone, fact.version), (Some("lost"), Tone::Warning, 2));
    assert_eq!(fact.at, At(1_789_000_000_000));
    assert_eq!(fact.amount.as_ref().map(|a| (a.cents, a.currency.as_str())), Some((12_900, "EUR")));
    assert_eq!((fact.department.as_deref(), fact.source.clone()), (Some("Dispatch"), slug("carrier")));
}

#[tokio::test]
async fn a_profile_grows_and_its_attributes_can_be_taken_away() {
    let stage = Stage::open().await;
    let key = stage.integration_key().await;
    let (mut ines, customer) = looks(&stage, &key).await;
    let more = json!({
        "name": "Léa Bernard", "language": "fr", "tier": "gold", "since": 1_600_000_000_000_i64,
        "identities": [{ "kind": "email", "value": "LEA@example.com" }, { "kind": "phone", "value": "+33 6 12 34" }],
        "attributes": { "shop": "Lyon", "shoe size": "38" },
        "consent": { "marketing": true, "sms": false },
    });
    stage.posts(&key, &profile(100, more)).await;
    stage.posts(&key, &profile(200, json!({ "attributes": { "shop": "", "shoe size": "39" } }))).await;
    ines.agrees().await;
    let row = &ines.world.customers[&customer];
    assert_eq!(
        (&*row.name, row.language.clone(), row.tier.as_deref()),
        ("Léa Bernard", Some(slug("fr")), Some("gold"))
    );
    assert_eq!(row.since, At(1_600_000_000_000));
    let values: Vec<_> = row.identities.iter().map(|i| (i.value.to_string(), i.trust)).collect();
    assert_eq!(
        values,
        [
            ("C-77".to_owned(), Trust::Verified),
            ("lea@example.com".to_owned(), Trust::Verified),
            ("+3361234".to_owned(), Trust::Verified),
        ],
        "the company's own systems are believed"
    );
    assert_eq!(
        row.attributes.iter().map(|(k, v)| (k.as_str(), &**v)).collect::<Vec<_>>(),
        [("shoe size", "39")]
    );
    // The next post about her e-mail address is about her.
    let by_mail = json!({ "source": "mail", "key": "1", "customer": { "kind": "email", "value": "lea@EXAMPLE.com" },
        "at": 0, "fact": { "type": "profile" } });
    assert_eq!(stage.posts(&key, &by_mail).await.customer, customer);
}

#[tokio::test]
async fn what_a_customer_allowed_last_counts() {
    let stage = Stage::open().await;
    let key = stage.integration_key().await;
    let (mut ines, customer) = looks(&stage, &key).await;
    stage.posts(&key, &profile(200, json!({ "consent": { "sms": false } }))).await;
    stage.posts(&key, &profile(100, json!({ "consent": { "sms": true, "marketing": true } }))).await;
    ines.agrees().await;
    let consent: Vec<_> = ines.world.customers[&customer]
        .consent
        .iter()
        .map(|consent| (consent.purpose.to_string(), consent.given, consent.at))
        .collect();
    assert_eq!(
        consent,
        [("sms".to_owned(), false, At(200)), ("marketing".to_owned(), true, At(100))],
        "a letter that comes late does not undo what she said since"
    );
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_in_words() {
    let stage = Stage::open().await;
    let key = stage.integration_key().await;
    let long = "x".repeat(301);
    let with = |path: &str, value: Value| {
        let mut fact = parcel("lost");
        *fact.pointer_mut(path).unwrap() = value;
        fact
    };
    let many: serde_json::Map<String, Value> = (0..51).map(|n| (format!("d{n}"), json!("x"))).collect();
    for (fact, why) in [
        (with("/key", json!("")), "no key"),
        (with("/key", json!(long)), "a long key"),
        (with("/customer/value", json!(" ")), "nobody"),
        (with("/fact/title", json!(" ")), "no title"),
        (with("/fact/title", json!(long)), "a long title"),
        (with("/fact/state", json!(long)), "a long state"),
        (with("/fact/details", json!(many)), "too many details"),
        (with("/fact/details/place", json!("x".repeat(2_001))), "a long detail"),
        (with("/fact/amount/currency", json!("euros")), "a currency of five letters"),
        (with("/fact/kind", json!("wedding")), "an unknown kind"),
        (with("/fact", json!({ "type": "score", "kind": "csat", "value": 6 })), "a score off the scale"),
        (with("/source", json!("The Carrier")), "a source with a space"),
    ] {
        let answer = stage.post("/v1/facts").bearer_auth(&key).json(&fact).send().await.unwrap();
        assert_eq!(answer.status(), 422, "{why}");
        let problem: model::wire::reads::Problem = answer.json().await.unwrap();
        assert_eq!(problem.code, "invalid", "{why}");
        assert!(problem.message.len() > 10, "{why}");
    }
}

fn hand_over(reason: &str) -> Value {
    json!({
        "reason": reason,
        "slots": { "order": "48-2291" },
        "transcript": [
            { "side": "customer", "text": "My parcel is lost" },
            { "side": "company", "text": "I am getting a person for you." },
        ],
    })
}

#[tokio::test]
async fn an_assistant_hands_over_with_all_that_it_knows() {
    let stage = Stage::open().await;
    let mut ines = stage.advisor("Inès Keller").await.available().await;
    let key = stage.integration_key().await;
    let mut lea = stage.customer("Léa").await.connected().await;
    lea.says("My parcel is lost").await;
    lea.catch_up().await;
    let id = lea.conversation();
    assert_eq!(ines.ringing().await, [id]);
    let hands = |body: Value| {
        let request = stage.post(&format!("/v1/conversations/{id}/hand-over")).bearer_auth(&key).json(&body);
        async move { request.send().await.unwrap() }
    };
    let first: HandedOver = hands(hand_over("Needs a refund")).await.json().await.unwrap();
    assert!(!first.duplicate);
    let again: HandedOver = hands(hand_over("Needs a refund")).await.json().await.unwrap();
    assert!(again.duplicate);
    lea.reads("I am getting a person for you.").await;
    lea.catch_up().await;
    let from: Vec<_> = lea.lines.iter().map(|line| line.from.clone()).collect();
    assert_eq!(from, [ChatFrom::Me, ChatFrom::Bot], "its last words reach the customer once");
    ines.catch_up().await;
    assert_eq!(ines.present.waiting[&id].handed_over.as_deref(), Some("Needs a refund"));
    ines.takes(id).await;
    let conversation = &ines.world.conversations[&id];
    let told = conversation.hand_over.as_ref().expect("what the assistant knew");
    assert_eq!(&*told.slots["order"], "48-2291");
    assert_eq!(told.transcript.len(), 2);
    assert_eq!(ines.world.lines(id)[1].author, Author::Bot);
    assert!(conversation.promise.is_some(), "the customer still waits for an answer");
    assert_eq!(conversation.channel, Channel::Chat);
    ines.agrees().await;

    assert_eq!(hands(hand_over(" ")).await.status(), 422);
    let mut long = hand_over("Needs a refund");
    long["transcript"] = json!(vec![json!({ "side": "customer", "text": "x" }); 501]);
    assert_eq!(hands(long).await.status(), 413);
}
