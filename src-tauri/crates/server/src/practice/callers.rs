//! Practice callers: people with a problem who call by telephone, so that the queue lives without one. Each is a telephone
//! of its own that calls the exchange as anybody outside would. What they say is tones in the rhythm of speech.
//!
//! Whether an advisor speaks with them they cannot hear as people do; they look it up in the service.

mod caller;
mod script;
mod speech;

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use model::Slug;
use tokio::sync::watch;

pub use self::script::CallerScript;
use super::{Pace, PracticeFault};
use crate::service::Service;

/// The practice callers of a workspace.
#[derive(Clone)]
pub struct Callers {
    inner: Arc<Inner>,
}

struct Inner {
    scripts: Vec<Arc<CallerScript>>,
    place: caller::Place,
    pace: Pace,
    /// Those who call now, each with the means to stop them.
    running: Mutex<BTreeMap<Slug, watch::Sender<bool>>>,
    changes: watch::Sender<u64>,
}

impl Callers {
    /// Gets everybody ready who calls a workspace through the exchange at an address; nobody calls yet.
    ///
    /// # Errors
    /// When a script cannot be read.
    pub fn new(
        service: Service,
        workspace: Slug,
        exchange: SocketAddr,
        pace: Pace,
    ) -> Result<Self, PracticeFault> {
        let scripts = script::scripts()?.into_iter().map(Arc::new).collect();
        let place = caller::Place { service, workspace, exchange };
        let (running, changes) = (Mutex::default(), watch::Sender::new(0));
        Ok(Self { inner: Arc::new(Inner { scripts, place, pace, running, changes }) })
    }

    /// Everybody there is, in the order in which they are offered.
    pub fn list(&self) -> &[Arc<CallerScript>] {
        &self.inner.scripts
    }

    /// Whether there is somebody of that name.
    pub fn knows(&self, id: &Slug) -> bool {
        self.inner.scripts.iter().any(|script| script.id == *id)
    }

    /// Those who call now.
    pub fn running(&self) -> Vec<Slug> {
        self.running_now().keys().cloned().collect()
    }

    /// Counts comings and goings: wait on it to know when [`Callers::running`] changes.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.inner.changes.subscribe()
    }

    /// Somebody calls. Call it inside a tokio runtime; they live there until they are done.
    ///
    /// # Errors
    /// When there is nobody of that name, or they are calling already.
    pub fn start(&self, id: &Slug) -> Result<(), PracticeFault> {
        let script = self.inner.scripts.iter().find(|script| script.id == *id);
        let script = script.cloned().ok_or_else(|| PracticeFault::Unknown(id.clone()))?;
        let (stop, stopped) = watch::channel(false);
        {
            let mut running = self.running_now();
            if running.contains_key(id) {
                return Err(PracticeFault::Here(id.clone()));
            }
            running.insert(id.clone(), stop);
        }
        self.changed();
        let (callers, id) = (self.clone(), id.clone());
        tokio::spawn(async move {
            let Inner { place, pace, .. } = &*callers.inner;
            if let Err(error) = caller::live(&script, place, *pace, stopped).await {
                tracing::error!(%error, "a practice caller cannot call");
            }
            callers.running_now().remove(&id);
            callers.changed();
        });
        Ok(())
    }

    /// Somebody hangs up. Nothing happens when they do not call.
    pub fn stop(&self, id: &Slug) {
        if let Some(stop) = self.running_now().get(id) {
            stop.send_replace(true);
        }
    }

    fn running_now(&self) -> MutexGuard<'_, BTreeMap<Slug, watch::Sender<bool>>> {
        self.inner.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn changed(&self) {
        self.inner.changes.send_modify(|count| *count += 1);
    }
}
