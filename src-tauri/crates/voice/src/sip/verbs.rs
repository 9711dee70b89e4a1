//! What can be done with a call.

use std::{net::IpAddr, sync::Arc};

use rsipstack::{
    dialog::{invitation::InviteOption, invite_dialog::InviteDialog},
    sip::{Header, StatusCode, StatusCodeKind, Uri},
    transaction::make_call_id,
    transport::SipAddr,
};

use super::{
    call::{Call, Stage},
    session::{Direction, Ours, Theirs},
    station::{CORRELATION, Station, described},
};
use crate::{
    CallId, Digit, Ended, Happening, Reason, Side, Trouble,
    media::{engine::Port, leg::Group},
};

/// What calls of ours are named after; the stack would name itself.
const DOMAIN: &str = "loopdesk";
/// Times an agreement is tried when both sides begin one at once.
const GLARES: usize = 3;

/// Whom we call, and as whom.
pub(super) struct Invitation<'a> {
    pub(super) to: Uri,
    /// Where they are, if their address does not say so.
    pub(super) at: Option<SipAddr>,
    /// Who calls, as it is shown to them.
    pub(super) caller: Uri,
    pub(super) name: Option<String>,
    /// Where they reach us.
    pub(super) contact: Uri,
    /// Our address, as they see it.
    pub(super) own: IpAddr,
    /// What joins the call with the help desk's offer of it.
    pub(super) correlation: Option<&'a str>,
    /// The call whose other side told us to, and what the new one should replace.
    pub(super) referral: Option<(CallId, Option<Header>)>,
    /// Whether sound that anybody could hear is not wanted.
    pub(super) locks: bool,
    /// Where it goes, if sound goes only to those who proved to be where they say.
    pub(super) there: Option<IpAddr>,
    /// Whether they may ask us to call somebody else.
    pub(super) refers: bool,
}

