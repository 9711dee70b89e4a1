//! The life of one practice customer: what happens on the line goes to the mind, what the mind wants goes to the line.
//! Names and words never reach a log; the script's name says enough.

use std::{collections::BTreeSet, sync::Arc};

use model::{
    At, CommandId, MessageId,
    at::SECOND,
    wire::chat::{
        ChatClientFrame, ChatCommand, ChatFrom, ChatIntent, ChatLine, ChatOutcome, ChatPhase, ChatRow,
        ChatState,
    },
};
use tokio::sync::watch;
use uuid::Uuid;

use super::{
    Pace,
    link::{Cut, Heard, Lines, Link},
    mind::{Act, Event, Mind},
    script::Script,
};
use crate::clock::Clock;

const PING_EVERY: i64 = 15 * SECOND;
/// Pings without an answer until the line counts as dead.
const MISSES: u32 = 2;
const LONGEST_WAIT: i64 = 30 * SECOND;

/// Why a life ended before its script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Over {
    /// Somebody stopped them.
    Stopped,
    /// The service refused for good.
    Refused,
    /// The script is done.
    Done,
}

/// One practice customer.
pub(super) struct Customer {
    script: Arc<Script>,
    mind: Mind,
    link: Link,
    clock: Arc<dyn Clock>,
    pace: Pace,
    stopped: watch::Receiver<bool>,
    /// The clock when their day began.
    began: At,
    /// Lines that the mind knows.
    known: BTreeSet<MessageId>,
    state: Option<ChatState>,
    handed_over: bool,
    /// False while they are cut off.
    present: bool,
    /// The line is back, but not everything has been told.
    catching_up: bool,
    said_something: bool,
    dial_at: At,
    dials: u32,
    ping_at: At,
    missed: u32,
}

impl Customer {
    pub(super) fn new(
        script: Arc<Script>,
        lines: Lines,
        clock: Arc<dyn Clock>,
        pace: Pace,
        stopped: watch::Receiver<bool>,
    ) -> Self {
        let began = clock.now();
        Self {
            mind: Mind::new(script.clone(), 0),
            link: Link::new(lines),
            clock,
            pace,
            stopped,
            began,
            known: BTreeSet::new(),
            state: None,
            handed_over: script.hand_over.is_none(),
            present: true,
            catching_up: false,
            said_something: false,
            dial_at: began,
            dials: 0,
            ping_at: began,
            missed: 0,
            script,
        }
    }

    /// Until the script is done, somebody stops it, or the service refuses.
    pub(super) async fn live(mut self) {
        let over = self.days().await;
        tracing::debug!(script = %self.script.id, ?over, "a practice customer is gone");
        if over == Over::Stopped && self.said_something {
            // Nobody should go on answering somebody who is gone. Once; if it does not go through, they just left.
            let _ = self.link.post(&command(ChatIntent::End)).await;
        }
    }

    async fn days(&mut self) -> Over {
        if let Err(over) = self.begin().await {
            return over;
        }
        loop {
            if let Err(over) = self.once().await {
                return over;
            }
        }
    }

    async fn begin(&mut self) -> Result<(), Over> {
        let mut tries = 0;
        loop {
            let now = self.clock.now();
            match self.link.start(&self.script, now).await {
                Ok(()) => return Ok(()),
                Err(Cut::Refused(code)) => {
                    tracing::warn!(script = %self.script.id, code, "a practice customer was not let in");
                    return Err(Over::Refused);
                }
                Err(cut) => self.rest(cut, tries).await?,
            }
            tries += 1;
        }
    }

    /// One turn: do what is due, then wait for whatever comes first.
    async fn once(&mut self) -> Result<(), Over> {
        self.happens(Event::Tick).await?;
        self.hand_over().await?;
        self.keep_line().await?;
        let wake = self.wake_at();
        tokio::select! {
            () = stop(&mut self.stopped) => Err(Over::Stopped),
            heard = self.link.hear(), if self.link.is_up() => match heard {
                Ok(heard) => self.heard(heard).await,
                Err(cut) => self.line_broke(cut).await,
            },
            () = self.clock.wait_until(wake) => Ok(()),
        }
    }

