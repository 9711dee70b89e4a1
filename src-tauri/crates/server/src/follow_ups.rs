//! Loops to close.

use model::{
    At, ConversationId, Customer, CustomerId, FollowUp, FollowUpId, FollowUpStatus, Person, Personal, Slug,
    TenantId,
    follow_up::{FieldVersions, HistoryEntry, Priority, ScoreBrief},
};
use rusqlite::{Connection, params};

use crate::{
    deadlines,
    error::Result,
    log::{Audience, EventKind},
    scope,
    tx::{self, Tx},
};

/// One follow-up.
pub(crate) fn load(sql: &Connection, id: FollowUpId, tenant: TenantId) -> Result<Option<FollowUp>> {
    tx::body(sql, "SELECT body FROM follow_up WHERE id = ?1 AND tenant = ?2", id.0, tenant)
}

/// A customer's follow-ups.
pub(crate) fn of(sql: &Connection, customer: CustomerId, tenant: TenantId) -> Result<Vec<FollowUp>> {
    tx::bodies(
        sql,
        "SELECT body FROM follow_up WHERE customer = ?1 AND tenant = ?2 ORDER BY due",
        customer.0,
        tenant,
    )
}

/// A team's follow-ups that a desk keeps: all open ones, and those closed lately.
pub(crate) fn of_team(sql: &Connection, team: &Slug, tenant: TenantId) -> Result<Vec<FollowUp>> {
    let mut statement = sql.prepare_cached(
        "SELECT body FROM follow_up WHERE tenant = ?1 AND team = ?2 AND (status <> 'done' OR EXISTS(
           SELECT 1 FROM deadline WHERE deadline.tenant = ?1 AND deadline.kind = 'forget_loop' AND ref = follow_up.id))",
    )?;
    let texts = statement.query_map(params![tenant.0, team.as_str()], |row| row.get::<_, String>(0))?;
    texts.map(|text| Ok(serde_json::from_str(&text?)?)).collect()
}

/// Whether the team's desks keep a follow-up: it is open, or was closed lately.
pub(crate) fn is_kept(sql: &Connection, follow_up: &FollowUp, tenant: TenantId) -> Result<bool> {
    Ok(follow_up.status != FollowUpStatus::Done
        || deadlines::is_set(sql, tenant, deadlines::Kind::ForgetLoop, follow_up.id.0)?)
}

/// Gives the follow-ups of a conversation to the customer whose it is now. Answers which.
pub(crate) fn move_all(
    tx: &mut Tx<'_>,
    conversation: ConversationId,
    from: CustomerId,
    to: &Customer,
) -> Result<Vec<FollowUpId>> {
    let moved = of(&tx.sql, from, tx.tenant)?.into_iter().filter(|f| f.conversation == Some(conversation));
    let mut ids = Vec::new();
    for mut follow_up in moved.collect::<Vec<_>>() {
        follow_up.customer = to.id;
        follow_up.customer_name = to.name.clone();
        write(tx, &mut follow_up)?;
        ids.push(follow_up.id);
    }
    Ok(ids)
}

/// What a new follow-up is made of.
pub(crate) struct NewFollowUp {
    pub(crate) id: FollowUpId,
    pub(crate) customer: CustomerId,
    pub(crate) customer_name: Personal,
    pub(crate) conversation: Option<ConversationId>,
    pub(crate) title: Personal,
    pub(crate) owner: Person,
    pub(crate) due: At,
    pub(crate) priority: Priority,
    pub(crate) cause: Option<Slug>,
    pub(crate) policy: Option<String>,
    pub(crate) score: Option<ScoreBrief>,
    /// The person or rule that made it.
    pub(crate) by: String,
}

/// Makes a follow-up.
pub(crate) fn make(tx: &mut Tx<'_>, new: NewFollowUp) -> Result<()> {
    let mut follow_up = FollowUp {
        id: new.id,
        customer: new.customer,
        customer_name: new.customer_name,
        conversation: new.conversation,
        title: new.title,
        owner: new.owner.id,
        team: new.owner.team,
        due: new.due,
        priority: new.priority,
        status: FollowUpStatus::Open,
        cause: new.cause,
        outcome: None,
        note: Personal::default(),
        policy: new.policy,
        score: new.score,
        made_at: tx.now,
        history: vec![HistoryEntry { at: tx.now, by: new.by, change: None }],
        fields: FieldVersions::default(),
        version: 0,
    };
    save(tx, &mut follow_up)?;
    scope::add(tx, follow_up.owner, follow_up.customer, scope::Reason::FollowUp, follow_up.id.0)
}

/// Writes a follow-up. One that is done stays in sight for a while.
pub(crate) fn save(tx: &mut Tx<'_>, follow_up: &mut FollowUp) -> Result<()> {
    if follow_up.status == FollowUpStatus::Done {
        let until = tx.now + scope::KEPT_AFTER_CLOSE;
        deadlines::set(tx, deadlines::Kind::ForgetLoop, follow_up.id.0, until)?;
    } else {
        deadlines::clear(tx, deadlines::Kind::ForgetLoop, follow_up.id.0)?;
    }
    write(tx, follow_up)
}

fn write(tx: &mut Tx<'_>, follow_up: &mut FollowUp) -> Result<()> {
    follow_up.version += 1;
    tx.sql
        .prepare_cached(
            "INSERT INTO follow_up(id, tenant, customer, owner, team, status, due, body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             ON CONFLICT(tenant, id) DO UPDATE SET customer = ?3, owner = ?4, team = ?5, status = ?6, due = ?7,
               body = ?8",
        )?
        .execute(params![
            follow_up.id.0,
            tx.tenant.0,
            follow_up.customer.0,
            follow_up.owner.0,
            follow_up.team.as_str(),
            follow_up.status.as_str(),
            follow_up.due.0,
            serde_json::to_string(follow_up)?
        ])?;
    log(tx, follow_up, follow_up.team.clone());
    Ok(())
}

/// Tells a team, and whoever has the customer in sight, about a follow-up.
pub(crate) fn log(tx: &mut Tx<'_>, follow_up: &FollowUp, team: Slug) {
    tx.log_customer(EventKind::FollowUp, follow_up.id.0, follow_up.customer);
    tx.audience(Audience::Team(team));
}
