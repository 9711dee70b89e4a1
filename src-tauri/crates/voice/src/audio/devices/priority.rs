//! Sound before everything else: without it a busy computer makes the other side wait for the advisor's voice.

use audio_thread_priority::promote_current_thread_to_real_time;

use crate::audio::{FRAME, RATE};

/// Lets this thread run whenever it wants to, if the system allows it.
pub(crate) fn first() {
    match promote_current_thread_to_real_time(FRAME as u32, RATE) {
        // It stays so until the thread ends.
        Ok(_) => {}
        Err(error) => {
            tracing::warn!(%error, "sound has no priority here: it may lag while the computer is busy")
        }
    }
}
