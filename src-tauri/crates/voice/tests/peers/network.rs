//! Networks that go away, come back and lose things.

use std::time::Duration;

use voice::{
    Happening, Heard, Phone, Quality, Registration, Transport,
    audio::{Frame, Microphone, memory::Tone},
};

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
        let mut caller = exchange.advisor("1002", 1_000.0).await;
        caller.reaches(&mut advisor).await;
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
    let mut advisor = exchange.advisor("1001", 440.0).await;
    let mut caller = Advisor::saying(account(&exchange, "1002"), Syllables(Tone::new(1_000.0), 0)).await;
    caller.reaches(&mut advisor).await;
    caller.hears(440.0).await;
    relay.worsen(10, 2);
    // A computer that is too busy to be in time conceals more than was lost; it is not so all the time.
    let quality = sounds(&mut advisor, "some loss that hardly matters", |quality| {
        let mos = quality.whole.mos.max(quality.recent.mos);
        quality.counts.received > 500 && quality.counts.recovered > 3 && mos >= 4.1
    })
    .await;
    let counts = quality.counts;
    assert!(counts.concealed + counts.recovered >= counts.lost, "the rest is concealed: {quality:?}");
}

/// Somebody who says a note as people speak, in syllables: of a note that stays as it is there are no copies.
struct Syllables(Tone, usize);

impl Microphone for Syllables {
    fn hear(&mut self, frame: &mut Frame) {
        self.0.hear(frame);
        self.1 += 1;
        let quiet = [1, 1, 1, 2, 20, 2].into_iter().cycle().nth(self.1 % 6).unwrap_or(1);
        *frame = frame.map(|sample| sample / quiet);
    }
}

#[tokio::test]
async fn more_waits_while_the_network_is_uneven_and_less_again_after() {
    let relay = Relay::open().await;
    let exchange = Exchange::through(&relay);
    let mut advisor = exchange.advisor("1001", 440.0).await;
    let mut caller = exchange.advisor("1002", 1_000.0).await;
    caller.reaches(&mut advisor).await;
    advisor.hears(1_000.0).await;
    relay.worsen(0, 100);
    sounds(&mut advisor, "a long wait", |q| q.buffered >= Duration::from_millis(80)).await;
    relay.worsen(0, 0);
    let quality = sounds(&mut advisor, "a short wait", |q| q.buffered <= Duration::from_millis(40)).await;
    assert_eq!(quality.counts.lost, 0, "{quality:?}");
    advisor.hears(1_000.0).await;
}
