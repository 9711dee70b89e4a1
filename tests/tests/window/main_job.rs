//! The whole main job, as it is lived: a customer writes in their browser, an advisor answers in the window.

use loopdesk_tests::{
    app::{App, Browser},
    desktop::Desktop,
};
use thirtyfour::Key;

/// Where a customer can write, as the desk itself tells.
async fn chat_link(app: &App) -> String {
    let field = app.find("input[readonly]").await;
    field.value().await.expect("a value").expect("the link")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_writes_in_the_browser_and_is_helped_in_the_window() {
    let desktop = Desktop::start();
    let app = App::start(&desktop).await;
    app.size(1440, 900).await;
    app.until("the desk is ready", "return document.body.innerText.includes('Your desk is ready')").await;

    let browser = Browser::start().await;
    browser.goes_to(&chat_link(&app).await).await;
    browser.find("#name").await.send_keys("Agathe Morel").await.expect("a name");
    let message = browser.find("#message").await;
    message.send_keys("My parcel is marked delivered, but it never came.").await.expect("words");
    message.send_keys("" + Key::Enter).await.expect("sent");
    browser.find(".tail-card.queue").await;
    browser.picture("chat-waiting").await;

    app.find_text(".offer", "Agathe Morel").await;
    app.picture("main-job-offer").await;
    app.click(".queue:not([data-settling]) .offer button").await;
    app.find_text("[data-pane=conversation]", "Agathe Morel").await;
    app.find_text(".lines", "My parcel is marked delivered, but it never came.").await;

    let field = app.find("textarea").await;
    field.send_keys("I am sorry, Agathe. I am asking the carrier now.").await.expect("words");
    app.picture("main-job-answer").await;
    field.send_keys("" + Key::Enter).await.expect("sent");
    browser.find_text(".line", "I am sorry, Agathe. I am asking the carrier now.").await;
    app.find_text(".lines", "Seen").await;
    browser.picture("chat-answered").await;

    app.press(Key::Alt + "f").await;
    let title = app.find("form.add input").await;
    title.send_keys("Call Agathe when the parcel is there").await.expect("words");
    title.send_keys("" + Key::Enter).await.expect("added");
    app.find_text("[data-pane=customer]", "Call Agathe when the parcel is there").await;

    app.press(Key::Control + Key::Enter).await;
    app.find(".wrap .outcomes button").await;
    app.picture("main-job-wrap-up").await;
    app.click(".wrap .outcomes button").await;
    browser.find("form.score").await;
    browser.click(".answer:nth-child(5) label").await;
    browser.click("form.score .main").await;
    browser.find(".tail-card.thanks").await;
    app.picture("main-job-done").await;
    browser.quit().await;
    app.quit().await;
}
