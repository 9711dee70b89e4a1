//! A call of a line: what was agreed, who holds whom, and who hears what.

use std::{
    net::IpAddr,
    sync::{Mutex, MutexGuard, PoisonError},
};

use rsipstack::{
    dialog::invite_dialog::InviteDialog,
    sip::{HeadersExt, StatusCode, Uri},
    transaction::key::TransactionRole,
};
use tokio::sync::mpsc::UnboundedSender;

use super::{
    referral::unescaped,
    session::{Direction, Ours, Theirs},
    station::Station,
};
use crate::{
    CallId, Ended, Happening, Party, Side, Trouble,
    media::{
        engine::Port,
        leg::{Group, Says},
        remote::Named,
    },
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
    /// The calls that it is joined with.
    pub(super) joined: Option<Group>,
    /// It rings at theirs.
    pub(super) rings: bool,
    /// It is being handed over.
    pub(super) transferring: bool,
    /// The call whose other side it is handed over to.
    pub(super) consulted: Option<CallId>,
    /// Says to the other side how it goes with calling somebody else, one after the other.
    pub(super) reports: Option<UnboundedSender<StatusCode>>,
}

/// A call.
pub(super) struct Call {
    pub(super) id: CallId,
    pub(super) dialog: InviteDialog,
    pub(super) port: Port,
    /// The call in which we were told to make this one.
    pub(super) referred_by: Option<CallId>,
    /// Whether the other side may ask us to call somebody else.
    pub(super) refers: bool,
    /// Whether sound that anybody could hear is not wanted in it.
    pub(super) locks: bool,
    /// Where the other side's words come from, if sound goes only to those who proved to be where they say: whoever wrote
    /// somebody else's address into an invitation must not have them get all that is played.
    pub(super) there: Option<IpAddr>,
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
    ) -> Self {
        let they = theirs.as_ref().map_or(Direction::BOTH, |theirs| theirs.direction);
        Self {
            id,
            dialog,
            port,
            referred_by: None,
            refers: false,
            locks: false,
            there: None,
            turn: tokio::sync::Mutex::default(),
            state: Mutex::new(State {
                stage,
                ours,
                theirs,
                they,
                held: false,
                muted: false,
                joined: None,
                rings: false,
                transferring: false,
                consulted: None,
                reports: None,
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
    pub(super) fn agree(&self, station: &Station, theirs: Theirs) {
        let format = theirs.format(&self.state().ours);
        let is_known = self.there.is_none_or(|there| there == theirs.address.ip());
        station.engine.begin(&self.id, &self.port, format, Named { address: theirs.address, is_known });
        self.state().theirs = Some(theirs);
        self.route(station);
        // It may have ended while this was agreed: then nothing may sound on.
        if self.state().stage == Stage::Ended {
            station.engine.end(&self.id);
        }
    }

    /// Who speaks, as they want it from now on. Tells whether they hold us.
    pub(super) fn they_want(&self, station: &Station, they: Direction) {
        let before = std::mem::replace(&mut self.state().they, they);
        self.route(station);
        if before.listens != they.listens {
            let happening =
                if they.listens { Happening::Resumed(Side::Them) } else { Happening::Held(Side::Them) };
            station.tell(&self.id, happening);
        }
    }

    /// Lets each side hear what it should.
    pub(super) fn route(&self, station: &Station) {
        let state = self.state();
        station.engine.with(&self.id, |leg| {
            // That they heard our answer proves that their words really came from there.
            let is_up = match state.stage {
                Stage::Connected => true,
                Stage::Answered => self.there.is_none(),
                _ => false,
            };
            leg.says = match (is_up && state.they.listens, state.held || state.muted) {
                (false, _) => Says::Nothing,
                (true, true) => Says::Silence,
                (true, false) => Says::Voice,
            };
            leg.hear(state.they.speaks && !state.held);
            leg.group = state.joined.filter(|_| !state.held);
            leg.away = !state.they.listens;
        });
    }

    /// Whether they called, not we.
    pub(super) fn came(&self) -> bool {
        self.dialog.role() == TransactionRole::Server
    }

    /// Whether the other side makes us wait.
    pub(super) fn holds_us(&self) -> bool {
        !self.state().they.listens || !self.state().they.speaks
    }

    /// Whether both speak.
    pub(super) fn is_spoken(&self) -> bool {
        self.state().stage == Stage::Connected
    }

    /// Changes what is around it, unless it is over: then nothing may be left of it.
    pub(super) fn around(&self, change: impl FnOnce()) -> Result<(), Trouble> {
        let state = self.state();
        if state.stage == Stage::Ended {
            return Err(Trouble::Over);
        }
        change();
        Ok(())
    }

    /// It is over. Told once, whoever says it first.
    pub(super) fn end(&self, station: &Station, ended: Ended) {
        if std::mem::replace(&mut self.state().stage, Stage::Ended) == Stage::Ended {
            return;
        }
        station.calls().remove(&self.id);
        if let Some(quality) = station.engine.end(&self.id) {
            station.tell(&self.id, Happening::Quality(quality));
        }
        station.tell(&self.id, Happening::Ended(ended));
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
        number: unescaped(address.user().unwrap_or_default()),
        name: name.map(|name| name.trim_matches('"').to_owned()).filter(|name| !name.is_empty()),
    }
}
