//! The system's notifications: at most five at a time, one for each thing, taken away once it was handled. A click may
//! never come back, so nothing depends on one.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use desk::ports::{About, Notification};
use notify_rust::{Hint, NotificationResponse, Timeout, Urgency};
use tokio::sync::mpsc;

/// Notifications that may stand at the same time.
const MOST: usize = 5;

/// Shown notifications: how to take each away, and when it came.
type Shown = BTreeMap<About, (u64, mpsc::Sender<()>)>;

/// The system's notifications.
pub(crate) struct Notifications {
    shown: Arc<Mutex<Shown>>,
    clicked: Arc<dyn Fn(About) + Send + Sync>,
    count: Mutex<u64>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Notifications {
    /// `clicked` is told what a clicked notification was about.
    pub(crate) fn new(clicked: impl Fn(About) + Send + Sync + 'static) -> Self {
        Self { shown: Arc::default(), clicked: Arc::new(clicked), count: Mutex::new(0) }
    }

    /// Shows one, in the place of an older one about the same thing.
    pub(crate) fn show(&self, notification: &Notification) {
        let number = {
            let mut count = lock(&self.count);
            *count += 1;
            *count
        };
        let about = notification.about.clone();
        let (close, mut closed) = mpsc::channel(1);
        {
            let mut shown = lock(&self.shown);
            if let Some((_, older)) = shown.insert(about.clone(), (number, close)) {
                let _ = older.try_send(());
            }
            while shown.len() > MOST {
                let oldest =
                    shown.iter().min_by_key(|(_, (number, _))| *number).map(|(about, _)| about.clone());
                let Some(oldest) = oldest else { break };
                if let Some((_, older)) = shown.remove(&oldest) {
                    let _ = older.try_send(());
                }
            }
        }
        let message = message(notification);
        let (shown, clicked) = (self.shown.clone(), self.clicked.clone());
        tauri::async_runtime::spawn(async move {
            match message.show_async().await {
                Ok(handle) => {
                    let mut answer = None;
                    tokio::select! {
                        () = handle.wait_for_action_async(|response| answer = Some(is_click(response))) => {}
                        _ = closed.recv() => handle.close_async().await,
                    }
                    if answer == Some(true) {
                        clicked(about.clone());
                    }
                }
                // A desktop without notifications: the window tells everything, too.
                Err(error) => tracing::warn!(%error, "a notification was not shown"),
            }
            let mut shown = lock(&shown);
            if shown.get(&about).is_some_and(|(latest, _)| *latest == number) {
                shown.remove(&about);
            }
        });
    }

    /// Takes one away.
    pub(crate) fn clear(&self, about: &About) {
        if let Some((_, close)) = lock(&self.shown).remove(about) {
            let _ = close.try_send(());
        }
    }
}

fn is_click(response: &NotificationResponse) -> bool {
    match response {
        NotificationResponse::Default => true,
        NotificationResponse::Action(action) => action == "default" || action == "open",
        _ => false,
    }
}

fn message(notification: &Notification) -> notify_rust::Notification {
    let mut message = notify_rust::Notification::new();
    message
        .appname("Loopdesk")
        .summary(&notification.title)
        // Servers read <b>, <a> and <img> in bodies: a customer's words must never be markup.
        .body(&escaped(&notification.body))
        .icon("loopdesk")
        .action("default", "Loopdesk")
        .hint(Hint::Category("im.received".into()))
        .hint(Hint::DesktopEntry("loopdesk".into()))
        .urgency(if notification.urgent { Urgency::Critical } else { Urgency::Normal })
        .timeout(if notification.urgent { Timeout::Never } else { Timeout::Default });
    message
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn a_customer_s_words_are_never_markup() {
        assert_eq!(escaped("<img src=x> & <b>"), "&lt;img src=x&gt; &amp; &lt;b&gt;");
    }
}
