//! Tenants with their set-up, and the people at the desks.

use std::collections::BTreeMap;

use model::{Epoch, Person, PersonId, Role, Slug, TenantId, Workspace};
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use crate::{
    error::{Error, Result},
    follow_ups,
    log::{Audience, EventKind},
    routing, scope,
    tx::{self, Tx},
};

/// The tenant of that short name.
pub(crate) fn tenant_by_slug(sql: &Connection, slug: &Slug) -> Result<Option<TenantId>> {
    Ok(sql
        .prepare_cached("SELECT id FROM tenant WHERE slug = ?")?
        .query_row([slug.as_str()], |row| row.get::<_, Uuid>(0))
        .optional()?
        .map(TenantId))
}

/// The first tenant, for a service that has only one and for requests that name none.
pub(crate) fn only_tenant(sql: &Connection) -> Result<Option<TenantId>> {
    let mut statement = sql.prepare_cached("SELECT id FROM tenant LIMIT 2")?;
    let ids = statement.query_map([], |row| row.get::<_, Uuid>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(match ids.as_slice() {
        [one] => Some(TenantId(*one)),
        _ => None,
    })
}

/// Makes a tenant. Its keys are made and set apart ([`set_integration_key`]).
pub(crate) fn make_tenant(
    sql: &Connection,
    workspace: &Workspace,
    now: model::At,
    site_key: &str,
) -> Result<TenantId> {
    let id = TenantId(Uuid::now_v7());
    sql.execute(
        "INSERT INTO tenant(id, slug, epoch, body, site_key, integration_hash, made_at)
         VALUES (?1, ?2, ?3, ?4, ?5, x'', ?6)",
        params![
            id.0,
            workspace.id.as_str(),
            Epoch(Uuid::now_v7()).0,
            serde_json::to_string(workspace)?,
            site_key,
            now.0
        ],
    )?;
    sql.execute(
        "INSERT INTO deadline(tenant, kind, ref, at) VALUES (?1, 'old', ?1, ?2)",
        params![id.0, now.0],
    )?;
    write_numbers(sql, id, workspace)?;
    Ok(id)
}

/// Writes the numbers that a tenant's queues are called by. One that another tenant has is a fault: a caller can only
/// wait in one queue.
fn write_numbers(sql: &Connection, tenant: TenantId, workspace: &Workspace) -> Result<()> {
    sql.execute("DELETE FROM called WHERE tenant = ?", [tenant.0])?;
    for queue in &workspace.queues {
        let Some(calls) = &queue.calls else { continue };
        let taken = sql.execute(
            "INSERT INTO called(number, tenant, queue) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
            params![calls.number, tenant.0, queue.id.as_str()],
        )?;
        if taken == 0 {
            return Err(Error::Open(number_taken(&queue.id, &calls.number)));
        }
    }
    Ok(())
}

fn number_taken(queue: &Slug, number: &str) -> String {
    format!(
        "Queue \"{queue}\": the number \"{number}\" is called in another workspace of this service. Choose another one."
    )
}

/// The numbers of a workspace that are called in another one already, each in a sentence.
pub(crate) fn numbers_taken(
    sql: &Connection,
    tenant: Option<TenantId>,
    workspace: &Workspace,
) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    for queue in &workspace.queues {
        if let Some(calls) = &queue.calls
            && let Some((of, _)) = called(sql, &calls.number)?
            && Some(of) != tenant
        {
            faults.push(number_taken(&queue.id, &calls.number));
        }
    }
    Ok(faults)
}

