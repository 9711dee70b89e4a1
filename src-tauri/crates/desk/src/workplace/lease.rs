//! For how long what the service told may be shown without contact with it. What is the advisor's own stays in its file
//! all the while, and nothing is destroyed: contact shows all of it again.
//!
//! Counted against the highest time that this computer was ever seen to have, so that a clock set back gives no day more;
//! and a clock that jumps ahead, by thirty days or ten years, only locks.

use std::sync::Arc;

use backend::{Backend, Native, Trouble, native::Address};
use model::{
    At,
    at::{HOUR, MINUTE},
};
use serde::{Deserialize, Serialize};
use store::{Work, work::kept};

use super::{Workplace, keys::Unlock, open::secret_name, session::Kept};
use crate::{
    clock::Now,
    core::{Core, State},
    sync::LineState,
    view::{Locked, LockedWhy, Passphrase},
};

/// How long without contact, in ms. A setting of the workspace may take its place once the service has one
/// (`sync.md`, "Retention").
pub(crate) const LEASE: i64 = 72 * HOUR;
/// Between two looks at a line that held all the while. Longer, and the computer slept or its clock jumped: only the
/// service can say which.
const HELD: i64 = 2 * MINUTE;
/// How often it is written down, in ms: a lease is counted in hours.
const WRITE_EVERY: i64 = MINUTE;
/// The longest time between two knocks at the service's door, in s.
const KNOCK_S: u64 = 30;

/// What is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Lease {
    /// The last contact, on this computer's clock.
    contact: At,
    /// The highest time seen since.
    highest: At,
}

impl Lease {
    const NAME: &str = "lease";

    fn begun(wall: At) -> Self {
        Self { contact: wall, highest: wall }
    }

    /// `passed` ms later on the clock that never jumps, the one on the wall shows `wall`. Answers how far that is from what was
    /// known.
    fn passes(&mut self, passed: i64, wall: At) -> i64 {
        let before = self.highest;
        self.highest = wall.max(before + passed.max(0));
        self.highest.since(before)
    }

    fn is_over(self) -> bool {
        self.highest.since(self.contact) >= LEASE
    }
}

/// The lease of an open workspace.
#[derive(Debug)]
pub(crate) struct Watched {
    lease: Lease,
    /// When it was looked at last, on the clock that never jumps.
    looked: i64,
    written: i64,
    /// The computer slept or its clock jumped: a line that looked live then tells nothing until it was live anew.
    doubt: bool,
}

/// Whether the lease of a workspace that is being opened is over, and since when there was no contact.
pub(crate) fn over(work: &Work, now: Now, in_contact: bool) -> Option<At> {
    let mut lease = kept::load::<Lease>(work.rows(), Lease::NAME).ok().flatten()?;
    if in_contact {
        lease = Lease::begun(now.wall);
    } else {
        let _ = lease.passes(0, now.wall);
    }
    write(work, lease);
    lease.is_over().then_some(lease.contact)
}

fn write(work: &Work, lease: Lease) {
    // A disk that refuses now is asked again in a minute.
    if let Err(error) = kept::save(work.rows(), Lease::NAME, &lease) {
        tracing::warn!(%error, "the time of the last contact cannot be kept");
    }
}

impl Watched {
    /// Looks at both clocks. Whether there was no contact for too long.
    fn look(&mut self, now: Now, live: bool) -> bool {
        let went = self.lease.passes(now.mono - self.looked, now.wall);
        self.looked = now.mono;
        if went >= HELD {
            self.doubt = true;
        } else if !live {
            self.doubt = false;
        }
        if live && !self.doubt {
            self.lease = Lease::begun(now.wall);
        }
        self.lease.is_over()
    }
}

impl Workplace {
    /// Since when there was no contact, if that is too long ago. Practice has its service in this process.
    fn lease_over(&mut self, now: Now) -> Option<At> {
        if self.practice || self.replica.me().is_none() {
            return None;
        }
        let live = self.replica.line() == LineState::Live;
        let watched = match &mut self.lease {
            Some(watched) => watched,
            none => {
                let work = &self.replica.work;
                let known = kept::load::<Lease>(work.rows(), Lease::NAME).ok().flatten();
                let lease = known.unwrap_or_else(|| Lease::begun(now.wall));
                write(work, lease);
                none.insert(Watched { lease, looked: now.mono, written: now.mono, doubt: false })
            }
        };
        let over = watched.look(now, live);
        if over || now.mono - watched.written >= WRITE_EVERY {
            watched.written = now.mono;
            write(&self.replica.work, watched.lease);
        }
        over.then_some(watched.lease.contact)
    }
}

