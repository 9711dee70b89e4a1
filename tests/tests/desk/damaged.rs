//! A disk goes bad under the files. What the service told can be fetched again; what is the advisor's own never is.

use std::{
    fs,
    path::{Path, PathBuf},
};

use loopdesk_tests::{Advisor, Stage, advisor::words, desktop::wait_for, workspaces::workspace};
use serde_json::json;

/// Whether this process still holds a file: the crashed desk's threads end in their own time.
fn is_open(path: &Path) -> bool {
    let open = fs::read_dir("/proc/self/fd").expect("own files").flatten();
    open.filter_map(|entry| fs::read_link(entry.path()).ok()).any(|known| known == path)
}

/// So many bytes from there on are garbage, as after a bad sector.
fn spoil(path: &Path, from: usize, bytes: usize) {
    let mut all = fs::read(path).expect("the file");
    all.iter_mut().skip(from).take(bytes).for_each(|byte| *byte = !*byte);
    fs::write(path, all).expect("the disk takes it");
}

/// F16: a cache that cannot be read is taken anew, and nothing of the advisor's own is lost.
#[tokio::test(flavor = "multi_thread")]
async fn f16_a_damaged_cache_is_taken_anew() {
    for from in [0, 4_096] {
        let mut stage = Stage::open().await;
        let mut ines = Advisor::sits(&stage, "Inès Keller").await;
        let lea = stage.customer("Léa Bernard").await.connected().await;
        lea.says("Hello?").await;
        let id = ines.takes_offer().await;
        stage.stop().await;
        ines.line("offline").await;
        let reply =
            json!({ "id": id, "mode": "reply", "text": "I am here.", "attachments": [], "from_macro": null });
        let sent = ines.call("message.send", reply).await;
        ines.call("message.send_now", json!({ "id": sent["id"] })).await;
        ines.crashes();

        let cache = workspace(&ines.folder()).join("cache.db");
        wait_for("the file to be closed", || (!is_open(&cache)).then_some(()));
        let _ = fs::remove_file(cache.with_extension("db-wal"));
        spoil(&cache, from, usize::MAX);

        stage.restart().await;
        ines.starts();
        ines.live().await;
        let opened = ines.shows(&id).await;
        assert_eq!(words(&opened["timeline"]["items"][0]), "Hello?", "it is there again");
        ines.has_sent_all().await;
        let items = ines.shows(&id).await["timeline"]["items"].clone();
        let last = items.as_array().and_then(|items| items.last()).expect("lines");
        assert_eq!(words(last), "I am here.");
    }
}

/// F16: nothing but a view ever reads most of it. Damage is found there, and heals all the same.
#[tokio::test(flavor = "multi_thread")]
async fn f16_a_cache_that_is_damaged_under_what_is_shown_is_taken_anew() {
    let stage = Stage::open().await;
    let mut ines = Advisor::sits(&stage, "Inès Keller").await;
    let lea = stage.customer("Léa Bernard").await.connected().await;
    // Enough lines that what is shown has pages of its own, which nothing else reads.
    for n in 0..12 {
        lea.says(&format!("Line {n}: {}", "it rains in Lyon. ".repeat(300))).await;
    }
    let id = ines.takes_offer().await;
    ines.until(|push| push["patch"].to_string().contains("Line 11").then_some(())).await;
    ines.ends().await;
    let cache = workspace(&ines.folder()).join("cache.db");
    for part in 1..5 {
        wait_for("the file to be closed", || (!is_open(&cache)).then_some(()));
        let pages = usize::try_from(fs::metadata(&cache).expect("the file").len() / 4_096).expect("a number");
        spoil(&cache, part * pages / 5 * 4_096, pages / 5 * 4_096);
        ines.starts();
        ines.ready().await;
        ines.live().await;
        let lines = loop {
            match ines.tries("conversation.show", json!({ "id": id })).await {
                Ok(opened)
                    if opened["timeline"]["items"].as_array().is_some_and(|lines| lines.len() >= 12) =>
                {
                    break opened["timeline"]["items"].clone();
                }
                _ => ines.until(|push| (push["view"] == "gate").then_some(())).await,
            }
        };
        let lines: Vec<String> = lines.as_array().expect("lines").iter().map(words).collect();
        let has = |n: u32| lines.iter().any(|line| line.starts_with(&format!("Line {n}:")));
        assert!((0..12).all(has), "part {part}: {lines:?}");
        ines.ends().await;
    }
}

/// F17: of the advisor's own file, what can be read is saved and goes out; what cannot is told, and the damaged file is kept.
#[tokio::test(flavor = "multi_thread")]
async fn f17_a_damaged_work_file_gives_what_can_be_read_and_says_what_cannot() {
    const NOTES: u64 = 12;
    let mut stage = Stage::open().await;
    let mut ines = Advisor::sits(&stage, "Inès Keller").await;
    ines.sends_at_once().await;
    let lea = stage.customer("Léa Bernard").await.connected().await;
    lea.says("Hello?").await;
    let id = ines.takes_offer().await;
    stage.stop().await;
    ines.line("offline").await;
    for n in 0..NOTES {
        // Each long enough to take a page of its own.
        let text = format!("Note {n}: {}", "she waits at the door. ".repeat(300));
        let note = json!({ "id": id, "mode": "note", "text": text, "attachments": [], "from_macro": null });
        ines.call("message.send", note).await;
    }
    drop(ines.leaves().await);

    let work = workspace(&ines.folder()).join("work.db");
    wait_for("the file to be closed", || (!is_open(&work)).then_some(()));
    let pages = usize::try_from(fs::metadata(&work).expect("the file").len() / 4_096).expect("a number");
    assert!(pages > 20, "every note has pages of its own: {pages}");
    spoil(&work, (pages - 8) * 4_096, 4 * 4_096);

    stage.restart().await;
    ines.starts();
    ines.ready().await;
    let told = ines
        .until(|push| {
            let patch = &push["patch"];
            let rows = patch["items"].as_array().cloned().unwrap_or_else(|| vec![patch["item"].clone()]);
            let row = rows.into_iter().find(|row| row["what"] == "work_file");
            row.map(|row| row["delivery"]["why"].clone())
        })
        .await;
    assert_eq!(told["why"], "damaged");
    let copy = PathBuf::from(told["copy"].as_str().expect("where it is kept"));
    assert!(copy.exists(), "the damaged file is kept");
    let lost = told["changes"]["lost"].as_u64().expect("a number");
    assert!(lost < NOTES / 2, "four pages, not the file: {told}");
    // Told until it was read; meanwhile all else goes out.
    ines.call("attention.discard", json!({ "id": "work-file" })).await;
    ines.has_sent_all().await;
    let opened = ines.shows(&id).await;
    let items = opened["timeline"]["items"].as_array().expect("lines");
    let notes = items.iter().filter(|item| words(item).starts_with("Note ")).count() as u64;
    assert_eq!(notes + lost, NOTES, "{told}");
}
