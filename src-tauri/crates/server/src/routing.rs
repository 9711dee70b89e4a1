//! Who is offered what. Highest priority first, then the longest wait; among those who may take it, the one who has
//! been without new work for longest. One offer rings at a time per person, one person at a time per conversation.

use std::collections::BTreeSet;

use model::{
    Activity, At, Channel, Conversation, ConversationId, ConversationState, Person, PersonId, PresenceState,
    Slug, TenantId,
    at::MINUTE,
    presence::MISSED_OFFER,
    wire::{
        Now,
        now::{FirstBecause, Notice, OfferItem, OfferedCall, WaitingItem},
    },
};
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use crate::{
    conversations::{self, Waiting},
    customers,
    deadlines::{self, Kind},
    error::Result,
    hub::To,
    people, presence,
    tx::Tx,
};

/// How long somebody who declined or missed a conversation is not asked again.
const NOT_AGAIN: i64 = MINUTE;

/// An offer that is out.
#[derive(Debug, Clone)]
pub(crate) struct Offer {
    pub(crate) conversation: ConversationId,
    pub(crate) person: PersonId,
    pub(crate) since: At,
    pub(crate) until: At,
    pub(crate) given_by: Option<String>,
}

fn read_offer(row: &rusqlite::Row<'_>) -> rusqlite::Result<Offer> {
    Ok(Offer {
        conversation: ConversationId(row.get(0)?),
        person: PersonId(row.get(1)?),
        since: At(row.get(2)?),
        until: At(row.get(3)?),
        given_by: row.get(4)?,
    })
}

/// The offer of a conversation.
pub(crate) fn offer(sql: &Connection, id: ConversationId) -> Result<Option<Offer>> {
    Ok(sql
        .prepare_cached(
            "SELECT conversation, person, since, until, given_by FROM offer WHERE conversation = ?",
        )?
        .query_row([id.0], read_offer)
        .optional()?)
}

/// What rings for a person.
pub(crate) fn offers_to(sql: &Connection, person: PersonId) -> Result<Vec<Offer>> {
    let mut statement = sql
        .prepare_cached("SELECT conversation, person, since, until, given_by FROM offer WHERE person = ?")?;
    let rows = statement.query_map([person.0], read_offer)?;
    rows.map(|row| Ok(row?)).collect()
}

/// Takes an offer back; tells the person it rang for.
pub(crate) fn withdraw(tx: &mut Tx<'_>, id: ConversationId) -> Result<Option<Offer>> {
    let Some(offer) = offer(&tx.sql, id)? else { return Ok(None) };
    tx.sql.prepare_cached("DELETE FROM offer WHERE conversation = ?")?.execute([id.0])?;
    deadlines::clear(tx, Kind::Offer, id.0)?;
    tx.tell(To::Person(offer.person), Now::Offer { conversation: id, offer: None });
    tx.queued.insert(id);
    tx.calls.insert(id);
    tx.touched.insert(offer.person);
    tx.route = true;
    Ok(Some(offer))
}

/// Somebody does not take it: they are not asked again for a while, and a transfer by name is over.
pub(crate) fn pass(tx: &mut Tx<'_>, conversation: ConversationId, person: PersonId) -> Result<()> {
    let until = tx.now + NOT_AGAIN;
    tx.sql
        .prepare_cached("INSERT OR REPLACE INTO passed(conversation, person, until) VALUES (?1, ?2, ?3)")?
        .execute(params![conversation.0, person.0, until.0])?;
    // The first of several who passed is asked first.
    deadlines::set_earliest(tx, Kind::AskAgain, conversation.0, until)?;
    to_anybody(tx, conversation)
}

/// A transfer by name is over: anybody of the queue may be offered it.
fn to_anybody(tx: &Tx<'_>, conversation: ConversationId) -> Result<()> {
    let waiting = conversations::waiting(&tx.sql, conversation)?;
    conversations::set_waiting(tx, conversation, &Waiting { for_person: None, ..waiting })
}

/// Those who passed long enough ago may be asked again.
pub(crate) fn ask_again(tx: &mut Tx<'_>, conversation: ConversationId) -> Result<()> {
    tx.sql
        .prepare_cached("DELETE FROM passed WHERE conversation = ?1 AND until <= ?2")?
        .execute(params![conversation.0, tx.now.0])?;
    let next: Option<i64> = tx
        .sql
        .prepare_cached("SELECT min(until) FROM passed WHERE conversation = ?")?
        .query_row([conversation.0], |row| row.get(0))?;
    if let Some(next) = next {
        deadlines::set(tx, Kind::AskAgain, conversation.0, At(next))?;
    }
    tx.route = true;
    Ok(())
}

