//! While both are there: hold, mute, a colleague who is consulted, and handing the call over.

use super::{
    Ask, Call, Consult, ConsultStage, Deed, Fact, Held, Leg, Outcome, Party, Refused, Stage, TRANSFER_WITHIN,
    Transfer, TransferKind,
};
use crate::{At, Personal, conversation::Side};

impl Call {
    /// What the advisor wants of a call that is spoken.
    pub(super) fn ask_talking(&mut self, ask: Ask, now: At) -> Result<Vec<Deed>, Refused> {
        let Stage::Connected { held, consult } = &self.stage else { return Err(Refused::NotNow) };
        let leg = self.leg.clone().ok_or(Refused::NotNow)?;
        let (held, colleague) = (*held, consult.clone());
        match (ask, colleague) {
            (Ask::Hold, None) if held.by_us => Ok(vec![]),
            (Ask::Hold, None) => Ok(vec![Deed::Hold(leg)]),
            (Ask::Resume, None) if held.by_us => Ok(vec![Deed::Resume(leg)]),
            (Ask::Resume, None) => Ok(vec![]),
            (Ask::Mute { muted }, _) if muted == self.muted => Ok(vec![]),
            (Ask::Mute { muted }, colleague) => {
                let lines = [Some(leg), colleague.and_then(|colleague| colleague.leg)];
                Ok(lines.into_iter().flatten().map(|line| Deed::Mute(line, muted)).collect())
            }
            (Ask::Transfer { to }, None) => self.transfer_to(leg, to, now),
            (Ask::Consult { to }, None) if !self.is_transferring() => {
                let with = Party { number: to.clone(), name: None };
                let colleague = Consult { with, leg: None, stage: ConsultStage::Calling };
                self.alter(now, |_, consult| *consult = Some(colleague));
                let hold = (!held.by_us).then_some(Deed::Hold(leg));
                Ok(hold.into_iter().chain([Deed::Dial(to)]).collect())
            }
            (Ask::Consult { to }, Some(colleague)) if colleague.with.number == to => Ok(vec![]),
            (Ask::Confer, Some(colleague)) if !self.is_transferring() => {
                match (colleague.stage, colleague.leg) {
                    (ConsultStage::Joined, _) => Ok(vec![]),
                    (ConsultStage::Talking, Some(other)) => Ok(vec![Deed::Join(leg, other)]),
                    _ => Err(Refused::NotNow),
                }
            }
            (Ask::Complete, Some(colleague)) => self.complete(leg, colleague, now),
            (Ask::Back, Some(colleague)) if !self.is_transferring() => {
                self.alter(now, |_, consult| *consult = None);
                let away = colleague.leg.map(Deed::HangUp);
                let on = held.by_us.then_some(Deed::Resume(leg));
                Ok(away.into_iter().chain(on).collect())
            }
            _ => Err(Refused::NotNow),
        }
    }

    fn transfer_to(&mut self, leg: Leg, to: Personal, now: At) -> Result<Vec<Deed>, Refused> {
        if self.is_transferring() {
            let is_same = self.transfer.as_ref().is_some_and(|transfer| transfer.to == to);
            return if is_same { Ok(vec![]) } else { Err(Refused::NotNow) };
        }
        self.try_transfer(TransferKind::Blind, to.clone(), now);
        Ok(vec![Deed::Transfer(leg, to)])
    }

    fn complete(&mut self, leg: Leg, colleague: Consult, now: At) -> Result<Vec<Deed>, Refused> {
        if self.is_transferring() {
            return Ok(vec![]);
        }
        match (colleague.stage, colleague.leg) {
            (ConsultStage::Talking | ConsultStage::Joined, Some(consulted)) => {
                self.try_transfer(TransferKind::Warm, colleague.with.number, now);
                Ok(vec![Deed::Complete { leg, consulted }])
            }
            _ => Err(Refused::NotNow),
        }
    }

    fn try_transfer(&mut self, kind: TransferKind, to: Personal, now: At) {
        let outcome = Outcome::Trying { code: None, until: now + TRANSFER_WITHIN };
        self.transfer = Some(Transfer { kind, to, outcome });
    }

