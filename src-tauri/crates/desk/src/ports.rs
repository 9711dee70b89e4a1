//! What the desk needs from the world around it, and does not know how to do: the keyring, the window's shell, and a
//! service in the same process.

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use backend::native::Address;
use model::{ConversationId, PresenceState, Slug};
use secrecy::SecretString;
use store::{
    Key,
    keyring::{Keyring, NoAnswer},
    slot::Slot,
};

use crate::{
    Failure, FailureCode,
    view::{LockedWhy, PracticeCustomer},
};

/// Keeps secrets. Calls may take seconds: never from a thread that paints.
pub trait Vault: Send + Sync {
    /// The secret under that name; nothing when there is none.
    ///
    /// # Errors
    /// When nobody knows whether there is one.
    fn get(&self, name: &str) -> Result<Option<SecretString>, LockedWhy>;
    /// Keeps a secret.
    ///
    /// # Errors
    /// When it was not kept.
    fn set(&self, name: &str, secret: &SecretString) -> Result<(), LockedWhy>;
    /// Forgets one.
    ///
    /// # Errors
    /// When nobody knows whether it is gone.
    fn remove(&self, name: &str) -> Result<(), LockedWhy>;
    /// Puts everything under another passphrase, where it is kept under one.
    ///
    /// # Errors
    /// When it is not, or the passphrase is not taken; the old one holds then.
    fn change_passphrase(&self, _passphrase: &SecretString) -> Result<(), Failure> {
        Err(FailureCode::Invalid.into())
    }
}

impl From<NoAnswer> for LockedWhy {
    fn from(no_answer: NoAnswer) -> Self {
        match no_answer {
            NoAnswer::Absent => LockedWhy::NoKeyring,
            NoAnswer::Locked => LockedWhy::KeyringLocked,
            NoAnswer::Slow => LockedWhy::KeyringSlow,
        }
    }
}

impl Vault for Keyring {
    fn get(&self, name: &str) -> Result<Option<SecretString>, LockedWhy> {
        Ok(Keyring::get(self, name)?)
    }

    fn set(&self, name: &str, secret: &SecretString) -> Result<(), LockedWhy> {
        Ok(Keyring::set(self, name, secret)?)
    }

    fn remove(&self, name: &str) -> Result<(), LockedWhy> {
        Ok(Keyring::remove(self, name)?)
    }
}

impl Vault for Slot {
    fn get(&self, name: &str) -> Result<Option<SecretString>, LockedWhy> {
        Ok(Slot::get(self, name))
    }

    fn set(&self, name: &str, secret: &SecretString) -> Result<(), LockedWhy> {
        Slot::set(self, name, secret).map_err(|_| LockedWhy::Disk)
    }

    fn remove(&self, name: &str) -> Result<(), LockedWhy> {
        Slot::remove(self, name).map_err(|_| LockedWhy::Disk)
    }

    fn change_passphrase(&self, passphrase: &SecretString) -> Result<(), Failure> {
        Ok(Slot::change_passphrase(self, passphrase)?)
    }
}

/// What a notification is about; a newer one about the same thing takes the place of the older one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum About {
    /// An offer.
    Offer(ConversationId),
    /// New words of a customer.
    Message(ConversationId),
    /// Somebody called the reader in a note.
    Mention(ConversationId),
    /// What happened while the computer slept or the line was down.
    Summary,
    /// The window was closed and the app goes on in the tray.
    Tray,
}

/// A notification, in the reader's words. Plain text: the shell escapes what its system would read as markup.
#[derive(Clone, PartialEq, Eq)]
pub struct Notification {
    /// What it is about.
    pub about: About,
    /// Its first line.
    pub title: String,
    /// Its second line.
    pub body: String,
    /// Whether somebody must act now.
    pub urgent: bool,
}

/// What the tray shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tray {
    /// The reader's presence; nothing when the line is down or nobody is signed in.
    pub presence: Option<PresenceState>,
    /// Offers and unread conversations.
    pub waiting: u32,
    /// In words.
    pub tooltip: String,
}

/// Which keys of a headset or keyboard are taken for calls, also while another program is in front.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallKey {
    /// Play and pause: takes a call that rings; makes one that is spoken wait, or goes on.
    PlayPause,
    /// Stop: does not take a call that rings, or ends the one that is spoken.
    Stop,
}

/// What only the program around the window can do.
#[async_trait]
pub trait Shell: Send + Sync {
    /// Opens an address, already checked, in the system's browser.
    fn open_link(&self, url: &str);
    /// Shows a notification.
    fn notify(&self, notification: &Notification);
    /// Takes a notification away: it was handled.
    fn clear(&self, about: &About);
    /// Shows the state in the tray.
    fn tray(&self, tray: &Tray);
    /// Takes the keys of a headset for calls, or gives them back to whoever plays music.
    fn take_call_keys(&self, _take: bool) {}
    /// Shows the bar of a call over all windows, or takes it away.
    fn call_bar(&self, _show: bool) {}
    /// Makes everything in the window larger or smaller.
    fn zoom(&self, percent: u16);
    /// Where files are saved.
    fn downloads(&self) -> PathBuf;
    /// The picture on the clipboard, as PNG, where the window's engine keeps it from the page.
    async fn clipboard_picture(&self) -> Option<Vec<u8>>;
    /// Makes the window's engine forget what it keeps beside the page: what was stored for it, caches. After a sign-out.
    fn forget_page(&self) {}
    /// Ends the program.
    fn quit(&self);
}

/// A service in the same process, for the practice workspace.
#[async_trait]
pub trait Embedded: Send + Sync {
    /// Starts it on a folder of its own, encrypted with `key`; answers where it listens.
    ///
    /// # Errors
    /// In a sentence.
    async fn start(&self, folder: &Path, key: &Key) -> Result<Address, String>;
    /// A secret with which the first user signs in, once.
    async fn secret(&self) -> Option<SecretString>;
    /// The practice customers, in the language of the reader.
    async fn practice(&self, language: &Slug) -> Vec<PracticeCustomer>;
    /// Lets one of them write.
    ///
    /// # Errors
    /// In a sentence.
    async fn start_practice(&self, id: &Slug) -> Result<(), String>;
    /// Lets one of them leave.
    async fn stop_practice(&self, id: &Slug);
    /// Ends with the next coming or going of a practice customer.
    async fn practice_changed(&self);
    /// Ends the service.
    async fn stop(&self);
}
