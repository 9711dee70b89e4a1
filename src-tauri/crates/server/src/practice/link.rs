//! A practice customer's line to the service: the public chat routes, with the promise of the chat page. What was
//! asked for is asked again under the same id; a range of changes is taken only where it follows.

use std::{sync::Arc, time::Duration};

use futures_util::{SinkExt, StreamExt};
use hmac::{Hmac, Mac};
use model::{
    At, ConversationId, HandOver, Personal,
    wire::{
        chat::{
            ChatBatch, ChatClientFrame, ChatCommand, ChatFrame, ChatOutcome, ChatReceipts, ChatRow,
            SignedIdentity, Start, Started,
        },
        frames::close,
    },
};
use secrecy::ExposeSecret;
use serde::{Serialize, de::DeserializeOwned};
use sha2::Sha256;
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream,
    tungstenite::{Message as Frame, protocol::WebSocketConfig},
};

use super::{Place, PracticeFault, script::Script};

/// Longer than the service's own limit for an answer.
const TIMEOUT: Duration = Duration::from_secs(30);
/// How long a signature holds.
const SIGNED_FOR: i64 = 3_600;
/// What a customer's page reads at most in one frame.
const FRAME: usize = 4 * 1024 * 1024;

/// Why something did not go through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Cut {
    /// No answer, or one that makes no sense: try again.
    #[error("no line")]
    NoLine,
    /// Not now: try again after so many ms.
    #[error("not now")]
    NotNow(i64),
    /// The token is not taken any more: start again.
    #[error("not known any more")]
    NotKnown,
    /// Refused for good.
    #[error("refused with {0}")]
    Refused(u16),
}

/// Makes lines to one service.
#[derive(Clone)]
pub(super) struct Lines {
    http: reqwest::Client,
    place: Arc<Place>,
}

impl Lines {
    pub(super) fn new(place: Place) -> Result<Self, PracticeFault> {
        // Whoever embeds us may have chosen one before; then that one stays.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .timeout(TIMEOUT)
            .build()
            .map_err(|fault| PracticeFault::NoLine(fault.to_string()))?;
        Ok(Self { http, place: Arc::new(place) })
    }

    /// Who the customer of a script is, signed as the company's site would.
    pub(super) fn signed(&self, script: &Script, now: At) -> Option<SignedIdentity> {
        let (account, name) = (script.account.clone(), script.name.clone());
        let until = now.0 / 1_000 + SIGNED_FOR;
        let mut mac = Hmac::<Sha256>::new_from_slice(self.place.site_key.expose_secret().as_bytes()).ok()?;
        mac.update(format!("{}\n{}\n{until}", &*account, &*name).as_bytes());
        let signature = hex::encode(mac.finalize().into_bytes());
        Some(SignedIdentity { account, name, until, signature })
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        path: &str,
        key: Option<&str>,
        body: &impl Serialize,
    ) -> Result<T, Cut> {
        let mut request = self.http.post(format!("{}{path}", self.place.address)).json(body);
        if let Some(key) = key {
            request = request.bearer_auth(key);
        }
        let answer = request.send().await.map_err(|_| Cut::NoLine)?;
        let status = answer.status();
        if status.is_success() {
            return answer.json().await.map_err(|_| Cut::NoLine);
        }
        let after = answer.headers().get(reqwest::header::RETRY_AFTER);
        let seconds = after.and_then(|after| after.to_str().ok()?.parse::<i64>().ok()).unwrap_or(1);
        Err(match status.as_u16() {
            401 => Cut::NotKnown,
            408 | 425 | 429 => Cut::NotNow(seconds.clamp(0, 300) * 1_000),
            code if status.is_client_error() => Cut::Refused(code),
            _ => Cut::NoLine,
        })
    }
}

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// The line of one customer.
pub(super) struct Link {
    lines: Lines,
    token: Option<Personal>,
    cursor: u64,
    socket: Option<Socket>,
}

/// What a frame brought.
#[derive(Debug)]
pub(super) enum Heard {
    /// Changes that follow what was known.
    Rows(Vec<ChatRow>),
    /// The advisor is writing.
    Typing,
    /// The place in the queue.
    Position(Option<u32>),
    /// Everything said before the ping has been told.
    Pong,
    /// Nothing of interest.
    Nothing,
}

