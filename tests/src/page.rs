//! A customer at the chat page's door: the public routes over HTTP and a real socket.

use std::sync::Mutex;

use futures_util::{SinkExt, StreamExt};
use model::{
    Attachment, ConversationId, Epoch, Personal, ScoreKind,
    wire::{
        Rejection,
        chat::{
            ChatClientFrame, ChatFrame, ChatFrom, ChatIntent, ChatLine, ChatOutcome, ChatPhase, ChatReceipts,
            ChatRow, ChatState, Started,
        },
        reads::BlobStored,
    },
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::net::TcpStream;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async, tungstenite::Message};
use uuid::Uuid;

use crate::seat::PATIENCE;

/// A customer's page.
pub struct Page {
    /// The name they gave.
    pub name: String,
    /// The visitor's token.
    pub token: String,
    /// What `start` said.
    pub started: Started,
    /// Lines that the page shows, in order.
    pub lines: Vec<ChatLine>,
    /// The state that it shows.
    pub state: Option<ChatState>,
    /// Their place in the queue.
    pub position: Option<u32>,
    /// The advisor is writing.
    pub typing: bool,
    cursor: u64,
    workspace: Value,
    address: String,
    http: reqwest::Client,
    socket: Option<WebSocketStream<MaybeTlsStream<TcpStream>>>,
    epochs: Mutex<Vec<Epoch>>,
}

/// The name of a file's bytes.
pub fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// An HTTP client for stories.
pub fn http() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    // Stories stay on this machine: reading its certificates would only take time.
    reqwest::Client::builder().timeout(PATIENCE).tls_certs_only([]).build().expect("a client")
}

impl Page {
    /// Opens the page with what `start` is sent.
    pub async fn open(address: &str, name: &str, start: Value) -> Self {
        let http = http();
        let answer =
            http.post(format!("{address}/chat/v1/start")).json(&start).send().await.expect("an answer");
        assert!(answer.status().is_success(), "the chat starts: {}", answer.status());
        let started: Started = answer.json().await.expect("what start says");
        Self {
            workspace: start["workspace"].clone(),
            name: name.to_owned(),
            token: started.token.to_string(),
            started,
            lines: Vec::new(),
            state: None,
            position: None,
            typing: false,
            cursor: 0,
            address: address.to_owned(),
            http,
            socket: None,
            epochs: Mutex::default(),
        }
    }

    /// The service's logs that the page was told of, each once.
    pub fn epochs(&self) -> Vec<Epoch> {
        self.epochs.lock().unwrap().clone()
    }

    fn told_of(&self, epoch: Epoch) {
        let mut epochs = self.epochs.lock().unwrap();
        if epochs.last() != Some(&epoch) {
            epochs.push(epoch);
        }
    }

    /// Opens the stream.
    pub async fn connected(mut self) -> Self {
        self.connect().await;
        self
    }

    /// Opens the stream from where the page is.
    pub async fn connect(&mut self) {
        self.connect_from(self.cursor).await;
    }

    /// Opens the stream from a place that the story chooses.
    pub async fn connect_from(&mut self, cursor: u64) {
        let address = self.address.replace("http://", "ws://");
        let (mut socket, _) = connect_async(format!("{address}/chat/v1/stream")).await.expect("a socket");
        let hello = ChatClientFrame::Hello { token: self.token.as_str().into(), cursor };
        let text = serde_json::to_string(&hello).expect("a frame");
        socket.send(Message::Text(text.into())).await.expect("hello is said");
        self.socket = Some(socket);
        let resumed = self.next().await;
        assert!(matches!(resumed, ChatFrame::Resumed { .. }), "the page resumes, not {resumed:?}");
        self.take(resumed);
    }

    /// Leaves without a word.
    pub fn leave(&mut self) {
        self.socket = None;
    }

    /// The same visitor in another window: an empty page that goes on with the same token.
    pub async fn another_window(&self) -> Self {
        let start = json!({ "workspace": self.workspace, "token": self.token });
        Self::open(&self.address, &self.name, start).await
    }

    /// The last number that the page applied.
    pub fn cursor(&self) -> u64 {
        self.cursor
    }

