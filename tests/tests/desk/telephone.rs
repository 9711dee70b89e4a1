//! Calls at the whole desk: a real exchange, a real caller, and a telephone of ours. Advisors say 440 Hz, callers 1,000.

use loopdesk_tests::{
    Advisor, Stage,
    app::PASSWORD,
    chaos::{Chaos, Cut, Path},
    speaker::{Speaker, hears},
    stage::{new_person, slug, with_numbers},
};
use model::at::SECOND;
use serde_json::{Value, json};
use voice::{Digit, Happening, Phone};

const US: f64 = 440.0;
const THEM: f64 = 1_000.0;

/// What a push says of calls, whichever way: every row in it.
fn rows(push: &Value) -> Vec<Value> {
    match (push["view"].as_str(), push["patch"]["op"].as_str()) {
        (Some("calls"), Some("upsert")) => vec![push["patch"]["item"].clone()],
        (Some("calls"), Some("reset")) => push["patch"]["items"].as_array().cloned().unwrap_or_default(),
        _ => Vec::new(),
    }
}

/// Waits until a call stands so.
async fn call_with(advisor: &mut Advisor, so: impl Fn(&Value) -> bool) -> Value {
    advisor.until(|push| rows(push).into_iter().find(|row| so(row))).await
}

/// Waits until calls arrive at somebody's desk, and the service knows.
async fn has_a_telephone(advisor: &mut Advisor) {
    loop {
        let home = advisor.ready().await;
        let channels = home["presence"]["channels"].as_array();
        let open = channels.is_some_and(|channels| {
            channels.iter().any(|one| one["channel"] == "voice" && one["open"] == true)
        });
        if open && home["phone"] == "ready" {
            return;
        }
        advisor.until(|push| matches!(push["view"].as_str(), Some("phone" | "me")).then_some(())).await;
    }
}

