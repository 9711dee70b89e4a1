//! The lid is closed for a night.

use desk::ports::About;
use loopdesk_tests::{
    Advisor, Stage,
    app::PASSWORD,
    chaos::{Chaos, Cut, Path},
    stage::{new_person, slug},
};
use model::{
    ConversationId,
    at::{HOUR, SECOND},
};
use serde_json::json;
use server::seed::measuring;
use store::work::draft;
use uuid::Uuid;

use super::{helps, line};

#[tokio::test(flavor = "multi_thread")]
async fn f6_after_a_night_the_desk_is_live_again_with_one_summary() {
    let stage = Stage::open().await;
    let chaos = Chaos::before(&stage.address).await;
    let mut new = new_person("alba", "Inès Keller");
    new.password = Some(PASSWORD.into());
    stage.service.add_person(&"alba".parse().expect("a name"), new).await.expect("a person");
    let mut ines = Advisor::sits_behind(&chaos.address, "Inès Keller").await;
    // Two of hers: one writes at night, the other waits at the chat page and gets tired of it.
    let id = helps(&stage, &mut ines).await;
    // Léa's page was closed long enough ago.
    stage.pass(130 * SECOND).await;
    let omar = stage.customer("Omar Khan").await.connected().await;
    omar.says("Are you there?").await;
    let live = ines.takes_offer().await;
    ines.shows(&live).await;
    let draft = json!({ "mode": "reply", "reply": "Dear Omar,", "note": "", "attachments": [] });
    ines.call("draft.save", json!({ "id": live, "draft": draft })).await;
    ines.has_sent_all().await;
    ines.desk.as_ref().expect("the desk runs").focus(false);

    // She sleeps: nothing is carried, and nobody is told. The service gives her up after its time.
    chaos.path(Path::Silent);
    chaos.cut(Cut::BlackHole);
    chaos.forgets();
    stage.sockets(1).await;
    stage.pass(61 * SECOND).await;
    let lea: ConversationId = id.parse::<Uuid>().expect("an id").into();
    for n in 0..30 {
        let text = format!("night {n}");
        measuring::says(&stage.service, &slug("alba"), lea, text).await.expect("it is written");
    }
    stage.pass(8 * HOUR).await;

    ines.clock.sleep(8 * HOUR);
    chaos.heals();
    ines.desk.as_ref().expect("the desk runs").painted();
    ines.until(|push| line(push).filter(|state| state != "live")).await;
    ines.live().await;
    ines.has_sent_all().await;
    let shown = ines.shell.shown.lock().unwrap().clone();
    let of_lines: Vec<_> =
        shown.iter().filter(|one| !matches!(one.about, About::Offer(_))).map(|one| &one.about).collect();
    assert_eq!(of_lines, [&About::Summary], "one for all of them");
    let summary = shown.iter().find(|one| one.about == About::Summary).expect("the summary");
    assert_eq!(summary.body, "30 new messages");

    // Omar was given to the queue again meanwhile; what she was writing to him is still hers.
    let home = ines.ready().await;
    let yours = home["yours"].as_array().expect("rows");
    assert_eq!(yours.iter().map(|row| &row["id"]).collect::<Vec<_>>(), [&json!(id)]);
    let (_, work) = ines.leaves().await;
    let omar: ConversationId = live.parse::<Uuid>().expect("an id").into();
    let kept: Option<serde_json::Value> = draft::load(work.rows(), omar).expect("the file can be read");
    assert_eq!(kept.expect("the draft")["reply"], "Dear Omar,");
}
