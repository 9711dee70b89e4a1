//! What the sync machine wants, done: sockets and requests run elsewhere and send back what came of them.

use std::sync::Arc;

use backend::{Backend, Heard, Line, Trouble};
use model::{CommandId, PersonId, wire::Command};
use store::work::{
    self,
    outbox::{self, Pending},
};

use super::{
    Workplace,
    open::{Folder, secret_name},
};
use crate::{
    core::{Core, State},
    live::moment::Touches,
    replica::Deed,
    sync::{Input, Landing, LineState},
};

/// Bytes of a file sent at once.
const PIECE: usize = 512 * 1024;

impl Workplace {
    /// One step of the machine, and everything that it wants done.
    pub(crate) fn step(&mut self, core: &mut Core, input: Input) {
        let deeds = self.replica.step(input, core.now());
        self.follow(core, deeds);
    }

    /// Everything that follows from what was done to the files.
    pub(super) fn follow(&mut self, core: &mut Core, deeds: Vec<Deed>) {
        let mut deeds: std::collections::VecDeque<Deed> = deeds.into();
        while let Some(deed) = deeds.pop_front() {
            if let Some(next) = self.do_one(core, deed) {
                deeds.extend(self.replica.step(next, core.now()));
            }
        }
        let after = self.replica.line();
        let before = std::mem::replace(&mut self.line_shown, after);
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
        if after == LineState::SignInNeeded {
            // There may be nothing to show any more.
            core.back.job(Core::push_gate);
        }
        if after == LineState::Live {
            self.tell_missed(core);
            self.want_phone(core);
            self.say_viewing();
        }
    }

    /// Does one thing. What it answers is the machine's next input.
    fn do_one(&mut self, core: &mut Core, deed: Deed) -> Option<Input> {
        match deed {
            Deed::Dial => return self.dial(core),
            Deed::HangUp => {
                self.line = None;
                self.line_no += 1;
            }
            Deed::Say(frame) => {
                // A line that cannot take it is about to be noticed as dead.
                if let Some(line) = &self.line {
                    let _ = line.try_send(frame);
                }
            }
            Deed::Now(fact) => {
                let touches = self.moment.take(*fact, self.service_time(core.now()));
                self.moment_changed(core, touches);
            }
            Deed::BeginSnapshot(no) => {
                let sits = self.sits();
                return self.request(core, move |backend| async move {
                    let began = match is_for(&*backend, sits).await {
                        Ok(()) => backend.snapshot().await,
                        Err(trouble) => Err(trouble),
                    };
                    Input::SnapshotBegan(no, began)
                });
            }
            Deed::TakePage(no, after) => self.take_page(core, no, after),
            Deed::Upload(id) => return self.upload(core, id),
            Deed::Submit(commands) => return self.submit(core, commands),
            Deed::Applied { to, touched, events } => {
                self.touched(&touched);
                self.calls_may_belong(core, &touched.conversations);
                self.notice_events(core, &events);
                let _ = self.applied.send_replace(to);
            }
            Deed::Replaced => self.dirty.everything = true,
            Deed::Damaged => core.cache_is_damaged = true,
            Deed::Forget => core.sign_in_was_ended(&self.id),
            Deed::Settled(id, landing) => self.settled(core, id, &landing),
            Deed::Done(rows) => {
                self.changed(&rows);
                self.forget_files();
            }
            Deed::Changed(rows) => {
                self.changed(&rows);
                self.dirty.attention = true;
            }
        }
        None
    }

