//! A real workspace is added in the settings; the advisor signs in with a real browser; the token ends up in a real Secret
//! Service and nowhere else.

use std::fs;

use loopdesk_tests::{
    app::{App, Browser, PASSWORD},
    desktop::{Desktop, wait_for},
    stage::{Stage, new_person, slug},
};
use thirtyfour::Key;

use crate::at_rest::{contains, files};

#[tokio::test(flavor = "multi_thread")]
async fn the_token_is_in_the_keyring_and_nowhere_else() {
    let desktop = Desktop::start();
    let stage = Stage::open().await;
    let mut new = new_person("alba", "Inès Keller");
    new.email = "ines@alba.example.com".into();
    new.password = Some(PASSWORD.into());
    stage.service.add_person(&slug("alba"), new).await.expect("a person");

    let app = App::start_with(&desktop, &[("RUST_LOG", "debug")]).await;
    app.until("the practice desk", "return document.querySelector('.chip.live') !== null").await;
    app.listens_in().await;
    app.press(Key::Control + ",").await;
    app.find_text("[data-pane=nav] a", "Workspaces").await.click().await.expect("a click");
    let field = app.find("input[type=url]").await;
    field.send_keys(stage.address.as_str()).await.expect("an address");
    field.send_keys("" + Key::Enter).await.expect("added");
    app.find_text(".gate", "browser").await;
    app.picture("sign-in-waiting").await;

    let page = wait_for("the sign-in page in the browser", || desktop.opened().pop());
    let browser = Browser::start().await;
    browser.goes_to(&page).await;
    browser.find("#email").await.send_keys("ines@alba.example.com").await.expect("an address");
    browser.find("#password").await.send_keys("not this one").await.expect("a password");
    browser.click("#submit").await;
    browser.find_text("#problem", "password").await;
    browser.find("#password").await.clear().await.expect("empty");
    browser.find("#password").await.send_keys(PASSWORD).await.expect("a password");
    browser.picture("sign-in-page").await;
    browser.click("#submit").await;
    browser.find_text("body", "Loopdesk").await;
    app.find(".me[aria-label*='Inès Keller']").await;
    app.find(".chip.live").await;
    browser.picture("sign-in-done").await;
    browser.quit().await;

    let kept = desktop.ask("secret-tool", &["search", "--all", "--unlock", "service", "org.loopdesk.desk"]);
    let secrets: Vec<String> =
        kept.lines().filter_map(|line| line.strip_prefix("secret = ")).map(str::to_owned).collect();
    assert!(secrets.len() >= 3, "the token and the keys of the files: {}", secrets.len());
    let told = app.heard().await;
    assert!(told.contains("s Keller"), "what the screen was told was written down");
    let mut places = Vec::new();
    files(desktop.home(), &mut places);
    // The keyring's own file is the one place where they may be, and it is encrypted.
    for secret in secrets.iter().filter(|secret| secret.len() >= 16) {
        assert!(!told.contains(secret.as_str()), "a secret reached the screen");
        for place in &places {
            let bytes = fs::read(place).unwrap_or_default();
            assert!(!contains(&bytes, secret.as_bytes()), "a secret lies open in {}", place.display());
        }
        for process in fs::read_dir("/proc").expect("processes").flatten() {
            for part in ["environ", "cmdline"] {
                let bytes = fs::read(process.path().join(part)).unwrap_or_default();
                assert!(!contains(&bytes, secret.as_bytes()), "a secret is among the arguments of a process");
            }
        }
    }
    app.quit().await;
}
