//! Who may register a telephone: whoever is signed in, with a password that is made for their sign-in, known to nobody
//! else, and void with it. It is never written anywhere.

use std::collections::BTreeMap;

use model::{PersonId, TenantId};
use rusqlite::Connection;
use secrecy::SecretString;
use uuid::Uuid;

use super::{Line, port::CallQueue};
use crate::{
    auth::{
        new_secret,
        sessions::{self, Standing},
    },
    error::Result,
    people,
};

/// A line that was given out.
struct Given {
    tenant: TenantId,
    person: PersonId,
    sign_in: Uuid,
    password: SecretString,
}

/// The lines that were given out, by their names.
#[derive(Default)]
pub(super) struct Lines {
    given: BTreeMap<String, Given>,
}

/// The name of somebody's line: their id, which says nothing about them.
pub(super) fn name_of(person: PersonId) -> String {
    person.0.simple().to_string()
}

/// Whose line is called so.
pub(super) fn named(line: &str) -> Option<PersonId> {
    (line.len() == 32).then(|| Uuid::try_parse(line).ok()).flatten().map(PersonId)
}

impl Lines {
    /// The line of somebody who is signed in. The same as long as it is the same sign-in; another one takes it over, as
    /// somebody has one telephone.
    pub(super) async fn give(
        &mut self,
        exchange: &dyn CallQueue,
        tenant: TenantId,
        person: PersonId,
        sign_in: Uuid,
    ) -> Option<Line> {
        let user = name_of(person);
        let known = self.given.get(&user).filter(|given| given.sign_in == sign_in);
        if let Some(given) = known {
            return Some(Line { user, password: given.password.clone() });
        }
        let password = SecretString::from(new_secret());
        if let Err(error) = exchange.admit(&user, &password).await {
            tracing::error!(%error, "a telephone could not be let in");
            return None;
        }
        self.given.insert(user.clone(), Given { tenant, person, sign_in, password: password.clone() });
        Some(Line { user, password })
    }

    /// Whose line it is.
    pub(super) fn whose(&self, line: &str) -> Option<(TenantId, PersonId)> {
        self.given.get(line).map(|given| (given.tenant, given.person))
    }

    /// Everybody who has one, with their sign-in.
    pub(super) fn all(&self) -> Vec<(TenantId, PersonId, Uuid)> {
        self.given.values().map(|given| (given.tenant, given.person, given.sign_in)).collect()
    }

    /// Somebody has no line any more.
    pub(super) async fn take(&mut self, exchange: &dyn CallQueue, person: PersonId) {
        let user = name_of(person);
        if self.given.remove(&user).is_some() {
            exchange.dismiss(&user).await;
        }
    }
}

/// Those of them who may not register any more.
pub(super) fn gone(
    sql: &Connection,
    lines: Vec<(TenantId, PersonId, Uuid)>,
) -> Result<Vec<(TenantId, PersonId)>> {
    let mut gone = Vec::new();
    for (tenant, person, sign_in) in lines {
        let holds = sessions::standing(sql, sign_in)? == Standing::Holds;
        let active = people::person(sql, person, tenant)?.is_some_and(|person| person.active);
        if !holds || !active {
            gone.push((tenant, person));
        }
    }
    Ok(gone)
}
