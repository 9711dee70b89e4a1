//! Who the customer is: what their site signs, what they claim, what an advisor finds out.

use loopdesk_tests::{Page, Seat, Stage};
use model::{
    Activity, ConversationId, CustomerId, IdentityId, IdentityKind, Intent, Trust,
    at::{HOUR, MINUTE, SECOND},
    conversation::MayBe,
    follow_up::Priority,
    wire::Rejection,
};
use serde_json::{Value, json};
use uuid::Uuid;

/// Tomorrow, for a signature.
fn soon(stage: &Stage) -> i64 {
    stage.now().0 / 1_000 + 600
}

async fn signs_in(stage: &Stage, account: &str, name: &str, token: Option<&str>) -> Page {
    let signed = stage.signed(account, name, soon(stage)).await;
    stage.visitor(name, json!({ "workspace": "alba", "signed": signed, "token": token })).await
}

async fn order(stage: &Stage, key: &str, number: &str, kind: &str, value: &str) -> CustomerId {
    let fact = json!({
        "source": "shop", "key": number, "customer": { "kind": kind, "value": value },
        "profile": { "name": "Léa Bernard", "tier": "gold" }, "at": stage.now(),
        "fact": { "type": "fact", "kind": "order", "title": format!("Order {number}"), "state": "delivered" },
    });
    stage.posts(key, &fact).await.customer
}

/// A page that writes and is taken.
async fn is_taken(page: &mut Page, seat: &mut Seat) -> (ConversationId, CustomerId) {
    page.says("Where is my order?").await;
    let id = seat.takes_offer().await;
    seat.catch_up().await;
    (id, seat.world.conversations[&id].customer)
}

#[tokio::test]
async fn a_signed_identity_is_believed() {
    let stage = Stage::open().await;
    let mut ines = stage.advisor("Inès Keller").await.available().await;
    let key = stage.integration_key().await;
    let known = order(&stage, &key, "48-2291", "account", "C-77").await;
    let mut lea = signs_in(&stage, " C-77", "Léa B.", None).await;
    assert_eq!(&*lea.started.name, "Léa Bernard", "the company knows her name");
    let (_, customer) = is_taken(&mut lea, &mut ines).await;
    assert_eq!(customer, known, "she is the customer with that account");
    let row = &ines.world.customers[&customer];
    assert!(row.is_verified());
    assert_eq!(row.identities.len(), 1, "a space before the number makes no second account");
    assert_eq!(ines.world.facts.len(), 1, "her order is there");
    ines.agrees().await;
}

#[tokio::test]
async fn an_account_that_nobody_knows_makes_the_visitor_known() {
    let stage = Stage::open().await;
    let mut ines = stage.advisor("Inès Keller").await.available().await;
    let typed = stage.customer("Mickey").await;
    typed.says("Hello").await;
    let id = ines.takes_offer().await;
    let page = signs_in(&stage, "C-1", "Léa Bernard", Some(&typed.token)).await;
    assert_eq!(page.token, typed.token, "it is the same visitor");
    assert_eq!(
        page.started.state.as_ref().map(|state| state.conversation),
        Some(id),
        "with their conversation"
    );
    ines.catch_up().await;
    let customer = &ines.world.customers[&ines.world.conversations[&id].customer];
    assert!(customer.is_verified());
    assert_eq!(&*customer.name, "Léa Bernard", "the site knows better than what somebody typed");
    // What is typed later does not change who they are.
    let again = json!({ "workspace": "alba", "token": typed.token, "name": "Donald" });
    assert_eq!(&*stage.visitor("Léa", again).await.started.name, "Léa Bernard");
}

#[tokio::test]
async fn a_signature_that_does_not_hold_is_refused() {
    let stage = Stage::open().await;
    let good = stage.signed("C-77", "Léa", soon(&stage)).await;
    let status = |signed: Value| {
        let start = json!({ "workspace": "alba", "signed": signed });
        let request = stage.post("/chat/v1/start").json(&start);
        async move { request.send().await.unwrap().status().as_u16() }
    };
    assert_eq!(status(good.clone()).await, 200);
    let with = |field: &str, value: Value| {
        let mut changed = good.clone();
        changed[field] = value;
        changed
    };
    for (changed, why) in [
        (with("account", json!("C-78")), "another account"),
        (with("name", json!("Noé")), "another name"),
        (with("until", json!(soon(&stage) + 1)), "a longer time"),
        (with("signature", json!("00")), "another signature"),
        (with("signature", json!("zz")), "no signature"),
        (stage.signed("C-77\nLéa", "x", soon(&stage)).await, "two lines in one"),
        (stage.signed("C-77", "Léa", stage.now().0 / 1_000 - 1).await, "too late"),
        (stage.signed("", "Léa", soon(&stage)).await, "no account"),
    ] {
        assert_eq!(status(changed).await, 403, "{why}");
    }
    stage.pass(601 * SECOND).await;
    assert_eq!(status(good).await, 403, "the time has run out");
}

