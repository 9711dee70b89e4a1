//! Work files as every version of the app left them, with a full outbox: each is brought to this version without a row lost,
//! also when the process dies at any write on the way.
//!
//! `UPDATE=1` writes the file of the newest version where there is none yet. One that was released is never written again.

use std::{collections::BTreeMap, fs, path::PathBuf};

use model::{
    At, Intent,
    follow_up::{FollowUpChange, Priority},
    wire::{Command, Outcome, Rejection},
};
use rusqlite::Connection;
use secrecy::ExposeSecret;
use store::{
    Key, Work,
    work::{
        draft, file, kept,
        outbox::{self, NewRow, Policy, State},
        salvage,
    },
};
use uuid::Uuid;

use crate::faults::{DIED, given, on_disk, tried, writes};

/// The test below that is the child.
const CHILD: &str = "golden::a_start";

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/disk/golden")
}

fn id<T: From<Uuid>>(n: u128) -> T {
    Uuid::from_u128(n).into()
}

/// Every kind of thing that waits in an outbox.
fn intents() -> Vec<Intent> {
    let loops = [
        FollowUpChange::Title("Ask how the exchange went".into()),
        FollowUpChange::Note("She prefers a call in the evening.\nNot before six.".into()),
        FollowUpChange::Due(At(1_790_003_600_000)),
        FollowUpChange::Priority(Priority::High),
    ];
    let talk = id(20);
    let mut intents = vec![
        Intent::Reply {
            conversation: talk,
            text: "Your size is at the station shop – “réservé”.".into(),
            attachments: vec![],
        },
        Intent::Note {
            conversation: talk,
            text: "Second exchange this month.".into(),
            attachments: vec![],
            mentions: vec![id(2)],
        },
        Intent::Read { conversation: talk, upto: 7 },
        Intent::SetReason { conversation: talk, reason: Some("exchange".parse().unwrap()) },
        Intent::AddFollowUp {
            id: id(30),
            customer: id(10),
            conversation: Some(talk),
            title: "Call back".into(),
            owner: id(1),
            due: At(1_790_000_000_000),
            priority: Priority::Normal,
            cause: None,
        },
    ];
    intents.extend(loops.map(|change| Intent::ChangeFollowUp { id: id(31), change, base: 3 }));
    intents
}

fn command(n: u128, intent: Intent) -> Command {
    Command::new(id(1_000 + n), id(2), intent, At(5))
}

/// Where a row of a full outbox stands: each of these with each kind of thing.
const STATES: [State; 9] = [
    State::Queued,
    State::Inflight,
    State::Acked,
    State::Conflict,
    State::Wedged,
    State::Orphaned,
    State::Expired,
    State::Cancelled,
    State::Done,
];

fn rows() -> Vec<(Command, State)> {
    let all = STATES.iter().flat_map(|state| intents().into_iter().map(|intent| (*state, intent)));
    all.zip(0..).map(|((state, intent), n)| (command(n, intent), state)).collect()
}

fn fill(work: &Work) {
    let sql = work.rows();
    for (command, state) in rows() {
        let (id, policy) = (
            command.id,
            if matches!(command.intent, Intent::Reply { .. }) { Policy::Live } else { Policy::Async },
        );
        let row = NewRow {
            command,
            base: None,
            policy,
            not_before: Some(At(9)),
            expires_at: Some(At(99)),
            made_at: At(5),
        };
        outbox::add(sql, row).unwrap();
        let refused = Outcome::Rejected { code: Rejection::Closed, message: "It was closed.".into() };
        if state != State::Queued {
            outbox::set_state(sql, id, State::Inflight, None).unwrap();
        }
        match state {
            State::Queued => {}
            State::Acked => {
                outbox::set_acked(sql, id, self::id::<model::Epoch>(9), 12, &Outcome::Applied { seq: 12 })
                    .unwrap()
            }
            other => outbox::set_state(sql, id, other, other.needs_attention().then_some(&refused)).unwrap(),
        }
    }
    draft::save(sql, id(20), &BTreeMap::from([("reply", "Bonjour, votre")]), At(6)).unwrap();
    let waiting = file::Waiting {
        name: "reçu.png".into(),
        mime: "image/png".into(),
        bytes: b"not really a picture".to_vec(),
    };
    file::keep(sql, SHA256, &waiting, At(7)).unwrap();
    kept::save(sql, "open", &"the conversation that was open").unwrap();
}

/// Of the file above.
const SHA256: &str = "fe1a4ab1fb6347036bead73597d5d2958b26ac0b96f68ca2f6dcee53a50f297e";

