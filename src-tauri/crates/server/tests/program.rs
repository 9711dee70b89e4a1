//! The program `loopdesk-server`, as somebody types it.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::{
    io::{BufRead, BufReader, Read, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::Duration,
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use tokio_tungstenite::{
    connect_async,
    tungstenite::{Message, client::IntoClientRequest},
};

const WORKSPACE: &str = r#"
id = "alba"
name = "Maison Alba"

[[queue]]
id = "delivery"
name = "Delivery"

[[disposition]]
id = "solved"
name = "Solved"
"#;
const PASSWORD: &str = "correct horse battery";
/// How long something may take that another process does. Only a failing test ever waits so long.
const PATIENCE: Duration = Duration::from_secs(20);

/// A folder with a database of its own.
struct Place {
    dir: TempDir,
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

impl Place {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_loopdesk-server"));
        command
            .current_dir(self.dir.path())
            .args(arguments)
            .env_remove("RUST_LOG")
            .env_remove("LOOPDESK_DATABASE");
        command.env_remove("LOOPDESK_KEY_FILE");
        command
    }

    fn runs(&self, arguments: &[&str], input: &str) -> Output {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        child.wait_with_output().unwrap()
    }

    /// What it says on its output, when all went well.
    fn does(&self, arguments: &[&str], input: &str) -> String {
        let output = self.runs(arguments, input);
        assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
        text(&output.stdout)
    }

    /// What it says when it refuses.
    fn refuses(&self, arguments: &[&str], input: &str) -> String {
        let output = self.runs(arguments, input);
        assert!(!output.status.success(), "{arguments:?} should be refused: {}", text(&output.stdout));
        text(&output.stderr)
    }

    fn applies(&self, workspace: &str) -> String {
        let file = self.file("workspace.toml", workspace);
        self.does(&["apply", file.to_str().unwrap()], "")
    }

    fn adds_ines(&self) {
        let add = [
            "user",
            "add",
            "--workspace",
            "alba",
            "--email",
            "ines@alba.example.com",
            "--name",
            "Inès Keller",
        ];
        let said =
            self.does(&[&add[..], &["--role", "supervisor", "--queue", "delivery"]].concat(), PASSWORD);
        assert_eq!(said, "ines@alba.example.com may sign in.\n");
    }

    fn serves(&self, more: &[&str]) -> Serving {
        let arguments = [&["serve", "--listen", "127.0.0.1:0"], more].concat();
        let mut child = self.command(&arguments).stderr(Stdio::piped()).spawn().unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        while !line.contains("the service is ready") {
            line.clear();
            assert!(log.read_line(&mut line).unwrap() > 0, "it starts");
        }
        let plain: String = line.chars().filter(|c| !c.is_control()).collect();
        let port =
            plain.rsplit(':').next().unwrap().chars().take_while(char::is_ascii_digit).collect::<String>();
        Serving { child, log, address: format!("127.0.0.1:{port}") }
    }
}

/// A service that runs.
struct Serving {
    child: Child,
    log: BufReader<std::process::ChildStderr>,
    address: String,
}

impl Serving {
    /// Asks it to stop, as the system does; what it wrote about itself.
    fn stops(mut self) -> String {
        let asked = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(asked.success());
        let mut log = String::new();
        self.log.read_to_string(&mut log).unwrap();
        assert!(self.child.wait().unwrap().success(), "it stops in order: {log}");
        log
    }

    fn http(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The status of a sign-in, and an access token.
    async fn signs_in(&self, http: &reqwest::Client) -> Result<String, u16> {
        let verifier = "a-verifier-that-only-the-desk-knows-0123456789";
        let redirect = "http://127.0.0.1:4000/signed-in";
        let wish = json!({
            "response_type": "code", "client_id": "loopdesk", "redirect_uri": redirect, "state": "s",
            "code_challenge": URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)), "code_challenge_method": "S256",
        });
        let body = json!({ "wish": wish, "email": "ines@alba.example.com", "password": PASSWORD });
        let answer = http.post(self.http("/v1/sign-in")).json(&body).send().await.unwrap();
        if !answer.status().is_success() {
            return Err(answer.status().as_u16());
        }
        let next: Value = answer.json().await.unwrap();
        let to = next["to"].as_str().unwrap().to_owned();
        let code = to.split("code=").nth(1).unwrap().split('&').next().unwrap();
        let grant = json!({
            "grant_type": "authorization_code", "code": code, "code_verifier": verifier, "redirect_uri": redirect,
        });
        let tokens: Value =
            http.post(self.http("/v1/token")).json(&grant).send().await.unwrap().json().await.unwrap();
        Ok(tokens["access_token"].as_str().unwrap().to_owned())
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn http() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().timeout(PATIENCE).tls_certs_only([]).build().unwrap()
}

#[test]
fn applying_twice_changes_nothing() {
    let place = Place::new();
    let file = place.file("workspace.toml", WORKSPACE);
    let file = file.to_str().unwrap();
    assert_eq!(place.does(&["apply", "--dry-run", file], ""), "Would be made: the workspace is new.\n");
    assert_eq!(
        place.does(&["apply", file], ""),
        "Was made: the workspace is new.\n",
        "a dry run made nothing"
    );
    assert_eq!(place.does(&["apply", file], ""), "Nothing to change.\n");
    let changed = WORKSPACE.replace("name = \"Delivery\"", "name = \"Deliveries\"\nring_s = 20").replace(
        "[[disposition]]\nid = \"solved\"\nname = \"Solved\"",
        "[[reason]]\nid = \"late\"\nname = \"Late\"",
    );
    let other = place.file("other.toml", &changed);
    let other = other.to_str().unwrap();
    let lines = "~ queue delivery\n- disposition solved\n+ reason late\n";
    let sorted = |text: &str| {
        let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    let would = place.does(&["apply", "--dry-run", other], "");
    assert_eq!(sorted(&would), sorted(&format!("Would be changed:\n{lines}")));
    let did = place.does(&["apply", other], "");
    assert_eq!(sorted(&did), sorted(&format!("Was changed:\n{lines}")));
    assert_eq!(place.does(&["apply", other], ""), "Nothing to change.\n");
}

#[test]
fn faults_are_named_and_change_nothing() {
    let place = Place::new();
    let faulty = r#"
id = "alba"
name = " "
default_queue = "nowhere"
sites = ["http://shop.example.com"]

[[queue]]
id = "delivery"
name = "Delivery"
ring_s = 0

[queue.hours]
zone = "Paris"
open = []
"#;
    let file = place.file("workspace.toml", faulty);
    let said = place.refuses(&["apply", file.to_str().unwrap()], "");
    for word in
        ["`name` is empty", "`default_queue`", "http://shop.example.com", "`ring_s` is 0", "Europe/Paris"]
    {
        assert!(said.contains(word), "{word} in {said}");
    }
    let file = place.file("workspace.toml", &WORKSPACE.replace("id = \"delivery\"", "id = \"The Delivery\""));
    let said = place.refuses(&["apply", file.to_str().unwrap()], "");
    assert!(said.contains("workspace.toml") && said.contains("lower case"), "{said}");
    let file = place.file("workspace.toml", &format!("{WORKSPACE}\n[[color]]\nid = \"x\"\n"));
    let said = place.refuses(&["apply", file.to_str().unwrap()], "");
    assert!(said.contains("color"), "a field that does not exist is named: {said}");
    assert!(place.refuses(&["apply", "nowhere.toml"], "").contains("reading the workspace file"));
    assert_eq!(place.applies(WORKSPACE), "Was made: the workspace is new.\n", "none of them made anything");
}

#[test]
fn nothing_is_made_by_mistake() {
    let place = Place::new();
    let said = place.refuses(&["backup", "b.db"], "");
    assert!(said.contains("There is no database at loopdesk.db"), "{said}");
    for arguments in [
        &["new-key", "--workspace", "alba"][..],
        &["site-key", "--workspace", "alba"],
        &["user", "close", "--workspace", "alba", "--email", "x@y"],
    ] {
        place.refuses(arguments, "");
    }
    assert!(!place.path("loopdesk.db").exists() && !place.path("b.db").exists());
    place.applies(WORKSPACE);
    let add = |more: &[&'static str]| [&["user", "add", "--name", "Inès"], more].concat();
    for (more, password, word) in [
        (&["--workspace", "borea", "--email", "i@x"][..], "", "no workspace \"borea\""),
        (&["--workspace", "alba", "--email", "ines"], "", "needs an @"),
        (&["--workspace", "alba", "--email", "i@x"], "short", "at least 10"),
        (&["--workspace", "alba", "--email", "i@x", "--queue", "bank"], "", "no queue \"bank\""),
        (&["--workspace", "alba", "--email", "i@x", "--role", "queen"], "", "advisor or supervisor"),
    ] {
        let said = place.refuses(&add(more), password);
        assert!(said.contains(word), "{more:?}: {said}");
    }
    let said = place.refuses(&["serve", "--listen", "0.0.0.0:0"], "");
    assert!(said.contains("--behind-tls"), "beyond this machine only behind TLS: {said}");
    let keys: Vec<String> =
        (0..2).map(|_| place.does(&["new-key", "--workspace", "alba"], "").trim().to_owned()).collect();
    assert!(keys[0].len() == 64 && keys[0] != keys[1]);
    let site_keys: Vec<String> =
        (0..2).map(|_| place.does(&["site-key", "--workspace", "alba"], "")).collect();
    assert_eq!(site_keys[0], site_keys[1], "the site's key stays");
}

#[test]
fn every_option_is_explained() {
    let place = Place::new();
    let mut explained = 0;
    for task in [
        &["-h"][..],
        &["serve", "-h"],
        &["apply", "-h"],
        &["user", "-h"],
        &["user", "add", "-h"],
        &["user", "close", "-h"],
        &["new-key", "-h"],
        &["site-key", "-h"],
        &["backup", "-h"],
        &["restore", "-h"],
        &["seed", "-h"],
        &["openapi", "-h"],
    ] {
        let help = place.does(task, "");
        for line in help.lines().filter(|line| line.trim_start().starts_with('-')) {
            let words = line.trim_start().split("  ").skip(1).any(|rest| !rest.trim().is_empty());
            assert!(words, "{task:?} does not explain {line:?}");
            explained += 1;
        }
    }
    assert!(explained > 30, "{explained} options");
    let api: Value = serde_json::from_str(&place.does(&["openapi"], "")).unwrap();
    assert!(api["paths"]["/v1/commands"].is_object());
}

#[tokio::test]
async fn a_team_is_set_up_while_the_service_runs() {
    let place = Place::new();
    place.applies(WORKSPACE);
    let serving = place.serves(&[]);
    let http = http();
    assert_eq!(serving.signs_in(&http).await, Err(401), "nobody is there yet");
    place.adds_ines();
    let token = serving.signs_in(&http).await.expect("she signs in");
    let me: Value =
        http.get(serving.http("/v1/me")).bearer_auth(&token).send().await.unwrap().json().await.unwrap();
    assert_eq!(
        (me["person"]["name"].as_str(), me["person"]["role"].as_str()),
        (Some("Inès Keller"), Some("supervisor"))
    );

    // Her desk follows what another process does.
    let start: Value = http
        .post(serving.http("/v1/sync/begin"))
        .bearer_auth(&token)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let mut request = format!("ws://{}/v1/stream", serving.address).into_client_request().unwrap();
    request.headers_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
    let (mut line, _) = connect_async(request).await.unwrap();
    let hello = json!({
        "type": "hello", "epoch": start["epoch"], "cursor": start["cursor"], "schema": 1,
        "device": uuid::Uuid::now_v7(),
    });
    line.send(Message::text(hello.to_string())).await.unwrap();
    place.applies(&WORKSPACE.replace("Maison Alba", "Maison Alba & Fils"));
    let heard = async |wanted: &str, line: &mut (dyn futures_util::Stream<Item = _> + Unpin + Send)| {
        loop {
            let message: Result<Message, tokio_tungstenite::tungstenite::Error> =
                tokio::time::timeout(PATIENCE, line.next()).await.expect(wanted).expect(wanted);
            match message.unwrap() {
                Message::Text(text) if text.contains(wanted) => return None,
                Message::Close(close) => return close.map(|close| u16::from(close.code)),
                _ => {}
            }
        }
    };
    assert_eq!(heard("Maison Alba & Fils", &mut line).await, None, "a new name arrives");
    place.does(&["user", "close", "--workspace", "alba", "--email", "ines@alba.example.com"], "");
    assert_eq!(heard("the end", &mut line).await, Some(4003), "a closed account is out, whoever closed it");
    let status = http.get(serving.http("/v1/me")).bearer_auth(&token).send().await.unwrap().status();
    assert_eq!(status, 401);
    drop(line);
    let log = serving.stops();
    assert!(!log.contains(PASSWORD) && !log.contains(&token), "{log}");
}

#[tokio::test]
async fn a_backup_is_made_while_the_service_runs_and_restored() {
    let place = Place::new();
    let key = place.file("key", &"0123456789abcdef".repeat(4));
    let key = key.to_str().unwrap();
    let file = place.file("workspace.toml", WORKSPACE);
    place.does(&["--key-file", key, "apply", file.to_str().unwrap()], "");
    let add =
        ["user", "add", "--workspace", "alba", "--email", "ines@alba.example.com", "--name", "Inès Keller"];
    place.does(&[&["--key-file", key], &add[..]].concat(), PASSWORD);
    let serving = place.serves(&["--key-file", key]);
    let http = http();
    let token = serving.signs_in(&http).await.expect("she signs in");
    let begin = async |serving: &Serving, token: &str| -> Value {
        let answer = http.post(serving.http("/v1/sync/begin")).bearer_auth(token).send().await.unwrap();
        answer.json().await.unwrap()
    };
    let before = begin(&serving, &token).await;
    assert!(place.does(&["--key-file", key, "backup", "b.db"], "").contains("Backed up to b.db"));
    assert!(place.refuses(&["--key-file", key, "backup", "b.db"], "").contains("exists already"));
    assert_eq!(http.get(serving.http("/health")).send().await.unwrap().status(), 200, "it went on meanwhile");

    let restore = |database: &str, more: &[&str]| {
        let arguments = [more, &["--database", database, "restore", "b.db"]].concat();
        arguments.iter().map(|a| (*a).to_owned()).collect::<Vec<_>>()
    };
    let as_strs = |arguments: &[String]| arguments.iter().map(String::as_str).collect::<Vec<_>>().join(" ");
    let run =
        |arguments: Vec<String>| place.runs(&arguments.iter().map(String::as_str).collect::<Vec<_>>(), "");
    let refused = run(restore("loopdesk.db", &["--key-file", key]));
    assert!(text(&refused.stderr).contains("there already"), "a database is never overwritten");
    place.file("new.db-wal", "what an older database left");
    let refused = run(restore("new.db", &["--key-file", key]));
    assert!(text(&refused.stderr).contains("new.db-wal is there already"), "{}", text(&refused.stderr));
    std::fs::remove_file(place.path("new.db-wal")).unwrap();
    let refused = run(restore("new.db", &[]));
    assert!(!refused.status.success(), "without its key it cannot be read");
    assert!(!place.path("new.db").exists(), "and nothing is left behind");
    let good = restore("new.db", &["--key-file", key]);
    assert!(run(good.clone()).status.success(), "{}", as_strs(&good));
    serving.stops();

    let restored = place.serves(&["--key-file", key, "--database", "new.db"]);
    assert!(
        http.get(restored.http("/v1/me")).bearer_auth(&token).send().await.unwrap().status().is_success()
    );
    let after = begin(&restored, &token).await;
    assert_ne!(after["epoch"], before["epoch"], "desks begin anew");
    assert!(after["cursor"].as_u64() > before["cursor"].as_u64());
    restored.stops();
}

#[test]
fn a_key_file_holds_a_key() {
    let place = Place::new();
    let file = place.file("workspace.toml", WORKSPACE);
    let bad = place.file("bad", "not a key");
    let arguments = ["--key-file", bad.to_str().unwrap(), "apply", file.to_str().unwrap()];
    assert!(place.refuses(&arguments, "").contains("64 hex digits"));
    assert!(!Path::new(&place.path("loopdesk.db")).exists());
    let one = place.file("one", &format!("{}\n", "ab".repeat(32)));
    let two = place.file("two", &"cd".repeat(32));
    place.does(&["--key-file", one.to_str().unwrap(), "apply", file.to_str().unwrap()], "");
    let said = place.refuses(&["--key-file", two.to_str().unwrap(), "apply", file.to_str().unwrap()], "");
    assert!(said.contains("cannot be opened with this key"), "{said}");
    assert!(!said.contains("cdcd"), "the key itself is never told: {said}");
    place.refuses(&["apply", file.to_str().unwrap()], "");
}

#[test]
fn calls_are_taken_where_it_is_asked_for_and_in_the_clear_on_this_machine_only() {
    let place = Place::new();
    place.applies(WORKSPACE);
    let said = place.refuses(&["serve", "--listen", "127.0.0.1:0", "--sip", "0.0.0.0:0"], "");
    assert!(said.contains("--sip-in-the-clear"), "{said}");
    let said = place.refuses(&["serve", "--sip", "nowhere"], "");
    assert!(said.contains("--sip"), "{said}");
    let said = place.refuses(&["serve", "--sip-in-the-clear"], "");
    assert!(said.contains("--sip"), "{said}");
    let taken = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let said = place.refuses(&["serve", "--listen", "127.0.0.1:0", "--sip", &address], "");
    assert!(said.contains("Choose another address"), "{said}");

    drop(place.serves(&["--sip", "127.0.0.1:0"]));
    let help = place.does(&["serve", "--help"], "");
    assert!(help.contains("hears every word"), "it says what it means: {help}");
}
