//! The app in its real window, driven as a person would, and a customer in a real browser.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use serde_json::json;
use thirtyfour::{
    Capabilities, ChromeCapabilities, ChromiumLikeCapabilities, DesiredCapabilities, Key, WebDriver,
    WebElement,
    prelude::{By, ElementQueryable, ElementWaitable},
};

use crate::desktop::{Desktop, Process, wait_for};

/// How long a test waits for something to appear.
const PATIENCE: Duration = Duration::from_secs(30);
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
fn free_port() -> u16 {
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
    _driver: Process,
}

impl App {
    /// Starts the app on a desktop and waits until its window answers.
    pub async fn start(desktop: &Desktop) -> Self {
        Self::start_program(desktop, &built("loopdesk"), &[]).await
    }

    /// Starts some program with a WebKit window.
    pub async fn start_program(desktop: &Desktop, program: &Path, variables: &[(&str, &str)]) -> Self {
        crypto();
        let port = free_port();
        let mut command = desktop.command("WebKitWebDriver");
        command
            .arg(format!("--port={port}"))
            .arg("--host=127.0.0.1")
            .envs(variables.iter().copied())
            .env("TAURI_AUTOMATION", "true")
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .env("RUST_LOG", std::env::var("RUST_LOG").unwrap_or_else(|_| "warn".into()));
        let driver = Process::start("WebKitWebDriver", &mut command);
        wait_for("WebKitWebDriver", || answers(port).then_some(()));
        let mut capabilities = Capabilities::new();
        capabilities
            .set("webkitgtk:browserOptions", json!({ "binary": program, "args": [] }))
            .expect("capabilities");
        let window =
            WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities).await.expect("a window");
        Self { window, variables: desktop.variables.clone(), _driver: driver }
    }

    /// Ends the app.
    pub async fn quit(self) {
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

    /// Waits until a script answers true.
    pub async fn until(&self, what: &str, script: &str) {
        until(&self.window, what, script).await;
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
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/shots");
        std::fs::create_dir_all(&folder).expect("a folder");
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
            let path =
                Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../target/shots/failed-{test}.png"));
            let taken = self.command("import").args(["-window", "root"]).arg(&path).status();
            eprintln!("What was on the display: {} ({taken:?})", path.display());
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

    /// Waits until a script answers true.
    pub async fn until(&self, what: &str, script: &str) {
        until(&self.page, what, script).await;
    }

    /// Writes a picture of the page to `target/shots/`.
    pub async fn picture(&self, name: &str) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/shots");
        std::fs::create_dir_all(&folder).expect("a folder");
        self.page.screenshot(&folder.join(format!("{name}.png"))).await.expect("a picture");
    }
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
            async move { Ok(element.text().await.unwrap_or_default().contains(&wanted)) }
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
