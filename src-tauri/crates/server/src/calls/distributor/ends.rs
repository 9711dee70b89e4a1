//! A leg is over, and what follows for the others.

use model::{ConversationId, Intent, MessageId, TenantId, call::Leg, conversation::Side};
use tokio::task::JoinHandle;

use super::{Distributor, Live, unless_gone};
use crate::{
    calls::{
        legs::Part,
        port::Ending,
        recording::Recorded,
        rows::{self, End},
    },
    error::Result,
};

impl Distributor {
    pub(super) async fn ended(&mut self, leg: Leg, why: Ending, code: Option<u16>) -> Result<()> {
        let Some(part) = self.parts.remove(&leg) else { return Ok(()) };
        match part {
            Part::Caller(id) => {
                let by = if why == Ending::Failed { Side::Company } else { Side::Customer };
                self.finish(id, by, why == Ending::Failed, code).await
            }
            Part::Desk(id) => self.desk_ended(id, &leg, why, code).await,
            Part::Message => {
                self.message_ended(&leg);
                Ok(())
            }
            Part::Direct(nth) => self.direct_ended(nth, &leg, why).await,
            Part::Leaving => Ok(()),
        }
    }

    /// The telephone of an advisor is not there any more.
    async fn desk_ended(
        &mut self,
        id: ConversationId,
        leg: &Leg,
        why: Ending,
        code: Option<u16>,
    ) -> Result<()> {
        let now = self.now();
        let Some(live) = self.calls.get_mut(&id) else { return Ok(()) };
        let Some(desk) = live.desk.take_if(|desk| desk.leg == *leg) else { return Ok(()) };
        if live.joined {
            return self.finish(id, Side::Company, why == Ending::Failed, code).await;
        }
        live.go(model::call::Stretch::Wait, now);
        let (tenant, person) = (live.tenant, desk.person);
        let declined = why == Ending::Declined
            && self.wants(tenant, person, Intent::Decline { conversation: id }).await?;
        if !declined {
            self.service.write(tenant, move |tx| rows::cannot_ring(tx, id, person)).await?;
        }
        self.settle(id).await
    }

    /// A call belongs nowhere any more: a command, or a deadline, ended it.
    pub(super) async fn hang_up(&mut self, id: ConversationId) -> Result<()> {
        self.finish(id, Side::Company, false, None).await
    }

    /// Ends all that is left of a call, and says so in its conversation.
    async fn finish(&mut self, id: ConversationId, by: Side, failed: bool, code: Option<u16>) -> Result<()> {
        let now = self.now();
        let Some(live) = self.calls.remove(&id) else { return Ok(()) };
        let so_far = live.so_far(now);
        let Live { tenant, caller, desk, joined, recording, recordings, line, .. } = live;
        if recording {
            unless_gone(self.exchange.record(&caller, None).await);
        }
        self.let_go(&caller).await;
        if let Some(desk) = desk {
            self.let_go(&desk.leg).await;
        }
        let end = End { by, code, failed, spoken: joined, so_far, line };
        self.service.write(tenant, move |tx| rows::over(tx, id, &end)).await?;
        self.keep_recordings(tenant, id, line, recordings);
        Ok(())
    }

    /// What was recorded of a call goes with the line that says how it ended, once all of it is written.
    pub(super) fn keep_recordings(
        &self,
        tenant: TenantId,
        id: ConversationId,
        line: MessageId,
        recordings: Vec<JoinHandle<Recorded>>,
    ) {
        if recordings.is_empty() {
            return;
        }
        let service = self.service.clone();
        tokio::spawn(async move {
            let mut files = Vec::new();
            for recording in recordings {
                files.extend(recording.await.map(|recorded| recorded.files).unwrap_or_default());
            }
            if files.is_empty() {
                return;
            }
            let kept = service.write(tenant, move |tx| rows::recorded(tx, id, line, files)).await;
            if let Err(error) = kept {
                tracing::error!(%error, "a recording could not be kept with its call");
            }
        });
    }
}
