//! What the advisor decides about what did not go through: how a conflict ends, and what others are given.

use model::{
    CommandId, Intent,
    limits::{LINE_CHARS, TEXT_CHARS},
};
use uuid::Uuid;

use super::Workplace;
use crate::{Failure, FailureCode, core::Core, live, view::Choice, words};

impl Workplace {
    /// Settles a conflict.
    pub(crate) fn settle(&mut self, core: &mut Core, id: CommandId, choice: Choice) -> Result<(), Failure> {
        if let Choice::Merge { text } = &choice {
            self.can_stand(id, text)?;
        }
        let again = CommandId(Uuid::now_v7());
        let (follows, deeds) = self.replica.settle(id, choice, again, core.now())?;
        self.settled_by.insert(id, follows.then_some(again));
        self.follow(core, deeds);
        Ok(())
    }

    /// Takes that back, while nothing of it went out.
    pub(crate) fn unsettle(&mut self, core: &mut Core, id: CommandId) -> Result<(), Failure> {
        let by = *self.settled_by.get(&id).ok_or(FailureCode::TooLate)?;
        let deeds = self.replica.unsettle(id, by, core.now())?;
        self.settled_by.remove(&id);
        self.follow(core, deeds);
        Ok(())
    }

    /// Both in one must fit: what the service would refuse is better said at once.
    fn can_stand(&self, id: CommandId, text: &str) -> Result<(), Failure> {
        let title = |row: &store::work::outbox::Pending| match &row.command.intent {
            Intent::ChangeFollowUp { change, .. } => change.field() == "title",
            _ => false,
        };
        let most = if self.replica.row(id).is_some_and(title) { LINE_CHARS } else { TEXT_CHARS };
        if text.trim().is_empty() {
            return Err(Failure::new(FailureCode::Invalid, "Write something first."));
        }
        if text.chars().count() > most {
            return Err(Failure::new(FailureCode::Invalid, "This text is too long. Shorten it."));
        }
        Ok(())
    }

    /// What gives a row's words to whoever has it now.
    pub(crate) fn hand_over(&self, core: &Core, id: CommandId) -> Result<Intent, Failure> {
        let row = self.replica.row(id).ok_or(FailureCode::TooLate)?;
        let scene = self.scene_or(core.now())?;
        if live::hand_over::until(row).is_none() {
            return Err(FailureCode::NotAllowed.into());
        }
        live::hand_over::intent(&scene, row, words::words(core.settings.language))
            .ok_or_else(|| FailureCode::NotAllowed.into())
    }
}
