//! What is between a device and the service: one stream with two frames at most, and requests beside it, which keep no
//! order.

use super::{few::Few, plan::Id, service::Rows};

/// What follows in the log from a number on; the events say up to which.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub(crate) struct Frame {
    pub(crate) from: u8,
    pub(crate) events: Rows,
}

/// A command on its way.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub(crate) struct Request {
    pub(crate) id: Id,
    /// The one of its lane that must be there before.
    pub(crate) after: Id,
}

/// What the service says of a command.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub(crate) enum Said {
    /// Its predecessor is not there.
    #[default]
    Retry,
    /// Done, or already so: the log shows it up to here.
    Acked { seq: u8 },
    /// Somebody else was first.
    Conflict,
}

/// A receipt on its way. It names the log that it is of.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub(crate) struct Answer {
    pub(crate) id: Id,
    pub(crate) epoch: u8,
    pub(crate) said: Said,
}

/// The way between one device and the service.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Channel {
    /// How far the service has said the log on this stream; nothing when it knows of no stream.
    pub(crate) seat: Option<u8>,
    /// What it said and nobody heard yet.
    pub(crate) frames: Few<Frame, 2>,
    pub(crate) requests: Few<Request, 2>,
    pub(crate) answers: Few<Answer, 2>,
}

impl Channel {
    /// A way that nothing is on.
    pub(crate) fn new() -> Self {
        Self { seat: Some(0), frames: Few::new(), requests: Few::new(), answers: Few::new() }
    }

    /// A new stream in the place of the old one, whose frames nobody hears any more. Requests go their own way.
    pub(crate) fn stream_from(&mut self, seat: Option<u8>) {
        self.seat = seat;
        self.frames = Few::new();
    }
}
