//! A line: its way to the exchange, its calls, and the tasks that serve both.

use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr, UdpSocket},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use rsipstack::{
    EndpointBuilder,
    dialog::{dialog::DialogStateSender, dialog_layer::DialogLayer},
    sip::{Header, HostWithPort, Method, Uri},
    transaction::{endpoint::EndpointInnerRef, transaction::TransactionEvent},
    transport::{SipAddr, SipConnection, TlsConfig, TransportLayer, udp::UdpConnection},
};
use tokio::sync::{
    Notify,
    mpsc::{self, UnboundedReceiver, UnboundedSender},
    watch,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{Account, Transport, call::Call, dialogs, incoming, registration};
use crate::{
    CallId, Happening, Heard, Registration, Trouble,
    audio::Sound,
    media::engine::{Engine, Noticed},
};

/// How long goodbyes may take.
const GOODBYE: Duration = Duration::from_secs(2);

/// A line at an exchange.
pub(super) struct Line {
    pub(super) account: Account,
    pub(super) endpoint: EndpointInnerRef,
    pub(super) dialogs: Arc<DialogLayer>,
    pub(super) states: DialogStateSender,
    pub(super) engine: Engine,
    pub(super) tasks: TaskTracker,
    pub(super) stopped: CancellationToken,
    /// Whether it should be registered.
    pub(super) wanted: watch::Sender<bool>,
    /// The network is another one.
    pub(super) nudged: Notify,
    heard: UnboundedSender<Heard>,
    calls: Mutex<HashMap<CallId, Arc<Call>>>,
    way: Mutex<Way>,
}

/// How the exchange is reached at the moment.
#[derive(Debug, Clone)]
pub(super) struct Way {
    /// The exchange's addresses: calls come from there only.
    pub(super) exchange: Vec<IpAddr>,
    /// Our own address on the way there.
    pub(super) own: IpAddr,
    /// Where the exchange reaches us.
    pub(super) contact: HostWithPort,
}

impl Line {
    /// Opens the line.
    pub(super) async fn open(
        account: Account,
        sound: Sound,
    ) -> Result<(Arc<Self>, UnboundedReceiver<Heard>), Trouble> {
        account.exchange()?;
        let stopped = CancellationToken::new();
        let (layer, port) = transport(&account, &stopped).await?;
        let endpoint = EndpointBuilder::new()
            .with_cancel_token(stopped.clone())
            .with_transport_layer(layer)
            .with_user_agent(concat!("Loopdesk/", env!("CARGO_PKG_VERSION")))
            .with_allows(vec![
                Method::Invite,
                Method::Ack,
                Method::Bye,
                Method::Cancel,
                Method::Options,
                Method::Update,
                Method::Info,
                Method::Notify,
                Method::Refer,
            ])
            .build();
        let requests = endpoint.incoming_transactions().map_err(|_| Trouble::Unreachable)?;
        let dialogs = Arc::new(DialogLayer::new(endpoint.inner.clone()));
        let (states, changes) = dialogs.new_dialog_state_channel();
        let (heard, hears) = mpsc::unbounded_channel();
        let (notices, noticed) = mpsc::unbounded_channel();
        let exchange = account.next_addresses().await;
        let own = own_address(&account, &exchange).unwrap_or(account.bind);
        let line = Arc::new(Self {
            endpoint: endpoint.inner.clone(),
            dialogs,
            states,
            engine: Engine::start(sound, notices)?,
            tasks: TaskTracker::new(),
            stopped,
            wanted: watch::Sender::new(false),
            nudged: Notify::new(),
            heard,
            calls: Mutex::default(),
            way: Mutex::new(Way {
                exchange: exchange.iter().map(SocketAddr::ip).collect(),
                own,
                contact: SocketAddr::new(own, port).into(),
            }),
            account,
        });
        line.spawn(async move { endpoint.serve().await });
        line.spawn(incoming::serve(Arc::clone(&line), requests));
        line.spawn(dialogs::follow(Arc::clone(&line), changes));
        line.spawn(listen(Arc::clone(&line), noticed));
        line.spawn(registration::keep(Arc::clone(&line), port));
        Ok((line, hears))
    }

    /// Runs until it is done or the line is closed.
    pub(super) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let stopped = self.stopped.clone();
        self.tasks.spawn(async move {
            stopped.run_until_cancelled_owned(task).await;
        });
    }

    /// Tells what happens in a call.
    pub(super) fn tell(&self, call: &CallId, happening: Happening) {
        // Nobody listens any more when the line is being closed.
        let _ = self.heard.send(Heard::Call(call.clone(), happening));
    }

    /// Tells whether calls arrive here.
    pub(super) fn tell_registration(&self, registration: Registration) {
        let _ = self.heard.send(Heard::Registration(registration));
    }

    /// The calls that are not over.
    pub(super) fn calls(&self) -> MutexGuard<'_, HashMap<CallId, Arc<Call>>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A call that is not over.
    pub(super) fn call(&self, id: &CallId) -> Result<Arc<Call>, Trouble> {
        self.calls().get(id).cloned().ok_or(Trouble::Over)
    }

    /// How the exchange is reached.
    pub(super) fn way(&self) -> MutexGuard<'_, Way> {
        self.way.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where others reach this line.
    pub(super) fn contact(&self) -> Uri {
        self.account.contact(self.way().contact.clone())
    }

    /// Where the exchange is, as packets are addressed.
    pub(super) fn next(&self) -> Result<SipAddr, Trouble> {
        Ok(SipAddr { r#type: Some(self.account.via()), addr: self.account.next()? })
    }

    /// Whether it should be registered.
    pub(super) fn want_registration(&self, wanted: bool) {
        self.wanted.send_replace(wanted);
    }

    /// Registers anew.
    pub(super) async fn network_changed(&self) {
        self.forget_connection().await;
        self.nudged.notify_one();
    }

    /// A stream to the exchange that may hang is not used any more.
    pub(super) async fn forget_connection(&self) {
        if self.account.transport == Transport::Udp {
            return;
        }
        let Ok(next) = self.next() else { return };
        // Looking a lost one up may try to open another.
        let looked_up = self.endpoint.transport_layer.lookup(&next, None);
        if let Ok(Ok((connection, _))) = tokio::time::timeout(GOODBYE, looked_up).await {
            self.endpoint.transport_layer.remove_connection(&connection);
        }
    }

    /// Ends everything in good order.
    pub(super) async fn close(&self) {
        let calls: Vec<_> = self.calls().values().cloned().collect();
        for call in calls {
            call.hang_up(self);
        }
        self.want_registration(false);
        self.tasks.close();
        let goodbyes = async {
            while !self.dialogs.is_empty() || self.wanted.receiver_count() > 0 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let _ = tokio::time::timeout(GOODBYE, goodbyes).await;
        self.stop();
        self.tasks.wait().await;
        self.engine.close();
    }

    /// Ends everything at once.
    pub(super) fn stop(&self) {
        self.stopped.cancel();
        // The end of a call lingers for half a minute, in case it was not heard; and for ever once the clock is stopped.
        let lingering: Vec<_> = self
            .endpoint
            .transactions
            .with(|all| all.iter().map(|(key, transaction)| (key.clone(), transaction.clone())).collect());
        for (key, transaction) in lingering {
            let _ = transaction.send(TransactionEvent::Terminate(key));
        }
    }
}

/// Our side of the way to the exchange, and the port of ours that it begins at, where it is known beforehand.
async fn transport(account: &Account, stopped: &CancellationToken) -> Result<(TransportLayer, u16), Trouble> {
    let mut layer = TransportLayer::new(stopped.clone());
    if account.proxy.is_some() {
        layer.outbound = Some(SipAddr { r#type: Some(account.via()), addr: account.next()? });
    }
    if account.transport == Transport::Udp {
        let bind = SocketAddr::new(account.bind, 0);
        let udp = UdpConnection::create_connection(bind, None, Some(stopped.child_token()))
            .await
            .map_err(|_| Trouble::Unreachable)?;
        let port = udp.get_addr().get_socketaddr().map_err(|_| Trouble::Unreachable)?.port();
        layer.add_transport(SipConnection::Udp(udp));
        return Ok((layer, port));
    }
    if account.transport == Transport::Tls {
        // One for the whole process, whoever comes first.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let ca_certs = account.trusted.clone().map(String::into_bytes);
        layer.set_tls_config(TlsConfig { ca_certs, ..TlsConfig::default() });
    }
    Ok((layer, 0))
}

/// The address of ours from which one of these is reached.
pub(super) fn own_address(account: &Account, exchange: &[SocketAddr]) -> Option<IpAddr> {
    if !account.bind.is_unspecified() {
        return Some(account.bind);
    }
    exchange.iter().find_map(|to| {
        let any = SocketAddr::new(if to.is_ipv4() { account.bind } else { "::".parse().ok()? }, 0);
        // Connecting a socket of datagrams sends nothing; it only asks which way they would go.
        let socket = UdpSocket::bind(any).ok()?;
        socket.connect(to).ok()?;
        socket.local_addr().ok().map(|address| address.ip())
    })
}

/// Tells what is noticed in the sound of calls.
async fn listen(line: Arc<Line>, mut noticed: UnboundedReceiver<(CallId, Noticed)>) {
    while let Some((call, noticed)) = noticed.recv().await {
        if line.call(&call).is_ok() {
            line.tell(
                &call,
                match noticed {
                    Noticed::Digit(digit) => Happening::Digit(digit),
                    Noticed::Quality(quality) => Happening::Quality(quality),
                },
            );
        }
    }
}

/// The header that says which offer of the help desk a call belongs to.
pub(super) const CORRELATION: &str = "X-Loopdesk-Interaction";

/// That a body describes a session.
pub(super) fn described() -> Header {
    Header::ContentType("application/sdp".into())
}
