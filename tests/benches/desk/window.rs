//! A window that is measured: the program in it, and what is asked of its page.

use std::{fs, time::Duration};

use loopdesk_tests::{app::App, desktop::wait_for, processes::children};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// The functions that measure, inside the page.
const PAGE: &str = include_str!("page.js");
/// How long a measure inside the page may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// A program with one window.
pub struct Window {
    /// The moment before its program began, in ms since 1970.
    pub begun: f64,
    pub app: App,
    process: u32,
}

impl Window {
    /// Takes the window of a program that began at that moment.
    pub async fn of(app: App, begun: f64) -> Self {
        let process = children(app.driver()).pop().expect("the program runs");
        app.window.set_script_timeout(PATIENCE).await.expect("the time is taken");
        app.run(PAGE).await;
        Self { begun, app, process }
    }

    /// Asks a function of the page.
    pub async fn ask<T: DeserializeOwned>(&self, function: &str, arguments: Value) -> T {
        let script = "const [name, given, done] = arguments;
            Promise.resolve(bench[name](...given)).then((value) => done({ value }), (fault) => done({ fault: `${fault}` }));";
        let mut answer = self.app.ask(script, vec![json!(function), arguments]).await;
        assert!(answer["fault"].is_null(), "{function}: {answer}");
        serde_json::from_value(answer["value"].take()).expect("the page's answer")
    }

    /// Does a call of the desk's table.
    pub async fn call(&self, name: &str, input: Value) -> Value {
        self.ask("call", json!([name, input])).await
    }

    /// The id of the program's process.
    pub fn process(&self) -> u32 {
        self.process
    }

    /// The variables with which the program chose how it is drawn, for a window that must be drawn in the same way.
    pub fn renderer(&self) -> Vec<(String, String)> {
        let all = fs::read(format!("/proc/{}/environ", self.process)).expect("its variables");
        String::from_utf8_lossy(&all)
            .split('\0')
            .filter_map(|variable| variable.split_once('='))
            .filter(|(name, _)| name.starts_with("WEBKIT_DISABLE_"))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    /// Ends the program as its user does, and waits for its end: another start before that would only bring the first one
    /// to the front.
    pub async fn leaves(self) {
        self.app.run("bench.quit()").await;
        let running = format!("/proc/{}/exe", self.process);
        self.app.quit().await;
        wait_for("the end of the program", || fs::read_link(&running).is_err().then_some(()));
    }
}
