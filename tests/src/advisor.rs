//! An advisor at a desk without a window: the whole desk on real encrypted files, against the stage's service over real
//! sockets. The story calls it as the screen does and sees what the screen would be told.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::{
        Arc, Condvar, Mutex, OnceLock,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};

use async_trait::async_trait;
use desk::{
    Desk, Failure, Parts,
    api::dispatch,
    clock::{Clock, Now},
    ports::{About, Notification, Shell, Tray, Vault},
    view::{LockedWhy, Push},
};
use model::{At, Role};
use secrecy::SecretString;
use serde_json::{Value, json};
use store::{Cache, Key, Work};
use tempfile::TempDir;
use tokio::{runtime::Handle, sync::mpsc};

use crate::{
    Stage,
    app::PASSWORD,
    eventually,
    seat::PATIENCE,
    stage::{MORNING, new_person, signs_in, slug},
    telephone::Earpiece,
};

/// For so long nothing may come before time goes on.
const STILL: Duration = Duration::from_secs(1);

/// Somebody's address, by which they sign in.
pub fn email(name: &str) -> String {
    format!("{}@alba.example.com", name.to_lowercase().replace(' ', "."))
}

/// A keyring in memory, which can be made to fail.
#[derive(Default)]
pub struct Pocket {
    secrets: Mutex<BTreeMap<String, SecretString>>,
    fails: Mutex<Option<LockedWhy>>,
    held: Mutex<bool>,
    let_go: Condvar,
}

impl Pocket {
    /// From now on it does not answer what it keeps, or answers again.
    pub fn hold(&self, held: bool) {
        *self.held.lock().unwrap() = held;
        self.let_go.notify_all();
    }

    /// From now on it answers so.
    pub fn fail(&self, why: Option<LockedWhy>) {
        *self.fails.lock().unwrap() = why;
    }

    /// Forgets everything, as when the keyring was made anew.
    pub fn empty(&self) {
        self.secrets.lock().unwrap().clear();
    }

    /// Waits until it keeps something under a name that ends so.
    pub async fn keeps(&self, what: &str) {
        let kept = async || self.names().iter().any(|name| name.ends_with(what)).then_some(());
        eventually("the secret to be kept", kept).await;
    }

    /// The names of what it keeps.
    pub fn names(&self) -> Vec<String> {
        self.secrets.lock().unwrap().keys().cloned().collect()
    }

    fn check(&self) -> Result<(), LockedWhy> {
        self.fails.lock().unwrap().map_or(Ok(()), Err)
    }
}

impl Vault for Pocket {
    fn get(&self, name: &str) -> Result<Option<SecretString>, LockedWhy> {
        self.check()?;
        drop(self.let_go.wait_while(self.held.lock().unwrap(), |held| *held));
        Ok(self.secrets.lock().unwrap().get(name).cloned())
    }

    fn set(&self, name: &str, secret: &SecretString) -> Result<(), LockedWhy> {
        self.check()?;
        self.secrets.lock().unwrap().insert(name.to_owned(), secret.clone());
        Ok(())
    }

    fn remove(&self, name: &str) -> Result<(), LockedWhy> {
        self.check()?;
        self.secrets.lock().unwrap().remove(name);
        Ok(())
    }
}

/// A shell that writes down what it was asked for.
pub struct Witness {
    /// Links that were opened.
    pub links: Mutex<Vec<String>>,
    /// Notifications that are shown now.
    pub shown: Mutex<Vec<Notification>>,
    /// What notifications were taken away.
    pub cleared: Mutex<BTreeSet<About>>,
    /// The tray.
    pub trays: Mutex<Vec<Tray>>,
    opened: mpsc::UnboundedSender<String>,
    downloads: PathBuf,
    page_forgotten: AtomicBool,
}