    /// Rows of the outbox stand otherwise: what they lie over is painted again.
    fn changed(&mut self, rows: &[Pending]) {
        for row in rows {
            self.touched_row(row);
        }
        self.dirty.connection = true;
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

    /// Whose desk this is.
    fn sits(&self) -> Option<PersonId> {
        self.replica.me().map(|me| me.id)
    }

    fn dial(&mut self, core: &Core) -> Option<Input> {
        self.line = None;
        self.line_no += 1;
        let line_no = self.line_no;
        let Some(backend) = self.backend.clone() else {
            return Some(Input::Dialled(Err(Trouble::Unreachable)));
        };
        let (back, opening, sits) = (core.back.clone(), self.opening, self.sits());
        core.io.spawn(async move {
            // Whatever was open before is not trusted any more: after a sleep it may be dead, and look alive.
            backend.leave_connections();
            let dialled = match is_for(&*backend, sits).await {
                Ok(()) => backend.dial().await,
                Err(trouble) => Err(trouble),
            };
            let Line { say, mut hear } = match dialled {
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

    fn take_page(&self, core: &Core, no: u64, after: Option<String>) {
        let Some(backend) = self.backend.clone() else { return };
        let (back, opening) = (core.back.clone(), self.opening);
        core.io.spawn(async move {
            let page = backend.snapshot_page(after).await;
            back.job(move |core| {
                core.in_place(|core, place| {
                    // A page of one workspace must never be written into another that was opened meanwhile.
                    if place.opening == opening {
                        let deeds = place.replica.page(no, page, core.now());
                        place.follow(core, deeds);
                    }
                });
            });
        });
    }

    fn submit(&self, core: &Core, commands: Vec<Command>) -> Option<Input> {
        let ids: Vec<CommandId> = commands.iter().map(|command| command.id).collect();
        self.request(core, move |backend| async move {
            match backend.submit(commands).await {
                Ok(answer) => Input::Receipts(answer.epoch, answer.receipts),
                Err(trouble) => Input::NoReceipts(ids, trouble),
            }
        })
    }

    /// Sends the files of a command, piece by piece, from where the service has them.
    fn upload(&mut self, core: &Core, id: CommandId) -> Option<Input> {
        let row = self.replica.row(id)?;
        let mut files = Vec::new();
        for attachment in outbox::attachments(&row.command.intent) {
            match work::file::load(self.replica.work.rows(), &attachment.sha256) {
                Ok(Some(file)) => files.push((attachment.sha256.clone(), file)),
                // It was sent before, to a service that was restored since: that kept its files, or says that it misses one.
                Ok(None) if row.sent && !self.replica.misses_files(id) => {}
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

    /// What became of a command is written down: what it touches is painted again, and what follows it is done.
    fn settled(&mut self, core: &mut Core, id: CommandId, landing: &Landing) {
        self.touched_row_by_id(id);
        self.dirty.connection = true;
        match landing {
            Landing::Acked { .. } => self.message_arrived(core, id),
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
                self.call_offered(core, conversation, came);
            }
            Touches::Presence(person) => {
                if self.replica.me().is_some_and(|me| me.id == person) {
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

/// What waits in the files is one person's: it is sent, and more is fetched, only while it is they who are signed in.
async fn is_for(backend: &dyn Backend, sits: Option<PersonId>) -> Result<(), Trouble> {
    match sits {
        Some(person) => backend.is_for(person).await,
        None => Ok(()),
    }
}

async fn send_file(backend: &dyn Backend, sha256: &str, file: &work::file::Waiting) -> Result<(), Trouble> {
    let size = u32::try_from(file.bytes.len()).map_err(|_| Trouble::Fault)?;
    let mut offset = 0;
    if file.bytes.len() > PIECE {
        // A large file may have been cut off before: nothing of it is sent twice.
        match backend.put_blob(sha256, &file.name, size, 0, Vec::new()).await {
            Ok(stored) if stored.attachment.is_some() => return Ok(()),
            Ok(stored) => offset = stored.received,
            Err(Trouble::GoOnFrom { received }) => offset = received,
            Err(trouble) => return Err(trouble),
        }
    }
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
    /// The company ended the sign-in of the workspace with that id: what the service told is taken off the disk at once. What
    /// is the advisor's own and not sent yet stays, for when they sign in again.
    pub(super) fn sign_in_was_ended(&mut self, id: &str) {
        self.opening += 1;
        self.state = State::Opening;
        self.push_gate();
        let (cache, name) = (Folder::of(&self.folder, id).cache(), secret_name(id, "refresh"));
        // Where the token is: in the keyring, or in the open slot.
        let (vault, back, opening) = (self.secrets(), self.back.clone(), self.opening);
        self.io.spawn_blocking(move || {
            if let Err(error) = store::open::remove(&cache) {
                tracing::error!(%error, "what was told cannot be taken off the disk");
            }
            // A keyring that refuses keeps a token that opens nothing any more.
            if vault.remove(&name).is_err() {
                tracing::warn!("the ended sign-in stays in the keyring");
            }
            back.job(move |core| {
                if core.opening == opening {
                    core.open_current();
                }
            });
        });
    }

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
