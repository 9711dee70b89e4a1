//! What practice callers are made of: `practice/calls/*.toml`.

use model::{Personal, Slug};
use serde::Deserialize;

use crate::practice::{PracticeFault, script::Both};

const FILES: [(&str, &str); 4] = [
    ("calls/odile-sofa.toml", include_str!("../../../practice/calls/odile-sofa.toml")),
    ("calls/gareth-wrong-lamp.toml", include_str!("../../../practice/calls/gareth-wrong-lamp.toml")),
    ("calls/tomas-card-abroad.toml", include_str!("../../../practice/calls/tomas-card-abroad.toml")),
    ("calls/helene-statement.toml", include_str!("../../../practice/calls/helene-statement.toml")),
];

/// A person who calls.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallerScript {
    /// Its short name.
    pub id: Slug,
    /// Their name, as their telephone shows it.
    pub name: Personal,
    /// Their number.
    pub number: Personal,
    /// What they speak.
    pub language: Slug,
    /// The queue that they call.
    pub queue: Slug,
    /// How they are, in a word.
    pub mood_word: Both,
    /// Why they call, in a sentence.
    pub problem: Both,
    /// How high they speak, in Hz.
    pub pitch: f64,
    /// How many seconds they wait.
    pub patience_s: u32,
    /// How many seconds they speak with an advisor who does not hang up first.
    pub talks_s: u32,
    /// They ask to be called back as soon as they may.
    #[serde(default)]
    pub wants_call_back: bool,
}

/// Everybody who calls.
pub(super) fn scripts() -> Result<Vec<CallerScript>, PracticeFault> {
    FILES
        .into_iter()
        .map(|(file, text)| {
            toml::from_str(text)
                .map_err(|error| PracticeFault::Script { file, message: error.message().to_owned() })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_script_can_be_played() {
        let scripts = scripts().expect("they can be read");
        let mut ids: Vec<_> = scripts.iter().map(|script| script.id.clone()).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), scripts.len(), "each has a name of its own");
        for script in scripts {
            assert!((80.0..300.0).contains(&script.pitch) && script.talks_s > 0 && script.patience_s > 0);
            assert!(script.problem.en.starts_with("Calls: ") && script.problem.fr.starts_with("Appelle : "));
        }
    }
}
