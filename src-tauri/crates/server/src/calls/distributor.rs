//! The one task that has all live calls. What the exchange tells changes the database; whatever changes there leads back
//! here, and the call is brought to where it then belongs ([`Distributor::settle`]). So a command, a deadline and a
//! telephone that is picked up all take the same way.

mod arrives;
mod direct;
mod ends;
mod hands;

use std::{collections::BTreeMap, sync::Arc};

use model::{
    At, CommandId, ConversationId, Intent, PersonId, TenantId,
    at::{MINUTE, SECOND},
    call::{Leg, Stretch},
    wire::{Command, Outcome},
};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use super::{
    Asked,
    legs::{Desk, Direct, Live, Message, Part},
    lines::{self, Lines},
    port::{CallQueue, Ending, Told, Trouble, Tune},
    recording,
    rows::{self, Belongs},
    timers::{Timer, Timers},
};
use crate::{commands, error::Result, people, phones, routing, service::Service};

/// How often a caller is told their place, if it changed.
const POSITION_EVERY: i64 = 30 * SECOND;
/// How often sign-ins are looked at by themselves: one may simply run out.
const SIGN_INS_EVERY: i64 = MINUTE;

/// All live calls of a service.
pub(super) struct Distributor {
    service: Service,
    exchange: Arc<dyn CallQueue>,
    parts: BTreeMap<Leg, Part>,
    calls: BTreeMap<ConversationId, Live>,
    messages: BTreeMap<Leg, Message>,
    directs: BTreeMap<u64, Direct>,
    lines: Lines,
    timers: Timers,
    count: u64,
}

/// A leg that is over is a race, whatever is asked of it: that it ended is told, too.
fn unless_gone(done: Result<(), Trouble>) {
    if let Err(error) = done
        && error != Trouble::Gone
    {
        tracing::warn!(%error, "the exchange does not do what it should");
    }
}

impl Distributor {
    pub(super) fn new(service: Service, exchange: Arc<dyn CallQueue>) -> Self {
        Self {
            service,
            exchange,
            parts: BTreeMap::new(),
            calls: BTreeMap::new(),
            messages: BTreeMap::new(),
            directs: BTreeMap::new(),
            lines: Lines::default(),
            timers: Timers::default(),
            count: 0,
        }
    }

    /// Distributes calls until the exchange is closed or the service goes away.
    pub(super) async fn run(
        mut self,
        mut told: mpsc::UnboundedReceiver<Told>,
        mut asked: mpsc::UnboundedReceiver<Asked>,
    ) {
        self.timers.set(self.now() + SIGN_INS_EVERY, Timer::SignIns);
        let mut waiting = Vec::new();
        let clock = self.service.clock().clone();
        loop {
            let next = self.timers.next();
            if asked.is_empty() && told.is_empty() && next.is_none_or(|next| next > self.now()) {
                // Whoever asked may not wait any more.
                waiting.drain(..).for_each(|done: oneshot::Sender<()>| done.send(()).unwrap_or(()));
            }
            let outcome = tokio::select! {
                biased;
                asked = asked.recv() => match asked {
                    Some(Asked::Done { answer }) => {
                        waiting.push(answer);
                        Ok(())
                    }
                    Some(asked) => self.asked(asked).await,
                    None => return,
                },
                told = told.recv() => match told {
                    Some(told) => self.told(told).await,
                    None => return,
                },
                () = clock.wait_until(next.unwrap_or_default()), if next.is_some() => self.time().await,
            };
            if let Err(error) = outcome {
                tracing::error!(%error, "a call could not be brought to where it belongs");
            }
        }
    }

    fn now(&self) -> At {
        self.service.now()
    }

    async fn asked(&mut self, asked: Asked) -> Result<()> {
        match asked {
            Asked::Changed { tenant, conversations } => {
                for id in conversations {
                    if self.calls.get(&id).is_some_and(|live| live.tenant == tenant) {
                        self.settle_or_tell(id).await;
                    }
                }
                Ok(())
            }
            Asked::LookAgain => {
                let all: Vec<_> = self.calls.keys().copied().collect();
                for id in all {
                    self.settle_or_tell(id).await;
                }
                Ok(())
            }
            Asked::Line { tenant, person, sign_in, answer } => {
                // The sign-in may have ended since this was asked for.
                let asks = vec![(tenant, person, sign_in)];
                let gone = self.service.read(move |sql| lines::gone(sql, asks)).await?;
                let line = match gone.is_empty() {
                    true => self.lines.give(&*self.exchange, tenant, person, sign_in).await,
                    false => None,
                };
                // Whoever asked may have gone away.
                let _ = answer.send(line);
                Ok(())
            }
            Asked::SignInsEnded => self.show_out().await,
            Asked::Done { .. } => Ok(()),
        }
    }

