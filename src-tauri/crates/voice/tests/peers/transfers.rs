//! Calls that are handed over.

use voice::{Happening, Phone, Reason, Side, Transfer, Trouble};

use crate::support::{
    advisor::{Advisor, account},
    baresip::Baresip,
    exchange::Exchange,
};

#[tokio::test]
async fn a_call_is_handed_over_without_asking() {
    let exchange = Exchange::start();
    let mut advisor = exchange.advisor("1001", 440.0).await;
    let mut colleague = exchange.advisor("1003", 700.0).await;
    let mut caller = Baresip::start(&exchange, "2001", 1_000.0, false).await;
    let call = caller.reaches(&mut advisor).await;
    advisor.phone.transfer(&call, "1003").await.expect("they are asked to");
    colleague.takes().await;
    advisor.happens(&call, Happening::Transfer(Transfer::Done)).await;
    let ended = advisor.ended(&call).await;
    assert_eq!((ended.by, ended.reason), (Side::Us, Reason::Transferred));
    colleague.hears(1_000.0).await;
}

#[tokio::test]
async fn a_call_that_cannot_be_handed_over_is_still_up() {
    let exchange = Exchange::start();
    let mut advisor = exchange.advisor("1001", 440.0).await;
    let mut caller = Baresip::start(&exchange, "2001", 1_000.0, false).await;
    let call = caller.reaches(&mut advisor).await;
    advisor.phone.transfer(&call, "9999").await.expect("they are asked to");
    advisor.happens(&call, Happening::Transfer(Transfer::Failed(404))).await;
    // Whoever tried to call somebody else makes the advisor wait; the advisor goes on.
    advisor.phone.hold(&call).await.expect("it is held");
    advisor.phone.resume(&call).await.expect("it goes on");
    caller.tell("resume", "").await;
    advisor.hears(1_000.0).await;
}

#[tokio::test]
async fn an_advisor_asks_a_colleague_first_and_hands_over() {
    let exchange = Exchange::start();
    let mut advisor = exchange.advisor("1001", 440.0).await;
    let mut colleague = exchange.advisor("1003", 700.0).await;
    let mut line = account(&exchange, "1002");
    line.follows_transfers = true;
    let mut caller = Advisor::registered(line, 1_000.0).await;
    let (theirs, call) = caller.reaches(&mut advisor).await;
    advisor.phone.hold(&call).await.expect("it is held");
    let consult = advisor.dial("1003").await;
    let asked = colleague.takes().await;
    advisor.happens(&consult, Happening::Connected).await;
    colleague.hears(440.0).await;

    advisor.phone.complete(&call, &consult).await.expect("they are asked to");
    advisor.happens(&call, Happening::Transfer(Transfer::Done)).await;
    assert_eq!(advisor.ended(&call).await.reason, Reason::Transferred);
    assert_eq!(advisor.ended(&consult).await.reason, Reason::Transferred);
    assert_eq!(colleague.ended(&asked).await.reason, Reason::Transferred);
    assert_eq!(caller.ended(&theirs).await.by, Side::Them);
    caller.hears(700.0).await;
    colleague.hears(1_000.0).await;
}

#[tokio::test]
async fn an_advisor_asks_a_colleague_and_goes_back() {
    let exchange = Exchange::start();
    let mut advisor = exchange.advisor("1001", 440.0).await;
    let mut colleague = exchange.advisor("1003", 700.0).await;
    let mut caller = Baresip::start(&exchange, "2001", 1_000.0, false).await;
    let call = caller.reaches(&mut advisor).await;
    advisor.phone.hold(&call).await.expect("it is held");
    let consult = advisor.dial("1003").await;
    let (asked, ..) = colleague.called().await;
    colleague.phone.reject(&asked).await.expect("no time");
    let ended = advisor.ended(&consult).await;
    assert_eq!((ended.by, ended.reason, ended.code), (Side::Them, Reason::Rejected, Some(486)));
    advisor.phone.resume(&call).await.expect("it goes on");
    advisor.hears(1_000.0).await;
}

#[tokio::test]
async fn nobody_is_sent_elsewhere_unless_their_line_allows_it() {
    let exchange = Exchange::start();
    let mut advisor = exchange.advisor("1001", 440.0).await;
    let mut caller = exchange.advisor("1002", 1_000.0).await;
    let (_, call) = caller.reaches(&mut advisor).await;
    assert_eq!(advisor.phone.transfer(&call, "1003").await, Err(Trouble::Refused(603)));
    advisor.hears(1_000.0).await;
}
