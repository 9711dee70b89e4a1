//! What is said is put on a tape.

use server::calls::port::{CallQueue, Tape, Told, Trouble};
use tokio::sync::mpsc;

use crate::{
    pbx::PATIENCE,
    stage::{Stage, leg},
};

async fn all(mut samples: mpsc::Receiver<Vec<i16>>) -> Vec<i16> {
    let mut all = Vec::new();
    while let Some(more) = tokio::time::timeout(PATIENCE, samples.recv()).await.unwrap() {
        all.extend(more);
    }
    all
}

#[tokio::test]
async fn a_recording_comes_once_and_is_removed_there() {
    let mut stage = Stage::new().await;
    let sound: Vec<i16> = (0..20_000).map(|nth| i16::try_from(nth).unwrap()).collect();
    stage.pbx.sounds_like(&sound);
    let lea = stage.answers("lea").await;
    let (tape, samples) = Tape::new(1);
    stage.asterisk.record(&lea, Some(tape)).await.unwrap();
    let snoop = stage.pbx.asked("POST /channels/lea/snoop/", 1).await;
    assert_eq!(snoop.body["spy"], "both", "all that it says and hears");
    let id = snoop.what.rsplit('/').next().unwrap();
    let record = stage.pbx.asked(&format!("POST /channels/{id}/record"), 1).await;
    assert_eq!(record.body["format"], "wav");
    stage.asterisk.record(&lea, None).await.unwrap();
    // The double says twice that it is finished.
    assert_eq!(all(samples).await, sound);
    stage.pbx.asked("DELETE /recordings/stored/", 1).await;
    assert_eq!(stage.pbx.stored(), 0);
    stage.pbx.asked(&format!("DELETE /channels/{id}"), 1).await;
    assert!(stage.told_until_now().await.is_empty(), "who listens is no leg");
    assert_eq!(stage.pbx.times_asked("GET /recordings/stored/"), 1);
}

#[tokio::test]
async fn a_call_that_ends_ends_its_recording() {
    let mut stage = Stage::new().await;
    stage.pbx.sounds_like(&[1, 2, 3]);
    let lea = stage.answers("lea").await;
    let (tape, samples) = Tape::new(8);
    stage.asterisk.record(&lea, Some(tape)).await.unwrap();
    let snoop = stage.pbx.asked("POST /channels/lea/snoop/", 1).await.what;
    stage.pbx.asked(&format!("POST /channels/{}/record", snoop.rsplit('/').next().unwrap()), 1).await;
    stage.pbx.ends("lea", 16);
    stage.ended(&lea).await;
    assert_eq!(all(samples).await, [1, 2, 3]);
}

#[tokio::test]
async fn what_cannot_be_recorded_lets_the_tape_go() {
    let mut stage = Stage::new().await;
    let (tape, samples) = Tape::new(1);
    assert_eq!(stage.asterisk.record(&leg("nobody"), Some(tape)).await, Err(Trouble::Gone));
    assert!(all(samples).await.is_empty());
    let lea = stage.answers("lea").await;
    stage.pbx.fails("POST /channels/loopdesk-own-snoop-", 422);
    let (tape, samples) = Tape::new(1);
    stage.asterisk.record(&lea, Some(tape)).await.unwrap();
    assert!(all(samples).await.is_empty());
    stage.pbx.asked("DELETE /channels/loopdesk-own-snoop-", 1).await;
}

#[tokio::test]
async fn a_recording_that_ended_while_nobody_listened_comes_later() {
    let mut stage = Stage::new().await;
    stage.pbx.sounds_like(&[4, 5]);
    let lea = stage.answers("lea").await;
    let (tape, samples) = Tape::new(8);
    stage.asterisk.record(&lea, Some(tape)).await.unwrap();
    let snoop = stage.pbx.asked("POST /channels/lea/snoop/", 1).await.what;
    let snoop = snoop.rsplit('/').next().unwrap().to_owned();
    stage.pbx.asked(&format!("POST /channels/{snoop}/record"), 1).await;
    stage.breaks_while(|pbx| pbx.ends_unheard("lea", &snoop)).await;
    assert!(matches!(stage.told().await, Told::Still { legs } if legs.is_empty()));
    assert_eq!(all(samples).await, [4, 5]);
}

#[tokio::test]
async fn what_ends_with_the_service_is_kept() {
    let mut stage = Stage::new().await;
    stage.pbx.sounds_like(&[6]);
    let lea = stage.answers("lea").await;
    let (tape, samples) = Tape::new(8);
    stage.asterisk.record(&lea, Some(tape)).await.unwrap();
    let snoop = stage.pbx.asked("POST /channels/lea/snoop/", 1).await.what;
    stage.pbx.asked(&format!("POST /channels/{}/record", snoop.rsplit('/').next().unwrap()), 1).await;
    stage.asterisk.close().await;
    assert_eq!(stage.ended(&lea).await, server::calls::port::Ending::Left);
    assert_eq!(all(samples).await, [6]);
    assert_eq!(stage.asterisk.hang_up(&lea).await, Err(Trouble::Refused));
}
