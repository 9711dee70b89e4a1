//! Requests to Asterisk's REST interface, and its WebSocket. Who calls goes into bodies only: addresses of requests end up
//! in logs of proxies.

use std::time::Duration;

use futures_util::StreamExt;
use model::Personal;
use reqwest::{
    Certificate, Client, Method, RequestBuilder, Response, StatusCode, Upgraded, Url,
    header::{self, HeaderValue},
};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        handshake::{client::generate_key, derive_accept_key},
        protocol::{Role, WebSocketConfig},
    },
};

use super::settings::Settings;
use crate::{
    calls::port::Trouble,
    error::{Error, Result},
};

/// The longest wait for an answer.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(5);
/// Connections that rest so long are not used again: Asterisk closes them after 15 s.
const IDLE: Duration = Duration::from_secs(10);
/// The longest wait for a whole recording.
const FETCHING: Duration = Duration::from_secs(600);
/// The largest answer that is read at once: all channels of a large exchange.
const LARGEST_ANSWER: usize = 16 * 1024 * 1024;
/// The largest event. Asterisk's are a few thousand bytes.
const LARGEST_EVENT: usize = 1024 * 1024;

/// Where events come from.
pub(super) type Socket = WebSocketStream<Upgraded>;

/// Why Asterisk did not do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    /// What was asked about is not there (any more).
    #[error("it is not there any more")]
    Gone,
    /// User or password are wrong.
    #[error("it does not take our user and password")]
    Password,
    /// Any other answer.
    #[error("it answered with {0}")]
    Refused(u16),
    /// No answer, or one that makes no sense.
    #[error("it does not answer")]
    NoLine,
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Gone => Trouble::Gone,
            Fault::Password | Fault::Refused(_) | Fault::NoLine => Trouble::Refused,
        }
    }
}

/// What is gone already does not have to be taken away.
pub(super) fn unless_gone(done: std::result::Result<Response, Fault>) -> std::result::Result<(), Fault> {
    match done {
        Ok(_) | Err(Fault::Gone) => Ok(()),
        Err(fault) => Err(fault),
    }
}

/// An Asterisk, as seen by whoever asks it something.
pub(super) struct Ari {
    http: Client,
    address: Url,
    user: Personal,
    password: SecretString,
}

impl Ari {
    pub(super) fn new(settings: &Settings) -> Result<Self> {
        // Whoever embeds us may have chosen one before; then that one stays.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut trusted = Vec::new();
        if let Some(file) = &settings.ca_file {
            let pem = std::fs::read(file)
                .map_err(|source| Error::Io { what: "reading Asterisk's ca_file", source })?;
            trusted = Certificate::from_pem_bundle(&pem).unwrap_or_default();
            if trusted.is_empty() {
                return Err(Error::Open(format!("{} holds no certificate.", file.display())));
            }
        }
        let mut http = Client::builder()
            .connect_timeout(CONNECT)
            .pool_idle_timeout(IDLE)
            // Credentials go where they were meant to go, and nowhere else.
            .redirect(reqwest::redirect::Policy::none())
            .http1_only()
            .tls_certs_merge(trusted);
        if settings.address.scheme() == "http" {
            // It is on this machine: a proxy would only read along.
            http = http.no_proxy();
        }
        let http =
            http.build().map_err(|_| Error::Open("No connection to Asterisk can be prepared.".into()))?;
        let (address, user, password) =
            (settings.address.clone(), settings.user.clone(), settings.password.clone());
        Ok(Self { http, address, user, password })
    }

