//! The tray: the desk goes on while its window is closed, and a bus shows what a panel would.

use loopdesk_tests::{
    app::App,
    desktop::{Desktop, wait_for},
};

use crate::panel::Panel;

#[tokio::test(flavor = "multi_thread")]
async fn closing_the_window_goes_to_the_tray_and_back() {
    let desktop = Desktop::start();
    let panel = Panel::stands_on(&desktop).await;
    let app = App::start(&desktop).await;
    app.until("the desk is ready", "return document.querySelector('.chip.live') !== null").await;
    let item = panel.item().await;
    item.menu_says("Loopdesk · Available").await;

    let window = desktop.ask("xdotool", &["search", "--onlyvisible", "--name", "^Loopdesk$"]);
    desktop.ask("xdotool", &["windowactivate", "--sync", &window, "key", "alt+F4"]);
    wait_for("the window to go", || {
        desktop.ask("xdotool", &["search", "--onlyvisible", "--name", "^Loopdesk$"]).is_empty().then_some(())
    });
    wait_for("to be told where it went", || desktop.said("dunst").contains("tray").then_some(()));

    item.chooses("Away").await;
    item.menu_says("Loopdesk · Away").await;
    item.chooses("Open Loopdesk").await;
    wait_for("the window", || {
        (!desktop.ask("xdotool", &["search", "--onlyvisible", "--name", "^Loopdesk$"]).is_empty())
            .then_some(())
    });
    app.find_text(".top", "Away").await;
    item.chooses("Quit").await;
    panel.is_left().await;
}
