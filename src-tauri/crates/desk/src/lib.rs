//! The advisor's desk, without a window: it keeps the line to the service, the advisor's own work and the views
//! that a screen shows. The only place where backend, store and suggestions meet.

pub mod api;
pub mod failure;
pub mod view;

pub use failure::{Failure, FailureCode};
