//! Hold, mute, colleagues, transfers, and the end of a call that was spoken.

use super::*;

#[test]
fn what_the_telephone_says_twice_counts_once() {
    let mut call = connected();
    for second in [11, 12] {
        call.hear(says(Fact::Connected), at(second));
        call.hear(says(Fact::Held(Side::Company)), at(second));
    }
    assert_eq!((call.holds, call.answered_at), (1, Some(at(10))));
    assert_eq!((call.times_at(at(20)).talk, call.times_at(at(20)).hold), (1_000, 9_000));
    assert_eq!(call.ask(Ask::Hold, at(20)), Ok(vec![]));
}

#[test]
fn both_may_make_each_other_wait_and_the_time_of_it_counts_once() {
    let mut call = connected();
    call.hear(says(Fact::Held(Side::Customer)), at(12));
    call.hear(says(Fact::Held(Side::Company)), at(14));
    call.hear(says(Fact::Resumed(Side::Customer)), at(16));
    assert_eq!(call.stage.as_str(), "held");
    call.hear(says(Fact::Resumed(Side::Company)), at(18));
    assert_eq!((call.times.hold, call.holds), (6_000, 1), "only our own holds are counted");
    assert_eq!(call.times_at(at(20)).talk, 4_000);
}

#[test]
fn mute_is_a_flag_beside_the_call() {
    let mut call = connected();
    let before = call.stage.clone();
    assert_eq!(call.ask(Ask::Mute { muted: true }, at(11)), Ok(vec![Deed::Mute(leg(), true)]));
    assert!(!call.muted, "not before the telephone says so");
    call.hear(says(Fact::Muted(true)), at(11));
    assert_eq!(call.ask(Ask::Mute { muted: true }, at(12)), Ok(vec![]));
    assert_eq!((call.muted, &call.stage), (true, &before));
}

#[test]
fn who_is_muted_is_not_heard_by_a_colleague_either() {
    let mut call = connected();
    call.hear(says(Fact::Muted(true)), at(11));
    call.ask(Ask::Consult { to: to("bruno") }, at(15)).unwrap();
    call.hear(Event::Dialled(colleagues()), at(16));
    assert_eq!(call.hear(colleague_says(Fact::Connected), at(17)), [Deed::Mute(colleagues(), true)]);
    let both = vec![Deed::Mute(leg(), false), Deed::Mute(colleagues(), false)];
    assert_eq!(call.ask(Ask::Mute { muted: false }, at(18)), Ok(both));
}

#[test]
fn a_colleague_is_asked_and_the_advisor_comes_back() {
    let mut call = consulting();
    assert_eq!(call.parties.len(), 2);
    assert_eq!(call.ask(Ask::Resume, at(21)), Err(Refused::NotNow), "both would be heard");
    let back = call.ask(Ask::Back, at(22));
    assert_eq!(back, Ok(vec![Deed::HangUp(colleagues()), Deed::Resume(leg())]));
    assert_eq!(call.stage.as_str(), "held", "until the telephone says that it goes on");
    assert_eq!(call.hear(colleague_says(over(Side::Company, EndReason::HungUp, 200)), at(22)), []);
    call.hear(says(Fact::Resumed(Side::Company)), at(23));
    assert_eq!(call.stage.as_str(), "connected");
    assert_eq!((call.times.talk, call.times.hold), (6_000, 7_000), "Léa waited while Bruno was asked");
}

#[test]
fn a_colleague_who_is_not_there_leaves_the_call_on_hold() {
    let mut call = connected();
    call.ask(Ask::Consult { to: to("bruno") }, at(15)).unwrap();
    assert_eq!(call.ask(Ask::Consult { to: to("bruno") }, at(15)), Ok(vec![]), "a second click calls nobody");
    call.hear(says(Fact::Held(Side::Company)), at(16));
    let mut unreachable = call.clone();
    unreachable.hear(Event::NotDialled, at(16));
    assert_eq!(unreachable.stage.as_str(), "held");
    call.hear(Event::Dialled(colleagues()), at(16));
    assert_eq!(call.ask(Ask::Complete, at(17)), Err(Refused::NotNow), "nobody is there to take it");
    call.hear(colleague_says(over(Side::Customer, EndReason::Rejected, 486)), at(18));
    assert_eq!((call.stage.as_str(), call.parties.len()), ("held", 1));
    assert_eq!(call.ask(Ask::Resume, at(19)), Ok(vec![Deed::Resume(leg())]));
}

