//! A hundred callers who wait at once: what that takes of memory.

use std::fs;

use voice::{
    Phone,
    audio::{
        Sound,
        memory::{Nobody, Tone},
        tunes,
    },
};

use crate::{
    call::{Desk, account, line},
    table::{Goal, Table, Unit},
};

const CALLERS: usize = 100;

pub async fn measure(table: &mut Table) {
    let mut desk = Desk::open(Sound::new(Nobody, Nobody)).await;
    let before = resident();
    let mut callers = Vec::new();
    for no in 0..CALLERS {
        let account = account(&desk.exchange, &format!("{}", 3_000 + no));
        let (caller, _) =
            voice::Sip::open(account, Sound::new(Tone::new(440.0), Nobody)).await.expect("a caller");
        let (waiting, _) = desk.called_by(&caller).await;
        desk.exchange.play(&waiting, Some(Box::new(tunes::hold()))).expect("it hears music");
        callers.push(caller);
    }
    let what = "telephone: 100 callers wait, with their telephones in the same process";
    table.add(line(what, vec![resident() - before], Unit::MiB, Goal::None));
    for caller in callers {
        caller.close().await;
    }
    desk.closes().await;
}

/// Memory of this process, in MiB.
fn resident() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kib = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:")?.trim().split(' ').next()?.parse::<f64>().ok());
    kib.unwrap_or(0.0) / 1_024.0
}
