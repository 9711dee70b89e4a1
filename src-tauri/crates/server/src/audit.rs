//! The audit log: who did what to which thing and how it ended, for those who must be able to tell later. Entries are
//! only ever added, in the transaction of what they are about, and hang together by their hashes: an entry that was
//! changed, taken out or put in between is found. They name rows and never quote one.
//!
//! Whoever can write the database can also write a whole new chain; the last link, noted elsewhere from time to time
//! (`loopdesk-server audit verify` prints it), shows that, too, and that entries are missing at the end.

use model::{At, TenantId, wire::Outcome};
use rusqlite::{Connection, OptionalExtension, Row, params};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::error::Result;

/// What the first entry's hash begins with.
const FIRST: [u8; 32] = [0; 32];

/// How something ended that was done.
pub(crate) const DONE: &str = "done";
/// How something ended that was not allowed.
pub(crate) const REFUSED: &str = "refused";

/// Something that was done or refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its place in the tenant's chain, from 1.
    pub no: u64,
    /// When, on the service's clock.
    pub at: At,
    /// The person or visitor; nobody for the operator of the service, and where nobody is known.
    pub who: Option<Uuid>,
    /// What: the kind of a command, or of another thing that was done.
    pub act: String,
    /// The row it was done to.
    pub object: Option<Uuid>,
    /// How it ended: `applied`, `noop`, `conflict` or the code of a rejection for a command, else `done` or `refused`.
    pub result: String,
}

/// What a look at a whole chain found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Every entry is as it was written.
    Whole {
        /// How many there are.
        entries: u64,
        /// The hash of the last one, in hex: to be noted elsewhere.
        last: String,
    },
    /// From this entry on nothing can be relied on.
    Broken {
        /// The first one that is not as it was written, or is missing.
        at: u64,
    },
}

impl Entry {
    /// Over everything it says, each part with its length, so that no two entries look the same to it.
    fn link(&self, tenant: TenantId, before: &[u8]) -> Vec<u8> {
        let mut hash = Sha256::new();
        let no = self.no.to_be_bytes();
        let at = self.at.0.to_be_bytes();
        let who = self.who.as_ref().map_or(&[][..], |who| who.as_bytes());
        let object = self.object.as_ref().map_or(&[][..], |object| object.as_bytes());
        let (act, result) = (self.act.as_bytes(), self.result.as_bytes());
        for part in [before, tenant.0.as_bytes(), &no, &at, who, act, object, result] {
            hash.update(u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
            hash.update(part);
        }
        hash.finalize().to_vec()
    }
}

/// Adds an entry. Belongs into the transaction of what it is about.
pub(crate) fn note(
    sql: &Connection,
    tenant: TenantId,
    at: At,
    who: Option<Uuid>,
    (act, object): (&str, Option<Uuid>),
    result: &str,
) -> Result<()> {
    let last: Option<(i64, Vec<u8>)> = sql
        .prepare_cached("SELECT no, link FROM audit WHERE tenant = ? ORDER BY no DESC LIMIT 1")?
        .query_row([tenant.0], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let (no, before) = last.unwrap_or((0, FIRST.to_vec()));
    let no = no.unsigned_abs() + 1;
    let entry = Entry { no, at, who, act: act.to_owned(), object, result: result.to_owned() };
    sql.prepare_cached(
        "INSERT INTO audit(tenant, no, at, who, act, object, result, link) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute(params![
        tenant.0,
        i64::try_from(no).unwrap_or(i64::MAX),
        at.0,
        who,
        act,
        object,
        result,
        entry.link(tenant, &before)
    ])?;
    Ok(())
}

/// Adds an entry about something that changes nothing.
pub(crate) fn note_alone(
    sql: &mut Connection,
    tenant: TenantId,
    at: At,
    who: Uuid,
    what: (&str, Option<Uuid>),
    result: &str,
) -> Result<()> {
    let tx = sql.transaction()?;
    note(&tx, tenant, at, Some(who), what, result)?;
    Ok(tx.commit()?)
}

/// How a command ended, in a word.
pub(crate) fn result_of(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Applied { .. } => "applied".to_owned(),
        Outcome::Noop { .. } => "noop".to_owned(),
        Outcome::Conflict { .. } => "conflict".to_owned(),
        Outcome::Rejected { code, .. } => match serde_json::to_value(code) {
            Ok(serde_json::Value::String(code)) => code,
            _ => REFUSED.to_owned(),
        },
        Outcome::Retry { .. } => "not_yet".to_owned(),
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<(Entry, Vec<u8>)> {
    let entry = Entry {
        no: row.get::<_, i64>(0)?.unsigned_abs(),
        at: At(row.get(1)?),
        who: row.get(2)?,
        act: row.get(3)?,
        object: row.get(4)?,
        result: row.get(5)?,
    };
    Ok((entry, row.get(6)?))
}

/// Looks at a tenant's whole chain.
pub(crate) fn verify(sql: &Connection, tenant: TenantId) -> Result<Verdict> {
    let mut statement =
        sql.prepare("SELECT no, at, who, act, object, result, link FROM audit WHERE tenant = ? ORDER BY no")?;
    let mut rows = statement.query([tenant.0])?;
    let (mut entries, mut before) = (0, FIRST.to_vec());
    while let Some(row) = rows.next()? {
        // A value of a kind that is never written there is as good as any other change.
        let found = read(row)
            .ok()
            .filter(|(entry, link)| entry.no == entries + 1 && *link == entry.link(tenant, &before));
        let Some((_, link)) = found else { return Ok(Verdict::Broken { at: entries + 1 }) };
        entries += 1;
        before = link;
    }
    Ok(Verdict::Whole { entries, last: hex::encode(before) })
}

/// The newest entries of a tenant, oldest first.
pub(crate) fn newest(sql: &Connection, tenant: TenantId, limit: u32) -> Result<Vec<Entry>> {
    let mut statement = sql.prepare(
        "SELECT no, at, who, act, object, result, link FROM audit WHERE tenant = ?1 ORDER BY no DESC LIMIT ?2",
    )?;
    let mut entries = statement
        .query_map(params![tenant.0, limit], |row| Ok(read(row)?.0))?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    entries.reverse();
    Ok(entries)
}
