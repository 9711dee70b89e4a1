//! O-data of customers in sight.

use model::{CustomerId, Fact};
use rusqlite::{Connection, params};

use super::row;
use crate::Result;

pub(super) const TABLE: &str = "
CREATE TABLE fact(
  no INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, customer BLOB NOT NULL, version INTEGER NOT NULL,
  generation INTEGER NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
CREATE INDEX fact_customer ON fact(customer, at);
CREATE VIRTUAL TABLE fact_text USING fts5(
  text, content='', contentless_delete=1, prefix='1 2 3', tokenize=\"unicode61 remove_diacritics 2\");
";

pub(super) fn put(sql: &Connection, fact: &Fact, generation: i64) -> Result<()> {
    let changed = sql
        .prepare_cached(
            "INSERT INTO fact(id, customer, version, generation, at, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT(id) DO UPDATE SET customer = ?2, version = ?3, generation = ?4, at = ?5, body = ?6
             WHERE ?3 >= version",
        )?
        .execute(params![
            fact.id.0,
            fact.customer.0,
            fact.version,
            generation,
            fact.at.0,
            serde_json::to_string(fact)?
        ])?;
    if changed == 0 {
        return Ok(());
    }
    let no: i64 =
        sql.prepare_cached("SELECT no FROM fact WHERE id = ?")?.query_row([fact.id.0], |row| row.get(0))?;
    sql.prepare_cached("DELETE FROM fact_text WHERE rowid = ?")?.execute([no])?;
    sql.prepare_cached("INSERT INTO fact_text(rowid, text) VALUES (?1, ?2)")?
        .execute(params![no, format!("{} {}", fact.key, &*fact.title)])?;
    Ok(())
}

pub(super) fn forget_of(sql: &Connection, customer: CustomerId) -> Result<()> {
    sql.execute(
        "DELETE FROM fact_text WHERE rowid IN (SELECT no FROM fact WHERE customer = ?)",
        [customer.0],
    )?;
    sql.execute("DELETE FROM fact WHERE customer = ?", [customer.0])?;
    Ok(())
}

/// A customer's facts, newest first.
///
/// # Errors
/// When the file cannot be read.
pub fn of(sql: &Connection, customer: CustomerId) -> Result<Vec<Fact>> {
    row::all(sql, "SELECT body FROM fact WHERE customer = ? ORDER BY at DESC", [customer.0])
}
