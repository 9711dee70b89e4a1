//! The devices of calls: the telephone keeps these, while what is behind them may change.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use voice::audio::{
    Frame, Microphone, Sound, Speaker,
    cleaning::{Cleaning, Wanted},
    devices::{Player, Recorder},
};

use crate::view::AudioSettings;

/// What calls are spoken into and heard from at the moment. Copies share it.
#[derive(Clone, Default)]
pub(super) struct Chosen {
    recorder: Arc<Mutex<Option<Recorder>>>,
    player: Arc<Mutex<Option<Player>>>,
    /// One for all calls: what it has learned of the room serves the next call, too.
    cleaning: Cleaning,
}

/// A device in its place. Whoever sounds never waits for the one who changes it: that takes a moment, once.
fn put<T>(place: &Mutex<Option<T>>, device: Option<T>) {
    let old = std::mem::replace(&mut *locked(place), device);
    // Closing one takes its time; nobody waits for it in the lock.
    drop(old);
}

fn locked<T>(place: &Mutex<T>) -> MutexGuard<'_, T> {
    place.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the advisor wants to be taken away from what they say.
pub(super) fn taken_away(audio: &AudioSettings) -> Wanted {
    Wanted { without_noise: audio.without_noise, without_echo: audio.without_echo }
}

impl Chosen {
    /// Both, as a telephone wants them: cleaned.
    pub(super) fn sound(&self) -> Sound {
        self.cleaning.around(Sound::new(self.clone(), self.clone()))
    }

    /// From now on this is taken away, in a call that is spoken, too.
    pub(super) fn clean(&self, wanted: Wanted) {
        self.cleaning.want(wanted);
    }

    pub(super) fn speak_into(&self, recorder: Option<Recorder>) {
        put(&self.recorder, recorder);
    }

    /// Whether the system took away what is spoken into, and what is heard from.
    pub(super) fn broken(&self) -> (bool, bool) {
        (
            locked(&self.recorder).as_ref().is_some_and(Recorder::is_broken),
            locked(&self.player).as_ref().is_some_and(Player::is_broken),
        )
    }

    pub(super) fn hear_from(&self, player: Option<Player>) {
        put(&self.player, player);
    }
}

impl Microphone for Chosen {
    fn hear(&mut self, frame: &mut Frame) {
        match self.recorder.try_lock().as_deref_mut() {
            Ok(Some(recorder)) => recorder.hear(frame),
            _ => frame.fill(0),
        }
    }
}

impl Speaker for Chosen {
    fn play(&mut self, frame: &Frame) {
        if let Ok(Some(player)) = self.player.try_lock().as_deref_mut() {
            player.play(frame);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_away_is_what_the_advisor_chose() {
        let headset = taken_away(&AudioSettings::default());
        assert_eq!(headset, Wanted { without_noise: true, without_echo: false });
        let room = AudioSettings { without_noise: false, without_echo: true, ..AudioSettings::default() };
        assert_eq!(taken_away(&room), Wanted { without_noise: false, without_echo: true });
    }
}
