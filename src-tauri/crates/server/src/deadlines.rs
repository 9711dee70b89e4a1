//! What must happen later, by itself: an offer that rings out, a snooze that ends, a customer who does not come back.
//! Kept in the database, so that a restart forgets none.

use model::{At, TenantId};
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use crate::{error::Result, tx::Tx};

/// What kind of thing must happen. There is at most one deadline of a kind for one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An offer rings out. Of a conversation.
    Offer,
    /// Somebody has been out of reach for too long. Of a person.
    Presence,
    /// A customer left the queue. Of a conversation.
    Abandon,
    /// The customer has been silent. Of a conversation.
    Nudge,
    /// The customer has been silent so long that it leaves the advisor's capacity. Of a conversation.
    Park,
    /// A snooze ends. Of a conversation.
    Snooze,
    /// Wrap-up ends. Of a conversation.
    WrapUp,
    /// A closed conversation leaves its advisor's sight. Of a conversation.
    Forget,
    /// A closed loop leaves its owner's sight. Of a follow-up.
    ForgetLoop,
    /// A look at somebody else's customer ends. Of a look.
    Look,
    /// A customer's page has been gone for so long that a chat is not live any more. Of a visitor.
    CustomerGone,
    /// Somebody took a call, and their telephone is not picked up. Of a conversation.
    Invite,
    /// Somebody who declined may be asked again. Of a conversation.
    AskAgain,
    /// Files that were sent and then not used are thrown away. Of whoever uploaded them.
    Uploads,
    /// What is old is forgotten. Of a tenant.
    Old,
}

const KINDS: [(Kind, &str); 15] = [
    (Kind::Offer, "offer"),
    (Kind::Presence, "presence"),
    (Kind::Abandon, "abandon"),
    (Kind::Nudge, "nudge"),
    (Kind::Park, "park"),
    (Kind::Snooze, "snooze"),
    (Kind::WrapUp, "wrap_up"),
    (Kind::Forget, "forget"),
    (Kind::ForgetLoop, "forget_loop"),
    (Kind::Look, "look"),
    (Kind::CustomerGone, "customer_gone"),
    (Kind::Invite, "invite"),
    (Kind::AskAgain, "ask_again"),
    (Kind::Uploads, "uploads"),
    (Kind::Old, "old"),
];

impl Kind {
    fn as_str(self) -> &'static str {
        KINDS.iter().find(|(kind, _)| *kind == self).map_or("", |(_, name)| name)
    }
}

/// One deadline that has come.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Due {
    pub(crate) kind: Kind,
    pub(crate) of: Uuid,
    pub(crate) tenant: TenantId,
}

/// Sets or moves a deadline.
pub(crate) fn set(tx: &Tx<'_>, kind: Kind, of: Uuid, at: At) -> Result<()> {
    tx.sql
        .prepare_cached("INSERT OR REPLACE INTO deadline(tenant, kind, ref, at) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![tx.tenant.0, kind.as_str(), of, at.0])?;
    tx.deadlines.set(true);
    Ok(())
}

/// Sets a deadline, unless there is an earlier one.
pub(crate) fn set_earliest(tx: &Tx<'_>, kind: Kind, of: Uuid, at: At) -> Result<()> {
    tx.sql
        .prepare_cached(
            "INSERT INTO deadline(tenant, kind, ref, at) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT DO UPDATE SET at = min(at, excluded.at)",
        )?
        .execute(params![tx.tenant.0, kind.as_str(), of, at.0])?;
    tx.deadlines.set(true);
    Ok(())
}

/// Takes a deadline away.
pub(crate) fn clear(tx: &Tx<'_>, kind: Kind, of: Uuid) -> Result<()> {
    tx.sql
        .prepare_cached("DELETE FROM deadline WHERE tenant = ?1 AND kind = ?2 AND ref = ?3")?
        .execute(params![tx.tenant.0, kind.as_str(), of])?;
    Ok(())
}

/// Takes a deadline away in order to do what it asks for. False when somebody else did, or when it was moved since
/// it was looked up: then nothing is to be done.
pub(crate) fn claim(tx: &Tx<'_>, due: &Due) -> Result<bool> {
    let taken = tx
        .sql
        .prepare_cached("DELETE FROM deadline WHERE tenant = ?1 AND kind = ?2 AND ref = ?3 AND at <= ?4")?
        .execute(params![tx.tenant.0, due.kind.as_str(), due.of, tx.now.0])?;
    Ok(taken > 0)
}

/// Whether there is such a deadline.
pub(crate) fn is_set(sql: &Connection, tenant: TenantId, kind: Kind, of: Uuid) -> Result<bool> {
    Ok(sql
        .prepare_cached("SELECT EXISTS(SELECT 1 FROM deadline WHERE tenant = ?1 AND kind = ?2 AND ref = ?3)")?
        .query_row(params![tenant.0, kind.as_str(), of], |row| row.get(0))?)
}

/// The oldest deadline that has come by `now`.
pub(crate) fn first_due(sql: &Connection, now: At) -> Result<Option<Due>> {
    let found = sql
        .prepare_cached("SELECT kind, ref, tenant FROM deadline WHERE at <= ?1 ORDER BY at LIMIT 1")?
        .query_row([now.0], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, Uuid>(1)?, row.get::<_, Uuid>(2)?))
        })
        .optional()?;
    Ok(found.and_then(|(name, of, tenant)| {
        let kind = KINDS.iter().find(|(_, known)| *known == name).map(|(kind, _)| *kind)?;
        Some(Due { kind, of, tenant: TenantId(tenant) })
    }))
}

/// When the next deadline comes.
pub(crate) fn next(sql: &Connection) -> Result<Option<At>> {
    Ok(sql
        .prepare_cached("SELECT min(at) FROM deadline")?
        .query_row([], |row| row.get::<_, Option<i64>>(0))?
        .map(At))
}
