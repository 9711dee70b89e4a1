//! The snapshot with which a desk begins. It is fuzzy: rows may change while it is read. That does no harm, because
//! the stream goes on from where the snapshot began, and every row carries a version.

use axum::{
    Json,
    extract::{Query, State},
};
use model::{
    CustomerId, Person, TenantId,
    wire::{
        Entity,
        reads::{SnapshotPage, SnapshotStart},
    },
};
use rusqlite::Connection;
use serde::Deserialize;
use uuid::Uuid;

use crate::{
    auth::Caller, error::Result, follow_ups, library, log, people, problem::Problem, scope, service::Service,
};

/// Customers on one page: with everything that hangs on them, they are large.
const CUSTOMERS: usize = 20;
/// Articles or macros on one page.
const LIBRARY: usize = 200;

/// Where a snapshot starts.
#[utoipa::path(post, path = "/v1/sync/begin", tag = "desk",
    responses((status = 200, body = SnapshotStart), (status = 401, body = model::wire::reads::Problem)),
    security(("desk" = [])))]
pub(crate) async fn begin(
    State(service): State<Service>,
    caller: Caller,
) -> Result<Json<SnapshotStart>, Problem> {
    let head = service.read(move |sql| log::head(sql, caller.tenant)).await?;
    Ok(Json(SnapshotStart { epoch: head.epoch, cursor: head.head }))
}

/// Which page.
#[derive(Deserialize, utoipa::IntoParams)]
pub(crate) struct After {
    /// What the page before said; nothing for the first.
    after: Option<String>,
}

/// Some rows of the advisor's world.
#[utoipa::path(get, path = "/v1/sync/page", tag = "desk", params(After),
    responses((status = 200, body = SnapshotPage), (status = 401, body = model::wire::reads::Problem),
              (status = 422, body = model::wire::reads::Problem)), security(("desk" = [])))]
pub(crate) async fn page(
    State(service): State<Service>,
    caller: Caller,
    Query(After { after }): Query<After>,
) -> Result<Json<SnapshotPage>, Problem> {
    let page =
        service.read(move |sql| page_after(sql, caller.tenant, &caller.person, after.as_deref())).await?;
    page.map(Json).ok_or_else(|| Problem::invalid("Ask for the page that the one before named."))
}

/// The page after the one that named `after`, or the first; nothing when no page did.
pub(crate) fn page_after(
    sql: &Connection,
    tenant: TenantId,
    me: &Person,
    after: Option<&str>,
) -> Result<Option<SnapshotPage>> {
    after.map_or(Some(Place::Team), Place::read).map(|place| rows(sql, tenant, me, place)).transpose()
}

/// How far the reader is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Team,
    Customers(Uuid),
    Articles(Uuid),
    Macros(Uuid),
}

impl Place {
    fn write(self) -> String {
        match self {
            Place::Team => "team".to_owned(),
            Place::Customers(id) => format!("customers-{}", id.simple()),
            Place::Articles(id) => format!("articles-{}", id.simple()),
            Place::Macros(id) => format!("macros-{}", id.simple()),
        }
    }

    fn read(text: &str) -> Option<Self> {
        let (kind, id) = text.split_once('-')?;
        let id = id.parse().ok()?;
        match kind {
            "customers" => Some(Place::Customers(id)),
            "articles" => Some(Place::Articles(id)),
            "macros" => Some(Place::Macros(id)),
            _ => None,
        }
    }
}

fn rows(sql: &Connection, tenant: TenantId, me: &Person, place: Place) -> Result<SnapshotPage> {
    let mut entities = Vec::new();
    let next = match place {
        Place::Team => {
            entities.push(Entity::Workspace(people::workspace(sql, tenant)?));
            entities.extend(people::everybody(sql, tenant)?.into_iter().map(Entity::Person));
            entities.extend(follow_ups::of_team(sql, &me.team, tenant)?.into_iter().map(Entity::FollowUp));
            Some(Place::Customers(Uuid::nil()))
        }
        Place::Customers(after) => {
            let ids = scope::customers_after(sql, me.id, Some(CustomerId(after)), CUSTOMERS)?;
            for id in &ids {
                entities.extend(scope::everything(sql, tenant, *id)?);
            }
            match ids.last() {
                Some(last) if ids.len() == CUSTOMERS => Some(Place::Customers(last.0)),
                _ => Some(Place::Articles(Uuid::nil())),
            }
        }
        Place::Articles(after) => {
            let articles = library::articles_after(sql, tenant, after, LIBRARY)?;
            let next = match articles.last() {
                Some(last) if articles.len() == LIBRARY => Place::Articles(last.id.0),
                _ => Place::Macros(Uuid::nil()),
            };
            entities.extend(articles.into_iter().map(Entity::Article));
            Some(next)
        }
        Place::Macros(after) => {
            let macros = library::macros_after(sql, tenant, after, LIBRARY)?;
            let next = macros.last().filter(|_| macros.len() == LIBRARY).map(|last| Place::Macros(last.id.0));
            entities.extend(macros.into_iter().map(Entity::Macro));
            next
        }
    };
    Ok(SnapshotPage { entities, next: next.map(Place::write) })
}
