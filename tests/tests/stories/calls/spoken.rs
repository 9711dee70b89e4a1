//! The same over the wire: a real exchange, real telephones, and what they hear of each other.

use std::time::Duration;

use loopdesk_tests::{
    Seat, Stage,
    seat::PATIENCE,
    speaker::Speaker,
    stage::{slug, with_numbers},
};
use model::{ConversationState, Intent, Role, at::SECOND};
use server::practice::{Pace, callers::Callers};
use tokio::time::timeout;
use voice::{Happening, Phone};

use super::seen;

async fn advisor(stage: &Stage, name: &str, hertz: f64) -> (Seat, Speaker) {
    let seat = stage.person(name, Role::Advisor, &["en"], &["delivery"]).await;
    let speaker = Speaker::of(stage, &seat, hertz).await;
    let mut seat = seat.available().await;
    let me = seat.id;
    seat.until(|_, nows| {
        nows.iter().rev().find_map(|now| match now {
            model::wire::Now::Presence { presence } if presence.person == me => presence
                .channels
                .iter()
                .any(|load| load.channel == model::Channel::Voice && load.open)
                .then_some(()),
            _ => None,
        })
    })
    .await;
    (seat, speaker)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_and_an_advisor_hear_each_other() {
    let (stage, exchange) = Stage::with_exchange(&with_numbers()).await;
    let (mut ines, mut desk) = advisor(&stage, "Inès Keller", 1_000.0).await;
    let mut lea = Speaker::outside(exchange, "+33612345678", 440.0).await;
    lea.phone.dial("100", None).await.expect("it is dialled");
    lea.happens(Happening::Connected).await;
    lea.hears_something().await;

    let id = ines.offered().await;
    let (call, correlation) = desk.rung().await;
    let offered = ines.present.offers[&id].call.clone().expect("a call");
    assert_eq!(correlation, Some(offered.correlation.0), "the telephone names the offer");
    assert_eq!(&*offered.from.number, "+33612345678");
    desk.phone.answer(&call).await.expect("it is taken");
    ines.until(|world, _| world.conversations.get(&id).filter(|row| row.answered_at.is_some()).map(drop))
        .await;
    lea.hears(1_000.0).await;
    desk.hears(440.0).await;

    desk.phone.hold(&call).await.expect("she waits");
    lea.hears_something().await;
    stage.service.settle_calls().await;
    stage.pass(5 * SECOND).await;
    desk.phone.resume(&call).await.expect("it goes on");
    lea.hears(1_000.0).await;
    stage.service.settle_calls().await;
    lea.phone.close().await;
    desk.ended().await;
    let row = ines
        .until(|world, _| {
            let row = world.conversations.get(&id)?;
            (row.state == ConversationState::WrapUp).then(|| row.clone())
        })
        .await;
    let call = row.call.expect("a call");
    assert_eq!((call.holds, call.times.hold), (1, 5_000));
    desk.phone.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_telephone_declines_and_a_colleague_who_was_asked_gets_the_caller() {
    let (stage, exchange) = Stage::with_exchange(&with_numbers()).await;
    let (mut ines, mut desk) = advisor(&stage, "Inès Keller", 1_000.0).await;
    let mut lea = Speaker::outside(exchange, "+33612345678", 440.0).await;
    lea.phone.dial("100", None).await.expect("it is dialled");
    lea.happens(Happening::Connected).await;
    let id = ines.offered().await;
    let (call, _) = desk.rung().await;
    desk.phone.reject(&call).await.expect("it is declined");
    desk.ended().await;
    ines.until(|_, nows| {
        nows.iter().any(|now| matches!(now, model::wire::Now::Offer { offer: None, .. })).then_some(())
    })
    .await;
    stage.pass(60 * SECOND).await;
    let (call, _) = desk.rung().await;
    ines.wants(Intent::Accept { conversation: id }).await;
    desk.phone.answer(&call).await.expect("it is taken");
    lea.hears(1_000.0).await;

    let (mut amir, mut other) = advisor(&stage, "Amir Saidi", 1_500.0).await;
    desk.phone.hold(&call).await.expect("she waits");
    let line = amir.id.0.simple().to_string();
    let asking = desk.phone.dial(&line, None).await.expect("he is dialled");
    let (theirs, correlation) = other.rung().await;
    assert_eq!(correlation, None);
    other.phone.answer(&theirs).await.expect("he answers");
    other.hears(1_000.0).await;
    desk.phone.complete(&call, &asking).await.expect("it is handed over");
    other.hears(440.0).await;
    lea.hears(1_500.0).await;
    let row = amir.until(|world, _| world.conversations.get(&id).cloned()).await;
    assert_eq!((row.state, row.owner), (ConversationState::Active, Some(amir.id)));
    other.phone.hang_up(&theirs).await.expect("he hangs up");
    lea.ended().await;
    seen(&mut amir, id).await;
    for speaker in [desk, other, lea] {
        speaker.phone.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn practice_callers_call_speak_and_hang_up() {
    let (stage, exchange) = Stage::with_exchange(&with_numbers()).await;
    let (mut ines, mut desk) = advisor(&stage, "Inès Keller", 1_000.0).await;
    let callers = Callers::new(stage.service.clone(), slug("alba"), exchange, Pace::LIFE).expect("callers");
    let odile = slug("odile-sofa");
    callers.start(&odile).expect("she calls");
    assert!(callers.start(&odile).is_err(), "once at a time");
    let id = ines.offered().await;
    assert_eq!(&*ines.present.offers[&id].subject, "Odile Garnier");
    let (call, _) = desk.rung().await;
    desk.phone.answer(&call).await.expect("it is taken");
    ines.until(|world, _| world.conversations.get(&id).filter(|row| row.answered_at.is_some()).map(drop))
        .await;
    stage.pass(SECOND).await;
    desk.hears_something().await;
    let mut changes = callers.changes();
    // She talks for a minute and a quarter of her own time, in which the clock is moved under her.
    let hangs_up = async {
        while !callers.running().is_empty() {
            stage.pass(SECOND).await;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, hangs_up).await.expect("she has talked enough");
    assert!(changes.has_changed().expect("they are there"));
    changes.mark_unchanged();
    desk.ended().await;
    let row = ines
        .until(|world, _| world.conversations.get(&id).filter(|row| row.wrap_up_until.is_some()).cloned())
        .await;
    assert!(row.call.expect("a call").times.talk >= 75 * SECOND);

    // Nobody takes it: the impatient one gives up.
    let tomas = slug("tomas-card-abroad");
    callers.start(&tomas).expect("he calls");
    let gives_up = async {
        while !callers.running().is_empty() {
            stage.pass(SECOND).await;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, gives_up).await.expect("he does not wait for ever");
    desk.phone.close().await;
}
