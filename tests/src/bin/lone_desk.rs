//! A desk without a window in a process of its own, for stories that kill it (see `loopdesk_tests::lone`). Never shipped: its
//! keyring is a file in the clear.
//!
//! `lone_desk FOLDER`. Each line it reads is a call, `{"no": 1, "name": "message.send", "input": {…}}`, done one after the
//! other. Each line it writes is `{"no": 1, "is": …}` or `{"no": 1, "failed": …}` once the desk has answered, `{"pushed": …}`,
//! or `{"opens": …}` for a page. It ends with its input.

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead, Write},
    path::PathBuf,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use desk::{
    Desk, Parts,
    api::dispatch,
    clock::SystemClock,
    ports::{About, Notification, Shell, Tray, Vault},
    view::LockedWhy,
};
use loopdesk_tests::telephone::Earpiece;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

/// One whole line, or none.
fn say(line: &Value) {
    let mut out = std::io::stdout().lock();
    // Nobody listens any more: the story is over.
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// A keyring that survives its process: a file, replaced as a whole.
struct OnDisk {
    file: PathBuf,
    secrets: Mutex<BTreeMap<String, String>>,
}

impl OnDisk {
    fn open(file: PathBuf) -> Self {
        let kept =
            fs::read(&file).ok().map(|bytes| serde_json::from_slice(&bytes).expect("the keyring is whole"));
        Self { file, secrets: Mutex::new(kept.unwrap_or_default()) }
    }

    fn change(&self, change: impl FnOnce(&mut BTreeMap<String, String>)) -> Result<(), LockedWhy> {
        let mut secrets = self.secrets.lock().unwrap();
        change(&mut secrets);
        let beside = self.file.with_extension("new");
        let written = serde_json::to_vec(&*secrets).map_err(|_| LockedWhy::NoKeyring)?;
        fs::write(&beside, written)
            .and_then(|()| fs::rename(&beside, &self.file))
            .map_err(|_| LockedWhy::NoKeyring)
    }
}

impl Vault for OnDisk {
    fn get(&self, name: &str) -> Result<Option<SecretString>, LockedWhy> {
        Ok(self.secrets.lock().unwrap().get(name).map(|secret| secret.as_str().into()))
    }

    fn set(&self, name: &str, secret: &SecretString) -> Result<(), LockedWhy> {
        self.change(|secrets| drop(secrets.insert(name.to_owned(), secret.expose_secret().to_owned())))
    }

    fn remove(&self, name: &str) -> Result<(), LockedWhy> {
        self.change(|secrets| drop(secrets.remove(name)))
    }
}

/// No shell: only pages are told.
struct NoWindow;

#[async_trait]
impl Shell for NoWindow {
    fn open_link(&self, url: &str) {
        say(&json!({ "opens": url }));
    }

    fn notify(&self, _: &Notification) {}

    fn clear(&self, _: &About) {}

    fn tray(&self, _: &Tray) {}

    fn zoom(&self, _: u16) {}

    fn downloads(&self) -> PathBuf {
        std::env::temp_dir()
    }

    async fn clipboard_picture(&self) -> Option<Vec<u8>> {
        None
    }

    fn quit(&self) {}
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let folder = PathBuf::from(std::env::args_os().nth(1).expect("the folder of the desk"));
    let parts = Parts {
        vault: Arc::new(OnDisk::open(folder.join("keyring.json"))),
        folder: folder.join("desk"),
        shell: Arc::new(NoWindow),
        embedded: None,
        telephony: Earpiece::with_tone(440.0),
        clock: Arc::new(SystemClock::default()),
        io: tokio::runtime::Handle::current(),
    };
    let desk = Desk::start(parts).expect("a desk");
    desk.listen(|batch| {
        for push in batch {
            say(&json!({ "pushed": push }));
        }
        true
    });
    for line in std::io::stdin().lock().lines() {
        let Ok(line) = line else { return };
        let call: Value = serde_json::from_str(&line).expect("a call");
        let name = call["name"].as_str().expect("its name");
        match dispatch(&desk, name, call["input"].clone()).await {
            Ok(output) => say(&json!({ "no": call["no"], "is": output })),
            Err(failure) => say(&json!({ "no": call["no"], "failed": failure.to_string() })),
        }
    }
}
