//! An offer and an INVITE, in either order, or alone.

use super::*;

/// Does what a desk does with a pair, for one call.
pub(super) fn play(call: &mut Option<Call>, pair: Pair, now: At) {
    match (pair, call) {
        (Pair::Offered(offer), call) => *call = Some(Call::offered(&offer, now)),
        (Pair::Both(offer, invite), call) => {
            let mut both = Call::offered(&offer, now);
            both.hear(Event::Invited(invite), now);
            *call = Some(both);
        }
        (Pair::Direct(invite), call) => *call = Some(Call::direct(&invite, now)),
        (Pair::Rings(_, invite), Some(call)) => drop(call.hear(Event::Invited(invite), now)),
        (Pair::Belongs(_, offer), Some(call)) => drop(call.hear(Event::Offered(offer), now)),
        (Pair::Nothing, _) => {}
        (pair, None) => panic!("no call for {pair:?}"),
    }
}

#[test]
fn an_offer_and_its_invite_are_one_call_whichever_comes_first() {
    let (mut join, mut offer_first) = (Join::default(), None);
    play(&mut offer_first, join.offer(offer()), at(5));
    assert_eq!(offer_first.as_ref().map(|call| call.stage.as_str()), Some("offered"));
    play(&mut offer_first, join.invite(invite(), at(5)), at(5));
    let (mut join, mut invite_first) = (Join::default(), None);
    play(&mut invite_first, join.invite(invite(), at(4)), at(4));
    assert_eq!((&invite_first, join.next_deadline()), (&None, Some(at(4) + OFFER_WITHIN)), "it is kept");
    play(&mut invite_first, join.offer(offer()), at(5));
    assert_eq!(join.next_deadline(), None);
    assert_eq!(offer_first.as_ref().map(|call| call.stage.as_str()), Some("ringing"));
    assert_eq!(offer_first, invite_first);
}

#[test]
fn an_invite_whose_offer_is_late_rings_as_a_direct_call_and_becomes_the_queues() {
    let (mut join, mut late) = (Join::default(), None);
    play(&mut late, join.invite(invite(), at(3)), at(3));
    assert_eq!(join.run_out(at(4)), []);
    let direct = join.run_out(at(5)).pop().unwrap();
    assert_eq!(direct, Pair::Direct(invite()));
    play(&mut late, direct, at(5));
    assert_eq!(join.run_out(at(6)), [], "said once");
    let mut taken = late.clone();
    let belongs = join.offer(offer());
    assert_eq!(belongs, Pair::Belongs(leg(), offer()));
    play(&mut late, belongs, at(7));
    let mut call = offered();
    call.hear(Event::Invited(invite()), at(7));
    assert_eq!(late, Some(call), "as if the offer had been there");

    let taken = taken.as_mut().unwrap();
    taken.ask(Ask::Accept, at(6)).unwrap();
    assert_eq!(taken.hear(Event::Offered(offer()), at(7)), [Deed::Accept], "the queue must know");
    assert_eq!(taken.times.wait, 5_000);
}

#[test]
fn an_offer_that_has_run_out_takes_no_caller_away() {
    let mut call = Call::direct(&invite(), at(5));
    assert_eq!(call.hear(Event::Offered(offer()), at(25)), []);
    assert_eq!(call, Call::direct(&invite(), at(5)));
}

#[test]
fn an_invite_that_names_nothing_is_a_direct_call_at_once() {
    let mut join = Join::default();
    let unnamed = Invite { correlation: None, ..invite() };
    assert_eq!(join.invite(unnamed.clone(), at(5)), Pair::Direct(unnamed));
    assert_eq!(join.offer(offer()), Pair::Offered(offer()), "it is somebody else's");
}

#[test]
fn offers_and_invites_that_come_again_are_nothing_new() {
    let mut join = Join::default();
    assert_eq!(join.offer(offer()), Pair::Offered(offer()));
    assert_eq!(join.offer(offer()), Pair::Nothing);
    assert_eq!(join.invite(invite(), at(5)), Pair::Rings(correlation(), invite()));
    assert_eq!(join.invite(invite(), at(6)), Pair::Nothing);
    assert_eq!(join.offer(offer()), Pair::Nothing);
}

#[test]
fn two_lines_that_name_one_offer_are_two_calls() {
    let mut join = Join::default();
    join.offer(offer());
    join.invite(invite(), at(5));
    let second = Invite { leg: Leg("second".into()), ..invite() };
    assert_eq!(join.invite(second.clone(), at(6)), Pair::Direct(second), "nobody is left unseen");
    join.line_over(&leg());
    let third = Invite { leg: Leg("third".into()), ..invite() };
    assert_eq!(join.invite(third.clone(), at(7)), Pair::Rings(correlation(), third), "in its place");
}

#[test]
fn what_is_over_is_forgotten() {
    let mut join = Join::default();
    join.offer(offer());
    join.invite(invite(), at(5));
    join.offer_over(&correlation());
    join.line_over(&leg());
    assert_eq!(join, Join::default());
    join.invite(invite(), at(6));
    join.line_over(&leg());
    assert_eq!(join.offer(offer()), Pair::Offered(offer()), "the caller gave up before the offer came");
}

#[test]
fn an_invite_after_its_offer_went_back_is_a_direct_call() {
    let mut join = Join::default();
    join.offer(offer());
    join.offer_over(&correlation());
    assert_eq!(join.invite(invite(), at(20)), Pair::Nothing);
    assert_eq!(join.run_out(at(22)), [Pair::Direct(invite())]);
}