    /// Brings a call to where it belongs. What fails with one must not keep the others.
    async fn settle_or_tell(&mut self, id: ConversationId) {
        if let Err(error) = self.settle(id).await {
            tracing::error!(%error, "a call could not be brought to where it belongs");
        }
    }

    /// Telephones of those who are not signed in any more are let in no longer.
    async fn show_out(&mut self) -> Result<()> {
        let lines = self.lines.all();
        for (tenant, person) in self.service.read(move |sql| lines::gone(sql, lines)).await? {
            self.lines.take(&*self.exchange, person).await;
            self.line(tenant, person, false).await?;
        }
        Ok(())
    }

    /// Calls arrive at somebody's telephone, or do not any more.
    async fn line(&mut self, tenant: TenantId, person: PersonId, there: bool) -> Result<()> {
        self.service
            .write(tenant, move |tx| {
                phones::set_there(tx, person, there)?;
                if there { Ok(()) } else { rows::phone_gone(tx, person) }
            })
            .await
    }

    async fn told(&mut self, told: Told) -> Result<()> {
        match told {
            Told::Line { line, there } => match self.lines.whose(&line) {
                Some((tenant, person)) => self.line(tenant, person, there).await,
                None => Ok(()),
            },
            Told::Incoming { leg, from, to, line } => self.incoming(leg, rows::plain(&from), to, line).await,
            Told::Connected { leg } => self.connected(leg).await,
            Told::Held { leg } => self.held(&leg, true).await,
            Told::Resumed { leg } => self.held(&leg, false).await,
            Told::Pressed { leg, key } => self.pressed(&leg, key).await,
            Told::Referred { leg, to, replaces } => self.referred(leg, to, replaces).await,
            Told::Ended { leg, why, code } => self.ended(leg, why, code).await,
            Told::Still { legs } => {
                let gone = self.parts.keys().filter(|leg| !legs.contains(leg)).cloned().collect::<Vec<_>>();
                for leg in gone {
                    self.ended(leg, Ending::Failed, None).await?;
                }
                Ok(())
            }
        }
    }

    async fn time(&mut self) -> Result<()> {
        while let Some(timer) = self.timers.take(self.now()) {
            match timer {
                Timer::Join(id) => self.settle(id).await?,
                Timer::Position(id) => self.tell_position(id).await?,
                Timer::CallBack(id) => self.offer_call_back(id).await,
                Timer::Speak(leg) => self.speak(leg).await,
                Timer::Full(leg) => self.hang_up_message(leg).await,
                Timer::Goodbye(leg) => {
                    if self.parts.get(&leg) == Some(&Part::Leaving) {
                        self.let_go(&leg).await;
                    }
                }
                Timer::Direct(nth) => self.direct_not_answered(nth).await?,
                Timer::SignIns => {
                    self.timers.set(self.now() + SIGN_INS_EVERY, Timer::SignIns);
                    self.show_out().await?;
                }
            }
        }
        Ok(())
    }

    /// Brings a call to where it belongs now. Doing it again changes nothing.
    async fn settle(&mut self, id: ConversationId) -> Result<()> {
        let Some(live) = self.calls.get(&id) else { return Ok(()) };
        let tenant = live.tenant;
        let (belongs, records) = self.service.read(move |sql| rows::belongs(sql, tenant, id)).await?;
        match belongs {
            Belongs::Waits => {
                self.leave_desk(id).await;
                self.tell_of_recording(id, records).await;
                Ok(())
            }
            Belongs::Offered(person) => {
                self.tell_of_recording(id, records).await;
                self.ring(id, person).await
            }
            Belongs::Owned(person) => {
                self.tell_of_recording(id, records).await;
                self.ring(id, person).await?;
                self.join(id, person, records).await
            }
            Belongs::Nowhere => self.hang_up(id).await,
        }
    }

    /// Somebody's telephone rings for a call, and nobody else's.
    async fn ring(&mut self, id: ConversationId, person: PersonId) -> Result<()> {
        let now = self.now();
        let Some(live) = self.calls.get(&id) else { return Ok(()) };
        if live.is_with(person) {
            return Ok(());
        }
        let (tenant, from, correlation) = (live.tenant, live.from.clone(), live.correlation.clone());
        self.leave_desk(id).await;
        match self.exchange.ring(&lines::name_of(person), &from, Some(&correlation)).await {
            Ok(leg) => {
                self.parts.insert(leg.clone(), Part::Desk(id));
                if let Some(live) = self.calls.get_mut(&id) {
                    live.desk = Some(Desk { leg, person, there: false });
                    live.go(Stretch::Ring, now);
                }
                Ok(())
            }
            Err(_) => self.service.write(tenant, move |tx| rows::cannot_ring(tx, id, person)).await,
        }
    }

