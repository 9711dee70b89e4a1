//! Who is there, and how much more they can take.

use model::{
    At, Channel, Person, PersonId, Presence, PresenceState, Slug, TenantId, at::SECOND,
    presence::ChannelLoad, wire::Now,
};
use rusqlite::{Connection, OptionalExtension, params};

use crate::{
    deadlines::{self, Kind},
    error::Result,
    hub::To,
    people, phones,
    tx::Tx,
};

/// Without a socket for so long, somebody counts as gone, and their live chats go back to the queue. Longer than the
/// time after which a desk no longer sends a reply to a live chat by itself.
pub(crate) const OUT_OF_REACH: i64 = 60 * SECOND;

/// Presence as it is stored; load comes from the conversations.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) state: PresenceState,
    pub(crate) reason: Option<Slug>,
    pub(crate) since: At,
    pub(crate) finishing: bool,
    pub(crate) closed: Vec<Channel>,
    pub(crate) last_work: At,
}

fn state(name: &str) -> PresenceState {
    [PresenceState::Available, PresenceState::Busy, PresenceState::Away]
        .into_iter()
        .find(|state| state.as_str() == name)
        .unwrap_or(PresenceState::Offline)
}

/// A person's row.
pub(crate) fn row(sql: &Connection, person: PersonId) -> Result<Row> {
    let found = sql
        .prepare_cached(
            "SELECT state, reason, since, finishing, closed_channels, last_work FROM presence WHERE person = ?",
        )?
        .query_row([person.0], |row| {
            Ok((
                row.get::<_, String>(0)?,
                row.get::<_, Option<String>>(1)?,
                row.get(2)?,
                row.get(3)?,
                row.get::<_, String>(4)?,
                row.get(5)?,
            ))
        })
        .optional()?;
    let Some((name, reason, since, finishing, closed, last_work)) = found else {
        return Ok(Row {
            state: PresenceState::Offline,
            reason: None,
            since: At(0),
            finishing: false,
            closed: Vec::new(),
            last_work: At(0),
        });
    };
    Ok(Row {
        state: state(&name),
        reason: reason.and_then(|r| r.parse().ok()),
        since: At(since),
        finishing,
        closed: serde_json::from_str(&closed)?,
        last_work: At(last_work),
    })
}

/// Writes a person's row and tells everybody.
pub(crate) fn save(tx: &mut Tx<'_>, person: PersonId, row: &Row) -> Result<()> {
    tx.sql.execute(
        "UPDATE presence SET state = ?2, reason = ?3, since = ?4, finishing = ?5, closed_channels = ?6
         WHERE person = ?1",
        params![
            person.0,
            row.state.as_str(),
            row.reason.as_ref().map(Slug::as_str),
            row.since.0,
            row.finishing,
            serde_json::to_string(&row.closed)?
        ],
    )?;
    tx.route = true;
    tx.touched.insert(person);
    Ok(())
}

/// A person was given work: they are the last ones to be asked next.
pub(crate) fn worked(tx: &mut Tx<'_>, person: PersonId) -> Result<()> {
    tx.sql
        .prepare_cached("UPDATE presence SET last_work = ?2 WHERE person = ?1")?
        .execute(params![person.0, tx.now.0])?;
    tx.touched.insert(person);
    Ok(())
}

/// Tells everybody how those people are now whom the unit of work touched.
pub(crate) fn tell_touched(tx: &mut Tx<'_>) -> Result<()> {
    for person in std::mem::take(&mut tx.touched) {
        let presence = of(&tx.sql, person, tx.tenant)?;
        tx.supervise = true;
        tx.tell(To::Everybody, Now::Presence { presence });
    }
    Ok(())
}

/// Sets a person's state. When they are no longer there, a deadline takes their live chats back.
pub(crate) fn set(
    tx: &mut Tx<'_>,
    person: PersonId,
    state: PresenceState,
    reason: Option<Slug>,
) -> Result<()> {
    let mut row = row(&tx.sql, person)?;
    if row.state != state || row.reason != reason {
        row.since = tx.now;
    }
    row.state = state;
    row.reason = reason;
    if state == PresenceState::Offline {
        row.finishing = false;
    }
    save(tx, person, &row)?;
    expect_back(tx, person, state)
}

