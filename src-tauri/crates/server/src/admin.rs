//! Setting up a team: its workspace, its people, its keys. Used by `loopdesk-server`, by the embedded desk and by
//! tests; never reachable from the network.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use model::{Person, PersonId, Role, Slug, TenantId, Workspace};
use secrecy::SecretString;
use serde_json::Value;
use uuid::Uuid;

use crate::{
    audit,
    auth::{hash_of, new_secret, password, sessions, sign_in},
    db::Db,
    error::{Error, Result},
    people, routing,
    service::Service,
    sweep,
    tx::Tx,
};

/// What `apply` did, or would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// The workspace is new.
    pub made: bool,
    /// What differs from before, a line each.
    pub changes: Vec<String>,
}

/// A person to add, or to change by their e-mail address.
#[derive(Clone)]
pub struct NewPerson {
    /// The address they sign in with.
    pub email: String,
    /// The name customers and colleagues see.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Their team.
    pub team: Slug,
    /// What they are able to answer; languages too.
    pub skills: Vec<Slug>,
    /// The queues they serve.
    pub queues: Vec<Slug>,
    /// Their password; without one they cannot sign in by the page.
    pub password: Option<String>,
}

/// The operator of the service did something.
fn noted(tx: &Tx<'_>, act: &str, object: Option<Uuid>) -> Result<()> {
    audit::note(&tx.sql, tx.tenant, tx.now, None, (act, object), audit::DONE)
}

fn refused(message: impl Into<String>) -> Error {
    Error::Open(message.into())
}

impl Service {
    /// Makes a workspace or changes it to `workspace`. Applying the same twice changes nothing.
    ///
    /// # Errors
    /// When the set-up has faults (each in a sentence), or the database refuses.
    pub async fn apply(&self, workspace: Workspace, dry_run: bool) -> Result<Applied> {
        let faults = workspace.faults();
        if !faults.is_empty() {
            return Err(refused(faults.join("\n")));
        }
        let wanted = workspace.clone();
        let (known, faults) = self
            .read(move |sql| {
                let tenant = people::tenant_by_slug(sql, &wanted.id)?;
                let faults = people::numbers_taken(sql, tenant, &wanted)?;
                let before = tenant.map(|tenant| Ok::<_, Error>((tenant, people::workspace(sql, tenant)?)));
                Ok((before.transpose()?, faults))
            })
            .await?;
        if !faults.is_empty() {
            return Err(refused(faults.join("\n")));
        }
        let changes = known.as_ref().map_or_else(Vec::new, |(_, before)| differences(before, &workspace));
        let applied = Applied { made: known.is_none(), changes };
        if dry_run || (!applied.made && applied.changes.is_empty()) {
            return Ok(applied);
        }
        match known {
            Some((tenant, _)) => {
                self.write(tenant, move |tx| {
                    people::save_workspace(tx, &workspace)?;
                    noted(tx, "apply", None)?;
                    routing::leave_gone_queues(tx)
                })
                .await?;
            }
            None => {
                let now = self.now();
                self.db()
                    .write(move |sql| {
                        let tx = sql.transaction()?;
                        people::make_tenant(&tx, &workspace, now, &new_secret())?;
                        tx.commit().map_err(Error::from)
                    })
                    .await??;
            }
        }
        Ok(applied)
    }

    /// The tenant of a workspace.
    ///
    /// # Errors
    /// When there is none of that name, or the database refuses.
    pub async fn tenant(&self, workspace: &Slug) -> Result<TenantId> {
        let slug = workspace.clone();
        self.read(move |sql| people::tenant_by_slug(sql, &slug)).await?.ok_or_else(|| {
            refused(format!("There is no workspace \"{workspace}\". Apply its workspace.toml first."))
        })
    }

