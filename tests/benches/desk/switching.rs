//! From the click on a conversation to its lines on the screen.

use serde::Deserialize;
use serde_json::json;

use crate::{
    spread::Spread,
    table::{Goal, Line, Table, Unit},
    window::Window,
};

/// Conversations that are opened.
const SWITCHES: usize = 200;

/// How long each click took, in ms.
#[derive(Deserialize)]
struct Switches {
    lines: Vec<f64>,
    customer: Vec<f64>,
}

/// Opens one conversation after the other.
pub async fn measure(window: &Window, table: &mut Table) {
    let switches: Switches = window.ask("switching", json!([SWITCHES])).await;
    table.add(Line {
        what: "switch: click → lines painted".into(),
        spread: Spread::of(switches.lines),
        unit: Unit::Ms,
        goal: Goal::P95AtMost(33.0),
        others: ["257 / 305", "600 / 1148"],
    });
    table.add(Line {
        what: "switch: click → customer painted beside them".into(),
        spread: Spread::of(switches.customer),
        unit: Unit::Ms,
        goal: Goal::None,
        others: ["", ""],
    });
}
