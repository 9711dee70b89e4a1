//! The sync machine, alone: what it wants done when the line misbehaves. No socket, no file, no real time.

use backend::Trouble;
use desk::{
    clock::Now,
    sync::{Effect, Input, Landing, LineState, Sync, lanes::Item},
};
use model::{
    At, CommandId, DeviceId, Epoch,
    wire::{
        ClientFrame, Outcome, Rejection, ServerFrame,
        commands::Receipt,
        frames::{ResetReason, close},
        reads::SnapshotStart,
    },
};
use uuid::Uuid;

const EPOCH: Epoch = Epoch(Uuid::from_u128(7));

/// A machine and its two clocks.
struct Machine {
    sync: Sync,
    now: Now,
}

impl Machine {
    /// One that knows the log up to `cursor` and has been told to start.
    fn started(cursor: u64, waiting: Vec<Item>) -> (Self, Vec<Effect>) {
        let mut machine = Self {
            sync: Sync::new(DeviceId(Uuid::from_u128(1)), 42),
            now: Now { mono: 1_000, wall: At(1_000_000) },
        };
        let effects = machine.step(Input::Start { epoch: Some(EPOCH), cursor, waiting });
        (machine, effects)
    }

    /// One with an open line, caught up.
    fn live(cursor: u64, waiting: Vec<Item>) -> Self {
        let (mut machine, effects) = Self::started(cursor, waiting);
        assert_eq!(effects, [Effect::Dial]);
        machine.step(Input::Dialled(Ok(())));
        machine.hears(ServerFrame::Resumed { head: cursor, now: machine.now.wall });
        assert_eq!(machine.sync.line(), LineState::Live);
        machine
    }

    fn step(&mut self, input: Input) -> Vec<Effect> {
        self.sync.step(input, self.now)
    }

    fn hears(&mut self, frame: ServerFrame) -> Vec<Effect> {
        self.step(Input::Heard(Box::new(frame)))
    }

    fn range(&mut self, from: u64, to: u64) -> Vec<Effect> {
        self.hears(ServerFrame::Range { from, to, events: Vec::new() })
    }

    /// Both clocks go on.
    fn pass(&mut self, ms: i64) -> Vec<Effect> {
        self.now.mono += ms;
        self.now.wall = self.now.wall + ms;
        self.step(Input::Tick)
    }

    /// Time until the next try, and what it wants then.
    fn next_try(&mut self) -> Vec<Effect> {
        let wake = self.sync.next_wake(self.now);
        let ms = wake - self.now.mono;
        self.pass(ms)
    }
}

fn item(id: u128, lane: &str) -> Item {
    Item {
        id: CommandId(Uuid::from_u128(id)),
        lane: lane.into(),
        not_before: None,
        expires: None,
        files: false,
        attempts: 0,
        sent: false,
    }
}

fn submitted(effects: &[Effect]) -> Vec<u128> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Submit(batch) => Some(batch.iter().map(|id| id.0.as_u128()).collect::<Vec<_>>()),
            _ => None,
        })
        .flatten()
        .collect()
}

fn receipt(id: u128, outcome: Outcome) -> Input {
    Input::Receipts(EPOCH, vec![Receipt { id: CommandId(Uuid::from_u128(id)), duplicate: false, outcome }])
}

#[test]
fn the_first_visit_takes_a_snapshot_and_streams_from_where_it_began() {
    let mut machine =
        Machine { sync: Sync::new(DeviceId(Uuid::from_u128(1)), 42), now: Now { mono: 0, wall: At(0) } };
    let began = machine.step(Input::Start { epoch: None, cursor: 0, waiting: Vec::new() });
    assert_eq!(began, [Effect::BeginSnapshot(1)]);
    let start = SnapshotStart { epoch: EPOCH, cursor: 9 };
    assert_eq!(machine.step(Input::SnapshotBegan(1, Ok(start))), [Effect::TakePage(1, None)]);
    assert_eq!(
        machine.step(Input::PageTaken(1, Ok(Some("b".into())))),
        [Effect::TakePage(1, Some("b".into()))]
    );
    assert_eq!(
        machine.step(Input::PageTaken(1, Ok(None))),
        [Effect::FinishSnapshot { epoch: EPOCH, cursor: 9 }, Effect::Dial]
    );
    let hello = machine.step(Input::Dialled(Ok(())));
    assert!(
        matches!(&hello[..], [Effect::Say(ClientFrame::Hello { epoch: Some(EPOCH), cursor: 9, .. })]),
        "{hello:?}"
    );
}

