//! Everything that can happen to a call, in every order, to a depth: what must hold holds everywhere.

use std::collections::{BTreeSet, HashSet};

use super::{joined::play, *};

/// Inputs in a row.
const DEPTH: usize = 6;

#[derive(Debug, Clone)]
enum Input {
    Ask(Ask),
    Event(Event),
    /// So many seconds pass, and the call hears of it.
    Pass(i64),
}

/// All that a call can be asked for or hear.
fn inputs() -> Vec<Input> {
    let disposition = slug("solved");
    let asks = [
        Ask::Accept,
        Ask::Decline,
        Ask::HangUp,
        Ask::Hold,
        Ask::Resume,
        Ask::Mute { muted: true },
        Ask::Mute { muted: false },
        Ask::Transfer { to: to("returns") },
        Ask::Consult { to: to("bruno") },
        Ask::Confer,
        Ask::Complete,
        Ask::Back,
        Ask::Close { disposition },
    ];
    let events = [
        Event::Offered(offer()),
        Event::Withdrawn(Withdrawal::TimedOut),
        Event::Withdrawn(Withdrawal::Rescinded),
        Event::Withdrawn(Withdrawal::Abandoned),
        Event::Invited(invite()),
        Event::Dialled(colleagues()),
        Event::NotDialled,
        Event::WrapUp { until: at(40) },
    ];
    let facts = [
        Fact::Ringing,
        Fact::Connected,
        Fact::Held(Side::Company),
        Fact::Held(Side::Customer),
        Fact::Resumed(Side::Company),
        Fact::Resumed(Side::Customer),
        Fact::Muted(true),
        Fact::Muted(false),
        Fact::Joined(true),
        Fact::Joined(false),
        Fact::Transferring(180),
        Fact::Transferred,
        Fact::NotTransferred(Some(404)),
        over(Side::Customer, EndReason::HungUp, 200),
        over(Side::Company, EndReason::Transferred, 200),
        over(Side::Customer, EndReason::Cancelled, 487),
        over(Side::Customer, EndReason::Rejected, 486),
        over(Side::Customer, EndReason::NoAnswer, 408),
        over(Side::Company, EndReason::Failed, 503),
    ];
    let colleagues = [
        Fact::Connected,
        Fact::Joined(true),
        Fact::Joined(false),
        over(Side::Customer, EndReason::HungUp, 200),
    ];
    let passing = [1, 21].map(Input::Pass);
    let asks = asks.map(Input::Ask).into_iter();
    let said = facts.map(says).into_iter().chain(colleagues.map(colleague_says));
    asks.chain(events.into_iter().chain(said).map(Input::Event)).chain(passing).collect()
}

/// What is to be done, or nothing where the advisor cannot have it.
fn put_in(call: &mut Call, input: &Input, now: At) -> Option<Vec<Deed>> {
    match input.clone() {
        Input::Ask(ask) => call.ask(ask, now).ok(),
        Input::Event(event) => Some(call.hear(event, now)),
        Input::Pass(_) => Some(call.hear(Event::Time, now)),
    }
}

fn is_over(call: &Call) -> bool {
    matches!(call.stage, Stage::Ended | Stage::WrapUp { .. } | Stage::Closed { .. })
}

/// What holds of every call, wherever it stands.
fn stands(call: &Call, now: At) {
    let Times { began, wait, ring, talk, hold, .. } = call.times_at(now);
    assert!([wait, ring, talk, hold].into_iter().all(|ms| ms >= 0), "no time is negative");
    let until = match (&call.ended, &call.stage) {
        (Some(ended), _) | (None, Stage::Stopped { ended, .. }) => ended.at,
        _ => now,
    };
    assert_eq!(wait + ring + talk + hold, until.since(began), "every moment counts once");
    assert_eq!(call.ended.is_some(), is_over(call), "over is over, and has one reason");
    assert!(!is_over(call) || call.leg.is_none(), "nothing is left on the line");
    let spoke = talk + hold > 0 || matches!(call.stage, Stage::Connected { .. });
    assert!(!spoke || call.answered_at.is_some(), "who speaks was answered");
    if let Some(ended) = call.ended.filter(|_| call.answered_at.is_some()) {
        let reasons = [EndReason::HungUp, EndReason::Transferred, EndReason::Failed];
        assert!(reasons.contains(&ended.reason), "a call that was spoken is not missed: {ended:?}");
        assert!(
            call.times.ring + talk + hold <= ended.at.since(began),
            "and nothing is longer than the whole"
        );
    }
    let wraps_up = matches!(call.stage, Stage::WrapUp { .. } | Stage::Closed { .. });
    assert!(!wraps_up || call.answered_at.is_some(), "there is something to write up");
}

