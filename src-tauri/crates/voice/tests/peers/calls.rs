//! Calls, as advisors and callers have them.

use voice::{Ended, Happening, Phone, Reason, Registration, Side, Trouble};

use crate::support::{
    advisor::{Advisor, account},
    baresip::Baresip,
    digit, ear,
    exchange::Exchange,
    keys,
    relay::Relay,
};

#[tokio::test]
async fn a_line_registers_with_its_password_and_not_with_another() {
    let exchange = Exchange::start();
    let mut advisor = exchange.advisor("1001", 440.0).await;
    advisor.phone.unregister().await;
    advisor.registration(Registration::None).await;

    let mut wrong = account(&exchange, "1001");
    wrong.password = "guessed".into();
    let mut stranger = Advisor::open(wrong, 440.0).await;
    stranger.phone.register().await;
    stranger.registration(Registration::Refused(401)).await;
}

#[tokio::test]
async fn a_caller_and_an_advisor_hear_each_other() {
    let exchange = Exchange::start();
    let mut advisor = exchange.advisor("1001", 440.0).await;
    let mut caller = Baresip::start(&exchange, "2001", 1_000.0, false).await;
    caller.dial("1001").await;
    let (call, from, correlation) = advisor.called().await;
    assert_eq!((from.number.as_str(), from.name.as_deref()), ("2001", Some("Carla Caller")));
    assert_eq!(correlation, None);
    advisor.phone.answer(&call).await.expect("it is taken");
    advisor.happens(&call, Happening::Connected).await;
    advisor.hears(1_000.0).await;
    caller.tell("hangup", "").await;
    assert_eq!(advisor.ended(&call).await, Ended { by: Side::Them, reason: Reason::HungUp, code: None });
    let heard = caller.heard();
    assert!(ear::share(&heard[heard.len() / 2..], 440.0) > 0.9, "the caller heard the advisor");
    assert!(
        !advisor.was_told(|heard| matches!(heard, voice::Heard::Call(_, Happening::Connected))),
        "told once"
    );
}

#[tokio::test]
async fn what_the_help_desk_offered_is_told_with_the_call() {
    let exchange = Exchange::start();
    let mut advisor = exchange.advisor("1001", 440.0).await;
    let caller = exchange.advisor("1002", 1_000.0).await;
    caller.phone.dial("1001", Some("0192-7f")).await.expect("it is dialled");
    let (_, from, correlation) = advisor.called().await;
    assert_eq!((from.number.as_str(), correlation.as_deref()), ("1002", Some("0192-7f")));
}

#[tokio::test]
async fn keys_are_heard_on_both_sides() {
    let exchange = Exchange::start();
    let mut advisor = exchange.advisor("1001", 440.0).await;
    let mut caller = Baresip::start(&exchange, "2001", 1_000.0, false).await;
    let call = caller.reaches(&mut advisor).await;
    advisor.hears(1_000.0).await;
    for key in "4#".chars() {
        caller.tell("sndcode", &key.to_string()).await;
        advisor.happens(&call, Happening::Digit(digit(key))).await;
    }
    advisor.phone.press(&call, &keys("1*9")).await.expect("keys");
    for key in ["1", "*", "9"] {
        assert_eq!(caller.event("CALL_DTMF_START").await["param"], key);
    }
    advisor.hears(1_000.0).await;
}

#[tokio::test]
async fn two_of_our_telephones_speak_opus_and_press_keys_with_it() {
    let relay = Relay::open().await;
    let exchange = Exchange::through(&relay);
    let mut advisor = exchange.advisor("1001", 440.0).await;
    let mut caller = exchange.advisor("1002", 1_000.0).await;
    let (theirs, call) = caller.reaches(&mut advisor).await;
    advisor.hears(1_000.0).await;
    caller.hears(440.0).await;
    assert_eq!(relay.carried(), [111], "Opus and nothing else");
    caller.phone.press(&theirs, &keys("7#")).await.expect("keys");
    for key in "7#".chars() {
        advisor.happens(&call, Happening::Digit(digit(key))).await;
    }
    advisor.hears(1_000.0).await;
    assert_eq!(relay.carried(), [110, 111], "keys that count as Opus does");
}