#[test]
fn half_a_snapshot_is_none() {
    let mut machine =
        Machine { sync: Sync::new(DeviceId(Uuid::from_u128(1)), 42), now: Now { mono: 0, wall: At(0) } };
    machine.step(Input::Start { epoch: None, cursor: 0, waiting: Vec::new() });
    machine.step(Input::SnapshotBegan(1, Ok(SnapshotStart { epoch: EPOCH, cursor: 9 })));
    machine.step(Input::PageTaken(1, Err(Trouble::Unreachable)));
    assert_eq!(machine.next_try(), [Effect::BeginSnapshot(2)], "it begins from the start");
}

#[test]
fn f3_a_frame_is_applied_once_and_in_order() {
    let mut machine = Machine::live(5, Vec::new());
    assert_eq!(machine.range(5, 7), [Effect::Apply { to: 7, events: vec![] }]);
    assert_eq!(machine.range(7, 9), [], "the next one waits until the first is written");
    assert_eq!(machine.range(5, 7), [], "one that was heard before is nothing");
    assert_eq!(machine.step(Input::Applied), [Effect::Apply { to: 9, events: vec![] }]);
    assert_eq!(machine.step(Input::Applied), []);
    assert_eq!(machine.range(6, 8), [], "an old one is nothing");
}

#[test]
fn after_a_gap_everything_missed_is_asked_for_again() {
    let mut machine = Machine::live(5, Vec::new());
    let effects = machine.range(6, 8);
    assert_eq!(effects[0], Effect::HangUp);
    assert!(effects.contains(&Effect::Dial) || machine.next_try().contains(&Effect::Dial));
    let hello = machine.step(Input::Dialled(Ok(())));
    assert!(matches!(&hello[..], [Effect::Say(ClientFrame::Hello { cursor: 5, .. })]), "{hello:?}");
}

#[test]
fn a_disk_that_refuses_loses_nothing() {
    let mut machine = Machine::live(5, Vec::new());
    machine.range(5, 7);
    assert_eq!(machine.step(Input::NotApplied), [Effect::HangUp]);
    assert_eq!(machine.next_try(), [Effect::Dial]);
    let hello = machine.step(Input::Dialled(Ok(())));
    assert!(matches!(&hello[..], [Effect::Say(ClientFrame::Hello { cursor: 5, .. })]), "{hello:?}");
}

#[test]
fn a_silent_line_is_dropped_within_35_seconds() {
    let mut machine = Machine::live(5, Vec::new());
    let mut passed = 0;
    let mut effects = Vec::new();
    while passed < 35_000 {
        passed += 1_000;
        effects.extend(machine.pass(1_000));
    }
    let pings = effects.iter().filter(|e| matches!(e, Effect::Say(ClientFrame::Ping { cursor: 5 }))).count();
    assert_eq!(pings, 2, "it was asked twice");
    assert!(effects.contains(&Effect::HangUp));
}

#[test]
fn after_sleep_the_line_is_made_anew_at_once() {
    let mut machine = Machine::live(5, Vec::new());
    machine.now.wall = machine.now.wall + 8 * 3_600_000;
    let effects = machine.pass(5_000);
    assert!(effects.starts_with(&[Effect::HangUp]), "{effects:?}");
    assert!(effects.contains(&Effect::Dial));
}

#[test]
fn a_restored_service_is_noticed() {
    let (mut machine, _) = Machine::started(50, Vec::new());
    machine.step(Input::Dialled(Ok(())));
    let effects = machine.hears(ServerFrame::Reset { reason: ResetReason::EpochChanged });
    assert_eq!(effects, [Effect::HangUp, Effect::BeginSnapshot(1)]);
}

#[test]
fn a_newer_service_stops_the_line_and_says_so() {
    let (mut machine, _) = Machine::started(50, Vec::new());
    machine.step(Input::Dialled(Ok(())));
    machine.hears(ServerFrame::Reset { reason: ResetReason::Schema });
    assert_eq!(machine.sync.line(), LineState::UpdateNeeded);
}

