//! What a desk asks for when it is needed: older lines, and a search of the whole workspace.

use axum::{
    Json,
    extract::{Path, Query, State},
};
use model::{
    At, ConversationId, CustomerId, TenantId,
    wire::{
        Entity,
        reads::{MessagesPage, SearchAnswer, SearchHit},
    },
};
use rusqlite::{Connection, params};
use serde::Deserialize;
use uuid::Uuid;

use crate::{
    auth::Caller,
    conversations,
    customers::{self, fold},
    error::Result,
    messages,
    problem::Problem,
    scope,
    service::Service,
};

/// Lines on one page.
const LINES: usize = 100;
/// Hits of each kind.
const HITS: i64 = 20;
/// Matching lines that are ranked; a word that is everywhere is not ranked through all of them.
const RANKED: i64 = 500;

/// Characters of a search that are read.
const LONGEST: usize = 200;
/// Words of a search that are looked for in lines.
const WORDS: usize = 16;

/// Before which line.
#[derive(Deserialize, utoipa::IntoParams)]
pub(crate) struct Before {
    /// The place of the oldest line that the desk has.
    before: u32,
}

/// Older lines of a conversation in the advisor's sight.
#[utoipa::path(get, path = "/v1/conversations/{id}/messages", tag = "desk",
    params(("id" = ConversationId, Path), Before),
    responses((status = 200, body = MessagesPage), (status = 404, body = model::wire::reads::Problem)),
    security(("desk" = [])))]
pub(crate) async fn lines(
    State(service): State<Service>,
    caller: Caller,
    Path(id): Path<ConversationId>,
    Query(Before { before }): Query<Before>,
) -> Result<Json<MessagesPage>, Problem> {
    let (tenant, me) = (caller.tenant, caller.person.id);
    let found = service
        .read(move |sql| {
            let Some(conversation) = conversations::load(sql, id, tenant)? else { return Ok(None) };
            if !scope::has(sql, me, conversation.customer)? {
                return Ok(None);
            }
            messages::before(sql, id, tenant, Some(before), LINES).map(Some)
        })
        .await?;
    let Some(lines) = found else {
        service.refused(&caller, "read_lines", Some(id.0)).await?;
        return Err(Problem::not_found());
    };
    Ok(Json(MessagesPage { entities: lines.into_iter().map(Entity::Message).collect() }))
}

/// What to look for.
#[derive(Deserialize, utoipa::IntoParams)]
pub(crate) struct Words {
    /// Words of a name, a number, a message.
    q: String,
}

/// Finds customers, orders and lines in the whole workspace. An advisor may look a customer up whom they do not have;
/// opening one is a command of its own.
#[utoipa::path(get, path = "/v1/search", tag = "desk", params(Words),
    responses((status = 200, body = SearchAnswer), (status = 401, body = model::wire::reads::Problem)),
    security(("desk" = [])))]
pub(crate) async fn search(
    State(service): State<Service>,
    caller: Caller,
    Query(Words { q }): Query<Words>,
) -> Result<Json<SearchAnswer>, Problem> {
    let hits = service.read(move |sql| find(sql, caller.tenant, &q)).await?;
    Ok(Json(SearchAnswer { hits }))
}

fn find(sql: &Connection, tenant: TenantId, words: &str) -> Result<Vec<SearchHit>> {
    let words: String = words.trim().chars().take(LONGEST).collect();
    let words = words.as_str();
    let folded = fold(words).replace(['%', '_', '\\', '\0'], "");
    if folded.trim().is_empty() {
        return Ok(Vec::new());
    }
    let like = format!("%{folded}%");
    let mut hits = Vec::new();

    let mut statement =
        sql.prepare_cached("SELECT id FROM customer WHERE tenant = ?1 AND folded LIKE ?2 LIMIT ?3")?;
    for id in statement.query_map(params![tenant.0, like, HITS], |row| row.get::<_, Uuid>(0))? {
        if let Some(customer) = customers::load(sql, CustomerId(id?), tenant)? {
            let text = customer.identities.first().map(|i| i.value.clone()).unwrap_or_default();
            hits.push(SearchHit {
                customer: customer.id,
                customer_name: customer.name,
                conversation: None,
                text,
                at: customer.since,
            });
        }
    }

    let mut statement = sql.prepare_cached(
        "SELECT customer, json_extract(body, '$.title'), at FROM fact WHERE tenant = ?1 AND folded LIKE ?2
         ORDER BY at DESC LIMIT ?3",
    )?;
    let facts = statement.query_map(params![tenant.0, like, HITS], |row| {
        Ok((row.get::<_, Uuid>(0)?, row.get::<_, String>(1)?, row.get(2)?))
    })?;
    for fact in facts {
        let (customer, title, at) = fact?;
        hits.push(hit(sql, tenant, CustomerId(customer), None, title, At(at))?);
    }

    let mut statement = sql.prepare_cached(
        "SELECT conversation.id, conversation.customer, json_extract(message.body, '$.text'), message.at
         FROM (SELECT rowid AS no, bm25(message_text, 0.0, 1.0) AS rank FROM message_text
               WHERE message_text MATCH ?2 ORDER BY rowid DESC LIMIT ?3) found
         JOIN message ON message.no = found.no
         JOIN conversation ON conversation.id = message.conversation
         WHERE message.tenant = ?1 ORDER BY found.rank LIMIT ?4",
    )?;
    let Some(matching) = matching(tenant, words) else { return Ok(hits) };
    let lines = statement.query_map(params![tenant.0, matching, RANKED, HITS], |row| {
        Ok((row.get::<_, Uuid>(0)?, row.get::<_, Uuid>(1)?, row.get::<_, String>(2)?, row.get(3)?))
    })?;
    for line in lines {
        let (conversation, customer, text, at) = line?;
        let id = Some(ConversationId(conversation));
        hits.push(hit(sql, tenant, CustomerId(customer), id, text, At(at))?);
    }
    Ok(hits)
}

fn hit(
    sql: &Connection,
    tenant: TenantId,
    customer: CustomerId,
    conversation: Option<ConversationId>,
    text: String,
    at: At,
) -> Result<SearchHit> {
    let customer_name = customers::load(sql, customer, tenant)?.map(|c| c.name).unwrap_or_default();
    Ok(SearchHit { customer, customer_name, conversation, text: conversations::excerpt(&text), at })
}

/// Words as the full-text index wants them: each quoted, the last one as a beginning. Nothing when there is no word
/// among them.
fn matching(tenant: TenantId, words: &str) -> Option<String> {
    let mut words: Vec<String> = words
        .split_whitespace()
        .map(|word| word.replace(['"', '\0'], ""))
        // The index knows letters and digits only; quoting anything else would ask for nothing.
        .filter(|word| word.chars().any(char::is_alphanumeric))
        .take(WORDS)
        .map(|word| format!("\"{word}\""))
        .collect();
    words.last_mut()?.push('*');
    Some(format!("tenant : \"{}\" AND text : ({})", tenant.0.simple(), words.join(" ")))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn words_are_never_read_as_a_query_language() {
        let of = |words| matching(TenantId(Uuid::nil()), words);
        assert_eq!(
            of("\" * ( - AND:"),
            Some("tenant : \"00000000000000000000000000000000\" AND text : (\"AND:\"*)".into())
        );
        assert_eq!(of(" \"\" ' ^ * "), None, "there is no word in it");
        assert!(of("late tenant:x").unwrap().ends_with("text : (\"late\" \"tenant:x\"*)"));
    }
}
