//! Conversations as rows, and what every change of one has in common.

use model::{
    Activity, At, Attachment, Author, Channel, Conversation, ConversationId, ConversationState, CustomerId,
    LastWords, Message, MessageId, MessageKind, PersonId, Personal, Slug, TenantId, conversation::Side, sla,
    wire::now::FirstBecause, workspace::Queue,
};
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use crate::{
    deadlines::{self, Kind},
    error::Result,
    log::EventKind,
    messages, scope,
    tx::{self, Tx},
};

/// Characters of the last words and of the subject that lists show.
const EXCERPT: usize = 140;

/// One conversation.
pub(crate) fn load(sql: &Connection, id: ConversationId, tenant: TenantId) -> Result<Option<Conversation>> {
    tx::body(sql, "SELECT body FROM conversation WHERE id = ?1 AND tenant = ?2", id.0, tenant)
}

/// Whose a conversation is; nobody's when there is none.
pub(crate) fn customer_of(sql: &Connection, id: ConversationId, tenant: TenantId) -> Result<CustomerId> {
    let customer = sql
        .prepare_cached("SELECT customer FROM conversation WHERE id = ?1 AND tenant = ?2")?
        .query_row([id.0, tenant.0], |row| row.get::<_, Uuid>(0))
        .optional()?;
    Ok(CustomerId(customer.unwrap_or_default()))
}

/// A customer's newest conversations.
pub(crate) fn of(
    sql: &Connection,
    customer: CustomerId,
    tenant: TenantId,
    limit: usize,
) -> Result<Vec<Conversation>> {
    let mut found: Vec<Conversation> = tx::bodies(
        sql,
        "SELECT body FROM conversation WHERE customer = ?1 AND tenant = ?2 ORDER BY last_at DESC",
        customer.0,
        tenant,
    )?;
    found.truncate(limit);
    Ok(found)
}

/// What a person has: everything that is not closed.
pub(crate) fn owned(sql: &Connection, person: PersonId, tenant: TenantId) -> Result<Vec<Conversation>> {
    tx::bodies(
        sql,
        "SELECT body FROM conversation WHERE owner = ?1 AND tenant = ?2 AND state IN ('active', 'snoozed', 'wrap_up')",
        person.0,
        tenant,
    )
}

/// What only the service knows of a conversation that waits.
#[derive(Debug, Clone, Default)]
pub(crate) struct Waiting {
    /// A colleague who is to be offered it before anybody else.
    pub(crate) for_person: Option<PersonId>,
    /// Who gave it.
    pub(crate) given_by: Option<String>,
    /// Goes before others of its queue: it had an advisor already, or its customer's words said so.
    pub(crate) boost: bool,
    /// What the customer's words said, if they did.
    pub(crate) first_because: Option<FirstBecause>,
}

/// What only the service knows of it.
pub(crate) fn waiting(sql: &Connection, id: ConversationId) -> Result<Waiting> {
    let found = sql
        .prepare_cached("SELECT for_person, given_by, boost, first_because FROM conversation WHERE id = ?")?
        .query_row([id.0], |row| {
            Ok(Waiting {
                for_person: row.get::<_, Option<Uuid>>(0)?.map(PersonId),
                given_by: row.get(1)?,
                boost: row.get(2)?,
                first_because: row.get::<_, Option<String>>(3)?.as_deref().and_then(FirstBecause::named),
            })
        })
        .optional()?;
    Ok(found.unwrap_or_default())
}

/// Says what only the service knows of it.
pub(crate) fn set_waiting(tx: &Tx<'_>, id: ConversationId, waiting: &Waiting) -> Result<()> {
    tx.sql
        .prepare_cached(
            "UPDATE conversation SET for_person = ?2, given_by = ?3, boost = ?4, first_because = ?5 WHERE id = ?1",
        )?
        .execute(params![
            id.0,
            waiting.for_person.map(|p| p.0),
            waiting.given_by,
            waiting.boost,
            waiting.first_because.map(FirstBecause::as_str)
        ])?;
    Ok(())
}

/// A new conversation, not written.
pub(crate) fn fresh(
    customer: CustomerId,
    channel: Channel,
    queue: Slug,
    subject: &str,
    now: At,
) -> Conversation {
    Conversation {
        id: ConversationId(Uuid::now_v7()),
        customer,
        channel,
        queue,
        state: ConversationState::Waiting,
        owner: None,
        subject: excerpt(subject),
        language: None,
        reason: None,
        opened_at: now,
        waiting_since: Some(now),
        answered_at: None,
        promise: None,
        last: None,
        lines: 0,
        seen_by_customer: 0,
        read_by_owner: 0,
        unread: 0,
        parked: false,
        snoozed_until: None,
        wrap_up_until: None,
        disposition: None,
        closed_at: None,
        asks: None,
        hand_over: None,
        call: None,
        linked_from: None,
        may_be: None,
        version: 0,
    }
}

