//! A customer writes while the advisor looks elsewhere: a real notification daemon tells, and a click leads there.

use loopdesk_tests::{
    app::App,
    desktop::{Desktop, wait_for},
    stage::Stage,
};
use model::{PresenceState, Role};
use serde_json::json;
use thirtyfour::Key;

/// How many notifications stand on the display.
fn standing(desktop: &Desktop) -> String {
    desktop.ask("dunstctl", &["count", "displayed"])
}

/// Clicks with the mouse on the notification that stands there.
fn click_notification(desktop: &Desktop) {
    let window = wait_for("the notification on the display", || {
        let found = desktop.ask("xdotool", &["search", "--onlyvisible", "--class", "Dunst"]);
        found.lines().last().map(str::to_owned)
    });
    desktop.ask("xdotool", &["mousemove", "--window", &window, "20", "20", "click", "1"]);
}

/// The advisor goes to another program.
fn look_away(desktop: &Desktop, app_window: &str) {
    desktop.ask("xdotool", &["windowminimize", "--sync", app_window]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_on_a_notification_brings_the_conversation_up() {
    let desktop = Desktop::start();
    let stage = Stage::open().await;
    let (app, _) = App::start_at(&desktop, &stage, "Inès Keller", Role::Advisor).await;
    app.call("presence.set", json!({ "state": PresenceState::Available, "reason": null })).await;
    let window = desktop.ask("xdotool", &["search", "--onlyvisible", "--name", "^Loopdesk$"]);
    desktop.ask("xdotool", &["windowactivate", "--sync", &window]);

    let lea = stage.customer("Léa Bernard").await;
    lea.says("Where is my parcel?").await;
    app.find_text(".offer", "Léa Bernard").await;
    assert_eq!(standing(&desktop), "0", "quiet while the advisor looks");
    app.press(Key::F9).await;
    app.find_text(".lines", "Where is my parcel?").await;

    let tom = stage.customer("Tom Weber").await;
    look_away(&desktop, &window);
    app.until("the window knows that nobody looks", "return !document.hasFocus()").await;
    tom.says("Nobody answers on the phone. <b>Hello?</b>").await;
    wait_for("a notification of the offer", || (standing(&desktop) == "1").then_some(()));
    assert!(
        !desktop.said("dunst").contains("phone"),
        "what customers write shows only where somebody wants it"
    );
    // Handled elsewhere: the customer gave up.
    tom.wants(model::wire::chat::ChatIntent::End).await;
    wait_for("the notification to go", || (standing(&desktop) == "0").then_some(()));

    let mut settings = app.call("app.start", json!({})).await["settings"].clone();
    settings["notifications"]["hide_content"] = json!(false);
    app.call("app.settings", settings).await;
    lea.says("Are you <img src=x> still there?").await;
    wait_for("a notification of the message", || (standing(&desktop) == "1").then_some(()));
    desktop.picture("notification");
    let told = desktop.said("dunst");
    assert!(
        told.contains("Léa Bernard: Are you &lt;img src=x&gt; still there?"),
        "words, never markup: {told}"
    );

    // A click leads there, from wherever the advisor was.
    app.press(Key::Control + ",").await;
    app.find("[data-pane=settings]").await;
    click_notification(&desktop);
    app.find_text("[data-pane=conversation]", "Léa Bernard").await;
    wait_for("the window in front", || {
        (desktop.ask("xdotool", &["getactivewindow"]) == window).then_some(())
    });
    wait_for("the notification to go", || (standing(&desktop) == "0").then_some(()));
    app.quit().await;
}
