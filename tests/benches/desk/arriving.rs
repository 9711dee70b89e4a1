//! From a customer's word at the service to its letters on the screen.

use serde::Deserialize;
use serde_json::json;

use crate::{
    company::Company,
    spread::Spread,
    table::{Goal, Line, Table, Unit},
    window::Window,
};

/// Over so many conversations the flood is spread.
pub const SPREAD_OVER: usize = 25;

/// A pace at which customers write.
struct Pace {
    per_second: u32,
    seconds: u32,
    /// Over how many conversations; the first one is open in the window.
    over: usize,
    goal: Goal,
    others: [&'static str; 2],
}

const PACES: [Pace; 4] = [
    Pace { per_second: 1, seconds: 20, over: 1, goal: Goal::P95AtMost(32.0), others: ["47 / 78", "62 / 86"] },
    Pace {
        per_second: 10,
        seconds: 15,
        over: 1,
        goal: Goal::P95AtMost(32.0),
        others: ["57 / 170", "258 / 1606"],
    },
    Pace {
        per_second: 50,
        seconds: 10,
        over: 1,
        goal: Goal::P95AtMost(32.0),
        others: ["falls behind", "falls behind"],
    },
    Pace {
        per_second: 500,
        seconds: 20,
        over: SPREAD_OVER,
        goal: Goal::None,
        others: ["111 / 229", "collapses"],
    },
];

/// What the page saw painted, in ms since each was said.
#[derive(Deserialize)]
struct Heard {
    painted: Vec<f64>,
}

/// Lets customers write at one pace after the other.
pub async fn measure(window: &Window, company: &mut Company, table: &mut Table) {
    let (mut wanted, mut painted) = (0, 0);
    for Pace { per_second, seconds, over, goal, others } in PACES {
        let here = company.open[..over].to_vec();
        let count = per_second * seconds;
        let to_paint = (count as usize).div_ceil(over);
        window.ask::<()>("listen", json!([company.said])).await;
        company.customers_say(&here, count, per_second).await;
        let heard: Heard = window.ask("heard", json!([to_paint])).await;
        wanted += to_paint;
        painted += heard.painted.len();
        let where_ = if over == 1 {
            "into the open conversation".into()
        } else {
            format!("over {over} conversations")
        };
        table.add(Line {
            what: format!("said → painted, {per_second}/s {where_}"),
            spread: Spread::of(heard.painted),
            unit: Unit::Ms,
            goal,
            others,
        });
    }
    table.add(pieces("painted, of all that was said into the open conversation", painted, wanted));
}

/// Counts what the desk kept of everything that was said, with the service gone: nothing can be fetched any more.
pub async fn count(window: &Window, company: &mut Company, table: &mut Table) {
    company.closes().await;
    let kept: usize = window.ask("kept", json!([company.open])).await;
    table.add(pieces("kept by the desk, of all that was said", kept, company.said as usize));
}

fn pieces(what: &str, found: usize, of: usize) -> Line {
    Line {
        what: what.to_owned(),
        spread: Spread::of(vec![found as f64]),
        unit: Unit::Pieces,
        goal: Goal::All(of as f64),
        others: ["", ""],
    }
}
