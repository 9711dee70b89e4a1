//! The adapter for Loopdesk's own service: HTTP for what is asked, a WebSocket for what arrives.

mod address;
mod line;
mod session;
pub mod sign_in;
mod trust;
mod wires;

use std::sync::Arc;

use async_trait::async_trait;
use model::{
    ConversationId, DeviceId, PersonId, Slug,
    wire::{
        Entity,
        commands::{Batch, Command, Receipts},
        reads::{
            BlobStored, Me, MessagesPage, PhoneLine, Problem, SearchAnswer, SearchHit, SnapshotPage,
            SnapshotStart,
        },
    },
};
use reqwest::{Method, RequestBuilder, Response, StatusCode, header};
use serde::de::DeserializeOwned;

pub use address::{Address, NotAnAddress};
pub use session::{Credentials, Keeper, NotKept};
pub use trust::{CA_FILE, Trust};

use crate::{Backend, Line, Trouble};
use session::Session;
use wires::Wires;

/// The adapter for Loopdesk's own service.
pub struct Native {
    wires: Arc<Wires>,
    address: Address,
    session: Session,
}

impl Native {
    /// The service at `address`; `keeper` holds what is needed to sign in again. It takes tokens from `device` alone, the
    /// installation that they were given to.
    ///
    /// # Errors
    /// As [`Native::trusting`].
    pub fn new(address: Address, keeper: Arc<dyn Keeper>, device: DeviceId) -> Result<Self, Trouble> {
        Self::trusting(address, keeper, device, &Trust::of_environment())
    }

    /// The same with another trust than the environment's.
    ///
    /// # Errors
    /// `Untrusted` when its file cannot be used, `Fault` when this machine's TLS cannot be set up.
    pub fn trusting(
        address: Address,
        keeper: Arc<dyn Keeper>,
        device: DeviceId,
        trust: &Trust,
    ) -> Result<Self, Trouble> {
        let wires = Arc::new(Wires::new(trust.clone())?);
        let session = Session::new(wires.clone(), address.clone(), keeper, device);
        Ok(Self { wires, address, session })
    }

    /// Asks with the session's token; once more with a new token when the old one has run out.
    async fn ask(
        &self,
        method: Method,
        path: &str,
        fill: impl Fn(RequestBuilder) -> RequestBuilder + Send + Sync,
    ) -> Result<Response, Trouble> {
        let send = async |token: &str| {
            let client = self.wires.client();
            let request = client.request(method.clone(), self.address.http(path)).bearer_auth(token);
            self.wires.send(fill(request)).await
        };
        let token = self.session.token().await?;
        let mut response = send(&token).await?;
        if response.status() == StatusCode::UNAUTHORIZED {
            response = send(&self.session.renewed(&token).await?).await?;
        }
        checked(response).await
    }

    async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &(impl serde::Serialize + Sync + ?Sized),
    ) -> Result<T, Trouble> {
        read(self.ask(Method::GET, path, |request| request.query(query)).await?).await
    }
}

const NO_QUERY: [(&str, &str); 0] = [];

/// The answer, or what is wrong in our terms.
pub(crate) async fn checked(response: Response) -> Result<Response, Trouble> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let wait = response
        .headers()
        .get(header::RETRY_AFTER)
        .and_then(|after| after.to_str().ok())
        .and_then(|after| after.parse::<u32>().ok());
    let problem = response.json::<Problem>().await.ok();
    // Whoever stands between, a proxy or a guard, may say 403 as well: only the service itself ends a sign-in.
    if problem.as_ref().is_some_and(|problem| problem.code == Problem::SIGN_IN_ENDED) {
        return Err(Trouble::Ended);
    }
    Err(match status {
        StatusCode::UNAUTHORIZED => Trouble::SignIn,
        StatusCode::NOT_FOUND => Trouble::NotFound,
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
            Trouble::Wait { after_ms: wait.unwrap_or(1).saturating_mul(1_000) }
        }
        StatusCode::CONFLICT => match problem.and_then(|problem| problem.received) {
            Some(received) => Trouble::GoOnFrom { received },
            None => Trouble::Fault,
        },
        status if status.is_client_error() => {
            problem.map_or(Trouble::Fault, |problem| Trouble::Refused(problem.message))
        }
        _ => Trouble::Fault,
    })
}

