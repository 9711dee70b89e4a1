//! The desk's own thread. Everything that changes what the desk knows happens here, one thing after the other; sockets,
//! requests and the keyring work elsewhere and send back what came of it as jobs. So there are no locks and no races.

use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex,
        mpsc::{self, RecvTimeoutError},
    },
    thread,
    time::Duration,
};

use backend::Backend;
use model::DeviceId;
use secrecy::SecretString;
use tokio::{runtime::Handle, sync::oneshot};

use crate::{
    Failure, FailureCode,
    clock::{Clock, Now},
    listeners::{Listeners, Painted},
    phone::{Outside, Telephony},
    ports::{About, Embedded, Notification, Shell, Vault},
    settings::{Files, Workspaces},
    view::{Drag, Gate, Locked, Push, Settings, Start},
    words::words,
    workplace::Workplace,
};

/// The hint that closing the window does not end the app.
const IN_TRAY: &str = "in-tray";

/// Changes within this time are painted together.
const FRAME: i64 = 16;

/// What a desk is made of.
pub struct Parts {
    /// The folder of this desk's files.
    pub folder: std::path::PathBuf,
    /// The keyring.
    pub vault: Arc<dyn Vault>,
    /// The window's shell.
    pub shell: Arc<dyn Shell>,
    /// A service in the same process, if this build has one.
    pub embedded: Option<Arc<dyn Embedded>>,
    /// Telephones, and what rings.
    pub telephony: Arc<dyn Telephony>,
    /// The clocks.
    pub clock: Arc<dyn Clock>,
    /// Where sockets and requests run.
    pub io: Handle,
}

type Job = Box<dyn FnOnce(&mut Core) + Send>;

/// A desk. Cheap to clone; the desk ends with its last handle.
#[derive(Clone)]
pub struct Desk {
    jobs: mpsc::Sender<Job>,
    page_painted: Painted,
    _alive: Arc<Alive>,
}

/// Ends the desk's thread with the last handle.
struct Alive {
    jobs: mpsc::Sender<Job>,
}

impl Drop for Alive {
    fn drop(&mut self) {
        let _ = self.jobs.send(Box::new(|core| core.ending = true));
    }
}

/// A way back to the desk's thread that does not keep it alive.
#[derive(Clone)]
pub(crate) struct Back {
    jobs: mpsc::Sender<Job>,
}

impl Back {
    /// Hands a job over. A desk that has ended takes none; there is nobody left to miss it.
    pub(crate) fn job(&self, job: impl FnOnce(&mut Core) + Send + 'static) {
        let _ = self.jobs.send(Box::new(job));
    }

    /// Whether that opening is still the one that counts.
    pub(crate) async fn is_at(&self, opening: u64) -> bool {
        let (answer, answered) = oneshot::channel();
        self.job(move |core| {
            let _ = answer.send(core.opening == opening);
        });
        answered.await.unwrap_or(false)
    }
}

/// What stands in the window's place.
pub(crate) enum State {
    /// The files are being opened.
    Opening,
    /// They cannot be, or may not be shown.
    Locked(Locked),
    /// Nobody is signed in, and there are no files.
    SignedOut,
    /// They are open.
    Open(Box<Workplace>),
}

