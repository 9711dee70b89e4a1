//! A disk goes bad under the files. What the service told can be fetched again; what is the advisor's own never is.

use std::{
    fs,
    path::{Path, PathBuf},
};

use loopdesk_tests::{Advisor, Stage, advisor::words, desktop::wait_for};
use serde_json::json;

/// The file of that name in the folder of a desk's only workspace.
fn file(ines: &Advisor, name: &str) -> PathBuf {
    let workspaces = fs::read_dir(ines.folder().join("workspaces")).expect("workspaces");
    let found = workspaces.flatten().map(|folder| folder.path().join(name)).find(|path| path.exists());
    found.expect("the file")
}

/// Whether this process still holds a file: the crashed desk's threads end in their own time.
fn is_open(path: &Path) -> bool {
    let open = fs::read_dir("/proc/self/fd").expect("own files").flatten();
    open.filter_map(|entry| fs::read_link(entry.path()).ok()).any(|known| known == path)
}

/// F16: a cache that cannot be read is taken anew, and nothing of the advisor's own is lost.
#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_cache_is_taken_anew() {
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

        // Everything from there on is garbage, as after a bad sector.
        let cache = file(&ines, "cache.db");
        wait_for("the file to be closed", || (!is_open(&cache)).then_some(()));
        let _ = fs::remove_file(cache.with_extension("db-wal"));
        let mut bytes = fs::read(&cache).expect("the cache");
        bytes.iter_mut().skip(from).for_each(|byte| *byte = !*byte);
        fs::write(&cache, bytes).expect("the disk takes it");

        stage.restart().await;
        ines.starts();
        ines.live().await;
        let opened = ines.shows(&id).await;
        assert_eq!(words(&opened["timeline"]["items"][0]), "Hello?", "it is there again");
        while ines.call("app.start", json!({})).await["gate"]["home"]["connection"]["unsent"] != 0 {
            ines.until(|push| (push["view"] == "connection").then_some(())).await;
        }
        let items = ines.shows(&id).await["timeline"]["items"].clone();
        let last = items.as_array().and_then(|items| items.last()).expect("lines");
        assert_eq!(words(last), "I am here.");
    }
}
