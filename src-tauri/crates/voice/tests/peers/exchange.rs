//! Calls at our own exchange, as customers and advisors have them, with somebody who decides where they go.

use std::{
    io::Cursor,
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use voice::{
    Ended, ExchangeSettings, Happening, Party, Phone, Reason, Registration, Said, Side, Transfer, Transport,
    Trouble,
    audio::{FRAME, samples::Samples, tunes, wav},
};

use crate::support::{
    advisor::{Advisor, listens_to_both},
    baresip::Baresip,
    caller::Caller,
    ear, keys,
    service::{Service, settings},
};

#[tokio::test]
async fn a_customer_waits_is_connected_and_hangs_up() {
    let mut service = Service::open().await;
    let mut advisor = service.advisor("1001", 440.0).await;
    let mut customer = Baresip::outside(service.exchange.address(), "2001", 1_000.0).await;
    customer.dial("100").await;
    let incoming = service.incoming().await;
    assert_eq!(
        (incoming.from.number.as_str(), incoming.from.name.as_deref()),
        ("2001", Some("Carla Caller"))
    );
    assert_eq!((incoming.to.as_str(), incoming.line), ("100", None));
    let call = incoming.call;
    service.exchange.ringing(&call).expect("it rings");
    customer.event("CALL_RINGING").await;
    service.plays(&call, 600.0);
    service.exchange.answer(&call).expect("it is taken");
    service.happens(&call, Happening::Connected).await;
    let tapped = service.taps(&call);
    listens_to_both(&tapped, [600.0, 1_000.0]).await;

    let ringing = service.exchange.ring("1001", &incoming.from, Some("0192-7f")).await.expect("it rings");
    let (theirs, from, correlation) = advisor.called().await;
    assert_eq!((from.number.as_str(), from.name.as_deref()), ("2001", Some("Carla Caller")));
    assert_eq!(correlation.as_deref(), Some("0192-7f"));
    service.happens(&ringing, Happening::Ringing).await;
    assert_eq!(service.exchange.bridge(&call, &ringing), Err(Trouble::NotNow), "nobody is there yet");
    advisor.phone.answer(&theirs).await.expect("it is taken");
    service.happens(&ringing, Happening::Connected).await;
    advisor.hears_nothing().await;
    service.exchange.bridge(&call, &ringing).expect("they are joined");
    advisor.hears(1_000.0).await;
    listens_to_both(&tapped, [440.0, 1_000.0]).await;
    customer.tell("hangup", "").await;
    assert_eq!(service.ended(&call).await, Ended { by: Side::Them, reason: Reason::HungUp, code: None });
    service.exchange.hang_up(&ringing).expect("it was up");
    assert_eq!(advisor.ended(&theirs).await.by, Side::Them);
    let heard = customer.heard();
    let heard_so = |hertz| heard.chunks(800).any(|sound| ear::share(sound, hertz) > 0.9);
    assert!(heard_so(600.0) && heard_so(440.0), "the announcement, then the advisor");
}

#[tokio::test]
async fn lines_come_and_go() {
    let mut service = Service::open().await;
    for transport in [Transport::Udp, Transport::Tcp] {
        let mut account = service.account("1001");
        account.transport = transport;
        let mut advisor = Advisor::registered(account, 440.0).await;
        service.line("1001", true).await;
        let from = Party { number: "2001".into(), name: Some("A \"quoted\" name\r\nX: y".into()) };
        let ringing = service.exchange.ring("1001", &from, None).await.expect("it rings");
        let (call, from, _) = advisor.called().await;
        assert_eq!((from.number.as_str(), from.name.as_deref()), ("2001", Some("A quoted nameX: y")));
        advisor.phone.answer(&call).await.expect("it is taken");
        service.happens(&ringing, Happening::Connected).await;
        service.plays(&ringing, 700.0);
        advisor.hears(700.0).await;
        advisor.phone.hang_up(&call).await.expect("it ends");
        service.ended(&ringing).await;
        advisor.phone.unregister().await;
        service.line("1001", false).await;
        let nobody = Party { number: String::new(), name: None };
        assert_eq!(service.exchange.ring("1001", &nobody, None).await, Err(Trouble::Unreachable));
    }
    let mut advisor = service.advisor("1002", 440.0).await;
    service.exchange.admit("1002", "pw1002".into());
    assert!(service.exchange.is_registered("1002"), "nothing changed");
    service.exchange.admit("1002", "another".into());
    service.line("1002", false).await;
    advisor.phone.network_changed().await;
    advisor.registration(Registration::Refused(403)).await;
    let mut account = service.account("1003");
    account.transport = Transport::Tcp;
    let gone = Advisor::registered(account, 440.0).await;
    service.line("1003", true).await;
    drop(gone);
    service.line("1003", false).await;
    let mut brief = service.account("1003");
    brief.expires = 1;
    let gone = Advisor::registered(brief, 440.0).await;
    service.line("1003", true).await;
    drop(gone);
    service.line("1003", false).await;
}

#[tokio::test]
async fn nobody_has_a_line_without_its_password() {
    let mut service = Service::open().await;
    for (number, password) in [("1001", "guessed"), ("9999", "pw9999")] {
        let mut account = service.account(number);
        account.password = password.into();
        let mut stranger = Advisor::open(account, 440.0).await;
        stranger.phone.register().await;
        stranger.registration(Registration::Refused(403)).await;
        assert!(!service.exchange.is_registered(number));
    }
    // Nor can anybody call as if they had it, however it is written.
    let mut account = service.account("1001");
    account.password = "guessed".into();
    let mut stranger = Advisor::open(account, 440.0).await;
    let call = stranger.dial("100").await;
    assert_eq!(stranger.ended(&call).await.code, Some(403));
    let here = service.exchange.address();
    for (nth, from) in [
        "sip:1001@elsewhere.example",
        "sip:100%31@desk.example",
        "sip:1001:x@desk.example",
        "sip:10%2001%E2%80%8B@x",
    ]
    .into_iter()
    .enumerate()
    {
        let caller = Caller::open(here, &format!("claims{nth}")).await;
        caller.say(caller.invitation(&format!("\"Somebody\" <{from}>"), "").as_bytes()).await;
        caller.hears("SIP/2.0 407").await;
    }
    let caller = Caller::open(here, "replaces").await;
    let replaces = "Replaces: some-call;to-tag=a;from-tag=b\r\n";
    caller.say(caller.invitation("<sip:2001@elsewhere.example>", replaces).as_bytes()).await;
    caller.hears("SIP/2.0 481").await;
    assert!(!service.was_told(|said| matches!(said, Said::Incoming { .. } | Said::Line { .. })));
    // Who has it can, without being registered.
    let advisor = Advisor::open(service.account("1001"), 440.0).await;
    advisor.dial("*72#").await;
    let incoming = service.incoming().await;
    assert_eq!((incoming.line.as_deref(), incoming.to.as_str()), (Some("1001"), "*72#"));
}

#[tokio::test]
async fn two_pairs_do_not_hear_each_other() {
    let mut service = Service::open().await;
    let mut one = service.advisor("1001", 440.0).await;
    let mut two = service.advisor("1002", 700.0).await;
    let (mut first, _, call) = service.waiting("2001", 1_000.0).await;
    let (mut second, _, other) = service.waiting("2002", 1_300.0).await;
    service.plays(&other, 600.0);
    let (_, _) = service.connect(&call, "1001", &mut one).await;
    second.hears(600.0).await;
    let (ringing, _) = service.connect(&other, "1002", &mut two).await;
    first.hears(440.0).await;
    one.hears(1_000.0).await;
    second.hears(700.0).await;
    two.hears(1_300.0).await;
    // Somebody else may be joined with a pair, and leave it again.
    service.exchange.bridge(&call, &ringing).expect("they are joined");
    two.hears_both([440.0, 1_000.0]).await;
    first.hears_both([440.0, 700.0]).await;
    second.hears(600.0).await;
    service.exchange.part(&ringing).expect("it was joined");
    one.hears(1_000.0).await;
    two.hears_nothing().await;
}

#[tokio::test]
async fn who_is_made_to_wait_hears_what_is_played() {
    let mut service = Service::open().await;
    let mut advisor = service.advisor("1001", 440.0).await;
    let (mut customer, theirs, call) = service.waiting("2001", 1_000.0).await;
    service.plays(&call, 600.0);
    customer.hears(600.0).await;
    let (ringing, at_advisor) = service.connect(&call, "1001", &mut advisor).await;
    customer.hears(440.0).await;
    advisor.hears(1_000.0).await;

    advisor.phone.hold(&at_advisor).await.expect("it is held");
    service.happens(&ringing, Happening::Held(Side::Them)).await;
    customer.hears(600.0).await;
    advisor.hears_nothing().await;
    advisor.phone.resume(&at_advisor).await.expect("it goes on");
    service.happens(&ringing, Happening::Resumed(Side::Them)).await;
    customer.hears(440.0).await;
    advisor.hears(1_000.0).await;

    customer.phone.press(&theirs, &keys("4#")).await.expect("keys");
    advisor.phone.press(&at_advisor, &keys("07")).await.expect("keys");
    for key in keys("4#") {
        service.happens(&call, Happening::Digit(key)).await;
        advisor.happens(&at_advisor, Happening::Digit(key)).await;
    }
    for key in keys("07") {
        service.happens(&ringing, Happening::Digit(key)).await;
        customer.happens(&theirs, Happening::Digit(key)).await;
    }
    advisor.phone.hang_up(&at_advisor).await.expect("it ends");
    service.ended(&ringing).await;
    customer.hears(600.0).await;
    service.exchange.hang_up(&call).expect("it was up");
    assert_eq!(customer.ended(&theirs).await.by, Side::Them);
}

#[tokio::test]
async fn a_call_is_handed_over_without_asking() {
    let mut service = Service::open().await;
    let mut advisor = service.advisor("1001", 440.0).await;
    let mut colleague = service.advisor("1003", 700.0).await;
    let (mut customer, at_customer, call) = service.waiting("2001", 1_000.0).await;
    let (ringing, theirs) = service.connect(&call, "1001", &mut advisor).await;
    let refused = customer.phone.transfer(&at_customer, "1003").await;
    assert_eq!(refused, Err(Trouble::Refused(603)), "only who has a line hands calls over");
    advisor.phone.transfer(&theirs, "9999").await.expect("it is asked for");
    assert_eq!(service.referred().await, (ringing.clone(), "9999".into(), None));
    service.exchange.transfer_says(&ringing, 404).expect("it listens");
    advisor.happens(&theirs, Happening::Transfer(Transfer::Failed(404))).await;
    assert_eq!(service.exchange.transfer_says(&ringing, 200), Err(Trouble::NotNow), "nobody asked");

    advisor.phone.transfer(&theirs, "1003").await.expect("it is asked for");
    assert_eq!(service.referred().await, (ringing.clone(), "1003".into(), None));
    service.exchange.transfer_says(&ringing, 100).expect("it listens");
    service.exchange.transfer_says(&ringing, 180).expect("it listens");
    service.connect(&call, "1003", &mut colleague).await;
    service.exchange.part(&ringing).expect("it was joined");
    service.exchange.transfer_says(&ringing, 200).expect("it listens");
    for transfer in [Transfer::Trying(100), Transfer::Trying(180), Transfer::Done] {
        advisor.happens(&theirs, Happening::Transfer(transfer)).await;
    }
    assert_eq!(advisor.ended(&theirs).await.reason, Reason::Transferred);
    let ended = service.ended(&ringing).await;
    assert_eq!((ended.by, ended.reason), (Side::Them, Reason::Transferred));
    customer.hears(700.0).await;
    colleague.hears(1_000.0).await;
}

#[tokio::test]
async fn an_advisor_asks_a_colleague_first_and_hands_over() {
    let mut service = Service::open().await;
    let mut advisor = service.advisor("1001", 440.0).await;
    let mut colleague = service.advisor("1003", 700.0).await;
    let (mut customer, _, call) = service.waiting("2001", 1_000.0).await;
    let (ringing, theirs) = service.connect(&call, "1001", &mut advisor).await;
    advisor.phone.hold(&theirs).await.expect("it is held");
    let consult = advisor.dial("1003").await;
    let asks = service.incoming().await;
    assert_eq!((asks.line.as_deref(), asks.to.as_str()), (Some("1001"), "1003"));
    service.exchange.answer(&asks.call).expect("it is taken");
    service.happens(&asks.call, Happening::Connected).await;
    let (at_colleague, colleagues) = service.connect(&asks.call, "1003", &mut colleague).await;
    colleague.hears(440.0).await;

    // It may come to nothing, and be asked for again.
    for code in [503, 200] {
        advisor.phone.complete(&theirs, &consult).await.expect("it is asked for");
        assert_eq!(service.referred().await, (ringing.clone(), "1003".into(), Some(asks.call.clone())));
        if code == 503 {
            service.exchange.transfer_says(&ringing, code).expect("it listens");
            advisor.happens(&theirs, Happening::Transfer(Transfer::Failed(code))).await;
        }
    }
    service.exchange.bridge(&call, &at_colleague).expect("they are joined");
    service.exchange.part(&ringing).expect("it was joined");
    service.exchange.transfer_says(&ringing, 200).expect("it listens");
    service.exchange.hang_up(&asks.call).expect("it was up");
    assert_eq!(service.ended(&asks.call).await.reason, Reason::Transferred);
    advisor.happens(&theirs, Happening::Transfer(Transfer::Done)).await;
    assert_eq!(advisor.ended(&theirs).await.reason, Reason::Transferred);
    assert_eq!(advisor.ended(&consult).await.reason, Reason::Transferred);
    customer.hears(700.0).await;
    colleague.hears(1_000.0).await;
    colleague.phone.hang_up(&colleagues).await.expect("it ends");
    service.ended(&at_colleague).await;
}

#[tokio::test]
async fn who_gives_up_or_is_refused_is_told_so() {
    let mut service = Service::open().await;
    let (customer, theirs, call) = service.customer("2001", 1_000.0).await;
    customer.phone.hang_up(&theirs).await.expect("it ends");
    let ended = service.ended(&call).await;
    assert_eq!((ended.by, ended.reason), (Side::Them, Reason::Cancelled));
    assert_eq!(service.exchange.answer(&call), Err(Trouble::Over));
    assert_eq!(service.exchange.play(&call, None), Err(Trouble::Over));

    let (customer, theirs, call) = service.waiting("2001", 1_000.0).await;
    customer.phone.hang_up(&theirs).await.expect("it ends");
    assert_eq!(service.ended(&call).await.reason, Reason::HungUp);

    for code in [404, 486, 503] {
        let (mut customer, theirs, call) = service.customer("2001", 1_000.0).await;
        assert_eq!(service.exchange.reject(&call, 200), Err(Trouble::BadAddress));
        service.exchange.reject(&call, code).expect("it is refused");
        let ended = Ended { by: Side::Us, reason: Reason::Rejected, code: Some(code) };
        assert_eq!(service.ended(&call).await, ended);
        assert_eq!(customer.ended(&theirs).await.code, Some(code));
    }
    let mut advisor = service.advisor("1001", 440.0).await;
    let from = Party { number: "2001".into(), name: None };
    let ringing = service.exchange.ring("1001", &from, None).await.expect("it rings");
    let (theirs, ..) = advisor.called().await;
    advisor.phone.reject(&theirs).await.expect("no time");
    let ended = Ended { by: Side::Them, reason: Reason::Rejected, code: Some(486) };
    assert_eq!(service.ended(&ringing).await, ended);
    let ringing = service.exchange.ring("1001", &from, None).await.expect("it rings");
    let (theirs, ..) = advisor.called().await;
    service.happens(&ringing, Happening::Ringing).await;
    service.exchange.hang_up(&ringing).expect("it rang");
    assert_eq!(service.ended(&ringing).await.reason, Reason::Cancelled);
    assert_eq!(advisor.ended(&theirs).await.reason, Reason::Cancelled);
}

#[tokio::test]
async fn one_call_too_many_is_refused() {
    let mut service = Service::with(ExchangeSettings { most_calls: 1, ..settings() }).await;
    let (_first, _, call) = service.waiting("2001", 1_000.0).await;
    let mut second = Advisor::open(service.account("2002"), 700.0).await;
    let theirs = second.dial("100").await;
    assert_eq!(second.ended(&theirs).await.code, Some(503));
    // Whoever takes it is not one too many; nor who asks a colleague.
    let mut advisor = service.advisor("1001", 440.0).await;
    service.connect(&call, "1001", &mut advisor).await;
    advisor.dial("1002").await;
    assert_eq!(service.incoming().await.line.as_deref(), Some("1001"));
    service.exchange.hang_up(&call).expect("it was up");
    service.ended(&call).await;
    second.dial("100").await;
    service.incoming().await;
}

#[tokio::test]
async fn somebody_elses_telephone_has_a_line() {
    let mut service = Service::open().await;
    let mut telephone = Baresip::at(service.exchange.address(), "1002", 440.0).await;
    service.line("1002", true).await;
    let (mut customer, _, call) = service.waiting("2001", 1_000.0).await;
    service.plays(&call, 600.0);
    let from = Party { number: "2001".into(), name: Some("Carla Caller".into()) };
    let ringing = service.exchange.ring("1002", &from, None).await.expect("it rings");
    service.happens(&ringing, Happening::Connected).await;
    service.exchange.bridge(&call, &ringing).expect("they are joined");
    customer.hears(440.0).await;
    telephone.tell("hold", "").await;
    service.happens(&ringing, Happening::Held(Side::Them)).await;
    customer.hears(600.0).await;
    telephone.tell("resume", "").await;
    service.happens(&ringing, Happening::Resumed(Side::Them)).await;
    customer.hears(440.0).await;
    telephone.tell("transfer", &format!("sip:1003@{}", service.exchange.address())).await;
    assert_eq!(service.referred().await, (ringing.clone(), "1003".into(), None));
    service.exchange.transfer_says(&ringing, 200).expect("it listens");
    assert_eq!(service.ended(&ringing).await.reason, Reason::Transferred);
    // It calls as itself.
    telephone.dial("100").await;
    let incoming = service.incoming().await;
    assert_eq!(incoming.line.as_deref(), Some("1002"));
    service.exchange.reject(&incoming.call, 486).expect("it is refused");
    telephone.event("CALL_CLOSED").await;
}

#[tokio::test]
async fn a_greeting_is_followed_by_music() {
    // At any address of this computer.
    let bind = SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), 0);
    let mut service = Service::with(ExchangeSettings { bind, ..settings() }).await;
    let at = SocketAddr::new(Ipv4Addr::LOCALHOST.into(), service.exchange.address().port());
    let greeting = [900; 25 * FRAME];
    let mut file = Cursor::new(Vec::new());
    wav::write(&mut file, &greeting).expect("a file");
    let greeting = wav::read(file.into_inner().as_slice(), 8_000).expect("a greeting");
    let mut caller = Caller::open(at, "greeted").await;
    caller.call().await;
    let call = service.incoming().await.call;
    assert_eq!(call, caller.id());
    let greeted = Samples::once(greeting).then(tunes::hold());
    service.exchange.play(&call, Some(Box::new(greeted))).expect("it hears");
    service.exchange.answer(&call).expect("it is taken");
    caller.answered().await;
    let heard = caller.listens(75).await;
    let (greeting, music) = heard.split_at(25 * FRAME);
    assert!(greeting.iter().all(|sample| sample.abs_diff(900) < 50), "the greeting");
    assert!(music.iter().any(|sample| *sample < -500), "the music");
    service.exchange.hang_up(&call).expect("it was up");
    caller.is_hung_up().await;
}

