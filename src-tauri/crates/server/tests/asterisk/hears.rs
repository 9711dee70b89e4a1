//! What callers hear.

use serde_json::json;
use server::calls::port::{CallQueue, Told, Tune};

use crate::{pbx::Asked, stage::Stage};

fn playback(asked: &Asked) -> String {
    asked.what.rsplit('/').next().unwrap().to_owned()
}

#[tokio::test]
async fn tunes_follow_each_other_and_the_last_goes_on() {
    let mut stage = Stage::new().await;
    let lea = stage.answers("lea").await;
    stage.asterisk.play(&lea, &[Tune::Welcome, Tune::Consent, Tune::Wait]).await.unwrap();
    let welcome = stage.pbx.asked("POST /channels/lea/play/", 1).await;
    assert_eq!(welcome.body, json!({ "media": ["sound:welcome"] }));
    stage.pbx.played(&playback(&welcome));
    let consent = stage.pbx.asked("POST /channels/lea/play/", 2).await;
    assert_eq!(consent.body, json!({ "media": ["sound:consent"] }));
    assert_eq!(stage.pbx.times_asked("POST /channels/lea/moh"), 0);
    stage.pbx.played(&playback(&consent));
    stage.pbx.asked("POST /channels/lea/moh", 1).await;
}

#[tokio::test]
async fn what_is_replaced_stops_and_never_comes_back() {
    let mut stage = Stage::new().await;
    let lea = stage.answers("lea").await;
    stage.asterisk.play(&lea, &[Tune::Welcome, Tune::Wait]).await.unwrap();
    let welcome = playback(&stage.pbx.asked("POST /channels/lea/play/", 1).await);
    // Its end is told because it was stopped: that begins nothing.
    stage.asterisk.play(&lea, &[Tune::Consent]).await.unwrap();
    stage.pbx.asked(&format!("DELETE /playbacks/{welcome}"), 1).await;
    let consent = playback(&stage.pbx.asked("POST /channels/lea/play/", 2).await);
    stage.asterisk.play(&lea, &[Tune::Wait]).await.unwrap();
    stage.pbx.asked(&format!("DELETE /playbacks/{consent}"), 1).await;
    stage.asterisk.play(&lea, &[]).await.unwrap();
    stage.pbx.asked("DELETE /channels/lea/moh", 1).await;
    assert!(stage.told_until_now().await.is_empty());
    assert_eq!(stage.pbx.times_asked("POST /channels/lea/moh"), 1);
    assert_eq!(stage.pbx.times_asked("POST /channels/lea/play/"), 2);
}

#[tokio::test]
async fn a_tone_never_ends_by_itself_so_it_is_ended() {
    let mut stage = Stage::new().await;
    let lea = stage.answers("lea").await;
    stage.asterisk.play(&lea, &[Tune::Position(2), Tune::Wait]).await.unwrap();
    let tone = stage.pbx.asked("POST /channels/lea/play/", 1).await;
    assert_eq!(tone.body, json!({ "media": ["tone:!660/150,!0/150,!660/150,!0/150"] }));
    stage.clock.advance(Tune::Position(2).ms());
    stage.pbx.asked(&format!("DELETE /playbacks/{}", playback(&tone)), 1).await;
    stage.pbx.asked("POST /channels/lea/moh", 1).await;
}

#[tokio::test]
async fn who_is_joined_hears_the_other_and_their_tunes_afterwards() {
    let mut stage = Stage::new().await;
    stage.admits("ines").await;
    let (lea, ines) = (stage.answers("lea").await, stage.reaches("ines").await);
    stage.asterisk.play(&lea, &[Tune::Wait]).await.unwrap();
    stage.asterisk.bridge(&lea, &ines).await.unwrap();
    stage.pbx.asked("DELETE /channels/lea/moh", 1).await;
    // Again is no change; and while they speak no tune sounds.
    stage.asterisk.bridge(&ines, &lea).await.unwrap();
    stage.asterisk.play(&lea, &[Tune::Wait]).await.unwrap();
    assert_eq!(stage.pbx.times_asked("POST /channels/lea/moh"), 1);
    assert_eq!(stage.pbx.bridges().len(), 1);

    stage.asterisk.part(&lea).await.unwrap();
    assert_eq!(stage.pbx.bridges().len(), 0);
    assert_eq!(stage.pbx.times_asked("POST /channels/lea/moh"), 2);

    // Somebody else takes it; then that colleague's telephone is lost, and the caller waits again.
    stage.admits("amir").await;
    let amir = stage.reaches("amir").await;
    stage.asterisk.bridge(&lea, &ines).await.unwrap();
    stage.asterisk.bridge(&lea, &amir).await.unwrap();
    assert_eq!(stage.pbx.bridges(), [vec![lea.0.clone(), amir.0.clone()]], "and nobody else");
    stage.pbx.ends(&amir.0, 38);
    assert!(matches!(stage.told().await, Told::Ended { leg, .. } if leg == amir));
    stage.pbx.asked("POST /channels/lea/moh", 4).await;
}

#[tokio::test]
async fn what_asterisk_cannot_play_is_left_out() {
    let mut stage = Stage::new().await;
    let lea = stage.answers("lea").await;
    stage.pbx.fails("POST /channels/lea/play/", 400);
    stage.asterisk.play(&lea, &[Tune::Welcome, Tune::Consent, Tune::Wait]).await.unwrap();
    assert_eq!(stage.pbx.times_asked("POST /channels/lea/play/"), 2);
    assert_eq!(stage.pbx.times_asked("POST /channels/lea/moh"), 1);
}
