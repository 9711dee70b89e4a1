//! Many who wait at once: none is lost, each hears something, and nothing of them is left.

#![cfg(target_os = "linux")]
#![expect(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

mod open;
#[expect(dead_code, reason = "this story needs some of it")]
mod support;

use std::{collections::BTreeMap, env, fs, time::Instant};

use open::{open, settled_at};
use support::{caller::Caller, service::Service};
use tokio::{runtime::Builder, task::JoinSet};
use voice::{CallId, Happening, Reason, Side, audio::tunes};

/// How many wait.
const MANY: usize = 100;

/// What this computer counts of this process, under this name: kilobytes of memory.
fn memory(name: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("it can be counted");
    let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("it is counted");
    line.split_whitespace().next().expect("a number").parse().expect("a number")
}

/// Hundredths of a second that threads of this process have computed, by their names.
fn computed() -> BTreeMap<String, u64> {
    let mut all = BTreeMap::new();
    for thread in fs::read_dir("/proc/self/task").expect("they can be counted").flatten() {
        let Ok(stat) = fs::read_to_string(thread.path().join("stat")) else { continue };
        let Some((name, rest)) = stat.split_once('(').and_then(|(_, rest)| rest.rsplit_once(')')) else {
            continue;
        };
        let times: Vec<u64> =
            rest.split_whitespace().skip(11).take(2).map(|time| time.parse().expect("a number")).collect();
        *all.entry(name.to_owned()).or_default() += times.iter().sum::<u64>();
    }
    all
}

#[test]
fn a_hundred_wait_at_once_and_leave_nothing() {
    let callers = Builder::new_current_thread().enable_all().build().expect("a runtime");
    let before = callers.block_on(async { open() });
    callers.block_on(the_story());
    callers.block_on(settled_at(Some(before)));
}

async fn the_story() {
    // The exchange has threads of its own, so that it can be seen what it costs.
    let threads = Builder::new_multi_thread().worker_threads(2).thread_name("exchange").enable_all().build();
    let threads = threads.expect("a runtime");
    let mut service = threads.spawn(Service::open()).await.expect("an exchange");
    let at = service.exchange.address();
    let (empty, idle) = (memory("VmRSS:"), open());
    let mut callers = Vec::new();
    for nth in 0..MANY {
        let caller = Caller::open(at, &format!("caller{nth}")).await;
        caller.call().await;
        callers.push(caller);
    }
    let mut calls = Vec::new();
    for nth in 0..MANY {
        let call = service.incoming().await.call;
        assert_eq!(call, CallId::new(format!("caller{nth}")), "in the order in which they called");
        service.exchange.play(&call, Some(Box::new(tunes::hold()))).expect("it hears");
        service.exchange.answer(&call).expect("it is taken");
        calls.push(call);
    }
    // One second; or as many as somebody wants who measures.
    let seconds: usize = env::var("SECONDS_OF_WAITING").map_or(1, |text| text.parse().expect("a number"));
    let mut listening = JoinSet::new();
    for mut caller in callers {
        listening.spawn(async move {
            let to = caller.answered().await;
            // Until everybody has begun.
            let heard = caller.listens(25).await;
            assert!(heard.iter().any(|sample| sample.unsigned_abs() > 500), "everybody hears something");
            (caller, to)
        });
    }
    let callers = listening.join_all().await;
    let (begun, cost) = (Instant::now(), computed());
    let mut listening = JoinSet::new();
    for (caller, to) in callers {
        listening.spawn(async move {
            caller.listens(50 * seconds).await;
            (caller, to)
        });
    }
    let callers = listening.join_all().await;
    let passed = begun.elapsed().as_secs_f64();
    for (name, after) in computed() {
        let percent = (after - cost.get(&name).copied().unwrap_or(0)) as f64 / passed;
        println!("{name}: {percent:.1} % of a core while {MANY} wait, over {passed:.1} s");
    }
    println!("{MANY} calls take {} kB more than none ({empty} kB)", memory("VmRSS:") - empty);
    for call in &calls {
        service.happens(call, Happening::Connected).await;
    }

    // Half of them hang up by themselves.
    for (nth, (caller, to)) in callers.iter().enumerate() {
        if nth % 2 == 0 {
            caller.say(caller.request("BYE", 2, to, "").as_bytes()).await;
            caller.hears("SIP/2.0 200").await;
        }
    }
    let ids = callers.iter().enumerate().map(|(nth, (caller, _))| (nth, caller.id()));
    for (nth, id) in ids {
        if nth % 2 == 0 {
            let ended = service.ended(&id).await;
            assert_eq!((ended.by, ended.reason), (Side::Them, Reason::HungUp));
        } else {
            service.exchange.hang_up(&id).expect("it was up");
        }
    }
    for (nth, (caller, _)) in callers.iter().enumerate() {
        if nth % 2 == 1 {
            caller.is_hung_up().await;
        }
    }
    drop(callers);
    settled_at(Some(idle)).await;
    threads.spawn(async move { service.exchange.close().await }).await.expect("it ends");
    threads.shutdown_background();
}
