//! The small model of "nothing is lost": one service, two devices and three commands, looked at in every order in which
//! things can happen and go wrong. It models the protocol as it must be; `mistake.rs` lists ways to get it wrong, and each
//! is shown to be found.
//!
//! What is bounded: three commands; two frames on a stream and two requests and two answers beside it; each kind of fault
//! (loss, duplicate, reorder, crash, restore from a backup) happens once at most, and two kinds in one run. What is taken
//! together, because the moment between changes nothing: hello with its answer, and a snapshot with the moment at which it
//! ended (it may have begun when the log was up to as many changes shorter as there are); silence, close codes and pings
//! are one "dials again"; a lost request goes out again at once; what the service had said on its streams before a
//! restore was heard before it, or never is. A crash loses what was on its way, but for copies. Every advisor sees every
//! row; time, sign-in, files and lanes side by side are left to the simulation.

mod channel;
mod device;
mod explorer;
mod few;
mod mistake;
mod plan;
mod properties;
mod service;
mod world;

use std::time::Instant;

use explorer::explore;
use mistake::Mistake;
use plan::{BOTH_ROWS, CHANGE_OF_CHANGE, ONE_LANE, Plan, SAME_WISH, THIRD_WRITER};
use world::Rules;

/// Kinds of faults in one run.
const FAULTS: u32 = 2;

#[track_caller]
fn holds(plan: Plan) {
    let began = Instant::now();
    let seen = explore(&Rules { plan, mistake: None }, FAULTS);
    println!(
        "{} worlds, {} ways between them, {:.1} s",
        seen.worlds,
        seen.ways,
        began.elapsed().as_secs_f32()
    );
    assert!(seen.found.is_none(), "{:#?}", seen.found);
}

/// One fault is enough for each.
#[track_caller]
fn is_found(mistake: Mistake, plan: Plan, as_what: &str) {
    let seen = explore(&Rules { plan, mistake: Some(mistake) }, 1);
    let Some((what, way)) = seen.found else { panic!("{mistake:?} is not found in {} worlds", seen.worlds) };
    println!("{mistake:?}: found after {} steps in {} worlds. {what}: {way:?}", way.len(), seen.worlds);
    assert!(what.starts_with(as_what), "{mistake:?} is found as {what}");
}

#[test]
fn two_advisors_write_and_change_the_same_field() {
    holds(BOTH_ROWS);
}

#[test]
fn two_lines_keep_their_order_and_a_late_reply_is_not_sent() {
    holds(ONE_LANE);
}

#[test]
fn a_change_over_an_own_change_never_covers_what_came_between() {
    holds(CHANGE_OF_CHANGE);
}

#[test]
fn two_advisors_want_the_same() {
    holds(SAME_WISH);
}

#[test]
fn a_version_of_a_lost_log_is_nobody_elses() {
    holds(THIRD_WRITER);
}

#[test]
fn a_receipt_apart_from_its_effect_doubles() {
    is_found(Mistake::ReceiptApart, BOTH_ROWS, "I2");
}

#[test]
fn a_cursor_before_its_rows_loses_them() {
    is_found(Mistake::CursorFirst, BOTH_ROWS, "I5");
}

#[test]
fn two_files_that_are_not_repaired_at_the_start_never_agree() {
    is_found(Mistake::NoSettlingAtStart, BOTH_ROWS, "I8");
}

#[test]
fn an_overlay_dropped_at_the_receipt_hides_what_was_done() {
    is_found(Mistake::OverlayDroppedAtReceipt, BOTH_ROWS, "I5");
}

#[test]
fn a_frame_over_a_gap_loses_what_was_in_it() {
    is_found(Mistake::GapsApplied, BOTH_ROWS, "I5");
}

#[test]
fn what_a_lost_log_confirmed_must_be_sent_again() {
    is_found(Mistake::OldAcksKept, BOTH_ROWS, "I1");
}

#[test]
fn a_receipt_of_a_lost_log_confirms_nothing() {
    is_found(Mistake::ReceiptEpochIgnored, BOTH_ROWS, "I");
}

#[test]
fn a_snapshot_over_old_rows_shows_what_is_gone() {
    is_found(Mistake::OldRowsKept, BOTH_ROWS, "I4");
}

#[test]
fn a_blind_change_covers_somebody_elses() {
    is_found(Mistake::BlindSet, BOTH_ROWS, "I9");
}

#[test]
fn a_counted_base_counts_an_own_change_that_was_refused() {
    is_found(Mistake::BaseCounted, CHANGE_OF_CHANGE, "I9");
}

#[test]
fn a_counted_base_means_another_change_after_a_restore() {
    is_found(Mistake::BaseCounted, THIRD_WRITER, "I9");
}

#[test]
fn what_was_on_its_way_at_a_crash_must_be_sent_again() {
    is_found(Mistake::InflightForgotten, BOTH_ROWS, "I8");
}

#[test]
fn an_unnamed_predecessor_lets_a_lane_overtake_itself() {
    is_found(Mistake::PredecessorNotNamed, ONE_LANE, "I3");
}

#[test]
fn a_predecessor_that_the_log_never_heard_of_stops_a_lane() {
    is_found(Mistake::PredecessorOfOldLog, CHANGE_OF_CHANGE, "I8");
}

#[test]
fn a_reply_that_went_out_may_not_count_as_not_sent() {
    is_found(Mistake::SentReplyExpires, ONE_LANE, "I1");
}
