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
        let Some(known) = rings.or_else(|| calls.all().iter().find(|known| known.is_live())) else { return };
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

impl Core {
    /// Takes what lies outside of the window for calls, as long as there are any.
    pub(crate) fn show_calls_outside(&mut self) {
        let any = self.place().is_ok_and(|place| place.telephone.calls.any_live());
        let (keys, bar) = (any, any && self.hidden_since.is_some());
        let before = std::mem::replace(&mut self.calls_outside, (keys, bar));
        if before.0 != keys {
            self.shell.take_call_keys(keys);
        }
        if before.1 != bar {
            self.shell.call_bar(bar);
        }
    }
}
