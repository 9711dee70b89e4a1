//! The app in its real window, on a desktop of its own, with a real customer in a real browser.

mod first_start;
mod main_job;
