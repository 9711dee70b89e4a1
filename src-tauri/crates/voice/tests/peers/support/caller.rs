//! A caller who costs next to nothing: a socket for words and one for sound, and only as much of both as a story needs.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use tokio::{net::UdpSocket, task::AbortHandle, time::timeout};
use voice::{
    CallId,
    audio::{Microphone, SILENCE, memory::Tone},
};

use super::PATIENCE;

pub(crate) struct Caller {
    pub(crate) words: UdpSocket,
    sound: Arc<UdpSocket>,
    exchange: SocketAddr,
    id: String,
    speaking: Option<AbortHandle>,
}

impl Drop for Caller {
    fn drop(&mut self) {
        if let Some(speaking) = &self.speaking {
            speaking.abort();
        }
    }
}

impl Caller {
    /// One who will call this exchange, in a call of this name.
    pub(crate) async fn open(exchange: SocketAddr, id: &str) -> Self {
        Self::at([Ipv4Addr::LOCALHOST; 2], exchange, id).await
    }

    /// One whose words and whose sound are at these addresses of this computer.
    pub(crate) async fn at(here: [Ipv4Addr; 2], exchange: SocketAddr, id: &str) -> Self {
        let [words, sound] = [bound(here[0]).await, bound(here[1]).await];
        Self { words, sound: Arc::new(sound), exchange, id: id.to_owned(), speaking: None }
    }

    /// Its call.
    pub(crate) fn id(&self) -> CallId {
        CallId::new(&self.id)
    }

    /// An invitation of somebody who says to be this.
    pub(crate) fn invitation(&self, from: &str, also: &str) -> String {
        let [here, sound] = [&self.words, &*self.sound].map(address);
        let body = offer(sound);
        let (id, length) = (&self.id, body.len());
        format!(
            "INVITE sip:100@{to} SIP/2.0\r\nVia: SIP/2.0/UDP {here};branch=z9hG4bK{id}\r\nFrom: {from};tag=caller\r\n\
             To: <sip:100@{to}>\r\nCall-ID: {id}\r\nCSeq: 1 INVITE\r\nContact: <sip:c@{here}>\r\nMax-Forwards: 9\r\n{also}\
             Content-Type: application/sdp\r\nContent-Length: {length}\r\n\r\n{body}",
            to = self.exchange,
        )
    }

    /// A request without a body within the call.
    pub(crate) fn request(&self, method: &str, number: u32, to: &str, also: &str) -> String {
        let here = address(&self.words);
        format!(
            "{method} sip:100@{at} SIP/2.0\r\nVia: SIP/2.0/UDP {here};branch=z9hG4bK{id}{method}{number}\r\n\
             From: <sip:c@{here}>;tag=caller\r\nTo: {to}\r\nCall-ID: {id}\r\nCSeq: {number} {method}\r\n\
             Contact: <sip:c@{here}>\r\nMax-Forwards: 9\r\n{also}Content-Length: 0\r\n\r\n",
            at = self.exchange,
            id = self.id,
        )
    }

    pub(crate) async fn say(&self, message: &[u8]) {
        self.words.send_to(message, self.exchange).await.expect("sent");
    }

    /// Calls.
    pub(crate) async fn call(&self) {
        let from = format!("<sip:c@{}>", address(&self.words));
        self.say(self.invitation(&from, "").as_bytes()).await;
    }

    /// Waits for a message that begins so.
    pub(crate) async fn hears(&self, begins: &str) -> String {
        let mut datagram = [0; 4_000];
        loop {
            let (length, _) = timeout(PATIENCE, self.words.recv_from(&mut datagram))
                .await
                .expect("in time")
                .expect("heard");
            let message = String::from_utf8_lossy(&datagram[..length]).into_owned();
            if message.starts_with(begins) {
                return message;
            }
        }
    }

    /// Waits to be answered, and speaks from then on. What belongs into requests of the call.
    pub(crate) async fn answered(&mut self) -> String {
        let taken = self.hears("SIP/2.0 200").await;
        let to = self.confirms(&taken).await;
        self.speaks(&taken);
        to
    }

