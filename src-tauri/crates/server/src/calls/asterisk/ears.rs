//! What legs hear: one tune after the other, or each other. Asterisk plays one thing at a time, so the next is asked for when
//! it says that one is over. While a telephone makes its caller wait, Asterisk itself plays music to them.

use std::sync::Arc;

use model::call::Leg;
use serde_json::json;
use uuid::Uuid;

use super::{
    Shared,
    ari::{Fault, unless_gone},
    sounds::Played,
    state::{Ear, Hears, Join},
};
use crate::calls::port::{Trouble, Tune};

/// Which end of a playback it was.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Over {
    /// Asterisk said so.
    Said,
    /// It was long enough.
    LongEnough,
}

impl Shared {
    /// From now on a leg hears these.
    pub(super) async fn play(self: &Arc<Self>, leg: &Leg, tunes: &[Tune]) -> Result<(), Trouble> {
        let ear = self.state().ear(leg).ok_or(Trouble::Gone)?;
        let mut ear = ear.lock().await;
        self.silence(leg, &mut ear).await?;
        ear.tunes = tunes.iter().copied().collect();
        Ok(self.start(leg, &mut ear).await?)
    }

    /// What a leg hears now stops; what is still to be heard stays.
    async fn silence(&self, leg: &Leg, ear: &mut Ear) -> Result<(), Fault> {
        match std::mem::take(&mut ear.hears) {
            Hears::Nothing => Ok(()),
            Hears::Playback(id) => unless_gone(self.ari.delete(&["playbacks", &id]).await),
            Hears::Music => self.ari.delete(&["channels", &leg.0, "moh"]).await.map(drop),
        }
    }

    /// A leg begins to hear the next tune, if it is joined with nobody and there is one. One that Asterisk cannot play is left
    /// out, so that a name that was misspelt keeps nobody in silence.
    async fn start(self: &Arc<Self>, leg: &Leg, ear: &mut Ear) -> Result<(), Fault> {
        if ear.hears != Hears::Nothing || self.state().joins.contains_key(leg) {
            return Ok(());
        }
        while let Some(tune) = ear.tunes.front().copied() {
            match self.begin(leg, tune).await {
                Ok(hears) => {
                    ear.hears = hears;
                    return Ok(());
                }
                Err(fault @ Fault::Refused(_)) if ear.tunes.len() > 1 => {
                    tracing::warn!(%fault, ?tune, "Asterisk cannot play a tune");
                    ear.tunes.pop_front();
                }
                Err(fault) => return Err(fault),
            }
        }
        Ok(())
    }

    async fn begin(self: &Arc<Self>, leg: &Leg, tune: Tune) -> Result<Hears, Fault> {
        let (media, ends) = match self.settings.sounds.of(tune) {
            Played::Music(class) => {
                let class = class.map_or_else(|| json!({}), |class| json!({ "mohClass": class }));
                self.ari.post_with(&["channels", &leg.0, "moh"], &class).await?;
                return Ok(Hears::Music);
            }
            Played::Once(media) => (media, false),
            Played::Tone(tone) => (vec![tone], true),
        };
        let id = self.name_for("sound");
        self.ari.post_with(&["channels", &leg.0, "play", &id], &json!({ "media": media })).await?;
        if ends {
            self.end_later(leg, id.clone(), tune.ms());
        }
        Ok(Hears::Playback(id))
    }

    /// Ends a tone when it was heard for so long.
    fn end_later(self: &Arc<Self>, leg: &Leg, playback: String, ms: i64) {
        let (shared, leg, until) = (self.clone(), leg.clone(), self.clock.now() + ms);
        tokio::spawn(async move {
            shared.clock.wait_until(until).await;
            shared.tune_over(&leg, &playback, Over::LongEnough).await;
        });
    }

    /// A playback is over: the next tune begins. One that was replaced meanwhile is nobody's business any more.
    pub(super) async fn tune_over(self: &Arc<Self>, leg: &Leg, playback: &str, over: Over) {
        let Some(ear) = self.state().ear(leg) else { return };
        let mut ear = ear.lock().await;
        if ear.hears != Hears::Playback(playback.to_owned()) {
            return;
        }
        if over == Over::LongEnough {
            self.says(unless_gone(self.ari.delete(&["playbacks", playback]).await));
        }
        ear.hears = Hears::Nothing;
        ear.tunes.pop_front();
        let started = self.start(leg, &mut ear).await;
        self.says(started);
    }

