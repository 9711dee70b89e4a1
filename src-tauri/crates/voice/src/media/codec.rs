//! How sound is written into packets.

use audio_codec_algorithms::{decode_alaw, decode_ulaw, encode_alaw, encode_ulaw};

/// A way to write sound into packets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Codec {
    /// G.711 A-law: Europe's.
    Pcma,
    /// G.711 µ-law: America's and Japan's.
    Pcmu,
}

impl Codec {
    /// Those that are known, the preferred one first.
    pub(crate) const ALL: [Self; 2] = [Self::Pcma, Self::Pcmu];

    /// Its name in a session description.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Pcma => "PCMA",
            Self::Pcmu => "PCMU",
        }
    }

    /// The payload type that it has for good (RFC 3551).
    pub(crate) fn payload_type(self) -> u8 {
        match self {
            Self::Pcma => 8,
            Self::Pcmu => 0,
        }
    }

    /// Sound as bytes.
    pub(crate) fn encode(self, sound: &[i16]) -> Vec<u8> {
        let encode = match self {
            Self::Pcma => encode_alaw,
            Self::Pcmu => encode_ulaw,
        };
        sound.iter().map(|&sample| encode(sample)).collect()
    }

    /// Bytes as sound.
    pub(crate) fn decode(self, bytes: &[u8]) -> Vec<i16> {
        let decode = match self {
            Self::Pcma => decode_alaw,
            Self::Pcmu => decode_ulaw,
        };
        bytes.iter().map(|&byte| decode(byte)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The values at both ends of each law in G.711, tables 1 and 2.
    #[test]
    fn the_standards_values_hold() {
        assert_eq!(Codec::Pcma.decode(&[0xd5, 0x55, 0xaa, 0x2a]), [8, -8, 32_256, -32_256]);
        assert_eq!(Codec::Pcmu.decode(&[0xff, 0x7f, 0x80, 0x00]), [0, 0, 32_124, -32_124]);
    }

    #[test]
    fn what_was_decoded_is_encoded_as_it_was() {
        let bytes: Vec<u8> = (0..=255).collect();
        assert_eq!(Codec::Pcma.encode(&Codec::Pcma.decode(&bytes)), bytes);
        // µ-law has two zeros; the negative one comes back as the other.
        let mut back = Codec::Pcmu.encode(&Codec::Pcmu.decode(&bytes));
        assert_eq!(std::mem::replace(&mut back[0x7f], 0x7f), 0xff);
        assert_eq!(back, bytes);
    }
}
