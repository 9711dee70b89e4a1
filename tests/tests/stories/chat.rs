//! What the chat promises its customer: nothing lost, nothing doubled, nothing shown that is not theirs.

use loopdesk_tests::{
    Page, Seat, Stage,
    stage::{WORKSPACE, slug},
};
use model::{
    Channel, ConversationId, Intent, PresenceState, ScoreKind,
    at::{DAY, HOUR, SECOND},
    wire::{
        ClientFrame, Now, Rejection,
        chat::{ChatFrom, ChatIntent, ChatOutcome, ChatPhase},
    },
};
use serde_json::json;
use tokio::{io::AsyncWriteExt, net::TcpStream};
use uuid::Uuid;

fn say(text: &str) -> ChatIntent {
    ChatIntent::Say { text: text.into(), attachments: Vec::new() }
}

async fn is_helped(stage: &Stage) -> (Seat, Page, ConversationId) {
    let mut ines = stage.advisor("Inès Keller").await.available().await;
    let mut lea = stage.customer("Léa Bernard").await.connected().await;
    lea.says("Where is my parcel?").await;
    let id = ines.takes_offer().await;
    lea.phase(ChatPhase::Open).await;
    (ines, lea, id)
}

#[tokio::test]
async fn what_is_sent_twice_is_said_once() {
    let stage = Stage::open().await;
    let (mut ines, mut lea, id) = is_helped(&stage).await;
    let command = Uuid::now_v7();
    let first = lea.sends(command, &say("It is urgent.")).await;
    assert!(matches!(first, ChatOutcome::Applied { .. }));
    stage.pass(SECOND).await;
    assert_eq!(lea.sends(command, &say("It is urgent.")).await, first, "the same answer as before");
    let other = lea.sends(command, &say("It is very urgent.")).await;
    assert!(matches!(other, ChatOutcome::Rejected { code: Rejection::IdReused, .. }), "{other:?}");
    ines.catch_up().await;
    assert_eq!(ines.world.words(id), ["Where is my parcel?", "It is urgent."]);
    lea.catch_up().await;
    assert_eq!(lea.words(), ["Where is my parcel?", "It is urgent."]);
    assert_eq!(lea.lines[1].id.0, command, "a line has the id of the command that said it");
    let refused = Uuid::now_v7();
    let first = lea.sends(refused, &say("  ")).await;
    assert!(matches!(first, ChatOutcome::Rejected { code: Rejection::Invalid, .. }));
    assert_eq!(lea.sends(refused, &say("  ")).await, first, "a refusal is kept, too");
}

#[tokio::test]
async fn what_is_sent_together_is_done_in_order() {
    let stage = Stage::open().await;
    let mut ines = stage.advisor("Inès Keller").await.available().await;
    let lea = stage.customer("Léa Bernard").await.connected().await;
    let id = || Uuid::now_v7();
    let batch =
        [(id(), say("One")), (id(), say("Two")), (id(), say(" ")), (id(), ChatIntent::Seen { upto: 2 })];
    let outcomes = lea.sends_all(&batch).await;
    assert!(
        matches!(outcomes[2], ChatOutcome::Rejected { .. }),
        "one that is refused does not stop the rest"
    );
    for done in [0, 1, 3] {
        assert!(matches!(outcomes[done], ChatOutcome::Applied { .. }), "{:?}", outcomes[done]);
    }
    let conversation = ines.takes_offer().await;
    assert_eq!(ines.world.words(conversation), ["One", "Two"]);
}

#[tokio::test]
async fn a_line_that_breaks_before_the_answer_loses_and_doubles_nothing() {
    let stage = Stage::open().await;
    let mut ines = stage.advisor("Inès Keller").await.available().await;
    let lea = stage.customer("Léa Bernard").await;
    let id = Uuid::now_v7();
    let body = json!({ "commands": [{ "id": id, "kind": "say", "args": { "text": "Hello?" } }] }).to_string();
    let host = stage.address.trim_start_matches("http://");
    let mut line = TcpStream::connect(host).await.unwrap();
    let request = format!(
        "POST /chat/v1/commands HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        lea.token,
        body.len()
    );
    line.write_all(request.as_bytes()).await.unwrap();
    let conversation = ines.takes_offer().await;
    // It was done; the answer is never read.
    drop(line);
    let again = lea.sends(id, &say("Hello?")).await;
    assert!(
        matches!(again, ChatOutcome::Applied { .. }),
        "the page, which knows nothing, sends it again: {again:?}"
    );
    ines.catch_up().await;
    assert_eq!(ines.world.words(conversation), ["Hello?"]);
}

