//! Lines and sound that nobody on the way can hear.

use voice::{Happening, Phone, Registration, Transport};

use crate::support::{
    advisor::{Advisor, account},
    baresip::Baresip,
    exchange::Exchange,
};

fn secret(exchange: &Exchange, number: &str) -> voice::Account {
    let mut line = account(exchange, number);
    line.registrar = exchange.tls.to_string();
    line.transport = Transport::Tls;
    line.trusted = Some(exchange.certificate.clone());
    line.locks_sound = true;
    line
}

#[tokio::test]
async fn two_advisors_speak_and_nobody_else_can_listen() {
    let exchange = Exchange::start();
    let mut advisor = Advisor::registered(secret(&exchange, "1001"), 440.0).await;
    let mut caller = Advisor::registered(secret(&exchange, "1002"), 1_000.0).await;
    caller.phone.dial("1001", None).await.expect("it is dialled");
    let call = advisor.takes().await;
    advisor.hears(1_000.0).await;
    caller.hears(440.0).await;
    advisor.phone.hold(&call).await.expect("it is held");
    caller.hears_nothing().await;
    advisor.phone.resume(&call).await.expect("it goes on");
    caller.hears(440.0).await;
    advisor.hears(1_000.0).await;
    caller.phone.close().await;
    advisor.ended(&call).await;
}

#[tokio::test]
async fn somebody_elses_telephone_speaks_locked_too() {
    let exchange = Exchange::start();
    let mut advisor = Advisor::registered(account(&exchange, "1001"), 440.0).await;
    let mut caller = Baresip::locked(&exchange, "2001", 1_000.0).await;
    caller.tell("dial", &format!("sip:1001@{}", exchange.address)).await;
    let call = advisor.takes().await;
    advisor.hears(1_000.0).await;
    advisor.phone.hold(&call).await.expect("it is held");
    advisor.hears_nothing().await;
    advisor.phone.resume(&call).await.expect("it goes on");
    advisor.hears(1_000.0).await;
}

#[tokio::test]
async fn whoever_must_not_be_heard_takes_no_open_call() {
    let exchange = Exchange::start();
    let mut line = account(&exchange, "1001");
    line.locks_sound = true;
    let mut advisor = Advisor::registered(line, 440.0).await;
    let mut caller = Baresip::start(&exchange, "2001", 1_000.0, false).await;
    caller.tell("dial", &format!("sip:1001@{}", exchange.address)).await;
    let closed = caller.event("CALL_CLOSED").await;
    assert!(closed["param"].as_str().unwrap_or_default().contains("488"), "{closed}");
    assert!(!advisor.was_told(|heard| matches!(heard, voice::Heard::Call(_, Happening::Incoming { .. }))));
}

#[tokio::test]
async fn an_exchange_that_nobody_vouches_for_is_not_spoken_to() {
    let exchange = Exchange::start();
    let mut line = secret(&exchange, "1001");
    line.trusted = Some(Exchange::start().certificate);
    let mut advisor = Advisor::open(line, 440.0).await;
    advisor.phone.register().await;
    advisor.registration(Registration::Lost).await;
}
