//! Conversations that may not be on this computer yet.

use backend::Trouble;
use model::{CommandId, ConversationId, CustomerId, Intent};
use store::cache;
use uuid::Uuid;

use crate::{
    Failure,
    core::{Core, Desk},
    live,
    view::{Opened, Timeline},
};

impl Desk {
    /// Shows a conversation, or none. One that is out of sight is brought there first.
    pub(super) async fn show_conversation(
        &self,
        id: Option<ConversationId>,
    ) -> Result<Option<Opened>, Failure> {
        let open = move || {
            self.in_workplace(move |core, place| {
                let now = core.now();
                place.open_conversation(core, now, id)
            })
        };
        match (open().await?, id) {
            (None, Some(conversation)) => {
                // Not in sight: somebody else's. A look at it brings it there.
                self.command(Intent::Watch { conversation }).await?;
                open().await
            }
            (opened, _) => Ok(opened),
        }
    }

    /// Lines before a place, from this computer or from the service.
    pub(super) async fn earlier_lines(&self, id: ConversationId, before: u32) -> Result<Timeline, Failure> {
        let here = self
            .with(move |core| {
                let now = core.now();
                let place = core.place()?;
                let stretch = live::timeline::stretch(&place.scene_or(now)?, id, Some(before))?;
                // Without the line, what is here is all there is: nobody waits to learn that.
                let backend = place.backend.clone().filter(|_| !place.connection_is_down());
                Ok((stretch, backend, core.opening))
            })
            .await?;
        let (stretch, backend, opening) = here;
        // A gap between what is here and what was asked for, or nothing here at all: the service has older lines.
        let reaches = stretch.items.last().and_then(|item| item.n) == Some(before.saturating_sub(1));
        let Some(backend) = backend.filter(|_| !reaches && before > 1) else { return Ok(stretch) };
        let rows = match backend.lines_before(id, before).await {
            Ok(rows) => rows,
            Err(Trouble::Unreachable) => return Ok(stretch),
            Err(trouble) => return Err(trouble.into()),
        };
        self.with_same(opening, move |core| {
            let now = core.now();
            let place = core.place()?;
            place.replica.cache.put_rows(&rows)?;
            live::timeline::stretch(&place.scene_or(now)?, id, Some(before))
        })
        .await
    }

    /// The newest conversation of a customer, whom a look brings into sight if need be.
    pub(super) async fn newest_conversation(
        &self,
        customer: CustomerId,
    ) -> Result<Option<ConversationId>, Failure> {
        let newest = move |core: &mut Core| {
            let known = cache::conversation::of(core.place()?.replica.cache.rows(), customer)?;
            Ok(known.first().map(|conversation| conversation.id))
        };
        if let Some(id) = self.with(newest).await? {
            return Ok(Some(id));
        }
        self.command(Intent::WatchCustomer { customer }).await?;
        self.with(newest).await
    }

    /// Gives what was written for somebody else's conversation or loop to whoever has it now.
    pub(super) async fn hand_over_row(&self, id: CommandId) -> Result<(), Failure> {
        let (intent, opening) =
            self.in_workplace(move |core, place| Ok((place.hand_over(core, id)?, core.opening))).await?;
        // Its name follows from the row's: asked again after an answer that never came, it is done once.
        let name = CommandId(Uuid::from_u128(id.0.as_u128() ^ 1));
        // Nothing of it comes back here: who hands over does not see it any more.
        self.tell(name, intent).await?;
        self.with_same(opening, move |core| core.in_open_place(|core, place| place.discard(core, id))).await
    }
}