    /// Adds a person, or changes the one with that address.
    ///
    /// # Errors
    /// When the address or password cannot be used, a queue does not exist, or the database refuses.
    pub async fn add_person(&self, workspace: &Slug, new: NewPerson) -> Result<PersonId> {
        let tenant = self.tenant(workspace).await?;
        let email = new.email.trim().to_lowercase();
        if !email.contains('@') || email.len() > 200 {
            return Err(refused("The e-mail address needs an @ and at most 200 characters."));
        }
        let hash = match new.password {
            Some(password) if password.chars().count() < password::SHORTEST => {
                return Err(refused(format!(
                    "The password needs at least {} characters.",
                    password::SHORTEST
                )));
            }
            Some(password) => Some(
                tokio::task::spawn_blocking(move || password::hash(&password))
                    .await
                    .map_err(|_| Error::Stopping)??,
            ),
            None => None,
        };
        self.write(tenant, move |tx| {
            if let Some(unknown) = new.queues.iter().find(|queue| tx.workspace.queue(queue).is_none()) {
                return Err(refused(format!("There is no queue \"{unknown}\" in this workspace.")));
            }
            let known = people::by_email_any(&tx.sql, tx.tenant, &email)?;
            let id = known.as_ref().map_or_else(|| PersonId(Uuid::now_v7()), |person| person.id);
            let mut person = Person {
                id,
                name: new.name,
                role: new.role,
                team: new.team,
                skills: new.skills,
                queues: new.queues,
                active: true,
                version: known.map_or(0, |person| person.version),
            };
            people::save(tx, &mut person, &email)?;
            if let Some(hash) = hash {
                people::set_password(tx, id, &hash)?;
            }
            noted(tx, "put_account", Some(id.0))?;
            Ok(id)
        })
        .await
    }

    /// Closes a person's account: their desks are shut and their tokens are void at once.
    ///
    /// # Errors
    /// When there is no such account, or the database refuses.
    pub async fn close_person(&self, workspace: &Slug, email: &str) -> Result<()> {
        let tenant = self.tenant(workspace).await?;
        let email = email.trim().to_lowercase();
        let id = self
            .write(tenant, move |tx| {
                let Some(mut person) = people::by_email_any(&tx.sql, tx.tenant, &email)? else {
                    return Err(refused(format!("There is nobody with the address {email}.")));
                };
                person.active = false;
                people::save(tx, &mut person, &email)?;
                sessions::end_all(&tx.sql, person.id, tx.now)?;
                sweep::account_closed(tx, person.id)?;
                noted(tx, "close_account", Some(person.id.0))?;
                Ok(person.id)
            })
            .await?;
        self.hub().close_desks(tenant, id, model::wire::frames::close::FORBIDDEN);
        self.sign_ins_ended();
        Ok(())
    }

    /// Ends all sign-ins of a person, as when a computer of theirs was lost: their desks are shut at once and forget what
    /// they were told. The account stays; whoever knows its password signs in again.
    ///
    /// # Errors
    /// When there is no such account, or the database refuses.
    pub async fn end_sign_ins(&self, workspace: &Slug, email: &str) -> Result<()> {
        let tenant = self.tenant(workspace).await?;
        let email = email.trim().to_lowercase();
        let id = self
            .write(tenant, move |tx| {
                let Some(person) = people::by_email_any(&tx.sql, tx.tenant, &email)? else {
                    return Err(refused(format!("There is nobody with the address {email}.")));
                };
                sessions::end_all(&tx.sql, person.id, tx.now)?;
                noted(tx, "end_sign_ins", Some(person.id.0))?;
                Ok(person.id)
            })
            .await?;
        self.hub().close_desks(tenant, id, model::wire::frames::close::FORBIDDEN);
        self.sign_ins_ended();
        Ok(())
    }

