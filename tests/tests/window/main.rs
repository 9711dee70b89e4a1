//! The app in its real window, on a desktop of its own, with a real customer in a real browser.

mod at_rest;
mod embed;
mod files;
mod first_start;
mod help;
mod hostile;
mod keyboard;
mod keys;
mod main_job;
mod notification;
mod offline;
mod panel;
mod permissions;
mod restart;
mod screens;
mod shift;
mod sign_in;
mod supervisor;
mod telephone;
mod tray;
