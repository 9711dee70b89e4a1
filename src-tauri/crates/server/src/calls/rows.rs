//! What a call does to its conversation, each in one unit of work.

use model::{
    Activity, At, Attachment, Author, Channel, Conversation, ConversationId, ConversationState, Customer,
    CustomerId, FollowUpId, IdentityKind, MessageId, MessageKind, Person, PersonId, Personal, Slug, TenantId,
    Trust,
    call::{CallRecord, Correlation, Direction, EndReason, Ended, Party, Times},
    conversation::Side,
    follow_up::Priority,
    limits::LINE_CHARS,
};
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use super::working;
use crate::{
    chat,
    commands::conversation::begin_wrap_up,
    conversations::{self, Line, add_activity, add_line, is_live_call, save},
    customers,
    deadlines::{self, Kind},
    error::Result,
    follow_ups::{self, NewFollowUp},
    messages, people, routing, scores, sweep,
    tx::Tx,
};

/// The rule that makes a follow-up of a message.
const LEFT_A_MESSAGE: &str = "Left a message";
/// The rule that makes a follow-up of a wish to be called back.
const WANTS_A_CALL: &str = "Wants to be called back";
/// Digits that a number has at least: shorter ones tell nothing about who calls.
const SHORTEST_NUMBER: usize = 3;

/// A call that waits in its queue from now on.
pub(super) struct Begun {
    pub(super) conversation: ConversationId,
    pub(super) correlation: Correlation,
}

/// A caller comes into a queue.
pub(super) fn begin(tx: &mut Tx<'_>, queue: &Slug, from: &Party) -> Result<Option<Begun>> {
    let Some(mut conversation) = conversation(tx, queue, from)? else { return Ok(None) };
    conversations::owe_answer(tx, &mut conversation);
    save(tx, &mut conversation)?;
    tx.queued.insert(conversation.id);
    tx.route = true;
    Ok(conversation.call.map(|call| Begun { conversation: conversation.id, correlation: call.correlation }))
}

/// The conversation of a caller who is not to be kept out, not written.
fn conversation(tx: &mut Tx<'_>, queue: &Slug, from: &Party) -> Result<Option<Conversation>> {
    let customer = caller(tx, from)?;
    if customer.blocked {
        return Ok(None);
    }
    let subject = from.name.as_ref().unwrap_or(&from.number).clone();
    let mut conversation = conversations::fresh(customer.id, Channel::Voice, queue.clone(), &subject, tx.now);
    conversation.language.clone_from(&customer.language);
    conversation.may_be = chat::start::may_be(tx, &customer)?;
    conversation.call = Some(CallRecord {
        correlation: Correlation(Uuid::now_v7().simple().to_string()),
        direction: Direction::Inbound,
        with: from.clone(),
        answered_at: None,
        times: Times::from(tx.now),
        holds: 0,
        recorded: false,
        ended: None,
        sound: None,
    });
    Ok(Some(conversation))
}

/// Who calls. A number can be faked: it is a claim, which leads to whoever called with it before, and never to somebody
/// who is known for sure; that they may be somebody known is for the advisor to see and to confirm.
fn caller(tx: &mut Tx<'_>, from: &Party) -> Result<Customer> {
    let number = customers::normal(IdentityKind::Phone, &from.number);
    let telling = number.chars().filter(char::is_ascii_digit).count() >= SHORTEST_NUMBER;
    if telling
        && let Some(known) = called_before(&tx.sql, tx.tenant, &number)?
        && let Some(customer) = customers::load(&tx.sql, known, tx.tenant)?
    {
        return Ok(customer);
    }
    let name = from.name.clone().unwrap_or_else(|| from.number.clone());
    let mut customer = customers::unknown(name, tx.now);
    if telling {
        customers::add_identity(&mut customer, IdentityKind::Phone, &number, Trust::Claimed);
    }
    customers::save(tx, &mut customer)?;
    Ok(customer)
}

