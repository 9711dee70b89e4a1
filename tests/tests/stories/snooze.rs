//! Putting a conversation aside, and a customer who falls silent.

use loopdesk_tests::{Page, Seat, Stage};
use model::{
    Activity, ConversationId, ConversationState, Intent,
    at::{DAY, HOUR, MINUTE, SECOND},
    wire::{Rejection, now::Notice},
};

async fn a_customer_with(stage: &Stage) -> (Seat, Page, ConversationId) {
    let mut ines = stage.advisor("Inès Keller").await.available().await;
    let lea = stage.customer("Léa Bernard").await.connected().await;
    lea.says("Where is my parcel?").await;
    let id = ines.takes_offer().await;
    (ines, lea, id)
}

#[tokio::test]
async fn what_is_put_aside_comes_back_at_its_time() {
    let stage = Stage::open().await;
    let (mut ines, _lea, id) = a_customer_with(&stage).await;
    assert_eq!(ines.load().await, 1);
    let until = stage.now() + 20 * MINUTE;
    ines.wants(Intent::Snooze { conversation: id, until }).await;
    assert_eq!(ines.load().await, 0, "what is put aside leaves room for others");
    assert_eq!(ines.world.conversations[&id].state, ConversationState::Snoozed);
    assert_eq!(ines.world.conversations[&id].snoozed_until, Some(until));
    stage.pass(20 * MINUTE - SECOND).await;
    ines.catch_up().await;
    assert_eq!(ines.world.conversations[&id].state, ConversationState::Snoozed);
    stage.pass(SECOND).await;
    assert_eq!(ines.load().await, 1);
    assert_eq!(ines.world.conversations[&id].state, ConversationState::Active);
    assert_eq!(ines.world.conversations[&id].snoozed_until, None);
    let told: Vec<_> = ines.world.activities(id).into_iter().skip(1).collect();
    assert_eq!(told, [Activity::Snoozed { by: "Inès Keller".into(), until }, Activity::Woke]);
}

#[tokio::test]
async fn it_comes_back_when_the_customer_writes() {
    let stage = Stage::open().await;
    let (mut ines, lea, id) = a_customer_with(&stage).await;
    ines.replies(id, "I ask the carrier and come back to you.").await;
    ines.wants(Intent::Snooze { conversation: id, until: stage.now() + 4 * HOUR }).await;
    stage.pass(MINUTE).await;
    lea.says("It has just arrived!").await;
    ines.catch_up().await;
    assert_eq!(ines.world.conversations[&id].state, ConversationState::Active);
    assert!(ines.world.conversations[&id].promise.is_some(), "an answer is owed again");
    stage.pass(4 * HOUR).await;
    ines.catch_up().await;
    let woke = ines.world.activities(id).into_iter().filter(|a| *a == Activity::Woke).count();
    assert_eq!(woke, 1, "the time that was set means nothing any more");
}

#[tokio::test]
async fn it_comes_back_when_the_advisor_wants_or_answers() {
    let stage = Stage::open().await;
    let (mut ines, _lea, id) = a_customer_with(&stage).await;
    let snooze = || Intent::Snooze { conversation: id, until: stage.now() + 4 * HOUR };
    ines.wants(snooze()).await;
    ines.wants(Intent::Wake { conversation: id }).await;
    assert_eq!(ines.load().await, 1);
    ines.wants(snooze()).await;
    ines.replies(id, "One more thing.").await;
    assert_eq!(ines.load().await, 1);
    assert_eq!(ines.world.conversations[&id].state, ConversationState::Active);
    stage.pass(4 * HOUR).await;
    ines.catch_up().await;
    let woke = ines.world.activities(id).into_iter().filter(|a| *a == Activity::Woke).count();
    assert_eq!(woke, 1, "once by hand; the answer woke it without a word");
}

#[tokio::test]
async fn only_what_is_open_is_put_aside_and_not_for_ever() {
    let stage = Stage::open().await;
    let (ines, _lea, id) = a_customer_with(&stage).await;
    let snooze = |until| Intent::Snooze { conversation: id, until };
    assert_eq!(ines.may_not(snooze(stage.now())).await, Rejection::Invalid, "now is not later");
    assert_eq!(
        ines.may_not(snooze(stage.now() + 91 * DAY)).await,
        Rejection::Invalid,
        "three months are enough"
    );
    ines.wants(Intent::Resolve { conversation: id }).await;
    assert_eq!(ines.may_not(snooze(stage.now() + DAY)).await, Rejection::Invalid);
}

#[tokio::test]
async fn a_silent_customer_is_noticed_once_and_then_leaves_room() {
    let stage = Stage::open().await;
    let (mut ines, lea, id) = a_customer_with(&stage).await;
    ines.replies(id, "What is your order number?").await;
    ines.listens_anew().await;
    stage.pass(5 * MINUTE - SECOND).await;
    assert!(ines.notices().await.is_empty());
    stage.pass(SECOND).await;
    assert_eq!(ines.notices().await, [Notice::Silent { conversation: id }]);
    assert!(ines.world.activities(id).contains(&Activity::Silent { idle: 5 * MINUTE }));
    stage.pass(10 * MINUTE - SECOND).await;
    assert_eq!(ines.load().await, 1);
    stage.pass(SECOND).await;
    assert_eq!(ines.load().await, 0, "after a quarter of an hour it leaves her capacity");
    assert!(ines.world.conversations[&id].parked);
    assert!(ines.notices().await.is_empty(), "she is reminded once");

    lea.says("48-2291").await;
    assert_eq!(ines.load().await, 1, "it counts again as soon as the customer writes");
    assert!(!ines.world.conversations[&id].parked);
    stage.pass(20 * MINUTE).await;
    assert!(ines.notices().await.is_empty(), "now it is the advisor who is silent");
    assert_eq!(ines.load().await, 1);
}

#[tokio::test]
async fn each_answer_begins_the_silence_anew() {
    let stage = Stage::open().await;
    let (mut ines, _lea, id) = a_customer_with(&stage).await;
    ines.replies(id, "What is your order number?").await;
    stage.pass(4 * MINUTE).await;
    ines.replies(id, "You find it in our e-mail.").await;
    ines.listens_anew().await;
    stage.pass(4 * MINUTE).await;
    assert!(ines.notices().await.is_empty());
    stage.pass(MINUTE).await;
    assert_eq!(ines.notices().await, [Notice::Silent { conversation: id }]);
}
