//! What was written for something that was taken away meanwhile, as words for whoever has it now.

use model::{
    At, FollowUpStatus, Intent, Personal,
    follow_up::{FollowUpChange, Priority},
    intent::Target,
    limits,
};
use store::work::outbox::{Pending, State};

use super::Scene;
use crate::words::Words;

/// Until when a row can be handed over; nothing: it cannot.
pub(crate) fn until(row: &Pending) -> Option<At> {
    let taken = row.state == State::Orphaned && target(row).is_some();
    // The service counts from the moment at which it was taken away. That is not known here: when it was heard of comes
    // nearest.
    taken.then(|| row.landed_at.unwrap_or(row.made_at) + limits::HAND_OVER_MS)
}

/// A row as words for whoever has it now.
pub(crate) fn intent(scene: &Scene<'_>, row: &Pending, words: &Words) -> Option<Intent> {
    let target = target(row)?;
    let text = match &row.command.intent {
        Intent::Reply { text, .. } | Intent::Note { text, .. } => text.clone(),
        Intent::SetReason { reason, .. } => {
            let name = reason.as_ref().map_or_else(|| words.emptied.to_owned(), |id| scene.reason_name(id));
            said(words, words.reason, &name)
        }
        Intent::AddFollowUp { title, due, .. } => {
            let due = said(words, words.fields.due, &words.moment(*due));
            said(words, words.follow_up, &format!("{}, {}", &**title, &*due))
        }
        Intent::ChangeFollowUp { change, .. } => {
            said(words, field(words, change), &value(scene, words, change))
        }
        _ => return None,
    };
    Some(Intent::HandOver { target, text })
}

/// Where the words belong. A loop that was never made is told where it was to come from; a message without words has
/// nothing to hand over.
fn target(row: &Pending) -> Option<Target> {
    match &row.command.intent {
        Intent::Reply { conversation, text, .. } | Intent::Note { conversation, text, .. } => {
            (!text.trim().is_empty()).then_some(Target::Conversation(*conversation))
        }
        Intent::SetReason { conversation, .. } => Some(Target::Conversation(*conversation)),
        Intent::AddFollowUp { conversation, .. } => conversation.map(Target::Conversation),
        Intent::ChangeFollowUp { id, .. } => Some(Target::FollowUp(*id)),
        _ => None,
    }
}

/// "due: 12 May 14:00".
fn said(words: &Words, what: &str, value: &str) -> Personal {
    format!("{what}{}{value}", words.colon).into()
}

fn field(words: &Words, change: &FollowUpChange) -> &'static str {
    let fields = &words.fields;
    match change {
        FollowUpChange::Title(_) => fields.title,
        FollowUpChange::Due(_) => fields.due,
        FollowUpChange::Status(_) => fields.status,
        FollowUpChange::Owner(_) => fields.owner,
        FollowUpChange::Priority(_) => fields.priority,
        FollowUpChange::Cause(_) => fields.cause,
        FollowUpChange::Outcome(_) => fields.outcome,
        FollowUpChange::Note(_) => fields.note,
    }
}

fn value(scene: &Scene<'_>, words: &Words, change: &FollowUpChange) -> String {
    let value = match change {
        FollowUpChange::Title(text) | FollowUpChange::Note(text) => text.to_string(),
        FollowUpChange::Outcome(text) => text.as_deref().unwrap_or_default().to_owned(),
        FollowUpChange::Due(due) => words.moment(*due),
        FollowUpChange::Status(FollowUpStatus::Open) => words.open.to_owned(),
        FollowUpChange::Status(FollowUpStatus::Waiting) => words.waiting.to_owned(),
        FollowUpChange::Status(FollowUpStatus::Done) => words.done.to_owned(),
        FollowUpChange::Priority(Priority::Low) => words.low.to_owned(),
        FollowUpChange::Priority(Priority::Normal) => words.normal.to_owned(),
        FollowUpChange::Priority(Priority::High) => words.high.to_owned(),
        FollowUpChange::Owner(person) => scene.name_of(*person),
        FollowUpChange::Cause(cause) => {
            let named = scene.workspace.causes.iter().find(|known| Some(&known.id) == cause.as_ref());
            named.map(|known| known.name.clone()).unwrap_or_default()
        }
    };
    if value.is_empty() { words.emptied.to_owned() } else { value }
}
