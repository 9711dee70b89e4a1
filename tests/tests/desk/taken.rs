//! What was written while the line was gone, for something that is somebody else's when it is back.

use desk::clock::Clock;
use loopdesk_tests::{Advisor, Stage, stage::new_person, stage::slug};
use model::{
    ConversationId, FollowUpId, Intent, MessageKind,
    at::{DAY, HOUR},
    follow_up::FollowUpChange,
};
use serde_json::{Value, json};

/// The row of what did not go through, of that kind.
async fn not_sent(ines: &mut Advisor, what: &str) -> Value {
    ines.until(|push| {
        let item = &push["patch"]["item"];
        let found =
            push["view"] == "attention" && item["what"] == what && item["delivery"]["state"] == "not_sent";
        found.then(|| item.clone())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn f10_is_handed_over_to_whoever_has_it_now() {
    let mut stage = Stage::open().await;
    let mut sara = stage.supervisor("Sara Lind").await;
    let mut claims = new_person("alba", "Bea Novak");
    claims.team = slug("claims");
    let mut bea = stage.hires("alba", claims).await;
    let mut ines = Advisor::sits(&stage, "Inès Keller").await;
    let lea = stage.customer("Léa Bernard").await;
    lea.says("Where is my parcel?").await;
    let id = ines.takes_offer().await;
    let opened = ines.shows(&id).await;
    let add = json!({
        "customer": opened["header"]["customer"], "conversation": id, "title": "Call Léa", "owner": null,
        "due": stage.now() + HOUR, "priority": "normal", "cause": null,
    });
    let follow_up = ines.call("follow_up.add", add).await;
    ines.until(|push| {
        let loops = push["card"]["follow_ups"].as_array()?;
        loops.iter().find(|row| row["delivery"].is_null()).map(|_| ())
    })
    .await;

    // She writes on without a line, and her desk ends.
    stage.stop().await;
    ines.until(|push| (push["view"] == "connection" && push["connection"]["state"] != "live").then_some(()))
        .await;
    let reply = json!({ "id": id, "mode": "reply", "text": "It is at the neighbour's.", "attachments": [], "from_macro": null });
    ines.call("message.send", reply).await;
    let change = json!({ "id": follow_up, "change": { "field": "priority", "value": "high" } });
    ines.call("follow_up.change", change).await;
    ines.crashes();
    stage.restart().await;
    sara.connect().await;
    bea.connect().await;
    let conversation: ConversationId = serde_json::from_value(json!(id)).expect("an id");
    let follow_up: FollowUpId = serde_json::from_value(follow_up).expect("an id");
    sara.wants(Intent::Assign { conversation, person: sara.id }).await;
    let change = FollowUpChange::Owner(bea.id);
    sara.wants(Intent::ChangeFollowUp { id: follow_up, change, base: 0 }).await;

    ines.clock.pass(10_000);
    ines.starts();
    ines.ready().await;
    ines.live().await;
    let reply = not_sent(&mut ines, "reply").await;
    assert_eq!(reply["delivery"]["why"]["why"], "not_yours");
    let until = reply["hand_over_until"].as_i64().expect("it can be handed over");
    assert!((until - ines.clock.now().wall.0 - DAY).abs() < HOUR, "for a day");
    ines.call("attention.hand_over", json!({ "id": reply["id"] })).await;
    ines.until(|push| (push["view"] == "attention" && push["patch"]["id"] == reply["id"]).then_some(()))
        .await;
    sara.catch_up().await;
    let lines = sara.world.lines(conversation);
    let note = lines.iter().find(|line| line.kind == MessageKind::Note).expect("a note");
    assert_eq!(&*note.text, "@Sara Lind\nIt is at the neighbour's.");
    assert_eq!(sara.world.words(conversation).len(), 2, "and no answer to the customer");

    // The window is loaded again: the other one is still there.
    ines.ready().await;
    let change = not_sent(&mut ines, "follow_up").await;
    ines.call("attention.hand_over", json!({ "id": change["id"] })).await;
    bea.catch_up().await;
    assert_eq!(&*bea.world.follow_ups[&follow_up].note, "Inès Keller: priority: high");
    let twice = ines.tries("attention.hand_over", json!({ "id": change["id"] })).await;
    assert_eq!(json!(twice.expect_err("it is let go").code), "too_late");
}
