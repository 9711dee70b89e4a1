//! The bar of a call: small, over all windows, while the desk itself is out of sight.

use std::sync::atomic::{AtomicU64, Ordering};

use tauri::{AppHandle, Manager, WebviewUrl, WebviewWindowBuilder, webview::NewWindowResponse};

use crate::window;

/// The window's name, in Tauri's terms.
pub(crate) const BAR: &str = "bar";

/// Counts showings: whoever listens for an earlier bar listens to nobody.
static SHOWINGS: AtomicU64 = AtomicU64::new(0);

/// Which showing it is now.
pub(crate) fn showing() -> u64 {
    SHOWINGS.load(Ordering::Relaxed)
}

const WIDTH: f64 = 440.0;
const HEIGHT: f64 = 56.0;

/// Shows it, or takes it away. Its page is a process of its own, so it lives only as long as it is needed.
pub(crate) fn show(app: &AppHandle, show: bool) {
    SHOWINGS.fetch_add(1, Ordering::Relaxed);
    let there = app.get_webview_window(BAR);
    let done = match (there, show) {
        (None, true) => open(app),
        (Some(bar), false) => bar.destroy(),
        _ => Ok(()),
    };
    if let Err(error) = done {
        tracing::warn!(%error, show, "the bar of a call");
    }
}

fn open(app: &AppHandle) -> tauri::Result<()> {
    let bar = WebviewWindowBuilder::new(app, BAR, WebviewUrl::App("bar.html".into()))
        .title("Loopdesk call")
        // A window that cannot be resized takes the size that its content wishes, which a page does not.
        .inner_size(WIDTH, HEIGHT)
        .min_inner_size(WIDTH, HEIGHT)
        .max_inner_size(WIDTH, HEIGHT)
        .maximizable(false)
        .minimizable(false)
        .decorations(false)
        .always_on_top(true)
        .visible_on_all_workspaces(true)
        .skip_taskbar(true)
        // Whoever types elsewhere goes on typing there.
        .focused(false)
        .on_navigation(window::is_ours)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .build()?;
    if let Some(screen) = bar.primary_monitor()? {
        let (size, scale) = (screen.size().to_logical::<f64>(screen.scale_factor()), 24.0);
        bar.set_position(tauri::LogicalPosition::new((size.width - WIDTH) / 2.0, scale))?;
    }
    Ok(())
}
