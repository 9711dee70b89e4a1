//! The app in its real window, driven as a person would, and a customer in a real browser.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use model::{PersonId, Role};
use serde_json::{Value, json};
use thirtyfour::{
    Capabilities, ChromeCapabilities, ChromiumLikeCapabilities, DesiredCapabilities, Key, WebDriver,
    WebElement,
    prelude::{By, ElementQueryable, ElementWaitable},
};

use crate::{
    Stage,
    desktop::{Desktop, Process, shots, wait_for},
    stage::{new_person, signs_in, slug},
};

/// How long a test waits for something to appear.
const PATIENCE: Duration = Duration::from_secs(30);
/// What everybody types.
pub const PASSWORD: &str = "correct horse battery";
/// How often it looks.
const EVERY: Duration = Duration::from_millis(25);

/// The folder of built programs.
pub fn built(name: &str) -> PathBuf {
    let mut folder = std::env::current_exe().expect("this test's own program");
    folder.pop();
    if folder.ends_with("deps") {
        folder.pop();
    }
    let program = folder.join(name);
    assert!(program.exists(), "{} is not built: run `cargo build --workspace` first", program.display());
    program
}

/// Every client of WebDriver needs it; only the first call installs.
fn crypto() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// A free port of this machine.
pub fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").port()
}

fn answers(port: u16) -> bool {
    std::net::TcpStream::connect(("127.0.0.1", port)).is_ok()
}

/// The app in its window.
pub struct App {
    /// The window.
    pub window: WebDriver,
    variables: Vec<(String, String)>,
    driver: Process,
}

impl App {
    /// Starts the app on a desktop and waits until its window answers.
    pub async fn start(desktop: &Desktop) -> Self {
        Self::start_program(desktop, &built("loopdesk"), &[]).await
    }

    /// The same with more variables of the environment.
    pub async fn start_with(desktop: &Desktop, variables: &[(&str, &str)]) -> Self {
        Self::start_program(desktop, &built("loopdesk"), variables).await
    }

    /// Starts the app and signs somebody new in to the stage's service: in the app by its own call, then in what stands
    /// for their browser.
    pub async fn start_at(desktop: &Desktop, stage: &Stage, name: &str, role: Role) -> (Self, PersonId) {
        Self::start_behind(desktop, stage, &stage.address, name, role).await
    }

    /// The same on a line that ends at another address and leads to the stage's service.
    pub async fn start_behind(
        desktop: &Desktop,
        stage: &Stage,
        address: &str,
        name: &str,
        role: Role,
    ) -> (Self, PersonId) {
        let app = Self::start(desktop).await;
        let person = app.joins(desktop, stage, address, name, role).await;
        (app, person)
    }

    /// Signs somebody new in to the stage's service at that address.
    pub async fn joins(
        &self,
        desktop: &Desktop,
        stage: &Stage,
        address: &str,
        name: &str,
        role: Role,
    ) -> PersonId {
        let mut new = new_person("alba", name);
        new.role = role;
        new.password = Some(PASSWORD.into());
        let email = new.email.clone();
        let person = stage.service.add_person(&slug("alba"), new).await.expect("a person is added");
        self.until("the practice desk is there", "return document.querySelector('.chip.live') !== null")
            .await;
        self.call("workspace.add", json!({ "address": address })).await;
        let page = wait_for("the sign-in page in the browser", || desktop.opened().pop());
        signs_in(address, &page, &email, PASSWORD).await;
        let mine = format!(
            "const me = document.querySelector('.me');
             return me !== null && me.ariaLabel.includes('{name}') && document.querySelector('.chip.live') !== null"
        );
        self.until("the stage's desk is live", &mine).await;
        person
    }

    /// Calls the desk as the screen does.
    pub async fn call(&self, name: &str, input: Value) -> Value {
        let script = "const [name, input, done] = arguments;
            window.__TAURI_INTERNALS__.invoke('call', { name, input })
                .then((value) => done({ value }), (failure) => done({ failure }));";
        let answer = self.run_async(script, vec![json!(name), input]).await;
        assert!(answer.get("failure").is_none(), "{name} failed: {answer}");
        answer["value"].clone()
    }

