//! The desk's socket. What it says about the log it reads from the log, frame by frame; what is true now is handed on
//! as it happens.

use std::sync::Arc;

use axum::{
    extract::{State, ws::WebSocketUpgrade},
    http::HeaderMap,
    response::Response,
};
use model::{
    At, ConversationId, ConversationState, DeviceId, Epoch, Person, PersonId, Role,
    at::SECOND,
    limits::FRAME_EVENTS,
    wire::{
        ClientFrame, Event, Now, ServerFrame,
        frames::{PROTOCOL, ResetReason, SCHEMA, close},
    },
};
use tokio::sync::mpsc;

use crate::{
    auth::{
        Caller,
        sessions::{self, Standing},
    },
    chat, conversations,
    error::Result,
    figures,
    hub::{Direct, Seat, To, Who},
    log, origin, people, presence,
    problem::Problem,
    routing, scope,
    service::Service,
    socket::{NORMAL, Socket, sized},
};

/// How long "is writing" holds.
pub(crate) const TYPING: i64 = 6 * SECOND;
/// "Is writing" is told again after so long at the earliest.
pub(crate) const TYPING_AGAIN: i64 = SECOND;

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
    let admitted =
        service.hub().admit(caller.tenant, caller.person.id.0).ok_or_else(|| Problem::too_many(10))?;
    Ok(sized(upgrade).protocols([PROTOCOL]).on_upgrade(move |socket| async move {
        let socket = Socket::new(socket, service.clock().clone());
        run(service, caller, socket).await;
        drop(admitted);
    }))
}

async fn run(service: Service, caller: Caller, mut socket: Socket) {
    let (device, cursor) = match hello(&service, &caller, &mut socket).await {
        Ok(known) => known,
        Err(code) => return socket.end(code).await,
    };
    let who = Who::Desk { person: caller.person.clone(), device, family: caller.family };
    let (seat, direct) = service.hub().sit(caller.tenant, who);
    socket.obey(seat.closing());
    desks_changed(&service, &caller).await;
    let mut desk = Desk { service: service.clone(), caller, socket, seat: seat.clone(), cursor, typed: None };
    let code = desk.talk(direct).await;
    let Desk { socket, caller, .. } = desk;
    service.hub().views(&seat, None);
    service.hub().leave(&seat);
    desks_changed(&service, &caller).await;
    // Last: whoever hears the farewell finds everything noted.
    socket.end(code).await;
}

/// Waits for hello and answers it: resumed, or reset and the end.
async fn hello(service: &Service, caller: &Caller, socket: &mut Socket) -> Result<(DeviceId, u64), u16> {
    let ClientFrame::Hello { epoch, cursor, device, schema } = socket.hello().await? else {
        return Err(close::PROTOCOL);
    };
    let tenant = caller.tenant;
    let head = service.read(move |sql| log::head(sql, tenant)).await.map_err(|_| close::RESTART)?;
    let answer = greet(head, epoch, cursor, schema, service.now());
    socket.say(&answer).await?;
    if matches!(answer, ServerFrame::Resumed { .. }) { Ok((device, cursor)) } else { Err(NORMAL) }
}

/// The answer to a hello: go on from there, or begin anew.
pub(crate) fn greet(head: log::Head, epoch: Option<Epoch>, cursor: u64, schema: u32, now: At) -> ServerFrame {
    if schema != SCHEMA {
        ServerFrame::Reset { reason: ResetReason::Schema }
    } else if epoch != Some(head.epoch) {
        ServerFrame::Reset { reason: ResetReason::EpochChanged }
    } else if cursor > head.head {
        tracing::error!(cursor, head = head.head, "a desk knows more than the log: writes were lost");
        ServerFrame::Reset { reason: ResetReason::CursorAhead }
    } else if cursor < head.forgotten {
        ServerFrame::Reset { reason: ResetReason::CursorTooOld }
    } else {
        ServerFrame::Resumed { head: head.head, now }
    }
}

