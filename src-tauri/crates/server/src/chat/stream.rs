//! The customer's socket. It tells the rows of their conversation from the log, their place in the queue, and that the
//! advisor is writing.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::{
        State,
        ws::{CloseFrame, Message as Frame, WebSocket, WebSocketUpgrade},
    },
    http::HeaderMap,
    response::Response,
};
use model::{
    At, ConversationId,
    at::SECOND,
    limits::{CLIENT_FRAME_BYTES, SOCKETS},
    wire::{
        Now,
        chat::{ChatClientFrame, ChatFrame},
        frames::close,
    },
};
use tokio::sync::mpsc;

use super::{presence, rows, start};
use crate::{
    auth::{self, Visitor, hash_of},
    error::Result,
    hub::{Direct, Seat, To, Who},
    log, origin,
    problem::Problem,
    routing,
    service::Service,
};

/// How long the page has to say hello.
const HELLO: Duration = Duration::from_secs(10);
/// Silence after which a socket counts as dead: two missed pings.
const SILENCE: Duration = Duration::from_secs(40);
/// How long "is writing" holds.
const TYPING: i64 = 6 * SECOND;

/// The stream of a customer's page.
#[utoipa::path(get, path = "/chat/v1/stream", tag = "chat",
    responses((status = 101, description = "A WebSocket; the page says hello with its token first."),
              (status = 403, body = model::wire::reads::Problem)))]
