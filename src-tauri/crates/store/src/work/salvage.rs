//! A work file that is damaged: what can be read of it goes into a new one, row by row, and the damaged one is kept. What
//! was lost is written down, so that the advisor is told.
//!
//! Every page of the file is sealed on its own: one bad page costs the rows on it and no others.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
};

use model::At;
use rusqlite::{
    Connection, OptionalExtension, Row, params, params_from_iter,
    types::{FromSql, Value},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{KIND, kept};
use crate::open::{self, Key, OpenError};

/// The name under which it is kept what was saved from a damaged file.
const KEPT: &str = "salvaged";

/// What was saved from a damaged file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Salvaged {
    /// When.
    pub at: At,
    /// Where the damaged file is kept now.
    pub copy: PathBuf,
    /// What of the advisor's changes was saved.
    pub changes: Share,
    /// And of their drafts.
    pub drafts: Share,
    /// And of the files that wait to be sent.
    pub files: Share,
}

/// How much of something was saved.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// So many are there.
    pub saved: u32,
    /// So many were there and cannot be read.
    pub lost: u32,
}

/// A table, and the index that knows all of its rows: where a row cannot be read, the index still tells that it was there.
struct Table {
    name: &'static str,
    index: &'static str,
    /// Whether this can be a row of the table, unharmed. A page that is found alone does not say whose it is; and the last
    /// page of a long row comes as zeros when it is damaged, without an error.
    holds: fn(&Values) -> bool,
}

type Values = BTreeMap<String, Value>;

const CHANGES: Table =
    Table { name: "outbox", index: "outbox_state", holds: |row| is_json(row.get("command")) };
const DRAFTS: Table =
    Table { name: "draft", index: "sqlite_autoindex_draft_1", holds: |row| is_json(row.get("body")) };
const FILES: Table = Table { name: "file", index: "sqlite_autoindex_file_1", holds: is_that_file };
const THINGS: Table =
    Table { name: "kept", index: "sqlite_autoindex_kept_1", holds: |row| is_json(row.get("body")) };

fn is_json(value: Option<&Value>) -> bool {
    matches!(value, Some(Value::Text(text)) if serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok())
}

fn is_that_file(row: &Values) -> bool {
    match (row.get("sha256"), row.get("bytes")) {
        (Some(Value::Text(sha256)), Some(Value::Blob(bytes))) => {
            *sha256 == hex::encode(Sha256::digest(bytes))
        }
        _ => false,
    }
}

/// What was saved the last time, until the advisor has read it.
///
/// # Errors
/// When the file cannot be read.
pub fn told(sql: &Connection) -> crate::Result<Option<Salvaged>> {
    kept::load(sql, KEPT)
}

/// The advisor has read it.
///
/// # Errors
/// When the disk refuses.
pub fn forget(sql: &Connection) -> crate::Result<()> {
    kept::forget(sql, KEPT)
}

/// Whether every page can be read and fits the others.
pub(super) fn is_whole(sql: &Connection) -> Result<bool, OpenError> {
    match sql.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0)) {
        Ok(said) => Ok(said == "ok"),
        Err(error) => match crate::Error::from(error) {
            // A disk that refuses for a moment is no damage.
            crate::Error::Disk => Err(OpenError::Disk),
            _ => Ok(false),
        },
    }
}

/// Whether an earlier saving was cut short: the copy stands under this name until the new file is in its place.
pub(super) fn was_cut_short(path: &Path) -> bool {
    beside(path, "damaged").exists()
}

