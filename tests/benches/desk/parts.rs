//! What of it all is measured.

/// The parts by their names: what else is there, the others need.
const NAMES: [&str; 6] = ["start", "memory", "switching", "arriving", "typing", "searching"];

/// The parts that were asked for.
pub struct Parts(Vec<String>);

impl Parts {
    /// Those that the command line names; all of them when it names none.
    pub fn asked() -> Self {
        // What begins with a dash is cargo's own word to every benchmark.
        let names: Vec<_> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
        for name in &names {
            assert!(NAMES.contains(&name.as_str()), "there is no part {name:?}, only {NAMES:?}");
        }
        Self(names)
    }

    /// Whether that part is one of them.
    pub fn has(&self, part: &str) -> bool {
        self.0.is_empty() || self.0.iter().any(|name| name == part)
    }
}
