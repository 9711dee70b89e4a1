//! What both sides agree on before they speak: offers and answers (RFC 3264) of one stream of sound.

use std::net::{IpAddr, SocketAddr};

use sdp_types::{Attribute, Connection, Media, Origin, Session, Time};

use crate::{
    Trouble,
    media::{
        codec::Codec,
        leg::Format,
        secret::{Key, Keys, SUITE},
    },
};

/// Sound that anybody on the way can hear, and sound that nobody can.
const OPEN: &str = "RTP/AVP";
const LOCKED: &str = "RTP/SAVP";
/// The number that we offer for keys.
const KEYS: u8 = 101;
/// The number that our key for sound has in an offer.
const LOCK: &str = "1";
/// How keys are named.
const KEYS_NAME: &str = "telephone-event/8000";

/// Who speaks, as one side sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Direction {
    /// This side speaks.
    pub(super) speaks: bool,
    /// This side listens.
    pub(super) listens: bool,
}

impl Direction {
    /// Both.
    pub(super) const BOTH: Self = Self { speaks: true, listens: true };
    /// As one who made the other wait.
    pub(super) const HOLDING: Self = Self { speaks: true, listens: false };
    const NAMES: [(&'static str, Self); 4] = [
        ("sendrecv", Self::BOTH),
        ("sendonly", Self::HOLDING),
        ("recvonly", Self { speaks: false, listens: true }),
        ("inactive", Self { speaks: false, listens: false }),
    ];

    fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, direction)| *direction == self).map_or("sendrecv", |(name, _)| name)
    }

    /// What may be answered to this: what is wanted, as far as the other side wants it too.
    pub(super) fn answer(self, wanted: Self) -> Self {
        Self { speaks: wanted.speaks && self.listens, listens: wanted.listens && self.speaks }
    }
}

/// What the other side says about itself.
#[derive(Debug, Clone)]
pub(super) struct Theirs {
    /// Where they want to be spoken to.
    pub(super) address: SocketAddr,
    /// How, in our order of preference.
    codec: Codec,
    /// The number that keys of the telephone have.
    keys: Option<u8>,
    /// What they lock their sound with, and the number that it has there.
    locked: Option<(String, Key)>,
    /// Who speaks.
    pub(super) direction: Direction,
    /// All streams of theirs, the sound's place among them: an answer names as many.
    streams: Vec<Media>,
    sound: usize,
}

impl Theirs {
    /// Reads what the other side says; `locked` if sound that anybody could hear is not wanted.
    pub(super) fn read(body: &[u8], locked: bool) -> Result<Self, Trouble> {
        let session = Session::parse(body).map_err(|_| Trouble::NothingInCommon)?;
        let is_sound = |media: &Media| {
            let is_known = media.proto == LOCKED || (media.proto == OPEN && !locked);
            media.media == "audio" && is_known && media.port != 0
        };
        let sound = session.medias.iter().position(is_sound).ok_or(Trouble::NothingInCommon)?;
        let media = session.medias.get(sound).ok_or(Trouble::NothingInCommon)?;
        let connection = media.connections.first().or(session.connection.as_ref());
        let ip: IpAddr = connection
            // A group's time to live may follow.
            .and_then(|connection| connection.connection_address.split('/').next()?.parse().ok())
            .ok_or(Trouble::NothingInCommon)?;
        let named = media.attributes.iter().chain(&session.attributes).find_map(|attribute| {
            Direction::NAMES
                .iter()
                .find(|(name, _)| *name == attribute.attribute)
                .map(|(_, direction)| *direction)
        });
        let direction = match named.unwrap_or(Direction::BOTH) {
            // How one was made to wait before there were words for it.
            _ if ip.is_unspecified() => Direction { speaks: false, listens: false },
            named => named,
        };
        let (codec, keys) = format(media).ok_or(Trouble::NothingInCommon)?;
        let locked = match media.proto == LOCKED {
            true => Some(lock(media).ok_or(Trouble::NothingInCommon)?),
            false => None,
        };
        let address = SocketAddr::new(ip, media.port);
        Ok(Self { address, codec, keys, locked, direction, sound, streams: session.medias })
    }

    /// How packets are written, as this and ours agree.
    pub(super) fn format(&self, ours: &Ours) -> Format {
        let locked =
            self.locked.as_ref().map(|(_, theirs)| Keys { ours: ours.key.clone(), theirs: theirs.clone() });
        Format { codec: self.codec, keys: self.keys, locked }
    }
}

/// What a stream of theirs is locked with.
fn lock(media: &Media) -> Option<(String, Key)> {
    media.attributes.iter().filter(|attribute| attribute.attribute == "crypto").find_map(|attribute| {
        let mut words = attribute.value.as_deref()?.split_whitespace();
        let number = words.next()?;
        let suite = words.next()?;
        // A lifetime may follow; nobody speaks so long.
        let key = words.next()?.strip_prefix("inline:")?.split('|').next()?;
        (suite == SUITE).then_some(())?;
        Some((number.to_owned(), Key::read(key)?))
    })
}

