//! A supervisor in the window: sees the queues, gives a conversation to somebody else, writes an article, finds what was said.

use loopdesk_tests::{app::App, desktop::Desktop, stage::Stage};
use model::{Activity, Role};
use serde_json::json;
use thirtyfour::Key;

#[tokio::test(flavor = "multi_thread")]
async fn a_supervisor_watches_moves_writes_and_finds() {
    let desktop = Desktop::start();
    let stage = Stage::open().await;
    let mut amir = stage.advisor("Amir Saidi").await.available().await;
    let lea = stage.customer("Léa Bernard").await.connected().await;
    lea.says("My teapot arrived broken.").await;
    let id = amir.takes_offer().await;
    let (app, ines) = App::start_at(&desktop, &stage, "Inès Keller", Role::Supervisor).await;
    app.size(1280, 800).await;

    app.press(Key::Control + "3").await;
    app.find_text("[data-pane=queues]", "Delivery").await;
    app.find_text("[data-pane=advisors]", "Léa Bernard").await;
    app.click("[data-pane=advisors] .item button[aria-haspopup]").await;
    app.find_text("[role=option]", "Inès Keller").await;
    app.press(Key::Enter).await;
    amir.until(|world, _| {
        world.conversations.get(&id).is_none_or(|row| row.owner == Some(ines)).then_some(())
    })
    .await;
    app.press(Key::Control + "1").await;
    app.click(".queue .row").await;
    app.find_text("[data-pane=conversation]", "My teapot arrived broken.").await;

    app.press(Key::Control + "4").await;
    app.press(Key::Alt + "n").await;
    app.until("a title to write", "return document.activeElement.matches('form input')").await;
    app.press("A teapot arrived broken").await;
    app.press(Key::Tab + Key::Tab).await;
    app.press("We send a new one today. Nothing has to come back.").await;
    app.press(Key::Control + "s").await;
    amir.until(|world, _| {
        world.articles.values().find(|article| article.title == "A teapot arrived broken").map(|_| ())
    })
    .await;

    app.press(Key::Control + "k").await;
    app.press("teapot").await;
    app.find_text("dialog[open]", "My teapot arrived broken.").await;
    app.picture("search").await;
    app.press(Key::Enter).await;
    app.find_text("[data-pane=conversation] h1", "Léa Bernard").await;
    app.find_text(".suggestions", "We send a new one today.").await;

    let mut settings = app.call("app.start", json!({})).await["settings"].clone();
    settings["language"] = json!("fr");
    app.call("app.settings", settings).await;
    app.find_text(".composer", "Réponse").await;
    app.picture("desk-french").await;
    app.quit().await;

    let desk = stage.another_desk("alba", ines, "Inès Keller").await;
    let (_, world) = desk.snapshot().await;
    assert!(
        world.activities(id).iter().any(|line| matches!(line, Activity::Assigned { .. })),
        "{:?}",
        world.activities(id)
    );
}