#[tokio::test]
async fn somebody_elses_telephone_speaks_opus_too() {
    let exchange = Exchange::start();
    let mut advisor = exchange.advisor("1001", 440.0).await;
    let mut caller = Baresip::opus(&exchange, "2001", 1_000.0).await;
    let call = caller.reaches(&mut advisor).await;
    advisor.hears(1_000.0).await;
    caller.tell("sndcode", "4").await;
    advisor.happens(&call, Happening::Digit(digit('4'))).await;
    advisor.phone.press(&call, &keys("9")).await.expect("keys");
    assert_eq!(caller.event("CALL_DTMF_START").await["param"], "9");
    advisor.hears(1_000.0).await;
    advisor.phone.hold(&call).await.expect("it is held");
    advisor.hears_nothing().await;
    advisor.phone.resume(&call).await.expect("it goes on");
    advisor.hears(1_000.0).await;
    caller.tell("hangup", "").await;
    advisor.ended(&call).await;
    let heard = caller.heard();
    assert!(heard.chunks(4_000).any(|sound| ear::share(sound, 440.0) > 0.9), "the caller heard the advisor");
}

#[tokio::test]
async fn who_is_held_neither_hears_nor_is_heard_until_it_goes_on() {
    let exchange = Exchange::start();
    let mut advisor = exchange.advisor("1001", 440.0).await;
    let mut caller = exchange.advisor("1002", 1_000.0).await;
    let (theirs, call) = caller.reaches(&mut advisor).await;
    advisor.hears(1_000.0).await;
    caller.hears(440.0).await;

    advisor.phone.hold(&call).await.expect("it is held");
    advisor.happens(&call, Happening::Held(Side::Us)).await;
    caller.happens(&theirs, Happening::Held(Side::Them)).await;
    caller.hears_nothing().await;
    advisor.hears_nothing().await;

    advisor.phone.resume(&call).await.expect("it goes on");
    advisor.happens(&call, Happening::Resumed(Side::Us)).await;
    caller.happens(&theirs, Happening::Resumed(Side::Them)).await;
    caller.hears(440.0).await;
    advisor.hears(1_000.0).await;

    // The other way round.
    caller.phone.hold(&theirs).await.expect("it is held");
    advisor.happens(&call, Happening::Held(Side::Them)).await;
    advisor.hears_nothing().await;
    // Whoever is held can still be made to wait themselves, and both go on.
    advisor.phone.hold(&call).await.expect("it is held");
    caller.phone.resume(&theirs).await.expect("it goes on");
    advisor.happens(&call, Happening::Resumed(Side::Them)).await;
    caller.hears_nothing().await;
    advisor.phone.resume(&call).await.expect("it goes on");
    caller.hears(440.0).await;
    advisor.hears(1_000.0).await;
}

#[tokio::test]
async fn a_caller_holds_with_somebody_elses_telephone() {
    let exchange = Exchange::start();
    let mut advisor = exchange.advisor("1001", 440.0).await;
    let mut caller = Baresip::start(&exchange, "2001", 1_000.0, false).await;
    let call = caller.reaches(&mut advisor).await;
    advisor.hears(1_000.0).await;
    caller.tell("hold", "").await;
    advisor.happens(&call, Happening::Held(Side::Them)).await;
    caller.tell("resume", "").await;
    advisor.happens(&call, Happening::Resumed(Side::Them)).await;
    advisor.hears(1_000.0).await;
    advisor.phone.hold(&call).await.expect("it is held");
    advisor.hears_nothing().await;
    advisor.phone.resume(&call).await.expect("it goes on");
    advisor.hears(1_000.0).await;
}

#[tokio::test]
async fn a_muted_advisor_hears_but_is_not_heard() {
    let exchange = Exchange::start();
    let mut advisor = exchange.advisor("1001", 440.0).await;
    let mut caller = exchange.advisor("1002", 1_000.0).await;
    let (_, call) = caller.reaches(&mut advisor).await;
    advisor.phone.mute(&call, true).await.expect("it is muted");
    advisor.happens(&call, Happening::Muted(true)).await;
    advisor.hears(1_000.0).await;
    caller.hears_nothing().await;
    advisor.phone.mute(&call, false).await.expect("it is not muted any more");
    caller.hears(440.0).await;
}

#[tokio::test]
async fn a_caller_may_hang_up_while_held() {
    let exchange = Exchange::start();
    let mut advisor = exchange.advisor("1001", 440.0).await;
    let mut caller = Baresip::start(&exchange, "2001", 1_000.0, false).await;
    let call = caller.reaches(&mut advisor).await;
    advisor.phone.hold(&call).await.expect("it is held");
    caller.tell("hangup", "").await;
    assert_eq!(advisor.ended(&call).await, Ended { by: Side::Them, reason: Reason::HungUp, code: None });
    assert_eq!(advisor.phone.resume(&call).await, Err(Trouble::Over));
}

