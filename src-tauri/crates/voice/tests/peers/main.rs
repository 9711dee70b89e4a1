//! Stories of a telephone with real peers: kamailio as the exchange, baresip as the caller, and telephones of our own; and
//! of our own exchange with the same.

#![cfg(target_os = "linux")]
#![expect(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

mod calls;
mod exchange;
mod hostile;
mod network;
mod port;
mod secret;
mod support;
mod transfers;