    /// No telephone rings for a call any more, and nobody has it: its caller waits.
    async fn leave_desk(&mut self, id: ConversationId) {
        let now = self.now();
        let Some(live) = self.calls.get_mut(&id) else { return };
        let Some(desk) = live.desk.take() else { return };
        live.go(Stretch::Wait, now);
        live.holding = (live.holding.0, false);
        let (joined, caller) = (std::mem::take(&mut live.joined), live.caller.clone());
        if joined {
            live.waits_since = now;
            live.recording = false;
            unless_gone(self.exchange.record(&caller, None).await);
            unless_gone(self.exchange.part(&caller).await);
            unless_gone(self.exchange.play(&caller, &[Tune::Wait]).await);
            self.position_at(id, now + POSITION_EVERY);
        }
        self.let_go(&desk.leg).await;
    }

    /// A caller who will be recorded is told so first, once.
    async fn tell_of_recording(&mut self, id: ConversationId, records: bool) {
        let now = self.now();
        let Some(live) = self.calls.get_mut(&id) else { return };
        if !records || live.joined || std::mem::replace(&mut live.told_of_recording, true) {
            return;
        }
        live.heard_at = now + Tune::Consent.ms();
        let caller = live.caller.clone();
        unless_gone(self.exchange.play(&caller, &[Tune::Consent, Tune::Wait]).await);
    }

    /// A caller and whoever took the call hear each other, once both are there.
    async fn join(&mut self, id: ConversationId, person: PersonId, records: bool) -> Result<()> {
        let now = self.now();
        let Some(live) = self.calls.get(&id) else { return Ok(()) };
        let Some(desk) = live.desk.clone().filter(|desk| desk.there && desk.person == person) else {
            return Ok(());
        };
        if live.joined {
            return Ok(());
        }
        if records && live.heard_at > now {
            self.timers.set(live.heard_at, Timer::Join(id));
            return Ok(());
        }
        let caller = live.caller.clone();
        // Whatever ended meanwhile is told next.
        if self.exchange.bridge(&caller, &desk.leg).await.is_err() {
            return Ok(());
        }
        self.joined(id, person, records).await
    }

    /// They hear each other from now on.
    async fn joined(&mut self, id: ConversationId, person: PersonId, records: bool) -> Result<()> {
        let now = self.now();
        let Some(live) = self.calls.get_mut(&id) else { return Ok(()) };
        live.joined = true;
        live.go(if live.holding.0 { Stretch::Hold } else { Stretch::Talk }, now);
        let waited = now.since(live.waits_since);
        let (tenant, so_far, caller) = (live.tenant, live.so_far(now), live.caller.clone());
        if records && !std::mem::replace(&mut live.recording, true) {
            let (tape, recording) = recording::record(&self.service, tenant, "recording");
            live.recordings.push(recording);
            unless_gone(self.exchange.record(&caller, Some(tape)).await);
        }
        self.service
            .write(tenant, move |tx| rows::answered(tx, id, person, so_far, records, waited))
            .await
            .map(drop)
    }

    /// A telephone was picked up.
    async fn connected(&mut self, leg: Leg) -> Result<()> {
        match self.parts.get(&leg) {
            Some(Part::Desk(id)) => {
                let id = *id;
                let Some(live) = self.calls.get_mut(&id) else { return Ok(()) };
                let Some(desk) = live.desk.as_mut().filter(|desk| desk.leg == leg) else { return Ok(()) };
                desk.there = true;
                let (tenant, person) = (live.tenant, desk.person);
                // Picked up before the desk said anything: that takes the call, too. Where the desk was first it is taken
                // already, and this changes nothing.
                let taken = self.wants(tenant, person, Intent::Accept { conversation: id }).await?;
                if !taken {
                    self.leave_desk(id).await;
                    self.service.write(tenant, move |tx| rows::cannot_ring(tx, id, person)).await?;
                }
                self.settle(id).await
            }
            Some(Part::Caller(id)) => self.settle(*id).await,
            Some(Part::Direct(nth)) => self.direct_connected(*nth, &leg).await,
            _ => Ok(()),
        }
    }

