//! What the desk asks of the program around the window.

use std::{path::PathBuf, sync::OnceLock};

use async_trait::async_trait;
use desk::{
    Desk,
    ports::{About, Notification, Shell, Tray},
    view::Place,
};
use tauri::{AppHandle, Manager};

use crate::{bar, call_keys, clipboard, notifications::Notifications, tray, window};

/// The program around the window.
pub(crate) struct WindowShell {
    app: AppHandle,
    notifications: Notifications,
    desk: OnceLock<Desk>,
}

impl WindowShell {
    pub(crate) fn new(app: AppHandle) -> Self {
        let clicked = app.clone();
        let notifications = Notifications::new(move |about| {
            window::show(&clicked);
            if let Some(desk) = clicked.try_state::<Desk>() {
                desk.go(place_of(&about));
            }
        });
        Self { app, notifications, desk: OnceLock::new() }
    }

    /// The desk that asks.
    pub(crate) fn belongs_to(&self, desk: &Desk) {
        let _ = self.desk.set(desk.clone());
    }
}

/// Where a click on a notification leads.
fn place_of(about: &About) -> Place {
    match about {
        About::Offer(_) | About::Summary | About::Tray => Place::Desk,
        About::Message(id) | About::Mention(id) => Place::Conversation { id: *id },
    }
}

#[async_trait]
impl Shell for WindowShell {
    fn open_link(&self, url: &str) {
        // The address was checked by the desk. A program that opens it is waited for by nobody.
        if let Err(error) = open::that_detached(url) {
            tracing::warn!(%error, "a link could not be opened");
        }
    }

    fn notify(&self, notification: &Notification) {
        self.notifications.show(notification);
    }

    fn clear(&self, about: &About) {
        self.notifications.clear(about);
    }

    fn tray(&self, state: &Tray) {
        tray::show(&self.app, state);
    }

    fn take_call_keys(&self, take: bool) {
        let app = self.app.clone();
        // Keys belong to the thread of windows.
        let _ = self.app.run_on_main_thread(move || call_keys::take(&app, take));
    }

    fn call_bar(&self, show: bool) {
        let app = self.app.clone();
        let _ = self.app.run_on_main_thread(move || bar::show(&app, show));
    }

    fn zoom(&self, percent: u16) {
        window::zoom(&self.app, percent);
    }

    fn downloads(&self) -> PathBuf {
        let path = self.app.path();
        path.download_dir().or_else(|_| path.home_dir()).unwrap_or_else(|_| std::env::temp_dir())
    }

    async fn clipboard_picture(&self) -> Option<Vec<u8>> {
        clipboard::picture(&self.app).await
    }

    fn forget_page(&self) {
        window::forget(&self.app);
    }

    fn quit(&self) {
        self.app.exit(0);
    }
}
