//! The clock on the computer's wall is wrong, or is set while work waits.

use loopdesk_tests::{Advisor, Stage};
use model::at::DAY;

use serde_json::json;

use super::{helps, said, sends, shown};

const YEAR: i64 = 365 * DAY;

#[tokio::test(flavor = "multi_thread")]
async fn f8_a_clock_that_jumps_loses_and_reorders_nothing() {
    for jump in [DAY, -DAY, 10 * YEAR, -10 * YEAR] {
        let mut stage = Stage::open().await;
        let mut ines = Advisor::sits(&stage, "Inès Keller").await;
        let id = helps(&stage, &mut ines).await;
        stage.stop().await;
        ines.line("offline").await;
        sends(&ines, &id, "note", "first").await;
        ines.clock.sleep(jump);
        // Years later nothing of a customer is shown before the service was asked: then there is nothing to write on.
        let locks = jump > 3 * DAY;
        if locks {
            assert_eq!(ines.call("app.start", json!({})).await["gate"]["gate"], "locked");
        } else {
            sends(&ines, &id, "note", "second").await;
            sends(&ines, &id, "reply", "We look for it.").await;
        }
        // The jump is there at the next start, too.
        ines.crashes();
        stage.restart().await;
        ines.clock.go();
        ines.starts();
        ines.ready().await;
        ines.has_sent_all().await;
        let all = ["Where is my parcel?", "first", "second", "We look for it."];
        let wanted = if locks { &all[..2] } else { &all[..] };
        let nora = stage.supervisor("Nora Blum").await;
        assert_eq!(said(&nora, &id).await, wanted, "a jump of {} days", jump / DAY);
        assert_eq!(shown(&ines, &id).await, wanted, "a jump of {} days", jump / DAY);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn f8_a_clock_that_was_always_wrong_is_no_hindrance() {
    for wrong in [DAY, -DAY, 10 * YEAR, -10 * YEAR] {
        let mut stage = Stage::open().await;
        let mut ines = Advisor::arrives_late("Inès Keller", wrong);
        ines.joins(&stage).await;
        let id = helps(&stage, &mut ines).await;
        stage.stop().await;
        ines.line("offline").await;
        sends(&ines, &id, "note", "without a line").await;
        stage.restart().await;
        ines.clock.go();
        ines.has_sent_all().await;
        let nora = stage.supervisor("Nora Blum").await;
        assert_eq!(said(&nora, &id).await, ["Where is my parcel?", "without a line"]);
        let opened = ines.shows(&id).await;
        let at = opened["timeline"]["items"][0]["at"].as_i64().expect("a time");
        assert_eq!(at, stage.now().0, "times are the service's: {} days off", wrong / DAY);
    }
}
