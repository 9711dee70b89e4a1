//! A small shift on the real files: what was said to be saved is there, what was refused is not, and the files are whole.

use std::{
    collections::{BTreeMap, BTreeSet},
    process::Output,
};

use model::{
    At, CommandId, ConversationId, Customer, CustomerId, Epoch, Intent, Person, PersonId, Role,
    wire::{Command, Entity, Event, Outcome, frames::Change},
};
use sha2::{Digest, Sha256};
use store::{
    Cache, Key, Work, cache,
    work::{
        draft, file,
        outbox::{self, NewRow, Policy, State},
        salvage,
    },
};
use uuid::Uuid;

use crate::faults::{DIED, given, on_disk, tried, writes};

/// The test below that is the child.
const CHILD: &str = "shift::a_shift";
/// Rounds of work in a shift.
const ROUNDS: u32 = 5;
fn id(n: u32) -> Uuid {
    Uuid::from_u128(u128::from(n) + 1)
}

fn words(n: u32) -> String {
    format!("{n} – ").repeat(400)
}

fn new_row(n: u32) -> NewRow {
    let command = Command::new(
        CommandId(id(n)),
        id(0).into(),
        Intent::Reply { conversation: ConversationId(id(9)), text: words(n).into(), attachments: vec![] },
        At(0),
    );
    NewRow { command, base: None, policy: Policy::Async, not_before: None, expires_at: None, made_at: At(0) }
}

fn bytes(n: u32) -> Vec<u8> {
    n.to_le_bytes().repeat(3_000)
}

fn sha256(n: u32) -> String {
    hex::encode(Sha256::digest(bytes(n)))
}

fn me() -> Person {
    Person {
        id: PersonId(id(1)),
        name: "Inès Keller".into(),
        role: Role::Advisor,
        team: "care".parse().unwrap(),
        skills: vec![],
        queues: vec![],
        active: true,
        version: 1,
    }
}

fn customer(n: u32, round: u32) -> Event {
    let customer = Customer {
        id: CustomerId(id(n)),
        name: round.to_string().into(),
        language: None,
        tier: None,
        since: At(0),
        persona: None,
        identities: vec![],
        attributes: BTreeMap::new(),
        consent: vec![],
        blocked: false,
        version: round,
    };
    let change = Change::Put { entity: Entity::Customer(customer) };
    Event { seq: u64::from(round), at: At(0), actor: None, command: None, change }
}

/// A shift on the files in the folder. What was done is said at once, a word and a number; nothing is said of what the disk
/// refused. Not a test: the child of one.
#[test]
fn a_shift() {
    let Some((folder, key)) = given() else { return };
    let say = |what: &str, n: u32, done: bool| println!("\n{what} {n} {done}");
    let Ok(work) = Work::open_or_salvage(&folder.join("work.db"), &key, At(0)) else { return };
    let Ok(mut cache) = Cache::open(&folder.join("cache.db"), &key) else { return };
    let sql = work.rows();
    for n in 1..=ROUNDS {
        let saved = outbox::add(sql, new_row(n)).is_ok();
        say("saved", n, saved);
        say("draft", n, draft::save(sql, ConversationId(id(n)), &words(n), At(0)).is_ok());
        if n % 2 == 0 {
            let waiting = file::Waiting { name: "a".into(), mime: "b".into(), bytes: bytes(n) };
            say("file", n, file::keep(sql, &sha256(n), &waiting, At(0)).is_ok());
        }
        let both = [customer(10, n), customer(20, n)];
        say("cursor", n, cache.apply(u64::from(n), &both, &me(), At(0)).is_ok());
        if saved && n < ROUNDS {
            let outcome = Outcome::Applied { seq: u64::from(n) };
            let acked =
                outbox::set_acked(sql, CommandId(id(n)), Epoch(id(0)), u64::from(n), &outcome).is_ok();
            say("acked", n, acked);
            say("settled", n, work.settle_done(Epoch(id(0)), u64::from(n)).is_ok());
        }
    }
}

struct Shift {
    folder: tempfile::TempDir,
    key: Key,
    output: Output,
}

/// A shift on fresh files with a disk that does that at the n-th write.
fn shift(how: &str, n: u32) -> Shift {
    let folder = tempfile::tempdir().unwrap();
    let key = Key::random();
    let output = on_disk(CHILD, folder.path(), &key, how, n);
    Shift { folder, key, output }
}

impl Shift {
    /// Whether the disk did what it was to do.
    fn struck(&self) -> bool {
        let said = String::from_utf8_lossy(&self.output.stdout).contains(" false");
        said || !self.output.status.success()
    }

