//! Memory of all processes of a window together: the program, its page, its network. What they share is counted once.

use std::time::Duration;

use loopdesk_tests::processes::{part, shares};

use crate::{
    spread::Spread,
    table::{Goal, Line, Table, Unit},
    window::Window,
};

/// After so long a window that nothing is done with is at rest.
const REST: Duration = Duration::from_secs(5);
/// How often is looked, a second apart.
const LOOKS: usize = 3;
/// What the desk may hold more than an empty window, in MiB.
const MORE: f64 = 40.0;
/// The same after many conversations were opened.
const MORE_AFTER_SWITCHING: f64 = 70.0;
/// What it may hold more after ten thousand messages than before them.
const MORE_AFTER_ARRIVING: f64 = 30.0;

/// A window at rest: what it holds in all, and how that is made up.
async fn at_rest(window: &Window) -> (Spread, String) {
    tokio::time::sleep(REST).await;
    let mut looks = Vec::new();
    for _ in 0..LOOKS {
        looks.push(shares(window.process()));
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let parts = looks.last().into_iter().flatten().map(|(name, mib)| format!("{} {mib:.0}", part(name)));
    let parts = parts.collect::<Vec<_>>().join(", ");
    (looks.iter().map(|look| look.values().sum::<f64>()).collect(), parts)
}

fn add(
    table: &mut Table,
    what: &str,
    (spread, parts): (Spread, String),
    goal: Goal,
    others: [&'static str; 2],
) {
    table.add(Line { what: format!("memory, {what} ({parts})"), spread, unit: Unit::MiB, goal, others });
}

/// The desk with the practice service in its own process.
pub async fn of_practice(window: &Window, table: &mut Table) {
    add(table, "practice service in the app", at_rest(window).await, Goal::None, ["", ""]);
}

/// The empty window: the floor.
pub async fn of_empty(window: &Window, table: &mut Table) -> f64 {
    let (spread, parts) = at_rest(window).await;
    let floor = spread.median().unwrap_or_default();
    add(table, "empty window", (spread, parts), Goal::None, ["387", "387"]);
    floor
}

/// The desk with its list.
pub async fn idle(window: &Window, floor: f64, table: &mut Table) {
    let goal = Goal::MedianAtMost(floor + MORE);
    add(table, "list loaded", at_rest(window).await, goal, ["524", "424"]);
}

/// The desk after many conversations were opened.
pub async fn after_switching(window: &Window, floor: f64, table: &mut Table) -> f64 {
    let (spread, parts) = at_rest(window).await;
    let median = spread.median().unwrap_or_default();
    let goal = Goal::MedianAtMost(floor + MORE_AFTER_SWITCHING);
    add(table, "200 conversations opened", (spread, parts), goal, ["845", "654 after 48"]);
    median
}

/// The desk after many messages arrived: what came on top.
pub async fn after_arriving(window: &Window, before: f64, table: &mut Table) {
    let (spread, parts) = at_rest(window).await;
    let more = spread.map(|mib| mib - before);
    add(
        table,
        "more after 10,000 messages",
        (more, parts),
        Goal::MedianAtMost(MORE_AFTER_ARRIVING),
        ["+90", "drops them"],
    );
}
