//! The shift's main job, as the screen would do it.

use loopdesk_tests::{Advisor, Stage, advisor::words};
use model::{ScoreKind, wire::chat::ChatPhase};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_is_helped_from_the_offer_to_the_closed_loop() {
    let stage = Stage::open().await;
    let mut ines = Advisor::sits(&stage, "Inès Keller").await;
    let mut lea = stage.customer("Léa Bernard").await.connected().await;
    lea.says("My parcel is marked delivered, but I never got it.").await;

    let id = ines.takes_offer().await;
    let opened = ines.shows(&id).await;
    assert_eq!(opened["header"]["customer_name"], "Léa Bernard");
    assert_eq!(opened["header"]["mine"], true);
    assert_eq!(words(&opened["timeline"]["items"][0]), "My parcel is marked delivered, but I never got it.");
    assert_eq!(opened["customer"]["verified"], false, "a name that was typed proves nothing");

    let settings = ines.call("app.start", json!({})).await["settings"].clone();
    let mut at_once = settings.clone();
    at_once["undo_send_s"] = json!(0);
    ines.call("app.settings", at_once).await;

    let sent = ines
        .call(
            "message.send",
            json!({ "id": id, "mode": "reply", "text": "I am sorry. I am asking the carrier.",
                    "attachments": [], "from_macro": null }),
        )
        .await;
    let line = sent["id"].clone();
    assert_eq!(sent["n"], json!(null), "the line is shown before the service has it");
    lea.reads("I am sorry. I am asking the carrier.").await;
    ines.line_with(|item| (item["id"] == line && item["delivery"]["state"] == "sent").then_some(())).await;
    let n = lea.lines.last().expect("a line").n;
    lea.wants(model::wire::chat::ChatIntent::Seen { upto: n }).await;
    ines.line_with(|item| (item["id"] == line && item["delivery"]["state"] == "seen").then_some(())).await;

    let due = stage.now() + model::at::DAY;
    let customer = opened["header"]["customer"].clone();
    ines.call(
        "follow_up.add",
        json!({ "customer": customer, "conversation": id, "title": "Call Léa once the parcel is in her hands",
                "owner": null, "due": due, "priority": "normal", "cause": null }),
    )
    .await;
    ines.call("conversation.reason", json!({ "id": id, "reason": "late" })).await;
    ines.until(|push| {
        let loops = push["card"]["follow_ups"].as_array()?;
        loops.iter().find(|row| row["delivery"].is_null() && row["mine"] == true).map(|_| ())
    })
    .await;

    ines.call("conversation.resolve", json!({ "id": id })).await;
    lea.phase(ChatPhase::Ended).await;
    ines.call("conversation.wrap_up", json!({ "id": id, "disposition": "solved" })).await;
    lea.scores(ScoreKind::Ces, 6, None).await;
    ines.until(|push| {
        (push["view"] == "customer" && push["card"]["answers"]["ces"]["last"] == 6).then_some(())
    })
    .await;
    let list = ines.call("follow_up.show", json!({ "scope": "mine" })).await;
    assert_eq!(list[0]["follow_up"]["title"], "Call Léa once the parcel is in her hands");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_is_found_again() {
    let stage = Stage::open().await;
    let mut ines = Advisor::sits(&stage, "Inès Keller").await;
    let lea = stage.customer("Léa Bernard").await;
    lea.says("La théière bleue est arrivée cassée.").await;
    let id = ines.takes_offer().await;
    ines.shows(&id).await;
    let found = ines.call("search.find", json!({ "text": "theiere" })).await;
    assert_eq!(found["rows"][0]["conversation"], json!(id), "without its accents, too");
    let found = ines.call("search.find", json!({ "text": "bern" })).await;
    assert_eq!(found["rows"][0]["kind"], "customer");
    let found = ines.call("search.everywhere", json!({ "text": "cassée" })).await;
    assert_eq!(found["rows"][0]["customer_name"], "Léa Bernard");
}