/// An offer rang out: RONA. The advisor is set away, the conversation keeps its place.
pub(crate) fn missed(tx: &mut Tx<'_>, id: ConversationId) -> Result<()> {
    let Some(offer) = withdraw(tx, id)? else { return Ok(()) };
    pass(tx, id, offer.person)?;
    let Some(mut conversation) = conversations::load(&tx.sql, id, tx.tenant)? else { return Ok(()) };
    let name = people::person(&tx.sql, offer.person, tx.tenant)?.map(|p| p.name).unwrap_or_default();
    conversations::add_activity(tx, &mut conversation, Activity::Missed { by: name })?;
    conversations::save(tx, &mut conversation)?;
    let customer_name =
        customers::load(&tx.sql, conversation.customer, tx.tenant)?.map(|c| c.name).unwrap_or_default();
    tx.tell(
        To::Person(offer.person),
        Now::Notice { notice: Notice::MissedOffer { conversation: id, customer_name } },
    );
    presence::set(tx, offer.person, PresenceState::Away, MISSED_OFFER.parse().ok())
}

/// Everything that waits, in the order in which it is offered.
pub(crate) fn line(sql: &Connection, tenant: TenantId) -> Result<Vec<(Conversation, Waiting)>> {
    let workspace = people::workspace(sql, tenant)?;
    let mut statement = sql.prepare_cached(
        "SELECT body, for_person, given_by, boost, first_because FROM conversation WHERE tenant = ? AND state = 'waiting'
         ORDER BY waiting_since, id",
    )?;
    let found = statement.query_map([tenant.0], |row| {
        let for_person = row.get::<_, Option<Uuid>>(1)?.map(PersonId);
        let first_because = row.get::<_, Option<String>>(4)?.as_deref().and_then(FirstBecause::named);
        let waiting = Waiting { for_person, given_by: row.get(2)?, boost: row.get(3)?, first_because };
        Ok((row.get::<_, String>(0)?, waiting))
    })?;
    let mut line = found
        .map(|row| {
            let (body, waiting) = row?;
            Ok((serde_json::from_str::<Conversation>(&body)?, waiting))
        })
        .collect::<Result<Vec<_>>>()?;
    // Stable: what waits longest stays first within a priority.
    line.sort_by_key(|(conversation, waiting)| {
        std::cmp::Reverse((priority(&workspace, &conversation.queue), waiting.boost))
    });
    Ok(line)
}

fn priority(workspace: &model::Workspace, queue: &Slug) -> i32 {
    workspace.queue(queue).map_or(0, |queue| queue.priority)
}

/// Offers everything that can be offered now.
pub(crate) fn offer_all(tx: &mut Tx<'_>) -> Result<()> {
    let everybody = people::everybody(&tx.sql, tx.tenant)?;
    let mut there = Vec::new();
    for person in &everybody {
        let row = presence::row(&tx.sql, person.id)?;
        if is_there(person, &row) {
            there.push((person, row));
        }
    }
    there.sort_by_key(|(person, row)| (row.last_work, person.id));
    // One offer rings at a time.
    let mut ringing = BTreeSet::new();
    for (person, _) in &there {
        if !offers_to(&tx.sql, person.id)?.is_empty() {
            ringing.insert(person.id);
        }
    }
    for (conversation, waiting) in line(&tx.sql, tx.tenant)? {
        if offer(&tx.sql, conversation.id)?.is_some() {
            continue;
        }
        let channel = conversation.channel;
        let mut named = None;
        if let Some(asked) = waiting.for_person
            && let Some((person, row)) = there.iter().find(|(person, _)| person.id == asked)
            && presence::takes(&tx.sql, asked, row, channel)?
        {
            named = Some((person, row));
        }
        let chosen = match named {
            // Whoever is asked by name is asked as soon as nothing else rings for them, whatever they have already:
            // a colleague chose them, and they may decline. But nobody speaks with two callers.
            Some((person, row)) => {
                let can = channel != Channel::Voice || presence::has_room(tx, person.id, row, channel)?;
                (can && !ringing.contains(&person.id)).then_some(person.id)
            }
            None => {
                if waiting.for_person.is_some() {
                    // They went away meanwhile: nobody waits for somebody who is not there.
                    to_anybody(tx, conversation.id)?;
                }
                let passed = passed(&tx.sql, conversation.id, tx.now)?;
                let mut free = None;
                for (person, row) in &there {
                    if !ringing.contains(&person.id)
                        && !passed.contains(&person.id)
                        && row.state == PresenceState::Available
                        && can_answer(&tx.workspace, &everybody, person, &conversation)
                        && presence::has_room(tx, person.id, row, channel)?
                    {
                        free = Some(person.id);
                        break;
                    }
                }
                free
            }
        };
        if let Some(person) = chosen {
            ringing.insert(person);
            presence::worked(tx, person)?;
            make_offer(tx, &conversation, waiting.given_by, person)?;
        }
    }
    Ok(())
}

