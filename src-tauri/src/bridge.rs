//! The whole surface towards the screen: one command to call the desk, one to listen to it, one to say that what
//! was heard is painted.

use desk::{Desk, Failure, api, view::Push};
use serde_json::Value;
use tauri::{State, ipc::Channel};

/// Does one call of the desk's table.
#[tauri::command]
pub(crate) async fn call(desk: State<'_, Desk>, name: String, input: Value) -> Result<Value, Failure> {
    api::dispatch(desk.inner(), &name, input).await
}

/// Lets the screen hear of all changes from now on: the first, and each next once it has painted the one before.
#[tauri::command]
pub(crate) fn listen(desk: State<'_, Desk>, channel: Channel<Vec<Push>>) {
    desk.turn_to(move |pushes| channel.send(pushes).is_ok());
}

/// The screen has painted what it was sent.
#[tauri::command]
pub(crate) fn painted(desk: State<'_, Desk>) {
    desk.painted();
}
