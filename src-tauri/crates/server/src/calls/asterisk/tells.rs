//! What Asterisk says, in our words: each thing once, in the order in which it happened. What follows from it (the next tune,
//! a recording's file) is done beside, so that nothing that happens has to wait for it.

use std::sync::Arc;

use model::call::{Leg, Party};

use super::{
    OWN, Shared,
    causes::{self, ending},
    ears::Over,
    events::{Channel, Event, ReferTo},
    state::Known,
    tapes::TAPE,
};
use crate::calls::port::{Ending, HandedOver, Told};

/// How a playback names the channel that hears it.
const CHANNEL: &str = "channel:";
/// What hung up normally says of itself.
const NORMAL: i64 = 16;

/// What a channel is that came to us.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Came {
    /// Somebody calls.
    Caller,
    /// A telephone that we rang.
    Rung,
    /// It listens for a recording.
    Snoop,
}

/// What a channel is, by what it says to us.
pub(super) fn came(args: &[String]) -> Came {
    match args {
        [own, what, ..] if own == OWN && what == TAPE => Came::Snoop,
        [own, ..] if own == OWN => Came::Rung,
        _ => Came::Caller,
    }
}

impl Shared {
    /// Something happened. `false`: another program has our name now.
    pub(super) fn hear(self: &Arc<Self>, event: Event) -> bool {
        match event {
            Event::StasisStart { args, channel, replace_channel } => {
                self.arrives(&args, &channel, replace_channel.is_some());
            }
            Event::ChannelStateChange { channel } => {
                let leg = Leg(channel.id.clone());
                let calls = self.state().legs.get(&leg).is_some_and(|known| known.calls);
                // A telephone that we rang can be joined only once it came to us, which is a moment later.
                if calls && channel.is_up() {
                    self.connected(&leg);
                }
            }
            Event::ChannelDtmfReceived { digit, timestamp, channel } => {
                self.pressed(Leg(channel.id), &digit, timestamp);
            }
            Event::ChannelHold { channel } => self.holds(Leg(channel.id), true),
            Event::ChannelUnhold { channel } => self.holds(Leg(channel.id), false),
            Event::ChannelHangupRequest { cause, channel } => {
                if let Some(known) = self.state().legs.get_mut(&Leg(channel.id)) {
                    known.cause = cause.or(known.cause);
                }
            }
            Event::ChannelDestroyed { cause, tech_cause, channel } => {
                self.ended(&Leg(channel.id), Some(cause), tech_cause);
            }
            Event::StasisEnd { channel } => self.ended(&Leg(channel.id), None, None),
            Event::ChannelTransfer { state: None, refer_to, referred_by } => {
                self.referred(Leg(referred_by.source_channel.id), *refer_to);
            }
            Event::PlaybackFinished { playback } => {
                if let Some(channel) = playback.target_uri.strip_prefix(CHANNEL) {
                    let (shared, leg) = (self.clone(), Leg(channel.to_owned()));
                    tokio::spawn(async move { shared.tune_over(&leg, &playback.id, Over::Said).await });
                }
            }
            Event::RecordingFinished { recording } => self.recorded(&recording.name, false),
            Event::RecordingFailed { recording } => self.recorded(&recording.name, true),
            Event::EndpointStateChange { endpoint }
            | Event::PeerStatusChange { endpoint }
            | Event::ContactStatusChange { endpoint } => self.line(&endpoint),
            Event::ApplicationReplaced { application } => {
                return application != self.settings.application;
            }
            // A transfer that we decided about goes on.
            Event::ChannelTransfer { .. } | Event::Other => {}
        }
        true
    }

