//! Giving a conversation away.

use loopdesk_tests::{Page, Seat, Stage, stage::slug};
use model::{
    Activity, ConversationId, ConversationState, Intent, MessageKind, PresenceState, Role,
    at::{MINUTE, SECOND},
    intent::Receiver,
    wire::{Rejection, chat::ChatPhase},
};
use serde_json::json;

/// Two colleagues; the first one has a customer.
async fn a_customer_with(stage: &Stage) -> (Seat, Seat, Page, ConversationId) {
    let mut ines = stage.advisor("Inès Keller").await.available().await;
    let amir = stage.advisor("Amir Saidi").await.connected().await;
    let mut lea = stage.customer("Léa Bernard").await.connected().await;
    lea.says("Where is my parcel?").await;
    let id = ines.takes_offer().await;
    lea.phase(ChatPhase::Open).await;
    (ines, amir, lea, id)
}

fn to_person(conversation: ConversationId, to: &Seat) -> Intent {
    Intent::Transfer { conversation, receiver: Receiver::Person(to.id), note: None }
}

#[tokio::test]
async fn to_a_queue_with_a_note() {
    let stage = Stage::open().await;
    // A customer whom the company knows, with an order: the new owner gets everything.
    let key = stage.integration_key().await;
    let order = json!({
        "source": "shop", "key": "48-1", "customer": { "kind": "account", "value": "C-77" }, "at": 0,
        "profile": { "name": "Léa Bernard" }, "fact": { "type": "fact", "kind": "order", "title": "Order 48-1" },
    });
    stage.posts(&key, &order).await;
    let signed = stage.signed("C-77", "Léa Bernard", stage.now().0 / 1_000 + 600).await;
    let mut ines = stage.advisor("Inès Keller").await.available().await;
    let start = json!({ "workspace": "alba", "signed": signed });
    let mut lea = stage.visitor("Léa Bernard", start).await.connected().await;
    lea.says("Where is my parcel?").await;
    let id = ines.takes_offer().await;
    let mut bruno =
        stage.person("Bruno Marchal", Role::Advisor, &["bank"], &["bank"]).await.available().await;
    ines.replies(id, "It is a question of the payment, I think.").await;
    lea.says("It was refused twice.").await;
    stage.pass(20 * SECOND).await;
    ines.catch_up().await;
    let asked = ines.world.conversations[&id].promise.expect("an answer is owed").from;

    ines.gives_to_queue(id, "bank", Some("Payment refused twice, please check the card.")).await;
    ines.catch_up().await;
    assert!(ines.world.conversations.is_empty(), "whoever gave it away has it no longer");
    assert!(
        ines.world.customers.is_empty() && ines.world.messages.is_empty(),
        "nor anything that hangs on it"
    );
    lea.catch_up().await;
    assert_eq!(lea.state.as_ref().unwrap().phase, ChatPhase::Waiting);
    assert_eq!(lea.state.as_ref().unwrap().advisor, None);

    assert_eq!(bruno.ringing().await, [id]);
    let offer = bruno.present.offers[&id].clone();
    assert_eq!(offer.by.as_deref(), Some("Inès Keller"));
    assert_eq!(
        offer.item.waiting_since, asked,
        "the customer has waited since they asked, not since the transfer"
    );
    assert!(bruno.world.messages.is_empty(), "an offer shows the first words only");
    bruno.takes(id).await;
    bruno.catch_up().await;
    assert_eq!(
        bruno.world.words(id),
        [
            "Where is my parcel?",
            "It is a question of the payment, I think.",
            "It was refused twice.",
            "Payment refused twice, please check the card.",
        ],
        "whoever takes it reads everything"
    );
    let note = bruno.world.lines(id).into_iter().find(|line| line.kind == MessageKind::Note).unwrap();
    assert!(note.text.starts_with("Payment refused"));
    let transferred = Activity::Transferred { by: "Inès Keller".into(), to: "Bank desk".into() };
    assert!(bruno.world.activities(id).contains(&transferred));
    assert_eq!(
        (bruno.world.customers.len(), bruno.world.facts.len()),
        (1, 1),
        "with whatever hangs on the customer"
    );
    bruno.agrees().await;
    assert_eq!(bruno.present.there.get(&id), Some(&true), "and that the customer is there");
    lea.catch_up().await;
    assert_eq!(lea.words().len(), 3, "the note is not for the customer");

    assert_eq!(ines.may_not(Intent::Read { conversation: id, upto: 1 }).await, Rejection::NotAssigned);
    let note = Intent::Note { conversation: id, text: "hm".into(), attachments: vec![], mentions: vec![] };
    assert_eq!(ines.may_not(note).await, Rejection::Gone, "what is out of sight is gone");
}

