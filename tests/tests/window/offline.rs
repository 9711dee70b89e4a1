//! An advisor goes on with their loops without a line: what they change is saved, survives the end of the program, and
//! arrives when the line is back; where somebody else changed the same, they choose.

use loopdesk_tests::{app::App, desktop::Desktop, stage::Stage};
use model::{FollowUp, Intent, Role, follow_up::FollowUpChange};
use serde_json::{Value, json};
use thirtyfour::Key;

const TITLES: [&str; 5] =
    ["Call about the vase", "Confirm the refund", "Send the label", "Ask the depot", "Thank Léa"];

/// Writes into the field of the loop that is open, as a person does, and leaves it.
async fn writes(app: &App, field: &str, text: &str) {
    app.run(&format!("document.querySelector('[data-pane=detail] textarea[id$={field}]').focus()")).await;
    app.press(text).await;
    app.run("document.activeElement.blur()").await;
}

/// Opens the loop of that title.
async fn chooses(app: &App, title: &str) {
    app.run(&format!(
        "[...document.querySelectorAll('tbody button[data-row]')].find((row) => row.textContent.includes('{title}')).focus()"
    ))
    .await;
    app.until(
        "its details",
        &format!("return document.querySelector('[data-pane=detail] article')?.ariaLabel === '{title}'"),
    )
    .await;
}

/// The chip in the row of that title.
fn chip(title: &str, chip: &str) -> String {
    format!(
        "return [...document.querySelectorAll('tbody tr')].some((row) => row.textContent.includes('{title}')
            && row.querySelector('.chip')?.textContent.includes('{chip}'))"
    )
}

fn loop_of(rows: &Value, title: &str) -> FollowUp {
    let rows = rows.as_array().expect("rows");
    let row = rows.iter().find(|row| row["follow_up"]["title"] == json!(title)).expect("a loop");
    serde_json::from_value(row["follow_up"].clone()).expect("a loop")
}

#[tokio::test(flavor = "multi_thread")]
async fn loops_are_worked_on_without_a_line_and_conflicts_are_chosen() {
    let desktop = Desktop::start();
    let mut stage = Stage::open().await;
    let (app, _) = App::start_at(&desktop, &stage, "Inès Keller", Role::Advisor).await;
    app.call("presence.set", json!({ "state": "available", "reason": null })).await;
    let page = stage.customer("Léa Bernard").await.connected().await;
    page.says("The vase came broken.").await;
    app.find_text(".offer", "Léa Bernard").await;
    app.press(Key::F9).await;
    app.find_text("[data-pane=conversation] h1", "Léa Bernard").await;
    let home = app.call("app.start", json!({})).await["gate"]["home"].clone();
    let (customer, conversation) =
        (home["open"]["customer"]["customer"]["id"].clone(), home["open"]["header"]["id"].clone());
    for (n, title) in TITLES.iter().enumerate() {
        let due = stage.now().0 + 3_600_000 * (i64::try_from(n).expect("few") + 1);
        let input = json!({ "customer": customer, "conversation": conversation, "title": title, "owner": null,
            "due": due, "priority": "normal", "cause": null });
        app.call("follow_up.add", input).await;
    }
    app.until_answer("app.start", "everything is with the service", |start| {
        start["gate"]["home"]["connection"]["unsent"] == json!(0)
    })
    .await;
    let known = app.call("follow_up.show", json!({ "scope": "mine" })).await;
    let loops: Vec<FollowUp> = TITLES.iter().map(|title| loop_of(&known, title)).collect();

    // Without a line: three outcomes and two notes.
    stage.stop().await;
    app.press(Key::Control + "2").await;
    app.find_text(".page .offline", "You are offline").await;
    for (title, outcome) in TITLES.iter().zip(["Refund in full", "Card refunded", "Label sent again"]) {
        chooses(&app, title).await;
        writes(&app, "outcome", outcome).await;
        app.until("it is marked", &chip(title, "changed here")).await;
    }
    for (title, note) in TITLES.iter().skip(3).zip(["Depot opens at nine", "She asked for Amir"]) {
        chooses(&app, title).await;
        writes(&app, "note", note).await;
        app.until("it is marked", &chip(title, "changed here")).await;
    }
    app.find_text(".top", "5 changes saved here").await;
    app.picture("offline-changed").await;
    app.kill().await;

    // Meanwhile somebody else wrote other outcomes of the first three.
    stage.restart().await;
    let amir = stage.advisor("Amir Saïdi").await;
    for (known, outcome) in loops.iter().zip(["Exchange in store", "Voucher given", "Label by letter"]) {
        let change = FollowUpChange::Outcome(Some(outcome.into()));
        amir.wants(Intent::ChangeFollowUp { id: known.id, change, base: 0 }).await;
    }
    stage.stop().await;

    // Started without a line: everything stands there as it was saved.
    let app = App::start(&desktop).await;
    app.find_text(".top", "Offline").await;
    app.press(Key::Control + "2").await;
    for title in TITLES {
        app.until("it is still marked", &chip(title, "changed here")).await;
    }
    app.find_text(".top", "5 changes saved here").await;
    app.picture("offline-started").await;

    // The line is back: the notes settle, the outcomes wait for a decision.
    stage.restart().await;
    for title in &TITLES[..3] {
        app.until("a conflict", &chip(title, "conflict")).await;
    }
    for title in &TITLES[3..] {
        app.until("settled", &chip(title, "open")).await;
    }
    chooses(&app, TITLES[0]).await;
    app.picture("conflict").await;
    for (title, key, outcome) in [
        (TITLES[0], "1", "Refund in full"),
        (TITLES[1], "2", "Voucher given"),
        (TITLES[2], "3", "Label by letter"),
    ] {
        chooses(&app, title).await;
        app.find_text("[data-pane=detail]", "conflict").await;
        app.press(key).await;
        let shown = format!(
            "return document.querySelector('[data-pane=detail] textarea[id$=outcome]')?.value.includes('{outcome}')
                && document.querySelector('[data-pane=detail] .two') === null"
        );
        app.until("the choice", &shown).await;
    }
    // What was chosen is with the service once it can no longer be undone.
    app.until_answer("app.start", "nothing waits", |start| {
        let connection = &start["gate"]["home"]["connection"];
        connection["unsent"] == json!(0) && connection["attention"] == json!(0)
    })
    .await;
    let (_, world) = amir.snapshot().await;
    let outcome = |n: usize| world.follow_ups[&loops[n].id].outcome.clone().unwrap_or_default().to_string();
    assert_eq!(outcome(0), "Refund in full");
    assert_eq!(outcome(1), "Voucher given");
    assert!(
        outcome(2).contains("Label by letter") && outcome(2).contains("Label sent again"),
        "{}",
        outcome(2)
    );
    assert_eq!(&*world.follow_ups[&loops[3].id].note, "Depot opens at nine");
    assert_eq!(&*world.follow_ups[&loops[4].id].note, "She asked for Amir");
    app.quit().await;
}
