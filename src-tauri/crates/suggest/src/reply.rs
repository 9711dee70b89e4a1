//! Replies worth taking: from the context alone, or from the few words that the advisor has typed.
//!
//! [`Prompter`] weighs what the words say (BM25), what past contexts say (nearest, habits) and what the draft says;
//! [`Learned`] is what this workspace's advisors took or refused. Nothing is sent, and nothing is shown whose variables
//! cannot be filled truly.

mod draft;
pub mod features;
pub mod habits;
mod learned;
mod nearest;
mod prompter;
mod starts;
mod talk;
pub mod weighing;

pub use draft::completion;
pub use learned::{Fate, Learned, Place};
pub use nearest::Nearest;
pub use prompter::{Asked, Lesson, Prompter, Reply, Source, Weighed};
pub use talk::{Step, Talk};
