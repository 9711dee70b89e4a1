//! From the queue to the answer, and the ways out before it.

use super::*;

#[test]
fn a_call_goes_from_the_queue_to_its_disposition_and_every_second_counts_once() {
    let mut call = Call::queued(offer().conversation, at(0));
    let mut seen = vec![call.stage.as_str()];
    let mut asked = Vec::new();
    for (second, input) in [
        (5, Err(Event::Offered(offer()))),
        (6, Err(Event::Invited(invite()))),
        (9, Ok(Ask::Accept)),
        (10, Err(says(Fact::Connected))),
        (15, Ok(Ask::Hold)),
        (16, Err(says(Fact::Held(Side::Company)))),
        (20, Ok(Ask::Resume)),
        (21, Err(says(Fact::Resumed(Side::Company)))),
        (40, Ok(Ask::HangUp)),
        (41, Err(says(over(Side::Company, EndReason::HungUp, 200)))),
        (42, Err(Event::WrapUp { until: at(72) })),
        (60, Ok(Ask::Close { disposition: slug("solved") })),
    ] {
        match input {
            Ok(ask) => asked.extend(call.ask(ask, at(second)).unwrap()),
            Err(event) => assert_eq!(call.hear(event, at(second)), []),
        }
        if seen.last() != Some(&call.stage.as_str()) {
            seen.push(call.stage.as_str());
        }
    }
    assert_eq!(
        seen,
        [
            "queued",
            "offered",
            "ringing",
            "accepted",
            "connected",
            "held",
            "connected",
            "ended",
            "wrap_up",
            "closed"
        ]
    );
    let told =
        [Deed::Accept, Deed::Answer(leg()), Deed::Hold(leg()), Deed::Resume(leg()), Deed::HangUp(leg())];
    assert_eq!(asked, told);
    let Times { wait, ring, talk, hold, .. } = call.times;
    assert_eq!((wait, ring, talk, hold), (5_000, 5_000, 26_000, 5_000));
    assert_eq!(call.times.whole(), 41_000, "from the queue to the end");
    assert_eq!((call.holds, call.parties.as_slice()), (1, [lea()].as_slice()));
    assert_eq!(call.stage, Stage::Closed { disposition: Some(slug("solved")) });
    let ended = Ended { at: at(41), by: Side::Company, reason: EndReason::HungUp, code: Some(200) };
    assert_eq!(call.ended, Some(ended));
}

#[test]
fn an_offer_that_is_declined_stops_ringing_and_the_queue_hears_of_it() {
    let mut call = ringing();
    assert_eq!(call.ask(Ask::Decline, at(8)), Ok(vec![Deed::Decline, Deed::Reject(leg())]));
    assert_eq!(end_of(&call), Some((EndReason::Declined, Side::Company)));
    assert_eq!(call.ask(Ask::Accept, at(9)), Err(Refused::Over));
    let mut silent = offered();
    assert_eq!(silent.ask(Ask::Decline, at(8)), Ok(vec![Deed::Decline]), "nothing rings that could stop");
}

#[test]
fn an_offer_that_nobody_takes_times_out_when_it_was_due_however_late_somebody_looks() {
    for mut call in [offered(), ringing()] {
        let deadline = call.next_deadline().unwrap();
        assert_eq!(deadline, at(25));
        assert_eq!(call.hear(Event::Time, deadline - 1), []);
        assert_eq!(call.ended, None);
        assert_eq!(call.ask(Ask::Accept, deadline), Err(Refused::Over), "even if nobody said so yet");
        let rejects: Vec<_> = call.leg.iter().cloned().map(Deed::Reject).collect();
        assert_eq!(call.hear(Event::Time, at(90)), rejects);
        assert_eq!(end_of(&call), Some((EndReason::TimedOut, Side::Company)));
        assert_eq!((call.times.wait, call.times.ring), (5_000, 20_000));
        assert_eq!(call.stage, Stage::Ended, "nobody spoke: there is nothing to write up");
        assert_eq!(call.hear(Event::WrapUp { until: at(99) }, at(91)), []);
        assert_eq!(call.ask(Ask::Close { disposition: slug("solved") }, at(92)), Err(Refused::Over));
        assert_eq!(call.next_deadline(), None);
    }
}

