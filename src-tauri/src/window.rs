//! The one window.

use desk::{Desk, view::Theme};
use tauri::{
    AppHandle, DragDropEvent, Manager, Theme as SystemTheme, WebviewUrl, WebviewWindow, WebviewWindowBuilder,
    WindowEvent,
    webview::{Color, NewWindowResponse},
};

/// The window's name, in Tauri's terms.
pub(crate) const MAIN: &str = "main";

/// The name of the tray, to which a closed window goes.
pub(crate) const TRAY: &str = "loopdesk";

/// Opens the window.
pub(crate) fn open(app: &AppHandle) -> tauri::Result<()> {
    let (theme, zoom) = first_look(app);
    let window = WebviewWindowBuilder::new(app, MAIN, WebviewUrl::default())
        .title("Loopdesk")
        .inner_size(1280.0, 800.0)
        .min_inner_size(880.0, 560.0)
        .on_navigation(is_ours)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .visible(false)
        .build()?;
    // No flash of white before the first paint.
    let dark = match theme {
        Theme::Dark => true,
        Theme::Light => false,
        Theme::System => window.theme().is_ok_and(|theme| theme == SystemTheme::Dark),
    };
    let paper = if dark { Color(19, 20, 22, 255) } else { Color(246, 245, 242, 255) };
    let _ = window.set_background_color(Some(paper));
    if zoom != 100 {
        let _ = window.set_zoom(f64::from(zoom) / 100.0);
    }
    check_spelling(&window);
    listen(&window);
    window.show()
}

/// The engine marks misspelt words in what the advisor writes, in both languages; which one counts is told by the field.
/// It reads whole dictionaries for that, which must not keep the first paint waiting: nobody writes in the first second.
#[cfg(target_os = "linux")]
fn check_spelling(window: &WebviewWindow) {
    use webkit2gtk::{WebContextExt, WebViewExt};
    const LATER: std::time::Duration = std::time::Duration::from_secs(1);
    let window = window.clone();
    gtk::glib::timeout_add_local_once(LATER, move || {
        let _ = window.with_webview(|webview| {
            if let Some(context) = webview.inner().context() {
                context.set_spell_checking_languages(&["en_GB", "en_US", "fr_FR"]);
                context.set_spell_checking_enabled(true);
            }
        });
    });
}

#[cfg(not(target_os = "linux"))]
fn check_spelling(_: &WebviewWindow) {}

/// The screen lives at one address, and nothing may lead away from it.
pub(crate) fn is_ours(url: &tauri::Url) -> bool {
    let built = url.scheme() == "tauri" || url.host_str() == Some("tauri.localhost");
    let developed = cfg!(debug_assertions) && url.host_str() == Some("localhost") && url.port() == Some(5173);
    built || developed
}

/// What the settings say of the very first paint; read here because the desk is only starting.
fn first_look(app: &AppHandle) -> (Theme, u16) {
    let settings = app
        .path()
        .app_data_dir()
        .ok()
        .and_then(|folder| std::fs::read(folder.join("settings.json")).ok())
        .and_then(|bytes| serde_json::from_slice::<desk::view::Settings>(&bytes).ok())
        .unwrap_or_default()
        .bounded();
    (settings.theme, settings.zoom)
}

fn listen(window: &WebviewWindow) {
    let app = window.app_handle().clone();
    window.on_window_event(move |event| match event {
        WindowEvent::Focused(focused) => {
            if let Some(desk) = app.try_state::<Desk>() {
                desk.focus(*focused);
            }
        }
        // The engine keeps dropped files from the page, so they go to the desk; the screen says where they belong.
        WindowEvent::DragDrop(drag) => {
            if let Some(desk) = app.try_state::<Desk>() {
                match drag {
                    DragDropEvent::Enter { .. } => desk.drag(true),
                    DragDropEvent::Drop { paths, .. } => desk.dropped(paths.clone()),
                    DragDropEvent::Leave => desk.drag(false),
                    _ => {}
                }
            }
        }
        WindowEvent::CloseRequested { api, .. } => {
            // Chats go on: closing hides. Without a tray there would be no way back, so then it ends.
            if app.tray_by_id(TRAY).is_none() {
                return;
            }
            api.prevent_close();
            if let Some(window) = app.get_webview_window(MAIN) {
                let _ = window.hide();
            }
            if let Some(desk) = app.try_state::<Desk>() {
                desk.hide(true);
                desk.focus(false);
            }
        }
        _ => {}
    });
}

/// Brings the window to the front.
pub(crate) fn show(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(MAIN) {
        let _ = window.show();
        let _ = window.unminimize();
        let _ = window.set_focus();
    }
    if let Some(desk) = app.try_state::<Desk>() {
        desk.hide(false);
    }
}

/// Makes the engine forget what it keeps beside the page: what was stored for it, its caches.
pub(crate) fn forget(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(MAIN)
        && let Err(error) = window.clear_all_browsing_data()
    {
        tracing::warn!(%error, "what the window keeps cannot be cleared");
    }
}

/// Makes everything in the window larger or smaller.
pub(crate) fn zoom(app: &AppHandle, percent: u16) {
    if let Some(window) = app.get_webview_window(MAIN) {
        let _ = window.set_zoom(f64::from(percent) / 100.0);
    }
}