    /// Starts some program with a WebKit window.
    pub async fn start_program(desktop: &Desktop, program: &Path, variables: &[(&str, &str)]) -> Self {
        crypto();
        let port = free_port();
        let mut command = desktop.command("WebKitWebDriver");
        command
            .arg(format!("--port={port}"))
            .arg("--host=127.0.0.1")
            .env("TAURI_AUTOMATION", "true")
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .env("RUST_LOG", std::env::var("RUST_LOG").unwrap_or_else(|_| "warn".into()))
            .envs(variables.iter().copied())
            .stdout(desktop.log("app"))
            .stderr(desktop.log("app"));
        let driver = Process::start("WebKitWebDriver", &mut command);
        wait_for("WebKitWebDriver", || answers(port).then_some(()));
        let mut capabilities = Capabilities::new();
        capabilities
            .set("webkitgtk:browserOptions", json!({ "binary": program, "args": [] }))
            .expect("capabilities");
        let window =
            WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities).await.expect("a window");
        Self { window, variables: desktop.variables.clone(), driver }
    }

    /// The process id of what started the app.
    pub fn driver(&self) -> u32 {
        self.driver.id()
    }

    /// Ends the app.
    pub async fn quit(self) {
        let _ = self.window.clone().quit().await;
    }

    fn home(&self) -> String {
        let home = self.variables.iter().find(|(name, _)| name == "HOME");
        home.map(|(_, home)| home.clone()).expect("a home")
    }

    /// Ends the app as a power cut does: nothing is asked, nothing is closed in order.
    pub async fn kill(self) {
        let home = self.home();
        let process = running_in(&home).expect("the app runs");
        let killed = std::process::Command::new("kill").args(["-KILL", &process]).status();
        assert!(killed.expect("`kill` is on every machine").success(), "it can be killed");
        wait_for("the app to be gone", || running_in(&home).is_none().then_some(()));
        let _ = self.window.clone().quit().await;
    }

    /// Ends the app by its own keys, and waits until it has ended in order.
    pub async fn quit_by_key(self) {
        let home = self.home();
        let _ = self.window.active_element().await.expect("the focus").send_keys(Key::Control + "q").await;
        wait_for("the app to end", || running_in(&home).is_none().then_some(()));
        let _ = self.window.clone().quit().await;
    }

    /// Waits for an element.
    pub async fn find(&self, css: &str) -> WebElement {
        find(&self.window, css).await
    }

    /// Waits for an element that shows a text.
    pub async fn find_text(&self, css: &str, text: &str) -> WebElement {
        find_text(&self.window, css, text).await
    }

    /// Clicks on an element once it is there.
    pub async fn click(&self, css: &str) {
        click(&self.window, css).await;
    }

    /// Presses keys where the focus is.
    pub async fn press(&self, keys: impl Into<thirtyfour::TypingData>) {
        self.window
            .active_element()
            .await
            .expect("something has the focus")
            .send_keys(keys)
            .await
            .expect("keys");
    }

    /// Runs a script in the window; its answer.
    pub async fn run(&self, script: &str) -> serde_json::Value {
        run(&self.window, script).await
    }

    /// Runs a script that answers later, through its last argument.
    pub async fn ask(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.window.execute_async(script, arguments).await.expect("the script answers").json().clone()
    }

    /// Runs a script that calls its last argument with its answer.
    pub async fn run_async(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.window.execute_async(script, arguments).await.expect("the script runs").json().clone()
    }

    /// Waits until a script answers true.
    pub async fn until(&self, what: &str, script: &str) {
        until(&self.window, what, script).await;
    }

    /// Waits until the desk's answer to a call is as it should be.
    pub async fn until_answer(&self, call: &str, what: &str, holds: impl Fn(&Value) -> bool) {
        let begun = std::time::Instant::now();
        loop {
            let answer = self.call(call, json!({})).await;
            if holds(&answer) {
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "waited in vain: {what}: {answer}");
            tokio::time::sleep(EVERY).await;
        }
    }

    /// What stands in a field.
    pub async fn value(&self, css: &str) -> String {
        self.find(css).await.value().await.expect("a field").unwrap_or_default()
    }

    /// From now on the window notes whether a pointer is used.
    pub async fn no_pointer(&self) {
        self.run(
            "window.pointed = false;
             for (const kind of ['pointerdown', 'mousedown']) addEventListener(kind, () => (window.pointed = true), true);",
        )
        .await;
    }

    /// Whether a pointer was used since.
    pub async fn pointer_was_used(&self) -> bool {
        self.run("return window.pointed").await == json!(true)
    }

    /// From now on the window writes down every word that goes from the desk to the screen and back.
    pub async fn listens_in(&self) {
        self.run(
            "const bridge = window.__TAURI_INTERNALS__;
             window.heard = [];
             const note = (value) => window.heard.push(value instanceof ArrayBuffer ? new TextDecoder().decode(value) : JSON.stringify(value) ?? '');
             const { fetch } = window;
             window.fetch = async (...wanted) => {
                 note(wanted.map((one) => (typeof one === 'string' ? one : one?.body ?? '')));
                 const answer = await fetch(...wanted);
                 answer.clone().text().then((text) => window.heard.push(text));
                 return answer;
             };
             const { runCallback } = bridge;
             bridge.runCallback = (id, data) => { note(data); return runCallback(id, data); };",
        )
        .await;
    }

    /// What was written down, and all that stands in the page; letters that are not ASCII are left out.
    pub async fn heard(&self) -> String {
        let all = "const page = [document.documentElement.outerHTML, JSON.stringify({ ...localStorage }), location.href];
             return [...window.heard, ...page].join(' ').replace(/[^ -~]+/g, '?')";
        self.run(all).await.as_str().unwrap_or_default().to_owned()
    }

    /// Whether an element is there now.
    pub async fn has(&self, css: &str) -> bool {
        !self.window.find_all(By::Css(css)).await.expect("an answer").is_empty()
    }

    /// Makes the window that large.
    pub async fn size(&self, width: u32, height: u32) {
        self.window.set_window_rect(0, 0, width, height).await.expect("the window takes the size");
    }

    /// A program on the app's desktop.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.envs(self.variables.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        command
    }

    /// Writes a picture of the window, as the display shows it, to `target/shots/`. (WebDriver's own pictures need another
    /// renderer than the one that people get.)
    pub async fn picture(&self, name: &str) {
        let folder = shots();
        let found =
            self.command("xdotool").args(["search", "--onlyvisible", "--name", "^Loopdesk$"]).output();
        let found = String::from_utf8(found.expect("xdotool").stdout).expect("a number");
        let window = found.lines().last().expect("the window is on the display").to_owned();
        // What was changed last has been painted by the next frame.
        let frame =
            "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done()));";
        self.window.execute_async(frame, Vec::new()).await.expect("a frame");
        let taken = self
            .command("import")
            .args(["-window", &window])
            .arg(folder.join(format!("{name}.png")))
            .status()
            .expect("a picture");
        assert!(taken.success());
    }
}

