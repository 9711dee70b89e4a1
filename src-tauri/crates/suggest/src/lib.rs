//! Ranks what may help an advisor to answer, and says why: which words of the customer, or of what the advisor has
//! typed, found it. Nothing is better than something weak, so a score that is too low gives nothing.
//!
//! Pure: candidates come in, ranked candidates come out. It reads a customer's words as data only.

mod index;
mod language;
pub mod linear;
pub mod mining;
pub mod path;
mod personal;
pub mod reading;
pub mod reply;
pub mod summary;
pub mod variables;
mod words;

pub use index::{Candidate, Index, Ranked, Situation};
pub use language::language_of;
pub use personal::{Own, owned};
