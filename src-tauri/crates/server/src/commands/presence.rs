//! One's own presence.

use model::{Channel, Person, PresenceState, Slug, wire::Rejection};

use super::{Done, Effect, Halt};
use crate::{presence, routing, tx::Tx};

pub(super) fn set(tx: &mut Tx<'_>, me: &Person, state: PresenceState, reason: Option<Slug>) -> Effect {
    if let Some(reason) = &reason
        && !tx.workspace.breaks.iter().any(|known| known.id == *reason)
    {
        return Err(Halt::Refused(Rejection::Invalid, "There is no such break reason in this workspace."));
    }
    let reason = reason.filter(|_| state == PresenceState::Away);
    let row = presence::row(&tx.sql, me.id)?;
    if row.state == state && row.reason == reason {
        return Ok(Done::Nothing);
    }
    if !matches!(state, PresenceState::Available | PresenceState::Busy) {
        // What rings for somebody who leaves goes to the next one at once; nobody is asked to answer for it.
        for offer in routing::offers_to(&tx.sql, me.id)? {
            routing::withdraw(tx, offer.conversation)?;
            routing::pass(tx, offer.conversation, me.id)?;
        }
    }
    presence::set(tx, me.id, state, reason)?;
    Ok(Done::Changed)
}

pub(super) fn finish(tx: &mut Tx<'_>, me: &Person, on: bool) -> Effect {
    let mut row = presence::row(&tx.sql, me.id)?;
    if row.finishing == on {
        return Ok(Done::Nothing);
    }
    row.finishing = on;
    presence::save(tx, me.id, &row)?;
    Ok(Done::Changed)
}

pub(super) fn open_channel(tx: &mut Tx<'_>, me: &Person, channel: Channel, open: bool) -> Effect {
    let mut row = presence::row(&tx.sql, me.id)?;
    if row.closed.contains(&channel) != open {
        return Ok(Done::Nothing);
    }
    if open {
        row.closed.retain(|closed| *closed != channel);
    } else {
        row.closed.push(channel);
    }
    presence::save(tx, me.id, &row)?;
    Ok(Done::Changed)
}
