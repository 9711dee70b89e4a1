//! The real window, and a keyring that is locked, or none at all.

use std::{fs, process::Stdio};

use loopdesk_tests::{app::App, desktop::Desktop, stage::Stage, workspaces::workspaces};
use model::Role;
use serde_json::json;
use thirtyfour::Key;
use zbus::zvariant::{ObjectPath, OwnedObjectPath, OwnedValue, Value};

use crate::at_rest::{contains, files};

const PASSPHRASE: &str = "seven quiet lighthouses";
const DRAFT: &str = "Dear customer, a canary sits in this draft.";

/// Nothing of what was typed lies open in the app's folder, and no database of ours is readable.
fn nothing_lies_open(desktop: &Desktop) {
    let mut places = Vec::new();
    files(&desktop.app_data(), &mut places);
    for place in places {
        let bytes = fs::read(&place).unwrap_or_default();
        // The window's engine keeps a database of its own, in which nothing of ours is.
        let ours = place.to_string_lossy().contains("workspaces/");
        for word in ["canary", "seven quiet", "SQLite format 3"].iter().take(if ours { 3 } else { 2 }) {
            assert!(!contains(&bytes, word.as_bytes()), "{word} lies open in {}", place.display());
        }
    }
}

/// Pictures of a gate in both themes and two sizes.
async fn pictures(app: &App, name: &str) {
    let settings = app.call("app.start", json!({})).await["settings"].clone();
    for theme in ["dark", "light"] {
        let mut wanted = settings.clone();
        wanted["theme"] = json!(theme);
        app.call("app.settings", wanted).await;
        app.until(theme, &format!("return document.documentElement.dataset.theme === '{theme}'")).await;
        for (width, height) in [(1440, 900), (1280, 800)] {
            app.size(width, height).await;
            app.picture(&format!("{name}-{theme}-{width}")).await;
        }
    }
}

/// A practice customer writes, their conversation is taken, and an answer is begun.
async fn begins_an_answer(app: &App) {
    app.until("the practice desk", "return document.querySelector('.chip.live') !== null").await;
    app.call("presence.set", json!({ "state": "available", "reason": null })).await;
    let known = app.call("practice.list", json!({})).await;
    app.call("practice.start", json!({ "id": known[0]["id"] })).await;
    app.find(".offer").await;
    app.press(Key::F9).await;
    app.find("[data-composer]").await;
    app.press(Key::Alt + "r").await;
    app.press(DRAFT).await;
    app.until_answer("app.start", "all of the draft is kept", |start| {
        start["gate"]["home"]["open"]["draft"]["reply"] == json!(DRAFT)
    })
    .await;
}

async fn has_the_draft(app: &App) {
    app.find("[data-composer]").await;
    app.until(
        "the draft",
        &format!("return document.querySelector('[data-composer]')?.value === {}", json!(DRAFT)),
    )
    .await;
}

/// Locks the keyring, as a screen lock does.
fn lock(desktop: &Desktop) {
    let status = desktop
        .command("dbus-send")
        .args(["--session", "--print-reply", "--dest=org.freedesktop.secrets", "/org/freedesktop/secrets"])
        .args(["org.freedesktop.Secret.Service.Lock"])
        .arg("array:objpath:/org/freedesktop/secrets/collection/login")
        .stdout(Stdio::null())
        .status();
    assert!(status.expect("dbus-send").success(), "the keyring is locked");
}

