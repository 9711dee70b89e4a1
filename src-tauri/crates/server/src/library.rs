//! Articles and macros.

use model::{
    ArticleId, MacroId, TenantId,
    library::{Article, Macro},
};
use rusqlite::{Connection, params};
use uuid::Uuid;

use crate::{
    error::Result,
    log::{Audience, EventKind},
    tx::{self, Tx},
};

/// One article.
pub(crate) fn article(sql: &Connection, id: ArticleId, tenant: TenantId) -> Result<Option<Article>> {
    tx::body(sql, "SELECT body FROM article WHERE id = ?1 AND tenant = ?2", id.0, tenant)
}

/// One macro.
pub(crate) fn prepared(sql: &Connection, id: MacroId, tenant: TenantId) -> Result<Option<Macro>> {
    tx::body(sql, "SELECT body FROM macro WHERE id = ?1 AND tenant = ?2", id.0, tenant)
}

/// Articles in a stable order, after `after`.
pub(crate) fn articles_after(
    sql: &Connection,
    tenant: TenantId,
    after: Uuid,
    limit: usize,
) -> Result<Vec<Article>> {
    page(
        sql,
        "SELECT body FROM article WHERE tenant = ?1 AND id > ?2 ORDER BY id LIMIT ?3",
        tenant,
        after,
        limit,
    )
}

/// Macros in a stable order, after `after`.
pub(crate) fn macros_after(
    sql: &Connection,
    tenant: TenantId,
    after: Uuid,
    limit: usize,
) -> Result<Vec<Macro>> {
    page(
        sql,
        "SELECT body FROM macro WHERE tenant = ?1 AND id > ?2 ORDER BY id LIMIT ?3",
        tenant,
        after,
        limit,
    )
}

fn page<T: serde::de::DeserializeOwned>(
    sql: &Connection,
    query: &str,
    tenant: TenantId,
    after: Uuid,
    limit: usize,
) -> Result<Vec<T>> {
    let mut statement = sql.prepare_cached(query)?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let texts = statement.query_map(params![tenant.0, after, limit], |row| row.get::<_, String>(0))?;
    texts.map(|text| Ok(serde_json::from_str(&text?)?)).collect()
}

/// Writes an article.
pub(crate) fn save_article(tx: &mut Tx<'_>, article: &mut Article, by: &str) -> Result<()> {
    article.version += 1;
    article.changed_at = tx.now;
    article.changed_by = by.to_owned();
    tx.sql.execute(
        "INSERT INTO article(id, tenant, body) VALUES (?1, ?2, ?3) ON CONFLICT(tenant, id) DO UPDATE SET body = ?3",
        params![article.id.0, tx.tenant.0, serde_json::to_string(article)?],
    )?;
    tx.log(EventKind::Article, article.id.0, Audience::All);
    Ok(())
}

/// Takes an article away. Says whether it was there.
pub(crate) fn remove_article(tx: &mut Tx<'_>, id: ArticleId) -> Result<bool> {
    let gone =
        tx.sql.execute("DELETE FROM article WHERE id = ?1 AND tenant = ?2", params![id.0, tx.tenant.0])? > 0;
    if gone {
        tx.log(EventKind::ArticleGone, id.0, Audience::All);
    }
    Ok(gone)
}

/// Writes a macro.
pub(crate) fn save_macro(tx: &mut Tx<'_>, prepared: &mut Macro, by: &str) -> Result<()> {
    prepared.version += 1;
    prepared.changed_at = tx.now;
    prepared.changed_by = by.to_owned();
    tx.sql.execute(
        "INSERT INTO macro(id, tenant, body) VALUES (?1, ?2, ?3) ON CONFLICT(tenant, id) DO UPDATE SET body = ?3",
        params![prepared.id.0, tx.tenant.0, serde_json::to_string(prepared)?],
    )?;
    tx.log(EventKind::Macro, prepared.id.0, Audience::All);
    Ok(())
}

/// Takes a macro away. Says whether it was there.
pub(crate) fn remove_macro(tx: &mut Tx<'_>, id: MacroId) -> Result<bool> {
    let gone =
        tx.sql.execute("DELETE FROM macro WHERE id = ?1 AND tenant = ?2", params![id.0, tx.tenant.0])? > 0;
    if gone {
        tx.log(EventKind::MacroGone, id.0, Audience::All);
    }
    Ok(gone)
}
