//! Secrets sealed in one small file under a passphrase: the second place of keys, beside the keyring or where there is
//! none.
//!
//! As disk encryption does it: the passphrase, stretched by Argon2id, opens a random *slot key*; the slot key opens the
//! secrets. So a secret that changes needs no passphrase while the slot is open, and a new passphrase changes no secret.
//! Both layers are XChaCha20-Poly1305 with random nonces; what one layer says is bound to its place in the file.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::{
    Key as SealKey, KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use rand::RngCore;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// The fewest characters of a passphrase: whoever has the disk may guess as long as they like.
pub const PASSPHRASE_CHARS: usize = 12;

/// The version of the file that is written here.
const VERSION: u32 = 1;
/// Memory of one guess, in KiB; with the passes, the second choice of RFC 9106 on one lane.
const MEMORY_KIB: u32 = 64 * 1024;
/// Passes over it.
const PASSES: u32 = 3;
/// The most memory that a file may ask for, in KiB: one that was tampered with must not take the machine down.
const MOST_MEMORY_KIB: u32 = 1024 * 1024;
/// The most passes.
const MOST_PASSES: u32 = 64;

/// Why a slot did not open or was not written. None of these changes anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SlotError {
    /// Another passphrase was chosen.
    #[error("this is not the passphrase")]
    WrongPassphrase,
    /// Too short to keep anything safe.
    #[error("a passphrase has at least {PASSPHRASE_CHARS} characters")]
    TooShort,
    /// The file is not one of ours any more.
    #[error("the file of the passphrase is damaged")]
    Damaged,
    /// It was written by a newer version of the app.
    #[error("the file of the passphrase was written by a newer version of Loopdesk")]
    Newer,
    /// The disk refuses, or there is one already.
    #[error("the disk refuses")]
    Disk,
}

type Seal = Zeroizing<[u8; 32]>;
type Secrets = BTreeMap<String, Zeroizing<String>>;

/// The file, as it is written.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sealed {
    stretch: Stretch,
    /// The slot key, under the stretched passphrase.
    slot_key: SealedBox,
    /// The secrets by name, under the slot key.
    secrets: SealedBox,
}

/// How a passphrase becomes a key: Argon2id with these numbers.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stretch {
    version: u32,
    memory_kib: u32,
    passes: u32,
    /// 16 random bytes, in hex.
    salt: String,
}

/// Something sealed, in hex.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SealedBox {
    nonce: String,
    sealed: String,
}

/// What stands before the rest is looked at: a newer version may have other fields.
#[derive(Deserialize)]
struct Outer {
    stretch: OnlyVersion,
}

#[derive(Deserialize)]
struct OnlyVersion {
    version: u32,
}

/// A slot that is open. Its key is wiped from memory with it.
pub struct Slot {
    path: PathBuf,
    inside: Mutex<Inside>,
}

struct Inside {
    key: Seal,
    sealed: Sealed,
    secrets: Secrets,
}

impl Slot {
    /// A new, empty slot under a passphrase.
    ///
    /// # Errors
    /// `TooShort`; `Disk` when the disk refuses or a file is there: one slot never takes the place of another.
    pub fn create(path: &Path, passphrase: &SecretString) -> Result<Self, SlotError> {
        let key = random_seal();
        let sealed = Sealed::new(passphrase, &key, &Secrets::new())?;
        write_new(path, &sealed)?;
        let inside = Inside { key, sealed, secrets: Secrets::new() };
        Ok(Self { path: path.to_owned(), inside: Mutex::new(inside) })
    }

    /// Writes a slot that holds these secrets, whole, in the place of an older one.
    ///
    /// # Errors
    /// `TooShort` and `Disk`; an older one is there as it was then.
    pub fn write(
        path: &Path,
        passphrase: &SecretString,
        secrets: Vec<(String, SecretString)>,
    ) -> Result<(), SlotError> {
        let named = |(name, secret): (String, SecretString)| {
            (name, Zeroizing::new(secret.expose_secret().to_owned()))
        };
        let sealed = Sealed::new(passphrase, &random_seal(), &secrets.into_iter().map(named).collect())?;
        write(path, &sealed)
    }

