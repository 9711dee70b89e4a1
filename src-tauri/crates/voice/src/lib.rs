//! A telephone for an advisor: it registers, takes and makes calls, holds, hands over and joins them, and says how they
//! sound. What a telephone exchange says in its own way ends here.
//!
//! [`Sip`] speaks SIP and RTP over the network; [`Loopback`] plays a caller from a script, for stories of the screen. The
//! advisor's devices are behind the feature `devices`: without it there is no sound but in memory.
//!
//! [`Exchange`] is the other end: where customers call and such telephones register. It speaks as [`Sip`] does, and decides
//! nothing.
//!
//! Sound is written as Opus where both sides know it, and as G.711 else; either as narrow as a telephone's. Locked sound is
//! worth what the signalling that carries its keys is: over TLS nobody on the way can listen, and without it anybody can who
//! reads both.

pub mod audio;
mod call;
mod loopback;
mod media;
mod phone;
mod sip;
mod trouble;

pub use call::{CallId, Ended, Happening, Party, Reason, Side, Transfer};
pub use loopback::Loopback;
pub use media::{
    digits::Digit,
    quality::{Counts, Quality, Rating},
};
pub use phone::{Heard, Phone, Registration};
pub use sip::{Account, Exchange, ExchangeSettings, ExchangeTls, Said, Sip, Transport};
pub use trouble::Trouble;
