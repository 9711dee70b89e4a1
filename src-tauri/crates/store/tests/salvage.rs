//! F17: the advisor's own file goes bad on the disk. Whatever can be read is saved, the damaged file is kept, and what was
//! lost is told.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use model::{At, CommandId, ConversationId, Intent, wire::Command};
use sha2::{Digest, Sha256};
use store::{
    Key, OpenError, Work,
    work::{
        draft, file, kept,
        outbox::{self, NewRow, Pending, Policy, State},
        salvage::{self, Salvaged},
    },
};
use uuid::Uuid;

const CHANGES: u32 = 60;
const DRAFTS: u32 = 12;
const FILES: u32 = 3;
/// As SQLCipher lays files out.
const PAGE: usize = 4_096;

/// A folder with a work file in it, and its key.
struct Desk {
    folder: tempfile::TempDir,
    key: Key,
}

impl Desk {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), key: Key::random() }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("work.db")
    }

    /// A shift's work on it, as a clean end leaves it: in one file, without a journal.
    fn worked(self) -> Self {
        let work = Work::open(&self.path(), &self.key).unwrap();
        for n in 0..CHANGES {
            let row = outbox::add(work.rows(), new_row(n)).unwrap();
            if n % 5 == 0 {
                outbox::set_state(work.rows(), row.command.id, State::Conflict, None).unwrap();
            }
        }
        for n in 0..DRAFTS {
            draft::save(work.rows(), talk(n), &words(n), At(n.into())).unwrap();
        }
        for n in 0..FILES {
            let waiting =
                file::Waiting { name: format!("{n}.png"), mime: "image/png".into(), bytes: bytes(n) };
            file::keep(work.rows(), &sha256(n), &waiting, At(0)).unwrap();
        }
        kept::save(work.rows(), "device", &"this one").unwrap();
        drop(work);
        self
    }

    fn opened(&self) -> Result<Work, OpenError> {
        Work::open_or_salvage(&self.path(), &self.key, At(77))
    }

    /// Other files beside it.
    fn beside(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        entries.map(|entry| entry.unwrap().path()).filter(|path| *path != self.path()).collect()
    }
}

fn talk(n: u32) -> ConversationId {
    ConversationId(Uuid::from_u128(u128::from(n) + 1))
}

fn words(n: u32) -> String {
    format!("{n} – ").repeat(90)
}

fn bytes(n: u32) -> Vec<u8> {
    vec![u8::try_from(n).unwrap(); 30_000]
}

fn sha256(n: u32) -> String {
    hex::encode(Sha256::digest(bytes(n)))
}

fn new_row(n: u32) -> NewRow {
    let command = Command::new(
        CommandId(Uuid::from_u128(u128::from(n) + 1_000)),
        Uuid::from_u128(2).into(),
        Intent::Reply { conversation: talk(n % 7), text: words(n).into(), attachments: vec![] },
        At(0),
    );
    NewRow {
        command,
        base: None,
        policy: Policy::Async,
        not_before: None,
        expires_at: None,
        made_at: At(n.into()),
    }
}

fn changes(work: &Work) -> Vec<Pending> {
    let (rows, unreadable) = outbox::open_rows(work.rows()).unwrap();
    assert!(unreadable.is_empty());
    rows
}

fn flip(path: &Path, from: usize, bytes: usize) {
    let mut all = fs::read(path).unwrap();
    all.iter_mut().skip(from).take(bytes).for_each(|byte| *byte = !*byte);
    fs::write(path, all).unwrap();
}

/// How much is there, and every bit of it as it was written.
fn counted(work: &Work) -> (u32, u32, u32) {
    let rows = changes(work);
    for row in &rows {
        let n = u32::try_from(row.local_no - 1).unwrap();
        assert_eq!(row.command, new_row(n).command);
        assert_eq!(row.state, if n % 5 == 0 { State::Conflict } else { State::Queued });
    }
    let mut drafts = 0;
    for n in 0..DRAFTS {
        if let Some(text) = draft::load::<String>(work.rows(), talk(n)).unwrap() {
            assert_eq!(text, words(n));
            drafts += 1;
        }
    }
    let mut files = 0;
    for n in 0..FILES {
        if let Some(waiting) = file::load(work.rows(), &sha256(n)).unwrap() {
            assert!(waiting.bytes == bytes(n), "file {n}");
            files += 1;
        }
    }
    (u32::try_from(rows.len()).unwrap(), drafts, files)
}

fn told(work: &Work) -> Option<Salvaged> {
    salvage::told(work.rows()).unwrap()
}