    async fn held(&mut self, leg: &Leg, holds: bool) -> Result<()> {
        let now = self.now();
        let (id, advisor) = match self.parts.get(leg) {
            Some(Part::Desk(id)) => (*id, true),
            Some(Part::Caller(id)) => (*id, false),
            _ => return Ok(()),
        };
        let Some(live) = self.calls.get_mut(&id).filter(|live| live.joined) else { return Ok(()) };
        live.hold(advisor, holds, now);
        let caller = live.caller.clone();
        if advisor && holds {
            unless_gone(self.exchange.play(&caller, &[Tune::Wait]).await);
        }
        Ok(())
    }

    /// Wants something in somebody's name, as their desk would. Whether it is so afterwards.
    async fn wants(&self, tenant: TenantId, person: PersonId, intent: Intent) -> Result<bool> {
        let now = self.now();
        self.service
            .write_with(tenant, move |sql| {
                let Some(me) = people::person(sql, person, tenant)?.filter(|person| person.active) else {
                    return Ok((false, crate::tx::Committed::default()));
                };
                let command = Command::new(CommandId(Uuid::now_v7()), person.0.into(), intent, now);
                let (receipt, committed) = commands::handle(sql, tenant, &me, now, command)?;
                let done = matches!(receipt.outcome, Outcome::Applied { .. } | Outcome::Noop { .. });
                Ok::<_, crate::Error>((done, committed))
            })
            .await
    }

    /// Ends a leg that belongs to nothing any more.
    async fn let_go(&mut self, leg: &Leg) {
        self.parts.remove(leg);
        unless_gone(self.exchange.hang_up(leg).await);
    }

    /// Plays a last tune, and ends the leg after it.
    async fn goodbye(&mut self, leg: Leg) {
        unless_gone(self.exchange.part(&leg).await);
        unless_gone(self.exchange.play(&leg, &[Tune::Goodbye]).await);
        self.parts.insert(leg.clone(), Part::Leaving);
        self.timers.set(self.now() + Tune::Goodbye.ms(), Timer::Goodbye(leg));
    }

    /// The caller is told their place then.
    fn position_at(&mut self, id: ConversationId, at: At) {
        if let Some(live) = self.calls.get_mut(&id) {
            live.position_at = at;
            self.timers.set(at, Timer::Position(id));
        }
    }

    /// Tells a caller their place, if it is worth counting and changed.
    async fn tell_position(&mut self, id: ConversationId) -> Result<()> {
        let now = self.now();
        let Some(live) = self.calls.get(&id).filter(|live| !live.joined && live.position_at <= now) else {
            return Ok(());
        };
        let (tenant, heard_at) = (live.tenant, live.heard_at);
        if heard_at > now {
            self.position_at(id, heard_at);
            return Ok(());
        }
        let place = self.service.read(move |sql| routing::position(sql, tenant, id)).await?;
        self.position_at(id, now + POSITION_EVERY);
        let Some(live) = self.calls.get_mut(&id) else { return Ok(()) };
        let changed = place.is_some() && live.position != place;
        live.position = place;
        let told = place.and_then(|place| u8::try_from(place).ok());
        if let Some(told) = told.filter(|told| changed && *told <= Tune::LAST_POSITION) {
            let caller = live.caller.clone();
            unless_gone(self.exchange.play(&caller, &[Tune::Position(told), Tune::Wait]).await);
        }
        Ok(())
    }

    /// From now on a caller may ask to be called back.
    async fn offer_call_back(&mut self, id: ConversationId) {
        let now = self.now();
        let Some(live) = self.calls.get_mut(&id) else { return };
        live.may_ask = true;
        if live.joined {
            return;
        }
        if live.heard_at > now {
            self.timers.set(live.heard_at, Timer::CallBack(id));
            return;
        }
        let caller = live.caller.clone();
        unless_gone(self.exchange.play(&caller, &[Tune::CallBack, Tune::Wait]).await);
    }

    /// A caller pressed a key.
    async fn pressed(&mut self, leg: &Leg, key: char) -> Result<()> {
        let Some(Part::Caller(id)) = self.parts.get(leg) else { return Ok(()) };
        let (id, now) = (*id, self.now());
        let Some(live) = self.calls.get(&id).filter(|live| live.may_ask && !live.joined) else {
            return Ok(());
        };
        if key != '1' {
            return Ok(());
        }
        let (tenant, so_far, line) = (live.tenant, live.so_far(now), live.line);
        if self.service.write(tenant, move |tx| rows::call_back(tx, id, so_far, line)).await? {
            self.leave_desk(id).await;
            if let Some(live) = self.calls.remove(&id) {
                self.goodbye(live.caller).await;
                self.keep_recordings(tenant, id, line, live.recordings);
            }
        }
        Ok(())
    }
}
