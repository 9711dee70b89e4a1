//! Known mistakes, made on purpose at the edges of the real code: each must be found by some schedule. This is the test of
//! the tests.

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mistake {
    /// The service keeps receipts in a transaction of their own, and loses some with an answer.
    ReceiptOutsideTheTransaction,
    /// The desk takes the cursor of a frame, but not its changes.
    CursorBeforeTheRows,
    /// The desk takes its own row off as soon as the receipt is there, before the change has arrived.
    OverlayDroppedAtTheReceipt,
    /// A frame that does not begin at the cursor is applied.
    GapIgnored,
    /// What a restored service forgot is not sent again.
    NotAskedAgain,
    /// Commands do not say which log they are meant for: a late copy is done by a service that was restored.
    MeantForAnyLog,
    /// Nor is a receipt of another log told from one of this log.
    ReceiptOfAnotherLog,
    /// A command whose answer was lost is sent under a new name.
    NewNameForEveryTry,
    /// What was on its way when the desk died counts as done.
    InflightForgotten,
    /// What leaves sight stays on the desk.
    LeftIsKept,
    /// The service writes over what somebody else changed.
    NoCompareAndSet,
    /// A live reply has no end.
    NoEndForLiveReplies,
    /// The desk does not remember after a crash that a command went out.
    SentIsForgotten,
}

/// All of them, each with a seed before the one that found it last: there the search begins, only to be quick.
pub const ALL: [(Mistake, u64); 13] = [
    (Mistake::ReceiptOutsideTheTransaction, 0),
    (Mistake::CursorBeforeTheRows, 0),
    (Mistake::OverlayDroppedAtTheReceipt, 0),
    (Mistake::GapIgnored, 0),
    (Mistake::NotAskedAgain, 0),
    (Mistake::MeantForAnyLog, 9_300),
    (Mistake::ReceiptOfAnotherLog, 560),
    (Mistake::NewNameForEveryTry, 0),
    (Mistake::InflightForgotten, 40),
    (Mistake::LeftIsKept, 0),
    (Mistake::NoCompareAndSet, 0),
    (Mistake::NoEndForLiveReplies, 30),
    (Mistake::SentIsForgotten, 960),
];