impl Drop for App {
    /// Whoever reads of a failure wants to see what the advisor would have seen.
    fn drop(&mut self) {
        if std::thread::panicking() {
            let test = std::thread::current().name().unwrap_or("test").replace("::", "-");
            let path = shots().join(format!("failed-{test}.png"));
            let taken = self.command("import").args(["-window", "root"]).arg(&path).status();
            eprintln!("What was on the display: {} ({taken:?})", path.display());
            let home = self.variables.iter().find(|(name, _)| name == "HOME").map(|(_, home)| home.as_str());
            let log = Path::new(home.unwrap_or_default()).join("app.log");
            eprintln!("What the app said:\n{}", std::fs::read_to_string(log).unwrap_or_default());
        }
    }
}

/// A customer's browser.
pub struct Browser {
    /// The page.
    pub page: WebDriver,
    _driver: Process,
    _profile: tempfile::TempDir,
}

impl Browser {
    /// Starts a browser without a window.
    pub async fn start() -> Self {
        crypto();
        let port = free_port();
        let profile = tempfile::tempdir().expect("a profile");
        let driver = Process::start(
            "chromedriver",
            Command::new("chromedriver")
                .arg(format!("--port={port}"))
                .stdout(Stdio::null())
                .stderr(Stdio::null()),
        );
        wait_for("chromedriver", || answers(port).then_some(()));
        let mut capabilities: ChromeCapabilities = DesiredCapabilities::chrome();
        let folder = format!("--user-data-dir={}", profile.path().display());
        for argument in [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--lang=en-GB",
            "--window-size=900,760",
            &folder,
        ] {
            capabilities.add_arg(argument).expect("an argument");
        }
        let page = WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities).await.expect("a browser");
        Self { page, _driver: driver, _profile: profile }
    }

    /// Ends the browser.
    pub async fn quit(self) {
        let _ = self.page.quit().await;
    }

    /// Goes to an address.
    pub async fn goes_to(&self, address: &str) {
        self.page.goto(address).await.expect("the page opens");
    }

    /// Waits for an element.
    pub async fn find(&self, css: &str) -> WebElement {
        find(&self.page, css).await
    }

    /// Waits for an element that shows a text.
    pub async fn find_text(&self, css: &str, text: &str) -> WebElement {
        find_text(&self.page, css, text).await
    }

    /// Clicks on an element once it is there.
    pub async fn click(&self, css: &str) {
        click(&self.page, css).await;
    }

    /// Clicks with the mouse on an element that no script of the page can reach: in a closed shadow, in a frame.
    pub async fn click_inside(&self, id: &str) {
        let tools = self.page.cdp();
        let begun = std::time::Instant::now();
        let place = loop {
            let all = json!({ "depth": -1, "pierce": true });
            let tree = tools.send_raw("DOM.getDocument", all).await.expect("the page's tree");
            let node = node_with_id(&tree["root"], id).map(|node| json!({ "nodeId": node }));
            if let Some(node) = node
                && let Ok(place) = tools.send_raw("DOM.getBoxModel", node).await
            {
                break place["model"]["content"].clone();
            }
            assert!(begun.elapsed() < PATIENCE, "{id} never appeared in the frame");
            tokio::time::sleep(EVERY).await;
        };
        // Four corners, each x and y: the first and the third lie across.
        let corner = |at: usize| place[at].as_f64().expect("a number");
        let middle = |a: usize, b: usize| ((corner(a) + corner(b)) / 2.0).round() as i64;
        let hand = self.page.action_chain();
        hand.move_to(middle(0, 4), middle(1, 5)).click().perform().await.expect("a click");
    }

    /// Types where the keys are.
    pub async fn types(&self, keys: impl Into<thirtyfour::TypingData>) {
        self.page.action_chain().send_keys(keys).perform().await.expect("keys");
    }

    /// Runs a script in the page; its answer.
    pub async fn run(&self, script: &str) -> Value {
        run(&self.page, script).await
    }

    /// Waits until a script answers true.
    pub async fn until(&self, what: &str, script: &str) {
        until(&self.page, what, script).await;
    }

    /// Writes a picture of the page to `target/shots/`.
    pub async fn picture(&self, name: &str) {
        let folder = shots();
        self.page.screenshot(&folder.join(format!("{name}.png"))).await.expect("a picture");
    }
}

