//! Signing in to a real service.

use loopdesk_tests::{Advisor, Stage, stage::new_person, stage::slug};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_faster_than_their_keyring_gets_in() {
    let stage = Stage::open().await;
    let mut new = new_person("alba", "Inès Keller");
    new.password = Some("correct horse battery".into());
    let email = new.email.clone();
    stage.service.add_person(&slug("alba"), new).await.expect("a person is added");
    let mut ines = Advisor::arrives("Inès Keller");

    // The keyring does not say yet with which key the files open, and the browser comes back already.
    ines.vault.hold(true);
    ines.call("workspace.add", json!({ "address": stage.address })).await;
    ines.browses(&stage, &email, "correct horse battery").await;
    ines.vault.keeps("refresh").await;
    let start = ines.call("app.start", json!({})).await;
    assert_eq!(start["gate"]["gate"], "opening");
    ines.vault.hold(false);
    let home = ines.ready().await;
    assert_eq!(home["me"]["name"], "Inès Keller");
    ines.live().await;
    stage.sockets(1).await;
}