/// What holds of every step from one to the next.
fn follows(before: &Call, after: &Call, (then, now): (At, At)) {
    let (old, new) = (before.times_at(then), after.times_at(now));
    if !matches!(before.stage, Stage::Offered { .. } | Stage::Ringing { .. } | Stage::Accepted { .. }) {
        assert!(new.ring >= old.ring, "time only adds up");
    }
    assert!(new.wait >= old.wait && new.talk >= old.talk && new.hold >= old.hold, "time only adds up");
    assert!(after.holds >= before.holds && after.parties.starts_with(&before.parties));
    assert!(before.answered_at.is_none() || after.answered_at == before.answered_at, "answered once");
    if before.ended.is_some() {
        assert_eq!(after.ended, before.ended, "there is one way to be over");
        assert_eq!((old, &before.transfer), (new, &after.transfer));
    }
    if matches!(before.stage, Stage::Closed { .. }) {
        assert_eq!(after, before, "nothing more happens");
    }
}

/// A line is never forgotten: it ends by itself, has the call now, or is told to end.
fn leaves_nobody(before: &Call, after: &Call, input: &Input, deeds: &[Deed]) {
    let said_so = |line: &Leg| {
        let ended = matches!(input, Input::Event(Event::Heard(leg, Fact::Ended { .. })) if leg == line);
        let told = [Deed::Reject(line.clone()), Deed::HangUp(line.clone())];
        ended || deeds.iter().any(|deed| told.contains(deed))
    };
    let gone = |old: Option<&Leg>, new: Option<&Leg>| old.filter(|old| new != Some(old)).cloned();
    let colleague = |call: &Call| call.consult().and_then(|consult| consult.leg.clone());
    let is_theirs = after.ended.is_some_and(|ended| ended.reason == EndReason::Transferred);
    if let Some(line) = gone(before.leg.as_ref(), after.leg.as_ref()) {
        assert!(said_so(&line), "{input:?} leaves the caller on the line");
    }
    if let Some(line) = gone(colleague(before).as_ref(), colleague(after).as_ref()) {
        assert!(is_theirs || said_so(&line), "{input:?} leaves the colleague on the line");
    }
}

/// What is said twice is said once.
fn repeats(after: &Call, input: &Input, now: At) {
    let mut again = after.clone();
    let deeds = put_in(&mut again, input, now);
    assert_eq!(&again, after, "{input:?} again");
    // A line that nobody waits for is ended whenever it turns up.
    if !matches!(input, Input::Ask(_) | Input::Event(Event::Dialled(_))) {
        assert_eq!(deeds, Some(vec![]), "{input:?} again");
    }
    let later = now + 1;
    if after.next_deadline().is_none_or(|deadline| deadline > later) {
        put_in(&mut again, input, later);
        assert_eq!(&again, after, "{input:?} a moment later");
    }
}

