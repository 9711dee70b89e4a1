//! Streams to an exchange: open ones, and ones that nobody else can read.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use rsipstack::{
    sip::Transport as Via,
    transport::{SipAddr, SipConnection, tcp::TcpConnection, tls::TlsConnection},
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time::timeout,
};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use super::Switch;

/// How long it is waited when one more cannot be had at the moment.
const AGAIN: Duration = Duration::from_millis(100);
/// How long a greeting may take.
const GREETING: Duration = Duration::from_secs(10);
/// Greetings at once: one more is closed.
const GREETINGS: usize = 50;

/// The next stream, if there may be one more.
async fn next(switch: &Switch, listener: &TcpListener) -> Option<(TcpStream, SocketAddr)> {
    let Ok((stream, from)) = listener.accept().await else {
        tokio::time::sleep(AGAIN).await;
        return None;
    };
    if switch.station.endpoint.transport_layer.connections_count() >= switch.settings.most_streams {
        tracing::warn!("there are too many streams to the exchange");
        return None;
    }
    Some((stream, from))
}

/// Takes streams, as many as there may be.
pub(super) async fn serve(switch: Arc<Switch>, listener: TcpListener) {
    let ours = SipAddr { r#type: Some(Via::Tcp), addr: switch.address.into() };
    loop {
        let Some((stream, from)) = next(&switch, &listener).await else { continue };
        let until = switch.station.stopped.child_token();
        if let Ok(stream) = TcpConnection::from_stream(stream, ours.clone(), Some(until.clone())) {
            begin(&switch, SipConnection::Tcp(stream), until, from, Via::Tcp);
        }
    }
}

/// Takes streams that nobody else can read. Whoever is slow to greet keeps nobody else waiting.
pub(super) async fn serve_locked(switch: Arc<Switch>, listener: TcpListener, acceptor: TlsAcceptor) {
    let greetings = Arc::new(Semaphore::new(GREETINGS));
    loop {
        let Some((stream, from)) = next(&switch, &listener).await else { continue };
        let Ok(greeting) = Arc::clone(&greetings).try_acquire_owned() else {
            tracing::warn!("too many greet the exchange at once");
            continue;
        };
        let (its, acceptor) = (Arc::clone(&switch), acceptor.clone());
        switch.station.spawn(async move {
            greet(&its, stream, from, &acceptor).await;
            drop(greeting);
        });
    }
}

async fn greet(switch: &Arc<Switch>, stream: TcpStream, from: SocketAddr, acceptor: &TlsAcceptor) {
    let Some(address) = switch.locked else { return };
    let stream = match timeout(GREETING, acceptor.accept(stream)).await {
        Ok(Ok(stream)) => stream,
        // Nobody's fault here: a scanner, or somebody who does not trust us.
        Ok(Err(error)) => return tracing::debug!(%error, "somebody did not want to speak TLS"),
        Err(_) => return,
    };
    let [ours, there] = [address, from].map(|at| SipAddr { r#type: Some(Via::Tls), addr: at.into() });
    let until = switch.station.stopped.child_token();
    if let Ok(stream) = TlsConnection::from_server_stream(stream, ours, there, Some(until.clone())).await {
        begin(switch, SipConnection::Tls(stream), until, from, Via::Tls);
    }
}

/// Serves a stream until it is closed.
fn begin(switch: &Arc<Switch>, stream: SipConnection, until: CancellationToken, from: SocketAddr, via: Via) {
    switch.station.endpoint.transport_layer.add_connection(stream);
    let there = SipAddr { r#type: Some(via), addr: from.into() };
    switch.station.spawn(lost(Arc::clone(switch), until, there));
}

/// Whoever registered through a stream is not there any more when it is closed: they cannot be called back.
async fn lost(switch: Arc<Switch>, closed: CancellationToken, there: SipAddr) {
    closed.cancelled().await;
    let mut registrar = switch.registrar();
    for user in registrar.lose(&there) {
        switch.say_line(&registrar, &user, false);
    }
}