impl Link {
    pub(super) fn new(lines: Lines) -> Self {
        Self { lines, token: None, cursor: 0, socket: None }
    }

    pub(super) fn is_up(&self) -> bool {
        self.socket.is_some()
    }

    /// Begins the visit, or goes on with it.
    pub(super) async fn start(&mut self, script: &Script, now: At) -> Result<(), Cut> {
        let start = Start {
            workspace: self.lines.place.workspace.clone(),
            token: self.token.clone(),
            language: Some(script.language.clone()),
            queue: Some(script.queue.clone()),
            signed: self.lines.signed(script, now),
            ..Start::default()
        };
        let started: Started = self.lines.ask("/chat/v1/start", None, &start).await?;
        if self.token.as_ref() != Some(&started.token) {
            self.cursor = 0;
            self.hang_up();
        }
        self.token = Some(started.token);
        Ok(())
    }

    /// Sends one command and says what became of it.
    pub(super) async fn post(&self, command: &ChatCommand) -> Result<ChatOutcome, Cut> {
        let batch = ChatBatch { commands: vec![command.clone()] };
        let key = self.token.as_deref().ok_or(Cut::NotKnown)?;
        let receipts: ChatReceipts = self.lines.ask("/chat/v1/commands", Some(key), &batch).await?;
        let receipt = receipts.receipts.into_iter().find(|receipt| receipt.id == command.id);
        match receipt.ok_or(Cut::NoLine)?.outcome {
            ChatOutcome::Retry { after_ms } => Err(Cut::NotNow(i64::from(after_ms))),
            outcome => Ok(outcome),
        }
    }

    /// The assistant gives the conversation to a person.
    pub(super) async fn hand_over(
        &self,
        conversation: ConversationId,
        hand_over: &HandOver,
    ) -> Result<(), Cut> {
        let path = format!("/v1/conversations/{conversation}/hand-over");
        let key = self.lines.place.integration_key.expose_secret();
        let _: serde_json::Value = self.lines.ask(&path, Some(key), hand_over).await?;
        Ok(())
    }

    /// Opens the stream where it broke off. The ping behind the hello tells when all that was missed has been told.
    pub(super) async fn dial(&mut self) -> Result<(), Cut> {
        let token = self.token.clone().ok_or(Cut::NotKnown)?;
        let address = self.lines.place.address.replacen("http", "ws", 1);
        let config = WebSocketConfig::default().max_message_size(Some(FRAME)).max_frame_size(Some(FRAME));
        let dialed = tokio_tungstenite::connect_async_with_config(
            format!("{address}/chat/v1/stream"),
            Some(config),
            true,
        );
        let (socket, _) =
            tokio::time::timeout(TIMEOUT, dialed).await.map_err(|_| Cut::NoLine)?.map_err(|_| Cut::NoLine)?;
        self.socket = Some(socket);
        self.tell(&ChatClientFrame::Hello { token, cursor: self.cursor }).await?;
        self.ping().await
    }

    pub(super) async fn ping(&mut self) -> Result<(), Cut> {
        self.tell(&ChatClientFrame::Ping { cursor: self.cursor }).await
    }

    /// Says something on the stream; a stream that does not take it is hung up.
    pub(super) async fn tell(&mut self, frame: &ChatClientFrame) -> Result<(), Cut> {
        let text = serde_json::to_string(frame).map_err(|_| Cut::NoLine)?;
        let Some(socket) = &mut self.socket else { return Err(Cut::NoLine) };
        let told = socket.send(Frame::Text(text.into())).await;
        if told.is_err() {
            self.hang_up();
        }
        told.map_err(|_| Cut::NoLine)
    }

    /// Waits for the next frame. A stream that ends or makes no sense is hung up.
    pub(super) async fn hear(&mut self) -> Result<Heard, Cut> {
        let heard = self.next().await;
        if heard.is_err() {
            self.hang_up();
        }
        heard
    }

