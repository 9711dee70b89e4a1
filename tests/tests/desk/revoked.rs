//! What an advisor may no longer see leaves their computer; what is their own and not sent stays.

use desk::view::LockedWhy;
use loopdesk_tests::{
    Advisor, Stage,
    advisor::email,
    app::PASSWORD,
    eventually,
    stage::{new_person, slug},
    workspaces::workspace,
};
use model::{
    Role,
    at::{HOUR, MINUTE},
};
use serde_json::json;
use server::{Options, Service, admin::NewPerson};
use store::cache;

/// The service's database, opened by `loopdesk-server user` while the service does not run.
async fn operator(stage: &Stage) -> Service {
    let mut options = Options::at(stage.database());
    options.clock = stage.clock.clone();
    Service::open(options).await.expect("the database opens")
}

/// Waits until the desk shows nothing and asks for a sign-in.
async fn asks_for_sign_in(ines: &mut Advisor) {
    while ines.gate().await != json!({ "gate": "signed_out", "waiting": false }) {
        ines.clock.pass(1_000);
        ines.until(|push| matches!(push["view"].as_str(), Some("connection" | "gate")).then_some(())).await;
    }
}

/// F7, F19: the sign-in was ended while the desk had no line and something was not sent.
#[tokio::test(flavor = "multi_thread")]
async fn f19_an_ended_sign_in_takes_what_was_told_and_keeps_what_is_hers() {
    let mut stage = Stage::open().await;
    let mut ines = Advisor::sits(&stage, "Inès Keller").await;
    ines.sends_at_once().await;
    let mut amir = new_person("alba", "Amir Saidi");
    (amir.email, amir.password) = (email("Amir Saidi"), Some(PASSWORD.into()));
    let amir = stage.service.add_person(&slug("alba"), amir).await.expect("a person is added");
    let mut lea = stage.customer("Léa Bernard").await;
    lea.says("Where is my parcel?").await;
    let id = ines.takes_offer().await;
    stage.pass(3 * MINUTE).await;
    stage.stop().await;
    ines.line("offline").await;
    let reply = json!({ "id": id, "mode": "reply", "text": "I am asking the carrier.", "attachments": [], "from_macro": null });
    ines.call("message.send", reply).await;
    assert_eq!(ines.gate().await["home"]["connection"]["unsent"], 1);
    operator(&stage).await.end_sign_ins(&slug("alba"), &ines.email()).await.expect("they are ended");
    stage.restart().await;
    ines.clock.pass(30_000);
    asks_for_sign_in(&mut ines).await;
    let opened = ines.tries("conversation.show", json!({ "id": id })).await;
    assert!(!json!(opened.ok()).to_string().contains("parcel"), "what the customer said is gone");
    assert!(!ines.vault.names().iter().any(|name| name.ends_with("refresh")), "nor a token");

    // A colleague signs in on her computer: hers is not sent in his name.
    ines.call("workspace.sign_in", json!({})).await;
    ines.browses(&stage, &email("Amir Saidi"), PASSWORD).await;
    // Her desk asks for tokens once, and finds whose they are.
    let asked = async || {
        let entries = stage.service.audit(&slug("alba"), 100).await.expect("entries");
        let his = |entry: &server::audit::Entry| (entry.who, entry.act.as_str()) == (Some(amir.0), "refresh");
        entries.iter().any(his).then_some(())
    };
    eventually("tokens in his name", asked).await;
    asks_for_sign_in(&mut ines).await;
    lea.connect().await;
    lea.catch_up().await;
    assert_eq!(lea.words(), ["Where is my parcel?"], "nothing was sent");

    ines.call("workspace.sign_in", json!({})).await;
    let email = ines.email();
    ines.browses(&stage, &email, PASSWORD).await;
    ines.live().await;
    ines.has_sent_all().await;
    lea.reads("I am asking the carrier.").await;
    assert_eq!(lea.words().len(), 2, "once");
}

