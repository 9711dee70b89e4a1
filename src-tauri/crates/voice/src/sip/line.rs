//! A line: its way to the exchange, and its place there.

use std::{
    net::{IpAddr, SocketAddr, UdpSocket},
    ops::Deref,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use rsipstack::{
    sip::{Header, HostWithPort, StatusCode, Uri},
    transport::{SipAddr, SipConnection, TlsConfig, TransportLayer, udp::UdpConnection},
};
use tokio::sync::{
    Notify,
    mpsc::{self, UnboundedReceiver, UnboundedSender},
    watch,
};
use tokio_util::sync::CancellationToken;

use super::{
    Account, Transport, incoming,
    referral::Referral,
    registration,
    station::{GOODBYE, Manner, Station, Told},
    verbs::Invitation,
};
use crate::{CallId, Heard, Registration, Trouble, audio::Sound, media::codec::Codec};

/// A line at an exchange.
pub(super) struct Line {
    pub(super) account: Account,
    pub(super) station: Arc<Station>,
    /// Whether it should be registered.
    pub(super) wanted: watch::Sender<bool>,
    /// The network is another one.
    pub(super) nudged: Notify,
    heard: UnboundedSender<Heard>,
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

impl Deref for Line {
    type Target = Arc<Station>;

    fn deref(&self) -> &Arc<Station> {
        &self.station
    }
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
        let (heard, hears) = mpsc::unbounded_channel();
        let (referrals, referred) = mpsc::unbounded_channel();
        let manner = Manner {
            busy: StatusCode::BusyHere,
            codecs: &Codec::ALL,
            credential: Some(account.credential()),
            passes_keys: false,
            longest_silence: None,
        };
        let tells = heard.clone();
        // Nobody listens any more when the line is being closed.
        let (station, requests) =
            Station::open(layer, stopped, manner, Some(sound), move |told| match told {
                Told::Call(call, happening) => drop(tells.send(Heard::Call(call, happening))),
                Told::Referred(call, referral) => drop(referrals.send((call, referral))),
            })?;
        let exchange = account.next_addresses().await;
        let own = own_address(account.bind, &exchange).unwrap_or(account.bind);
        let line = Arc::new(Self {
            station,
            wanted: watch::Sender::new(false),
            nudged: Notify::new(),
            heard,
            way: Mutex::new(Way {
                exchange: exchange.iter().map(SocketAddr::ip).collect(),
                own,
                contact: SocketAddr::new(own, port).into(),
            }),
            account,
        });
        line.spawn(incoming::serve(Arc::clone(&line), requests));
        line.spawn(follow(Arc::clone(&line), referred));
        line.spawn(registration::keep(Arc::clone(&line), port));
        Ok((line, hears))
    }

    /// Calls somebody; because another call's other side told us to, if that is named with what it should replace.
    pub(super) async fn dial(
        &self,
        to: Uri,
        correlation: Option<&str>,
        referral: Option<(CallId, Option<Header>)>,
    ) -> Result<CallId, Trouble> {
        self.reach().await?;
        let own = self.way().own;
        let invitation = Invitation {
            to,
            at: None,
            caller: self.account.own()?,
            name: self.account.name.clone(),
            contact: self.contact(),
            own,
            correlation,
            referral,
            locks: self.account.locks_sound,
            there: None,
            refers: self.account.follows_transfers,
        };
        self.station.invite(invitation).await
    }

    /// Tells whether calls arrive here.
    pub(super) fn tell_registration(&self, registration: Registration) {
        let _ = self.heard.send(Heard::Registration(registration));
    }

    /// How the exchange is reached.
    pub(super) fn way(&self) -> MutexGuard<'_, Way> {
        self.way.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where others reach this line.
    pub(super) fn contact(&self) -> Uri {
        self.account.contact(self.way().contact.clone())
    }

    /// Who calls without having registered has no stream to the exchange yet, through which they are reached.
    async fn reach(&self) -> Result<(), Trouble> {
        if self.account.transport == Transport::Udp {
            return Ok(());
        }
        let next = self.next()?;
        let looked_up = self.endpoint.transport_layer.lookup(&next, None);
        let (stream, _) = tokio::time::timeout(GOODBYE, looked_up)
            .await
            .map_err(|_| Trouble::Unreachable)?
            .map_err(|_| Trouble::Unreachable)?;
        if !*self.wanted.borrow() {
            self.way().contact = stream.get_addr().addr.clone();
        }
        Ok(())
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
        // Before the goodbyes: whoever registers looks whether everything ends.
        self.tasks.close();
        self.want_registration(false);
        self.station.say_goodbye(|| self.wanted.receiver_count() > 0).await;
        self.station.close().await;
    }
}

/// Calls whom the other side of a call asks for.
async fn follow(line: Arc<Line>, mut referred: UnboundedReceiver<(CallId, Referral)>) {
    while let Some((call, Referral { to, replaces })) = referred.recv().await {
        let replaces = replaces.map(|replaces| Header::Replaces(replaces.into()));
        if line.dial(to, None, Some((call, replaces))).await.is_err() {
            tracing::debug!("a transfer could not be followed");
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
pub(super) fn own_address(bind: IpAddr, others: &[SocketAddr]) -> Option<IpAddr> {
    if !bind.is_unspecified() {
        return Some(bind);
    }
    others.iter().find_map(|to| {
        let any = SocketAddr::new(if to.is_ipv4() { bind } else { "::".parse().ok()? }, 0);
        // Connecting a socket of datagrams sends nothing; it only asks which way they would go.
        let socket = UdpSocket::bind(any).ok()?;
        socket.connect(to).ok()?;
        socket.local_addr().ok().map(|address| address.ip())
    })
}
