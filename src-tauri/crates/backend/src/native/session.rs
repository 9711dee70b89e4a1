//! The tokens of a session: renewed by one request at a time, kept before they are used.

use std::sync::Arc;

use async_trait::async_trait;
use model::wire::reads::Tokens;
use secrecy::{ExposeSecret, SecretString, zeroize::Zeroizing};
use tokio::sync::Mutex;

use super::{Address, checked, read};
use crate::Trouble;

/// What lets a desk begin a session again.
pub enum Credentials {
    /// A refresh token from an earlier session.
    Refresh(SecretString),
    /// A one-use secret that a service in the same process made.
    OneUse(SecretString),
}

/// What could not be kept: the keyring refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the sign-in could not be kept")]
pub struct NotKept;

/// Keeps what is needed to sign in again; the desk's keyring.
#[async_trait]
pub trait Keeper: Send + Sync {
    /// What there is; nothing when nobody is signed in.
    async fn credentials(&self) -> Option<Credentials>;
    /// Keeps the newest refresh token. The one before is void.
    async fn keep(&self, refresh: &SecretString) -> Result<(), NotKept>;
}

/// A session.
pub(super) struct Session {
    http: reqwest::Client,
    address: Address,
    keeper: Arc<dyn Keeper>,
    access: Mutex<Option<Zeroizing<String>>>,
}

impl Session {
    pub(super) fn new(http: reqwest::Client, address: Address, keeper: Arc<dyn Keeper>) -> Self {
        Self { http, address, keeper, access: Mutex::new(None) }
    }

    /// The token for a request.
    pub(super) async fn token(&self) -> Result<Zeroizing<String>, Trouble> {
        let mut access = self.access.lock().await;
        if let Some(token) = &*access {
            return Ok(token.clone());
        }
        let token = self.begin().await?;
        *access = Some(token.clone());
        Ok(token)
    }

    /// A new token in place of `old`, which the service no longer takes. Whoever comes second finds the new one.
    pub(super) async fn renewed(&self, old: &str) -> Result<Zeroizing<String>, Trouble> {
        let mut access = self.access.lock().await;
        if let Some(token) = access.as_ref().filter(|token| token.as_str() != old) {
            return Ok(token.clone());
        }
        *access = None;
        let token = self.begin().await?;
        *access = Some(token.clone());
        Ok(token)
    }

    async fn begin(&self) -> Result<Zeroizing<String>, Trouble> {
        let grant = match self.keeper.credentials().await.ok_or(Trouble::SignIn)? {
            Credentials::Refresh(token) => {
                serde_json::json!({ "grant_type": "refresh_token", "refresh_token": token.expose_secret() })
            }
            Credentials::OneUse(secret) => {
                serde_json::json!({ "grant_type": "urn:loopdesk:one-use", "secret": secret.expose_secret() })
            }
        };
        let Tokens { access_token, refresh_token, .. } =
            grant_tokens(&self.http, &self.address, &grant).await?;
        // Kept before it is used: a token that is used but not kept would be lost with a crash.
        self.keeper.keep(&refresh_token.into()).await.map_err(|NotKept| Trouble::SignIn)?;
        Ok(Zeroizing::new(access_token))
    }
}

/// Asks for tokens.
pub(super) async fn grant_tokens(
    http: &reqwest::Client,
    address: &Address,
    grant: &serde_json::Value,
) -> Result<Tokens, Trouble> {
    let response =
        http.post(address.http("/v1/token")).json(grant).send().await.map_err(|_| Trouble::Unreachable)?;
    read(checked(response).await?).await
}
