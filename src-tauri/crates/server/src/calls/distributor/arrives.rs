//! Somebody calls: into a queue, a colleague, or nowhere.

use model::{
    Slug, TenantId,
    at::{MINUTE, SECOND},
    call::{Leg, Party},
    workspace::QueueCalls,
};

use super::{Distributor, unless_gone};
use crate::{
    calls::{
        legs::{Live, Message, Part},
        lines,
        port::{Refusal, Tune},
        recording, rows,
        timers::Timer,
    },
    error::Result,
    people,
};

/// The longest message.
const LONGEST_MESSAGE: i64 = 2 * MINUTE;

/// How a queue answers now.
struct Answers {
    tenant: TenantId,
    queue: Slug,
    open: bool,
    calls: QueueCalls,
}

impl Distributor {
    pub(super) async fn incoming(
        &mut self,
        leg: Leg,
        from: Party,
        to: String,
        line: Option<String>,
    ) -> Result<()> {
        if let Some(line) = line {
            return self.dialled(leg, from, &to, &line).await;
        }
        let now = self.now();
        let answers = self.service.read(move |sql| {
            let Some((tenant, queue)) = people::called(sql, &to)? else { return Ok(None) };
            let workspace = people::workspace(sql, tenant)?;
            let found = workspace.queue(&queue).and_then(|found| {
                let open = found.hours.as_ref().is_none_or(|hours| hours.is_open(now));
                found.calls.clone().map(|calls| Answers { tenant, queue, open, calls })
            });
            Ok(found)
        });
        match answers.await {
            Ok(Some(answers)) if answers.open => self.queue(leg, from, answers).await,
            Ok(Some(answers)) if answers.calls.voicemail => {
                self.closed(leg, from, answers).await;
                Ok(())
            }
            Ok(Some(_)) => {
                unless_gone(self.exchange.refuse(&leg, Refusal::NobodyThere).await);
                Ok(())
            }
            Ok(None) => {
                unless_gone(self.exchange.refuse(&leg, Refusal::NoSuchNumber).await);
                Ok(())
            }
            Err(error) => {
                unless_gone(self.exchange.refuse(&leg, Refusal::Fault).await);
                Err(error)
            }
        }
    }

    /// A caller waits from now on.
    async fn queue(&mut self, leg: Leg, from: Party, answers: Answers) -> Result<()> {
        let Answers { tenant, queue, calls, .. } = answers;
        let caller = from.clone();
        let begun = self.service.write(tenant, move |tx| rows::begin(tx, &queue, &caller)).await;
        let begun = match begun {
            Ok(Some(begun)) => begun,
            Ok(None) => {
                unless_gone(self.exchange.refuse(&leg, Refusal::Unwanted).await);
                return Ok(());
            }
            Err(error) => {
                unless_gone(self.exchange.refuse(&leg, Refusal::Fault).await);
                return Err(error);
            }
        };
        let (id, now) = (begun.conversation, self.now());
        unless_gone(self.exchange.answer(&leg).await);
        let mut tunes = vec![Tune::Welcome];
        tunes.extend(calls.record.then_some(Tune::Consent));
        let heard_at = now + tunes.iter().map(|tune| tune.ms()).sum::<i64>();
        tunes.push(Tune::Wait);
        unless_gone(self.exchange.play(&leg, &tunes).await);
        self.parts.insert(leg.clone(), Part::Caller(id));
        let mut live = Live::new(tenant, leg, from, begun.correlation, now);
        live.heard_at = heard_at;
        live.told_of_recording = calls.record;
        self.calls.insert(id, live);
        self.position_at(id, heard_at + SECOND);
        if calls.call_back_s > 0 {
            self.timers.set(now + i64::from(calls.call_back_s) * SECOND, Timer::CallBack(id));
        }
        // It may have been offered at once.
        self.settle(id).await
    }

    /// Nobody is there: a caller may leave a message.
    async fn closed(&mut self, leg: Leg, from: Party, answers: Answers) {
        let Answers { tenant, queue, .. } = answers;
        let began = self.now();
        unless_gone(self.exchange.answer(&leg).await);
        unless_gone(self.exchange.play(&leg, &[Tune::Closed, Tune::Speak]).await);
        let speak = began + Tune::Closed.ms() + Tune::Speak.ms();
        self.timers.set(speak, Timer::Speak(leg.clone()));
        self.timers.set(speak + LONGEST_MESSAGE, Timer::Full(leg.clone()));
        self.parts.insert(leg.clone(), Part::Message);
        self.messages.insert(leg, Message { tenant, queue, from, began, recording: None });
    }

    /// The caller speaks from now on.
    pub(super) async fn speak(&mut self, leg: Leg) {
        let Some(message) = self.messages.get_mut(&leg) else { return };
        let (tape, recording) = recording::record(&self.service, message.tenant, "message");
        message.recording = Some(recording);
        unless_gone(self.exchange.record(&leg, Some(tape)).await);
    }

    /// A message is as long as it may be.
    pub(super) async fn hang_up_message(&mut self, leg: Leg) {
        if self.messages.contains_key(&leg) {
            unless_gone(self.exchange.record(&leg, None).await);
            self.message_ended(&leg);
            self.goodbye(leg).await;
        }
    }

    /// Keeps a message, once all of it is written.
    pub(super) fn message_ended(&mut self, leg: &Leg) {
        let Some(message) = self.messages.remove(leg) else { return };
        let service = self.service.clone();
        tokio::spawn(async move {
            let Message { tenant, queue, from, began, recording } = message;
            let recorded = match recording {
                Some(recording) => recording.await.ok(),
                None => None,
            };
            let (length, recordings) =
                recorded.map_or_else(|| (0, Vec::new()), |recorded| (recorded.length, recorded.files));
            let left = rows::Left { queue, from, began, length, recordings };
            if let Err(error) = service.write(tenant, move |tx| rows::left(tx, left)).await {
                tracing::error!(%error, "a message could not be kept");
            }
        });
    }

    /// Somebody's own telephone calls.
    async fn dialled(&mut self, leg: Leg, from: Party, to: &str, line: &str) -> Result<()> {
        let (Some((tenant, caller)), Some(called)) = (self.lines.whose(line), lines::named(to)) else {
            unless_gone(self.exchange.refuse(&leg, Refusal::NoSuchNumber).await);
            return Ok(());
        };
        self.direct(leg, tenant, caller, called, from).await
    }
}