#[tokio::test]
async fn two_people_at_one_browser_are_two_people() {
    let stage = Stage::open().await;
    let mut ines = stage.advisor("Inès Keller").await.available().await;
    let mut lea = signs_in(&stage, "C-1", "Léa Bernard", None).await.connected().await;
    let (of_lea, customer_lea) = is_taken(&mut lea, &mut ines).await;
    let mut noe = signs_in(&stage, "C-2", "Noé Petit", Some(&lea.token)).await;
    assert_eq!(&*noe.started.name, "Noé Petit");
    assert_eq!(noe.started.state, None, "he does not see what she wrote");
    noe.connect().await;
    let (of_noe, customer_noe) = is_taken(&mut noe, &mut ines).await;
    assert_ne!((of_noe, customer_noe), (of_lea, customer_lea));
    noe.catch_up().await;
    assert_eq!(noe.words(), ["Where is my order?"]);
    assert_eq!(ines.world.customers[&customer_lea].identities.len(), 1);
    assert_eq!(&*ines.world.customers[&customer_lea].name, "Léa Bernard");
}

#[tokio::test]
async fn a_typed_address_is_a_claim_and_an_advisor_finds_out() {
    let stage = Stage::open().await;
    let mut ines = stage.advisor("Inès Keller").await.available().await;
    let mut amir = stage.advisor("Amir Saidi").await.connected().await;
    let key = stage.integration_key().await;
    let known = order(&stage, &key, "48-2291", "email", "lea@example.com").await;
    let start = json!({ "workspace": "alba", "name": "lea", "email": " LEA@example.com " });
    let mut page = stage.visitor("lea", start).await.connected().await;
    let (id, visitor) = is_taken(&mut page, &mut ines).await;
    assert_ne!(visitor, known, "anybody can type an address");
    assert!(ines.world.facts.is_empty(), "so nobody's orders are shown for it");
    let may_be = MayBe { customer: known, name: "Léa Bernard".into(), because: IdentityKind::Email };
    assert_eq!(ines.world.conversations[&id].may_be, Some(may_be.clone()));
    let claimed: Vec<_> = ines.world.customers[&visitor].identities.iter().map(|i| i.trust).collect();
    assert_eq!(claimed, [Trust::Claimed]);
    // A colleague who looks at the known customer, another who looks at the visitor.
    amir.wants(Intent::WatchCustomer { customer: known }).await;
    let mut zoe = stage.advisor("Zoé Roux").await.connected().await;
    zoe.wants(Intent::WatchCustomer { customer: visitor }).await;
    zoe.catch_up().await;
    assert_eq!(zoe.world.words(id), ["Where is my order?"]);
    // A loop and a score that came from the conversation go with it.
    let follow_up = Intent::AddFollowUp {
        id: Uuid::now_v7().into(),
        customer: visitor,
        conversation: Some(id),
        title: "Call the carrier".into(),
        owner: ines.id,
        due: stage.now() + HOUR,
        priority: Priority::Normal,
        cause: None,
    };
    ines.wants(follow_up).await;

    ines.wants(Intent::Link { conversation: id, customer: known }).await;
    for seat in [&mut ines, &mut amir, &mut zoe] {
        seat.agrees().await;
    }
    let conversation = &ines.world.conversations[&id];
    assert_eq!((conversation.customer, conversation.linked_from), (known, Some(visitor)));
    assert_eq!(conversation.may_be, None);
    assert!(!ines.world.customers.contains_key(&visitor), "the visitor has nothing of hers any more");
    assert_eq!(ines.world.facts.len(), 1, "the known customer came with everything");
    assert_eq!(ines.world.follow_ups.values().next().unwrap().customer, known);
    assert_eq!(&*ines.world.follow_ups.values().next().unwrap().customer_name, "Léa Bernard");
    assert_eq!(
        amir.world.words(id),
        ["Where is my order?"],
        "whoever looks at her sees what came to her, from its beginning"
    );
    assert!(zoe.world.conversations.is_empty(), "and whoever looks at the visitor does not");
    assert!(ines.world.activities(id).contains(&Activity::Linked { by: "Inès Keller".into() }));

    ines.wants(Intent::Unlink { conversation: id }).await;
    for seat in [&mut ines, &mut amir, &mut zoe] {
        seat.agrees().await;
    }
    let conversation = &ines.world.conversations[&id];
    assert_eq!((conversation.customer, conversation.linked_from), (visitor, None));
    assert_eq!(conversation.may_be, Some(may_be), "it may still be her");
    assert!(ines.world.facts.is_empty() && !ines.world.customers.contains_key(&known));
    assert!(amir.world.conversations.is_empty());
    assert_eq!(zoe.world.words(id), ["Where is my order?"]);
    ines.wants(Intent::Unlink { conversation: id }).await;
    page.catch_up().await;
    assert_eq!(page.words(), ["Where is my order?"], "the customer notices nothing of all this");
}

