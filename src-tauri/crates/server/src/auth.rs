//! Who is asking. Tokens are random, kept only as hashes, and travel only in the `Authorization` header.

pub(crate) mod password;
pub(crate) mod sessions;
pub(crate) mod sign_in;

use axum::{
    extract::FromRequestParts,
    http::{header, request::Parts},
};
use model::{ConversationId, CustomerId, Person, Slug, TenantId};
use rand::RngCore;
use rusqlite::{OptionalExtension, params};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{problem::Problem, service::Service};

/// A person at a desk, signed in.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) tenant: TenantId,
    pub(crate) person: Person,
    /// When the token runs out.
    pub(crate) until: model::At,
    /// The sign-in that the token goes back to.
    pub(crate) family: Uuid,
}

/// A customer's browser.
#[derive(Debug, Clone)]
pub(crate) struct Visitor {
    pub(crate) tenant: TenantId,
    pub(crate) id: Uuid,
    pub(crate) customer: CustomerId,
    pub(crate) conversation: Option<ConversationId>,
    pub(crate) language: Option<Slug>,
    pub(crate) queue: Option<Slug>,
}

/// Another system of the company, known by the tenant's integration key.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Integration {
    pub(crate) tenant: TenantId,
}

/// A new secret: 256 random bits in hex.
pub(crate) fn new_secret() -> String {
    let mut bytes = [0u8; 32];
    rand::rng().fill_bytes(&mut bytes);
    hex::encode(bytes)
}

/// What is kept of a secret.
pub(crate) fn hash_of(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}

fn bearer(parts: &Parts) -> Option<&str> {
    parts.headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

impl FromRequestParts<Service> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Service) -> Result<Self, Problem> {
        let token = hash_of(bearer(parts).ok_or_else(Problem::sign_in)?);
        sessions::caller(service, token).await?.ok_or_else(Problem::sign_in)
    }
}

impl FromRequestParts<Service> for Visitor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Service) -> Result<Self, Problem> {
        let hash = hash_of(bearer(parts).ok_or_else(Problem::sign_in)?);
        visitor(service, hash).await?.ok_or_else(Problem::sign_in)
    }
}

impl FromRequestParts<Service> for Integration {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Service) -> Result<Self, Problem> {
        let hash = hash_of(bearer(parts).ok_or_else(Problem::sign_in)?);
        let tenant: Option<Uuid> = service
            .read(move |sql| {
                Ok(sql
                    .prepare_cached("SELECT id FROM tenant WHERE integration_hash = ?")?
                    .query_row([hash], |row| row.get(0))
                    .optional()?)
            })
            .await?;
        Ok(Integration { tenant: TenantId(tenant.ok_or_else(Problem::sign_in)?) })
    }
}

/// The visitor of that token.
pub(crate) async fn visitor(service: &Service, hash: Vec<u8>) -> Result<Option<Visitor>, Problem> {
    Ok(service
        .read(move |sql| {
            Ok(sql
                .prepare_cached(
                    "SELECT tenant, id, customer, conversation, language, queue FROM visitor WHERE token_hash = ?1",
                )?
                .query_row(params![hash], |row| {
                    Ok(Visitor {
                        tenant: TenantId(row.get(0)?),
                        id: row.get(1)?,
                        customer: CustomerId(row.get(2)?),
                        conversation: row.get::<_, Option<Uuid>>(3)?.map(ConversationId),
                        language: row.get::<_, Option<String>>(4)?.and_then(|s| s.parse().ok()),
                        queue: row.get::<_, Option<String>>(5)?.and_then(|s| s.parse().ok()),
                    })
                })
                .optional()?)
        })
        .await?)
}
