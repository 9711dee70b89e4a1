//! The other end of a telephone's line: an exchange that customers call, and at which advisors' telephones register. It
//! answers, plays, rings, joins and ends calls as it is told, and tells what happens; where a call goes is decided by
//! whoever holds it. It has no microphone and no speaker.

mod incoming;
mod nonces;
mod pace;
mod registrar;
mod said;
mod settings;
mod streams;
mod tls;

use std::{
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use rsipstack::{
    sip::{Auth, HostWithPort, Param, Scheme, StatusCode, StatusCodeKind, Transport as Via, Uri},
    transport::{SipConnection, TransportLayer, udp::UdpConnection},
};
use secrecy::SecretString;
use tokio::{
    net::TcpListener,
    sync::{
        Notify,
        mpsc::{self, UnboundedReceiver, UnboundedSender},
    },
    time::Instant,
};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use super::{
    line::own_address,
    station::{Manner, Station, Told},
    verbs::Invitation,
};
use crate::{
    CallId, Party, Trouble,
    audio::{Microphone, Speaker},
    media::{codec::Codec, leg::Group},
};
use pace::Pace;
use registrar::Registrar;
pub use said::Said;
pub use settings::ExchangeSettings;
pub use tls::ExchangeTls;

/// Times a free port is looked for that is free for datagrams and streams.
const TRIES: usize = 10;
/// How much longer than a registration a stream may be silent.
const SPARE: Duration = Duration::from_secs(60);
/// The longest name that is shown, in characters.
const NAME: usize = 80;

/// What an exchange consists of.
struct Switch {
    settings: ExchangeSettings,
    address: SocketAddr,
    /// Where it speaks TLS.
    locked: Option<SocketAddr>,
    station: Arc<Station>,
    said: UnboundedSender<Said>,
    begun: Instant,
    registrar: Mutex<Registrar>,
    pace: Pace,
    /// Somebody came or went: who is late first may be somebody else.
    moved: Notify,
    /// Groups of calls that there were.
    groups: Mutex<u64>,
}

impl Switch {
    fn registrar(&self) -> MutexGuard<'_, Registrar> {
        self.registrar.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Duration {
        self.begun.elapsed()
    }

    fn say(&self, said: Said) {
        // Nobody listens any more when it is being closed.
        let _ = self.said.send(said);
    }

    /// Whether calls arrive at a line has changed. It is said while nobody else can change it: in the right order.
    fn say_line(&self, _: &MutexGuard<'_, Registrar>, user: &str, there: bool) {
        self.moved.notify_one();
        self.say(Said::Line { user: user.to_owned(), there });
    }

    /// Our address, as somebody there sees it who comes so.
    fn own(&self, other: IpAddr, via: Via) -> IpAddr {
        let at = self.locked.filter(|_| via == Via::Tls).unwrap_or(self.address);
        let bind = at.ip();
        own_address(bind, &[SocketAddr::new(other, self.address.port())]).unwrap_or(bind)
    }

    /// Where they reach us then.
    fn contact(&self, own: IpAddr, via: Via) -> Uri {
        let params = if via == Via::Udp { Vec::new() } else { vec![Param::Transport(via)] };
        let at = self.locked.filter(|_| via == Via::Tls).unwrap_or(self.address);
        let host_with_port = SocketAddr::new(own, at.port()).into();
        Uri { scheme: Some(Scheme::Sip), host_with_port, params, ..Uri::default() }
    }

    /// How a caller is shown to an advisor.
    fn shown(&self, from: &Party) -> Result<(Uri, Option<String>), Trouble> {
        let is_number = |c: &char| c.is_ascii_alphanumeric() || "+*#._-".contains(*c);
        let mut user: String = from.number.chars().filter(is_number).take(NAME).collect();
        if user.is_empty() {
            user = "anonymous".into();
        }
        let host = HostWithPort::try_from(self.settings.realm.as_str()).map_err(|_| Trouble::BadAddress)?;
        let auth = Some(Auth { user, password: None });
        let uri = Uri { scheme: Some(Scheme::Sip), auth, host_with_port: host, ..Uri::default() };
        Ok((uri, from.name.as_deref().map(plain).filter(|name| !name.is_empty())))
    }
}

/// A name that can stand in a header.
fn plain(name: &str) -> String {
    name.chars().filter(|c| !c.is_control() && !"\"\\<>".contains(*c)).take(NAME).collect()
}

/// A telephone exchange. Dropping it hangs up without a word; [`Exchange::close`] says goodbye first.
///
/// What can be asked of it without waiting can be asked on any thread. Its SIP library writes whole messages, with numbers
/// and all, to the log at the level of `info`: whoever keeps a log leaves the target `rsipstack` out of it.
pub struct Exchange {
    switch: Arc<Switch>,
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.switch.station.stop();
    }
}

