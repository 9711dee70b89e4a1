//! Articles and macros.

use model::{
    MacroId,
    library::{Article, Macro},
};
use rusqlite::{Connection, params};

use super::row;
use crate::Result;

pub(super) const TABLE: &str = "
CREATE TABLE article(
  id BLOB PRIMARY KEY, version INTEGER NOT NULL, generation INTEGER NOT NULL, title TEXT NOT NULL, body TEXT NOT NULL)
  STRICT;
CREATE TABLE macro(
  id BLOB PRIMARY KEY, version INTEGER NOT NULL, generation INTEGER NOT NULL, name TEXT NOT NULL, body TEXT NOT NULL)
  STRICT;
";

pub(super) fn put_article(sql: &Connection, article: &Article, generation: i64) -> Result<()> {
    sql.prepare_cached(
        "INSERT INTO article(id, version, generation, title, body) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT(id) DO UPDATE SET version = ?2, generation = ?3, title = ?4, body = ?5 WHERE ?2 >= version",
    )?
    .execute(params![article.id.0, article.version, generation, article.title, serde_json::to_string(article)?])?;
    Ok(())
}

pub(super) fn put_macro(sql: &Connection, prepared: &Macro, generation: i64) -> Result<()> {
    sql.prepare_cached(
        "INSERT INTO macro(id, version, generation, name, body) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT(id) DO UPDATE SET version = ?2, generation = ?3, name = ?4, body = ?5 WHERE ?2 >= version",
    )?
    .execute(params![
        prepared.id.0,
        prepared.version,
        generation,
        prepared.name.as_str(),
        serde_json::to_string(prepared)?
    ])?;
    Ok(())
}

/// All articles, by title.
///
/// # Errors
/// When the file cannot be read.
pub fn articles(sql: &Connection) -> Result<Vec<Article>> {
    row::all(sql, "SELECT body FROM article ORDER BY title", [])
}

/// All macros, by name.
///
/// # Errors
/// When the file cannot be read.
pub fn macros(sql: &Connection) -> Result<Vec<Macro>> {
    row::all(sql, "SELECT body FROM macro ORDER BY name", [])
}

/// One macro.
///
/// # Errors
/// When the file cannot be read.
pub fn prepared(sql: &Connection, id: MacroId) -> Result<Option<Macro>> {
    row::one(sql, "SELECT body FROM macro WHERE id = ?", [id.0])
}
