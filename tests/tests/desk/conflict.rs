//! Two desks change the same thing while one of them has no line: nothing is overwritten silently, and the advisor chooses.

use loopdesk_tests::{Advisor, Page, Stage};
use model::at::{DAY, HOUR};
use serde_json::{Value, json};

/// For how long a choice can be undone.
const UNDO: i64 = 10_000;
const BEFORE: &str = "Call her at noon. She is angry.";

/// A loop of Inès's, with a note, that Amir's desk shows too.
struct Both {
    stage: Stage,
    ines: Advisor,
    amir: Advisor,
    _lea: Page,
    id: Value,
}

impl Both {
    async fn open() -> Self {
        let stage = Stage::open().await;
        let mut ines = Advisor::sits(&stage, "Inès Keller").await;
        let lea = stage.customer("Léa Bernard").await;
        lea.says("Where is my parcel?").await;
        let conversation = ines.takes_offer().await;
        let opened = ines.shows(&conversation).await;
        let add = json!({
            "customer": opened["header"]["customer"], "conversation": conversation, "title": "Call Léa",
            "owner": null, "due": stage.now() + HOUR, "priority": "normal", "cause": null,
        });
        let id = ines.call("follow_up.add", add).await;
        let amir = Advisor::sits(&stage, "Amir Saidi").await;
        let mut both = Self { stage, ines, amir, _lea: lea, id };
        both.changes_mine("note", json!(BEFORE)).await;
        both.amir_has("note", json!(BEFORE)).await;
        both
    }

    async fn changes_mine(&self, field: &str, value: Value) {
        change(&self.ines, &self.id, field, value).await;
    }

    /// Inès has no line from here on.
    async fn offline(&mut self) {
        self.amir.crashes();
        self.stage.stop().await;
        self.ines
            .until(|push| {
                (push["view"] == "connection" && push["connection"]["state"] != "live").then_some(())
            })
            .await;
    }

    /// Amir has a line again, and changes something before Inès has hers.
    async fn first(&mut self, field: &str, value: Value) {
        self.ines.crashes();
        self.stage.restart().await;
        self.amir.starts();
        self.amir.ready().await;
        self.amir.live().await;
        change(&self.amir, &self.id, field, value.clone()).await;
        self.amir_has(field, value).await;
    }

    /// Inès has a line again.
    async fn back(&mut self) {
        self.ines.starts();
        self.ines.ready().await;
    }

    /// The line comes back, and her change met Amir's: the row that says so.
    async fn meet(&mut self) -> Value {
        self.back().await;
        self.conflict().await
    }

    async fn conflict(&mut self) -> Value {
        self.ines
            .until(|push| {
                let item = &push["patch"]["item"];
                let clash = push["view"] == "attention" && item["delivery"]["why"]["why"] == "conflict";
                clash.then(|| item.clone())
            })
            .await
    }

    async fn settle(&self, row: &Value, choice: Value) {
        self.ines.call("follow_up.settle", json!({ "id": row["id"], "choice": choice })).await;
    }

    /// The moment in which a choice can be undone is over.
    async fn undo_passes(&self) {
        self.ines.clock.pass(UNDO);
        self.ines.call("app.start", json!({})).await;
    }

    async fn amir_has(&mut self, field: &str, value: Value) {
        has(&mut self.amir, "team", &self.id, field, value).await;
    }

    async fn ines_has(&mut self, field: &str, value: Value) {
        has(&mut self.ines, "mine", &self.id, field, value).await;
    }
}

async fn change(who: &Advisor, id: &Value, field: &str, value: Value) {
    who.call("follow_up.change", json!({ "id": id, "change": { "field": field, "value": value } })).await;
}

