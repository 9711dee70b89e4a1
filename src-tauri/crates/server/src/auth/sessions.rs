//! Sessions of desks: a pair of tokens, one for requests and one to get the next pair.

use axum::{Json, extract::State};
use model::{
    At, PersonId, TenantId,
    at::{DAY, HOUR},
    wire::reads::{Me, Tokens},
};
use rusqlite::{Connection, OptionalExtension, params};
use serde::Deserialize;
use uuid::Uuid;

use super::{Caller, hash_of, new_secret};
use crate::{error::Result, people, problem::Problem, service::Service};

/// How long an access token holds.
pub(crate) const ACCESS: i64 = 8 * HOUR;
/// How long a refresh token holds.
pub(crate) const REFRESH: i64 = 30 * DAY;

/// The person of a session, if it holds.
pub(crate) async fn caller(service: &Service, session: Vec<u8>) -> Result<Option<Caller>> {
    let now = service.now();
    service
        .read(move |sql| {
            let found: Option<(Uuid, Uuid, i64)> = sql
                .prepare_cached("SELECT tenant, person, access_until FROM session WHERE access_hash = ?1")?
                .query_row([&session], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
                .optional()?;
            let Some((tenant, person, until)) = found.filter(|(_, _, until)| *until > now.0) else {
                return Ok(None);
            };
            let (tenant, until) = (TenantId(tenant), At(until));
            let person = people::person(sql, PersonId(person), tenant)?.filter(|p| p.active);
            Ok(person.map(|person| Caller { tenant, person, until, session }))
        })
        .await
}

/// Begins a session.
pub(crate) fn begin(sql: &Connection, tenant: TenantId, person: PersonId, now: At) -> Result<Tokens> {
    let (access_token, refresh_token) = (new_secret(), new_secret());
    sql.execute(
        "INSERT INTO session(access_hash, refresh_hash, tenant, person, access_until, refresh_until)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            hash_of(&access_token),
            hash_of(&refresh_token),
            tenant.0,
            person.0,
            (now + ACCESS).0,
            (now + REFRESH).0
        ],
    )?;
    Ok(Tokens {
        access_token,
        refresh_token,
        token_type: "Bearer".into(),
        expires_in: u32::try_from(ACCESS / 1_000).unwrap_or(u32::MAX),
    })
}

/// The body of `POST /v1/token`.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(tag = "grant_type", deny_unknown_fields)]
pub(crate) enum Grant {
    /// The code that the browser brought back, with the verifier of its challenge.
    #[serde(rename = "authorization_code")]
    Code {
        /// The code.
        code: String,
        /// What was hashed for the challenge.
        code_verifier: String,
        /// Where the browser was sent; the same as at the beginning.
        redirect_uri: String,
    },
    /// The refresh token of an earlier pair. It is void afterwards.
    #[serde(rename = "refresh_token")]
    Refresh {
        /// The token.
        refresh_token: String,
    },
    /// A one-use secret that the service made for a desk in its own process.
    #[serde(rename = "urn:loopdesk:one-use")]
    OneUse {
        /// The secret.
        secret: String,
    },
}

/// Gives a pair of tokens for a code, an earlier refresh token, or a one-use secret.
#[utoipa::path(post, path = "/v1/token", tag = "sign-in", request_body = Grant,
    responses((status = 200, body = Tokens), (status = 401, body = model::wire::reads::Problem)))]
pub(crate) async fn token(
    State(service): State<Service>,
    crate::json::Body(grant): crate::json::Body<Grant>,
) -> Result<Json<Tokens>, Problem> {
    let now = service.now();
    let tokens = service
        .db()
        .write(move |sql| {
            let tx = sql.transaction()?;
            let who = match grant {
                Grant::Code { code, code_verifier, redirect_uri } => {
                    super::sign_in::redeem(&tx, &code, Some((&code_verifier, &redirect_uri)), now)?
                }
                Grant::OneUse { secret } => super::sign_in::redeem(&tx, &secret, None, now)?,
                Grant::Refresh { refresh_token } => refresh(&tx, &refresh_token, now)?,
            };
            let tokens = who.map(|(tenant, person)| begin(&tx, tenant, person, now)).transpose()?;
            // Also when nobody is let in: a used code stays used.
            tx.commit()?;
            Ok::<_, crate::error::Error>(tokens)
        })
        .await??;
    tokens.map(Json).ok_or_else(Problem::sign_in)
}

fn refresh(sql: &Connection, token: &str, now: At) -> Result<Option<(TenantId, PersonId)>> {
    let found: Option<(Uuid, Uuid, i64)> = sql
        .query_row(
            "DELETE FROM session WHERE refresh_hash = ?1 RETURNING tenant, person, refresh_until",
            [hash_of(token)],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .optional()?;
    let Some((tenant, person, _)) = found.filter(|(_, _, until)| *until > now.0) else { return Ok(None) };
    let (tenant, person) = (TenantId(tenant), PersonId(person));
    let active = people::person(sql, person, tenant)?.is_some_and(|p| p.active);
    Ok(active.then_some((tenant, person)))
}

/// Ends this session.
#[utoipa::path(post, path = "/v1/sign-out", tag = "sign-in",
    responses((status = 204), (status = 401, body = model::wire::reads::Problem)), security(("desk" = [])))]
pub(crate) async fn sign_out(
    State(service): State<Service>,
    caller: Caller,
) -> Result<axum::http::StatusCode, Problem> {
    let Caller { session, .. } = caller;
    service
        .db()
        .write(move |sql| sql.execute("DELETE FROM session WHERE access_hash = ?", [session]))
        .await?
        .map_err(crate::error::Error::from)?;
    Ok(axum::http::StatusCode::NO_CONTENT)
}

/// Who the token belongs to.
#[utoipa::path(get, path = "/v1/me", tag = "sign-in",
    responses((status = 200, body = Me), (status = 401, body = model::wire::reads::Problem)), security(("desk" = [])))]
pub(crate) async fn me(State(service): State<Service>, caller: Caller) -> Result<Json<Me>, Problem> {
    let workspace = service.read(move |sql| people::workspace(sql, caller.tenant)).await?;
    Ok(Json(Me { person: caller.person, workspace: workspace.name, workspace_id: workspace.id }))
}

/// Ends all sessions of a person.
pub(crate) fn end_all(sql: &Connection, person: PersonId) -> Result<()> {
    sql.execute("DELETE FROM session WHERE person = ?", [person.0])?;
    Ok(())
}
