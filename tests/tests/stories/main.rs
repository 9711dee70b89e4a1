//! Stories of people at work, against the real service over real sockets. Time passes only when a story says so.

mod chat;
mod customer;
mod ending;
mod facts;
mod files;
mod follow_ups;
mod hand_over;
mod hostile;
mod isolation;
mod kinds;
mod limits;
mod log;
mod main_job;
mod other_process;
mod presence;
mod privacy;
mod race;
mod reading;
mod routing;
mod same_world;
mod sign_in;
mod snooze;
mod transfer;
