//! The service: a log, the rows that follow from it, and a receipt kept with each effect.

use super::{
    channel::{Answer, Request, Said},
    device::Row,
    few::Few,
    mistake::Mistake,
    plan::{Act, Id, NOBODY, Plan, sets},
};

/// Effects in the order of the log. The rows are what they add up to: the lines in their order, and the field as the
/// last one set it.
pub(crate) type Rows = Few<Id, 4>;

/// What became of a command.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub(crate) enum Outcome {
    /// It has an effect, and an entry in the log.
    #[default]
    Applied,
    /// Everything was already so.
    Noop,
    /// Somebody else was first.
    Conflict,
}

/// One transaction.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub(crate) struct Handled {
    pub(crate) id: Id,
    pub(crate) outcome: Outcome,
    /// Always true, but for a mistake.
    pub(crate) receipt: bool,
}

/// The service. Everything follows from its transactions: that is what a backup of an earlier moment takes back.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Service {
    /// Which log.
    pub(crate) epoch: u8,
    /// What happened, in order.
    pub(crate) handled: Few<Handled, 4>,
}

impl Service {
    /// One that nobody used.
    pub(crate) fn new() -> Self {
        Self { epoch: 0, handled: Few::new() }
    }

    /// The log, and with it the rows.
    pub(crate) fn rows(&self) -> Rows {
        let mut rows = Rows::new();
        for handled in self.handled.all().iter().filter(|handled| handled.outcome == Outcome::Applied) {
            rows.push(handled.id);
        }
        rows
    }

    /// What is kept of a command.
    pub(crate) fn receipt(&self, id: Id) -> Option<Outcome> {
        self.handled
            .all()
            .iter()
            .find(|handled| handled.id == id && handled.receipt)
            .map(|handled| handled.outcome)
    }

    /// Does a command, or finds what became of it. What it says of the field stands in its row and never changes.
    pub(crate) fn handle(
        &mut self,
        plan: &Plan,
        request: Request,
        row: &Row,
        mistake: Option<Mistake>,
    ) -> Answer {
        let id = request.id;
        let answer = |said| Answer { id, epoch: self.epoch, said };
        if self.receipt(id).is_some() {
            return answer(self.said(id));
        }
        if request.after != NOBODY && self.receipt(request.after).is_none() {
            return answer(Said::Retry);
        }
        let outcome = self.outcome(plan, id, row, mistake);
        let receipt = mistake != Some(Mistake::ReceiptApart);
        self.handled.push(Handled { id, outcome, receipt });
        answer(self.said(id))
    }

    fn outcome(&self, plan: &Plan, id: Id, row: &Row, mistake: Option<Mistake>) -> Outcome {
        let Act::Set(value) = plan[usize::from(id)].act else { return Outcome::Applied };
        let last = last_set(plan, &self.rows());
        if last != NOBODY && plan[usize::from(last)].act == Act::Set(value) {
            return Outcome::Noop;
        }
        let seen = match mistake {
            Some(Mistake::BlindSet) => true,
            Some(Mistake::BaseCounted) => row.changes == changes(plan, &self.rows()),
            _ => row.base == last,
        };
        if seen { Outcome::Applied } else { Outcome::Conflict }
    }

    /// The receipt as it is told: up to which number of the log the cursor must come.
    fn said(&self, id: Id) -> Said {
        let mut seq = 0;
        for handled in self.handled.all() {
            seq += u8::from(handled.outcome == Outcome::Applied);
            if handled.id == id {
                return if handled.outcome == Outcome::Conflict {
                    Said::Conflict
                } else {
                    Said::Acked { seq }
                };
            }
        }
        Said::Retry
    }
}

/// Who set the field last: that is its version. A number would mean two things after a restore, and would count an own
/// change that never happened.
pub(crate) fn last_set(plan: &Plan, rows: &Rows) -> Id {
    rows.all().iter().rev().copied().find(|id| sets(plan, *id)).unwrap_or(NOBODY)
}

/// How often the field changed.
pub(crate) fn changes(plan: &Plan, rows: &Rows) -> u8 {
    rows.all().iter().map(|id| u8::from(sets(plan, *id))).sum()
}