#[tokio::test]
async fn a_look_ends_by_itself_also_after_a_link() {
    let stage = Stage::open().await;
    let mut ines = stage.advisor("Inès Keller").await.available().await;
    let mut amir = stage.advisor("Amir Saidi").await.connected().await;
    let key = stage.integration_key().await;
    let known = order(&stage, &key, "48-2291", "email", "lea@example.com").await;
    let mut lea = stage.customer("Léa").await.connected().await;
    let (id, _) = is_taken(&mut lea, &mut ines).await;
    amir.wants(Intent::Watch { conversation: id }).await;
    ines.notes(id, "@Amir Saidi do you know her?", &[amir.id]).await;
    ines.wants(Intent::Link { conversation: id, customer: known }).await;
    amir.agrees().await;
    assert_eq!(amir.world.conversations[&id].customer, known);
    stage.pass(20 * MINUTE).await;
    amir.wants(Intent::Watch { conversation: id }).await;
    stage.pass(20 * MINUTE).await;
    amir.agrees().await;
    assert!(amir.world.conversations.contains_key(&id), "looking again prolongs it");
    stage.pass(10 * MINUTE).await;
    amir.agrees().await;
    assert!(amir.world.conversations.contains_key(&id), "he was called in a note: that holds for a week");
    let mut zoe = stage.advisor("Zoé Roux").await.connected().await;
    zoe.wants(Intent::Watch { conversation: id }).await;
    zoe.agrees().await;
    stage.pass(30 * MINUTE).await;
    zoe.agrees().await;
    assert!(zoe.world.customers.is_empty(), "half an hour is over");
    for _ in 0..30 {
        stage.pass(6 * HOUR).await;
    }
    let (_, world) = amir.snapshot().await;
    assert!(world.customers.is_empty(), "and so is the week");
}

#[tokio::test]
async fn a_conversation_is_linked_to_nobody_and_by_nobody_else() {
    let stage = Stage::open().await;
    let mut ines = stage.advisor("Inès Keller").await.available().await;
    let amir = stage.advisor("Amir Saidi").await;
    let key = stage.integration_key().await;
    let known = order(&stage, &key, "48-2291", "email", "lea@example.com").await;
    let mut lea = stage.customer("Léa").await;
    let (id, _) = is_taken(&mut lea, &mut ines).await;
    let nobody = CustomerId(Uuid::now_v7());
    assert_eq!(ines.may_not(Intent::Link { conversation: id, customer: nobody }).await, Rejection::Gone);
    assert_eq!(
        amir.may_not(Intent::Link { conversation: id, customer: known }).await,
        Rejection::NotAssigned
    );
    assert_eq!(amir.may_not(Intent::Unlink { conversation: id }).await, Rejection::NotAssigned);
}

#[tokio::test]
async fn an_advisor_confirms_an_identity_and_takes_it_back() {
    let stage = Stage::open().await;
    let mut ines = stage.advisor("Inès Keller").await.available().await;
    let amir = stage.advisor("Amir Saidi").await;
    let start = json!({ "workspace": "alba", "name": "Léa", "email": "lea@example.com" });
    let mut lea = stage.visitor("Léa", start.clone()).await;
    let (_, customer) = is_taken(&mut lea, &mut ines).await;
    let identity = ines.world.customers[&customer].identities[0].id;
    let confirm = |verified| Intent::Confirm { customer, identity, verified };
    assert_eq!(amir.may_not(confirm(true)).await, Rejection::Gone, "not without seeing her");
    ines.wants(confirm(true)).await;
    ines.catch_up().await;
    assert!(ines.world.customers[&customer].is_verified());
    // Another visitor with the same address may be her now.
    let other = stage.visitor("Léa", start).await;
    other.says("It is me again.").await;
    let next = ines.takes_offer().await;
    ines.catch_up().await;
    assert_eq!(ines.world.conversations[&next].may_be.as_ref().map(|m| m.customer), Some(customer));
    ines.wants(confirm(false)).await;
    ines.wants(confirm(false)).await;
    ines.agrees().await;
    assert!(!ines.world.customers[&customer].is_verified());
    let unknown = Intent::Confirm { customer, identity: IdentityId(Uuid::now_v7()), verified: true };
    assert_eq!(ines.may_not(unknown).await, Rejection::Gone);
}

#[tokio::test]
async fn a_persona_comes_with_its_rule() {
    let stage = Stage::open().await;
    let mut ines = stage.advisor("Inès Keller").await.available().await;
    let key = stage.integration_key().await;
    order(&stage, &key, "1", "account", "C-77").await;
    let mut lea = signs_in(&stage, "C-77", "Léa", None).await;
    let (_, customer) = is_taken(&mut lea, &mut ines).await;
    assert_eq!(ines.world.customers[&customer].persona, None);
    order(&stage, &key, "2", "account", "C-77").await;
    ines.agrees().await;
    let persona = ines.world.customers[&customer].persona.clone().expect("a persona");
    assert_eq!((persona.name.as_str(), persona.rule.as_str()), ("Regular", "Ordered at least twice"));
}
