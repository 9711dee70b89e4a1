//! What all tables of the cache have in common: rows are the JSON of their model type, with the columns that queries
//! need beside it.

use rusqlite::{Connection, OptionalExtension, Params};
use serde::de::DeserializeOwned;

use crate::Result;

/// The one row that `query` finds; its first column is the body.
pub(super) fn one<T: DeserializeOwned>(
    sql: &Connection,
    query: &str,
    params: impl Params,
) -> Result<Option<T>> {
    let text: Option<String> = sql.prepare_cached(query)?.query_row(params, |row| row.get(0)).optional()?;
    Ok(text.map(|text| serde_json::from_str(&text)).transpose()?)
}

/// All rows that `query` finds; their first column is the body.
pub(super) fn all<T: DeserializeOwned>(sql: &Connection, query: &str, params: impl Params) -> Result<Vec<T>> {
    let mut statement = sql.prepare_cached(query)?;
    let texts = statement.query_map(params, |row| row.get::<_, String>(0))?;
    texts.map(|text| Ok(serde_json::from_str(&text?)?)).collect()
}

/// All rows of a table.
pub(super) fn table<T: DeserializeOwned>(sql: &Connection, table: &str) -> Result<Vec<T>> {
    all(sql, &format!("SELECT body FROM {table}"), [])
}
