//! Nothing is lost when a process is killed: a desk and the service as programs of their own, ended by the system at named
//! points without a word, and started again on the same files. `KILLS` says how often each is killed, `SEED` in which order.

mod desk_killed;
mod ledger;
mod service_killed;

/// Kills of each program in `make test`; `make test-long` asks for more.
const USUAL: u64 = 5;

fn asked(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// How often, and from which seed.
fn rounds() -> (u64, u64) {
    (asked("KILLS").unwrap_or(USUAL), asked("SEED").unwrap_or(1))
}
