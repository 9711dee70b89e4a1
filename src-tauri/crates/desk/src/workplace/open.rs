//! Opening a workspace: keys from the keyring, and the two files. A file whose key is missing is never replaced; nothing is
//! ever written unencrypted.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use backend::native::Address;
use model::{DeviceId, Person};
use secrecy::SecretString;
use store::{
    Cache, Key, OpenError, Work,
    work::{kept, salvage},
};
use tokio::{sync::watch, task::JoinHandle};
use uuid::Uuid;

use super::{
    Dirty, Painted, Shown, Workplace,
    keys::{Door, FileKeys, Found, NotOpened, Unlock},
    person::Chosen,
    session::Kept,
};
use crate::{
    Failure, FailureCode,
    core::{Core, State},
    helper::Helper,
    live::moment::Moment,
    phone::Telephone,
    ports::Vault,
    replica::Replica,
    settings::{Known, PRACTICE},
    sync::LineState,
    view::{Keys, Locked, LockedWhy, Passphrase},
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

/// How often a locked workspace is tried again by itself, in ms.
const HEAL: i64 = 5_000;

/// The disk refuses.
pub(super) const DISK: Locked = Locked { why: LockedWhy::Disk, passphrase: Passphrase::No, since: None };

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
            help: super::help::Help::default(),
            telephone: Telephone::new(self.telephony.clone(), self.io.clone(), device.0.as_u64_pair().1),
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
}
