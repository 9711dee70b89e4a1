//! What cannot wait offline: done by the service at once, or not at all.

use backend::{Backend, Trouble};
use model::{
    CommandId, Intent,
    wire::{Command, Outcome, Rejection},
};
use uuid::Uuid;

use crate::{Failure, FailureCode, core::Desk};

/// How often a command that got no answer is sent again, under the same name.
const TRIES: u32 = 3;

impl Desk {
    /// Has the service do something that cannot wait offline; answers once its effect can be shown.
    pub(super) async fn command(&self, intent: Intent) -> Result<(), Failure> {
        let seq = self.tell(CommandId(Uuid::now_v7()), intent).await?;
        let shown = self.with(move |core| Ok(core.place()?.shown_from(seq))).await?;
        shown.await;
        Ok(())
    }

    /// Has the service do something under that name; answers its number in the log.
    pub(super) async fn tell(&self, id: CommandId, intent: Intent) -> Result<u64, Failure> {
        let (backend, command) = self
            .with(move |core| {
                let now = core.now();
                let place = core.place()?;
                let backend = place.service()?;
                if place.connection_is_down() {
                    return Err(FailureCode::Offline.into());
                }
                Ok((backend, Command::new(id, place.replica.device(), intent, now.wall)))
            })
            .await?;
        done(submit(&*backend, command).await?)
    }
}

/// Sends a command; again, under the same name, when no answer came.
async fn submit(backend: &dyn Backend, command: Command) -> Result<Outcome, Failure> {
    let mut last = Trouble::Unreachable;
    for _ in 0..TRIES {
        match backend.submit(vec![command.clone()]).await {
            Ok(answer) => match answer.receipts.into_iter().next().map(|receipt| receipt.outcome) {
                Some(Outcome::Retry { after_ms }) => {
                    tokio::time::sleep(std::time::Duration::from_millis(after_ms.min(2_000).into())).await;
                    last = Trouble::Wait { after_ms };
                }
                Some(outcome) => return Ok(outcome),
                None => return Err(FailureCode::Service.into()),
            },
            Err(Trouble::Unreachable) => last = Trouble::Unreachable,
            Err(trouble) => return Err(trouble.into()),
        }
    }
    Err(last.into())
}

/// The number of a done command in the log, or why it was not done.
fn done(outcome: Outcome) -> Result<u64, Failure> {
    let (code, message) = match outcome {
        Outcome::Applied { seq } | Outcome::Noop { seq } => return Ok(seq),
        Outcome::Rejected { code, message } => (code, message),
        Outcome::Conflict { .. } | Outcome::Retry { .. } => return Err(FailureCode::TooLate.into()),
    };
    Err(match code {
        Rejection::NotOffered | Rejection::Closed | Rejection::Stale | Rejection::Expired => {
            FailureCode::TooLate.into()
        }
        Rejection::NotAssigned | Rejection::Forbidden => FailureCode::NotAllowed.into(),
        Rejection::Gone => FailureCode::Gone.into(),
        Rejection::Invalid | Rejection::TooLarge => Failure::new(FailureCode::Invalid, message),
        Rejection::BlobMissing | Rejection::IdReused => FailureCode::Fault.into(),
    })
}