impl Witness {
    /// Whether what the window kept was cleared.
    pub fn page_forgotten(&self) -> bool {
        self.page_forgotten.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Shell for Witness {
    fn open_link(&self, url: &str) {
        self.links.lock().unwrap().push(url.to_owned());
        let _ = self.opened.send(url.to_owned());
    }

    fn notify(&self, notification: &Notification) {
        let mut shown = self.shown.lock().unwrap();
        shown.retain(|known| known.about != notification.about);
        shown.push(notification.clone());
    }

    fn clear(&self, about: &About) {
        self.shown.lock().unwrap().retain(|known| known.about != *about);
        self.cleared.lock().unwrap().insert(about.clone());
    }

    fn tray(&self, tray: &Tray) {
        self.trays.lock().unwrap().push(tray.clone());
    }

    fn zoom(&self, _: u16) {}

    fn downloads(&self) -> PathBuf {
        self.downloads.clone()
    }

    async fn clipboard_picture(&self) -> Option<Vec<u8>> {
        None
    }

    fn forget_page(&self) {
        self.page_forgotten.store(true, Ordering::SeqCst);
    }

    fn quit(&self) {}
}

/// Both clocks of a desk, moved by the story.
pub struct TwoClocks {
    mono: AtomicI64,
    wall: AtomicI64,
    /// They go by themselves since then.
    since: OnceLock<Instant>,
}

impl TwoClocks {
    fn morning() -> Self {
        Self { mono: AtomicI64::new(0), wall: AtomicI64::new(MORNING.0), since: OnceLock::new() }
    }

    /// Clocks that go by themselves, like the machine's. The story may still let time pass.
    fn going() -> Self {
        let clocks = Self::morning();
        clocks.go();
        clocks
    }

    /// From now on they go by themselves.
    pub fn go(&self) {
        self.since.get_or_init(Instant::now);
    }

    /// Whether they go by themselves.
    pub fn goes(&self) -> bool {
        self.since.get().is_some()
    }

    /// Time passes on both.
    pub fn pass(&self, ms: i64) {
        self.mono.fetch_add(ms, Ordering::SeqCst);
        self.wall.fetch_add(ms, Ordering::SeqCst);
    }

    /// The computer sleeps: only the wall clock goes on.
    pub fn sleep(&self, ms: i64) {
        self.wall.fetch_add(ms, Ordering::SeqCst);
    }
}

impl Clock for TwoClocks {
    fn now(&self) -> Now {
        let wall = At(self.wall.load(Ordering::SeqCst));
        match self.since.get() {
            // Frames are painted by this clock, so it must not stand still while a story waits for one.
            None => Now { mono: self.mono.fetch_add(1, Ordering::SeqCst), wall },
            Some(since) => {
                let went = i64::try_from(since.elapsed().as_millis()).expect("a story ends");
                Now { mono: self.mono.load(Ordering::SeqCst) + went, wall: wall + went }
            }
        }
    }
}

/// An advisor at a desk.
pub struct Advisor {
    /// Their name.
    pub name: String,
    /// The desk; nothing while it is ended.
    pub desk: Option<Desk>,
    /// What the shell saw.
    pub shell: Arc<Witness>,
    /// The keyring.
    pub vault: Arc<Pocket>,
    /// The telephone.
    pub telephone: Arc<Earpiece>,
    /// The clocks.
    pub clock: Arc<TwoClocks>,
    /// Everything that was pushed, as JSON, since the story looked last.
    pub pushed: Vec<Value>,
    folder: TempDir,
    opened: mpsc::UnboundedReceiver<String>,
    pushes: mpsc::UnboundedReceiver<Vec<Push>>,
}

impl Advisor {
    /// An advisor of the stage with a password, signed in through the browser, with the line open.
    pub async fn sits(stage: &Stage, name: &str) -> Self {
        Self::sits_as(stage, name, Role::Advisor, &["en"], &["delivery"]).await
    }

    /// The same with a role, skills and queues.
    pub async fn sits_as(stage: &Stage, name: &str, role: Role, skills: &[&str], queues: &[&str]) -> Self {
        let slugs = |texts: &[&str]| texts.iter().map(|text| slug(text)).collect();
        let email = email(name);
        let new = server::admin::NewPerson {
            email: email.clone(),
            name: name.to_owned(),
            role,
            team: slug("care"),
            skills: slugs(skills),
            queues: slugs(queues),
            password: Some(PASSWORD.into()),
        };
        stage.service.add_person(&slug("alba"), new).await.expect("a person is added");
        let mut advisor = Self::arrives(name);
        advisor.signs_in(&stage.address, &email).await;
        advisor
    }

    /// Somebody whom the service knows already, at a desk whose clocks go by themselves and which knows the service by that
    /// address.
    pub async fn sits_behind(address: &str, name: &str) -> Self {
        let mut advisor = Self::with_clocks(name, TwoClocks::going());
        advisor.signs_in(address, &email(name)).await;
        advisor
    }

    /// Signs in once more, at a desk that knows the address.
    pub async fn joins_again(&mut self, stage: &Stage) {
        self.signs_in(&stage.address, &email(&self.name.clone())).await;
    }

    async fn signs_in(&mut self, address: &str, email: &str) {
        self.call("workspace.add", json!({ "address": address })).await;
        let page = self.page().await;
        signs_in(address, &page, email, PASSWORD).await;
        self.ready().await;
        self.live().await;
    }

    /// A desk on an empty folder, nobody signed in.
    pub fn arrives(name: &str) -> Self {
        Self::with_clocks(name, TwoClocks::morning())
    }

    /// The same, on a computer whose clock is so many ms wrong.
    pub fn arrives_late(name: &str, ms: i64) -> Self {
        let clock = TwoClocks::morning();
        clock.sleep(ms);
        Self::with_clocks(name, clock)
    }

    /// Joins the stage's team, and signs in.
    pub async fn joins(&mut self, stage: &Stage) {
        let mut new = new_person("alba", &self.name);
        new.password = Some(PASSWORD.into());
        stage.service.add_person(&slug("alba"), new).await.expect("a person is added");
        self.signs_in(&stage.address, &email(&self.name.clone())).await;
    }

    fn with_clocks(name: &str, clock: TwoClocks) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let (opened_to, opened) = mpsc::unbounded_channel();
        let shell = Arc::new(Witness {
            links: Mutex::default(),
            shown: Mutex::default(),
            cleared: Mutex::default(),
            trays: Mutex::default(),
            opened: opened_to,
            downloads: folder.path().join("downloads"),
            page_forgotten: AtomicBool::new(false),
        });
        let mut advisor = Self {
            name: name.to_owned(),
            desk: None,
            shell,
            vault: Arc::new(Pocket::default()),
            telephone: Earpiece::with_tone(440.0),
            clock: Arc::new(clock),
            pushed: Vec::new(),
            folder,
            opened,
            pushes: mpsc::unbounded_channel().1,
        };
        advisor.starts();
        advisor
    }

    /// Starts the desk on its folder.
    pub fn starts(&mut self) {
        let parts = Parts {
            folder: self.folder.path().join("desk"),
            vault: self.vault.clone(),
            shell: self.shell.clone(),
            embedded: None,
            telephony: self.telephone.clone(),
            clock: self.clock.clone(),
            io: Handle::current(),
        };
        let desk = Desk::start(parts).expect("a desk");
        let (to, pushes) = mpsc::unbounded_channel();
        desk.listen(move |batch| to.send(batch).is_ok());
        self.desk = Some(desk);
        self.pushes = pushes;
        self.pushed.clear();
    }

    /// Ends the desk in order.
    pub async fn ends(&mut self) {
        self.desk.take().expect("the desk runs").end().await;
    }

    /// What stands before the desk, or the desk.
    pub async fn gate(&self) -> Value {
        self.call("app.start", json!({})).await["gate"].clone()
    }

    /// Waits until it is known whether the files open; what stands before the desk then.
    pub async fn opened(&self) -> Value {
        let known = async || Some(self.gate().await).filter(|gate| gate["gate"] != "opening");
        eventually("the files to be opened, or not", known).await
    }

    /// Ends the desk without a word, as a crash does: the files stay as they are.
    pub fn crashes(&mut self) {
        self.desk = None;
    }

    /// Ends the desk in order and opens what it left in its files.
    pub async fn leaves(&mut self) -> (Cache, Work) {
        let desk = self.desk.take().expect("the desk runs");
        let start = dispatch(&desk, "app.start", json!({})).await.expect("the desk answers");
        let workspaces = start["workspaces"].as_array().expect("workspaces");
        let current = workspaces.iter().find(|row| row["current"] == true).expect("one is open");
        let id = current["id"].as_str().expect("its name");
        desk.end().await;
        let folder = self.folder().join("workspaces").join(id);
        let key = |file: &str| {
            let kept = self.vault.get(&format!("{id}/{file}")).expect("the keyring answers");
            Key::read(kept.expect("a key")).expect("a key")
        };
        let cache = Cache::open(&folder.join("cache.db"), &key("cache")).expect("the cache opens");
        let work = Work::open(&folder.join("work.db"), &key("work")).expect("the work file opens");
        (cache, work)
    }

    /// The address by which they sign in.
    pub fn email(&self) -> String {
        email(&self.name)
    }

    /// The desk's folder.
    pub fn folder(&self) -> PathBuf {
        self.folder.path().join("desk")
    }

    /// Calls the desk as the screen does.
    pub async fn tries(&self, name: &str, input: Value) -> Result<Value, Failure> {
        dispatch(self.desk.as_ref().expect("the desk runs"), name, input).await
    }

    /// The same, and it must work.
    pub async fn call(&self, name: &str, input: Value) -> Value {
        match self.tries(name, input).await {
            Ok(output) => output,
            Err(failure) => panic!("{}: {name} failed: {failure}", self.name),
        }
    }

    /// The browser that the desk opened: types address and password and goes where it is sent.
    pub async fn browses(&mut self, stage: &Stage, email: &str, password: &str) {
        let page = self.page().await;
        stage.is_signed_in_on(&page, email, password).await;
    }

    /// The page that the desk opened.
    async fn page(&mut self) -> String {
        let page = tokio::time::timeout(PATIENCE, self.opened.recv()).await;
        page.expect("a page is opened").expect("a page is opened")
    }

    /// Waits for a push that `seen` takes. While nothing comes at all, time goes on at the desk, a second at a time: what was
    /// tried in vain is tried again by the clock, however fast or slow the machine was.
    pub async fn until<T>(&mut self, mut seen: impl FnMut(&Value) -> Option<T>) -> T {
        let mut place = 0;
        loop {
            while let Some(push) = self.pushed.get(place) {
                place += 1;
                if let Some(found) = seen(push) {
                    self.pushed.drain(..place);
                    return found;
                }
            }
            let batch = self.next_batch().await;
            self.pushed.extend(batch.iter().map(|push| serde_json::to_value(push).expect("a push")));
        }
    }

    async fn next_batch(&mut self) -> Vec<Push> {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            if let Ok(batch) = tokio::time::timeout(STILL, self.pushes.recv()).await {
                return batch.expect("the desk runs");
            }
            if !self.clock.goes() {
                self.clock.pass(1_000);
                // A desk looks at its clock when something happens: any question will do, whatever its answer.
                drop(self.tries("library.list", json!({})).await);
            }
        }
        panic!("{} waited for a push that never came", self.name)
    }