impl Core {
    /// Before anything else is done with an open workspace: may it be shown?
    pub(crate) fn keep_lease(&mut self) {
        let now = self.now();
        let State::Open(place) = &mut self.state else { return };
        let Some(since) = place.lease_over(now) else { return };
        tracing::info!("no contact with the service for too long: the desk locks");
        let backend = place.backend.clone();
        // Files, keys and all that was read from them leave memory with it. What keeps the token stays, be it the keyring or an
        // open slot: without the token nobody could knock.
        self.lock_lease(since, backend);
    }

    /// Shows nothing of the workspace until the service answers.
    pub(crate) fn lock_lease(&mut self, since: At, backend: Option<Arc<dyn Backend>>) {
        self.opening += 1;
        self.backend = backend.or_else(|| self.backend_of_current());
        self.state = State::Locked(Locked {
            why: LockedWhy::LeaseOver,
            passphrase: Passphrase::No,
            since: Some(since),
        });
        self.push_gate();
        self.knock(0);
    }

    fn backend_of_current(&self) -> Option<Arc<dyn Backend>> {
        let known = self.workspaces.current()?;
        let address: Address = known.address.as_deref()?.parse().ok()?;
        let keeper = Kept { vault: self.secrets(), name: secret_name(&known.id, "refresh") };
        Some(Arc::new(Native::new(address, Arc::new(keeper), self.device?).ok()?))
    }

    /// Asks the service in so many seconds whether it is there, until it answers whoever is signed in: that is contact.
    pub(crate) fn knock(&mut self, after_s: u64) {
        let Some(backend) = self.backend.clone() else { return };
        self.knocks += 1;
        let (back, opening, knocks) = (self.back.clone(), self.opening, self.knocks);
        let id = self.workspaces.current.clone();
        self.io.spawn(async move {
            tokio::time::sleep(std::time::Duration::from_secs(after_s)).await;
            let answer = backend.me().await;
            back.job(move |core| {
                let waits =
                    matches!(&core.state, State::Locked(locked) if locked.why == LockedWhy::LeaseOver);
                if !waits || core.opening != opening || core.knocks != knocks {
                    return;
                }
                match answer {
                    Ok(_) => core.open_by(Unlock::InContact(core.secrets())),
                    Err(Trouble::Ended) => core.sign_in_was_ended(&id),
                    Err(_) => core.knock((after_s * 2 + 1).min(KNOCK_S)),
                }
            });
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEGIN: At = At(1_800_000_000_000);
    const DAY: i64 = 24 * HOUR;

    fn watched() -> Watched {
        Watched { lease: Lease::begun(BEGIN), looked: 0, written: 0, doubt: false }
    }

    fn later(mono: i64, wall: i64) -> Now {
        Now { mono, wall: BEGIN + wall }
    }

    #[test]
    fn three_days_and_no_longer() {
        let mut watched = watched();
        assert!(!watched.look(later(LEASE - 1, LEASE - 1), false));
        assert!(watched.look(later(LEASE, LEASE), false));
    }

    #[test]
    fn sleep_counts() {
        let mut watched = watched();
        assert!(!watched.look(later(10, 71 * HOUR), false));
        assert!(watched.look(later(20, 72 * HOUR), false));
    }

    #[test]
    fn a_line_that_holds_is_contact_and_one_that_slept_is_not() {
        let mut watched = watched();
        for minute in 1..=5_000 {
            assert!(!watched.look(later(minute * MINUTE, minute * MINUTE), true), "live all the while");
        }
        let slept = 5_000 * MINUTE + 80 * HOUR;
        assert!(watched.look(later(5_001 * MINUTE, slept), true), "it only looks live");
    }

    #[test]
    fn a_line_is_believed_again_once_it_was_opened_anew() {
        let mut watched = watched();
        // Slept for two days; nobody has noticed yet that the line is dead, however often one looks.
        for look in 1..=3 {
            assert!(!watched.look(later(look, 48 * HOUR + look), true));
        }
        assert!(watched.look(later(10, LEASE), true), "that was no contact");
        assert!(watched.look(later(20, LEASE + 20), false));
        assert!(!watched.look(later(30, LEASE + 30), true), "this is");
    }

    #[test]
    fn a_clock_set_back_gives_no_day_more() {
        let mut watched = watched();
        assert!(!watched.look(later(71 * HOUR, 71 * HOUR), false));
        assert!(!watched.look(later(71 * HOUR + 1, -10 * DAY), false));
        // The other clock goes on.
        assert!(watched.look(later(72 * HOUR, -10 * DAY + HOUR), false));
    }

    #[test]
    fn a_jump_of_ten_years_stays_until_contact() {
        let mut watched = watched();
        assert!(watched.look(later(10, 3_650 * DAY), true));
        assert!(watched.look(later(20, 20), false), "the clock is right again: only the service can tell");
        watched.lease = Lease::begun(BEGIN);
        assert!(!watched.look(later(30, 30), false));
    }
}
