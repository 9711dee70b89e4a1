//! Who has a path first, and what became of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Path;

impl Path {
    /// Whether this customer is among those who may have it. The same customer always gets the same answer, and a
    /// larger share only adds customers.
    pub fn is_for(&self, customer: &str) -> bool {
        // FNV-1a over key and customer, then mixed: one path's share says nothing of another's.
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        for byte in self.key.bytes().chain([0]).chain(customer.bytes()) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        hash ^= hash >> 33;
        hash = hash.wrapping_mul(0xff51_afd7_ed55_8ccd);
        hash ^= hash >> 33;
        hash % 100 < u64::from(self.share)
    }
}

/// Counts of one path.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Begun.
    pub taken: u64,
    /// Left before the end, and where.
    pub left: BTreeMap<String, u64>,
    /// Come to an end.
    pub finished: u64,
}

/// Counts of all paths of a workspace.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally(BTreeMap<String, Counts>);

impl Tally {
    /// A path was begun.
    pub fn taken(&mut self, path: &str) {
        self.0.entry(path.to_owned()).or_default().taken += 1;
    }

    /// A path was left at a stage.
    pub fn left(&mut self, path: &str, stage: &str) {
        *self.0.entry(path.to_owned()).or_default().left.entry(stage.to_owned()).or_default() += 1;
    }

    /// A path came to an end.
    pub fn finished(&mut self, path: &str) {
        self.0.entry(path.to_owned()).or_default().finished += 1;
    }

    /// The counts of each path.
    pub fn counts(&self) -> impl Iterator<Item = (&str, &Counts)> {
        self.0.iter().map(|(path, counts)| (path.as_str(), counts))
    }
}
