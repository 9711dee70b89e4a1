//! Stories of calls. Times are seconds since the caller began to wait.

use uuid::Uuid;

use super::*;
use crate::{Slug, conversation::Side};

mod explored;
mod joined;
mod offered;
mod talked;

/// So many seconds after the caller began to wait.
fn at(seconds: i64) -> At {
    At(seconds * SECOND)
}

fn leg() -> Leg {
    Leg("caller".into())
}

fn colleagues() -> Leg {
    Leg("colleague".into())
}

fn correlation() -> Correlation {
    Correlation("48-2291".into())
}

/// Held out at 5 s, for 20 s.
fn offer() -> Offer {
    let conversation = ConversationId(Uuid::nil());
    Offer { conversation, correlation: correlation(), queued_at: at(0), until: at(25) }
}

fn lea() -> Party {
    Party { number: "+33612345678".into(), name: Some("Léa Bernard".into()) }
}

fn invite() -> Invite {
    Invite { leg: leg(), correlation: Some(correlation()), from: lea() }
}

fn says(fact: Fact) -> Event {
    Event::Heard(leg(), fact)
}

fn colleague_says(fact: Fact) -> Event {
    Event::Heard(colleagues(), fact)
}

fn over(by: Side, reason: EndReason, code: u16) -> Fact {
    Fact::Ended { by, reason, code: Some(code) }
}

fn slug(name: &str) -> Slug {
    name.parse().unwrap()
}

fn to(number: &str) -> Personal {
    number.into()
}

/// Held out at 5 s.
fn offered() -> Call {
    Call::offered(&offer(), at(5))
}

/// Rings at 6 s.
fn ringing() -> Call {
    let mut call = offered();
    assert_eq!(call.hear(Event::Invited(invite()), at(6)), []);
    call
}

/// Both speak from 10 s on.
fn connected() -> Call {
    let mut call = ringing();
    assert_eq!(call.ask(Ask::Accept, at(9)), Ok(vec![Deed::Accept, Deed::Answer(leg())]));
    assert_eq!(call.stage.as_str(), "accepted");
    assert_eq!(call.hear(says(Fact::Connected), at(10)), []);
    call
}

/// Bruno is spoken with from 20 s on, and Léa waits since 16 s.
fn consulting() -> Call {
    let mut call = connected();
    let asked = call.ask(Ask::Consult { to: to("bruno") }, at(15));
    assert_eq!(asked, Ok(vec![Deed::Hold(leg()), Deed::Dial(to("bruno"))]));
    assert_eq!(call.hear(says(Fact::Held(Side::Company)), at(16)), []);
    assert_eq!(call.hear(Event::Dialled(colleagues()), at(17)), []);
    assert_eq!(call.hear(colleague_says(Fact::Ringing), at(18)), []);
    assert_eq!(call.hear(colleague_says(Fact::Connected), at(20)), []);
    assert_eq!(call.stage.as_str(), "consulting");
    call
}

/// Why and by whom.
fn end_of(call: &Call) -> Option<(EndReason, Side)> {
    call.ended.map(|ended| (ended.reason, ended.by))
}
