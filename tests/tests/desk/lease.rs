//! For how long what the service told is shown without contact with it, and that nothing is lost by it.

use std::{collections::BTreeSet, fs, path::PathBuf};

use desk::FailureCode;
use loopdesk_tests::{Advisor, Stage, advisor::words};
use model::at::{DAY, HOUR};
use serde_json::json;

/// A loop with a draft and a reply that did not go out: the service is down.
async fn without_a_line() -> (Stage, Advisor, String) {
    let mut stage = Stage::open().await;
    let mut ines = Advisor::sits(&stage, "Inès Keller").await;
    let lea = stage.customer("Léa Bernard").await;
    lea.says("Hello?").await;
    let id = ines.takes_offer().await;
    ines.shows(&id).await;
    ines.sends_at_once().await;
    stage.stop().await;
    ines.line("offline").await;
    let note =
        json!({ "id": id, "mode": "note", "text": "Ask the depot.", "attachments": [], "from_macro": null });
    ines.call("message.send", note).await;
    let draft = json!({ "mode": "reply", "reply": "Dear Léa,", "note": "", "attachments": [] });
    ines.call("draft.save", json!({ "id": id, "draft": draft })).await;
    (stage, ines, id)
}

fn files(ines: &Advisor) -> BTreeSet<PathBuf> {
    let workspaces = fs::read_dir(ines.folder().join("workspaces")).expect("workspaces").flatten();
    let inside = workspaces.flat_map(|folder| fs::read_dir(folder.path()).expect("a folder").flatten());
    inside
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|kind| kind == "db"))
        .collect()
}

/// The desk shows nothing of the customer, and says since when it is alone.
async fn is_locked(ines: &Advisor) {
    let gate = ines.gate().await;
    assert_eq!(gate["gate"], "locked", "{gate}");
    assert_eq!(gate["why"], "lease_over");
    assert!(gate["since"].is_i64());
    assert!(!gate.to_string().contains("Léa"));
    let refused = ines.tries("search.find", json!({ "text": "Léa" })).await;
    assert_eq!(refused.expect_err("nothing is found").code, FailureCode::Locked);
    let refused = ines.tries("library.list", json!({})).await;
    assert_eq!(refused.expect_err("nothing is shown").code, FailureCode::Locked);
}

/// Everything is as it was left, and goes out.
async fn is_whole(ines: &mut Advisor, id: &str) {
    // A first try may have been in vain: the next one comes by the clock.
    ines.clock.go();
    let home = ines.ready().await;
    assert_eq!(home["open"]["header"]["id"], json!(id));
    assert_eq!(home["open"]["draft"]["reply"], "Dear Léa,");
    ines.has_sent_all().await;
    let items = ines.shows(id).await["timeline"]["items"].clone();
    let lines: Vec<String> = items.as_array().expect("lines").iter().map(words).collect();
    for line in ["Hello?", "Ask the depot."] {
        assert_eq!(lines.iter().filter(|known| *known == line).count(), 1, "{line}: {lines:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_three_days_without_contact_nothing_is_shown_until_the_service_answers() {
    let (mut stage, mut ines, id) = without_a_line().await;
    ines.clock.pass(71 * HOUR);
    assert_eq!(ines.gate().await["gate"], "ready", "hour 71");
    ines.clock.pass(HOUR);
    is_locked(&ines).await;
    let known = files(&ines);

    // Also after a restart, and again.
    for _ in 0..2 {
        ines.ends().await;
        ines.starts();
        ines.opened().await;
        is_locked(&ines).await;
    }
    assert_eq!(files(&ines), known, "nothing is destroyed");

    stage.restart().await;
    ines.call("keys.try_again", json!({})).await;
    is_whole(&mut ines, &id).await;
    // Contact begins a new lease.
    stage.stop().await;
    ines.clock.pass(71 * HOUR);
    assert_eq!(ines.gate().await["gate"], "ready", "hour 71 again");
    ines.clock.pass(HOUR);
    is_locked(&ines).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_computer_that_slept_too_long_shows_nothing_on_waking() {
    let stage = Stage::open().await;
    let mut ines = Advisor::sits(&stage, "Inès Keller").await;
    let lea = stage.customer("Léa Bernard").await;
    lea.says("Hello?").await;
    let id = ines.takes_offer().await;
    ines.shows(&id).await;
    ines.pushed.clear();
    ines.clock.sleep(80 * HOUR);
    // The very first thing that is asked finds it locked; then the service answers, and all is shown.
    let woken = ines.tries("conversation.show", json!({ "id": id })).await;
    assert!(woken.is_err(), "nothing is shown before the service was asked");
    let home = ines.ready().await;
    assert_eq!(home["open"]["header"]["id"], json!(id));
    ines.live().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_jumps_ten_years_locks_and_destroys_nothing() {
    let (mut stage, mut ines, id) = without_a_line().await;
    ines.clock.sleep(3_650 * DAY);
    is_locked(&ines).await;
    let known = files(&ines);
    // Set right again, it stays locked: nobody knows which was the wrong time.
    ines.clock.sleep(-3_650 * DAY);
    is_locked(&ines).await;
    ines.ends().await;
    ines.starts();
    ines.opened().await;
    is_locked(&ines).await;
    assert_eq!(files(&ines), known, "nothing is destroyed");
    stage.restart().await;
    ines.call("keys.try_again", json!({})).await;
    is_whole(&mut ines, &id).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_set_back_gives_no_day_more() {
    let (_stage, mut ines, _id) = without_a_line().await;
    ines.clock.pass(71 * HOUR);
    assert_eq!(ines.gate().await["gate"], "ready");
    ines.clock.sleep(-60 * DAY);
    assert_eq!(ines.gate().await["gate"], "ready");
    ines.clock.pass(HOUR);
    is_locked(&ines).await;
    // Nor does it while the desk is closed.
    ines.ends().await;
    ines.clock.sleep(-60 * DAY);
    ines.starts();
    ines.opened().await;
    is_locked(&ines).await;
}