impl Exchange {
    /// Opens it, with what it tells.
    ///
    /// # Errors
    /// `BadAddress` where the realm is no name, `Unreachable` where a port cannot be had, `BadCertificate` where the
    /// certificate cannot be used, `InTheClear` where others could call without TLS though there is one, `Sound` where its
    /// clock does not start.
    pub async fn open(settings: ExchangeSettings) -> Result<(Self, UnboundedReceiver<Said>), Trouble> {
        HostWithPort::try_from(settings.realm.as_str()).map_err(|_| Trouble::BadAddress)?;
        if settings.tls.is_some() && !settings.bind.ip().is_loopback() {
            return Err(Trouble::InTheClear);
        }
        let secured = match &settings.tls {
            Some(tls) => Some(secured(tls).await?),
            None => None,
        };
        let stopped = CancellationToken::new();
        let (datagrams, streams, address) = bound(settings.bind, &stopped).await?;
        let layer = TransportLayer::new(stopped.clone());
        layer.add_transport(SipConnection::Udp(datagrams));
        // Whoever renews in time must not lose the stream they are called through.
        layer.set_stream_idle_timeout(settings.longest + SPARE);
        let manner = Manner {
            busy: StatusCode::ServiceUnavailable,
            codecs: if settings.opus { &Codec::ALL } else { Codec::TELEPHONES },
            credential: None,
            passes_keys: true,
            longest_silence: Some(settings.longest_silence),
        };
        let (said, says) = mpsc::unbounded_channel();
        let (referrals, referred) = mpsc::unbounded_channel();
        let tells = said.clone();
        let (station, requests) = Station::open(layer, stopped, manner, None, move |told| match told {
            Told::Call(call, happening) => drop(tells.send(Said::Call(call, happening))),
            Told::Referred(call, referral) => drop(referrals.send((call, referral))),
        })?;
        let switch = Arc::new(Switch {
            address,
            locked: secured.as_ref().map(|(.., at)| *at),
            station,
            said,
            begun: Instant::now(),
            registrar: Mutex::new(Registrar::new(settings.realm.clone())),
            pace: Pace::a_minute(settings.most_from_one),
            moved: Notify::new(),
            groups: Mutex::new(Group::DESK.0),
            settings,
        });
        let tasks = &switch.station;
        tasks.spawn(streams::serve(Arc::clone(&switch), streams));
        if let Some((listener, acceptor, _)) = secured {
            tasks.spawn(streams::serve_locked(Arc::clone(&switch), listener, acceptor));
        }
        tasks.spawn(incoming::serve(Arc::clone(&switch), requests));
        tasks.spawn(incoming::hand_over(Arc::clone(&switch), referred));
        tasks.spawn(expire(Arc::clone(&switch)));
        Ok((Self { switch }, says))
    }

    /// Where it is called.
    pub fn address(&self) -> SocketAddr {
        self.switch.address
    }

    /// Where it is called with TLS, if it is.
    pub fn tls_address(&self) -> Option<SocketAddr> {
        self.switch.locked
    }

    /// Somebody may register with this password, and only with this: one who registered with another has to do it again.
    pub fn admit(&self, user: &str, password: SecretString) {
        let mut registrar = self.switch.registrar();
        if registrar.admit(user, password) {
            self.switch.say_line(&registrar, user, false);
        }
    }

    /// Somebody has no line any more. Their calls go on.
    pub fn dismiss(&self, user: &str) {
        let mut registrar = self.switch.registrar();
        if registrar.dismiss(user) {
            self.switch.say_line(&registrar, user, false);
        }
    }

    /// Whether calls arrive at a line.
    pub fn is_registered(&self, user: &str) -> bool {
        self.switch.registrar().place(user, self.switch.now()).is_some()
    }

    /// Takes a call that comes in: it hears what is played to it from now on.
    pub fn answer(&self, call: &CallId) -> Result<(), Trouble> {
        self.switch.station.call(call)?.answer(&self.switch.station)
    }

    /// Tells a caller that it rings. Nothing says so by itself.
    pub fn ringing(&self, call: &CallId) -> Result<(), Trouble> {
        self.switch.station.call(call)?.ring()
    }

    /// Does not take a call that comes in: 404 where nobody has that number, 486 where somebody is busy, and so on.
    ///
    /// # Errors
    /// `NotNow` if it was taken already, `BadAddress` if the code is none of a refusal.
    pub fn reject(&self, call: &CallId, code: u16) -> Result<(), Trouble> {
        let status = refusal(code).ok_or(Trouble::BadAddress)?;
        self.switch.station.call(call)?.reject(&self.switch.station, status)
    }

    /// Lets it ring at a line, as if this one called there. What is passed as `correlation` is told to the telephone.
    ///
    /// # Errors
    /// `Unreachable` if nobody registered there.
    pub async fn ring(&self, user: &str, from: &Party, correlation: Option<&str>) -> Result<CallId, Trouble> {
        let switch = &self.switch;
        let place = switch.registrar().place(user, switch.now()).cloned().ok_or(Trouble::Unreachable)?;
        let (caller, name) = switch.shown(from)?;
        let there = place.at.get_socketaddr().map_err(|_| Trouble::Unreachable)?;
        let via = place.at.r#type.unwrap_or_default();
        let own = switch.own(there.ip(), via);
        let invitation = Invitation {
            to: place.contact,
            contact: switch.contact(own, via),
            locks: via == Via::Tls,
            there: Some(there.ip()),
            at: Some(place.at),
            caller,
            name,
            own,
            correlation,
            referral: None,
            refers: true,
        };
        switch.station.invite(invitation).await
    }