/// The app whose home is that folder, by its process id.
fn running_in(home: &str) -> Option<String> {
    let wanted = format!("HOME={home}");
    std::fs::read_dir("/proc").expect("processes").flatten().find_map(|process| {
        let name = std::fs::read_to_string(process.path().join("comm")).unwrap_or_default();
        let variables = std::fs::read(process.path().join("environ")).unwrap_or_default();
        let is_it = variables.split(|byte| *byte == 0).any(|one| one == wanted.as_bytes());
        (name.trim() == "loopdesk" && is_it).then(|| process.file_name().to_string_lossy().into_owned())
    })
}

/// The number of the node with an id, in a tree as Chromium's own tools tell it.
fn node_with_id(node: &Value, id: &str) -> Option<i64> {
    let attributes = node["attributes"].as_array().map(Vec::as_slice).unwrap_or_default();
    if attributes.chunks(2).any(|pair| pair[0] == "id" && pair[1] == id) {
        return node["nodeId"].as_i64();
    }
    let below = ["children", "shadowRoots"].into_iter().filter_map(|name| node[name].as_array()).flatten();
    below.chain(node.get("contentDocument")).find_map(|child| node_with_id(child, id))
}

async fn find(driver: &WebDriver, css: &str) -> WebElement {
    driver
        .query(By::Css(css))
        .wait(PATIENCE, EVERY)
        .first()
        .await
        .unwrap_or_else(|error| panic!("{css} never appeared: {error}"))
}

async fn find_text(driver: &WebDriver, css: &str, text: &str) -> WebElement {
    let wanted = text.to_owned();
    driver
        .query(By::Css(css))
        .with_filter(move |element: WebElement| {
            let wanted = wanted.clone();
            // The page's own view of what is shown: the driver's leaves out names that are cut to one line. What went away
            // between being found and being asked is not it.
            async move {
                let text = element.prop("innerText").await.ok().flatten().unwrap_or_default();
                Ok(text.contains(&wanted))
            }
        })
        .wait(PATIENCE, EVERY)
        .first()
        .await
        .unwrap_or_else(|error| panic!("{css} never showed {text:?}: {error}"))
}

async fn click(driver: &WebDriver, css: &str) {
    let element = find(driver, css).await;
    element
        .wait_until()
        .wait(PATIENCE, EVERY)
        .clickable()
        .await
        .unwrap_or_else(|error| panic!("{css}: {error}"));
    element.click().await.unwrap_or_else(|error| panic!("{css} cannot be clicked: {error}"));
}

async fn run(driver: &WebDriver, script: &str) -> serde_json::Value {
    driver.execute(script, Vec::new()).await.expect("the script runs").json().clone()
}

async fn until(driver: &WebDriver, what: &str, script: &str) {
    let begun = std::time::Instant::now();
    while run(driver, script).await != json!(true) {
        assert!(begun.elapsed() < PATIENCE, "waited in vain: {what}");
        tokio::time::sleep(EVERY).await;
    }
}

/// The key that many of our shortcuts begin with.
pub fn control(key: &str) -> String {
    format!("{}{key}", char::from(Key::Control))
}