/// Waits until a desk shows the loop so, as the service has it.
async fn has(who: &mut Advisor, list: &str, id: &Value, field: &str, value: Value) {
    loop {
        let rows = who.call("follow_up.show", json!({ "scope": list })).await;
        let row = rows.as_array().expect("rows").iter().find(|row| row["follow_up"]["id"] == *id);
        if row.is_some_and(|row| row["delivery"].is_null() && row["follow_up"][field] == value) {
            return;
        }
        // What changes next is painted at once.
        who.clock.pass(100);
        who.until(|push| (push["view"] == "follow_ups").then_some(())).await;
    }
}

/// Waits until nothing needs a decision or waits any more.
async fn is_done(who: &mut Advisor) {
    loop {
        let start = who.call("app.start", json!({})).await;
        let connection = &start["gate"]["home"]["connection"];
        if connection["attention"] == 0 && connection["unsent"] == 0 {
            return;
        }
        who.until(|push| (push["view"] == "connection").then_some(())).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn mine_takes_the_place_of_theirs() {
    let mut both = Both::open().await;
    both.offline().await;
    both.changes_mine("note", json!("Call her at one.")).await;
    both.first("note", json!("She called back.")).await;
    let row = both.meet().await;
    let why = &row["delivery"]["why"];
    assert_eq!(why["base"]["value"], BEFORE);
    assert_eq!(
        (&why["mine"]["value"], &why["theirs"]["value"]),
        (&json!("Call her at one."), &json!("She called back."))
    );
    assert_eq!((&why["by"], &why["merged"]), (&json!("Amir Saidi"), &Value::Null));

    both.settle(&row, json!({ "keep": "mine" })).await;
    both.amir_has("note", json!("She called back.")).await;
    both.undo_passes().await;
    both.amir_has("note", json!("Call her at one.")).await;
    both.ines_has("note", json!("Call her at one.")).await;
    is_done(&mut both.ines).await;
    let late = both.ines.tries("follow_up.unsettle", json!({ "id": row["id"] })).await;
    assert_eq!(json!(late.expect_err("it went out").code), "too_late");
}

#[tokio::test(flavor = "multi_thread")]
async fn theirs_stays_and_mine_is_let_go() {
    let mut both = Both::open().await;
    both.offline().await;
    both.changes_mine("priority", json!("low")).await;
    both.first("priority", json!("high")).await;
    let row = both.meet().await;
    both.settle(&row, json!({ "keep": "theirs" })).await;
    both.ines_has("priority", json!("high")).await;
    is_done(&mut both.ines).await;
    both.amir_has("priority", json!("high")).await;
    let again =
        both.ines.tries("follow_up.settle", json!({ "id": row["id"], "choice": { "keep": "mine" } })).await;
    assert_eq!(json!(again.expect_err("it was settled").code), "too_late");
}

#[tokio::test(flavor = "multi_thread")]
async fn both_texts_become_one() {
    let mut both = Both::open().await;
    both.offline().await;
    both.changes_mine("note", json!("Call her at one. She is angry.")).await;
    both.first("note", json!("Call her at noon. She is calm.")).await;
    let row = both.meet().await;
    let proposed = row["delivery"]["why"]["merged"].clone();
    assert_eq!(proposed, "Call her at one. She is calm.");
    let empty = json!({ "id": row["id"], "choice": { "keep": "merge", "text": " " } });
    let empty = both.ines.tries("follow_up.settle", empty).await;
    assert_eq!(json!(empty.expect_err("nothing is no text").code), "invalid");
    both.settle(&row, json!({ "keep": "merge", "text": proposed })).await;
    both.undo_passes().await;
    both.amir_has("note", proposed).await;
    is_done(&mut both.ines).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_text_is_kept_in_the_note() {
    let mut both = Both::open().await;
    both.offline().await;
    let (mine, theirs) = (both.stage.now() + 2 * DAY, both.stage.now() + DAY);
    both.changes_mine("due", json!(mine)).await;
    both.first("due", json!(theirs)).await;
    let row = both.meet().await;
    both.settle(&row, json!({ "keep": "merge", "text": "Inès would have called on Friday." })).await;
    both.undo_passes().await;
    both.amir_has("note", json!(format!("{BEFORE}\nInès would have called on Friday."))).await;
    both.amir_has("due", json!(theirs)).await;
    is_done(&mut both.ines).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_choice_can_be_undone_for_a_moment() {
    let mut both = Both::open().await;
    both.offline().await;
    both.changes_mine("title", json!("Call Léa at one")).await;
    both.first("title", json!("Write to Léa")).await;
    let row = both.meet().await;
    for choice in ["mine", "theirs"] {
        both.settle(&row, json!({ "keep": choice })).await;
        both.ines
            .until(|push| (push["view"] == "attention" && push["patch"]["id"] == row["id"]).then_some(()))
            .await;
        both.ines.call("follow_up.unsettle", json!({ "id": row["id"] })).await;
        let again = both.conflict().await;
        assert_eq!((&again["id"], &again["delivery"]["why"]), (&row["id"], &row["delivery"]["why"]));
    }
    let twice = both.ines.tries("follow_up.unsettle", json!({ "id": row["id"] })).await;
    assert_eq!(json!(twice.expect_err("it stands there").code), "too_late");
    both.undo_passes().await;
    both.settle(&row, json!({ "keep": "theirs" })).await;
    is_done(&mut both.ines).await;
    both.amir_has("title", json!("Write to Léa")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_changes_of_one_s_own_are_one_conflict() {
    let mut both = Both::open().await;
    both.offline().await;
    both.changes_mine("note", json!("First thought.")).await;
    both.changes_mine("note", json!("Second thought.")).await;
    both.first("note", json!("She called back.")).await;
    let row = both.meet().await;
    let why = &row["delivery"]["why"];
    assert_eq!((&why["mine"]["value"], &why["base"]["value"]), (&json!("Second thought."), &json!(BEFORE)));
    let start = both.ines.call("app.start", json!({})).await;
    let connection = &start["gate"]["home"]["connection"];
    assert_eq!((&connection["attention"], &connection["unsent"]), (&json!(1), &json!(0)));
    both.settle(&row, json!({ "keep": "mine" })).await;
    both.undo_passes().await;
    both.amir_has("note", json!("Second thought.")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_can_be_let_go_and_what_was_made_over_it_stays() {
    let mut both = Both::open().await;
    both.offline().await;
    both.changes_mine("title", json!("Never mind")).await;
    both.changes_mine("note", json!("First thought.")).await;
    both.changes_mine("note", json!("Second thought.")).await;
    for words in ["Never mind", "First thought."] {
        let id = both
            .ines
            .until(|push| {
                let item = &push["patch"]["item"];
                let waits = push["view"] == "attention" && item["change"]["value"] == words;
                waits.then(|| item["id"].clone())
            })
            .await;
        both.ines.call("attention.discard", json!({ "id": id })).await;
    }
    both.ines.crashes();
    both.stage.restart().await;
    both.amir.starts();
    both.amir.ready().await;
    both.back().await;
    both.amir_has("note", json!("Second thought.")).await;
    is_done(&mut both.ines).await;
    both.amir_has("title", json!("Call Léa")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_loop_that_is_never_made_takes_its_changes_with_it() {
    let mut both = Both::open().await;
    let home = both.ines.ready().await;
    let customer = home["open"]["header"]["customer"].clone();
    both.offline().await;
    let add = json!({ "customer": customer, "conversation": null, "title": "A second thought", "owner": null,
                      "due": both.stage.now() + HOUR, "priority": "normal", "cause": null });
    let made = both.ines.call("follow_up.add", add).await;
    change(&both.ines, &made, "note", json!("Not needed.")).await;
    let id = both
        .ines
        .until(|push| {
            let item = &push["patch"]["item"];
            (push["view"] == "attention" && item["what"] == "new_follow_up").then(|| item["id"].clone())
        })
        .await;
    both.ines.call("attention.discard", json!({ "id": id })).await;
    is_done(&mut both.ines).await;
}