/// Everything the desk knows.
pub(crate) struct Core {
    pub(crate) folder: std::path::PathBuf,
    pub(crate) vault: Arc<dyn Vault>,
    pub(crate) shell: Arc<dyn Shell>,
    pub(crate) embedded: Option<Arc<dyn Embedded>>,
    pub(crate) telephony: Arc<dyn Telephony>,
    pub(crate) io: Handle,
    pub(crate) back: Back,
    pub(crate) files: Files,
    pub(crate) settings: Settings,
    pub(crate) workspaces: Workspaces,
    pub(crate) state: State,
    /// Counts openings: what belongs to an earlier one is not taken any more.
    pub(crate) opening: u64,
    /// Where the secrets of the current workspace are, once that is known.
    pub(crate) secrets: Option<Arc<dyn Vault>>,
    /// One opening at a time: two would make two keys for one file.
    pub(crate) one_opening: Arc<Mutex<()>>,
    /// Which opening tries its workspace's door at the moment.
    pub(crate) trying: Option<u64>,
    /// It was asked for once more meanwhile: what is found may be older than the question.
    pub(crate) try_after: bool,
    /// When that began last.
    pub(crate) tried_at: i64,
    /// Which installation the current workspace is, once that is known.
    pub(crate) device: Option<DeviceId>,
    /// The service of a workspace that is locked until it answers.
    pub(crate) backend: Option<Arc<dyn Backend>>,
    /// Counts the knocks at its door: only the last one counts.
    pub(crate) knocks: u64,
    /// The token of a workspace that has no place for it yet.
    pub(crate) token: Option<(String, SecretString)>,
    /// A sign-in waits for the browser.
    pub(crate) sign_in: Option<tokio::task::AbortHandle>,
    /// Whether the window is in front.
    pub(crate) focused: bool,
    /// Since when nobody touched the window while it was out of sight.
    pub(crate) hidden_since: Option<i64>,
    /// Whether the window is out of sight.
    pub(crate) hidden: bool,
    /// What is heard and seen of calls outside of it.
    pub(crate) outside: Outside,
    clock: Arc<dyn Clock>,
    listeners: Listeners,
    pushes: Vec<Push>,
    painted_at: i64,
    uploads: BTreeMap<String, Vec<u8>>,
    /// Files that were let go over the window and have no place yet.
    pub(crate) dropped: Vec<std::path::PathBuf>,
    /// What the service told cannot be read any more.
    pub(crate) cache_is_damaged: bool,
    ending: bool,
}

