//! Whoever can send packets here must not be able to make it fall over, end a call, or be heard in one.

use std::{
    net::{Ipv4Addr, SocketAddr},
    num::NonZeroU32,
    sync::Arc,
    time::Duration,
};

use rand::{Rng, RngCore, SeedableRng, rngs::StdRng};
use tokio::{
    io::AsyncWriteExt,
    net::{TcpStream, UdpSocket},
    task::AbortHandle,
    time::timeout,
};
use voice::{
    Account, CallId, ExchangeSettings, Happening, Heard, Phone, Registration, Said, audio::memory::Tone,
};

use crate::support::{
    PATIENCE,
    advisor::Advisor,
    caller::{Caller, address, bound, header, offer, packet, sound_port, speak},
    service::{Service, settings},
};

/// An exchange that says whatever the story wants.
struct Exchange {
    socket: UdpSocket,
    /// Where the telephone is.
    phone: SocketAddr,
    /// What the caller is heard on.
    sound: UdpSocket,
}

impl Exchange {
    /// With a telephone that is registered.
    async fn open() -> (Self, Advisor) {
        let [socket, sound] = [bound(Ipv4Addr::LOCALHOST).await, bound(Ipv4Addr::LOCALHOST).await];
        let mut account = Account::new("1001", "pw".into(), address(&socket).to_string());
        account.bind = Ipv4Addr::LOCALHOST.into();
        let mut advisor = Advisor::open(account, 440.0).await;
        advisor.phone.register().await;
        let (request, phone) = hear(&socket).await;
        assert!(request.starts_with("REGISTER "), "{request}");
        socket.send_to(answer(&request, "200 OK").as_bytes(), phone).await.expect("sent");
        advisor.registration(Registration::Registered).await;
        (Self { socket, phone, sound }, advisor)
    }

    fn invite(&self, id: &str) -> String {
        let (here, sound) = (address(&self.socket), address(&self.sound));
        invite(id, here, sound)
    }

    /// Calls the advisor, who takes it. The address of the advisor's sound, and what belongs into requests of the call.
    async fn call(&self, advisor: &mut Advisor, id: &str) -> (SocketAddr, String) {
        self.socket.send_to(self.invite(id).as_bytes(), self.phone).await.expect("sent");
        let (call, ..) = advisor.called().await;
        assert_eq!(call, CallId::new(id));
        advisor.phone.answer(&call).await.expect("it is taken");
        let taken = self.hears("SIP/2.0 200").await;
        let to = header(&taken, "To");
        let here = address(&self.socket);
        let ack = format!(
            "ACK sip:1001@{} SIP/2.0\r\nVia: SIP/2.0/UDP {here};branch=z9hG4bKack\r\nFrom: <sip:c@{here}>;tag=caller\r\n\
             To: {to}\r\nCall-ID: {id}\r\nCSeq: 1 ACK\r\nMax-Forwards: 9\r\nContent-Length: 0\r\n\r\n",
            self.phone
        );
        self.socket.send_to(ack.as_bytes(), self.phone).await.expect("sent");
        advisor.happens(&call, Happening::Connected).await;
        (SocketAddr::new(self.phone.ip(), sound_port(&taken)), to)
    }

    /// Waits for a message that begins so.
    async fn hears(&self, begins: &str) -> String {
        loop {
            let (message, _) = hear(&self.socket).await;
            if message.starts_with(begins) {
                return message;
            }
        }
    }

    /// Says a note to the advisor until it is aborted.
    fn say(self, hertz: f64, to: SocketAddr) -> AbortHandle {
        speak(Arc::new(self.sound), hertz, to)
    }
}

async fn hear(socket: &UdpSocket) -> (String, SocketAddr) {
    let mut datagram = vec![0; 65_536];
    let (length, from) =
        timeout(PATIENCE, socket.recv_from(&mut datagram)).await.expect("in time").expect("heard");
    (String::from_utf8_lossy(&datagram[..length]).into_owned(), from)
}

fn answer(request: &str, status: &str) -> String {
    let copied: String = ["Via", "From", "To", "Call-ID", "CSeq", "Contact"]
        .map(|name| format!("{name}: {}\r\n", header(request, name)))
        .concat();
    format!("SIP/2.0 {status}\r\n{copied}Content-Length: 0\r\n\r\n")
}