/// The customer who only claims that number, and is known by nothing else.
fn called_before(sql: &Connection, tenant: TenantId, number: &str) -> Result<Option<CustomerId>> {
    Ok(sql
        .prepare_cached(
            "SELECT customer FROM identity
             WHERE tenant = ?1 AND kind = ?2 AND value = ?3 AND verified = 0 AND NOT EXISTS(
               SELECT 1 FROM identity other WHERE other.customer = identity.customer AND other.verified = 1)
             ORDER BY id LIMIT 1",
        )?
        .query_row(params![tenant.0, IdentityKind::Phone.as_str(), number], |row| row.get::<_, Uuid>(0))
        .optional()?
        .map(CustomerId))
}

/// What a caller says of themselves, as a line of text that is not too long.
pub(super) fn plain(party: &Party) -> Party {
    let line = |text: &str| -> Personal {
        let text: String = text.chars().filter(|c| !c.is_control()).take(LINE_CHARS).collect();
        text.trim().into()
    };
    let name = party.name.as_deref().map(line).filter(|name| !name.is_empty());
    Party { number: line(&party.number), name }
}

/// Where a call belongs now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Belongs {
    /// Into its queue, and nobody is asked.
    Waits,
    /// It is held out to somebody.
    Offered(PersonId),
    /// It is somebody's.
    Owned(PersonId),
    /// Nowhere any more.
    Nowhere,
}

/// Where a call belongs now, and whether its queue records what is said.
pub(super) fn belongs(sql: &Connection, tenant: TenantId, id: ConversationId) -> Result<(Belongs, bool)> {
    let Some(conversation) = conversations::load(sql, id, tenant)? else {
        return Ok((Belongs::Nowhere, false));
    };
    let workspace = people::workspace(sql, tenant)?;
    let queue = conversations::queue_of(&workspace, &conversation);
    let records = queue.and_then(|queue| queue.calls.as_ref()).is_some_and(|calls| calls.record);
    let belongs = match (conversation.state, conversation.owner) {
        (ConversationState::Waiting, _) => {
            routing::offer(sql, id)?.map_or(Belongs::Waits, |offer| Belongs::Offered(offer.person))
        }
        (ConversationState::Active, Some(owner)) => Belongs::Owned(owner),
        _ => Belongs::Nowhere,
    };
    Ok((belongs, records))
}

/// How a call went so far.
#[derive(Debug, Clone, Copy)]
pub(super) struct SoFar {
    pub(super) times: Times,
    pub(super) holds: u32,
}

impl SoFar {
    fn note(self, call: &mut CallRecord) {
        call.times = self.times;
        call.holds = self.holds;
    }
}

/// An advisor and the caller speak. False if it is not the advisor's any more.
pub(super) fn answered(
    tx: &mut Tx<'_>,
    id: ConversationId,
    by: PersonId,
    so_far: SoFar,
    recorded: bool,
    waited: i64,
) -> Result<bool> {
    let Some(mut conversation) = conversations::load(&tx.sql, id, tx.tenant)? else { return Ok(false) };
    if conversation.state != ConversationState::Active || conversation.owner != Some(by) {
        return Ok(false);
    }
    let now = tx.now;
    if let Some(call) = &mut conversation.call {
        so_far.note(call);
        call.answered_at = call.answered_at.or(Some(now));
        call.recorded |= recorded;
    }
    conversation.answered_at = conversation.answered_at.or(Some(now));
    conversation.promise = None;
    deadlines::clear(tx, Kind::Invite, id.0)?;
    let by = people::person(&tx.sql, by, tx.tenant)?.map(|person| person.name).unwrap_or_default();
    add_activity(tx, &mut conversation, Activity::Answered { by, waited })?;
    save(tx, &mut conversation)?;
    Ok(true)
}

/// How a call came to its end.
#[derive(Debug, Clone, Copy)]
pub(super) struct End {
    pub(super) by: Side,
    pub(super) code: Option<u16>,
    /// The line broke.
    pub(super) failed: bool,
    /// The caller and its owner spoke.
    pub(super) spoken: bool,
    pub(super) so_far: SoFar,
    /// The line that tells.
    pub(super) line: MessageId,
}

