//! Whatever is thrown at a socket: it is closed with the code that says why, and the service goes on.

use loopdesk_tests::{Stage, raw::Raw, seat::PATIENCE};
use model::wire::frames::SCHEMA;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_tungstenite::tungstenite::Message;
use uuid::Uuid;

/// A company with one advisor and one customer, both connected.
struct Doors {
    stage: Stage,
    token: String,
    hello: String,
    page_hello: String,
}

impl Doors {
    async fn open() -> Self {
        let stage = Stage::open().await;
        let ines = stage.advisor("Inès Keller").await.connected().await;
        let lea = stage.customer("Léa").await;
        let hello = json!({
            "type": "hello", "epoch": ines.epoch(), "cursor": 0, "device": Uuid::now_v7(), "schema": SCHEMA,
        });
        let page_hello = json!({ "type": "hello", "token": lea.token, "cursor": 0 });
        let token = stage.token("alba", ines.id).await;
        Self { stage, token, hello: hello.to_string(), page_hello: page_hello.to_string() }
    }

    async fn desk(&self) -> Raw {
        let bearer = format!("Bearer {}", self.token);
        Raw::open(&self.stage.address, "/v1/stream", &[("authorization", &bearer)]).await.unwrap()
    }

    async fn page(&self) -> Raw {
        Raw::open(&self.stage.address, "/chat/v1/stream", &[]).await.unwrap()
    }

    /// Both doors, after hello.
    async fn both(&self) -> [(Raw, &str); 2] {
        let (mut desk, mut page) = (self.desk().await, self.page().await);
        desk.send(self.hello.clone()).await;
        page.send(self.page_hello.clone()).await;
        [(desk, "a desk"), (page, "a page")]
    }

    async fn goes_on(&self) {
        for (mut raw, who) in self.both().await {
            raw.send(json!({ "type": "ping", "cursor": 0 }).to_string()).await;
            while !raw.text().await.contains("\"pong\"") {}
            drop((raw, who));
        }
    }
}

