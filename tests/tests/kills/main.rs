//! Nothing is lost when a process is killed: a desk and the service as programs of their own, ended by the system at named
//! points without a word, and started again on the same files. `KILLS` says how often each is killed, `SEED` in which order.

mod desk_killed;
mod ledger;
mod service_killed;

use loopdesk_tests::asked;
use rand::{SeedableRng, rngs::StdRng};

/// Kills of each program in `make test`; `make test-long` asks for more.
const USUAL: u64 = 5;

/// How often, and in which order.
fn rounds() -> (usize, StdRng) {
    let kills = usize::try_from(asked("KILLS").unwrap_or(USUAL)).expect("a count");
    (kills, StdRng::seed_from_u64(asked("SEED").unwrap_or(1)))
}
