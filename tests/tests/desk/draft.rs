//! What is being written is never lost.

use loopdesk_tests::{Advisor, Stage, advisor::words};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_and_the_open_conversation_outlive_a_crash() {
    let stage = Stage::open().await;
    let mut ines = Advisor::sits(&stage, "Inès Keller").await;
    let lea = stage.customer("Léa Bernard").await;
    lea.says("Hello?").await;
    let id = ines.takes_offer().await;
    ines.shows(&id).await;
    let draft = json!({ "mode": "note", "reply": "Dear Léa,", "note": "ask Amir", "attachments": [] });
    ines.call("draft.save", json!({ "id": id, "draft": draft })).await;
    ines.crashes();

    ines.starts();
    let home = ines.ready().await;
    assert_eq!(home["open"]["header"]["id"], json!(id), "the same conversation is open");
    assert_eq!(home["open"]["draft"], draft);
    assert_eq!(
        words(&home["open"]["timeline"]["items"][0]),
        "Hello?",
        "painted from the files, before any line"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sent_message_can_be_taken_back_for_a_moment() {
    let stage = Stage::open().await;
    let mut ines = Advisor::sits(&stage, "Inès Keller").await;
    let mut lea = stage.customer("Léa Bernard").await.connected().await;
    lea.says("Hello?").await;
    let id = ines.takes_offer().await;
    ines.shows(&id).await;
    let text = "Dear Léa, you are an idiot";
    let sent = ines
        .call(
            "message.send",
            json!({ "id": id, "mode": "reply", "text": text, "attachments": [], "from_macro": null }),
        )
        .await;
    assert_eq!(sent["delivery"]["state"], "undo");
    let draft = ines.call("message.undo", json!({ "id": sent["id"] })).await;
    assert_eq!(draft["reply"], text);
    let opened = ines.shows(&id).await;
    let items = opened["timeline"]["items"].as_array().expect("lines");
    assert!(items.iter().all(|item| item["id"] != sent["id"]), "it is gone from the conversation");

    // The next one goes out at once when Enter is pressed twice.
    let kind = "Dear Léa, I am here.";
    let sent = ines
        .call(
            "message.send",
            json!({ "id": id, "mode": "reply", "text": kind, "attachments": [], "from_macro": null }),
        )
        .await;
    ines.call("message.send_now", json!({ "id": sent["id"] })).await;
    lea.reads(kind).await;
    assert_eq!(lea.words(), ["Hello?", kind], "what was taken back was never sent");
}
