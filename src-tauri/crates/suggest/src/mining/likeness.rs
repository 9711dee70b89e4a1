//! Texts that say nearly the same, found without comparing each with each (MinHash over runs of words).

use std::collections::{BTreeMap, BTreeSet};

/// Words of a run.
const RUN: usize = 3;
/// Hashes of a text, in bands of so many: two texts of likeness 0.6 share a band in more than nine of ten cases.
const BANDS: usize = 12;
const ROWS: usize = 3;
/// Shared part of the runs from which two texts are one.
const ALIKE: f32 = 0.6;

/// A text as it is compared.
pub(super) struct Likeness {
    runs: BTreeSet<u64>,
    least: Vec<u64>,
    bands: Vec<u64>,
}

impl Likeness {
    pub(super) fn of(language: &str, text: &str) -> Self {
        let lower = text.to_lowercase();
        let words: Vec<&str> = lower
            .split(|c: char| !c.is_alphanumeric() && c != '{' && c != '}')
            .filter(|word| !word.is_empty())
            .collect();
        let mut runs: BTreeSet<u64> = words.windows(RUN.min(words.len()).max(1)).map(hash).collect();
        if runs.is_empty() {
            runs.insert(hash(&[text]));
        }
        let least: Vec<u64> = (0..(BANDS * ROWS) as u64)
            .map(|turn| {
                let salt = turn.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
                runs.iter()
                    .map(|run| (run ^ salt).wrapping_mul(salt).rotate_left(31).wrapping_mul(salt))
                    .min()
                    .unwrap_or(0)
            })
            .collect();
        let language = hash(&[language]);
        let bands = least
            .chunks(ROWS)
            .enumerate()
            .map(|(band, rows)| {
                rows.iter().fold(language ^ band as u64, |sum, row| {
                    sum.rotate_left(7).wrapping_mul(0x100_0000_01b3) ^ row
                })
            })
            .collect();
        Self { runs, least, bands }
    }

    fn alike(&self, other: &Self) -> bool {
        // A quick look first: the least hashes agree about as often as the runs do.
        let agree = self.least.iter().zip(&other.least).filter(|(a, b)| a == b).count();
        if agree * 3 < self.least.len() {
            return false;
        }
        let shared = self.runs.intersection(&other.runs).count() as f32;
        shared / (self.runs.len() + other.runs.len()) as f32 >= ALIKE / (1.0 + ALIKE)
    }
}

/// Groups of places whose texts say nearly the same. Each joins the first text that it is like, not a chain of them, so
/// that a group does not drift.
pub(super) fn together(texts: &[Likeness]) -> Vec<Vec<usize>> {
    let mut heads: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (place, text) in texts.iter().enumerate() {
        let near: BTreeSet<usize> =
            text.bands.iter().flat_map(|band| heads.get(band).into_iter().flatten()).copied().collect();
        let head = near.into_iter().find(|head| texts.get(*head).is_some_and(|other| text.alike(other)));
        match head {
            Some(head) => groups.entry(head).or_default().push(place),
            None => {
                groups.insert(place, vec![place]);
                for band in &text.bands {
                    heads.entry(*band).or_default().push(place);
                }
            }
        }
    }
    groups.into_values().collect()
}

/// FNV-1a: the same on every machine, because keys of templates are made of it.
pub(super) fn hash(parts: &[&str]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for part in parts {
        for byte in part.bytes().chain([0x1f]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    hash
}
