//! The whole surface towards the screen: one command to call the desk, one to listen to it, one to say that what
//! was heard is painted.

use desk::{Desk, Failure, FailureCode, api, view::Push};
use serde_json::Value;
use tauri::{AppHandle, State, WebviewWindow, ipc::Channel};

use crate::{
    bar::{self, BAR},
    window,
};

/// Does one call of the desk's table.
#[tauri::command]
pub(crate) async fn call(
    window: WebviewWindow,
    desk: State<'_, Desk>,
    name: String,
    input: Value,
) -> Result<Value, Failure> {
    // The bar has the desk's hand for calls, and for nothing else.
    let of_calls = name == "app.start" || name.starts_with("call.") || name.starts_with("offer.");
    if window.label() == BAR && !of_calls {
        return Err(FailureCode::NotAllowed.into());
    }
    api::dispatch(desk.inner(), &name, input).await
}

/// Lets the screen hear of all changes from now on: the first, and each next once it has painted the one before. The bar of
/// a call hears of calls only, each when it comes: it is small enough to keep up.
#[tauri::command]
pub(crate) fn listen(window: WebviewWindow, desk: State<'_, Desk>, channel: Channel<Vec<Push>>) {
    if window.label() == BAR {
        let mine = bar::showing();
        desk.listen(move |mut pushes| {
            if bar::showing() != mine {
                return false;
            }
            pushes.retain(|push| {
                matches!(push, Push::Calls { .. } | Push::Gate { .. } | Push::Settings { .. })
            });
            pushes.is_empty() || channel.send(pushes).is_ok()
        });
    } else {
        desk.turn_to(move |pushes| channel.send(pushes).is_ok());
    }
}

/// The screen has painted what it was sent.
#[tauri::command]
pub(crate) fn painted(window: WebviewWindow, desk: State<'_, Desk>) {
    if window.label() != BAR {
        desk.painted();
    }
}

/// Brings the window to the front, from the bar of a call.
#[tauri::command]
pub(crate) fn show(app: AppHandle) {
    window::show(&app);
}
