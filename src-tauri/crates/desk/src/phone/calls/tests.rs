//! Stories of a desk's calls: the queue, the telephone and the advisor play, and nothing is done. Times are seconds.

use std::time::Duration;

use model::call::{ConsultStage, EndReason};
use uuid::Uuid;
use voice::{Counts, Ended, Quality, Rating, Reason, Side};

use super::{known::DIGITS, *};
use crate::view::BadLine;

fn at(seconds: i64) -> At {
    At(seconds * SECOND)
}

fn lea() -> Party {
    Party { number: "+33612345678".into(), name: Some("Léa Bernard".into()) }
}

fn conversation() -> ConversationId {
    ConversationId(Uuid::from_u128(1))
}

/// Held out at 5 s, for 20 s.
fn offer() -> Offer {
    Offer {
        conversation: conversation(),
        correlation: Correlation("48-2291".into()),
        queued_at: at(0),
        until: at(25),
    }
}

fn incoming(correlation: Option<&str>) -> Happening {
    let from = voice::Party { number: "+33612345678".into(), name: None };
    Happening::Incoming { from, correlation: correlation.map(str::to_owned) }
}

fn line() -> CallId {
    CallId::new("line")
}

fn hung_up(by: Side) -> Happening {
    Happening::Ended(Ended { by, reason: Reason::HungUp, code: None })
}

fn stage(calls: &Calls, key: &str) -> &'static str {
    calls.get(key).map_or("gone", |known| known.call.stage.as_str())
}

fn deeds(todo: ToDo) -> Vec<Deed> {
    todo.into_iter().map(|(_, deed)| deed).collect()
}

/// Spoken from 10 s on.
fn spoken() -> Calls {
    let mut calls = Calls::default();
    assert_eq!(calls.offer(offer(), &lea(), at(5)), []);
    assert_eq!(calls.heard(&line(), &incoming(Some("48-2291")), at(6)), []);
    let taken = deeds(calls.ask("call-1", Ask::Accept, at(8)).unwrap());
    assert_eq!(taken, [Deed::Accept, Deed::Answer(Leg("line".into()))]);
    assert_eq!(calls.heard(&line(), &Happening::Connected, at(10)), []);
    calls
}

#[test]
fn an_offer_and_its_line_are_one_call_whichever_comes_first() {
    let calls = spoken();
    assert_eq!((calls.all().len(), stage(&calls, "call-1")), (1, "connected"));

    let mut calls = Calls::default();
    assert_eq!(calls.heard(&line(), &incoming(Some("48-2291")), at(4)), []);
    assert!(calls.all().is_empty(), "it waits for its offer");
    calls.offer(offer(), &lea(), at(5));
    assert_eq!((calls.all().len(), stage(&calls, "call-1")), (1, "ringing"));
    assert!(calls.any_rings() && calls.of(conversation()).is_some());
}

#[test]
fn the_queue_lets_go_of_what_was_taken_and_nobody_hangs_up() {
    let mut calls = spoken();
    assert_eq!(calls.offer_gone(conversation(), at(11)), [], "the offer ends because it was taken");
    assert_eq!(stage(&calls, "call-1"), "connected");
}

#[test]
fn what_somebody_else_took_stops_ringing_at_once() {
    let mut calls = Calls::default();
    calls.offer(offer(), &lea(), at(5));
    calls.heard(&line(), &incoming(Some("48-2291")), at(6));
    let todo = deeds(calls.offer_gone(conversation(), at(7)));
    assert_eq!(todo, [Deed::Reject(Leg("line".into()))]);
    calls.just_ended();
    calls.time(at(7));
    assert!(calls.all().is_empty() && !calls.any_rings());
}

#[test]
fn a_conversation_that_was_given_here_takes_its_call_in() {
    // A supervisor gave it: it rings, and says whose it is.
    let mut calls = Calls::default();
    calls.belongs(offer(), &lea(), true, at(5));
    calls.heard(&line(), &incoming(Some("48-2291")), at(5));
    let ringing = calls.get("call-1").unwrap();
    assert_eq!((ringing.call.conversation, ringing.call.stage.as_str()), (Some(conversation()), "ringing"));

    // A colleague asked first and then gave it: what was their call is the customer's now.
    let mut calls = Calls::default();
    calls.heard(&line(), &incoming(None), at(5));
    calls.ask("call-1", Ask::Accept, at(6)).unwrap();
    calls.heard(&line(), &Happening::Connected, at(7));
    assert!(calls.any_strange());
    calls.belongs(offer(), &lea(), false, at(8));
    assert!(!calls.any_strange());
    calls.heard(&line(), &Happening::Quality(quality(500, 0)), at(9));
    calls.heard(&line(), &hung_up(Side::Them), at(20));
    assert_eq!(calls.just_ended()[0].0, Some(conversation()), "how it sounded is kept with it");

    // Nobody guesses which of two it is.
    let mut calls = Calls::default();
    for name in ["one", "other"] {
        calls.heard(&CallId::new(name), &incoming(None), at(5));
        calls.heard(&CallId::new(name), &Happening::Connected, at(6));
    }
    calls.belongs(offer(), &lea(), false, at(8));
    assert!(calls.of(conversation()).is_none());
}

