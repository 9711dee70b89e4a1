//! A real service on a loopback port, with a clock that only the story moves.

use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::Arc,
};

use hmac::{Hmac, Mac};
use model::{
    At, PersonId, Role, Slug, Workspace,
    wire::reads::{FactStored, PhoneLine, Tokens},
};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use server::{
    Options, Service,
    admin::NewPerson,
    calls::{
        exchange::{self, Encrypted},
        port::CallQueue,
    },
    clock::{Clock, ManualClock},
};
use sha2::Sha256;
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use crate::{Page, Seat, Switchboard, page::http, seat::PATIENCE};

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

/// A Wednesday morning: 9:00 in Paris.
pub const MORNING: At = At(1_790_146_800_000);

/// Another company on the same service.
pub const OTHER_WORKSPACE: &str = r#"
id = "borea"
name = "Borea Telecom"

[[queue]]
id = "delivery"
name = "Deliveries"

[[reason]]
id = "late"
name = "Late"

[[disposition]]
id = "solved"
name = "Solved"

[[cause]]
id = "no-notice"
name = "No notice"

[[break]]
id = "lunch"
name = "Lunch"

[[score_rule]]
ask = "csat"
"#;

/// A real service with a clock that stands still.
pub struct Stage {
    /// The service itself, for what only its owner does.
    pub service: Service,
    /// Its clock.
    pub clock: Arc<ManualClock>,
    /// Its address: `http://127.0.0.1:PORT`.
    pub address: String,
    /// For requests as they are.
    pub http: reqwest::Client,
    /// Its telephone, where it has one.
    telephone: Option<Telephone>,
    key: Option<String>,
    stop: Option<oneshot::Sender<()>>,
    serving: Option<JoinHandle<()>>,
    dir: TempDir,
}

/// What telephone a stage has.
enum Telephone {
    /// One in memory.
    InMemory(Arc<Switchboard>),
    /// One that speaks SIP, once it is open, at an address.
    /// Where it is called, and where desks register.
    Real(Option<(SocketAddr, SocketAddr)>),
}

/// A name that stories write as text.
pub fn slug(text: &str) -> Slug {
    text.parse().expect("a story's slug is one")
}

async fn open(database: &Path, key: Option<&str>, clock: Arc<ManualClock>) -> Service {
    let mut options = Options::at(database.to_owned());
    options.clock = clock;
    options.key = key.map(|key| key.to_owned().into());
    Service::open(options).await.expect("the service opens")
}

impl Stage {
    /// A service with the stories' workspace and nobody in it.
    pub async fn open() -> Self {
        Self::with(WORKSPACE).await
    }

    /// A service with a workspace of its own.
    pub async fn with(workspace: &str) -> Self {
        Self::made(workspace, None, None).await
    }

    /// A service whose database is encrypted with that key.
    pub async fn locked(key: &str) -> Self {
        Self::made(WORKSPACE, Some(key.to_owned()), None).await
    }

    /// A service with a telephone.
    pub async fn with_telephone(workspace: &str) -> (Self, Arc<Switchboard>) {
        let telephone = Arc::new(Switchboard::default());
        let stage = Self::made(workspace, None, Some(Telephone::InMemory(telephone.clone()))).await;
        (stage, telephone)
    }

    /// A service with an exchange that speaks SIP, and its address.
    pub async fn with_exchange(workspace: &str) -> (Self, SocketAddr) {
        let stage = Self::made(workspace, None, Some(Telephone::Real(None))).await;
        let Some(Telephone::Real(Some((address, _)))) = &stage.telephone else { panic!("an exchange") };
        let address = *address;
        (stage, address)
    }

    async fn made(workspace: &str, key: Option<String>, telephone: Option<Telephone>) -> Self {
        let dir = tempfile::tempdir().expect("a folder for the service");
        let clock = Arc::new(ManualClock::at(MORNING));
        let service = open(&dir.path().join("service.db"), key.as_deref(), clock.clone()).await;
        let mut stage = Self {
            service,
            clock,
            address: "127.0.0.1:0".to_owned(),
            http: http(),
            telephone,
            key,
            stop: None,
            serving: None,
            dir,
        };
        stage.applies(workspace).await;
        stage.serve().await;
        stage
    }

    /// Makes a workspace, or changes it.
    pub async fn applies(&self, workspace: &str) {
        let workspace: Workspace = toml::from_str(workspace).expect("the stories' workspace can be read");
        self.service.apply(workspace, false).await.expect("the stories' workspace has no faults");
    }

