//! The service's log is another one than the desk knows, or shorter; and one person at two desks.

use loopdesk_tests::{Advisor, Stage};
use model::at::HOUR;
use serde_json::json;

use super::{helps, said, sends, shown};

#[tokio::test(flavor = "multi_thread")]
async fn f9_two_desks_of_one_advisor_show_the_same_and_overwrite_nothing() {
    let mut stage = Stage::open().await;
    let mut here = Advisor::sits(&stage, "Inès Keller").await;
    here.clock.go();
    let id = helps(&stage, &mut here).await;
    let mut there = Advisor::sits_behind(&stage.address, "Inès Keller").await;
    there.sends_at_once().await;
    sends(&here, &id, "note", "from here").await;
    here.has_sent_all().await;
    sends(&there, &id, "note", "from there").await;
    there.has_sent_all().await;
    let wanted = ["Where is my parcel?", "from here", "from there"];
    for desk in [&mut here, &mut there] {
        while shown(desk, &id).await != wanted {
            desk.until(|push| (push["view"] == "timeline").then_some(())).await;
        }
    }

    // A field that both change while one has no line: as with anybody else, she chooses.
    let opened = here.shows(&id).await;
    let add = json!({ "customer": opened["header"]["customer"], "conversation": id, "title": "Call Léa",
        "owner": null, "due": stage.now() + HOUR, "priority": "normal", "cause": null });
    let follow_up = here.call("follow_up.add", add).await;
    here.has_sent_all().await;
    let change = |value: &str| json!({ "id": follow_up, "change": { "field": "outcome", "value": value } });
    there.crashes();
    stage.stop().await;
    here.line("offline").await;
    here.call("follow_up.change", change("Refunded")).await;
    here.crashes();
    stage.restart().await;
    there.starts();
    there.ready().await;
    there.live().await;
    there.call("follow_up.change", change("Sent again")).await;
    there.has_sent_all().await;
    here.starts();
    let clash = here
        .until(|push| {
            let item = &push["patch"]["item"];
            let why = &item["delivery"]["why"];
            (push["view"] == "attention" && why["why"] == "conflict").then(|| why.clone())
        })
        .await;
    assert_eq!(
        (&clash["mine"]["value"], &clash["theirs"]["value"]),
        (&json!("Refunded"), &json!("Sent again"))
    );
    assert_eq!(clash["by"], "Inès Keller");
}

#[tokio::test(flavor = "multi_thread")]
async fn f11_a_restored_service_is_told_again_what_it_forgot_once() {
    let mut stage = Stage::open().await;
    let mut ines = Advisor::sits(&stage, "Inès Keller").await;
    ines.clock.go();
    let id = helps(&stage, &mut ines).await;
    sends(&ines, &id, "note", "in the backup").await;
    ines.has_sent_all().await;
    let backup = stage.folder().join("backup.db");
    stage.service.db().backup(backup.clone()).await.expect("a backup");
    sends(&ines, &id, "note", "after the backup").await;
    ines.has_sent_all().await;

    stage.restore(&backup).await;
    sends(&ines, &id, "note", "to the restored one").await;
    ines.live().await;
    ines.has_sent_all().await;
    let wanted = ["Where is my parcel?", "in the backup", "after the backup", "to the restored one"];
    let nora = stage.supervisor("Nora Blum").await;
    assert_eq!(said(&nora, &id).await, wanted);
    assert_eq!(shown(&ines, &id).await, wanted);
}

#[tokio::test(flavor = "multi_thread")]
async fn f12_a_service_that_lost_writes_is_told_again_once() {
    let mut stage = Stage::open().await;
    let mut ines = Advisor::sits(&stage, "Inès Keller").await;
    ines.clock.go();
    let id = helps(&stage, &mut ines).await;
    ines.has_sent_all().await;
    let kept = stage.folder().join("kept.db");
    stage.service.db().backup(kept.clone()).await.expect("a copy");
    sends(&ines, &id, "note", "written and lost").await;
    ines.has_sent_all().await;

    // The same log, shorter: an older file was put in its place.
    stage.goes_on_with(&kept).await;
    ines.until(|push| super::line(push).filter(|state| state != "live")).await;
    ines.live().await;
    ines.has_sent_all().await;
    sends(&ines, &id, "note", "written after").await;
    ines.has_sent_all().await;
    let wanted = ["Where is my parcel?", "written and lost", "written after"];
    let nora = stage.supervisor("Nora Blum").await;
    assert_eq!(said(&nora, &id).await, wanted);
    assert_eq!(shown(&ines, &id).await, wanted);
}