#[tokio::test]
async fn a_page_that_was_away_gets_what_it_missed_and_no_more() {
    let stage = Stage::open().await;
    let (ines, mut lea, id) = is_helped(&stage).await;
    ines.replies(id, "One moment.").await;
    lea.reads("One moment.").await;
    lea.leave();
    stage.sockets(1).await;
    ines.replies(id, "I found it.").await;
    ines.notes(id, "She sounds nervous.", &[]).await;
    ines.wants(Intent::SetReason { conversation: id, reason: Some(slug("late")) }).await;
    ines.replies(id, "It is in Lyon.").await;

    let mut missed = lea.another_window().await;
    missed.connect_from(lea.cursor()).await;
    missed.catch_up().await;
    assert_eq!(missed.words(), ["I found it.", "It is in Lyon."], "exactly what was missed, and no note");
    lea.connect().await;
    lea.catch_up().await;
    assert_eq!(lea.words(), ["Where is my parcel?", "One moment.", "I found it.", "It is in Lyon."]);
    assert_eq!(lea.state, missed.state);

    // A page that was reloaded has nothing and gets everything.
    let mut reloaded = lea.another_window().await.connected().await;
    assert_eq!(reloaded.started.state.as_ref().map(|state| state.conversation), Some(id));
    reloaded.catch_up().await;
    assert_eq!(reloaded.words(), lea.words());
    for nonsense in [1, 1_000_000] {
        let mut lost = lea.another_window().await;
        lost.connect_from(nonsense).await;
        lost.catch_up().await;
        assert_eq!(lost.words(), lea.words(), "a place that is not one of this conversation begins it anew");
        lost.leave();
        // A visitor has four lines at most: the next one comes when this one is gone.
        stage.sockets(4).await;
    }
}

#[tokio::test]
async fn two_windows_of_one_visitor_show_the_same() {
    let stage = Stage::open().await;
    let mut ines = stage.advisor("Inès Keller").await.available().await;
    let mut one = stage.customer("Léa Bernard").await.connected().await;
    let mut two = one.another_window().await.connected().await;
    one.says("Hello?").await;
    let id = ines.takes_offer().await;
    two.says("From here, too.").await;
    ines.replies(id, "Good morning.").await;
    for page in [&mut one, &mut two] {
        page.catch_up().await;
        assert_eq!(page.words(), ["Hello?", "From here, too.", "Good morning."]);
        assert_eq!(page.conversation(), id);
    }
    one.leave();
    stage.sockets(2).await;
    stage.pass(HOUR).await;
    ines.catch_up().await;
    assert_eq!(ines.present.there.get(&id), Some(&true), "one window is enough to be there");
    two.leave();
    stage.sockets(1).await;
    stage.pass(119 * SECOND).await;
    ines.catch_up().await;
    assert_eq!(ines.present.there.get(&id), Some(&true), "a page may be reloaded");
    stage.pass(SECOND).await;
    ines.catch_up().await;
    assert_eq!(ines.present.there.get(&id), Some(&false));
    two.connect().await;
    ines.catch_up().await;
    assert_eq!(ines.present.there.get(&id), Some(&true));
}

#[tokio::test]
async fn both_sides_see_what_was_seen_and_who_is_writing() {
    let stage = Stage::open().await;
    let (mut ines, mut lea, id) = is_helped(&stage).await;
    assert_eq!(ines.world.conversations[&id].unread, 1);
    ines.wants(Intent::Read { conversation: id, upto: 1 }).await;
    lea.until(|page| page.state.as_ref().filter(|state| state.seen_by_advisor == 1).map(|_| ())).await;
    ines.catch_up().await;
    assert_eq!(ines.world.conversations[&id].unread, 0);
    ines.wants(Intent::Read { conversation: id, upto: 99 }).await;
    ines.catch_up().await;
    let read = ines.world.conversations[&id].read_by_owner;
    assert_eq!(read, ines.world.conversations[&id].lines, "nobody has read what is not there");
    ines.wants(Intent::Read { conversation: id, upto: 1 }).await;
    ines.catch_up().await;
    assert_eq!(ines.world.conversations[&id].read_by_owner, read, "what was read stays read");

    ines.replies(id, "One moment.").await;
    lea.reads("One moment.").await;
    let n = lea.lines.last().unwrap().n;
    lea.wants(ChatIntent::Seen { upto: n }).await;
    ines.catch_up().await;
    assert_eq!(ines.world.conversations[&id].seen_by_customer, n);

    ines.say(ClientFrame::Typing { conversation: id }).await;
    lea.until(|page| page.typing.then_some(())).await;
    lea.types().await;
    lea.types().await;
    lea.catch_up().await;
    ines.catch_up().await;
    let typing: Vec<_> = ines.nows.iter().filter(|now| matches!(now, Now::Typing { .. })).collect();
    let wanted = Now::Typing { conversation: id, person: None, until: stage.now() + 6 * SECOND };
    assert_eq!(typing, [&wanted], "once a second is enough");
    stage.pass(SECOND).await;
    lea.types().await;
    lea.catch_up().await;
    ines.catch_up().await;
    assert_eq!(ines.nows.iter().filter(|now| matches!(now, Now::Typing { .. })).count(), 2);
}