/// Whose queue is called by that number.
pub(crate) fn called(sql: &Connection, number: &str) -> Result<Option<(TenantId, Slug)>> {
    let found: Option<(Uuid, String)> = sql
        .prepare_cached("SELECT tenant, queue FROM called WHERE number = ?")?
        .query_row([number], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(found.and_then(|(tenant, queue)| Some((TenantId(tenant), queue.parse().ok()?))))
}

/// Lets other systems in with that key from now on, and with no other.
pub(crate) fn set_integration_key(sql: &Connection, tenant: TenantId, hash: &[u8]) -> Result<()> {
    sql.execute("UPDATE tenant SET integration_hash = ?2 WHERE id = ?1", params![tenant.0, hash])?;
    Ok(())
}

/// Numbers that are left out after a restore: more than a service can have written since its backup, so that no number
/// means two things.
const LOST: i64 = 1_000_000_000;

/// After a restore every desk must begin anew: what it knows may never have happened.
pub(crate) fn new_epochs(sql: &Connection) -> Result<()> {
    let mut statement = sql.prepare("SELECT id FROM tenant")?;
    let ids = statement.query_map([], |row| row.get::<_, Uuid>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    for id in ids {
        sql.execute(
            "UPDATE tenant SET epoch = ?2, head = head + ?3 WHERE id = ?1",
            params![id, Uuid::now_v7(), LOST],
        )?;
    }
    Ok(())
}

/// A tenant's set-up.
pub(crate) fn workspace(sql: &Connection, tenant: TenantId) -> Result<Workspace> {
    let text: String = sql
        .prepare_cached("SELECT body FROM tenant WHERE id = ?")?
        .query_row([tenant.0], |row| row.get(0))?;
    Ok(serde_json::from_str(&text)?)
}

/// The sites of all workspaces, which may show the chat in a frame.
pub(crate) fn all_sites(sql: &Connection) -> Result<Vec<String>> {
    let mut statement = sql.prepare_cached("SELECT body FROM tenant")?;
    let mut sites = Vec::new();
    for text in statement.query_map([], |row| row.get::<_, String>(0))? {
        let workspace: Workspace = serde_json::from_str(&text?)?;
        sites.extend(workspace.sites);
    }
    Ok(sites)
}

/// Writes a tenant's set-up.
pub(crate) fn save_workspace(tx: &mut Tx<'_>, workspace: &Workspace) -> Result<()> {
    tx.sql.execute(
        "UPDATE tenant SET body = ?2, slug = ?3 WHERE id = ?1",
        params![tx.tenant.0, serde_json::to_string(workspace)?, workspace.id.as_str()],
    )?;
    write_numbers(&tx.sql, tx.tenant, workspace)?;
    tx.workspace = workspace.clone();
    tx.log(EventKind::Workspace, tx.tenant.0, Audience::All);
    tx.route = true;
    tx.supervise = true;
    Ok(())
}

/// The key with which the company's site signs who its visitor is.
pub(crate) fn site_key(sql: &Connection, tenant: TenantId) -> Result<String> {
    Ok(sql.query_row("SELECT site_key FROM tenant WHERE id = ?", [tenant.0], |row| row.get(0))?)
}

/// One person.
pub(crate) fn person(sql: &Connection, id: PersonId, tenant: TenantId) -> Result<Option<Person>> {
    tx::body(sql, "SELECT body FROM person WHERE id = ?1 AND tenant = ?2", id.0, tenant)
}

/// Everybody of a tenant, by name.
pub(crate) fn everybody(sql: &Connection, tenant: TenantId) -> Result<Vec<Person>> {
    let mut people: Vec<Person> =
        tx::bodies(sql, "SELECT body FROM person WHERE ?1 = ?1 AND tenant = ?2", Uuid::nil(), tenant)?;
    people.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(people)
}

/// Everybody's id by the address they sign in with.
pub(crate) fn addresses(sql: &Connection, tenant: TenantId) -> Result<BTreeMap<String, PersonId>> {
    let mut statement = sql.prepare_cached("SELECT email, id FROM person WHERE tenant = ?")?;
    let rows = statement.query_map([tenant.0], |row| Ok((row.get(0)?, PersonId(row.get(1)?))))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Whom to give what has no owner of its own: the first supervisor by name, or the first person where there is none.
pub(crate) fn somebody(sql: &Connection, tenant: TenantId) -> Result<Option<Person>> {
    let mut people: Vec<Person> =
        everybody(sql, tenant)?.into_iter().filter(|person| person.active).collect();
    people.sort_by_key(|person| person.role != Role::Supervisor);
    Ok(people.into_iter().next())
}

/// Writes a person, new or changed. `email` is lower case.
pub(crate) fn save(tx: &mut Tx<'_>, person: &mut Person, email: &str) -> Result<()> {
    let before = self::person(&tx.sql, person.id, tx.tenant)?;
    person.version += 1;
    tx.sql.execute(
        "INSERT INTO person(id, tenant, email, active, team, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT(id) DO UPDATE SET email = ?3, active = ?4, team = ?5, body = ?6",
        params![
            person.id.0,
            tx.tenant.0,
            email,
            person.active,
            person.team.as_str(),
            serde_json::to_string(person)?
        ],
    )?;
    tx.sql.execute(
        "INSERT OR IGNORE INTO presence(person, tenant, state, since) VALUES (?1, ?2, 'offline', ?3)",
        params![person.id.0, tx.tenant.0, tx.now.0],
    )?;
    tx.log(EventKind::Person, person.id.0, Audience::All);
    if before.as_ref().is_some_and(|before| before.role == Role::Supervisor && person.role != before.role) {
        // What they looked at as a supervisor they do not keep.
        scope::end_looks(tx, person.id)?;
    }
    if before.as_ref().is_some_and(|before| before.queues != person.queues) {
        routing::withdraw_gone_queues(tx, person)?;
    }
    if let Some(before) = before.filter(|before| before.team != person.team) {
        // The loops of the old team leave their desk, those of the new one come.
        for team in [&before.team, &person.team] {
            for follow_up in follow_ups::of_team(&tx.sql, team, tx.tenant)? {
                tx.log(EventKind::FollowUp, follow_up.id.0, Audience::Person(person.id));
            }
        }
    }
    tx.renewed.push(person.clone());
    tx.touched.insert(person.id);
    tx.route = true;
    tx.supervise = true;
    Ok(())
}

/// The person with that address and the hash of their password, if their account is open.
pub(crate) fn by_email(
    sql: &Connection,
    tenant: TenantId,
    email: &str,
) -> Result<Option<(Person, Option<String>)>> {
    let found: Option<(String, Option<String>)> = sql
        .prepare_cached(
            "SELECT body, password_hash FROM person WHERE tenant = ?1 AND email = ?2 AND active = 1",
        )?
        .query_row(params![tenant.0, email], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    found.map(|(body, hash)| Ok((serde_json::from_str(&body)?, hash))).transpose()
}

/// The person with that address, also when their account is closed.
pub(crate) fn by_email_any(sql: &Connection, tenant: TenantId, email: &str) -> Result<Option<Person>> {
    let found: Option<String> = sql
        .query_row(
            "SELECT body FROM person WHERE tenant = ?1 AND email = ?2",
            params![tenant.0, email],
            |row| row.get(0),
        )
        .optional()?;
    Ok(found.map(|body| serde_json::from_str(&body)).transpose()?)
}

/// Sets the hash of a person's password.
pub(crate) fn set_password(tx: &Tx<'_>, person: PersonId, hash: &str) -> Result<()> {
    tx.sql.execute(
        "UPDATE person SET password_hash = ?2 WHERE id = ?1 AND tenant = ?3",
        params![person.0, hash, tx.tenant.0],
    )?;
    Ok(())
}
