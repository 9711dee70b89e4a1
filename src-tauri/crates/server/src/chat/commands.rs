//! What customers want, done once: the same receipts as for desks.

use axum::{Json, extract::State};
use model::{
    Activity, Attachment, Author, Channel, CommandId, Conversation, ConversationState, MessageId,
    MessageKind, Personal, PresenceState, Score, ScoreId, ScoreKind,
    limits::{ATTACHMENTS, BATCH, TEXT_CHARS},
    wire::{
        Rejection,
        chat::{ChatBatch, ChatCommand, ChatIntent, ChatOutcome, ChatReceipt, ChatReceipts},
    },
};
use rusqlite::{Connection, params};
use sha2::{Digest, Sha256};

use super::start;
use crate::{
    auth::Visitor,
    blobs,
    commands::{
        Halt,
        conversation::{awake, to_wrap_up},
        keep, kept,
    },
    conversations::{self, Line, Waiting, add_activity, add_line, excerpt, save},
    customers,
    deadlines::{self, Kind},
    error::Result,
    json::Body,
    limits::VISITOR_BYTES_PER_DAY,
    log, messages, presence,
    problem::Problem,
    reading, scores,
    service::Service,
    sweep,
    tx::{Committed, Tx},
};

/// Does what a customer wants, each thing once.
#[utoipa::path(post, path = "/chat/v1/commands", tag = "chat", request_body = ChatBatch,
    responses((status = 200, body = ChatReceipts), (status = 401, body = model::wire::reads::Problem),
              (status = 413, body = model::wire::reads::Problem), (status = 429, body = model::wire::reads::Problem)),
    security(("visitor" = [])))]
pub(crate) async fn commands(
    State(service): State<Service>,
    visitor: Visitor,
    Body(batch): Body<ChatBatch>,
) -> Result<Json<ChatReceipts>, Problem> {
    if batch.commands.len() > BATCH {
        return Err(Problem::too_large("At most 50 commands at once."));
    }
    let tenant = visitor.tenant;
    let mut receipts = Vec::with_capacity(batch.commands.len());
    for (place, command) in batch.commands.into_iter().enumerate() {
        let id = command.id;
        match service.limits().visitor_command(tenant.0, visitor.id) {
            Err(too_fast) if place == 0 => return Err(too_fast.into()),
            Err(too_fast) => {
                let outcome = ChatOutcome::Retry { after_ms: too_fast.after_ms() };
                receipts.push(ChatReceipt { id, outcome });
                continue;
            }
            Ok(()) => {}
        }
        let (now, by, hub) = (service.now(), visitor.clone(), service.clone());
        let outcome = service
            .write_with(tenant, move |sql| {
                let (outcome, committed, shows) = handle(sql, &by, now, command)?;
                if let Some(conversation) = shows {
                    hub.hub().visitor_shows(tenant, by.id, conversation);
                }
                Ok::<_, crate::error::Error>((outcome, committed))
            })
            .await?;
        receipts.push(ChatReceipt { id, outcome });
    }
    let epoch = service.read(move |sql| log::head(sql, tenant)).await?.epoch;
    Ok(Json(ChatReceipts { epoch, receipts }))
}

type Handled = (ChatOutcome, Committed, Option<model::ConversationId>);

