//! Where the keys of a workspace's files come from: the system's keyring, a slot under a passphrase, or both. A file whose
//! key is missing is never replaced, and nothing is ever written unencrypted.
//!
//! With a keyring, a slot holds the same keys once more, so that a keyring that was wiped is made whole again. Without one
//! it holds all secrets of the workspace, the refresh token among them.

use std::{path::Path, sync::Arc};

use model::DeviceId;
use secrecy::{ExposeSecret, SecretString};
use store::{
    Key, OpenError, Work,
    slot::{Slot, SlotError},
    work::kept,
};

use super::open::{Files, Folder, open_cache, secret_name};
use crate::{
    Failure, FailureCode,
    clock::Now,
    core::{Core, State},
    ports::Vault,
    settings::{Known, PRACTICE},
    view::{Keys, Locked, LockedWhy, Passphrase},
    workplace::lease,
};

impl From<OpenError> for LockedWhy {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::WrongKey => LockedWhy::WrongKey,
            OpenError::Newer => LockedWhy::Newer,
            OpenError::Damaged | OpenError::Disk => LockedWhy::Disk,
        }
    }
}

impl From<SlotError> for Failure {
    fn from(error: SlotError) -> Self {
        let code = match error {
            SlotError::WrongPassphrase => FailureCode::WrongPassphrase,
            SlotError::TooShort | SlotError::Damaged | SlotError::Newer => FailureCode::Invalid,
            SlotError::Disk => FailureCode::NotSaved,
        };
        let detail = if error == SlotError::WrongPassphrase { String::new() } else { error.to_string() };
        Failure::new(code, detail)
    }
}

/// The keys of a workspace's files.
#[derive(Clone)]
pub(crate) struct FileKeys {
    pub(crate) cache: Key,
    pub(crate) work: Key,
    /// Of the embedded service, in the practice workspace.
    pub(crate) service: Option<Key>,
}

impl FileKeys {
    /// Each with the name under which it is kept.
    fn named(&self) -> impl Iterator<Item = (&'static str, &Key)> {
        let service = self.service.as_ref().map(|key| ("service", key));
        [("cache", &self.cache), ("work", &self.work)].into_iter().chain(service)
    }
}

/// How a workspace is to be opened.
pub(crate) enum Unlock {
    /// With what the keyring holds.
    Keyring,
    /// With what was open a moment ago.
    Again(Arc<dyn Vault>),
    /// The same, and the service answered: the lease begins anew.
    InContact(Arc<dyn Vault>),
    /// With the slot under this passphrase, because the keyring did not open it for that reason.
    Passphrase(SecretString, LockedWhy),
    /// For the first time, without a keyring: with a new slot under this passphrase.
    Choose(SecretString),
}

/// What was found of a workspace.
pub(crate) enum Found {
    /// Its files, open.
    Files(Box<Files>),
    /// Nobody is signed in, and nothing of anybody is here.
    Nobody(Arc<dyn Vault>),
    /// There was no contact with the service for too long. Nothing is open; which installation this is.
    LeaseOver(Arc<dyn Vault>, model::At, Option<DeviceId>),
}

/// Why a workspace was not opened. Nothing was changed then.
pub(crate) enum NotOpened {
    /// It stays closed.
    Locked(Locked),
    /// What was asked for does not work; what is shown stays.
    Refused(Failure),
}

impl From<Failure> for NotOpened {
    fn from(failure: Failure) -> Self {
        NotOpened::Refused(failure)
    }
}

/// What opening needs to know.
pub(crate) struct Door {
    pub(crate) ring: Arc<dyn Vault>,
    pub(crate) folder: Folder,
    pub(crate) known: Known,
    pub(crate) now: Now,
}

