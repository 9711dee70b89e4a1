//! What both sides agree on before they speak: offers and answers (RFC 3264) of one stream of sound.

use std::net::{IpAddr, SocketAddr};

use sdp_types::{Attribute, Connection, Media, Origin, Session, Time};

use crate::{
    Trouble,
    media::{
        codec::Codec,
        digits::Keys,
        leg::Format,
        secret::{self, Key, SUITE},
    },
};

/// Sound that anybody on the way can hear, and sound that nobody can.
const OPEN: &str = "RTP/AVP";
const LOCKED: &str = "RTP/SAVP";
/// The number that our key for sound has in an offer.
const LOCK: &str = "1";
/// How keys are named; their clock follows.
const KEYS: &str = "telephone-event/";
/// The clocks of keys that are known: with Opus, and with the others.
const CLOCKS: [u32; 2] = [48_000, 8_000];
/// Numbers that mean what both sides agree on.
const FREE: std::ops::RangeInclusive<u8> = 96..=127;
/// What is said about Opus: copies are made use of, and we hear and say no more than a telephone's sound.
const COPIES: &str = "useinbandfec=1";
const NARROW: &str = "maxplaybackrate=8000;sprop-maxcapturerate=8000";

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

/// The numbers of what has none for good. They mean the same as long as a call lasts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Numbers {
    opus: Option<u8>,
    /// Of keys, one for each of their clocks.
    keys: [Option<u8>; 2],
}

impl Numbers {
    /// What others usually choose too.
    const USUAL: Self = Self { opus: Some(111), keys: [Some(110), Some(101)] };

    /// Those of a stream.
    fn of(media: &Media) -> Self {
        let mut numbers = Self::default();
        for (number, name) in named(media, "rtpmap") {
            let place = if name.eq_ignore_ascii_case(Codec::Opus.name()) {
                Some(&mut numbers.opus)
            } else {
                let clock = name.to_ascii_lowercase().strip_prefix(KEYS).and_then(|clock| clock.parse().ok());
                let nth = CLOCKS.iter().position(|known| Some(*known) == clock);
                nth.and_then(|nth| numbers.keys.get_mut(nth))
            };
            if let Some(place) = place {
                place.get_or_insert(number);
            }
        }
        numbers
    }

    /// These, and where they say nothing the usual ones; no number that means something else to the other side.
    fn completed(self, taken: &[u8]) -> Self {
        let mut taken = taken.to_vec();
        let mut complete = |own: Option<u8>, usual: Option<u8>| {
            let number = own.or_else(|| usual.into_iter().chain(FREE).find(|number| !taken.contains(number)));
            taken.extend(number);
            number
        };
        let opus = complete(self.opus, Self::USUAL.opus);
        let [quick, slow] = self.keys;
        let [usual_quick, usual_slow] = Self::USUAL.keys;
        Self { opus, keys: [complete(quick, usual_quick), complete(slow, usual_slow)] }
    }

    fn codec(self, codec: Codec) -> Option<u8> {
        codec.number().or(self.opus)
    }

    /// The keys that belong to this way to write sound; or else others, whose clock is another one.
    fn keys_with(self, codec: Codec) -> Option<Keys> {
        self.keys().find(|keys| keys.clock == codec.clock()).or_else(|| self.keys().next())
    }

    fn known(self) -> [Option<Keys>; 2] {
        let ([quick, slow], [quick_clock, slow_clock]) = (self.keys, CLOCKS);
        [(quick, quick_clock), (slow, slow_clock)]
            .map(|(number, clock)| Some(Keys { number: number?, clock }))
    }

    fn keys(self) -> impl Iterator<Item = Keys> {
        self.known().into_iter().flatten()
    }
}

/// How we speak, whatever the other side says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terms {
    /// Whether sound that anybody could hear is not wanted.
    pub(super) locks: bool,
    /// How sound may be written, the preferred way first.
    pub(super) codecs: &'static [Codec],
}

/// What the other side says about itself.
#[derive(Debug, Clone)]
pub(super) struct Theirs {
    /// Where they want to be spoken to.
    pub(super) address: SocketAddr,
    /// How, in our order of preference.
    codec: Codec,
    /// The number that it has.
    number: u8,
    /// Whether copies are made use of.
    copies: bool,
    /// How keys of the telephone are known.
    keys: Option<Keys>,
    /// What its numbers mean.
    numbers: Numbers,
    /// What they lock their sound with, and the number that it has there.
    locked: Option<(String, Key)>,
    /// Who speaks.
    pub(super) direction: Direction,
    /// All streams of theirs, the sound's place among them: an answer names as many.
    streams: Vec<Media>,
    sound: usize,
}