/// A call is over: what nobody took was abandoned, what somebody had is written up.
pub(super) fn over(tx: &mut Tx<'_>, id: ConversationId, end: &End) -> Result<()> {
    let Some(mut conversation) = conversations::load(&tx.sql, id, tx.tenant)? else { return Ok(()) };
    let (now, state) = (tx.now, conversation.state);
    let Some(call) = conversation.call.as_mut().filter(|call| call.ended.is_none()) else { return Ok(()) };
    end.so_far.note(call);
    let spoken = call.answered_at.is_some();
    let waits = state == ConversationState::Waiting || (state == ConversationState::Active && !end.spoken);
    let reason = match (end.failed, waits || !spoken) {
        (true, _) => EndReason::Failed,
        (false, true) => EndReason::Abandoned,
        (false, false) => EndReason::HungUp,
    };
    call.ended = Some(Ended { at: now, by: end.by, reason, code: end.code });
    let hung_up = Activity::HungUp { by: end.by, talked: call.times.talk, held: call.times.hold };
    deadlines::clear(tx, Kind::Invite, id.0)?;
    if spoken {
        tell(tx, &mut conversation, end.line, hung_up, Vec::new())?;
    }
    if waits {
        let since = conversation.waiting_since.unwrap_or(conversation.opened_at);
        if let Some(owner) = conversation.owner {
            conversations::disown(tx, &mut conversation, owner)?;
        }
        sweep::abandon(tx, &mut conversation, now.since(since))?;
    } else if matches!(state, ConversationState::Active | ConversationState::Snoozed) {
        begin_wrap_up(tx, &mut conversation)?;
    }
    save(tx, &mut conversation)
}

/// Adds a line that tells what happened, under an id that is known beforehand.
fn tell(
    tx: &mut Tx<'_>,
    conversation: &mut Conversation,
    id: MessageId,
    activity: Activity,
    attachments: Vec<Attachment>,
) -> Result<()> {
    let line = Line {
        id,
        kind: MessageKind::Activity,
        author: Author::System,
        text: Personal::default(),
        attachments,
        mentions: Vec::new(),
        activity: Some(activity),
    };
    add_line(tx, conversation, line).map(|_| ())
}

/// What was recorded goes with the line that tells of the end.
pub(super) fn recorded(
    tx: &mut Tx<'_>,
    id: ConversationId,
    line: MessageId,
    recordings: Vec<Attachment>,
) -> Result<()> {
    let Some(conversation) = conversations::load(&tx.sql, id, tx.tenant)? else { return Ok(()) };
    messages::attach(tx, &conversation, line, recordings)
}

/// Somebody took a call, and their telephone was never picked up: back to its queue.
pub(crate) fn no_phone(tx: &mut Tx<'_>, conversation: &mut Conversation) -> Result<()> {
    let Some(owner) = conversation.owner else { return Ok(()) };
    deadlines::clear(tx, Kind::Invite, conversation.id.0)?;
    routing::pass(tx, conversation.id, owner)?;
    sweep::requeue(tx, conversation, owner)
}

/// A telephone that should ring does not: whoever it is passes, without being set away.
pub(super) fn cannot_ring(tx: &mut Tx<'_>, id: ConversationId, person: PersonId) -> Result<()> {
    if routing::offer(&tx.sql, id)?.is_some_and(|offer| offer.person == person) {
        routing::withdraw(tx, id)?;
        return routing::pass(tx, id, person);
    }
    let Some(mut conversation) = conversations::load(&tx.sql, id, tx.tenant)? else { return Ok(()) };
    if conversation.state == ConversationState::Active && conversation.owner == Some(person) {
        no_phone(tx, &mut conversation)?;
        save(tx, &mut conversation)?;
    }
    Ok(())
}

