//! What an exchange tells.

use std::fmt;

use crate::{CallId, Happening, Party};

/// What an exchange tells. Numbers have no `Debug`: they do not belong into a log.
#[derive(Clone, PartialEq)]
pub enum Said {
    /// Whether calls arrive at a line, whenever that changes.
    Line {
        /// Which.
        user: String,
        /// Whether they do.
        there: bool,
    },
    /// Somebody calls, and hears nothing yet: neither that it rings nor that it waits.
    Incoming {
        /// The call.
        call: CallId,
        /// Who says to call.
        from: Party,
        /// What was called: what is before the `@`.
        to: String,
        /// The line that calls, which is proven; nothing if it is somebody outside.
        line: Option<String>,
    },
    /// A line's telephone asks for its call to be handed over. It waits to hear how that goes.
    Referred {
        /// Its call.
        call: CallId,
        /// To whom: what is before the `@`.
        to: String,
        /// The other call of the same telephone, whose other side should get this one's.
        replaces: Option<CallId>,
    },
    /// What happens in a call.
    Call(CallId, Happening),
}

impl fmt::Debug for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line { there, .. } => f.debug_struct("Line").field("there", there).finish_non_exhaustive(),
            Self::Incoming { call, .. } => {
                f.debug_struct("Incoming").field("call", call).finish_non_exhaustive()
            }
            Self::Referred { call, replaces, .. } => f
                .debug_struct("Referred")
                .field("call", call)
                .field("replaces", replaces)
                .finish_non_exhaustive(),
            Self::Call(call, happening) => f.debug_tuple("Call").field(call).field(happening).finish(),
        }
    }
}
