//! The log that desks follow: receipts, frames, resuming, beginning anew.

use backend::{Backend, Trouble};
use loopdesk_tests::{
    Seat, Stage,
    raw::Raw,
    stage::{new_person, slug},
};
use model::{
    CommandId, ConversationId, Epoch, Intent, PresenceState, Role,
    at::{HOUR, SECOND},
    limits::{FRAME_BYTES, FRAME_EVENTS},
    wire::{
        Event, Outcome, Rejection, ServerFrame,
        frames::{Change, ResetReason, SCHEMA},
    },
};
use serde_json::json;
use uuid::Uuid;

async fn has_a_customer(stage: &Stage) -> (Seat, ConversationId) {
    let mut ines = stage.advisor("Inès Keller").await.available().await;
    let lea = stage.customer("Léa Bernard").await;
    lea.says("Where is my parcel?").await;
    let id = ines.takes_offer().await;
    (ines, id)
}

fn reply(conversation: ConversationId, text: &str) -> Intent {
    Intent::Reply { conversation, text: text.into(), attachments: Vec::new() }
}

#[tokio::test]
async fn a_command_that_is_sent_twice_gets_its_first_answer() {
    let stage = Stage::open().await;
    let (mut ines, id) = has_a_customer(&stage).await;
    let command = ines.command(reply(id, "Good morning."));
    let first = ines.submit(command.clone()).await;
    assert!(!first.duplicate);
    stage.pass(SECOND).await;
    let again = ines.submit(command.clone()).await;
    assert!(again.duplicate);
    assert_eq!(again.outcome, first.outcome);
    let mut other = command.clone();
    other.intent = reply(id, "Good evening.");
    let reused = ines.submit(other).await.outcome;
    assert!(matches!(reused, Outcome::Rejected { code: Rejection::IdReused, .. }), "{reused:?}");
    let mut elsewhere = command;
    elsewhere.device = Uuid::now_v7().into();
    assert!(ines.submit(elsewhere).await.duplicate, "from another desk it is the same command");
    ines.catch_up().await;
    assert_eq!(ines.world.words(id), ["Where is my parcel?", "Good morning."]);

    let amir = stage.advisor("Amir Saidi").await;
    let refused = amir.command(reply(id, "Me too."));
    let first = amir.submit(refused.clone()).await;
    assert!(matches!(first.outcome, Outcome::Rejected { code: Rejection::NotAssigned, .. }));
    let again = amir.submit(refused).await;
    assert_eq!((again.duplicate, again.outcome), (true, first.outcome), "a refusal is for good");
}

#[tokio::test]
async fn f4_a_command_waits_for_the_one_before_it() {
    let stage = Stage::open().await;
    let (mut ines, id) = has_a_customer(&stage).await;
    let first = ines.command(reply(id, "One."));
    let mut second = ines.command(reply(id, "Two."));
    second.after = Some(first.id);
    for _ in 0..2 {
        let early = ines.submit(second.clone()).await;
        assert!(!early.duplicate);
        assert!(matches!(early.outcome, Outcome::Retry { .. }), "{early:?}");
    }
    let receipts = ines.submit_all(vec![first, second]).await.unwrap();
    assert!(
        receipts.iter().all(|receipt| matches!(receipt.outcome, Outcome::Applied { .. })),
        "{receipts:?}"
    );
    ines.catch_up().await;
    assert_eq!(ines.world.words(id), ["Where is my parcel?", "One.", "Two."]);
    // One that was refused is behind it, too.
    let refused = ines.command(reply(id, "  "));
    let mut next = ines.command(reply(id, "Three."));
    next.after = Some(refused.id);
    let receipts = ines.submit_all(vec![refused, next]).await.unwrap();
    assert!(matches!(receipts[1].outcome, Outcome::Applied { .. }), "{receipts:?}");
}

#[tokio::test]
async fn f11_a_copy_that_arrives_after_a_restore_does_nothing() {
    let stage = Stage::open().await;
    let (mut ines, id) = has_a_customer(&stage).await;
    let mut copy = ines.command(reply(id, "One."));
    copy.epoch = Some(model::Epoch(Uuid::now_v7()));
    let late = ines.submit(copy.clone()).await;
    assert!(matches!(late.outcome, Outcome::Retry { .. }), "meant for another log: {late:?}");
    ines.catch_up().await;
    assert_eq!(ines.world.words(id), ["Where is my parcel?"]);
    copy.epoch = Some(ines.epoch());
    let asked = ines.submit(copy).await;
    assert!(matches!(asked.outcome, Outcome::Applied { .. }), "asked again by a desk that knows: {asked:?}");
}

