//! Signing in: the page in the system's browser (authorization code with PKCE and a loopback redirect, RFC 8252),
//! and one-use secrets for a desk that runs in the same process.

use axum::{
    Json,
    extract::{Query, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use model::{At, PersonId, Slug, TenantId, at::MINUTE};
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::{hash_of, new_secret, password};
use crate::{audit, error::Result, json::Body, pages, people, problem::Problem, service::Service};

/// How long a code or one-use secret holds.
const CODE: i64 = 2 * MINUTE;

/// Passwords that are checked at the same time.
static CHECKS: Semaphore = Semaphore::const_new(4);

/// What the desk asks the sign-in page for.
#[derive(Debug, Clone, Deserialize, utoipa::IntoParams, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wish {
    /// Always `code`.
    pub(crate) response_type: String,
    /// Always `loopdesk`.
    pub(crate) client_id: String,
    /// `http://127.0.0.1:PORT/signed-in`: the desk listens there.
    pub(crate) redirect_uri: String,
    /// Given back as it is.
    pub(crate) state: String,
    /// BASE64URL(SHA256(verifier)).
    pub(crate) code_challenge: String,
    /// Always `S256`.
    pub(crate) code_challenge_method: String,
    /// The workspace, when the service has several.
    #[serde(default)]
    pub(crate) workspace: Option<Slug>,
}

impl Wish {
    fn check(&self) -> Result<(), Problem> {
        let loopback = self
            .redirect_uri
            .strip_prefix("http://127.0.0.1:")
            .and_then(|rest| rest.strip_suffix("/signed-in"))
            .is_some_and(|port| port.parse::<u16>().is_ok_and(|port| port > 0));
        if self.response_type != "code"
            || self.client_id != "loopdesk"
            || self.code_challenge_method != "S256"
            || self.code_challenge.len() != 43
            || self.state.is_empty()
            || self.state.len() > 200
            || !loopback
        {
            return Err(Problem::invalid(
                "This sign-in was not begun by a Loopdesk app. Begin it there again.",
            ));
        }
        Ok(())
    }
}

/// The sign-in page. Everything it was asked for stays in its address; its script posts it with the password.
#[utoipa::path(get, path = "/sign-in", tag = "sign-in", params(Wish),
    responses((status = 200, content_type = "text/html"), (status = 422, body = model::wire::reads::Problem)))]
pub(crate) async fn page(Query(wish): Query<Wish>) -> Result<Response, Problem> {
    wish.check()?;
    Ok(pages::sign_in())
}

/// What the sign-in page sends.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignIn {
    wish: Wish,
    email: String,
    password: String,
}

/// Where the page goes next.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Next {
    /// The desk's address with the code.
    to: String,
}

/// Checks a password and sends the browser back to the desk with a code.
#[utoipa::path(post, path = "/v1/sign-in", tag = "sign-in", request_body = SignIn,
    responses((status = 200, body = Next), (status = 401, body = model::wire::reads::Problem),
              (status = 429, body = model::wire::reads::Problem)))]