    /// The customer's own time of day.
    fn day(&self) -> i64 {
        self.pace.to_day(self.clock.now().since(self.began))
    }

    fn wake_at(&self) -> At {
        let mut wake = self.clock.now() + LONGEST_WAIT;
        if let Some(next) = self.mind.next_at() {
            wake = wake.min(self.began + self.pace.to_clock(next));
        }
        if self.wants_line() {
            wake = wake.min(if self.link.is_up() { self.ping_at } else { self.dial_at });
        }
        wake
    }

    fn wants_line(&self) -> bool {
        self.present && self.said_something
    }

    async fn happens(&mut self, event: Event) -> Result<(), Over> {
        let day = self.day();
        for act in self.mind.step(event, day) {
            self.act(act).await?;
        }
        Ok(())
    }

    async fn act(&mut self, act: Act) -> Result<(), Over> {
        match act {
            Act::Type => {
                // Who is seen typing is a courtesy: it may get lost.
                let _ = self.link.tell(&ChatClientFrame::Typing).await;
                Ok(())
            }
            Act::Say(text) => {
                self.said_something = true;
                self.want(ChatIntent::Say { text, attachments: Vec::new() }).await
            }
            Act::Disconnect => {
                self.present = false;
                self.link.hang_up();
                Ok(())
            }
            Act::Reconnect => {
                self.present = true;
                self.catching_up = true;
                self.dial_at = self.clock.now();
                Ok(())
            }
            Act::End => self.want(ChatIntent::End).await,
            Act::Score { kind, value, comment } => {
                self.want(ChatIntent::Score { kind, value, comment }).await
            }
            Act::Leave => Err(Over::Done),
        }
    }

    /// Wants something once, however often it takes to say so.
    async fn want(&mut self, intent: ChatIntent) -> Result<(), Over> {
        let said = matches!(intent, ChatIntent::Say { .. });
        let command = command(intent);
        let mut tries = 0;
        loop {
            match self.link.post(&command).await {
                Ok(ChatOutcome::Rejected { code, .. }) if said => {
                    tracing::warn!(script = %self.script.id, ?code, "a practice customer was refused");
                    return Err(Over::Refused);
                }
                // Ended or scored already: so be it.
                Ok(_) => return Ok(()),
                Err(Cut::Refused(_)) => return Err(Over::Refused),
                Err(Cut::NotKnown) => {
                    self.rest(Cut::NoLine, tries).await?;
                    self.begin().await?;
                }
                Err(cut) => self.rest(cut, tries).await?,
            }
            tries += 1;
        }
    }

