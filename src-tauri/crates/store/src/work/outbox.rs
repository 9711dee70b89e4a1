//! What the advisor did and the service may not know yet. A row is written before anything is shown as saved.

use model::{
    At, Attachment, CommandId, Epoch, Intent,
    follow_up::FollowUpChange,
    wire::{Command, Outcome},
};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Error, Result};

pub(super) const TABLE: &str = "
CREATE TABLE outbox(
  local_no INTEGER PRIMARY KEY AUTOINCREMENT, id BLOB NOT NULL UNIQUE CHECK(length(id) = 16),
  lane TEXT NOT NULL, after_id BLOB, command TEXT NOT NULL, schema INTEGER NOT NULL,
  policy TEXT NOT NULL CHECK(policy IN ('live', 'async')),
  state TEXT NOT NULL CHECK(state IN ('queued', 'inflight', 'acked', 'conflict', 'wedged', 'orphaned', 'expired',
                                      'cancelled', 'done')),
  attempts INTEGER NOT NULL DEFAULT 0, not_before INTEGER, ack_seq INTEGER, ack_epoch BLOB, outcome TEXT,
  made_at INTEGER NOT NULL, expires_at INTEGER, done_at INTEGER) STRICT;
CREATE INDEX outbox_state ON outbox(state, lane, local_no);
";

/// Whether a row went out at least once, and what stood in a field before the advisor changed it.
pub(super) const SENT_AND_BASE: &str = "
ALTER TABLE outbox ADD COLUMN sent INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN base TEXT;
UPDATE outbox SET sent = 1 WHERE state <> 'queued' OR attempts > 0;
";

/// When it became known what became of a row that waits for a decision.
pub(super) const LANDED_AT: &str = "ALTER TABLE outbox ADD COLUMN landed_at INTEGER;";

/// The version of the command's shape; older ones are brought up to date when they are read.
const SCHEMA: u32 = 1;

/// Where a row stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum State {
    /// Waits to be sent.
    Queued,
    /// On its way; nothing is known until its receipt comes.
    Inflight,
    /// The service has it; the cache has not caught up yet.
    Acked,
    /// Somebody else changed the same thing first.
    Conflict,
    /// The service refused it.
    Wedged,
    /// What it belongs to is no longer the advisor's.
    Orphaned,
    /// Too late to be sent without a look.
    Expired,
    /// Taken back by the advisor.
    Cancelled,
    /// The cache shows its effect.
    Done,
}

const STATES: [(State, &str); 9] = [
    (State::Queued, "queued"),
    (State::Inflight, "inflight"),
    (State::Acked, "acked"),
    (State::Conflict, "conflict"),
    (State::Wedged, "wedged"),
    (State::Orphaned, "orphaned"),
    (State::Expired, "expired"),
    (State::Cancelled, "cancelled"),
    (State::Done, "done"),
];

impl State {
    fn as_str(self) -> &'static str {
        STATES.iter().find(|(state, _)| *state == self).map_or("", |(_, name)| name)
    }

    fn read(name: &str) -> Option<Self> {
        STATES.iter().find(|(_, known)| *known == name).map(|(state, _)| *state)
    }

    /// Whether the advisor must decide.
    pub fn needs_attention(self) -> bool {
        matches!(self, State::Conflict | State::Wedged | State::Orphaned | State::Expired)
    }

    /// Whether nothing is known yet about whether the service has it.
    pub fn waits(self) -> bool {
        matches!(self, State::Queued | State::Inflight)
    }
}

/// Whether a command may wait for long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Policy {
    /// An answer in a live chat: late, it would do harm.
    Live,
    /// Anything else.
    Async,
}

