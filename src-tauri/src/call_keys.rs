//! The keys of a headset and of keyboards, for calls: taken only while there is one, so that whoever plays music keeps them
//! the rest of the day. Where the system lets no program have keys of its own, the window's keys are all there is.

use desk::{Desk, ports::CallKey};
use tauri::{AppHandle, Manager, Runtime, plugin::TauriPlugin};
use tauri_plugin_global_shortcut::{Builder, Code, GlobalShortcutExt, Shortcut, ShortcutState};

const KEYS: [(Code, CallKey); 2] =
    [(Code::MediaPlayPause, CallKey::PlayPause), (Code::MediaStop, CallKey::Stop)];

/// What hears the keys that are taken.
pub(crate) fn plugin<R: Runtime>() -> TauriPlugin<R> {
    Builder::new()
        .with_handler(|app, pressed, event| {
            let known = KEYS.iter().find(|(code, _)| pressed.key == *code);
            if let (Some((_, key)), ShortcutState::Pressed) = (known, event.state())
                && let Some(desk) = app.try_state::<Desk>()
            {
                desk.call_key(*key);
            }
        })
        .build()
}

/// Takes them, or gives them back.
pub(crate) fn take(app: &AppHandle, take: bool) {
    let shortcuts = app.global_shortcut();
    for (code, _) in KEYS {
        let key = Shortcut::new(None, code);
        let done = if take { shortcuts.register(key) } else { shortcuts.unregister(key) };
        if let Err(error) = done {
            // Another program has them, or nobody may.
            tracing::debug!(%error, take, "a key for calls");
        }
    }
}
