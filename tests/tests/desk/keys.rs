//! Where the keys of the files come from, and what happens when they do not come: the keyring is there, locked, not there,
//! slow, made anew, or holds another key; with a passphrase and without one. Whatever happens, nothing is written over and
//! nothing is written open.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use desk::{FailureCode, ports::Vault, view::LockedWhy};
use loopdesk_tests::{
    Advisor, Stage, advisor::email, app::PASSWORD, seat::PATIENCE, stage::new_person, stage::slug,
    workspaces::workspace,
};
use serde_json::json;
use store::Key;

const PASSPHRASE: &str = "seven quiet lighthouses";
const DRAFT: &str = "Dear Léa, your canary";

/// Everything that must outlive whatever happens, byte for byte.
fn kept(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let files = fs::read_dir(folder).expect("the folder").flatten().map(|entry| entry.path());
    let files = files.filter(|path| path.is_file() && !path.to_string_lossy().ends_with("-shm"));
    files.map(|path| (path.clone(), fs::read(&path).expect("a file"))).collect()
}

fn nothing_lies_open(folder: &Path) {
    for (path, bytes) in kept(folder) {
        for word in ["canary", "seven quiet", "SQLite format 3"] {
            let found = bytes.windows(word.len()).any(|window| window == word.as_bytes());
            assert!(!found, "{word} lies open in {}", path.display());
        }
    }
}

/// An advisor with a draft in an open conversation.
async fn with_draft(stage: &Stage) -> (Advisor, String) {
    let mut ines = Advisor::sits(stage, "Inès Keller").await;
    let id = drafts(stage, &mut ines).await;
    (ines, id)
}

async fn drafts(stage: &Stage, ines: &mut Advisor) -> String {
    let lea = stage.customer("Léa Bernard").await;
    lea.says("Hello?").await;
    let id = ines.takes_offer().await;
    ines.shows(&id).await;
    let draft = json!({ "mode": "reply", "reply": DRAFT, "note": "", "attachments": [] });
    ines.call("draft.save", json!({ "id": id, "draft": draft })).await;
    id
}

/// Waits until the desk is locked for that reason.
async fn locked(ines: &mut Advisor, why: &str, passphrase: &str) {
    loop {
        let gate = ines.gate().await;
        if gate["gate"] == "locked" && gate["why"] == why {
            assert_eq!(gate["passphrase"], passphrase, "{why}");
            return;
        }
        assert_ne!(gate["gate"], "ready", "it should be locked: {why}");
        ines.until(|push| (push["view"] == "gate").then_some(())).await;
    }
}

async fn finds_the_draft(ines: &mut Advisor, id: &str) {
    let home = ines.ready().await;
    assert_eq!(home["open"]["header"]["id"], json!(id));
    assert_eq!(home["open"]["draft"]["reply"], DRAFT);
}

/// Each state of the keyring, and how it gets into it and out of it.
enum Ring {
    Fails(LockedWhy),
    Wiped,
    Changed,
}

impl Ring {
    const ALL: [(Ring, &str); 5] = [
        (Ring::Fails(LockedWhy::KeyringLocked), "keyring_locked"),
        (Ring::Fails(LockedWhy::NoKeyring), "no_keyring"),
        (Ring::Fails(LockedWhy::KeyringSlow), "keyring_slow"),
        (Ring::Wiped, "key_missing"),
        (Ring::Changed, "wrong_key"),
    ];

