//! The desks' side: the routes that advisors' apps use.

pub(crate) mod commands;
pub(crate) mod files;
pub(crate) mod phone;
pub(crate) mod reads;
pub(crate) mod snapshot;
pub(crate) mod stream;
