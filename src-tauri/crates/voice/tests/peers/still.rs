//! Calls leave nothing behind: no thread, no socket, no task.

#![cfg(target_os = "linux")]
#![expect(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

mod open;
#[expect(dead_code, reason = "this story needs some of it")]
mod support;

use std::time::Duration;

use open::{open, settled_at};
use support::{PATIENCE, exchange::Exchange};
use tokio::{runtime::Handle, time::timeout};
use voice::{Ended, Phone, Reason};

#[tokio::test]
async fn twenty_calls_leave_nothing_open() {
    let exchange = Exchange::start();
    let before = open();
    let tasks = Handle::current().metrics().num_alive_tasks();
    let mut advisor = exchange.advisor("1001", 440.0).await;
    let mut caller = exchange.advisor("1002", 1_000.0).await;
    let mut settled = None;
    for nth in 0..20 {
        let (theirs, call) = caller.reaches(&mut advisor).await;
        advisor.hears(1_000.0).await;
        let (by, other) = if nth % 2 == 0 { (&advisor, &call) } else { (&caller, &theirs) };
        by.phone.hang_up(other).await.expect("it ends");
        let ends = [advisor.ended(&call).await, caller.ended(&theirs).await];
        assert!(ends.iter().all(|Ended { reason, .. }| *reason == Reason::HungUp), "{ends:?}");
        let now = settled_at(settled).await;
        settled.get_or_insert(now);
    }
    advisor.phone.close().await;
    caller.phone.close().await;
    drop((advisor, caller));
    settled_at(Some(before)).await;
    let until_none = async {
        while Handle::current().metrics().num_alive_tasks() > tasks {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let left = timeout(PATIENCE, until_none).await;
    assert!(left.is_ok(), "{} tasks are left", Handle::current().metrics().num_alive_tasks() - tasks);
}