#[test]
fn the_queue_says_why_a_call_stopped_ringing_before_or_after_the_telephone_says_that_it_did() {
    for (why, reason, by) in [
        (Withdrawal::TimedOut, EndReason::TimedOut, Side::Company),
        (Withdrawal::Rescinded, EndReason::Rescinded, Side::Company),
        (Withdrawal::Abandoned, EndReason::Abandoned, Side::Customer),
    ] {
        let stops = says(over(Side::Customer, EndReason::Cancelled, 487));
        let mut queue_first = ringing();
        assert_eq!(queue_first.hear(Event::Withdrawn(why), at(8)), [Deed::Reject(leg())]);
        assert_eq!(queue_first.hear(stops.clone(), at(8)), []);
        let mut telephone_first = ringing();
        assert_eq!(telephone_first.hear(stops, at(8)), []);
        assert_eq!(telephone_first.stage.as_str(), "stopped");
        assert_eq!(telephone_first.ask(Ask::Accept, at(8)), Err(Refused::NotNow));
        assert_eq!(telephone_first.hear(Event::Withdrawn(why), at(9)), []);
        assert_eq!(end_of(&queue_first), Some((reason, by)));
        assert_eq!(queue_first, telephone_first);
    }
}

#[test]
fn the_telephones_reason_counts_where_the_queue_gives_none() {
    for (told, reason) in [
        (EndReason::Cancelled, EndReason::Abandoned),
        (EndReason::Rejected, EndReason::Declined),
        (EndReason::NoAnswer, EndReason::TimedOut),
        (EndReason::Failed, EndReason::Failed),
    ] {
        let mut call = ringing();
        call.hear(says(over(Side::Customer, told, 487)), at(8));
        call.hear(Event::Time, at(8) + REASON_WITHIN);
        let ended = Ended { at: at(8), by: Side::Customer, reason, code: Some(487) };
        assert_eq!(call.ended, Some(ended), "as of when it stopped");
        assert_eq!(call.times.whole(), 8_000);
    }
}

#[test]
fn a_call_that_stopped_may_ring_again_while_its_offer_stands_or_be_declined() {
    let mut call = ringing();
    call.hear(says(over(Side::Customer, EndReason::Cancelled, 487)), at(8));
    let mut declined = call.clone();
    assert_eq!(declined.ask(Ask::Decline, at(9)), Ok(vec![Deed::Decline]));
    assert_eq!(declined.ended.map(|ended| ended.at), Some(at(8)));
    let again = Invite { leg: Leg("again".into()), ..invite() };
    assert_eq!(call.hear(Event::Invited(again), at(9)), []);
    assert_eq!(call.stage, Stage::Ringing { until: Some(at(25)) });
    assert_eq!(call.hear(says(Fact::Connected), at(9)), [], "the first line is gone");
    assert_eq!(call.times_at(at(10)).ring, 5_000);
    assert_eq!(call.parties, [lea()]);
}

#[test]
fn a_caller_may_leave_the_queue_before_anybody_is_asked() {
    let mut call = Call::queued(offer().conversation, at(0));
    assert_eq!(call.hear(Event::Withdrawn(Withdrawal::Abandoned), at(3)), []);
    assert_eq!(end_of(&call), Some((EndReason::Abandoned, Side::Customer)));
    assert_eq!((call.times.wait, call.times.whole()), (3_000, 3_000));
}

#[test]
fn an_offer_taken_before_the_telephone_rings_is_answered_as_soon_as_it_does() {
    let mut call = offered();
    assert_eq!(call.ask(Ask::Accept, at(6)), Ok(vec![Deed::Accept]));
    assert_eq!(call.ask(Ask::Accept, at(6)), Ok(vec![]), "a second click");
    assert_eq!(call.hear(Event::Invited(invite()), at(8)), [Deed::Answer(leg())]);
    assert_eq!(call.hear(Event::Invited(invite()), at(8)), []);
    assert_eq!(call.next_deadline(), None, "from here on the telephone watches");
    call.hear(says(Fact::Connected), at(9));
    assert_eq!(call.stage.as_str(), "connected");
}

