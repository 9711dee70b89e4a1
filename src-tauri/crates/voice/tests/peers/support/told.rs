//! What somebody was told, for stories that ask for one thing after another.

use std::{collections::VecDeque, fmt::Debug};

use tokio::{sync::mpsc::UnboundedReceiver, time::timeout};

use super::PATIENCE;

pub(crate) struct Told<T> {
    coming: UnboundedReceiver<T>,
    /// What was told and not asked for yet.
    kept: VecDeque<T>,
    /// Whether it is worth keeping until somebody asks.
    is_kept: fn(&T) -> bool,
}

impl<T: Debug> Told<T> {
    pub(crate) fn new(coming: UnboundedReceiver<T>, is_kept: fn(&T) -> bool) -> Self {
        Self { coming, kept: VecDeque::new(), is_kept }
    }

    /// Waits until something is told; what was told before it stays for others to ask for.
    pub(crate) async fn until<R>(&mut self, what: &str, mut is_it: impl FnMut(&T) -> Option<R>) -> R {
        if let Some((at, found)) =
            self.kept.iter().enumerate().find_map(|(at, told)| Some((at, is_it(told)?)))
        {
            self.kept.remove(at);
            return found;
        }
        let waiting = async {
            loop {
                let told = self.coming.recv().await.expect("whoever tells is there");
                if let Some(found) = is_it(&told) {
                    return found;
                }
                if (self.is_kept)(&told) {
                    self.kept.push_back(told);
                }
            }
        };
        match timeout(PATIENCE, waiting).await {
            Ok(found) => found,
            Err(_) => panic!("waited for {what}; was told {:#?}", self.kept),
        }
    }

    /// Whether something like this was told and not asked for.
    pub(crate) fn has(&mut self, is_it: impl Fn(&T) -> bool) -> bool {
        while let Ok(told) = self.coming.try_recv() {
            self.kept.push_back(told);
        }
        self.kept.iter().any(is_it)
    }
}