    /// Waits until the desk can be shown; its home.
    pub async fn ready(&mut self) -> Value {
        // It may have been there before anybody listened, so it is asked for first, as the screen does.
        loop {
            let start = self.call("app.start", json!({})).await;
            if start["gate"]["gate"] == "ready" {
                return start["gate"]["home"].clone();
            }
            self.until(|push| (push["view"] == "gate").then_some(())).await;
        }
    }

    /// Waits until the line is live.
    pub async fn live(&mut self) {
        loop {
            let start = self.call("app.start", json!({})).await;
            if start["gate"]["home"]["connection"]["state"] == "live" {
                return;
            }
            self.until(|push| matches!(push["view"].as_str(), Some("connection" | "gate")).then_some(()))
                .await;
        }
    }

    /// Nothing waits to be taken back: what is sent goes out at once.
    pub async fn sends_at_once(&self) {
        let mut settings = self.call("app.start", json!({})).await["settings"].clone();
        settings["undo_send_s"] = json!(0);
        self.call("app.settings", settings).await;
    }

    /// How the line is, and what waits. Nothing may need a decision.
    pub async fn connection(&mut self) -> Value {
        let start = self.call("app.start", json!({})).await;
        let connection = start["gate"]["home"]["connection"].clone();
        if connection["attention"].as_u64().is_some_and(|rows| rows > 0) {
            // They are told right after.
            let row = |push: &Value| {
                let patch = (push["view"] == "attention").then(|| push["patch"].to_string())?;
                Some(patch).filter(|patch| patch.contains("not_sent"))
            };
            let rows = self.until(row).await;
            panic!("{}: nothing should need a decision: {rows}", self.name);
        }
        connection
    }