#[tokio::test]
async fn what_is_too_long_is_not_read() {
    let mut service = Service::open().await;
    let at = service.exchange.address();
    let long = format!("X-Long: {}\r\n", "x".repeat(3_000));
    let many = "X-Many: x\r\n".repeat(100);
    let big = format!("<sip:{}@elsewhere.example>", "1".repeat(100));
    for (nth, (from, also)) in
        [("<sip:c@c>", long.as_str()), ("<sip:c@c>", &many), (&big, "")].into_iter().enumerate()
    {
        let caller = Caller::open(at, &format!("long{nth}")).await;
        caller.say(caller.invitation(from, also).as_bytes()).await;
        caller.hears("SIP/2.0 400").await;
    }
    let caller = Caller::open(at, "body").await;
    let body = "a=x\r\n".repeat(1_300);
    let invitation = caller.invitation("<sip:c@c>", "");
    let (headers, rest) = invitation.split_once("Content-Length: ").expect("a length");
    let (_, first) = rest.split_once("\r\n\r\n").expect("a body");
    let length = first.len() + body.len();
    caller.say(format!("{headers}Content-Length: {length}\r\n\r\n{first}{body}").as_bytes()).await;
    caller.hears("SIP/2.0 413").await;
    assert!(!service.was_told(|said| matches!(said, Said::Incoming { .. })));
}

#[tokio::test]
async fn the_end_of_the_exchange_is_the_end_of_its_calls() {
    let mut service = Service::open().await;
    let (mut customer, theirs, _) = service.waiting("2001", 1_000.0).await;
    let (mut other, offered, _) = service.customer("2002", 700.0).await;
    tokio::time::timeout(Duration::from_secs(30), service.exchange.close()).await.expect("it ends");
    assert_eq!(customer.ended(&theirs).await.by, Side::Them);
    assert_eq!(other.ended(&offered).await.code, Some(503));
}

#[tokio::test]
async fn a_caller_who_vanished_is_given_up() {
    let brief = ExchangeSettings { longest_silence: Duration::from_millis(100), ..settings() };
    let mut service = Service::with(brief).await;
    let (customer, _, call) = service.waiting("2001", 1_000.0).await;
    // Without a word, as a telephone that lost its power.
    drop(customer);
    service.ended(&call).await;
    assert_eq!(service.exchange.hang_up(&call), Err(Trouble::Over));
}
