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
    /// Somebody who declined may be asked again. Of a conversation.
    AskAgain,
}

const KINDS: [(Kind, &str); 12] = [
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
    (Kind::AskAgain, "ask_again"),
];

impl Kind {
    fn as_str(self) -> &'static str {
        KINDS.iter().find(|(kind, _)| *kind == self).map_or("", |(_, name)| name)
    }
}

/// One deadline that has come.
pub(crate) struct Due {
    pub(crate) kind: Kind,
    pub(crate) of: Uuid,
    pub(crate) tenant: TenantId,
}

/// Sets or moves a deadline.
pub(crate) fn set(tx: &Tx<'_>, kind: Kind, of: Uuid, at: At) -> Result<()> {
    tx.sql
        .prepare_cached("INSERT OR REPLACE INTO deadline(kind, ref, tenant, at) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![kind.as_str(), of, tx.tenant.0, at.0])?;
    Ok(())
}

/// Takes a deadline away.
pub(crate) fn clear(tx: &Tx<'_>, kind: Kind, of: Uuid) -> Result<()> {
    tx.sql
        .prepare_cached("DELETE FROM deadline WHERE kind = ?1 AND ref = ?2")?
        .execute(params![kind.as_str(), of])?;
    Ok(())
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
