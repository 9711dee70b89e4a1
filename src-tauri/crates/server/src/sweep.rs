//! What the service does when a deadline comes. Each looks at the rows as they are now: a deadline only says when to
//! look, never what to do.

use model::{
    Activity, Channel, Conversation, ConversationId, ConversationState, FollowUpId, FollowUpStatus, PersonId,
    PresenceState,
    wire::{Now, now::Notice},
};

use crate::{
    blobs, calls, chat,
    commands::conversation::awake,
    conversations::{self, Waiting, add_activity, save},
    deadlines::{self, Due, Kind},
    error::Result,
    follow_ups,
    hub::To,
    people, presence, retention, routing, scope,
    tx::Tx,
};

/// Takes a deadline away and does what it asks for.
pub(crate) fn one(tx: &mut Tx<'_>, due: &Due) -> Result<()> {
    if !deadlines::claim(tx, due)? {
        return Ok(());
    }
    let id = ConversationId(due.of);
    match due.kind {
        Kind::Offer => routing::missed(tx, id),
        Kind::AskAgain => routing::ask_again(tx, id),
        Kind::Presence => out_of_reach(tx, PersonId(due.of)),
        Kind::CustomerGone => chat::presence::gone(tx, due.of),
        Kind::Look => scope::end_watch(tx, due.of),
        Kind::Uploads => blobs::forget_unused(tx, due.of),
        Kind::Old => retention::forget_old(tx),
        Kind::ForgetLoop => forget_loop(tx, FollowUpId(due.of)),
        Kind::Abandon
        | Kind::Nudge
        | Kind::Park
        | Kind::Snooze
        | Kind::WrapUp
        | Kind::Forget
        | Kind::Invite => match conversations::load(&tx.sql, id, tx.tenant)? {
            Some(conversation) => of_conversation(tx, due, conversation),
            None => Ok(()),
        },
    }
}

fn of_conversation(tx: &mut Tx<'_>, due: &Due, mut conversation: Conversation) -> Result<()> {
    let state = conversation.state;
    match due.kind {
        Kind::Abandon if state == ConversationState::Waiting => {
            let waited = tx.now.since(conversation.waiting_since.unwrap_or(conversation.opened_at));
            abandon(tx, &mut conversation, waited)?;
        }
        Kind::Nudge if state == ConversationState::Active && conversation.promise.is_none() => {
            let idle = conversation.last.as_ref().map_or(0, |last| tx.now.since(last.at));
            add_activity(tx, &mut conversation, Activity::Silent { idle })?;
            if let Some(owner) = conversation.owner {
                let notice = Notice::Silent { conversation: conversation.id };
                tx.tell(To::Person(owner), Now::Notice { notice });
            }
        }
        Kind::Park if state == ConversationState::Active && conversation.promise.is_none() => {
            conversation.parked = true;
            tx.touched.extend(conversation.owner);
            tx.route = true;
        }
        Kind::Snooze if state == ConversationState::Snoozed => awake(tx, &mut conversation)?,
        Kind::WrapUp if state == ConversationState::WrapUp => {
            add_activity(tx, &mut conversation, Activity::WrappedUp { disposition: None })?;
            conversations::close(tx, &mut conversation, ConversationState::Resolved)?;
        }
        Kind::Invite if state == ConversationState::Active && conversations::is_live_call(&conversation) => {
            calls::no_phone(tx, &mut conversation)?;
        }
        Kind::Forget if state.is_closed() => {
            if let Some(owner) = conversation.owner {
                scope::remove(tx, owner, conversation.customer, scope::Reason::Owner, conversation.id.0)?;
            }
            return Ok(());
        }
        _ => return Ok(()),
    }
    save(tx, &mut conversation)
}

/// A customer left the queue. The caller saves the conversation.
pub(crate) fn abandon(tx: &mut Tx<'_>, conversation: &mut Conversation, waited: i64) -> Result<()> {
    routing::withdraw(tx, conversation.id)?;
    add_activity(tx, conversation, Activity::Abandoned { waited })?;
    conversations::close(tx, conversation, ConversationState::Abandoned)
}

/// Somebody's desk has been silent for too long, or they signed off: they count as offline, and customers who wait for
/// them go back to the front of their queue.
fn out_of_reach(tx: &mut Tx<'_>, person: PersonId) -> Result<()> {
    gone(tx, person)?;
    for mut conversation in conversations::owned(&tx.sql, person, tx.tenant)? {
        let waits = conversation.state == ConversationState::Active
            && conversation.promise.is_some()
            && chat::presence::is_live(&tx.sql, conversation.id, tx.now)?;
        if waits {
            requeue(tx, &mut conversation, person)?;
            save(tx, &mut conversation)?;
        }
    }
    Ok(())
}

/// Somebody's account is closed: everything that they had goes to others.
pub(crate) fn account_closed(tx: &mut Tx<'_>, person: PersonId) -> Result<()> {
    gone(tx, person)?;
    deadlines::clear(tx, Kind::Presence, person.0)?;
    for mut conversation in conversations::owned(&tx.sql, person, tx.tenant)? {
        // A call that is over and was opened again has nobody who waits for others either.
        let ended_call =
            conversation.channel == Channel::Voice && !conversations::is_live_call(&conversation);
        if conversation.state == ConversationState::WrapUp || ended_call {
            add_activity(tx, &mut conversation, Activity::WrappedUp { disposition: None })?;
            conversations::close(tx, &mut conversation, ConversationState::Resolved)?;
        } else {
            requeue(tx, &mut conversation, person)?;
        }
        save(tx, &mut conversation)?;
    }
    Ok(())
}

