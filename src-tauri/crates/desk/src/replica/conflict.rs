//! Two changed the same field: the advisor chooses what stands there, and may think again for a moment.

use model::{CommandId, FollowUpId, Intent, Personal, at::SECOND, follow_up::FollowUpChange, wire::Outcome};
use store::work::outbox::{self, Pending, Policy, State};

use super::{Deed, NotSaved, Replica, Wish};
use crate::{clock::Now, view::Choice};

/// For how long a choice can be taken back, in ms.
const UNDO: i64 = 10 * SECOND;

/// A conflict, and what takes its place.
struct Conflict {
    follow_up: FollowUpId,
    mine: FollowUpChange,
    theirs: FollowUpChange,
    version: u32,
}

impl Replica {
    /// Settles a conflict. Where something follows from the choice, it is written under the name `again`, in the place of the
    /// row that met theirs, and waits for a moment; answers whether.
    ///
    /// # Errors
    /// See [`NotSaved`].
    pub fn settle(
        &mut self,
        id: CommandId,
        choice: Choice,
        again: CommandId,
        now: Now,
    ) -> Result<(bool, Vec<Deed>), NotSaved> {
        let conflict = self.row(id).and_then(conflict).ok_or(NotSaved::TooLate)?;
        let (change, version, over) = match choice {
            Choice::Theirs => return Ok((false, self.cancel(id, |_| Ok(()), now)?)),
            Choice::Mine => (conflict.mine, conflict.version, conflict.theirs),
            Choice::Merge { text } => match as_text(&conflict.theirs, &text) {
                Some(both) => (both, conflict.version, conflict.theirs),
                None => self.noted(conflict.follow_up, &text)?,
            },
        };
        let intent = Intent::ChangeFollowUp { id: conflict.follow_up, change, base: version };
        let wish = Wish { id: again, intent, policy: Policy::Async, wait_ms: UNDO, in_place_of: Some(id) };
        let (_, deeds) = self.add_over(wish, Some(over), now)?;
        Ok((true, deeds))
    }

    /// The conflict stands there again; `by` is what took its place, if anything did.
    ///
    /// # Errors
    /// [`NotSaved::TooLate`] when that went out. See [`NotSaved`].
    pub fn unsettle(
        &mut self,
        id: CommandId,
        by: Option<CommandId>,
        now: Now,
    ) -> Result<Vec<Deed>, NotSaved> {
        let taken_back = outbox::load(self.work.rows(), id)?.filter(|row| row.state == State::Cancelled);
        let mut row = taken_back.ok_or(NotSaved::TooLate)?;
        row.state = State::Conflict;
        let stands_again = |sql: &store::Rows| outbox::set_state(sql, id, State::Conflict, None);
        let mut deeds = match by {
            Some(by) if self.row(by).is_none_or(|row| row.state != State::Queued) => {
                return Err(NotSaved::TooLate);
            }
            Some(by) => self.cancel(by, stands_again, now)?,
            None => {
                stands_again(self.work.rows())?;
                Vec::new()
            }
        };
        let place = self.pending.partition_point(|other| other.local_no < row.local_no);
        self.pending.insert(place, row.clone());
        deeds.push(Deed::Changed(vec![row]));
        Ok(deeds)
    }

    /// A line more in a loop's note, over what the advisor sees there.
    fn noted(
        &self,
        id: FollowUpId,
        line: &Personal,
    ) -> Result<(FollowUpChange, u32, FollowUpChange), NotSaved> {
        let seen = self.follow_up(id)?.ok_or(NotSaved::TooLate)?;
        let note =
            if seen.note.is_empty() { line.clone() } else { format!("{}\n{}", &*seen.note, &**line).into() };
        Ok((FollowUpChange::Note(note), seen.fields.note, FollowUpChange::Note(seen.note)))
    }
}

fn conflict(row: &Pending) -> Option<Conflict> {
    match (&row.command.intent, &row.outcome) {
        (Intent::ChangeFollowUp { id, change, .. }, Some(Outcome::Conflict { theirs, version, .. }))
            if row.state == State::Conflict =>
        {
            Some(Conflict { follow_up: *id, mine: change.clone(), theirs: theirs.clone(), version: *version })
        }
        _ => None,
    }
}

/// A text in the field of `change`; nothing where the field is no text.
fn as_text(change: &FollowUpChange, text: &Personal) -> Option<FollowUpChange> {
    match change {
        FollowUpChange::Title(_) => Some(FollowUpChange::Title(text.clone())),
        FollowUpChange::Outcome(_) => Some(FollowUpChange::Outcome(Some(text.clone()))),
        FollowUpChange::Note(_) => Some(FollowUpChange::Note(text.clone())),
        FollowUpChange::Due(_)
        | FollowUpChange::Status(_)
        | FollowUpChange::Owner(_)
        | FollowUpChange::Priority(_)
        | FollowUpChange::Cause(_) => None,
    }
}
