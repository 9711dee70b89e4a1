//! Sessions of desks: a pair of tokens, one for requests and one to get the next pair.

use axum::{Json, extract::State};
use model::{
    At, DeviceId, PersonId, TenantId,
    at::{DAY, HOUR, MINUTE, SECOND},
    wire::{
        frames::close,
        reads::{Me, Tokens},
    },
};
use rusqlite::{Connection, OptionalExtension, params};
use serde::Deserialize;
use uuid::Uuid;

use super::{Caller, hash_of, new_secret};
use crate::{audit, error::Result, people, problem::Problem, service::Service};

/// How long an access token holds.
pub(crate) const ACCESS: i64 = 8 * HOUR;
/// How long a refresh token holds that is not used.
pub(crate) const REFRESH: i64 = 30 * DAY;
/// How long a sign-in holds, however often it is renewed.
pub(crate) const SIGN_IN: i64 = 90 * DAY;
/// How long a refresh token that was used is taken once more from the same device: the answer was lost on its way, or two
/// processes asked at once. Later it can only come from somebody who stole it.
pub(crate) const GRACE: i64 = MINUTE;

/// The person of an access token (by its hash), if it holds.
pub(crate) async fn caller(service: &Service, token: Vec<u8>) -> Result<Option<Caller>> {
    let now = service.now();
    service
        .read(move |sql| {
            let found: Option<(Uuid, Uuid, Uuid, i64)> = sql
                .prepare_cached(
                    "SELECT session.tenant, session.person, family, access_until FROM session
                     JOIN sign_in ON sign_in.id = family WHERE access_hash = ?1 AND ended_at IS NULL",
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

/// How a sign-in stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It holds.
    Holds,
    /// Its person signed out, or its time is over.
    Over,
    /// The company ended it.
    Ended,
}

/// How a sign-in stands.
pub(crate) fn standing(sql: &Connection, sign_in: Uuid) -> Result<Standing> {
    let ended: Option<bool> = sql
        .prepare_cached("SELECT ended_at IS NOT NULL FROM sign_in WHERE id = ?")?
        .query_row([sign_in], |row| row.get(0))
        .optional()?;
    Ok(match ended {
        Some(false) => Standing::Holds,
        Some(true) => Standing::Ended,
        None => Standing::Over,
    })
}

/// Who is let in, and by which sign-in, which ends at a time of its own.
#[derive(Debug, Clone, Copy)]
struct LetIn {
    tenant: TenantId,
    person: PersonId,
    family: Uuid,
    until: At,
}

/// A new sign-in of somebody at a device.
fn sign_in(
    sql: &Connection,
    (tenant, person): (TenantId, PersonId),
    device: Option<DeviceId>,
    now: At,
) -> Result<LetIn> {
    let who = LetIn { tenant, person, family: Uuid::now_v7(), until: now + SIGN_IN };
    sql.execute(
        "INSERT INTO sign_in(id, tenant, person, device, until) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![who.family, tenant.0, person.0, device.map(|device| device.0), who.until.0],
    )?;
    Ok(who)
}

/// Makes a pair of tokens. What has run out is forgotten.
fn begin(sql: &Connection, who: &LetIn, now: At) -> Result<Tokens> {
    let (access_token, refresh_token) = (new_secret(), new_secret());
    sql.execute("DELETE FROM session WHERE refresh_until <= ?", [now.0])?;
    sql.execute("DELETE FROM sign_in WHERE until <= ?", [now.0])?;
    let access_until = (now + ACCESS).min(who.until);
    sql.execute(
        "INSERT INTO session(access_hash, refresh_hash, tenant, person, family, access_until, refresh_until)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            hash_of(&access_token),
            hash_of(&refresh_token),
            who.tenant.0,
            who.person.0,
            who.family,
            access_until.0,
            (now + REFRESH).min(who.until).0
        ],
    )?;
    Ok(Tokens {
        person: who.person,
        access_token,
        refresh_token,
        token_type: "Bearer".into(),
        expires_in: u32::try_from(access_until.since(now) / SECOND).unwrap_or(u32::MAX),
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
        /// The installation that signs in.
        #[serde(default)]
        device: Option<DeviceId>,
    },
    /// The refresh token of an earlier pair. It is void afterwards, but for a lost answer: within a minute the same device
    /// gets another pair for it. Used later, or by another device, it was stolen, and the whole sign-in ends.
    #[serde(rename = "refresh_token")]
    Refresh {
        /// The token.
        refresh_token: String,
        /// The installation that was signed in.
        #[serde(default)]
        device: Option<DeviceId>,
    },
    /// A one-use secret that the service made for a desk in its own process.
    #[serde(rename = "urn:loopdesk:one-use")]
    OneUse {
        /// The secret.
        secret: String,
        /// The installation that signs in.
        #[serde(default)]
        device: Option<DeviceId>,
    },
}

/// What became of a request for tokens.
enum Answer {
    Tokens(Tokens),
    Refused,
    /// The company ended the sign-in.
    Ended,
    /// A token came a second time: its whole sign-in is over.
    Stolen(LetIn),
}

/// Gives a pair of tokens for a code, an earlier refresh token, or a one-use secret.
#[utoipa::path(post, path = "/v1/token", tag = "sign-in", request_body = Grant,
    responses((status = 200, body = Tokens), (status = 401, body = model::wire::reads::Problem),
              (status = 403, description = "The company ended this sign-in: the desk forgets what it was told.",
               body = model::wire::reads::Problem)))]
pub(crate) async fn token(
    State(service): State<Service>,
    crate::json::Body(grant): crate::json::Body<Grant>,
) -> Result<Json<Tokens>, Problem> {
    let now = service.now();
    let answer = service
        .db()
        .write(move |sql| {
            let tx = sql.transaction()?;
            let answer = answer(&tx, grant, now)?;
            // Also when nobody is let in: a used code stays used.
            tx.commit()?;
            Ok::<_, crate::error::Error>(answer)
        })
        .await??;
    match answer {
        Answer::Tokens(tokens) => Ok(Json(tokens)),
        Answer::Refused => Err(Problem::sign_in()),
        Answer::Ended => Err(Problem::sign_in_ended()),
        Answer::Stolen(who) => {
            tracing::warn!(sign_in = %who.family, "a refresh token was used a second time; its sign-in is ended");
            service.hub().close_family(who.tenant, who.family, close::AUTH);
            service.sign_ins_ended();
            Err(Problem::sign_in())
        }
    }
}

fn answer(sql: &Connection, grant: Grant, now: At) -> Result<Answer> {
    let redeemed = |code: &str, proof| super::sign_in::redeem(sql, code, proof, now);
    let (who, act) = match grant {
        Grant::Code { code, code_verifier, redirect_uri, device } => {
            let Some(who) = redeemed(&code, Some((&code_verifier, &redirect_uri)))? else {
                return Ok(Answer::Refused);
            };
            (sign_in(sql, who, device, now)?, "sign_in")
        }
        Grant::OneUse { secret, device } => {
            let Some(who) = redeemed(&secret, None)? else { return Ok(Answer::Refused) };
            (sign_in(sql, who, device, now)?, "sign_in")
        }
        Grant::Refresh { refresh_token, device } => match refresh(sql, &refresh_token, device, now)? {
            Ok(who) => (who, "refresh"),
            Err(answer) => return Ok(answer),
        },
    };
    let note =
        |result| audit::note(sql, who.tenant, now, Some(who.person.0), (act, Some(who.family)), result);
    // The account may have been closed since the code was made.
    if people::person(sql, who.person, who.tenant)?.is_some_and(|person| person.active) {
        note(audit::DONE)?;
        begin(sql, &who, now).map(Answer::Tokens)
    } else {
        note(audit::REFUSED)?;
        forget(sql, who.family)?;
        Ok(Answer::Refused)
    }
}

/// Uses a refresh token up. Answers whose it is, or why it is not taken.
fn refresh(
    sql: &Connection,
    token: &str,
    device: Option<DeviceId>,
    now: At,
) -> Result<Result<LetIn, Answer>> {
    let hash = hash_of(token);
    let found = sql
        .query_row(
            "SELECT sign_in.tenant, sign_in.person, sign_in.id, sign_in.until, ended_at IS NOT NULL, device, used_at
             FROM session JOIN sign_in ON sign_in.id = family WHERE refresh_hash = ?1 AND refresh_until > ?2",
            params![hash, now.0],
            |row| {
                let who = LetIn {
                    tenant: TenantId(row.get(0)?),
                    person: PersonId(row.get(1)?),
                    family: row.get(2)?,
                    until: At(row.get(3)?),
                };
                let known = row.get::<_, Option<Uuid>>(5)?.map(DeviceId);
                Ok((who, row.get::<_, bool>(4)?, known, row.get::<_, Option<i64>>(6)?.map(At)))
            },
        )
        .optional()?;
    let Some((who, ended, known, used)) = found.filter(|(who, ..)| who.until > now) else {
        return Ok(Err(Answer::Refused));
    };
    let note = |result| {
        let what = ("refresh", Some(who.family));
        audit::note(sql, who.tenant, now, Some(who.person.0), what, result)
    };
    if ended {
        note(audit::REFUSED)?;
        return Ok(Err(Answer::Ended));
    }
    // Who does not say where they are is not that device either.
    let elsewhere = known.is_some() && known != device;
    if elsewhere || used.is_some_and(|used| now.since(used) > GRACE) {
        note("stolen")?;
        forget(sql, who.family)?;
        return Ok(Err(Answer::Stolen(who)));
    }
    // The pair is void from now on; the time of its first use counts.
    sql.execute(
        "UPDATE session SET used_at = coalesce(used_at, ?2), access_until = min(access_until, ?2) WHERE refresh_hash = ?1",
        params![hash, now.0],
    )?;
    if let (None, Some(device)) = (known, device) {
        sql.execute("UPDATE sign_in SET device = ?2 WHERE id = ?1", params![who.family, device.0])?;
    }
    Ok(Ok(who))
}

/// A sign-in is over: nothing of it is known any more.
fn forget(sql: &Connection, family: Uuid) -> Result<()> {
    sql.execute("DELETE FROM session WHERE family = ?", [family])?;
    sql.execute("DELETE FROM sign_in WHERE id = ?", [family])?;
    Ok(())
}

/// Ends this sign-in: its tokens are void, and its sockets are closed.
#[utoipa::path(post, path = "/v1/sign-out", tag = "sign-in",
    responses((status = 204), (status = 401, body = model::wire::reads::Problem)), security(("desk" = [])))]
