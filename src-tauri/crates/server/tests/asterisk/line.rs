//! The line to Asterisk: who may have it, and what happens when it breaks.

use std::sync::Arc;

use axum::extract::ws;
use model::At;
use serde_json::json;
use server::{
    calls::{
        asterisk::{self, Settings, Standing},
        port::{CallQueue, Told, Trouble, Tune},
    },
    clock::ManualClock,
};

use crate::{
    pbx::{PASSWORD, PATIENCE, Pbx},
    stage::{LONG, Stage, leg},
};

async fn refused(pbx: &Pbx, settings: &str) -> String {
    let settings = Settings::parse(settings).unwrap();
    let clock = Arc::new(ManualClock::at(At(0)));
    let opened = asterisk::open(settings, clock).await;
    let said = opened.err().unwrap().to_string();
    assert!(said.contains(&pbx.address) && !said.contains(PASSWORD) && !said.contains("not-it"), "{said}");
    said
}

#[tokio::test]
async fn what_is_wrong_at_the_start_is_said_clearly() {
    let pbx = Pbx::start().await;
    assert!(refused(&pbx, &pbx.settings("not-it")).await.contains("does not take the user and password"));
    pbx.fails("GET /events", 403);
    assert!(refused(&pbx, &pbx.settings(PASSWORD)).await.contains("acl"));
    pbx.heals();
    pbx.fails("GET /events", 404);
    assert!(refused(&pbx, &pbx.settings(PASSWORD)).await.contains("There is no ARI"));
    pbx.heals();
    pbx.fails("GET /events", 418);
    assert!(refused(&pbx, &pbx.settings(PASSWORD)).await.contains("418"));
}

#[tokio::test]
async fn an_asterisk_that_is_not_there_yet_is_tried_again() {
    let pbx = Pbx::start().await;
    pbx.fails("GET /events", 503);
    let stage = Stage::with(pbx).await;
    stage.stands(Standing::Down { tries: 1 }).await;
    assert_eq!(stage.rings("ines").await, Err(Trouble::Refused));
    stage.asterisk.admit("ines", &"x".into()).await.unwrap();
    stage.pbx.heals();
    stage.comes_back().await;
}

#[tokio::test]
async fn it_learns_of_telephones_and_their_passwords_from_us() {
    let pbx = Pbx::start().await;
    let settings = pbx.settings(PASSWORD)
        + "[asterisk.telephones]\ncontext = \"advisors\"\nendpoint = { allow = \"opus\" }\n";
    let mut stage = Stage::set(pbx, &settings).await;
    stage.stands(Standing::Up).await;
    stage.asterisk.admit("moira", &"made-for-this-sign-in".into()).await.unwrap();
    let told = |stage: &Stage, kind, name| stage.pbx.was_told(kind, "moira", name);
    assert_eq!(told(&stage, "auth", "password").as_deref(), Some("made-for-this-sign-in"));
    assert_eq!(told(&stage, "auth", "username").as_deref(), Some("moira"));
    assert_eq!(told(&stage, "endpoint", "context").as_deref(), Some("advisors"));
    assert_eq!(
        told(&stage, "endpoint", "allow").as_deref(),
        Some("opus"),
        "what the file says goes before ours"
    );
    assert!(matches!(stage.told().await, Told::Line { there: false, .. }));
    stage.pbx.line("moira", "online");
    assert!(matches!(stage.told().await, Told::Line { there: true, .. }));

    // It starts again and knows nothing; with another sign-in comes another password.
    stage.breaks_while(Pbx::forgets_telephones).await;
    stage.pbx.asked("PUT /asterisk/config/dynamic/res_pjsip/endpoint/moira", 2).await;
    assert_eq!(told(&stage, "auth", "password").as_deref(), Some("made-for-this-sign-in"));
    stage.asterisk.admit("moira", &"another".into()).await.unwrap();
    assert_eq!(told(&stage, "auth", "password").as_deref(), Some("another"));

    stage.asterisk.dismiss("moira").await;
    for kind in ["auth", "aor", "endpoint"] {
        assert_eq!(stage.pbx.was_told(kind, "moira", "username"), None, "{kind}");
    }
    stage.pbx.fails("PUT /asterisk/config/dynamic/res_pjsip/auth", 403);
    assert_eq!(stage.asterisk.admit("moira", &"third".into()).await, Err(Trouble::Refused));
}