/// What rings for somebody from a queue that they do not serve any more goes on to others, unless they were asked by name.
pub(crate) fn withdraw_gone_queues(tx: &mut Tx<'_>, person: &Person) -> Result<()> {
    for offer in offers_to(&tx.sql, person.id)? {
        let Some(conversation) = conversations::load(&tx.sql, offer.conversation, tx.tenant)? else {
            continue;
        };
        let by_name = conversations::waiting(&tx.sql, conversation.id)?.for_person == Some(person.id);
        if !by_name && !person.queues.contains(&conversation.queue) {
            withdraw(tx, conversation.id)?;
        }
    }
    Ok(())
}

/// What waits in a queue that the workspace no longer has goes on in the one for chats that name none.
pub(crate) fn leave_gone_queues(tx: &mut Tx<'_>) -> Result<()> {
    let Some(instead) = tx.workspace.default_queue().map(|queue| queue.id.clone()) else { return Ok(()) };
    for (mut conversation, _) in line(&tx.sql, tx.tenant)? {
        if tx.workspace.queue(&conversation.queue).is_none() {
            withdraw(tx, conversation.id)?;
            conversation.queue = instead.clone();
            conversations::save(tx, &mut conversation)?;
            tx.queued.insert(conversation.id);
        }
    }
    tx.route = true;
    Ok(())
}

/// Whether a person takes anything at all now.
fn is_there(person: &Person, row: &presence::Row) -> bool {
    person.active && !row.finishing && matches!(row.state, PresenceState::Available | PresenceState::Busy)
}

/// Whether a person can be given a conversation of that channel by name. A call only while they are on no other one.
pub(crate) fn takes_by_name(tx: &Tx<'_>, person: &Person, channel: Channel) -> Result<bool> {
    let row = presence::row(&tx.sql, person.id)?;
    let takes = match channel {
        Channel::Voice => presence::has_room(tx, person.id, &row, channel)?,
        Channel::Chat | Channel::Form => presence::takes(&tx.sql, person.id, &row, channel)?,
    };
    Ok(is_there(person, &row) && takes)
}

/// Whether a person serves the queue and has the skills it needs; the customer's language is one of them as soon as
/// anybody of the queue has it.
pub(crate) fn can_answer(
    workspace: &model::Workspace,
    everybody: &[Person],
    person: &Person,
    conversation: &Conversation,
) -> bool {
    let skills = workspace.queue(&conversation.queue).map(|q| q.skills.as_slice()).unwrap_or_default();
    let serves = |person: &Person| person.active && person.queues.contains(&conversation.queue);
    let speaks = conversation.language.as_ref().is_none_or(|language| {
        person.skills.contains(language)
            || !everybody.iter().any(|other| serves(other) && other.skills.contains(language))
    });
    serves(person) && speaks && skills.iter().all(|skill| person.skills.contains(skill))
}

fn passed(sql: &Connection, id: ConversationId, now: At) -> Result<BTreeSet<PersonId>> {
    let mut statement =
        sql.prepare_cached("SELECT person FROM passed WHERE conversation = ?1 AND until > ?2")?;
    let rows = statement.query_map(params![id.0, now.0], |row| row.get::<_, Uuid>(0))?;
    rows.map(|id| Ok(PersonId(id?))).collect()
}