    async fn serve(&mut self) {
        let port = self.address.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind(&port).await.expect("a free port");
        self.address = format!("http://{}", listener.local_addr().expect("an address"));
        let (stop, stopped) = oneshot::channel();
        match &mut self.telephone {
            Some(Telephone::InMemory(telephone)) => {
                self.service.answers_calls(telephone.clone(), telephone.opens());
            }
            Some(Telephone::Real(address)) => {
                let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
                let (bind, unheard) = address.unwrap_or((any, any));
                // Customers call in the clear; desks are where nobody else hears.
                let encrypted = Encrypted { bind: unheard, name: "127.0.0.1".to_owned() };
                let opened = exchange::open(bind, Some(encrypted)).await;
                let (exchange, told) = opened.expect("an exchange");
                let unheard = exchange.place().exchange.parse().expect("its address");
                *address = Some((exchange.address(), unheard));
                self.service.answers_calls(exchange, told);
            }
            None => {}
        }
        let service = self.service.clone();
        self.serving = Some(tokio::spawn(async move {
            let stopped = async {
                let _ = stopped.await;
            };
            service.serve(listener, stopped).await.expect("the service answers until it is stopped");
        }));
        self.stop = Some(stop);
        // The first answer comes once everything that follows from a start is done.
        let health = self.http.get(format!("{}/health", self.address)).send().await.expect("an answer");
        assert!(health.status().is_success());
    }

    /// Stops the service.
    pub async fn stop(&mut self) {
        drop(self.stop.take());
        if let Some(serving) = self.serving.take() {
            serving.await.expect("the service stops in order");
        }
    }

    /// Stops the service and starts it again on the same database and address, as after an update.
    pub async fn restart(&mut self) {
        self.stop().await;
        self.service = open(&self.database(), self.key.as_deref(), self.clock.clone()).await;
        self.serve().await;
    }

    /// Puts a backup in the place of the database, as after a lost disk.
    pub async fn restore(&mut self, backup: &Path) {
        self.stop().await;
        // The old service keeps its file open; the restored one is another file.
        let restored = self.dir.path().join("restored.db");
        let key = self.key.clone().map(Into::into);
        server::admin::restore(backup, &restored, key).await.expect("the backup is restored");
        self.service = open(&restored, self.key.as_deref(), self.clock.clone()).await;
        self.serve().await;
    }

    /// Stops the service and starts it on another file, as it is: as after somebody copied an older one back.
    pub async fn goes_on_with(&mut self, database: &Path) {
        self.stop().await;
        self.service = open(database, self.key.as_deref(), self.clock.clone()).await;
        self.serve().await;
    }

    /// The database file.
    pub fn database(&self) -> PathBuf {
        self.dir.path().join("service.db")
    }

    /// The folder of the service's files.
    pub fn folder(&self) -> &Path {
        self.dir.path()
    }

    /// Lets time pass, and the service do what is due.
    pub async fn pass(&self, ms: i64) {
        self.clock.advance(ms);
        self.service.run_due().await.expect("deadlines are kept");
        self.service.settle_calls().await;
    }

    /// Somebody's telephone registers. Answers the name of its line.
    pub async fn registers(&self, workspace: &str, person: PersonId) -> String {
        let line = self.line(workspace, person).await;
        let Some(Telephone::InMemory(telephone)) = &self.telephone else { panic!("a telephone in memory") };
        telephone.registers(&line.user, &line.password);
        self.service.settle_calls().await;
        line.user
    }

    /// The line that somebody's telephone would register at.
    pub async fn line(&self, workspace: &str, person: PersonId) -> PhoneLine {
        let token = self.token(workspace, person).await;
        let answer = self.get("/v1/phone").bearer_auth(token).send().await.expect("an answer");
        answer.json().await.expect("a line")
    }

    /// Now, on the story's clock.
    pub fn now(&self) -> At {
        self.clock.now()
    }

    /// Waits until exactly so many sockets are open, and everything that follows from the end of others is noted.
    pub async fn sockets(&self, count: usize) {
        let mut open = self.service.sockets();
        let waited = tokio::time::timeout(PATIENCE, open.wait_for(|open| *open == count)).await;
        assert!(waited.is_ok(), "there should be {count} sockets, not {}", *self.service.sockets().borrow());
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
        let mut new = new_person(workspace, name);
        new.role = role;
        new.skills = skills.iter().map(|text| slug(text)).collect();
        new.queues = queues.iter().map(|text| slug(text)).collect();
        self.hires(workspace, new).await
    }

    /// Somebody as the story wants them, signed in.
    pub async fn hires(&self, workspace: &str, new: NewPerson) -> Seat {
        let name = new.name.clone();
        let person = self.service.add_person(&slug(workspace), new).await.expect("a person is added");
        self.another_desk(workspace, person, &name).await
    }

    /// One more installation of somebody's desk.
    pub async fn another_desk(&self, workspace: &str, person: PersonId, name: &str) -> Seat {
        let secret = self.service.one_use_secret(&slug(workspace), person).await.expect("a secret");
        Seat::take(self, person, name, secret.expose_secret()).await
    }

