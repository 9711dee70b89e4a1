//! The tray: how the reader is, and how many conversations need them, also while the window is hidden.

use desk::{
    Desk,
    api::{Calls, SetPresence},
    ports::Tray,
};
use model::PresenceState;
use tauri::{
    AppHandle, Manager,
    image::Image,
    menu::{Menu, MenuItem, PredefinedMenuItem},
    tray::{MouseButton, TrayIconBuilder, TrayIconEvent},
};

use crate::window;

const LIVE: &[u8] = include_bytes!("../../icons/tray-live.png");
const AWAY: &[u8] = include_bytes!("../../icons/tray-away.png");
const OFFLINE: &[u8] = include_bytes!("../../icons/tray-offline.png");

/// The line of the menu that tells the state.
struct StateLine(MenuItem<tauri::Wry>);

/// Makes the tray. A desktop without one goes on without.
pub(crate) fn build(app: &AppHandle) -> tauri::Result<()> {
    let french = system_is_french();
    let word = |english: &'static str, french_: &'static str| if french { french_ } else { english };
    let state = MenuItem::with_id(app, "state", "Loopdesk", false, None::<&str>)?;
    let open = MenuItem::with_id(app, "open", word("Open Loopdesk", "Ouvrir Loopdesk"), true, None::<&str>)?;
    let available = MenuItem::with_id(app, "available", word("Available", "Disponible"), true, None::<&str>)?;
    let away = MenuItem::with_id(app, "away", word("Away", "Absent"), true, None::<&str>)?;
    let quit = MenuItem::with_id(app, "quit", word("Quit", "Quitter"), true, None::<&str>)?;
    let line = || PredefinedMenuItem::separator(app);
    let menu = Menu::with_items(app, &[&state, &line()?, &open, &available, &away, &line()?, &quit])?;
    let tray = TrayIconBuilder::with_id(window::TRAY)
        .icon(Image::from_bytes(OFFLINE)?)
        .menu(&menu)
        .tooltip("Loopdesk")
        .show_menu_on_left_click(false)
        .on_menu_event(|app, event| match event.id().as_ref() {
            "open" => window::show(app),
            "available" => set_presence(app, PresenceState::Available),
            "away" => set_presence(app, PresenceState::Away),
            "quit" => app.exit(0),
            _ => {}
        })
        .on_tray_icon_event(|tray, event| {
            if let TrayIconEvent::Click { button: MouseButton::Left, .. } = event {
                window::show(tray.app_handle());
            }
        })
        .build(app);
    match tray {
        Ok(_) => {
            app.manage(StateLine(state));
        }
        Err(error) => tracing::warn!(%error, "this desktop has no tray; closing the window will end the app"),
    }
    Ok(())
}

fn set_presence(app: &AppHandle, state: PresenceState) {
    if let Some(desk) = app.try_state::<Desk>() {
        let desk = desk.inner().clone();
        tauri::async_runtime::spawn(async move {
            if let Err(failure) = desk.set_presence(SetPresence { state, reason: None }).await {
                tracing::warn!(%failure, "presence was not set from the tray");
            }
        });
    }
}

/// Shows the state.
pub(crate) fn show(app: &AppHandle, state: &Tray) {
    let picture = match state.presence {
        Some(PresenceState::Available | PresenceState::Busy) => LIVE,
        Some(PresenceState::Away) => AWAY,
        Some(PresenceState::Offline) | None => OFFLINE,
    };
    let (app, tooltip) = (app.clone(), state.tooltip.clone());
    // The tray belongs to the main thread.
    let _ = app.clone().run_on_main_thread(move || {
        if let Some(tray) = app.tray_by_id(window::TRAY) {
            let _ = tray.set_icon(Image::from_bytes(picture).ok());
            let _ = tray.set_tooltip(Some(&tooltip));
        }
        if let Some(line) = app.try_state::<StateLine>() {
            let _ = line.0.set_text(&tooltip);
        }
    });
}

fn system_is_french() -> bool {
    ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
        .is_some_and(|value| value.starts_with("fr"))
}