/// A telephone is gone: the calls that ring there go to others.
pub(super) fn phone_gone(tx: &mut Tx<'_>, person: PersonId) -> Result<()> {
    for offer in routing::offers_to(&tx.sql, person)? {
        let conversation = conversations::load(&tx.sql, offer.conversation, tx.tenant)?;
        if conversation.is_some_and(|conversation| conversation.channel == Channel::Voice) {
            routing::withdraw(tx, offer.conversation)?;
            routing::pass(tx, offer.conversation, person)?;
        }
    }
    Ok(())
}

/// A consulted colleague gets the call.
pub(super) fn give(tx: &mut Tx<'_>, id: ConversationId, by: PersonId, to: PersonId) -> Result<bool> {
    let Some(mut conversation) = conversations::load(&tx.sql, id, tx.tenant)? else { return Ok(false) };
    let (Some(by), Some(to)) = (people::person(&tx.sql, by, tx.tenant)?, active(tx, to)?) else {
        return Ok(false);
    };
    if conversation.state != ConversationState::Active || conversation.owner != Some(by.id) {
        return Ok(false);
    }
    add_activity(tx, &mut conversation, Activity::Transferred { by: by.name, to: to.name })?;
    conversations::own(tx, &mut conversation, to.id)?;
    crate::presence::worked(tx, to.id)?;
    tx.route = true;
    save(tx, &mut conversation)?;
    Ok(true)
}

/// A colleague who is still there.
pub(super) fn active(tx: &Tx<'_>, id: PersonId) -> Result<Option<Person>> {
    Ok(people::person(&tx.sql, id, tx.tenant)?.filter(|person| person.active))
}

/// A caller would rather be called back than wait. False if somebody has the call by now.
pub(super) fn call_back(tx: &mut Tx<'_>, id: ConversationId, so_far: SoFar, line: MessageId) -> Result<bool> {
    let Some(mut conversation) = conversations::load(&tx.sql, id, tx.tenant)? else { return Ok(false) };
    if conversation.state != ConversationState::Waiting {
        return Ok(false);
    }
    routing::withdraw(tx, id)?;
    let waited = tx.now.since(conversation.waiting_since.unwrap_or(conversation.opened_at));
    add_activity(tx, &mut conversation, Activity::CallBack { waited })?;
    if let Some(call) = &mut conversation.call {
        so_far.note(call);
        let (by, reason) = (Side::Company, EndReason::HungUp);
        call.ended = Some(Ended { at: tx.now, by, reason, code: None });
        if call.answered_at.is_some() {
            // They spoke with somebody before: what was recorded of that goes with its end.
            let hung_up = Activity::HungUp { by, talked: call.times.talk, held: call.times.hold };
            tell(tx, &mut conversation, line, hung_up, Vec::new())?;
        }
    }
    follow_up(tx, &mut conversation, WANTS_A_CALL, "Call back")?;
    conversations::close(tx, &mut conversation, ConversationState::Resolved)?;
    save(tx, &mut conversation)?;
    Ok(true)
}

/// What somebody left who called while nobody was there.
pub(super) struct Left {
    pub(super) queue: Slug,
    pub(super) from: Party,
    pub(super) began: At,
    /// How long they spoke, in ms.
    pub(super) length: i64,
    pub(super) recordings: Vec<Attachment>,
}

