//! Whoever takes the disk finds nothing: after a day's work, no word of a customer or an advisor lies open in any file of the
//! app, of its window's engine, in its logs or among its temporary files.

use std::{
    fs,
    path::{Path, PathBuf},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use loopdesk_tests::{app::App, desktop::Desktop, stage::Stage};
use model::Role;
use serde_json::json;
use thirtyfour::Key;

/// Part of everything that anybody says, writes, names or looks for.
const CANARY: &str = "Quetzalkanarie";

/// Every file below a folder.
pub(crate) fn files(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => files(&entry.path(), out),
            Ok(kind) if kind.is_file() => out.push(entry.path()),
            _ => {}
        }
    }
}

pub(crate) fn contains(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}

/// The ways in which words may lie open.
fn spellings() -> Vec<Vec<u8>> {
    let wide = CANARY.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut spellings = vec![CANARY.as_bytes().to_vec(), wide];
    // In the middle of other bytes it may begin at any place of a group of three, and the first and last group of four look
    // otherwise.
    for before in ["", "-", "--"] {
        let coded = STANDARD.encode(format!("{before}{CANARY}"));
        spellings.push(coded.as_bytes().get(4..16).expect("a longer word").to_vec());
    }
    spellings
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_was_said_lies_open_on_the_disk() {
    let desktop = Desktop::start();
    let temporary = desktop.home().join("temporary");
    fs::create_dir_all(&temporary).expect("a folder");
    let mut stage = Stage::open().await;
    let variables = [("RUST_LOG", "debug"), ("TMPDIR", temporary.to_str().expect("a path"))];
    let app = App::start_with(&desktop, &variables).await;
    app.joins(&desktop, &stage, &stage.address, "Inès Keller", Role::Advisor).await;
    app.call("presence.set", json!({ "state": "available", "reason": null })).await;
    let page = stage.customer(&format!("{CANARY} Customer")).await.connected().await;
    page.says(&format!("{CANARY} said")).await;
    app.find_text(".offer", CANARY).await;
    app.press(Key::F9).await;
    app.find_text("[data-pane=conversation] h1", CANARY).await;
    let home = app.call("app.start", json!({})).await["gate"]["home"].clone();
    let (customer, id) =
        (home["open"]["customer"]["customer"]["id"].clone(), home["open"]["header"]["id"].clone());

    // With the service, then without a line: what waits is written down here alone.
    for place in ["sent", "waiting"] {
        if place == "waiting" {
            app.until_answer("app.start", "all is sent", |start| {
                start["gate"]["home"]["connection"]["unsent"] == json!(0)
            })
            .await;
            stage.stop().await;
        }
        let bytes = format!("{CANARY} in a file of hers, {place}").repeat(40);
        let piece = json!({ "id": id, "name": format!("{CANARY} {place}.txt"), "upload": place,
            "bytes": STANDARD.encode(bytes), "last": true });
        let file = app.call("draft.file", piece).await;
        for mode in ["reply", "note"] {
            let attachments = if mode == "reply" { json!([file["sha256"]]) } else { json!([]) };
            let message = json!({ "id": id, "mode": mode, "text": format!("{CANARY} {mode} {place}"),
                "attachments": attachments, "from_macro": null });
            app.call("message.send", message).await;
        }
        let loops = json!({ "customer": customer, "conversation": id, "title": format!("{CANARY} loop {place}"),
            "owner": null, "due": stage.now() + 3_600_000, "priority": "normal", "cause": null });
        let follow_up = app.call("follow_up.add", loops).await;
        for field in ["note", "outcome"] {
            let change = json!({ "id": follow_up, "change": { "field": field, "value": format!("{CANARY} {field}") } });
            app.call("follow_up.change", change).await;
        }
    }
    app.press(format!("{CANARY} being written")).await;
    app.press(Key::Control + "k").await;
    app.press(CANARY).await;
    app.find_text("dialog[open]", CANARY).await;
    app.quit().await;

    let mut places = Vec::new();
    files(desktop.home(), &mut places);
    let named = |end: &str| places.iter().any(|place| place.to_string_lossy().ends_with(end));
    assert!(named("work.db") && named("cache.db") && named("app.log"), "the app worked here: {places:?}");
    for place in &places {
        let bytes = fs::read(place).unwrap_or_default();
        assert!(!place.to_string_lossy().contains(CANARY), "a file has the name {}", place.display());
        for spelling in spellings() {
            assert!(!contains(&bytes, &spelling), "words lie open in {}", place.display());
        }
    }
    println!("{} files, none with a word of theirs", places.len());
}
