//! The native protocol between a desk and a Loopdesk service, and between the chat page and the service.
//!
//! The log is the truth: every change has a sequence number in its tenant, and a client is told "all changes in
//! `(from, to]` that you may see". What may be forgotten (typing, offers, presence) travels apart, as [`Now`].

pub mod chat;
pub mod commands;
pub mod frames;
pub mod now;
pub mod reads;

pub use commands::{Command, Outcome, Rejection};
pub use frames::{ClientFrame, Entity, Event, ServerFrame};
pub use now::Now;
