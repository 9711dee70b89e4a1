//! What a macro does besides its text is done, even when the desk ends before the message went out.

use loopdesk_tests::{Advisor, Stage, stage::slug};
use model::{
    Intent, MacroId,
    library::{Macro, MacroAction},
};
use serde_json::json;
use uuid::Uuid;

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_forgets_nothing_that_a_macro_promised() {
    let stage = Stage::open().await;
    let amir = stage.supervisor("Amir Saidi").await.connected().await;
    let mut ines = Advisor::sits(&stage, "Inès Keller").await;
    let prepared = Macro {
        id: MacroId(Uuid::now_v7()),
        name: slug("inquiry"),
        title: "An inquiry at the carrier".into(),
        language: slug("en"),
        text: "I am asking the carrier.".into(),
        actions: vec![MacroAction::AddFollowUp {
            title: "Call once the carrier answered".into(),
            due_in_hours: 24,
        }],
        changed_by: String::new(),
        changed_at: stage.now(),
        version: 0,
    };
    let known = prepared.id;
    amir.wants(Intent::PutMacro { prepared }).await;
    let mut lea = stage.customer("Léa Bernard").await.connected().await;
    lea.says("Where is my parcel?").await;
    let id = ines.takes_offer().await;
    ines.shows(&id).await;
    ines.call(
        "message.send",
        json!({ "id": id, "mode": "reply", "text": "I am asking the carrier.", "attachments": [], "from_macro": known }),
    )
    .await;

    // It can still be taken back for some seconds; the desk ends within them.
    ines.crashes();
    ines.starts();
    ines.ready().await;
    ines.live().await;
    ines.clock.pass(5_000);
    lea.reads("I am asking the carrier.").await;
    ines.until(|push| {
        let counts = &push["counts"];
        (push["view"] == "follow_up_counts" && counts["mine"] == 1).then_some(())
    })
    .await;
    let list = ines.call("follow_up.show", json!({ "scope": "mine" })).await;
    assert_eq!(list[0]["follow_up"]["title"], "Call once the carrier answered");
}
