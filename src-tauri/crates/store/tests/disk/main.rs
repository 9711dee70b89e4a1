//! The disk refuses at any write, or the process dies at any write, in a shift and while a file is brought to this version.

#![cfg(target_os = "linux")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may panic, and its child speaks"
)]

mod faults;
mod golden;
mod shift;