    /// Waits until it is live and has nothing left to send.
    pub async fn has_sent_all(&mut self) {
        loop {
            let connection = self.connection().await;
            if connection["state"] == "live" && connection["unsent"] == 0 {
                return;
            }
            self.until(|push| (push["view"] == "connection").then_some(())).await;
        }
    }

    /// Waits until the line is in that state.
    pub async fn line(&mut self, state: &str) {
        let state = state.to_owned();
        self.until(|push| {
            (push["view"] == "connection" && push["connection"]["state"] == state.as_str()).then_some(())
        })
        .await;
    }

    /// Waits for an offer and takes it; the conversation's id.
    pub async fn takes_offer(&mut self) -> String {
        let id = self
            .until(|push| {
                let offers = &push["patch"];
                match (push["view"].as_str(), offers["op"].as_str()) {
                    (Some("offers"), Some("upsert")) => offers["item"]["id"].as_str().map(str::to_owned),
                    (Some("offers"), Some("reset")) => offers["items"][0]["id"].as_str().map(str::to_owned),
                    _ => None,
                }
            })
            .await;
        self.call("offer.accept", json!({ "id": id })).await;
        id
    }

    /// Shows a conversation.
    pub async fn shows(&self, id: &str) -> Value {
        self.call("conversation.show", json!({ "id": id })).await
    }

    /// Waits for a line in the open conversation that `seen` takes.
    pub async fn line_with<T>(&mut self, mut seen: impl FnMut(&Value) -> Option<T>) -> T {
        self.until(|push| {
            if push["view"] != "timeline" {
                return None;
            }
            match push["patch"]["op"].as_str() {
                Some("upsert") => seen(&push["patch"]["item"]),
                Some("reset") => push["patch"]["items"].as_array()?.iter().find_map(&mut seen),
                _ => None,
            }
        })
        .await
    }
}

/// The words of a line.
pub fn words(item: &Value) -> String {
    let parts = item["parts"].as_array().cloned().unwrap_or_default();
    parts.iter().filter_map(|part| part["text"].as_str().or(part["name"].as_str())).collect()
}
