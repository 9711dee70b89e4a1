//! From a key to its letter on the screen. The keys are real: they come from the display, like those of a keyboard.

use loopdesk_tests::desktop::Desktop;
use serde_json::json;

use crate::{
    arriving::SPREAD_OVER,
    company::Company,
    spread::Spread,
    table::{Goal, Line, Table, Unit},
    window::Window,
};

/// What is typed; each time.
const WORDS: &str = "i am sorry that it is late and i am asking the carrier where it is now ";
/// Between two keys, in ms: somebody who types fast.
const BETWEEN: &str = "70";

/// Types while it is quiet, while messages arrive in the open conversation, and while they arrive everywhere.
pub async fn measure(desktop: &Desktop, window: &Window, company: &mut Company, table: &mut Table) {
    let at_most = Goal::P95AtMost(32.0);
    let quiet = typed(desktop, window).await;
    add(table, "quiet", quiet, at_most, ["50 (p95)", "37 (p95)"]);
    let here = company.open[..1].to_vec();
    let (busy, ()) = tokio::join!(typed(desktop, window), company.customers_say(&here, 500, 100));
    add(table, "100/s into the open conversation", busy, at_most, ["94 (p95)", "109 (p95)"]);
    let everywhere = company.open[..SPREAD_OVER].to_vec();
    let (flood, ()) = tokio::join!(typed(desktop, window), company.customers_say(&everywhere, 2_500, 500));
    add(table, "500/s over 25 conversations", flood, at_most, ["", ""]);
}

pub async fn typed(desktop: &Desktop, window: &Window) -> Spread {
    window.ask::<()>("type", json!([])).await;
    let mut keyboard = desktop.command("xdotool");
    keyboard.args(["type", "--delay", BETWEEN, WORDS]);
    let typing = tokio::task::spawn_blocking(move || keyboard.status());
    assert!(
        typing.await.expect("a thread").expect("`make test` installs it").success(),
        "the keys are pressed"
    );
    let keys: Vec<f64> = window.ask("typed", json!([WORDS.len()])).await;
    Spread::of(keys)
}

fn add(table: &mut Table, how: &str, spread: Spread, goal: Goal, others: [&'static str; 2]) {
    table.add(Line { what: format!("key → painted, {how}"), spread, unit: Unit::Ms, goal, others });
}
