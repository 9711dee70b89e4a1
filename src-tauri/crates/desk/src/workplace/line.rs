//! What the sync machine wants, done: sockets and requests run elsewhere and send back what came of them.

use std::sync::Arc;

use backend::{Backend, Heard, Line, Trouble};
use model::{CommandId, wire::Command};
use store::work::{self, outbox};

use super::Workplace;
use crate::{
    core::Core,
    live::moment::Touches,
    sync::{Effect, Input, Landing, LineState},
};

/// Bytes of a file sent at once.
const PIECE: usize = 512 * 1024;

impl Workplace {
    /// One step of the machine, and everything that it wants done.
    pub(crate) fn step(&mut self, core: &mut Core, input: Input) {
        let before = self.sync.line();
        let now = core.now();
        let mut effects: std::collections::VecDeque<_> = self.sync.step(input, now).into();
        while let Some(effect) = effects.pop_front() {
            let next = self.do_effect(core, effect);
            if let Some(next) = next {
                effects.extend(self.sync.step(next, core.now()));
            }
        }
        let after = self.sync.line();
        if before != after {
            self.line_changed(core, before, after);
        }
    }

    fn line_changed(&mut self, core: &mut Core, before: LineState, after: LineState) {
        self.dirty.connection = true;
        if before == LineState::Live {
            // Without a line nobody knows what waits or who is there.
            self.moment.forget();
            self.presence_asked = false;
            for conversation in std::mem::take(&mut self.notified_offers) {
                core.shell.clear(&crate::ports::About::Offer(conversation));
            }
            self.dirty.offers = true;
            self.dirty.waiting = true;
            self.dirty.colleagues = true;
            self.dirty.me = true;
            self.dirty.supervise = true;
            self.dirty.conversations.extend(self.shown.conversation);
        }
        if after == LineState::Live {
            self.tell_missed(core);
            self.say_viewing();
        }
    }

    /// Does one thing. What it answers is the machine's next input.
    fn do_effect(&mut self, core: &mut Core, effect: Effect) -> Option<Input> {
        match effect {
            Effect::Dial => self.dial(core),
            Effect::HangUp => {
                self.line = None;
                self.line_no += 1;
                None
            }
            Effect::Say(frame) => {
                // A line that cannot take it is about to be noticed as dead.
                if let Some(line) = &self.line {
                    let _ = line.try_send(frame);
                }
                None
            }
            Effect::Apply { to, events } => Some(self.apply(core, to, &events)),
            Effect::Now(fact) => {
                let touches = self.moment.take(*fact, self.service_time(core.now()));
                self.moment_changed(core, touches);
                None
            }
            Effect::BeginSnapshot => {
                if let Err(error) = self.cache.begin_snapshot() {
                    tracing::error!(%error, "a snapshot cannot begin");
                    return Some(Input::SnapshotBegan(Err(Trouble::Fault)));
                }
                self.request(core, |backend| async move { Input::SnapshotBegan(backend.snapshot().await) })
            }
            Effect::TakePage(after) => self.take_page(core, after),
            Effect::FinishSnapshot { epoch, cursor } => {
                match self.cache.finish_snapshot(epoch, cursor, core.now().wall) {
                    Ok(()) => {
                        self.dirty.everything = true;
                        self.settle_done();
                        None
                    }
                    Err(error) => {
                        tracing::error!(%error, "a snapshot cannot be finished");
                        Some(Input::NotFinished)
                    }
                }
            }
            Effect::Upload(id) => self.upload(core, id),
            Effect::Submit(batch) => self.submit(core, &batch),
            Effect::Settle(id, landing) => {
                self.settle(core, id, &landing);
                None
            }
            Effect::Complete => {
                if let Err(error) = self.cache.complete(core.now().wall) {
                    tracing::error!(%error, "the time of completeness cannot be kept");
                }
                None
            }
        }
    }

    /// Asks the service something; what it says comes back as an input.
    fn request<F>(
        &self,
        core: &Core,
        ask: impl FnOnce(Arc<dyn Backend>) -> F + Send + 'static,
    ) -> Option<Input>
    where
        F: Future<Output = Input> + Send,
    {
        let backend = self.backend.clone()?;
        let (back, opening) = (core.back.clone(), self.opening);
        core.io.spawn(async move {
            let input = ask(backend).await;
            back.job(move |core| core.input(opening, input));
        });
        None
    }

