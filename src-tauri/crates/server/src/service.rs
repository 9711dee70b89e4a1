//! The service as a whole: its database, its clock, its sockets, and the things it does by itself.

use std::{net::SocketAddr, path::PathBuf, sync::Arc};

use model::{At, TenantId};
use rusqlite::Connection;
use secrecy::SecretString;
use tokio::{net::TcpListener, sync::Notify, task::JoinHandle};

use crate::{
    chat,
    clock::{Clock, SystemClock},
    db::Db,
    deadlines,
    error::{Error, Result},
    figures,
    hub::Hub,
    limits::Limits,
    presence, sweep,
    tx::Tx,
};

/// Where and how a service keeps its data.
pub struct Options {
    /// The database file; its folder must exist.
    pub database: PathBuf,
    /// 64 hex digits; without it the file is not encrypted.
    pub key: Option<SecretString>,
    /// The clock; the machine's own outside tests.
    pub clock: Arc<dyn Clock>,
    /// Whether the service is reached through TLS (by a proxy before it), so that it may listen beyond this machine.
    pub behind_tls: bool,
}

impl Options {
    /// A service on that file with the machine's clock, not encrypted.
    pub fn at(database: PathBuf) -> Self {
        Self { database, key: None, clock: Arc::new(SystemClock), behind_tls: false }
    }
}

/// A running or testable service. Cheap to clone.
#[derive(Clone)]
pub struct Service {
    inner: Arc<Inner>,
}

struct Inner {
    db: Db,
    clock: Arc<dyn Clock>,
    hub: Hub,
    limits: Limits,
    /// Rung when the next deadline may have moved.
    deadlines: Notify,
    behind_tls: bool,
}

impl Service {
    /// Opens the database and makes the service ready; nothing runs by itself yet.
    ///
    /// # Errors
    /// When the database cannot be opened.
    pub async fn open(options: Options) -> Result<Self> {
        let Options { database, key, clock, behind_tls } = options;
        let db = tokio::task::spawn_blocking(move || Db::open(&database, key))
            .await
            .map_err(|_| Error::Stopping)??;
        let now = clock.now();
        db.write(move |sql| {
            presence::after_restart(sql, now)?;
            chat::presence::after_restart(sql, now)
        })
        .await??;
        let limits = Limits::new(clock.clone());
        let inner = Inner { db, clock, hub: Hub::default(), limits, deadlines: Notify::new(), behind_tls };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Begins to do by itself what must be done: deadlines, and supervisors' figures.
    pub fn start(&self) -> Vec<JoinHandle<()>> {
        let (one, two) = (self.clone(), self.clone());
        vec![
            tokio::spawn(async move { one.keep_deadlines().await }),
            tokio::spawn(async move { figures::keep(&two).await }),
        ]
    }

    /// Starts and answers requests on `listener` until `stop` ends.
    ///
    /// # Errors
    /// When it would listen beyond this machine without TLS before it, or the socket fails.
    pub async fn serve(
        &self,
        listener: TcpListener,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> Result<()> {
        let io = |what| move |source| Error::Io { what, source };
        let address = listener.local_addr().map_err(io("finding the address"))?;
        if !address.ip().is_loopback() && !self.inner.behind_tls {
            return Err(Error::Open(format!(
                "Not listening on {address}: without TLS the service may be reached from this machine only. \
                 Put a TLS proxy before it and say --behind-tls."
            )));
        }
        let running = self.start();
        let router = self.router().into_make_service_with_connect_info::<SocketAddr>();
        let served = axum::serve(listener, router)
            .with_graceful_shutdown(stop)
            .await
            .map_err(io("answering requests"));
        for task in running {
            task.abort();
        }
        served
    }

    /// The database, to back it up.
    pub fn db(&self) -> &Db {
        &self.inner.db
    }

    pub(crate) fn hub(&self) -> &Hub {
        &self.inner.hub
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.inner.limits
    }

    pub(crate) fn clock(&self) -> &Arc<dyn Clock> {
        &self.inner.clock
    }

    /// The service's time.
    pub fn now(&self) -> At {
        self.inner.clock.now()
    }

    /// Does a unit of work in a tenant and tells everybody concerned. All or nothing.
    pub(crate) async fn write<T: Send + 'static, E: From<Error> + Send + 'static>(
        &self,
        tenant: TenantId,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        let now = self.now();
        let done = self
            .inner
            .db
            .write(move |sql: &mut Connection| {
                let mut tx = Tx::begin(sql.transaction().map_err(Error::from)?, tenant, now)?;
                let answer = work(&mut tx)?;
                Ok::<_, E>((answer, tx.commit()?))
            })
            .await?;
        let (answer, committed) = done?;
        self.told(tenant, committed);
        Ok(answer)
    }

    /// Reads.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.inner.db.read(work).await
    }

    /// After a commit: sockets are told, and the next deadline is looked up again.
    pub(crate) fn told(&self, tenant: TenantId, committed: crate::tx::Committed) {
        self.inner.hub.deliver(tenant, committed);
        self.inner.deadlines.notify_one();
    }

    /// Does everything that is due now. Runs by itself once started; a test calls it after it moved the clock.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn run_due(&self) -> Result<()> {
        loop {
            let now = self.now();
            let Some(due) = self.read(move |sql| deadlines::first_due(sql, now)).await? else {
                return Ok(());
            };
            let tenant = due.tenant;
            self.write(tenant, move |tx| sweep::one(tx, &due)).await?;
        }
    }

    async fn keep_deadlines(&self) {
        loop {
            if let Err(error) = self.run_due().await {
                tracing::error!(%error, "a deadline could not be kept; trying again");
            }
            let next = self.read(deadlines::next).await.unwrap_or_default();
            // Never further than a minute: a clock that jumps is noticed.
            let latest = self.now() + model::at::MINUTE;
            let until = next.map_or(latest, |next| next.min(latest)).max(self.now() + 1);
            tokio::select! {
                () = self.inner.clock.wait_until(until) => {}
                () = self.inner.deadlines.notified() => {}
            }
        }
    }
}