/// F19: where there is no keyring, the token lies beside the keys, under the passphrase.
#[tokio::test(flavor = "multi_thread")]
async fn f19_an_ended_sign_in_asks_for_another_without_a_keyring_too() {
    let mut stage = Stage::open().await;
    let mut new = new_person("alba", "Inès Keller");
    (new.email, new.password) = (email("Inès Keller"), Some(PASSWORD.into()));
    stage.service.add_person(&slug("alba"), new).await.expect("a person is added");
    let mut ines = Advisor::arrives("Inès Keller");
    ines.vault.fail(Some(LockedWhy::NoKeyring));
    ines.call("workspace.add", json!({ "address": stage.address })).await;
    ines.browses(&stage, &email("Inès Keller"), PASSWORD).await;
    ines.until(|push| (push["gate"]["passphrase"] == "choose").then_some(())).await;
    ines.call("keys.choose", json!({ "passphrase": "seven quiet lighthouses" })).await;
    ines.live().await;
    stage.stop().await;
    ines.line("offline").await;
    operator(&stage).await.end_sign_ins(&slug("alba"), &ines.email()).await.expect("they are ended");
    stage.restart().await;
    asks_for_sign_in(&mut ines).await;
    // Nor is the void token tried again with the next start.
    ines.ends().await;
    ines.starts();
    ines.until(|push| (push["gate"]["passphrase"] == "enter").then_some(())).await;
    ines.call("keys.unlock", json!({ "passphrase": "seven quiet lighthouses" })).await;
    asks_for_sign_in(&mut ines).await;
    ines.call("workspace.sign_in", json!({})).await;
    ines.browses(&stage, &email("Inès Keller"), PASSWORD).await;
    ines.live().await;
    let entries = stage.service.audit(&slug("alba"), 100).await.expect("entries");
    let void =
        entries.iter().filter(|entry| (entry.act.as_str(), entry.result.as_str()) == ("refresh", "refused"));
    assert_eq!(void.count(), 1, "asked once, and told");
}

/// F19: a desk that is locked because it was alone for too long asks the service, and is told.
#[tokio::test(flavor = "multi_thread")]
async fn f19_a_desk_that_is_locked_learns_that_its_sign_in_was_ended() {
    let mut stage = Stage::open().await;
    let mut ines = Advisor::sits(&stage, "Inès Keller").await;
    let lea = stage.customer("Léa Bernard").await;
    lea.says("Where is my parcel?").await;
    ines.takes_offer().await;
    stage.stop().await;
    ines.line("offline").await;
    ines.clock.pass(73 * HOUR);
    assert_eq!(ines.gate().await["why"], "lease_over");
    operator(&stage).await.end_sign_ins(&slug("alba"), &ines.email()).await.expect("they are ended");
    stage.restart().await;
    let cache = workspace(&ines.folder()).join("cache.db");
    ines.call("keys.try_again", json!({})).await;
    let told =
        |ines: &Advisor| !cache.exists() && !ines.vault.names().iter().any(|name| name.ends_with("refresh"));
    while !told(&ines) || ines.gate().await["why"] != "lease_over" {
        assert_ne!(ines.gate().await["gate"], "ready", "nothing is shown");
        ines.until(|push| (push["view"] == "gate").then_some(())).await;
    }
    ines.call("workspace.sign_in", json!({})).await;
    ines.browses(&stage, &email("Inès Keller"), PASSWORD).await;
    ines.ready().await;
    ines.live().await;
}

/// F19: a supervisor becomes an advisor while her desk has no line.
#[tokio::test(flavor = "multi_thread")]
async fn f19_a_lowered_role_takes_the_view_of_all_and_others_customers() {
    let mut stage = Stage::open().await;
    let mut bea = stage.advisor("Bea Novak").await.available().await;
    let lea = stage.customer("Léa Bernard").await;
    lea.says("Where is my parcel?").await;
    let id = bea.takes_offer().await;
    let mut sara = Advisor::sits_as(&stage, "Sara Lind", Role::Supervisor, &["en"], &["delivery"]).await;
    sara.call("supervise.show", json!({ "on": true })).await;
    sara.until(|push| {
        (push["view"] == "supervise" && push["supervise"]["advisors"].as_array()?.len() > 1).then_some(())
    })
    .await;
    bea.catch_up().await;
    let customer = bea.world.conversations[&id].customer;
    sara.call("customer.open", json!({ "id": customer })).await;
    let opened = sara.shows(&id.0.to_string()).await;
    assert!(opened.to_string().contains("parcel"));

    stage.stop().await;
    sara.line("offline").await;
    let lowered =
        NewPerson { email: sara.email(), name: "Sara Lind".into(), ..new_person("alba", "Sara Lind") };
    operator(&stage).await.add_person(&slug("alba"), lowered).await.expect("her role is lowered");
    stage.restart().await;
    sara.clock.pass(30_000);
    sara.live().await;
    sara.until(|push| (push["view"] == "me" && push["person"]["role"] == "advisor").then_some(())).await;
    let supervise = sara.call("supervise.show", json!({ "on": true })).await;
    assert!(supervise["advisors"].as_array().is_none_or(Vec::is_empty), "{supervise}");
    let (cache, _) = sara.leaves().await;
    let kept = cache::everything(cache.rows()).expect("the cache is read");
    assert!(!format!("{kept:?}").contains("parcel"), "not a word of it is kept");
}
