//! Practice callers: people with a problem who call by telephone, so that the queue lives without one. Each is a telephone
//! of its own that calls the exchange as anybody outside would. What they say is tones in the rhythm of speech.
//!
//! Whether an advisor speaks with them they cannot hear as people do; they look it up in the service.

mod caller;
mod script;
mod speech;

use std::{net::SocketAddr, sync::Arc};

use model::Slug;
use tokio::sync::watch;

pub use self::script::CallerScript;
use super::{Pace, PracticeFault, crowd::Crowd};
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
    /// Those who call now.
    crowd: Crowd,
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
        let crowd = Crowd::default();
        Ok(Self { inner: Arc::new(Inner { scripts, place, pace, crowd }) })
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
        self.inner.crowd.names()
    }

    /// Counts comings and goings: wait on it to know when [`Callers::running`] changes.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.inner.crowd.changes()
    }

    /// Somebody calls. Call it inside a tokio runtime; they live there until they are done.
    ///
    /// # Errors
    /// When there is nobody of that name, or they are calling already.
    pub fn start(&self, id: &Slug) -> Result<(), PracticeFault> {
        let script = self.inner.scripts.iter().find(|script| script.id == *id);
        let script = script.cloned().ok_or_else(|| PracticeFault::Unknown(id.clone()))?;
        let callers = self.clone();
        self.inner.crowd.comes(id, |stopped| async move {
            let Inner { place, pace, .. } = &*callers.inner;
            if let Err(error) = caller::live(&script, place, *pace, stopped).await {
                tracing::error!(%error, "a practice caller cannot call");
            }
        })
    }

    /// Somebody hangs up. Nothing happens when they do not call.
    pub fn stop(&self, id: &Slug) {
        self.inner.crowd.send_away(id);
    }
}
