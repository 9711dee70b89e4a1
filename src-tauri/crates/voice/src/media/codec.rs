//! How sound is written into packets. What is agreed upon is a [`Codec`]; what writes and reads one call's packets is made
//! of it, since some ways remember what they wrote before.

mod opus;

use audio_codec_algorithms::{decode_alaw, decode_ulaw, encode_alaw, encode_ulaw};

use crate::audio::{FRAME, RATE};

/// A way to write sound into packets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Codec {
    /// Opus, as narrow as all our sound is: an eighth of G.711's bits, and a packet can carry a copy of the one before it.
    Opus,
    /// G.711 A-law: Europe's.
    Pcma,
    /// G.711 µ-law: America's and Japan's.
    Pcmu,
}

impl Codec {
    /// Those that are known, the preferred one first.
    pub(crate) const ALL: [Self; 3] = [Self::Opus, Self::Pcma, Self::Pcmu];

    /// Those that every telephone knows.
    pub(crate) const TELEPHONES: &[Self] = &[Self::Pcma, Self::Pcmu];

    /// Its name in a session description, with the clock of its timestamps.
    pub(crate) fn name(self) -> &'static str {
        match self {
            // Always two channels by name, whatever is in it (RFC 7587).
            Self::Opus => "opus/48000/2",
            Self::Pcma => "PCMA/8000",
            Self::Pcmu => "PCMU/8000",
        }
    }

    /// The number that it has for good (RFC 3551), if it has one.
    pub(crate) fn number(self) -> Option<u8> {
        match self {
            Self::Opus => None,
            Self::Pcma => Some(8),
            Self::Pcmu => Some(0),
        }
    }

    /// How its timestamps count, a second.
    pub(crate) fn clock(self) -> u32 {
        match self {
            Self::Opus => 48_000,
            Self::Pcma | Self::Pcmu => RATE,
        }
    }

    /// What its timestamps count for a sample of ours.
    pub(crate) fn scale(self) -> u32 {
        self.clock() / RATE
    }

    /// What its timestamps count for a frame.
    pub(crate) fn step(self) -> u32 {
        self.scale() * FRAME as u32
    }
}

/// What a packet of sound carries.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// Sound that is there already.
    Sound(Vec<i16>),
    /// A packet that can only be read in its turn, and how many samples it has.
    Packet(Vec<u8>, usize),
}

impl Content {
    /// Its samples.
    pub(crate) fn length(&self) -> usize {
        match self {
            Self::Sound(sound) => sound.len(),
            Self::Packet(_, length) => *length,
        }
    }
}

impl From<Vec<i16>> for Content {
    fn from(sound: Vec<i16>) -> Self {
        Self::Sound(sound)
    }
}

/// Writes the packets of one call.
#[derive(Debug)]
pub(crate) enum Writer {
    Opus(opus::Writer),
    Law(fn(i16) -> u8),
}

impl Writer {
    /// One that writes so; `copies` if the other side makes use of copies. Nothing where memory is short.
    pub(crate) fn new(codec: Codec, copies: bool) -> Option<Self> {
        Some(match codec {
            Codec::Opus => Self::Opus(opus::Writer::new(copies)?),
            Codec::Pcma => Self::Law(encode_alaw),
            Codec::Pcmu => Self::Law(encode_ulaw),
        })
    }

    /// Sound as a packet carries it.
    pub(crate) fn write(&mut self, sound: &[i16]) -> Option<Vec<u8>> {
        match self {
            Self::Opus(opus) => opus.write(sound),
            Self::Law(encode) => Some(sound.iter().map(|&sample| encode(sample)).collect()),
        }
    }
}

/// Reads the packets of one call.
#[derive(Debug)]
pub(crate) enum Reader {
    Opus(opus::Reader),
    Law(fn(u8) -> i16),
}

impl Reader {
    /// One that reads what was written so. Nothing where memory is short.
    pub(crate) fn new(codec: Codec) -> Option<Self> {
        Some(match codec {
            Codec::Opus => Self::Opus(opus::Reader::new()?),
            Codec::Pcma => Self::Law(decode_alaw),
            Codec::Pcmu => Self::Law(decode_ulaw),
        })
    }

    /// Takes a packet's content in; nothing if it makes no sense.
    pub(crate) fn take(&self, payload: &[u8]) -> Option<Content> {
        match self {
            Self::Opus(_) => Some(Content::Packet(payload.to_vec(), opus::length(payload)?)),
            Self::Law(decode) => Some(Content::Sound(payload.iter().map(|&byte| decode(byte)).collect())),
        }
    }

    /// Its sound, which is as long as it said; nothing if it cannot be read. Packets are read in the order in which they
    /// were written.
    pub(crate) fn read(&mut self, content: Content) -> Option<Vec<i16>> {
        match (content, self) {
            (Content::Sound(sound), _) => Some(sound),
            (Content::Packet(packet, length), Self::Opus(opus)) => opus.read(&packet, length),
            (Content::Packet(..), Self::Law(_)) => None,
        }
    }

    /// Whether it has a copy of the packet before it.
    pub(crate) fn has_copy(&self, content: &Content) -> bool {
        matches!((content, self), (Content::Packet(packet, _), Self::Opus(_)) if opus::has_copy(packet))
    }

    /// The sound of the packet before this one, if that is missing and this has a copy of it. This one is read after.
    pub(crate) fn recover(&mut self, content: &Content) -> Option<Vec<i16>> {
        match (content, self) {
            (Content::Packet(packet, length), Self::Opus(opus)) => opus.recover(packet, *length),
            _ => None,
        }
    }

    /// Invents what is missing, if it knows how to; whether it did.
    pub(crate) fn invent(&mut self, out: &mut [i16]) -> bool {
        match self {
            Self::Opus(opus) => opus.invent(out),
            Self::Law(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(codec: Codec, bytes: &[u8]) -> Vec<i16> {
        let mut reader = Reader::new(codec).unwrap();
        let content = reader.take(bytes).unwrap();
        reader.read(content).unwrap()
    }

    fn write(codec: Codec, sound: &[i16]) -> Vec<u8> {
        Writer::new(codec, true).unwrap().write(sound).unwrap()
    }

    /// The values at both ends of each law in G.711, tables 1 and 2.
    #[test]
    fn the_standards_values_hold() {
        assert_eq!(read(Codec::Pcma, &[0xd5, 0x55, 0xaa, 0x2a]), [8, -8, 32_256, -32_256]);
        assert_eq!(read(Codec::Pcmu, &[0xff, 0x7f, 0x80, 0x00]), [0, 0, 32_124, -32_124]);
    }

    #[test]
    fn what_was_decoded_is_encoded_as_it_was() {
        let bytes: Vec<u8> = (0..=255).collect();
        assert_eq!(write(Codec::Pcma, &read(Codec::Pcma, &bytes)), bytes);
        // µ-law has two zeros; the negative one comes back as the other.
        let mut back = write(Codec::Pcmu, &read(Codec::Pcmu, &bytes));
        assert_eq!(std::mem::replace(&mut back[0x7f], 0x7f), 0xff);
        assert_eq!(back, bytes);
    }
}
