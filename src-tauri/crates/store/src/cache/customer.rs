//! Customers in sight.

use model::{Customer, CustomerId};
use rusqlite::{Connection, params};

use super::row;
use crate::Result;

pub(super) const TABLE: &str = "
CREATE TABLE customer(
  no INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, version INTEGER NOT NULL, generation INTEGER NOT NULL,
  body TEXT NOT NULL) STRICT;
CREATE VIRTUAL TABLE customer_text USING fts5(
  text, content='', contentless_delete=1, prefix='1 2 3', tokenize=\"unicode61 remove_diacritics 2\");
";

pub(super) fn put(sql: &Connection, customer: &Customer, generation: i64) -> Result<()> {
    let changed = sql
        .prepare_cached(
            "INSERT INTO customer(id, version, generation, body) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT(id) DO UPDATE SET version = ?2, generation = ?3, body = ?4 WHERE ?2 >= version",
        )?
        .execute(params![customer.id.0, customer.version, generation, serde_json::to_string(customer)?])?;
    if changed > 0 { index(sql, customer) } else { Ok(()) }
}

/// Lets a search find the customer by name and identities.
fn index(sql: &Connection, customer: &Customer) -> Result<()> {
    let no: i64 = sql
        .prepare_cached("SELECT no FROM customer WHERE id = ?")?
        .query_row([customer.id.0], |row| row.get(0))?;
    let mut text = customer.name.to_string();
    for identity in &customer.identities {
        text.push(' ');
        text.push_str(&identity.value);
    }
    sql.prepare_cached("DELETE FROM customer_text WHERE rowid = ?")?.execute([no])?;
    sql.prepare_cached("INSERT INTO customer_text(rowid, text) VALUES (?1, ?2)")?
        .execute(params![no, text])?;
    Ok(())
}

/// After rows were dropped in one go, the index forgets them too.
pub(super) fn index_again(sql: &Connection) -> Result<()> {
    sql.execute("DELETE FROM customer_text WHERE rowid NOT IN (SELECT no FROM customer)", [])?;
    sql.execute("DELETE FROM fact_text WHERE rowid NOT IN (SELECT no FROM fact)", [])?;
    Ok(())
}

pub(super) fn forget(sql: &Connection, id: CustomerId) -> Result<()> {
    sql.execute("DELETE FROM customer_text WHERE rowid = (SELECT no FROM customer WHERE id = ?)", [id.0])?;
    sql.execute("DELETE FROM customer WHERE id = ?", [id.0])?;
    Ok(())
}

/// One customer.
///
/// # Errors
/// When the file cannot be read.
pub fn load(sql: &Connection, id: CustomerId) -> Result<Option<Customer>> {
    row::one(sql, "SELECT body FROM customer WHERE id = ?", [id.0])
}