#[tokio::test]
async fn after_a_break_it_tells_what_is_still_there_and_goes_on() {
    let mut stage = Stage::new().await;
    stage.admits("ines").await;
    let (lea, omar) = (stage.answers("lea").await, stage.answers("omar").await);
    let ines = stage.rings("ines").await.unwrap();
    stage.asterisk.play(&lea, &[Tune::Welcome, Tune::Wait]).await.unwrap();
    let welcome = stage.pbx.asked("POST /channels/lea/play/", 1).await.what;
    let welcome = welcome.rsplit('/').next().unwrap().to_owned();
    stage.asterisk.bridge(&omar, &lea).await.unwrap();
    stage.asterisk.part(&lea).await.unwrap();
    let again = stage.pbx.asked("POST /channels/lea/play/", 2).await.what;
    let again = again.rsplit('/').next().unwrap().to_owned();
    assert_ne!(again, welcome);

    let ines_rings = ines.clone();
    stage
        .breaks_while(move |pbx| {
            pbx.forget_channel("omar");
            pbx.forget_playback(&again);
            pbx.line_unheard("ines", "offline");
            pbx.has("new", "loopdesk");
            pbx.has("foreign", "another");
            pbx.has("loopdesk-own-leg-before", "loopdesk,loopdesk-own");
            pbx.has(&ines_rings.0, "loopdesk,loopdesk-own");
        })
        .await;
    assert!(
        matches!(stage.told().await, Told::Still { legs } if legs.contains(&lea) && legs.contains(&ines) && legs.len() == 2)
    );
    // In the order of their names: the channel that we rang was picked up meanwhile, somebody called.
    assert!(stage.told().await == Told::Connected { leg: ines });
    assert!(matches!(stage.told().await, Told::Incoming { leg: new, .. } if new == leg("new")));
    assert!(stage.told().await == Told::Line { line: "ines".into(), there: false });
    stage.pbx.asked("POST /channels/lea/moh", 1).await;
    stage.pbx.asked("DELETE /channels/loopdesk-own-leg-before", 1).await;
    assert_eq!(stage.pbx.times_asked("DELETE /channels/foreign"), 0);
    assert_eq!(stage.asterisk.hang_up(&omar).await, Err(Trouble::Gone));
    // Its dialplan had picked it up: nothing will change, so it is told with our answer.
    stage.asterisk.answer(&leg("new")).await.unwrap();
    assert!(stage.told().await == Told::Connected { leg: leg("new") });
    assert!(stage.told_until_now().await.is_empty());
}

#[tokio::test]
async fn whoever_lost_the_other_in_a_break_hears_their_tunes_again() {
    let mut stage = Stage::new().await;
    stage.admits("ines").await;
    let (lea, ines) = (stage.answers("lea").await, stage.reaches("ines").await);
    stage.asterisk.play(&lea, &[Tune::Wait]).await.unwrap();
    stage.asterisk.bridge(&lea, &ines).await.unwrap();
    stage.breaks_while(|pbx| pbx.forget_channel(&ines.0)).await;
    assert!(matches!(stage.told().await, Told::Still { legs } if legs == [lea]));
    stage.pbx.asked("POST /channels/lea/moh", 2).await;
    assert!(stage.pbx.bridges().is_empty());
}

#[tokio::test]
async fn while_it_is_down_nothing_is_done_blindly() {
    let mut stage = Stage::new().await;
    let lea = stage.answers("lea").await;
    stage.pbx.fails("GET /events", 503);
    stage.pbx.breaks();
    stage.stands(Standing::Down { tries: 1 }).await;
    let before = stage.pbx.all_asked().len();
    assert_eq!(stage.asterisk.hang_up(&lea).await, Err(Trouble::Refused));
    assert_eq!(stage.asterisk.play(&lea, &[Tune::Wait]).await, Err(Trouble::Refused));
    assert_eq!(stage.pbx.all_asked().len(), before, "and nothing is tried before its time");
    // Some tries fail.
    for tries in 2..=8 {
        stage.clock.advance(LONG);
        stage.stands(Standing::Down { tries }).await;
    }
    stage.pbx.heals();
    stage.comes_back().await;
    assert!(matches!(stage.told().await, Told::Still { legs } if legs == [lea.clone()]));
    stage.asterisk.hang_up(&lea).await.unwrap();
}

