//! Who of the practice people is there now: each comes once at a time, and lives until they are done or sent away.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use model::Slug;
use tokio::sync::watch;

use super::PracticeFault;

/// Those who are there. Copies share it.
#[derive(Clone)]
pub(super) struct Crowd {
    /// Each with the means to send them away.
    there: Arc<Mutex<BTreeMap<Slug, watch::Sender<bool>>>>,
    changes: watch::Sender<u64>,
}

impl Default for Crowd {
    fn default() -> Self {
        Self { there: Arc::default(), changes: watch::Sender::new(0) }
    }
}

impl Crowd {
    /// Their names.
    pub(super) fn names(&self) -> Vec<Slug> {
        self.lock().keys().cloned().collect()
    }

    /// Counts comings and goings.
    pub(super) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Somebody comes, and lives as `life` says; they leave when that ends. Call it inside a tokio runtime. What `life`
    /// is given turns true when they are sent away.
    pub(super) fn comes<L>(
        &self,
        id: &Slug,
        life: impl FnOnce(watch::Receiver<bool>) -> L,
    ) -> Result<(), PracticeFault>
    where
        L: Future<Output = ()> + Send + 'static,
    {
        let (stop, stopped) = watch::channel(false);
        {
            let mut there = self.lock();
            if there.contains_key(id) {
                return Err(PracticeFault::Here(id.clone()));
            }
            there.insert(id.clone(), stop);
        }
        self.changed();
        let (crowd, id, life) = (self.clone(), id.clone(), life(stopped));
        tokio::spawn(async move {
            life.await;
            crowd.lock().remove(&id);
            crowd.changed();
        });
        Ok(())
    }

    /// Sends somebody away. Nothing happens when they are not there.
    pub(super) fn send_away(&self, id: &Slug) {
        if let Some(stop) = self.lock().get(id) {
            stop.send_replace(true);
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Slug, watch::Sender<bool>>> {
        self.there.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn changed(&self) {
        self.changes.send_modify(|count| *count += 1);
    }
}