/// One row.
#[derive(Debug, Clone, PartialEq)]
pub struct Pending {
    /// The order in which the advisor did things.
    pub local_no: i64,
    /// What they did.
    pub command: Command,
    /// Its lane: what shares one happens in order.
    pub lane: String,
    /// Whether it may wait for long.
    pub policy: Policy,
    /// Where it stands.
    pub state: State,
    /// How often the service failed on it.
    pub attempts: u32,
    /// Whether it went out at least once: then only its receipt tells whether the service has it.
    pub sent: bool,
    /// What stood in the field before, for a change of one.
    pub base: Option<FollowUpChange>,
    /// Not to be sent before: undo, or a pause that the service asked for.
    pub not_before: Option<At>,
    /// Its number in the log.
    pub ack_seq: Option<u64>,
    /// What became of it.
    pub outcome: Option<Outcome>,
    /// When the advisor did it, on the service's clock as far as it was known.
    pub made_at: At,
    /// When it becomes too late, on the same clock.
    pub expires_at: Option<At>,
    /// When it was known that it did not go through, on the same clock.
    pub landed_at: Option<At>,
}

const COLUMNS: &str = "local_no, command, lane, policy, state, attempts, not_before, ack_seq, outcome, made_at, expires_at, sent, base, landed_at";

fn read(row: &Row<'_>) -> rusqlite::Result<Result<Pending>> {
    let (command, state, outcome): (String, String, Option<String>) = (row.get(1)?, row.get(4)?, row.get(8)?);
    let policy: String = row.get(3)?;
    let local_no = row.get(0)?;
    let lane = row.get(2)?;
    let attempts = row.get(5)?;
    let not_before = row.get::<_, Option<i64>>(6)?.map(At);
    let ack_seq = row.get::<_, Option<i64>>(7)?.and_then(|seq| u64::try_from(seq).ok());
    let made_at = At(row.get(9)?);
    let expires_at = row.get::<_, Option<i64>>(10)?.map(At);
    let sent = row.get(11)?;
    let base: Option<String> = row.get(12)?;
    let landed_at = row.get::<_, Option<i64>>(13)?.map(At);
    let parsed = || {
        Ok(Pending {
            local_no,
            command: serde_json::from_str(&command)?,
            lane,
            policy: if policy == "live" { Policy::Live } else { Policy::Async },
            state: State::read(&state).ok_or(Error::Row)?,
            attempts,
            sent,
            base: base.map(|base| serde_json::from_str(&base)).transpose()?,
            not_before,
            ack_seq,
            outcome: outcome.map(|outcome| serde_json::from_str(&outcome)).transpose()?,
            made_at,
            expires_at,
            landed_at,
        })
    };
    Ok(parsed())
}

/// A row before it is written.
#[derive(Debug, Clone)]
pub struct NewRow {
    /// What the advisor does.
    pub command: Command,
    /// What stood in the field before, for a change of one.
    pub base: Option<FollowUpChange>,
    /// Whether it may wait for long.
    pub policy: Policy,
    /// Not to be sent before.
    pub not_before: Option<At>,
    /// When it becomes too late.
    pub expires_at: Option<At>,
    /// Now.
    pub made_at: At,
}

/// Writes a new row at the end of its lane. Answers it.
///
/// # Errors
/// When the disk refuses: then nothing may be shown as saved.
pub fn add(sql: &Connection, new: NewRow) -> Result<Pending> {
    let NewRow { command, base, policy, not_before, expires_at, made_at } = new;
    let lane = command.intent.subject().to_string();
    sql.prepare_cached(
        "INSERT INTO outbox(id, lane, after_id, command, schema, policy, state, not_before, made_at, expires_at, base)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'queued', ?7, ?8, ?9, ?10)",
    )?
    .execute(params![
        command.id.0,
        lane,
        command.after.map(|after| after.0),
        serde_json::to_string(&command)?,
        SCHEMA,
        match policy {
            Policy::Live => "live",
            Policy::Async => "async",
        },
        not_before.map(|at| at.0),
        made_at.0,
        expires_at.map(|at| at.0),
        base.as_ref().map(serde_json::to_string).transpose()?
    ])?;
    Ok(Pending {
        local_no: sql.last_insert_rowid(),
        command,
        lane,
        policy,
        state: State::Queued,
        attempts: 0,
        sent: false,
        base,
        not_before,
        ack_seq: None,
        outcome: None,
        made_at,
        expires_at,
        landed_at: None,
    })
}