pub(crate) async fn sign_in(
    State(service): State<Service>,
    Body(asked): Body<SignIn>,
) -> Result<Json<Next>, Problem> {
    asked.wish.check()?;
    if asked.email.len() > 200 || asked.password.len() > 1_000 {
        return Err(Problem::wrong_password());
    }
    let email = asked.email.trim().to_lowercase();
    service.limits().sign_in(&email)?;
    let workspace = asked.wish.workspace.clone();
    let account = {
        let email = email.clone();
        service
            .read(move |sql| {
                let tenant = match workspace {
                    Some(slug) => people::tenant_by_slug(sql, &slug)?,
                    None => people::only_tenant(sql)?,
                };
                let Some(tenant) = tenant else { return Ok(None) };
                Ok(people::by_email(sql, tenant, &email)?.map(|(person, hash)| (tenant, person, hash)))
            })
            .await?
    };
    let hash = account.as_ref().and_then(|(_, _, hash)| hash.clone());
    let password = asked.password;
    let right = {
        // Each check takes 19 MiB: a crowd at the door waits in line.
        let _turn = CHECKS.acquire().await.map_err(|_| crate::error::Error::Stopping)?;
        tokio::task::spawn_blocking(move || password::verify(&password, hash.as_deref()))
            .await
            .map_err(|_| crate::error::Error::Stopping)??
    };
    let now = service.now();
    let Some((tenant, person, _)) = account.as_ref().filter(|_| right) else {
        if let Some((tenant, person, _)) = account {
            let who = person.id.0;
            service
                .db()
                .write(move |sql| {
                    audit::note_alone(sql, tenant, now, who, ("password", Some(who)), audit::REFUSED)
                })
                .await??;
        }
        return Err(Problem::wrong_password());
    };
    let (tenant, person) = (*tenant, person.id);
    let code = new_secret();
    let Wish { redirect_uri, state, code_challenge, .. } = asked.wish;
    let to = {
        // `iss` lets the desk see that the answer comes from the service it asked (RFC 9207); it is filled in by the
        // page, which knows the address it was loaded from.
        format!("{redirect_uri}?code={code}&state={}", encode(&state))
    };
    let kept = Code { challenge: Some(code_challenge), redirect: Some(redirect_uri) };
    service.db().write(move |sql| keep(sql, &code, tenant, person, &kept, now)).await??;
    Ok(Json(Next { to }))
}

struct Code {
    challenge: Option<String>,
    redirect: Option<String>,
}

fn keep(
    sql: &Connection,
    code: &str,
    tenant: TenantId,
    person: PersonId,
    kept: &Code,
    now: At,
) -> Result<()> {
    sql.execute("DELETE FROM sign_in_code WHERE until < ?", [now.0])?;
    sql.execute(
        "INSERT INTO sign_in_code(code_hash, tenant, person, challenge, redirect, until)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![hash_of(code), tenant.0, person.0, kept.challenge, kept.redirect, (now + CODE).0],
    )?;
    Ok(())
}

/// Uses a code or one-use secret up. `proof` is the verifier and redirect of a code; a secret has none.
pub(crate) fn redeem(
    sql: &Connection,
    code: &str,
    proof: Option<(&str, &str)>,
    now: At,
) -> Result<Option<(TenantId, PersonId)>> {
    type Row = (Uuid, Uuid, Option<String>, Option<String>, i64);
    let found: Option<Row> = sql
        .query_row(
            "DELETE FROM sign_in_code WHERE code_hash = ?1 RETURNING tenant, person, challenge, redirect, until",
            [hash_of(code)],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)),
        )
        .optional()?;
    let Some((tenant, person, challenge, redirect, until)) = found else { return Ok(None) };
    let proven = match (proof, challenge, redirect) {
        (Some((verifier, to)), Some(challenge), Some(redirect)) => {
            URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes())) == challenge && to == redirect
        }
        (None, None, None) => true,
        _ => false,
    };
    Ok((proven && until > now.0).then_some((TenantId(tenant), PersonId(person))))
}

/// A secret with which a desk in the same process signs in as a person, once.
pub(crate) async fn one_use_secret(service: &Service, tenant: TenantId, person: PersonId) -> Result<String> {
    let secret = new_secret();
    let now = service.now();
    let kept = secret.clone();
    let code = Code { challenge: None, redirect: None };
    service.db().write(move |sql| keep(sql, &kept, tenant, person, &code, now)).await??;
    Ok(secret)
}

fn encode(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
        out
    })
}

/// The page's script.
pub(crate) async fn script() -> impl IntoResponse {
    (
        StatusCode::OK,
        [
            (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        ],
        include_str!("../../pages/sign-in.js"),
    )
}

/// The page's style.
pub(crate) async fn style() -> impl IntoResponse {
    (
        StatusCode::OK,
        [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")],
        include_str!("../../pages/sign-in.css"),
    )
}