    /// Waits until the stream is closed; its code.
    pub async fn closed(&mut self) -> Option<u16> {
        let socket = self.socket.as_mut().expect("an open page");
        loop {
            match tokio::time::timeout(PATIENCE, socket.next()).await.expect("the stream closes") {
                Some(Ok(Message::Close(close))) => {
                    self.socket = None;
                    return close.map(|close| close.code.into());
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return None,
            }
        }
    }

    /// Asks the service where it is and takes everything that it said up to there.
    pub async fn catch_up(&mut self) {
        let ping = ChatClientFrame::Ping { cursor: self.cursor };
        let text = serde_json::to_string(&ping).expect("a frame");
        self.socket.as_mut().expect("an open page").send(Message::Text(text.into())).await.expect("said");
        loop {
            match self.next().await {
                ChatFrame::Pong { head } => {
                    assert_eq!(head, self.cursor, "{}'s page has everything up to the pong", self.name);
                    return;
                }
                frame => self.take(frame),
            }
        }
    }

    async fn next(&mut self) -> ChatFrame {
        let socket = self.socket.as_mut().expect("an open page");
        loop {
            match tokio::time::timeout(PATIENCE, socket.next()).await {
                Ok(Some(Ok(Message::Text(text)))) => return serde_json::from_str(&text).expect("a frame"),
                Ok(Some(Ok(Message::Ping(_) | Message::Pong(_)))) => {}
                Ok(other) => panic!("{}'s page was closed: {other:?}", self.name),
                Err(_) => panic!("{} waited for something that never came", self.name),
            }
        }
    }

    fn take(&mut self, frame: ChatFrame) {
        match frame {
            ChatFrame::Resumed { epoch, from, .. } => {
                self.told_of(epoch);
                if from == 0 {
                    self.lines.clear();
                    self.state = None;
                }
                self.cursor = from;
            }
            ChatFrame::Range { from, to, rows } => {
                assert_eq!(from, self.cursor, "{}'s page must not miss anything", self.name);
                self.cursor = to;
                for row in rows {
                    match row {
                        ChatRow::Line(line) => {
                            self.lines.retain(|known| known.id != line.id);
                            self.lines.push(line);
                            self.lines.sort_by_key(|line| line.n);
                        }
                        ChatRow::State(state) => self.state = Some(state),
                    }
                }
            }
            ChatFrame::Queue { position } => self.position = position,
            ChatFrame::Typing { .. } => self.typing = true,
            ChatFrame::Pong { head } => assert_eq!(head, self.cursor, "{}'s page is where it was", self.name),
        }
    }

    /// Takes frames until `seen` finds what it waits for.
    pub async fn until<T>(&mut self, mut seen: impl FnMut(&Self) -> Option<T>) -> T {
        loop {
            if let Some(found) = seen(self) {
                return found;
            }
            let frame = self.next().await;
            self.take(frame);
        }
    }

    /// Waits for a line of the company's with these words.
    pub async fn reads(&mut self, words: &str) {
        self.until(|page| {
            page.lines.iter().find(|line| line.from != ChatFrom::Me && &*line.text == words).map(|_| ())
        })
        .await;
    }

    /// Waits until the chat stands so.
    pub async fn phase(&mut self, phase: ChatPhase) {
        self.until(|page| page.state.as_ref().filter(|state| state.phase == phase).map(|_| ())).await;
    }

    /// The words on the page, in order.
    pub fn words(&self) -> Vec<String> {
        self.lines.iter().map(|line| line.text.to_string()).collect()
    }

    /// Says that the customer is writing.
    pub async fn types(&mut self) {
        let text = serde_json::to_string(&ChatClientFrame::Typing).expect("a frame");
        self.socket.as_mut().expect("an open page").send(Message::Text(text.into())).await.expect("said");
    }

    /// A request with the visitor's token.
    pub fn request(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, format!("{}{path}", self.address)).bearer_auth(&self.token)
    }

    /// Sends several commands at once. Answers what became of each.
    pub async fn sends_all(&self, commands: &[(Uuid, ChatIntent)]) -> Vec<ChatOutcome> {
        let commands: Vec<_> = commands
            .iter()
            .map(|(id, intent)| {
                let mut command = serde_json::to_value(intent).expect("an intent");
                command["id"] = json!(id);
                command
            })
            .collect();
        let answer = self
            .request(reqwest::Method::POST, "/chat/v1/commands")
            .json(&json!({ "commands": commands }))
            .send()
            .await
            .expect("an answer");
        assert!(answer.status().is_success(), "{}'s commands are taken: {}", self.name, answer.status());
        let receipts: ChatReceipts = answer.json().await.expect("receipts");
        self.told_of(receipts.epoch);
        receipts.receipts.into_iter().map(|receipt| receipt.outcome).collect()
    }

    /// Sends a command with an id, as it is.
    pub async fn sends(&self, id: Uuid, intent: &ChatIntent) -> ChatOutcome {
        self.sends_all(&[(id, intent.clone())]).await.remove(0)
    }

    /// Wants something that must be refused. Answers why.
    pub async fn may_not(&self, intent: ChatIntent) -> Rejection {
        match self.sends(Uuid::now_v7(), &intent).await {
            ChatOutcome::Rejected { code, .. } => code,
            other => panic!("{}'s command should have been refused: {other:?}", self.name),
        }
    }

    /// Sends a piece of a file.
    pub async fn puts_piece(
        &self,
        sha256: &str,
        name: &str,
        size: usize,
        offset: usize,
        piece: &[u8],
    ) -> reqwest::Response {
        self.request(reqwest::Method::PUT, &format!("/chat/v1/blobs/{sha256}"))
            .query(&[("name", name), ("size", &size.to_string()), ("offset", &offset.to_string())])
            .body(piece.to_vec())
            .send()
            .await
            .expect("an answer")
    }

    /// Uploads a whole file.
    pub async fn uploads(&self, name: &str, bytes: &[u8]) -> Attachment {
        let answer = self.puts_piece(&sha256(bytes), name, bytes.len(), 0, bytes).await;
        assert!(answer.status().is_success(), "{}'s file is taken: {}", self.name, answer.status());
        let stored: BlobStored = answer.json().await.expect("what was stored");
        stored.attachment.expect("the file is whole")
    }

    /// The conversation that the page shows.
    pub fn conversation(&self) -> ConversationId {
        self.state.as_ref().expect("a conversation").conversation
    }

    /// The transcript.
    pub async fn transcript(&self) -> String {
        let answer =
            self.request(reqwest::Method::GET, "/chat/v1/transcript").send().await.expect("an answer");
        assert!(answer.status().is_success(), "{}", answer.status());
        answer.text().await.expect("words")
    }

    /// Wants something that must be done.
    pub async fn wants(&self, intent: ChatIntent) {
        let outcome = self.sends(Uuid::now_v7(), &intent).await;
        assert!(matches!(outcome, ChatOutcome::Applied { .. }), "{}: {outcome:?}", self.name);
    }

    /// Says something.
    pub async fn says(&self, text: &str) {
        self.wants(ChatIntent::Say { text: text.into(), attachments: Vec::new() }).await;
    }

    /// Answers the score question.
    pub async fn scores(&self, kind: ScoreKind, value: u8, comment: Option<&str>) {
        self.wants(ChatIntent::Score { kind, value, comment: comment.map(Personal::from) }).await;
    }
}
