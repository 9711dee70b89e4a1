//! Loopdesk, the workstation of a customer advisor.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

fn main() -> std::process::ExitCode {
    loopdesk::run()
}
