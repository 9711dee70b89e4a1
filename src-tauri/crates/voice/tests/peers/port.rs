//! The same stories happen with every adapter of the port.

use tokio::sync::mpsc::UnboundedReceiver;
use voice::{
    CallId, Happening, Heard, Loopback, Party, Phone, Sip, Trouble,
    audio::{Sound, memory::Nobody},
};

use crate::support::{advisor::account, exchange::Exchange};

/// Everything that is told until a call is over, but how it sounds.
async fn told(heard: &mut UnboundedReceiver<Heard>) -> Vec<Happening> {
    let mut told = Vec::new();
    loop {
        match heard.recv().await.expect("the line is open") {
            Heard::Registration(_) | Heard::Call(_, Happening::Quality(_)) => {}
            Heard::Call(_, happening) => {
                told.push(happening);
                if matches!(told.last(), Some(Happening::Ended(_))) {
                    return told;
                }
            }
        }
    }
}

/// An advisor takes a call; all that can be done with it by one side, each thing twice.
async fn a_whole_call(phone: &dyn Phone, call: &CallId) {
    phone.answer(call).await.expect("it is taken");
    assert_eq!(phone.answer(call).await, Err(Trouble::NotNow));
    while phone.hold(call).await == Err(Trouble::NotNow) {
        // The caller does not know yet that it was taken.
        tokio::task::yield_now().await;
    }
    for _ in 0..2 {
        phone.hold(call).await.expect("it is held");
    }
    for _ in 0..2 {
        phone.resume(call).await.expect("it goes on");
    }
    for muted in [true, true, false, false] {
        phone.mute(call, muted).await.expect("it is muted");
    }
    assert_eq!(phone.transfer(call, "").await, Err(Trouble::BadAddress));
    phone.hang_up(call).await.expect("it ends");
    assert_eq!(phone.hang_up(call).await, Err(Trouble::Over));
    assert_eq!(phone.mute(call, true).await, Err(Trouble::Over));
}

fn party() -> Party {
    Party { number: "1002".into(), name: None }
}

#[tokio::test]
async fn a_call_happens_alike_with_every_telephone() {
    let (loopback, mut heard) = Loopback::open();
    loopback.register().await;
    let call = loopback.they_call(party(), Some("7".into()));
    a_whole_call(&loopback, &call).await;
    let with_loopback = told(&mut heard).await;

    let exchange = Exchange::start();
    let sound = Sound::new(Nobody, Nobody);
    let (sip, mut heard) = Sip::open(account(&exchange, "1001"), sound).await.expect("a line");
    sip.register().await;
    heard.recv().await.expect("it is registered");
    let caller = exchange.advisor("1002", 1_000.0).await;
    let call = caller.phone.dial("1001", Some("7")).await.expect("it is dialled");
    let incoming = heard.recv().await.expect("a call");
    assert!(matches!(incoming, Heard::Call(ref id, _) if *id == call), "both sides name the call alike");
    a_whole_call(&sip, &call).await;
    let mut with_sip = told(&mut heard).await;
    let Heard::Call(_, incoming) = incoming else { panic!("a call") };
    with_sip.insert(0, incoming);
    assert_eq!(with_sip, with_loopback);
}

#[tokio::test]
async fn a_call_that_is_not_taken_happens_alike() {
    let (loopback, mut heard) = Loopback::open();
    let call = loopback.dial("1002", None).await.expect("it is dialled");
    loopback.they_ring(&call).expect("it rings");
    loopback.they_end(&call, Some(486)).expect("it is not taken");
    let with_loopback = told(&mut heard).await;

    let exchange = Exchange::start();
    let sound = Sound::new(Nobody, Nobody);
    let (sip, mut heard) = Sip::open(account(&exchange, "1001"), sound).await.expect("a line");
    let mut callee = exchange.advisor("1002", 1_000.0).await;
    sip.dial("1002", None).await.expect("it is dialled");
    let (call, ..) = callee.called().await;
    callee.phone.reject(&call).await.expect("it is not taken");
    assert_eq!(told(&mut heard).await, with_loopback);
}
