//! Customers and the ways to recognise them.

use std::collections::BTreeMap;

use model::{
    At, Customer, CustomerId, FactKind, Identity, IdentityId, IdentityKind, Personal, TenantId, Trust,
    Workspace, customer::Persona, wire::reads::PostedProfile,
};
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use crate::{
    error::Result,
    log::EventKind,
    tx::{self, Tx},
};

/// One customer.
pub(crate) fn load(sql: &Connection, id: CustomerId, tenant: TenantId) -> Result<Option<Customer>> {
    tx::body(sql, "SELECT body FROM customer WHERE id = ?1 AND tenant = ?2", id.0, tenant)
}

/// A customer nobody knows yet, not written.
pub(crate) fn unknown(name: Personal, now: At) -> Customer {
    Customer {
        id: CustomerId(Uuid::now_v7()),
        name,
        language: None,
        tier: None,
        since: now,
        persona: None,
        identities: Vec::new(),
        attributes: BTreeMap::new(),
        consent: Vec::new(),
        blocked: false,
        version: 0,
    }
}

/// Writes a customer, new or changed, with the persona that fits now.
pub(crate) fn save(tx: &mut Tx<'_>, customer: &mut Customer) -> Result<()> {
    customer.version += 1;
    let orders: u32 = tx
        .sql
        .prepare_cached("SELECT count(*) FROM fact WHERE customer = ?1 AND kind = ?2")?
        .query_row(params![customer.id.0, FactKind::Order.as_str()], |row| row.get(0))?;
    customer.persona = persona(&tx.workspace, customer, orders);
    let mut folded = fold(&customer.name);
    for identity in &customer.identities {
        folded.push(' ');
        folded.push_str(&fold(&identity.value));
    }
    tx.sql
        .prepare_cached(
            "INSERT INTO customer(id, tenant, folded, body) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT(id) DO UPDATE SET folded = ?3, body = ?4",
        )?
        .execute(params![customer.id.0, tx.tenant.0, folded, serde_json::to_string(customer)?])?;
    tx.sql.prepare_cached("DELETE FROM identity WHERE customer = ?")?.execute([customer.id.0])?;
    for identity in &customer.identities {
        tx.sql
            .prepare_cached(
                "INSERT INTO identity(id, tenant, customer, kind, value, verified) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![
                identity.id.0,
                tx.tenant.0,
                customer.id.0,
                identity.kind.as_str(),
                &*identity.value,
                identity.trust == Trust::Verified
            ])?;
    }
    tx.log_customer(EventKind::Customer, customer.id.0, customer.id);
    Ok(())
}

/// The customer with that verified identity.
pub(crate) fn by_identity(
    sql: &Connection,
    tenant: TenantId,
    kind: IdentityKind,
    value: &str,
) -> Result<Option<CustomerId>> {
    Ok(sql
        .prepare_cached(
            "SELECT customer FROM identity
             WHERE tenant = ?1 AND kind = ?2 AND value = ?3 AND verified = 1 ORDER BY id LIMIT 1",
        )?
        .query_row(params![tenant.0, kind.as_str(), value], |row| row.get::<_, Uuid>(0))
        .optional()?
        .map(CustomerId))
}

/// Adds an identity, or raises the trust of the one that is there. Says whether anything changed.
pub(crate) fn add_identity(customer: &mut Customer, kind: IdentityKind, value: &str, trust: Trust) -> bool {
    let value = normal(kind, value);
    match customer.identities.iter_mut().find(|i| i.kind == kind && *i.value == *value) {
        Some(known) if known.trust >= trust => false,
        Some(known) => {
            known.trust = trust;
            true
        }
        None => {
            let id = IdentityId(Uuid::now_v7());
            customer.identities.push(Identity { id, kind, value: value.into(), trust });
            true
        }
    }
}

/// An identity's value as it is compared: e-mails in lower case, numbers without spaces.
pub(crate) fn normal(kind: IdentityKind, value: &str) -> String {
    let value = value.trim();
    match kind {
        IdentityKind::Email => value.to_lowercase(),
        IdentityKind::Phone => value.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect(),
        IdentityKind::Account | IdentityKind::Visitor => value.to_owned(),
    }
}

/// Takes over what another system says of a customer, which was so at `at`.
pub(crate) fn take_profile(customer: &mut Customer, profile: &PostedProfile, at: At) {
    if let Some(name) = &profile.name {
        customer.name = name.clone();
    }
    if profile.language.is_some() {
        customer.language.clone_from(&profile.language);
    }
    if profile.tier.is_some() {
        customer.tier.clone_from(&profile.tier);
    }
    if let Some(since) = profile.since {
        customer.since = since;
    }
    for identity in &profile.identities {
        add_identity(customer, identity.kind, &identity.value, Trust::Verified);
    }
    for (key, value) in &profile.attributes {
        if value.is_empty() {
            customer.attributes.remove(key);
        } else {
            customer.attributes.insert(key.clone(), value.clone());
        }
    }
    for (purpose, given) in &profile.consent {
        match customer.consent.iter_mut().find(|c| c.purpose == *purpose) {
            // Said earlier, heard later: what the customer said last counts.
            Some(known) if known.given == *given || known.at > at => {}
            Some(known) => {
                known.given = *given;
                known.at = at;
            }
            None => customer.consent.push(model::customer::Consent {
                purpose: purpose.clone(),
                given: *given,
                at,
            }),
        }
    }
}

/// The first persona whose rule the customer meets.
fn persona(workspace: &Workspace, customer: &Customer, orders: u32) -> Option<Persona> {
    let rule = workspace.personas.iter().find(|rule| {
        rule.tier.as_ref().is_none_or(|tier| customer.tier.as_ref() == Some(tier))
            && rule.orders_at_least.is_none_or(|least| orders >= least)
            && rule.attribute.as_ref().is_none_or(|name| {
                customer.attributes.get(name).is_some_and(|value| rule.values.contains(&**value))
            })
    })?;
    Some(Persona { name: rule.name.clone(), rule: rule.rule.clone() })
}

/// Text as it is searched: lower case, without the accents of French.
pub(crate) fn fold(text: &str) -> String {
    text.chars()
        .flat_map(char::to_lowercase)
        .map(|c| match c {
            'à' | 'â' | 'ä' | 'á' | 'ã' => 'a',
            'é' | 'è' | 'ê' | 'ë' => 'e',
            'î' | 'ï' | 'í' => 'i',
            'ô' | 'ö' | 'ó' | 'õ' => 'o',
            'ù' | 'û' | 'ü' | 'ú' => 'u',
            'ç' => 'c',
            'ñ' => 'n',
            'ÿ' => 'y',
            other => other,
        })
        .collect()
}
