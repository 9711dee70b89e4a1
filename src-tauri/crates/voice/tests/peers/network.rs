//! Networks that go away, come back and lose things.

use std::time::Duration;

use voice::{Happening, Heard, Phone, Quality, Registration, Transport};

use crate::support::{
    advisor::{Advisor, account},
    exchange::Exchange,
    relay::Relay,
};

#[tokio::test]
async fn a_line_registers_again_when_the_exchange_is_back() {
    for transport in [Transport::Udp, Transport::Tcp] {
        let mut exchange = Exchange::start();
        let mut line = account(&exchange, "1001");
        line.transport = transport;
        let mut advisor = Advisor::registered(line, 440.0).await;
        exchange.stop();
        advisor.phone.network_changed().await;
        advisor.registration(Registration::Lost).await;
        assert!(exchange.resume(), "it is back");
        advisor.registration(Registration::Registered).await;
        // The exchange knows where we are.
        let caller = Advisor::registered(account(&exchange, "1002"), 1_000.0).await;
        caller.phone.dial("1001", None).await.expect("it is dialled");
        advisor.takes().await;
        advisor.hears(1_000.0).await;
    }
}

/// Waits until a call sounds so.
async fn sounds(advisor: &mut Advisor, what: &str, is_it: impl Fn(&Quality) -> bool) -> Quality {
    advisor
        .until(what, |heard| match heard {
            Heard::Call(_, Happening::Quality(quality)) if is_it(quality) => Some(*quality),
            _ => None,
        })
        .await
}

#[tokio::test]
async fn one_packet_in_a_hundred_lost_still_sounds_good() {
    let relay = Relay::open().await;
    let exchange = Exchange::through(&relay);
    let mut advisor = Advisor::registered(account(&exchange, "1001"), 440.0).await;
    let mut caller = Advisor::registered(account(&exchange, "1002"), 1_000.0).await;
    caller.phone.dial("1001", None).await.expect("it is dialled");
    advisor.takes().await;
    advisor.hears(1_000.0).await;
    caller.hears(440.0).await;
    relay.worsen(10, 2);
    // A computer that is too busy to be in time conceals more than was lost; it is not so all the time.
    let quality = sounds(&mut advisor, "some loss that hardly matters", |quality| {
        quality.counts.received > 500 && quality.counts.lost > 3 && quality.whole.mos >= 4.1
    })
    .await;
    assert!(quality.counts.concealed >= quality.counts.lost, "what is lost is concealed: {quality:?}");
}

#[tokio::test]
async fn more_waits_while_the_network_is_uneven_and_less_again_after() {
    let relay = Relay::open().await;
    let exchange = Exchange::through(&relay);
    let mut advisor = Advisor::registered(account(&exchange, "1001"), 440.0).await;
    let caller = Advisor::registered(account(&exchange, "1002"), 1_000.0).await;
    caller.phone.dial("1001", None).await.expect("it is dialled");
    advisor.takes().await;
    advisor.hears(1_000.0).await;
    relay.worsen(0, 100);
    sounds(&mut advisor, "a long wait", |q| q.buffered >= Duration::from_millis(80)).await;
    relay.worsen(0, 0);
    let quality = sounds(&mut advisor, "a short wait", |q| q.buffered <= Duration::from_millis(40)).await;
    assert_eq!(quality.counts.lost, 0, "{quality:?}");
    advisor.hears(1_000.0).await;
}
