//! What an advisor waits for, measured in the real window with a desk that holds ten thousand conversations: `make bench`.
//! Not a test: nothing here fails because a figure is poor. The figures are printed beside what they should be, and
//! beside what the two leading open web desks need. `make bench PARTS="typing searching"` measures only these parts.

mod arriving;
mod company;
mod machine;
mod memory;
mod parts;
mod searching;
mod spread;
mod start;
mod switching;
mod table;
mod typing;
mod window;

use std::time::Instant;

use loopdesk_tests::desktop::Desktop;
use serde_json::json;

use crate::{company::Company, machine::Machine, parts::Parts, start::Starter, table::Table};

#[tokio::main]
async fn main() {
    let begun = Instant::now();
    let tell = |what: &str| println!("{:>4} s  {what}", begun.elapsed().as_secs());
    let parts = Parts::asked();
    let machine = Machine::now();
    let mut table = Table::default();

    tell("A service is filled with 10,000 conversations and 200,000 messages");
    let mut company = Company::opens().await;
    let desktop = Desktop::start();
    let starter = Starter::on(&desktop);

    tell("The desk starts for the first time, and takes everything in");
    let window = starter.desk().await;
    if parts.has("memory") {
        memory::of_practice(&window, &mut table).await;
    }
    company.takes_on(&desktop, &window).await;
    let renderer = window.renderer();
    window.leaves().await;

    if parts.has("start") {
        tell("The desk and an empty window start in turns");
        start::in_turns(&starter, &renderer, &mut table).await;
    }
    let mut floor = None;
    if parts.has("memory") {
        let empty = starter.empty(&renderer).await;
        floor = Some(memory::of_empty(&empty, &mut table).await);
        empty.leaves().await;
    }

    let window = starter.desk().await;
    company.is_with(&window).await;
    if let Some(floor) = floor {
        memory::idle(&window, floor, &mut table).await;
    }
    if parts.has("switching") {
        tell("Conversations are opened one after the other");
        switching::measure(&window, &mut table).await;
    }
    let mut before = None;
    if let Some(floor) = floor {
        before = Some(memory::after_switching(&window, floor, &mut table).await);
    }
    window.ask::<()>("open", json!([])).await;
    if parts.has("arriving") {
        tell("Messages arrive");
        arriving::measure(&window, &mut company, &mut table).await;
    }
    if let Some(before) = before {
        memory::after_arriving(&window, before, &mut table).await;
    }
    if parts.has("typing") {
        tell("The advisor types");
        typing::measure(&desktop, &window, &mut company, &mut table).await;
    }
    if parts.has("searching") {
        tell("The advisor searches");
        searching::measure(&window, &mut table).await;
    }

    tell("What the desk kept is counted");
    arriving::count(&window, &mut company, &mut table).await;
    window.leaves().await;

    tell("Done");
    table.print();
    println!("{}", machine.told());
}
