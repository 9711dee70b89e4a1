//! The generated TypeScript is what the Rust types say. `UPDATE=1` writes it anew.

use std::{fs, path::Path};

fn holds(path: &str, wanted: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, wanted).expect("the file can be written");
        return;
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(found == wanted, "{} is not up to date: run `make types` and commit it.", path.display());
}

#[test]
fn the_screen_knows_every_call_and_push() {
    holds("ui/src/ipc/types.ts", &loopdesk_tests::typescript::desk());
}

#[test]
fn the_chat_page_knows_its_protocol() {
    holds("src-tauri/crates/server/chat/src/types.ts", &loopdesk_tests::typescript::chat());
}
