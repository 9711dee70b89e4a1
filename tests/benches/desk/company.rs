//! The company: a real service in this process, so that none of it is in the measured ones, filled for measuring.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use loopdesk_tests::{
    desktop::{Desktop, wait_for},
    stage::{WORKSPACE, new_person, signs_in, slug},
};
use model::ConversationId;
use serde_json::json;
use server::{
    Options, Service,
    seed::measuring::{self, Many},
};
use tempfile::TempDir;
use tokio::{
    net::TcpListener,
    sync::oneshot,
    task::{JoinHandle, JoinSet},
    time::Instant,
};

use crate::window::Window;

/// What the one advisor has. Two hundred open conversations are more than anybody answers: as many as are opened one
/// after the other here, so that none is opened twice.
const MUCH: Many = Many { conversations: 10_000, open: 200, lines: 20, per_customer: 4 };
const WORKPLACE: &str = "alba";
const PASSWORD: &str = "correct horse battery";

/// A real service with one advisor's customers.
pub struct Company {
    /// The advisor's open conversations, as they stand in the list.
    pub open: Vec<ConversationId>,
    /// How many messages were said since the service was filled. Each has its number in its words.
    pub said: u32,
    service: Service,
    address: String,
    email: String,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
    _folder: TempDir,
}

impl Company {
    /// Opens a service, fills it and lets it answer.
    pub async fn opens() -> Self {
        let folder = tempfile::tempdir().expect("a folder for the service");
        let options = Options::at(folder.path().join("service.db"));
        let service = Service::open(options).await.expect("the service opens");
        let workspace = toml::from_str(WORKSPACE).expect("the workspace can be read");
        service.apply(workspace, false).await.expect("the workspace has no faults");
        let mut person = new_person(WORKPLACE, "Ines");
        person.password = Some(PASSWORD.to_owned());
        let email = person.email.clone();
        let advisor = service.add_person(&slug(WORKPLACE), person).await.expect("an advisor");
        let open = measuring::many(&service, &slug(WORKPLACE), advisor, MUCH).await.expect("conversations");

        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let (stop, stopped) = oneshot::channel();
        let answering = service.clone();
        let serving = tokio::spawn(async move {
            let stopped = async {
                let _ = stopped.await;
            };
            answering.serve(listener, stopped).await.expect("the service answers until it is stopped");
        });
        let mut company = Self { open, said: 0, service, address, email, stop, serving, _folder: folder };
        for conversation in company.open.clone() {
            company.customers_say(&[conversation], 1, 1_000).await;
        }
        company.open.reverse();
        company
    }

    /// Signs the advisor in at the desk in that window, and waits until it holds everything.
    pub async fn takes_on(&self, desktop: &Desktop, window: &Window) {
        window.call("workspace.add", json!({ "address": self.address })).await;
        let page = wait_for("the sign-in page", || desktop.opened().pop());
        signs_in(&self.address, &page, &self.email, PASSWORD).await;
        self.is_with(window).await;
    }

    /// Waits until the desk in that window is live and shows all open conversations: then it has everything.
    pub async fn is_with(&self, window: &Window) {
        loop {
            let start = window.call("app.start", json!({})).await;
            let home = &start["gate"]["home"];
            let open = home["yours"].as_array().map_or(0, Vec::len);
            if home["connection"]["state"] == "live" && open == self.open.len() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Customers say so many things, one after the other in these conversations, at a steady pace. Each says when, so
    /// that whoever sees it painted knows how long it took.
    pub async fn customers_say(&mut self, where_: &[ConversationId], count: u32, per_second: u32) {
        let begun = Instant::now();
        let mut saying = JoinSet::new();
        for (place, conversation) in (0..count).zip(where_.iter().copied().cycle()) {
            tokio::time::sleep_until(begun + Duration::from_secs(1) * place / per_second).await;
            let (service, number) = (self.service.clone(), self.said);
            self.said += 1;
            saying.spawn(async move {
                let text = words(number);
                measuring::says(&service, &slug(WORKPLACE), conversation, text).await.expect("it is written");
            });
        }
        saying.join_all().await;
    }

    /// Stops answering: from here on, what the desk shows it has by itself.
    pub async fn closes(&mut self) {
        let (nobody, _) = oneshot::channel();
        let _ = std::mem::replace(&mut self.stop, nobody).send(());
        (&mut self.serving).await.expect("the service stops in order");
    }
}

/// What is said: its number, the moment in milliseconds, and words.
fn words(number: u32) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a time after 1970").as_millis();
    format!("said{number}at{now} The parcel was to come on Tuesday, and it is still not here. Can you look?")
}