/// Why a desk may not stay, as the rows stand; nothing when it may.
pub(crate) fn code_for(person: Option<&Person>, role: Role, standing: Standing) -> Option<u16> {
    match (person.filter(|person| person.active), standing) {
        (None, _) | (_, Standing::Ended) => Some(close::FORBIDDEN),
        (_, Standing::Over) => Some(close::AUTH),
        // With another role it begins anew, and is told what it may no longer see.
        (Some(person), Standing::Holds) => (person.role != role).then_some(close::FORBIDDEN),
    }
}

/// A desk came or went: with the last one, the time begins to run after which its person counts as gone.
async fn desks_changed(service: &Service, caller: &Caller) {
    let (tenant, person, hub) = (caller.tenant, caller.person.id, service.clone());
    let noted = service
        // Counted while nothing else is written: two desks that come and go at once are noted in some order, and the
        // last one counts both.
        .write(tenant, move |tx| presence::desks_changed(tx, person, hub.hub().desks_of(tenant, person)))
        .await;
    if let Err(error) = noted {
        tracing::error!(%error, "a desk's coming or going could not be noted");
    }
}

/// One open desk.
struct Desk {
    service: Service,
    caller: Caller,
    socket: Socket,
    seat: Arc<Seat>,
    cursor: u64,
    /// Where the person wrote last, and when.
    typed: Option<(ConversationId, At)>,
}

