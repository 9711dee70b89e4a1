//! Conversations and lines as their customer sees them.

use model::{
    Author, Channel, Conversation, ConversationId, ConversationState, Message, MessageKind, TenantId,
    wire::chat::{ChatFrom, ChatLine, ChatPhase, ChatRow, ChatState},
};
use rusqlite::Connection;
use uuid::Uuid;

use crate::{conversations, error::Result, log::EventKind, messages, people};

/// The state that the customer sees.
pub(crate) fn state(sql: &Connection, tenant: TenantId, conversation: &Conversation) -> Result<ChatState> {
    let advisor = match conversation.owner {
        Some(owner) => people::person(sql, owner, tenant)?.map(|person| person.name),
        None => None,
    };
    let phase = match (conversation.state, conversation.channel) {
        (ConversationState::Waiting, Channel::Form) => ChatPhase::Left,
        (ConversationState::Waiting, Channel::Chat) => ChatPhase::Waiting,
        (ConversationState::Active | ConversationState::Snoozed, _) => ChatPhase::Open,
        (ConversationState::WrapUp | ConversationState::Resolved | ConversationState::Abandoned, _) => {
            ChatPhase::Ended
        }
    };
    Ok(ChatState {
        conversation: conversation.id,
        phase,
        advisor,
        seen_by_advisor: conversation.read_by_owner,
        asks: conversation.asks,
        version: conversation.version,
    })
}

/// A line, if the customer may see it.
pub(crate) fn line(message: Message) -> Option<ChatLine> {
    if message.kind != MessageKind::Message {
        return None;
    }
    let from = match message.author {
        Author::Customer => ChatFrom::Me,
        Author::Advisor { name, .. } => ChatFrom::Advisor { name },
        Author::Bot | Author::System => ChatFrom::Bot,
    };
    Some(ChatLine {
        id: message.id,
        n: message.n,
        at: message.at,
        from,
        text: message.text,
        attachments: message.attachments,
    })
}

/// The rows of a stretch of the log, each once, as they are now: lines in their order, then the state.
pub(crate) fn of(
    sql: &Connection,
    tenant: TenantId,
    id: ConversationId,
    changed: &[(EventKind, Uuid)],
) -> Result<Vec<ChatRow>> {
    let mut rows = Vec::new();
    for (kind, entity) in changed {
        if *kind == EventKind::Message
            && let Some(line) = messages::load(sql, *entity, tenant)?.and_then(line)
        {
            rows.push(ChatRow::Line(line));
        }
    }
    if changed.iter().any(|(kind, _)| *kind == EventKind::Conversation)
        && let Some(conversation) = conversations::load(sql, id, tenant)?
    {
        rows.push(ChatRow::State(state(sql, tenant, &conversation)?));
    }
    Ok(rows)
}
