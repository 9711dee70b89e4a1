//! Opening a workspace: keys from the keyring, the two files, who sits here, and the line. A file whose key is missing
//! is never replaced; nothing is ever written unencrypted.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use async_trait::async_trait;
use backend::{
    Backend, Native, Trouble,
    native::{Address, Credentials, Keeper, NotKept},
};
use model::{DeviceId, Person, Slug};
use secrecy::SecretString;
use store::{
    Cache, Key, OpenError, Work,
    work::{kept, salvage},
};
use tokio::{
    sync::{oneshot, watch},
    task::JoinHandle,
};
use uuid::Uuid;

use super::{
    Dirty, Painted, Shown, Workplace,
    keys::{Door, FileKeys, Found, NotOpened, Unlock},
    person::Chosen,
};
use crate::{
    Failure, FailureCode,
    core::{Core, State},
    helper::Helper,
    live::moment::Moment,
    phone::Telephone,
    ports::{Embedded, Vault},
    replica::Replica,
    settings::{Known, PRACTICE},
    sync::{Input, LineState},
    view::{Keys, Locked, LockedWhy, Passphrase, Push, Toast},
    words,
};

/// The names under which a workspace's secrets are kept.
pub(crate) fn secret_name(workspace: &str, what: &str) -> String {
    format!("{workspace}/{what}")
}

/// The files of a workspace.
pub(crate) struct Folder {
    pub(crate) path: PathBuf,
}

impl Folder {
    pub(crate) fn of(desk: &Path, workspace: &str) -> Self {
        Self { path: desk.join("workspaces").join(workspace) }
    }

    pub(crate) fn cache(&self) -> PathBuf {
        self.path.join("cache.db")
    }

    pub(crate) fn work(&self) -> PathBuf {
        self.path.join("work.db")
    }

    /// The keys under a passphrase.
    pub(crate) fn slot(&self) -> PathBuf {
        self.path.join("keys.slot")
    }

    /// The embedded service's own folder.
    pub(crate) fn service(&self) -> PathBuf {
        self.path.join("service")
    }
}

/// How long a keyring that does not answer is left alone.
const KEYRING_PAUSE: std::time::Duration = std::time::Duration::from_secs(5);
/// The same when it is locked: each question may bring up a window that somebody just closed.
const LOCKED_PAUSE: std::time::Duration = std::time::Duration::from_secs(60);
/// How often a locked workspace is tried again by itself, in ms.
const HEAL: i64 = 5_000;

/// The disk refuses.
const DISK: Locked = Locked { why: LockedWhy::Disk, passphrase: Passphrase::No, since: None };

/// The files of a workspace, open.
pub(crate) struct Files {
    pub(crate) cache: Cache,
    pub(crate) work: Work,
    /// Where the workspace's secrets are.
    pub(crate) vault: Arc<dyn Vault>,
    /// What opened them.
    pub(crate) keys: FileKeys,
    /// What opens them, for the screen.
    pub(crate) shown: Keys,
}

/// Which workspace was tried, and what came of it.
pub(crate) type Tried = (Known, Result<Found, NotOpened>);

/// The cache; anew when it is damaged, since the service tells all of it again.
pub(crate) fn open_cache(path: &Path, key: &Key) -> Result<Cache, LockedWhy> {
    let whole = Cache::open(path, key).and_then(|cache| match cache.position() {
        Ok(_) => Ok(cache),
        Err(store::Error::Row) => Err(OpenError::WrongKey),
        // A disk that refuses for a moment is no reason to throw anything away.
        Err(_) => Err(OpenError::Disk),
    });
    match whole {
        Err(OpenError::WrongKey | OpenError::Damaged) => {
            tracing::error!("the cache cannot be read and is taken anew");
            store::open::remove(path).map_err(|_| LockedWhy::Disk)?;
            Ok(Cache::open(path, key)?)
        }
        other => Ok(other?),
    }
}

impl Core {
    /// Begins to open the current workspace.
    pub(crate) fn open_current(&mut self) {
        self.opening += 1;
        self.try_after = false;
        self.backend = None;
        self.state = State::Opening;
        self.push_gate();
        let unlock = match &self.secrets {
            Some(vault) => Unlock::Again(vault.clone()),
            None => Unlock::Keyring,
        };
        self.open_by(unlock);
    }