impl Door {
    /// Keys and files. Blocks: the keyring may take its time, and so does a passphrase.
    pub(crate) fn open(&self, unlock: Unlock) -> Result<Found, NotOpened> {
        match unlock {
            Unlock::Keyring => self.open_with(&self.ring, false).map_err(|why| self.locked(why)),
            Unlock::Again(vault) => self.open_with(&vault, false).map_err(|why| self.locked(why)),
            Unlock::InContact(vault) => self.open_with(&vault, true).map_err(|why| self.locked(why)),
            Unlock::Passphrase(passphrase, ring) => {
                let slot = Slot::open(&self.folder.slot(), &passphrase).map_err(Failure::from)?;
                let slot: Arc<dyn Vault> = Arc::new(slot);
                let found = self.open_with(&slot, false).map_err(|why| self.locked(why))?;
                Ok(self.give_back(&slot, ring, found))
            }
            Unlock::Choose(passphrase) => {
                if self.has_files() || !matches!(self.ring.get(&self.name("work")), Err(LockedWhy::NoKeyring))
                {
                    return Err(NotOpened::Refused(FailureCode::TooLate.into()));
                }
                std::fs::create_dir_all(&self.folder.path).map_err(|_| self.locked(LockedWhy::Disk))?;
                let slot = Slot::create(&self.folder.slot(), &passphrase).map_err(Failure::from)?;
                let slot: Arc<dyn Vault> = Arc::new(slot);
                self.open_with(&slot, false).map_err(|why| self.locked(why))
            }
        }
    }

    fn name(&self, what: &str) -> String {
        secret_name(&self.known.id, what)
    }

    /// Whether anything is here that has a key already.
    fn has_files(&self) -> bool {
        let service = service_file(&self.folder);
        [self.folder.cache(), self.folder.work(), self.folder.slot(), service]
            .iter()
            .any(|file| file.exists())
    }

    fn locked(&self, why: LockedWhy) -> NotOpened {
        let enter = self.folder.slot().exists();
        let passphrase = match why {
            LockedWhy::NoKeyring if !self.has_files() => Passphrase::Choose,
            LockedWhy::NoKeyring
            | LockedWhy::KeyringLocked
            | LockedWhy::KeyringSlow
            | LockedWhy::KeyMissing
            | LockedWhy::WrongKey
                if enter =>
            {
                Passphrase::Enter
            }
            _ => Passphrase::No,
        };
        NotOpened::Locked(Locked { why, passphrase, since: None })
    }

    fn open_with(&self, vault: &Arc<dyn Vault>, in_contact: bool) -> Result<Found, LockedWhy> {
        let Self { folder, known, .. } = self;
        let practice = known.id == PRACTICE;
        // Nobody's keys are made for nobody: after a sign-out nothing is left, and nothing comes back by itself.
        if !practice && !self.has_files() && vault.get(&self.name("refresh"))?.is_none() {
            return Ok(Found::Nobody(vault.clone()));
        }
        std::fs::create_dir_all(&folder.path).map_err(|_| LockedWhy::Disk)?;
        let mut keys = FileKeys {
            cache: self.key_for(vault, "cache", &folder.cache())?,
            work: self.key_for(vault, "work", &folder.work())?,
            service: None,
        };
        if practice {
            std::fs::create_dir_all(folder.service()).map_err(|_| LockedWhy::Disk)?;
            keys.service = Some(self.key_for(vault, "service", &service_file(folder))?);
        }
        // First the file that can never be replaced: when its key does not fit, nothing else is touched.
        let work = Work::open_or_salvage(&folder.work(), &keys.work, self.now.wall)?;
        if !practice && let Some(since) = lease::over(&work, self.now, in_contact) {
            let device = kept::load(work.rows(), "device").map_err(|_| LockedWhy::Disk)?;
            return Ok(Found::LeaseOver(vault.clone(), since, device));
        }
        let cache = open_cache(&folder.cache(), &keys.cache)?;
        let shown = Keys { keyring: Arc::ptr_eq(vault, &self.ring), passphrase: folder.slot().exists() };
        let vault = vault.clone();
        Ok(Found::Files(Box::new(Files { cache, work, vault, keys, shown })))
    }

    /// The key kept under a name; a new one when there is none and nothing needs the old one.
    fn key_for(&self, vault: &Arc<dyn Vault>, what: &str, file: &Path) -> Result<Key, LockedWhy> {
        let name = self.name(what);
        // What the keyring misses, the slot may hold.
        let elsewhere = Arc::ptr_eq(vault, &self.ring) && self.folder.slot().exists();
        match vault.get(&name)? {
            Some(kept) => Key::read(kept).ok_or(LockedWhy::WrongKey),
            // A locked keyring may say that there is nothing: with the file there, that cannot be true.
            None if file.exists() || elsewhere => Err(LockedWhy::KeyMissing),
            None => {
                let key = Key::random();
                vault.set(&name, key.hex())?;
                Ok(key)
            }
        }
    }