impl Desk {
    /// Starts a desk on a thread of its own and begins to open its current workspace.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(parts: Parts) -> std::io::Result<Self> {
        let (jobs, received) = mpsc::channel::<Job>();
        let page_painted = Painted::default();
        let back = Back { jobs: jobs.clone() };
        let files = Files::in_folder(&parts.folder);
        let core = Core {
            settings: files.settings(),
            workspaces: files.workspaces(),
            files,
            folder: parts.folder,
            vault: parts.vault,
            shell: parts.shell,
            embedded: parts.embedded,
            telephony: parts.telephony,
            io: parts.io,
            back,
            state: State::Opening,
            opening: 0,
            secrets: None,
            one_opening: Arc::default(),
            trying: None,
            try_after: false,
            device: None,
            tried_at: 0,
            backend: None,
            knocks: 0,
            token: None,
            sign_in: None,
            focused: true,
            hidden_since: None,
            hidden: false,
            outside: Outside::default(),
            clock: parts.clock,
            listeners: Listeners::new(page_painted.clone()),
            pushes: Vec::new(),
            painted_at: i64::MIN,
            uploads: BTreeMap::new(),
            dropped: Vec::new(),
            cache_is_damaged: false,
            ending: false,
        };
        core.telephony.choose(&core.settings.audio);
        thread::Builder::new().name("desk".into()).spawn(move || run(core, &received))?;
        let desk = Self { _alive: Arc::new(Alive { jobs: jobs.clone() }), jobs, page_painted };
        let _ = desk.jobs.send(Box::new(Core::open_current));
        Ok(desk)
    }

    /// Does something on the desk's thread that nobody waits for.
    pub(crate) fn job(&self, job: impl FnOnce(&mut Core) + Send + 'static) {
        let _ = self.jobs.send(Box::new(job));
    }

    /// Does something on the desk's thread and answers what came of it.
    pub(crate) async fn with<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Core) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let (answer, answered) = oneshot::channel();
        let ended = || Failure::new(FailureCode::Fault, "The desk has ended.");
        self.jobs
            .send(Box::new(move |core| {
                let _ = answer.send(job(core));
            }))
            .map_err(|_| ended())?;
        answered.await.map_err(|_| ended())?
    }

    /// The same, if the workspace that was open at `opening` still is: what was asked of one is never written into another.
    pub(crate) async fn with_same<T: Send + 'static>(
        &self,
        opening: u64,
        job: impl FnOnce(&mut Core) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        self.with(
            move |core| if core.opening == opening { job(core) } else { Err(FailureCode::TooLate.into()) },
        )
        .await
    }

    /// Lets `sink` hear of all changes from now on, until it answers false.
    pub fn listen(&self, sink: impl FnMut(Vec<Push>) -> bool + Send + 'static) {
        let _ = self.jobs.send(Box::new(move |core| core.listeners.add(sink)));
    }

    /// Lets the window's page hear of all changes from now on, in place of the page before: one batch, and after each
    /// [`Desk::painted`] the next.
    pub fn turn_to(&self, page: impl FnMut(Vec<Push>) -> bool + Send + 'static) {
        let _ = self.jobs.send(Box::new(move |core| core.listeners.turn_to(page)));
    }

    /// The page has painted the batch it was sent, and can take another.
    pub fn painted(&self) {
        self.page_painted.store(true, std::sync::atomic::Ordering::Release);
        // It may sleep: what waits goes out now.
        let _ = self.jobs.send(Box::new(|_| {}));
    }

    /// The window came to the front, or left it.
    pub fn focus(&self, focused: bool) {
        let _ = self.jobs.send(Box::new(move |core| core.set_focus(focused)));
    }

    /// The window went out of sight, or came back.
    pub fn hide(&self, hidden: bool) {
        let _ = self.jobs.send(Box::new(move |core| core.set_hidden(hidden)));
    }

    /// Files are dragged over the window, or no longer.
    pub fn drag(&self, over: bool) {
        let drag = if over { Drag::Over } else { Drag::Left };
        let _ = self.jobs.send(Box::new(move |core| core.push(Push::Drag { drag })));
    }

    /// Files were let go over the window. The screen says where they go.
    pub fn dropped(&self, files: Vec<std::path::PathBuf>) {
        let _ = self.jobs.send(Box::new(move |core| {
            core.dropped = files;
            core.push(Push::Drag { drag: Drag::Dropped });
        }));
    }

    /// A notification or the tray was clicked: brings that place up in the window.
    pub fn go(&self, to: crate::view::Place) {
        let _ = self.jobs.send(Box::new(move |core| core.push(Push::Go { to })));
    }

    /// Says something to the reader that goes away by itself.
    pub fn toast(&self, toast: crate::view::Toast) {
        let _ = self.jobs.send(Box::new(move |core| core.push(Push::Toast { toast })));
    }

    /// Ends the desk: presence goes offline if there is a line, files are closed. Answers once that is done.
    pub async fn end(&self) {
        let leave = self.with(|core| Ok(core.leave())).await;
        if let Ok(leave) = leave {
            let _ = tokio::time::timeout(Duration::from_secs(2), leave).await;
        }
        let phone = self.with(|core| Ok(core.place().ok().and_then(|place| place.telephone.give_up()))).await;
        if let Ok(Some(phone)) = phone {
            // Nobody at the other end should listen to silence.
            let _ = tokio::time::timeout(Duration::from_secs(3), phone.close()).await;
        }
        let ended = self.with(|core| {
            core.ending = true;
            core.state = State::Opening;
            Ok(core.embedded.take())
        });
        if let Ok(Some(embedded)) = ended.await {
            embedded.stop().await;
        }
    }
}

/// Faults of ours after which the desk is opened anew; more than that and it stays closed.
const FAULTS: u32 = 3;

fn run(mut core: Core, jobs: &mpsc::Receiver<Job>) {
    let mut faults = 0;
    while !core.ending {
        // A fault of ours must not leave a window that no longer answers: what is saved is safe in the files, so the
        // workspace is opened again from them.
        let step = catch_unwind(AssertUnwindSafe(|| step(&mut core, jobs)));
        if step.is_err() {
            faults += 1;
            tracing::error!(faults, "the desk had a fault");
            if faults <= FAULTS {
                core.open_current();
            }
        }
    }
}

fn step(core: &mut Core, jobs: &mpsc::Receiver<Job>) {
    let now = core.now();
    let came = jobs.recv_timeout(wait(now.mono, core.next_wake(now)));
    core.keep_lease();
    core.heal();
    match came {
        Ok(job) => job(core),
        Err(RecvTimeoutError::Timeout) => core.tick(),
        Err(RecvTimeoutError::Disconnected) => core.ending = true,
    }
    core.replace_damaged_cache();
    core.show_calls_outside();
    core.paint_if_due();
}