fn handle(sql: &mut Connection, by: &Visitor, now: model::At, command: ChatCommand) -> Result<Handled> {
    let ChatCommand { id, intent } = command;
    let hash = Sha256::digest(serde_json::to_vec(&intent)?).to_vec();
    if let Some((kept_hash, outcome)) = kept(sql, by.tenant, by.id, id)? {
        let outcome = if kept_hash == hash {
            outcome
        } else {
            refused(Rejection::IdReused, "This command id was used for something else.")
        };
        return Ok((outcome, Committed::default(), None));
    }
    let mut tx = Tx::begin(sql.transaction()?, by.tenant, now)?;
    tx.by(None, Some(id));
    let mut shows = None;
    let effect = apply(&mut tx, by, id, intent).and_then(|conversation| {
        tx.settle()?;
        Ok(conversation)
    });
    let outcome = match effect {
        Ok(conversation) => {
            shows = conversation;
            ChatOutcome::Applied { seq: tx.flush()? }
        }
        Err(Halt::Fault(error)) => return Err(error),
        Err(Halt::Refused(code, message)) => {
            drop(tx);
            tx = Tx::begin(sql.transaction()?, by.tenant, now)?;
            refused(code, message)
        }
    };
    if outcome.is_final() {
        keep(&tx, by.id, id, &hash, &outcome)?;
    }
    Ok((outcome, tx.commit()?, shows))
}

fn refused(code: Rejection, message: &str) -> ChatOutcome {
    ChatOutcome::Rejected { code, message: message.to_owned() }
}

/// Does it; answers the conversation that the page shows from now on, when that may be another one.
fn apply(
    tx: &mut Tx<'_>,
    by: &Visitor,
    id: CommandId,
    intent: ChatIntent,
) -> Result<Option<model::ConversationId>, Halt> {
    match intent {
        ChatIntent::Say { text, attachments } => say(tx, by, id, text, &attachments).map(Some),
        ChatIntent::Seen { upto } => {
            let mut conversation = current(tx, by)?;
            let upto = upto.min(conversation.lines);
            if upto > conversation.seen_by_customer {
                conversation.seen_by_customer = upto;
                save(tx, &mut conversation)?;
            }
            Ok(None)
        }
        ChatIntent::End => {
            let mut conversation = current(tx, by)?;
            end(tx, &mut conversation)?;
            Ok(None)
        }
        ChatIntent::Score { kind, value, comment } => {
            let mut conversation = current(tx, by)?;
            score(tx, &mut conversation, id, kind, value, comment)?;
            Ok(None)
        }
    }
}

fn current(tx: &Tx<'_>, by: &Visitor) -> Result<Conversation, Halt> {
    start::conversation_of(&tx.sql, tx.tenant, by.id)?
        .ok_or(Halt::Refused(Rejection::Gone, "There is no conversation yet."))
}

fn say(
    tx: &mut Tx<'_>,
    by: &Visitor,
    id: CommandId,
    text: Personal,
    attachments: &[Attachment],
) -> Result<model::ConversationId, Halt> {
    if text.chars().count() > TEXT_CHARS {
        return Err(Halt::Refused(Rejection::TooLarge, "This message is longer than 32,000 characters."));
    }
    if text.trim().is_empty() && attachments.is_empty() {
        return Err(Halt::Refused(Rejection::Invalid, "Write something first."));
    }
    if attachments.len() > ATTACHMENTS {
        return Err(Halt::Refused(Rejection::TooLarge, "At most 10 files go with one message."));
    }
    let attachments = attachments
        .iter()
        .map(|wanted| {
            blobs::attachment(&tx.sql, tx.tenant, by.id, wanted)?
                .ok_or(Halt::Refused(Rejection::BlobMissing, "A file of this message was not uploaded."))
        })
        .collect::<Result<Vec<_>, Halt>>()?;
    if messages::load(&tx.sql, id.0, tx.tenant)?.is_some() {
        return Err(Halt::Refused(Rejection::IdReused, "This command id was used for something else."));
    }
    let customer = customers::load(&tx.sql, by.customer, tx.tenant)?
        .ok_or(Halt::Refused(Rejection::Gone, "This visit is over. Reload the page."))?;
    if customer.blocked {
        return Err(Halt::Refused(Rejection::Forbidden, "This chat is closed for you."));
    }
    let existing = start::conversation_of(&tx.sql, tx.tenant, by.id)?;
    let mut conversation = match existing {
        Some(open) if !over_for_good(tx, &open) => open,
        _ => begin(tx, by, &customer, &text)?,
    };
    let fresh = conversation.version == 0;
    let said = text.clone();
    let line = Line {
        id: MessageId(id.0),
        kind: MessageKind::Message,
        author: Author::Customer,
        text,
        attachments,
        mentions: Vec::new(),
        activity: None,
    };
    let n = add_line(tx, &mut conversation, line)?;
    conversation.seen_by_customer = n;
    conversation.unread += 1;
    conversation.asks = None;
    conversations::customer_spoke(tx, &mut conversation)?;
    if fresh {
        tx.sql.execute(
            "UPDATE visitor SET conversation = ?2 WHERE id = ?1",
            params![by.id, conversation.id.0],
        )?;
        tx.queued.insert(conversation.id);
        tx.route = true;
    } else {
        bring_back(tx, &mut conversation)?;
    }
    conversations::owe_answer(tx, &mut conversation);
    tx.touched.extend(conversation.owner);
    save(tx, &mut conversation)?;
    reading::heard(tx, &conversation, &said)?;
    super::presence::spoke(tx, by.id, &conversation)?;
    Ok(conversation.id)
}