#[tokio::test]
async fn the_giver_is_not_asked_to_take_it_back_at_once() {
    let stage = Stage::open().await;
    let (mut ines, _, _lea, id) = a_customer_with(&stage).await;
    ines.gives_to_queue(id, "delivery", None).await;
    assert!(ines.ringing().await.is_empty());
    stage.pass(MINUTE).await;
    assert_eq!(ines.ringing().await, [id], "with nobody else there, she is asked after a minute");
}

#[tokio::test]
async fn what_had_an_advisor_goes_before_others_of_the_queue() {
    let stage = Stage::open().await;
    let (ines, mut amir, _lea, id) = a_customer_with(&stage).await;
    ines.becomes(PresenceState::Busy).await;
    let noe = stage.customer("Noé").await.connected().await;
    noe.says("I was here first.").await;
    stage.pass(MINUTE).await;
    ines.gives_to_queue(id, "delivery", None).await;
    amir.becomes(PresenceState::Available).await;
    assert_eq!(amir.ringing().await, [id]);
}

#[tokio::test]
async fn to_a_colleague_by_name() {
    let stage = Stage::open().await;
    let (mut ines, mut amir, mut lea, id) = a_customer_with(&stage).await;
    let mut zoe = stage.advisor("Zoé Roux").await.available().await;
    amir.becomes(PresenceState::Busy).await;
    ines.gives_to(id, amir.id).await;
    assert_eq!(amir.ringing().await, [id], "busy takes what is given by name");
    assert!(zoe.ringing().await.is_empty(), "nobody else is asked, although she is free");
    assert!(ines.ringing().await.is_empty());
    assert_eq!(zoe.may_not(Intent::Accept { conversation: id }).await, Rejection::NotOffered);
    amir.takes(id).await;
    lea.catch_up().await;
    assert_eq!(lea.state.as_ref().unwrap().advisor.as_deref(), Some("Amir Saidi"));
    assert_eq!(amir.world.conversations[&id].state, ConversationState::Active);
    ines.catch_up().await;
    assert!(ines.world.conversations.is_empty());

    assert_eq!(amir.tries(to_person(id, &amir)).await, amir.tries(to_person(id, &amir)).await);
    amir.catch_up().await;
    assert_eq!(
        amir.world.activities(id).iter().filter(|a| matches!(a, Activity::Transferred { .. })).count(),
        1,
        "giving it to oneself changes nothing"
    );
    amir.replies(id, "I have it now.").await;
    lea.reads("I have it now.").await;
}

#[tokio::test]
async fn a_note_that_goes_nowhere_leaves_no_trace() {
    let stage = Stage::open().await;
    let (mut ines, _, _lea, id) = a_customer_with(&stage).await;
    let to_myself = Intent::Transfer {
        conversation: id,
        receiver: Receiver::Person(ines.id),
        note: Some("for me".into()),
    };
    ines.wants(to_myself).await;
    ines.replies(id, "I am looking.").await;
    ines.catch_up().await;
    assert_eq!(ines.world.words(id), ["Where is my parcel?", "I am looking."]);
}

#[tokio::test]
async fn a_colleague_who_declines_leaves_it_to_their_queue() {
    let stage = Stage::open().await;
    let (mut ines, mut amir, _lea, id) = a_customer_with(&stage).await;
    let mut zoe = stage.advisor("Zoé Roux").await.connected().await;
    amir.becomes(PresenceState::Available).await;
    let noe = stage.customer("Noé").await.connected().await;
    noe.says("I wait too.").await;
    let of_noe = amir.offered().await;
    amir.wants(Intent::Decline { conversation: of_noe }).await;

    ines.gives_to(id, amir.id).await;
    assert_eq!(amir.ringing().await, [id]);
    amir.wants(Intent::Decline { conversation: id }).await;
    assert!(!amir.ringing().await.contains(&id));
    assert_eq!(ines.ringing().await, [of_noe], "the giver is not asked for what she gave");
    zoe.becomes(PresenceState::Available).await;
    assert_eq!(zoe.ringing().await, [id], "before whoever has no advisor yet");
    assert_eq!(zoe.present.offers[&id].item.queue, slug("delivery"));
}

#[tokio::test]
async fn a_colleague_who_does_not_answer_leaves_it_to_their_queue() {
    let stage = Stage::open().await;
    let (ines, mut amir, _lea, id) = a_customer_with(&stage).await;
    amir.becomes(PresenceState::Busy).await;
    ines.gives_to(id, amir.id).await;
    assert_eq!(amir.ringing().await, [id]);
    stage.pass(30 * SECOND).await;
    let me = amir.id;
    assert_eq!(amir.presence(me).await.state, PresenceState::Away);
    let mut zoe = stage.advisor("Zoé Roux").await.available().await;
    assert_eq!(zoe.ringing().await, [id]);
}