impl Station {
    /// Calls somebody.
    pub(super) async fn invite(self: &Arc<Self>, invitation: Invitation<'_>) -> Result<CallId, Trouble> {
        let port = Port::open(invitation.own).await?;
        let mut ours = Ours::new(port.address(), self.terms(invitation.locks));
        let id = make_call_id(Some(DOMAIN), self.endpoint.option.callid_format).value().to_owned();
        let mut headers: Vec<Header> = Vec::new();
        headers.extend(invitation.correlation.map(|value| Header::Other(CORRELATION.into(), value.into())));
        let referred_by = invitation.referral.map(|(call, replaces)| {
            headers.extend(replaces);
            call
        });
        let option = InviteOption {
            caller_display_name: invitation.name,
            caller: invitation.caller,
            callee: invitation.to,
            destination: invitation.at,
            contact: invitation.contact,
            credential: self.manner.credential.clone(),
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
            let mut call = Call::new(id.clone(), dialog, port, Stage::Dialled, ours, None);
            (call.referred_by, call.refers) = (referred_by, invitation.refers);
            (call.locks, call.there) = (invitation.locks, invitation.there);
            let call = Arc::new(call);
            calls.insert(id.clone(), Arc::clone(&call));
            let station = Arc::clone(self);
            let its = Arc::clone(&call);
            self.spawn(async move {
                // Without any answer nothing else says so.
                if !matches!(outcome.await, Ok(Ok((_, Some(_))))) {
                    its.end(&station, Ended { by: Side::Us, reason: Reason::Failed, code: None });
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
    pub(super) fn answer(&self, station: &Station) -> Result<(), Trouble> {
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
            self.agree(station, theirs);
        }
        self.dialog.accept(Some(vec![described()]), Some(answer)).map_err(|_| Trouble::Over)
    }

    /// Says that it rings.
    pub(super) fn ring(&self) -> Result<(), Trouble> {
        if self.state().stage != Stage::Offered {
            return Err(Trouble::NotNow);
        }
        self.dialog.ringing(None, None).map_err(|_| Trouble::Over)
    }

    /// Does not take it, and says why.
    pub(super) fn reject(&self, station: &Station, status: StatusCode) -> Result<(), Trouble> {
        if self.state().stage != Stage::Offered {
            return Err(Trouble::NotNow);
        }
        self.end(station, Ended { by: Side::Us, reason: Reason::Rejected, code: Some(status.code()) });
        // It fails only where the caller gave up at the same moment.
        let _ = self.dialog.reject(Some(status), None);
        Ok(())
    }

    /// Makes the other side wait, or goes on. The advisor is silent before the other side knows.
    pub(super) async fn hold(&self, station: &Station, held: bool) -> Result<(), Trouble> {
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
        self.route(station);
        match self.agree_anew(station, offer).await {
            Ok(theirs) => {
                self.state().held = held;
                let they = theirs.direction;
                self.agree(station, theirs);
                station.tell(
                    &self.id,
                    if held { Happening::Held(Side::Us) } else { Happening::Resumed(Side::Us) },
                );
                // Who answers one that waits only listens, which says nothing about what they want.
                if !held {
                    self.they_want(station, they);
                }
                Ok(())
            }
            Err(trouble) => {
                self.state().held = !held;
                self.route(station);
                Err(trouble)
            }
        }
    }

    async fn agree_anew(&self, station: &Station, offer: Vec<u8>) -> Result<Theirs, Trouble> {
        let answer = self
            .dialog
            .reinvite_with_glare_retry(Some(vec![described()]), Some(offer), GLARES)
            .await
            .map_err(|_| Trouble::Unreachable)?
            .ok_or(Trouble::NotNow)?;
        match answer.status_code.kind() {
            StatusCodeKind::Successful => Theirs::read(&answer.body, station.terms(self.locks)),
            _ => Err(Trouble::Refused(answer.status_code.code())),
        }
    }

    /// Whether the other side hears the advisor.
    pub(super) fn mute(&self, station: &Station, muted: bool) -> Result<(), Trouble> {
        if std::mem::replace(&mut self.state().muted, muted) != muted {
            self.route(station);
            station.tell(&self.id, Happening::Muted(muted));
        }
        Ok(())
    }

    /// Which other calls hear it and are heard in it.
    pub(super) fn join(&self, station: &Station, joined: Option<Group>) -> Result<(), Trouble> {
        let before = {
            let mut state = self.state();
            if state.stage != Stage::Connected {
                return Err(Trouble::NotNow);
            }
            std::mem::replace(&mut state.joined, joined)
        };
        self.route(station);
        if before.is_some() != joined.is_some() {
            station.tell(&self.id, Happening::Joined(joined.is_some()));
        }
        Ok(())
    }

    /// Presses keys.
    pub(super) fn press(&self, station: &Station, digits: &[Digit]) -> Result<(), Trouble> {
        match station.engine.with(&self.id, |leg| leg.press(digits)) {
            Some(true) => Ok(()),
            Some(false) => Err(Trouble::NothingInCommon),
            None => Err(Trouble::NotNow),
        }
    }

    /// Ends it, however far it is. The goodbye is said in the background: nobody waits for it.
    pub(super) fn hang_up(&self, station: &Station) {
        let (stage, transferring) = {
            let state = self.state();
            (state.stage, state.transferring)
        };
        let (reason, code) = match stage {
            Stage::Offered => return drop(self.reject(station, station.manner.busy.clone())),
            Stage::Dialled => (Reason::Cancelled, None),
            Stage::Connected | Stage::Answered if transferring => (Reason::Transferred, None),
            Stage::Connected | Stage::Answered => (Reason::HungUp, None),
            Stage::Ended => return,
        };
        self.end(station, Ended { by: Side::Us, reason, code });
        let dialog: InviteDialog = self.dialog.clone();
        station.spawn(async move {
            if let Err(error) = dialog.hangup().await {
                tracing::debug!(%error, "a goodbye was not heard");
            }
        });
    }
}