fn invite(id: &str, here: SocketAddr, sound: SocketAddr) -> String {
    let body = offer(sound);
    format!(
        "INVITE sip:1001@phone SIP/2.0\r\nVia: SIP/2.0/UDP {here};branch=z9hG4bK{id}\r\nFrom: <sip:c@{here}>;tag=caller\r\n\
         To: <sip:1001@phone>\r\nCall-ID: {id}\r\nCSeq: 1 INVITE\r\nContact: <sip:c@{here}>\r\nMax-Forwards: 9\r\n\
         Content-Type: application/sdp\r\nContent-Length: {length}\r\n\r\n{body}",
        length = body.len()
    )
}

/// Something like a message that is wrong in some way.
fn spoiled(random: &mut StdRng, message: &str) -> Vec<u8> {
    let mut bytes = message.as_bytes().to_vec();
    match random.random_range(0..6) {
        0 => bytes.truncate(random.random_range(0..bytes.len())),
        1 => {
            for _ in 0..random.random_range(1..20) {
                let at = random.random_range(0..bytes.len());
                bytes[at] = random.random();
            }
        }
        2 => {
            let at = random.random_range(0..bytes.len());
            let more = vec![random.random(); random.random_range(1..60_000)];
            bytes.splice(at..at, more);
            bytes.truncate(65_000);
        }
        3 => {
            bytes = vec![0; random.random_range(0..2_000)];
            random.fill_bytes(&mut bytes);
        }
        4 => {
            let (from, to) = (random.random_range(0..bytes.len()), random.random_range(0..bytes.len()));
            let piece = bytes[from.min(to)..from.max(to)].to_vec();
            bytes.extend(piece);
        }
        _ => {
            let number = random.random_range(-3_i64..9_999_999_999).to_string();
            bytes = message.replace("Content-Length: ", &format!("Content-Length: {number}")).into_bytes();
        }
    }
    bytes
}

#[tokio::test]
async fn no_message_from_outside_ends_a_call_or_makes_one() {
    let (exchange, mut advisor) = Exchange::open().await;
    let (sound, to) = exchange.call(&mut advisor, "true-call").await;
    let call = CallId::new("true-call");
    // 127.0.0.2 is not the exchange; and what it says about itself is not believed.
    let stranger = bound(Ipv4Addr::new(127, 0, 0, 2)).await;
    let here = address(&exchange.socket);
    let within = |method: &str, id: &str, to: &str, branch: u32| {
        format!(
            "{method} sip:1001@phone SIP/2.0\r\nVia: SIP/2.0/UDP {here};branch=z9hG4bK{branch}\r\nFrom: <sip:c@{here}>;tag=caller\r\n\
             To: {to}\r\nCall-ID: {id}\r\nCSeq: 9 {method}\r\nMax-Forwards: 9\r\nContent-Length: 0\r\n\r\n"
        )
    };
    let mut random = StdRng::seed_from_u64(21);
    for nth in 0..3_000 {
        let of_stranger = invite(&format!("strange{nth}"), here, here);
        let message = match nth % 5 {
            0 => of_stranger.into_bytes(),
            1 => spoiled(&mut random, &of_stranger),
            2 => within("BYE", "true-call", "<sip:1001@phone>;tag=guessed", nth).into_bytes(),
            3 => within("CANCEL", "other-call", &to, nth).into_bytes(),
            _ => spoiled(&mut random, &within("INFO", "true-call", "<sip:1001@phone>;tag=guessed", nth)),
        };
        let from = if nth % 5 >= 2 && nth % 2 == 0 { &exchange.socket } else { &stranger };
        from.send_to(&message, exchange.phone).await.expect("sent");
        if nth % 50 == 0 {
            tokio::task::yield_now().await;
        }
    }
    // It still answers, after all that; and refuses strangers.
    let ping = within("OPTIONS", "ping", "<sip:1001@phone>", 77_777);
    let refused = async {
        loop {
            let again = invite(&format!("again{}", random.next_u32()), address(&stranger), here);
            stranger.send_to(again.as_bytes(), exchange.phone).await.expect("sent");
            let heard = timeout(Duration::from_millis(500), hear(&stranger)).await;
            if heard.is_ok_and(|(heard, _)| heard.starts_with("SIP/2.0 403")) {
                return;
            }
        }
    };
    timeout(PATIENCE, refused).await.expect("a stranger is refused");
    let answered = async {
        loop {
            exchange.socket.send_to(ping.as_bytes(), exchange.phone).await.expect("sent");
            let heard = timeout(Duration::from_millis(500), exchange.hears("SIP/2.0 200")).await;
            if heard.is_ok_and(|heard| header(&heard, "Call-ID") == "ping") {
                return;
            }
        }
    };
    timeout(PATIENCE, answered).await.expect("it still answers");
    let speaking = exchange.say(1_000.0, sound);
    advisor.hears(1_000.0).await;
    speaking.abort();
    assert!(
        !advisor.was_told(|heard| matches!(heard, Heard::Call(_, Happening::Incoming { .. }))),
        "nobody else called"
    );
    advisor.phone.hang_up(&call).await.expect("it was up");
}

