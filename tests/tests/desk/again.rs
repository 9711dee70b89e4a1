//! What did not go through is tried again.

use desk::FailureCode;
use loopdesk_tests::{Advisor, Stage, advisor::words};
use serde_json::json;

const WORDS: &str = "I am asking the carrier.";

/// An advisor without a line, with a reply to a chat that was live: it came too late to be sent without a look.
async fn too_late(stage: &mut Stage) -> (Advisor, String, String) {
    let mut ines = Advisor::sits(stage, "Inès Keller").await;
    let lea = stage.customer("Léa Bernard").await.connected().await;
    lea.says("Where is my parcel?").await;
    let id = ines.takes_offer().await;
    ines.shows(&id).await;
    // It could still be taken back when the line was lost.
    let reply = json!({ "id": id, "mode": "reply", "text": WORDS, "attachments": [], "from_macro": null });
    ines.call("message.send", reply).await;
    stage.stop().await;
    ines.line("offline").await;
    ines.clock.pass(60_000);
    let line = |line: &serde_json::Value| {
        (words(line) == WORDS && line["delivery"]["state"] == "not_sent")
            .then(|| line["id"].as_str().expect("its name").to_owned())
    };
    let sent = ines.line_with(line).await;
    (ines, id, sent)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_is_tried_again_stays_in_its_place_while_there_is_no_line() {
    let mut stage = Stage::open().await;
    let (mut ines, id, sent) = too_late(&mut stage).await;
    ines.pushed.clear();
    ines.call("attention.retry", json!({ "id": sent })).await;
    let again = ines.line_with(|line| (words(line) == WORDS).then(|| line["id"].clone())).await;
    assert_ne!(again, json!(sent), "under another name: the service may have answered to the old one");
    let shown = ines.shows(&id).await["timeline"]["items"].clone();
    let shown: Vec<_> = shown.as_array().expect("lines").iter().filter(|line| words(line) == WORDS).collect();
    assert_eq!(shown.len(), 1);
    let once_more = ines.tries("attention.retry", json!({ "id": sent })).await;
    assert_eq!(once_more.expect_err("it is on its way").code, FailureCode::TooLate);
    stage.restart().await;
    ines.has_sent_all().await;
}
