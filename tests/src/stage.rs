//! A real service on a loopback port, with a clock that only the story moves.

use std::sync::Arc;

use model::{At, Role, Slug, Workspace};
use secrecy::ExposeSecret;
use server::{
    Options, Service,
    admin::NewPerson,
    clock::{Clock, ManualClock},
};
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::oneshot};

use crate::{Page, Seat};

/// The workspace of the stories. Short names, round times.
pub const WORKSPACE: &str = r#"
id = "alba"
name = "Maison Alba"
default_queue = "delivery"
sites = ["https://shop.example.com"]

[[queue]]
id = "delivery"
name = "Delivery"
ring_s = 30
first_reply_s = 120
next_reply_s = 180
wrap_up_s = 60
nudge_s = 300
park_s = 900
abandon_s = 120
reopen_s = 86400

[[queue]]
id = "bank"
name = "Bank desk"
skills = ["bank"]
priority = 5

[[capacity]]
channel = "chat"
at_once = 3

[[capacity]]
channel = "form"
at_once = 5

[[reason]]
id = "late"
name = "Late delivery"
mark = "irritant"

[[reason]]
id = "thanks"
name = "Thanks"
mark = "satisfaction"

[[disposition]]
id = "solved"
name = "Solved"

[[disposition]]
id = "refunded"
name = "Refunded"

[[cause]]
id = "no-notice"
name = "No delivery notice"

[[break]]
id = "lunch"
name = "Lunch"

[[score_rule]]
queue = "bank"
ask = "nps"

[[score_rule]]
reason = "late"
ask = "ces"

[[score_rule]]
ask = "csat"

[[follow_up_rule]]
name = "Unhappy customer"
score = "csat"
at_most = 2
title = "Call back within a day"
due_in_hours = 24

[[persona]]
name = "Regular"
rule = "Ordered at least twice"
orders_at_least = 2
"#;

/// A Wednesday morning.
pub const MORNING: At = At(1_790_000_000_000);

/// A real service with a clock that stands still.
pub struct Stage {
    /// The service itself, for what only its owner does.
    pub service: Service,
    /// Its clock.
    pub clock: Arc<ManualClock>,
    /// Its address: `http://127.0.0.1:PORT`.
    pub address: String,
    stop: Option<oneshot::Sender<()>>,
    dir: TempDir,
}

/// A name that stories write as text.
pub fn slug(text: &str) -> Slug {
    text.parse().expect("a story's slug is one")
}

impl Stage {
    /// A service with the stories' workspace and nobody in it.
    pub async fn open() -> Self {
        Self::with(WORKSPACE).await
    }

    /// A service with a workspace of its own.
    pub async fn with(workspace: &str) -> Self {
        let dir = tempfile::tempdir().expect("a folder for the service");
        let clock = Arc::new(ManualClock::at(MORNING));
        let mut options = Options::at(dir.path().join("service.db"));
        options.clock = clock.clone();
        let service = Service::open(options).await.expect("the service opens");
        let workspace: Workspace = toml::from_str(workspace).expect("the stories' workspace can be read");
        service.apply(workspace, false).await.expect("the stories' workspace has no faults");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let (stop, stopped) = oneshot::channel();
        let serving = service.clone();
        tokio::spawn(async move {
            let stopped = async {
                let _ = stopped.await;
            };
            serving.serve(listener, stopped).await.expect("the service answers until it is stopped");
        });
        Self { service, clock, address, stop: Some(stop), dir }
    }

    /// Lets time pass, and the service do what is due.
    pub async fn pass(&self, ms: i64) {
        self.clock.advance(ms);
        self.service.run_due().await.expect("deadlines are kept");
    }

    /// Now, on the story's clock.
    pub fn now(&self) -> At {
        self.clock.now()
    }

    /// The folder of the service's files.
    pub fn folder(&self) -> &std::path::Path {
        self.dir.path()
    }

    /// An advisor of the delivery queue, signed in, not yet available.
    pub async fn advisor(&self, name: &str) -> Seat {
        self.person(name, Role::Advisor, &["en"], &["delivery"]).await
    }

    /// A supervisor of all queues, signed in.
    pub async fn supervisor(&self, name: &str) -> Seat {
        self.person(name, Role::Supervisor, &["en", "bank"], &["delivery", "bank"]).await
    }

    /// Somebody with a role, skills and queues, signed in.
    pub async fn person(&self, name: &str, role: Role, skills: &[&str], queues: &[&str]) -> Seat {
        self.person_of("alba", name, role, skills, queues).await
    }

    /// Somebody of one of several workspaces, signed in.
    pub async fn person_of(
        &self,
        workspace: &str,
        name: &str,
        role: Role,
        skills: &[&str],
        queues: &[&str],
    ) -> Seat {
        let slugs = |texts: &[&str]| texts.iter().map(|text| slug(text)).collect();
        let new = NewPerson {
            email: format!("{}@{workspace}.example.com", name.to_lowercase().replace(' ', ".")),
            name: name.to_owned(),
            role,
            team: slug("care"),
            skills: slugs(skills),
            queues: slugs(queues),
            password: None,
        };
        let person = self.service.add_person(&slug(workspace), new).await.expect("a person is added");
        let secret = self.service.one_use_secret(&slug(workspace), person).await.expect("a secret");
        Seat::take(self, person, name, secret.expose_secret()).await
    }

    /// A customer who opens the chat page.
    pub async fn customer(&self, name: &str) -> Page {
        Page::open(&self.address, name, serde_json::json!({ "workspace": "alba", "name": name })).await
    }

    /// The key for other systems of the stories' workspace.
    pub async fn integration_key(&self) -> String {
        let key = self.service.new_integration_key(&slug("alba")).await.expect("a key");
        key.expose_secret().to_owned()
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
    }
}
