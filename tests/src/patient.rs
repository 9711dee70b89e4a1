//! A customer on a bad line, whose page sends again, under the same name, whatever was not answered.

use std::time::Duration;

use model::wire::chat::ChatIntent;
use serde_json::{Value, json};
use tokio::{sync::mpsc, task::JoinHandle};
use uuid::Uuid;

use crate::{Page, chaos::Chaos, page::http};

/// How long the page waits before it tries again.
const AGAIN: Duration = Duration::from_millis(20);

/// The customer. They write one thing after the other and never wait.
pub struct Patient {
    say: Option<mpsc::UnboundedSender<String>>,
    done: JoinHandle<()>,
}

impl Patient {
    /// Goes on with that page on the bad line.
    pub fn writes(chaos: &Chaos, page: &Page) -> Self {
        let (say, mut to_say) = mpsc::unbounded_channel::<String>();
        let (address, token, http) =
            (format!("{}/chat/v1/commands", chaos.address), page.token.clone(), http());
        let mut path = chaos.watcher();
        let done = tokio::spawn(async move {
            while let Some(text) = to_say.recv().await {
                let intent = ChatIntent::Say { text: text.into(), attachments: Vec::new() };
                let mut command = serde_json::to_value(intent).expect("an intent");
                command["id"] = json!(Uuid::now_v7());
                let batch = json!({ "commands": [command] });
                loop {
                    path.open().await;
                    let answer = http.post(&address).bearer_auth(&token).json(&batch).send().await;
                    let answer = match answer {
                        Ok(answer) => answer.json::<Value>().await,
                        Err(error) => Err(error),
                    };
                    match answer {
                        Ok(answer) if answer["receipts"][0]["outcome"] == "applied" => break,
                        Ok(answer) => panic!("the customer's words are not taken: {answer}"),
                        Err(_) => tokio::time::sleep(AGAIN).await,
                    }
                }
            }
        });
        Self { say: Some(say), done }
    }

    /// Says something.
    pub fn says(&self, text: String) {
        self.say.as_ref().expect("they stay").send(text).expect("they write");
    }

    /// Waits until everything said is with the service.
    pub async fn is_done(&mut self) {
        self.say = None;
        (&mut self.done).await.expect("everything is said");
    }
}