impl Desk {
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
        self.still_allowed().await?;
        // Before everything else, however much the desk has missed; it is told again at its place.
        let lost = self.lost().await?;
        // The desk was told the head and is live once it is there, also over what it may not see.
        self.catch_up(lost, true).await?;
        self.tell_all().await?;
        let clock = self.service.clock().clone();
        let mut expiry = clock.wait_until(self.caller.until);
        let mut closing = Some(self.seat.closing());
        loop {
            // What was handed over comes before what is heard: an answer to a ping means that everything up to it was said.
            tokio::select! {
                biased;
                code = Socket::told_to_close(&mut closing) => return Err(code),
                () = &mut expiry => return Err(close::AUTH),
                () = self.seat.rung() => self.look().await?,
                Some(direct) = direct.recv() => {
                    match &direct {
                        Direct::Say(text) => self.socket.say_text(text.clone()).await?,
                        Direct::Again => {
                            self.look().await?;
                            self.tell_all().await?;
                        }
                    }
                    self.seat.said(&direct);
                }
                frame = self.socket.hear() => self.heard(frame?).await?,
            }
        }
    }

    /// Sends what is new in the log, if the person may still see it.
    async fn look(&mut self) -> Result<(), u16> {
        self.still_allowed().await?;
        self.catch_up(Vec::new(), false).await
    }

    /// The person may have been changed since, their account closed or their sign-in ended: what they may see follows from
    /// the rows of this moment.
    async fn still_allowed(&mut self) -> Result<(), u16> {
        let (id, tenant, family) = (self.caller.person.id, self.caller.tenant, self.caller.family);
        let (person, standing) = self
            .service
            .read(move |sql| Ok((people::person(sql, id, tenant)?, sessions::standing(sql, family)?)))
            .await
            .map_err(|_| close::RESTART)?;
        if let Some(code) = code_for(person.as_ref(), self.caller.person.role, standing) {
            return Err(code);
        }
        match person {
            Some(person) if person != self.caller.person => {
                let before = std::mem::replace(&mut self.caller.person, person);
                if before.queues != self.caller.person.queues { self.tell_queues().await } else { Ok(()) }
            }
            _ => Ok(()),
        }
    }

    /// The person serves other queues than before: what waits in those that they lost is taken from them, what waits in the
    /// new ones is told.
    async fn tell_queues(&mut self) -> Result<(), u16> {
        let (tenant, me) = (self.caller.tenant, self.caller.person.clone());
        let nows = self
            .service
            .read(move |sql| {
                let workspace = people::workspace(sql, tenant)?;
                let mut nows = Vec::new();
                for (conversation, _) in routing::line(sql, tenant)? {
                    let item = match me.sees_queue(&conversation.queue) {
                        true => Some(routing::waiting_item(sql, tenant, &workspace, &conversation)?),
                        false => None,
                    };
                    nows.push(Now::Waiting { conversation: conversation.id, item });
                }
                Ok(nows)
            })
            .await
            .map_err(|_| close::RESTART)?;
        for now in nows {
            self.socket.say(&ServerFrame::Now(now)).await?;
        }
        Ok(())
    }

    /// What the desk may hold and its person may no longer see, of everything that it missed.
    async fn lost(&mut self) -> Result<Vec<Event>, u16> {
        let (tenant, person, from) = (self.caller.tenant, self.caller.person.clone(), self.cursor);
        if from == 0 {
            // From the very beginning of the log: it holds nothing yet.
            return Ok(Vec::new());
        }
        let lost = self.service.read(move |sql| log::lost(sql, tenant, &person, from)).await;
        lost.map_err(|_| close::RESTART)
    }

    /// Sends everything of the log that the desk has not got, after what is said `first`. `even_empty`: also moves the
    /// cursor over what it may not see.
    async fn catch_up(&mut self, mut first: Vec<Event>, even_empty: bool) -> Result<(), u16> {
        loop {
            let (tenant, person, from) = (self.caller.tenant, self.caller.person.clone(), self.cursor);
            let (head, to, events) = self
                .service
                .read(move |sql| {
                    let (to, events) = log::range(sql, tenant, &person, from, FRAME_EVENTS)?;
                    Ok((log::head(sql, tenant)?.head, to, events))
                })
                .await
                .map_err(|_| close::RESTART)?;
            if to > from && (even_empty || !events.is_empty()) {
                first.extend(events);
                let events = std::mem::take(&mut first);
                self.socket.say(&ServerFrame::Range { from, to, events }).await?;
                self.cursor = to;
            }
            if to >= head || to == from {
                return Ok(());
            }
            self.cursor = to.max(self.cursor);
        }
    }

    /// Everything that is true now and that a desk which just came does not know.
    async fn tell_all(&mut self) -> Result<(), u16> {
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
                    if me.sees_queue(&conversation.queue) {
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
                for conversation in chat::presence::live_of(sql, me.id, now)? {
                    nows.push(Now::CustomerThere { conversation, there: true });
                }
                if me.role == Role::Supervisor {
                    nows.extend(figures::now(sql, tenant)?);
                }
                Ok(nows)
            })
            .await
            .map_err(|_| close::RESTART)?;
        for now in nows {
            self.socket.say(&ServerFrame::Now(now)).await?;
        }
        Ok(())
    }

    async fn heard(&mut self, frame: ClientFrame) -> Result<(), u16> {
        match frame {
            ClientFrame::Hello { .. } => Err(close::PROTOCOL),
            ClientFrame::Ping { .. } => {
                self.catch_up(Vec::new(), true).await?;
                let pong = ServerFrame::Pong { head: self.cursor, now: self.service.now() };
                self.socket.say(&pong).await
            }
            ClientFrame::Typing { conversation } => self.typing(conversation).await,
            ClientFrame::Viewing { conversation } => {
                self.service.hub().views(&self.seat, conversation);
                Ok(())
            }
        }
    }

    /// The customer sees that their own advisor is writing; colleagues who have the customer in sight see who is.
    async fn typing(&mut self, id: ConversationId) -> Result<(), u16> {
        let (tenant, me, now) = (self.caller.tenant, self.caller.person.id, self.service.now());
        if self.typed.is_some_and(|(last, at)| last == id && now.since(at) < TYPING_AGAIN) {
            return Ok(());
        }
        self.typed = Some((id, now));
        let found = self
            .service
            .read(move |sql| match conversations::load(sql, id, tenant)? {
                Some(conversation) => {
                    Ok(Some((conversation.owner, scope::people(sql, conversation.customer)?)))
                }
                None => Ok(None),
            })
            .await
            .map_err(|_| close::RESTART)?;
        let Some((owner, seeing)) = found.filter(|(_, seeing)| seeing.contains(&me)) else { return Ok(()) };
        let until = now + TYPING;
        if owner == Some(me) {
            self.service.hub().tell_page(tenant, id, until);
        }
        let others: Vec<PersonId> = seeing.into_iter().filter(|person| *person != me).collect();
        let typing = Now::Typing { conversation: id, person: Some(me), until };
        self.service.hub().tell(tenant, &To::People(others), &typing);
        Ok(())
    }
}