#[test]
fn an_offer_that_comes_again_rings_again() {
    let mut calls = Calls::default();
    calls.offer(offer(), &lea(), at(5));
    assert_eq!(deeds(calls.ask("call-1", Ask::Decline, at(6)).unwrap()), [Deed::Decline]);
    calls.just_ended();
    calls.time(at(6));
    assert!(calls.all().is_empty());
    calls.offer(Offer { until: at(125), ..offer() }, &lea(), at(100));
    assert_eq!(stage(&calls, "call-2"), "offered");
}

#[test]
fn whoever_takes_a_second_call_makes_the_first_one_wait() {
    let mut calls = spoken();
    let second = CallId::new("second");
    calls.heard(&second, &incoming(None), at(20));
    let todo = deeds(calls.ask("call-2", Ask::Accept, at(21)).unwrap());
    assert_eq!(todo, [Deed::Hold(Leg("line".into())), Deed::Answer(Leg("second".into()))]);
}

#[test]
fn what_is_heard_of_a_line_before_it_is_known_is_not_lost() {
    let mut calls = Calls::default();
    let ours = CallId::new("ours");
    calls.heard(&ours, &Happening::Ringing, at(1));
    calls.heard(&ours, &Happening::Connected, at(2));
    calls.dialled(&ours, lea(), at(3));
    assert_eq!(stage(&calls, "call-1"), "connected");

    let mut calls = spoken();
    calls.ask("call-1", Ask::Consult { to: "bruno".into() }, at(15)).unwrap();
    let asked = CallId::new("asked");
    calls.heard(&asked, &Happening::Connected, at(16));
    calls.dialled_colleague("call-1", Some(&asked), at(17));
    let Stage::Connected { consult: Some(consult), .. } = &calls.get("call-1").unwrap().call.stage else {
        panic!("somebody is asked");
    };
    assert_eq!(consult.stage, ConsultStage::Talking);
}

#[test]
fn how_it_sounded_is_told_once_when_it_is_over() {
    let mut calls = spoken();
    calls.heard(&line(), &Happening::Quality(quality(500, 0)), at(20));
    calls.heard(&line(), &hung_up(Side::Them), at(60));
    let (of, sound) = calls.just_ended().pop().expect("one ended");
    assert_eq!((of, sound.map(|sound| sound.mos)), (Some(conversation()), Some(436)));
    assert_eq!(calls.just_ended(), []);
    assert_eq!(calls.next_deadline(), Some(at(64)), "seen for a moment");
    calls.time(at(64));
    assert!(calls.all().is_empty() && calls.next_deadline().is_none());
}

#[test]
fn the_advisor_is_told_what_spoils_the_line() {
    let mut calls = spoken();
    let mut hears = |received, concealed| {
        calls.heard(&line(), &Happening::Quality(quality(received, concealed)), at(20));
        calls.get("call-1").unwrap().bad
    };
    assert_eq!(hears(100, 0), None, "nothing to compare with yet");
    assert_eq!(hears(200, 0), None);
    assert_eq!(hears(300, 20), Some(BadLine::Lossy));
    assert_eq!(hears(400, 20), None, "it is good again");
    assert_eq!(hears(400, 120), Some(BadLine::Silent));
    calls.heard(&line(), &Happening::Held(Side::Us), at(30));
    calls.heard(&line(), &Happening::Quality(quality(400, 120)), at(31));
    assert_eq!(calls.get("call-1").unwrap().bad, None, "who waits says nothing");
}

#[test]
fn keys_are_shown_and_only_the_last_ones() {
    let mut calls = spoken();
    assert_eq!(calls.press("call-1", "12#"), Some(Leg("line".into())));
    calls.heard(&line(), &Happening::Digit(voice::Digit::new('7').unwrap()), at(12));
    assert_eq!(calls.get("call-1").unwrap().digits, "12#7");
    calls.press("call-1", &"0".repeat(40));
    assert_eq!(calls.get("call-1").unwrap().digits, "0".repeat(DIGITS));
    assert_eq!(calls.press("call-9", "1"), None);
}

#[test]
fn a_queue_that_does_not_give_it_ends_it_here() {
    let mut calls = Calls::default();
    calls.offer(offer(), &lea(), at(5));
    calls.ask("call-1", Ask::Accept, at(6)).unwrap();
    calls.not_given("call-1", at(7));
    let ended = calls.get("call-1").and_then(|known| known.call.ended).expect("over");
    assert_eq!(ended.reason, EndReason::Rescinded);
    assert_eq!(calls.ask("call-1", Ask::Hold, at(8)), Err(Refused::Over));
}

fn quality(received: u64, concealed: u64) -> Quality {
    let rating = Rating::of(Duration::from_millis(100), 0.0);
    let counts = Counts { received, played: received + concealed, concealed, ..Counts::default() };
    Quality {
        recent: rating,
        whole: rating,
        counts,
        buffered: Duration::from_millis(40),
        jitter: Duration::from_millis(2),
    }
}
