//! Streams to an exchange.

use std::{sync::Arc, time::Duration};

use rsipstack::{
    sip::Transport as Via,
    transport::{SipAddr, SipConnection, tcp::TcpConnection},
};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::Switch;

/// How long it is waited when one more cannot be had at the moment.
const AGAIN: Duration = Duration::from_millis(100);

/// Takes streams, as many as there may be.
pub(super) async fn serve(switch: Arc<Switch>, listener: TcpListener) {
    let ours = SipAddr { r#type: Some(Via::Tcp), addr: switch.address.into() };
    let layer = &switch.station.endpoint.transport_layer;
    loop {
        let Ok((stream, from)) = listener.accept().await else {
            tokio::time::sleep(AGAIN).await;
            continue;
        };
        if layer.connections_count() >= switch.settings.most_streams {
            tracing::warn!("there are too many streams to the exchange");
            continue;
        }
        let until = switch.station.stopped.child_token();
        if let Ok(stream) = TcpConnection::from_stream(stream, ours.clone(), Some(until.clone())) {
            layer.add_connection(SipConnection::Tcp(stream));
            let there = SipAddr { r#type: Some(Via::Tcp), addr: from.into() };
            switch.station.spawn(lost(Arc::clone(&switch), until, there));
        }
    }
}

/// Whoever registered through a stream is not there any more when it is closed: they cannot be called back.
async fn lost(switch: Arc<Switch>, closed: CancellationToken, there: SipAddr) {
    closed.cancelled().await;
    let mut registrar = switch.registrar();
    for user in registrar.lose(&there) {
        switch.say_line(&registrar, &user, false);
    }
}