    /// Goes on with what a leg hears, after something was missed.
    pub(super) async fn go_on(self: &Arc<Self>, leg: &Leg) {
        let Some(ear) = self.state().ear(leg) else { return };
        let playback = match &ear.lock().await.hears {
            Hears::Playback(id) => Some(id.clone()),
            Hears::Music => return,
            Hears::Nothing => None,
        };
        let Some(playback) = playback else { return self.resume(leg).await };
        if self.ari.get::<serde_json::Value>(&["playbacks", &playback]).await == Err(Fault::Gone) {
            self.tune_over(leg, &playback, Over::Said).await;
        }
    }

    /// A leg that is joined with nobody hears its tunes again.
    async fn resume(self: &Arc<Self>, leg: &Leg) {
        let Some(ear) = self.state().ear(leg) else { return };
        let mut ear = ear.lock().await;
        let started = self.start(leg, &mut ear).await;
        self.says(started);
    }

    /// Takes legs out of the bridge that they were in, which is not needed any more.
    async fn take_down(&self, bridge: &str, legs: [&Leg; 2]) {
        for leg in legs {
            // Whoever is over, or out already, is out.
            let _ =
                self.ari.post_with(&["bridges", bridge, "removeChannel"], &json!({ "channel": leg.0 })).await;
        }
        self.says(unless_gone(self.ari.delete(&["bridges", bridge]).await));
    }

    /// A leg is joined with nobody any more, nor is the other.
    pub(super) async fn part(self: &Arc<Self>, leg: &Leg) -> Result<(), Trouble> {
        let join = {
            let mut state = self.state();
            if !state.legs.contains_key(leg) {
                return Err(Trouble::Gone);
            }
            state.unjoin(leg)
        };
        if let Some(join) = join {
            self.parted(leg, join).await;
        }
        Ok(())
    }

    /// Two legs were joined; what is left of them hears its tunes again.
    pub(super) async fn parted(self: &Arc<Self>, leg: &Leg, join: Join) {
        self.take_down(&join.bridge, [leg, &join.other]).await;
        self.resume(leg).await;
        self.resume(&join.other).await;
    }

    /// Two legs hear each other.
    pub(super) async fn bridge(self: &Arc<Self>, one: &Leg, other: &Leg) -> Result<(), Trouble> {
        if one == other {
            return Err(Trouble::Refused);
        }
        let joined = self.state().joins.get(one).is_some_and(|join| join.other == *other);
        if joined {
            return Ok(());
        }
        self.part(one).await?;
        self.part(other).await?;
        let done = self.join(one, other).await;
        if done.is_err() {
            self.resume(one).await;
            self.resume(other).await;
        }
        done
    }

    async fn join(self: &Arc<Self>, one: &Leg, other: &Leg) -> Result<(), Trouble> {
        // Always in the same order: two who are to be joined twice at once wait for nobody for ever.
        let (first, second) = if one < other { (one, other) } else { (other, one) };
        let ears = {
            let state = self.state();
            state.ear(first).zip(state.ear(second)).ok_or(Trouble::Gone)?
        };
        let (mut one_ear, mut other_ear) = (ears.0.lock().await, ears.1.lock().await);
        self.silence(first, &mut one_ear).await?;
        self.silence(second, &mut other_ear).await?;
        let bridge = self.name_for("bridge");
        self.ari.post_with(&["bridges", &bridge], &json!({ "type": "mixing" })).await?;
        let both = json!({ "channel": [one.0, other.0] });
        let added = match self.ari.post_with(&["bridges", &bridge, "addChannel"], &both).await {
            // So it says that a channel is not there.
            Err(Fault::Refused(400)) => Err(Trouble::Gone),
            done => done.map(drop).map_err(Trouble::from),
        };
        let added = added.and_then(|()| {
            let mut state = self.state();
            if !state.legs.contains_key(one) || !state.legs.contains_key(other) {
                return Err(Trouble::Gone);
            }
            for (leg, other) in [(one, other), (other, one)] {
                state.joins.insert(leg.clone(), Join { bridge: bridge.clone(), other: other.clone() });
            }
            Ok(())
        });
        if added.is_err() {
            self.take_down(&bridge, [one, other]).await;
        }
        added
    }

    /// A name that nobody had before, by which what is ours is known as such.
    pub(super) fn name_for(&self, what: &str) -> String {
        format!("{}{what}-{}", self.prefix(), Uuid::now_v7().simple())
    }

    /// How the names of what is ours begin.
    pub(super) fn prefix(&self) -> String {
        format!("{}-own-", self.settings.application)
    }

    /// What could not be done and nobody waits for is written down, unless it was too late.
    pub(super) fn says(&self, done: Result<(), Fault>) {
        match done {
            Ok(()) | Err(Fault::Gone) => {}
            Err(fault) => tracing::warn!(%fault, "Asterisk does not do what it should"),
        }
    }
}