#[tokio::test]
async fn what_is_not_of_the_protocol_ends_the_line() {
    let doors = Doors::open().await;
    let nonsense: Vec<(Message, &str)> = vec![
        (Message::text("{"), "half a frame"),
        (Message::text(""), "nothing"),
        (Message::text("null"), "null"),
        (Message::text("[]"), "a list"),
        (Message::text(r#"{"type":"shutdown"}"#), "an unknown wish"),
        (Message::text(r#"{"type":"ping"}"#), "a field that is missing"),
        (Message::text(r#"{"type":"ping","cursor":-1}"#), "a number below zero"),
        (Message::text(r#"{"type":"ping","cursor":0,"admin":true}"#), "a field too many"),
        (Message::text("[".repeat(60_000)), "a deep hole"),
        (Message::text("\u{202e}\u{0000}"), "characters that mean nothing"),
        (Message::binary(vec![0u8, 159, 146, 150]), "bytes"),
        (Message::text(doors.hello.clone()), "a second hello"),
        (Message::text(doors.page_hello.clone()), "a second hello of a page"),
    ];
    for (message, why) in nonsense {
        for (mut raw, who) in doors.both().await {
            raw.send(message.clone()).await;
            assert_eq!(raw.closed().await, Some(1002), "{who}: {why}");
        }
        doors.stage.sockets(0).await;
    }
    doors.goes_on().await;
}

#[tokio::test]
async fn whoever_does_not_say_hello_is_not_heard() {
    let doors = Doors::open().await;
    for message in [
        Message::text(r#"{"type":"ping","cursor":0}"#),
        Message::text("hello"),
        Message::binary(b"hello".to_vec()),
        Message::text(" ".repeat(65_537)),
    ] {
        let large = message.len() > 65_536;
        for mut raw in [doors.desk().await, doors.page().await] {
            raw.send(message.clone()).await;
            assert_eq!(raw.closed().await, Some(if large { 1009 } else { 1002 }), "{}", message.len());
        }
    }
    let mut stranger = doors.page().await;
    stranger.send(json!({ "type": "hello", "token": "0".repeat(64), "cursor": 0 }).to_string()).await;
    assert_eq!(stranger.closed().await, Some(4001), "a visitor whom nobody knows");
    let mut desk_at_the_page = doors.page().await;
    desk_at_the_page.send(json!({ "type": "hello", "token": doors.token, "cursor": 0 }).to_string()).await;
    assert_eq!(desk_at_the_page.closed().await, Some(4001), "a desk's token is no visitor's");
    doors.goes_on().await;
}

#[tokio::test]
async fn only_our_own_pages_and_programs_open_a_socket() {
    let doors = Doors::open().await;
    let bearer = format!("Bearer {}", doors.token);
    let own = doors.stage.address.clone();
    for path in ["/v1/stream", "/chat/v1/stream"] {
        for (origin, status) in [
            ("https://evil.example.com", Some(403)),
            ("null", Some(403)),
            ("http://127.0.0.1:1", Some(403)),
            ("https://shop.example.com", Some(403)),
            (own.as_str(), None),
        ] {
            let headers = [("authorization", bearer.as_str()), ("origin", origin)];
            let opened = Raw::open(&doors.stage.address, path, &headers).await;
            assert_eq!(opened.err().map(|refused| refused.status), status, "{path} from {origin}");
        }
    }
    for (headers, why) in [
        (vec![], "no token"),
        (vec![("authorization", "Bearer 00")], "a made up token"),
        (vec![("authorization", doors.token.as_str())], "a token without its word"),
    ] {
        let refused = Raw::open(&doors.stage.address, "/v1/stream", &headers).await.err().unwrap();
        assert_eq!(refused.status, 401, "{why}");
    }
    let in_address = format!("/v1/stream?access_token={}", doors.token);
    let refused = Raw::open(&doors.stage.address, &in_address, &[]).await.err().unwrap();
    assert_eq!(refused.status, 401, "a token in the address opens nothing");
}

/// A frame as it goes over the line. A client must mask what it sends.
fn frame(first: u8, payload: &[u8], masked: bool) -> Vec<u8> {
    let mut bytes = vec![first];
    let mask_bit = if masked { 0x80 } else { 0 };
    match payload.len() {
        short @ 0..=125 => bytes.push(mask_bit | u8::try_from(short).unwrap()),
        long => {
            bytes.push(mask_bit | 126);
            bytes.extend(u16::try_from(long).unwrap().to_be_bytes());
        }
    }
    if masked {
        bytes.extend([1, 2, 3, 4]);
    }
    let mask = if masked { [1, 2, 3, 4] } else { [0; 4] };
    bytes.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    bytes
}

/// Upgrades by hand, throws bytes, and reads until the line ends. Answers the close code, if one came.
async fn throws(stage: &Stage, bytes: &[u8]) -> Option<u16> {
    let host = stage.address.trim_start_matches("http://");
    let mut line = TcpStream::connect(host).await.unwrap();
    let upgrade = format!(
        "GET /chat/v1/stream HTTP/1.1\r\nhost: {host}\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
         sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    line.write_all(upgrade.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let mut piece = [0u8; 1024];
    while !answer.windows(4).any(|end| end == b"\r\n\r\n") {
        let count = line.read(&mut piece).await.unwrap();
        answer.extend(&piece[..count]);
    }
    assert!(answer.starts_with(b"HTTP/1.1 101"));
    let _ = line.write_all(bytes).await;
    let mut said = answer[answer.windows(4).position(|end| end == b"\r\n\r\n").unwrap() + 4..].to_vec();
    let read = async {
        while let Ok(count @ 1..) = line.read(&mut piece).await {
            said.extend(&piece[..count]);
        }
        said
    };
    let said = tokio::time::timeout(PATIENCE, read).await.expect("the line ends");
    // A short close frame is the last thing that is said, if anything is.
    (said.len() >= 4 && said[0] == 0x88).then(|| u16::from_be_bytes([said[2], said[3]]))
}

#[tokio::test]
async fn bytes_that_are_no_frames_end_the_line() {
    let doors = Doors::open().await;
    let hello = doors.page_hello.as_bytes();
    for (bytes, why) in [
        (frame(0x81, hello, false), "a client that does not mask"),
        (frame(0x83, b"x", true), "an opcode that is not in use"),
        (frame(0xc1, hello, true), "a bit that is reserved"),
        (frame(0x89, &[0; 126], true), "a ping that is too long"),
        (frame(0x09, b"x", true), "a ping in pieces"),
        (frame(0x80, b"x", true), "the end of nothing"),
        (frame(0x81, &[0xff, 0xfe, 0xfd], true), "text that is none"),
        ([frame(0x01, hello, true), frame(0x81, hello, true)].concat(), "a message inside a message"),
        (b"GET / HTTP/1.1\r\n\r\n".to_vec(), "something else altogether"),
    ] {
        let code = throws(&doors.stage, &bytes).await;
        assert_eq!(code, Some(1002), "{why}");
    }
    // A frame that says it has more bytes than there are atoms.
    let mut endless = vec![0x81, 0xff];
    endless.extend(u64::MAX.to_be_bytes());
    endless.extend([1, 2, 3, 4]);
    let code = throws(&doors.stage, &endless).await;
    assert!(matches!(code, Some(1002 | 1009)), "{code:?}");
    // One that says it has sixteen megabytes, and sends none of them.
    let mut large = vec![0x81, 0xff];
    large.extend((16u64 << 20).to_be_bytes());
    large.extend([1, 2, 3, 4]);
    assert_eq!(throws(&doors.stage, &large).await, Some(1009));
    doors.stage.sockets(0).await;
    doors.goes_on().await;
}
