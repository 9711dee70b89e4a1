//! What has happened in a conversation, as far as it tells what is said next. Refuses nothing: an empty talk is a talk
//! that has just begun.

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The customer said this.
    Said(String),
    /// The advisor answered with a candidate, named by its key.
    Answered(String),
    /// The advisor answered freely, in these words.
    Wrote(String),
    /// Something was looked up, or a stage of a path was reached: what, and what was found.
    LookedUp {
        /// What was looked up: `order`, `refund`, `path:lost-card:blocked`.
        what: String,
        /// What was found, in short marks: `late`, `none`, `state=returned`. Never a customer's own values.
        found: Vec<String>,
    },
}

/// A conversation up to now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Talk {
    /// What holds for all of it: `queue:delivery`, `reason:refund-late`, `verified`.
    pub standing: Vec<String>,
    /// Who answers: people have habits of their own.
    pub advisor: Option<String>,
    /// What happened, oldest first.
    pub steps: Vec<Step>,
}

impl Talk {
    /// A conversation in which only this was said.
    pub fn saying(said: &str) -> Self {
        Self { standing: Vec::new(), advisor: None, steps: vec![Step::Said(said.to_owned())] }
    }

    /// What was answered, newest first: keys, and `free` for what was written freely.
    pub(crate) fn answers(&self) -> impl Iterator<Item = &str> {
        self.steps.iter().rev().filter_map(|step| match step {
            Step::Answered(key) => Some(key.as_str()),
            Step::Wrote(_) => Some("free"),
            _ => None,
        })
    }

    /// What the customer said since they were last answered; when they were answered last, what they had said before.
    pub fn open_words(&self) -> String {
        let since = |back: usize| {
            self.steps
                .iter()
                .rev()
                .scan(0_usize, |answers, step| {
                    *answers += usize::from(matches!(step, Step::Answered(_) | Step::Wrote(_)));
                    (*answers <= back).then_some(step)
                })
                .filter_map(|step| match step {
                    Step::Said(text) => Some(text.as_str()),
                    _ => None,
                })
                .collect::<Vec<_>>()
        };
        let mut said = (0..3).map(since).find(|said| !said.is_empty()).unwrap_or_default();
        said.reverse();
        said.join("\n")
    }

    /// Whether the customer has the last word.
    pub fn awaits_answer(&self) -> bool {
        self.steps.iter().rev().find_map(|step| match step {
            Step::Said(_) => Some(true),
            Step::Answered(_) | Step::Wrote(_) => Some(false),
            Step::LookedUp { .. } => None,
        }) == Some(true)
    }
}
