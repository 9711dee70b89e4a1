//! A page that cannot keep up gets few large batches instead of a pile of small ones, and misses nothing.

use desk::{Desk, view::Push};
use loopdesk_tests::{Advisor, Stage, advisor::words, eventually, seat::PATIENCE};
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// A page: it says only when the story lets it that it has painted.
struct Page(UnboundedReceiver<Vec<Push>>);

impl Page {
    fn of(desk: &Desk) -> Self {
        let (to, batches) = unbounded_channel();
        desk.turn_to(move |batch| to.send(batch).is_ok());
        Self(batches)
    }

    /// The next batch.
    async fn said(&mut self) -> Vec<Value> {
        let batch = tokio::time::timeout(PATIENCE, self.0.recv()).await.expect("a batch");
        let batch = batch.expect("the desk runs");
        batch.iter().map(|push| serde_json::to_value(push).expect("a push")).collect()
    }

    /// What the next batch says of the lines.
    async fn lines(&mut self) -> Vec<String> {
        let lines = self
            .said()
            .await
            .into_iter()
            .filter(|push| push["view"] == "timeline" && push["patch"]["op"] == "upsert");
        lines.map(|push| words(&push["patch"]["item"])).collect()
    }
}

/// Waits until the desk has that many lines of a conversation.
async fn holds(ines: &Advisor, id: &str, count: usize) {
    let lines = async || {
        let timeline = ines.call("conversation.earlier", json!({ "id": id, "before": 100 })).await;
        let lines = timeline["items"].as_array().cloned().unwrap_or_default();
        lines.iter().filter(|line: &&Value| line["kind"] == "message").count()
    };
    eventually("the lines", async || (lines().await >= count).then_some(())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_wait_until_the_page_has_painted_and_come_together() {
    let stage = Stage::open().await;
    let mut ines = Advisor::sits(&stage, "Inès Keller").await;
    let lea = stage.customer("Léa Bernard").await;
    lea.says("Hello?").await;
    let id = ines.takes_offer().await;
    ines.shows(&id).await;
    let desk = ines.desk.clone().expect("the desk runs");
    let mut page = Page::of(&desk);

    lea.says("one").await;
    while !page.lines().await.contains(&"one".to_owned()) {
        desk.painted();
    }
    for (said, text) in ["two", "three", "four"].into_iter().enumerate() {
        lea.says(text).await;
        holds(&ines, &id, said + 3).await;
    }
    assert!(page.0.is_empty(), "the page has not painted the last batch yet");
    desk.painted();
    assert_eq!(page.lines().await, ["two", "three", "four"], "all at once, in their order");

    // A page that was loaded again owes nothing for the one before.
    let mut again = Page::of(&desk);
    lea.says("five").await;
    holds(&ines, &id, 6).await;
    assert!(page.0.recv().await.is_none(), "the page before is gone");
    while !again.lines().await.contains(&"five".to_owned()) {
        desk.painted();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_page_was_told_before_it_asked_has_not_the_last_word() {
    let mut stage = Stage::open().await;
    let ines = Advisor::sits(&stage, "Inès Keller").await;
    ines.clock.go();
    let desk = ines.desk.clone().expect("the desk runs");
    let mut page = Page::of(&desk);
    // The page is told that the line is gone. It has not come so far as to ask for everything.
    stage.stop().await;
    let mut said = Vec::new();
    while !said.iter().any(|push: &Value| push["connection"]["state"] == "offline") {
        desk.painted();
        said = page.said().await;
    }
    stage.restart().await;

    // Its question is answered, and the answer may be there before what it was told: that would win.
    let live = async || (ines.gate().await["home"]["connection"]["state"] == "live").then_some(());
    eventually("the line", live).await;
    desk.painted();
    let mut last = Value::Null;
    while last != "live" {
        for push in page.said().await {
            let states = [&push["connection"]["state"], &push["gate"]["home"]["connection"]["state"]];
            last = states.into_iter().find(|state| state.is_string()).unwrap_or(&last).clone();
        }
        desk.painted();
    }
}
