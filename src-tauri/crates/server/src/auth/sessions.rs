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

/// The person of an access token (by its hash), if it holds.
pub(crate) async fn caller(service: &Service, token: Vec<u8>) -> Result<Option<Caller>> {
    let now = service.now();
    service
        .read(move |sql| {
            let found: Option<(Uuid, Uuid, Uuid, i64)> = sql
                .prepare_cached(
                    "SELECT tenant, person, family, access_until FROM session WHERE access_hash = ?1",
                )?
                .query_row([&token], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
                .optional()?;
            let Some((tenant, person, family, until)) = found.filter(|(.., until)| *until > now.0) else {
                return Ok(None);
            };
            let (tenant, until) = (TenantId(tenant), At(until));
            let person = people::person(sql, PersonId(person), tenant)?.filter(|p| p.active);
            Ok(person.map(|person| Caller { tenant, person, until, family }))
        })
        .await
}

/// Who is let in, and by which sign-in.
struct LetIn {
    tenant: TenantId,
    person: PersonId,
    family: Uuid,
}

/// Makes a pair of tokens. Pairs that have run out are forgotten.
fn begin(sql: &Connection, who: &LetIn, now: At) -> Result<Tokens> {
    let (access_token, refresh_token) = (new_secret(), new_secret());
    sql.execute("DELETE FROM session WHERE refresh_until <= ?", [now.0])?;
    sql.execute(
        "INSERT INTO session(access_hash, refresh_hash, tenant, person, family, access_until, refresh_until)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            hash_of(&access_token),
            hash_of(&refresh_token),
            who.tenant.0,
            who.person.0,
            who.family,
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
            let fresh =
                |who: Option<_>| who.map(|(tenant, person)| LetIn { tenant, person, family: Uuid::now_v7() });
            let who = match grant {
                Grant::Code { code, code_verifier, redirect_uri } => {
                    fresh(super::sign_in::redeem(&tx, &code, Some((&code_verifier, &redirect_uri)), now)?)
                }
                Grant::OneUse { secret } => fresh(super::sign_in::redeem(&tx, &secret, None, now)?),
                Grant::Refresh { refresh_token } => refresh(&tx, &refresh_token, now)?,
            };
            // The account may have been closed since the code was made.
            let who = match who {
                Some(who) if people::person(&tx, who.person, who.tenant)?.is_some_and(|p| p.active) => {
                    Some(who)
                }
                _ => None,
            };
            let tokens = who.map(|who| begin(&tx, &who, now)).transpose()?;
            // Also when nobody is let in: a used code stays used.
            tx.commit()?;
            Ok::<_, crate::error::Error>(tokens)
        })
        .await??;
    tokens.map(Json).ok_or_else(Problem::sign_in)
}

fn refresh(sql: &Connection, token: &str, now: At) -> Result<Option<LetIn>> {
    let found: Option<(Uuid, Uuid, Uuid, i64)> = sql
        .query_row(
            "DELETE FROM session WHERE refresh_hash = ?1 RETURNING tenant, person, family, refresh_until",
            [hash_of(token)],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
        )
        .optional()?;
    Ok(found.filter(|(.., until)| *until > now.0).map(|(tenant, person, family, _)| LetIn {
        tenant: TenantId(tenant),
        person: PersonId(person),
        family,
    }))
}

/// Ends this sign-in: its tokens are void, and its sockets are closed.
#[utoipa::path(post, path = "/v1/sign-out", tag = "sign-in",
    responses((status = 204), (status = 401, body = model::wire::reads::Problem)), security(("desk" = [])))]
pub(crate) async fn sign_out(
    State(service): State<Service>,
    caller: Caller,
) -> Result<axum::http::StatusCode, Problem> {
    let Caller { family, tenant, .. } = caller;
    service
        .db()
        .write(move |sql| sql.execute("DELETE FROM session WHERE family = ?", [family]))
        .await?
        .map_err(crate::error::Error::from)?;
    service.hub().close_family(tenant, family, model::wire::frames::close::AUTH);
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