#[test]
fn a_line_that_is_closed_for_good_reason_is_dialled_at_once_to_learn_which() {
    let mut machine = Machine::live(5, Vec::new());
    assert!(machine.step(Input::Closed(Some(close::AUTH))).contains(&Effect::Dial));
    machine.step(Input::Dialled(Err(Trouble::SignIn)));
    assert_eq!(machine.sync.line(), LineState::SignInNeeded);
    assert!(machine.step(Input::SignedIn).contains(&Effect::Dial));

    // Another role: it goes on, and is told what it may no longer see.
    let mut machine = Machine::live(5, Vec::new());
    assert!(machine.step(Input::Closed(Some(close::FORBIDDEN))).contains(&Effect::Dial));
    machine.step(Input::Dialled(Ok(())));
    machine.hears(ServerFrame::Resumed { head: 5, now: machine.now.wall });
    assert_eq!(machine.sync.line(), LineState::Live);

    // An account that is closed, or a sign-in that was ended: what was told is forgotten.
    assert!(machine.step(Input::Closed(Some(close::FORBIDDEN))).contains(&Effect::Dial));
    let effects = machine.step(Input::Dialled(Err(Trouble::Ended)));
    assert_eq!(effects, [Effect::HangUp, Effect::Forget]);
    assert_eq!(machine.sync.line(), LineState::SignInNeeded);
    assert!(machine.pass(3_600_000).is_empty(), "until somebody signs in");
}

#[test]
fn a_service_that_closes_every_line_at_once_is_not_hammered() {
    let (mut machine, _) = Machine::started(5, Vec::new());
    machine.step(Input::Dialled(Ok(())));
    assert!(machine.step(Input::Closed(Some(close::FORBIDDEN))).is_empty(), "it rests first");
    assert!(machine.next_try().contains(&Effect::Dial));
}

/// F7: a sign-in that is not accepted is nobody's fault but its own.
#[test]
fn what_waits_for_a_sign_in_counts_no_attempt_and_goes_out_after_it() {
    let mut machine = Machine::live(5, Vec::new());
    machine.step(Input::Queued(item(1, "good")));
    machine.step(receipt(1, Outcome::Applied { seq: 6 }));
    machine.step(Input::Queued(item(2, "a")));
    for _ in 0..10 {
        let effects = machine.step(Input::NoReceipts(vec![CommandId(Uuid::from_u128(2))], Trouble::SignIn));
        assert!(
            effects.iter().any(|e| matches!(e, Effect::Settle(_, Landing::Queued { attempts: 0 }))),
            "{effects:?}"
        );
        assert_eq!(machine.sync.line(), LineState::SignInNeeded);
        assert!(submitted(&machine.pass(3_600_000)).is_empty(), "it waits, however long");
        assert!(machine.step(Input::SignedIn).contains(&Effect::Dial));
        machine.step(Input::Dialled(Ok(())));
        let effects = machine.hears(ServerFrame::Resumed { head: 5, now: machine.now.wall });
        assert_eq!(submitted(&effects), [2]);
    }
}

#[test]
fn a_file_that_the_service_has_not_got_goes_again_before_its_message() {
    let mut machine = Machine::live(5, Vec::new());
    let id = CommandId(Uuid::from_u128(1));
    let missing = || Outcome::Rejected { code: Rejection::BlobMissing, message: String::new() };
    machine.step(Input::Queued(Item { files: true, ..item(1, "a") }));
    assert_eq!(submitted(&machine.step(Input::Uploaded(id, Ok(())))), [1]);
    for _ in 0..8 {
        let effects = machine.step(receipt(1, missing()));
        assert!(effects.starts_with(&[Effect::Missing(id)]), "{effects:?}");
        assert!(!effects.iter().any(|e| matches!(e, Effect::Settle(_, Landing::Wedged(_)))), "{effects:?}");
        let mut again = Vec::new();
        while again.is_empty() {
            machine.hears(ServerFrame::Pong { head: 5, now: machine.now.wall });
            again.extend(machine.pass(1_000).into_iter().filter(|e| matches!(e, Effect::Upload(_))));
        }
        assert_eq!(again, [Effect::Upload(id)]);
        assert_eq!(submitted(&machine.step(Input::Uploaded(id, Ok(())))), [1]);
    }
    machine.step(receipt(1, missing()));
    let effects = machine.step(Input::Uploaded(id, Err(Trouble::NotFound)));
    let lost = effects.iter().any(|effect| {
        matches!(
            effect,
            Effect::Settle(_, Landing::Wedged(Outcome::Rejected { code: Rejection::BlobMissing, .. }))
        )
    });
    assert!(lost, "only when it is gone here, too: {effects:?}");
}

#[test]
fn the_line_says_down_only_after_some_tries() {
    let (mut machine, _) = Machine::started(5, Vec::new());
    assert_eq!(machine.sync.line(), LineState::Connecting);
    for _ in 0..2 {
        machine.step(Input::Dialled(Err(Trouble::Unreachable)));
        machine.next_try();
    }
    assert_eq!(machine.sync.line(), LineState::Down);
}

