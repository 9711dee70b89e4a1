//! The other systems' side: O-data comes in, and an assistant hands over.

use std::collections::BTreeMap;

use axum::{
    Json,
    extract::{Path, State},
};
use model::{
    Author, Conversation, ConversationId, Customer, CustomerId, Fact, FactId, HandOver, MessageId,
    MessageKind, Personal, Score, ScoreId, Trust,
    conversation::Side,
    limits::{LINE_CHARS, TEXT_CHARS},
    wire::reads::{FactStored, HandedOver, PostFact, PostedFact},
};
use rusqlite::{OptionalExtension, params};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{
    auth::Integration,
    conversations::{self, Line, add_line, save},
    customers,
    error::Result,
    facts,
    json::Body,
    problem::Problem,
    reading, scores,
    service::Service,
    tx::Tx,
};

/// Takes what another system knows of a customer. Posting the same again changes nothing; posting other values under
/// the same source and key corrects it.
#[utoipa::path(post, path = "/v1/facts", tag = "company", request_body = PostFact,
    responses((status = 200, body = FactStored), (status = 401, body = model::wire::reads::Problem),
              (status = 413, body = model::wire::reads::Problem), (status = 422, body = model::wire::reads::Problem),
              (status = 429, body = model::wire::reads::Problem)), security(("integration" = [])))]
pub(crate) async fn post_fact(
    State(service): State<Service>,
    by: Integration,
    Body(post): Body<PostFact>,
) -> Result<Json<FactStored>, Problem> {
    service.limits().command(by.tenant.0, by.tenant.0)?;
    check(&post)?;
    let stored = service.write(by.tenant, move |tx| take(tx, &post)).await?;
    Ok(Json(stored))
}

/// Characters of one attribute or detail.
const DETAIL_CHARS: usize = 2_000;
/// Attributes, details or identities in one post.
const DETAILS: usize = 50;

fn check(post: &PostFact) -> Result<(), Problem> {
    let line = |text: &str| text.chars().count() <= LINE_CHARS;
    if post.key.is_empty() || !line(&post.key) {
        return Err(Problem::invalid("`key` names the fact in your system: 1 to 300 characters."));
    }
    if post.customer.value.trim().is_empty() || !line(&post.customer.value) {
        return Err(Problem::invalid("`customer.value` is who this is about: 1 to 300 characters."));
    }
    let profile = &post.profile;
    let fits =
        [&profile.name.as_deref(), &profile.tier.as_deref()].into_iter().flatten().all(|text| line(text))
            && profile.identities.len() <= DETAILS
            && profile.identities.iter().all(|i| !i.value.trim().is_empty() && line(&i.value))
            && profile.consent.len() <= DETAILS
            && details_fit(&profile.attributes);
    if !fits {
        return Err(Problem::invalid(
            "A profile has names of up to 300 characters, and up to 50 attributes of up to 2,000.",
        ));
    }
    match &post.fact {
        PostedFact::Fact { title, state, department, details, amount, .. } => {
            let fits = !title.trim().is_empty()
                && line(title)
                && [state, department].into_iter().flatten().all(|text| line(text))
                && amount.as_ref().is_none_or(|amount| amount.currency.len() == 3)
                && details_fit(details);
            if !fits {
                return Err(Problem::invalid(
                    "A fact has a title of 1 to 300 characters, a currency of 3 letters, and up to 50 details of up \
                     to 2,000 characters.",
                ));
            }
        }
        PostedFact::Score { kind, value, comment } => {
            let (low, high) = kind.range();
            if !(low..=high).contains(value) {
                return Err(Problem::invalid(format!("This score runs from {low} to {high}.")));
            }
            if comment.as_ref().is_some_and(|comment| comment.chars().count() > TEXT_CHARS) {
                return Err(Problem::too_large("A comment has up to 32,000 characters."));
            }
        }
        PostedFact::Profile => {}
    }
    Ok(())
}

fn details_fit(details: &BTreeMap<String, Personal>) -> bool {
    details.len() <= DETAILS
        && details.iter().all(|(name, value)| {
            !name.is_empty() && name.chars().count() <= LINE_CHARS && value.chars().count() <= DETAIL_CHARS
        })
}

