//! The desk's socket. What it says about the log it reads from the log, frame by frame; what is true now is handed on
//! as it happens.

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
    At, ConversationId, ConversationState, DeviceId, Role,
    at::SECOND,
    limits::{CLIENT_FRAME_BYTES, FRAME_EVENTS, SOCKETS},
    wire::{
        ClientFrame, Now, ServerFrame,
        frames::{PROTOCOL, ResetReason, SCHEMA, close},
    },
};
use tokio::sync::mpsc;

use crate::{
    auth::Caller,
    chat, conversations,
    deadlines::{self, Kind},
    error::Result,
    figures,
    hub::{Direct, Seat, To, Who},
    log, origin, people, presence,
    problem::Problem,
    routing,
    service::Service,
};

/// How long the desk has to say hello.
const HELLO: Duration = Duration::from_secs(10);
/// Silence after which a socket counts as dead: two missed pings.
const SILENCE: Duration = Duration::from_secs(40);
/// How long "is writing" holds.
const TYPING: i64 = 6 * SECOND;

/// The stream of a desk.
#[utoipa::path(get, path = "/v1/stream", tag = "desk",
    responses((status = 101, description = "A WebSocket with sub-protocol `loopdesk.1`; the desk says hello first."),
              (status = 401, body = model::wire::reads::Problem), (status = 403, body = model::wire::reads::Problem)),
    security(("desk" = [])))]
