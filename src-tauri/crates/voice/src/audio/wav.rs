//! Sound in files: WAV with 8,000 samples a second, one channel, 16 bits, as a telephone carries it.

use std::io::{Read, Seek, Write};

use hound::{SampleFormat, WavReader, WavSpec, WavWriter};

use super::{Frame, RATE};
use crate::Trouble;

/// How every file is written.
const SPEC: WavSpec =
    WavSpec { channels: 1, sample_rate: RATE, bits_per_sample: 16, sample_format: SampleFormat::Int };

/// The samples of a file, no more than so many.
///
/// # Errors
/// `Sound` if it is no such file, or longer.
pub fn read(file: impl Read, most: usize) -> Result<Vec<i16>, Trouble> {
    let mut file = WavReader::new(file).map_err(|_| Trouble::Sound)?;
    if file.spec() != SPEC || usize::try_from(file.len()).is_ok_and(|length| length > most) {
        return Err(Trouble::Sound);
    }
    file.samples().collect::<Result<_, _>>().map_err(|_| Trouble::Sound)
}

/// A file with these samples.
///
/// # Errors
/// `Sound` if it cannot be written.
pub fn write(file: impl Write + Seek, samples: &[i16]) -> Result<(), Trouble> {
    let mut writer = Writer::new(file)?;
    writer.add(samples)?;
    writer.finish()
}

/// Writes a file bit by bit. One that is not finished ends when it is dropped.
pub struct Writer<F: Write + Seek>(WavWriter<F>);

impl<F: Write + Seek> Writer<F> {
    /// Begins a file.
    ///
    /// # Errors
    /// `Sound` if it cannot be written.
    pub fn new(file: F) -> Result<Self, Trouble> {
        WavWriter::new(file, SPEC).map(Self).map_err(|_| Trouble::Sound)
    }

    /// Adds a frame.
    ///
    /// # Errors
    /// `Sound` if it cannot be written.
    pub fn frame(&mut self, frame: &Frame) -> Result<(), Trouble> {
        self.add(frame)
    }

    /// Adds samples.
    ///
    /// # Errors
    /// `Sound` if it cannot be written.
    pub fn add(&mut self, samples: &[i16]) -> Result<(), Trouble> {
        samples.iter().try_for_each(|sample| self.0.write_sample(*sample)).map_err(|_| Trouble::Sound)
    }

    /// Ends the file.
    ///
    /// # Errors
    /// `Sound` if it cannot be written.
    pub fn finish(self) -> Result<(), Trouble> {
        self.0.finalize().map_err(|_| Trouble::Sound)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let samples: Vec<i16> = (-200..200).collect();
        let mut file = Cursor::new(Vec::new());
        write(&mut file, &samples).unwrap();
        let bytes = file.into_inner();
        assert_eq!(bytes.len(), 44 + 800);
        assert_eq!(read(bytes.as_slice(), 400), Ok(samples));
        assert_eq!(read(bytes.as_slice(), 399), Err(Trouble::Sound), "too long");
        assert_eq!(read(&bytes[..500], 400), Err(Trouble::Sound), "cut off");
    }

    #[test]
    fn other_files_are_refused() {
        let spec = WavSpec { sample_rate: 44_100, ..SPEC };
        let mut file = Cursor::new(Vec::new());
        WavWriter::new(&mut file, spec).unwrap().finalize().unwrap();
        assert_eq!(read(file.into_inner().as_slice(), 400), Err(Trouble::Sound));
        assert_eq!(read(&b"RIFF"[..], 400), Err(Trouble::Sound));
    }
}
