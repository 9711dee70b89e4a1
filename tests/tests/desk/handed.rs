//! A conversation comes from a colleague.

use loopdesk_tests::{Advisor, Stage, advisor::words};
use model::{Intent, PersonId};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn with_all_that_was_said_before() {
    let stage = Stage::open().await;
    let mut amir = stage.supervisor("Amir Saidi").await.available().await;
    let mut lea = stage.customer("Léa Bernard").await.connected().await;
    lea.says("My teapot arrived broken.").await;
    let id = amir.takes_offer().await;
    amir.replies(id, "I am sorry to hear that.").await;
    lea.reads("I am sorry to hear that.").await;
    let mut ines = Advisor::sits(&stage, "Inès Keller").await;
    let home = ines.ready().await;
    let person: PersonId = serde_json::from_value(home["me"]["id"].clone()).expect("her id");

    amir.wants(Intent::Assign { conversation: id, person }).await;
    ines.until(|push| {
        (push["view"] == "yours" && push["patch"].to_string().contains(&id.0.to_string())).then_some(())
    })
    .await;
    let opened = ines.call("conversation.show", json!({ "id": id })).await;
    let said: Vec<String> =
        opened["timeline"]["items"].as_array().expect("lines").iter().map(words).collect();
    assert!(said.iter().any(|text| text == "My teapot arrived broken."), "{said:?}");
    assert!(said.iter().any(|text| text == "I am sorry to hear that."), "{said:?}");
}
