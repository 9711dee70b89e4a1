//! What else the machine was doing: figures of a busy machine are upper bounds.

use std::fs;

/// The machine at one moment.
pub struct Machine {
    cores: usize,
    load: f64,
}

impl Machine {
    /// Looks at it.
    pub fn now() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
        let load = text.split(' ').next().and_then(|load| load.parse().ok()).unwrap_or(0.0);
        Self { cores, load }
    }

    /// A sentence for whoever reads the figures.
    pub fn told(&self) -> String {
        let Self { cores, load } = self;
        // Work of the last minute that is over counts, too: half a core of it is nothing to worry about.
        if *load > 0.5 {
            format!("{cores} cores, BUSY when it began (load {load:.1}): read the figures as upper bounds.")
        } else {
            format!("{cores} cores, quiet when it began (load {load:.1}).")
        }
    }
}