#[tokio::test]
async fn nobody_is_given_to_who_is_not_there() {
    let stage = Stage::open().await;
    let (mut ines, amir, lea, id) = a_customer_with(&stage).await;
    for state in [PresenceState::Away, PresenceState::Offline] {
        amir.becomes(state).await;
        assert_eq!(ines.may_not(to_person(id, &amir)).await, Rejection::Invalid, "{state:?}");
    }
    amir.becomes(PresenceState::Available).await;
    amir.wants(Intent::Finish { on: true }).await;
    assert_eq!(ines.may_not(to_person(id, &amir)).await, Rejection::Invalid, "he takes no more");
    let nowhere = Receiver::Queue(slug("nowhere"));
    let transfer = Intent::Transfer { conversation: id, receiver: nowhere, note: Some("please".into()) };
    assert_eq!(ines.may_not(transfer).await, Rejection::Invalid);
    ines.catch_up().await;
    assert_eq!(ines.world.words(id), ["Where is my parcel?"], "a refused transfer leaves no note behind");
    ines.replies(id, "I am still here.").await;
    drop(lea);
}

#[tokio::test]
async fn whoever_was_named_and_left_is_not_waited_for() {
    let stage = Stage::open().await;
    let (ines, mut amir, lea, id) = a_customer_with(&stage).await;
    let mut zoe = stage.advisor("Zoé Roux").await.available().await;
    amir.becomes(PresenceState::Available).await;
    // Something else rings for Amir already, so that the transfer waits for him.
    zoe.becomes(PresenceState::Busy).await;
    ines.becomes(PresenceState::Busy).await;
    let noe = stage.customer("Noé").await.connected().await;
    noe.says("Hello?").await;
    let of_noe = amir.offered().await;
    ines.gives_to(id, amir.id).await;
    assert_eq!(amir.ringing().await, [of_noe], "one offer rings at a time");
    zoe.becomes(PresenceState::Available).await;
    assert!(zoe.ringing().await.is_empty(), "it waits for Amir");
    amir.becomes(PresenceState::Away).await;
    assert_eq!(zoe.ringing().await, [id], "and for nobody who has left");
    drop(lea);
}

#[tokio::test]
async fn a_colleague_who_is_full_may_still_be_asked_by_name() {
    let stage = Stage::open().await;
    let (ines, mut amir, _lea, id) = a_customer_with(&stage).await;
    ines.becomes(PresenceState::Busy).await;
    amir.becomes(PresenceState::Available).await;
    let mut pages = Vec::new();
    for name in ["Noé", "Zoé", "Ugo"] {
        let page = stage.customer(name).await.connected().await;
        page.says("Hello?").await;
        amir.takes_offer().await;
        pages.push(page);
    }
    assert_eq!(amir.load().await, 3);
    ines.gives_to(id, amir.id).await;
    assert_eq!(amir.ringing().await, [id], "a colleague chose him; he may decline");
}

#[tokio::test]
async fn a_supervisor_reassigns() {
    let stage = Stage::open().await;
    let (mut ines, mut amir, mut lea, id) = a_customer_with(&stage).await;
    let mut sara = stage.supervisor("Sara Lind").await.connected().await;
    let assign = |person| Intent::Assign { conversation: id, person };
    assert_eq!(ines.may_not(assign(amir.id)).await, Rejection::Forbidden, "only supervisors reassign");
    sara.wants(assign(amir.id)).await;
    amir.catch_up().await;
    assert_eq!(amir.world.conversations[&id].owner, Some(amir.id));
    assert!(
        amir.world
            .activities(id)
            .contains(&Activity::Assigned { by: "Sara Lind".into(), to: "Amir Saidi".into() })
    );
    ines.catch_up().await;
    assert!(ines.world.conversations.is_empty());
    sara.catch_up().await;
    assert!(
        sara.world.conversations.is_empty(),
        "a supervisor who reassigns does not get the customer's words"
    );
    lea.catch_up().await;
    assert_eq!(lea.state.as_ref().unwrap().advisor.as_deref(), Some("Amir Saidi"));
    amir.wants(Intent::Resolve { conversation: id }).await;
    assert_eq!(
        sara.may_not(assign(ines.id)).await,
        Rejection::Closed,
        "what is being written up is not given away"
    );
    assert_eq!(amir.may_not(to_person(id, &ines)).await, Rejection::Closed);
}

#[tokio::test]
async fn a_supervisor_takes_the_ring_from_somebody() {
    let stage = Stage::open().await;
    let mut ines = stage.advisor("Inès Keller").await.available().await;
    let amir = stage.advisor("Amir Saidi").await.connected().await;
    let sara = stage.supervisor("Sara Lind").await.connected().await;
    let lea = stage.customer("Léa").await.connected().await;
    lea.says("Hello?").await;
    let id = ines.offered().await;
    sara.wants(Intent::Assign { conversation: id, person: amir.id }).await;
    assert!(ines.ringing().await.is_empty());
    assert_eq!(ines.may_not(Intent::Accept { conversation: id }).await, Rejection::NotOffered);
    stage.pass(MINUTE).await;
    let me = ines.id;
    assert_eq!(ines.presence(me).await.state, PresenceState::Available, "nobody missed anything");
}