/// Somebody calls delivery.
async fn calls(exchange: std::net::SocketAddr) -> Speaker {
    let mut lea = Speaker::outside(exchange, "+33612345678", THEM).await;
    lea.phone.dial("100", None).await.expect("it is dialled");
    lea.happens(Happening::Connected).await;
    lea
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_answered_held_given_to_a_colleague_and_wrapped_up() {
    let (stage, exchange) = Stage::with_exchange(&with_numbers()).await;
    let mut ines = Advisor::sits(&stage, "Inès Keller").await;
    ines.clock.go();
    has_a_telephone(&mut ines).await;
    let mut lea = calls(exchange).await;

    let id = ines.takes_offer().await;
    let row = call_with(&mut ines, |row| row["stage"] == "connected").await;
    assert_eq!((&row["conversation"], &row["number"]), (&json!(id), &json!("+33612345678")));
    let call = row["id"].clone();
    lea.hears(US).await;
    hears(&ines.telephone.heard, THEM).await;
    assert!(!ines.telephone.rings(), "what was taken rings no more");
    let opened = ines.shows(&id).await;
    assert_eq!((&opened["header"]["channel"], &opened["header"]["mine"]), (&json!("voice"), &json!(true)));

    ines.call("call.hold", json!({ "id": call, "on": true })).await;
    call_with(&mut ines, |row| row["held"]["by_us"] == true).await;
    lea.hears_something().await;
    ines.call("call.hold", json!({ "id": call, "on": false })).await;
    call_with(&mut ines, |row| row["held"]["by_us"] == false).await;
    lea.hears(US).await;
    ines.call("call.mute", json!({ "id": call, "on": true })).await;
    call_with(&mut ines, |row| row["muted"] == true).await;
    ines.call("call.mute", json!({ "id": call, "on": false })).await;
    ines.call("call.press", json!({ "id": call, "digits": "4#" })).await;
    for key in ['4', '#'] {
        lea.happens(Happening::Digit(Digit::new(key).expect("a key"))).await;
    }
    let refused = ines.tries("call.press", json!({ "id": call, "digits": "12x" })).await;
    assert_eq!(refused.expect_err("x is no key").code, desk::FailureCode::Invalid);

    // A colleague is asked while Léa waits, and gets her.
    let mut bruno = Advisor::sits(&stage, "Bruno Alvarez").await;
    bruno.clock.go();
    has_a_telephone(&mut bruno).await;
    let home = ines.ready().await;
    let colleagues = home["colleagues"].as_array().expect("colleagues");
    let colleague = colleagues.iter().find(|one| one["person"]["name"] == "Bruno Alvarez").expect("Bruno");
    let receiver = json!({ "to": "person", "id": colleague["person"]["id"] });
    ines.call("call.consult", json!({ "id": call, "receiver": receiver })).await;
    let theirs = call_with(&mut bruno, |row| row["stage"] == "ringing").await;
    assert_eq!(theirs["name"], "Inès Keller", "a colleague is called by name");
    bruno.call("call.answer", json!({ "id": theirs["id"] })).await;
    let asked = call_with(&mut ines, |row| row["consult"]["stage"] == "talking").await;
    assert_eq!(asked["consult"]["name"], "Bruno Alvarez");
    ines.call("call.complete", json!({ "id": call })).await;
    call_with(&mut ines, |row| row["stage"] == "ended").await;
    hears(&bruno.telephone.heard, THEM).await;
    lea.hears(US).await;
    bruno
        .until(|push| {
            let row = &push["patch"]["item"];
            (push["view"] == "yours" && row["id"] == json!(id)).then_some(())
        })
        .await;
    // What began as a colleague's call is Léa's now, and stands with her profile.
    let taken_over = call_with(&mut bruno, |row| row["conversation"] == json!(id)).await;
    assert_eq!((&taken_over["id"], &taken_over["name"]), (&theirs["id"], &json!("+33612345678")));

    stage.pass(30 * SECOND).await;
    lea.phone.close().await;
    call_with(&mut bruno, |row| row["stage"] == "ended").await;
    bruno
        .until(|push| {
            let row = &push["patch"]["item"];
            (push["view"] == "yours" && row["state"] == "wrap_up").then_some(())
        })
        .await;
    bruno.call("conversation.wrap_up", json!({ "id": id, "disposition": "solved" })).await;
    let opened = bruno.shows(&id).await;
    let kept = &opened["header"]["call"];
    assert_eq!((&kept["holds"], &kept["ended"]["reason"]), (&json!(2), &json!("hung_up")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_line_to_the_service_loses_no_call() {
    let (stage, exchange) = Stage::with_exchange(&with_numbers()).await;
    let chaos = Chaos::before(&stage.address).await;
    let mut new = new_person("alba", "Inès Keller");
    new.password = Some(PASSWORD.into());
    stage.service.add_person(&slug("alba"), new).await.expect("a person");
    let mut ines = Advisor::sits_behind(&chaos.address, "Inès Keller").await;
    has_a_telephone(&mut ines).await;
    let mut lea = calls(exchange).await;
    let id = ines.takes_offer().await;
    let call = call_with(&mut ines, |row| row["stage"] == "connected").await["id"].clone();
    lea.hears(US).await;

    chaos.path(Path::Refused);
    chaos.cut(Cut::Reset);
    ines.line("offline").await;
    lea.hears(US).await;
    hears(&ines.telephone.heard, THEM).await;
    ines.call("call.hold", json!({ "id": call, "on": true })).await;
    call_with(&mut ines, |row| row["held"]["by_us"] == true).await;
    ines.call("call.hang_up", json!({ "id": call })).await;
    lea.ended().await;

    // How it sounded waits here, and is with the conversation once the line is back.
    call_with(&mut ines, |row| row["stage"] == "ended").await;
    chaos.heals();
    ines.has_sent_all().await;
    let opened = ines.shows(&id).await;
    assert_eq!(opened["header"]["state"], "wrap_up");
    assert!(opened["header"]["call"]["answered_at"].is_number());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_nobody_takes_stops_ringing_and_comes_again() {
    let (stage, exchange) = Stage::with_exchange(&with_numbers()).await;
    let mut ines = Advisor::sits(&stage, "Inès Keller").await;
    ines.clock.go();
    has_a_telephone(&mut ines).await;
    let lea = calls(exchange).await;
    // Where the telephone is faster than the queue, it rings before it is known whose call it is.
    let offered = |row: &Value| row["stage"] == "ringing" && row["conversation"].is_string();
    let row = call_with(&mut ines, offered).await;
    assert!(ines.telephone.rings());
    ines.call("offer.decline", json!({ "id": row["conversation"] })).await;
    ines.until(|push| {
        let over = push["view"] == "calls" && push["patch"]["op"] == "remove";
        over.then_some(())
    })
    .await;
    assert!(!ines.telephone.rings());

    stage.pass(61 * SECOND).await;
    call_with(&mut ines, |row| row["stage"] == "ringing").await;
    assert!(ines.telephone.rings(), "she is asked again after a while");
    stage.pass(31 * SECOND).await;
    ines.until(|push| (push["toast"]["toast"] == "missed_offer").then_some(())).await;
    lea.phone.close().await;
    ines.until(|push| (push["view"] == "waiting" && push["patch"]["op"] == "remove").then_some(())).await;
    assert!(!ines.telephone.rings());
}
