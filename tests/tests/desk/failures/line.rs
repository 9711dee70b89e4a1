//! The line breaks, or goes silent.

use loopdesk_tests::{
    Advisor, Stage,
    app::PASSWORD,
    chaos::{Answers, Chaos, Cut, Path},
    stage::new_person,
};
use model::at::SECOND;

use super::{helps, line, said, sends, shown};

/// An advisor behind a line that can be broken.
async fn behind(stage: &Stage) -> (Chaos, Advisor) {
    let chaos = Chaos::before(&stage.address).await;
    let mut new = new_person("alba", "Inès Keller");
    new.password = Some(PASSWORD.into());
    stage.service.add_person(&"alba".parse().expect("a name"), new).await.expect("a person");
    let ines = Advisor::sits_behind(&chaos.address, "Inès Keller").await;
    (chaos, ines)
}

#[tokio::test(flavor = "multi_thread")]
async fn f1_a_service_that_is_replaced_is_found_again_and_all_arrives_once() {
    let mut stage = Stage::open().await;
    let (_chaos, mut ines) = behind(&stage).await;
    let id = helps(&stage, &mut ines).await;
    for round in 0..3 {
        sends(&ines, &id, "note", &format!("before {round}")).await;
        stage.restart().await;
        sends(&ines, &id, "note", &format!("after {round}")).await;
    }
    ines.has_sent_all().await;
    let nora = stage.supervisor("Nora Blum").await;
    let all = said(&nora, &id).await;
    let wanted = ["Where is my parcel?", "before 0", "after 0", "before 1", "after 1", "before 2", "after 2"];
    assert_eq!(all, wanted);
    assert_eq!(shown(&ines, &id).await, wanted);
}

#[tokio::test(flavor = "multi_thread")]
async fn f2_an_answer_that_is_lost_does_not_do_the_work_twice() {
    let stage = Stage::open().await;
    let (chaos, mut ines) = behind(&stage).await;
    let id = helps(&stage, &mut ines).await;
    for no in 1..=3 {
        chaos.answers(Answers::Cut("POST /v1/commands"));
        sends(&ines, &id, "note", &format!("note {no}")).await;
        chaos.until(|counts| counts.lost >= no).await;
        ines.has_sent_all().await;
    }
    let nora = stage.supervisor("Nora Blum").await;
    assert_eq!(said(&nora, &id).await, ["Where is my parcel?", "note 1", "note 2", "note 3"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn f15_a_line_that_went_silent_is_noticed_within_35_seconds() {
    let stage = Stage::open().await;
    let (chaos, mut ines) = behind(&stage).await;
    let id = helps(&stage, &mut ines).await;
    ines.has_sent_all().await;
    chaos.path(Path::Silent);
    chaos.cut(Cut::BlackHole);
    // Her desk asks after 15 seconds, hears nothing, and gives the line up after 35.
    for seconds in [15, 20] {
        ines.clock.pass(seconds * SECOND);
        ines.desk.as_ref().expect("the desk runs").painted();
    }
    ines.until(|push| line(push).filter(|state| state != "live")).await;
    sends(&ines, &id, "note", "written into the silence").await;
    chaos.heals();
    ines.has_sent_all().await;
    let nora = stage.supervisor("Nora Blum").await;
    assert_eq!(said(&nora, &id).await, ["Where is my parcel?", "written into the silence"]);
}
