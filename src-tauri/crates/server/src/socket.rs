//! What the sockets of desks and pages have in common: how they are read, how much silence and slowness they are
//! allowed, and how they end. It knows no frame of either.

use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message as Frame, WebSocket, WebSocketUpgrade};
use model::{limits::CLIENT_FRAME_BYTES, wire::frames::close};
use serde::{Serialize, de::DeserializeOwned};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_tungstenite::tungstenite;

/// How long the other side has to say hello.
const HELLO: Duration = Duration::from_secs(10);
/// Silence after which a socket counts as dead: two missed pings.
const SILENCE: Duration = Duration::from_secs(40);
/// How long the other side may take to read a frame.
const SLOW: Duration = Duration::from_secs(10);
/// How long the other side has to answer a farewell.
const FAREWELL: Duration = Duration::from_secs(1);
/// What is read before the line is cut: more than is allowed, so that a frame that is somewhat too large is refused in
/// words.
const READ: usize = 4 * CLIENT_FRAME_BYTES;
/// Nothing is wrong.
pub(crate) const NORMAL: u16 = 1000;

/// An upgrade that takes no more from the other side than it should.
pub(crate) fn sized(upgrade: WebSocketUpgrade) -> WebSocketUpgrade {
    upgrade.max_message_size(READ).max_frame_size(READ)
}

/// An open socket.
pub(crate) struct Socket {
    inner: WebSocket,
    heard: Instant,
}

impl Socket {
    pub(crate) fn new(inner: WebSocket) -> Self {
        Self { inner, heard: Instant::now() }
    }

    /// The first frame, or the code to close with.
    pub(crate) async fn hello<T: DeserializeOwned>(&mut self) -> Result<T, u16> {
        timeout(HELLO, self.hear()).await.unwrap_or(Err(close::PROTOCOL))
    }

    /// The next frame, or the code to close with. May be dropped and asked again.
    pub(crate) async fn hear<T: DeserializeOwned>(&mut self) -> Result<T, u16> {
        loop {
            // Counted from the last thing heard: what is said meanwhile is no sign of life of the other side.
            let frame = match timeout_at(self.heard + SILENCE, self.inner.recv()).await {
                Ok(Some(Ok(frame))) => frame,
                Ok(Some(Err(error))) => return Err(code_of(error)),
                Ok(None) | Err(_) => return Err(NORMAL),
            };
            self.heard = Instant::now();
            match frame {
                Frame::Text(text) if text.len() > CLIENT_FRAME_BYTES => return Err(close::TOO_BIG),
                Frame::Text(text) => return serde_json::from_str(&text).map_err(|_| close::PROTOCOL),
                Frame::Binary(_) => return Err(close::PROTOCOL),
                Frame::Ping(_) | Frame::Pong(_) => {}
                Frame::Close(_) => return Err(NORMAL),
            }
        }
    }

    /// Says something, or answers the code to close with.
    pub(crate) async fn say(&mut self, frame: &impl Serialize) -> Result<(), u16> {
        let text = serde_json::to_string(frame).map_err(|_| close::RESTART)?;
        match timeout(SLOW, self.inner.send(Frame::Text(text.into()))).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(NORMAL),
            Err(_) => Err(close::SLOW),
        }
    }

    /// Says farewell and waits until it was heard, so that the code arrives before the line is cut.
    pub(crate) async fn end(mut self, code: u16) {
        let _ = timeout(FAREWELL, async {
            let farewell = Frame::Close(Some(CloseFrame { code, reason: "".into() }));
            let _ = self.inner.send(farewell).await;
            while let Some(Ok(_)) = self.inner.recv().await {}
        })
        .await;
    }
}

/// What to say about a frame that could not be read.
fn code_of(error: axum::Error) -> u16 {
    match error.into_inner().downcast_ref::<tungstenite::Error>() {
        Some(tungstenite::Error::Capacity(_)) => close::TOO_BIG,
        Some(tungstenite::Error::Protocol(_) | tungstenite::Error::Utf8(_)) => close::PROTOCOL,
        _ => NORMAL,
    }
}
