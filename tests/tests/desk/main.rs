//! Stories of an advisor at the whole desk, without a window: real encrypted files, a real service over real sockets. The
//! story calls the desk as the screen does.

mod again;
mod attachment;
mod conflict;
mod damaged;
mod draft;
mod failures;
mod handed;
mod help;
mod keys;
mod lease;
mod macros;
mod main_job;
mod pace;
mod presence;
mod revoked;
mod sign_in;
mod sign_out;
mod taken;
mod telephone;