    /// A keyring that answers gets back the keys that opened the files, and the refresh token: it is used from now on. One that
    /// is locked or slow is not bothered again; it is asked for the token later. Where there is none, the slot goes on.
    fn give_back(&self, slot: &Arc<dyn Vault>, why: LockedWhy, found: Found) -> Found {
        let Found::Files(mut files) = found else { return found };
        match why {
            LockedWhy::NoKeyring => return Found::Files(files),
            LockedWhy::KeyringLocked | LockedWhy::KeyringSlow => {}
            _ => {
                if let Err(why) = self.refill(slot, &files) {
                    tracing::warn!(
                        ?why,
                        "the keyring does not take the keys back; the passphrase opens them again"
                    );
                }
            }
        }
        files.vault = self.ring.clone();
        files.shown.keyring = true;
        Found::Files(files)
    }

    fn refill(&self, slot: &Arc<dyn Vault>, files: &Files) -> Result<(), LockedWhy> {
        for (what, key) in files.keys.named() {
            self.ring.set(&self.name(what), key.hex())?;
        }
        let token = self.name("refresh");
        if let Some(kept) = slot.get(&token)? {
            if self.ring.get(&token)?.is_none() {
                self.ring.set(&token, &kept)?;
            }
            slot.remove(&token)?;
        }
        Ok(())
    }
}

fn service_file(folder: &Folder) -> std::path::PathBuf {
    folder.service().join("service.db")
}

/// The keys of the open workspace, to be put under a passphrase or not.
pub(crate) struct Places {
    id: String,
    folder: Folder,
    vault: Arc<dyn Vault>,
    shown: Keys,
    keys: FileKeys,
}

impl Places {
    /// Puts the keys under a passphrase, in the place of an older one. Blocks.
    pub(crate) fn seal(self, passphrase: &SecretString) -> Result<Keys, Failure> {
        if self.shown.keyring {
            // The keys of the files that are open, wherever they came from: never others.
            let named = |(what, key): (&str, &Key)| (secret_name(&self.id, what), key.hex().clone());
            Slot::write(&self.folder.slot(), passphrase, self.keys.named().map(named).collect())?;
        } else {
            self.vault.change_passphrase(passphrase)?;
        }
        Ok(Keys { passphrase: true, ..self.shown })
    }

    /// Takes the passphrase away, if the keyring really holds the keys. Blocks.
    pub(crate) fn unseal(self) -> Result<Keys, Failure> {
        for (what, key) in self.keys.named() {
            let kept = self.vault.get(&secret_name(&self.id, what)).map_err(|_| FailureCode::Locked)?;
            if !self.shown.keyring
                || kept.is_none_or(|kept| kept.expose_secret() != key.hex().expose_secret())
            {
                let only = "Without the passphrase nothing would open your files: the keyring does not hold their keys.";
                return Err(Failure::new(FailureCode::Invalid, only));
            }
        }
        store::slot::remove(&self.folder.slot()).map_err(|_| Failure::from(FailureCode::NotSaved))?;
        Ok(Keys { passphrase: false, ..self.shown })
    }
}

impl Core {
    /// Tries to open what is locked once more; what is shown stays until that is known.
    pub(crate) fn try_again(&mut self) {
        match &self.state {
            State::Locked(locked) if locked.why == LockedWhy::LeaseOver => self.knock(0),
            State::Locked(_) => self.open_by(Unlock::Keyring),
            State::Opening | State::SignedOut | State::Open(_) => {}
        }
    }

    /// Does what the settings want with the passphrase of the open workspace.
    pub(crate) fn places(
        &mut self,
        work: impl FnOnce(Places) -> Result<Keys, Failure> + Send + 'static,
    ) -> Result<tokio::task::JoinHandle<Result<Keys, Failure>>, Failure> {
        let (desk, vault) = (self.folder.clone(), self.secrets());
        let place = self.place()?;
        let places = Places {
            id: place.id.clone(),
            folder: Folder::of(&desk, &place.id),
            vault,
            shown: place.keys,
            keys: place.file_keys.clone(),
        };
        Ok(self.io.spawn_blocking(move || work(places)))
    }
}
