//! Somebody calls, and somebody takes it.

use model::call::Leg;
use serde_json::json;
use server::calls::port::{CallQueue, Ending, HandedOver, Refusal, Told, Trouble, Tune};

use crate::stage::{Stage, leg};

#[tokio::test]
async fn a_caller_is_welcomed_joined_with_an_advisor_and_leaves() {
    let mut stage = Stage::new().await;
    stage.admits("ines").await;
    stage.pbx.calls("lea", "trunk", "0301234", "800");
    let Told::Incoming { leg: lea, from, to, line } = stage.told().await else { panic!("somebody calls") };
    assert_eq!((lea.0.as_str(), &*from.number, to.as_str(), line), ("lea", "0301234", "800", None));
    assert_eq!(from.name.as_deref(), Some("Léa Bernard"));

    stage.asterisk.ringing(&lea).await.unwrap();
    stage.asterisk.answer(&lea).await.unwrap();
    assert!(stage.told().await == Told::Connected { leg: lea.clone() });
    stage.asterisk.play(&lea, &[Tune::Welcome, Tune::Wait]).await.unwrap();

    let ines = stage.rings("ines").await.unwrap();
    let asked = stage.pbx.asked(&format!("POST /channels/{}", ines.0), 1).await;
    assert_eq!(asked.body["endpoint"], "PJSIP/ines");
    assert_eq!(asked.body["callerId"], "\"Léa Bernard\" <0301234>");
    assert_eq!(asked.body["variables"]["PJSIP_HEADER(add,X-Loopdesk-Interaction)"], "c-17");
    assert_eq!(asked.query, "", "who calls stands in no address");
    stage.pbx.picks_up(&ines.0);
    assert!(stage.told().await == Told::Connected { leg: ines.clone() });

    stage.asterisk.bridge(&lea, &ines).await.unwrap();
    assert_eq!(stage.pbx.bridges(), [vec![lea.0.clone(), ines.0.clone()]]);
    stage.pbx.about("ChannelDtmfReceived", "lea", &json!({ "digit": "1", "duration_ms": 120 }));
    stage.pbx.about("ChannelHold", &ines.0, &json!({}));
    stage.pbx.about("ChannelUnhold", &ines.0, &json!({}));
    assert!(stage.told().await == Told::Pressed { leg: lea.clone(), key: '1' });
    assert!(stage.told().await == Told::Held { leg: ines.clone() });
    assert!(stage.told().await == Told::Resumed { leg: ines.clone() });

    stage.pbx.ends("lea", 16);
    assert_eq!(stage.ended(&lea).await, Ending::Left);
    stage.asterisk.hang_up(&ines).await.unwrap();
    assert_eq!(stage.ended(&ines).await, Ending::Left);
    assert!(stage.told_until_now().await.is_empty(), "each leg ends once");
    stage.pbx.asked("DELETE /bridges/", 1).await;
}

#[tokio::test]
async fn a_line_that_calls_is_known_by_its_endpoint() {
    let mut stage = Stage::new().await;
    stage.admits("ines").await;
    stage.pbx.calls("one", "ines", "ines", "amir");
    assert!(matches!(stage.told().await, Told::Incoming { line: Some(line), .. } if line == "ines"));
    stage.pbx.calls("two", "amir", "amir", "ines");
    assert!(matches!(stage.told().await, Told::Incoming { line: None, .. }), "a line that nobody let in");
    stage.asterisk.dismiss("ines").await;
    stage.pbx.calls("three", "ines", "ines", "amir");
    assert!(matches!(stage.told().await, Told::Incoming { line: None, .. }));
}

#[tokio::test]
async fn a_caller_who_is_not_taken_is_told_why() {
    let mut stage = Stage::new().await;
    for (id, why, reason) in [
        ("a", Refusal::NoSuchNumber, "reason_code=1"),
        ("b", Refusal::NobodyThere, "reason_code=19"),
        ("c", Refusal::Busy, "reason_code=17"),
        ("d", Refusal::Unwanted, "reason_code=21"),
        ("e", Refusal::Fault, "reason_code=38"),
    ] {
        stage.pbx.calls(id, "trunk", "0301234", "800");
        assert!(matches!(stage.told().await, Told::Incoming { .. }));
        stage.asterisk.refuse(&leg(id), why).await.unwrap();
        assert_eq!(stage.pbx.asked(&format!("DELETE /channels/{id}"), 1).await.query, reason);
        stage.ended(&leg(id)).await;
    }
}

