//! Advisors' files.

use axum::{
    Json,
    extract::{Path, Query, State},
    response::Response,
};
use model::wire::reads::BlobStored;

use crate::{
    auth::Caller,
    blobs::{self, Piece, Uploader},
    problem::Problem,
    service::Service,
};

/// Takes a piece of an advisor's file.
#[utoipa::path(put, path = "/v1/blobs/{sha256}", tag = "desk", params(("sha256" = String, Path), Piece),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = BlobStored), (status = 401, body = model::wire::reads::Problem),
              (status = 409, body = model::wire::reads::Problem), (status = 413, body = model::wire::reads::Problem)),
    security(("desk" = [])))]
pub(crate) async fn put(
    State(service): State<Service>,
    caller: Caller,
    Path(sha256): Path<String>,
    Query(piece): Query<Piece>,
    request: axum::extract::Request,
) -> Result<Json<BlobStored>, Problem> {
    let bytes = crate::json::bytes(request, &service).await?;
    let by = Uploader { tenant: caller.tenant, id: caller.person.id.0, most_a_day: None };
    Ok(Json(blobs::store(&service, by, sha256, piece, bytes).await?))
}

/// A file of a conversation in the advisor's sight.
#[utoipa::path(get, path = "/v1/blobs/{sha256}", tag = "desk", params(("sha256" = String, Path)),
    responses((status = 200, content_type = "application/octet-stream"),
              (status = 404, body = model::wire::reads::Problem)), security(("desk" = [])))]
pub(crate) async fn get(
    State(service): State<Service>,
    caller: Caller,
    Path(sha256): Path<String>,
) -> Result<Response, Problem> {
    let (tenant, me) = (caller.tenant, caller.person.id.0);
    let found = service
        .read(move |sql| {
            if !blobs::advisor_may(sql, tenant, me, &sha256)? {
                return Ok(None);
            }
            blobs::bytes(sql, tenant, &sha256)
        })
        .await?;
    let Some(bytes) = found else {
        // A file has no name of ours: that they tried is what counts.
        service.refused(&caller, "read_file", None).await?;
        return Err(Problem::not_found());
    };
    Ok(blobs::download(bytes))
}

/// The preview of a picture of a conversation in the advisor's sight.
#[utoipa::path(get, path = "/v1/blobs/{sha256}/preview", tag = "desk", params(("sha256" = String, Path)),
    responses((status = 200, content_type = "image/png"), (status = 404, body = model::wire::reads::Problem)),
    security(("desk" = [])))]
pub(crate) async fn preview(
    State(service): State<Service>,
    caller: Caller,
    Path(sha256): Path<String>,
) -> Result<Response, Problem> {
    let found = service
        .read(move |sql| {
            if !blobs::advisor_may(sql, caller.tenant, caller.person.id.0, &sha256)? {
                return Ok(None);
            }
            blobs::preview_bytes(sql, caller.tenant, &sha256)
        })
        .await?;
    found.map(|(mime, bytes)| blobs::picture(mime, bytes)).ok_or_else(Problem::not_found)
}
