//! What can be done with a call.

use std::sync::Arc;

use rsipstack::{
    dialog::{invitation::InviteOption, invite_dialog::InviteDialog},
    sip::{Header, StatusCode, StatusCodeKind, Uri},
    transaction::make_call_id,
};

use super::{
    call::{Call, Stage},
    line::{CORRELATION, Line, described},
    session::{Direction, Ours, Theirs},
};
use crate::{CallId, Digit, Ended, Happening, Reason, Side, Trouble, media::engine::Port};

/// Times an agreement is tried when both sides begin one at once.
const GLARES: usize = 3;

impl Line {
    /// Calls somebody; because another call's other side told us to, if that is named with what it should replace.
    pub(super) async fn dial(
        self: &Arc<Self>,
        to: Uri,
        correlation: Option<&str>,
        referral: Option<(CallId, Option<Header>)>,
    ) -> Result<CallId, Trouble> {
        let own = self.way().own;
        let port = Port::open(own).await?;
        let mut ours = Ours::new(port.address(), self.account.locks_sound);
        let id = make_call_id(None, self.endpoint.option.callid_format).value().to_owned();
        let mut headers: Vec<Header> = Vec::new();
        headers.extend(correlation.map(|value| Header::Other(CORRELATION.into(), value.into())));
        let referred_by = referral.map(|(call, replaces)| {
            headers.extend(replaces);
            call
        });
        let option = InviteOption {
            caller_display_name: self.account.name.clone(),
            caller: self.account.own()?,
            callee: to,
            contact: self.contact(),
            credential: Some(self.account.credential()),
            offer: Some(ours.offer(Direction::BOTH)),
            content_type: Some("application/sdp".into()),
            headers: Some(headers),
            call_id: Some(id.clone()),
            ..InviteOption::default()
        };
        let id = CallId::new(id);
        let call = {
            // Nothing is heard of a call before it is known here.
            let mut calls = self.calls();
            let (dialog, outcome) = self
                .dialogs
                .do_invite_async(option, self.states.clone())
                .map_err(|_| Trouble::Unreachable)?;
            let call = Arc::new(Call::new(id.clone(), dialog, port, Stage::Dialled, ours, None, referred_by));
            calls.insert(id.clone(), Arc::clone(&call));
            let line = Arc::clone(self);
            let its = Arc::clone(&call);
            self.spawn(async move {
                // Without any answer nothing else says so.
                if !matches!(outcome.await, Ok(Ok((_, Some(_))))) {
                    its.end(&line, Ended { by: Side::Us, reason: Reason::Failed, code: None });
                }
            });
            call
        };
        self.tell(&call.id, Happening::Dialling);
        Ok(id)
    }
}

impl Call {
    /// Takes it.
    pub(super) fn answer(&self, line: &Line) -> Result<(), Trouble> {
        self.advance(Stage::Offered, Stage::Answered)?;
        let answer = {
            let mut state = self.state();
            let state = &mut *state;
            match &state.theirs {
                Some(theirs) => state.ours.answer(theirs, theirs.direction.answer(Direction::BOTH)),
                // Who calls without an offer gets one.
                None => state.ours.offer(Direction::BOTH),
            }
        };
        let theirs = self.state().theirs.clone();
        if let Some(theirs) = theirs {
            self.agree(line, theirs);
        }
        self.dialog.accept(Some(vec![described()]), Some(answer)).map_err(|_| Trouble::Over)
    }

    /// Does not take it.
    pub(super) fn reject(&self, line: &Line) -> Result<(), Trouble> {
        if self.state().stage != Stage::Offered {
            return Err(Trouble::NotNow);
        }
        self.hang_up(line);
        Ok(())
    }

