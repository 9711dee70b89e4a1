//! A desk in a process of its own, which a story kills: no farewell, nothing flushed, as when the power goes or the system
//! ends it.

use std::{
    io::{BufRead, BufReader, Write},
    path::PathBuf,
    process::{Child, ChildStdin, Command, Stdio},
    thread,
};

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::mpsc;

use crate::{
    app::{PASSWORD, built},
    seat::PATIENCE,
    stage::signs_in,
    workspaces::workspace,
};

/// The desk, running or killed.
pub struct LoneDesk {
    folder: TempDir,
    running: Option<Running>,
    /// Calls made since the first start.
    calls: u64,
    /// What was said and not looked at yet, since the last start.
    said: Vec<Value>,
}

struct Running {
    process: Child,
    calls: ChildStdin,
    says: mpsc::UnboundedReceiver<Value>,
}

impl LoneDesk {
    /// A desk on an empty folder.
    pub fn arrives() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut desk = Self { folder, running: None, calls: 0, said: Vec::new() };
        desk.starts();
        desk
    }

    /// Starts it on its folder.
    pub fn starts(&mut self) {
        let mut process = Command::new(built("lone_desk"))
            .arg(self.folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the desk starts");
        let calls = process.stdin.take().expect("its input");
        let lines = BufReader::new(process.stdout.take().expect("its output")).lines();
        let (to, says) = mpsc::unbounded_channel();
        thread::spawn(move || {
            // A line that was cut off by the kill was not said.
            for line in lines.map_while(Result::ok) {
                let Ok(line) = serde_json::from_str(&line) else { return };
                if to.send(line).is_err() {
                    return;
                }
            }
        });
        self.said.clear();
        self.running = Some(Running { process, calls, says });
    }

    /// Kills it (SIGKILL). What it said before stays to be looked at.
    pub async fn is_killed(&mut self) {
        let Some(mut running) = self.running.take() else { return };
        running.process.kill().expect("the desk ran");
        running.process.wait().expect("the desk ended");
        while let Some(line) = running.says.recv().await {
            self.said.push(line);
        }
    }

    /// The files of its workspace: `cache.db` and so on.
    pub fn file(&self, name: &str) -> PathBuf {
        workspace(&self.folder.path().join("desk")).join(name)
    }

    /// Calls it and does not wait. Answers the call's number.
    pub fn calls(&mut self, name: &str, input: &Value) -> u64 {
        self.calls += 1;
        let call = json!({ "no": self.calls, "name": name, "input": input });
        writeln!(self.running.as_mut().expect("the desk runs").calls, "{call}").expect("the desk reads");
        self.calls
    }

    /// Whether a call was answered before the end, and well.
    pub fn answered(&self, no: u64) -> bool {
        self.said.iter().any(|line| line["no"] == no && line.get("is").is_some())
    }

    /// Calls it and waits for the answer, which must be a good one.
    pub async fn call(&mut self, name: &str, input: Value) -> Value {
        let no = self.calls(name, &input);
        self.answer(no).await
    }

    /// Waits for the answer to a call, which must be a good one.
    pub async fn answer(&mut self, no: u64) -> Value {
        let answer = self.until(|line| (line["no"] == no).then(|| line.clone())).await;
        assert!(answer.get("is").is_some(), "call {no} failed: {answer}");
        answer["is"].clone()
    }

    /// Waits for a line that `seen` takes. Lines stay until the next start.
    pub async fn until<T>(&mut self, mut seen: impl FnMut(&Value) -> Option<T>) -> T {
        let mut place = 0;
        loop {
            while let Some(line) = self.said.get(place) {
                place += 1;
                if let Some(found) = seen(line) {
                    return found;
                }
            }
            let says = &mut self.running.as_mut().expect("the desk runs").says;
            let line = tokio::time::timeout(PATIENCE, says.recv()).await;
            let line = line.expect("the desk says what the story waits for").expect("the desk runs");
            self.said.push(line);
        }
    }

    /// Signs in to the service at `address`, in the browser.
    pub async fn signs_in(&mut self, address: &str, email: &str) {
        self.call("workspace.add", json!({ "address": address })).await;
        let page = self.until(|line| line["opens"].as_str().map(str::to_owned)).await;
        signs_in(address, &page, email, PASSWORD).await;
        self.has_sent_all().await;
    }

    /// Waits until it is shown, live, and has nothing left to send. Its files must open, and nothing may need a decision.
    pub async fn has_sent_all(&mut self) {
        loop {
            let start = self.call("app.start", json!({})).await;
            assert_ne!(start["gate"]["gate"], "locked", "the files open: {start}");
            let connection = &start["gate"]["home"]["connection"];
            if connection["state"] == "live" && connection["unsent"] == 0 {
                assert_eq!(connection["attention"], 0, "nothing needs a decision: {connection}");
                return;
            }
            let known = self.said.len();
            let mut place = 0;
            self.until(|line| {
                place += 1;
                let view = line["pushed"]["view"].as_str();
                (place > known && matches!(view, Some("connection" | "gate"))).then_some(())
            })
            .await;
        }
    }
}

impl Drop for LoneDesk {
    fn drop(&mut self) {
        if let Some(running) = &mut self.running {
            let _ = running.process.kill();
            let _ = running.process.wait();
        }
    }
}