/// Somebody called while nobody was there, and left a message or not.
pub(super) fn left(tx: &mut Tx<'_>, left: Left) -> Result<()> {
    let Some(mut conversation) = conversation(tx, &left.queue, &left.from)? else { return Ok(()) };
    conversation.opened_at = left.began;
    conversation.waiting_since = None;
    let spoke = !left.recordings.is_empty();
    if let Some(call) = &mut conversation.call {
        let whole = tx.now.since(left.began).max(0);
        let talk = left.length.min(whole);
        call.times = Times { began: left.began, since: tx.now, wait: whole - talk, ring: 0, talk, hold: 0 };
        call.recorded = spoke;
        let reason = if spoke { EndReason::HungUp } else { EndReason::Abandoned };
        call.ended = Some(Ended { at: tx.now, by: Side::Customer, reason, code: None });
    }
    if spoke {
        let line = MessageId(Uuid::now_v7());
        tell(tx, &mut conversation, line, Activity::Voicemail { length: left.length }, left.recordings)?;
        follow_up(tx, &mut conversation, LEFT_A_MESSAGE, "Voice message")?;
        conversations::close(tx, &mut conversation, ConversationState::Resolved)?;
    } else {
        let waited = tx.now.since(left.began);
        add_activity(tx, &mut conversation, Activity::Abandoned { waited })?;
        conversations::close(tx, &mut conversation, ConversationState::Abandoned)?;
    }
    save(tx, &mut conversation)
}

/// Makes the follow-up of a call, for the same person who would get one of a low score.
fn follow_up(tx: &mut Tx<'_>, conversation: &mut Conversation, rule: &str, what: &str) -> Result<()> {
    let Some(customer) = customers::load(&tx.sql, conversation.customer, tx.tenant)? else { return Ok(()) };
    let Some(owner) = scores::owner(tx, customer.id, Some(conversation.id))? else { return Ok(()) };
    let who = conversation.call.as_ref().map(|call| call.with.clone());
    let title = match who {
        Some(Party { number, name: Some(name) }) => format!("{what}: {} ({})", &*name, &*number),
        Some(Party { number, name: None }) => format!("{what}: {}", &*number),
        None => what.to_owned(),
    };
    let hours = conversations::queue_of(&tx.workspace, conversation).and_then(|queue| queue.hours.as_ref());
    let due = working::later(hours, tx.now, working::CALL_BACK_WITHIN);
    let (id, title) = (FollowUpId(Uuid::now_v7()), conversations::excerpt(&title));
    follow_ups::make(
        tx,
        NewFollowUp {
            id,
            customer: customer.id,
            customer_name: customer.name,
            conversation: Some(conversation.id),
            title: title.clone(),
            owner,
            due,
            priority: Priority::High,
            cause: None,
            policy: Some(rule.to_owned()),
            score: None,
            by: rule.to_owned(),
        },
    )?;
    add_activity(tx, conversation, Activity::FollowUp { by: rule.to_owned(), id, title })
}

/// Calls that were cut off when the service ended: nobody is on the line any more.
pub(crate) fn cut_off(sql: &Connection) -> Result<Vec<(TenantId, ConversationId)>> {
    let mut statement = sql.prepare(
        "SELECT tenant, body FROM conversation
         WHERE channel = 'voice' AND state IN ('waiting', 'active', 'snoozed', 'wrap_up')",
    )?;
    let rows = statement.query_map([], |row| Ok((TenantId(row.get(0)?), row.get::<_, String>(1)?)))?;
    let mut found = Vec::new();
    for row in rows {
        let (tenant, body) = row?;
        // One that this version cannot read must not keep the service from starting.
        match serde_json::from_str::<Conversation>(&body) {
            Ok(conversation) if is_live_call(&conversation) => found.push((tenant, conversation.id)),
            Ok(_) => {}
            Err(error) => tracing::error!(kind = ?error.classify(), "a call cannot be read"),
        }
    }
    Ok(found)
}

/// Closes a call that was cut off.
pub(crate) fn after_restart(tx: &mut Tx<'_>, id: ConversationId) -> Result<()> {
    let Some(conversation) = conversations::load(&tx.sql, id, tx.tenant)? else { return Ok(()) };
    let Some(call) = &conversation.call else { return Ok(()) };
    let end = End {
        by: Side::Company,
        code: None,
        failed: true,
        // Whoever took it has not spoken yet as long as their telephone is waited for.
        spoken: !deadlines::is_set(&tx.sql, tx.tenant, Kind::Invite, id.0)?,
        so_far: SoFar { times: call.times, holds: call.holds },
        line: MessageId(Uuid::now_v7()),
    };
    over(tx, id, &end)
}