    /// Opens the slot. Takes a good part of a second, on purpose: never from a thread that paints.
    ///
    /// # Errors
    /// See [`SlotError`].
    pub fn open(path: &Path, passphrase: &SecretString) -> Result<Self, SlotError> {
        let sealed = read(path)?;
        let key = sealed.slot_key(passphrase)?;
        let secrets = sealed.open(&key)?;
        Ok(Self { path: path.to_owned(), inside: Mutex::new(Inside { key, sealed, secrets }) })
    }

    /// The secret under a name.
    pub fn get(&self, name: &str) -> Option<SecretString> {
        self.inside().secrets.get(name).map(|secret| secret.as_str().into())
    }

    /// Keeps a secret: the file holds it before this answers.
    ///
    /// # Errors
    /// `Disk`; the file holds what it held then.
    pub fn set(&self, name: &str, secret: &SecretString) -> Result<(), SlotError> {
        self.change(|secrets| {
            secrets.insert(name.to_owned(), Zeroizing::new(secret.expose_secret().to_owned()));
        })
    }

    /// Forgets one.
    ///
    /// # Errors
    /// `Disk`; the file holds what it held then.
    pub fn remove(&self, name: &str) -> Result<(), SlotError> {
        if self.get(name).is_none() {
            return Ok(());
        }
        self.change(|secrets| {
            secrets.remove(name);
        })
    }

    /// Puts another passphrase in the place of the old one. The secrets stay, and so does the slot key.
    ///
    /// # Errors
    /// `TooShort` and `Disk`; the old one opens the file then.
    pub fn change_passphrase(&self, passphrase: &SecretString) -> Result<(), SlotError> {
        let mut inside = self.inside();
        let sealed = Sealed::new(passphrase, &inside.key, &inside.secrets)?;
        write(&self.path, &sealed)?;
        inside.sealed = sealed;
        Ok(())
    }

