//! The two files: what is kept, what is forgotten, and what cannot be read by anybody else.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::{collections::BTreeMap, fs, path::Path};

use model::{
    At, Author, Channel, Conversation, ConversationId, Customer, CustomerId, Epoch, Intent, Message,
    MessageId, MessageKind, Person, PersonId, Role,
    wire::{Command, Entity, Event, Outcome, frames::Change},
};
use store::{
    Cache, Key, OpenError, Work, cache,
    open::{files_of, remove},
    work::{
        draft, file, kept,
        outbox::{self, NewRow, Policy, State},
    },
};
use uuid::Uuid;

/// Words that must never be found in a file, a log or a journal.
const CANARY: &str = "Quetzalcoatlus";

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
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

fn customer(n: u128, name: &str, version: u32) -> Customer {
    Customer {
        id: CustomerId(id(n)),
        name: name.into(),
        language: None,
        tier: None,
        since: At(0),
        persona: None,
        identities: vec![],
        attributes: BTreeMap::new(),
        consent: vec![],
        blocked: false,
        version,
    }
}

fn conversation(n: u128, customer: u128, version: u32) -> Conversation {
    serde_json::from_value(serde_json::json!({
        "id": id(n), "customer": id(customer), "channel": Channel::Chat, "queue": "delivery", "state": "active",
        "owner": id(1), "subject": "", "language": null, "reason": null, "opened_at": 0, "waiting_since": null,
        "answered_at": null, "promise": null, "last": null, "lines": 0, "seen_by_customer": 0, "read_by_owner": 0,
        "unread": 0, "parked": false, "snoozed_until": null, "wrap_up_until": null, "disposition": null,
        "closed_at": null, "asks": null, "hand_over": null, "linked_from": null, "may_be": null, "version": version
    }))
    .unwrap()
}

fn line(n: u128, conversation: u128, place: u32, text: &str) -> Message {
    Message {
        id: MessageId(id(n)),
        conversation: ConversationId(id(conversation)),
        n: place,
        at: At(i64::from(place)),
        kind: MessageKind::Message,
        author: Author::Customer,
        text: text.into(),
        attachments: vec![],
        mentions: vec![],
        activity: None,
        version: 1,
    }
}

fn event(seq: u64, change: Change) -> Event {
    Event { seq, at: At(0), actor: None, command: None, change }
}

fn put(seq: u64, entity: Entity) -> Event {
    event(seq, Change::Put { entity })
}

fn bytes_of(path: &Path) -> Vec<u8> {
    files_of(path).iter().filter_map(|file| fs::read(file).ok()).flatten().collect()
}

fn holds(bytes: &[u8], words: &str) -> bool {
    bytes.windows(words.len()).any(|window| window == words.as_bytes())
}

#[test]
fn the_same_changes_again_change_nothing_and_older_ones_neither() {
    let folder = tempfile::tempdir().unwrap();
    let mut cache = Cache::open(&folder.path().join("cache.db"), &Key::random()).unwrap();
    let new = [put(1, Entity::Customer(customer(10, "Léa", 2)))];
    cache.apply(1, &new, &me(), At(5)).unwrap();
    cache.apply(2, &[put(2, Entity::Customer(customer(10, "an older Léa", 1)))], &me(), At(6)).unwrap();
    let kept = cache::customer::load(cache.rows(), CustomerId(id(10))).unwrap().unwrap();
    assert_eq!(&*kept.name, "Léa");
    let again = cache.apply(2, &new, &me(), At(7)).unwrap();
    assert!(again.customers.is_empty(), "what lies before the cursor is not looked at");
    assert_eq!(cache.position().unwrap().cursor, 2);
}

#[test]
fn a_customer_s_new_name_stands_in_their_conversations_rows() {
    let folder = tempfile::tempdir().unwrap();
    let mut cache = Cache::open(&folder.path().join("cache.db"), &Key::random()).unwrap();
    let rows = [
        put(1, Entity::Customer(customer(10, "Léa", 1))),
        put(2, Entity::Conversation(conversation(20, 10, 1))),
    ];
    cache.apply(2, &rows, &me(), At(0)).unwrap();
    let named = [put(3, Entity::Customer(customer(10, "Léa Bernard", 2)))];
    let touched = cache.apply(3, &named, &me(), At(0)).unwrap();
    assert!(touched.conversations.contains(&ConversationId(id(20))));
}

#[test]
fn who_leaves_sight_is_forgotten_down_to_the_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cache.db");
    let mut cache = Cache::open(&path, &Key::random()).unwrap();
    let rows = vec![
        Entity::Customer(customer(10, CANARY, 1)),
        Entity::Conversation(conversation(20, 10, 1)),
        Entity::Message(line(30, 20, 1, CANARY)),
    ];
    let customer = CustomerId(id(10));
    cache.apply(1, &[event(1, Change::Entered { customer, entities: rows })], &me(), At(0)).unwrap();
    assert_eq!(cache::search::messages(cache.rows(), "quetz", 10).unwrap().len(), 1);
    assert_eq!(cache::search::customers(cache.rows(), "quetzal", 10).unwrap().len(), 1);
    cache.apply(2, &[event(2, Change::Left { customer })], &me(), At(0)).unwrap();
    assert!(cache::customer::load(cache.rows(), customer).unwrap().is_none());
    assert!(cache::message::load(cache.rows(), MessageId(id(30))).unwrap().is_none());
    assert!(cache::search::messages(cache.rows(), "quetz", 10).unwrap().is_empty());
    assert!(cache::search::customers(cache.rows(), "quetz", 10).unwrap().is_empty());
}

