//! From the start of the program to what the advisor sees, beside an empty window of the same toolkit.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use loopdesk_tests::{
    app::{App, built},
    desktop::Desktop,
};
use serde::Deserialize;
use serde_json::json;

use crate::{
    spread::Spread,
    table::{Goal, Line, Table, Unit},
    window::Window,
};

/// Starts of each of the two.
const STARTS: usize = 5;
/// What the desk may take longer than an empty window, in ms.
const LONGER: f64 = 150.0;

/// Starts programs and notes when they began.
pub struct Starter<'d> {
    desktop: &'d Desktop,
    noted: PathBuf,
}

impl<'d> Starter<'d> {
    /// On that desktop.
    pub fn on(desktop: &'d Desktop) -> Self {
        Self { desktop, noted: desktop.home().join("begun") }
    }

    /// The desk, as it is started by whoever uses it.
    pub async fn desk(&self) -> Window {
        self.start(&built("loopdesk"), &[]).await
    }

    /// The empty window.
    pub async fn empty(&self, renderer: &[(String, String)]) -> Window {
        let variables: Vec<_> =
            renderer.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.start(&built("examples/bare"), &variables).await
    }

    /// The kernel counts the age of processes in hundredths of a second: a shell that turns into the program is exacter.
    async fn start(&self, program: &Path, variables: &[(&str, &str)]) -> Window {
        let starting = self.desktop.home().join("bin/measured");
        let (noted, program) = (self.noted.display(), program.display());
        let script =
            format!("#!/bin/bash\nprintf '%s' \"$EPOCHREALTIME\" > '{noted}'\nexec '{program}' \"$@\"\n");
        fs::write(&starting, script).expect("a program");
        fs::set_permissions(&starting, fs::Permissions::from_mode(0o755)).expect("it may run");
        let app = App::start_program(self.desktop, &starting, variables).await;
        let noted = fs::read_to_string(&self.noted).expect("when it began");
        let begun: f64 = noted.trim().parse().expect("seconds");
        Window::of(app, begun * 1_000.0).await
    }
}

/// What the page noted of its own start, in ms since 1970.
#[derive(Deserialize)]
struct Painted {
    first: f64,
    desk: Option<f64>,
}

/// Starts both in turns, so that both see the same machine.
pub async fn in_turns(starter: &Starter<'_>, renderer: &[(String, String)], table: &mut Table) {
    let (mut empty, mut first, mut ready) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..STARTS {
        let window = starter.empty(renderer).await;
        let painted: Painted = window.ask("started", json!([false])).await;
        empty.push(painted.first - window.begun);
        window.leaves().await;

        let window = starter.desk().await;
        let painted: Painted = window.ask("started", json!([true])).await;
        first.push(painted.first - window.begun);
        ready.extend(painted.desk.map(|desk| desk - window.begun));
        window.leaves().await;
    }
    let empty = Spread::of(empty);
    let goal = empty.median().map_or(Goal::None, |floor| Goal::MedianAtMost(floor + LONGER));
    let mut line = |what: &str, spread, goal, others| {
        table.add(Line { what: what.to_owned(), spread, unit: Unit::Ms, goal, others });
    };
    line("start → first paint of an empty window", empty, Goal::None, ["", ""]);
    line("start → first paint of the desk", Spread::of(first), goal, ["", ""]);
    line("start → the desk with its list painted", Spread::of(ready), goal, ["2500", "1500"]);
}
