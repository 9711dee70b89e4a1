//! What opens the files: typed, or changed in the settings.

use model::Personal;

use crate::{
    Failure, FailureCode,
    core::{Desk, State},
    view::{Keys, Passphrase},
    workplace::keys::{Places, Unlock},
};

impl Desk {
    /// Opens the locked workspace with what somebody typed, for the one purpose that it can have now. Answers whether that
    /// opened it; nothing is touched if not.
    pub(super) async fn open_with(&self, passphrase: Personal, purpose: Passphrase) -> Result<(), Failure> {
        let passphrase = secrecy::SecretString::from(passphrase.into_inner());
        let (found, opening) = self
            .with(move |core| {
                let unlock = match &core.state {
                    State::Locked(locked) if locked.passphrase == purpose => match purpose {
                        Passphrase::Choose => Unlock::Choose(passphrase),
                        Passphrase::Enter => Unlock::Passphrase(passphrase, locked.why),
                        Passphrase::No => return Err(FailureCode::TooLate.into()),
                    },
                    _ => return Err(FailureCode::TooLate.into()),
                };
                Ok((core.try_door(unlock)?, core.opening))
            })
            .await?;
        let (known, found) = found.await.map_err(|_| Failure::from(FailureCode::Fault))?;
        self.with_same(opening, move |core| core.tried(&known, found)).await
    }

    /// Changes what opens the files of the open workspace.
    pub(super) async fn keys(
        &self,
        change: impl FnOnce(Places) -> Result<Keys, Failure> + std::marker::Send + 'static,
    ) -> Result<Keys, Failure> {
        let (changed, opening) = self.with(|core| Ok((core.places(change)?, core.opening))).await?;
        let keys = changed.await.map_err(|_| Failure::from(FailureCode::Fault))??;
        self.with_same(opening, move |core| {
            core.place()?.keys = keys;
            Ok(keys)
        })
        .await
    }
}
