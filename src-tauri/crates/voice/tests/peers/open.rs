//! What this process has open, for stories that are alone in theirs.

use std::{fs, time::Duration};

use tokio::time::timeout;

use crate::support::PATIENCE;

/// What this process has open: files and sockets, threads.
pub(crate) fn open() -> (usize, usize) {
    let count = |folder: &str| fs::read_dir(folder).expect("it can be counted").count();
    (count("/proc/self/fd"), count("/proc/self/task"))
}

/// Waits until no more is open than this; how much it is.
pub(crate) async fn settled_at(most: Option<(usize, usize)>) -> (usize, usize) {
    let Some(most) = most else { return open() };
    let settling = async {
        while open().0 > most.0 || open().1 > most.1 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    if timeout(PATIENCE, settling).await.is_err() {
        panic!("{:?} files and threads are open, not {most:?}", open());
    }
    open()
}
