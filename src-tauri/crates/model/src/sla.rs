//! The promise on an answer: from the customer's oldest unanswered message to the queue's target.

use crate::{At, conversation::Promise, workspace::Queue};

/// The promise for a conversation whose oldest unanswered message came at `unanswered_since`.
pub fn promise(queue: &Queue, answered_before: bool, unanswered_since: Option<At>) -> Option<Promise> {
    let from = unanswered_since?;
    let seconds = if answered_before { queue.next_reply_s } else { queue.first_reply_s };
    Some(Promise { from, due: from + i64::from(seconds) * 1_000 })
}
