//! A customer's files and the transcript of their conversation.

use axum::{
    Json,
    extract::{Path, Query, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use model::wire::{chat::ChatFrom, reads::BlobStored};

use super::{commands::uploader, rows, start};
use crate::{
    audit,
    auth::Visitor,
    blobs::{self, Piece},
    error::Result,
    messages, people,
    problem::Problem,
    service::Service,
};

/// Takes a piece of a customer's file.
#[utoipa::path(put, path = "/chat/v1/blobs/{sha256}", tag = "chat", params(("sha256" = String, Path), Piece),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = BlobStored), (status = 401, body = model::wire::reads::Problem),
              (status = 409, body = model::wire::reads::Problem), (status = 413, body = model::wire::reads::Problem),
              (status = 429, body = model::wire::reads::Problem)),
    security(("visitor" = [])))]
pub(crate) async fn put(
    State(service): State<Service>,
    visitor: Visitor,
    Path(sha256): Path<String>,
    Query(piece): Query<Piece>,
    request: axum::extract::Request,
) -> Result<Json<BlobStored>, Problem> {
    service.limits().piece(visitor.id)?;
    let bytes = crate::json::bytes(request, &service).await?;
    Ok(Json(blobs::store(&service, uploader(&visitor), sha256, piece, bytes).await?))
}

/// A file of the customer's conversation.
#[utoipa::path(get, path = "/chat/v1/blobs/{sha256}", tag = "chat", params(("sha256" = String, Path)),
    responses((status = 200, content_type = "application/octet-stream"),
              (status = 404, body = model::wire::reads::Problem)), security(("visitor" = [])))]
pub(crate) async fn get(
    State(service): State<Service>,
    visitor: Visitor,
    Path(sha256): Path<String>,
) -> Result<Response, Problem> {
    let found = service
        .read(move |sql| {
            if !blobs::visitor_may(sql, visitor.tenant, visitor.id, &sha256)? {
                return Ok(None);
            }
            blobs::bytes(sql, visitor.tenant, &sha256)
        })
        .await?;
    found.map(blobs::download).ok_or_else(Problem::not_found)
}

/// The preview of a picture of the customer's conversation.
#[utoipa::path(get, path = "/chat/v1/blobs/{sha256}/preview", tag = "chat", params(("sha256" = String, Path)),
    responses((status = 200, content_type = "image/png"), (status = 404, body = model::wire::reads::Problem)),
    security(("visitor" = [])))]
pub(crate) async fn preview(
    State(service): State<Service>,
    visitor: Visitor,
    Path(sha256): Path<String>,
) -> Result<Response, Problem> {
    let found = service
        .read(move |sql| {
            if !blobs::visitor_may(sql, visitor.tenant, visitor.id, &sha256)? {
                return Ok(None);
            }
            blobs::preview_bytes(sql, visitor.tenant, &sha256)
        })
        .await?;
    found.map(|(mime, bytes)| blobs::picture(mime, bytes)).ok_or_else(Problem::not_found)
}

/// The conversation as plain text, for the customer to keep.
#[utoipa::path(get, path = "/chat/v1/transcript", tag = "chat",
    responses((status = 200, content_type = "text/plain"), (status = 404, body = model::wire::reads::Problem)),
    security(("visitor" = [])))]
pub(crate) async fn transcript(
    State(service): State<Service>,
    visitor: Visitor,
) -> Result<Response, Problem> {
    let now = service.now();
    let found = service
        .read(move |sql| {
            let Some(conversation) = start::conversation_of(sql, visitor.tenant, visitor.id)? else {
                return Ok(None);
            };
            let mut text = format!("{}\n\n", people::workspace(sql, visitor.tenant)?.name);
            let lines = messages::before(sql, conversation.id, visitor.tenant, None, usize::MAX)?;
            for line in lines.into_iter().filter_map(rows::line) {
                let who = match &line.from {
                    ChatFrom::Me => "»",
                    ChatFrom::Advisor { name } => name,
                    ChatFrom::Bot => "Bot",
                };
                let when = jiff::Timestamp::from_millisecond(line.at.0)
                    .map(|at| at.strftime("%Y-%m-%d %H:%M UTC").to_string())
                    .unwrap_or_default();
                text.push_str(&format!("{when}  {who}: {}\n", &*line.text));
                for file in &line.attachments {
                    text.push_str(&format!("    [{}]\n", &*file.name));
                }
            }
            Ok(Some((conversation.id.0, text)))
        })
        .await?;
    let (conversation, text) = found.ok_or_else(Problem::not_found)?;
    let what = ("read_transcript", Some(conversation));
    let noted = service
        .db()
        .write(move |sql| audit::note_alone(sql, visitor.tenant, now, visitor.id, what, audit::DONE));
    noted.await??;
    Ok((
        StatusCode::OK,
        [
            (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
            (header::CONTENT_DISPOSITION, "attachment; filename=\"transcript.txt\""),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        ],
        text,
    )
        .into_response())
}