impl Theirs {
    /// Reads what the other side says, if we can speak so.
    pub(super) fn read(body: &[u8], terms: Terms) -> Result<Self, Trouble> {
        let session = Session::parse(body).map_err(|_| Trouble::NothingInCommon)?;
        let is_sound = |media: &Media| {
            let is_known = media.proto == LOCKED || (media.proto == OPEN && !terms.locks);
            media.media == "audio" && is_known && media.port != 0
        };
        let sound = session.medias.iter().position(is_sound).ok_or(Trouble::NothingInCommon)?;
        let media = session.medias.get(sound).ok_or(Trouble::NothingInCommon)?;
        let connection = media.connections.first().or(session.connection.as_ref());
        let ip: IpAddr = connection
            // A group's time to live may follow.
            .and_then(|connection| connection.connection_address.split('/').next()?.parse().ok())
            .ok_or(Trouble::NothingInCommon)?;
        let said = media.attributes.iter().chain(&session.attributes).find_map(|attribute| {
            Direction::NAMES
                .iter()
                .find(|(name, _)| *name == attribute.attribute)
                .map(|(_, direction)| *direction)
        });
        let direction = match said.unwrap_or(Direction::BOTH) {
            // How one was made to wait before there were words for it.
            _ if ip.is_unspecified() => Direction { speaks: false, listens: false },
            said => said,
        };
        let numbers = Numbers::of(media);
        let (codec, number) = chosen(media, numbers, terms.codecs).ok_or(Trouble::NothingInCommon)?;
        let copies = named(media, "fmtp").any(|(of, said)| of == number && said.contains(COPIES));
        let keys = numbers.keys_with(codec);
        let locked = match media.proto == LOCKED {
            true => Some(lock(media).ok_or(Trouble::NothingInCommon)?),
            false => None,
        };
        let address = SocketAddr::new(ip, media.port);
        let streams = session.medias;
        Ok(Self { address, codec, number, copies, keys, numbers, locked, direction, sound, streams })
    }

    /// How packets are written, as this and ours agree.
    pub(super) fn format(&self, ours: &Ours) -> Format {
        let locked = self
            .locked
            .as_ref()
            .map(|(_, theirs)| secret::Keys { ours: ours.key.clone(), theirs: theirs.clone() });
        let (codec, number) = (self.codec, self.number);
        Format {
            codec,
            number,
            heard: ours.numbers.codec(codec).unwrap_or(number),
            copies: self.copies,
            keys: self.keys,
            heard_keys: ours.numbers.known(),
            locked,
        }
    }

    /// The numbers that mean something to them.
    fn taken(&self) -> Vec<u8> {
        self.streams.get(self.sound).map(numbers).unwrap_or_default()
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

/// The numbers of a stream.
fn numbers(media: &Media) -> Vec<u8> {
    media.fmt.split_whitespace().filter_map(|number| number.parse().ok()).collect()
}

/// What a stream says under this name about each of its numbers.
fn named<'a>(media: &'a Media, name: &'a str) -> impl Iterator<Item = (u8, &'a str)> {
    let said = media.attributes.iter().filter(move |attribute| attribute.attribute == name);
    said.filter_map(|attribute| {
        let (number, said) = attribute.value.as_deref()?.split_once(' ')?;
        Some((number.parse().ok()?, said.trim()))
    })
}

/// How we speak with a stream of theirs, and the number that this has.
fn chosen(media: &Media, meant: Numbers, codecs: &[Codec]) -> Option<(Codec, u8)> {
    let known = numbers(media);
    codecs
        .iter()
        .find_map(|codec| Some((*codec, meant.codec(*codec).filter(|number| known.contains(number))?)))
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
    /// How sound may be written in it, and what numbers mean.
    codecs: &'static [Codec],
    numbers: Numbers,
}

impl Ours {
    /// A call's session, with sound at this address, which is locked or not.
    pub(super) fn new(address: SocketAddr, Terms { locks: locked, codecs }: Terms) -> Self {
        Self {
            id: rand::random(),
            version: 0,
            address,
            key: Key::new(),
            locked,
            codecs,
            numbers: Numbers::USUAL,
        }
    }

    /// An offer.
    pub(super) fn offer(&mut self, direction: Direction) -> Vec<u8> {
        let keys: Vec<_> = self.numbers.keys().collect();
        let sound = self.stream(self.codecs, &keys, self.locked.then_some(LOCK), direction);
        self.write(vec![sound])
    }

    /// An answer to an offer.
    pub(super) fn answer(&mut self, offer: &Theirs, direction: Direction) -> Vec<u8> {
        let lock = offer.locked.as_ref().map(|(number, _)| number.as_str());
        // What was locked once stays so.
        self.locked = lock.is_some();
        self.numbers = offer.numbers.completed(&offer.taken());
        let sound = self.stream(&[offer.codec], offer.keys.as_slice(), lock, direction);
        let streams = offer.streams.iter().enumerate().map(|(place, media)| match place == offer.sound {
            true => sound.clone(),
            // A stream at port 0 is one that is not wanted.
            false => Media { port: 0, attributes: Vec::new(), connections: Vec::new(), ..media.clone() },
        });
        self.write(streams.collect())
    }

    fn stream(&self, codecs: &[Codec], keys: &[Keys], lock: Option<&str>, direction: Direction) -> Media {
        let mut numbers = Vec::new();
        let mut attributes = Vec::new();
        for codec in codecs {
            let Some(number) = self.numbers.codec(*codec) else { continue };
            numbers.push(number.to_string());
            attributes.push(attribute("rtpmap", Some(format!("{number} {}", codec.name()))));
            if *codec == Codec::Opus {
                attributes.push(attribute("fmtp", Some(format!("{number} {COPIES};{NARROW}"))));
            }
        }
        for Keys { number, clock } in keys {
            numbers.push(number.to_string());
            attributes.push(attribute("rtpmap", Some(format!("{number} {KEYS}{clock}"))));
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
