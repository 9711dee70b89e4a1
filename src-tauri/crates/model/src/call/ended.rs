//! How a call ends, and what is left to do with it then.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use super::{Ask, Call, Deed, Direction, Outcome, REASON_WITHIN, Refused, Stage};
use crate::{At, conversation::Side};

/// Why a call is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// One side hung up.
    HungUp,
    /// It was handed over to somebody else.
    Transferred,
    /// The advisor did not want it.
    Declined,
    /// The advisor did not take it in time (RONA).
    TimedOut,
    /// The queue took it back: another one has it, or it goes elsewhere.
    Rescinded,
    /// They gave up before it was answered.
    Abandoned,
    /// The advisor took it, and the telephone never rang.
    NoInvite,
    /// We called, and gave up before it was answered.
    Cancelled,
    /// We called, and they did not take it.
    Rejected,
    /// We called, and nobody was there.
    NoAnswer,
    /// It could not be done, or the line broke.
    Failed,
}

impl EndReason {
    /// The name used in columns.
    pub fn as_str(self) -> &'static str {
        match self {
            EndReason::HungUp => "hung_up",
            EndReason::Transferred => "transferred",
            EndReason::Declined => "declined",
            EndReason::TimedOut => "timed_out",
            EndReason::Rescinded => "rescinded",
            EndReason::Abandoned => "abandoned",
            EndReason::NoInvite => "no_invite",
            EndReason::Cancelled => "cancelled",
            EndReason::Rejected => "rejected",
            EndReason::NoAnswer => "no_answer",
            EndReason::Failed => "failed",
        }
    }
}

/// How a call came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, ToSchema)]
pub struct Ended {
    /// When.
    pub at: At,
    /// Whose doing it was. The company's is the advisor's, the queue's or the telephone's: the reason says which.
    pub by: Side,
    /// Why.
    pub reason: EndReason,
    /// SIP's status code, where the telephone ended it and there was one.
    pub code: Option<u16>,
}

impl Call {
    /// The telephone says that the other end's line is over.
    pub(super) fn line_ended(
        &mut self,
        by: Side,
        reason: EndReason,
        code: Option<u16>,
        now: At,
    ) -> Vec<Deed> {
        let handed_over = self.transfer.as_ref().is_some_and(|transfer| transfer.outcome == Outcome::Done);
        let reason = match (reason, self.direction) {
            _ if handed_over => EndReason::Transferred,
            (EndReason::Transferred | EndReason::Failed, _) => reason,
            _ if self.answered_at.is_some() => EndReason::HungUp,
            (EndReason::Cancelled, Direction::Inbound) => EndReason::Abandoned,
            (EndReason::Rejected, Direction::Inbound) => EndReason::Declined,
            (EndReason::NoAnswer, Direction::Inbound) => EndReason::TimedOut,
            _ => reason,
        };
        let ended = Ended { at: now, by, reason, code };
        match self.stage {
            // The queue knows whether the caller left or it took the call back; a telephone hears the same of both.
            Stage::Ringing { until: Some(offered_until) } => {
                let until = offered_until.min(now + REASON_WITHIN);
                self.leg = None;
                self.go(Stage::Stopped { offered_until, until, ended }, now);
                vec![]
            }
            _ => self.end(ended),
        }
    }

    /// Our side ends it before anybody spoke.
    pub(super) fn end_here(&mut self, reason: EndReason, at: At) -> Vec<Deed> {
        self.end_before(Side::Company, reason, at)
    }

    /// It ends before anybody spoke, and not by the telephone.
    pub(super) fn end_before(&mut self, by: Side, reason: EndReason, at: At) -> Vec<Deed> {
        let taken = matches!(self.stage, Stage::Accepted { .. });
        let leg = self.leg.take();
        self.end(Ended { at, by, reason, code: None });
        leg.map(if taken { Deed::HangUp } else { Deed::Reject }).into_iter().collect()
    }

    /// The one place where a call ends.
    pub(super) fn end(&mut self, ended: Ended) -> Vec<Deed> {
        let ended = Ended { at: ended.at.max(self.times.since), ..ended };
        let handed_over = ended.reason == EndReason::Transferred;
        if let Some(transfer) = self.transfer.as_mut().filter(|_| handed_over) {
            transfer.outcome = Outcome::Done;
        }
        // A colleague is not left on a line that nobody has; one who has the call now keeps it.
        let colleague = self.consult().and_then(|consult| consult.leg.clone()).filter(|_| !handed_over);
        let wrap_up = self.wrap_up_until.take();
        self.go(wrap_up.map_or(Stage::Ended, |until| Stage::WrapUp { until }), ended.at);
        self.ended = Some(ended);
        self.leg = None;
        self.muted = false;
        colleague.map(Deed::HangUp).into_iter().collect()
    }

    /// The service gives time to write up what it was.
    pub(super) fn wrap_up(&mut self, until: At) -> Vec<Deed> {
        match self.stage {
            // The service may hear of the end before the telephone does.
            Stage::Connected { .. } => self.wrap_up_until = Some(until),
            Stage::Ended if self.answered_at.is_some() => self.stage = Stage::WrapUp { until },
            Stage::WrapUp { .. } => self.stage = Stage::WrapUp { until },
            _ => {}
        }
        vec![]
    }

    /// All that can be asked for when it is over.
    pub(super) fn close(&mut self, ask: Ask) -> Result<Vec<Deed>, Refused> {
        let is_open = match self.stage {
            Stage::Ended => self.answered_at.is_some(),
            Stage::WrapUp { .. } => true,
            _ => false,
        };
        match ask {
            Ask::Close { disposition } if is_open => {
                self.stage = Stage::Closed { disposition: Some(disposition) };
                Ok(vec![])
            }
            _ => Err(Refused::Over),
        }
    }
}