/// How we can speak with a stream of theirs.
fn format(media: &Media) -> Option<(Codec, Option<u8>)> {
    let numbers: Vec<u8> = media.fmt.split_whitespace().filter_map(|number| number.parse().ok()).collect();
    let codec = Codec::ALL.into_iter().find(|codec| numbers.contains(&codec.payload_type()))?;
    let keys = media
        .attributes
        .iter()
        .filter(|attribute| attribute.attribute == "rtpmap")
        .filter_map(|attribute| attribute.value.as_deref()?.split_once(' '))
        .find(|(_, name)| name.eq_ignore_ascii_case(KEYS_NAME))
        .and_then(|(number, _)| number.parse().ok());
    Some((codec, keys))
}

/// What we say about ourselves.
#[derive(Debug, Clone)]
pub(super) struct Ours {
    /// Which session: stays the same for a call.
    id: u32,
    /// Grows with everything that is said.
    version: u64,
    /// Where we want to be spoken to.
    address: SocketAddr,
    /// What our sound is locked with, if it is.
    key: Key,
    /// Whether we offer to lock it.
    locked: bool,
}

impl Ours {
    /// A call's session, with sound at this address, which is locked or not.
    pub(super) fn new(address: SocketAddr, locked: bool) -> Self {
        Self { id: rand::random(), version: 0, address, key: Key::new(), locked }
    }

    /// An offer.
    pub(super) fn offer(&mut self, direction: Direction) -> Vec<u8> {
        let sound = self.stream(&Codec::ALL, Some(KEYS), self.locked.then_some(LOCK), direction);
        self.write(vec![sound])
    }

    /// An answer to an offer.
    pub(super) fn answer(&mut self, offer: &Theirs, direction: Direction) -> Vec<u8> {
        let lock = offer.locked.as_ref().map(|(number, _)| number.as_str());
        // What was locked once stays so.
        self.locked = lock.is_some();
        let sound = self.stream(&[offer.codec], offer.keys, lock, direction);
        let streams = offer.streams.iter().enumerate().map(|(place, media)| match place == offer.sound {
            true => sound.clone(),
            // A stream at port 0 is one that is not wanted.
            false => Media { port: 0, attributes: Vec::new(), connections: Vec::new(), ..media.clone() },
        });
        self.write(streams.collect())
    }

    fn stream(&self, codecs: &[Codec], keys: Option<u8>, lock: Option<&str>, direction: Direction) -> Media {
        let mut numbers = Vec::new();
        let mut attributes = Vec::new();
        for codec in codecs {
            let number = codec.payload_type();
            numbers.push(number.to_string());
            attributes.push(attribute("rtpmap", Some(format!("{number} {}/8000", codec.name()))));
        }
        if let Some(number) = keys {
            numbers.push(number.to_string());
            attributes.push(attribute("rtpmap", Some(format!("{number} {KEYS_NAME}"))));
            attributes.push(attribute("fmtp", Some(format!("{number} 0-15"))));
        }
        if let Some(number) = lock {
            let key = self.key.text();
            attributes.push(attribute("crypto", Some(format!("{number} {SUITE} inline:{key}"))));
        }
        attributes.push(attribute("ptime", Some("20".into())));
        attributes.push(attribute(direction.name(), None));
        Media {
            media: "audio".into(),
            port: self.address.port(),
            num_ports: None,
            proto: if lock.is_some() { LOCKED } else { OPEN }.into(),
            fmt: numbers.join(" "),
            media_title: None,
            connections: Vec::new(),
            bandwidths: Vec::new(),
            key: None,
            attributes,
        }
    }

    fn write(&mut self, medias: Vec<Media>) -> Vec<u8> {
        self.version += 1;
        let ip = self.address.ip();
        let addrtype = if ip.is_ipv4() { "IP4" } else { "IP6" };
        let session = Session {
            origin: Origin {
                username: None,
                sess_id: self.id.to_string(),
                sess_version: self.version,
                nettype: "IN".into(),
                addrtype: addrtype.into(),
                unicast_address: ip.to_string(),
            },
            session_name: "-".into(),
            session_description: None,
            uri: None,
            emails: Vec::new(),
            phones: Vec::new(),
            connection: Some(Connection {
                nettype: "IN".into(),
                addrtype: addrtype.into(),
                connection_address: ip.to_string(),
            }),
            bandwidths: Vec::new(),
            times: vec![Time { start_time: 0, stop_time: 0, repeats: Vec::new() }],
            time_zones: Vec::new(),
            key: None,
            attributes: Vec::new(),
            medias,
        };
        let mut text = Vec::new();
        // Writing into memory does not fail.
        let _ = session.write(&mut text);
        text
    }
}

fn attribute(name: &str, value: Option<String>) -> Attribute {
    Attribute { attribute: name.into(), value }
}

#[cfg(test)]
mod tests;