/// The command of a lane before a place in it that the service confirmed last.
///
/// # Errors
/// When the file cannot be read.
pub fn confirmed_before(sql: &Connection, lane: &str, local_no: i64) -> Result<Option<CommandId>> {
    let id = sql
        .prepare_cached(
            "SELECT id FROM outbox WHERE lane = ?1 AND local_no < ?2 AND state IN ('acked', 'done')
             ORDER BY local_no DESC LIMIT 1",
        )?
        .query_row(params![lane, local_no], |row| row.get::<_, Uuid>(0))
        .optional()?;
    Ok(id.map(CommandId))
}

/// A row that this version of the app cannot read: another one wrote it. It is left where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unreadable {
    /// Its command.
    pub id: CommandId,
    /// When the advisor did it.
    pub made_at: At,
}

/// Everything that is not done or taken back, in the order in which it was done, and apart from it what cannot be read.
///
/// # Errors
/// When the file cannot be read.
pub fn open_rows(sql: &Connection) -> Result<(Vec<Pending>, Vec<Unreadable>)> {
    let mut statement = sql.prepare_cached(&format!(
        "SELECT {COLUMNS}, id FROM outbox WHERE state NOT IN ('done', 'cancelled') ORDER BY local_no"
    ))?;
    let (mut good, mut unreadable) = (Vec::new(), Vec::new());
    let mut found = statement.query([])?;
    while let Some(row) = found.next()? {
        match read(row)? {
            Ok(pending) => good.push(pending),
            Err(_) => unreadable.push(Unreadable { id: CommandId(row.get(14)?), made_at: At(row.get(9)?) }),
        }
    }
    Ok((good, unreadable))
}

/// One row.
///
/// # Errors
/// When the file cannot be read.
pub fn load(sql: &Connection, id: CommandId) -> Result<Option<Pending>> {
    sql.prepare_cached(&format!("SELECT {COLUMNS} FROM outbox WHERE id = ?"))?
        .query_row([id.0], read)
        .optional()?
        .transpose()
}

/// Says where a row stands now.
///
/// # Errors
/// When the disk refuses.
pub fn set_state(sql: &Connection, id: CommandId, state: State, outcome: Option<&Outcome>) -> Result<()> {
    sql.prepare_cached(
        "UPDATE outbox SET state = ?2, outcome = coalesce(?3, outcome), sent = sent OR ?2 = 'inflight', done_at = NULL
         WHERE id = ?1 AND NOT (?2 = 'inflight' AND state = 'cancelled')",
    )?
    .execute(params![id.0, state.as_str(), outcome.map(serde_json::to_string).transpose()?])?;
    Ok(())
}

/// When it was known that a row did not go through.
///
/// # Errors
/// When the disk refuses.
pub fn set_landed_at(sql: &Connection, id: CommandId, at: At) -> Result<()> {
    sql.prepare_cached("UPDATE outbox SET landed_at = ?2 WHERE id = ?1")?.execute(params![id.0, at.0])?;
    Ok(())
}

/// The service has it.
///
/// # Errors
/// When the disk refuses.
pub fn set_acked(sql: &Connection, id: CommandId, epoch: Epoch, seq: u64, outcome: &Outcome) -> Result<()> {
    sql.prepare_cached(
        "UPDATE outbox SET state = 'acked', ack_seq = ?2, ack_epoch = ?3, outcome = ?4 WHERE id = ?1
         AND state <> 'done'",
    )?
    .execute(params![id.0, number(seq), epoch.0, serde_json::to_string(outcome)?])?;
    Ok(())
}

