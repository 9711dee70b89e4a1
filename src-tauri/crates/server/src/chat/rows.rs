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
        (ConversationState::Waiting, Channel::Chat | Channel::Voice) => ChatPhase::Waiting,
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

#[cfg(test)]
mod tests {
    use model::{
        Activity, At, CustomerId, MessageId, PersonId, Personal,
        wire::chat::{ChatFrom, ChatPhase},
    };

    use super::*;

    fn said(kind: MessageKind, author: Author) -> Message {
        Message {
            id: MessageId(Uuid::nil()),
            conversation: ConversationId(Uuid::nil()),
            n: 1,
            at: At(0),
            kind,
            author,
            text: "words".into(),
            attachments: Vec::new(),
            mentions: vec![PersonId(Uuid::nil())],
            activity: (kind == MessageKind::Activity).then_some(Activity::Woke),
            version: 1,
        }
    }

    #[test]
    fn only_messages_are_for_the_customer() {
        let advisor = || Author::Advisor { id: PersonId(Uuid::nil()), name: "Inès".into() };
        for author in [Author::Customer, advisor(), Author::Bot, Author::System] {
            assert_eq!(line(said(MessageKind::Note, author.clone())), None);
            assert_eq!(line(said(MessageKind::Activity, author)), None);
        }
        let from = |author| line(said(MessageKind::Message, author)).map(|line| line.from);
        assert_eq!(from(Author::Customer), Some(ChatFrom::Me));
        assert_eq!(from(advisor()), Some(ChatFrom::Advisor { name: "Inès".into() }), "a name, never an id");
        assert_eq!(from(Author::Bot), Some(ChatFrom::Bot));
    }

    #[test]
    fn a_customer_knows_four_phases() {
        let sql = Connection::open_in_memory().unwrap();
        let phase = |state, channel| {
            let mut conversation = conversations::fresh(
                CustomerId(Uuid::nil()),
                channel,
                "delivery".parse().unwrap(),
                "",
                At(0),
            );
            conversation.state = state;
            conversation.last = Some(model::LastWords {
                side: model::conversation::Side::Company,
                text: Personal::default(),
                at: At(0),
            });
            super::state(&sql, TenantId(Uuid::nil()), &conversation).unwrap().phase
        };
        use ConversationState::{Abandoned, Active, Resolved, Snoozed, Waiting, WrapUp};
        assert_eq!(phase(Waiting, Channel::Chat), ChatPhase::Waiting);
        assert_eq!(phase(Waiting, Channel::Form), ChatPhase::Left);
        for channel in Channel::ALL {
            for open in [Active, Snoozed] {
                assert_eq!(phase(open, channel), ChatPhase::Open, "that it was put aside is our business");
            }
            for over in [WrapUp, Resolved, Abandoned] {
                assert_eq!(phase(over, channel), ChatPhase::Ended);
            }
        }
    }
}
