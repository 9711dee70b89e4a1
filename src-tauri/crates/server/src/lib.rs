//! The help desk service: customers, conversations, queues and routing, follow-ups, knowledge; the customers' chat
//! page; practice customers. A library first: [`Service::router`] works without a socket, so that tests and the desk
//! itself can hold it; `loopdesk-server` is a thin program around it.
//!
//! One log per tenant is the truth that desks and pages follow; every change of a row writes an event in the same
//! transaction. Time comes from an injected [`clock::Clock`].

pub mod admin;
pub mod audit;
mod auth;
mod blobs;
pub mod calls;
mod chat;
pub mod clock;
mod commands;
mod company;
mod conversations;
mod customers;
mod db;
mod deadlines;
mod desk;
mod error;
mod facts;
mod figures;
mod follow_ups;
mod hub;
mod json;
mod library;
mod limits;
mod log;
pub mod logs;
mod messages;
mod origin;
mod pages;
mod people;
mod phones;
pub mod practice;
mod presence;
mod problem;
mod reading;
mod retention;
mod router;
mod routing;
mod scope;
mod scores;
pub mod seed;
mod service;
mod socket;
pub mod still;
mod sweep;
mod tx;

pub use error::{Error, Result};
pub use limits::{PIECES_PER_MINUTE, VISITOR_BYTES_PER_DAY};
pub use router::openapi;
pub use service::{Options, Service};