/// Nothing rings for them any more, and they are offline.
fn gone(tx: &mut Tx<'_>, person: PersonId) -> Result<()> {
    for offer in routing::offers_to(&tx.sql, person)? {
        routing::withdraw(tx, offer.conversation)?;
        routing::pass(tx, offer.conversation, person)?;
    }
    let mut row = presence::row(&tx.sql, person)?;
    if row.state != PresenceState::Offline {
        row.state = PresenceState::Offline;
        row.reason = None;
        row.finishing = false;
        row.since = tx.now;
        presence::save(tx, person, &row)?;
    }
    Ok(())
}

/// A conversation goes back to the front of its queue because its advisor is not there. The caller saves it.
pub(crate) fn requeue(tx: &mut Tx<'_>, conversation: &mut Conversation, from: PersonId) -> Result<()> {
    let name = people::person(&tx.sql, from, tx.tenant)?.map(|p| p.name).unwrap_or_default();
    add_activity(tx, conversation, Activity::Requeued { from: name })?;
    let since = conversation.promise.map_or(tx.now, |promise| promise.from);
    let waiting = Waiting { boost: true, ..Waiting::default() };
    conversations::to_queue(tx, conversation, since, &waiting)?;
    let notice = Notice::Requeued { conversation: conversation.id };
    tx.tell(To::Person(from), Now::Notice { notice });
    Ok(())
}

/// A loop was closed long ago: it leaves its owner's sight, and its team's desks.
fn forget_loop(tx: &mut Tx<'_>, id: FollowUpId) -> Result<()> {
    match follow_ups::load(&tx.sql, id, tx.tenant)? {
        Some(done) if done.status == FollowUpStatus::Done => {
            follow_ups::log(tx, &done, done.team.clone());
            scope::remove(tx, done.owner, done.customer, scope::Reason::FollowUp, id.0)
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use model::{At, CustomerId, Role, TenantId, at::MINUTE};
    use rusqlite::params;
    use tempfile::TempDir;
    use uuid::Uuid;

    use super::*;
    use crate::{Options, Service, admin::NewPerson, clock::ManualClock, error::Error};

    const NOW: At = At(1_000_000);

    /// A service with a workspace and one advisor who is away.
    async fn service() -> (TempDir, Service, TenantId, PersonId) {
        let dir = tempfile::tempdir().unwrap();
        let mut options = Options::at(dir.path().join("service.db"));
        options.clock = Arc::new(ManualClock::at(NOW));
        let service = Service::open(options).await.unwrap();
        let workspace = "id = \"alba\"\nname = \"Alba\"\n[[queue]]\nid = \"delivery\"\nname = \"Delivery\"\n";
        service.apply(toml::from_str(workspace).unwrap(), false).await.unwrap();
        let slug: model::Slug = "alba".parse().unwrap();
        let person = NewPerson {
            email: "ines@alba.example.com".into(),
            name: "Inès".into(),
            role: Role::Advisor,
            team: "care".parse().unwrap(),
            skills: Vec::new(),
            queues: vec!["delivery".parse().unwrap()],
            password: None,
        };
        let person = service.add_person(&slug, person).await.unwrap();
        let tenant = service.tenant(&slug).await.unwrap();
        (dir, service, tenant, person)
    }

    #[tokio::test]
    async fn what_cannot_be_kept_does_not_hold_up_the_rest() {
        let (_dir, service, tenant, person) = service().await;
        let broken = Uuid::now_v7();
        service
            .write(tenant, move |tx| {
                presence::set(tx, person, PresenceState::Away, None)?;
                // A row that this version cannot read, with a deadline before everybody else's.
                tx.sql.execute(
                    "INSERT INTO conversation(id, tenant, customer, channel, queue, state, parked, last_at, body)
                     VALUES (?1, ?2, ?1, 'chat', 'delivery', 'wrap_up', 0, 0, 'Léa wrote this')",
                    params![broken, tx.tenant.0],
                )?;
                deadlines::set(tx, Kind::WrapUp, broken, NOW - 2)?;
                deadlines::set(tx, Kind::Presence, person.0, NOW - 1)
            })
            .await
            .unwrap();
        let error = service.run_due().await.unwrap_err();
        assert!(matches!(error, Error::Row(_)), "{error}");
        assert!(!error.to_string().contains("Léa"), "and no log quotes the row: {error}");
        let (state, next) = service
            .read(move |sql| Ok((presence::row(sql, person)?.state, deadlines::next(sql)?)))
            .await
            .unwrap();
        assert_eq!(state, PresenceState::Offline, "what came after it was done");
        assert_eq!(next, Some(NOW + MINUTE), "and it is tried again later");
    }

    #[tokio::test]
    async fn what_is_due_is_done_once() {
        let (_dir, service, tenant, person) = service().await;
        let id = service
            .write(tenant, move |tx| {
                presence::set(tx, person, PresenceState::Available, None)?;
                let queue = "delivery".parse().map_err(|_| Error::Stopping)?;
                let mut conversation =
                    conversations::fresh(CustomerId(Uuid::now_v7()), Channel::Chat, queue, "Hello?", NOW);
                save(tx, &mut conversation)?;
                tx.route = true;
                Ok::<_, Error>(conversation.id)
            })
            .await
            .unwrap();
        let due = Due { kind: Kind::Offer, of: id.0, tenant };
        // Looked up by two at the same time, moved since: whoever comes second, or too early, does nothing.
        for _ in 0..2 {
            service.write(tenant, move |tx| one(tx, &due)).await.unwrap();
        }
        let (offer, state) = service
            .read(move |sql| Ok((routing::offer(sql, id)?, presence::row(sql, person)?.state)))
            .await
            .unwrap();
        assert!(offer.is_some_and(|offer| offer.person == person), "it still rings");
        assert_eq!(state, PresenceState::Available);
    }
}
