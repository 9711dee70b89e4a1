//! What goes wrong between a desk and its service, by the numbers of the failure cases (`F1` and so on): each is a story
//! whose name begins with its number, here or where it belongs. The architecture check knows that none is missing.

mod clock;
mod line;
mod log;
mod sleep;

use loopdesk_tests::{Advisor, Stage, advisor::words, seat::Seat};
use model::{ConversationId, MessageKind};
use serde_json::{Value, json};
use uuid::Uuid;

/// Says something in a conversation.
async fn sends(desk: &Advisor, id: &str, mode: &str, text: &str) {
    let message = json!({ "id": id, "mode": mode, "text": text, "attachments": [], "from_macro": null });
    desk.call("message.send", message).await;
}

/// What everybody said there, as the service has it.
async fn said(nora: &Seat, id: &str) -> Vec<String> {
    let id: ConversationId = id.parse::<Uuid>().expect("an id").into();
    let lines = nora.every_line(id).await.into_iter();
    lines.filter(|line| line.kind != MessageKind::Activity).map(|line| line.text.to_string()).collect()
}

/// What everybody said there, as the desk shows it.
async fn shown(desk: &Advisor, id: &str) -> Vec<String> {
    let opened = desk.shows(id).await;
    let items = opened["timeline"]["items"].as_array().expect("lines").iter();
    items.filter(|item| item["kind"] != "activity").map(words).collect()
}

/// An advisor whose messages cannot be taken back, and who has a customer.
async fn helps(stage: &Stage, desk: &mut Advisor) -> String {
    desk.sends_at_once().await;
    stage.customer("Léa Bernard").await.says("Where is my parcel?").await;
    desk.takes_offer().await
}

/// The state of the line in a push about it.
fn line(push: &Value) -> Option<String> {
    let state = (push["view"] == "connection").then(|| &push["connection"]["state"])?;
    state.as_str().map(str::to_owned)
}