/// Nothing of it is lost.
fn is_full(work: &Work, case: &str) {
    assert_eq!(salvage::told(work.rows()).unwrap(), None, "{case}");
    let (open, unreadable) = outbox::open_rows(work.rows()).unwrap();
    assert_eq!(unreadable, [], "{case}");
    let wanted: Vec<_> =
        rows().into_iter().filter(|(_, state)| !matches!(state, State::Cancelled | State::Done)).collect();
    let found: Vec<_> = open.iter().map(|row| (row.command.clone(), row.state)).collect();
    assert_eq!(found, wanted, "{case}");
    for (command, state) in rows() {
        let row = outbox::load(work.rows(), command.id).unwrap().expect(case);
        assert_eq!((row.state, row.made_at, row.expires_at), (state, At(5), Some(At(99))), "{case}");
        assert_eq!(row.sent, state != State::Queued, "{case}: what left queued may have gone out");
    }
    let draft: Option<BTreeMap<String, String>> = draft::load(work.rows(), id(20)).unwrap();
    assert_eq!(draft.unwrap().get("reply").unwrap(), "Bonjour, votre", "{case}");
    assert_eq!(
        file::load(work.rows(), SHA256).unwrap().expect(case).bytes,
        b"not really a picture",
        "{case}"
    );
    assert_eq!(
        kept::load::<String>(work.rows(), "open").unwrap().as_deref(),
        Some("the conversation that was open"),
        "{case}"
    );
}

fn encrypted(path: &std::path::Path, key: &Key) -> Connection {
    let sql = Connection::open(path).unwrap();
    sql.pragma_update(None, "key", format!("x'{}'", key.hex().expose_secret())).unwrap();
    sql
}

/// The files as text, by the version of their tables.
fn golden() -> BTreeMap<u32, String> {
    let files = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    files
        .map(|path| {
            let version =
                path.file_stem().unwrap().to_str().unwrap().trim_start_matches("work-").parse().unwrap();
            (version, fs::read_to_string(path).unwrap())
        })
        .collect()
}

/// A folder with a work file as that version left it.
fn left(text: &str, version: u32, key: &Key) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let sql = encrypted(&folder.path().join("work.db"), key);
    sql.pragma_update(None, "journal_mode", "WAL").unwrap();
    sql.execute_batch(&format!("BEGIN; {text} COMMIT;")).unwrap();
    sql.pragma_update(None, "user_version", version).unwrap();
    folder
}

/// A start on what is in the folder. Not a test: the child of one.
#[test]
fn a_start() {
    let Some((folder, key)) = given() else { return };
    let _ = Work::open_or_salvage(&folder.join("work.db"), &key, At(0));
}

#[test]
fn f20_every_version_of_the_work_file_is_brought_to_this_one_whole() {
    let key = Key::random();
    let newest = tempfile::tempdir().unwrap();
    let path = newest.path().join("work.db");
    fill(&Work::open(&path, &key).unwrap());
    let sql = encrypted(&path, &key);
    let version: u32 = sql.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
    if std::env::var_os("UPDATE").is_some() && !golden().contains_key(&version) {
        fs::write(folder().join(format!("work-{version}.sql")), text_of(&sql)).unwrap();
    }
    assert_eq!(
        golden().into_keys().collect::<Vec<_>>(),
        (1..=version).collect::<Vec<_>>(),
        "one of every version; UPDATE=1 writes the newest"
    );
    for (version, text) in golden() {
        let folder = left(&text, version, &key);
        let work = Work::open_or_salvage(&folder.path().join("work.db"), &key, At(0)).unwrap();
        is_full(&work, &format!("version {version}"));
    }
}

#[test]
fn f20_a_start_that_dies_at_any_write_loses_nothing() {
    let key = Key::random();
    for (version, text) in golden() {
        let count = writes(&on_disk(CHILD, left(&text, version, &key).path(), &key, "count", 0));
        for how in ["dies", "torn", "full", "error"] {
            let mut died = 0;
            for n in tried(count) {
                let folder = left(&text, version, &key);
                let output = on_disk(CHILD, folder.path(), &key, how, n);
                died += u32::from(output.status.code() == Some(DIED));
                let case = format!("version {version}, {how} at write {n} of {count}");
                is_full(
                    &Work::open_or_salvage(&folder.path().join("work.db"), &key, At(0)).expect(&case),
                    &case,
                );
            }
            assert_eq!(died > 0, matches!(how, "dies" | "torn"), "{how}: died {died} times of {count}");
            println!("version {version}, {how}: {count} writes");
        }
    }
}

/// A file as text: its tables and its rows.
fn text_of(sql: &Connection) -> String {
    let mut text = String::new();
    let mut tables =
        sql.prepare("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rootpage").unwrap();
    let tables: Vec<(String, String)> =
        tables.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect();
    for (name, create) in tables.iter().filter(|(name, _)| !name.starts_with("sqlite_")) {
        text += &format!("{create};\n");
        if !create.starts_with("CREATE TABLE") {
            continue;
        }
        let names: Vec<String> = sql
            .prepare(&format!("SELECT name FROM pragma_table_info('{name}')"))
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        let values =
            names.iter().map(|column| format!("quote({column})")).collect::<Vec<_>>().join(" || ', ' || ");
        let mut rows = sql.prepare(&format!("SELECT {values} FROM {name} ORDER BY rowid")).unwrap();
        for row in rows.query_map([], |row| row.get::<_, String>(0)).unwrap() {
            text += &format!("INSERT INTO {name}({}) VALUES ({});\n", names.join(", "), row.unwrap());
        }
    }
    text
}