/// How long until a moment. One that lies before all time, as that of a first painting, is now.
fn wait(now: i64, until: i64) -> Duration {
    Duration::from_millis(until.saturating_sub(now).max(0).unsigned_abs())
}

impl Core {
    pub(crate) fn now(&self) -> Now {
        self.clock.now()
    }

    /// Something to be told to the window.
    pub(crate) fn push(&mut self, push: Push) {
        self.pushes.push(push);
    }

    /// When the thread must wake by itself.
    fn next_wake(&self, now: Now) -> i64 {
        let mut next = now.mono + 5_000;
        let ready = self.listeners.are_ready();
        if let State::Open(place) = &self.state {
            next = next.min(place.next_wake(now));
            if let Some(at) = place.paint_at(self.painted_at, FRAME).filter(|_| ready) {
                next = next.min(at);
            }
        }
        if ready && !self.pushes.is_empty() {
            next = next.min(self.painted_at.saturating_add(FRAME));
        }
        next
    }

    fn tick(&mut self) {
        let now = self.now();
        self.away_when_hidden(now);
        self.in_place(|core, place| place.tick(core, now));
    }

    /// Does something with the open workplace and with the rest of the desk at once.
    pub(crate) fn in_place<T>(&mut self, work: impl FnOnce(&mut Self, &mut Workplace) -> T) -> Option<T> {
        match std::mem::replace(&mut self.state, State::Opening) {
            State::Open(mut place) => {
                let answer = work(self, &mut place);
                // The work may have put something else there: then that stays.
                if matches!(self.state, State::Opening) && place.opening == self.opening {
                    self.state = State::Open(place);
                }
                Some(answer)
            }
            other => {
                self.state = other;
                None
            }
        }
    }

    /// The same for a call that needs one.
    pub(crate) fn in_open_place<T>(
        &mut self,
        work: impl FnOnce(&mut Self, &mut Workplace) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        self.place()?;
        self.in_place(work).ok_or_else(|| Failure::from(FailureCode::SignedOut))?
    }

    /// The open workplace, for a call that needs one.
    pub(crate) fn place(&mut self) -> Result<&mut Workplace, Failure> {
        match &mut self.state {
            State::Open(place) => Ok(place),
            State::Locked(_) => Err(FailureCode::Locked.into()),
            State::Opening | State::SignedOut => Err(FailureCode::SignedOut.into()),
        }
    }

    /// Where the secrets of the current workspace are kept, as far as that is known.
    pub(crate) fn secrets(&self) -> Arc<dyn Vault> {
        self.secrets.clone().unwrap_or_else(|| self.vault.clone())
    }

    /// Paints what changed, at most once a frame and as fast as the page can; a first change is painted at once.
    fn paint_if_due(&mut self) {
        let now = self.now();
        if now.mono < self.painted_at.saturating_add(FRAME) || !self.listeners.are_ready() {
            return;
        }
        self.in_place(|core, place| place.paint(core, now));
        if self.pushes.is_empty() {
            return;
        }
        self.painted_at = now.mono;
        self.listeners.tell(std::mem::take(&mut self.pushes));
    }

    /// What the window asks for first.
    pub(crate) fn start(&mut self) -> Result<Start, Failure> {
        let gate = self.gate()?;
        if self.listeners.page_was_told() || !self.pushes.is_empty() {
            // What the page was told before this answer may reach it afterwards, and is older: told once more at the end, the
            // newest has the last word.
            self.push(Push::Gate { gate: gate.clone() });
        }
        Ok(Start {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            settings: self.settings.clone(),
            workspaces: self.workspaces.rows(),
            gate,
        })
    }

    /// Whether the desk can be shown, with all of it when it can.
    pub(crate) fn gate(&mut self) -> Result<Gate, Failure> {
        let now = self.now();
        let waiting = self.sign_in.is_some();
        match &mut self.state {
            State::Opening => Ok(Gate::Opening),
            State::Locked(locked) => Ok(Gate::Locked(*locked)),
            State::SignedOut => Ok(Gate::SignedOut { waiting }),
            State::Open(place) => {
                let gate = place.gate(now, waiting);
                self.cache_is_damaged |= gate.is_err() && place.cache_is_damaged();
                gate
            }
        }
    }