/// Unlocks it, as the window does in which its password is typed.
async fn unlock(desktop: &Desktop) {
    const SECRETS: &str = "/org/freedesktop/secrets";
    const INTERNAL: &str = "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface";
    let bus = zbus::connection::Builder::address(desktop.bus()).expect("an address").build().await;
    let bus = bus.expect("the session");
    let name = Some("org.freedesktop.secrets");
    let plain = ("plain", Value::from(""));
    let opened =
        bus.call_method(name, SECRETS, Some("org.freedesktop.Secret.Service"), "OpenSession", &plain);
    let opened = opened.await.expect("a session of the keyring");
    let (_, session): (OwnedValue, OwnedObjectPath) = opened.body().deserialize().expect("its path");
    let collection = ObjectPath::try_from("/org/freedesktop/secrets/collection/login").expect("a path");
    let password = (collection, (session, Vec::<u8>::new(), b"test".to_vec(), "text/plain"));
    let unlocked = bus.call_method(name, SECRETS, Some(INTERNAL), "UnlockWithMasterPassword", &password);
    unlocked.await.expect("the keyring is unlocked");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_keyring_is_said_and_the_desk_opens_once_it_is_unlocked() {
    let desktop = Desktop::start();
    let app = App::start(&desktop).await;
    begins_an_answer(&app).await;
    app.quit_by_key().await;
    lock(&desktop);
    let before: Vec<_> = {
        let mut places = Vec::new();
        files(&desktop.app_data(), &mut places);
        let databases = places.into_iter().filter(|place| place.extension().is_some_and(|kind| kind == "db"));
        databases.map(|place| (place.clone(), fs::read(place).expect("a file"))).collect()
    };

    let app = App::start(&desktop).await;
    app.find_text(".gate h1", "Your keyring").await;
    pictures(&app, "keyring-locked").await;
    // The page is never kept waiting by it.
    let slowest = app
        .run_async(
            "const done = arguments[0];
             (async () => {
                 let slowest = 0;
                 for (let n = 0; n < 30; n += 1) {
                     const at = performance.now();
                     await window.__TAURI_INTERNALS__.invoke('call', { name: 'app.start', input: {} });
                     slowest = Math.max(slowest, performance.now() - at);
                 }
                 done(slowest);
             })();",
            Vec::new(),
        )
        .await;
    // A question to the keyring may take five seconds: none of these waited for one.
    assert!(slowest.as_f64().is_some_and(|ms| ms < 1_000.0), "{slowest} ms");
    for (place, bytes) in &before {
        assert!(fs::read(place).expect("it is there") == *bytes, "{} was touched", place.display());
    }

    unlock(&desktop).await;
    app.find_text(".gate button", "Try again").await.click().await.expect("a click");
    has_the_draft(&app).await;
    nothing_lies_open(&desktop);
    app.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_keyring_a_passphrase_keeps_the_files() {
    let desktop = Desktop::without_keyring();
    let app = App::start(&desktop).await;
    app.find_text(".gate h1", "Choose a passphrase").await;
    app.find_text(".gate", "If you forget it").await;
    pictures(&app, "passphrase-choose").await;
    let mut places = Vec::new();
    files(&desktop.app_data(), &mut places);
    let written = places.iter().filter(|path| path.to_string_lossy().contains("workspaces/"));
    assert_eq!(written.count(), 0, "nothing is written before there is a key: {places:?}");

    app.press("short").await;
    app.press("" + Key::Enter).await;
    app.find_text(".gate .wrong", "at least 12").await;
    for _ in 0.."short".len() {
        app.press("" + Key::Backspace).await;
    }
    app.press(PASSPHRASE).await;
    app.press("" + Key::Tab).await;
    app.press("seven quiet lighthouse").await;
    app.press("" + Key::Enter).await;
    app.find_text(".gate .wrong", "not the same").await;
    app.press("s").await;
    app.press("" + Key::Enter).await;
    begins_an_answer(&app).await;
    app.quit_by_key().await;
    nothing_lies_open(&desktop);

    let app = App::start(&desktop).await;
    app.find_text(".gate h1", "Enter your passphrase").await;
    app.press("seven quiet lighthouse").await;
    app.press("" + Key::Enter).await;
    app.find_text(".gate .wrong", "not your passphrase").await;
    pictures(&app, "passphrase-wrong").await;
    // What was wrong is marked: typing takes its place.
    app.press(PASSPHRASE).await;
    app.press("" + Key::Enter).await;
    has_the_draft(&app).await;
    nothing_lies_open(&desktop);

    app.press(Key::Control + ",").await;
    app.find_text("[data-pane=nav] a", "Encryption").await.click().await.expect("a click");
    app.find_text("[data-pane=settings]", "Opened by your passphrase").await;
    app.quit().await;
}

/// S23, with a real keyring and a real engine.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_signs_out_leaves_nothing_behind() {
    let desktop = Desktop::start();
    let stage = Stage::open().await;
    let (app, _) = App::start_at(&desktop, &stage, "Inès Keller", Role::Advisor).await;
    let entries = || {
        let found =
            desktop.ask("secret-tool", &["search", "--all", "--unlock", "service", "org.loopdesk.desk"]);
        let secrets = found.lines().filter(|line| line.starts_with("secret = "));
        secrets.count()
    };
    let folders = || workspaces(&desktop.app_data()).len();
    assert_eq!((entries(), folders()), (6, 1), "three keys of practice; two keys and a token");
    app.run("localStorage.setItem('left', 'a canary')").await;
    app.call("workspace.sign_out", json!({ "even_unsent": false })).await;
    app.find_text(".gate h1", "You are signed out").await;
    assert_eq!((entries(), folders()), (3, 0));
    app.quit().await;

    let app = App::start(&desktop).await;
    app.find_text(".gate h1", "You are signed out").await;
    assert_eq!((entries(), folders()), (3, 0), "nothing comes back by itself");
    assert_eq!(app.run("return localStorage.getItem('left')").await, json!(null));
    let shown = app.run("return document.body.innerText").await;
    assert!(!shown.to_string().contains("Keller"), "{shown}");
    app.quit().await;
}