#[test]
fn a_snapshot_takes_the_place_of_what_was_there() {
    let folder = tempfile::tempdir().unwrap();
    let mut cache = Cache::open(&folder.path().join("cache.db"), &Key::random()).unwrap();
    let old = [
        put(1, Entity::Customer(customer(10, "gone", 1))),
        put(2, Entity::Customer(customer(11, "stays", 1))),
        put(3, Entity::Conversation(conversation(20, 10, 1))),
        put(4, Entity::Message(line(30, 20, 1, "gone"))),
    ];
    cache.apply(4, &old, &me(), At(0)).unwrap();
    cache.begin_snapshot().unwrap();
    cache.put_page(&[Entity::Customer(customer(11, "stays", 1))]).unwrap();
    let epoch = Epoch(id(9));
    cache.finish_snapshot(epoch, 100, At(9)).unwrap();
    let position = cache.position().unwrap();
    assert_eq!((position.epoch, position.cursor), (Some(epoch), 100));
    assert!(cache::customer::load(cache.rows(), CustomerId(id(10))).unwrap().is_none());
    assert!(cache::customer::load(cache.rows(), CustomerId(id(11))).unwrap().is_some());
    assert!(cache::search::messages(cache.rows(), "gone", 10).unwrap().is_empty());
}

#[test]
fn nobody_reads_the_files_without_their_key() {
    let folder = tempfile::tempdir().unwrap();
    let (cache_path, work_path) = (folder.path().join("cache.db"), folder.path().join("work.db"));
    let key = Key::random();
    let mut cache = Cache::open(&cache_path, &key).unwrap();
    cache.apply(1, &[put(1, Entity::Customer(customer(10, CANARY, 1)))], &me(), At(0)).unwrap();
    let work = Work::open(&work_path, &key).unwrap();
    draft::save(work.rows(), ConversationId(id(20)), &CANARY, At(0)).unwrap();
    kept::save(work.rows(), "open", &CANARY).unwrap();
    let waiting = file::Waiting { name: CANARY.into(), mime: "text/plain".into(), bytes: CANARY.into() };
    file::keep(work.rows(), "00", &waiting, At(0)).unwrap();
    for path in [&cache_path, &work_path] {
        let bytes = bytes_of(path);
        assert!(!holds(&bytes, CANARY), "{} holds words in the clear", path.display());
        assert!(!bytes.starts_with(b"SQLite format 3"));
        let wrong = Cache::open(path, &Key::random()).map(|_| ());
        assert_eq!(wrong, Err(OpenError::WrongKey));
    }
    assert!(Cache::open(&cache_path, &key).is_ok(), "a wrong key harms nothing");
}

#[test]
fn a_newer_file_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("work.db");
    let key = Key::random();
    let work = Work::open(&path, &key).unwrap();
    work.rows().pragma_update(None, "user_version", 99).unwrap();
    drop(work);
    assert_eq!(Work::open(&path, &key).map(|_| ()), Err(OpenError::Newer));
    remove(&path).unwrap();
    assert!(Work::open(&path, &key).is_ok());
}

#[test]
fn a_command_goes_from_queued_to_done_and_survives_a_crash_on_the_way() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("work.db");
    let key = Key::random();
    let command = Command::new(
        id(40).into(),
        id(2).into(),
        Intent::Reply { conversation: ConversationId(id(20)), text: "Hello".into(), attachments: vec![] },
        At(0),
    );
    let work = Work::open(&path, &key).unwrap();
    let row = NewRow {
        command: command.clone(),
        base: None,
        policy: Policy::Live,
        not_before: None,
        expires_at: Some(At(45_000)),
        made_at: At(0),
    };
    outbox::add(work.rows(), row).unwrap();
    outbox::set_state(work.rows(), command.id, State::Inflight, None).unwrap();
    drop(work);

    let work = Work::open(&path, &key).unwrap();
    outbox::nothing_inflight(work.rows()).unwrap();
    let (rows, unreadable) = outbox::open_rows(work.rows()).unwrap();
    assert_eq!((rows.len(), unreadable), (1, vec![]));
    assert_eq!(
        (rows[0].state, &rows[0].command),
        (State::Queued, &command),
        "it goes out again under its name"
    );

    let epoch = Epoch(id(9));
    outbox::set_acked(work.rows(), command.id, epoch, 12, &Outcome::Applied { seq: 12 }).unwrap();
    assert!(work.settle_done(epoch, 11).unwrap().is_empty(), "the cache has not caught up");
    assert!(work.settle_done(Epoch(id(8)), 99).unwrap().is_empty(), "another log's numbers mean nothing");
    assert_eq!(work.settle_done(epoch, 12).unwrap(), [command.id]);
    assert!(work.settle_done(epoch, 12).unwrap().is_empty(), "the rule may run as often as it likes");
    assert!(outbox::open_rows(work.rows()).unwrap().0.is_empty());
}
