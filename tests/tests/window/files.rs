//! Files reach the customer as people hand them over: pasted from the clipboard, dropped from a file manager.

use std::{fs, io::Write, process::Stdio};

use loopdesk_tests::{
    Page,
    app::{App, built},
    desktop::{Desktop, Process, wait_for},
    stage::Stage,
};
use model::Role;
use serde_json::json;
use thirtyfour::Key;

/// A picture, two by two.
const PICTURE: &[u8] = include_bytes!("two-by-two.png");

async fn helps(desktop: &Desktop, stage: &Stage) -> (App, Page) {
    let (app, _) = App::start_at(desktop, stage, "Inès Keller", Role::Advisor).await;
    app.size(1280, 800).await;
    app.call("presence.set", json!({ "state": "available", "reason": null })).await;
    let lea = stage.customer("Léa Bernard").await.connected().await;
    lea.says("Which form do you mean?").await;
    app.find_text(".offer", "Léa Bernard").await;
    app.press(Key::F9).await;
    app.find_text(".lines", "Which form do you mean?").await;
    (app, lea)
}

/// Waits until the customer has a file; its name.
async fn file_of(lea: &mut Page) -> String {
    lea.until(|page| {
        page.lines.iter().find_map(|line| line.attachments.first()).map(|file| file.name.to_string())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_is_pasted() {
    let desktop = Desktop::start();
    let stage = Stage::open().await;
    let (app, mut lea) = helps(&desktop, &stage).await;
    let mut clipboard = desktop.command("xclip");
    clipboard.args(["-selection", "clipboard", "-t", "image/png", "-quiet"]).stdin(Stdio::piped());
    let mut holder = clipboard.spawn().expect("xclip; `make test` installs it");
    holder.stdin.take().expect("its input").write_all(PICTURE).expect("the picture");
    let window = desktop.ask("xdotool", &["search", "--onlyvisible", "--name", "^Loopdesk$"]);
    app.until("the composer has the keys", "return document.activeElement.matches('[data-composer]')").await;
    wait_for("the clipboard", || {
        desktop
            .ask("xclip", &["-selection", "clipboard", "-o", "-t", "TARGETS"])
            .contains("image/png")
            .then_some(())
    });
    desktop.ask("xdotool", &["windowactivate", "--sync", &window, "key", "ctrl+v"]);
    app.find(".files .x").await;
    app.picture("pasted").await;
    app.press(Key::Enter).await;
    assert!(file_of(&mut lea).await.ends_with(".png"));
    holder.kill().expect("it ends");
    holder.wait().expect("it ended");
    app.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_dropped() {
    let desktop = Desktop::start();
    let stage = Stage::open().await;
    let (app, mut lea) = helps(&desktop, &stage).await;
    let file = desktop.home().join("claim form.pdf");
    fs::write(&file, b"%PDF-1.4\n%%EOF\n").expect("a file");
    let _source = Process::start("dragged", desktop.command(built("examples/dragged")).arg(&file));
    let source = wait_for("something to drag", || {
        let found = desktop.ask("xdotool", &["search", "--onlyvisible", "--name", "^Drag me$"]);
        (!found.is_empty()).then_some(found)
    });
    desktop.ask("xdotool", &["windowmove", "--sync", &source, "1380", "400"]);
    let field = app.find("[data-composer]").await.rect().await.expect("a place");
    let window = desktop.ask("xdotool", &["search", "--onlyvisible", "--name", "^Loopdesk$"]);
    desktop.ask("xdotool", &["mousemove", "--window", &source, "80", "80", "mousedown", "1"]);
    // A drag begins with a few small steps, as a hand makes them.
    for step in 0..20_i32 {
        let (x, y) = ((80 - step * 2).to_string(), (80 + step).to_string());
        desktop.ask("xdotool", &["mousemove", "--window", &source, &x, &y]);
    }
    let to = |by: f64| ((field.x + 40.0 + by).round().to_string(), (field.y + 20.0 + by).round().to_string());
    for by in [0.0, 3.0, 6.0, 9.0] {
        let (x, y) = to(by);
        desktop.ask("xdotool", &["mousemove", "--window", &window, &x, &y]);
    }
    app.find(".dropping").await;
    app.picture("dropping").await;
    desktop.ask("xdotool", &["mouseup", "1"]);
    app.find(".files .x").await;
    app.press(Key::Enter).await;
    assert_eq!(file_of(&mut lea).await, "claim form.pdf");
    app.quit().await;
}
