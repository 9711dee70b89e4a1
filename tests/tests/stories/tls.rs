//! S16: a desk talks only to a service that it has a reason to trust, by requests and on its line alike.

use std::{path::PathBuf, process::Command};

use backend::{Backend, Heard, Line, Native, Trouble, Untrusted, native::Trust};
use loopdesk_tests::{
    Stage,
    seat::{InMemory, PATIENCE},
    stage::{new_person, slug},
    tls::{Authority, Front, Paper, Proxy},
};
use model::{
    DeviceId,
    wire::{ClientFrame, ServerFrame, frames::SCHEMA},
};
use secrecy::ExposeSecret;
use uuid::Uuid;

const GOOD: Paper = Paper { name: "localhost", years: (2020, 2090) };

/// A one-use secret of somebody.
async fn secret(stage: &Stage) -> String {
    let ines = stage.service.add_person(&slug("alba"), new_person("alba", "Inès Keller")).await.unwrap();
    stage.service.one_use_secret(&slug("alba"), ines).await.unwrap().expose_secret().to_owned()
}

fn desk(address: &str, secret: &str, file: Option<PathBuf>) -> Result<Native, Trouble> {
    Native::trusting(
        address.parse().unwrap(),
        InMemory::once(secret),
        DeviceId(Uuid::now_v7()),
        &Trust { file },
    )
}

/// Asks for something, and opens the line and says hello on it.
async fn works(desk: &Native) {
    assert_eq!(desk.me().await.unwrap().person.name, "Inès Keller");
    let start = desk.snapshot().await.unwrap();
    let Line { say, mut hear } = desk.dial().await.unwrap();
    let device = DeviceId(Uuid::now_v7());
    say.send(ClientFrame::Hello { epoch: Some(start.epoch), cursor: start.cursor, device, schema: SCHEMA })
        .await
        .unwrap();
    let heard = tokio::time::timeout(PATIENCE, hear.recv()).await.unwrap();
    let Some(Heard::Frame(frame)) = heard else { panic!("not {heard:?}") };
    assert!(matches!(*frame, ServerFrame::Resumed { .. }), "{frame:?}");
}

#[tokio::test]
async fn only_whoever_proves_to_be_the_service_is_talked_to() {
    let stage = Stage::open().await;
    let (company, secret) = (Authority::default(), secret(&stage).await);
    let file = company.file(stage.folder());
    let expired = Paper { years: (2001, 2002), ..GOOD };
    let not_yet = Paper { years: (2090, 2091), ..GOOD };
    let other = Paper { name: "other.example.com", ..GOOD };
    let mut words = Vec::new();
    for (front, trusted, why) in [
        (Front::of(&stage.address, &GOOD, None).await, true, Untrusted::UnknownIssuer),
        (Front::of(&stage.address, &GOOD, Some(&company)).await, false, Untrusted::UnknownIssuer),
        (Front::of(&stage.address, &expired, Some(&company)).await, true, Untrusted::Expired),
        (Front::of(&stage.address, &not_yet, Some(&company)).await, true, Untrusted::NotYet),
        (Front::of(&stage.address, &other, Some(&company)).await, true, Untrusted::OtherName),
        (Front::of_old().await, true, Untrusted::OldTls),
    ] {
        let address = format!("https://localhost:{}", front.port);
        let desk = desk(&address, &secret, trusted.then(|| file.clone())).unwrap();
        assert_eq!(desk.me().await.unwrap_err(), Trouble::Untrusted(why));
        assert_eq!(desk.dial().await.unwrap_err(), Trouble::Untrusted(why), "nor is a line opened");
        words.push(why.to_string());
    }
    words.dedup();
    assert_eq!(words.len(), 5, "each is said in words of its own: {words:#?}");
    assert!(words.iter().all(|words| words.ends_with('.')));

    let front = Front::of(&stage.address, &GOOD, Some(&company)).await;
    let address = format!("https://localhost:{}", front.port);
    works(&desk(&address, &secret, Some(file.clone())).unwrap()).await;
    for bad in ["gone.pem", "service.db"] {
        let refused = desk(&address, &secret, Some(stage.folder().join(bad)));
        assert_eq!(refused.err(), Some(Trouble::Untrusted(Untrusted::CaFile)), "{bad}");
    }
}

/// The environment belongs to a whole process, so this is another one: the story below starts it.
#[tokio::test]
#[ignore = "started by another story"]
async fn in_an_environment_with_a_proxy() {
    let desk = Native::new(
        "https://desk.example.com".parse().unwrap(),
        InMemory::once(&std::env::var("LOOPDESK_STORY_SECRET").unwrap()),
        DeviceId(Uuid::now_v7()),
    );
    works(&desk.unwrap()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_company_s_proxy_and_authority_come_from_the_environment() {
    let stage = Stage::open().await;
    let company = Authority::default();
    let paper = Paper { name: "desk.example.com", ..GOOD };
    let front = Front::of(&stage.address, &paper, Some(&company)).await;
    let proxy = Proxy::to(front.port).await;
    let mut child = Command::new(std::env::current_exe().unwrap());
    child
        .args(["--exact", "tls::in_an_environment_with_a_proxy", "--ignored"])
        .env("HTTPS_PROXY", &proxy.address)
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .env(backend::native::CA_FILE, company.file(stage.folder()))
        .env("LOOPDESK_STORY_SECRET", secret(&stage).await);
    let ended = tokio::task::spawn_blocking(move || child.output().unwrap()).await.unwrap();
    let said = String::from_utf8_lossy(&ended.stdout).into_owned();
    assert!(
        ended.status.success() && said.contains("1 passed"),
        "{said}{}",
        String::from_utf8_lossy(&ended.stderr)
    );
    let asked = proxy.asked.lock().unwrap().clone();
    assert!(!asked.is_empty() && asked.iter().all(|host| host == "desk.example.com:443"), "{asked:?}");
}

#[test]
fn nothing_in_our_sources_switches_trust_off() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../src-tauri");
    let mut folders = vec![root];
    let mut read = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            let name = entry.file_name().into_string().unwrap();
            if path.is_dir() && !["target", "node_modules", "dist", "gen"].contains(&name.as_str()) {
                folders.push(path);
            } else if name.ends_with(".rs") || name == "Cargo.toml" {
                let text = std::fs::read_to_string(&path).unwrap();
                for bad in
                    ["danger_accept", ".dangerous()", "tls_danger", "dangerous_configuration", "SSLKEYLOG"]
                {
                    assert!(!text.contains(bad), "{bad} in {}", path.display());
                }
                read += 1;
            }
        }
    }
    assert!(read > 150, "all of them: {read}");
}
