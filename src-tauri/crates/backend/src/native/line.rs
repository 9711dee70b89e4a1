//! The WebSocket: frames in, frames out, no memory.

use futures_util::{SinkExt, StreamExt};
use model::wire::{ClientFrame, ServerFrame, frames::PROTOCOL};
use tokio::{net::TcpStream, sync::mpsc};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async_with_config,
    tungstenite::{
        Error, Message,
        client::IntoClientRequest,
        http::{HeaderValue, StatusCode, header},
        protocol::WebSocketConfig,
    },
};

use super::Address;
use crate::{Heard, Line, Trouble};

/// The largest message that is taken: a customer with everything that hangs on them.
const LARGEST: usize = 16 * 1024 * 1024;
/// Frames that may wait to be read by the desk. When it is full the socket is read no further.
const WAITING: usize = 256;

/// Opens the line with a token, which travels in the header only.
pub(super) async fn open(address: &Address, token: &str) -> Result<Line, Trouble> {
    let mut request = address.socket("/v1/stream").into_client_request().map_err(|_| Trouble::Fault)?;
    let mut bearer = HeaderValue::from_str(&format!("Bearer {token}")).map_err(|_| Trouble::Fault)?;
    bearer.set_sensitive(true);
    request.headers_mut().insert(header::AUTHORIZATION, bearer);
    request.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(PROTOCOL));
    let config = WebSocketConfig::default()
        .max_message_size(Some(LARGEST))
        .max_frame_size(Some(LARGEST))
        .max_write_buffer_size(1024 * 1024);
    let (socket, _) = connect_async_with_config(request, Some(config), true).await.map_err(trouble)?;
    let (say, said) = mpsc::channel(WAITING);
    let (hear, heard) = mpsc::channel(WAITING);
    tokio::spawn(talk(socket, said, hear));
    Ok(Line { say, hear: heard })
}

fn trouble(error: Error) -> Trouble {
    match error {
        Error::Http(response) => match response.status() {
            StatusCode::UNAUTHORIZED => Trouble::SignIn,
            StatusCode::TOO_MANY_REQUESTS => Trouble::Wait { after_ms: 10_000 },
            status if status.is_client_error() => {
                Trouble::Refused("The service refused the connection.".into())
            }
            _ => Trouble::Unreachable,
        },
        _ => Trouble::Unreachable,
    }
}

/// Carries frames both ways until either side hangs up.
async fn talk(
    mut socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
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
