//! A call of a line: what was agreed, who holds whom, and who hears what.

use std::sync::{Mutex, MutexGuard, PoisonError};

use rsipstack::{
    dialog::invite_dialog::InviteDialog,
    sip::{HeadersExt, Uri},
    transaction::key::TransactionRole,
};

use super::{
    line::Line,
    session::{Direction, Ours, Theirs},
};
use crate::{
    CallId, Ended, Happening, Party, Side, Trouble,
    media::{engine::Port, leg::Says},
};

/// How far a call is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// It rings here.
    Offered,
    /// We took it; the caller does not know yet.
    Answered,
    /// We called.
    Dialled,
    /// Both speak.
    Connected,
    /// It is over.
    Ended,
}

/// What changes in a call.
#[derive(Debug)]
pub(super) struct State {
    pub(super) stage: Stage,
    pub(super) ours: Ours,
    /// What they said about themselves last.
    pub(super) theirs: Option<Theirs>,
    /// Who speaks, as they want it.
    pub(super) they: Direction,
    pub(super) held: bool,
    pub(super) muted: bool,
    pub(super) joined: bool,
    /// It rings at theirs.
    pub(super) rings: bool,
    /// It is being handed over.
    pub(super) transferring: bool,
}

/// A call.
pub(super) struct Call {
    pub(super) id: CallId,
    pub(super) dialog: InviteDialog,
    pub(super) port: Port,
    /// The call in which we were told to make this one.
    pub(super) referred_by: Option<CallId>,
    /// Only one thing is agreed upon at a time.
    pub(super) turn: tokio::sync::Mutex<()>,
    state: Mutex<State>,
}

impl Call {
    pub(super) fn new(
        id: CallId,
        dialog: InviteDialog,
        port: Port,
        stage: Stage,
        ours: Ours,
        theirs: Option<Theirs>,
        referred_by: Option<CallId>,
    ) -> Self {
        let they = theirs.as_ref().map_or(Direction::BOTH, |theirs| theirs.direction);
        Self {
            id,
            dialog,
            port,
            referred_by,
            turn: tokio::sync::Mutex::default(),
            state: Mutex::new(State {
                stage,
                ours,
                theirs,
                they,
                held: false,
                muted: false,
                joined: false,
                rings: false,
                transferring: false,
            }),
        }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it is this call, as the other side of it would name it: by our tag and by theirs.
    pub(super) fn is(&self, ours: &str, theirs: &str) -> bool {
        let id = self.dialog.id();
        id.local_tag == ours && id.remote_tag == theirs
    }

    /// The other side's address.
    pub(super) fn other(&self) -> Uri {
        let request = self.dialog.initial_request();
        let other = match self.dialog.role() {
            TransactionRole::Server => request.from_header().and_then(|from| from.uri()),
            TransactionRole::Client => request.to_header().and_then(|to| to.uri()),
        };
        other.unwrap_or_default()
    }

    /// They said something about themselves: they are heard and spoken to so from now on.
    pub(super) fn agree(&self, line: &Line, theirs: Theirs) {
        let format = theirs.format(&self.state().ours);
        line.engine.begin(&self.id, &self.port, format, theirs.address);
        self.state().theirs = Some(theirs);
        self.route(line);
    }

    /// Who speaks, as they want it from now on. Tells whether they hold us.
    pub(super) fn they_want(&self, line: &Line, they: Direction) {
        let before = std::mem::replace(&mut self.state().they, they);
        self.route(line);
        if before.listens != they.listens {
            let happening =
                if they.listens { Happening::Resumed(Side::Them) } else { Happening::Held(Side::Them) };
            line.tell(&self.id, happening);
        }
    }

    /// Lets each side hear what it should.
    pub(super) fn route(&self, line: &Line) {
        let state = self.state();
        line.engine.with(&self.id, |leg| {
            let is_up = matches!(state.stage, Stage::Answered | Stage::Connected);
            leg.says = match (is_up && state.they.listens, state.held || state.muted) {
                (false, _) => Says::Nothing,
                (true, true) => Says::Silence,
                (true, false) => Says::Voice,
            };
            leg.hear(state.they.speaks && !state.held);
            leg.joined = state.joined && !state.held;
        });
    }

    /// It is over. Told once, whoever says it first.
    pub(super) fn end(&self, line: &Line, ended: Ended) {
        if std::mem::replace(&mut self.state().stage, Stage::Ended) == Stage::Ended {
            return;
        }
        line.calls().remove(&self.id);
        if let Some(quality) = line.engine.end(&self.id) {
            line.tell(&self.id, Happening::Quality(quality));
        }
        line.tell(&self.id, Happening::Ended(ended));
    }

    /// Goes to another stage; not if it is over.
    pub(super) fn advance(&self, from: Stage, to: Stage) -> Result<(), Trouble> {
        let mut state = self.state();
        match state.stage {
            stage if stage == from => {
                state.stage = to;
                Ok(())
            }
            Stage::Ended => Err(Trouble::Over),
            _ => Err(Trouble::NotNow),
        }
    }
}

/// Who somebody is, as a header names them.
pub(super) fn party(name: Option<String>, address: &Uri) -> Party {
    Party {
        number: address.user().unwrap_or_default().to_owned(),
        name: name.map(|name| name.trim_matches('"').to_owned()).filter(|name| !name.is_empty()),
    }
}
