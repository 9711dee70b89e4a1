//! The main job without a mouse: take, answer, add a loop, resolve, wrap up.

use loopdesk_tests::{app::App, desktop::Desktop, stage::Stage};
use model::{ConversationState, Role, wire::chat::ChatPhase};
use thirtyfour::Key;

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_main_job_by_keys() {
    let desktop = Desktop::start();
    let stage = Stage::open().await;
    let (app, ines) = App::start_at(&desktop, &stage, "Inès Keller", Role::Advisor).await;
    let mut lea = stage.customer("Léa Bernard").await.connected().await;
    app.no_pointer().await;

    app.press(Key::Control + Key::Shift + "1").await;
    app.find_text(".top", "Available").await;
    lea.says("My parcel is marked delivered, but I never got it.").await;
    app.find_text(".offer", "Léa Bernard").await;
    app.press(Key::F9).await;
    app.find_text(".lines", "I never got it.").await;

    // Taking leads to the composer: the answer is typed where the keys already are.
    app.until("the composer has the keys", "return document.activeElement.matches('[data-composer]')").await;
    app.press("I am sorry, Léa. I am asking the carrier.").await;
    app.press(Key::Enter).await;
    lea.reads("I am sorry, Léa. I am asking the carrier.").await;

    app.press(Key::Alt + "n").await;
    app.press("Third complaint about this depot.").await;
    app.press(Key::Enter).await;
    app.find_text(".line.note", "Third complaint about this depot.").await;

    app.press(Key::Alt + "f").await;
    app.until("the field of a new loop", "return document.activeElement.matches('form.add input')").await;
    app.press("Call Léa when the parcel is there").await;
    app.press(Key::Enter).await;
    app.find_text("[data-pane=customer]", "Call Léa when the parcel is there").await;
    app.press(Key::Escape).await;

    app.press(Key::Control + Key::Enter).await;
    app.find(".wrap .outcomes button").await;
    lea.phase(ChatPhase::Ended).await;
    app.press("1").await;
    app.until("the wrap-up is over", "return document.querySelector('.wrap') === null").await;

    let desk = stage.another_desk("alba", ines, "Inès Keller").await;
    let (_, world) = desk.snapshot().await;
    let conversation = world.conversations.values().next().expect("her conversation");
    assert_eq!(conversation.state, ConversationState::Resolved);
    assert!(conversation.disposition.is_some());
    assert_eq!(world.follow_ups.len(), 1);
    assert!(!lea.words().iter().any(|text| text.contains("Third complaint")), "a note is for colleagues");
    assert!(!app.pointer_was_used().await);
    app.quit().await;
}
