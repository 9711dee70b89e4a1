//! A page that cannot keep up gets few large batches instead of a pile of small ones, and misses nothing.

use desk::{Desk, view::Push};
use loopdesk_tests::{Advisor, Stage, advisor::words};
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

    /// What the next batch says of the lines.
    async fn lines(&mut self) -> Vec<String> {
        let batch = self.0.recv().await.expect("the desk runs");
        let pushes = batch.iter().map(|push| serde_json::to_value(push).expect("a push"));
        let lines = pushes.filter(|push| push["view"] == "timeline" && push["patch"]["op"] == "upsert");
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
    while lines().await < count {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
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
