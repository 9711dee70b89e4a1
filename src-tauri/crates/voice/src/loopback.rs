//! A telephone without a network, for stories of the screen: whoever tells the story plays the other side. The same story
//! always happens in the same way; nothing waits and nothing sounds.

mod ours;

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

use crate::{CallId, Digit, Ended, Happening, Heard, Party, Reason, Registration, Side, Transfer, Trouble};

/// How far a call is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Offered,
    Dialled,
    Connected,
}

#[derive(Debug, Clone)]
struct Call {
    stage: Stage,
    held: bool,
    they_hold: bool,
    muted: bool,
    joined: bool,
    rings: bool,
    /// It is being handed over, to this call's other side if there is one.
    transferring: Option<Option<CallId>>,
}

impl Call {
    fn new(stage: Stage) -> Self {
        Self {
            stage,
            held: false,
            they_hold: false,
            muted: false,
            joined: false,
            rings: false,
            transferring: None,
        }
    }
}

#[derive(Debug)]
struct State {
    registered: bool,
    made: u32,
    calls: BTreeMap<CallId, Call>,
}

/// A telephone whose other side is played by whoever holds it.
#[derive(Debug)]
pub struct Loopback {
    state: Mutex<State>,
    heard: UnboundedSender<Heard>,
}

impl Loopback {
    /// One to play with, and what it tells.
    pub fn open() -> (Self, UnboundedReceiver<Heard>) {
        let (heard, hears) = mpsc::unbounded_channel();
        let state = State { registered: false, made: 0, calls: BTreeMap::new() };
        (Self { state: Mutex::new(state), heard }, hears)
    }

    /// Somebody calls. It is `loopback-1` the first time.
    pub fn they_call(&self, from: Party, correlation: Option<String>) -> CallId {
        let id = self.make(Stage::Offered);
        self.tell(&id, Happening::Incoming { from, correlation });
        id
    }

    /// It rings at theirs.
    pub fn they_ring(&self, call: &CallId) -> Result<(), Trouble> {
        self.change(call, Stage::Dialled, |call| {
            (!std::mem::replace(&mut call.rings, true)).then_some(Happening::Ringing)
        })
    }

    /// They take our call.
    pub fn they_answer(&self, call: &CallId) -> Result<(), Trouble> {
        self.change(call, Stage::Dialled, |call| {
            call.stage = Stage::Connected;
            Some(Happening::Connected)
        })
    }

    /// They make the advisor wait, or go on.
    pub fn they_hold(&self, call: &CallId, held: bool) -> Result<(), Trouble> {
        self.change(call, Stage::Connected, |call| {
            (std::mem::replace(&mut call.they_hold, held) != held).then_some(match held {
                true => Happening::Held(Side::Them),
                false => Happening::Resumed(Side::Them),
            })
        })
    }

    /// They press a key.
    pub fn they_press(&self, call: &CallId, digit: Digit) -> Result<(), Trouble> {
        self.change(call, Stage::Connected, |_| Some(Happening::Digit(digit)))
    }

    /// They hang up, give up, or do not take our call, with SIP's status code.
    pub fn they_end(&self, call: &CallId, code: Option<u16>) -> Result<(), Trouble> {
        let reason = match (self.call(call)?.stage, code) {
            (Stage::Connected, _) => Reason::HungUp,
            (Stage::Offered, _) => Reason::Cancelled,
            (Stage::Dialled, Some(486 | 600 | 603)) => Reason::Rejected,
            (Stage::Dialled, Some(408 | 480 | 487)) => Reason::NoAnswer,
            (Stage::Dialled, _) => Reason::Failed,
        };
        self.end(call, Ended { by: Side::Them, reason, code })
    }

    /// How it goes with handing a call over: SIP's status code of its new call.
    pub fn transfer_goes(&self, call: &CallId, code: u16) -> Result<(), Trouble> {
        let consulted = self.call(call)?.transferring.ok_or(Trouble::NotNow)?;
        let transfer = match code {
            100..200 => Transfer::Trying(code),
            200..300 => Transfer::Done,
            _ => Transfer::Failed(code),
        };
        self.tell(call, Happening::Transfer(transfer));
        match transfer {
            Transfer::Trying(_) => Ok(()),
            Transfer::Failed(_) => self.change(call, Stage::Connected, |call| {
                call.transferring = None;
                None
            }),
            Transfer::Done => {
                let ended = |by| Ended { by, reason: Reason::Transferred, code: None };
                self.end(call, ended(Side::Us))?;
                consulted.map_or(Ok(()), |consulted| self.end(&consulted, ended(Side::Them)))
            }
        }
    }

    /// Calls arrive here, or do not any more.
    pub fn exchange_says(&self, registration: Registration) {
        let _ = self.heard.send(Heard::Registration(registration));
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, call: &CallId, happening: Happening) {
        // Nobody has to listen.
        let _ = self.heard.send(Heard::Call(call.clone(), happening));
    }

    fn make(&self, stage: Stage) -> CallId {
        let mut state = self.lock();
        state.made += 1;
        let id = CallId::new(format!("loopback-{}", state.made));
        state.calls.insert(id.clone(), Call::new(stage));
        id
    }

    fn call(&self, id: &CallId) -> Result<Call, Trouble> {
        self.lock().calls.get(id).cloned().ok_or(Trouble::Over)
    }

    /// Changes a call that is at this stage, and tells what happened.
    fn change(
        &self,
        id: &CallId,
        stage: Stage,
        change: impl FnOnce(&mut Call) -> Option<Happening>,
    ) -> Result<(), Trouble> {
        let happening = {
            let mut state = self.lock();
            let call = state.calls.get_mut(id).ok_or(Trouble::Over)?;
            if call.stage != stage {
                return Err(Trouble::NotNow);
            }
            change(call)
        };
        if let Some(happening) = happening {
            self.tell(id, happening);
        }
        Ok(())
    }

    fn end(&self, id: &CallId, ended: Ended) -> Result<(), Trouble> {
        self.lock().calls.remove(id).ok_or(Trouble::Over)?;
        self.tell(id, Happening::Ended(ended));
        Ok(())
    }

    fn hold_it(&self, call: &CallId, held: bool) -> Result<(), Trouble> {
        self.change(call, Stage::Connected, |call| {
            (std::mem::replace(&mut call.held, held) != held).then_some(match held {
                true => Happening::Held(Side::Us),
                false => Happening::Resumed(Side::Us),
            })
        })
    }

    fn join_it(&self, call: &CallId, joined: bool) -> Result<(), Trouble> {
        self.change(call, Stage::Connected, |call| {
            (std::mem::replace(&mut call.joined, joined) != joined).then_some(Happening::Joined(joined))
        })
    }

    fn transfer_it(&self, call: &CallId, consulted: Option<&CallId>) -> Result<(), Trouble> {
        self.change(call, Stage::Connected, |call| {
            call.transferring = Some(consulted.cloned());
            None
        })
    }
}