/// A closed conversation is opened again by its customer within the queue's time; later, a new one begins.
fn over_for_good(tx: &Tx<'_>, conversation: &Conversation) -> bool {
    let within = conversations::queue_of(&tx.workspace, conversation).map_or(0, |queue| queue.reopen_s);
    conversation.state.is_closed()
        && conversation.closed_at.is_some_and(|at| tx.now.since(at) > i64::from(within) * 1_000)
}

fn begin(
    tx: &mut Tx<'_>,
    by: &Visitor,
    customer: &model::Customer,
    text: &str,
) -> Result<Conversation, Halt> {
    let queue = by
        .queue
        .as_ref()
        .and_then(|id| tx.workspace.queue(id))
        .or_else(|| tx.workspace.default_queue())
        .cloned()
        .ok_or(Halt::Refused(Rejection::Invalid, "This workspace has no queue yet."))?;
    let open = queue.hours.as_ref().is_none_or(|hours| hours.is_open(tx.now));
    let somebody = presence::everybody(&tx.sql, tx.tenant)?.iter().any(|(person, presence)| {
        person.queues.contains(&queue.id) && presence.state != PresenceState::Offline
    });
    let channel = if open && somebody { Channel::Chat } else { Channel::Form };
    let mut conversation = conversations::fresh(customer.id, channel, queue.id, text, tx.now);
    conversation.language = by.language.clone().or_else(|| customer.language.clone());
    conversation.may_be = start::may_be(tx, customer)?;
    Ok(conversation)
}

/// The customer writes into a conversation that is put aside, being wrapped up or over: it comes back.
fn bring_back(tx: &mut Tx<'_>, conversation: &mut Conversation) -> Result<(), Halt> {
    match conversation.state {
        ConversationState::Waiting => {}
        ConversationState::Active => leave_the_absent(tx, conversation)?,
        ConversationState::Snoozed => {
            awake(tx, conversation)?;
            leave_the_absent(tx, conversation)?;
        }
        ConversationState::WrapUp => {
            conversation.state = ConversationState::Active;
            conversation.wrap_up_until = None;
            deadlines::clear(tx, Kind::WrapUp, conversation.id.0)?;
            add_activity(tx, conversation, Activity::Reopened { by: None })?;
            leave_the_absent(tx, conversation)?;
        }
        ConversationState::Resolved | ConversationState::Abandoned => {
            add_activity(tx, conversation, Activity::Reopened { by: None })?;
            conversation.disposition = None;
            // To the same advisor if they are there and have room, else to the queue, before others.
            match conversation.owner.filter(|_| conversation.state == ConversationState::Resolved) {
                Some(owner) if has_room(tx, owner, conversation.channel)? => {
                    conversations::own(tx, conversation, owner)?;
                }
                had => {
                    let waiting = Waiting { boost: had.is_some(), ..Waiting::default() };
                    let now = tx.now;
                    conversations::to_queue(tx, conversation, now, &waiting)?;
                }
            }
        }
    }
    Ok(())
}

