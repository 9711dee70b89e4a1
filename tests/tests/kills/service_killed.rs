//! The service is killed.

use std::time::Instant;

use loopdesk_tests::{
    Advisor, Page, Seat, Serving,
    chaos::{Answers, Chaos, Cut},
    patient::Patient,
};
use model::ConversationId;
use rand::Rng;
use serde_json::json;

use crate::{ledger::Ledger, rounds};

const COMMANDS: &str = "POST /v1/commands";

/// When it is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Point {
    /// A command is on its way in.
    Asked,
    /// A command was done, and its answer is lost with the line.
    Committed,
    /// Commands keep coming, from a desk and from a customer.
    Work,
}

const POINTS: [Point; 3] = [Point::Asked, Point::Committed, Point::Work];

/// Everybody.
struct Floor {
    serving: Serving,
    chaos: Chaos,
    ines: Advisor,
    lea: Patient,
    witness: Seat,
    talk: ConversationId,
    answers: Ledger,
    questions: Ledger,
}

#[tokio::test(flavor = "multi_thread")]
async fn f5_a_service_that_is_killed_keeps_what_it_confirmed() {
    let ((kills, mut chance), begun) = (rounds(), Instant::now());
    let mut floor = Floor::opens().await;
    for point in POINTS.into_iter().cycle().take(kills) {
        floor.round(point, chance.random_range(1..8)).await;
    }
    floor.lea.is_done().await;
    floor.agrees().await;
    println!(
        "the service was killed {kills} times ({POINTS:?} in turn) in {:.0?}: {} answers and {} questions, each there once; {:?}",
        begun.elapsed(),
        floor.answers.saved(),
        floor.questions.saved(),
        floor.chaos.counts(),
    );
}

impl Floor {
    async fn opens() -> Self {
        let name = "Inès Keller";
        let serving = Serving::opens(&[name]).await;
        let chaos = Chaos::before(&serving.address).await;
        let mut ines = Advisor::sits_behind(&chaos.address, name).await;
        ines.sends_at_once().await;
        let page = Page::open(&serving.address, "Léa", json!({ "workspace": "alba", "name": "Léa" })).await;
        page.says("Hello?").await;
        let talk = ines.takes_offer().await.parse().expect("an id");
        let lea = Patient::writes(&chaos, &page);
        let witness = serving.witness().await;
        let (answers, questions) = (Ledger::of('a'), Ledger::of('q'));
        Self { serving, chaos, ines, lea, witness, talk, answers, questions }
    }

    /// Work, a kill at that point, and a start on the same file and port.
    async fn round(&mut self, point: Point, some: u64) {
        let before = self.chaos.counts();
        if point == Point::Committed {
            self.chaos.answers(Answers::Hold(COMMANDS));
        }
        for _ in 0..some {
            self.says().await;
        }
        match point {
            Point::Asked => self.chaos.until(|counts| counts.asked > before.asked).await,
            Point::Committed => self.chaos.until(|counts| counts.held > before.held).await,
            Point::Work => self.chaos.until(|counts| counts.asked >= before.asked + some).await,
        }
        self.serving.is_killed();
        self.chaos.cut(Cut::Reset);
        self.chaos.answers(Answers::Pass);
        self.says().await;
        self.serving.starts().await;
        self.ines.has_sent_all().await;
        self.answers.agrees_with(&self.witness.every_line(self.talk).await);
    }

    /// Inès and Léa say something. The desk has saved it; the page sends it until it is confirmed.
    async fn says(&mut self) {
        let (answer, question) = (self.answers.words(), self.questions.words());
        self.ines
            .call(
                "message.send",
                json!({ "id": self.talk, "mode": "reply", "text": answer, "attachments": [], "from_macro": null }),
            )
            .await;
        self.answers.notes(answer, true);
        self.lea.says(question.clone());
        self.questions.notes(question, true);
    }

    async fn agrees(&self) {
        let lines = self.witness.every_line(self.talk).await;
        self.answers.agrees_with(&lines);
        self.questions.agrees_with(&lines);
    }
}
