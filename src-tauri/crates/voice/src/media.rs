//! What is said in a call: packets in, sound out, and the other way round. Everything here is told the time and touches
//! neither clock nor socket; only [`engine`] does both.

pub(crate) mod codec;
pub(crate) mod conceal;
pub(crate) mod digits;
pub(crate) mod engine;
pub(crate) mod jitter;
pub(crate) mod leg;
pub(crate) mod mix;
pub(crate) mod quality;
pub(crate) mod remote;
pub(crate) mod secret;
pub(crate) mod sender;
pub(crate) mod sequence;
