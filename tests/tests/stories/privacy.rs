//! What people write and who they are is in no log, and on the disk only under a key.

use std::{
    fmt::Write,
    path::Path,
    sync::{Arc, Mutex, OnceLock},
};

use backend::Backend;
use loopdesk_tests::{Stage, page::sha256, stage::slug};
use model::{
    Intent, ScoreKind,
    wire::{
        ClientFrame,
        chat::{ChatIntent, ChatPhase},
    },
};
use reqwest::Method;
use secrecy::ExposeSecret;
use serde_json::json;
use server::{Options, Service};
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt},
    util::SubscriberInitExt,
};

/// Everything that is written while somebody listens, as text.
#[derive(Clone, Default)]
struct Everything(Arc<Mutex<Option<String>>>);

struct Words<'a>(&'a mut String);

impl Visit for Words<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        let _ = write!(self.0, " {field}={value:?}");
    }
}

impl<S: Subscriber> Layer<S> for Everything {
    fn enabled(&self, _: &Metadata<'_>, _: Context<'_, S>) -> bool {
        true
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if let Some(all) = &mut *self.0.lock().unwrap() {
            let _ = write!(all, "{} {}", event.metadata().level(), event.metadata().target());
            event.record(&mut Words(all));
            all.push('\n');
        }
    }
}

/// Listens to the whole process, as the program does at its most talkative.
fn everything() -> &'static Everything {
    static EVERYTHING: OnceLock<Everything> = OnceLock::new();
    EVERYTHING.get_or_init(|| {
        let everything = Everything::default();
        tracing_subscriber::registry()
            .with(everything.clone())
            .with(server::logs::filter(Some("trace")))
            .init();
        everything
    })
}

/// A shift's main job, and what goes wrong in one, with words that are nowhere else. Answers them.
async fn a_shift(stage: &Stage) -> Vec<String> {
    let mut secrets: Vec<String> = [
        "Zebra-Name",
        "zebra-text",
        "zebra-note",
        "zebra-mail@example.com",
        "zebra-answer",
        "zebra-comment",
        "zebra-file",
        "zebra-order",
        "zebra-search",
        "zebra-why",
        "zebra-slot",
        "zebra-account",
        "zebra-broken",
        "zebra-password",
    ]
    .map(str::to_owned)
    .to_vec();
    let mut person = loopdesk_tests::stage::new_person("alba", "Inès Keller");
    person.password = Some("zebra-password".to_owned());
    let mut ines = stage.hires("alba", person).await.available().await;
    let key = stage.integration_key().await;
    let site_key = stage.service.site_key(&slug("alba")).await.unwrap();
    let token = stage.token("alba", ines.id).await;
    let signed = stage.signed("zebra-account", "Zebra-Name", stage.now().0 / 1_000 + 60).await;
    secrets.extend([key.clone(), site_key.expose_secret().to_owned(), token.clone()]);
    let fact = json!({
        "source": "shop", "key": "zebra-order", "customer": { "kind": "account", "value": "zebra-account" }, "at": 0,
        "profile": { "name": "Zebra-Name", "identities": [{ "kind": "email", "value": "zebra-mail@example.com" }] },
        "fact": { "type": "fact", "kind": "order", "title": "zebra-order" },
    });
    stage.posts(&key, &fact).await;
    let start = json!({ "workspace": "alba", "signed": signed });
    let mut lea = stage.visitor("Zebra-Name", start).await.connected().await;
    secrets.push(lea.token.clone());
    let file = lea.uploads("zebra-file.txt", b"zebra-file").await;
    lea.wants(ChatIntent::Say { text: "zebra-text".into(), attachments: vec![file] }).await;
    let id = ines.takes_offer().await;
    let hand_over = json!({
        "reason": "tired", "slots": { "who": "zebra-slot" }, "transcript": [{ "side": "company", "text": "zebra-text" }],
    });
    let path = format!("/v1/conversations/{id}/hand-over");
    assert!(stage.post(&path).bearer_auth(&key).json(&hand_over).send().await.unwrap().status().is_success());
    ines.notes(id, "zebra-note", &[]).await;
    ines.replies(id, "zebra-answer").await;
    lea.reads("zebra-answer").await;
    lea.types().await;
    ines.say(ClientFrame::Typing { conversation: id }).await;
    ines.backend.search("zebra-search zebra-text").await.unwrap();
    ines.backend.blob(&sha256(b"zebra-file")).await.unwrap();
    lea.transcript().await;
    ines.finishes(id).await;
    lea.phase(ChatPhase::Ended).await;
    lea.scores(ScoreKind::Csat, 1, Some("zebra-comment")).await;
    ines.wants(Intent::End { conversation: id, block: true, why: "zebra-why".into() }).await;

    // What goes wrong.
    for (method, path) in [
        (Method::POST, "/v1/commands"),
        (Method::POST, "/v1/facts"),
        (Method::POST, "/v1/token"),
        (Method::POST, "/v1/sign-in"),
        (Method::POST, "/chat/v1/start"),
        (Method::POST, "/chat/v1/commands"),
        (Method::GET, "/v1/search?x=zebra-broken"),
        (Method::GET, "/v1/conversations/zebra-broken/messages?before=zebra-broken"),
        (Method::PUT, "/v1/blobs/zebra-broken?name=zebra-broken&size=zebra-broken"),
    ] {
        for token in [&token, &key, &lea.token, &"zebra-broken".to_owned()] {
            let body = json!({ "text": "zebra-broken", "kind": "zebra-broken" });
            let answer =
                stage.request(method.clone(), path).bearer_auth(token).json(&body).send().await.unwrap();
            assert!(answer.status().is_client_error(), "{path} {}", answer.status());
        }
    }
    let wish = json!({
        "response_type": "code", "client_id": "loopdesk", "redirect_uri": "http://127.0.0.1:4000/signed-in",
        "state": "s", "code_challenge_method": "S256",
        "code_challenge": "0123456789012345678901234567890123456789012",
    });
    for password in ["zebra-password", "zebra-broken"] {
        let body = json!({ "wish": wish, "email": "inès.keller@alba.example.com", "password": password });
        stage.post("/v1/sign-in").json(&body).send().await.unwrap();
    }
    secrets
}

