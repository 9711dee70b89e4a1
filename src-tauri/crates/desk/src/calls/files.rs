//! Files on their way into a draft, and pictures as they are shown.

use model::{ConversationId, Personal};
use sha2::{Digest, Sha256};
use store::{cache, work};

use crate::{
    Failure, FailureCode,
    core::Desk,
    view::{DraftFile, Push},
};

impl Desk {
    /// Keeps a file that is whole, and puts it into the draft of a conversation of the workspace open at `opening`.
    pub(super) async fn add_whole_file(
        &self,
        opening: u64,
        id: ConversationId,
        name: Personal,
        bytes: Vec<u8>,
    ) -> Result<DraftFile, Failure> {
        if bytes.is_empty() {
            return Err(Failure::new(FailureCode::Invalid, "This file is empty."));
        }
        let sha256 = hex::encode(Sha256::digest(&bytes));
        let file = work::file::Waiting { name: name.into_inner(), mime: kind_of(&bytes).to_owned(), bytes };
        self.with_same(opening, move |core| {
            let now = core.now().wall;
            let (added, draft) = core.place()?.add_file(id, &sha256, &file, now)?;
            core.push(Push::Draft { conversation: id, draft });
            Ok(added)
        })
        .await
    }

    /// The preview of a picture, from this computer or from the service.
    ///
    /// # Errors
    /// `Gone` when there is none, `Offline` without a line.
    pub async fn preview(&self, sha256: String) -> Result<(String, Vec<u8>), Failure> {
        let name = sha256.clone();
        let (kept, backend, opening) = self
            .with(move |core| {
                let opening = core.opening;
                let place = core.place()?;
                Ok((cache::preview::load(place.replica.cache.rows(), &name)?, place.backend.clone(), opening))
            })
            .await?;
        if let Some(kept) = kept {
            return Ok(kept);
        }
        let (mime, bytes) = backend.ok_or(FailureCode::Offline)?.preview(&sha256).await?;
        let (kind, copy) = (mime.clone(), bytes.clone());
        self.with_same(opening, move |core| {
            let now = core.now().wall;
            Ok(cache::preview::keep(core.place()?.replica.cache.rows(), &sha256, &kind, &copy, now)?)
        })
        .await?;
        Ok((mime, bytes))
    }
}

/// What a file looks like, for the chip in the draft; what it is, the service says.
fn kind_of(bytes: &[u8]) -> &'static str {
    const KINDS: [(&[u8], &str); 5] = [
        (b"\x89PNG", "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"GIF8", "image/gif"),
        (b"RIFF", "image/webp"),
        (b"%PDF-", "application/pdf"),
    ];
    KINDS
        .iter()
        .find(|(start, _)| bytes.starts_with(start))
        .map_or("application/octet-stream", |(_, kind)| kind)
}
