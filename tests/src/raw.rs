//! A socket without manners: whatever a story wants to throw at the service.

use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{
        Error, Message,
        client::IntoClientRequest,
        http::{HeaderMap, HeaderName, HeaderValue},
    },
};

use crate::seat::PATIENCE;

/// An open socket.
pub struct Raw {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

/// Why a socket was not opened.
#[derive(Debug)]
pub struct Refused {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
}

impl Raw {
    /// Opens `path` of the service at `address` with these headers.
    ///
    /// # Errors
    /// When the service refuses the upgrade.
    pub async fn open(address: &str, path: &str, headers: &[(&str, &str)]) -> Result<Self, Refused> {
        let address = format!("{}{path}", address.replacen("http", "ws", 1));
        let mut request = address.into_client_request().expect("a request");
        for (name, value) in headers {
            let name: HeaderName = name.parse().expect("a header");
            request.headers_mut().insert(name, HeaderValue::from_str(value).expect("a value"));
        }
        match connect_async(request).await {
            Ok((socket, _)) => Ok(Self { socket }),
            Err(Error::Http(answer)) => {
                Err(Refused { status: answer.status().as_u16(), headers: answer.headers().clone() })
            }
            Err(other) => panic!("the service does not answer: {other}"),
        }
    }

    /// Sends a message, if the line still stands.
    pub async fn send(&mut self, message: impl Into<Message>) {
        let _ = self.socket.send(message.into()).await;
    }

    /// The next text.
    pub async fn text(&mut self) -> String {
        loop {
            match tokio::time::timeout(PATIENCE, self.socket.next()).await.expect("an answer") {
                Some(Ok(Message::Text(text))) => return text.to_string(),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                other => panic!("not a text: {other:?}"),
            }
        }
    }

    /// Waits until the service closes; its code.
    pub async fn closed(&mut self) -> Option<u16> {
        loop {
            match tokio::time::timeout(PATIENCE, self.socket.next()).await.expect("the service closes") {
                Some(Ok(Message::Close(close))) => {
                    // Answers the farewell, so that the service need not wait for it.
                    let _ = self.socket.flush().await;
                    return close.map(|close| close.code.into());
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return None,
            }
        }
    }
}
