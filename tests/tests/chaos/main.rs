//! Nothing is lost on a bad line: two desks and a customer at work through a proxy that breaks their connections in every
//! way. Everything said is there exactly once, in order, on both desks and at the service, and the process is afterwards as
//! it was. `DISCONNECTS` says how often the line breaks, `SEED` in which order and how.

mod machine;
mod plan;
mod shift;

use std::time::{Duration, Instant};

use loopdesk_tests::asked;
use machine::Machine;
use shift::Shift;

/// Disconnects of `make test`; `make test-long` asks for more.
const USUAL: u64 = 40;
/// Disconnects of the first, short shift.
const WARM: u64 = 2;

/// The time that so many of a hundred did not exceed.
fn percentile(sorted: &[Duration], of: usize) -> Duration {
    sorted[(sorted.len() * of).div_ceil(100).max(1) - 1]
}

#[test]
fn a_bad_line_loses_nothing() {
    // Threads that wait for work end soon, so that those which stay can be counted.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_keep_alive(Duration::from_millis(100))
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let count = asked("DISCONNECTS").unwrap_or(USUAL);
        let seed = asked("SEED").unwrap_or(1);
        // What a process keeps for good after its first connections is no leak.
        Shift::worked(seed, WARM).await;
        let before = Machine::at_rest(|_| true).await;
        let begun = Instant::now();
        let shift = Shift::worked(seed, count).await;
        let took = begun.elapsed();
        let after = Machine::at_rest(|now| *now == before).await;
        assert_eq!(after, before, "the process is as it was");

        let mut resumed = shift.resumed;
        resumed.sort();
        let lasting = shift.faults.iter().map(|(fault, times)| format!("{times} {fault:?}"));
        println!(
            "{count} disconnects ({}) in {took:.0?}: {} things said, {} of them exactly once on both desks and at the service",
            lasting.collect::<Vec<_>>().join(", "),
            shift.said,
            shift.said,
        );
        println!("the line: {:?}", shift.counts);
        println!(
            "resumed after the path was good again: p50 {:?}, p95 {:?} (goal: 1.5 s), longest {:?}, of {}",
            percentile(&resumed, 50),
            percentile(&resumed, 95),
            percentile(&resumed, 100),
            resumed.len(),
        );
        println!("at rest: {before:?}; while working: {:?}", shift.most);
    });
}
