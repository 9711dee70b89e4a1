//! From the offer to the answer: what the advisor, the queue, the telephone and time do to a call.

use super::{
    Ask, Call, Deed, Direction, EndReason, Event, Fact, Held, INVITE_WITHIN, Invite, Offer, Outcome, Refused,
    Stage, Withdrawal,
};
use crate::{At, conversation::Side};

impl Call {
    /// Takes what the advisor wants, and says what is to be done about it. What was asked for already and is on its
    /// way gives nothing more to do, where that can be known.
    ///
    /// # Errors
    /// [`Refused::Over`] when the call is over, or its time has run out even if nobody said so yet.
    /// [`Refused::NotNow`] when it makes no sense as the call stands. Nothing has changed then.
    pub fn ask(&mut self, ask: Ask, now: At) -> Result<Vec<Deed>, Refused> {
        let now = now.max(self.times.since);
        if self.stage.until().is_some_and(|until| until <= now) {
            return Err(Refused::Over);
        }
        if self.ended.is_some() {
            return self.close(ask);
        }
        match ask {
            Ask::Accept => self.accept(now),
            Ask::Decline => self.decline(now),
            Ask::HangUp => self.hang_up(now),
            talking => self.ask_talking(talking, now),
        }
    }

    /// Takes what happened, and says what is to be done about it. What is heard again changes nothing, nor does what
    /// is heard of a line that this call does not have, or has no more. What time alone has changed is caught up
    /// with first, as of when it was due.
    pub fn hear(&mut self, event: Event, now: At) -> Vec<Deed> {
        let now = now.max(self.times.since);
        let mut deeds = self.run_out(now);
        deeds.extend(match event {
            Event::Offered(offer) => self.offer(&offer, now),
            Event::Withdrawn(why) => self.withdraw(why, now),
            Event::Invited(invite) => self.invite(invite, now),
            Event::Dialled(leg) => self.dialled_colleague(leg, now),
            Event::NotDialled => self.not_dialled(now),
            Event::Heard(leg, fact) if self.leg.as_ref() == Some(&leg) => self.heard(fact, now),
            Event::Heard(leg, fact) => self.heard_of_colleague(&leg, fact, now),
            Event::WrapUp { until } => self.wrap_up(until),
            Event::Time => vec![],
        });
        // An offer, or a time for wrap-up, may have run out before it was heard of.
        deeds.extend(self.run_out(now));
        deeds
    }

    /// From here on time counts as what `stage` says.
    pub(super) fn go(&mut self, stage: Stage, now: At) {
        let running = self.stage.stretch();
        if running != stage.stretch() {
            self.times = self.times.with(running, now);
        }
        self.stage = stage;
    }

    /// What time has done.
    fn run_out(&mut self, now: At) -> Vec<Deed> {
        if let Some(transfer) = self.transfer.as_mut().filter(|_| self.ended.is_none())
            && transfer.until().is_some_and(|until| until <= now)
        {
            transfer.outcome = Outcome::Failed { code: None };
        }
        let Some(until) = self.stage.until().filter(|until| *until <= now) else { return vec![] };
        match self.stage {
            Stage::Offered { .. } | Stage::Ringing { .. } => self.end_here(EndReason::TimedOut, until),
            Stage::Stopped { ended, .. } => self.end(ended),
            Stage::Accepted { .. } => {
                self.end_here(EndReason::NoInvite, until);
                vec![Deed::Requeue]
            }
            Stage::WrapUp { .. } => {
                self.stage = Stage::Closed { disposition: None };
                vec![]
            }
            _ => vec![],
        }
    }

    pub(super) fn hold_out(&mut self, offer: &Offer, now: At) {
        self.conversation = Some(offer.conversation);
        self.correlation = Some(offer.correlation.clone());
        self.go(Stage::Offered { until: offer.until }, now);
    }

    fn offer(&mut self, offer: &Offer, now: At) -> Vec<Deed> {
        if self.stage == Stage::Queued {
            self.hold_out(offer, now);
            return vec![];
        }
        if self.correlation.is_some() || self.direction == Direction::Outbound || self.ended.is_some() {
            return vec![];
        }
        // It rang as a direct one: the offer was late. One that has run out would only take the caller away.
        if offer.until <= now {
            return vec![];
        }
        self.conversation = Some(offer.conversation);
        self.correlation = Some(offer.correlation.clone());
        self.times.waited_since(offer.queued_at);
        match self.stage {
            Stage::Ringing { .. } => {
                self.stage = Stage::Ringing { until: Some(offer.until) };
                vec![]
            }
            _ => vec![Deed::Accept],
        }
    }