/// Writes a conversation and tells everybody who may know. Called once at the end of a change.
pub(crate) fn save(tx: &mut Tx<'_>, conversation: &mut Conversation) -> Result<()> {
    conversation.version += 1;
    let last_at = conversation.last.as_ref().map_or(conversation.opened_at, |last| last.at);
    tx.sql
        .prepare_cached(
            "INSERT INTO conversation(id, tenant, customer, channel, queue, state, owner, parked, waiting_since,
                                      closed_at, last_at, body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
             ON CONFLICT(id) DO UPDATE SET customer = ?3, channel = ?4, queue = ?5, state = ?6, owner = ?7,
               parked = ?8, waiting_since = ?9, closed_at = ?10, last_at = ?11, body = ?12",
        )?
        .execute(params![
            conversation.id.0,
            tx.tenant.0,
            conversation.customer.0,
            conversation.channel.as_str(),
            conversation.queue.as_str(),
            conversation.state.as_str(),
            conversation.owner.map(|p| p.0),
            conversation.parked,
            conversation.waiting_since.map(|at| at.0),
            conversation.closed_at.map(|at| at.0),
            last_at.0,
            serde_json::to_string(conversation)?
        ])?;
    tx.log_conversation(
        EventKind::Conversation,
        conversation.id.0,
        conversation.customer,
        conversation.id,
        true,
    );
    tx.supervise = true;
    if conversation.channel == Channel::Voice {
        tx.calls.insert(conversation.id);
    }
    Ok(())
}

/// Whether somebody is on the line.
pub(crate) fn is_live_call(conversation: &Conversation) -> bool {
    !conversation.state.is_closed() && conversation.call.as_ref().is_some_and(|call| call.ended.is_none())
}

/// A line to add.
pub(crate) struct Line {
    pub(crate) id: MessageId,
    pub(crate) kind: MessageKind,
    pub(crate) author: Author,
    pub(crate) text: Personal,
    pub(crate) attachments: Vec<Attachment>,
    pub(crate) mentions: Vec<PersonId>,
    pub(crate) activity: Option<Activity>,
}

/// Adds a line to a conversation that is saved afterwards. Answers its place.
pub(crate) fn add_line(tx: &mut Tx<'_>, conversation: &mut Conversation, line: Line) -> Result<u32> {
    conversation.lines += 1;
    let message = Message {
        id: line.id,
        conversation: conversation.id,
        n: conversation.lines,
        at: tx.now,
        kind: line.kind,
        author: line.author,
        text: line.text,
        attachments: line.attachments,
        mentions: line.mentions,
        activity: line.activity,
        version: 1,
    };
    if message.kind == MessageKind::Message {
        let side = if message.author == Author::Customer { Side::Customer } else { Side::Company };
        let text = if message.text.is_empty() {
            message.attachments.first().map(|a| a.name.clone()).unwrap_or_default()
        } else {
            excerpt(&message.text)
        };
        conversation.last = Some(LastWords { side, text, at: tx.now });
    }
    if conversation.version == 0 {
        // The line refers to its conversation: that must be there first.
        save_quietly(tx, conversation)?;
    }
    messages::insert(tx, &message)?;
    let public = message.kind == MessageKind::Message;
    tx.log_conversation(EventKind::Message, message.id.0, conversation.customer, conversation.id, public);
    Ok(message.n)
}

/// Writes the row of a new conversation before its first line; `save` follows.
fn save_quietly(tx: &Tx<'_>, conversation: &Conversation) -> Result<()> {
    tx.sql.execute(
        "INSERT OR IGNORE INTO conversation(id, tenant, customer, channel, queue, state, parked, last_at, body)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7, ?8)",
        params![
            conversation.id.0,
            tx.tenant.0,
            conversation.customer.0,
            conversation.channel.as_str(),
            conversation.queue.as_str(),
            conversation.state.as_str(),
            conversation.opened_at.0,
            serde_json::to_string(conversation)?
        ],
    )?;
    Ok(())
}

/// Adds a line that tells what happened.
pub(crate) fn add_activity(
    tx: &mut Tx<'_>,
    conversation: &mut Conversation,
    activity: Activity,
) -> Result<()> {
    let line = Line {
        id: MessageId(Uuid::now_v7()),
        kind: MessageKind::Activity,
        author: Author::System,
        text: Personal::default(),
        attachments: Vec::new(),
        mentions: Vec::new(),
        activity: Some(activity),
    };
    add_line(tx, conversation, line).map(|_| ())
}

/// The queue of a conversation; the workspace's first one when its own was taken away since.
pub(crate) fn queue_of<'w>(
    workspace: &'w model::Workspace,
    conversation: &Conversation,
) -> Option<&'w Queue> {
    workspace.queue(&conversation.queue).or_else(|| workspace.default_queue())
}

