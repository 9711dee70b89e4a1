//! Keys under a passphrase.

#![expect(clippy::expect_used, reason = "a test may panic")]

use std::{fs, path::PathBuf};

use secrecy::{ExposeSecret, SecretString};
use store::slot::{self, Slot, SlotError};
use tempfile::TempDir;

const RIGHT: &str = "correct horse battery";

fn place() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("keys.slot");
    (folder, path)
}

fn secret(text: &str) -> SecretString {
    text.to_owned().into()
}

fn kept(slot: &Slot, name: &str) -> Option<String> {
    slot.get(name).map(|secret| secret.expose_secret().to_owned())
}

#[test]
fn what_is_kept_is_there_again_under_the_passphrase_and_nowhere_in_the_file() {
    let (folder, path) = place();
    let slot = Slot::create(&path, &secret(RIGHT)).expect("a slot");
    slot.set("alba/work", &secret("a-canary-of-a-key")).expect("kept");
    slot.set("alba/refresh", &secret("first-canary-token")).expect("kept");
    slot.set("alba/refresh", &secret("second-canary-token")).expect("kept");
    slot.remove("alba/never").expect("nothing to forget");
    drop(slot);

    let slot = Slot::open(&path, &secret(RIGHT)).expect("it opens");
    assert_eq!(kept(&slot, "alba/work").as_deref(), Some("a-canary-of-a-key"));
    assert_eq!(kept(&slot, "alba/refresh").as_deref(), Some("second-canary-token"));
    slot.remove("alba/refresh").expect("forgotten");
    let slot = Slot::open(&path, &secret(RIGHT)).expect("it opens");
    assert_eq!(kept(&slot, "alba/refresh"), None);

    let text = fs::read_to_string(&path).expect("the file");
    for word in ["canary", "alba", "refresh", RIGHT] {
        assert!(!text.contains(word), "{word} lies open in the file");
    }
    let left: Vec<_> = fs::read_dir(folder.path()).expect("a folder").flatten().collect();
    assert_eq!(left.len(), 1, "nothing is left beside it: {left:?}");
}

#[cfg(unix)]
#[test]
fn only_its_owner_may_read_the_file() {
    use std::os::unix::fs::PermissionsExt;
    let (_folder, path) = place();
    let slot = Slot::create(&path, &secret(RIGHT)).expect("a slot");
    slot.set("a", &secret("b")).expect("kept");
    assert_eq!(fs::metadata(&path).expect("the file").permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_wrong_passphrase_changes_nothing() {
    let (_folder, path) = place();
    Slot::create(&path, &secret(RIGHT)).expect("a slot").set("a", &secret("b")).expect("kept");
    let before = fs::read(&path).expect("the file");
    for wrong in ["", "correct horse batterz", "correct horse battery "] {
        assert_eq!(Slot::open(&path, &secret(wrong)).err(), Some(SlotError::WrongPassphrase));
    }
    assert_eq!(fs::read(&path).expect("the file"), before);
    assert!(Slot::open(&path, &secret(RIGHT)).is_ok(), "nobody is locked out");
}

#[test]
fn a_short_passphrase_is_refused_and_a_slot_never_takes_the_place_of_another() {
    let (_folder, path) = place();
    assert_eq!(Slot::create(&path, &secret("elf zeichen")).err(), Some(SlotError::TooShort));
    assert!(!path.exists());
    // Counted in characters, not in bytes.
    let slot = Slot::create(&path, &secret("éééééééééééé")).expect("twelve");
    slot.set("a", &secret("b")).expect("kept");
    assert_eq!(Slot::create(&path, &secret(RIGHT)).err(), Some(SlotError::Disk));
    let slot = Slot::open(&path, &secret("éééééééééééé")).expect("it opens");
    assert_eq!(kept(&slot, "a").as_deref(), Some("b"));
}

#[test]
fn another_passphrase_opens_the_same_secrets() {
    let (_folder, path) = place();
    let slot = Slot::create(&path, &secret(RIGHT)).expect("a slot");
    slot.set("a", &secret("b")).expect("kept");
    assert_eq!(slot.change_passphrase(&secret("short")).err(), Some(SlotError::TooShort));
    slot.change_passphrase(&secret("another horse altogether")).expect("changed");
    // What is kept after the change is kept under the new one.
    slot.set("c", &secret("d")).expect("kept");
    assert_eq!(Slot::open(&path, &secret(RIGHT)).err(), Some(SlotError::WrongPassphrase));
    let slot = Slot::open(&path, &secret("another horse altogether")).expect("it opens");
    assert_eq!((kept(&slot, "a"), kept(&slot, "c")), (Some("b".into()), Some("d".into())));
}

#[test]
fn a_file_that_was_changed_is_said_to_be_damaged_or_newer() {
    let (_folder, path) = place();
    Slot::create(&path, &secret(RIGHT)).expect("a slot").set("a", &secret("b")).expect("kept");
    let whole = fs::read_to_string(&path).expect("the file");
    let opened = |text: &str| {
        fs::write(&path, text).expect("the disk takes it");
        Slot::open(&path, &secret(RIGHT)).err()
    };
    assert_eq!(opened(""), Some(SlotError::Damaged));
    assert_eq!(opened(&whole[..whole.len() / 2]), Some(SlotError::Damaged));
    assert_eq!(opened(&whole.replace("\"version\": 1", "\"version\": 2")), Some(SlotError::Newer));
    // Numbers that would take the machine down are not followed.
    assert_eq!(opened(&whole.replace("65536", "4194304000")), Some(SlotError::Damaged));
    assert_eq!(opened(&whole.replace("\"passes\": 3", "\"passes\": 4000000")), Some(SlotError::Damaged));
    // Weaker ones, too, do not open what was sealed under the real ones.
    assert_eq!(opened(&whole.replace("\"passes\": 3", "\"passes\": 1")), Some(SlotError::WrongPassphrase));
    assert_eq!(opened(&whole), None);
    slot::remove(&path).expect("removed");
    slot::remove(&path).expect("nothing to remove");
    assert_eq!(Slot::open(&path, &secret(RIGHT)).err(), Some(SlotError::Disk));
}