#[tokio::test]
async fn the_place_in_the_queue_moves() {
    let stage = Stage::open().await;
    let mut ines = stage.advisor("Inès Keller").await.connected().await;
    ines.becomes(PresenceState::Busy).await;
    let mut pages = Vec::new();
    for name in ["Léa", "Noé", "Zoé"] {
        stage.pass(SECOND).await;
        let page = stage.customer(name).await.connected().await;
        page.says("Hello?").await;
        pages.push(page);
    }
    let ids = places(&mut pages, [Some(1), Some(2), Some(3)]).await;
    ines.takes(ids[1]).await;
    places(&mut pages, [Some(1), None, Some(2)]).await;
    pages[0].wants(ChatIntent::End).await;
    places(&mut pages, [None, None, Some(1)]).await;
    ines.replies(ids[1], "Good morning.").await;
    ines.gives_to_queue(ids[1], "delivery", None).await;
    places(&mut pages, [None, Some(1), Some(2)]).await;
}

async fn places(pages: &mut [Page], expected: [Option<u32>; 3]) -> Vec<ConversationId> {
    let mut ids = Vec::new();
    for (page, expected) in pages.iter_mut().zip(expected) {
        page.catch_up().await;
        assert_eq!(page.position, expected, "{}'s place", page.name);
        ids.push(page.conversation());
    }
    ids
}

#[tokio::test]
async fn the_customer_takes_the_transcript() {
    let stage = Stage::open().await;
    let (ines, lea, id) = is_helped(&stage).await;
    ines.notes(id, "Do not tell her yet.", &[]).await;
    ines.replies(id, "It is in Lyon.").await;
    let transcript = lea.transcript().await;
    assert!(transcript.starts_with("Maison Alba\n"));
    assert!(transcript.contains("2026-09-23 07:00 UTC  »: Where is my parcel?\n"), "{transcript}");
    assert!(transcript.contains("Inès Keller: It is in Lyon.\n"));
    assert!(!transcript.contains("Do not tell"), "{transcript}");
    let stranger = stage.customer("Noé").await;
    let nothing = stranger.request(reqwest::Method::GET, "/chat/v1/transcript").send().await.unwrap();
    assert_eq!(nothing.status(), 404);
}

#[tokio::test]
async fn the_question_at_the_end_follows_the_rules() {
    let stage = Stage::open().await;
    let mut ines = stage.supervisor("Inès Keller").await.available().await;
    for (queue, reason, expected) in [
        ("delivery", None, ScoreKind::Csat),
        ("delivery", Some("late"), ScoreKind::Ces),
        ("bank", Some("late"), ScoreKind::Nps),
    ] {
        let start = json!({ "workspace": "alba", "name": "Léa", "queue": queue });
        let mut lea = stage.visitor("Léa", start).await.connected().await;
        lea.says("Hello?").await;
        let id = ines.takes_offer().await;
        if let Some(reason) = reason {
            ines.wants(Intent::SetReason { conversation: id, reason: Some(slug(reason)) }).await;
        }
        ines.finishes(id).await;
        lea.until(|page| page.state.as_ref().and_then(|state| state.asks)).await;
        assert_eq!(lea.state.as_ref().unwrap().asks, Some(expected), "{queue} {reason:?}");
        let (low, high) = expected.range();
        let score = |kind, value| ChatIntent::Score { kind, value, comment: None };
        assert_eq!(lea.may_not(score(expected, high + 1)).await, Rejection::Invalid);
        if low > 0 {
            assert_eq!(lea.may_not(score(expected, low - 1)).await, Rejection::Invalid);
        }
        let other = if expected == ScoreKind::Nps { ScoreKind::Csat } else { ScoreKind::Nps };
        assert_eq!(lea.may_not(score(other, 5)).await, Rejection::Closed, "another question was asked");
        lea.wants(score(expected, high)).await;
        assert_eq!(
            lea.may_not(score(expected, low.max(1))).await,
            Rejection::Closed,
            "an answer is an answer"
        );
    }
}