/// So many desks of a person are connected now.
pub(crate) fn desks_changed(tx: &mut Tx<'_>, person: PersonId, desks: usize) -> Result<()> {
    tx.sql
        .prepare_cached("UPDATE presence SET desks = ?2 WHERE person = ?1")?
        .execute(params![person.0, i64::try_from(desks).unwrap_or(i64::MAX)])?;
    let state = row(&tx.sql, person)?.state;
    if desks > 0 && state == PresenceState::Offline {
        // They signed off, and what follows from it comes whether their desk looks on or not.
        return Ok(());
    }
    expect_back(tx, person, state)
}

/// Whoever is not there, or says so without a desk that is connected, counts as gone after a while.
fn expect_back(tx: &Tx<'_>, person: PersonId, state: PresenceState) -> Result<()> {
    let connected: bool = tx
        .sql
        .prepare_cached("SELECT EXISTS(SELECT 1 FROM presence WHERE person = ? AND desks > 0)")?
        .query_row([person.0], |row| row.get(0))?;
    if connected && state != PresenceState::Offline {
        deadlines::clear(tx, Kind::Presence, person.0)
    } else {
        deadlines::set(tx, Kind::Presence, person.0, tx.now + OUT_OF_REACH)
    }
}

/// Whether a person takes conversations of a channel at all: calls only where a telephone is.
pub(crate) fn takes(sql: &Connection, person: PersonId, row: &Row, channel: Channel) -> Result<bool> {
    Ok(!row.closed.contains(&channel) && (channel != Channel::Voice || phones::is_there(sql, person)?))
}

/// Whether a person takes conversations of a channel and can have one more.
pub(crate) fn has_room(tx: &Tx<'_>, person: PersonId, row: &Row, channel: Channel) -> Result<bool> {
    Ok(takes(&tx.sql, person, row, channel)?
        && (channel != Channel::Voice || !phones::is_busy(&tx.sql, person)?)
        && load(&tx.sql, person, channel)? < tx.workspace.capacity(channel))
}

/// How many conversations of a channel count against a person now: live ones, wrap-ups, and offers.
pub(crate) fn load(sql: &Connection, person: PersonId, channel: Channel) -> Result<u32> {
    Ok(sql
        .prepare_cached(
            "SELECT (SELECT count(*) FROM conversation WHERE owner = ?1 AND channel = ?2
                       AND (state = 'wrap_up' OR (state = 'active' AND parked = 0)))
                  + (SELECT count(*) FROM offer JOIN conversation ON conversation.id = offer.conversation
                     WHERE offer.person = ?1 AND channel = ?2)",
        )?
        .query_row(params![person.0, channel.as_str()], |row| row.get(0))?)
}

/// How a person is, with load and capacity.
pub(crate) fn of(sql: &Connection, person: PersonId, tenant: TenantId) -> Result<Presence> {
    let row = row(sql, person)?;
    let workspace = people::workspace(sql, tenant)?;
    let channels = Channel::ALL
        .into_iter()
        .map(|channel| {
            Ok(ChannelLoad {
                channel,
                open: takes(sql, person, &row, channel)?,
                load: load(sql, person, channel)?,
                capacity: workspace.capacity(channel),
            })
        })
        .collect::<Result<Vec<_>>>()?;
    let wrapping_up: bool = sql
        .prepare_cached("SELECT EXISTS(SELECT 1 FROM conversation WHERE owner = ?1 AND state = 'wrap_up')")?
        .query_row([person.0], |row| row.get(0))?;
    Ok(Presence {
        person,
        state: row.state,
        reason: row.reason,
        since: row.since,
        finishing: row.finishing,
        channels,
        wrapping_up,
    })
}

/// Everybody's presence.
pub(crate) fn everybody(sql: &Connection, tenant: TenantId) -> Result<Vec<(Person, Presence)>> {
    people::everybody(sql, tenant)?
        .into_iter()
        .filter(|person| person.active)
        .map(|person| {
            let presence = of(sql, person.id, tenant)?;
            Ok((person, presence))
        })
        .collect()
}

/// No desk is connected after a restart of the service: everybody's time starts to run.
pub(crate) fn after_restart(sql: &Connection, now: At) -> Result<()> {
    sql.execute("UPDATE presence SET desks = 0", [])?;
    sql.execute(
        "INSERT OR REPLACE INTO deadline(tenant, kind, ref, at)
         SELECT tenant, 'presence', person, ?1 FROM presence WHERE state <> 'offline'",
        [(now + OUT_OF_REACH).0],
    )?;
    Ok(())
}