#[tokio::test]
async fn no_log_holds_anybody_s_words() {
    let everything = everything();
    *everything.0.lock().unwrap() = Some(String::new());
    let stage = Stage::open().await;
    let secrets = a_shift(&stage).await;
    tracing::info!("the shift is over");
    drop(stage);
    let all = everything.0.lock().unwrap().take().unwrap();
    assert!(all.contains("the shift is over"), "somebody listened");
    for secret in secrets {
        let line = all.lines().find(|line| line.contains(&secret));
        assert_eq!(line, None, "{secret} was written to the log");
    }
}

const KEY: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

/// Whether any of the words is in any file of a folder.
fn found_in(folder: &Path, words: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let file = file.unwrap().path();
        let bytes = std::fs::read(&file).unwrap();
        for word in words {
            if bytes.windows(word.len()).any(|window| window == word.as_bytes()) {
                found.push(format!("{word} in {}", file.display()));
            }
        }
    }
    found
}

#[tokio::test]
async fn the_database_is_read_with_its_key_only() {
    let mut stage = Stage::locked(KEY).await;
    let mut secrets = a_shift(&stage).await;
    secrets.push(KEY.to_owned());
    let backup = stage.folder().join("backup.db");
    stage.service.db().backup(backup.clone()).await.unwrap();
    assert_eq!(found_in(stage.folder(), &secrets), Vec::<String>::new(), "while it runs");
    for file in [stage.database(), backup.clone()] {
        let bytes = std::fs::read(&file).unwrap();
        assert!(bytes.len() > 1_000 && !bytes.starts_with(b"SQLite format 3"), "{}", file.display());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(&file).unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0, "{} is its owner's alone", file.display());
        }
    }
    stage.stop().await;
    assert_eq!(found_in(stage.folder(), &secrets), Vec::<String>::new(), "nor after it stopped");

    for (key, why) in [(None, "without a key"), (Some("ff".repeat(32)), "with another key")] {
        for file in [stage.database(), backup.clone()] {
            let mut options = Options::at(file);
            options.key = key.clone().map(Into::into);
            let refused = Service::open(options).await.err().unwrap_or_else(|| panic!("{why}")).to_string();
            assert!(refused.contains("cannot be opened with this key"), "{why}: {refused}");
        }
    }
    let mut options = Options::at(backup);
    options.key = Some(KEY.to_owned().into());
    let restored = Service::open(options).await.unwrap();
    assert_eq!(restored.people(&slug("alba")).await.unwrap().len(), 1, "a backup has the same key");
}

#[tokio::test]
async fn without_a_key_the_words_are_there() {
    let mut stage = Stage::open().await;
    let secrets = a_shift(&stage).await;
    stage.stop().await;
    let found = found_in(stage.folder(), &secrets).join("\n");
    assert!(found.contains("zebra-text"), "the search for words would find them");
    for never in ["zebra-password", &secrets[secrets.len() - 2], &secrets[secrets.len() - 1]] {
        assert!(!found.contains(never), "{never}: of passwords and tokens only a hash is kept");
    }
}
