//! The lines of a conversation: what the service has, and at the end what is on its way. A line keeps its key from the
//! moment it is written until the log has it.

use model::{Author, Conversation, ConversationId, Intent, Message, MessageId, MessageKind, wire::Outcome};
use store::{
    cache,
    work::outbox::{Pending, State},
};

use super::Scene;
use crate::{
    Failure, text,
    view::{Delivery, ItemSide, NotSentWhy, Timeline, TimelineItem},
};

/// Lines of one stretch.
pub(crate) const STRETCH: u32 = 100;

/// The newest lines, or those before a place.
pub(crate) fn stretch(
    scene: &Scene<'_>,
    id: ConversationId,
    before: Option<u32>,
) -> Result<Timeline, Failure> {
    let Some(conversation) = cache::conversation::load(scene.cache, id)? else {
        return Ok(Timeline { items: Vec::new(), earlier: false });
    };
    let lines = cache::message::before(scene.cache, id, before, STRETCH)?;
    let earlier = lines.first().is_some_and(|line| line.n > 1);
    let mut items: Vec<TimelineItem> =
        lines.into_iter().map(|line| item(scene, &conversation, line)).collect();
    if before.is_none() {
        for row in scene.pending_in(id) {
            items.extend(pending_item(scene, row)?);
        }
    }
    Ok(Timeline { items, earlier })
}

/// One line by its key, from the log or on its way; nothing when it is neither.
pub(crate) fn one(
    scene: &Scene<'_>,
    conversation: &Conversation,
    id: MessageId,
) -> Result<Option<TimelineItem>, Failure> {
    if let Some(line) = cache::message::load(scene.cache, id)? {
        return Ok(Some(item(scene, conversation, line)));
    }
    match scene.pending_in(conversation.id).find(|row| row.command.id.0 == id.0) {
        Some(row) => pending_item(scene, row),
        None => Ok(None),
    }
}

fn item(scene: &Scene<'_>, conversation: &Conversation, line: Message) -> TimelineItem {
    let (side, name) = match &line.author {
        Author::Customer => (ItemSide::Customer, String::new()),
        Author::Advisor { id, name } if *id == scene.me.id => (ItemSide::Me, name.clone()),
        Author::Advisor { name, .. } => (ItemSide::Colleague, name.clone()),
        Author::Bot => (ItemSide::Bot, String::new()),
        Author::System => (ItemSide::System, String::new()),
    };
    let answers = matches!(side, ItemSide::Me | ItemSide::Colleague) && line.kind == MessageKind::Message;
    let seen = line.n <= conversation.seen_by_customer;
    let delivery = answers.then_some(if seen { Delivery::Seen } else { Delivery::Sent });
    let called: Vec<_> =
        line.mentions.iter().filter_map(|person| scene.people.get(person)).cloned().collect();
    TimelineItem {
        id: line.id.to_string(),
        n: Some(line.n),
        at: line.at,
        kind: line.kind,
        side,
        name,
        parts: text::parts(&line.text, &called, Some(scene.me.id)),
        attachments: line.attachments,
        activity: line.activity,
        delivery,
    }
}

/// A line that is on its way, unless the log has it already.
fn pending_item(scene: &Scene<'_>, row: &Pending) -> Result<Option<TimelineItem>, Failure> {
    let (kind, words, attachments, mentions) = match &row.command.intent {
        Intent::Reply { text, attachments, .. } => (MessageKind::Message, text, attachments, &[][..]),
        Intent::Note { text, attachments, mentions, .. } => {
            (MessageKind::Note, text, attachments, mentions.as_slice())
        }
        _ => return Ok(None),
    };
    let id = MessageId(row.command.id.0);
    if cache::message::load(scene.cache, id)?.is_some() {
        return Ok(None);
    }
    let called: Vec<_> = mentions.iter().filter_map(|person| scene.people.get(person)).cloned().collect();
    Ok(Some(TimelineItem {
        id: id.to_string(),
        n: None,
        at: row.made_at,
        kind,
        side: ItemSide::Me,
        name: scene.me.name.clone(),
        parts: text::parts(words, &called, Some(scene.me.id)),
        attachments: attachments.clone(),
        activity: None,
        delivery: Some(delivery(scene, row)),
    }))
}

/// How far a row of the outbox got.
pub(crate) fn delivery(scene: &Scene<'_>, row: &Pending) -> Delivery {
    match row.state {
        State::Queued => match row.not_before {
            Some(until) if row.attempts == 0 && until > scene.wall => {
                // The screen counts on the service's clock, like for everything else.
                Delivery::Undo { until: until + scene.now.since(scene.wall) }
            }
            _ => Delivery::Saved,
        },
        State::Inflight => Delivery::Sending,
        State::Acked | State::Done | State::Cancelled => Delivery::Sent,
        State::Conflict | State::Wedged | State::Orphaned | State::Expired => {
            Delivery::NotSent { why: why_not(row) }
        }
    }
}

/// Why a row did not go through.
pub(crate) fn why_not(row: &Pending) -> NotSentWhy {
    use model::wire::Rejection;
    match (&row.state, &row.outcome) {
        (State::Expired, _) => NotSentWhy::TooLate,
        (_, Some(Outcome::Conflict { theirs, by, at, .. })) => {
            let Intent::ChangeFollowUp { change: mine, .. } = &row.command.intent else {
                return NotSentWhy::Refused { message: String::new() };
            };
            NotSentWhy::Conflict {
                field: theirs.field().to_owned(),
                base: row.base.clone(),
                mine: mine.clone(),
                theirs: theirs.clone(),
                merged: None,
                by: by.clone(),
                at: *at,
                mine_at: row.made_at,
            }
        }
        (_, Some(Outcome::Rejected { code, message })) => match code {
            Rejection::NotAssigned => NotSentWhy::NotYours,
            Rejection::Gone => NotSentWhy::Gone,
            Rejection::Expired => NotSentWhy::TooLate,
            Rejection::Closed | Rejection::Forbidden => NotSentWhy::Closed,
            Rejection::BlobMissing => NotSentWhy::FileLost,
            _ => NotSentWhy::Refused { message: message.clone() },
        },
        _ => NotSentWhy::Refused { message: String::new() },
    }
}
