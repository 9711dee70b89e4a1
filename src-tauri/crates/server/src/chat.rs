//! The customer's side: the routes that the chat page, embedding sites and practice customers use.

pub(crate) mod commands;
pub(crate) mod files;
pub(crate) mod presence;
pub(crate) mod rows;
pub(crate) mod start;
pub(crate) mod stream;
