//! How an exchange is set up.

use std::{net::SocketAddr, time::Duration};

/// Where an exchange is, and how much it bears.
#[derive(Debug, Clone)]
pub struct ExchangeSettings {
    /// The address at which it is called, with datagrams and streams. Port 0 is any that is free.
    pub bind: SocketAddr,
    /// What the passwords of its lines are for, and the host part of its addresses.
    pub realm: String,
    /// Calls from outside at once: one more is told that it is too many (503). Lines are not counted.
    pub most_calls: usize,
    /// Streams at once: one more is closed.
    pub most_streams: usize,
    /// The longest that a registration holds without being renewed.
    pub longest: Duration,
    /// After how long a call is given up of which nothing is heard, unless whoever is there makes the others wait.
    pub longest_silence: Duration,
}

impl ExchangeSettings {
    /// One with the usual settings.
    pub fn new(bind: SocketAddr, realm: impl Into<String>) -> Self {
        Self {
            bind,
            realm: realm.into(),
            most_calls: 300,
            most_streams: 200,
            longest: Duration::from_secs(240),
            longest_silence: Duration::from_secs(120),
        }
    }
}
