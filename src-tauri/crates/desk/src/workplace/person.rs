//! The reader's presence, and what the desk says on the line about them.

use std::{future::Future, pin::Pin, sync::Arc};

use backend::Backend;
use model::{
    At, CommandId, ConversationId, Intent, PresenceState, Slug,
    wire::{ClientFrame, Command},
};
use serde::{Deserialize, Serialize};
use store::work::kept;
use uuid::Uuid;

use super::Workplace;
use crate::core::Core;

/// The presence that the reader chose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Chosen {
    /// It.
    pub(crate) state: PresenceState,
    /// The break, if it is one.
    pub(crate) reason: Option<Slug>,
}

impl Default for Chosen {
    fn default() -> Self {
        Self { state: PresenceState::Available, reason: None }
    }
}

impl Workplace {
    /// With the line comes the presence that the reader chose, if the service counts them as gone.
    pub(super) fn choose_presence(&mut self, core: &mut Core) {
        let chosen = self.chosen.clone().unwrap_or_default();
        let now = self.replica.me().and_then(|me| self.moment.presence.get(&me.id));
        let gone = now.is_none_or(|presence| presence.state == PresenceState::Offline);
        if gone && chosen.state != PresenceState::Offline {
            let Chosen { state, reason } = chosen;
            self.command_in_background(core, Intent::SetPresence { state, reason });
        }
    }

    /// The reader chose a presence: kept for the next start, so that a break stays a break.
    pub(crate) fn keep_presence(&mut self, chosen: Chosen) {
        if let Err(error) = kept::save(self.replica.work.rows(), "chosen_presence", &chosen) {
            tracing::error!(%error, "the chosen presence cannot be kept");
        }
        self.chosen = Some(chosen);
    }

    /// Nobody has touched the window for long: nothing should be offered.
    pub(crate) fn set_away(&mut self, core: &mut Core) {
        let available = self
            .replica
            .me()
            .and_then(|me| self.moment.presence.get(&me.id))
            .is_some_and(|presence| presence.state == PresenceState::Available);
        if available {
            // Until they choose again; a line that comes back must not ring at an empty seat.
            self.chosen = Some(Chosen { state: PresenceState::Away, reason: None });
            self.command_in_background(
                core,
                Intent::SetPresence { state: PresenceState::Away, reason: None },
            );
        }
    }

    /// A command nobody waits for. It is not tried again: the next step of the reader shows how things are.
    pub(crate) fn command_in_background(&mut self, core: &mut Core, intent: Intent) {
        let Some(backend) = self.backend.clone() else { return };
        let command = self.command(core, intent);
        core.io.spawn(async move {
            if let Err(trouble) = backend.submit(vec![command]).await {
                tracing::warn!(%trouble, "a command in the background was not done");
            }
        });
    }

    /// A command with a new name.
    pub(crate) fn command(&self, core: &Core, intent: Intent) -> Command {
        Command::new(CommandId(Uuid::now_v7()), self.replica.device(), intent, core.now().wall)
    }

    /// What sets presence offline; ends once the service knows, or cannot.
    pub(crate) fn leave(&self, at: At) -> Option<Pin<Box<dyn Future<Output = ()> + Send>>> {
        let backend: Arc<dyn Backend> = self.backend.clone()?;
        let (device, id) = (self.replica.device(), CommandId(Uuid::now_v7()));
        Some(Box::pin(async move {
            let intent = Intent::SetPresence { state: PresenceState::Offline, reason: None };
            let command = Command::new(id, device, intent, at);
            let _ = backend.submit(vec![command]).await;
        }))
    }

    /// The reader is writing to the customer.
    pub(crate) fn say_typing(&self, conversation: ConversationId) {
        self.say(ClientFrame::Typing { conversation });
    }

    /// The reader looks at a conversation, or at none.
    pub(crate) fn say_viewing(&self) {
        self.say(ClientFrame::Viewing { conversation: self.shown.conversation });
    }

    fn say(&self, frame: ClientFrame) {
        if let Some(line) = &self.line {
            let _ = line.try_send(frame);
        }
    }
}
