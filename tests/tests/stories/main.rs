//! Stories of people at work, against the real service over real sockets. Time passes only when a story says so.

mod main_job;
mod routing;
