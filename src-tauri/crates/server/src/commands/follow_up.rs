//! Loops to close: making and changing them.

use model::{
    Activity, At, ConversationId, CustomerId, FollowUpId, Person, PersonId, Personal, Slug,
    follow_up::{FollowUpChange, Priority},
    wire::{Outcome, Rejection},
};

use super::{Done, Effect, Halt, colleague, text_fits, title_fits};
use crate::{conversations, customers, follow_ups, follow_ups::NewFollowUp, scope, tx::Tx};

/// What a person wants to be followed up.
pub(super) struct Wanted {
    pub(super) id: FollowUpId,
    pub(super) customer: CustomerId,
    pub(super) conversation: Option<ConversationId>,
    pub(super) title: Personal,
    pub(super) owner: PersonId,
    pub(super) due: At,
    pub(super) priority: Priority,
    pub(super) cause: Option<Slug>,
}

pub(super) fn add(tx: &mut Tx<'_>, me: &Person, wanted: Wanted) -> Effect {
    title_fits(&wanted.title)?;
    known_cause(tx, wanted.cause.as_ref())?;
    let gone = Halt::Refused(Rejection::Gone, "There is no such customer.");
    if !scope::has(&tx.sql, me.id, wanted.customer)? {
        return Err(gone);
    }
    let Some(customer) = customers::load(&tx.sql, wanted.customer, tx.tenant)? else { return Err(gone) };
    if follow_ups::load(&tx.sql, wanted.id, tx.tenant)?.is_some() {
        return Err(Halt::Refused(Rejection::IdReused, "There is a follow-up with this id already."));
    }
    let owner = colleague(tx, wanted.owner)?;
    if let Some(id) = wanted.conversation {
        let mut conversation = super::conversation_of(tx, id)?;
        if conversation.customer != customer.id {
            return Err(Halt::Refused(Rejection::Invalid, "This conversation is with another customer."));
        }
        let activity = Activity::FollowUp { by: me.name.clone(), id: wanted.id, title: wanted.title.clone() };
        conversations::add_activity(tx, &mut conversation, activity)?;
        conversations::save(tx, &mut conversation)?;
    }
    follow_ups::make(
        tx,
        NewFollowUp {
            id: wanted.id,
            customer: customer.id,
            customer_name: customer.name,
            conversation: wanted.conversation,
            title: wanted.title,
            owner,
            due: wanted.due,
            priority: wanted.priority,
            cause: wanted.cause,
            policy: None,
            score: None,
            by: me.name.clone(),
        },
    )?;
    Ok(Done::Changed)
}

pub(super) fn change(
    tx: &mut Tx<'_>,
    me: &Person,
    id: FollowUpId,
    change: FollowUpChange,
    base: u32,
    seen: Option<&FollowUpChange>,
) -> Effect {
    let gone = Halt::Refused(Rejection::Gone, "There is no such follow-up.");
    let Some(mut follow_up) = follow_ups::load(&tx.sql, id, tx.tenant)? else { return Err(gone) };
    if follow_up.team != me.team && !scope::has(&tx.sql, me.id, follow_up.customer)? {
        return Err(gone);
    }
    match &change {
        FollowUpChange::Title(title) => title_fits(title)?,
        FollowUpChange::Note(text) | FollowUpChange::Outcome(Some(text)) => text_fits(text)?,
        FollowUpChange::Cause(cause) => known_cause(tx, cause.as_ref())?,
        FollowUpChange::Due(_)
        | FollowUpChange::Status(_)
        | FollowUpChange::Owner(_)
        | FollowUpChange::Priority(_)
        | FollowUpChange::Outcome(None) => {}
    }
    if follow_up.has(&change) {
        return Ok(Done::Nothing);
    }
    let version = follow_up.fields.of(&change);
    let same = match seen {
        Some(seen) => follow_up.current(&change) == *seen,
        None => version == base,
    };
    if !same {
        let last = follow_up
            .history
            .iter()
            .rev()
            .find(|entry| entry.change.as_ref().is_some_and(|c| c.field() == change.field()))
            // Never changed, or too long ago: what is there comes from whoever made it, as far as is known.
            .or(follow_up.history.first());
        return Ok(Done::Conflict(Outcome::Conflict {
            theirs: follow_up.current(&change),
            version,
            by: last.map(|entry| entry.by.clone()).unwrap_or_default(),
            at: last.map_or(follow_up.made_at, |entry| entry.at),
        }));
    }
    let (owner, team) = (follow_up.owner, follow_up.team.clone());
    if let FollowUpChange::Owner(person) = &change {
        follow_up.team = colleague(tx, *person)?.team;
    }
    follow_up.apply(change, &me.name, tx.now);
    follow_ups::save(tx, &mut follow_up)?;
    if follow_up.team != team {
        // The old team hears that it is no longer theirs.
        follow_ups::log(tx, &follow_up, team);
    }
    if follow_up.owner != owner {
        scope::add(tx, follow_up.owner, follow_up.customer, scope::Reason::FollowUp, id.0)?;
        scope::remove(tx, owner, follow_up.customer, scope::Reason::FollowUp, id.0)?;
    }
    Ok(Done::Changed)
}

fn known_cause(tx: &Tx<'_>, cause: Option<&Slug>) -> Result<(), Halt> {
    if cause.is_none_or(|cause| tx.workspace.causes.iter().any(|known| known.id == *cause)) {
        Ok(())
    } else {
        Err(Halt::Refused(Rejection::Invalid, "There is no such cause in this workspace."))
    }
}