    pub(super) fn hang_up(&mut self) {
        self.socket = None;
    }

    async fn next(&mut self) -> Result<Heard, Cut> {
        let Some(socket) = &mut self.socket else { return Err(Cut::NoLine) };
        let frame = socket.next().await.ok_or(Cut::NoLine)?.map_err(|_| Cut::NoLine)?;
        match frame {
            Frame::Text(text) => self.take(serde_json::from_str(&text).map_err(|_| Cut::NoLine)?),
            Frame::Close(Some(end)) if u16::from(end.code) == close::AUTH => Err(Cut::NotKnown),
            Frame::Close(_) => Err(Cut::NoLine),
            _ => Ok(Heard::Nothing),
        }
    }

    fn take(&mut self, frame: ChatFrame) -> Result<Heard, Cut> {
        match frame {
            ChatFrame::Resumed { from, .. } => {
                // From 0: everything is told again; lines are known by their ids.
                self.cursor = from;
                Ok(Heard::Nothing)
            }
            ChatFrame::Range { to, .. } if to <= self.cursor && self.cursor > 0 => Ok(Heard::Nothing),
            ChatFrame::Range { from, to, rows } => {
                if from != self.cursor {
                    return Err(Cut::NoLine);
                }
                self.cursor = to;
                Ok(Heard::Rows(rows))
            }
            ChatFrame::Typing { .. } => Ok(Heard::Typing),
            ChatFrame::Queue { position } => Ok(Heard::Position(position)),
            ChatFrame::Pong { .. } => Ok(Heard::Pong),
        }
    }
}

#[cfg(test)]
mod tests {
    use model::{
        MessageId,
        wire::chat::{ChatFrom, ChatLine},
    };

    use super::*;

    fn link() -> Link {
        let place = Place {
            address: "http://127.0.0.1:1".to_owned(),
            workspace: None,
            site_key: "key".into(),
            integration_key: "other".into(),
        };
        Link::new(Lines::new(place).unwrap())
    }

    fn range(from: u64, to: u64) -> ChatFrame {
        let line = ChatLine {
            id: MessageId(uuid::Uuid::now_v7()),
            n: 1,
            at: At(0),
            from: ChatFrom::Bot,
            text: "x".into(),
            attachments: Vec::new(),
        };
        ChatFrame::Range { from, to, rows: vec![ChatRow::Line(line)] }
    }

    #[test]
    fn a_range_is_taken_where_it_follows_and_nowhere_else() {
        let mut link = link();
        assert!(matches!(link.take(range(0, 4)), Ok(Heard::Rows(_))));
        assert!(matches!(link.take(range(0, 4)), Ok(Heard::Nothing)), "twice is once");
        assert!(matches!(link.take(range(6, 8)), Err(Cut::NoLine)), "a gap breaks the line");
        assert!(matches!(link.take(range(4, 8)), Ok(Heard::Rows(_))));
        assert_eq!(link.cursor, 8);
        assert!(matches!(
            link.take(ChatFrame::Resumed { epoch: model::Epoch(uuid::Uuid::nil()), from: 0, now: At(0) }),
            Ok(Heard::Nothing)
        ));
        assert!(matches!(link.take(range(0, 9)), Ok(Heard::Rows(_))), "the tale begins again");
    }

    #[test]
    fn the_signature_is_that_of_the_site() {
        let script = super::super::script::scripts().unwrap().swap_remove(1);
        let signed = link().lines.signed(&script, At(1_700_000_000_000)).unwrap();
        assert_eq!(signed.until, 1_700_003_600);
        let mut mac = Hmac::<Sha256>::new_from_slice(b"key").unwrap();
        mac.update(b"A-20774\nOmar Khan\n1700003600");
        assert_eq!(signed.signature, hex::encode(mac.finalize().into_bytes()));
    }

    #[tokio::test]
    async fn nobody_there_is_no_line_and_no_panic() {
        let mut link = link();
        let script = super::super::script::scripts().unwrap().swap_remove(0);
        assert_eq!(link.start(&script, At(0)).await, Err(Cut::NoLine));
        assert_eq!(link.dial().await, Err(Cut::NotKnown));
    }
}