fn make_offer(
    tx: &mut Tx<'_>,
    conversation: &Conversation,
    given_by: Option<String>,
    person: PersonId,
) -> Result<()> {
    let ring = conversations::queue_of(&tx.workspace, conversation).map_or(30, |queue| queue.ring_s);
    let offer = Offer {
        conversation: conversation.id,
        person,
        since: tx.now,
        until: tx.now + i64::from(ring) * 1_000,
        given_by,
    };
    tx.sql
        .prepare_cached(
            "INSERT INTO offer(conversation, tenant, person, since, until, given_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            offer.conversation.0,
            tx.tenant.0,
            offer.person.0,
            offer.since.0,
            offer.until.0,
            offer.given_by
        ])?;
    deadlines::set(tx, Kind::Offer, conversation.id.0, offer.until)?;
    tx.queued.insert(conversation.id);
    tx.calls.insert(conversation.id);
    tx.touched.insert(person);
    let item = offer_item(&tx.sql, tx.tenant, &tx.workspace, conversation, &offer)?;
    tx.tell(To::Person(person), Now::Offer { conversation: conversation.id, offer: Some(item) });
    Ok(())
}

/// What an offer says is otherwise now: tells whoever it rings for.
pub(crate) fn tell_offer(tx: &mut Tx<'_>, conversation: &Conversation) -> Result<()> {
    let Some(offer) = offer(&tx.sql, conversation.id)? else { return Ok(()) };
    let item = offer_item(&tx.sql, tx.tenant, &tx.workspace, conversation, &offer)?;
    tx.tell(To::Person(offer.person), Now::Offer { conversation: conversation.id, offer: Some(item) });
    Ok(())
}

/// An offer as its receiver sees it.
pub(crate) fn offer_item(
    sql: &Connection,
    tenant: TenantId,
    workspace: &model::Workspace,
    conversation: &Conversation,
    offer: &Offer,
) -> Result<OfferItem> {
    Ok(OfferItem {
        item: waiting_item(sql, tenant, workspace, conversation)?,
        subject: conversation.subject.clone(),
        from: offer.since,
        until: offer.until,
        by: offer.given_by.clone(),
        call: conversation
            .call
            .as_ref()
            .map(|call| OfferedCall { correlation: call.correlation.clone(), from: call.with.clone() }),
    })
}

/// A conversation in its queue as those who serve the queue see it.
pub(crate) fn waiting_item(
    sql: &Connection,
    tenant: TenantId,
    workspace: &model::Workspace,
    conversation: &Conversation,
) -> Result<WaitingItem> {
    let customer = customers::load(sql, conversation.customer, tenant)?;
    let since = conversation.waiting_since.unwrap_or(conversation.opened_at);
    let target =
        workspace.queue(&conversation.queue).map_or(0, |queue| i64::from(queue.first_reply_s) * 1_000);
    let waiting = conversations::waiting(sql, conversation.id)?;
    Ok(WaitingItem {
        conversation: conversation.id,
        customer_name: customer.as_ref().map(|c| c.name.clone()).unwrap_or_default(),
        channel: conversation.channel,
        queue: conversation.queue.clone(),
        reason: conversation.reason.clone(),
        tier: customer.and_then(|c| c.tier),
        language: conversation.language.clone(),
        waiting_since: since,
        due: conversation.promise.map_or(since + target, |promise| promise.due),
        priority: priority(workspace, &conversation.queue) * 2 + i32::from(waiting.boost),
        handed_over: conversation.hand_over.as_ref().map(|h| h.reason.clone()),
        first_because: waiting.first_because,
        offered: offer(sql, conversation.id)?.is_some(),
    })
}

/// Tells those who serve the queues about what came, left or was offered, and customers about their place.
pub(crate) fn tell_queued(tx: &mut Tx<'_>) -> Result<()> {
    let mut moved = BTreeSet::new();
    for id in std::mem::take(&mut tx.queued) {
        let Some(conversation) = conversations::load(&tx.sql, id, tx.tenant)? else { continue };
        if conversation.state == ConversationState::Waiting {
            let item = waiting_item(&tx.sql, tx.tenant, &tx.workspace, &conversation)?;
            tx.tell(
                To::Queue(conversation.queue.clone()),
                Now::Waiting { conversation: id, item: Some(item) },
            );
        } else {
            tx.tell(To::Everybody, Now::Waiting { conversation: id, item: None });
        }
        tx.wake(id);
        moved.insert(conversation.queue);
    }
    for queue in moved {
        for id in chats_in(&tx.sql, tx.tenant, &queue)? {
            tx.wake(id);
        }
    }
    Ok(())
}

