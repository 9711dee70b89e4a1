//! Calls through an Asterisk, as its protocol double tells of them.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test may panic")]

mod hears;
mod line;
mod pbx;
mod recorded;
mod rings;
mod stage;
