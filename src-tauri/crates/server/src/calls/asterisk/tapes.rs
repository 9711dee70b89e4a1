//! Recordings: a second channel that listens to all that a leg says and hears (Asterisk's *snoop*) is recorded, because a
//! channel in a bridge cannot be, and because it outlives the bridges that the leg is in. What was recorded comes as a file
//! once it is over; it is taken, and removed there.

use std::sync::Arc;

use futures_util::StreamExt;
use model::{at::SECOND, call::Leg};
use serde_json::{Value, json};

use super::{
    Shared,
    ari::{Fault, unless_gone},
    settings::Recording,
    wav::Reader,
};
use crate::calls::port::{RATE, Tape, Trouble};

/// How often a file is asked for.
const TRIES: u32 = 5;
/// The first wait between two times.
const WAIT: i64 = SECOND;
/// Samples of one recording in all: four hours. What is more is not taken.
const MOST: usize = 4 * 3_600 * RATE as usize;
/// What the snoop channels are told, so that they are not taken for calls.
pub(super) const TAPE: &str = "tape";

/// A recording that is made.
pub(super) struct Taping {
    /// Of whom.
    pub(super) leg: Leg,
    /// The channel that listens.
    pub(super) snoop: String,
    tape: Tape,
    stage: Stage,
}

#[derive(PartialEq, Eq)]
enum Stage {
    /// The channel that listens is not there yet.
    Waits,
    Runs,
    /// It was ended; its file comes next.
    Ends,
}

impl Shared {
    pub(super) async fn record(self: &Arc<Self>, leg: &Leg, tape: Option<Tape>) -> Result<(), Trouble> {
        self.stop_recording(leg).await;
        let Some(tape) = tape else { return Ok(()) };
        let (name, snoop) = (self.name_for("recording"), self.name_for("snoop"));
        {
            let mut state = self.state();
            if !state.legs.contains_key(leg) {
                return Err(Trouble::Gone);
            }
            let taping = Taping { leg: leg.clone(), snoop: snoop.clone(), tape, stage: Stage::Waits };
            state.tapes.insert(name.clone(), taping);
        }
        self.tapes.send_modify(|open| *open += 1);
        // It begins once that channel is there.
        let body = json!({
            "app": self.settings.application,
            "appArgs": format!("{},{TAPE}", super::OWN),
            "spy": "both",
        });
        let done = self.ari.post_with(&["channels", &leg.0, "snoop", &snoop], &body).await;
        if let Err(fault) = done {
            self.let_go(&name);
            return Err(fault.into());
        }
        Ok(())
    }

    /// Ends the recordings of a leg, if there are any.
    async fn stop_recording(self: &Arc<Self>, leg: &Leg) {
        let (mut begun, mut waiting) = (Vec::new(), Vec::new());
        {
            let mut state = self.state();
            for (name, taping) in state.tapes.iter_mut().filter(|(_, taping)| taping.leg == *leg) {
                match taping.stage {
                    Stage::Waits => waiting.push((name.clone(), taping.snoop.clone())),
                    Stage::Runs => begun.push(name.clone()),
                    Stage::Ends => continue,
                }
                taping.stage = Stage::Ends;
            }
        }
        for (name, snoop) in waiting {
            self.let_go(&name);
            self.says(self.ari.hang_up(&snoop, None).await);
        }
        for name in begun {
            // One that is over already is told, too.
            self.says(unless_gone(self.ari.post(&["recordings", "live", &name, "stop"]).await));
        }
    }

    /// A channel that listens is there: what it hears is recorded. One that nobody waits for is ended.
    pub(super) async fn snooped(self: &Arc<Self>, snoop: &str) {
        let name = {
            let mut state = self.state();
            let found = state.tapes.iter_mut().find(|(_, taping)| taping.snoop == snoop);
            found.filter(|(_, taping)| taping.stage == Stage::Waits).map(|(name, taping)| {
                taping.stage = Stage::Runs;
                name.clone()
            })
        };
        let Some(name) = name else {
            if !self.state().tapes.values().any(|taping| taping.snoop == snoop) {
                self.says(self.ari.hang_up(snoop, None).await);
            }
            return;
        };
        let body = json!({ "name": name, "format": self.settings.recording.name(), "ifExists": "fail" });
        if let Err(fault) = self.ari.post_with(&["channels", snoop, "record"], &body).await {
            tracing::warn!(%fault, "Asterisk does not record a call");
            self.let_go(&name);
            self.says(self.ari.hang_up(snoop, None).await);
            return;
        }
        let ended = self.state().tapes.get(&name).is_some_and(|taping| taping.stage == Stage::Ends);
        if ended {
            // It was to end while it began.
            self.says(unless_gone(self.ari.post(&["recordings", "live", &name, "stop"]).await));
        }
    }

