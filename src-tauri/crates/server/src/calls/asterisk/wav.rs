//! Reads what Asterisk recorded, as it comes: the header of a WAV file, and then samples.

use crate::calls::port::RATE;

/// What may come before the samples. More is no recording.
const LONGEST_HEADER: usize = 4_096;

/// What came was no sound of ours: one channel, 16 bits, 8,000 samples a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a recording of one channel with 16 bits and 8,000 samples a second")]
pub(super) struct NoSound;

/// Makes samples of bytes.
pub(super) struct Reader {
    /// What is not read yet.
    waiting: Vec<u8>,
    /// The samples have begun.
    sounds: bool,
    /// Bytes of samples that are still to come. A header that was written before the end says nothing useful.
    left: Option<usize>,
}

impl Reader {
    /// Of a WAV file.
    pub(super) fn wav() -> Self {
        Self { waiting: Vec::new(), sounds: false, left: None }
    }

    /// Of samples without a header.
    pub(super) fn sln() -> Self {
        Self { waiting: Vec::new(), sounds: true, left: None }
    }

    /// The samples in what came so far, that were not given yet.
    pub(super) fn read(&mut self, bytes: &[u8]) -> Result<Vec<i16>, NoSound> {
        self.waiting.extend_from_slice(bytes);
        if !self.sounds && !self.header()? {
            return if self.waiting.len() > LONGEST_HEADER { Err(NoSound) } else { Ok(Vec::new()) };
        }
        let whole = self.waiting.len().min(self.left.unwrap_or(usize::MAX)) & !1;
        let samples = self
            .waiting
            .drain(..whole)
            .as_slice()
            .chunks_exact(2)
            .filter_map(|pair| pair.try_into().ok().map(i16::from_le_bytes))
            .collect();
        if let Some(left) = &mut self.left {
            *left -= whole;
            if *left == 0 {
                // What follows the samples is about them.
                self.waiting.clear();
            }
        }
        Ok(samples)
    }

    /// Whether the header is whole; then the samples are next.
    fn header(&mut self) -> Result<bool, NoSound> {
        let Some(begin) = self.waiting.get(..12) else { return Ok(false) };
        if !begin.starts_with(b"RIFF") || !begin.ends_with(b"WAVE") {
            return Err(NoSound);
        }
        let mut at = 12;
        let mut format = false;
        loop {
            let Some(chunk) = self.waiting.get(at..at + 8) else { return Ok(false) };
            let (Some(name), Some(size)) = (chunk.get(..4), number(chunk.get(4..8))) else {
                return Err(NoSound);
            };
            if name == b"data" {
                // Asterisk writes the length when it is done; 0 and -1 are "not known".
                self.left = (size != 0 && size != u32::MAX as usize).then_some(size);
                self.waiting.drain(..at + 8);
                self.sounds = true;
                return if format { Ok(true) } else { Err(NoSound) };
            }
            if size > LONGEST_HEADER {
                return Err(NoSound);
            }
            let Some(body) = self.waiting.get(at + 8..at + 8 + size) else { return Ok(false) };
            if name == b"fmt " {
                let [kind, channels] = [number(body.get(..2)), number(body.get(2..4))];
                let [rate, bits] = [number(body.get(4..8)), number(body.get(14..16))];
                format = [kind, channels, rate, bits] == [Some(1), Some(1), Some(RATE as usize), Some(16)];
            }
            at += 8 + size + size % 2;
        }
    }
}

fn number(bytes: Option<&[u8]>) -> Option<usize> {
    bytes.map(|bytes| bytes.iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(rate: u32, samples: &[i16], claimed: u32) -> Vec<u8> {
        let mut file = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0".to_vec();
        file.extend(rate.to_le_bytes());
        file.extend((rate * 2).to_le_bytes());
        file.extend([2, 0, 16, 0]);
        file.extend(b"data");
        file.extend(claimed.to_le_bytes());
        file.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
        file
    }

    #[test]
    fn pieces_of_any_size_give_the_same_samples() {
        let samples = [1, -2, 300, i16::MIN, i16::MAX];
        let mut file = file(RATE, &samples, 10);
        file.extend(b"LIST\x04\0\0\0abcd");
        for size in 1..=file.len() {
            let mut reader = Reader::wav();
            let read: Vec<i16> = file.chunks(size).flat_map(|piece| reader.read(piece).unwrap()).collect();
            assert_eq!(read, samples, "in pieces of {size}");
        }
        assert_eq!(Reader::sln().read(&[1, 0, 2, 0, 3]).unwrap(), [1, 2]);
    }

    #[test]
    fn a_length_that_nobody_knew_is_no_length() {
        assert_eq!(Reader::wav().read(&file(RATE, &[7, 8], 0)).unwrap(), [7, 8]);
        assert_eq!(Reader::wav().read(&file(RATE, &[7, 8], u32::MAX)).unwrap(), [7, 8]);
    }

    #[test]
    fn other_sounds_and_other_files_are_refused() {
        assert_eq!(Reader::wav().read(&file(16_000, &[1], 2)), Err(NoSound));
        assert_eq!(Reader::wav().read(b"<html>there is nothing"), Err(NoSound));
        assert_eq!(Reader::wav().read(b"RIFF\0\0\0\0WAVEfmt \xff\xff\xff\xff\0\0"), Err(NoSound));
        assert_eq!(Reader::wav().read(b"RIFF\0\0\0\0WAVEdata\x02\0\0\0\0\0"), Err(NoSound));
    }
}
