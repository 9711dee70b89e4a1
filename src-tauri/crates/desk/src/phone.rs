//! The telephone of an open workspace: its line at the exchange, its calls, and what is done about them. The machine of a
//! call is [`model::call`]; here it meets the queue's offers, the telephone and the screen.
//!
//! A call lives here and in the telephone, not in the window or on the line to the service: neither a lost page nor a lost
//! socket ends it.

mod calls;
#[cfg(feature = "devices")]
mod computer;
mod deeds;
mod facts;
mod line;
mod outside;
mod rows;
mod sounds;

pub(crate) use calls::{Calls, ToDo};
#[cfg(feature = "devices")]
pub use computer::Computer;
pub(crate) use line::Telephone;
pub(crate) use outside::Outside;
pub(crate) use rows::{line_of, rows};
pub use sounds::{Opened, Telephony};
