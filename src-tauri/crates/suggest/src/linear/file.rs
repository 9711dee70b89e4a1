//! A model as bytes: a name and version in the clear, the rest deflated. Sorted hashes as differences, weights as bytes,
//! each kind in a row of its own, because like compresses well with like.

use super::{Calibration, Choice, Columns, Linear};

const NAME: &[u8] = b"LDLM";
const VERSION: u8 = 1;
/// A model never needs more memory than this; a broken or hostile file might ask for it.
const LARGEST: usize = 256 << 20;

/// Why bytes are no model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// Something else, or of another version.
    #[error("not a model of this version")]
    Version,
    /// Cut off or changed.
    #[error("the model's bytes are damaged")]
    Damaged,
}

impl Linear {
    /// The model as bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut body = Vec::new();
        number(&mut body, self.classes.len() as u64);
        for name in &self.classes {
            number(&mut body, name.len() as u64);
            body.extend_from_slice(name.as_bytes());
        }
        body.push(match self.calibration.choice {
            Choice::One => 0,
            Choice::Any => 1,
        });
        for class in 0..self.classes.len() {
            let (slope, offset) = self.calibration.lines.get(class).copied().unwrap_or((1.0, 0.0));
            let scale = self.scales.get(class).copied().unwrap_or(0.0);
            let bias = self.biases.get(class).copied().unwrap_or(0.0);
            for value in [slope, offset, self.calibration.bar(class), scale, bias] {
                body.extend_from_slice(&value.to_le_bytes());
            }
        }
        number(&mut body, self.columns.hashes.len() as u64);
        let mut before = 0;
        for hash in &self.columns.hashes {
            number(&mut body, u64::from(hash.wrapping_sub(before)));
            before = *hash;
        }
        body.extend_from_slice(&self.columns.rarities);
        for column in 0..self.columns.hashes.len() {
            number(&mut body, self.cells_of(column).len() as u64);
        }
        for column in 0..self.columns.hashes.len() {
            let mut before = 0;
            for (class, _) in self.cells_of(column) {
                number(&mut body, u64::from(class - before));
                before = *class;
            }
        }
        body.extend(self.cells.iter().map(|(_, weight)| weight.cast_unsigned()));
        let mut out = NAME.to_vec();
        out.push(VERSION);
        out.extend(miniz_oxide::deflate::compress_to_vec(&body, 9));
        out
    }

    /// The model of these bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Broken> {
        let rest = bytes.strip_prefix(NAME).ok_or(Broken::Version)?;
        let rest = rest.strip_prefix(&[VERSION]).ok_or(Broken::Version)?;
        let body =
            miniz_oxide::inflate::decompress_to_vec_with_limit(rest, LARGEST).map_err(|_| Broken::Damaged)?;
        let mut left = Left(&body);
        let count = left.number()?;
        let classes = (0..count).map(|_| left.text()).collect::<Result<Vec<_>, _>>()?;
        let choice = match left.bytes(1)? {
            [0] => Choice::One,
            [1] => Choice::Any,
            _ => return Err(Broken::Damaged),
        };
        let (mut lines, mut bars, mut scales, mut biases) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for _ in 0..count {
            lines.push((left.real()?, left.real()?));
            bars.push(left.real()?);
            scales.push(left.real()?);
            biases.push(left.real()?);
        }
        let count = left.number()?;
        let mut before = 0_u32;
        let mut hashes = Vec::new();
        for _ in 0..count {
            before = before.wrapping_add(u32::try_from(left.number()?).map_err(|_| Broken::Damaged)?);
            hashes.push(before);
        }
        let rarities = left.bytes(count)?.to_vec();
        let mut starts = vec![0_u32];
        let mut all = 0_u32;
        for _ in 0..count {
            let cells = u32::try_from(left.number()?).map_err(|_| Broken::Damaged)?;
            all = all.checked_add(cells).ok_or(Broken::Damaged)?;
            starts.push(all);
        }
        let mut of_classes = Vec::new();
        for pair in starts.windows(2) {
            let [start, end] = pair else { continue };
            let mut before = 0_u16;
            for _ in *start..*end {
                let further = u16::try_from(left.number()?).map_err(|_| Broken::Damaged)?;
                before = before.checked_add(further).ok_or(Broken::Damaged)?;
                of_classes.push(before);
            }
        }
        let weights = left.bytes(of_classes.len())?;
        let cells =
            of_classes.iter().zip(weights).map(|(class, weight)| (*class, weight.cast_signed())).collect();
        if !left.0.is_empty() {
            return Err(Broken::Damaged);
        }
        Ok(Self {
            classes,
            columns: Columns { hashes, rarities },
            starts,
            cells,
            scales,
            biases,
            calibration: Calibration { choice, lines, bars },
        })
    }
}

/// Seven bits a byte, lowest first; the high bit says that more follow.
fn number(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// What is still to be read.
struct Left<'b>(&'b [u8]);

impl<'b> Left<'b> {
    fn bytes(&mut self, count: usize) -> Result<&'b [u8], Broken> {
        let (these, rest) = self.0.split_at_checked(count).ok_or(Broken::Damaged)?;
        self.0 = rest;
        Ok(these)
    }

    fn number(&mut self) -> Result<usize, Broken> {
        let mut value = 0_u64;
        for shift in (0..63).step_by(7) {
            let [byte] = self.bytes(1)? else { return Err(Broken::Damaged) };
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return usize::try_from(value).map_err(|_| Broken::Damaged);
            }
        }
        Err(Broken::Damaged)
    }

    fn real(&mut self) -> Result<f32, Broken> {
        let bytes = self.bytes(4)?.try_into().map_err(|_| Broken::Damaged)?;
        Ok(f32::from_le_bytes(bytes))
    }

    fn text(&mut self) -> Result<String, Broken> {
        let length = self.number()?;
        String::from_utf8(self.bytes(length)?.to_vec()).map_err(|_| Broken::Damaged)
    }
}
