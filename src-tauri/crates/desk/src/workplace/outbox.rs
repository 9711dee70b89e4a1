//! What the advisor does, written down before it is shown: sending, taking back, trying again.

use model::{
    At, Attachment, Channel, CommandId, ConversationId, FollowUpId, Intent, MacroId, MessageId, Personal,
    Slug,
    at::{DAY, SECOND},
    follow_up::FollowUpChange,
    limits::TEXT_CHARS,
    wire::{Command, Outcome},
};
use store::{
    cache,
    work::{
        self,
        outbox::{self, Pending, Policy, State},
    },
};
use uuid::Uuid;

use super::Workplace;
use crate::{
    Failure, FailureCode,
    core::Core,
    live::timeline,
    sync::{Input, Landing, lanes::Item},
    view::{Draft, DraftFile, DraftMode, TimelineItem},
};

/// A reply to a live chat that could not go out for so long is not sent without a look. Shorter than the service's
/// presence timeout, after which the chat is somebody else's.
const LIVE_TTL: i64 = 45 * SECOND;
/// Anything else may wait for so long.
const ASYNC_TTL: i64 = 14 * DAY;
/// Commands that may wait at once.
const MOST: usize = 2_000;
/// Bytes of files that may wait at once.
const MOST_BYTES: i64 = 200 * 1024 * 1024;

impl Workplace {
    /// Reads the outbox from its file: after a start nothing is on its way.
    pub(super) fn read_outbox(&mut self) -> Result<(), Failure> {
        outbox::nothing_inflight(self.work.rows())?;
        let (rows, unreadable) = outbox::open_rows(self.work.rows())?;
        if unreadable > 0 {
            tracing::error!(unreadable, "rows of the outbox cannot be read; they stay where they are");
        }
        self.pending = rows;
        Ok(())
    }

    /// What waits to be sent, for the sync machine.
    pub(super) fn waiting_items(&self) -> Vec<Item> {
        self.pending.iter().filter(|row| row.state == State::Queued).map(item).collect()
    }

    /// Writes a command down and lets it go out.
    pub(crate) fn enqueue(
        &mut self,
        core: &mut Core,
        id: CommandId,
        intent: Intent,
        policy: Policy,
        wait_ms: i64,
    ) -> Result<Pending, Failure> {
        self.enqueue_in_place_of(core, None, id, intent, policy, wait_ms)
    }

    /// The same; what it takes the place of is taken back in the same moment, so that neither is lost nor doubled.
    fn enqueue_in_place_of(
        &mut self,
        core: &mut Core,
        older: Option<CommandId>,
        id: CommandId,
        intent: Intent,
        policy: Policy,
        wait_ms: i64,
    ) -> Result<Pending, Failure> {
        if self.pending.len() >= MOST {
            return Err(Failure::new(
                FailureCode::NotSaved,
                "2,000 changes wait to be sent. Nothing more can be saved until the line is back.",
            ));
        }
        let now = core.now().wall;
        let not_before = (wait_ms > 0).then(|| now + wait_ms);
        let ttl = match policy {
            Policy::Live => LIVE_TTL,
            Policy::Async => ASYNC_TTL,
        };
        let expires = Some(now + wait_ms + ttl);
        let command = Command { id, device: self.device, after: None, intent, at: now };
        let row = self.work.together(|sql| {
            if let Some(older) = older {
                outbox::set_state(sql, older, State::Cancelled, None)?;
            }
            outbox::add(sql, command, policy, not_before, expires, now)
        })?;
        self.pending.push(row.clone());
        self.touched_row(&row);
        self.dirty.connection = true;
        self.step(core, Input::Queued(item(&row)));
        Ok(row)
    }

