//! Stories of an advisor at the whole desk, without a window: real encrypted files, a real service over real sockets. The
//! story calls the desk as the screen does.

mod conflict;
mod damaged;
mod draft;
mod handed;
mod macros;
mod main_job;
mod pace;
mod presence;
mod sign_in;
mod taken;
