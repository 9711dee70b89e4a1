//! The queue's offer and the telephone's INVITE of one call are two things. Either may come first, or alone.
//!
//! | what comes | what is made of it |
//! |---|---|
//! | an offer | it is shown; the INVITE that names it rings in it |
//! | an INVITE that names no offer | a direct call |
//! | an INVITE that names an offer not seen | it is kept for [`OFFER_WITHIN`], then it is a direct call |
//! | the offer, after that | the direct call becomes the queue's |
//! | an offer that is taken, and no INVITE | [`Call`](super::Call) gives it back after [`INVITE_WITHIN`](super::INVITE_WITHIN) |

use std::collections::BTreeMap;

use super::{Correlation, Invite, Leg, OFFER_WITHIN, Offer};
use crate::At;

/// What is to be made of an offer or an INVITE.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pair {
    /// A call that does not ring yet: [`Call::offered`](super::Call::offered).
    Offered(Offer),
    /// A call that rings: [`Call::offered`](super::Call::offered), which hears
    /// [`Event::Invited`](super::Event::Invited).
    Both(Offer, Invite),
    /// The call with this offer hears [`Event::Invited`](super::Event::Invited).
    Rings(Correlation, Invite),
    /// A call of no queue: [`Call::direct`](super::Call::direct).
    Direct(Invite),
    /// The direct call on this line hears [`Event::Offered`](super::Event::Offered).
    Belongs(Leg, Offer),
    /// Nothing: it is kept until its other half comes, or was seen before.
    Nothing,
}

/// A line that rings or is spoken.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Line {
    /// Kept for its offer until then.
    Waits(Invite, At),
    /// Has its offer.
    Joined(Correlation),
    /// Has none; the one that it names may still come.
    Direct(Option<Correlation>),
}

/// Which offers and lines are there, and which belong together. Everything that is put in must be taken out with
/// [`Join::offer_over`] and [`Join::line_over`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Join {
    offers: BTreeMap<Correlation, Offer>,
    lines: BTreeMap<Leg, Line>,
}

impl Join {
    /// The queue holds out a call.
    pub fn offer(&mut self, offer: Offer) -> Pair {
        let correlation = offer.correlation.clone();
        if self.offers.contains_key(&correlation) {
            return Pair::Nothing;
        }
        self.offers.insert(correlation.clone(), offer.clone());
        let named = |line: &Line| match line {
            Line::Waits(invite, _) => invite.correlation.as_ref() == Some(&correlation),
            Line::Direct(named) => named.as_ref() == Some(&correlation),
            Line::Joined(_) => false,
        };
        let Some((leg, line)) = self.lines.iter_mut().find(|(_, line)| named(line)) else {
            return Pair::Offered(offer);
        };
        match std::mem::replace(line, Line::Joined(correlation)) {
            Line::Waits(invite, _) => Pair::Both(offer, invite),
            Line::Direct(_) | Line::Joined(_) => Pair::Belongs(leg.clone(), offer),
        }
    }

    /// A call arrives at the telephone.
    pub fn invite(&mut self, invite: Invite, now: At) -> Pair {
        if self.lines.contains_key(&invite.leg) {
            return Pair::Nothing;
        }
        let named = invite.correlation.clone();
        // A second line that names the same offer is somebody too: it is shown by itself.
        let named = named.filter(|named| !self.lines.values().any(|line| line.names(named)));
        let (line, pair) = match named {
            None => (Line::Direct(None), Pair::Direct(invite.clone())),
            Some(named) if self.offers.contains_key(&named) => {
                (Line::Joined(named.clone()), Pair::Rings(named, invite.clone()))
            }
            Some(_) => (Line::Waits(invite.clone(), now + OFFER_WITHIN), Pair::Nothing),
        };
        self.lines.insert(invite.leg, line);
        pair
    }

    /// Calls whose offer did not come in time: they ring as direct ones.
    pub fn run_out(&mut self, now: At) -> Vec<Pair> {
        let mut direct = Vec::new();
        for line in self.lines.values_mut() {
            if let Line::Waits(invite, until) = line
                && *until <= now
            {
                direct.push(Pair::Direct(invite.clone()));
                *line = Line::Direct(invite.correlation.clone());
            }
        }
        direct
    }

    /// When [`Join::run_out`] has something to say.
    pub fn next_deadline(&self) -> Option<At> {
        let until = |line: &Line| match line {
            Line::Waits(_, until) => Some(*until),
            Line::Joined(_) | Line::Direct(_) => None,
        };
        self.lines.values().filter_map(until).min()
    }

    /// The call with this offer is over. An INVITE that names it later is one without an offer: somebody is there.
    pub fn offer_over(&mut self, correlation: &Correlation) {
        self.offers.remove(correlation);
    }

    /// The line is over; if its offer still stands, another may ring in its place.
    pub fn line_over(&mut self, leg: &Leg) {
        self.lines.remove(leg);
    }
}

impl Line {
    fn names(&self, correlation: &Correlation) -> bool {
        match self {
            Line::Waits(invite, _) => invite.correlation.as_ref() == Some(correlation),
            Line::Joined(named) => named == correlation,
            Line::Direct(named) => named.as_ref() == Some(correlation),
        }
    }
}