    /// Writes down something that may wait and has nothing to undo.
    pub(crate) fn enqueue_now(&mut self, core: &mut Core, intent: Intent) -> Result<(), Failure> {
        let id = CommandId(Uuid::now_v7());
        self.enqueue(core, id, intent, Policy::Async, 0).map(|_| ())
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
        let row = match self.pending.iter().find(|row| row.command.id == id) {
            Some(row) => Some(row.clone()),
            None => outbox::load(self.work.rows(), id).ok().flatten(),
        };
        if let Some(row) = row {
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
        let conversation = cache::conversation::load(self.cache.rows(), id)?
            .ok_or_else(|| Failure::from(FailureCode::Gone))?;
        let live = conversation.channel == Channel::Chat && self.moment.there.contains(&id);
        let wait = i64::from(core.settings.undo_send_s) * SECOND;
        let (intent, policy) = match mode {
            DraftMode::Reply => {
                if self.me.as_ref().map(|me| me.id) != conversation.owner {
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
        let row = self.enqueue(core, command, intent, policy, wait)?;
        if let Err(failure) = self.clear_draft(id, mode, now.wall) {
            tracing::error!(%failure, "a draft that was sent cannot be forgotten");
        }
        if let Some(from_macro) = from_macro
            && let Err(failure) = self.follow_macro(id, from_macro, command)
        {
            tracing::error!(%failure, "what a macro does besides cannot be read");
        }
        self.moment.stopped_typing(id, self.me.as_ref().map(|me| me.id));
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
                let file = work::file::load(self.work.rows(), sha256)?.ok_or_else(|| {
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
        if row.state != State::Queued && !row.state.needs_attention() {
            return Err(FailureCode::TooLate.into());
        }
        let (conversation, mode, text, attachments) = match &row.command.intent {
            Intent::Reply { conversation, text, attachments } => {
                (*conversation, DraftMode::Reply, text.clone(), attachments.clone())
            }
            Intent::Note { conversation, text, attachments, .. } => {
                (*conversation, DraftMode::Note, text.clone(), attachments.clone())
            }
            _ => return Err(FailureCode::Invalid.into()),
        };
        let now = core.now().wall;
        let mut draft: Draft = work::draft::load(self.work.rows(), conversation)?.unwrap_or_default();
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
        self.work.together(|sql| {
            work::draft::save(sql, conversation, &draft, now)?;
            outbox::set_state(sql, id, State::Cancelled, None)
        })?;
        self.take_after(id);
        self.drop_row(core, id);
        Ok((conversation, draft))
    }

    /// Lets what did not go through go.
    pub(crate) fn discard(&mut self, core: &mut Core, id: CommandId) -> Result<(), Failure> {
        let row = self.row(id)?;
        if !row.state.needs_attention() {
            return Err(FailureCode::TooLate.into());
        }
        outbox::set_state(self.work.rows(), id, State::Cancelled, None)?;
        self.take_after(id);
        self.drop_row(core, id);
        self.forget_files();
        Ok(())
    }

    /// Tries again what did not go through, under a new name: the service keeps its answer to the old one. A change that
    /// met somebody else's is made over theirs.
    pub(crate) fn retry(&mut self, core: &mut Core, id: CommandId) -> Result<(), Failure> {
        let row = self.row(id)?;
        if !row.state.needs_attention() {
            return Err(FailureCode::TooLate.into());
        }
        let intent = match (row.command.intent.clone(), &row.outcome) {
            (Intent::ChangeFollowUp { id, change, .. }, Some(Outcome::Conflict { version, .. })) => {
                Intent::ChangeFollowUp { id, change, base: *version }
            }
            (intent, _) => intent,
        };
        let policy = match &intent {
            // Live or not is looked at again: the customer may have left meanwhile.
            Intent::Reply { conversation, .. } if self.moment.there.contains(conversation) => Policy::Live,
            _ => Policy::Async,
        };
        let again = CommandId(Uuid::now_v7());
        // What was to follow the message follows it under its new name.
        if let Some(after) = self.take_after(id) {
            self.keep_after(again, after)?;
        }
        self.enqueue_in_place_of(core, Some(id), again, intent, policy, 0)?;
        self.drop_row(core, id);
        Ok(())
    }

    /// Sends now what would go out in a moment.
    pub(crate) fn send_now(&mut self, core: &mut Core, id: CommandId) -> Result<(), Failure> {
        let row = self.row(id)?;
        if row.state == State::Queued {
            outbox::set_queued(self.work.rows(), id, row.attempts, None)?;
            if let Some(row) = self.pending.iter_mut().find(|row| row.command.id == id) {
                row.not_before = None;
            }
            self.touched_row_by_id(id);
            self.step(core, Input::SendNow(id));
        }
        Ok(())
    }

    /// Changes one field of a loop, based on how often it had changed when the reader saw it.
    pub(crate) fn change_follow_up(
        &mut self,
        core: &mut Core,
        id: FollowUpId,
        change: FollowUpChange,
    ) -> Result<(), Failure> {
        let mut known = cache::follow_up::load(self.cache.rows(), id)?;
        // Own changes that are on their way will have counted by then; one that changes nothing never counts.
        for row in &self.pending {
            let Intent::ChangeFollowUp { id: other, change: before, .. } = &row.command.intent else {
                continue;
            };
            if let Some(known) = &mut known
                && *other == id
                && row.state.is_shown()
                && !row.state.needs_attention()
                && !known.has(before)
            {
                known.apply(before.clone(), "", row.made_at);
            }
        }
        if known.as_ref().is_some_and(|known| known.has(&change)) {
            return Ok(());
        }
        let base = known.map_or(0, |known| known.fields.of(&change));
        self.enqueue_now(core, Intent::ChangeFollowUp { id, change, base })
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
        self.pending
            .iter()
            .find(|row| row.command.id == id)
            .cloned()
            .ok_or_else(|| FailureCode::TooLate.into())
    }

    fn drop_row(&mut self, core: &mut Core, id: CommandId) {
        self.touched_row_by_id(id);
        self.pending.retain(|row| row.command.id != id);
        self.dirty.attention = true;
        self.dirty.connection = true;
        self.step(core, Input::Unqueued(id));
    }

    /// Writes what became of a command to the file and to the mirror.
    pub(super) fn write_landing(&mut self, id: CommandId, landing: &Landing) -> store::Result<()> {
        let sql = self.work.rows();
        let (state, outcome) = match landing {
            Landing::Inflight => (State::Inflight, None),
            Landing::Queued { attempts } => {
                outbox::set_queued(sql, id, *attempts, None)?;
                (State::Queued, None)
            }
            Landing::Acked { seq, epoch, outcome } => {
                outbox::set_acked(sql, id, *epoch, *seq, outcome)?;
                (State::Acked, Some(outcome))
            }
            Landing::Conflict(outcome) => (State::Conflict, Some(outcome)),
            Landing::Wedged(outcome) => (State::Wedged, Some(outcome)),
            Landing::Orphaned(outcome) => (State::Orphaned, Some(outcome)),
            Landing::Expired => (State::Expired, None),
        };
        if !matches!(landing, Landing::Queued { .. } | Landing::Acked { .. }) {
            outbox::set_state(sql, id, state, outcome)?;
        }
        if let Some(row) = self.pending.iter_mut().find(|row| row.command.id == id) {
            row.state = state;
            row.outcome = outcome.cloned().or_else(|| row.outcome.take());
            if let Landing::Queued { attempts } = landing {
                row.attempts = *attempts;
                row.not_before = None;
            }
        }
        Ok(())
    }

    /// Keeps what is being written; an empty draft is forgotten.
    pub(crate) fn save_draft(&mut self, id: ConversationId, draft: &Draft, now: At) -> Result<(), Failure> {
        let empty =
            draft.reply.trim().is_empty() && draft.note.trim().is_empty() && draft.attachments.is_empty();
        if empty {
            work::draft::forget(self.work.rows(), id)?;
        } else {
            work::draft::save(self.work.rows(), id, draft, now)?;
        }
        self.dirty.conversation(id);
        Ok(())
    }

    /// What was sent is no longer a draft.
    fn clear_draft(&mut self, id: ConversationId, mode: DraftMode, now: At) -> Result<(), Failure> {
        let mut draft: Draft = work::draft::load(self.work.rows(), id)?.unwrap_or_default();
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
        if work::file::total_bytes(self.work.rows())? + size > MOST_BYTES {
            return Err(Failure::new(
                FailureCode::NotSaved,
                "200 MB of files wait to be sent. Send or discard some first.",
            ));
        }
        let mut draft: Draft = work::draft::load(self.work.rows(), id)?.unwrap_or_default();
        let added = DraftFile {
            sha256: sha256.to_owned(),
            name: file.name.as_str().into(),
            mime: file.mime.clone(),
            size: u32::try_from(size).unwrap_or(u32::MAX),
        };
        if !draft.attachments.iter().any(|known| known.sha256 == sha256) {
            draft.attachments.push(added.clone());
        }
        self.work.together(|sql| {
            work::file::keep(sql, sha256, file, now)?;
            work::draft::save(sql, id, &draft, now)
        })?;
        Ok((added, draft))
    }

    /// Forgets files that no draft and no waiting message needs.
    pub(super) fn forget_files(&self) {
        if work::file::total_bytes(self.work.rows()).is_ok_and(|bytes| bytes == 0) {
            return;
        }
        let mut needed: Vec<String> = self
            .pending
            .iter()
            .flat_map(|row| outbox::attachments(&row.command.intent))
            .map(|attachment| attachment.sha256.clone())
            .collect();
        let drafts = work::draft::conversations(self.work.rows()).unwrap_or_default();
        for id in drafts {
            if let Ok(Some(draft)) = work::draft::load::<Draft>(self.work.rows(), id) {
                needed.extend(draft.attachments.into_iter().map(|file| file.sha256));
            }
        }
        if let Err(error) = work::file::forget_others(self.work.rows(), &needed) {
            tracing::error!(%error, "files that are not needed any more cannot be forgotten");
        }
    }
}

/// A row as far as its order matters.
fn item(row: &Pending) -> Item {
    Item {
        id: row.command.id,
        lane: row.lane.clone(),
        not_before: row.not_before,
        expires: row.expires_at,
        files: !outbox::attachments(&row.command.intent).is_empty(),
        attempts: row.attempts,
    }
}