    /// Opens the current workspace in one way; what is shown stays until that came to something.
    pub(crate) fn open_by(&mut self, unlock: Unlock) {
        if self.trying == Some(self.opening) {
            self.try_after = true;
            return;
        }
        let Ok(found) = self.try_door(unlock) else { return };
        self.trying = Some(self.opening);
        self.tried_at = self.now().mono;
        let (back, opening) = (self.back.clone(), self.opening);
        self.io.spawn(async move {
            let found = found.await;
            back.job(move |core| {
                if core.opening != opening {
                    return;
                }
                core.trying = None;
                let again = std::mem::take(&mut core.try_after);
                if let Ok((known, found)) = found {
                    // Nobody waits for an answer: the gate tells.
                    let _ = core.tried(&known, found);
                }
                if again && matches!(core.state, State::Locked(_)) {
                    core.open_by(Unlock::Keyring);
                }
            });
        });
    }

    /// Tries to open the current workspace in one way, on a thread of its own; never two at once.
    pub(crate) fn try_door(&mut self, unlock: Unlock) -> Result<JoinHandle<Tried>, Failure> {
        let known = self.workspaces.current().cloned().ok_or(FailureCode::Gone)?;
        let folder = Folder::of(&self.folder, &known.id);
        let door = Door { ring: self.vault.clone(), folder, known, now: self.now() };
        let one = self.one_opening.clone();
        Ok(self.io.spawn_blocking(move || {
            let _one = one.lock();
            let found = door.open(unlock);
            (door.known, found)
        }))
    }

    /// Takes what came of it; for whoever asked for it, why the workspace stays closed.
    pub(crate) fn tried(&mut self, known: &Known, found: Result<Found, NotOpened>) -> Result<(), Failure> {
        match found {
            Ok(found) => {
                self.opened(known, found);
                Ok(())
            }
            Err(NotOpened::Locked(locked)) => {
                self.lock(locked);
                Err(FailureCode::Locked.into())
            }
            Err(NotOpened::Refused(failure)) => Err(failure),
        }
    }

    /// Shows why the workspace stays closed, if that is news.
    fn lock(&mut self, locked: Locked) {
        let known = matches!(&self.state, State::Locked(known) if *known == locked);
        if !known && !matches!(self.state, State::Open(_)) {
            self.state = State::Locked(locked);
            self.push_gate();
        }
    }

    /// A keyring that was slow, or was not made whole yet, is asked again. One that is locked is not: each question may bring
    /// up its window, so that waits for the reader.
    pub(crate) fn heal(&mut self) {
        let State::Locked(locked) = &self.state else { return };
        let heals = matches!(locked.why, LockedWhy::KeyringSlow | LockedWhy::KeyMissing);
        if heals && self.trying != Some(self.opening) && self.now().mono - self.tried_at >= HEAL {
            self.open_by(Unlock::Keyring);
        }
    }

    /// The cache turned out to be damaged while it was in use: it is thrown away, and the workspace opened anew. What is the
    /// advisor's own is in the other file.
    pub(crate) fn replace_damaged_cache(&mut self) {
        if !std::mem::take(&mut self.cache_is_damaged) {
            return;
        }
        let Ok(place) = self.place() else { return };
        let id = place.id.clone();
        self.state = State::Opening;
        if let Err(error) = store::open::remove(&Folder::of(&self.folder, &id).cache()) {
            tracing::error!(%error, "a damaged cache cannot be removed");
        }
        self.open_current();
    }

    fn opened(&mut self, known: &Known, found: Found) {
        if let State::Open(_) = self.state {
            return;
        }
        let files = match found {
            Found::Files(files) => *files,
            Found::Nobody(vault) => {
                self.secrets = Some(vault);
                self.state = State::SignedOut;
                self.push_gate();
                return self.keep_waiting_token(known);
            }
            Found::LeaseOver(vault, since, device) => {
                self.secrets = Some(vault);
                self.device = device;
                self.lock_lease(since, None);
                return self.keep_waiting_token(known);
            }
        };
        let service_key = files.keys.service.clone();
        self.secrets = Some(files.vault.clone());
        match self.furnish(known, files) {
            Ok(place) => {
                self.backend = None;
                self.device = Some(place.replica.device());
                self.state = State::Open(Box::new(place));
                // Painted from the files before anything is heard from the service.
                self.push_gate();
                match service_key {
                    Some(key) => self.start_embedded(key),
                    None if self.token.is_some() => self.keep_waiting_token(known),
                    None => self.connect_remote(known),
                }
            }
            Err(failure) => {
                tracing::error!(%failure, "the files are open but cannot be read");
                self.lock(DISK);
            }
        }
    }