    /// A fresh access token of somebody.
    pub async fn token(&self, workspace: &str, person: PersonId) -> String {
        let secret = self.service.one_use_secret(&slug(workspace), person).await.expect("a secret");
        let grant = json!({ "grant_type": "urn:loopdesk:one-use", "secret": secret.expose_secret() });
        let answer = self.post("/v1/token").json(&grant).send().await.expect("an answer");
        let tokens: Tokens = answer.json().await.expect("tokens");
        tokens.access_token
    }

    /// A request.
    pub fn request(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, format!("{}{path}", self.address))
    }

    /// A POST.
    pub fn post(&self, path: &str) -> reqwest::RequestBuilder {
        self.request(reqwest::Method::POST, path)
    }

    /// A GET.
    pub fn get(&self, path: &str) -> reqwest::RequestBuilder {
        self.request(reqwest::Method::GET, path)
    }

    /// Does on the sign-in page that a desk opened what somebody's browser does.
    pub async fn is_signed_in_on(&self, page: &str, email: &str, password: &str) {
        signs_in(&self.address, page, email, password).await;
    }

    /// A customer who opens the chat page.
    pub async fn customer(&self, name: &str) -> Page {
        self.visitor(name, json!({ "workspace": "alba", "name": name })).await
    }

    /// A customer who opens the chat page of a site that says these things of them.
    pub async fn visitor(&self, name: &str, start: Value) -> Page {
        Page::open(&self.address, name, start).await
    }

    /// What the company's site signs of a visitor whom it knows.
    pub async fn signed(&self, account: &str, name: &str, until: i64) -> Value {
        let key = self.service.site_key(&slug("alba")).await.expect("a key");
        let mut mac = Hmac::<Sha256>::new_from_slice(key.expose_secret().as_bytes()).expect("a key");
        mac.update(format!("{account}\n{name}\n{until}").as_bytes());
        let signature = hex::encode(mac.finalize().into_bytes());
        json!({ "account": account, "name": name, "until": until, "signature": signature })
    }

    /// The key for other systems of the stories' workspace.
    pub async fn integration_key(&self) -> String {
        self.integration_key_of("alba").await
    }

    /// The key for other systems of a workspace.
    pub async fn integration_key_of(&self, workspace: &str) -> String {
        let key = self.service.new_integration_key(&slug(workspace)).await.expect("a key");
        key.expose_secret().to_owned()
    }

    /// Another system posts what it knows.
    pub async fn posts(&self, key: &str, fact: &Value) -> FactStored {
        let answer = self.post("/v1/facts").bearer_auth(key).json(fact).send().await.expect("an answer");
        let status = answer.status();
        let text = answer.text().await.expect("words");
        assert!(status.is_success(), "the fact is taken: {status} {text}");
        serde_json::from_str(&text).expect("what was stored")
    }
}

/// Does on a sign-in page of the service at `address` what somebody's browser does: fills it in, and goes where it is sent.
pub async fn signs_in(address: &str, page: &str, email: &str, password: &str) {
    assert!(page.starts_with(address), "the sign-in page is the service's own");
    let url = reqwest::Url::parse(page).expect("an address");
    let wish: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
    let browser = http();
    assert!(browser.get(page).send().await.expect("the page").status().is_success());
    let filled = json!({ "wish": wish, "email": email, "password": password });
    let answer = browser.post(format!("{address}/v1/sign-in")).json(&filled).send().await.expect("an answer");
    assert!(answer.status().is_success(), "the password is right: {}", answer.status());
    let next: Value = answer.json().await.expect("where to go");
    let to = next["to"].as_str().expect("an address");
    let issuer = address.replace(':', "%3A").replace('/', "%2F");
    let back = browser.get(format!("{to}&iss={issuer}")).send().await.expect("the desk listens");
    assert!(back.status().is_success(), "the desk takes the code: {}", back.status());
}

/// Somebody of the team `care` with the skill `en` who serves the delivery queue and has no password.
pub fn new_person(workspace: &str, name: &str) -> NewPerson {
    NewPerson {
        email: format!("{}@{workspace}.example.com", name.to_lowercase().replace(' ', ".")),
        name: name.to_owned(),
        role: Role::Advisor,
        team: slug("care"),
        skills: vec![slug("en")],
        queues: vec![slug("delivery")],
        password: None,
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
    }
}

/// The stories' workspace with numbers: delivery is called by 100, the bank desk by 200.
pub fn with_numbers() -> String {
    let numbered = |of: &str, number: &str, workspace: String| {
        let calls = format!("{of}[queue.calls]\nnumber = \"{number}\"\ncall_back_s = 60\n\n");
        workspace.replacen(of, &calls, 1)
    };
    let workspace = numbered("reopen_s = 86400\n", "100", WORKSPACE.to_owned());
    numbered("priority = 5\n", "200", workspace)
}
