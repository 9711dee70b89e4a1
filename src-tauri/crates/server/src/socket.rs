//! What the sockets of desks and pages have in common: how they are read, how much silence and slowness they are
//! allowed, and how they end. It knows no frame of either.

use std::{sync::Arc, time::Duration};

use axum::extract::ws::{CloseFrame, Message as Frame, Utf8Bytes, WebSocket, WebSocketUpgrade};
use model::{at::SECOND, limits::CLIENT_FRAME_BYTES, wire::frames::close};
use serde::{Serialize, de::DeserializeOwned};
use tokio::{
    sync::watch,
    time::{Instant, timeout, timeout_at},
};
use tokio_tungstenite::tungstenite;

use crate::clock::Clock;

/// How long the other side has to say hello.
const HELLO: Duration = Duration::from_secs(10);
/// Silence after which a socket counts as dead: two missed pings.
const SILENCE: Duration = Duration::from_secs(40);
/// How long the other side may take to read a frame, on the service's clock.
const SLOW: i64 = 10 * SECOND;
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
    clock: Arc<dyn Clock>,
    heard: Instant,
    closing: Option<watch::Receiver<Option<u16>>>,
}

impl Socket {
    pub(crate) fn new(inner: WebSocket, clock: Arc<dyn Clock>) -> Self {
        Self { inner, clock, heard: Instant::now(), closing: None }
    }

    /// From now on, whatever is being said, it is broken off once `closing` has a code.
    pub(crate) fn obey(&mut self, closing: watch::Receiver<Option<u16>>) {
        self.closing = Some(closing);
    }

    /// Ends once the socket is told to close; with which code.
    pub(crate) async fn told_to_close(closing: &mut Option<watch::Receiver<Option<u16>>>) -> u16 {
        match closing {
            Some(closing) => match closing.wait_for(Option::is_some).await {
                Ok(code) => code.unwrap_or(NORMAL),
                // The seat is gone; nobody will say anything any more.
                Err(_) => NORMAL,
            },
            None => std::future::pending().await,
        }
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
        self.say_text(text.into()).await
    }

    /// The same with a frame that is text already.
    ///
    /// Nothing is kept for later: what is said here is all that waits in this process until the other side has taken it.
    pub(crate) async fn say_text(&mut self, text: Utf8Bytes) -> Result<(), u16> {
        let late = self.clock.wait_until(self.clock.now() + SLOW);
        tokio::select! {
            biased;
            code = Self::told_to_close(&mut self.closing) => Err(code),
            said = self.inner.send(Frame::Text(text)) => said.map_err(|_| NORMAL),
            () = late => Err(close::SLOW),
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