    fn dial(&mut self, core: &Core) -> Option<Input> {
        self.line = None;
        self.line_no += 1;
        let line_no = self.line_no;
        let Some(backend) = self.backend.clone() else {
            return Some(Input::Dialled(Err(Trouble::Unreachable)));
        };
        let (back, opening) = (core.back.clone(), self.opening);
        core.io.spawn(async move {
            let Line { say, mut hear } = match backend.dial().await {
                Ok(line) => line,
                Err(trouble) => {
                    return back.job(move |core| core.heard(opening, line_no, Input::Dialled(Err(trouble))));
                }
            };
            back.job(move |core| {
                core.in_place(|_, place| {
                    if place.opening == opening && place.line_no == line_no {
                        place.line = Some(say);
                    }
                });
                core.heard(opening, line_no, Input::Dialled(Ok(())));
            });
            while let Some(heard) = hear.recv().await {
                let input = match heard {
                    Heard::Frame(frame) => Input::Heard(frame),
                    Heard::Closed(code) => Input::Closed(code),
                };
                back.job(move |core| core.heard(opening, line_no, input));
            }
        });
        None
    }

    fn take_page(&mut self, core: &Core, after: Option<String>) -> Option<Input> {
        let backend = self.backend.clone()?;
        let (back, opening) = (core.back.clone(), self.opening);
        core.io.spawn(async move {
            let page = backend.snapshot_page(after).await;
            back.job(move |core| {
                // A page of one workspace must never be written into another that was opened meanwhile.
                if core.opening != opening {
                    return;
                }
                let taken = core.in_place(|_, place| match page {
                    Ok(page) => match place.cache.put_page(&page.entities) {
                        Ok(()) => Ok(page.next),
                        Err(error) => {
                            tracing::error!(%error, "a page of a snapshot cannot be kept");
                            Err(Trouble::Fault)
                        }
                    },
                    Err(trouble) => Err(trouble),
                });
                if let Some(taken) = taken {
                    core.input(opening, Input::PageTaken(taken));
                }
            });
        });
        None
    }

    /// Applies changes: rows and cursor in one transaction, then what is done is settled, then it is shown.
    fn apply(&mut self, core: &mut Core, to: u64, events: &[model::wire::Event]) -> Input {
        let Some(me) = self.me.clone() else { return Input::NotApplied };
        match self.cache.apply(to, events, &me, core.now().wall) {
            Ok(touched) => {
                self.touched(&touched);
                self.settle_done();
                self.notice_events(core, events);
                let _ = self.applied.send_replace(to);
                Input::Applied
            }
            Err(error) => {
                tracing::error!(%error, "changes cannot be kept");
                Input::NotApplied
            }
        }
    }

    /// What the service confirmed and the cache shows is no longer laid over it.
    pub(super) fn settle_done(&mut self) {
        let Ok(position) = self.cache.position() else { return };
        let Some(epoch) = position.epoch else { return };
        match self.work.settle_done(epoch, position.cursor) {
            Ok(done) if !done.is_empty() => {
                self.pending.retain(|row| !done.contains(&row.command.id));
                for id in &done {
                    self.touched_row_by_id(*id);
                }
                self.dirty.connection = true;
                self.forget_files();
            }
            Ok(_) => {}
            Err(error) => tracing::error!(%error, "the outbox cannot be settled"),
        }
    }

    fn submit(&mut self, core: &Core, batch: &[(CommandId, Option<CommandId>)]) -> Option<Input> {
        let commands: Vec<Command> = batch
            .iter()
            .filter_map(|(id, after)| {
                let row = self.pending.iter().find(|row| row.command.id == *id)?;
                Some(Command { after: *after, ..row.command.clone() })
            })
            .collect();
        let ids: Vec<CommandId> = commands.iter().map(|command| command.id).collect();
        if ids.is_empty() {
            return None;
        }
        self.request(core, move |backend| async move {
            match backend.submit(commands).await {
                Ok(receipts) => Input::Receipts(receipts),
                Err(trouble) => Input::NoReceipts(ids, trouble),
            }
        })
    }