/// The frames that a desk gets which resumes at the very beginning.
async fn frames(stage: &Stage, seat: &Seat) -> Vec<(u64, u64, Vec<Event>, usize)> {
    let token = format!("Bearer {}", stage.token("alba", seat.id).await);
    let mut raw = Raw::open(&stage.address, "/v1/stream", &[("authorization", &token)]).await.unwrap();
    let hello = json!({ "type": "hello", "epoch": seat.epoch(), "cursor": 0, "device": Uuid::now_v7(), "schema": SCHEMA });
    raw.send(hello.to_string()).await;
    raw.send(json!({ "type": "ping", "cursor": 0 }).to_string()).await;
    let mut frames = Vec::new();
    loop {
        let text = raw.text().await;
        match serde_json::from_str(&text).unwrap() {
            ServerFrame::Range { from, to, events } => frames.push((from, to, events, text.len())),
            ServerFrame::Pong { .. } => return frames,
            _ => {}
        }
    }
}

fn no_frame_ends_inside_a_command(frames: &[(u64, u64, Vec<Event>, usize)]) {
    let mut cursor = 0;
    let mut last: Option<CommandId> = None;
    for (from, to, events, _) in frames {
        assert_eq!(*from, cursor, "frames follow each other");
        assert!(events.iter().all(|event| (*from < event.seq) && (event.seq <= *to)));
        assert!(events.windows(2).all(|two| two[0].seq < two[1].seq), "oldest first");
        if let (Some(before), Some(first)) = (last, events.first()) {
            assert_ne!(first.command, Some(before), "a frame ended inside a command");
        }
        last = events.last().and_then(|event| event.command).or(last);
        cursor = *to;
    }
}

#[tokio::test]
async fn a_long_log_comes_in_frames_that_never_end_inside_a_command() {
    let stage = Stage::open().await;
    let (mut ines, id) = has_a_customer(&stage).await;
    for batch in 0..14 {
        stage.pass(SECOND).await;
        let commands = (0..20).map(|n| ines.command(reply(id, &format!("{batch}.{n}")))).collect();
        let receipts = ines.submit_all(commands).await.unwrap();
        assert!(receipts.iter().all(|receipt| matches!(receipt.outcome, Outcome::Applied { .. })));
    }
    ines.catch_up().await;
    let frames = frames(&stage, &ines).await;
    assert!(frames.len() > 1, "there is more than fits into one");
    no_frame_ends_inside_a_command(&frames);
    for (_, _, events, bytes) in &frames {
        assert!(
            events.len() < FRAME_EVENTS + 10 && *bytes < FRAME_BYTES + 16_384,
            "{} {bytes}",
            events.len()
        );
    }
    let lines: usize = ines.world.lines(id).len();
    assert_eq!(lines, 1 + 1 + 14 * 20, "a message, an activity, and every answer");
}

#[tokio::test]
async fn long_texts_come_in_small_frames() {
    let stage = Stage::open().await;
    let (mut ines, id) = has_a_customer(&stage).await;
    // Up to four bytes for a character: the largest line that there can be.
    let long = "🚚".repeat(32_000);
    for n in 0..6 {
        ines.replies(id, &long[..long.len() - 4 * n]).await;
    }
    let frames = frames(&stage, &ines).await;
    no_frame_ends_inside_a_command(&frames);
    let (large, small): (Vec<_>, Vec<_>) = frames.iter().partition(|(_, _, events, _)| {
        events.iter().any(|event| matches!(event.change, Change::Entered { .. }))
    });
    assert!(large.len() == 1 && small.len() >= 3, "{} and {}", large.len(), small.len());
    for (_, _, _, bytes) in small {
        assert!(*bytes <= FRAME_BYTES + 140_000, "one command too many in {bytes} bytes");
    }
    ines.catch_up().await;
    assert_eq!(ines.world.lines(id).len(), 8);
    let mut fresh = stage.another_desk("alba", ines.id, "Inès Keller").await.connected().await;
    fresh.catch_up().await;
    assert_eq!(fresh.world.lines(id).len(), 8);
}