#[test]
fn f17_every_page_may_go_bad_and_costs_no_more_than_what_was_on_it() {
    let sample = Desk::new().worked();
    let whole = fs::read(sample.path()).unwrap();
    let pages = whole.len() / PAGE;
    assert!(pages > 30, "a file of several pages for each table: {pages}");
    let mut lost_somewhere = 0;
    for page in 1..pages {
        let desk = Desk { folder: tempfile::tempdir().unwrap(), key: sample.key.clone() };
        fs::write(desk.path(), &whole).unwrap();
        flip(&desk.path(), page * PAGE + 100, 64);
        let damaged = fs::read(desk.path()).unwrap();

        let work = desk.opened().unwrap();
        let (changes, drafts, files) = counted(&work);
        let Some(told) = told(&work) else {
            // A page that holds nothing now: of an index that grew, of something forgotten.
            assert_eq!((changes, drafts, files), (CHANGES, DRAFTS, FILES), "page {page}");
            continue;
        };
        assert_eq!(told.at, At(77));
        assert_eq!((told.changes.saved, told.drafts.saved, told.files.saved), (changes, drafts, files));
        // What is not there is told, and nothing else is.
        assert_eq!(changes + told.changes.lost, CHANGES, "page {page}: {told:?}");
        assert_eq!(drafts + told.drafts.lost, DRAFTS, "page {page}: {told:?}");
        assert_eq!(files + told.files.lost, FILES, "page {page}: {told:?}");
        assert!(told.changes.lost <= 6 && told.files.lost <= 1, "one page, not the file: {told:?}");
        lost_somewhere += told.changes.lost + told.drafts.lost + told.files.lost;
        assert_eq!(fs::read(&told.copy).unwrap(), damaged, "the damaged file is kept as it was");

        // It is told until it was read, and the new file is whole.
        drop(work);
        let work = desk.opened().unwrap();
        assert!(salvage::told(work.rows()).unwrap().is_some());
        salvage::forget(work.rows()).unwrap();
        drop(work);
        let work = desk.opened().unwrap();
        assert_eq!(salvage::told(work.rows()).unwrap(), None);
        assert_eq!(counted(&work), (changes, drafts, files));
    }
    assert!(lost_somewhere > 0, "the damage must hit something to prove anything");
}

#[test]
fn f17_what_was_in_the_journal_is_saved_with_it() {
    let desk = Desk::new().worked();
    let work = Work::open(&desk.path(), &desk.key).unwrap();
    outbox::add(work.rows(), new_row(CHANGES)).unwrap();
    // As a crash leaves it: the last change is in the journal alone.
    let crashed = Desk { folder: tempfile::tempdir().unwrap(), key: desk.key.clone() };
    for (from, to) in
        store::open::files_of(&desk.path()).iter().zip(store::open::files_of(&crashed.path())).take(2)
    {
        fs::copy(from, to).unwrap();
    }
    flip(&crashed.path(), 12 * PAGE + 100, 64);

    let work = crashed.opened().unwrap();
    assert!(told(&work).is_some());
    assert!(changes(&work).iter().any(|row| row.command == new_row(CHANGES).command));
}

#[test]
fn f17_saving_that_is_cut_short_is_done_again() {
    let desk = Desk::new().worked();
    let whole = fs::read(desk.path()).unwrap();
    flip(&desk.path(), 12 * PAGE + 100, 64);
    // Cut short after the copy was taken and the file itself was already gone.
    let copy = desk.path().with_extension("damaged.db");
    fs::rename(desk.path(), &copy).unwrap();
    fs::write(desk.path().with_extension("salvaging.db"), &whole[..PAGE]).unwrap();

    let work = desk.opened().unwrap();
    let (changes, ..) = counted(&work);
    let told = told(&work).unwrap();
    assert_eq!(changes + told.changes.lost, CHANGES);
    assert!(!copy.exists(), "under its last name now");
    assert!(told.copy.exists());
    drop(work);
    assert_eq!(desk.beside(), [told.copy]);
}

#[test]
fn f17_a_file_that_was_cut_off_gives_what_is_left() {
    let desk = Desk::new().worked();
    let whole = fs::read(desk.path()).unwrap();
    fs::write(desk.path(), &whole[..whole.len() / 2]).unwrap();
    let work = desk.opened().unwrap();
    let (changes, drafts, files) = counted(&work);
    let told = told(&work).unwrap();
    assert!(changes + drafts + files > 0, "{told:?}");
    assert!(told.changes.lost + told.drafts.lost + told.files.lost > 0, "{told:?}");
}

#[test]
fn f17_a_file_of_which_nothing_can_be_read_is_left_alone() {
    let desk = Desk::new().worked();
    flip(&desk.path(), 100, 64);
    let damaged = fs::read(desk.path()).unwrap();
    // The first page names the tables: without it nobody can tell a damaged file from one of another key.
    assert_eq!(desk.opened().map(drop), Err(OpenError::WrongKey));
    assert_eq!(fs::read(desk.path()).unwrap(), damaged);
    assert_eq!(desk.beside(), Vec::<PathBuf>::new());

    let whole = Desk::new().worked();
    let other = Desk { key: Key::random(), ..whole };
    assert_eq!(other.opened().map(drop), Err(OpenError::WrongKey));
}
