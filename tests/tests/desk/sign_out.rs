//! Whoever signs out leaves nothing behind: no key, no file, no token that still opens a door.

use desk::{FailureCode, ports::Vault, view::LockedWhy};
use loopdesk_tests::{Advisor, Stage, workspaces::workspaces};
use secrecy::ExposeSecret;
use serde_json::json;

/// What the keyring keeps of workspaces that are not for practice.
fn names(ines: &Advisor) -> Vec<String> {
    ines.vault.names().into_iter().filter(|name| !name.starts_with("practice/")).collect()
}

/// S23
#[tokio::test(flavor = "multi_thread")]
async fn after_a_sign_out_nothing_is_left() {
    let mut stage = Stage::open().await;
    let mut ines = Advisor::sits(&stage, "Inès Keller").await;
    ines.call("keys.set_passphrase", json!({ "passphrase": "seven quiet lighthouses" })).await;
    let lea = stage.customer("Léa Bernard").await;
    lea.says("Hello?").await;
    let id = ines.takes_offer().await;
    ines.shows(&id).await;
    let token = names(&ines).into_iter().find(|name| name.ends_with("refresh")).expect("a token");
    let token = ines.vault.get(&token).expect("it answers").expect("a token");

    ines.sends_at_once().await;
    // With something unsent it asks first; how much that is stands beside the line.
    stage.stop().await;
    ines.line("offline").await;
    let note =
        json!({ "id": id, "mode": "note", "text": "Ask the depot.", "attachments": [], "from_macro": null });
    ines.call("message.send", note).await;
    let asked = ines.tries("workspace.sign_out", json!({ "even_unsent": false })).await;
    assert_eq!(asked.expect_err("it asks").code, FailureCode::Unsent);
    assert_eq!(ines.connection().await["unsent"], 1);
    assert_eq!(names(&ines).len(), 3, "nothing was touched");
    assert_eq!(workspaces(&ines.folder()).len(), 1);
    stage.restart().await;
    // A new start dials at once; on this clock no pause would ever end.
    ines.crashes();
    ines.starts();
    ines.has_sent_all().await;

    ines.call("workspace.sign_out", json!({ "even_unsent": false })).await;
    assert_eq!(names(&ines), Vec::<String>::new(), "the keyring has no entry");
    assert_eq!(workspaces(&ines.folder()), Vec::<String>::new(), "the folder is gone");
    assert!(ines.shell.page_forgotten(), "what the window kept is gone");
    // What was kept of the token opens nothing any more.
    let asked = reqwest::Client::new()
        .post(format!("{}/v1/token", stage.address))
        .json(&json!({ "grant_type": "refresh_token", "refresh_token": token.expose_secret() }))
        .send()
        .await
        .expect("the service answers");
    assert_eq!(asked.status(), 401);

    // Again and again: it shows the sign-in and makes nothing.
    for _ in 0..2 {
        ines.opened().await;
        let start = ines.call("app.start", json!({})).await;
        assert_eq!(start["gate"], json!({ "gate": "signed_out", "waiting": false }));
        assert!(!start.to_string().contains("Léa"));
        let refused = ines.tries("conversation.show", json!({ "id": id })).await;
        assert_eq!(refused.expect_err("nobody is signed in").code, FailureCode::SignedOut);
        assert_eq!((names(&ines), workspaces(&ines.folder())), (Vec::new(), Vec::new()));
        ines.ends().await;
        ines.starts();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_keyring_that_does_not_forget_is_said() {
    let stage = Stage::open().await;
    let ines = Advisor::sits(&stage, "Inès Keller").await;
    ines.vault.fail(Some(LockedWhy::KeyringLocked));
    let left = ines.tries("workspace.sign_out", json!({ "even_unsent": false })).await;
    assert_eq!(left.expect_err("the keys are still there").code, FailureCode::NotSaved);
    assert_eq!(workspaces(&ines.folder()), Vec::<String>::new(), "what they open is gone all the same");
}
