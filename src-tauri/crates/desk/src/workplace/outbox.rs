//! What the advisor does, written down before it is shown: sending, taking back, trying again.

use model::{
    At, Attachment, Channel, CommandId, ConversationId, FollowUpId, Intent, MacroId, MessageId, Personal,
    Slug, at::SECOND, follow_up::FollowUpChange, limits::TEXT_CHARS,
};
use store::{
    cache,
    work::{
        self,
        outbox::{self, Pending, Policy},
    },
};
use uuid::Uuid;

use super::Workplace;
use crate::{
    Failure, FailureCode,
    clock::Now,
    core::Core,
    live::timeline,
    quota::{self, Waiting},
    replica::{NotSaved, Wish},
    view::{Draft, DraftFile, DraftMode, TimelineItem},
};

impl Workplace {
    /// Writes a wish down and lets it go out.
    fn add(&mut self, core: &mut Core, wish: Wish) -> Result<Pending, Failure> {
        let now = core.now();
        if self.waiting(now).is_full() {
            return Err(FailureCode::Full.into());
        }
        let (row, deeds) = self.replica.add(wish, now)?;
        self.follow(core, deeds);
        Ok(row)
    }

    /// Writes down something that may wait and has nothing to undo.
    pub(crate) fn enqueue_now(&mut self, core: &mut Core, intent: Intent) -> Result<(), Failure> {
        self.add(core, Wish::new(CommandId(Uuid::now_v7()), intent)).map(|_| ())
    }

    /// What a row lays over what is shown is to be painted again.
    pub(super) fn touched_row(&mut self, row: &Pending) {
        match &row.command.intent {
            Intent::Reply { conversation, .. } | Intent::Note { conversation, .. } => {
                self.dirty.line(*conversation, MessageId(row.command.id.0));
            }
            Intent::Read { conversation, .. } | Intent::SetReason { conversation, .. } => {
                self.dirty.conversation(*conversation);
                self.dirty.card = true;
            }
            Intent::AddFollowUp { .. } | Intent::ChangeFollowUp { .. } => {
                self.dirty.follow_ups = true;
                self.dirty.card = true;
            }
            _ => {}
        }
    }

    pub(super) fn touched_row_by_id(&mut self, id: CommandId) {
        // One that is settled for good is in a deed of the same step.
        if let Some(row) = self.replica.row(id).cloned() {
            self.touched_row(&row);
        }
    }

    /// Sends what was written. The line stands in the outbox, and the draft is empty, before this answers.
    pub(crate) fn send(
        &mut self,
        core: &mut Core,
        id: ConversationId,
        mode: DraftMode,
        text: Personal,
        files: &[String],
        from_macro: Option<MacroId>,
    ) -> Result<TimelineItem, Failure> {
        if text.chars().count() > TEXT_CHARS {
            return Err(Failure::new(FailureCode::Invalid, "A message may have up to 32,000 characters."));
        }
        let attachments = self.attachments(files)?;
        if text.trim().is_empty() && attachments.is_empty() {
            return Err(Failure::new(FailureCode::Invalid, "Write something first."));
        }
        let now = core.now();
        let conversation = cache::conversation::load(self.replica.cache.rows(), id)?
            .ok_or_else(|| Failure::from(FailureCode::Gone))?;
        let live = conversation.channel == Channel::Chat && self.moment.there.contains(&id);
        let wait = i64::from(core.settings.undo_send_s) * SECOND;
        let (intent, policy) = match mode {
            DraftMode::Reply => {
                if self.replica.me().map(|me| me.id) != conversation.owner {
                    return Err(FailureCode::NotAllowed.into());
                }
                let policy = if live { Policy::Live } else { Policy::Async };
                (Intent::Reply { conversation: id, text, attachments }, policy)
            }
            DraftMode::Note => {
                let mentions = self.mentioned(&text);
                (Intent::Note { conversation: id, text, attachments, mentions }, Policy::Async)
            }
        };
        // What the answer needs is there: once the message is in the outbox, a failure would have it written twice.
        self.scene_or(now)?;
        let command = CommandId(Uuid::now_v7());
        let row = self.add(core, Wish { id: command, intent, policy, wait_ms: wait, in_place_of: None })?;
        if let Err(failure) = self.clear_draft(id, mode, now.wall) {
            tracing::error!(%failure, "a draft that was sent cannot be forgotten");
        }
        if let Some(from_macro) = from_macro
            && let Err(failure) = self.follow_macro(id, from_macro, command)
        {
            tracing::error!(%failure, "what a macro does besides cannot be read");
        }
        self.moment.stopped_typing(id, self.replica.me().map(|me| me.id));
        let scene = self.scene_or(now)?;
        timeline::one(&scene, &conversation, MessageId(row.command.id.0))?
            .ok_or_else(|| Failure::from(FailureCode::Fault))
    }