#[tokio::test]
async fn no_message_from_the_exchange_makes_it_fall_over() {
    let (exchange, mut advisor) = Exchange::open().await;
    let (sound, _) = exchange.call(&mut advisor, "true-call").await;
    let mut random = StdRng::seed_from_u64(22);
    for nth in 0..2_000 {
        let message = spoiled(&mut random, &exchange.invite(&format!("spoiled{nth}")));
        exchange.socket.send_to(&message, exchange.phone).await.expect("sent");
        if nth % 50 == 0 {
            tokio::task::yield_now().await;
        }
    }
    let speaking = exchange.say(1_000.0, sound);
    advisor.hears(1_000.0).await;
    speaking.abort();
}

#[tokio::test]
async fn no_stranger_is_heard_in_a_call() {
    let (exchange, mut advisor) = Exchange::open().await;
    let (sound, _) = exchange.call(&mut advisor, "true-call").await;
    let speaking = exchange.say(1_000.0, sound);
    advisor.hears(1_000.0).await;
    let strangers = [bound(Ipv4Addr::LOCALHOST).await, bound(Ipv4Addr::new(127, 0, 0, 2)).await];
    let shouting = tokio::spawn(async move {
        let mut random = StdRng::seed_from_u64(23);
        let mut tone = Tone::new(300.0);
        for number in 0.. {
            for stranger in &strangers {
                // Loud, well-formed and with the caller's own source; then nonsense.
                let _ = stranger.send_to(&packet(number, 7, &mut tone), sound).await;
                let mut nonsense = vec![0; random.random_range(0..1_400)];
                random.fill_bytes(&mut nonsense);
                if random.random_bool(0.5) && nonsense.len() > 2 {
                    (nonsense[0], nonsense[1]) = (0x80, 8);
                }
                let _ = stranger.send_to(&nonsense, sound).await;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    for _ in 0..4 {
        advisor.hears(1_000.0).await;
    }
    shouting.abort();
    speaking.abort();
}

#[tokio::test]
async fn nothing_that_anybody_sends_makes_our_exchange_fall_over() {
    let many = ExchangeSettings { most_calls: 20, ..settings() };
    let mut service = Service::with(many).await;
    let at = service.exchange.address();
    let mut advisor = service.advisor("1001", 440.0).await;
    let (mut customer, _, call) = service.waiting("2001", 1_000.0).await;
    let (ringing, _) = service.connect(&call, "1001", &mut advisor).await;
    advisor.hears(1_000.0).await;
    let stranger = Caller::open(at, "strange").await;
    let mut stream = TcpStream::connect(at).await.expect("a stream");
    let mut random = StdRng::seed_from_u64(24);
    let spoken = call.as_str();
    for nth in 0..3_000_u32 {
        let to = if nth % 2 == 0 { "<sip:100@desk>" } else { "<sip:100@desk>;tag=guessed" };
        let method = ["REGISTER", "BYE", "REFER", "NOTIFY", "CANCEL", "INFO", "ACK"][nth as usize % 7];
        let also = "Refer-To: <sip:1@x?Replaces=a%3Bto-tag%3Db>\r\nAuthorization: Digest nonce=\"x\"\r\nExpires: 99\r\n";
        let message = match nth % 3 {
            0 => stranger.invitation("<sip:1001@desk.example>", also),
            1 => stranger
                .invitation("<sip:c@elsewhere.example>", "")
                .replace("strange", &format!("strange{nth}")),
            _ => stranger
                .request(method, nth, to, also)
                .replace("Call-ID: strange", &format!("Call-ID: {spoken}")),
        };
        let bytes = spoiled(&mut random, &message);
        stranger.say(&bytes).await;
        if nth % 100 == 0 {
            // A stream that says nonsense may be closed.
            if stream.write_all(&bytes).await.is_err() {
                stream = TcpStream::connect(at).await.expect("a stream");
            }
            tokio::task::yield_now().await;
        }
    }
    let answered = async {
        for number in 0.. {
            stranger.say(stranger.request("OPTIONS", 77_000 + number, "<sip:100@desk>", "").as_bytes()).await;
            let heard = timeout(Duration::from_millis(500), stranger.hears("SIP/2.0 200")).await;
            if heard.is_ok_and(|heard| header(&heard, "CSeq").ends_with("OPTIONS")) {
                return;
            }
        }
    };
    timeout(PATIENCE, answered).await.expect("it still answers");
    advisor.hears(1_000.0).await;
    customer.hears(440.0).await;
    assert!(service.exchange.is_registered("1001"), "nobody took the line away");
    assert!(
        !service.was_told(|said| matches!(said, Said::Referred { .. } | Said::Line { .. })),
        "nobody handed a call over"
    );
    for call in [&call, &ringing] {
        service.exchange.hang_up(call).expect("it was up");
    }
}

#[tokio::test]
async fn nothing_is_played_to_whoever_did_not_show_to_be_there() {
    let mut service = Service::open().await;
    let at = service.exchange.address();
    let [forged, victim] = [Ipv4Addr::new(127, 0, 0, 2), Ipv4Addr::new(127, 0, 0, 9)];
    // Somebody called in the name of another, who never answers to our answer.
    let silent = Caller::at([forged; 2], at, "silent").await;
    // Somebody is there, and has a third one hear it all.
    let mut pointing = Caller::at([forged, victim], at, "pointing").await;
    let mut honest = Caller::open(at, "honest").await;
    for caller in [&silent, &pointing, &honest] {
        caller.call().await;
        let call = service.incoming().await.call;
        service.plays(&call, 600.0);
        service.exchange.answer(&call).expect("it is taken");
    }
    silent.hears("SIP/2.0 200").await;
    let taken = pointing.hears("SIP/2.0 200").await;
    pointing.confirms(&taken).await;
    service.happens(&pointing.id(), Happening::Connected).await;
    honest.answered().await;
    honest.listens(50).await;
    assert!(silent.heard_nothing(), "an answer that nobody heard");
    assert!(pointing.heard_nothing(), "an address that nobody spoke from");
    // Once somebody speaks from there they really are there.
    pointing.speaks(&taken);
    pointing.listens(10).await;
}

#[tokio::test]
async fn who_calls_too_fast_is_refused_and_nobody_else_is() {
    let few = ExchangeSettings { most_from_one: NonZeroU32::new(3).expect("a number"), ..settings() };
    let mut service = Service::with(few).await;
    let at = service.exchange.address();
    let advisor = service.advisor("1001", 440.0).await;
    let here = [Ipv4Addr::new(127, 0, 0, 2); 2];
    for nth in 0..6 {
        let caller = Caller::at(here, at, &format!("fast{nth}")).await;
        caller.call().await;
        if nth < 3 {
            assert_eq!(service.incoming().await.call, caller.id());
        } else {
            let refused = caller.hears("SIP/2.0 503").await;
            assert_eq!(header(&refused, "Retry-After"), "10");
        }
    }
    let other = Caller::at([Ipv4Addr::new(127, 0, 0, 3); 2], at, "other").await;
    other.call().await;
    assert_eq!(service.incoming().await.call, other.id());
    // A line may call as fast as it likes: it is known who does.
    for _ in 0..5 {
        advisor.dial("100").await;
        assert_eq!(service.incoming().await.line.as_deref(), Some("1001"));
    }
}