pub(crate) fn take(tx: &mut Tx<'_>, post: &PostFact) -> Result<FactStored> {
    let hash = Sha256::digest(serde_json::to_vec(post)?).to_vec();
    let kept: Option<(Vec<u8>, String)> = tx
        .sql
        .query_row(
            "SELECT body_hash, answer FROM posted WHERE tenant = ?1 AND source = ?2 AND key = ?3",
            params![tx.tenant.0, post.source.as_str(), post.key],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    let before: Option<FactStored> =
        kept.as_ref().map(|(_, answer)| serde_json::from_str(answer)).transpose()?;
    if let (Some((kept_hash, _)), Some(before)) = (&kept, &before)
        && *kept_hash == hash
    {
        return Ok(FactStored { changed: false, ..before.clone() });
    }
    let mut customer = customer_of(tx, post)?;
    let stored = match &post.fact {
        PostedFact::Profile => FactStored { customer: customer.id, fact: None, score: None, changed: true },
        PostedFact::Fact { .. } => {
            let id = before.as_ref().and_then(|b| b.fact).unwrap_or_else(|| FactId(Uuid::now_v7()));
            let mut fact = fact(post, id, customer.id);
            if let Some(known) = facts::load(&tx.sql, id.0, tx.tenant)? {
                fact.version = known.version;
            }
            facts::save(tx, &mut fact)?;
            FactStored { customer: customer.id, fact: Some(id), score: None, changed: true }
        }
        PostedFact::Score { kind, value, comment } => {
            let id = before.as_ref().and_then(|b| b.score).unwrap_or_else(|| ScoreId(Uuid::now_v7()));
            let version = scores::load(&tx.sql, id.0, tx.tenant)?.map_or(0, |known| known.version);
            let mut score = Score {
                id,
                customer: customer.id,
                conversation: None,
                kind: *kind,
                value: *value,
                comment: comment.clone(),
                at: post.at,
                version,
            };
            scores::save(tx, &mut score, &customer)?;
            FactStored { customer: customer.id, fact: None, score: Some(id), changed: true }
        }
    };
    // A new order may put the customer into another persona.
    customers::save(tx, &mut customer)?;
    tx.sql.execute(
        "INSERT OR REPLACE INTO posted(tenant, source, key, body_hash, answer) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![tx.tenant.0, post.source.as_str(), post.key, hash, serde_json::to_string(&stored)?],
    )?;
    Ok(stored)
}

fn customer_of(tx: &mut Tx<'_>, post: &PostFact) -> Result<Customer> {
    let value = customers::normal(post.customer.kind, &post.customer.value);
    let known = customers::by_identity(&tx.sql, tx.tenant, post.customer.kind, &value)?;
    let mut customer = match known {
        Some(id) => customers::load(&tx.sql, id, tx.tenant)?,
        None => None,
    }
    .unwrap_or_else(|| customers::unknown(post.profile.name.clone().unwrap_or_default(), post.at));
    customers::add_identity(&mut customer, post.customer.kind, &value, Trust::Verified);
    customers::take_profile(&mut customer, &post.profile, post.at);
    if customer.version == 0 {
        customers::save(tx, &mut customer)?;
    }
    Ok(customer)
}

fn fact(post: &PostFact, id: FactId, customer: CustomerId) -> Fact {
    let mut fact = Fact {
        id,
        customer,
        source: post.source.clone(),
        key: post.key.clone(),
        kind: model::FactKind::Notice,
        title: String::new().into(),
        state: None,
        tone: model::customer::Tone::Neutral,
        amount: None,
        department: None,
        at: post.at,
        until: None,
        details: BTreeMap::new(),
        version: 0,
    };
    if let PostedFact::Fact { kind, title, state, tone, amount, department, until, details } =
        post.fact.clone()
    {
        fact.kind = kind;
        fact.title = title;
        fact.state = state;
        fact.tone = tone;
        fact.amount = amount;
        fact.department = department;
        fact.until = until;
        fact.details = details;
    }
    fact
}

/// An assistant gives a conversation to a person, with all that it knows and why. What it and the customer said stands
/// above the conversation; nobody is asked twice.
#[utoipa::path(post, path = "/v1/conversations/{id}/hand-over", tag = "company", request_body = HandOver,
    params(("id" = ConversationId, Path)),
    responses((status = 200, body = HandedOver), (status = 401, body = model::wire::reads::Problem),
              (status = 404, body = model::wire::reads::Problem), (status = 413, body = model::wire::reads::Problem),
              (status = 422, body = model::wire::reads::Problem), (status = 429, body = model::wire::reads::Problem)),
    security(("integration" = [])))]
pub(crate) async fn hand_over(
    State(service): State<Service>,
    by: Integration,
    Path(id): Path<ConversationId>,
    Body(hand_over): Body<HandOver>,
) -> Result<Json<HandedOver>, Problem> {
    let words = hand_over.transcript.iter().map(|line| line.text.chars().count()).sum::<usize>();
    if hand_over.reason.trim().is_empty() || hand_over.reason.chars().count() > LINE_CHARS {
        return Err(Problem::invalid("`reason` says in a line why the assistant gives up."));
    }
    if hand_over.transcript.len() > 500 || hand_over.slots.len() > 50 || words > TEXT_CHARS {
        return Err(Problem::too_large("A hand-over has at most 500 lines, 50 slots and 32,000 characters."));
    }
    service.limits().command(by.tenant.0, by.tenant.0)?;
    let handed = service
        .write(by.tenant, move |tx| {
            let Some(mut conversation) = conversations::load(&tx.sql, id, tx.tenant)? else {
                return Err(Problem::not_found());
            };
            if conversation.hand_over.as_ref() == Some(&hand_over) {
                return Ok(HandedOver { conversation: id, duplicate: true, message: None });
            }
            let message = tell_customer(tx, &mut conversation, &hand_over)?;
            conversation.hand_over = Some(hand_over);
            save(tx, &mut conversation)?;
            tx.queued.insert(id);
            reading::heard(tx, &conversation, "")?;
            Ok(HandedOver { conversation: id, duplicate: false, message })
        })
        .await?;
    Ok(Json(handed))
}

/// The assistant's last words, so that the customer sees them in their place.
fn tell_customer(
    tx: &mut Tx<'_>,
    conversation: &mut Conversation,
    hand_over: &HandOver,
) -> Result<Option<MessageId>> {
    let Some(last) = hand_over.transcript.last().filter(|line| line.side == Side::Company) else {
        return Ok(None);
    };
    let id = MessageId(Uuid::now_v7());
    let line = Line {
        id,
        kind: MessageKind::Message,
        author: Author::Bot,
        text: last.text.clone(),
        attachments: Vec::new(),
        mentions: Vec::new(),
        activity: None,
    };
    add_line(tx, conversation, line)?;
    Ok(Some(id))
}
