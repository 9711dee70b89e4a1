//! Lines of figures, with what they must reach.

/// A table as it is printed.
pub(crate) struct Table {
    missed: usize,
}

impl Table {
    pub(crate) fn new(title: &str) -> Self {
        println!("\n{title}");
        println!("{:<46} {:>22} {:>22} {:>9} {:>9}  ", "task", "baselines here", "published", "ours", "goal");
        Self { missed: 0 }
    }

    /// A figure with a goal; higher is better.
    pub(crate) fn line(
        &mut self,
        task: &str,
        baselines: &str,
        published: &str,
        ours: f64,
        goal: Option<f64>,
    ) {
        let (goal, verdict) = match goal {
            None => (String::new(), ""),
            Some(goal) if ours >= goal => (format!("{goal:.3}"), "pass"),
            Some(goal) => {
                self.missed += 1;
                (format!("{goal:.3}"), "MISSED")
            }
        };
        println!("{task:<46} {baselines:>22} {published:>22} {ours:>9.3} {goal:>9}  {verdict}");
    }

    pub(crate) fn end(self) {
        if self.missed > 0 {
            println!("{} missed", self.missed);
        }
    }
}

/// The value that a share of the values does not pass.
pub(crate) fn share(mut values: Vec<f64>, share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let at = ((values.len() as f64 - 1.0) * share).round() as usize;
    values.get(at).copied().unwrap_or(f64::NAN)
}