#[test]
fn a_colleague_who_is_reached_after_the_advisor_came_back_is_not_left_on_the_line() {
    let mut call = connected();
    call.ask(Ask::Consult { to: to("bruno") }, at(15)).unwrap();
    assert_eq!(call.ask(Ask::Back, at(15)), Ok(vec![]));
    assert_eq!(call.hear(Event::Dialled(colleagues()), at(16)), [Deed::HangUp(colleagues())]);
    assert_eq!(call.stage.as_str(), "connected");
}

#[test]
fn all_hear_each_other_and_part_again() {
    let mut call = consulting();
    assert_eq!(call.ask(Ask::Confer, at(21)), Ok(vec![Deed::Join(leg(), colleagues())]));
    for event in
        [says(Fact::Joined(true)), colleague_says(Fact::Joined(true)), says(Fact::Resumed(Side::Company))]
    {
        call.hear(event, at(22));
    }
    assert_eq!((call.stage.as_str(), call.times.hold), ("conference", 6_000));
    let mut parted = call.clone();
    parted.hear(colleague_says(Fact::Joined(false)), at(30));
    assert_eq!(parted.stage.as_str(), "consulting");
    let mut colleague_left = call.clone();
    colleague_left.hear(colleague_says(over(Side::Customer, EndReason::HungUp, 200)), at(30));
    assert_eq!(colleague_left.stage.as_str(), "connected");
    let left = call.ask(Ask::HangUp, at(30));
    assert_eq!(left, Ok(vec![Deed::HangUp(colleagues()), Deed::HangUp(leg())]));
    call.hear(says(over(Side::Company, EndReason::HungUp, 200)), at(31));
    assert_eq!(end_of(&call), Some((EndReason::HungUp, Side::Company)));
}

#[test]
fn a_customer_who_leaves_while_a_colleague_is_asked_ends_the_call_for_all() {
    let mut call = consulting();
    let deeds = call.hear(says(over(Side::Customer, EndReason::HungUp, 200)), at(25));
    assert_eq!(deeds, [Deed::HangUp(colleagues())]);
    assert_eq!(call.times.whole(), 25_000);
}

#[test]
fn a_warm_transfer_hands_the_call_to_the_colleague() {
    let mut call = consulting();
    let asked = call.ask(Ask::Complete, at(25));
    assert_eq!(asked, Ok(vec![Deed::Complete { leg: leg(), consulted: colleagues() }]));
    assert_eq!(call.ask(Ask::Complete, at(25)), Ok(vec![]));
    assert_eq!(call.ask(Ask::Back, at(25)), Err(Refused::NotNow), "Bruno may have it already");
    call.hear(says(Fact::Transferring(180)), at(26));
    call.hear(says(Fact::Transferred), at(27));
    assert_eq!(call.hear(says(over(Side::Company, EndReason::HungUp, 200)), at(27)), [], "Bruno keeps it");
    assert_eq!(end_of(&call), Some((EndReason::Transferred, Side::Company)));
    let transfer = Transfer { kind: TransferKind::Warm, to: to("bruno"), outcome: Outcome::Done };
    assert_eq!(call.transfer, Some(transfer));
}

