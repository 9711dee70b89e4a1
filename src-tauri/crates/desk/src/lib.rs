//! The advisor's desk, without a window: it keeps the line to the service, the advisor's own work and the views
//! that a screen shows. The only place where backend, store and suggestions meet.
//!
//! Everything that changes what the desk knows happens on its own thread (see `core`); the sync machine ([`sync`]) has
//! neither socket nor file nor clock inside; the whole surface towards the screen is the table in [`api`].

pub mod api;
mod calls;
pub mod clock;
mod core;
mod downloads;
pub mod failure;
mod helper;
mod hidden;
mod links;
mod listeners;
mod live;
pub mod phone;
pub mod ports;
mod quota;
pub mod replica;
mod settings;
pub mod sync;
mod text;
mod uploads;
pub mod view;
mod words;
mod workplace;
mod workspaces;

pub use core::{Desk, Parts};
pub use failure::{Failure, FailureCode};
pub use settings::PRACTICE;