    /// Tells the window whether the desk can be shown.
    pub(crate) fn push_gate(&mut self) {
        match self.gate() {
            Ok(gate) => self.push(Push::Gate { gate }),
            Err(failure) => tracing::error!(%failure, "the desk cannot be shown"),
        }
    }

    pub(crate) fn set_settings(&mut self, settings: Settings) -> Result<Settings, Failure> {
        let settings = settings.bounded();
        self.files.save_settings(&settings).map_err(|_| Failure::from(FailureCode::NotSaved))?;
        if settings.zoom != self.settings.zoom {
            self.shell.zoom(settings.zoom);
        }
        if settings.audio != self.settings.audio {
            self.telephony.choose(&settings.audio);
        }
        self.settings = settings.clone();
        self.push(Push::Settings { settings: settings.clone() });
        Ok(settings)
    }

    pub(crate) fn save_workspaces(&mut self) -> Result<(), Failure> {
        self.files.save_workspaces(&self.workspaces).map_err(|_| Failure::from(FailureCode::NotSaved))?;
        let workspaces = self.workspaces.rows();
        self.push(Push::Workspaces { workspaces });
        Ok(())
    }

    /// A file that comes in pieces; whole with the last one.
    pub(crate) fn take_piece(
        &mut self,
        upload: &str,
        piece: &[u8],
        last: bool,
    ) -> Result<Option<Vec<u8>>, Failure> {
        let so_far = self.uploads.entry(upload.to_owned()).or_default();
        so_far.extend(piece);
        if so_far.len() > model::limits::BLOB_BYTES {
            self.uploads.remove(upload);
            return Err(Failure::new(FailureCode::Invalid, "A file may have up to 25 MB."));
        }
        Ok(if last { self.uploads.remove(upload) } else { None })
    }

    fn set_focus(&mut self, focused: bool) {
        self.focused = focused;
        if focused {
            self.hidden = false;
            self.hidden_since = None;
            self.in_place(|core, place| place.looked_at(core));
        }
    }

    fn set_hidden(&mut self, hidden: bool) {
        self.hidden = hidden;
        self.hidden_since = hidden.then(|| self.now().mono);
        let signed_in = self.place().is_ok_and(|place| place.replica.me().is_some());
        let told = self.settings.hints_seen.iter().any(|hint| hint == IN_TRAY);
        if hidden && signed_in && !told {
            // Said once: whoever closes the window for the first time should not wonder.
            let words = words(self.settings.language);
            self.shell.notify(&Notification {
                about: About::Tray,
                title: words.tray.to_owned(),
                body: words.tray_body.to_owned(),
                urgent: false,
            });
            let mut settings = self.settings.clone();
            settings.hints_seen.push(IN_TRAY.to_owned());
            if let Err(failure) = self.set_settings(settings) {
                tracing::warn!(%failure, "a hint that was seen cannot be kept");
            }
        }
    }

    /// Out of sight for ten minutes: nobody should be offered anything.
    fn away_when_hidden(&mut self, now: Now) {
        const LONG: i64 = 10 * model::at::MINUTE;
        let calls = self.place().is_ok_and(|place| place.telephone.calls.any_live());
        if !calls && self.hidden_since.is_some_and(|since| now.mono - since >= LONG) {
            self.hidden_since = None;
            self.in_place(|core, place| place.set_away(core));
        }
    }

    /// Sets presence offline if there is a line. What is answered ends when the service knows.
    fn leave(&mut self) -> impl Future<Output = ()> + Send + use<> {
        let at = self.now().wall;
        let leave = self.place().ok().and_then(|place| place.leave(at));
        async move {
            if let Some(leave) = leave {
                leave.await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Duration, wait};

    #[test]
    fn what_is_due_since_ever_is_due_now() {
        assert_eq!(wait(5, i64::MIN + 16), Duration::ZERO);
        assert_eq!(wait(5, 3), Duration::ZERO);
        assert_eq!(wait(5, 21), Duration::from_millis(16));
    }
}