pub(crate) async fn read<T: DeserializeOwned>(response: Response) -> Result<T, Trouble> {
    let bytes = response.bytes().await.map_err(|_| Trouble::Unreachable)?;
    serde_json::from_slice(&bytes).map_err(|error| {
        // The kind and place only: the text could hold a customer's words.
        tracing::error!(kind = ?error.classify(), line = error.line(), column = error.column(), "an answer cannot be read");
        Trouble::Fault
    })
}

#[async_trait]
impl Backend for Native {
    async fn is_for(&self, person: PersonId) -> Result<(), Trouble> {
        self.session.is_for(person).await
    }

    async fn me(&self) -> Result<Me, Trouble> {
        self.get("/v1/me", &NO_QUERY).await
    }

    fn leave_connections(&self) {
        self.wires.leave();
    }

    async fn dial(&self) -> Result<Line, Trouble> {
        let token = self.session.token().await?;
        match line::open(&self.wires, &self.address, &token).await {
            Err(Trouble::SignIn) => {
                let token = self.session.renewed(&token).await?;
                line::open(&self.wires, &self.address, &token).await
            }
            answer => answer,
        }
    }

    async fn submit(&self, commands: Vec<Command>) -> Result<Receipts, Trouble> {
        let count = commands.len();
        let batch = Batch { commands };
        let answer = self.ask(Method::POST, "/v1/commands", |request| request.json(&batch)).await?;
        let answer = read::<Receipts>(answer).await?;
        if answer.receipts.len() == count { Ok(answer) } else { Err(Trouble::Fault) }
    }

    async fn snapshot(&self) -> Result<SnapshotStart, Trouble> {
        read(self.ask(Method::POST, "/v1/sync/begin", |request| request).await?).await
    }

    async fn snapshot_page(&self, after: Option<String>) -> Result<SnapshotPage, Trouble> {
        let query: Vec<_> = after.iter().map(|after| ("after", after.as_str())).collect();
        self.get("/v1/sync/page", &query).await
    }

    async fn lines_before(&self, id: ConversationId, before: u32) -> Result<Vec<Entity>, Trouble> {
        let path = format!("/v1/conversations/{id}/messages");
        Ok(self.get::<MessagesPage>(&path, &[("before", before)]).await?.entities)
    }

    async fn search(&self, words: &str) -> Result<Vec<SearchHit>, Trouble> {
        Ok(self.get::<SearchAnswer>("/v1/search", &[("q", words)]).await?.hits)
    }

    async fn put_blob(
        &self,
        sha256: &str,
        name: &str,
        size: u32,
        offset: u32,
        piece: Vec<u8>,
    ) -> Result<BlobStored, Trouble> {
        let (size, offset) = (size.to_string(), offset.to_string());
        let query = [("name", name), ("size", size.as_str()), ("offset", offset.as_str())];
        let path = format!("/v1/blobs/{sha256}");
        let answer =
            self.ask(Method::PUT, &path, |request| request.query(&query).body(piece.clone())).await?;
        read(answer).await
    }

    async fn blob(&self, sha256: &str) -> Result<Vec<u8>, Trouble> {
        let answer = self.ask(Method::GET, &format!("/v1/blobs/{sha256}"), |request| request).await?;
        answer.bytes().await.map(Into::into).map_err(|_| Trouble::Unreachable)
    }

    async fn preview(&self, sha256: &str) -> Result<(String, Vec<u8>), Trouble> {
        let path = format!("/v1/blobs/{sha256}/preview");
        let answer = self.ask(Method::GET, &path, |request| request).await?;
        let kind = answer
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|kind| kind.to_str().ok())
            .filter(|kind| matches!(*kind, "image/png" | "image/jpeg"))
            .ok_or(Trouble::Fault)?
            .to_owned();
        let bytes = answer.bytes().await.map_err(|_| Trouble::Unreachable)?;
        Ok((kind, bytes.into()))
    }

    async fn phone(&self) -> Result<PhoneLine, Trouble> {
        let mut line = self.get::<PhoneLine>("/v1/phone", &NO_QUERY).await?;
        // An exchange that listens everywhere is where the service is.
        if let Some(port) = line.exchange.strip_prefix("0.0.0.0:") {
            line.exchange = format!("{}:{port}", self.address.machine());
        }
        Ok(line)
    }

    async fn sign_out(&self) -> Result<(), Trouble> {
        self.ask(Method::POST, "/v1/sign-out", |request| request).await.map(|_| ())
    }

    fn chat_link(&self, workspace: &Slug) -> String {
        self.address.http(&format!("/chat?workspace={workspace}"))
    }
}