fn chats_in(sql: &Connection, tenant: TenantId, queue: &Slug) -> Result<Vec<ConversationId>> {
    let mut statement = sql.prepare_cached(
        "SELECT id FROM conversation WHERE tenant = ?1 AND state = 'waiting' AND queue = ?2 AND channel = ?3",
    )?;
    let ids = statement
        .query_map(params![tenant.0, queue.as_str(), Channel::Chat.as_str()], |row| row.get::<_, Uuid>(0))?;
    ids.map(|id| Ok(ConversationId(id?))).collect()
}

/// A customer's place in the queue: 1 is next. In the order of [`line`], within one queue and channel.
pub(crate) fn position(sql: &Connection, tenant: TenantId, id: ConversationId) -> Result<Option<u32>> {
    Ok(sql
        .prepare_cached(
            "SELECT count(*) FROM conversation mine JOIN conversation other
               ON other.tenant = mine.tenant AND other.state = 'waiting' AND other.queue = mine.queue
                  AND other.channel = mine.channel
                  AND (other.boost > mine.boost OR (other.boost = mine.boost
                       AND (other.waiting_since, other.id) <= (mine.waiting_since, mine.id)))
             WHERE mine.id = ?1 AND mine.tenant = ?2 AND mine.state = 'waiting'",
        )?
        .query_row(params![id.0, tenant.0], |row| row.get::<_, u32>(0))
        .optional()?
        .filter(|place| *place > 0))
}

#[cfg(test)]
mod tests {
    use model::{CustomerId, Role};

    use super::*;

    fn slugs(names: &[&str]) -> Vec<Slug> {
        names.iter().map(|name| name.parse().unwrap()).collect()
    }

    fn person(number: u128, skills: &[&str], queues: &[&str]) -> Person {
        Person {
            id: PersonId(Uuid::from_u128(number)),
            name: String::new(),
            role: Role::Advisor,
            team: "care".parse().unwrap(),
            skills: slugs(skills),
            queues: slugs(queues),
            active: true,
            version: 1,
        }
    }

    fn writes(queue: &str, language: Option<&str>) -> Conversation {
        let customer = CustomerId(Uuid::nil());
        let mut conversation =
            conversations::fresh(customer, Channel::Chat, queue.parse().unwrap(), "", At(0));
        conversation.language = language.map(|language| language.parse().unwrap());
        conversation
    }

    fn workspace() -> model::Workspace {
        toml::from_str(
            "id = \"alba\"\nname = \"Alba\"\n[[queue]]\nid = \"delivery\"\nname = \"Delivery\"\n\
             [[queue]]\nid = \"bank\"\nname = \"Bank\"\nskills = [\"bank\", \"cards\"]\n",
        )
        .unwrap()
    }

    #[test]
    fn whoever_answers_serves_the_queue_and_has_all_of_its_skills() {
        let (workspace, banker) = (workspace(), person(1, &["bank", "cards"], &["bank"]));
        let trainee = person(2, &["bank"], &["bank"]);
        let everybody = [banker.clone(), trainee.clone()];
        let can = |person, queue| can_answer(&workspace, &everybody, person, &writes(queue, None));
        assert!(can(&banker, "bank"));
        assert!(!can(&trainee, "bank"), "one skill of two");
        assert!(!can(&banker, "delivery"), "not his queue, although it needs nothing");
        let mut gone = banker.clone();
        gone.active = false;
        assert!(!can(&gone, "bank"), "nobody answers from a closed account");
    }

    #[test]
    fn a_language_counts_where_somebody_speaks_it() {
        let (workspace, english) = (workspace(), person(1, &["en"], &["delivery"]));
        let french = person(2, &["fr"], &["delivery"]);
        let elsewhere = person(3, &["es"], &["bank"]);
        let everybody = [english.clone(), french.clone(), elsewhere];
        let can =
            |person, language| can_answer(&workspace, &everybody, person, &writes("delivery", language));
        assert!(can(&french, Some("fr")) && !can(&english, Some("fr")));
        assert!(can(&french, Some("es")) && can(&english, Some("es")), "nobody of this queue speaks Spanish");
        assert!(can(&french, None) && can(&english, None), "nobody knows what they speak");
        assert!(can_answer(
            &workspace,
            std::slice::from_ref(&english),
            &english,
            &writes("delivery", Some("fr"))
        ));
    }
}