#[tokio::test]
async fn an_advisor_calls_and_hangs_up() {
    let exchange = Exchange::start();
    let mut advisor = exchange.advisor("1001", 440.0).await;
    let _callee = Baresip::start(&exchange, "2001", 1_000.0, true).await;
    let call = advisor.dial("2001").await;
    advisor.happens(&call, Happening::Dialling).await;
    advisor.happens(&call, Happening::Connected).await;
    advisor.hears(1_000.0).await;
    advisor.phone.hang_up(&call).await.expect("it ends");
    assert_eq!(advisor.ended(&call).await, Ended { by: Side::Us, reason: Reason::HungUp, code: None });
    let nobody = advisor.dial("9999").await;
    assert_eq!(
        advisor.ended(&nobody).await,
        Ended { by: Side::Them, reason: Reason::Failed, code: Some(404) }
    );
}

#[tokio::test]
async fn a_second_call_is_refused_and_the_first_goes_on() {
    let exchange = Exchange::start();
    let mut advisor = exchange.advisor("1001", 440.0).await;
    let mut first = Baresip::start(&exchange, "2001", 1_000.0, false).await;
    let mut second = Baresip::start(&exchange, "2002", 600.0, false).await;
    let call = first.reaches(&mut advisor).await;
    advisor.hears(1_000.0).await;
    second.dial("1001").await;
    let (other, ..) = advisor.called().await;
    advisor.phone.reject(&other).await.expect("it is not taken");
    let closed = second.event("CALL_CLOSED").await;
    assert!(closed["param"].as_str().unwrap_or_default().contains("486"), "busy: {closed}");
    assert_eq!(
        advisor.ended(&other).await,
        Ended { by: Side::Us, reason: Reason::Rejected, code: Some(486) }
    );
    advisor.hears(1_000.0).await;
    first.tell("hangup", "").await;
    advisor.ended(&call).await;
}

#[tokio::test]
async fn a_caller_who_gives_up_ends_the_ringing() {
    let exchange = Exchange::start();
    let mut advisor = exchange.advisor("1001", 440.0).await;
    let mut caller = Baresip::start(&exchange, "2001", 1_000.0, false).await;
    caller.dial("1001").await;
    let (call, ..) = advisor.called().await;
    caller.event("CALL_RINGING").await;
    caller.tell("hangup", "").await;
    assert_eq!(
        advisor.ended(&call).await,
        Ended { by: Side::Them, reason: Reason::Cancelled, code: Some(487) }
    );
    assert_eq!(advisor.phone.answer(&call).await, Err(Trouble::Over));
}

#[tokio::test]
async fn an_advisor_who_gives_up_ends_the_ringing() {
    let exchange = Exchange::start();
    let mut advisor = exchange.advisor("1001", 440.0).await;
    let mut callee = exchange.advisor("1002", 1_000.0).await;
    let call = advisor.dial("1002").await;
    let (theirs, ..) = callee.called().await;
    advisor.happens(&call, Happening::Ringing).await;
    advisor.phone.hang_up(&call).await.expect("it ends");
    assert_eq!(advisor.ended(&call).await, Ended { by: Side::Us, reason: Reason::Cancelled, code: None });
    assert_eq!(callee.ended(&theirs).await.reason, Reason::Cancelled);
}

#[tokio::test]
async fn three_hear_each_other_until_they_are_parted() {
    let exchange = Exchange::start();
    let mut advisor = exchange.advisor("1001", 440.0).await;
    let mut caller = exchange.advisor("1002", 1_000.0).await;
    let mut colleague = exchange.advisor("1003", 700.0).await;
    let (_, first) = caller.reaches(&mut advisor).await;
    advisor.phone.hold(&first).await.expect("it is held");
    let second = advisor.dial("1003").await;
    colleague.takes().await;
    advisor.happens(&second, Happening::Connected).await;
    colleague.hears(440.0).await;
    caller.hears_nothing().await;

    advisor.phone.join(&first, &second).await.expect("they are joined");
    advisor.happens(&first, Happening::Joined(true)).await;
    advisor.happens(&second, Happening::Joined(true)).await;
    caller.hears_both([440.0, 700.0]).await;
    colleague.hears_both([440.0, 1_000.0]).await;
    advisor.hears_both([700.0, 1_000.0]).await;

    advisor.phone.part(&first, &second).await.expect("they are parted");
    advisor.phone.hold(&second).await.expect("it is held");
    caller.hears(440.0).await;
    colleague.hears_nothing().await;
}