    /// Colleagues whose `@name` stands in a note.
    fn mentioned(&self, text: &str) -> Vec<model::PersonId> {
        self.people
            .values()
            .filter(|person| person.active && text.contains(&format!("@{}", person.name)))
            .map(|person| person.id)
            .collect()
    }

    /// Draft files as attachments of a message; what they really are the service says.
    fn attachments(&self, files: &[String]) -> Result<Vec<Attachment>, Failure> {
        files
            .iter()
            .map(|sha256| {
                let file = work::file::load(self.replica.work.rows(), sha256)?.ok_or_else(|| {
                    Failure::new(FailureCode::Gone, "A file is not on this computer any more.")
                })?;
                Ok(Attachment {
                    sha256: sha256.clone(),
                    name: file.name.into(),
                    mime: file.mime,
                    size: u32::try_from(file.bytes.len()).unwrap_or(u32::MAX),
                    preview: None,
                })
            })
            .collect()
    }

    /// Takes back what has not gone out: it is a draft again.
    pub(crate) fn take_back(
        &mut self,
        core: &mut Core,
        id: CommandId,
    ) -> Result<(ConversationId, Draft), Failure> {
        let row = self.row(id)?;
        let (conversation, mode, text, attachments) = match &row.command.intent {
            Intent::Reply { conversation, text, attachments } => {
                (*conversation, DraftMode::Reply, text.clone(), attachments.clone())
            }
            Intent::Note { conversation, text, attachments, .. } => {
                (*conversation, DraftMode::Note, text.clone(), attachments.clone())
            }
            _ => return Err(FailureCode::Invalid.into()),
        };
        let now = core.now();
        let mut draft: Draft = work::draft::load(self.replica.work.rows(), conversation)?.unwrap_or_default();
        draft.mode = mode;
        let words = match mode {
            DraftMode::Reply => &mut draft.reply,
            DraftMode::Note => &mut draft.note,
        };
        // What was begun meanwhile stays, after what came back.
        *words = if words.trim().is_empty() { text } else { format!("{}\n\n{}", &*text, &**words).into() };
        for file in attachments {
            if !draft.attachments.iter().any(|known| known.sha256 == file.sha256) {
                let Attachment { sha256, name, mime, size, .. } = file;
                draft.attachments.push(DraftFile { sha256, name, mime, size });
            }
        }
        let besides = |sql: &store::Rows| work::draft::save(sql, conversation, &draft, now.wall);
        let deeds = self.replica.cancel(id, besides, now)?;
        self.take_after(id);
        self.follow(core, deeds);
        Ok((conversation, draft))
    }

    /// Lets go what did not go through, or what never went out.
    pub(crate) fn discard(&mut self, core: &mut Core, id: CommandId) -> Result<(), Failure> {
        let deeds = self.replica.cancel(id, |_| Ok(()), core.now())?;
        self.take_after(id);
        self.follow(core, deeds);
        self.forget_files();
        Ok(())
    }

    /// It was read what was saved from a damaged work file, and where that is kept.
    pub(crate) fn salvaged_is_read(&mut self) -> Result<(), Failure> {
        work::salvage::forget(self.replica.work.rows())?;
        self.salvaged = None;
        self.dirty.connection = true;
        Ok(())
    }

    /// Tries again what did not go through, under a new name: the service keeps its answer to the old one. A change that
    /// met somebody else's is made over theirs.
    pub(crate) fn retry(&mut self, core: &mut Core, id: CommandId) -> Result<(), Failure> {
        let policy = match &self.row(id)?.command.intent {
            // Live or not is looked at again: the customer may have left meanwhile.
            Intent::Reply { conversation, .. } if self.moment.there.contains(conversation) => Policy::Live,
            _ => Policy::Async,
        };
        let again = CommandId(Uuid::now_v7());
        // What was to follow the message follows it under its new name: kept under both until there is one.
        if let Some(after) = self.after.get(&id).cloned() {
            self.keep_after(again, after)?;
        }
        let tried = self.replica.retry(id, again, policy, core.now());
        self.take_after(if tried.is_ok() { id } else { again });
        self.follow(core, tried?);
        Ok(())
    }

    /// Sends now what would go out in a moment.
    pub(crate) fn send_now(&mut self, core: &mut Core, id: CommandId) -> Result<(), Failure> {
        let deeds = self.replica.send_now(id, core.now())?;
        self.follow(core, deeds);
        Ok(())
    }

    /// Changes one field of a loop, based on how often it had changed when the reader saw it.
    pub(crate) fn change_follow_up(
        &mut self,
        core: &mut Core,
        id: FollowUpId,
        change: FollowUpChange,
    ) -> Result<(), Failure> {
        let now = core.now();
        if self.waiting(now).is_full() {
            return Err(FailureCode::Full.into());
        }
        let deeds = self.replica.change_follow_up(CommandId(Uuid::now_v7()), id, change, now)?;
        self.follow(core, deeds);
        Ok(())
    }

