//! What may help with an answer: the words of the customer are read, and what the advisor takes is learned from.

use loopdesk_tests::{Advisor, Stage, stage::slug};
use model::{Intent, MacroId, library::Macro};
use serde_json::{Value, json};
use uuid::Uuid;

const SAID: &str =
    "My parcel is marked delivered but I never received it. This is the third time I write to you!";

async fn prepares(stage: &Stage, texts: &[(&str, &str)]) -> Vec<String> {
    let amir = stage.supervisor("Amir Saidi").await.connected().await;
    let mut keys = Vec::new();
    for (name, text) in texts {
        let id = MacroId(Uuid::now_v7());
        let prepared = Macro {
            id,
            name: slug(name),
            title: "Parcel marked delivered, not received".into(),
            language: slug("en"),
            text: (*text).into(),
            actions: Vec::new(),
            changed_by: String::new(),
            changed_at: stage.now(),
            version: 0,
        };
        amir.wants(Intent::PutMacro { prepared }).await;
        keys.push(format!("macro:{id}"));
    }
    keys
}

fn ids(items: &Value) -> Vec<String> {
    items.as_array().expect("a list").iter().filter_map(|one| one["id"].as_str().map(str::to_owned)).collect()
}

/// What is suggested before anything is typed.
async fn suggested(advisor: &Advisor, id: &str) -> Vec<String> {
    ids(&advisor.call("suggest.for_draft", json!({ "id": id, "text": "" })).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_customer_is_read_and_what_is_taken_comes_first_next_time() {
    let stage = Stage::open().await;
    let keys = prepares(
        &stage,
        &[
            ("carrier", "I am sorry that your parcel is not there. I ask the carrier where it was delivered and write to you today."),
            ("again", "I am sorry that your parcel is not there. A new parcel goes out to you today, at no cost, and I write when it was delivered."),
        ],
    )
    .await;
    let lea = stage.customer("Léa Bernard").await.connected().await;
    lea.says(SAID).await;
    let mut ines = Advisor::sits(&stage, "Inès Keller").await;
    let id = ines.takes_offer().await;
    ines.shows(&id).await;
    let reading = ines
        .until(|push| {
            let read = push["view"] == "reading" && push["conversation"] == json!(id);
            (read && push["reading"]["lines"] != json!([])).then(|| push["reading"].clone())
        })
        .await;
    let irritants = reading["trend"]["irritants"].as_array().expect("irritants");
    let again = irritants.iter().find(|one| one["kind"] == "repeat_contact").expect("she has written before");
    assert!(
        again["words"][0].as_str().is_some_and(|words| SAID.contains(words)),
        "in her own words: {again}"
    );
    assert_eq!(reading["hint"]["because"], "irritant");

    let before = suggested(&ines, &id).await;
    assert_eq!((before.len(), keys.iter().all(|key| before.contains(key))), (2, true), "{before:?}");
    let second = before[1].clone();
    for turn in 0..10 {
        let suggested = json!({ "shown": before, "taken": second, "changed": false });
        let text = format!("A new parcel goes out, {turn}.");
        let send = json!({ "id": id, "mode": "reply", "text": text, "attachments": [], "from_macro": null, "suggested": suggested });
        ines.call("message.send", send).await;
    }
    assert_eq!(suggested(&ines, &id).await[0], second, "what was taken ten times comes first");

    // It outlives the program, on this computer and in this workspace only.
    ines.crashes();
    ines.starts();
    ines.ready().await;
    ines.shows(&id).await;
    assert_eq!(suggested(&ines, &id).await[0], second);
    let elsewhere = Stage::open().await;
    let theirs = prepares(
        &elsewhere,
        &[
            ("carrier", "I am sorry that your parcel is not there. I ask the carrier where it was delivered and write to you today."),
            ("again", "I am sorry that your parcel is not there. A new parcel goes out to you today, at no cost, and I write when it was delivered."),
        ],
    )
    .await;
    let omar = elsewhere.customer("Omar Khan").await.connected().await;
    omar.says(SAID).await;
    let mut bruno = Advisor::sits(&elsewhere, "Bruno Alvarez").await;
    let other = bruno.takes_offer().await;
    bruno.shows(&other).await;
    let first = suggested(&bruno, &other).await;
    let place = |keys: &[String], key: &String| keys.iter().position(|one| one == key);
    assert_eq!(
        place(&theirs, &first[0]),
        place(&keys, &before[0]),
        "another workspace has learned nothing of it"
    );

    // What is waved away is not shown here again.
    ines.call("suggest.refuse", json!({ "id": id, "suggestion": second })).await;
    assert!(!suggested(&ines, &id).await.contains(&second));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_promise_is_proposed_as_a_follow_up_and_what_is_typed_is_completed() {
    let stage = Stage::open().await;
    prepares(&stage, &[("carrier", "I ask the carrier where your parcel was delivered.")]).await;
    let mut lea = stage.customer("Léa Bernard").await.connected().await;
    lea.says(SAID).await;
    let mut ines = Advisor::sits(&stage, "Inès Keller").await;
    let id = ines.takes_offer().await;
    ines.shows(&id).await;
    ines.sends_at_once().await;
    let found = ines.call("suggest.for_draft", json!({ "id": id, "text": "I ask the car" })).await;
    assert_eq!(found[0]["rest"], "rier where your parcel was delivered.");
    let text = "I will call you tomorrow about the parcel.";
    ines.call("message.send", json!({ "id": id, "mode": "reply", "text": text, "attachments": [], "from_macro": null, "suggested": null }))
        .await;
    lea.reads(text).await;
    let proposed = ines
        .until(|push| {
            let loops = &push["reading"]["wrap_up"]["follow_ups"];
            (push["view"] == "reading" && loops != &json!([]) && loops.is_array()).then(|| loops.clone())
        })
        .await;
    assert_eq!(proposed[0]["title"], text.trim_end_matches('.').to_owned() + ".");
    assert!(proposed[0]["due"].is_number(), "tomorrow is a time: {proposed}");
}
