//! The first start: nothing to set up.

use loopdesk_tests::{app::App, desktop::Desktop};

#[tokio::test(flavor = "multi_thread")]
async fn the_desk_is_there_without_any_set_up() {
    let desktop = Desktop::start();
    let app = App::start(&desktop).await;
    app.size(1440, 900).await;
    app.until("the desk is ready", "return document.body.innerText.includes('Your desk is ready')").await;
    app.picture("first-start").await;
    app.quit().await;
}