#[test]
fn an_offer_taken_for_which_the_telephone_never_rings_goes_back() {
    let mut call = offered();
    call.ask(Ask::Accept, at(6)).unwrap();
    assert_eq!(call.next_deadline(), Some(at(6) + INVITE_WITHIN));
    assert_eq!(call.hear(Event::Time, at(60)), [Deed::Requeue]);
    assert_eq!(end_of(&call), Some((EndReason::NoInvite, Side::Company)));
    assert_eq!(call.hear(Event::Invited(invite()), at(61)), [], "too late: it rings as a direct call");
    let mut regretted = offered();
    regretted.ask(Ask::Accept, at(6)).unwrap();
    assert_eq!(regretted.ask(Ask::HangUp, at(7)), Ok(vec![Deed::Requeue]));
    assert_eq!(end_of(&regretted), Some((EndReason::HungUp, Side::Company)));
}

#[test]
fn the_queue_may_take_back_what_was_taken_until_both_speak() {
    let mut call = ringing();
    call.ask(Ask::Accept, at(9)).unwrap();
    let mut refused = call.clone();
    assert_eq!(refused.hear(Event::Withdrawn(Withdrawal::Rescinded), at(9)), [Deed::HangUp(leg())]);
    assert_eq!(end_of(&refused), Some((EndReason::Rescinded, Side::Company)));
    call.hear(says(Fact::Connected), at(10));
    assert_eq!(call.hear(Event::Withdrawn(Withdrawal::Rescinded), at(11)), [], "the telephone knows better");
    assert_eq!(call.ended, None);
}

#[test]
fn a_telephone_that_answers_by_itself_takes_the_offer() {
    let mut call = ringing();
    assert_eq!(call.hear(says(Fact::Connected), at(7)), [Deed::Accept]);
    assert_eq!(call.hear(says(Fact::Connected), at(8)), []);
    assert_eq!(call.answered_at, Some(at(7)));
}

#[test]
fn a_direct_call_has_no_queue_to_wait_for() {
    let mut call = Call::direct(&invite(), at(5));
    assert_eq!(call.hear(Event::Withdrawn(Withdrawal::Rescinded), at(6)), [], "it is not the queue's");
    let mut abandoned = call.clone();
    abandoned.hear(says(over(Side::Customer, EndReason::Cancelled, 487)), at(7));
    assert_eq!(end_of(&abandoned), Some((EndReason::Abandoned, Side::Customer)));
    assert_eq!(call.clone().ask(Ask::Decline, at(7)), Ok(vec![Deed::Reject(leg())]));
    assert_eq!(call.ask(Ask::Accept, at(7)), Ok(vec![Deed::Answer(leg())]));
}

#[test]
fn we_call_somebody_who_answers_or_does_not() {
    let dialled = Call::dialled(leg(), lea(), at(0));
    let mut call = dialled.clone();
    call.hear(says(Fact::Ringing), at(1));
    assert_eq!(call.stage, Stage::Ringing { until: None });
    assert_eq!(call.ask(Ask::Accept, at(2)), Err(Refused::NotNow), "there is nothing to take");
    assert_eq!(call.ask(Ask::HangUp, at(2)), Ok(vec![Deed::HangUp(leg())]));
    call.hear(says(Fact::Connected), at(3));
    call.hear(says(over(Side::Customer, EndReason::HungUp, 200)), at(8));
    assert_eq!((call.times.ring, call.times.talk), (3_000, 5_000));
    for reason in [EndReason::Rejected, EndReason::NoAnswer, EndReason::Cancelled, EndReason::Failed] {
        let mut call = dialled.clone();
        call.hear(says(over(Side::Customer, reason, 486)), at(4));
        assert_eq!(end_of(&call), Some((reason, Side::Customer)));
        assert_eq!(call.answered_at, None);
    }
}