#[tokio::test]
async fn another_program_with_our_name_is_not_fought() {
    let mut stage = Stage::new().await;
    stage.admits("ines").await;
    let lea = stage.answers("lea").await;
    let listens = stage.pbx.times_asked("GET /events");
    let other = Stage::with(stage.pbx.clone()).await;
    other.stands(Standing::Up).await;
    stage.stands(Standing::Replaced).await;
    assert!(matches!(stage.told().await, Told::Still { legs } if legs.is_empty()));
    assert!(stage.told().await == Told::Line { line: "ines".into(), there: false });
    assert_eq!(stage.asterisk.hang_up(&lea).await, Err(Trouble::Refused));
    stage.clock.advance(LONG);
    other.asterisk.admit("ines", &"x".into()).await.unwrap();
    assert_eq!(stage.pbx.times_asked("GET /events"), listens + 1, "only the other one asked");
    assert_eq!(stage.pbx.times_asked("DELETE /channels/lea"), 0, "nobody is cut off");
    other.stands(Standing::Up).await;
}

#[tokio::test]
async fn a_service_that_starts_again_takes_up_who_waits() {
    let pbx = Pbx::start().await;
    pbx.has("waits", "loopdesk");
    pbx.has("loopdesk-own-leg-before", "loopdesk,loopdesk-own");
    pbx.has("foreign", "another,loopdesk-own");
    let mut stage = Stage::with(pbx).await;
    assert!(matches!(stage.told().await, Told::Incoming { leg: waits, .. } if waits == leg("waits")));
    stage.pbx.asked("DELETE /channels/loopdesk-own-leg-before", 1).await;
    stage.stands(Standing::Up).await;
    assert!(stage.told_until_now().await.is_empty());
}

#[tokio::test]
async fn what_makes_no_sense_is_passed_over() {
    let mut stage = Stage::new().await;
    for text in [
        "",
        "{",
        "[]",
        "null",
        "{}",
        r#"{"type":5}"#,
        r#"{"type":"StasisStart"}"#,
        r#"{"type":"SomethingNew","x":[1]}"#,
        r#"{"type":"StasisStart","channel":{"id":7}}"#,
        r#"{"type":"ChannelDestroyed","channel":{"id":"never"}}"#,
        r#"{"type":"PlaybackFinished","playback":{"id":"x","target_uri":"bridge:y"}}"#,
        r#"{"type":"RecordingFinished","recording":{"name":"../../etc/passwd"}}"#,
        r#"{"type":"ApplicationReplaced","application":"not-ours"}"#,
    ] {
        stage.pbx.say_text(text.to_owned());
    }
    stage.pbx.say_text("[".repeat(200_000));
    stage.pbx.say_frame(ws::Message::Binary(vec![0, 159, 146, 150].into()));
    stage.pbx.about("ChannelDtmfReceived", "lea", &json!({ "digit": "12" }));
    assert!(stage.told_until_now().await.is_empty());
    assert_eq!(stage.pbx.times_asked("GET /recordings"), 0);
    // A name from outside stays in its place of an address.
    stage.pbx.calls("../../x?a=b#c", "trunk", "1", "800");
    assert!(matches!(stage.told().await, Told::Incoming { .. }));
    let _ = stage.asterisk.ringing(&leg("../../x?a=b#c")).await;
    let asked = stage.pbx.all_asked().pop().unwrap();
    assert_eq!(asked.what, "POST /channels/..%2F..%2Fx%3Fa=b%23c/ring");
}

#[tokio::test]
async fn what_is_too_large_breaks_the_line_and_nothing_else() {
    let mut stage = Stage::new().await;
    let lea = stage.answers("lea").await;
    stage.pbx.say_text("x".repeat(2 * 1024 * 1024));
    stage.stands(Standing::Down { tries: 1 }).await;
    stage.comes_back().await;
    assert!(matches!(stage.told().await, Told::Still { legs } if legs == [lea]));
}

#[tokio::test]
async fn a_telephone_comes_and_goes() {
    let mut stage = Stage::new().await;
    stage.admits("ines").await;
    stage.pbx.line("ines", "online");
    stage.pbx.line("amir", "offline");
    stage.pbx.line("ines", "unknown");
    stage.pbx.line("ines", "offline");
    stage.pbx.line("ines", "offline");
    stage.pbx.line("ines", "online");
    let line = |there| Told::Line { line: "ines".into(), there };
    assert!(stage.told_until_now().await == [line(false), line(true)]);
}

#[tokio::test]
async fn an_asterisk_that_falls_silent_is_asked_and_then_left() {
    let pbx = Pbx::start().await;
    pbx.is_deaf(true);
    let mut stage = Stage::with(pbx).await;
    stage.stands(Standing::Up).await;
    stage.pbx.is_deaf(false);
    let again = async {
        while stage.pbx.times_asked("GET /events") < 2 {
            stage.clock.advance(LONG);
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, again).await.unwrap();
    assert!(matches!(stage.told().await, Told::Still { .. }));
}
