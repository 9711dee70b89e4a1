//! The WebSocket: frames in, frames out, no memory.

use futures_util::{SinkExt, StreamExt};
use model::wire::{ClientFrame, ServerFrame, frames::PROTOCOL};
use reqwest::{
    StatusCode, Upgraded,
    header::{self, HeaderValue},
};
use tokio::sync::mpsc;
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Message,
        handshake::{client::generate_key, derive_accept_key},
        protocol::{Role, WebSocketConfig},
    },
};

use super::{Address, wires::Wires};
use crate::{Heard, Line, Trouble};

/// The largest message that is taken: a customer with everything that hangs on them.
const LARGEST: usize = 16 * 1024 * 1024;
/// Frames that may wait to be read by the desk. When it is full the socket is read no further.
const WAITING: usize = 256;

/// Opens the line with a token, which travels in the header only. The line goes the way that requests go: through the same
/// proxy, to a service that is trusted for the same reason.
pub(super) async fn open(wires: &Wires, address: &Address, token: &str) -> Result<Line, Trouble> {
    let key = generate_key();
    let request = wires
        .client()
        .get(address.http("/v1/stream"))
        .bearer_auth(token)
        .header(header::CONNECTION, "Upgrade")
        .header(header::UPGRADE, "websocket")
        .header(header::SEC_WEBSOCKET_VERSION, "13")
        .header(header::SEC_WEBSOCKET_KEY, &key)
        .header(header::SEC_WEBSOCKET_PROTOCOL, PROTOCOL);
    let answer = wires.send(request).await?;
    if answer.status() != StatusCode::SWITCHING_PROTOCOLS {
        return Err(refusal(answer.status()));
    }
    let said = |name| answer.headers().get(name).map(HeaderValue::as_bytes);
    let accepted = said(header::SEC_WEBSOCKET_ACCEPT) == Some(derive_accept_key(key.as_bytes()).as_bytes());
    if !accepted || said(header::SEC_WEBSOCKET_PROTOCOL) != Some(PROTOCOL.as_bytes()) {
        // Something on the way that answers without knowing what was asked.
        return Err(Trouble::Unreachable);
    }
    let upgraded = answer.upgrade().await.map_err(|_| Trouble::Unreachable)?;
    let config = WebSocketConfig::default()
        .max_message_size(Some(LARGEST))
        .max_frame_size(Some(LARGEST))
        .max_write_buffer_size(1024 * 1024);
    let socket = WebSocketStream::from_raw_socket(upgraded, Role::Client, Some(config)).await;
    let (say, said) = mpsc::channel(WAITING);
    let (hear, heard) = mpsc::channel(WAITING);
    tokio::spawn(talk(socket, said, hear));
    Ok(Line { say, hear: heard })
}

fn refusal(status: StatusCode) -> Trouble {
    match status {
        StatusCode::UNAUTHORIZED => Trouble::SignIn,
        StatusCode::TOO_MANY_REQUESTS => Trouble::Wait { after_ms: 10_000 },
        status if status.is_client_error() => Trouble::Refused("The service refused the connection.".into()),
        _ => Trouble::Unreachable,
    }
}

/// Carries frames both ways until either side hangs up.
async fn talk(
    mut socket: WebSocketStream<Upgraded>,
    mut said: mpsc::Receiver<ClientFrame>,
    hear: mpsc::Sender<Heard>,
) {
    loop {
        tokio::select! {
            frame = said.recv() => {
                let Some(frame) = frame else {
                    let _ = socket.close(None).await;
                    return;
                };
                let Ok(text) = serde_json::to_string(&frame) else { return };
                if socket.send(Message::Text(text.into())).await.is_err() {
                    let _ = hear.send(Heard::Closed(None)).await;
                    return;
                }
            }
            message = socket.next() => {
                let heard = match message {
                    Some(Ok(Message::Text(text))) => match serde_json::from_str::<ServerFrame>(&text) {
                        Ok(frame) => Heard::Frame(Box::new(frame)),
                        Err(error) => {
                            tracing::error!(kind = ?error.classify(), column = error.column(), "a frame cannot be read");
                            Heard::Closed(None)
                        }
                    },
                    Some(Ok(Message::Close(close))) => Heard::Closed(close.map(|close| close.code.into())),
                    Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => continue,
                    Some(Ok(Message::Binary(_)) | Err(_)) | None => Heard::Closed(None),
                };
                let over = matches!(heard, Heard::Closed(_));
                if hear.send(heard).await.is_err() || over {
                    return;
                }
            }
        }
    }
}