    fn said(&self, what: &str, done: bool) -> BTreeSet<u32> {
        let text = String::from_utf8_lossy(&self.output.stdout).into_owned();
        let said = text.lines().filter_map(|line| {
            let mut parts = line.split(' ');
            let (name, n, how) = (parts.next()?, parts.next()?.parse().ok()?, parts.next()?);
            (name == what && how == done.to_string()).then_some(n)
        });
        said.collect()
    }

    /// Both files are whole and hold what was said. `also`: what was refused may be there all the same.
    fn holds(&self, also: bool, case: &str) {
        let work = Work::open_or_salvage(&self.folder.path().join("work.db"), &self.key, At(1)).expect(case);
        assert_eq!(salvage::told(work.rows()).unwrap(), None, "{case}: nothing is damaged");
        for n in 1..=ROUNDS {
            let row = outbox::load(work.rows(), CommandId(id(n))).unwrap();
            if self.said("saved", true).contains(&n) {
                let row = row.unwrap_or_else(|| panic!("{case}: {n} was saved"));
                assert_eq!(row.command, new_row(n).command, "{case}");
                if self.said("settled", true).contains(&n) && self.said("acked", true).contains(&n) {
                    assert_eq!(row.state, State::Done, "{case}");
                } else if self.said("acked", true).contains(&n) {
                    assert!(matches!(row.state, State::Acked | State::Done), "{case}");
                }
            } else if self.said("saved", false).contains(&n) && !also {
                assert!(row.is_none(), "{case}: {n} was refused");
            }
            if self.said("draft", true).contains(&n) {
                let text: Option<String> = draft::load(work.rows(), ConversationId(id(n))).unwrap();
                assert!(text == Some(words(n)), "{case}: the draft {n} was saved");
            }
            if self.said("file", true).contains(&n) {
                let waiting = file::load(work.rows(), &sha256(n)).unwrap();
                assert!(waiting.is_some_and(|file| file.bytes == bytes(n)), "{case}: the file {n} was saved");
            }
        }
        let cache = Cache::open(&self.folder.path().join("cache.db"), &self.key).expect(case);
        let cursor = cache.position().unwrap().cursor;
        let said = self.said("cursor", true).last().copied().unwrap_or(0);
        assert!(cursor >= u64::from(said), "{case}: {cursor} after {said}");
        for n in [10, 20] {
            let known = cache::customer::load(cache.rows(), CustomerId(id(n))).unwrap();
            let name = known.map(|customer| customer.name.to_string()).unwrap_or_default();
            let wanted = if cursor == 0 { String::new() } else { cursor.to_string() };
            assert_eq!(name, wanted, "{case}: rows and cursor are written together");
        }
    }
}

/// Every write of a shift, and one more at which nothing happens.
fn every_write(how: &str, check: impl Fn(&Shift, &str)) {
    let writes = writes(&shift("count", 0).output);
    assert!(writes > 60, "a shift writes: {writes}");
    let mut struck = 0;
    for n in tried(writes) {
        let shift = shift(how, n);
        struck += u32::from(shift.struck());
        check(&shift, &format!("{how} at write {n} of {writes}"));
    }
    assert!(struck > 0, "{how} never happened");
    println!("{how}: {writes} writes");
}

#[test]
fn the_disk_is_full_from_any_write_on() {
    every_write("full", |shift, case| {
        assert!(shift.output.status.success(), "{case}: refused, not ended");
        shift.holds(false, case);
    });
}

#[test]
fn the_disk_fails_at_any_write_once() {
    every_write("error", |shift, case| {
        assert!(shift.output.status.success(), "{case}: refused, not ended");
        // A sync that failed may have reached the disk: SQLite gives the row up, and may find it again at the next start.
        shift.holds(true, case);
        let refused: usize = ["saved", "draft", "file", "cursor", "acked", "settled"]
            .iter()
            .map(|what| shift.said(what, false).len())
            .sum();
        assert!(refused <= 2, "{case}: one fault is one refusal, {refused}");
    });
}

#[test]
fn the_process_dies_before_any_write() {
    every_write("dies", |shift, case| shift.died_and_goes_on(case));
}

#[test]
fn the_process_dies_in_the_middle_of_any_write() {
    every_write("torn", |shift, case| shift.died_and_goes_on(case));
}

impl Shift {
    fn died_and_goes_on(&self, case: &str) {
        let code = self.output.status.code();
        assert!(code == Some(DIED) || code == Some(0), "{case}: {code:?}");
        self.holds(true, case);
        // And the files can be worked on.
        let again = on_disk(CHILD, self.folder.path(), &self.key, "count", 0);
        assert!(again.status.success(), "{case}");
    }
}
