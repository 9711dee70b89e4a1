//! The shell: the window, the tray, notifications, and the bridge between the screen and the desk. It knows the window
//! toolkit and nothing of the work; the desk knows the work and nothing of the toolkit.

mod attachment;
mod bar;
mod bridge;
mod call_keys;
mod clipboard;
#[cfg(feature = "embedded")]
mod embedded;
mod notifications;
mod renderer;
mod shell;
mod tray;
mod window;

use std::{process::ExitCode, sync::Arc};

use desk::{Desk, Parts, clock::SystemClock, phone::Computer, ports::Embedded};
use store::keyring::Keyring;
use tauri::{Manager, RunEvent};
use tracing_subscriber::EnvFilter;

use crate::shell::WindowShell;

/// The name under which the system's keyring keeps our secrets.
const KEYRING: &str = "org.loopdesk.desk";

/// Runs the app until it is quit.
pub fn run() -> ExitCode {
    tracing_subscriber::fmt().with_env_filter(log_filter()).with_writer(std::io::stderr).init();
    if let Some(code) = renderer::choose() {
        return code;
    }
    let app = tauri::Builder::default()
        .plugin(tauri_plugin_single_instance::init(|app, _, _| window::show(app)))
        .plugin(tauri_plugin_window_state::Builder::default().skip_initial_state(bar::BAR).build())
        .plugin(call_keys::plugin())
        .register_asynchronous_uri_scheme_protocol("attachment", attachment::answer)
        .invoke_handler(tauri::generate_handler![bridge::call, bridge::listen, bridge::painted, bridge::show])
        .setup(|app| {
            let shell = Arc::new(WindowShell::new(app.handle().clone()));
            let parts = Parts {
                folder: app.path().app_data_dir()?,
                vault: Arc::new(Keyring::open(KEYRING)),
                shell: shell.clone(),
                embedded: embedded_service(),
                telephony: Arc::new(Computer::new()?),
                clock: Arc::new(SystemClock::default()),
                io: tauri::async_runtime::handle().inner().clone(),
            };
            let desk = Desk::start(parts)?;
            shell.belongs_to(&desk);
            app.manage(desk);
            // The window first: its page comes up in processes of its own while the tray is made.
            window::open(app.handle())?;
            tray::build(app.handle())?;
            Ok(())
        })
        .build(tauri::generate_context!());
    match app {
        Ok(app) => {
            app.run(|app, event| {
                if let RunEvent::Exit = event {
                    // Presence goes offline, if there is a line.
                    if let Some(desk) = app.try_state::<Desk>() {
                        tauri::async_runtime::block_on(desk.end());
                    }
                }
            });
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("Loopdesk cannot start: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What is written when nobody wishes anything else.
const USUAL: &str = "warn,loopdesk=info";

/// What is written for the wish in `RUST_LOG`. Libraries that carry people's words say only what is wrong, whatever is
/// wished.
#[cfg(feature = "embedded")]
fn log_filter() -> EnvFilter {
    let wish = std::env::var(EnvFilter::DEFAULT_ENV).ok().filter(|wish| !wish.is_empty());
    server::logs::filter(Some(wish.as_deref().unwrap_or(USUAL)))
}

#[cfg(not(feature = "embedded"))]
fn log_filter() -> EnvFilter {
    EnvFilter::new(USUAL)
}

#[cfg(feature = "embedded")]
fn embedded_service() -> Option<Arc<dyn Embedded>> {
    Some(Arc::new(embedded::PracticeService::default()))
}

#[cfg(not(feature = "embedded"))]
fn embedded_service() -> Option<Arc<dyn Embedded>> {
    None
}
