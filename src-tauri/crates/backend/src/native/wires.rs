//! The connections to the service. A computer that slept, or is in another network, has some that look open and are dead:
//! what is asked on them is answered by nobody, for as long as one cares to wait.

use std::sync::{
    PoisonError, RwLock,
    atomic::{AtomicBool, Ordering},
};

use reqwest::{Client, RequestBuilder, Response};
use tokio::sync::watch;

use super::trust::{Trust, trouble};
use crate::Trouble;

/// The connections to the service.
pub(super) struct Wires {
    trust: Trust,
    client: RwLock<Client>,
    /// Something was asked on them.
    used: AtomicBool,
    /// Changes when all of them are left behind.
    left: watch::Sender<()>,
}

impl Wires {
    /// None yet.
    pub(super) fn new(trust: Trust) -> Result<Self, Trouble> {
        let client = RwLock::new(trust.client()?);
        Ok(Self { trust, client, used: AtomicBool::default(), left: watch::Sender::new(()) })
    }

    /// Leaves all of them behind: nothing goes out on them any more, and what waits there for an answer gets none.
    pub(super) fn leave(&self) {
        if !self.used.swap(false, Ordering::AcqRel) {
            return;
        }
        match self.trust.client() {
            Ok(client) => *self.client.write().unwrap_or_else(PoisonError::into_inner) = client,
            // What is there is better than nothing.
            Err(trouble) => tracing::warn!(%trouble, "new connections cannot be set up"),
        }
        self.left.send_replace(());
    }

    /// What asks on them.
    pub(super) fn client(&self) -> Client {
        self.used.store(true, Ordering::Release);
        self.client.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Asks, and waits for the answer's head.
    pub(super) async fn send(&self, request: RequestBuilder) -> Result<Response, Trouble> {
        let mut left = self.left.subscribe();
        tokio::select! {
            answer = request.send() => answer.map_err(|error| trouble(&error)),
            _ = left.changed() => Err(Trouble::Unreachable),
        }
    }
}