pub(crate) async fn stream(
    State(service): State<Service>,
    caller: Caller,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Problem> {
    origin::own(&headers)?;
    if service.hub().desks_of(caller.tenant, caller.person.id) >= SOCKETS {
        return Err(Problem::too_many(10));
    }
    Ok(upgrade
        .protocols([PROTOCOL])
        .max_message_size(CLIENT_FRAME_BYTES)
        .max_frame_size(CLIENT_FRAME_BYTES)
        .on_upgrade(move |socket| run(service, caller, socket)))
}

async fn run(service: Service, caller: Caller, mut socket: WebSocket) {
    let mut cursor = 0;
    let device = match hello(&service, &caller, &mut socket, &mut cursor).await {
        Ok(device) => device,
        Err(code) => return end(&mut socket, code).await,
    };
    let who = Who::Desk { person: caller.person.clone(), device };
    let (seat, direct) = service.hub().sit(caller.tenant, who);
    came(&service, &caller).await;
    let mut desk =
        Desk { service: service.clone(), caller: caller.clone(), socket, seat: seat.clone(), cursor };
    let code = desk.talk(direct).await;
    let Desk { mut socket, .. } = desk;
    end(&mut socket, code).await;
    service.hub().views(&seat, None);
    service.hub().leave(&seat);
    went(&service, &caller).await;
}

async fn end(socket: &mut WebSocket, code: u16) {
    let _ = socket.send(Frame::Close(Some(CloseFrame { code, reason: "".into() }))).await;
}

/// Waits for hello and answers it: resumed, or reset and the end.
async fn hello(
    service: &Service,
    caller: &Caller,
    socket: &mut WebSocket,
    cursor: &mut u64,
) -> Result<DeviceId, u16> {
    let first = tokio::time::timeout(HELLO, socket.recv()).await;
    let Ok(Some(Ok(Frame::Text(text)))) = first else { return Err(close::PROTOCOL) };
    let Ok(ClientFrame::Hello { epoch, cursor: theirs, device, schema }) = serde_json::from_str(&text) else {
        return Err(close::PROTOCOL);
    };
    let tenant = caller.tenant;
    let head = service.read(move |sql| log::head(sql, tenant)).await.map_err(|_| close::RESTART)?;
    let reset = if schema != SCHEMA {
        Some(ResetReason::Schema)
    } else if epoch != Some(head.epoch) {
        Some(ResetReason::EpochChanged)
    } else if theirs > head.head {
        Some(ResetReason::CursorAhead)
    } else {
        None
    };
    let answer = match reset {
        Some(reason) => ServerFrame::Reset { reason },
        None => ServerFrame::Resumed { head: head.head, now: service.now() },
    };
    send(socket, &answer).await.map_err(|()| close::RESTART)?;
    if reset.is_some() {
        return Err(1000);
    }
    *cursor = theirs;
    Ok(device)
}

async fn send(socket: &mut WebSocket, frame: &ServerFrame) -> Result<(), ()> {
    let text = serde_json::to_string(frame).map_err(|_| ())?;
    socket.send(Frame::Text(text.into())).await.map_err(|_| ())
}

/// A desk connected: whoever was about to count as gone is there after all.
async fn came(service: &Service, caller: &Caller) {
    let person = caller.person.id;
    let noted = service
        .write(caller.tenant, move |tx| {
            let row = presence::row(&tx.sql, person)?;
            if row.state != model::PresenceState::Offline {
                deadlines::clear(tx, Kind::Presence, person.0)?;
            }
            Ok::<_, crate::error::Error>(())
        })
        .await;
    if let Err(error) = noted {
        tracing::error!(%error, "a desk's coming could not be noted");
    }
}

/// A desk went away: with the last one, a deadline begins to run.
async fn went(service: &Service, caller: &Caller) {
    let person = caller.person.id;
    if service.hub().desks_of(caller.tenant, person) > 0 {
        return;
    }
    let noted = service
        .write(caller.tenant, move |tx| {
            deadlines::set(tx, Kind::Presence, person.0, tx.now + presence::OUT_OF_REACH)
        })
        .await;
    if let Err(error) = noted {
        tracing::error!(%error, "a desk's going could not be noted");
    }
}

/// One open desk.
struct Desk {
    service: Service,
    caller: Caller,
    socket: WebSocket,
    seat: Arc<Seat>,
    cursor: u64,
}

impl Desk {
    /// Until the socket ends; answers the close code.
    async fn talk(&mut self, mut direct: mpsc::Receiver<Direct>) -> u16 {
        if self.catch_up(false).await.is_err() || self.tell_all().await.is_err() {
            return close::RESTART;
        }
        let clock = self.service.clock().clone();
        let mut expiry = clock.wait_until(self.caller.until);
        loop {
            let went = tokio::select! {
                () = self.seat.rung() => {
                    if self.seat.is_slow() {
                        return close::SLOW;
                    }
                    match self.still_allowed().await {
                        Ok(true) => self.catch_up(false).await,
                        Ok(false) => return close::FORBIDDEN,
                        Err(()) => Err(()),
                    }
                }
                Some(said) = direct.recv() => match said {
                    Direct::Now(now) => self.send(&ServerFrame::Now(*now)).await,
                    Direct::Close(code) => return code,
                    Direct::Typing(_) => Ok(()),
                },
                () = &mut expiry => return close::AUTH,
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
            if went.is_err() {
                return close::RESTART;
            }
        }
    }

    /// The person may have been changed or closed since: what they may see follows from the row of this moment.
    async fn still_allowed(&mut self) -> Result<bool, ()> {
        let (id, tenant) = (self.caller.person.id, self.caller.tenant);
        let person = self.service.read(move |sql| people::person(sql, id, tenant)).await.map_err(|_| ())?;
        match person.filter(|person| person.active && person.role == self.caller.person.role) {
            Some(person) => {
                if person != self.caller.person {
                    self.service.hub().renew(&self.seat, person.clone());
                    self.caller.person = person;
                }
                Ok(true)
            }
            None => Ok(false),
        }
    }

    /// Sends everything of the log that the desk has not got. `even_empty`: also moves the cursor over what it may
    /// not see.
    async fn catch_up(&mut self, even_empty: bool) -> Result<(), ()> {
        loop {
            let (tenant, person, from) = (self.caller.tenant, self.caller.person.clone(), self.cursor);
            let (head, to, events) = self
                .service
                .read(move |sql| {
                    let (to, events) = log::range(sql, tenant, &person, from, FRAME_EVENTS)?;
                    Ok((log::head(sql, tenant)?.head, to, events))
                })
                .await
                .map_err(|_| ())?;
            if to > from && (even_empty || !events.is_empty()) {
                self.send(&ServerFrame::Range { from, to, events }).await?;
                self.cursor = to;
            }
            if to >= head || to == from {
                return Ok(());
            }
            self.cursor = to.max(self.cursor);
        }
    }

    /// Everything that is true now and that a desk which just came does not know.
    async fn tell_all(&mut self) -> Result<(), ()> {
        let (tenant, me, now) = (self.caller.tenant, self.caller.person.clone(), self.service.now());
        let nows: Vec<Now> = self
            .service
            .read(move |sql| {
                let workspace = people::workspace(sql, tenant)?;
                let mut nows = Vec::new();
                for (_, presence) in presence::everybody(sql, tenant)? {
                    nows.push(Now::Presence { presence });
                }
                for (conversation, _) in routing::line(sql, tenant)? {
                    if me.role == Role::Supervisor || me.queues.contains(&conversation.queue) {
                        let item = routing::waiting_item(sql, tenant, &workspace, &conversation)?;
                        nows.push(Now::Waiting { conversation: conversation.id, item: Some(item) });
                    }
                }
                for offer in routing::offers_to(sql, me.id)? {
                    if let Some(conversation) = conversations::load(sql, offer.conversation, tenant)?
                        && conversation.state == ConversationState::Waiting
                    {
                        let item = routing::offer_item(sql, tenant, &workspace, &conversation, &offer)?;
                        nows.push(Now::Offer { conversation: conversation.id, offer: Some(item) });
                    }
                }
                for conversation in chat::presence::live_of(sql, tenant, me.id, now)? {
                    nows.push(Now::CustomerThere { conversation, there: true });
                }
                if me.role == Role::Supervisor {
                    nows.extend(figures::now(sql, tenant)?);
                }
                Ok(nows)
            })
            .await
            .map_err(|_| ())?;
        for now in nows {
            self.send(&ServerFrame::Now(now)).await?;
        }
        Ok(())
    }

    async fn heard(&mut self, frame: ClientFrame) -> Result<(), ()> {
        match frame {
            ClientFrame::Hello { .. } => Err(()),
            ClientFrame::Ping { .. } => {
                self.catch_up(true).await?;
                let pong = ServerFrame::Pong { head: self.cursor, now: self.service.now() };
                self.send(&pong).await
            }
            ClientFrame::Typing { conversation } => self.typing(conversation).await,
            ClientFrame::Viewing { conversation } => {
                self.service.hub().views(&self.seat, conversation);
                Ok(())
            }
        }
    }

    /// The customer sees that their own advisor is writing; colleagues who look on see who is.
    async fn typing(&mut self, id: ConversationId) -> Result<(), ()> {
        let (tenant, me) = (self.caller.tenant, self.caller.person.id);
        let until: At = self.service.now() + TYPING;
        let conversation =
            self.service.read(move |sql| conversations::load(sql, id, tenant)).await.map_err(|_| ())?;
        if conversation.is_some_and(|c| c.owner == Some(me)) {
            self.service.hub().tell_page(tenant, id, until);
        }
        let now = Now::Typing { conversation: id, person: Some(me), until };
        self.service.hub().tell(tenant, &To::Everybody, &now);
        Ok(())
    }

    async fn send(&mut self, frame: &ServerFrame) -> Result<(), ()> {
        send(&mut self.socket, frame).await
    }
}