    /// Says that an answer was heard. What belongs into requests of the call.
    pub(crate) async fn confirms(&self, taken: &str) -> String {
        let to = header(taken, "To");
        self.say(self.request("ACK", 1, &to, "").as_bytes()).await;
        to
    }

    /// Speaks in a call that was answered so.
    pub(crate) fn speaks(&mut self, taken: &str) {
        let there = SocketAddr::new(self.exchange.ip(), sound_port(taken));
        self.speaking = Some(speak(Arc::clone(&self.sound), 1_000.0, there));
    }

    /// Whether no sound at all has come so far.
    pub(crate) fn heard_nothing(&self) -> bool {
        self.sound.try_recv(&mut [0; 2_000]).is_err()
    }

    /// Listens to so many packets; their samples.
    pub(crate) async fn listens(&self, packets: usize) -> Vec<i16> {
        let mut heard = Vec::new();
        let mut datagram = [0; 2_000];
        for _ in 0..packets {
            let (length, _) = timeout(PATIENCE, self.sound.recv_from(&mut datagram))
                .await
                .expect("in time")
                .expect("heard");
            heard.extend(datagram[12..length].iter().map(|byte| audio_codec_algorithms::decode_alaw(*byte)));
        }
        heard
    }

    /// Waits for the exchange to hang up, and says that it was heard.
    pub(crate) async fn is_hung_up(&self) {
        let bye = self.hears("BYE ").await;
        let copied: String = ["Via", "From", "To", "Call-ID", "CSeq"]
            .map(|name| format!("{name}: {}\r\n", header(&bye, name)))
            .concat();
        self.say(format!("SIP/2.0 200 OK\r\n{copied}Content-Length: 0\r\n\r\n").as_bytes()).await;
    }
}

pub(crate) async fn bound(ip: Ipv4Addr) -> UdpSocket {
    UdpSocket::bind((ip, 0)).await.expect("a port")
}

pub(crate) fn address(socket: &UdpSocket) -> SocketAddr {
    socket.local_addr().expect("its address")
}

/// What a message says under this name.
pub(crate) fn header(message: &str, name: &str) -> String {
    let line = message.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    line.unwrap_or_else(|| panic!("{name} in {message}")).to_owned()
}

/// What an invitation says about sound that is heard here.
pub(crate) fn offer(sound: SocketAddr) -> String {
    format!(
        "v=0\r\no=- 1 1 IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\nm=audio {port} RTP/AVP 8 101\r\n\
         a=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\n",
        ip = sound.ip(),
        port = sound.port()
    )
}

/// The port at which whoever says this hears sound.
pub(crate) fn sound_port(message: &str) -> u16 {
    let port = message.lines().find_map(|line| line.strip_prefix("m=audio ")?.split(' ').next());
    port.expect("a port").parse().expect("a port")
}

/// Says a note there until it is aborted.
pub(crate) fn speak(sound: Arc<UdpSocket>, hertz: f64, to: SocketAddr) -> AbortHandle {
    tokio::spawn(async move {
        let mut tone = Tone::new(hertz);
        let mut clock = tokio::time::interval(Duration::from_millis(20));
        for number in 0.. {
            clock.tick().await;
            let _ = sound.send_to(&packet(number, 7, &mut tone), to).await;
        }
    })
    .abort_handle()
}

/// A packet of a note, in A-law.
pub(crate) fn packet(number: u16, ssrc: u32, tone: &mut Tone) -> Vec<u8> {
    let mut frame = SILENCE;
    tone.hear(&mut frame);
    let mut packet = vec![0x80, 8];
    packet.extend(number.to_be_bytes());
    packet.extend((u32::from(number) * 160).to_be_bytes());
    packet.extend(ssrc.to_be_bytes());
    packet.extend(frame.map(audio_codec_algorithms::encode_alaw));
    packet
}
