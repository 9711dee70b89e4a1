//! The service as a whole: its database, its clock, its sockets, and the things it does by itself.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, OnceLock},
    time::Duration,
};

use axum::serve::ListenerExt;
use model::{
    At, TenantId,
    at::{MINUTE, SECOND},
    wire::frames::close,
};
use rusqlite::Connection;
use secrecy::SecretString;
use tokio::{
    net::TcpListener,
    sync::{Notify, mpsc, watch},
    task::JoinHandle,
};
use uuid::Uuid;

use crate::{
    audit,
    auth::{Caller, sessions},
    calls::{
        self, Calls,
        port::{CallQueue, Told},
    },
    chat,
    clock::{Clock, SystemClock},
    db::Db,
    deadlines,
    desk::stream::code_for,
    error::{Error, Result},
    figures,
    hub::Hub,
    limits::Limits,
    people, phones, presence, sweep,
    tx::{Committed, Tx},
};

/// How often the service looks whether another process changed the database.
const LOOK_AROUND: i64 = SECOND;
/// How long a service that stops waits for its sockets to close.
const FAREWELL: Duration = Duration::from_secs(2);

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
    /// Held while deadlines are kept: whoever waited for it finds everything done and told.
    keeping: tokio::sync::Mutex<()>,
    behind_tls: bool,
    /// The telephone, where there is one.
    calls: OnceLock<Calls>,
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
        let limits = Limits::new(clock.clone());
        let inner = Inner {
            db,
            clock,
            hub: Hub::default(),
            limits,
            deadlines: Notify::new(),
            keeping: tokio::sync::Mutex::default(),
            behind_tls,
            calls: OnceLock::new(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// From the start on, whoever calls this exchange waits in the queues of this service. Said once, before it starts.
    pub fn answers_calls(&self, exchange: Arc<dyn CallQueue>, told: mpsc::UnboundedReceiver<Told>) {
        let _ = self.inner.calls.set(Calls::new(exchange, told));
    }

    /// Ends once every call is where it belongs by now. Calls are brought there by themselves; a test asks after it did
    /// something, or moved the clock.
    pub async fn settle_calls(&self) {
        if let Some(calls) = self.calls() {
            calls.done().await;
        }
    }

    /// The telephone, where there is one.
    pub(crate) fn calls(&self) -> Option<&Calls> {
        self.inner.calls.get()
    }

    /// Begins to do by itself what must be done: deadlines, and supervisors' figures. Only one process may do this with
    /// a database; others may open it meanwhile, to change the set-up or to back it up.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn start(&self) -> Result<Vec<JoinHandle<()>>> {
        let now = self.now();
        self.inner
            .db
            .write(move |sql| {
                phones::after_restart(sql)?;
                presence::after_restart(sql, now)?;
                chat::presence::after_restart(sql, now)
            })
            .await??;
        for (tenant, id) in self.read(calls::cut_off).await? {
            self.write(tenant, move |tx| calls::after_restart(tx, id)).await?;
        }
        let (one, two, three, four) = (self.clone(), self.clone(), self.clone(), self.clone());
        Ok(vec![
            tokio::spawn(async move { one.keep_deadlines().await }),
            tokio::spawn(async move { figures::keep(&two).await }),
            tokio::spawn(async move { three.notice_other_processes().await }),
            tokio::spawn(async move {
                if let Some(calls) = four.calls() {
                    calls.distribute(four.clone()).await;
                }
            }),
        ])
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
        // Frames are small and follow each other: none waits for an answer to the one before.
        let listener = listener.tap_io(|stream| {
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%error, "a connection answers more slowly than it could");
            }
        });
        let running = self.start().await?;
        let router = self.router().into_make_service_with_connect_info::<SocketAddr>();
        let stopping = self.clone();
        let stop = async move {
            stop.await;
            // Desks and pages are told, so that they dial again without taking it for a broken line.
            stopping.hub().close_all(close::RESTART);
        };
        let served = axum::serve(listener, router)
            .with_graceful_shutdown(stop)
            .await
            .map_err(io("answering requests"));
        let _ = tokio::time::timeout(FAREWELL, self.sockets().wait_for(|open| *open == 0)).await;
        for task in running {
            task.abort();
        }
        if let Some(calls) = self.calls() {
            calls.close().await;
        }
        served
    }

    /// How many sockets are open, as it changes. A socket counts until everything that follows from its end is noted.
    pub fn sockets(&self) -> watch::Receiver<usize> {
        self.inner.hub.open()
    }

    /// Whether a TLS proxy stands before the service, whose word on where a request comes from is believed.
    pub(crate) fn behind_tls(&self) -> bool {
        self.inner.behind_tls
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
        self.write_with(tenant, move |sql| {
            let mut tx = Tx::begin(sql.transaction().map_err(Error::from)?, tenant, now)?;
            let answer = work(&mut tx)?;
            Ok((answer, tx.commit()?))
        })
        .await
    }

    /// Does work with the connection that writes, and tells everybody concerned.
    ///
    /// They are told before anything else is written, so that what is told keeps the order of what was done; and
    /// whoever asked may go away meanwhile, it is told all the same.
    pub(crate) async fn write_with<T: Send + 'static, E: From<Error> + Send + 'static>(
        &self,
        tenant: TenantId,
        work: impl FnOnce(&mut Connection) -> Result<(T, Committed), E> + Send + 'static,
    ) -> Result<T, E> {
        let service = self.clone();
        self.inner
            .db
            .write(move |sql| {
                let (answer, committed) = work(sql)?;
                service.told(tenant, committed);
                Ok(answer)
            })
            .await?
    }

    /// Reads.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.inner.db.read(work).await
    }

    /// Notes that somebody asked for what they may not have, or what is not there.
    pub(crate) async fn refused(
        &self,
        caller: &Caller,
        act: &'static str,
        object: Option<Uuid>,
    ) -> Result<()> {
        let (tenant, who, now) = (caller.tenant, caller.person.id.0, self.now());
        self.inner
            .db
            .write(move |sql| audit::note_alone(sql, tenant, now, who, (act, object), audit::REFUSED))
            .await?
    }

    /// After a commit: sockets are told, and the next deadline is looked up again.
    fn told(&self, tenant: TenantId, committed: Committed) {
        let deadlines = committed.deadlines;
        if let Some(calls) = self.calls() {
            calls.changed(tenant, committed.calls.clone());
        }
        self.inner.hub.deliver(tenant, committed);
        if deadlines {
            self.inner.deadlines.notify_one();
        }
    }

    /// Does everything that is due now. Runs by itself once started; a test calls it after it moved the clock.
    ///
    /// # Errors
    /// When something that was due could not be done. It is tried again later, and does not hold up the rest.
    pub async fn run_due(&self) -> Result<()> {
        let _keeping = self.inner.keeping.lock().await;
        let mut outcome = Ok(());
        loop {
            let now = self.now();
            let Some(due) = self.read(move |sql| deadlines::first_due(sql, now)).await? else {
                return outcome;
            };
            if let Err(error) = self.write(due.tenant, move |tx| sweep::one(tx, &due)).await {
                outcome = Err(error);
                self.write(due.tenant, move |tx| deadlines::set(tx, due.kind, due.of, tx.now + MINUTE))
                    .await?;
            }
        }
    }

    /// Sign-ins ended: telephones that were let in by them are not any more.
    pub(crate) fn sign_ins_ended(&self) {
        if let Some(calls) = self.calls() {
            calls.sign_ins_ended();
        }
    }

    async fn keep_deadlines(&self) {
        loop {
            if let Err(error) = self.run_due().await {
                tracing::error!(%error, "a deadline could not be kept; trying again");
            }
            let next = self.read(deadlines::next).await.unwrap_or_default();
            // Never further than a minute: a clock that jumps is noticed.
            let latest = self.now() + MINUTE;
            let until = next.map_or(latest, |next| next.min(latest)).max(self.now() + 1);
            tokio::select! {
                () = self.inner.clock.wait_until(until) => {}
                () = self.inner.deadlines.notified() => {}
            }
        }
    }

    /// `loopdesk-server apply` or `user close` runs in a process of its own: what it changed reaches sockets and
    /// deadlines here a moment later.
    async fn notice_other_processes(&self) {
        let mut known = None;
        loop {
            match self.inner.db.changed_elsewhere().await {
                Ok(seen) => {
                    if known.is_some_and(|known| known != seen) {
                        self.show_out().await;
                        self.inner.hub.look_again();
                        if let Some(calls) = self.calls() {
                            calls.look_again();
                        }
                        self.inner.deadlines.notify_one();
                    }
                    known = Some(seen);
                }
                Err(error) => tracing::error!(%error, "changes of other processes could not be looked for"),
            }
            self.inner.clock.wait_until(self.now() + LOOK_AROUND).await;
        }
    }

    /// Closes the desks of those whose account or sign-in was ended by another process, at once: one that takes nothing any
    /// more would not look for itself.
    async fn show_out(&self) {
        let desks = self.inner.hub.desks();
        let read = self.read(move |sql| {
            let mut rows = BTreeMap::new();
            for (tenant, person, sign_in) in desks {
                let row = people::person(sql, person, tenant)?;
                rows.insert((person, sign_in), (tenant, row, sessions::standing(sql, sign_in)?));
            }
            Ok(rows)
        });
        match read.await {
            Ok(rows) => {
                self.inner.hub.close_where(|person, sign_in| {
                    let (_, row, standing) = rows.get(&(person.id, sign_in))?;
                    code_for(row.as_ref(), person.role, *standing)
                });
                for (tenant, row, _) in rows.into_values() {
                    row.inspect(|row| self.inner.hub.renew(tenant, row));
                }
            }
            Err(error) => tracing::error!(%error, "who may still be here could not be looked up"),
        }
        self.sign_ins_ended();
    }
}
