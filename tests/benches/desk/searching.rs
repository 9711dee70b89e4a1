//! From words in the search field to what was found among 200,000 messages.

use serde::Deserialize;
use serde_json::json;

use crate::{
    spread::Spread,
    table::{Goal, Line, Table, Unit},
    window::Window,
};

/// Common words, in pairs: thousands of messages have both.
const PAIRS: [&str; 10] = [
    "parcel refund",
    "order card",
    "size return",
    "carrier label",
    "invoice payment",
    "account voucher",
    "address depot",
    "coat boots",
    "plate lamp",
    "table chair",
];
/// Beginnings of words, as they are typed.
const BEGINNINGS: [&str; 10] = ["par", "del", "ref", "ord", "car", "lab", "inv", "pass", "nei", "livr"];
/// So many searches of each kind.
const OF_EACH: usize = 40;

/// How long each search took, in ms.
#[derive(Deserialize)]
struct Searches {
    rows: Vec<f64>,
    painted: Vec<f64>,
}

/// Searches for one rare word, two common ones and a beginning in turns.
pub async fn measure(window: &Window, table: &mut Table) {
    let texts: Vec<String> = (0..OF_EACH)
        .flat_map(|n| {
            // One conversation has this word.
            let rare = format!("ref{}x", n * 241 + 7);
            [rare, PAIRS[n % PAIRS.len()].to_owned(), BEGINNINGS[n % BEGINNINGS.len()].to_owned()]
        })
        .collect();
    let searches: Searches = window.ask("searching", json!([texts])).await;
    let mut add = |what: &str, measures, goal, others| {
        let spread = Spread::of(measures);
        table.add(Line { what: format!("search → {what}"), spread, unit: Unit::Ms, goal, others });
    };
    add("rows in the page", searches.rows, Goal::P95AtMost(5.0), ["three months only", "no index"]);
    add("rows painted", searches.painted, Goal::P95AtMost(33.0), ["", ""]);
}