/// Saves what can be read of `path` into a new file that takes its place. May be cut short at any moment and done again.
pub(super) fn salvage(path: &Path, key: &Key, now: At) -> Result<(), OpenError> {
    let disk = |_: io::Error| OpenError::Disk;
    let damaged = beside(path, "damaged");
    if !damaged.exists() {
        take_copy(path, &damaged).map_err(disk)?;
    }
    let fresh = beside(path, "salvaging");
    open::remove(&fresh).map_err(disk)?;
    let mut source = Source::open(&damaged, key)?;
    let mut target = open::open_at(&fresh, key, &KIND, source.version()?)?;
    let kept_at = unused(path, now);
    let told = {
        let tx = target.transaction()?;
        let told = Salvaged {
            at: now,
            copy: kept_at.clone(),
            changes: source.save(&CHANGES, &tx)?,
            drafts: source.save(&DRAFTS, &tx)?,
            files: source.save(&FILES, &tx)?,
        };
        source.save(&THINGS, &tx)?;
        kept::save(&tx, KEPT, &told).map_err(|_| OpenError::Disk)?;
        tx.commit()?;
        told
    };
    drop(source);
    // Whole in one file, before it takes the other's place: a journal left beside it would be read into it.
    target
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
        .and_then(|()| target.close().map_err(|(_, error)| error))
        .map_err(|_| OpenError::Disk)?;
    open::remove(path).map_err(disk)?;
    fs::rename(&fresh, path).map_err(disk)?;
    for (from, to) in open::files_of(&damaged).iter().zip(open::files_of(&kept_at)) {
        if from.exists() {
            fs::rename(from, to).map_err(disk)?;
        }
    }
    tracing::error!(
        changes_saved = told.changes.saved,
        changes_lost = told.changes.lost,
        drafts_lost = told.drafts.lost,
        files_lost = told.files.lost,
        "the work file was damaged: what could be read was saved, and the damaged file is kept"
    );
    Ok(())
}

/// The name of a file that belongs to another: `work.damaged.db` beside `work.db`.
fn beside(path: &Path, what: &str) -> PathBuf {
    path.with_extension(format!("{what}.db"))
}

/// A name for the damaged file that no other has.
fn unused(path: &Path, now: At) -> PathBuf {
    let mut n = now.0.max(0);
    loop {
        let name = beside(path, &format!("damaged-{n}"));
        if !name.exists() {
            return name;
        }
        n += 1;
    }
}

/// The journal first: under its name the copy counts only once it is whole.
fn take_copy(path: &Path, copy: &Path) -> io::Result<()> {
    let half = beside(copy, "half");
    let ([file, journal, _], [_, copied_journal, _]) = (open::files_of(path), open::files_of(copy));
    if journal.exists() {
        fs::copy(&journal, &copied_journal)?;
        fs::File::open(&copied_journal)?.sync_all()?;
    }
    fs::copy(&file, &half)?;
    fs::File::open(&half)?.sync_all()?;
    fs::rename(half, copy)
}

/// The damaged file. After a page that cannot be read it is opened anew: SQLCipher answers nothing more on that connection.
struct Source<'a> {
    path: &'a Path,
    key: &'a Key,
    sql: Connection,
    /// A table, and the page that is taken for its first one.
    first: Option<(&'static str, i64)>,
}

impl<'a> Source<'a> {
    fn open(path: &'a Path, key: &'a Key) -> Result<Self, OpenError> {
        Ok(Self { path, key, sql: open::open_damaged(path, key)?, first: None })
    }

    /// Which steps the file has.
    fn version(&mut self) -> Result<usize, OpenError> {
        let version: Option<i64> = self.one("PRAGMA user_version")?;
        Ok(version.and_then(|version| usize::try_from(version).ok()).unwrap_or(0))
    }

    fn one<T: FromSql>(&mut self, query: &str) -> Result<Option<T>, OpenError> {
        self.tried(|sql| sql.query_row(query, [], |row| row.get(0)))
    }