#[test]
fn one_lane_goes_one_after_the_other_and_lanes_side_by_side() {
    let mut machine = Machine::live(5, vec![item(1, "a"), item(2, "a"), item(3, "b")]);
    let effects = machine.step(Input::Tick);
    let first = submitted(&effects);
    // What was ready went out with the step that brought the line; nothing goes twice.
    assert!(first.is_empty());
    let effects = machine.step(receipt(1, Outcome::Applied { seq: 6 }));
    assert_eq!(submitted(&effects), [2], "the next of the lane, now that the first is there");
}

#[test]
fn an_unanswered_command_goes_out_again_under_its_name() {
    let mut machine = Machine::live(5, Vec::new());
    let effects = machine.step(Input::Queued(item(1, "a")));
    assert_eq!(submitted(&effects), [1]);
    let effects = machine.step(Input::NoReceipts(vec![CommandId(Uuid::from_u128(1))], Trouble::Unreachable));
    assert!(matches!(effects[0], Effect::Settle(_, Landing::Queued { attempts: 0 })), "{effects:?}");
    let mut again = Vec::new();
    for _ in 0..10 {
        again.extend(submitted(&machine.pass(1_000)));
    }
    assert_eq!(again, [1]);
}

#[test]
fn a_live_reply_that_waited_too_long_is_not_sent() {
    let mut machine = Machine::live(5, Vec::new());
    machine.step(Input::Closed(None));
    let expires = Some(machine.now.wall + 45_000);
    machine.step(Input::Queued(Item { expires, ..item(1, "a") }));
    let effects = machine.pass(45_000);
    assert!(
        effects.contains(&Effect::Settle(CommandId(Uuid::from_u128(1)), Landing::Expired)),
        "{effects:?}"
    );
    machine.step(Input::Dialled(Ok(())));
    let head = machine.hears(ServerFrame::Resumed { head: 5, now: machine.now.wall });
    assert!(submitted(&head).is_empty());
}

#[test]
fn what_can_be_undone_waits_and_can_be_hurried() {
    let mut machine = Machine::live(5, Vec::new());
    let not_before = Some(machine.now.wall + 3_000);
    let waits = machine.step(Input::Queued(Item { not_before, ..item(1, "a") }));
    assert!(submitted(&waits).is_empty());
    assert_eq!(submitted(&machine.step(Input::SendNow(CommandId(Uuid::from_u128(1))))), [1]);

    let not_before = Some(machine.now.wall + 3_000);
    machine.step(Input::Queued(Item { not_before, ..item(2, "b") }));
    machine.step(Input::Unqueued(CommandId(Uuid::from_u128(2))));
    assert!(submitted(&machine.pass(5_000)).is_empty(), "taken back in time");
}

#[test]
fn f13_a_command_that_chokes_the_service_stops_only_its_lane() {
    let mut machine = Machine::live(5, Vec::new());
    machine.step(Input::Queued(item(1, "good")));
    machine.step(receipt(1, Outcome::Applied { seq: 6 }));
    machine.step(Input::Queued(item(2, "bad")));
    let id = CommandId(Uuid::from_u128(2));
    let mut wedged = false;
    for _ in 0..10 {
        let effects = machine.step(Input::NoReceipts(vec![id], Trouble::Fault));
        wedged |= effects.iter().any(|e| matches!(e, Effect::Settle(_, Landing::Wedged(_))));
        if wedged {
            break;
        }
        // The line stays alive meanwhile.
        for _ in 0..70 {
            machine.hears(ServerFrame::Pong { head: 5, now: machine.now.wall });
            machine.pass(10_000);
        }
    }
    assert!(wedged);
    assert_eq!(submitted(&machine.step(Input::Queued(item(3, "good")))), [3]);
}

#[test]
fn each_refusal_lands_where_the_advisor_can_decide() {
    let refused = |code| Outcome::Rejected { code, message: String::new() };
    for (code, orphaned) in [
        (Rejection::NotAssigned, true),
        (Rejection::Gone, true),
        (Rejection::Closed, false),
        (Rejection::Invalid, false),
    ] {
        let mut machine = Machine::live(5, Vec::new());
        machine.step(Input::Queued(item(1, "a")));
        let effects = machine.step(receipt(1, refused(code)));
        let landed = effects.iter().any(|effect| match effect {
            Effect::Settle(_, Landing::Orphaned(_)) => orphaned,
            Effect::Settle(_, Landing::Wedged(_)) => !orphaned,
            _ => false,
        });
        assert!(landed, "{code:?}: {effects:?}");
    }
}
