//! Opus (RFC 6716), as speech: libopus does the work. A packet can carry a copy of the one before it, so that one that is
//! lost is heard all the same.

use std::fmt;

use opusic_c::{
    Application, Bitrate, Channels, Decoder, Encoder, InbandFec, SampleRate, Signal, utils::get_nb_samples,
};

use crate::audio::RATE;

/// The rate of all our sound.
const SAMPLES: SampleRate = SampleRate::Hz8000;
const _: () = assert!(SAMPLES as u32 == RATE, "one rate everywhere");
/// Bits a second, with the copies: twice of what makes no difference to hear with speech so narrow.
const BITS: u32 = 24_000;
/// Percent of packets that are expected to be lost: as much is spent on copies.
const LOSS: u8 = 10;
/// How hard it tries, 0 to 10. More costs an exchange twice as much for many who wait, and is hardly heard.
const EFFORT: u8 = 1;
/// The most that a packet of ours has, in bytes.
const LARGEST: usize = 400;
/// The longest packet that there is, in samples: 120 ms.
const LONGEST: usize = RATE as usize * 120 / 1_000;
/// What is missing is invented in pieces of 2.5 ms.
const PIECE: usize = RATE as usize / 400;

/// The samples of a packet; nothing if it is none.
pub(super) fn length(packet: &[u8]) -> Option<usize> {
    get_nb_samples(packet, SAMPLES).ok().filter(|length| (1..=LONGEST).contains(length))
}

/// Writes packets.
pub(crate) struct Writer(Encoder);

impl Writer {
    pub(super) fn new(copies: bool) -> Option<Self> {
        let mut encoder = Encoder::new(Channels::Mono, SAMPLES, Application::Voip).ok()?;
        encoder.set_bitrate(Bitrate::Value(BITS)).ok()?;
        encoder.set_complexity(EFFORT).ok()?;
        encoder.set_signal(Signal::Voice).ok()?;
        if copies {
            encoder.set_inband_fec(InbandFec::Mode1).ok()?;
            encoder.set_packet_loss(LOSS).ok()?;
        }
        Some(Self(encoder))
    }

    pub(super) fn write(&mut self, sound: &[i16]) -> Option<Vec<u8>> {
        let samples: Vec<u16> = sound.iter().map(|sample| sample.cast_unsigned()).collect();
        let mut packet = vec![0; LARGEST];
        let length = self.0.encode_to_slice(&samples, &mut packet).ok()?;
        packet.truncate(length);
        Some(packet)
    }
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Writer")
    }
}

/// Reads packets.
pub(crate) struct Reader(Decoder);

impl Reader {
    pub(super) fn new() -> Option<Self> {
        Decoder::new(Channels::Mono, SAMPLES).ok().map(Self)
    }

    pub(super) fn read(&mut self, packet: &[u8], length: usize) -> Option<Vec<i16>> {
        self.decode(packet, length, false)
    }

    pub(super) fn recover(&mut self, next: &[u8], length: usize) -> Option<Vec<i16>> {
        // Without a copy something would be invented: then that is said.
        if has_copy(next) { self.decode(next, length, true) } else { None }
    }

    pub(super) fn invent(&mut self, out: &mut [i16]) -> bool {
        if out.is_empty() || !out.len().is_multiple_of(PIECE) {
            return false;
        }
        match self.decode(&[], out.len(), false) {
            Some(sound) => {
                out.copy_from_slice(&sound);
                true
            }
            None => false,
        }
    }

    fn decode(&mut self, packet: &[u8], length: usize, copy: bool) -> Option<Vec<i16>> {
        let mut samples = vec![0; length];
        let read = self.0.decode_to_slice(packet, &mut samples, copy).ok()?;
        (read == length).then(|| samples.into_iter().map(u16::cast_signed).collect())
    }
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reader")
    }
}

/// Whether a packet of one frame of speech, of 20 ms at most, has a copy of the one before it: the bit after the one that
/// says whether somebody speaks (RFC 6716, 4.2.3). Of others it is not known.
pub(super) fn has_copy(packet: &[u8]) -> bool {
    let [first, speech, ..] = packet else { return false };
    let (kind, frames) = (first >> 3, first & 3);
    // Speech has three widths with four lengths each, then two widths with two lengths; music comes after.
    let is_short = match kind {
        0..12 => kind % 4 < 2,
        12..16 => true,
        _ => false,
    };
    is_short && frames == 0 && speech & 0x40 != 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::{FRAME, Microphone, SILENCE, memory::Tone};

    /// Packets of a tone.
    fn packets(copies: bool) -> Vec<Vec<u8>> {
        let (mut tone, mut writer) = (Tone::new(440.0), Writer::new(copies).unwrap());
        (0..50)
            .map(|_| {
                let mut frame = SILENCE;
                tone.hear(&mut frame);
                writer.write(&frame).unwrap()
            })
            .collect()
    }

    fn power(sound: &[i16]) -> f64 {
        sound.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>() / sound.len() as f64
    }

    #[test]
    fn what_is_written_is_read_as_loud_in_few_bytes() {
        let mut reader = Reader::new().unwrap();
        let heard: Vec<i16> = packets(true)
            .iter()
            .flat_map(|packet| {
                assert_eq!(length(packet), Some(FRAME));
                assert!(packet.len() <= 100, "{} bytes", packet.len());
                reader.read(packet, FRAME).unwrap()
            })
            .collect();
        let loud = power(&heard[10 * FRAME..]) / (8_000.0_f64.powi(2) / 2.0);
        assert!((0.7..1.3).contains(&loud), "{loud}");
    }

    #[test]
    fn one_that_is_lost_is_recovered_from_the_next_if_that_was_agreed() {
        for copies in [true, false] {
            let packets = packets(copies);
            assert_eq!(has_copy(&packets[30]), copies);
            let mut reader = Reader::new().unwrap();
            for packet in &packets[..30] {
                reader.read(packet, FRAME).unwrap();
            }
            // The 30th is lost.
            let recovered = reader.recover(&packets[31], FRAME);
            assert_eq!(recovered.is_some(), copies);
            assert!(recovered.is_none_or(|sound| power(&sound) > 8_000_000.0));
            assert!(power(&reader.read(&packets[31], FRAME).unwrap()) > 8_000_000.0);
        }
    }

    #[test]
    fn what_is_missing_is_invented_and_what_is_no_packet_is_none() {
        let mut reader = Reader::new().unwrap();
        for packet in packets(true) {
            reader.read(&packet, FRAME).unwrap();
        }
        let mut invented = SILENCE;
        assert!(reader.invent(&mut invented) && power(&invented) > 1_000_000.0);
        assert!(!reader.invent(&mut [0; 7]), "too short a piece");
        assert_eq!(length(&[]), None);
        assert_eq!(length(&[0xff, 0xff]), None, "63 frames");
        assert_eq!(reader.read(&[0xff; 40], FRAME), None);
    }
}