    async fn hand_over(&mut self) -> Result<(), Over> {
        let Some(hand_over) = self.script.hand_over.clone().filter(|_| !self.handed_over) else {
            return Ok(());
        };
        let Some(conversation) = self.state.as_ref().map(|state| state.conversation) else { return Ok(()) };
        self.handed_over = true;
        for tries in 0..5 {
            match self.link.hand_over(conversation, &hand_over).await {
                Ok(()) => return Ok(()),
                Err(cut @ (Cut::NoLine | Cut::NotNow(_))) => self.rest(cut, tries).await?,
                Err(cut) => {
                    tracing::warn!(script = %self.script.id, %cut, "the assistant could not hand over");
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    async fn keep_line(&mut self) -> Result<(), Over> {
        if !self.wants_line() {
            return Ok(());
        }
        let now = self.clock.now();
        if !self.link.is_up() {
            if now < self.dial_at {
                return Ok(());
            }
            self.dials += 1;
            if let Err(cut) = self.link.dial().await {
                return self.line_broke(cut).await;
            }
            self.missed = 1;
            self.ping_at = self.clock.now() + PING_EVERY;
        } else if now >= self.ping_at {
            if self.missed >= MISSES {
                self.link.hang_up();
                return self.line_broke(Cut::NoLine).await;
            }
            self.missed += 1;
            self.ping_at = now + PING_EVERY;
            if let Err(cut) = self.link.ping().await {
                return self.line_broke(cut).await;
            }
        }
        Ok(())
    }

    async fn line_broke(&mut self, cut: Cut) -> Result<(), Over> {
        self.dial_at = self.clock.now() + wait_for(cut, self.dials);
        if cut == Cut::NotKnown {
            self.begin().await?;
        }
        Ok(())
    }

    async fn heard(&mut self, heard: Heard) -> Result<(), Over> {
        self.missed = 0;
        match heard {
            Heard::Rows(rows) => {
                for row in rows {
                    match row {
                        ChatRow::Line(line) => self.line(line).await?,
                        ChatRow::State(state) => self.stands(state).await?,
                    }
                }
                Ok(())
            }
            Heard::Typing => self.happens(Event::Typing).await,
            Heard::Position(position) => self.happens(Event::Position(position)).await,
            Heard::Pong => {
                self.dials = 0;
                if std::mem::take(&mut self.catching_up) {
                    self.happens(Event::Back).await?;
                }
                Ok(())
            }
            Heard::Nothing => Ok(()),
        }
    }

    async fn line(&mut self, line: ChatLine) -> Result<(), Over> {
        let new = self.known.insert(line.id);
        if !new || !matches!(line.from, ChatFrom::Advisor { .. }) {
            return Ok(());
        }
        self.want(ChatIntent::Seen { upto: line.n }).await?;
        self.happens(Event::Line(line.text)).await
    }

    async fn stands(&mut self, state: ChatState) -> Result<(), Over> {
        let before = self.state.replace(state.clone());
        let phase = before.as_ref().map(|state| state.phase);
        let advisor = before.and_then(|state| state.advisor);
        if state.phase == ChatPhase::Open && state.advisor.is_some() && state.advisor != advisor {
            self.happens(Event::Joined).await?;
        }
        if state.phase == ChatPhase::Ended {
            if phase != Some(ChatPhase::Ended) {
                self.happens(Event::Ended).await?;
            }
            if let Some(kind) = state.asks {
                self.happens(Event::ScoreAsked(kind)).await?;
            }
        }
        Ok(())
    }

    /// Waits before the next try, unless somebody stops it.
    async fn rest(&mut self, cut: Cut, tries: u32) -> Result<(), Over> {
        let until = self.clock.now() + wait_for(cut, tries);
        tokio::select! {
            () = stop(&mut self.stopped) => Err(Over::Stopped),
            () = self.clock.wait_until(until) => Ok(()),
        }
    }
}

/// Ends when somebody stops the customer; their practice being dropped is no reason to go.
async fn stop(stopped: &mut watch::Receiver<bool>) {
    if stopped.wait_for(|stopped| *stopped).await.is_err() {
        std::future::pending::<()>().await;
    }
}

fn command(intent: ChatIntent) -> ChatCommand {
    ChatCommand { id: CommandId(Uuid::now_v7()), intent }
}

/// Full jitter up to half a minute, and never less than the service asked for.
fn wait_for(cut: Cut, tries: u32) -> i64 {
    let most = LONGEST_WAIT.min(SECOND << tries.min(5));
    let jitter = i64::from(rand::random::<u16>()) * most / i64::from(u16::MAX);
    match cut {
        Cut::NotNow(ms) => ms + jitter / 4,
        _ => jitter,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_stay_within_half_a_minute() {
        for tries in 0..40 {
            let wait = wait_for(Cut::NoLine, tries);
            assert!((0..=LONGEST_WAIT.min(1_000 << tries.min(5))).contains(&wait));
            assert!(wait_for(Cut::NotNow(5_000), tries) >= 5_000);
        }
    }
}
