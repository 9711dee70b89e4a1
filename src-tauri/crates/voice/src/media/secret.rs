//! Sound that nobody on the way can hear or forge: SRTP (RFC 3711) with AES and SHA-1, whose keys the signalling carries
//! (RFC 4568). That is worth as much as the signalling is: TLS belongs to it.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use rand::RngCore;
use rtc_srtp::{
    context::Context, crypto::default_provider, option::srtp_replay_protection,
    protection_profile::ProtectionProfile,
};

/// The way that every telephone knows; its name in a session description.
pub(crate) const SUITE: &str = "AES_CM_128_HMAC_SHA1_80";
const PROFILE: ProtectionProfile = ProtectionProfile::Aes128CmHmacSha1_80;
/// A key, in bytes.
const KEY: usize = 16;
/// Its salt, in bytes.
const SALT: usize = 14;
/// Packets that may be behind the newest one.
const WINDOW: usize = 128;

/// What one side locks its sound with.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Key([u8; KEY + SALT]);

impl Key {
    /// One that nobody knows.
    pub(crate) fn new() -> Self {
        let mut key = [0; KEY + SALT];
        rand::rng().fill_bytes(&mut key);
        Self(key)
    }

    /// As it stands in a session description.
    pub(crate) fn text(&self) -> String {
        STANDARD.encode(self.0)
    }

    /// From a session description.
    pub(crate) fn read(text: &str) -> Option<Self> {
        STANDARD.decode(text).ok()?.try_into().ok().map(Self)
    }

    fn context(&self, replays: bool) -> Option<Context> {
        let (key, salt) = self.0.split_at_checked(KEY)?;
        let provider = default_provider().ok()?;
        let window = replays.then(|| srtp_replay_protection(WINDOW));
        Context::new(key, salt, PROFILE, window, None, provider.crypto()).ok()
    }
}

/// Whoever has it hears everything.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key")
    }
}

/// What both sides lock their sound with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Keys {
    pub(crate) ours: Key,
    pub(crate) theirs: Key,
}

/// Locks what is sent, and unlocks what comes.
pub(crate) struct Lock {
    keys: Keys,
    locking: Option<Context>,
    /// One for the stream that is listened to. What others send must not fill memory.
    unlocking: Option<(u32, Context)>,
}

impl Lock {
    pub(crate) fn new(keys: Keys) -> Self {
        Self { locking: keys.ours.context(false), unlocking: None, keys }
    }

    /// Whether it locks with these.
    pub(crate) fn has(&self, keys: &Keys) -> bool {
        self.keys == *keys
    }

    /// Locks a packet; nothing if that cannot be, so that nothing goes out open.
    pub(crate) fn lock(&mut self, packet: &[u8]) -> Option<Vec<u8>> {
        self.locking.as_mut()?.encrypt_rtp(packet).ok().map(Into::into)
    }

    /// Unlocks a packet of this stream; nothing if the other side did not lock it, or it came before.
    pub(crate) fn unlock(&mut self, packet: &[u8], ssrc: u32) -> Option<Vec<u8>> {
        if let Some((_, known)) = self.unlocking.as_mut().filter(|(known, _)| *known == ssrc) {
            return known.decrypt_rtp(packet).ok().map(Into::into);
        }
        let mut new = self.keys.theirs.context(true)?;
        let unlocked = new.decrypt_rtp(packet).ok()?;
        self.unlocking = Some((ssrc, new));
        Some(unlocked.into())
    }
}

impl fmt::Debug for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lock")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::{codec::Codec, sender::Sender};

    fn pair() -> (Lock, Lock) {
        let (one, other) = (Key::new(), Key::new());
        let back = Keys { ours: other.clone(), theirs: one.clone() };
        (Lock::new(Keys { ours: one, theirs: other }), Lock::new(back))
    }

    fn ssrc(packet: &[u8]) -> u32 {
        u32::from_be_bytes(packet[8..12].try_into().unwrap())
    }

    #[test]
    fn what_one_locks_the_other_unlocks_once() {
        let (mut one, mut other) = pair();
        let packet = Sender::new(Codec::Pcma).sound(8, &[7; 160]).unwrap();
        let locked = one.lock(&packet).unwrap();
        assert_ne!(locked[12..172], packet[12..], "nobody can read it");
        assert_eq!(other.unlock(&locked, ssrc(&packet)), Some(packet.clone()));
        assert_eq!(other.unlock(&locked, ssrc(&packet)), None, "it cannot be played again");
    }

    #[test]
    fn what_was_changed_or_locked_by_somebody_else_is_not_unlocked() {
        let (mut one, mut other) = pair();
        let packet = Sender::new(Codec::Pcma).sound(8, &[7; 160]).unwrap();
        let locked = one.lock(&packet).unwrap();
        for at in 0..locked.len() {
            let mut changed = locked.clone();
            changed[at] ^= 1;
            assert_eq!(other.unlock(&changed, ssrc(&changed)), None, "byte {at}");
        }
        assert_eq!(other.unlock(&packet, ssrc(&packet)), None, "open");
        assert_eq!(other.unlock(&locked[..20], ssrc(&packet)), None, "too short");
        assert_eq!(pair().0.unlock(&locked, ssrc(&packet)), None, "another key");
        assert!(other.unlock(&locked, ssrc(&packet)).is_some());
    }

    #[test]
    fn a_key_is_written_as_it_is_read() {
        let key = Key::new();
        assert_eq!(Key::read(&key.text()), Some(key));
        assert_eq!(Key::read("c2hvcnQ="), None);
        assert_eq!(Key::read("?"), None);
    }
}