    /// What is answered; nothing when a page cannot be read.
    fn tried<T>(
        &mut self,
        ask: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, OpenError> {
        match ask(&self.sql).map_err(crate::Error::from) {
            Ok(answer) => Ok(Some(answer)),
            Err(crate::Error::Disk) => Err(OpenError::Disk),
            Err(_) => {
                self.begin_anew()?;
                Ok(None)
            }
        }
    }

    /// The file's list of tables is changed for as long as a page is looked at, and never for good: a connection that is
    /// closed takes the change back.
    fn begin_anew(&mut self) -> Result<(), OpenError> {
        self.sql = open::open_damaged(self.path, self.key)?;
        let Some((table, page)) = self.first else { return Ok(()) };
        self.sql.execute_batch("BEGIN; PRAGMA writable_schema = ON")?;
        self.sql.execute(
            "UPDATE sqlite_schema SET rootpage = ?1 WHERE type = 'table' AND name = ?2",
            params![page, table],
        )?;
        self.sql.execute_batch("PRAGMA writable_schema = RESET")?;
        Ok(())
    }

    /// Copies the rows of a table that can be read.
    fn save(&mut self, table: &Table, target: &Connection) -> Result<Share, OpenError> {
        let Table { name, index, .. } = table;
        let by_index = self.numbers(&format!("SELECT rowid FROM {name} INDEXED BY {index}"))?;
        let by_place = self.numbers(&format!("SELECT rowid FROM {name} NOT INDEXED"))?;
        let known: BTreeSet<i64> = by_index.seen.iter().chain(&by_place.seen).copied().collect();
        let mut all = by_index.whole || by_place.whole;
        for number in &known {
            all &= self.copy(*number, table, target)?;
        }
        if !all {
            self.save_from_pages(table, target)?;
        }
        let there: BTreeSet<i64> = {
            let mut statement = target.prepare(&format!("SELECT rowid FROM {name}"))?;
            statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?
        };
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let lost = match count(known.difference(&there).count()) {
            // Something was there, and nobody knows how much.
            0 if !by_index.whole && !by_place.whole => 1,
            lost => lost,
        };
        Ok(Share { saved: count(there.len()), lost })
    }

    /// What no way leads to any more, because the page that showed the way is the bad one: every page is looked at as if it
    /// were the first of the table.
    fn save_from_pages(&mut self, table: &Table, target: &Connection) -> Result<(), OpenError> {
        let pages = self.one("PRAGMA page_count")?.unwrap_or(0);
        for page in 2..=pages {
            self.first = Some((table.name, page));
            self.begin_anew()?;
            let query = format!("SELECT rowid FROM {} NOT INDEXED", table.name);
            for number in self.numbers(&query)?.seen {
                self.copy(number, table, target)?;
            }
        }
        self.first = None;
        self.begin_anew()
    }

    /// The numbers of rows up to the first page that cannot be read.
    fn numbers(&mut self, query: &str) -> Result<Numbers, OpenError> {
        let mut seen = Vec::new();
        let whole = self.tried(|sql| {
            let mut statement = sql.prepare(query)?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                seen.push(row.get(0)?);
            }
            Ok(())
        })?;
        Ok(Numbers { seen, whole: whole.is_some() })
    }

    /// Copies one row. Answers whether it can be read.
    fn copy(&mut self, number: i64, table: &Table, target: &Connection) -> Result<bool, OpenError> {
        let query = format!("SELECT * FROM {} NOT INDEXED WHERE rowid = ?", table.name);
        let row = self.tried(|sql| {
            let mut statement = sql.prepare(&query)?;
            let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
            let values = |row: &Row<'_>| {
                names.iter().map(|name| Ok((name.clone(), row.get(name.as_str())?))).collect()
            };
            statement.query_row([number], values).optional()
        })?;
        match row {
            None => Ok(false),
            Some(Some(values)) if (table.holds)(&values) => put(target, table, &values).map(|()| true),
            Some(_) => {
                // It may be the first sign of a damaged page.
                self.begin_anew()?;
                Ok(true)
            }
        }
    }
}

struct Numbers {
    seen: Vec<i64>,
    /// Whether the end was reached.
    whole: bool,
}

/// What contradicts the table's rules is not one of its rows: it stays in the damaged file.
fn put(target: &Connection, table: &Table, row: &Values) -> Result<(), OpenError> {
    let names: Vec<&str> = row.keys().map(String::as_str).collect();
    let places = vec!["?"; names.len()].join(", ");
    let insert = format!("INSERT OR IGNORE INTO {}({}) VALUES ({places})", table.name, names.join(", "));
    match target.execute(&insert, params_from_iter(row.values())).map_err(crate::Error::from) {
        Err(crate::Error::Disk) => Err(OpenError::Disk),
        _ => Ok(()),
    }
}
