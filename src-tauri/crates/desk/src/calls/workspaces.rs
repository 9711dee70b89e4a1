//! Workspaces: added, signed in to, signed out of.

use backend::native::{Address, NotAnAddress, sign_in::SignIn};
use uuid::Uuid;

use crate::{
    Failure, FailureCode,
    core::{Core, Desk},
    settings::Known,
};

/// How long the service may take to hear that somebody leaves.
const REVOKE: std::time::Duration = std::time::Duration::from_secs(5);

impl Desk {
    /// Opens the workspace at an address, one that is known or a new one, and begins to sign in to it.
    pub(super) async fn join(&self, address: &str) -> Result<(), Failure> {
        let address: Address = address
            .parse()
            .map_err(|error: NotAnAddress| Failure::new(FailureCode::Invalid, error.to_string()))?;
        self.with(move |core| {
            let address = address.origin();
            let known = core.workspaces.known.iter().find(|known| known.address.as_ref() == Some(&address));
            let id = match known {
                Some(known) => known.id.clone(),
                None => {
                    let id = Uuid::now_v7().simple().to_string();
                    let name =
                        address.trim_start_matches("https://").trim_start_matches("http://").to_owned();
                    core.workspaces.known.push(Known { id: id.clone(), name, address: Some(address) });
                    id
                }
            };
            core.use_workspace(&id)
        })
        .await?;
        self.begin_sign_in().await
    }

    /// Opens the sign-in page of the current workspace.
    pub(super) async fn begin_sign_in(&self) -> Result<(), Failure> {
        let (address, opening) = self
            .with(|core| {
                let known = core.workspaces.current().ok_or(FailureCode::Gone)?;
                let address = known.address.as_deref().ok_or(FailureCode::Invalid)?;
                let address: Address = address.parse().map_err(|_| FailureCode::Invalid)?;
                Ok((address, core.opening))
            })
            .await?;
        let sign_in = SignIn::begin(address.clone()).await?;
        self.with_same(opening, move |core| {
            core.wait_for_sign_in(sign_in, &address);
            Ok(())
        })
        .await
    }

    /// Signs out of the current workspace, at the service and here.
    pub(super) async fn leave_workspace(&self, even_unsent: bool) -> Result<(), Failure> {
        let may = move |core: &mut Core| {
            let now = core.now();
            let place = core.place()?;
            if place.practice {
                return Err(Failure::new(
                    FailureCode::Invalid,
                    "Nobody is signed in to the practice workspace.",
                ));
            }
            if !even_unsent && place.has_unsent(now) {
                return Err(FailureCode::Unsent.into());
            }
            Ok(())
        };
        let (backend, opening) = self
            .with(move |core| {
                may(core)?;
                Ok((core.place()?.backend.clone(), core.opening))
            })
            .await?;
        if let Some(backend) = backend {
            // Without a line the token is destroyed here all the same.
            let _ = tokio::time::timeout(REVOKE, backend.sign_out()).await;
        }
        // Something may have been written meanwhile.
        let gone = self.with_same(opening, move |core| may(core).and_then(|()| core.sign_out())).await?;
        gone.await.map_err(|_| Failure::from(FailureCode::Fault))?
    }
}