    /// The address of a request. What Asterisk called something never leads out of its segment.
    fn url(&self, path: &[&str]) -> Url {
        let mut url = self.address.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().push("ari").extend(path);
        }
        url
    }

    fn request(&self, method: Method, path: &[&str]) -> RequestBuilder {
        self.http.request(method, self.url(path)).basic_auth(&*self.user, Some(self.password.expose_secret()))
    }

    async fn ask(&self, request: RequestBuilder) -> std::result::Result<Response, Fault> {
        let answer = request.send().await.map_err(|_| Fault::NoLine)?;
        match answer.status() {
            status if status.is_success() || status == StatusCode::SWITCHING_PROTOCOLS => Ok(answer),
            StatusCode::NOT_FOUND => Err(Fault::Gone),
            StatusCode::UNAUTHORIZED => {
                tracing::error!("Asterisk does not take our user and password (any more)");
                Err(Fault::Password)
            }
            status => Err(Fault::Refused(status.as_u16())),
        }
    }

    pub(super) async fn post(&self, path: &[&str]) -> std::result::Result<Response, Fault> {
        self.ask(self.request(Method::POST, path).timeout(TIMEOUT)).await
    }

    pub(super) async fn post_with(
        &self,
        path: &[&str],
        body: &Value,
    ) -> std::result::Result<Response, Fault> {
        self.ask(self.request(Method::POST, path).timeout(TIMEOUT).json(body)).await
    }

    pub(super) async fn put(&self, path: &[&str], body: &Value) -> std::result::Result<Response, Fault> {
        self.ask(self.request(Method::PUT, path).timeout(TIMEOUT).json(body)).await
    }

    pub(super) async fn delete(&self, path: &[&str]) -> std::result::Result<Response, Fault> {
        self.ask(self.request(Method::DELETE, path).timeout(TIMEOUT)).await
    }

    /// Ends a channel for that reason.
    pub(super) async fn hang_up(
        &self,
        channel: &str,
        reason: Option<&str>,
    ) -> std::result::Result<(), Fault> {
        let mut request = self.request(Method::DELETE, &["channels", channel]).timeout(TIMEOUT);
        if let Some(reason) = reason {
            request = request.query(&[("reason_code", reason)]);
        }
        self.ask(request).await.map(drop)
    }

    pub(super) async fn get<T: DeserializeOwned>(&self, path: &[&str]) -> std::result::Result<T, Fault> {
        let answer = self.ask(self.request(Method::GET, path).timeout(TIMEOUT)).await?;
        let mut pieces = answer.bytes_stream();
        let mut whole = Vec::new();
        while let Some(piece) = pieces.next().await {
            let piece = piece.map_err(|_| Fault::NoLine)?;
            if whole.len() + piece.len() > LARGEST_ANSWER {
                return Err(Fault::NoLine);
            }
            whole.extend_from_slice(&piece);
        }
        serde_json::from_slice(&whole).map_err(|_| Fault::NoLine)
    }

    /// A file, to be read as it comes.
    pub(super) async fn file(&self, path: &[&str]) -> std::result::Result<Response, Fault> {
        self.ask(self.request(Method::GET, path).timeout(FETCHING)).await
    }

    /// Opens the WebSocket. It goes the way that requests go, to an Asterisk that is trusted for the same reason; user and
    /// password travel in the header only.
    pub(super) async fn listen(&self, application: &str) -> std::result::Result<Socket, Fault> {
        let key = generate_key();
        let request = self
            .request(Method::GET, &["events"])
            .query(&[("app", application), ("subscribeAll", "true")])
            .header(header::CONNECTION, "Upgrade")
            .header(header::UPGRADE, "websocket")
            .header(header::SEC_WEBSOCKET_VERSION, "13")
            .header(header::SEC_WEBSOCKET_KEY, &key);
        let answer = tokio::time::timeout(TIMEOUT, self.ask(request)).await.map_err(|_| Fault::NoLine)??;
        let accept = answer.headers().get(header::SEC_WEBSOCKET_ACCEPT).map(HeaderValue::as_bytes);
        if answer.status() != StatusCode::SWITCHING_PROTOCOLS
            || accept != Some(derive_accept_key(key.as_bytes()).as_bytes())
        {
            // Something on the way that answers without knowing what was asked.
            return Err(Fault::NoLine);
        }
        let upgraded = answer.upgrade().await.map_err(|_| Fault::NoLine)?;
        let config = WebSocketConfig::default()
            .max_message_size(Some(LARGEST_EVENT))
            .max_frame_size(Some(LARGEST_EVENT));
        Ok(WebSocketStream::from_raw_socket(upgraded, Role::Client, Some(config)).await)
    }
}