    /// Looks at the whole audit log of a workspace.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn audit_verify(&self, workspace: &Slug) -> Result<audit::Verdict> {
        let tenant = self.tenant(workspace).await?;
        self.read(move |sql| audit::verify(sql, tenant)).await
    }

    /// The newest `limit` entries of a workspace's audit log, oldest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn audit(&self, workspace: &Slug, limit: u32) -> Result<Vec<audit::Entry>> {
        let tenant = self.tenant(workspace).await?;
        self.read(move |sql| audit::newest(sql, tenant, limit)).await
    }

    /// A secret with which a desk in this process signs in as a person, once, within two minutes.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn one_use_secret(&self, workspace: &Slug, person: PersonId) -> Result<SecretString> {
        let tenant = self.tenant(workspace).await?;
        Ok(sign_in::one_use_secret(self, tenant, person).await?.into())
    }

    /// A new key for the company's other systems; the one before no longer works.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn new_integration_key(&self, workspace: &Slug) -> Result<SecretString> {
        let tenant = self.tenant(workspace).await?;
        let key = new_secret();
        let hash = hash_of(&key);
        self.write(tenant, move |tx| {
            people::set_integration_key(&tx.sql, tenant, &hash)?;
            noted(tx, "new_integration_key", None)
        })
        .await?;
        Ok(key.into())
    }

    /// The key with which the company's site signs who its visitors are.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn site_key(&self, workspace: &Slug) -> Result<SecretString> {
        let tenant = self.tenant(workspace).await?;
        let key = self.write(tenant, move |tx| {
            noted(tx, "read_site_key", None)?;
            people::site_key(&tx.sql, tenant)
        });
        Ok(key.await?.into())
    }

    /// The people of a workspace by the address they sign in with.
    pub(crate) async fn people_by_email(&self, workspace: &Slug) -> Result<BTreeMap<String, PersonId>> {
        let tenant = self.tenant(workspace).await?;
        self.read(move |sql| people::addresses(sql, tenant)).await
    }

    /// The people of a workspace, by name.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn people(&self, workspace: &Slug) -> Result<Vec<Person>> {
        let tenant = self.tenant(workspace).await?;
        self.read(move |sql| people::everybody(sql, tenant)).await
    }
}

/// Puts a backup in place of a database that is not there. Desks that knew the old one begin anew.
///
/// # Errors
/// When `database` exists, or the backup cannot be read with `key`.
pub async fn restore(backup: &Path, database: &Path, key: Option<SecretString>) -> Result<()> {
    // The side files of an older database would be taken for this one's and spoil it.
    for side in SIDES {
        let there = beside(database, side);
        if there.exists() {
            return Err(refused(format!(
                "{} is there already. Move it away first; nothing was changed.",
                there.display()
            )));
        }
    }
    let restored = begin_anew(backup, database, key).await;
    if restored.is_err() {
        // What cannot be used is not left behind in the place of the real one.
        for side in SIDES {
            let _ = std::fs::remove_file(beside(database, side));
        }
    }
    restored
}

/// A database and the files that SQLite keeps beside it.
const SIDES: [&str; 3] = ["", "-wal", "-shm"];

fn beside(database: &Path, side: &str) -> PathBuf {
    let mut path = database.as_os_str().to_owned();
    path.push(side);
    path.into()
}

async fn begin_anew(backup: &Path, database: &Path, key: Option<SecretString>) -> Result<()> {
    std::fs::copy(backup, database).map_err(|source| Error::Io { what: "copying the backup", source })?;
    let path = database.to_owned();
    let db =
        tokio::task::spawn_blocking(move || Db::open(&path, key)).await.map_err(|_| Error::Stopping)??;
    db.write(|sql| people::new_epochs(sql)).await?
}

/// What differs between two set-ups, a line each: `+` new, `-` gone, `~` changed.
fn differences(before: &Workspace, after: &Workspace) -> Vec<String> {
    let as_json = |workspace| serde_json::to_value(workspace).unwrap_or_default();
    let (before, after) = (as_json(before), as_json(after));
    let mut changes = Vec::new();
    for (field, new) in after.as_object().into_iter().flatten() {
        let old = before.get(field).unwrap_or(&Value::Null);
        match (old.as_array(), new.as_array()) {
            (Some(old), Some(new)) if new.iter().chain(old).all(Value::is_object) => {
                for item in new {
                    match old.iter().find(|known| name(known) == name(item)) {
                        None => changes.push(format!("+ {field} {}", name(item))),
                        Some(known) if known != item => changes.push(format!("~ {field} {}", name(item))),
                        Some(_) => {}
                    }
                }
                let gone = old.iter().filter(|known| !new.iter().any(|item| name(item) == name(known)));
                changes.extend(gone.map(|known| format!("- {field} {}", name(known))));
                let order = |items: &[Value]| items.iter().map(name).collect::<Vec<_>>();
                if changes.is_empty() && order(old) != order(new) {
                    changes.push(format!("~ {field}: another order"));
                }
            }
            _ if old != new => changes.push(format!("~ {field}: {new}")),
            _ => {}
        }
    }
    changes
}

/// What an entry of a list is known by.
fn name(item: &Value) -> String {
    ["id", "name", "channel"]
        .into_iter()
        .find_map(|key| item.get(key).and_then(Value::as_str))
        .map_or_else(|| item.to_string(), str::to_owned)
}
