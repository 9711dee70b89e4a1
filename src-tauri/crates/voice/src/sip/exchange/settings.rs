//! How an exchange is set up.

use std::{net::SocketAddr, num::NonZeroU32, time::Duration};

use super::ExchangeTls;

/// Where an exchange is, and how much it bears.
#[derive(Debug, Clone)]
pub struct ExchangeSettings {
    /// The address at which it is called, with datagrams and streams that anybody on the way can read. Port 0 is any that
    /// is free. With TLS this must be on this computer: whoever asks for TLS does not want to be called otherwise.
    pub bind: SocketAddr,
    /// Where and how it speaks TLS. Who comes so is spoken with locked, or not at all.
    pub tls: Option<ExchangeTls>,
    /// What the passwords of its lines are for, and the host part of its addresses.
    pub realm: String,
    /// Calls from outside at once: one more is told that it is too many (503). Lines are not counted.
    pub most_calls: usize,
    /// Calls from outside a minute from one address, and as many at once: more are told that it is too much (503). Where
    /// all customers come through one provider this is what they have together. Lines are not counted.
    pub most_from_one: NonZeroU32,
    /// Whether it speaks Opus where the other side does. That bears loss, and an eighth of the bits; it costs 7 ms and some
    /// computing on either way, and is no better to hear where nothing is lost.
    pub opus: bool,
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
            tls: None,
            realm: realm.into(),
            most_calls: 300,
            most_from_one: const { NonZeroU32::new(240).unwrap() },
            opus: true,
            most_streams: 200,
            longest: Duration::from_secs(240),
            longest_silence: Duration::from_secs(120),
        }
    }
}