#[test]
fn a_transfer_that_fails_leaves_the_call_up_and_may_be_tried_again() {
    let mut call = connected();
    let asked = call.ask(Ask::Transfer { to: to("returns") }, at(15));
    assert_eq!(asked, Ok(vec![Deed::Transfer(leg(), to("returns"))]));
    assert_eq!(call.ask(Ask::Transfer { to: to("returns") }, at(15)), Ok(vec![]));
    assert_eq!(call.ask(Ask::Transfer { to: to("sales") }, at(15)), Err(Refused::NotNow));
    call.hear(says(Fact::NotTransferred(Some(404))), at(17));
    call.hear(says(Fact::Transferred), at(17));
    let failed = Outcome::Failed { code: Some(404) };
    assert_eq!(call.transfer.as_ref().map(|transfer| transfer.outcome), Some(failed), "what was said first");
    assert_eq!((call.stage.as_str(), call.ended), ("connected", None));
    assert_eq!(call.ask(Ask::Transfer { to: to("sales") }, at(20)).map(|deeds| deeds.len()), Ok(1));
    call.hear(Event::Time, at(20) + TRANSFER_WITHIN);
    let silent = Outcome::Failed { code: None };
    assert_eq!(call.transfer.as_ref().map(|transfer| transfer.outcome), Some(silent), "nobody said anything");
    call.hear(says(over(Side::Customer, EndReason::HungUp, 200)), at(90));
    assert_eq!(end_of(&call), Some((EndReason::HungUp, Side::Customer)));
}

#[test]
fn a_line_that_breaks_ends_the_call_with_what_sip_said() {
    let mut call = connected();
    call.hear(says(over(Side::Customer, EndReason::Failed, 503)), at(12));
    let ended = Ended { at: at(12), by: Side::Customer, reason: EndReason::Failed, code: Some(503) };
    assert_eq!(call.ended, Some(ended));
}

#[test]
fn what_is_heard_after_the_end_changes_nothing() {
    let mut call = connected();
    call.hear(says(over(Side::Customer, EndReason::HungUp, 200)), at(12));
    let ended = call.clone();
    for fact in [Fact::Connected, Fact::Held(Side::Company), Fact::Transferred, Fact::Muted(true)] {
        assert_eq!(call.hear(says(fact), at(13)), []);
    }
    call.hear(says(over(Side::Company, EndReason::Failed, 500)), at(13));
    call.hear(Event::Invited(invite()), at(13));
    call.hear(Event::Offered(offer()), at(13));
    call.hear(Event::Withdrawn(Withdrawal::Abandoned), at(13));
    assert_eq!(call, ended);
}

#[test]
fn wrap_up_begins_whoever_hears_first_that_the_call_is_over() {
    let hangs_up = says(over(Side::Customer, EndReason::HungUp, 200));
    let mut service_first = connected();
    service_first.hear(Event::WrapUp { until: at(42) }, at(12));
    assert_eq!(service_first.stage.as_str(), "connected");
    service_first.hear(hangs_up.clone(), at(12));
    let mut telephone_first = connected();
    telephone_first.hear(hangs_up, at(12));
    telephone_first.hear(Event::WrapUp { until: at(42) }, at(12));
    assert_eq!(service_first, telephone_first);
    telephone_first.hear(Event::WrapUp { until: at(60) }, at(20));
    assert_eq!(telephone_first.next_deadline(), Some(at(60)), "the service gave more time");
    telephone_first.hear(Event::Time, at(60));
    assert_eq!(telephone_first.stage, Stage::Closed { disposition: None });
    assert_eq!(telephone_first.ask(Ask::Close { disposition: slug("solved") }, at(61)), Err(Refused::Over));
}

#[test]
fn a_clock_that_goes_back_takes_no_time_away() {
    let mut call = connected();
    call.hear(says(Fact::Held(Side::Company)), at(3));
    call.hear(says(Fact::Resumed(Side::Company)), at(12));
    call.hear(says(over(Side::Customer, EndReason::HungUp, 200)), at(1));
    let Times { wait, ring, talk, hold, .. } = call.times;
    assert_eq!((wait, ring, talk, hold), (5_000, 5_000, 0, 2_000));
}

#[test]
fn a_call_crosses_the_wire_as_it_is_and_says_no_names_in_a_log() {
    let call = consulting();
    let text = serde_json::to_string(&call).unwrap();
    assert_eq!(serde_json::from_str::<Call>(&text).unwrap(), call);
    assert!(text.contains(r#""stage":{"stage":"connected""#), "{text}");
    let logged = format!("{call:?}");
    assert!(!logged.contains("Léa") && !logged.contains("bruno") && !logged.contains("+336"), "{logged}");
}