/// The customer said something: an answer is owed from now on, if none was owed before.
pub(crate) fn owe_answer(tx: &Tx<'_>, conversation: &mut Conversation) {
    let from = conversation.promise.map_or(tx.now, |promise| promise.from);
    conversation.promise = queue_of(&tx.workspace, conversation)
        .and_then(|queue| sla::promise(queue, conversation.answered_at.is_some(), Some(from)));
}

/// Gives a conversation to a person: it leaves the queue, and the customer comes into their sight.
pub(crate) fn own(tx: &mut Tx<'_>, conversation: &mut Conversation, person: PersonId) -> Result<()> {
    if let Some(before) = conversation.owner.filter(|before| *before != person) {
        disown(tx, conversation, before)?;
    }
    tx.touched.insert(person);
    tx.queued.insert(conversation.id);
    conversation.owner = Some(person);
    conversation.state = ConversationState::Active;
    conversation.waiting_since = None;
    conversation.snoozed_until = None;
    conversation.wrap_up_until = None;
    conversation.parked = false;
    conversation.closed_at = None;
    conversation.asks = None;
    for kind in [Kind::Abandon, Kind::AskAgain, Kind::Snooze, Kind::WrapUp, Kind::Forget] {
        deadlines::clear(tx, kind, conversation.id.0)?;
    }
    scope::add(tx, person, conversation.customer, scope::Reason::Owner, conversation.id.0)
}

/// Takes a conversation from its owner, who loses sight of the customer unless something else holds them.
pub(crate) fn disown(tx: &mut Tx<'_>, conversation: &mut Conversation, owner: PersonId) -> Result<()> {
    conversation.owner = None;
    for kind in [Kind::Nudge, Kind::Park, Kind::Snooze, Kind::WrapUp, Kind::Forget, Kind::Invite] {
        deadlines::clear(tx, kind, conversation.id.0)?;
    }
    tx.route = true;
    tx.touched.insert(owner);
    scope::remove(tx, owner, conversation.customer, scope::Reason::Owner, conversation.id.0)
}

/// Puts a conversation (back) into its queue. The caller saves it.
pub(crate) fn to_queue(
    tx: &mut Tx<'_>,
    conversation: &mut Conversation,
    since: At,
    waiting: &Waiting,
) -> Result<()> {
    if let Some(owner) = conversation.owner {
        disown(tx, conversation, owner)?;
    }
    conversation.state = ConversationState::Waiting;
    conversation.waiting_since = Some(since);
    conversation.snoozed_until = None;
    conversation.wrap_up_until = None;
    conversation.closed_at = None;
    conversation.parked = false;
    tx.route = true;
    tx.queued.insert(conversation.id);
    if conversation.version > 0 {
        set_waiting(tx, conversation.id, waiting)?;
    }
    Ok(())
}

/// Ends a conversation for good (until somebody opens it again). The caller saves it.
pub(crate) fn close(
    tx: &mut Tx<'_>,
    conversation: &mut Conversation,
    state: ConversationState,
) -> Result<()> {
    conversation.state = state;
    conversation.closed_at = Some(tx.now);
    conversation.waiting_since = None;
    conversation.wrap_up_until = None;
    conversation.snoozed_until = None;
    conversation.promise = None;
    for kind in [Kind::Nudge, Kind::Park, Kind::Snooze, Kind::WrapUp, Kind::Abandon, Kind::AskAgain] {
        deadlines::clear(tx, kind, conversation.id.0)?;
    }
    deadlines::set(tx, Kind::Forget, conversation.id.0, tx.now + scope::KEPT_AFTER_CLOSE)?;
    tx.route = true;
    tx.queued.insert(conversation.id);
    tx.touched.extend(conversation.owner);
    Ok(())
}

/// The customer's silence starts to count: reminders and, later, leaving the capacity.
pub(crate) fn expect_customer(tx: &Tx<'_>, conversation: &Conversation) -> Result<()> {
    if let Some(queue) = queue_of(&tx.workspace, conversation) {
        deadlines::set(tx, Kind::Nudge, conversation.id.0, tx.now + i64::from(queue.nudge_s) * 1_000)?;
        deadlines::set(tx, Kind::Park, conversation.id.0, tx.now + i64::from(queue.park_s) * 1_000)?;
    }
    Ok(())
}

/// The customer spoke: their silence no longer counts.
pub(crate) fn customer_spoke(tx: &Tx<'_>, conversation: &mut Conversation) -> Result<()> {
    conversation.parked = false;
    deadlines::clear(tx, Kind::Nudge, conversation.id.0)?;
    deadlines::clear(tx, Kind::Park, conversation.id.0)
}

/// The first words, on one line.
pub(crate) fn excerpt(text: &str) -> Personal {
    let mut out = String::new();
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
        if out.chars().count() >= EXCERPT {
            break;
        }
    }
    out.chars().take(EXCERPT).collect::<String>().into()
}