    pub(crate) fn set_reason(
        &mut self,
        core: &mut Core,
        conversation: ConversationId,
        reason: Option<Slug>,
    ) -> Result<(), Failure> {
        self.enqueue_now(core, Intent::SetReason { conversation, reason })
    }

    fn row(&self, id: CommandId) -> Result<Pending, Failure> {
        self.replica.row(id).cloned().ok_or_else(|| FailureCode::TooLate.into())
    }

    /// Keeps what is being written; an empty draft is forgotten.
    pub(crate) fn save_draft(&mut self, id: ConversationId, draft: &Draft, now: At) -> Result<(), Failure> {
        let empty =
            draft.reply.trim().is_empty() && draft.note.trim().is_empty() && draft.attachments.is_empty();
        if empty {
            work::draft::forget(self.replica.work.rows(), id)?;
        } else {
            work::draft::save(self.replica.work.rows(), id, draft, now)?;
        }
        self.dirty.conversation(id);
        Ok(())
    }

    /// What was sent is no longer a draft.
    fn clear_draft(&mut self, id: ConversationId, mode: DraftMode, now: At) -> Result<(), Failure> {
        let mut draft: Draft = work::draft::load(self.replica.work.rows(), id)?.unwrap_or_default();
        match mode {
            DraftMode::Reply => draft.reply = Personal::default(),
            DraftMode::Note => draft.note = Personal::default(),
        }
        draft.attachments.clear();
        self.save_draft(id, &draft, now)
    }

    /// Puts a file into a draft.
    pub(crate) fn add_file(
        &mut self,
        id: ConversationId,
        sha256: &str,
        file: &work::file::Waiting,
        now: At,
    ) -> Result<(DraftFile, Draft), Failure> {
        let size = i64::try_from(file.bytes.len()).unwrap_or(i64::MAX);
        if work::file::total_bytes(self.replica.work.rows())? + size > quota::BYTES {
            return Err(FailureCode::Full.into());
        }
        let mut draft: Draft = work::draft::load(self.replica.work.rows(), id)?.unwrap_or_default();
        let added = DraftFile {
            sha256: sha256.to_owned(),
            name: file.name.as_str().into(),
            mime: file.mime.clone(),
            size: u32::try_from(size).unwrap_or(u32::MAX),
        };
        if !draft.attachments.iter().any(|known| known.sha256 == sha256) {
            draft.attachments.push(added.clone());
        }
        self.replica.work.together(|sql| {
            work::file::keep(sql, sha256, file, now)?;
            work::draft::save(sql, id, &draft, now)
        })?;
        self.count_bytes();
        Ok((added, draft))
    }

    /// Forgets files that no draft and no waiting message needs.
    pub(super) fn forget_files(&mut self) {
        if work::file::total_bytes(self.replica.work.rows()).is_ok_and(|bytes| bytes == 0) {
            return;
        }
        let mut needed: Vec<String> = self
            .replica
            .pending()
            .iter()
            .flat_map(|row| outbox::attachments(&row.command.intent))
            .map(|attachment| attachment.sha256.clone())
            .collect();
        let drafts = work::draft::conversations(self.replica.work.rows()).unwrap_or_default();
        for id in drafts {
            if let Ok(Some(draft)) = work::draft::load::<Draft>(self.replica.work.rows(), id) {
                needed.extend(draft.attachments.into_iter().map(|file| file.sha256));
            }
        }
        if let Err(error) = work::file::forget_others(self.replica.work.rows(), &needed) {
            tracing::error!(%error, "files that are not needed any more cannot be forgotten");
        }
        self.count_bytes();
    }

    /// How many bytes of files wait: counted when that changes, because it is asked for with every painting.
    pub(super) fn count_bytes(&mut self) {
        match work::file::total_bytes(self.replica.work.rows()) {
            Ok(bytes) => self.waiting_bytes = bytes,
            Err(error) => tracing::error!(%error, "the files that wait cannot be counted"),
        }
        self.dirty.connection = true;
    }

    /// How much waits to be sent.
    pub(super) fn waiting(&self, now: Now) -> Waiting {
        let pending = self.replica.pending();
        let waits = pending.iter().filter(|row| row.state.waits());
        let oldest = waits.map(|row| row.made_at).min();
        Waiting {
            changes: pending.len(),
            bytes: self.waiting_bytes,
            age: oldest.map_or(0, |oldest| self.service_time(now).since(oldest)),
        }
    }
}

impl From<NotSaved> for Failure {
    fn from(not_saved: NotSaved) -> Self {
        match not_saved {
            NotSaved::Full => FailureCode::Full.into(),
            NotSaved::TooLate => FailureCode::TooLate.into(),
            NotSaved::Store(error) => error.into(),
        }
    }
}
