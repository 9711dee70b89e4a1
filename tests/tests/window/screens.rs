//! Every screen, in both themes: looked at by the rules for people who cannot see, aim or wait, and kept as a picture.

use std::path::Path;

use loopdesk_tests::{Page, app::App, desktop::Desktop};
use serde_json::json;
use thirtyfour::Key;

/// What lies over a screen.
const OVER: &str = "dialog[open], [role=dialog], [role=menu], [role=listbox]";

/// Runs the rules of WCAG 2.1 A and AA on what the window shows now.
async fn accessible(app: &App, screen: &str) {
    let rules = "const [done] = arguments;
        axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'], resultTypes: ['violations'] })
            .then((found) => done(found.violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target.join(' ')} ${n.failureSummary}`))))
            .catch((error) => done([String(error)]));";
    let violations = app.run_async(rules, Vec::new()).await;
    assert_eq!(violations, json!([]), "{screen}");
}

/// A picture, and the rules.
async fn look(app: &App, screen: &str, theme: &str) {
    accessible(app, screen).await;
    app.picture(&format!("{screen}-{theme}")).await;
}

/// Opens something that lies over the screen by its keys, looks, and closes it.
async fn look_over(app: &App, keys: impl Into<thirtyfour::TypingData>, screen: &str, theme: &str) {
    app.press(keys).await;
    app.find(OVER).await;
    look(app, screen, theme).await;
    app.press(Key::Escape).await;
    app.until("it is closed", &format!("return document.querySelector({}) === null", json!(OVER))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_screen_is_for_everybody_in_both_themes() {
    let desktop = Desktop::start();
    let app = App::start(&desktop).await;
    app.size(1440, 900).await;
    app.until("the desk is live", "return document.querySelector('.chip.live') !== null").await;
    let axe = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/node_modules/axe-core/axe.min.js");
    app.run(&std::fs::read_to_string(axe).expect("the rules; `make test` installs them")).await;
    let link = app.call("app.start", json!({})).await["gate"]["home"]["chat_link"]
        .as_str()
        .expect("a link")
        .to_owned();
    let address = link.split("/chat").next().expect("the practice service").to_owned();

    accessible(&app, "nothing-open").await;
    let start = json!({ "workspace": "alba", "name": "Agathe Morel" });
    let agathe = Page::open(&address, "Agathe Morel", start).await.connected().await;
    agathe.says("My parcel is marked delivered, but it never came. https://parcels.example.com/ZX-81").await;
    app.find_text(".offer", "Agathe Morel").await;
    accessible(&app, "offer").await;
    app.press(Key::F9).await;
    app.find_text(".lines", "it never came").await;
    // Two whom the company knows, with orders and a history, and who write by themselves.
    let known = app.call("practice.list", json!({})).await;
    for customer in ["Omar Khan", "Léa Bernard"] {
        let script = known.as_array().expect("scripts").iter().find(|one| one["name"] == customer);
        app.call("practice.start", json!({ "id": script.expect("a script")["id"] })).await;
        app.find_text(".offer", customer).await;
        app.press(Key::F9).await;
        app.find_text("[data-pane=conversation] h1", customer).await;
    }
    app.find(".suggestions button").await;

    for theme in ["light", "dark"] {
        app.until(theme, &format!("return document.documentElement.dataset.theme === '{theme}'")).await;
        app.press(Key::Control + "1").await;
        app.find("[data-composer]").await;
        look(&app, "desk", theme).await;
        look_over(&app, Key::Control + "k", "palette", theme).await;
        look_over(&app, Key::F1, "shortcuts", theme).await;
        look_over(&app, Key::Alt + "t", "transfer", theme).await;
        look_over(&app, Key::Alt + "s", "snooze", theme).await;
        look_over(&app, Key::Alt + "p", "presence", theme).await;
        app.press(Key::Control + "2").await;
        app.click("[data-pane=list] [data-row]").await;
        app.find("[data-pane=detail] textarea").await;
        look(&app, "follow-ups", theme).await;
        app.press(Key::Control + "3").await;
        app.find("[data-pane=advisors]").await;
        look(&app, "supervise", theme).await;
        app.press(Key::Control + "4").await;
        app.click("[data-pane=list] [data-row]").await;
        app.find("[data-pane=detail]").await;
        look(&app, "library", theme).await;
        app.press(Key::Control + ",").await;
        app.find("[data-pane=settings]").await;
        accessible(&app, "settings").await;
        for section in ["look", "notifications", "shortcuts", "workspaces", "keys", "link", "practice"] {
            app.click(&format!("[href='#settings-{section}']")).await;
            app.picture(&format!("settings-{section}-{theme}")).await;
        }
        if theme == "light" {
            app.press(Key::Control + Key::Shift + "d").await;
        }
    }
    app.quit().await;
}