    /// A leg is over: what was not begun yet never will be.
    pub(super) fn leg_over(&self, leg: &Leg) {
        let waiting: Vec<_> = {
            let state = self.state();
            let of_leg = |taping: &&Taping| taping.leg == *leg && taping.stage == Stage::Waits;
            state.tapes.iter().filter(|(_, taping)| of_leg(taping)).map(|(name, _)| name.clone()).collect()
        };
        waiting.iter().for_each(|name| self.let_go(name));
    }

    /// A tape is let go with whatever is on it.
    fn let_go(&self, name: &str) {
        let taping = self.state().tapes.remove(name);
        if taping.is_some() {
            self.tapes.send_modify(|open| *open = open.saturating_sub(1));
        }
    }

    /// A recording is over: its file is put on the tape. Said twice, it is done once.
    pub(super) fn recorded(self: &Arc<Self>, name: &str, failed: bool) {
        let Some(taping) = self.state().tapes.remove(name) else { return };
        let (shared, name) = (self.clone(), name.to_owned());
        tokio::spawn(async move {
            if failed {
                tracing::warn!("Asterisk could not record a call");
            }
            shared.says(shared.ari.hang_up(&taping.snoop, None).await);
            // One that failed in the middle may have left a part.
            match shared.fetch(&name, &taping.tape).await {
                Ok(()) => {}
                Err(Fault::Gone) if failed => {}
                Err(fault) => tracing::error!(%fault, "a recording could not be taken from Asterisk"),
            }
            drop(taping);
            shared.tapes.send_modify(|open| *open = open.saturating_sub(1));
        });
    }

    async fn fetch(&self, name: &str, tape: &Tape) -> Result<(), Fault> {
        let mut delivered = 0;
        let mut tries = 0;
        loop {
            let fetched = self.fetch_rest(name, tape, &mut delivered).await;
            tries += 1;
            match fetched {
                Ok(()) => break,
                // It may take a moment until the file is there.
                Err(fault) if tries == TRIES || fault == Fault::Password => return Err(fault),
                Err(_) => self.clock.wait_until(self.clock.now() + (WAIT << tries)).await,
            }
        }
        unless_gone(self.ari.delete(&["recordings", "stored", name]).await)
    }

    /// Puts on the tape what is not there yet.
    async fn fetch_rest(&self, name: &str, tape: &Tape, delivered: &mut usize) -> Result<(), Fault> {
        let answer = self.ari.file(&["recordings", "stored", name, "file"]).await?;
        let mut reader = match self.settings.recording {
            Recording::Wav => Reader::wav(),
            Recording::Sln => Reader::sln(),
        };
        let mut pieces = answer.bytes_stream();
        let mut read = 0;
        while let Some(piece) = pieces.next().await {
            let samples = reader.read(&piece.map_err(|_| Fault::NoLine)?).map_err(|fault| {
                tracing::warn!(%fault, "Asterisk recorded a call in another way");
                Fault::NoLine
            })?;
            let known = delivered.saturating_sub(read).min(samples.len());
            read += samples.len();
            let new = samples.get(known..).unwrap_or_default();
            let new = new.get(..MOST.saturating_sub(*delivered)).unwrap_or(new);
            if !new.is_empty() {
                *delivered += new.len();
                tape.deliver(new.to_vec()).await;
            }
        }
        Ok(())
    }

    /// Looks which recordings ended while nobody listened.
    pub(super) async fn look_at_tapes(self: &Arc<Self>) {
        let running: Vec<_> = {
            let state = self.state();
            state
                .tapes
                .iter()
                .map(|(name, taping)| (name.clone(), taping.snoop.clone(), taping.stage == Stage::Waits))
                .collect()
        };
        for (name, snoop, waits) in running {
            if waits {
                match self.ari.get::<Value>(&["channels", &snoop]).await {
                    Ok(_) => self.snooped(&snoop).await,
                    Err(Fault::Gone) => self.let_go(&name),
                    Err(fault) => self.says(Err(fault)),
                }
            } else if self.ari.get::<Value>(&["recordings", "live", &name]).await == Err(Fault::Gone) {
                self.recorded(&name, false);
            }
        }
    }
}
