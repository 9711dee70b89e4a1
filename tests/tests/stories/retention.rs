//! What is old enough is forgotten, and nobody misses it.

use loopdesk_tests::{Seat, Stage};
use model::{
    ConversationId, Intent, MessageId,
    at::DAY,
    limits::{LOG_MS, RECEIPTS_MS, VISITOR_MS},
    wire::{
        Outcome, ServerFrame,
        frames::{ResetReason, SCHEMA},
    },
};

async fn has_a_customer(stage: &Stage) -> (Seat, ConversationId) {
    let mut ines = stage.advisor("Inès Keller").await.available().await;
    let lea = stage.customer("Léa Bernard").await;
    lea.says("Where is my parcel?").await;
    let id = ines.takes_offer().await;
    (ines, id)
}

fn reply(conversation: ConversationId, text: &str) -> Intent {
    Intent::Reply { conversation, text: text.into(), attachments: Vec::new() }
}

#[tokio::test]
async fn the_log_reaches_back_a_month_and_no_further() {
    let stage = Stage::open().await;
    let (mut ines, id) = has_a_customer(&stage).await;
    ines.catch_up().await;
    let (epoch, cursor) = (ines.epoch(), ines.world.cursor);
    let old = ines.world.clone();
    ines.replies(id, "I am asking the carrier.").await;
    ines.hang_up();

    stage.pass(LOG_MS - DAY).await;
    // A session ends within the month.
    let mut ines = stage.another_desk("alba", ines.id, "Inès Keller").await;
    ines.follows(epoch, old.clone());
    ines.resume().await;
    assert_eq!(ines.world.words(id), ["Where is my parcel?", "I am asking the carrier."], "it is all there");
    ines.hang_up();

    stage.pass(2 * DAY).await;
    ines.follows(epoch, old);
    let answer = ines.greets(Some(epoch), cursor, SCHEMA).await;
    assert!(matches!(answer, ServerFrame::Reset { reason: ResetReason::CursorTooOld }), "{answer:?}");
    ines.connect().await;
    assert_eq!(ines.world.words(id), ["Where is my parcel?", "I am asking the carrier."]);
    ines.agrees().await;
    let head = ines.world.cursor;
    ines.hang_up();
    stage.pass(2 * LOG_MS).await;
    let mut ines = stage.another_desk("alba", ines.id, "Inès Keller").await;
    let answer = ines.greets(Some(epoch), head, SCHEMA).await;
    assert!(matches!(answer, ServerFrame::Resumed { .. }), "an empty log is no fault: {answer:?}");
}

#[tokio::test]
async fn a_customer_who_comes_back_late_sees_every_line() {
    let stage = Stage::open().await;
    let mut ines = stage.advisor("Inès Keller").await.available().await;
    let mut lea = stage.customer("Léa Bernard").await.connected().await;
    lea.says("Where is my parcel?").await;
    let id = ines.takes_offer().await;
    ines.replies(id, "On its way.").await;
    lea.reads("On its way.").await;
    lea.leave();
    stage.pass(LOG_MS + 2 * DAY).await;
    for mut page in [lea.another_window().await, lea] {
        page.connect().await;
        page.catch_up().await;
        assert_eq!(page.words(), ["Where is my parcel?", "On its way."]);
        assert!(page.state.is_some());
    }
}

#[tokio::test]
async fn a_receipt_is_kept_for_a_month_and_longer_than_anything_waits() {
    let stage = Stage::open().await;
    let (ines, id) = has_a_customer(&stage).await;
    let command = ines.command(reply(id, "I am asking the carrier."));
    let first = ines.submit(command.clone()).await;
    stage.pass(RECEIPTS_MS - DAY).await;
    let again = stage.another_desk("alba", ines.id, "Inès Keller").await;
    let answer = again.submit(command.clone()).await;
    assert_eq!((answer.duplicate, answer.outcome), (true, first.outcome), "it is done once");
    stage.pass(2 * DAY).await;
    let answer = again.submit(command.clone()).await;
    assert!(!answer.duplicate, "nothing is known of it any more");
    assert!(matches!(answer.outcome, Outcome::Rejected { .. }), "and its line is not written twice");
    let lines = again.every_line(id).await;
    assert_eq!(lines.iter().filter(|line| line.id == MessageId(command.id.0)).count(), 1);
}

#[tokio::test]
async fn whoever_only_looked_is_forgotten_after_a_month() {
    let stage = Stage::open().await;
    let start = serde_json::json!({ "workspace": "alba" });
    let nobody = stage.visitor("nobody", start.clone()).await;
    let speaks = stage.visitor("speaks", start.clone()).await;
    speaks.says("Hello?").await;
    let named = stage.customer("Noé").await;
    let there = stage.visitor("there", start).await.connected().await;
    let is_known = async |page: &loopdesk_tests::Page| {
        let request = page.request(reqwest::Method::POST, "/chat/v1/commands");
        let answer = request.json(&serde_json::json!({ "commands": [] })).send().await.unwrap();
        answer.status() == 200
    };
    stage.pass(VISITOR_MS).await;
    assert!(is_known(&nobody).await, "a month is not over");
    stage.pass(DAY).await;
    assert!(!is_known(&nobody).await, "nothing is known of them");
    for page in [&speaks, &named, &there] {
        assert!(is_known(page).await, "{}", page.name);
    }
}