    /// The token of somebody who signed in before there was a place for it.
    fn keep_waiting_token(&mut self, known: &Known) {
        let address = known.address.as_deref().and_then(|address| address.parse::<Address>().ok());
        match (self.token.take(), address) {
            (Some((id, token)), Some(address)) if id == known.id => self.keep_token(token, address),
            _ => {}
        }
    }

    /// Somebody signed in: keeps the token, and goes on with it. Where there is no place for it yet, it waits in memory.
    pub(crate) fn keep_token(&mut self, token: SecretString, address: Address) {
        let Some(known) = self.workspaces.current().cloned() else { return };
        let (back, vault) = (self.back.clone(), self.secrets());
        self.io.spawn_blocking(move || {
            let name = secret_name(&known.id, "refresh");
            let kept = vault.set(&name, &token).is_ok();
            back.job(move |core| {
                core.sign_in = None;
                if core.workspaces.current != known.id {
                    return core.push_gate();
                }
                if kept {
                    core.signed_in(&address, Arc::new(Kept { vault, name }));
                } else {
                    core.token = Some((known.id, token));
                    core.push_gate();
                }
            });
        });
    }

    fn furnish(&mut self, known: &Known, files: Files) -> Result<Workplace, Failure> {
        let Files { cache, work, keys: file_keys, shown, .. } = files;
        let sql = work.rows();
        let device = match kept::load::<DeviceId>(sql, "device")? {
            Some(device) => device,
            None => {
                let device = DeviceId(Uuid::now_v7());
                kept::save(sql, "device", &device)?;
                device
            }
        };
        let me = kept::load::<Person>(sql, "me")?;
        let chosen = kept::load::<Chosen>(sql, "chosen_presence")?;
        let salvaged = salvage::told(sql)?;
        let helper = Helper::start(&cache, self.back.clone(), self.opening);
        let mut place = Workplace {
            opening: self.opening,
            id: known.id.clone(),
            practice: known.id == PRACTICE,
            replica: Replica::open(cache, work, device, me, device.0.as_u64_pair().1)?,
            file_keys,
            keys: shown,
            lease: None,
            waiting_bytes: 0,
            workspace: None,
            people: std::collections::BTreeMap::new(),
            backend: None,
            moment: Moment::default(),
            shown: Shown::default(),
            after: std::collections::BTreeMap::new(),
            settled_by: std::collections::BTreeMap::new(),
            salvaged,
            chosen,
            presence_asked: false,
            helper,
            telephone: Telephone::new(self.telephony.clone(), self.io.clone()),
            line: None,
            line_shown: LineState::Connecting,
            line_no: 0,
            applied: watch::Sender::new(0),
            dirty: Dirty::default(),
            painted: Painted::default(),
            missed: 0,
            notified_offers: std::collections::BTreeSet::new(),
            tray: None,
        };
        place.read_after()?;
        place.read_people()?;
        place.count_bytes();
        Ok(place)
    }

    /// The practice workspace: its service runs in this process, and its first user signs in by a one-use secret.
    fn start_embedded(&mut self, key: Key) {
        let Some(embedded) = self.embedded.clone() else { return };
        let folder = Folder::of(&self.folder, PRACTICE).service();
        let (back, opening) = (self.back.clone(), self.opening);
        self.io.spawn(async move {
            let started = embedded.start(&folder, &key).await;
            back.job(move |core| {
                if core.opening != opening {
                    return;
                }
                match started {
                    Ok(address) => {
                        core.follow_practice(embedded.clone());
                        core.connect(&address, Arc::new(OneUse { embedded }));
                    }
                    Err(error) => {
                        tracing::error!(%error, "the practice service does not start");
                        core.state = State::Locked(DISK);
                        core.push_gate();
                    }
                }
            });
        });
    }