#[tokio::test]
async fn a_desk_whose_past_is_not_ours_begins_anew() {
    let stage = Stage::open().await;
    let (mut ines, _) = has_a_customer(&stage).await;
    ines.catch_up().await;
    let (epoch, head) = (ines.epoch(), ines.world.cursor);
    for (epoch, cursor, schema, reason) in [
        (None, 0, SCHEMA, ResetReason::EpochChanged),
        (Some(Epoch(Uuid::now_v7())), head, SCHEMA, ResetReason::EpochChanged),
        (Some(epoch), head + 1, SCHEMA, ResetReason::CursorAhead),
        (Some(epoch), head, SCHEMA + 1, ResetReason::Schema),
    ] {
        assert_eq!(ines.greets(epoch, cursor, schema).await, ServerFrame::Reset { reason });
        assert_eq!(ines.closed().await, Some(1000));
    }
    ines.connect().await;
    ines.agrees().await;
}

#[tokio::test]
async fn a_restored_service_is_another_one() {
    let mut stage = Stage::open().await;
    let (mut ines, id) = has_a_customer(&stage).await;
    let mut lea = stage.customer("Léa").await.connected().await;
    lea.says("Before.").await;
    lea.catch_up().await;
    let backup = stage.folder().join("backup.db");
    stage.service.db().backup(backup.clone()).await.unwrap();
    assert!(stage.service.db().backup(backup.clone()).await.is_err(), "a backup replaces nothing");
    ines.replies(id, "After the backup.").await;
    lea.says("Lost.").await;
    ines.catch_up().await;
    lea.catch_up().await;
    let cursor = ines.world.cursor;
    stage.restore(&backup).await;
    let answer = ines.greets(Some(ines.epoch()), cursor, SCHEMA).await;
    assert_eq!(answer, ServerFrame::Reset { reason: ResetReason::EpochChanged });
    ines.connect().await;
    assert_eq!(ines.world.words(id), ["Where is my parcel?"], "what was lost is lost, and known to be");
    ines.agrees().await;
    ines.replies(id, "Again.").await;
    ines.agrees().await;
    assert!(ines.world.cursor > cursor, "no number means two things");
    lea.connect().await;
    lea.catch_up().await;
    assert_eq!(lea.words(), ["Before."], "the page forgets what the service does not know");
}

#[tokio::test]
async fn a_desk_that_dials_twice_is_one_desk() {
    let stage = Stage::open().await;
    let mut ines = stage.advisor("Inès Keller").await.available().await;
    let mut ghost = stage.another_desk("alba", ines.id, "Inès Keller").await;
    ghost.device = ines.device;
    let mut again = ghost.connected().await;
    assert_eq!(ines.closed().await, Some(4009), "the older line is a ghost");
    stage.sockets(1).await;
    stage.pass(10 * 60 * SECOND).await;
    let me = again.id;
    assert_eq!(again.presence(me).await.state, PresenceState::Available, "and nobody went away");
}

#[tokio::test]
async fn four_sockets_are_enough_for_one_person() {
    let stage = Stage::open().await;
    let mut ines = stage.advisor("Inès Keller").await.connected().await;
    let mut desks = Vec::new();
    for _ in 0..3 {
        desks.push(stage.another_desk("alba", ines.id, "Inès Keller").await.connected().await);
    }
    let token = format!("Bearer {}", stage.token("alba", ines.id).await);
    let refused = Raw::open(&stage.address, "/v1/stream", &[("authorization", &token)]).await.err().unwrap();
    assert_eq!(refused.status, 429);
    assert!(refused.headers.contains_key("retry-after"));
    let amir = stage.advisor("Amir Saidi").await.connected().await;
    drop(amir);
    desks.pop();
    stage.sockets(3).await;
    desks.push(stage.another_desk("alba", ines.id, "Inès Keller").await.connected().await);
    ines.catch_up().await;

    let mut pages = vec![stage.customer("Léa").await.connected().await];
    for _ in 0..3 {
        let page = pages[0].another_window().await.connected().await;
        pages.push(page);
    }
    let fifth = pages[0].another_window().await;
    let mut raw = Raw::open(&stage.address, "/chat/v1/stream", &[]).await.unwrap();
    raw.send(json!({ "type": "hello", "token": fifth.token, "cursor": 0 }).to_string()).await;
    assert_eq!(raw.closed().await, Some(4003));
}