#[tokio::test]
async fn when_nobody_is_there_a_message_is_left() {
    let stage = Stage::open().await;
    let mut lea = stage.customer("Léa Bernard").await.connected().await;
    assert!(!lea.started.open, "nobody is there");
    lea.says("Call me back, please.").await;
    lea.phase(ChatPhase::Left).await;
    assert_eq!(lea.position, None, "a message has no place in a queue");
    lea.leave();
    stage.sockets(0).await;
    stage.pass(DAY).await;
    let mut ines = stage.advisor("Inès Keller").await.available().await;
    let id = ines.takes_offer().await;
    assert_eq!(
        ines.world.conversations[&id].channel,
        Channel::Form,
        "it waited for a day and was not given up"
    );
    ines.replies(id, "Here I am.").await;
    lea.connect().await;
    lea.reads("Here I am.").await;
    assert_eq!(lea.words(), ["Call me back, please.", "Here I am."]);
    assert!(lea.another_window().await.started.open, "somebody is there now");
}

#[tokio::test]
async fn outside_the_hours_a_message_is_left_even_if_somebody_is_there() {
    let hours = "reopen_s = 86400\n[queue.hours]\nzone = \"Europe/Paris\"\nholidays = [\"2026-09-24\"]\n\
                 open = [{ days = [\"mon\", \"tue\", \"wed\", \"thu\", \"fri\"], from = \"09:00\", to = \"18:00\" }]\n";
    let workspace = WORKSPACE.replacen("reopen_s = 86400\n", hours, 1);
    // From Wednesday, nine o'clock.
    for (after, open, why) in [
        (0, true, "at nine"),
        (9 * HOUR - 1, true, "a moment before six"),
        (9 * HOUR, false, "at six"),
        (24 * HOUR, false, "on a holiday"),
        (48 * HOUR, true, "on Friday at nine"),
        (72 * HOUR, false, "on a Saturday"),
    ] {
        let stage = Stage::with(&workspace).await;
        stage.pass(after).await;
        let ines = stage.advisor("Inès Keller").await.connected().await;
        ines.becomes(PresenceState::Busy).await;
        let mut lea = stage.customer("Léa").await.connected().await;
        assert_eq!(lea.started.open, open, "{why}");
        lea.says("Hello?").await;
        lea.phase(if open { ChatPhase::Waiting } else { ChatPhase::Left }).await;
    }
}

#[tokio::test]
async fn a_visitor_s_name_for_things_is_their_own() {
    let stage = Stage::open().await;
    let (ines, lea, id) = is_helped(&stage).await;
    let noe = stage.customer("Noé").await.connected().await;
    let mut same = noe.another_window().await.connected().await;
    let command = Uuid::now_v7();
    lea.sends(command, &say("Mine.")).await;
    let theirs = noe.sends(command, &say("Mine.")).await;
    assert!(matches!(theirs, ChatOutcome::Rejected { code: Rejection::IdReused, .. }), "{theirs:?}");
    same.catch_up().await;
    assert_eq!(same.state, None);
    ines.replies(id, "Good morning.").await;
    let reply = lea.another_window().await.connected().await;
    drop(reply);
    let from: Vec<ChatFrom> = lea.lines.iter().map(|line| line.from.clone()).collect();
    assert_eq!(from, [ChatFrom::Me]);
}

#[tokio::test]
async fn a_page_is_told_that_the_service_was_restored_and_sends_again_what_it_lost() {
    let mut stage = Stage::open().await;
    let mut ines = stage.advisor("Inès Keller").await.available().await;
    let mut lea = stage.customer("Léa Bernard").await.connected().await;
    let say = |text: &str| ChatIntent::Say { text: text.into(), attachments: Vec::new() };
    let (kept, lost) = ((Uuid::now_v7(), say("Hello?")), (Uuid::now_v7(), say("Is anybody there?")));
    lea.sends(kept.0, &kept.1).await;
    let id = ines.takes_offer().await;
    let backup = stage.folder().join("backup.db");
    stage.service.db().backup(backup.clone()).await.unwrap();
    lea.sends(lost.0, &lost.1).await;
    lea.catch_up().await;
    let before = lea.epochs();
    assert_eq!(before, [lea.started.epoch], "answers, frames and the start name one log");

    stage.restore(&backup).await;
    lea.connect().await;
    lea.catch_up().await;
    assert_eq!(lea.words(), ["Hello?"], "it tells its tale from the backup");
    lea.sends_all(&[kept.clone(), lost.clone()]).await;
    lea.sends_all(&[kept, lost]).await;
    lea.catch_up().await;
    assert_eq!(lea.words(), ["Hello?", "Is anybody there?"], "each is there once");
    let after = lea.epochs();
    assert_eq!(after.len(), 2, "{after:?}");
    assert!(after[0] < after[1], "the name of a later log is greater");
    assert_eq!(lea.another_window().await.started.epoch, after[1]);
    ines.connect().await;
    assert_eq!(ines.world.words(id), ["Hello?", "Is anybody there?"]);
}