    /// Tells the window when practice customers come and go.
    fn follow_practice(&self, embedded: Arc<dyn Embedded>) {
        let (back, opening) = (self.back.clone(), self.opening);
        self.io.spawn(async move {
            loop {
                embedded.practice_changed().await;
                // In the language that is set now, and only as long as this workspace is open.
                let (ask, asked) = oneshot::channel();
                back.job(move |core| {
                    let language = words::code(core.settings.language).parse::<Slug>().ok();
                    let _ = ask.send(language.filter(|_| core.opening == opening));
                });
                let Ok(Some(language)) = asked.await else { return };
                let customers = embedded.practice(&language).await;
                back.job(move |core| {
                    if core.opening == opening {
                        core.push(Push::Practice { customers });
                    }
                });
            }
        });
    }

    /// A real service: with the refresh token from the keyring, if somebody is signed in.
    fn connect_remote(&mut self, known: &Known) {
        let Some(address) = known.address.as_deref().and_then(|address| address.parse::<Address>().ok())
        else {
            return;
        };
        let (vault, name) = (self.secrets(), secret_name(&known.id, "refresh"));
        let (back, opening) = (self.back.clone(), self.opening);
        self.io.spawn(async move {
            // A keyring that is locked or slow is asked until it answers: the files are open all the while. Of a workspace that
            // was left nothing is asked any more: that may bring up a window.
            let signed_in = loop {
                if !back.is_at(opening).await {
                    return;
                }
                let (asked, wanted) = (vault.clone(), name.clone());
                match tokio::task::spawn_blocking(move || asked.get(&wanted)).await {
                    Ok(Ok(token)) => break token.is_some(),
                    Ok(Err(LockedWhy::KeyringLocked)) => tokio::time::sleep(LOCKED_PAUSE).await,
                    Ok(Err(_)) => tokio::time::sleep(KEYRING_PAUSE).await,
                    Err(_) => return,
                }
            };
            back.job(move |core| {
                // A sign-in may have been faster than the keyring: then the line is there already.
                let connected = core.in_place(|_, place| place.backend.is_some()).unwrap_or(true);
                if core.opening != opening || connected {
                    return;
                }
                if signed_in {
                    core.connect(&address, Arc::new(Kept { vault, name }));
                } else {
                    core.signed_out();
                }
            });
        });
    }

    /// Somebody signed in on the current workspace. There is only ever one session for it: two would take each other's tokens
    /// for stolen ones.
    pub(crate) fn signed_in(&mut self, address: &Address, keeper: Arc<dyn Keeper>) {
        match self.in_place(|_, place| (place.backend.clone(), place.replica.me().is_some())) {
            // There are no files yet, or they are still being opened: whoever opens them now finds the token.
            None => self.open_current(),
            Some((None, _)) => self.connect(address, keeper),
            // The session goes on with the new token.
            Some((Some(_), true)) => {
                self.in_place(|core, place| place.step(core, Input::SignedIn));
                self.push_gate();
            }
            Some((Some(backend), false)) => {
                self.push_gate();
                self.ask_who(backend, 0);
            }
        }
    }

    /// Somebody is signed in: finds out who, if that is not known, and starts the line.
    pub(crate) fn connect(&mut self, address: &Address, keeper: Arc<dyn Keeper>) {
        let Ok(device) = self.place().map(|place| place.replica.device()) else { return };
        let backend: Arc<dyn Backend> = match Native::new(address.clone(), keeper, device) {
            Ok(native) => Arc::new(native),
            Err(trouble) => {
                tracing::error!(%trouble, "no connection can be set up");
                return self.push(Push::Toast { toast: Toast::Failed { failure: trouble.into() } });
            }
        };
        let known = self.in_place(|core, place| {
            place.backend = Some(backend.clone());
            place.replica.me().is_some().then(|| place.begin(core))
        });
        if known.flatten().is_some() {
            // The link for customers is known now.
            return self.push_gate();
        }
        self.push_gate();
        self.ask_who(backend, 0);
    }