    /// Sends the files of a command, piece by piece, from where the service has them.
    fn upload(&mut self, core: &Core, id: CommandId) -> Option<Input> {
        let row = self.pending.iter().find(|row| row.command.id == id)?;
        let mut files = Vec::new();
        for attachment in outbox::attachments(&row.command.intent) {
            match work::file::load(self.work.rows(), &attachment.sha256) {
                Ok(Some(file)) => files.push((attachment.sha256.clone(), file)),
                _ => return Some(Input::Uploaded(id, Err(Trouble::NotFound))),
            }
        }
        self.request(core, move |backend| async move {
            for (sha256, file) in &files {
                if let Err(trouble) = send_file(&*backend, sha256, file).await {
                    return Input::Uploaded(id, Err(trouble));
                }
            }
            Input::Uploaded(id, Ok(()))
        })
    }

    /// Writes down what became of a command, and lets what it touches be painted again.
    fn settle(&mut self, core: &mut Core, id: CommandId, landing: &Landing) {
        if let Err(error) = self.write_landing(id, landing) {
            // The row keeps its older state: it is sent again, which does no harm.
            tracing::error!(%error, "what became of a command cannot be kept");
        }
        self.touched_row_by_id(id);
        self.dirty.connection = true;
        match landing {
            Landing::Acked { .. } => {
                self.message_arrived(core, id);
                // The echo may have come first.
                self.settle_done();
            }
            Landing::Conflict(_) | Landing::Wedged(_) | Landing::Orphaned(_) | Landing::Expired => {
                self.dirty.attention = true;
            }
            Landing::Inflight | Landing::Queued { .. } => {}
        }
    }

    fn moment_changed(&mut self, core: &mut Core, touches: Touches) {
        match touches {
            Touches::Waiting => self.dirty.waiting = true,
            Touches::Offer(conversation, came) => {
                self.dirty.offers = true;
                self.notice_offer(core, conversation, came);
            }
            Touches::Presence(person) => {
                if self.me.as_ref().is_some_and(|me| me.id == person) {
                    self.dirty.me = true;
                    // The first that is told of the reader on a new line decides whether they are set back.
                    if !std::mem::replace(&mut self.presence_asked, true) {
                        self.choose_presence(core);
                    }
                } else {
                    self.dirty.colleagues = true;
                }
            }
            Touches::Conversation(conversation) => self.dirty.conversation(conversation),
            Touches::Supervise => self.dirty.supervise = true,
            Touches::Notice(notice) => self.notice(core, notice),
        }
    }
}

async fn send_file(backend: &dyn Backend, sha256: &str, file: &work::file::Waiting) -> Result<(), Trouble> {
    let size = u32::try_from(file.bytes.len()).map_err(|_| Trouble::Fault)?;
    let mut offset = 0;
    loop {
        let start = usize::try_from(offset).unwrap_or(usize::MAX);
        let piece: Vec<u8> = file.bytes.iter().skip(start).take(PIECE).copied().collect();
        match backend.put_blob(sha256, &file.name, size, offset, piece).await {
            Ok(stored) if stored.attachment.is_some() => return Ok(()),
            Ok(stored) if stored.received > offset => offset = stored.received,
            Ok(_) => return Err(Trouble::Fault),
            Err(Trouble::GoOnFrom { received }) if received != offset => offset = received,
            Err(trouble) => return Err(trouble),
        }
    }
}

impl Core {
    /// An input of a workplace's requests, if it is still the one that is open.
    pub(crate) fn input(&mut self, opening: u64, input: Input) {
        self.in_place(|core, place| {
            if place.opening == opening {
                place.step(core, input);
            }
        });
    }

    /// An input of a line, if it is still the one that is used.
    fn heard(&mut self, opening: u64, line_no: u64, input: Input) {
        self.in_place(|core, place| {
            if place.opening == opening && place.line_no == line_no {
                place.step(core, input);
            }
        });
    }
}
