//! The customer's socket. It tells the rows of their conversation from the log, their place in the queue, and that the
//! advisor is writing.

use std::sync::Arc;

use axum::{
    extract::{State, ws::WebSocketUpgrade},
    http::HeaderMap,
    response::Response,
};
use model::{
    At, ConversationId, Epoch,
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
    desk::stream::{TYPING, TYPING_AGAIN},
    error::Result,
    hub::{Direct, Seat, To, Who},
    log, origin,
    problem::Problem,
    routing, scope,
    service::Service,
    socket::{Socket, sized},
};

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
    let clock = service.clock().clone();
    Ok(sized(upgrade).on_upgrade(move |socket| run(service, Socket::new(socket, clock))))
}

async fn run(service: Service, mut socket: Socket) {
    let (visitor, cursor) = match hello(&service, &mut socket).await {
        Ok(known) => known,
        Err(code) => return socket.end(code).await,
    };
    let Some(admitted) = service.hub().admit(visitor.tenant, visitor.id) else {
        return socket.end(close::FORBIDDEN).await;
    };
    let who = Who::Page { visitor: visitor.id, conversation: visitor.conversation };
    let (seat, direct) = service.hub().sit(visitor.tenant, who);
    socket.obey(seat.closing());
    pages_changed(&service, &visitor).await;
    let mut page = Page {
        service: service.clone(),
        socket,
        seat: seat.clone(),
        visitor: visitor.clone(),
        shown: visitor.conversation,
        cursor,
        epoch: Epoch(uuid::Uuid::nil()),
        position: None,
        typed: None,
    };
    let code = page.talk(direct).await;
    service.hub().leave(&seat);
    pages_changed(&service, &visitor).await;
    // Last: whoever hears the farewell finds everything noted.
    page.socket.end(code).await;
    drop(admitted);
}

async fn pages_changed(service: &Service, visitor: &Visitor) {
    let (tenant, id, hub) = (visitor.tenant, visitor.id, service.clone());
    let told = service
        // Counted while nothing else is written, as for desks.
        .write(tenant, move |tx| presence::pages_changed(tx, id, hub.hub().pages_of(tenant, id)))
        .await;
    if let Err(error) = told {
        tracing::error!(%error, "a page's coming or going could not be noted");
    }
}

async fn hello(service: &Service, socket: &mut Socket) -> Result<(Visitor, u64), u16> {
    let ChatClientFrame::Hello { token, cursor } = socket.hello().await? else { return Err(close::PROTOCOL) };
    match auth::visitor(service, hash_of(&token)).await {
        Ok(Some(visitor)) => Ok((visitor, cursor)),
        Ok(None) => Err(close::AUTH),
        Err(_) => Err(close::RESTART),
    }
}

/// One open page.
struct Page {
    service: Service,
    socket: Socket,
    seat: Arc<Seat>,
    visitor: Visitor,
    shown: Option<ConversationId>,
    cursor: u64,
    /// The log. It is another one only after the service stopped and was restored.
    epoch: Epoch,
    position: Option<u32>,
    /// When the customer wrote last.
    typed: Option<At>,
}

impl Page {
    /// Until the socket ends; answers the close code.
    async fn talk(&mut self, direct: mpsc::UnboundedReceiver<Direct>) -> u16 {
        match self.go_on(direct).await {
            Ok(never) => match never {},
            Err(code) => code,
        }
    }

    async fn go_on(
        &mut self,
        mut direct: mpsc::UnboundedReceiver<Direct>,
    ) -> Result<std::convert::Infallible, u16> {
        self.resume().await?;
        let mut closing = Some(self.seat.closing());
        loop {
            // What was handed over comes before what is heard: an answer to a ping means that everything up to it was said.
            tokio::select! {
                biased;
                code = Socket::told_to_close(&mut closing) => return Err(code),
                () = self.seat.rung() => self.catch_up().await?,
                Some(direct) = direct.recv() => {
                    if let Direct::Say(text) = &direct {
                        self.socket.say_text(text.clone()).await?;
                    }
                    self.seat.said(&direct);
                }
                frame = self.socket.hear() => self.heard(frame?).await?,
            }
        }
    }

    /// Answers hello. A cursor that is no change of the conversation that the page shows now is one of another
    /// conversation, or of a log that was lost: the page begins again from nothing.
    async fn resume(&mut self) -> Result<(), u16> {
        let (tenant, shown, cursor) = (self.visitor.tenant, self.shown, self.cursor);
        let (known, epoch) = self
            .service
            .read(move |sql| {
                let known = match shown {
                    Some(conversation) => log::has_public(sql, tenant, conversation, cursor)?,
                    None => false,
                };
                Ok((known, log::head(sql, tenant)?.epoch))
            })
            .await
            .map_err(|_| close::RESTART)?;
        if !known {
            self.cursor = 0;
        }
        self.epoch = epoch;
        self.socket.say(&ChatFrame::Resumed { epoch, from: self.cursor, now: self.service.now() }).await?;
        self.catch_up().await
    }

    /// Sends what the page has not got, and its place in the queue if that changed.
    async fn catch_up(&mut self) -> Result<(), u16> {
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
            .map_err(|_| close::RESTART)?;
        let Some((id, from, to, rows, position)) = found else { return Ok(()) };
        if from == 0 && self.cursor != 0 {
            let resumed = ChatFrame::Resumed { epoch: self.epoch, from: 0, now: self.service.now() };
            self.socket.say(&resumed).await?;
        }
        self.shown = Some(id);
        self.service.hub().page_shows(&self.seat, id);
        self.cursor = from;
        if to > from {
            self.cursor = to;
            self.socket.say(&ChatFrame::Range { from, to, rows }).await?;
        }
        if position != self.position {
            self.position = position;
            self.socket.say(&ChatFrame::Queue { position }).await?;
        }
        Ok(())
    }

    async fn heard(&mut self, frame: ChatClientFrame) -> Result<(), u16> {
        match frame {
            ChatClientFrame::Hello { .. } => Err(close::PROTOCOL),
            ChatClientFrame::Ping { .. } => {
                self.catch_up().await?;
                self.socket.say(&ChatFrame::Pong { head: self.cursor }).await
            }
            ChatClientFrame::Typing => self.typing().await,
        }
    }

    /// Whoever has the customer in sight sees that they are writing.
    async fn typing(&mut self) -> Result<(), u16> {
        let (tenant, now) = (self.visitor.tenant, self.service.now());
        let again = self.typed.is_none_or(|at| now.since(at) >= TYPING_AGAIN);
        let Some(conversation) = self.shown.filter(|_| again) else { return Ok(()) };
        self.typed = Some(now);
        let seeing = self
            .service
            .read(move |sql| scope::people_of(sql, tenant, conversation))
            .await
            .map_err(|_| close::RESTART)?;
        let typing = Now::Typing { conversation, person: None, until: now + TYPING };
        self.service.hub().tell(tenant, &To::People(seeing), &typing);
        Ok(())
    }
}
