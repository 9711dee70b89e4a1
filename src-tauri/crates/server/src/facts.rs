//! O-data: what happened with a customer, as other systems posted it.

use model::{CustomerId, Fact, TenantId};
use rusqlite::{Connection, params};
use uuid::Uuid;

use crate::{
    customers::fold,
    error::Result,
    log::EventKind,
    tx::{self, Tx},
};

/// Facts that come with a customer: more are not kept on a desk.
const KEPT: usize = 200;

/// One fact.
pub(crate) fn load(sql: &Connection, id: Uuid, tenant: TenantId) -> Result<Option<Fact>> {
    tx::body(sql, "SELECT body FROM fact WHERE id = ?1 AND tenant = ?2", id, tenant)
}

/// A customer's newest facts.
pub(crate) fn of(sql: &Connection, customer: CustomerId, tenant: TenantId) -> Result<Vec<Fact>> {
    let mut facts: Vec<Fact> = tx::bodies(
        sql,
        "SELECT body FROM fact WHERE customer = ?1 AND tenant = ?2 ORDER BY at DESC",
        customer.0,
        tenant,
    )?;
    facts.truncate(KEPT);
    Ok(facts)
}

/// Writes a fact, new or corrected.
pub(crate) fn save(tx: &mut Tx<'_>, fact: &mut Fact) -> Result<()> {
    fact.version += 1;
    tx.sql
        .prepare_cached(
            "INSERT INTO fact(id, tenant, customer, kind, at, folded, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT(id) DO UPDATE SET customer = ?3, kind = ?4, at = ?5, folded = ?6, body = ?7",
        )?
        .execute(params![
            fact.id.0,
            tx.tenant.0,
            fact.customer.0,
            fact.kind.as_str(),
            fact.at.0,
            fold(&format!("{} {}", fact.key, &*fact.title)),
            serde_json::to_string(fact)?
        ])?;
    tx.log_customer(EventKind::Fact, fact.id.0, fact.customer);
    Ok(())
}