    fn change(&self, change: impl FnOnce(&mut Secrets)) -> Result<(), SlotError> {
        let mut inside = self.inside();
        let mut secrets = inside.secrets.clone();
        change(&mut secrets);
        let mut sealed = inside.sealed.clone();
        sealed.secrets = sealed.seal(&inside.key, &secrets)?;
        write(&self.path, &sealed)?;
        inside.sealed = sealed;
        inside.secrets = secrets;
        Ok(())
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        // Whoever held it changed nothing before the file was whole.
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes a slot off the disk, without its passphrase: what it held is noise from then on.
///
/// # Errors
/// When a file is there and cannot be removed.
pub fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

impl Sealed {
    fn new(passphrase: &SecretString, key: &Seal, secrets: &Secrets) -> Result<Self, SlotError> {
        if passphrase.expose_secret().chars().count() < PASSPHRASE_CHARS {
            return Err(SlotError::TooShort);
        }
        let mut salt = [0u8; 16];
        rand::rng().fill_bytes(&mut salt);
        let stretch =
            Stretch { version: VERSION, memory_kib: MEMORY_KIB, passes: PASSES, salt: hex::encode(salt) };
        let slot_key = seal(&stretch.key(passphrase)?, &stretch.said("slot key"), &key[..])?;
        let mut new =
            Self { secrets: SealedBox { nonce: String::new(), sealed: String::new() }, stretch, slot_key };
        new.secrets = new.seal(key, secrets)?;
        Ok(new)
    }

    /// The slot key, if the passphrase is the right one.
    fn slot_key(&self, passphrase: &SecretString) -> Result<Seal, SlotError> {
        let stretched = self.stretch.key(passphrase)?;
        let bytes = open(&stretched, &self.stretch.said("slot key"), &self.slot_key)?
            .ok_or(SlotError::WrongPassphrase)?;
        let key: [u8; 32] = bytes.as_slice().try_into().map_err(|_| SlotError::Damaged)?;
        Ok(Zeroizing::new(key))
    }

    fn open(&self, key: &Seal) -> Result<Secrets, SlotError> {
        let bytes = open(key, b"loopdesk secrets", &self.secrets)?.ok_or(SlotError::Damaged)?;
        let known: BTreeMap<String, String> =
            serde_json::from_slice(&bytes).map_err(|_| SlotError::Damaged)?;
        Ok(known.into_iter().map(|(name, secret)| (name, Zeroizing::new(secret))).collect())
    }

    fn seal(&self, key: &Seal, secrets: &Secrets) -> Result<SealedBox, SlotError> {
        let plain: BTreeMap<&str, &str> =
            secrets.iter().map(|(name, secret)| (name.as_str(), secret.as_str())).collect();
        let bytes = Zeroizing::new(serde_json::to_vec(&plain).map_err(|_| SlotError::Damaged)?);
        seal(key, b"loopdesk secrets", &bytes)
    }
}

impl Stretch {
    fn key(&self, passphrase: &SecretString) -> Result<Seal, SlotError> {
        if self.memory_kib > MOST_MEMORY_KIB || self.passes > MOST_PASSES {
            return Err(SlotError::Damaged);
        }
        let salt = hex::decode(&self.salt).map_err(|_| SlotError::Damaged)?;
        let mut key = Zeroizing::new([0u8; 32]);
        let params =
            Params::new(self.memory_kib, self.passes, 1, Some(key.len())).map_err(|_| SlotError::Damaged)?;
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(passphrase.expose_secret().as_bytes(), &salt, &mut key[..])
            .map_err(|_| SlotError::Damaged)?;
        Ok(key)
    }

    /// What a sealed box is bound to: numbers that somebody changed do not open it.
    fn said(&self, what: &str) -> Vec<u8> {
        let Self { version, memory_kib, passes, salt } = self;
        format!("loopdesk {what} {version} {memory_kib} {passes} {salt}").into_bytes()
    }
}

fn random_seal() -> Seal {
    let mut key = Zeroizing::new([0u8; 32]);
    rand::rng().fill_bytes(&mut key[..]);
    key
}

fn seal(key: &Seal, said: &[u8], plain: &[u8]) -> Result<SealedBox, SlotError> {
    let mut nonce = [0u8; 24];
    rand::rng().fill_bytes(&mut nonce);
    let sealed = XChaCha20Poly1305::new(SealKey::from_slice(&key[..]))
        .encrypt(XNonce::from_slice(&nonce), Payload { msg: plain, aad: said })
        .map_err(|_| SlotError::Damaged)?;
    Ok(SealedBox { nonce: hex::encode(nonce), sealed: hex::encode(sealed) })
}

/// What was sealed; nothing when the key is not its key, or somebody changed it.
fn open(key: &Seal, said: &[u8], sealed: &SealedBox) -> Result<Option<Zeroizing<Vec<u8>>>, SlotError> {
    let nonce = hex::decode(&sealed.nonce).map_err(|_| SlotError::Damaged)?;
    let bytes = hex::decode(&sealed.sealed).map_err(|_| SlotError::Damaged)?;
    if nonce.len() != 24 {
        return Err(SlotError::Damaged);
    }
    let plain = XChaCha20Poly1305::new(SealKey::from_slice(&key[..]))
        .decrypt(XNonce::from_slice(&nonce), Payload { msg: &bytes, aad: said });
    Ok(plain.ok().map(Zeroizing::new))
}

fn read(path: &Path) -> Result<Sealed, SlotError> {
    let bytes = fs::read(path).map_err(|_| SlotError::Disk)?;
    let outer: Outer = serde_json::from_slice(&bytes).map_err(|_| SlotError::Damaged)?;
    if outer.stretch.version > VERSION {
        return Err(SlotError::Newer);
    }
    serde_json::from_slice(&bytes).map_err(|_| SlotError::Damaged)
}

/// Writes the first file of a slot: where there is one, nothing is written.
fn write_new(path: &Path, sealed: &Sealed) -> Result<(), SlotError> {
    if path.exists() {
        return Err(SlotError::Disk);
    }
    write(path, sealed)
}

fn write(path: &Path, sealed: &Sealed) -> Result<(), SlotError> {
    let bytes = serde_json::to_vec_pretty(sealed).map_err(|_| SlotError::Disk)?;
    crate::open::replace(path, &bytes).map_err(|error| {
        tracing::error!(kind = ?error.kind(), "the file of the passphrase cannot be written");
        SlotError::Disk
    })
}
