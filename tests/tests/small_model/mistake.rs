//! Mistakes that can be made in this protocol, one at a time: the test of the test. Each must be found.

/// A mistake.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Mistake {
    /// The receipt is kept once its answer arrived, not together with the effect.
    ReceiptApart,
    /// The cursor is written before the rows, in a transaction of its own.
    CursorFirst,
    /// What is done is settled after each frame only, not again at the start.
    NoSettlingAtStart,
    /// A row is no longer laid over the base once its receipt is there.
    OverlayDroppedAtReceipt,
    /// A frame is applied whatever cursor it begins at.
    GapsApplied,
    /// What another log confirmed is not sent again.
    OldAcksKept,
    /// A receipt is taken for one of the log that is followed.
    ReceiptEpochIgnored,
    /// A snapshot is put over the rows that are there instead of in their place.
    OldRowsKept,
    /// The field is set whatever was seen.
    BlindSet,
    /// What was seen is remembered as the number of changes, not as the change.
    BaseCounted,
    /// What was on its way is not sent again after a start.
    InflightForgotten,
    /// A command does not say which one of its lane comes before it.
    PredecessorNotNamed,
    /// It names every one that got an answer, also one that this log never heard of.
    PredecessorOfOldLog,
    /// A reply expires although it went out and may have arrived.
    SentReplyExpires,
}