#[tokio::test]
async fn a_telephone_that_is_not_picked_up_says_why() {
    let mut stage = Stage::new().await;
    stage.admits("ines").await;
    for (cause, why) in [
        (17, Ending::Declined),
        (21, Ending::Declined),
        (19, Ending::NoAnswer),
        (18, Ending::NoAnswer),
        (38, Ending::Failed),
    ] {
        let ines = stage.rings("ines").await.unwrap();
        stage.pbx.ends(&ines.0, cause);
        assert!(stage.told().await == Told::Ended { leg: ines, why, code: Some(486) }, "{cause}");
    }
}

#[tokio::test]
async fn where_no_telephone_is_none_rings() {
    let mut stage = Stage::new().await;
    assert_eq!(stage.rings("ines").await, Err(Trouble::NobodyThere), "nobody let that line in");
    stage.admits("ines").await;
    stage.pbx.fails("POST /channels/", 500);
    assert_eq!(stage.rings("ines").await, Err(Trouble::NobodyThere));
    assert_eq!(stage.rings("x/sip:0900@trunk").await, Err(Trouble::Refused), "no name calls outside");
    stage.pbx.heals();
    assert!(stage.rings("ines").await.is_ok());
    assert_eq!(stage.asterisk.admit("nobody", &"x".into()).await, Err(Trouble::Refused));
}

#[tokio::test]
async fn a_telephone_that_is_picked_up_too_late_is_let_go() {
    let mut stage = Stage::new().await;
    stage.admits("ines").await;
    stage.pbx.has("loopdesk-own-leg-late", "loopdesk,loopdesk-own");
    stage.pbx.picks_up("loopdesk-own-leg-late");
    stage.pbx.asked("DELETE /channels/loopdesk-own-leg-late", 1).await;
    assert!(stage.told_until_now().await.is_empty());
}

#[tokio::test]
async fn a_leg_that_is_over_is_gone() {
    let mut stage = Stage::new().await;
    let lea = stage.answers("lea").await;
    stage.pbx.ends("lea", 16);
    stage.ended(&lea).await;
    assert_eq!(stage.asterisk.play(&lea, &[Tune::Wait]).await, Err(Trouble::Gone));
    assert_eq!(stage.asterisk.hang_up(&lea).await, Err(Trouble::Gone));
    assert_eq!(stage.asterisk.answer(&Leg("never".into())).await, Err(Trouble::Gone));

    // Over there, and not told yet: Asterisk's 404.
    let amir = stage.answers("amir").await;
    stage.pbx.forget_channel("amir");
    assert_eq!(stage.asterisk.hang_up(&amir).await, Err(Trouble::Gone));
    let lea = stage.answers("lea").await;
    assert_eq!(stage.asterisk.bridge(&amir, &lea).await, Err(Trouble::Gone));
    assert!(stage.pbx.bridges().is_empty(), "nothing is left of it");
    stage.pbx.fails("POST /channels/lea/moh", 409);
    assert_eq!(stage.asterisk.play(&lea, &[Tune::Wait]).await, Err(Trouble::Refused));
}

