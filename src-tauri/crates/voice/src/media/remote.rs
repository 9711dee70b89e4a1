//! Who is listened to. Packets carry no proof of where they come from (that is what SRTP is for), so it is made hard to
//! slip something in: the address that the signalling names is believed, and once it spoke nothing else is. An address
//! that was not named is believed only where a translator of addresses may stand between, and only after some packets
//! that follow one another.

use std::net::{IpAddr, SocketAddr};

/// Packets that must follow one another before an unnamed source is believed, or a new stream of a known one.
const PROOF: u8 = 3;

/// What a packet's source says about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Admission {
    /// It belongs to the stream that is listened to.
    Known,
    /// It begins another stream, which is listened to from now on.
    Anew,
    /// It is a stranger's.
    Stranger,
}

/// The address that the signalling names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) address: SocketAddr,
    /// Whether it may be spoken to before it spoke. Whoever names somebody else's must not have us speak to them.
    pub(crate) is_known: bool,
}

/// A stream of packets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stream {
    from: SocketAddr,
    ssrc: u32,
}

/// Who is listened to, and spoken to.
#[derive(Debug)]
pub(crate) struct Remote {
    named: Named,
    believed: Option<Stream>,
    /// Who may be believed soon: the number that comes next, and how many came.
    candidate: Option<(Stream, u16, u8)>,
}

impl Remote {
    /// Listens to the address that the signalling names.
    pub(crate) fn new(named: Named) -> Self {
        Self { named, believed: None, candidate: None }
    }

    /// Where to send; nowhere yet, while nobody showed to be there.
    pub(crate) fn address(&self) -> Option<SocketAddr> {
        let named = Some(self.named.address).filter(|_| self.named.is_known);
        self.believed.map(|stream| stream.from).or(named)
    }

    /// The address that the signalling names.
    pub(crate) fn named(&self) -> Named {
        self.named
    }

    /// Whether a packet with this number is listened to.
    pub(crate) fn admit(&mut self, from: SocketAddr, ssrc: u32, number: u16) -> Admission {
        let stream = Stream { from, ssrc };
        if self.believed == Some(stream) {
            return Admission::Known;
        }
        let is_first_of_named =
            from == self.named.address && self.believed.is_none_or(|known| known.from != from);
        if is_first_of_named || (self.may_prove(from) && self.proves(stream, number)) {
            (self.believed, self.candidate) = (Some(stream), None);
            return Admission::Anew;
        }
        Admission::Stranger
    }

    /// Whether this source may be believed at all, if it shows that it goes on.
    fn may_prove(&self, from: SocketAddr) -> bool {
        match self.believed {
            Some(known) => known.from == from,
            None => from.ip() == self.named.address.ip() || is_hidden(self.named.address.ip()),
        }
    }

    /// Takes a packet of a candidate down; whether it is enough.
    fn proves(&mut self, stream: Stream, number: u16) -> bool {
        let came = match self.candidate {
            Some((candidate, next, came)) if candidate == stream && next == number => came + 1,
            _ => 1,
        };
        self.candidate = Some((stream, number.wrapping_add(1), came));
        came >= PROOF
    }
}

/// Whether others see something else than this address.
fn is_hidden(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_private() || ip.is_loopback() || ip.is_link_local() || ip.is_unspecified(),
        IpAddr::V6(ip) => ip.is_unique_local() || ip.is_loopback() || ip.is_unspecified(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    fn known(text: &str) -> Named {
        Named { address: address(text), is_known: true }
    }

    #[test]
    fn who_did_not_show_to_be_there_is_not_spoken_to() {
        let named = Named { is_known: false, ..known("192.0.2.1:4000") };
        let mut remote = Remote::new(named);
        assert_eq!(remote.address(), None);
        remote.admit(address("198.51.100.7:4000"), 1, 0);
        assert_eq!(remote.address(), None, "a stranger shows nothing");
        remote.admit(named.address, 1, 0);
        assert_eq!(remote.address(), Some(named.address));
    }

    #[test]
    fn once_the_named_address_spoke_nobody_else_is_heard() {
        let (named, stranger) = (address("192.0.2.1:4000"), address("192.0.2.1:5000"));
        let mut remote = Remote::new(Named { address: named, is_known: true });
        assert_eq!(remote.admit(named, 1, 0), Admission::Anew);
        for number in 0..100 {
            assert_eq!(remote.admit(stranger, 1, number), Admission::Stranger);
            assert_eq!(remote.admit(stranger, 2, number), Admission::Stranger);
        }
        assert_eq!(remote.admit(named, 1, 1), Admission::Known);
        assert_eq!(remote.address(), Some(named));
    }

    #[test]
    fn behind_a_translator_the_true_address_is_found_and_kept() {
        let (named, true_one) = (address("10.0.0.5:4000"), address("203.0.113.9:61000"));
        let mut remote = Remote::new(Named { address: named, is_known: true });
        assert_eq!(remote.admit(true_one, 1, 8), Admission::Stranger);
        assert_eq!(remote.admit(true_one, 1, 9), Admission::Stranger);
        assert_eq!(remote.admit(true_one, 1, 10), Admission::Anew);
        assert_eq!(remote.address(), Some(true_one));
        for number in 11..50 {
            assert_eq!(remote.admit(address("203.0.113.9:61001"), 1, number), Admission::Stranger);
        }
        assert_eq!(remote.admit(named, 1, 60), Admission::Anew, "the named one may always come");
    }

    #[test]
    fn a_public_address_is_not_taken_for_another() {
        let mut remote = Remote::new(known("192.0.2.1:4000"));
        for number in 0..100 {
            assert_eq!(remote.admit(address("198.51.100.7:4000"), 1, number), Admission::Stranger);
        }
    }

    #[test]
    fn a_new_stream_of_the_known_address_must_go_on() {
        let named = address("192.0.2.1:4000");
        let mut remote = Remote::new(Named { address: named, is_known: true });
        remote.admit(named, 1, 0);
        assert_eq!(remote.admit(named, 2, 100), Admission::Stranger);
        assert_eq!(remote.admit(named, 1, 1), Admission::Known);
        assert_eq!(remote.admit(named, 2, 101), Admission::Stranger);
        assert_eq!(remote.admit(named, 2, 102), Admission::Anew);
    }
}
