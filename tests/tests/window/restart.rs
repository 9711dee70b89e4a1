//! The app is closed in the middle of work and opened again: everything is where it was.

use loopdesk_tests::{
    app::App,
    desktop::{Desktop, wait_for},
    stage::Stage,
};
use model::Role;
use serde_json::json;
use thirtyfour::Key;

#[tokio::test(flavor = "multi_thread")]
async fn drafts_selection_and_window_are_as_they_were() {
    let desktop = Desktop::start();
    let stage = Stage::open().await;
    let (app, _) = App::start_at(&desktop, &stage, "Inès Keller", Role::Advisor).await;
    app.call("presence.set", json!({ "state": "available", "reason": null })).await;
    let mut lines = Vec::new();
    for name in ["Léa Bernard", "Tom Weber"] {
        let page = stage.customer(name).await.connected().await;
        page.says("Where is my parcel?").await;
        app.find_text(".offer", name).await;
        app.press(Key::F9).await;
        app.find_text("[data-pane=conversation] h1", name).await;
        lines.push(page);
    }
    let draft = "We found your parcel, Tom. It";
    app.press(draft).await;
    app.press(Key::Alt + Key::Up).await;
    app.find_text("[data-pane=conversation] h1", "Léa Bernard").await;
    app.press("Léa, one moment").await;
    app.press(Key::Control + "=").await;
    app.until_answer("app.start", "both drafts are kept", |start| {
        start["settings"]["zoom"] != json!(100)
            && start["gate"]["home"]["yours"]
                .as_array()
                .is_some_and(|rows| rows.iter().all(|row| row["draft"] == json!(true)))
    })
    .await;
    let window = desktop.ask("xdotool", &["search", "--onlyvisible", "--name", "^Loopdesk$"]);
    desktop.ask("xdotool", &["windowsize", "--sync", &window, "1111", "777"]);
    app.quit_by_key().await;

    // The service is down, too: what is shown comes from the desk's own files.
    let mut stage = stage;
    stage.stop().await;
    let app = App::start(&desktop).await;
    app.find_text("[data-pane=conversation] h1", "Léa Bernard").await;
    app.find_text(".lines", "Where is my parcel?").await;
    assert_eq!(app.value("[data-composer]").await, "Léa, one moment");
    app.press(Key::Alt + Key::Down).await;
    app.find_text("[data-pane=conversation] h1", "Tom Weber").await;
    assert_eq!(app.value("[data-composer]").await, draft);
    let size = wait_for("the window", || {
        let found = desktop.ask("xdotool", &["search", "--onlyvisible", "--name", "^Loopdesk$"]);
        (!found.is_empty()).then(|| desktop.ask("xdotool", &["getwindowgeometry", "--shell", &found]))
    });
    assert!(size.contains("WIDTH=1111") && size.contains("HEIGHT=777"), "{size}");
    app.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_start_brings_the_first_window_up() {
    let desktop = Desktop::start();
    let app = App::start(&desktop).await;
    app.until("the desk is ready", "return document.querySelector('.chip.live') !== null").await;
    let window = desktop.ask("xdotool", &["search", "--onlyvisible", "--name", "^Loopdesk$"]);
    desktop.ask("xdotool", &["windowminimize", "--sync", &window]);
    let status = desktop.command(loopdesk_tests::app::built("loopdesk")).status().expect("it starts");
    assert!(status.success(), "the second one goes");
    wait_for("the window in front", || {
        (desktop.ask("xdotool", &["getactivewindow"]) == window).then_some(())
    });
    app.quit().await;
}