/// A chat whose advisor is offline would wait for somebody who does not come: it goes to the queue, before others.
fn leave_the_absent(tx: &mut Tx<'_>, conversation: &mut Conversation) -> Result<(), Halt> {
    let Some(owner) = conversation.owner.filter(|_| conversation.channel == Channel::Chat) else {
        return Ok(());
    };
    if presence::row(&tx.sql, owner)?.state != PresenceState::Offline {
        return Ok(());
    }
    sweep::requeue(tx, conversation, owner)?;
    Ok(())
}

fn has_room(tx: &Tx<'_>, person: model::PersonId, channel: Channel) -> Result<bool> {
    let row = presence::row(&tx.sql, person)?;
    Ok(row.state == PresenceState::Available
        && !row.finishing
        && presence::has_room(tx, person, &row, channel)?)
}

fn end(tx: &mut Tx<'_>, conversation: &mut Conversation) -> Result<(), Halt> {
    match conversation.state {
        ConversationState::Waiting => {
            let waited = tx.now.since(conversation.waiting_since.unwrap_or(conversation.opened_at));
            sweep::abandon(tx, conversation, waited)?;
        }
        ConversationState::Active | ConversationState::Snoozed => {
            to_wrap_up(tx, conversation, Activity::CustomerEnded)?;
        }
        ConversationState::WrapUp | ConversationState::Resolved | ConversationState::Abandoned => {
            return Ok(());
        }
    }
    save(tx, conversation)?;
    Ok(())
}

fn score(
    tx: &mut Tx<'_>,
    conversation: &mut Conversation,
    id: CommandId,
    kind: ScoreKind,
    value: u8,
    comment: Option<Personal>,
) -> Result<(), Halt> {
    let (low, high) = kind.range();
    if !(low..=high).contains(&value) {
        return Err(Halt::Refused(Rejection::Invalid, "This answer is not on the scale."));
    }
    if comment.as_ref().is_some_and(|comment| comment.chars().count() > TEXT_CHARS) {
        return Err(Halt::Refused(Rejection::TooLarge, "This comment is longer than 32,000 characters."));
    }
    if conversation.asks != Some(kind) {
        return Err(Halt::Refused(Rejection::Closed, "This question was answered or taken back."));
    }
    let customer = customers::load(&tx.sql, conversation.customer, tx.tenant)?
        .ok_or(Halt::Refused(Rejection::Gone, "This visit is over. Reload the page."))?;
    conversation.asks = None;
    add_activity(tx, conversation, Activity::Scored { kind, value })?;
    let comment = comment.filter(|comment| !comment.trim().is_empty());
    let mut score = Score {
        id: ScoreId(id.0),
        customer: customer.id,
        conversation: Some(conversation.id),
        kind,
        value,
        comment,
        at: tx.now,
        version: 0,
    };
    if scores::load(&tx.sql, id.0, tx.tenant)?.is_some() {
        return Err(Halt::Refused(Rejection::IdReused, "This command id was used for something else."));
    }
    if let Some(follow_up) = scores::save(tx, &mut score, &customer)?
        && let Some(made) = crate::follow_ups::load(&tx.sql, follow_up, tx.tenant)?
    {
        let by = made.policy.unwrap_or_default();
        let activity = Activity::FollowUp { by, id: follow_up, title: excerpt(&made.title) };
        add_activity(tx, conversation, activity)?;
    }
    save(tx, conversation)?;
    Ok(())
}

/// A visitor's own name for receipts and uploads.
pub(crate) fn uploader(visitor: &Visitor) -> blobs::Uploader {
    blobs::Uploader { tenant: visitor.tenant, id: visitor.id, most_a_day: Some(VISITOR_BYTES_PER_DAY) }
}