#[tokio::test]
async fn what_is_said_twice_is_told_once() {
    let mut stage = Stage::new().await;
    let lea = stage.answers("lea").await;
    stage.pbx.calls("lea", "trunk", "0301234", "800");
    for _ in 0..2 {
        stage.pbx.about("ChannelStateChange", "lea", &json!({ "channel": { "id": "lea", "state": "Up" } }));
        stage.pbx.about("ChannelHold", "lea", &json!({}));
        let pressed = json!({ "digit": "5", "timestamp": "2026-11-22T20:00:01.000+0000" });
        stage.pbx.about("ChannelDtmfReceived", "lea", &pressed);
    }
    stage.pbx.about(
        "ChannelDtmfReceived",
        "lea",
        &json!({ "digit": "5", "timestamp": "2026-11-22T20:00:02.000+0000" }),
    );
    for _ in 0..2 {
        stage.pbx.about("StasisEnd", "lea", &json!({}));
        stage.pbx.about("ChannelDestroyed", "lea", &json!({ "cause": 16 }));
    }
    let told = stage.told_until_now().await;
    let pressed = Told::Pressed { leg: lea.clone(), key: '5' };
    let ended = Told::Ended { leg: lea.clone(), why: Ending::Left, code: None };
    assert!(told == [Told::Held { leg: lea }, pressed.clone(), pressed, ended]);
}

#[tokio::test]
async fn fifty_calls_at_once_keep_their_order() {
    let mut stage = Stage::new().await;
    let name = |nth: usize| format!("call-{nth:02}");
    for nth in 0..50 {
        stage.pbx.calls(&name(nth), "trunk", "0301234", "800");
    }
    for nth in 0..50 {
        assert!(matches!(stage.told().await, Told::Incoming { leg, .. } if leg.0 == name(nth)));
    }
    let answers = (0..50).map(|nth| {
        let asterisk = stage.asterisk.clone();
        tokio::spawn(async move { asterisk.answer(&leg(&name(nth))).await })
    });
    for answer in answers.collect::<Vec<_>>() {
        answer.await.unwrap().unwrap();
    }
    for nth in 0..50 {
        for digit in ["1", "2", "3"] {
            stage.pbx.about("ChannelDtmfReceived", &name(nth), &json!({ "digit": digit }));
        }
    }
    let told = stage.told_until_now().await;
    for nth in 0..50 {
        let of_this = |told: &&Told| match told {
            Told::Connected { leg } | Told::Pressed { leg, .. } => leg.0 == name(nth),
            _ => false,
        };
        let keys: Vec<_> = told.iter().filter(of_this).collect();
        assert_eq!(keys.len(), 4);
        assert!(matches!(keys[0], Told::Connected { .. }));
        assert!(matches!(keys[1], Told::Pressed { key: '1', .. }));
        assert!(matches!(keys[3], Told::Pressed { key: '3', .. }));
    }
}

#[tokio::test]
async fn a_telephone_asks_for_its_call_to_be_handed_over() {
    let mut stage = Stage::new().await;
    stage.admits("ines").await;
    let (lea, ines) = (stage.answers("lea").await, stage.reaches("ines").await);
    let refers = |to: serde_json::Value| json!({ "type": "ChannelTransfer", "refer_to": to, "referred_by": { "source_channel": { "id": ines.0 } } });
    stage.pbx.say(&refers(json!({ "requested_destination": { "destination": "801" } })));
    assert!(stage.told().await == Told::Referred { leg: ines.clone(), to: "801".into(), replaces: None });
    stage.asterisk.handed_over(&ines, HandedOver::Done).await.unwrap();
    let answered = stage.pbx.asked(&format!("POST /channels/{}/transfer_progress", ines.0), 1).await;
    assert_eq!(answered.body["states"], "channel_answered");

    let attended = json!({
        "requested_destination": { "destination": "amir", "protocol_id": "some-call-id" },
        "destination_channel": { "id": lea.0 }
    });
    stage.pbx.say(&refers(attended));
    assert!(matches!(stage.told().await, Told::Referred { replaces: Some(other), .. } if other == lea));
    // How it goes is said as an event, too.
    let mut progress = refers(json!({ "requested_destination": { "destination": "801" } }));
    progress["state"] = "channel_answered".into();
    stage.pbx.say(&progress);
    // The other call is not ours.
    stage
        .pbx
        .say(&refers(json!({ "requested_destination": { "destination": "x", "protocol_id": "other" } })));
    let refused = stage.pbx.asked(&format!("POST /channels/{}/transfer_progress", ines.0), 2).await;
    assert_eq!(refused.body["states"], "channel_unavailable");
    assert!(stage.told_until_now().await.is_empty());
}