    /// What a call hears while it is joined with nobody, or only with those who make it wait: an announcement, music. May
    /// be said before the call is taken. Nothing is silence.
    pub fn play(&self, call: &CallId, source: Option<Box<dyn Microphone>>) -> Result<(), Trouble> {
        self.switch.station.call(call)?.around(|| self.switch.station.engine.play(call, source))
    }

    /// What gets all that a call says and hears from now on, together. It is dropped when the call ends.
    pub fn tap(&self, call: &CallId, tap: Option<Box<dyn Speaker>>) -> Result<(), Trouble> {
        self.switch.station.call(call)?.around(|| self.switch.station.engine.tap(call, tap))
    }

    /// Lets two calls hear each other, and whoever the first is joined with already. The second leaves those that it was
    /// joined with.
    ///
    /// # Errors
    /// `NotNow` unless both are connected.
    pub fn bridge(&self, one: &CallId, other: &CallId) -> Result<(), Trouble> {
        let station = &self.switch.station;
        let calls = [station.call(one)?, station.call(other)?];
        if one == other || !calls.iter().all(|call| call.is_spoken()) {
            return Err(Trouble::NotNow);
        }
        // Two who join calls at once must not part them.
        let mut groups = self.switch.groups.lock().unwrap_or_else(PoisonError::into_inner);
        let known = calls.first().and_then(|call| call.state().joined);
        let group = known.unwrap_or_else(|| {
            *groups += 1;
            Group(*groups)
        });
        calls.iter().try_for_each(|call| call.join(station, Some(group)))
    }

    /// A call leaves those that it is joined with.
    pub fn part(&self, call: &CallId) -> Result<(), Trouble> {
        self.switch.station.call(call)?.join(&self.switch.station, None)
    }

    /// Tells a telephone how it goes with the call that it asked to hand over: 100 or 180 while it is tried, 200 when it
    /// is done, 400 and more when it is not.
    pub fn transfer_says(&self, call: &CallId, code: u16) -> Result<(), Trouble> {
        let call = self.switch.station.call(call)?;
        if !call.state().transferring {
            return Err(Trouble::NotNow);
        }
        let status = StatusCode::from(code);
        if !matches!(status.kind(), StatusCodeKind::Provisional | StatusCodeKind::Successful) {
            call.stays(&self.switch.station);
        }
        call.says(&self.switch.station, status);
        Ok(())
    }

    /// Ends a call, or gives it up before it is answered.
    pub fn hang_up(&self, call: &CallId) -> Result<(), Trouble> {
        self.switch.station.call(call)?.hang_up(&self.switch.station);
        Ok(())
    }

    /// Ends everything. Nothing is left open.
    pub async fn close(&self) {
        self.switch.station.say_goodbye(|| false).await;
        self.switch.station.close().await;
    }
}

/// What a call is refused with.
fn refusal(code: u16) -> Option<StatusCode> {
    (400..700).contains(&code).then(|| StatusCode::from(code))
}

/// A port for datagrams, and the same one for streams.
async fn bound(
    bind: SocketAddr,
    stopped: &CancellationToken,
) -> Result<(UdpConnection, TcpListener, SocketAddr), Trouble> {
    for _ in 0..TRIES {
        let datagrams = UdpConnection::create_connection(bind, None, Some(stopped.child_token()))
            .await
            .map_err(|_| Trouble::Unreachable)?;
        let named = datagrams.get_addr().get_socketaddr().map_err(|_| Trouble::Unreachable)?;
        let address = SocketAddr::new(bind.ip(), named.port());
        match TcpListener::bind(address).await {
            Ok(streams) => return Ok((datagrams, streams, address)),
            Err(_) if bind.port() == 0 => {}
            Err(_) => break,
        }
    }
    Err(Trouble::Unreachable)
}

/// A port for TLS, with what greets those who come there.
async fn secured(tls: &ExchangeTls) -> Result<(TcpListener, TlsAcceptor, SocketAddr), Trouble> {
    let acceptor = tls.acceptor()?;
    let listener = TcpListener::bind(tls.bind).await.map_err(|_| Trouble::Unreachable)?;
    let address = listener.local_addr().map_err(|_| Trouble::Unreachable)?;
    Ok((listener, acceptor, address))
}

/// Forgets those who do not say in time that they are still there.
async fn expire(switch: Arc<Switch>) {
    loop {
        let next = {
            let mut registrar = switch.registrar();
            for user in registrar.expire(switch.now()) {
                switch.say_line(&registrar, &user, false);
            }
            registrar.next().map(|next| switch.begun + next)
        };
        tokio::select! {
            () = switch.moved.notified() => {}
            () = tokio::time::sleep_until(next.unwrap_or_else(Instant::now)), if next.is_some() => {}
        }
    }
}
