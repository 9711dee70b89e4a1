//! A customer opens the chat page: who they are, and where their conversation stands.

use std::net::SocketAddr;

use axum::{
    Extension, Json,
    extract::{ConnectInfo, State},
    http::HeaderMap,
};
use hmac::{Hmac, Mac};
use model::{
    Customer, CustomerId, IdentityKind, TenantId, Trust,
    conversation::MayBe,
    limits::LINE_CHARS,
    wire::chat::{SignedIdentity, Start, Started},
};
use rusqlite::{OptionalExtension, params};
use sha2::Sha256;
use uuid::Uuid;

use super::rows;
use crate::{
    auth::{self, hash_of, new_secret},
    conversations, customers,
    error::Result,
    json::Body,
    log, origin, people,
    problem::Problem,
    service::Service,
    tx::Tx,
};

/// Begins a visit, or goes on with an earlier one.
#[utoipa::path(post, path = "/chat/v1/start", tag = "chat", request_body = Start,
    responses((status = 200, body = Started), (status = 404, body = model::wire::reads::Problem),
              (status = 422, body = model::wire::reads::Problem), (status = 429, body = model::wire::reads::Problem)))]
pub(crate) async fn start(
    State(service): State<Service>,
    from: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    Body(start): Body<Start>,
) -> Result<Json<Started>, Problem> {
    let from = from.map(|Extension(ConnectInfo(address))| address);
    service.limits().start(&origin::address(&headers, from, service.behind_tls()))?;
    for text in [&start.name, &start.email].into_iter().flatten() {
        if text.chars().count() > LINE_CHARS {
            return Err(Problem::too_large("A name or address may have up to 300 characters."));
        }
    }
    let slug = start.workspace.clone();
    let tenant = service
        .read(move |sql| match slug {
            Some(slug) => people::tenant_by_slug(sql, &slug),
            None => people::only_tenant(sql),
        })
        .await?
        .ok_or_else(Problem::not_found)?;
    let known = match &start.token {
        Some(token) => auth::visitor(&service, hash_of(token)).await?.filter(|v| v.tenant == tenant),
        None => None,
    };
    let signed = match &start.signed {
        Some(signed) => {
            let now = service.now();
            let key = service.read(move |sql| people::site_key(sql, tenant)).await?;
            check(&key, signed, now)?;
            start.signed.clone()
        }
        None => None,
    };
    // A token is shown again only to whoever had it; its hash is all that is kept.
    let token = known.as_ref().and_then(|_| start.token.clone()).unwrap_or_else(|| new_secret().into());
    let hash = hash_of(&token);
    let started = service
        .write(tenant, move |tx| {
            let visitor = match known {
                Some(visitor) => visitor,
                None => make_visitor(tx, &hash, &start)?,
            };
            let customer = who(tx, visitor.id, visitor.customer, &start, signed.as_ref())?;
            let open = is_open(tx, start.queue.as_ref().or(visitor.queue.as_ref()));
            // Read again: a visitor who was recognised no longer sees what a stranger wrote in this browser.
            let state = conversation_of(&tx.sql, tx.tenant, visitor.id)?
                .map(|conversation| rows::state(&tx.sql, tx.tenant, &conversation))
                .transpose()?;
            let workspace = tx.workspace.name.clone();
            let epoch = log::head(&tx.sql, tx.tenant)?.epoch;
            Ok::<_, Problem>(Started { token, epoch, workspace, open, name: customer.name, state })
        })
        .await?;
    Ok(Json(started))
}

/// Whether somebody is there for a queue: its hours say so, and at least one advisor could be offered something.
fn is_open(tx: &Tx<'_>, queue: Option<&model::Slug>) -> bool {
    let queue = queue.and_then(|id| tx.workspace.queue(id)).or_else(|| tx.workspace.default_queue());
    queue.is_some_and(|queue| queue.hours.as_ref().is_none_or(|hours| hours.is_open(tx.now)))
        && queue.is_some_and(|queue| somebody_serves(tx, &queue.id).unwrap_or(true))
}

fn somebody_serves(tx: &Tx<'_>, queue: &model::Slug) -> Result<bool> {
    let there = crate::presence::everybody(&tx.sql, tx.tenant)?;
    Ok(there.iter().any(|(person, presence)| {
        person.queues.contains(queue) && presence.state != model::PresenceState::Offline
    }))
}

fn make_visitor(tx: &mut Tx<'_>, hash: &[u8], start: &Start) -> Result<auth::Visitor> {
    let mut customer = customers::unknown(start.name.clone().unwrap_or_default(), tx.now);
    customer.language.clone_from(&start.language);
    let id = Uuid::now_v7();
    customers::save(tx, &mut customer)?;
    tx.sql.execute(
        "INSERT INTO visitor(id, tenant, token_hash, customer, language, queue, last_seen)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            id,
            tx.tenant.0,
            hash,
            customer.id.0,
            start.language.as_ref().map(model::Slug::as_str),
            start.queue.as_ref().map(model::Slug::as_str),
            tx.now.0
        ],
    )?;
    Ok(auth::Visitor {
        tenant: tx.tenant,
        id,
        customer: customer.id,
        conversation: None,
        language: start.language.clone(),
        queue: start.queue.clone(),
    })
}