    /// What the telephone says of the other end's line while it is spoken.
    pub(super) fn heard_talking(&mut self, fact: Fact, now: At) {
        let Stage::Connected { held, .. } = self.stage else { return };
        match fact {
            Fact::Held(side) => {
                self.holds += u32::from(side == Side::Company && !held.by_us);
                self.alter(now, |held, _| *held.by(side) = true);
            }
            Fact::Resumed(side) => self.alter(now, |held, _| *held.by(side) = false),
            Fact::Muted(muted) => self.muted = muted,
            Fact::Joined(joined) => self.joined(joined, now),
            Fact::Transferring(code) => self.transfer_is(|until| Outcome::Trying { code: Some(code), until }),
            Fact::Transferred => self.transfer_is(|_| Outcome::Done),
            Fact::NotTransferred(code) => self.transfer_is(|_| Outcome::Failed { code }),
            Fact::Ringing | Fact::Connected | Fact::Ended { .. } => {}
        }
    }

    /// How the transfer goes, while it is tried.
    fn transfer_is(&mut self, outcome: impl FnOnce(At) -> Outcome) {
        if let Some(transfer) = &mut self.transfer
            && let Some(until) = transfer.until()
        {
            transfer.outcome = outcome(until);
        }
    }

    /// What the telephone says of the colleague's line, or of one that is not of this call.
    pub(super) fn heard_of_colleague(&mut self, leg: &Leg, fact: Fact, now: At) -> Vec<Deed> {
        let Some(colleague) = self.consult().filter(|consult| consult.leg.as_ref() == Some(leg)) else {
            return vec![];
        };
        match fact {
            Fact::Connected if colleague.stage == ConsultStage::Calling => {
                let with = colleague.with.clone();
                if !self.parties.contains(&with) {
                    self.parties.push(with);
                }
                self.colleague_is(ConsultStage::Talking, now);
                // Who is not heard is heard by nobody.
                return if self.muted { vec![Deed::Mute(leg.clone(), true)] } else { vec![] };
            }
            Fact::Joined(joined) => self.joined(joined, now),
            Fact::Ended { .. } => self.alter(now, |_, consult| *consult = None),
            _ => {}
        }
        vec![]
    }

    fn joined(&mut self, joined: bool, now: At) {
        match (self.consult().map(|consult| consult.stage), joined) {
            (Some(ConsultStage::Talking), true) => self.colleague_is(ConsultStage::Joined, now),
            (Some(ConsultStage::Joined), false) => self.colleague_is(ConsultStage::Talking, now),
            _ => {}
        }
    }

    fn colleague_is(&mut self, stage: ConsultStage, now: At) {
        self.alter(now, |_, consult| {
            if let Some(consult) = consult {
                consult.stage = stage;
            }
        });
    }

    /// The telephone called a colleague.
    pub(super) fn dialled_colleague(&mut self, leg: Leg, now: At) -> Vec<Deed> {
        let theirs = self.consult().map(|consult| consult.leg.clone());
        match theirs {
            Some(None) => self.alter(now, |_, consult| {
                if let Some(consult) = consult {
                    consult.leg = Some(leg);
                }
            }),
            Some(Some(known)) if known == leg => {}
            // Nobody waits for it any more: the advisor went back, or the call is over.
            _ => return vec![Deed::HangUp(leg)],
        }
        vec![]
    }

    /// The telephone could not call a colleague.
    pub(super) fn not_dialled(&mut self, now: At) -> Vec<Deed> {
        if self.consult().is_some_and(|consult| consult.leg.is_none()) {
            self.alter(now, |_, consult| *consult = None);
        }
        vec![]
    }

    /// Changes what a call has while it is spoken.
    fn alter(&mut self, now: At, change: impl FnOnce(&mut Held, &mut Option<Consult>)) {
        let mut stage = self.stage.clone();
        if let Stage::Connected { held, consult } = &mut stage {
            change(held, consult);
        }
        self.go(stage, now);
    }
}