pub(crate) async fn sign_out(
    State(service): State<Service>,
    caller: Caller,
) -> Result<axum::http::StatusCode, Problem> {
    let Caller { family, tenant, person, .. } = caller;
    let now = service.now();
    service
        .db()
        .write(move |sql| {
            let tx = sql.transaction()?;
            forget(&tx, family)?;
            audit::note(&tx, tenant, now, Some(person.id.0), ("sign_out", Some(family)), audit::DONE)?;
            tx.commit().map_err(crate::error::Error::from)
        })
        .await??;
    service.hub().close_family(tenant, family, close::AUTH);
    service.sign_ins_ended();
    Ok(axum::http::StatusCode::NO_CONTENT)
}

/// Who the token belongs to.
#[utoipa::path(get, path = "/v1/me", tag = "sign-in",
    responses((status = 200, body = Me), (status = 401, body = model::wire::reads::Problem)), security(("desk" = [])))]
pub(crate) async fn me(State(service): State<Service>, caller: Caller) -> Result<Json<Me>, Problem> {
    let workspace = service.read(move |sql| people::workspace(sql, caller.tenant)).await?;
    Ok(Json(Me { person: caller.person, workspace: workspace.name, workspace_id: workspace.id }))
}

/// The company ends all sign-ins of a person. Their devices are told when they ask again.
pub(crate) fn end_all(sql: &Connection, person: PersonId, now: At) -> Result<()> {
    sql.execute(
        "UPDATE sign_in SET ended_at = ?2 WHERE person = ?1 AND ended_at IS NULL",
        params![person.0, now.0],
    )?;
    Ok(())
}
