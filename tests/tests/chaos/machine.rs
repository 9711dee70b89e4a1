//! What this process holds of the machine.

use std::{fs, time::Duration};

use loopdesk_tests::seat::PATIENCE;

/// How often it is looked at.
const EVERY: Duration = Duration::from_millis(50);

/// What is held.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Machine {
    /// Open files and sockets.
    pub descriptors: usize,
    /// Threads.
    pub threads: usize,
}

impl Machine {
    /// What is held now.
    pub fn now() -> Self {
        let count = |folder| fs::read_dir(folder).expect("the system tells about this process").count();
        // Looking takes one itself.
        Self { descriptors: count("/proc/self/fd") - 1, threads: count("/proc/self/task") }
    }

    /// The most of both.
    pub fn most(self, other: Self) -> Self {
        Self {
            descriptors: self.descriptors.max(other.descriptors),
            threads: self.threads.max(other.threads),
        }
    }

    /// What is held once it satisfies and does not change any more; or whatever is held when nobody waits any longer. What is
    /// closed ends in its own time: the system tells nobody when.
    pub async fn at_rest(satisfies: impl Fn(&Self) -> bool) -> Self {
        let mut looks = tokio::time::interval(EVERY);
        let settled = async {
            let (mut last, mut same) = (Self::now(), 0);
            loop {
                looks.tick().await;
                let now = Self::now();
                same = if now == last { same + 1 } else { 0 };
                last = now;
                if same >= 20 && satisfies(&now) {
                    return now;
                }
            }
        };
        tokio::time::timeout(PATIENCE, settled).await.unwrap_or_else(|_| Self::now())
    }
}
