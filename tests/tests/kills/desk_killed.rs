//! The desk is killed.

use std::{fs, time::Instant};

use loopdesk_tests::{
    LoneDesk, Page, Seat, Serving,
    advisor::email,
    chaos::{Answers, Chaos, Cut, Path},
};
use model::{ConversationId, FollowUpId};
use rand::Rng;
use serde_json::json;

use crate::{ledger::Ledger, rounds};

const COMMANDS: &str = "POST /v1/commands";
const PAGES: &str = "GET /v1/sync/page";
/// Calls made at once.
const BATCH: usize = 8;

/// When it is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Point {
    /// It was told to send, and has not answered.
    BeforeAnswer,
    /// It has just answered that it is saved.
    Saved,
    /// The service has done what was asked, and the desk has not heard of it.
    UnderWay,
    /// Its cache is gone, and a page of the new one is on its way.
    Snapshot,
    /// Some of several things that were said at once are saved.
    Batch,
}

const POINTS: [Point; 5] =
    [Point::BeforeAnswer, Point::Saved, Point::UnderWay, Point::Snapshot, Point::Batch];

/// Everybody.
struct Floor {
    chaos: Chaos,
    desk: LoneDesk,
    witness: Seat,
    talk: ConversationId,
    /// A loop, and how often its title was changed.
    follow_up: FollowUpId,
    titles: u32,
    said: Ledger,
    /// Ends after everybody else.
    _serving: Serving,
}

#[tokio::test(flavor = "multi_thread")]
async fn f5_a_desk_that_is_killed_keeps_what_it_saved() {
    let ((kills, mut chance), begun) = (rounds(), Instant::now());
    let mut floor = Floor::opens().await;
    for point in POINTS.into_iter().cycle().take(kills) {
        floor.round(point, chance.random_range(0..BATCH)).await;
    }
    println!(
        "the desk was killed {kills} times ({POINTS:?} in turn) in {:.0?}: {} messages and {} changes saved, each there once; {:?}",
        begun.elapsed(),
        floor.said.saved(),
        floor.titles,
        floor.chaos.counts(),
    );
}

impl Floor {
    async fn opens() -> Self {
        let name = "Inès Keller";
        let serving = Serving::opens(&[name]).await;
        let chaos = Chaos::before(&serving.address).await;
        let mut desk = LoneDesk::arrives();
        desk.signs_in(&chaos.address, &email(name)).await;
        let mut settings = desk.call("app.start", json!({})).await["settings"].clone();
        settings["undo_send_s"] = json!(0);
        desk.call("app.settings", settings).await;
        let lea = Page::open(&serving.address, "Léa", json!({ "workspace": "alba", "name": "Léa" })).await;
        lea.says("Hello?").await;
        let talk = desk
            .until(|line| {
                let patch = &line["pushed"]["patch"];
                let item = if patch["op"] == "reset" { &patch["items"][0] } else { &patch["item"] };
                item["id"].as_str().filter(|_| line["pushed"]["view"] == "offers").map(str::to_owned)
            })
            .await;
        desk.call("offer.accept", json!({ "id": talk })).await;
        let opened = desk.call("conversation.show", json!({ "id": talk })).await;
        let follow_up = desk
            .call(
                "follow_up.add",
                json!({ "customer": opened["header"]["customer"], "conversation": talk, "title": "t0",
                        "owner": null, "due": 2_000_000_000_000_i64, "priority": "normal", "cause": null }),
            )
            .await;
        let witness = serving.witness().await;
        let talk = talk.parse().expect("an id");
        let follow_up = serde_json::from_value(follow_up).expect("an id");
        let said = Ledger::of('m');
        Self { chaos, desk, witness, talk, follow_up, titles: 0, said, _serving: serving }
    }

    /// Work, a kill at that point, and a start on the same files.
    async fn round(&mut self, point: Point, some: usize) {
        let draft = format!("Only begun, before {point:?} {}", self.titles);
        self.desk
            .call(
                "draft.save",
                json!({ "id": self.talk,
                        "draft": { "mode": "note", "reply": "", "note": draft, "attachments": [] } }),
            )
            .await;
        match point {
            Point::BeforeAnswer => self.is_killed_after(1, None).await,
            Point::Batch => self.is_killed_after(BATCH, Some(some)).await,
            Point::Saved => {
                self.does().await;
                self.desk.is_killed().await;
            }
            Point::UnderWay => {
                let held = self.chaos.counts().held;
                self.chaos.answers(Answers::Hold(COMMANDS));
                self.does().await;
                self.chaos.until(|counts| counts.held > held).await;
                self.desk.is_killed().await;
            }
            Point::Snapshot => {
                self.chaos.path(Path::Refused);
                self.chaos.cut(Cut::Reset);
                self.does().await;
                self.desk.is_killed().await;
                for file in store::open::files_of(&self.desk.file("cache.db")) {
                    fs::remove_file(file).expect("it was there");
                }
                let held = self.chaos.counts().held;
                self.chaos.answers(Answers::Hold(PAGES));
                self.chaos.heals();
                self.desk.starts();
                self.chaos.until(|counts| counts.held > held).await;
                self.desk.is_killed().await;
            }
        }
        self.chaos.answers(Answers::Pass);
        self.desk.starts();
        self.desk.has_sent_all().await;
        let opened = self.desk.call("conversation.show", json!({ "id": self.talk })).await;
        assert_eq!(opened["draft"]["note"], draft.as_str(), "what was begun is there");
        self.said.agrees_with(&self.witness.every_line(self.talk).await);
        let follow_up = &self.witness.snapshot().await.1.follow_ups[&self.follow_up];
        assert_eq!(*follow_up.title, *format!("t{}", self.titles), "the last change is there");
        assert_eq!(follow_up.fields.title, self.titles, "each change was made once");
    }

    /// Sends a message and changes the loop: both are saved.
    async fn does(&mut self) {
        let words = self.said.words();
        self.desk.call("message.send", self.message(&words)).await;
        self.said.notes(words, true);
        self.titles += 1;
        let change = json!({ "field": "title", "value": format!("t{}", self.titles) });
        self.desk.call("follow_up.change", json!({ "id": self.follow_up, "change": change })).await;
    }

    /// Sends so many messages at once, and kills the desk when it answered one of them, or at once. What it answered is saved.
    async fn is_killed_after(&mut self, count: usize, answered: Option<usize>) {
        let mut calls = Vec::new();
        for _ in 0..count {
            let words = self.said.words();
            let message = self.message(&words);
            calls.push((self.desk.calls("message.send", &message), words));
        }
        if let Some(which) = answered {
            self.desk.answer(calls[which].0).await;
        }
        self.desk.is_killed().await;
        for (no, words) in calls {
            self.said.notes(words, self.desk.answered(no));
        }
    }

    fn message(&self, words: &str) -> serde_json::Value {
        json!({ "id": self.talk, "mode": "reply", "text": words, "attachments": [], "from_macro": null })
    }
}
