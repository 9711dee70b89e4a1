//! The practice workspace.

use std::sync::Arc;

use model::Slug;

use crate::{Failure, FailureCode, core::Desk, ports::Embedded, view::Push, words};

impl Desk {
    /// The service of the practice workspace, and the reader's language.
    pub(super) async fn practice(&self) -> Result<(Arc<dyn Embedded>, Slug), Failure> {
        self.with(|core| {
            let language = words::code(core.settings.language).parse().map_err(|_| FailureCode::Fault)?;
            if !core.place()?.practice {
                return Err(FailureCode::NotAllowed.into());
            }
            let embedded = core.embedded.clone().ok_or(FailureCode::NotAllowed)?;
            Ok((embedded, language))
        })
        .await
    }

    /// Tells the window who writes.
    pub(super) async fn push_practice(
        &self,
        embedded: &dyn Embedded,
        language: &Slug,
    ) -> Result<(), Failure> {
        let customers = embedded.practice(language).await;
        self.with(move |core| {
            core.push(Push::Practice { customers });
            Ok(())
        })
        .await
    }
}