/// Takes over what the visitor says of themselves. Signed by the site, they are who they are; typed, it is a claim.
fn who(
    tx: &mut Tx<'_>,
    visitor: Uuid,
    customer: CustomerId,
    start: &Start,
    signed: Option<&SignedIdentity>,
) -> Result<Customer, Problem> {
    if let Some(signed) = signed {
        return Ok(recognise(tx, visitor, customer, signed)?);
    }
    let Some(mut customer) = customers::load(&tx.sql, customer, tx.tenant)? else {
        return Err(Problem::not_found());
    };
    let verified = customer.is_verified();
    let before = customer.clone();
    if let Some(name) = start.name.as_ref().filter(|name| !verified && !name.trim().is_empty()) {
        customer.name = name.trim().into();
    }
    if let Some(email) = start.email.as_ref().filter(|email| email.contains('@')) {
        customers::add_identity(&mut customer, IdentityKind::Email, email, Trust::Claimed);
    }
    if customer != before {
        customers::save(tx, &mut customer)?;
    }
    Ok(customer)
}

/// A visitor whom the site knows: the customer with that account, who is made when there is none.
fn recognise(
    tx: &mut Tx<'_>,
    visitor: Uuid,
    visiting: CustomerId,
    signed: &SignedIdentity,
) -> Result<Customer> {
    let account = customers::normal(IdentityKind::Account, &signed.account);
    let known = customers::by_identity(&tx.sql, tx.tenant, IdentityKind::Account, &account)?;
    let mut customer = match known {
        Some(id) => customers::load(&tx.sql, id, tx.tenant)?,
        // A stranger becomes that customer. Somebody with an account of their own does not: two people use this browser.
        None => customers::load(&tx.sql, visiting, tx.tenant)?.filter(|stranger| !stranger.is_verified()),
    }
    .unwrap_or_else(|| customers::unknown(signed.name.clone(), tx.now));
    let before = customer.clone();
    customers::add_identity(&mut customer, IdentityKind::Account, &account, Trust::Verified);
    // The site knows better than a stranger who typed a name; a known customer has the one of the company's systems.
    if (known.is_none() || customer.name.is_empty()) && !signed.name.trim().is_empty() {
        customer.name = signed.name.trim().into();
    }
    if customer.version == 0 || customer != before {
        customers::save(tx, &mut customer)?;
    }
    if customer.id != visiting {
        // A conversation begun as a stranger stays with the stranger; the next one is the known customer's.
        tx.sql.execute(
            "UPDATE visitor SET customer = ?2, conversation = CASE WHEN conversation IN
               (SELECT id FROM conversation WHERE customer = ?2) THEN conversation END WHERE id = ?1",
            params![visitor, customer.id.0],
        )?;
    }
    Ok(customer)
}

fn check(key: &str, signed: &SignedIdentity, now: model::At) -> Result<(), Problem> {
    let refused = || Problem::forbidden("This page's sign of who you are does not hold. Reload the page.");
    let one_line = |text: &str| text.chars().count() <= LINE_CHARS && !text.contains('\n');
    if signed.account.trim().is_empty() || !one_line(&signed.account) || !one_line(&signed.name) {
        return Err(refused());
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).map_err(|_| refused())?;
    mac.update(format!("{}\n{}\n{}", &*signed.account, &*signed.name, signed.until).as_bytes());
    let given = hex::decode(&signed.signature).map_err(|_| refused())?;
    mac.verify_slice(&given).map_err(|_| refused())?;
    if signed.until.saturating_mul(1_000) < now.0 {
        return Err(refused());
    }
    Ok(())
}

/// A known customer with an identity that this one only claims.
pub(crate) fn may_be(tx: &Tx<'_>, customer: &Customer) -> Result<Option<MayBe>> {
    if customer.is_verified() {
        return Ok(None);
    }
    for identity in customer.identities.iter().filter(|i| i.trust == Trust::Claimed) {
        let found = customers::by_identity(&tx.sql, tx.tenant, identity.kind, &identity.value)?;
        if let Some(known) = found.filter(|id| *id != customer.id)
            && let Some(known) = customers::load(&tx.sql, known, tx.tenant)?
        {
            return Ok(Some(MayBe { customer: known.id, name: known.name, because: identity.kind }));
        }
    }
    Ok(None)
}

/// The conversation that a visitor's page shows.
pub(crate) fn conversation_of(
    sql: &rusqlite::Connection,
    tenant: TenantId,
    visitor: Uuid,
) -> Result<Option<model::Conversation>> {
    let id: Option<Option<Uuid>> = sql
        .prepare_cached("SELECT conversation FROM visitor WHERE id = ?1 AND tenant = ?2")?
        .query_row([visitor, tenant.0], |row| row.get(0))
        .optional()?;
    match id.flatten() {
        Some(id) => conversations::load(sql, model::ConversationId(id), tenant),
        None => Ok(None),
    }
}