/// Back into the line, not before a time.
///
/// # Errors
/// When the disk refuses.
pub fn set_queued(sql: &Connection, id: CommandId, attempts: u32, not_before: Option<At>) -> Result<()> {
    sql.prepare_cached(
        "UPDATE outbox SET state = 'queued', attempts = ?2, not_before = ?3
         WHERE id = ?1 AND state NOT IN ('cancelled', 'done')",
    )?
    .execute(params![id.0, attempts, not_before.map(|at| at.0)])?;
    Ok(())
}

/// After a start nothing is on its way: what was is sent again, under its old name, which does no harm.
///
/// # Errors
/// When the disk refuses.
pub fn nothing_inflight(sql: &Connection) -> Result<()> {
    sql.execute("UPDATE outbox SET state = 'queued' WHERE state = 'inflight'", [])?;
    Ok(())
}

/// What stood in the field before, written anew.
///
/// # Errors
/// When the disk refuses.
pub fn set_base(sql: &Connection, id: CommandId, base: Option<&FollowUpChange>) -> Result<()> {
    sql.prepare_cached("UPDATE outbox SET base = ?2 WHERE id = ?1")?
        .execute(params![id.0, base.map(serde_json::to_string).transpose()?])?;
    Ok(())
}

/// A command written anew: what it was made over is not there any more. Only for a row that never went out.
///
/// # Errors
/// When the disk refuses.
pub fn set_command(sql: &Connection, command: &Command) -> Result<()> {
    sql.prepare_cached("UPDATE outbox SET command = ?2 WHERE id = ?1 AND sent = 0")?
        .execute(params![command.id.0, serde_json::to_string(command)?])?;
    Ok(())
}

pub(super) fn settle_done(sql: &Connection, epoch: Epoch, cursor: u64) -> Result<Vec<CommandId>> {
    let mut statement = sql.prepare_cached(
        "UPDATE outbox SET state = 'done'
         WHERE state = 'acked' AND ack_epoch = ?1 AND ack_seq <= ?2 RETURNING id",
    )?;
    let ids = statement.query_map(params![epoch.0, number(cursor)], |row| row.get::<_, Uuid>(0))?;
    ids.map(|id| Ok(CommandId(id?))).collect()
}

/// What the service confirmed in another log, or further on in this one than it reaches now, waits again: the service was
/// restored and may not know of it. Under its old name, so that it is done once. It has no end any more: it was in time
/// when it was done first.
pub(super) fn ask_again(sql: &Connection, epoch: Epoch, head: u64) -> Result<()> {
    sql.prepare_cached(
        "UPDATE outbox SET state = 'queued', not_before = NULL, expires_at = NULL, attempts = 0, done_at = NULL
         WHERE state IN ('acked', 'done') AND (ack_epoch <> ?1 OR ack_seq > ?2)",
    )?
    .execute(params![epoch.0, number(head)])?;
    Ok(())
}

fn number(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}

/// Forgets what was found done or taken back longer than `kept` ms ago; kept until then, so that a service that was restored
/// from a backup can be told again. `now` is the service's time: the clock on this computer's wall may stand anywhere.
///
/// # Errors
/// When the disk refuses.
pub fn forget_done(sql: &Connection, now: At, kept: i64) -> Result<()> {
    sql.execute(
        "UPDATE outbox SET done_at = ? WHERE state IN ('done', 'cancelled') AND done_at IS NULL",
        [now.0],
    )?;
    sql.execute("DELETE FROM outbox WHERE state IN ('done', 'cancelled') AND done_at < ?", [now.0 - kept])?;
    Ok(())
}

/// The files that go with an intent.
pub fn attachments(intent: &Intent) -> &[Attachment] {
    match intent {
        Intent::Reply { attachments, .. } | Intent::Note { attachments, .. } => attachments,
        _ => &[],
    }
}