    /// Makes the other side wait, or goes on. The advisor is silent before the other side knows.
    pub(super) async fn hold(&self, line: &Line, held: bool) -> Result<(), Trouble> {
        let _turn = self.turn.lock().await;
        if !self.dialog.state().is_confirmed() {
            return Err(Trouble::NotNow);
        }
        let offer = {
            let mut state = self.state();
            if state.held == held {
                return Ok(());
            }
            if held {
                state.held = true;
            }
            state.ours.offer(if held { Direction::HOLDING } else { Direction::BOTH })
        };
        self.route(line);
        match self.agree_anew(line, offer).await {
            Ok(theirs) => {
                self.state().held = held;
                let they = theirs.direction;
                self.agree(line, theirs);
                line.tell(
                    &self.id,
                    if held { Happening::Held(Side::Us) } else { Happening::Resumed(Side::Us) },
                );
                // Who answers one that waits only listens, which says nothing about what they want.
                if !held {
                    self.they_want(line, they);
                }
                Ok(())
            }
            Err(trouble) => {
                self.state().held = !held;
                self.route(line);
                Err(trouble)
            }
        }
    }

    async fn agree_anew(&self, line: &Line, offer: Vec<u8>) -> Result<Theirs, Trouble> {
        let answer = self
            .dialog
            .reinvite_with_glare_retry(Some(vec![described()]), Some(offer), GLARES)
            .await
            .map_err(|_| Trouble::Unreachable)?
            .ok_or(Trouble::NotNow)?;
        match answer.status_code.kind() {
            StatusCodeKind::Successful => Theirs::read(&answer.body, line.account.locks_sound),
            _ => Err(Trouble::Refused(answer.status_code.code())),
        }
    }

    /// Whether the other side hears the advisor.
    pub(super) fn mute(&self, line: &Line, muted: bool) -> Result<(), Trouble> {
        if std::mem::replace(&mut self.state().muted, muted) != muted {
            self.route(line);
            line.tell(&self.id, Happening::Muted(muted));
        }
        Ok(())
    }

    /// Whether the other calls that are joined hear it and are heard in it.
    pub(super) fn join(&self, line: &Line, joined: bool) -> Result<(), Trouble> {
        if self.state().stage != Stage::Connected {
            return Err(Trouble::NotNow);
        }
        if std::mem::replace(&mut self.state().joined, joined) != joined {
            self.route(line);
            line.tell(&self.id, Happening::Joined(joined));
        }
        Ok(())
    }

    /// Presses keys.
    pub(super) fn press(&self, line: &Line, digits: &[Digit]) -> Result<(), Trouble> {
        match line.engine.with(&self.id, |leg| leg.press(digits)) {
            Some(true) => Ok(()),
            Some(false) => Err(Trouble::NothingInCommon),
            None => Err(Trouble::NotNow),
        }
    }

    /// Ends it, however far it is. The goodbye is said in the background: nobody waits for it.
    pub(super) fn hang_up(&self, line: &Line) {
        let (stage, transferring) = {
            let state = self.state();
            (state.stage, state.transferring)
        };
        let (reason, code) = match stage {
            Stage::Offered => (Reason::Rejected, Some(StatusCode::BusyHere.code())),
            Stage::Dialled => (Reason::Cancelled, None),
            Stage::Connected | Stage::Answered if transferring => (Reason::Transferred, None),
            Stage::Connected | Stage::Answered => (Reason::HungUp, None),
            Stage::Ended => return,
        };
        self.end(line, Ended { by: Side::Us, reason, code });
        self.say_goodbye(line, stage);
    }

    fn say_goodbye(&self, line: &Line, stage: Stage) {
        if stage == Stage::Offered {
            // It fails only where the caller gave up at the same moment.
            let _ = self.dialog.reject(Some(StatusCode::BusyHere), None);
            return;
        }
        let dialog: InviteDialog = self.dialog.clone();
        line.spawn(async move {
            if let Err(error) = dialog.hangup().await {
                tracing::debug!(%error, "a goodbye was not heard");
            }
        });
    }
}