    /// Asks the service who is signed in, until it answers.
    fn ask_who(&mut self, backend: Arc<dyn Backend>, tries: u32) {
        let (back, opening) = (self.back.clone(), self.opening);
        self.io.spawn(async move {
            if tries > 0 {
                tokio::time::sleep(std::time::Duration::from_secs(u64::from(tries.min(30)))).await;
            }
            let me = backend.me().await;
            back.job(move |core| {
                if core.opening != opening {
                    return;
                }
                match me {
                    Ok(me) => core.is(me.person, &me.workspace),
                    Err(Trouble::SignIn | Trouble::Ended) => core.signed_out(),
                    Err(_) => core.ask_who(backend, tries + 1),
                }
            });
        });
    }

    /// It is known who sits here.
    fn is(&mut self, person: Person, workspace: &str) {
        let kept = self.in_place(|core, place| {
            kept::save(place.replica.work.rows(), "me", &person)?;
            place.replica.set_me(person);
            place.begin(core);
            Ok::<_, store::Error>(place.id.clone())
        });
        match kept {
            Some(Ok(id)) => {
                if let Some(known) = self.workspaces.known.iter_mut().find(|known| known.id == id)
                    && known.name != workspace
                {
                    known.name = workspace.to_owned();
                    if let Err(failure) = self.save_workspaces() {
                        tracing::error!(%failure, "the workspace's name cannot be kept");
                    }
                }
            }
            Some(Err(error)) => tracing::error!(%error, "who sits here cannot be kept"),
            None => {}
        }
        self.push_gate();
    }

    /// The service does not take the sign-in any more.
    fn signed_out(&mut self) {
        self.in_place(|core, place| {
            place.backend = None;
            place.step(core, Input::NotSignedIn);
        });
        self.push_gate();
    }
}

impl Workplace {
    /// Starts the line.
    fn begin(&mut self, core: &mut Core) {
        let Ok(position) = self.replica.cache.position() else { return };
        let _ = self.applied.send_replace(position.cursor);
        let now = core.now();
        match self.replica.start(now) {
            Ok(deeds) => self.follow(core, deeds),
            Err(error) => tracing::error!(%error, "the line cannot start: the files cannot be read"),
        }
    }

    /// Ends once everything up to `seq` can be shown, or the line is gone.
    pub(crate) fn shown_from(&self, seq: u64) -> impl Future<Output = ()> + Send + use<> {
        let mut applied = self.applied.subscribe();
        async move {
            let caught_up = applied.wait_for(|cursor| *cursor >= seq);
            let _ = tokio::time::timeout(std::time::Duration::from_secs(5), caught_up).await;
        }
    }

    /// The service, for a call that cannot do without.
    pub(crate) fn service(&self) -> Result<Arc<dyn Backend>, Failure> {
        self.backend.clone().ok_or_else(|| FailureCode::Offline.into())
    }
}

/// Keeps the refresh token of a real service in the keyring.
pub(crate) struct Kept {
    pub(crate) vault: Arc<dyn Vault>,
    pub(crate) name: String,
}

#[async_trait]
impl Keeper for Kept {
    async fn credentials(&self) -> Option<Credentials> {
        let (vault, name) = (self.vault.clone(), self.name.clone());
        let kept = tokio::task::spawn_blocking(move || vault.get(&name)).await.ok()?;
        kept.ok().flatten().map(Credentials::Refresh)
    }

    async fn keep(&self, refresh: &SecretString) -> Result<(), NotKept> {
        let (vault, name, refresh) = (self.vault.clone(), self.name.clone(), refresh.clone());
        tokio::task::spawn_blocking(move || vault.set(&name, &refresh))
            .await
            .map_err(|_| NotKept)?
            .map_err(|_| NotKept)
    }
}

/// The practice workspace keeps nothing: its service gives a new secret each time.
struct OneUse {
    embedded: Arc<dyn Embedded>,
}

#[async_trait]
impl Keeper for OneUse {
    async fn credentials(&self) -> Option<Credentials> {
        self.embedded.secret().await.map(Credentials::OneUse)
    }

    async fn keep(&self, _refresh: &SecretString) -> Result<(), NotKept> {
        Ok(())
    }
}
