//! Calls outside of the window: a headset's keys, and the bar that lies over all windows while the desk is out of sight.

use model::call::{Ask, Stage};

use super::calls::Known;
use crate::{
    core::{Core, Desk},
    ports::CallKey,
    workplace::Workplace,
};

impl Desk {
    /// A key of a headset or keyboard was pressed for a call.
    pub fn call_key(&self, key: CallKey) {
        self.job(move |core| {
            core.in_place(|core, place| place.call_key(core, key));
        });
    }
}

impl Workplace {
    fn call_key(&mut self, core: &mut Core, pressed: CallKey) {
        let calls = &self.telephone.calls;
        // Somebody who rings comes first: that is what one reaches for.
        let rings = calls.all().iter().find(|known| known.rings_here());
        let spoken = || calls.all().iter().find(|known| known.is_spoken());
        let any = || calls.all().iter().find(|known| known.is_live());
        let Some(known) = rings.or_else(spoken).or_else(any) else { return };
        let key = known.key.clone();
        let ask = asked(known, pressed);
        if let Err(failure) = self.ask_call(core, &key, ask) {
            tracing::debug!(%failure, "a key came too late for its call");
        }
    }
}

fn asked(known: &Known, pressed: CallKey) -> Ask {
    match (pressed, &known.call.stage) {
        (CallKey::PlayPause, Stage::Connected { held, .. }) if held.by_us => Ask::Resume,
        (CallKey::PlayPause, Stage::Connected { .. }) => Ask::Hold,
        (CallKey::PlayPause, _) => Ask::Accept,
        (CallKey::Stop, _) if known.rings_here() => Ask::Decline,
        (CallKey::Stop, _) => Ask::HangUp,
    }
}

/// What is to be heard and seen of calls outside of the window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Outside {
    /// A headset's keys are taken.
    keys: bool,
    /// The bar is shown.
    bar: bool,
    /// It rings: something waits for the advisor's answer.
    rings: bool,
}

impl Core {
    fn outside(&mut self) -> Outside {
        let hidden = self.hidden;
        let Ok(place) = self.place() else { return Outside::default() };
        let keys = place.telephone.calls.any_live();
        let rings = !place.moment.offers.is_empty() || place.telephone.calls.any_rings();
        Outside { keys, bar: keys && hidden, rings }
    }

    /// Takes what lies outside of the window for calls, as long as there are any.
    pub(crate) fn show_calls_outside(&mut self) {
        let now = self.outside();
        let before = std::mem::replace(&mut self.outside, now);
        if before.keys != now.keys {
            self.shell.take_call_keys(now.keys);
        }
        if before.bar != now.bar {
            self.shell.call_bar(now.bar);
        }
        if before.rings != now.rings {
            self.telephony.ring(now.rings);
        }
    }
}
