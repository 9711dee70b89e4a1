//! Lines and sound that nobody on the way can hear.

use tokio::{io::AsyncWriteExt, net::TcpStream};
use voice::{Exchange, ExchangeSettings, ExchangeTls, Happening, Phone, Registration, Transport, Trouble};

use crate::support::{
    advisor::{Advisor, account},
    baresip::Baresip,
    digit,
    exchange::Exchange as Kamailio,
    keys,
    service::{Service, settings},
};

fn secret(exchange: &Kamailio, number: &str) -> voice::Account {
    let mut line = account(exchange, number);
    line.registrar = exchange.tls.to_string();
    line.transport = Transport::Tls;
    line.trusted = Some(exchange.certificate.clone());
    line.locks_sound = true;
    line
}

#[tokio::test]
async fn two_advisors_speak_and_nobody_else_can_listen() {
    let exchange = Kamailio::start();
    let mut advisor = Advisor::registered(secret(&exchange, "1001"), 440.0).await;
    let mut caller = Advisor::registered(secret(&exchange, "1002"), 1_000.0).await;
    let (_, call) = caller.reaches(&mut advisor).await;
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
    let exchange = Kamailio::start();
    let mut advisor = exchange.advisor("1001", 440.0).await;
    let mut caller = Baresip::locked(&exchange, "2001", 1_000.0).await;
    let call = caller.reaches(&mut advisor).await;
    advisor.hears(1_000.0).await;
    advisor.phone.hold(&call).await.expect("it is held");
    advisor.hears_nothing().await;
    advisor.phone.resume(&call).await.expect("it goes on");
    advisor.hears(1_000.0).await;
}

#[tokio::test]
async fn whoever_must_not_be_heard_takes_no_open_call() {
    let exchange = Kamailio::start();
    let mut line = account(&exchange, "1001");
    line.locks_sound = true;
    let mut advisor = Advisor::registered(line, 440.0).await;
    let mut caller = Baresip::start(&exchange, "2001", 1_000.0, false).await;
    caller.dial("1001").await;
    let closed = caller.event("CALL_CLOSED").await;
    assert!(closed["param"].as_str().unwrap_or_default().contains("488"), "{closed}");
    assert!(!advisor.was_told(|heard| matches!(heard, voice::Heard::Call(_, Happening::Incoming { .. }))));
}

#[tokio::test]
async fn an_exchange_that_nobody_vouches_for_is_not_spoken_to() {
    let exchange = Kamailio::start();
    let mut line = secret(&exchange, "1001");
    line.trusted = Some(Kamailio::start().certificate);
    let mut advisor = Advisor::open(line, 440.0).await;
    advisor.phone.register().await;
    advisor.registration(Registration::Untrusted).await;
}

#[tokio::test]
async fn lines_and_callers_speak_with_our_exchange_and_nobody_else_can_listen() {
    let mut service = Service::secured("127.0.0.1").await;
    let mut advisor = Advisor::registered(service.locked("1001"), 440.0).await;
    service.line("1001", true).await;
    let (mut customer, theirs, call) = service.caller(service.locked("2001"), 1_000.0).await;
    service.exchange.answer(&call).expect("it is taken");
    service.happens(&call, Happening::Connected).await;
    let (ringing, its) = service.connect(&call, "1001", &mut advisor).await;
    advisor.hears(1_000.0).await;
    customer.hears(440.0).await;
    advisor.phone.hold(&its).await.expect("it is held");
    customer.hears_nothing().await;
    advisor.phone.resume(&its).await.expect("it goes on");
    customer.hears(440.0).await;
    customer.phone.press(&theirs, &keys("5")).await.expect("a key");
    advisor.happens(&its, Happening::Digit(digit('5'))).await;
    customer.phone.hang_up(&theirs).await.expect("it ends");
    service.ended(&call).await;
    service.exchange.hang_up(&ringing).expect("it was up");
    advisor.ended(&its).await;
    // The telephone goes, and with it the only way to reach it.
    drop(advisor);
    service.line("1001", false).await;
}

#[tokio::test]
async fn whoever_comes_by_tls_does_not_speak_so_that_all_can_listen() {
    let mut service = Service::secured("127.0.0.1").await;
    let mut open = service.locked("2001");
    open.locks_sound = false;
    let mut customer = Advisor::open(open, 1_000.0).await;
    let call = customer.dial("100").await;
    assert_eq!(customer.ended(&call).await.code, Some(488));
    let mut open = service.locked("1001");
    open.locks_sound = false;
    let mut advisor = Advisor::registered(open, 440.0).await;
    service.line("1001", true).await;
    // Ours answers an offer as it is; and what was locked stays so.
    let (_customer, _, waiting) = service.caller(service.locked("2002"), 1_000.0).await;
    service.exchange.answer(&waiting).expect("it is taken");
    service.happens(&waiting, Happening::Connected).await;
    service.connect(&waiting, "1001", &mut advisor).await;
    advisor.hears(1_000.0).await;
    let beyond = ExchangeSettings {
        bind: "0.0.0.0:0".parse().expect("an address"),
        tls: ExchangeTls::own(settings().bind, &["127.0.0.1"]).ok(),
        ..settings()
    };
    assert_eq!(Exchange::open(beyond).await.map(|_| ()).err(), Some(Trouble::InTheClear));
}

#[tokio::test]
async fn only_the_exchange_with_the_right_certificate_and_name_is_spoken_to() {
    let (service, other) = (Service::secured("127.0.0.1").await, Service::secured("desk.example").await);
    let mut wrong = service.locked("1001");
    wrong.trusted = other.certificate.clone();
    for account in [wrong, other.locked("1001")] {
        let mut advisor = Advisor::open(account, 440.0).await;
        advisor.phone.register().await;
        advisor.registration(Registration::Untrusted).await;
    }
    assert!(!service.exchange.is_registered("1001") && !other.exchange.is_registered("1001"));
}

#[tokio::test]
async fn who_says_nonsense_instead_of_a_greeting_keeps_nobody_waiting() {
    let mut service = Service::secured("127.0.0.1").await;
    let at = service.exchange.tls_address().expect("it speaks TLS");
    let mut streams = Vec::new();
    for nth in 0..20 {
        let mut stream = TcpStream::connect(at).await.expect("a stream");
        if nth % 2 == 0 {
            stream.write_all(b"REGISTER sip:desk.example SIP/2.0\r\n\r\n").await.expect("sent");
        }
        streams.push(stream);
    }
    let _advisor = Advisor::registered(service.locked("1001"), 440.0).await;
    service.line("1001", true).await;
}