    fn withdraw(&mut self, why: Withdrawal, now: At) -> Vec<Deed> {
        let at = match (&self.stage, why) {
            (Stage::Queued, Withdrawal::Abandoned | Withdrawal::Rescinded) => now,
            (Stage::Stopped { ended, .. }, _) => ended.at,
            (Stage::Offered { .. } | Stage::Ringing { .. } | Stage::Accepted { .. }, _)
                if self.correlation.is_some() =>
            {
                now
            }
            // The telephone knows better, or it was never the queue's.
            _ => return vec![],
        };
        match why {
            Withdrawal::TimedOut => self.end_here(EndReason::TimedOut, at),
            Withdrawal::Rescinded => self.end_here(EndReason::Rescinded, at),
            Withdrawal::Abandoned => self.end_before(Side::Customer, EndReason::Abandoned, at),
        }
    }

    fn invite(&mut self, invite: Invite, now: At) -> Vec<Deed> {
        let (stage, deeds) = match self.stage {
            Stage::Offered { until } | Stage::Stopped { offered_until: until, .. } => {
                (Stage::Ringing { until: Some(until) }, vec![])
            }
            Stage::Accepted { until: Some(_) } => {
                (Stage::Accepted { until: None }, vec![Deed::Answer(invite.leg.clone())])
            }
            _ => return vec![],
        };
        self.leg = Some(invite.leg);
        if self.parties.is_empty() {
            self.parties.push(invite.from);
        }
        self.go(stage, now);
        deeds
    }

    fn accept(&mut self, now: At) -> Result<Vec<Deed>, Refused> {
        let mut deeds = vec![];
        match (&self.stage, self.direction) {
            (Stage::Offered { .. } | Stage::Ringing { .. }, Direction::Inbound) => {
                deeds.extend(self.correlation.as_ref().map(|_| Deed::Accept));
                deeds.extend(self.leg.clone().map(Deed::Answer));
                let until = self.leg.is_none().then(|| now + INVITE_WITHIN);
                self.go(Stage::Accepted { until }, now);
                Ok(deeds)
            }
            (Stage::Accepted { .. } | Stage::Connected { .. }, Direction::Inbound) => Ok(deeds),
            _ => Err(Refused::NotNow),
        }
    }

    fn decline(&mut self, now: At) -> Result<Vec<Deed>, Refused> {
        let at = match (&self.stage, self.direction) {
            (Stage::Offered { .. } | Stage::Ringing { .. }, Direction::Inbound) => now,
            (Stage::Stopped { ended, .. }, _) => ended.at,
            _ => return Err(Refused::NotNow),
        };
        let mut deeds: Vec<_> = self.correlation.iter().map(|_| Deed::Decline).collect();
        deeds.extend(self.end_here(EndReason::Declined, at));
        Ok(deeds)
    }

    fn hang_up(&mut self, now: At) -> Result<Vec<Deed>, Refused> {
        let is_open = match self.stage {
            Stage::Accepted { until: Some(_) } => {
                self.end_here(EndReason::HungUp, now);
                return Ok(vec![Deed::Requeue]);
            }
            Stage::Dialling | Stage::Accepted { .. } | Stage::Connected { .. } => true,
            Stage::Ringing { .. } => self.direction == Direction::Outbound,
            _ => false,
        };
        if !is_open {
            return Err(Refused::NotNow);
        }
        let consulted = self.consult().and_then(|consult| consult.leg.clone());
        Ok(consulted.into_iter().chain(self.leg.clone()).map(Deed::HangUp).collect())
    }

    fn heard(&mut self, fact: Fact, now: At) -> Vec<Deed> {
        match fact {
            Fact::Ringing if self.stage == Stage::Dialling => {
                self.go(Stage::Ringing { until: None }, now);
                vec![]
            }
            Fact::Connected => self.connect(now),
            Fact::Ended { by, reason, code } => self.line_ended(by, reason, code, now),
            fact => {
                self.heard_talking(fact, now);
                vec![]
            }
        }
    }

    fn connect(&mut self, now: At) -> Vec<Deed> {
        let deeds = match self.stage {
            // The telephone answered by itself.
            Stage::Ringing { until: Some(_) } => vec![Deed::Accept],
            Stage::Dialling | Stage::Ringing { .. } | Stage::Accepted { .. } => vec![],
            _ => return vec![],
        };
        self.answered_at = Some(now);
        self.go(Stage::Connected { held: Held::default(), consult: None }, now);
        deeds
    }
}