    /// The dialplan, or a telephone that was picked up, gives us a channel.
    pub(super) fn arrives(self: &Arc<Self>, args: &[String], channel: &Channel, replaces: bool) {
        let leg = Leg(channel.id.clone());
        match came(args) {
            Came::Snoop => {
                let (shared, snoop) = (self.clone(), channel.id.clone());
                tokio::spawn(async move { shared.snooped(&snoop).await });
            }
            Came::Rung => {
                if self.known(&leg).is_ok() {
                    self.connected(&leg);
                } else {
                    // Nobody waits for it any more.
                    self.end(channel.id.clone());
                }
            }
            Came::Caller if replaces => {
                // An older Asterisk handed a call over by itself: whose it is cannot be known.
                tracing::warn!("Asterisk put another channel in the place of a call, which ends it");
                self.end(channel.id.clone());
            }
            Came::Caller => self.incoming(leg, channel),
        }
    }

    fn end(self: &Arc<Self>, channel: String) {
        let shared = self.clone();
        tokio::spawn(async move { shared.says(shared.ari.hang_up(&channel, None).await) });
    }

    fn incoming(&self, leg: Leg, channel: &Channel) {
        let mut state = self.state();
        if state.legs.contains_key(&leg) {
            return;
        }
        let resource = self.settings.endpoint.of_channel(&channel.name);
        let line = resource.and_then(|resource| state.lines.get(resource)).map(|line| line.name.clone());
        let known = Known { was_up: channel.is_up(), ..Known::new(true) };
        state.legs.insert(leg.clone(), known);
        let name = Some(channel.caller.name.as_str()).filter(|name| !name.is_empty());
        let from = Party { number: channel.caller.number.as_str().into(), name: name.map(Into::into) };
        self.tell(Told::Incoming { leg, from, to: channel.dialplan.exten.clone(), line });
    }

    fn pressed(&self, leg: Leg, digit: &str, at: String) {
        let mut keys = digit.chars();
        let (Some(key @ ('0'..='9' | '*' | '#')), None) = (keys.next(), keys.next()) else { return };
        let mut state = self.state();
        let Some(known) = state.legs.get_mut(&leg) else { return };
        // Two presses of a key are never at the same time.
        let pressed = (at, key);
        let twice = !pressed.0.is_empty() && known.pressed.as_ref() == Some(&pressed);
        known.pressed = Some(pressed);
        if !twice {
            self.tell(Told::Pressed { leg, key });
        }
    }

    fn holds(&self, leg: Leg, holds: bool) {
        let mut state = self.state();
        let Some(known) = state.legs.get_mut(&leg) else { return };
        if std::mem::replace(&mut known.held, holds) != holds {
            self.tell(if holds { Told::Held { leg } } else { Told::Resumed { leg } });
        }
    }

    /// A leg is over. Told once, whatever says so first.
    fn ended(self: &Arc<Self>, leg: &Leg, cause: Option<i64>, tech_cause: Option<i64>) {
        let join = {
            let mut state = self.state();
            let Some(known) = state.legs.remove(leg) else { return };
            let cause = cause.or(known.cause).unwrap_or(NORMAL);
            let why = ending(cause, known.connected, known.calls);
            // What was picked up was wanted.
            let why = if known.connected && why != Ending::Failed { Ending::Left } else { why };
            self.tell(Told::Ended { leg: leg.clone(), why, code: causes::code(tech_cause) });
            state.unjoin(leg)
        };
        self.leg_over(leg);
        if let Some(join) = join {
            let (shared, leg) = (self.clone(), leg.clone());
            tokio::spawn(async move { shared.parted(&leg, join).await });
        }
    }

    fn referred(self: &Arc<Self>, leg: Leg, refer_to: ReferTo) {
        let known = self.known(&leg).is_ok();
        let other = refer_to.destination_channel.map(|channel| Leg(channel.id));
        let replaces = other.filter(|other| self.known(other).is_ok());
        let attended = refer_to.requested_destination.protocol_id.is_some();
        if !known || (attended && replaces.is_none()) {
            // The other call is none of ours: nobody here could join them.
            let shared = self.clone();
            tokio::spawn(async move {
                shared.says(shared.transfer_says(&leg.0, HandedOver::NotNow).await);
            });
            return;
        }
        self.tell(Told::Referred { leg, to: refer_to.requested_destination.destination, replaces });
    }
}