pub(crate) async fn stream(
    State(service): State<Service>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Problem> {
    origin::own(&headers)?;
    Ok(upgrade.max_message_size(CLIENT_FRAME_BYTES).max_frame_size(CLIENT_FRAME_BYTES).on_upgrade(
        move |socket| async move {
            run(service, socket).await;
        },
    ))
}

async fn run(service: Service, mut socket: WebSocket) {
    let Some((visitor, cursor)) = hello(&service, &mut socket).await else {
        return end(&mut socket, close::AUTH).await;
    };
    if service.hub().pages_of(visitor.tenant, visitor.id) >= SOCKETS {
        return end(&mut socket, close::FORBIDDEN).await;
    }
    let who = Who::Page { visitor: visitor.id, conversation: visitor.conversation };
    let (seat, direct) = service.hub().sit(visitor.tenant, who);
    pages_changed(&service, &visitor).await;
    let mut page = Page {
        service: service.clone(),
        socket,
        seat: seat.clone(),
        visitor: visitor.clone(),
        shown: visitor.conversation,
        cursor,
        position: None,
    };
    let code = page.talk(direct).await;
    let Page { mut socket, .. } = page;
    end(&mut socket, code).await;
    service.hub().leave(&seat);
    pages_changed(&service, &visitor).await;
}

async fn pages_changed(service: &Service, visitor: &Visitor) {
    let pages = service.hub().pages_of(visitor.tenant, visitor.id);
    let id = visitor.id;
    let told = service.write(visitor.tenant, move |tx| presence::pages_changed(tx, id, pages)).await;
    if let Err(error) = told {
        tracing::error!(%error, "a page's coming or going could not be noted");
    }
}

async fn hello(service: &Service, socket: &mut WebSocket) -> Option<(Visitor, u64)> {
    let first = tokio::time::timeout(HELLO, socket.recv()).await.ok()??.ok()?;
    let Frame::Text(text) = first else { return None };
    let ChatClientFrame::Hello { token, cursor } = serde_json::from_str(&text).ok()? else { return None };
    let visitor = auth::visitor(service, hash_of(&token)).await.ok()??;
    Some((visitor, cursor))
}

async fn end(socket: &mut WebSocket, code: u16) {
    let _ = socket.send(Frame::Close(Some(CloseFrame { code, reason: "".into() }))).await;
}

/// One open page.
struct Page {
    service: Service,
    socket: WebSocket,
    seat: Arc<Seat>,
    visitor: Visitor,
    shown: Option<ConversationId>,
    cursor: u64,
    position: Option<u32>,
}

impl Page {
    /// Until the socket ends; answers the close code.
    async fn talk(&mut self, mut direct: mpsc::Receiver<Direct>) -> u16 {
        if self.resume().await.is_err() {
            return close::RESTART;
        }
        loop {
            let heard = tokio::select! {
                () = self.seat.rung() => {
                    if self.seat.is_slow() {
                        return close::SLOW;
                    }
                    self.catch_up().await
                }
                Some(said) = direct.recv() => match said {
                    Direct::Typing(until) => self.send(&ChatFrame::Typing { until }).await,
                    Direct::Close(code) => return code,
                    Direct::Now(_) => Ok(()),
                },
                frame = tokio::time::timeout(SILENCE, self.socket.recv()) => match frame {
                    Ok(Some(Ok(Frame::Text(text)))) => match serde_json::from_str(&text) {
                        Ok(frame) => self.heard(frame).await,
                        Err(_) => return close::PROTOCOL,
                    },
                    Ok(Some(Ok(Frame::Ping(_) | Frame::Pong(_)))) => Ok(()),
                    Ok(Some(Ok(Frame::Binary(_)))) => return close::PROTOCOL,
                    Ok(Some(Ok(Frame::Close(_)) | Err(_)) | None) | Err(_) => return 1000,
                },
            };
            if heard.is_err() {
                return close::RESTART;
            }
        }
    }

    /// Answers hello: a cursor beyond what this conversation ever wrote begins again from nothing.
    async fn resume(&mut self) -> Result<(), ()> {
        let (tenant, shown, cursor) = (self.visitor.tenant, self.shown, self.cursor);
        let known = self
            .service
            .read(move |sql| {
                let head = log::head(sql, tenant)?.head;
                Ok(shown.is_some() && cursor <= head)
            })
            .await
            .map_err(|_| ())?;
        if !known {
            self.cursor = 0;
        }
        self.send(&ChatFrame::Resumed { from: self.cursor, now: self.service.now() }).await?;
        self.catch_up().await
    }

    /// Sends what the page has not got, and its place in the queue if that changed.
    async fn catch_up(&mut self) -> Result<(), ()> {
        let (tenant, visitor, cursor, before) =
            (self.visitor.tenant, self.visitor.id, self.cursor, self.shown);
        let found = self
            .service
            .read(move |sql| {
                let Some(conversation) = start::conversation_of(sql, tenant, visitor)? else {
                    return Ok(None);
                };
                let id = conversation.id;
                // Another conversation than before is told from its beginning.
                let from = if before == Some(id) { cursor } else { 0 };
                let (to, changed) = log::public_range(sql, tenant, id, from)?;
                let rows = rows::of(sql, tenant, id, &changed)?;
                let position = if conversation.channel == model::Channel::Chat {
                    routing::position(sql, tenant, id)?
                } else {
                    None
                };
                Ok(Some((id, from, to, rows, position)))
            })
            .await
            .map_err(|_| ())?;
        let Some((id, from, to, rows, position)) = found else { return Ok(()) };
        if from == 0 && self.cursor != 0 {
            self.send(&ChatFrame::Resumed { from: 0, now: self.service.now() }).await?;
        }
        self.shown = Some(id);
        self.service.hub().page_shows(&self.seat, id);
        self.cursor = from;
        if to > from {
            self.cursor = to;
            self.send(&ChatFrame::Range { from, to, rows }).await?;
        }
        if position != self.position {
            self.position = position;
            self.send(&ChatFrame::Queue { position }).await?;
        }
        Ok(())
    }

    async fn heard(&mut self, frame: ChatClientFrame) -> Result<(), ()> {
        match frame {
            ChatClientFrame::Hello { .. } => Err(()),
            ChatClientFrame::Ping { .. } => {
                let head = self.cursor;
                self.send(&ChatFrame::Pong { head }).await
            }
            ChatClientFrame::Typing => {
                if let Some(conversation) = self.shown {
                    let until: At = self.service.now() + TYPING;
                    let now = Now::Typing { conversation, person: None, until };
                    self.service.hub().tell(self.visitor.tenant, &To::Everybody, &now);
                }
                Ok(())
            }
        }
    }

    async fn send(&mut self, frame: &ChatFrame) -> Result<(), ()> {
        let text = serde_json::to_string(frame).map_err(|_| ())?;
        self.socket.send(Frame::Text(text.into())).await.map_err(|_| ())
    }
}