#[tokio::test]
async fn a_token_that_runs_out_closes_its_line() {
    let stage = Stage::open().await;
    let mut ines = stage.advisor("Inès Keller").await.available().await;
    stage.pass(8 * HOUR - SECOND).await;
    ines.catch_up().await;
    stage.pass(SECOND).await;
    assert_eq!(ines.closed().await, Some(4001));
    let token = stage.token("alba", ines.id).await;
    let me = async || stage.get("/v1/me").bearer_auth(&token).send().await.unwrap().status();
    assert_eq!(me().await, 200);
    stage.pass(8 * HOUR).await;
    assert_eq!(me().await, 401, "to the second");
    ines.connect().await;
    ines.agrees().await;
}

#[tokio::test]
async fn a_closed_account_is_out_at_once() {
    let stage = Stage::open().await;
    let mut ines = stage.advisor("Inès Keller").await.available().await;
    let mut home = stage.another_desk("alba", ines.id, "Inès Keller").await.connected().await;
    let token = stage.token("alba", ines.id).await;
    let secret = stage.service.one_use_secret(&slug("alba"), ines.id).await.unwrap();
    stage.service.close_person(&slug("alba"), "inès.keller@alba.example.com").await.unwrap();
    assert_eq!(ines.closed().await, Some(4003));
    assert_eq!(home.closed().await, Some(4003));
    assert_eq!(stage.get("/v1/me").bearer_auth(&token).send().await.unwrap().status(), 401);
    assert_eq!(ines.backend.me().await, Err(Trouble::Ended), "nor does a refresh token help");
    use secrecy::ExposeSecret;
    let grant = json!({ "grant_type": "urn:loopdesk:one-use", "secret": secret.expose_secret() });
    assert_eq!(
        stage.post("/v1/token").json(&grant).send().await.unwrap().status(),
        401,
        "nor a secret made before"
    );
    assert!(stage.service.close_person(&slug("alba"), "nobody@alba.example.com").await.is_err());
}

#[tokio::test]
async fn another_role_begins_with_another_line() {
    let stage = Stage::open().await;
    let mut sara = stage.hires("alba", new_person("alba", "Sara Lind")).await.connected().await;
    let mut promoted = new_person("alba", "Sara Lind");
    promoted.role = Role::Supervisor;
    stage.service.add_person(&slug("alba"), promoted).await.unwrap();
    assert_eq!(sara.closed().await, Some(4003));
    sara.connect().await;
    assert_eq!(sara.present.advisors.len(), 1, "a supervisor sees the team at once");
    assert_eq!(sara.backend.me().await.unwrap().person.role, Role::Supervisor);
}

#[tokio::test]
async fn whoever_signs_out_is_gone_from_every_window_of_that_sign_in() {
    let stage = Stage::open().await;
    let mut ines = stage.advisor("Inès Keller").await.connected().await;
    let mut home = stage.another_desk("alba", ines.id, "Inès Keller").await.connected().await;
    stage.pass(8 * HOUR).await;
    ines.comes_back().await;
    home.comes_back().await;
    // The line was opened with the tokens before these; it is the same sign-in.
    stage.pass(8 * HOUR - SECOND).await;
    ines.backend.sign_out().await.unwrap();
    assert_eq!(ines.closed().await, Some(4001));
    assert_eq!(ines.backend.me().await, Err(Trouble::SignIn));
    home.catch_up().await;
    assert!(home.backend.me().await.is_ok(), "the other desk signed in for itself");
}

#[tokio::test]
async fn whoever_comes_back_is_at_the_head_without_asking() {
    let stage = Stage::open().await;
    let mut ines = stage.advisor("Inès Keller").await.connected().await;
    ines.hang_up();
    // The newest is not for her: it waits in a queue that she does not serve.
    let start = json!({ "workspace": "alba", "name": "Ola Lind", "queue": "bank" });
    stage.visitor("Ola Lind", start).await.says("Anybody there?").await;
    let resumed = ines.greets(Some(ines.epoch()), ines.world.cursor, SCHEMA).await;
    let ServerFrame::Resumed { head, .. } = resumed else { panic!("she goes on, not {resumed:?}") };
    assert!(head > ines.world.cursor, "something happened meanwhile");
    ines.until(|world, _| (world.cursor >= head).then_some(())).await;
}
