//! A practice customer who is annoyed, in the real window: her mood with its cause, what annoys her, answers that may fit, the
//! rest of a sentence by Tab, and a wrap-up that is proposed.

use loopdesk_tests::{app::App, desktop::Desktop};
use serde_json::{Value, json};
use thirtyfour::Key;

#[tokio::test(flavor = "multi_thread")]
async fn the_desk_reads_lea_and_helps_to_answer_her() {
    let desktop = Desktop::start();
    let app = App::start(&desktop).await;
    app.size(1440, 900).await;
    app.until("the desk is live", "return document.querySelector('.chip.live') !== null").await;
    let known = app.call("practice.list", json!({})).await;
    let lea = known.as_array().expect("scripts").iter().find(|one| one["name"] == "Léa Bernard");
    app.call("practice.start", json!({ "id": lea.expect("Léa")["id"] })).await;
    app.find_text(".offer", "Léa Bernard").await;
    app.find_text(".offer", "asks for a person").await;
    app.press(Key::F9).await;
    app.find_text(".lines", "deuxième fois").await;
    app.find_text(".says", "the same problem again").await;
    app.find(".mood").await;
    app.find_text("p.hint[role=status]", "Retail").await;
    app.find(".suggestions .one").await;
    app.picture("help-read").await;

    // Some letters, and the rest of the answer by Tab.
    let first = app.run("return document.querySelector('.suggestions .words').lastChild.textContent").await;
    let Value::String(first) = first else { panic!("a suggestion's words: {first}") };
    let begun: String = first.chars().take(16).collect();
    app.find("[data-composer]").await;
    app.press(begun.as_str()).await;
    app.find(".text .key").await;
    app.picture("help-completed").await;
    app.press(Key::Tab).await;
    app.until("nothing is left to complete", "return document.querySelector('.text .key') === null").await;
    // Another answer may begin alike, and fit better.
    let whole = app.value("[data-composer]").await;
    assert!(whole.starts_with(&begun) && whole.len() > begun.len() + 20, "{whole}");
    app.press(Key::Enter).await;
    app.press(Key::Enter).await;
    app.find_text(".lines .me", &whole.chars().take(40).collect::<String>()).await;

    app.press("Je vous rappelle demain avant midi.").await;
    app.press(Key::Enter).await;
    app.press(Key::Enter).await;
    app.find_text(".lines .me", "rappelle demain").await;
    app.press(Key::Alt + "t").await;
    app.find_text("dialog[open]", "Put in what was said").await;
    app.picture("help-transfer").await;
    app.press(Key::Escape).await;
    app.press(Key::Control + Key::Enter).await;
    app.find_text(".wrap .promise", "rappelle demain").await;
    app.picture("help-wrap-up").await;
    app.quit().await;
}
