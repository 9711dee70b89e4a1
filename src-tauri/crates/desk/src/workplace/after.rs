//! What a macro does besides its text, once the service has the message. It is written down beside the message, so that
//! neither a restart nor a message that goes out at the second try forgets it.

use model::{
    CommandId, ConversationId, FollowUpId, Intent, MacroId,
    at::{HOUR, MINUTE},
    follow_up::Priority,
    library::MacroAction,
};
use serde::{Deserialize, Serialize};
use store::{cache, work::kept};
use uuid::Uuid;

use super::Workplace;
use crate::{Failure, core::Core};

/// What follows a message.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct After {
    conversation: ConversationId,
    actions: Vec<MacroAction>,
}

/// The name under which it is kept.
fn name(message: CommandId) -> String {
    format!("after:{message}")
}

impl Workplace {
    /// Lets the other actions of a macro follow a message.
    pub(super) fn follow_macro(
        &mut self,
        conversation: ConversationId,
        id: MacroId,
        message: CommandId,
    ) -> Result<(), Failure> {
        match cache::library::prepared(self.replica.cache.rows(), id)? {
            Some(prepared) if !prepared.actions.is_empty() => {
                self.keep_after(message, After { conversation, actions: prepared.actions })
            }
            _ => Ok(()),
        }
    }

    /// Keeps what follows a message.
    pub(super) fn keep_after(&mut self, message: CommandId, after: After) -> Result<(), Failure> {
        kept::save(self.replica.work.rows(), &name(message), &after)?;
        self.after.insert(message, after);
        Ok(())
    }

    /// What follows a message is done with, or belongs to another one from now on.
    pub(super) fn take_after(&mut self, message: CommandId) -> Option<After> {
        let after = self.after.remove(&message)?;
        if let Err(error) = kept::forget(self.replica.work.rows(), &name(message)) {
            tracing::error!(%error, "what followed a message cannot be forgotten");
        }
        Some(after)
    }

    /// Finds what follows the messages that still wait, after a start.
    pub(super) fn read_after(&mut self) -> Result<(), Failure> {
        for row in self.replica.pending() {
            if let Some(after) = kept::load(self.replica.work.rows(), &name(row.command.id))? {
                self.after.insert(row.command.id, after);
            }
        }
        Ok(())
    }

    /// The service has a message: what follows it is done. Times count from now, not from when it was written.
    pub(super) fn message_arrived(&mut self, core: &mut Core, message: CommandId) {
        let Some(After { conversation, actions }) = self.take_after(message) else { return };
        for action in actions {
            let Some(intent) = self.intent_of(core, conversation, action) else { continue };
            if !intent.may_wait() {
                self.command_in_background(core, intent);
            } else if let Err(failure) = self.enqueue_now(core, intent) {
                tracing::error!(%failure, "an action of a macro cannot be saved");
            }
        }
    }

    fn intent_of(&self, core: &Core, conversation: ConversationId, action: MacroAction) -> Option<Intent> {
        let now = self.service_time(core.now());
        Some(match action {
            MacroAction::SetReason { reason } => Intent::SetReason { conversation, reason: Some(reason) },
            MacroAction::AddFollowUp { title, due_in_hours } => Intent::AddFollowUp {
                id: FollowUpId(Uuid::now_v7()),
                customer: cache::conversation::load(self.replica.cache.rows(), conversation)
                    .ok()
                    .flatten()?
                    .customer,
                conversation: Some(conversation),
                title: title.into(),
                owner: self.replica.me()?.id,
                due: now + i64::from(due_in_hours) * HOUR,
                priority: Priority::Normal,
                cause: None,
            },
            MacroAction::Snooze { minutes } => {
                Intent::Snooze { conversation, until: now + i64::from(minutes) * MINUTE }
            }
            MacroAction::Resolve => Intent::Resolve { conversation },
        })
    }
}