    /// Breaks it; what it kept before.
    fn breaks(&self, ines: &Advisor) -> Vec<(String, secrecy::SecretString)> {
        let vault = &ines.vault;
        let secret = |name: String| (name.clone(), vault.get(&name).expect("it answers").expect("a secret"));
        let before = vault.names().into_iter().map(secret).collect();
        match self {
            Ring::Fails(why) => vault.fail(Some(*why)),
            Ring::Wiped => vault.empty(),
            Ring::Changed => {
                for name in vault.names().iter().filter(|name| !name.ends_with("refresh")) {
                    vault.set(name, Key::random().hex()).expect("it takes it");
                }
            }
        }
        before
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_state_of_the_keyring_is_said_and_heals() {
    let stage = Stage::open().await;
    let (mut ines, id) = with_draft(&stage).await;
    for (ring, why) in Ring::ALL {
        ines.ends().await;
        let folder = workspace(&ines.folder());
        let before = kept(&folder);
        let secrets = ring.breaks(&ines);
        ines.starts();
        locked(&mut ines, why, "no").await;
        // However often it is tried: nothing is made, nothing is changed.
        for _ in 0..2 {
            ines.call("keys.try_again", json!({})).await;
            locked(&mut ines, why, "no").await;
        }
        let refused = ines.tries("keys.unlock", json!({ "passphrase": PASSPHRASE })).await;
        assert_eq!(refused.expect_err("there is none").code, FailureCode::TooLate);
        let refused = ines.tries("keys.choose", json!({ "passphrase": PASSPHRASE })).await;
        assert_eq!(refused.expect_err("there are files").code, FailureCode::TooLate);
        assert!(kept(&folder) == before, "{why}: the files are what they were");

        ines.vault.fail(None);
        for (name, secret) in secrets {
            ines.vault.set(&name, &secret).expect("it takes it");
        }
        match why {
            "keyring_slow" | "key_missing" => {
                // By itself, after a while.
                ines.clock.pass(5_000);
                ines.ready().await;
            }
            _ => drop(ines.call("keys.try_again", json!({})).await),
        }
        finds_the_draft(&mut ines, &id).await;
        ines.live().await;
        nothing_lies_open(&folder);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passphrase_opens_what_the_keyring_does_not() {
    let stage = Stage::open().await;
    let (mut ines, id) = with_draft(&stage).await;
    let short = ines.tries("keys.set_passphrase", json!({ "passphrase": "too short" })).await;
    assert_eq!(short.expect_err("too short").code, FailureCode::Invalid);
    ines.call("keys.set_passphrase", json!({ "passphrase": "the first of two" })).await;
    let keys = ines.call("keys.set_passphrase", json!({ "passphrase": PASSPHRASE })).await;
    assert_eq!(keys, json!({ "keyring": true, "passphrase": true }));
    assert_eq!(ines.ready().await["keys"], keys);

    for (ring, why) in Ring::ALL {
        ines.ends().await;
        let folder = workspace(&ines.folder());
        let before = kept(&folder);
        let secrets = ring.breaks(&ines);
        ines.starts();
        locked(&mut ines, why, "enter").await;
        for wrong in ["", "the first of two", "seven quiet lighthouse"] {
            let refused = ines.tries("keys.unlock", json!({ "passphrase": wrong })).await;
            assert_eq!(refused.expect_err("wrong").code, FailureCode::WrongPassphrase);
        }
        assert!(kept(&folder) == before, "{why}: nothing is touched");
        ines.call("keys.unlock", json!({ "passphrase": PASSPHRASE })).await;
        finds_the_draft(&mut ines, &id).await;
        nothing_lies_open(&folder);

        ines.ends().await;
        ines.vault.fail(None);
        if let Ring::Wiped | Ring::Changed = ring {
            // The keyring has the keys again, and only the keys of the files.
            for (name, secret) in secrets.iter().filter(|(name, _)| name.ends_with("work")) {
                use secrecy::ExposeSecret;
                if name.starts_with("practice") {
                    continue;
                }
                let again = ines.vault.get(name).expect("it answers").expect("the key");
                assert_eq!(again.expose_secret(), secret.expose_secret());
            }
            for (name, secret) in secrets.iter().filter(|(name, _)| name.ends_with("refresh")) {
                if ines.vault.get(name).expect("it answers").is_none() {
                    ines.vault.set(name, secret).expect("it takes it");
                }
            }
        }
        // So the next start asks nothing.
        ines.starts();
        finds_the_draft(&mut ines, &id).await;
    }

    // Without it, only the keyring opens them again.
    let keys = ines.call("keys.remove_passphrase", json!({})).await;
    assert_eq!(keys, json!({ "keyring": true, "passphrase": false }));
    ines.ends().await;
    ines.vault.fail(Some(LockedWhy::KeyringLocked));
    ines.starts();
    locked(&mut ines, "keyring_locked", "no").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passphrase_stays_where_nothing_else_would_open_the_files() {
    let stage = Stage::open().await;
    let (mut ines, id) = with_draft(&stage).await;
    ines.call("keys.set_passphrase", json!({ "passphrase": PASSPHRASE })).await;
    ines.ends().await;
    ines.vault.fail(Some(LockedWhy::KeyringLocked));
    ines.starts();
    locked(&mut ines, "keyring_locked", "enter").await;
    ines.call("keys.unlock", json!({ "passphrase": PASSPHRASE })).await;
    finds_the_draft(&mut ines, &id).await;
    // Nobody knows what the keyring has.
    let refused = ines.tries("keys.remove_passphrase", json!({})).await;
    assert_eq!(refused.expect_err("it does not answer").code, FailureCode::Locked);
    // It answers, but with other keys.
    ines.vault.fail(None);
    Ring::Changed.breaks(&ines);
    let refused = ines.tries("keys.remove_passphrase", json!({})).await;
    assert_eq!(refused.expect_err("other keys").code, FailureCode::Invalid);
    // A new one is put over the keys of the files that are open, not over those.
    ines.call("keys.set_passphrase", json!({ "passphrase": "another lighthouse keeper" })).await;
    ines.ends().await;
    ines.starts();
    locked(&mut ines, "wrong_key", "enter").await;
    ines.call("keys.unlock", json!({ "passphrase": "another lighthouse keeper" })).await;
    finds_the_draft(&mut ines, &id).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_keyring_a_passphrase_keeps_everything() {
    let stage = Stage::open().await;
    let mut new = new_person("alba", "Inès Keller");
    new.email = email("Inès Keller");
    new.password = Some(PASSWORD.into());
    stage.service.add_person(&slug("alba"), new).await.expect("a person is added");
    let mut ines = Advisor::arrives("Inès Keller");
    ines.vault.fail(Some(LockedWhy::NoKeyring));

    // Signed in before there is a place for the token: it waits in memory.
    ines.call("workspace.add", json!({ "address": stage.address })).await;
    locked(&mut ines, "no_keyring", "choose").await;
    ines.browses(&stage, &email("Inès Keller"), PASSWORD).await;
    let short = ines.tries("keys.choose", json!({ "passphrase": "short" })).await;
    assert_eq!(short.expect_err("too short").code, FailureCode::Invalid);
    locked(&mut ines, "no_keyring", "choose").await;
    ines.call("keys.choose", json!({ "passphrase": PASSPHRASE })).await;
    assert_eq!(ines.ready().await["keys"], json!({ "keyring": false, "passphrase": true }));
    ines.live().await;
    ines.call("presence.set", json!({ "state": "available", "reason": null })).await;
    let id = drafts(&stage, &mut ines).await;
    let removed = ines.tries("keys.remove_passphrase", json!({})).await;
    assert_eq!(removed.expect_err("nothing else opens them").code, FailureCode::Invalid);

    for _ in 0..2 {
        ines.ends().await;
        let folder = workspace(&ines.folder());
        let before = kept(&folder);
        ines.starts();
        locked(&mut ines, "no_keyring", "enter").await;
        let wrong = ines.tries("keys.unlock", json!({ "passphrase": "seven quiet lighthouses " })).await;
        assert_eq!(wrong.expect_err("wrong").code, FailureCode::WrongPassphrase);
        locked(&mut ines, "no_keyring", "enter").await;
        assert!(kept(&folder) == before, "nothing is touched");
        ines.call("keys.unlock", json!({ "passphrase": PASSPHRASE })).await;
        finds_the_draft(&mut ines, &id).await;
        // With the token that lies beside the keys.
        ines.live().await;
        nothing_lies_open(&folder);
    }
    // Another one, and a keyring that is there one day: it takes the keys and the token over.
    ines.call("keys.set_passphrase", json!({ "passphrase": "another lighthouse keeper" })).await;
    ines.ends().await;
    ines.vault.fail(None);
    ines.starts();
    locked(&mut ines, "key_missing", "enter").await;
    ines.call("keys.unlock", json!({ "passphrase": "another lighthouse keeper" })).await;
    ines.live().await;
    ines.ends().await;
    ines.starts();
    finds_the_draft(&mut ines, &id).await;
    ines.live().await;
}

/// F18: the key is lost. That is said, again and again if need be; no file is made in the place of the old one.
#[tokio::test(flavor = "multi_thread")]
async fn where_nothing_opens_the_files_one_begins_anew_and_they_are_kept() {
    let stage = Stage::open().await;
    let (mut ines, _) = with_draft(&stage).await;
    ines.ends().await;
    let folder = workspace(&ines.folder());
    let before = kept(&folder);
    ines.vault.empty();
    ines.starts();
    locked(&mut ines, "key_missing", "no").await;
    ines.call("keys.begin_anew", json!({})).await;
    while ines.gate().await["gate"] != "signed_out" {
        ines.until(|push| (push["view"] == "gate").then_some(())).await;
    }
    ines.joins_again(&stage).await;
    assert_eq!(kept(&folder), before, "the old files are as they were");
    let again = ines.tries("keys.begin_anew", json!({})).await;
    assert_eq!(again.expect_err("all is well").code, FailureCode::TooLate);
    let home = ines.ready().await;
    assert_eq!(home["yours"].as_array().map(Vec::len), Some(1), "what the service has is there again");
}

#[tokio::test(flavor = "multi_thread")]
async fn f18_a_lost_key_is_said_and_the_old_file_is_never_replaced() {
    let stage = Stage::open().await;
    let (mut ines, id) = with_draft(&stage).await;
    let secret = |name: &str| {
        let full =
            ines.vault.names().into_iter().find(|full| full.ends_with(name) && !full.starts_with("practice"));
        let full = full.expect("a name");
        let secret = ines.vault.get(&full).expect("it answers").expect("a secret");
        (full, secret)
    };
    let (cache, work) = (secret("cache"), secret("work"));
    ines.ends().await;
    let folder = workspace(&ines.folder());
    let before = kept(&folder);
    // Both keys, and each of them alone.
    for lost in [vec![&cache, &work], vec![&work], vec![&cache]] {
        for (name, _) in &lost {
            ines.vault.remove(name).expect("forgotten");
        }
        for _ in 0..3 {
            ines.starts();
            locked(&mut ines, "key_missing", "no").await;
            ines.call("keys.try_again", json!({})).await;
            locked(&mut ines, "key_missing", "no").await;
            let refused = ines.tries("follow_up.show", json!({ "scope": "mine" })).await;
            assert_eq!(refused.expect_err("it is locked").code, FailureCode::Locked);
            ines.ends().await;
        }
        let names = ines.vault.names();
        assert!(lost.iter().all(|(name, _)| !names.contains(name)), "no key was made: {names:?}");
        assert!(kept(&folder) == before, "the old files are there, byte for byte");
        for (name, secret) in lost {
            ines.vault.set(name, secret).expect("restored");
        }
    }
    ines.starts();
    finds_the_draft(&mut ines, &id).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_keyring_that_takes_its_time_keeps_nobody_waiting() {
    let stage = Stage::open().await;
    let (mut ines, id) = with_draft(&stage).await;
    ines.ends().await;
    ines.vault.hold(true);
    ines.starts();
    // It never answers before it is let go: whatever is answered did not wait for it.
    for _ in 0..20 {
        let answer =
            tokio::time::timeout(PATIENCE, ines.gate()).await.expect("the page does not wait for it");
        assert_eq!(answer["gate"], "opening");
    }
    ines.vault.hold(false);
    finds_the_draft(&mut ines, &id).await;
}
