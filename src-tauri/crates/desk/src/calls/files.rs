//! Files on their way into a draft or out of a message, and pictures as they are shown.

use base64::{Engine, engine::general_purpose::STANDARD};
use model::{ConversationId, Personal, limits};
use sha2::{Digest, Sha256};
use store::{cache, work};

use crate::{
    Failure, FailureCode, api,
    core::Desk,
    downloads, uploads,
    view::{Draft, DraftFile, Dropped, Push, RefusedFile, RefusedWhy, Toast},
};

impl Desk {
    /// Takes the next piece of a file; with the last one it is in the draft.
    pub(super) async fn add_piece(&self, input: api::FileChunk) -> Result<Option<DraftFile>, Failure> {
        let piece = STANDARD.decode(&input.bytes).map_err(|_| Failure::from(FailureCode::Invalid))?;
        let whole = self
            .with(move |core| {
                let whole = core.take_piece(&input.upload, &piece, input.last)?;
                Ok(whole.map(|bytes| (core.opening, bytes)))
            })
            .await?;
        let Some((opening, bytes)) = whole else { return Ok(None) };
        self.add_whole_file(opening, input.id, input.name, bytes).await.map(Some)
    }

    /// Puts the picture of the clipboard into the draft, if there is one.
    pub(super) async fn add_pasted(
        &self,
        id: ConversationId,
        name: Personal,
    ) -> Result<Option<DraftFile>, Failure> {
        let (shell, opening) = self.with(|core| Ok((core.shell.clone(), core.opening))).await?;
        match shell.clipboard_picture().await {
            Some(bytes) => self.add_whole_file(opening, id, name, bytes).await.map(Some),
            None => Ok(None),
        }
    }

    /// Puts the files that were let go over the window into the draft.
    pub(super) async fn add_dropped_files(&self, id: ConversationId) -> Result<Dropped, Failure> {
        let (files, room, opening) = self
            .with(move |core| {
                let files = std::mem::take(&mut core.dropped);
                let draft: Option<Draft> = work::draft::load(core.place()?.replica.work.rows(), id)?;
                let has = draft.map_or(0, |draft| draft.attachments.len());
                Ok((files, limits::ATTACHMENTS.saturating_sub(has), core.opening))
            })
            .await?;
        let mut done = Dropped::default();
        for path in files {
            let name = Personal::from(path.file_name().unwrap_or_default().to_string_lossy().into_owned());
            if done.added.len() == room {
                done.refused.push(RefusedFile { name, why: RefusedWhy::TooMany });
                continue;
            }
            match tokio::task::spawn_blocking(move || uploads::read(&path)).await {
                Ok(Ok(bytes)) => done.added.push(self.add_whole_file(opening, id, name, bytes).await?),
                Ok(Err(why)) => done.refused.push(RefusedFile { name, why }),
                Err(_) => done.refused.push(RefusedFile { name, why: RefusedWhy::Unreadable }),
            }
        }
        Ok(done)
    }

    /// Saves an attachment where the computer keeps downloads.
    pub(super) async fn save_attachment(&self, input: api::SaveFile) -> Result<(), Failure> {
        let (backend, folder, kept) = self
            .with(move |core| {
                let folder = core.shell.downloads();
                let place = core.place()?;
                let kept = work::file::load(place.replica.work.rows(), &input.sha256)?.map(|file| file.bytes);
                Ok((place.backend.clone(), folder, (kept, input)))
            })
            .await?;
        let (kept, input) = kept;
        let bytes = match (kept, backend) {
            (Some(bytes), _) => bytes,
            (None, Some(backend)) => backend.blob(&input.sha256).await?,
            (None, None) => return Err(FailureCode::Offline.into()),
        };
        let path = tokio::task::spawn_blocking(move || downloads::save(&folder, &input.name, &bytes))
            .await
            .map_err(|_| Failure::from(FailureCode::Fault))?
            .map_err(|_| Failure::from(FailureCode::NotSaved))?;
        self.toast(Toast::FileSaved { path: path.display().to_string() });
        Ok(())
    }

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
