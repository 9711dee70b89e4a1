//! The tokens of a session: renewed by one request at a time, kept before they are used.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use model::{DeviceId, PersonId, wire::reads::Tokens};
use secrecy::{ExposeSecret, SecretString, zeroize::Zeroizing};
use tokio::sync::Mutex;

use super::{Address, checked, read, wires::Wires};
use crate::Trouble;

/// How long the service may take to answer with tokens.
const PATIENCE: Duration = Duration::from_secs(10);

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
    wires: Arc<Wires>,
    address: Address,
    keeper: Arc<dyn Keeper>,
    /// The installation. Said with every request for tokens, whatever needs them first: a token without its device would look
    /// like one in other hands.
    device: DeviceId,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// What requests are made with.
    access: Option<Access>,
    /// A pair whose refresh token the keyring did not take yet. It is not used before: a crash would lose it, and the one
    /// before would then count as stolen.
    unkept: Option<(SecretString, Access)>,
    /// Who may sign in here, once that is known.
    sits: Option<PersonId>,
}

#[derive(Clone)]
struct Access {
    token: Zeroizing<String>,
    person: PersonId,
}

impl Session {
    pub(super) fn new(
        wires: Arc<Wires>,
        address: Address,
        keeper: Arc<dyn Keeper>,
        device: DeviceId,
    ) -> Self {
        Self { wires, address, keeper, device, state: Mutex::default() }
    }

    /// The token for a request.
    pub(super) async fn token(&self) -> Result<Zeroizing<String>, Trouble> {
        let mut state = self.state.lock().await;
        match &state.access {
            Some(access) => Ok(access.token.clone()),
            None => self.begin(&mut state).await,
        }
    }

    /// A new token in place of `old`, which the service no longer takes. Whoever comes second finds the new one.
    pub(super) async fn renewed(&self, old: &str) -> Result<Zeroizing<String>, Trouble> {
        let mut state = self.state.lock().await;
        if let Some(access) = state.access.as_ref().filter(|access| access.token.as_str() != old) {
            return Ok(access.token.clone());
        }
        state.access = None;
        self.begin(&mut state).await
    }

    /// Makes sure that nobody else's tokens are used.
    pub(super) async fn is_for(&self, person: PersonId) -> Result<(), Trouble> {
        let mut state = self.state.lock().await;
        state.sits = Some(person);
        if state.access.as_ref().is_some_and(|access| access.person == person) {
            return Ok(());
        }
        state.access = None;
        self.begin(&mut state).await.map(drop)
    }

    async fn begin(&self, state: &mut State) -> Result<Zeroizing<String>, Trouble> {
        let (refresh, access) = match state.unkept.take() {
            Some(unkept) => unkept,
            None => self.ask().await?,
        };
        // Kept before it is used: a token that is used but not kept would be lost with a crash.
        if self.keeper.keep(&refresh).await.is_err() {
            tracing::warn!("the sign-in cannot be kept; it is not used before it is");
            state.unkept = Some((refresh, access));
            return Err(Trouble::Unreachable);
        }
        if state.sits.is_some_and(|person| person != access.person) {
            tracing::warn!("somebody else signed in than the person whose desk this is");
            return Err(Trouble::SignIn);
        }
        let token = access.token.clone();
        state.access = Some(access);
        Ok(token)
    }

    async fn ask(&self) -> Result<(SecretString, Access), Trouble> {
        let device = self.device;
        let grant = match self.keeper.credentials().await.ok_or(Trouble::SignIn)? {
            Credentials::Refresh(token) => serde_json::json!({
                "grant_type": "refresh_token", "refresh_token": token.expose_secret(), "device": device,
            }),
            Credentials::OneUse(secret) => serde_json::json!({
                "grant_type": "urn:loopdesk:one-use", "secret": secret.expose_secret(), "device": device,
            }),
        };
        let Tokens { person, access_token, refresh_token, .. } =
            grant_tokens(&self.wires, &self.address, &grant).await?;
        Ok((refresh_token.into(), Access { token: Zeroizing::new(access_token), person }))
    }
}

/// Asks for tokens. When the answer is lost, it must be asked again soon: the service gives another pair for a used token
/// for a minute only.
pub(super) async fn grant_tokens(
    wires: &Wires,
    address: &Address,
    grant: &serde_json::Value,
) -> Result<Tokens, Trouble> {
    let request = wires.client().post(address.http("/v1/token")).timeout(PATIENCE).json(grant);
    read(checked(wires.send(request).await?).await?).await
}