#[test]
fn whatever_happens_in_whatever_order_a_call_ends_once_and_its_times_add_up() {
    let queued = Call::queued(offer().conversation, at(0));
    let mut frontier: Vec<(Call, At)> =
        [queued, offered(), Call::direct(&invite(), at(5)), Call::dialled(leg(), lea(), at(5)), consulting()]
            .into_iter()
            .map(|call| (call, at(20)))
            .collect();
    let inputs = inputs();
    let (mut seen, mut steps): (HashSet<_>, u64) = (frontier.iter().cloned().collect(), 0);
    let (mut stages, mut reasons) = (BTreeSet::new(), BTreeSet::new());
    for _ in 0..DEPTH {
        let mut next = Vec::new();
        for (before, then) in frontier {
            for input in &inputs {
                let now = if let Input::Pass(seconds) = input { then + seconds * SECOND } else { then };
                let mut after = before.clone();
                let done = put_in(&mut after, input, now);
                steps += 1;
                assert!(done.is_some() || after == before, "what is refused changes nothing: {input:?}");
                if after == before && now == then {
                    continue;
                }
                stands(&after, now);
                follows(&before, &after, (then, now));
                leaves_nobody(&before, &after, input, &done.unwrap_or_default());
                repeats(&after, input, now);
                stages.insert(after.stage.as_str());
                reasons.extend(after.ended.map(|ended| ended.reason.as_str()));
                if seen.insert((after.clone(), now)) {
                    next.push((after, now));
                }
            }
        }
        frontier = next;
    }
    println!("{} calls, {steps} steps, {} inputs, depth {DEPTH}", seen.len(), inputs.len());
    assert_eq!(stages.len(), 13, "every stage was reached: {stages:?}");
    assert_eq!(reasons.len(), 11, "every end was reached: {reasons:?}");
}

/// A call without how long what took, which the order may change.
fn timeless(call: &Call) -> Call {
    Call { times: Times::from(at(0)), answered_at: None, ..call.clone() }
}

#[test]
fn offer_and_invite_in_either_order_and_an_answer_anywhere_come_to_the_same() {
    #[derive(Clone, Copy, PartialEq)]
    enum Comes {
        Offer,
        Invite,
        Accept,
        Gap,
    }
    use Comes::{Accept, Gap, Invite, Offer};
    let orders: &[&[Comes]] = &[
        &[Offer, Invite, Accept, Gap],
        &[Invite, Offer, Accept, Gap],
        &[Offer, Gap, Invite, Accept],
        &[Invite, Gap, Offer, Accept],
        &[Offer, Accept, Gap, Invite],
        &[Invite, Gap, Accept, Offer],
    ];
    let mut ends = 0_u64;
    for gap in [0, 1, 2, 3, 7] {
        let mut calls = Vec::new();
        for order in orders {
            let (mut join, mut call, mut now) = (Join::default(), None::<Call>, at(5));
            for comes in *order {
                match comes {
                    Offer => play(&mut call, join.offer(offer()), now),
                    Invite => play(&mut call, join.invite(invite(), now), now),
                    Accept => drop(call.as_mut().map(|call| call.ask(Ask::Accept, now))),
                    Gap => now = now + gap * SECOND,
                }
                for pair in join.run_out(now) {
                    play(&mut call, pair, now);
                }
            }
            let mut call = call.unwrap();
            // A call that was kept for its offer could not be taken yet.
            call.ask(Ask::Accept, now).unwrap();
            calls.push((call, now));
        }
        let mut first: Vec<Call> = Vec::new();
        for (at_first, now) in calls {
            assert_eq!(at_first.stage, Stage::Accepted { until: None });
            assert_eq!(at_first.times_at(now).whole(), now.since(at(0)), "since the caller waits");
            // And whatever comes then comes to the same too.
            let mut all = vec![at_first];
            for _ in 0..2 {
                let further = |call: &Call| -> Vec<Call> {
                    let steps = inputs().into_iter().map(|input| {
                        let mut call = call.clone();
                        put_in(&mut call, &input, now + 1);
                        call
                    });
                    steps.collect()
                };
                all = all.iter().flat_map(further).collect();
            }
            let all: Vec<Call> = all.iter().map(timeless).collect();
            ends += all.len() as u64;
            if first.is_empty() {
                first = all;
            } else {
                assert!(first == all, "the order made a difference, {gap} s apart");
            }
        }
    }
    println!("{ends} ends compared");
}
