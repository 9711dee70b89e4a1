//! Each limit, at the last that is allowed and the first that is not.

use backend::Backend;
use loopdesk_tests::{
    Page, Seat, Stage,
    page::sha256,
    raw::Raw,
    stage::{new_person, slug},
};
use model::{
    ArticleId, ConversationId, FollowUpId, Intent, MacroId, Personal,
    at::{HOUR, MINUTE, SECOND},
    follow_up::{FollowUpChange, Priority},
    intent::Target,
    limits::{
        ATTACHMENTS, BATCH, BLOB_BYTES, BODY_BYTES, CLIENT_FRAME_BYTES, COMMANDS_PER_SECOND, JSON_DEPTH,
        LINE_CHARS, SIGN_INS_PER_MINUTE, STARTS_PER_MINUTE, TENANT_COMMANDS_PER_SECOND, TEXT_CHARS,
    },
    wire::{
        Outcome, Rejection,
        chat::{ChatIntent, ChatOutcome},
        commands::Receipts,
        frames::SCHEMA,
        reads::Problem,
    },
};
use reqwest::{Method, Response};
use serde_json::{Value, json};
use server::{PIECES_PER_MINUTE, VISITOR_BYTES_PER_DAY};
use uuid::Uuid;

use crate::kinds::{article, prepared};

async fn has_a_customer(stage: &Stage) -> (Seat, Page, ConversationId) {
    let mut ines = stage.supervisor("Inès Keller").await.available().await;
    let lea = stage.customer("Léa Bernard").await.connected().await;
    lea.says("Hello?").await;
    let id = ines.takes_offer().await;
    ines.catch_up().await;
    (ines, lea, id)
}

/// So many characters, each of several bytes.
fn chars(count: usize) -> String {
    "é".repeat(count)
}

async fn is_limited(seat: &Seat, what: &str, limit: usize, intent: impl Fn(String) -> Intent) {
    let outcome = seat.tries(intent(chars(limit))).await;
    assert!(matches!(outcome, Outcome::Applied { .. }), "{what} of {limit}: {outcome:?}");
    let code = seat.may_not(intent(chars(limit + 1))).await;
    assert_eq!(code, Rejection::TooLarge, "{what} of {} is too long", limit + 1);
}

#[tokio::test]
async fn words_have_a_length() {
    let stage = Stage::open().await;
    let (ines, lea, conversation) = has_a_customer(&stage).await;
    let customer = ines.world.conversations[&conversation].customer;
    let (owner, due) = (ines.id, stage.now());
    is_limited(&ines, "an answer", TEXT_CHARS, |text| Intent::Reply {
        conversation,
        text: text.into(),
        attachments: vec![],
    })
    .await;
    is_limited(&ines, "a note", TEXT_CHARS, |text| Intent::Note {
        conversation,
        text: text.into(),
        attachments: vec![],
        mentions: vec![],
    })
    .await;
    is_limited(&ines, "what is handed over", TEXT_CHARS, |text| Intent::HandOver {
        target: Target::Conversation(conversation),
        text: text.into(),
    })
    .await;
    is_limited(&ines, "a follow-up's title", LINE_CHARS, |title| Intent::AddFollowUp {
        id: FollowUpId(Uuid::now_v7()),
        customer,
        conversation: None,
        title: title.into(),
        owner,
        due,
        priority: Priority::Low,
        cause: None,
    })
    .await;
    stage.pass(SECOND).await;
    let id = FollowUpId(Uuid::now_v7());
    let add = Intent::AddFollowUp {
        id,
        customer,
        conversation: None,
        title: "x".into(),
        owner,
        due,
        priority: Priority::Low,
        cause: None,
    };
    ines.wants(add).await;
    for (what, limit, change) in [
        (
            "a title",
            LINE_CHARS,
            (|text| FollowUpChange::Title(Personal::from(text))) as fn(String) -> FollowUpChange,
        ),
        ("a note", TEXT_CHARS, |text| FollowUpChange::Note(text.into())),
        ("an outcome", TEXT_CHARS, |text| FollowUpChange::Outcome(Some(text.into()))),
    ] {
        is_limited(&ines, what, limit, |text| Intent::ChangeFollowUp { id, change: change(text), base: 0 })
            .await;
    }
    stage.pass(SECOND).await;
    let (page, text) = (ArticleId(Uuid::now_v7()), MacroId(Uuid::now_v7()));
    is_limited(&ines, "an article's title", LINE_CHARS, |title| Intent::PutArticle {
        article: article(page, &title, 0),
    })
    .await;
    is_limited(&ines, "an article", TEXT_CHARS, |body| {
        let mut article = article(page, "Late", 1);
        article.body = body;
        Intent::PutArticle { article }
    })
    .await;
    is_limited(&ines, "a macro's title", LINE_CHARS, |title| Intent::PutMacro {
        prepared: prepared(text, &title, 0),
    })
    .await;
    stage.pass(SECOND).await;
    is_limited(&ines, "a macro", TEXT_CHARS, |words| {
        let mut prepared = prepared(text, "Late", 1);
        prepared.text = words;
        Intent::PutMacro { prepared }
    })
    .await;

    let say = |text: String| ChatIntent::Say { text: text.into(), attachments: Vec::new() };
    lea.wants(say(chars(TEXT_CHARS))).await;
    assert_eq!(lea.may_not(say(chars(TEXT_CHARS + 1))).await, Rejection::TooLarge);
    let end = |why: String| Intent::End { conversation, block: false, why };
    assert_eq!(ines.may_not(end(chars(LINE_CHARS + 1))).await, Rejection::Invalid);
    ines.wants(end(chars(LINE_CHARS))).await;
    for (field, limit) in [("name", LINE_CHARS), ("email", LINE_CHARS)] {
        let start =
            |text: String| stage.post("/chat/v1/start").json(&json!({ "workspace": "alba", field: text }));
        assert_eq!(start(chars(limit)).send().await.unwrap().status(), 200, "{field}");
        assert_eq!(start(chars(limit + 1)).send().await.unwrap().status(), 413, "{field}");
    }
}

#[tokio::test]
async fn ten_files_go_with_a_message() {
    let stage = Stage::open().await;
    let (ines, lea, conversation) = has_a_customer(&stage).await;
    let mut files = Vec::new();
    for n in 0..=ATTACHMENTS {
        files.push(lea.uploads(&format!("{n}.txt"), format!("file {n}").as_bytes()).await);
    }
    let say = |files: &[_]| ChatIntent::Say { text: "".into(), attachments: files.to_vec() };
    assert_eq!(lea.may_not(say(&files)).await, Rejection::TooLarge);
    lea.wants(say(&files[..ATTACHMENTS])).await;
    let reply = Intent::Reply { conversation, text: "".into(), attachments: files };
    assert_eq!(ines.may_not(reply).await, Rejection::TooLarge);
}

async fn commands(stage: &Stage, token: &str, commands: Vec<Value>) -> Response {
    let request = stage.post("/v1/commands").bearer_auth(token);
    request.json(&json!({ "commands": commands })).send().await.unwrap()
}

/// Something that may be wanted as often as one likes.
fn harmless() -> Value {
    json!({
        "id": Uuid::now_v7(), "device": Uuid::now_v7(), "at": 0,
        "kind": "finish", "args": { "on": false },
    })
}

fn harmless_of_a_customer() -> Value {
    json!({ "id": Uuid::now_v7(), "kind": "seen", "args": { "upto": 0 } })
}

#[tokio::test]
async fn fifty_commands_go_with_a_request() {
    let stage = Stage::open().await;
    let (ines, lea, _) = has_a_customer(&stage).await;
    let token = stage.token("alba", ines.id).await;
    let batch = |count: usize| (0..count).map(|_| harmless()).collect();
    assert_eq!(commands(&stage, &token, batch(BATCH + 1)).await.status(), 413);
    assert_eq!(commands(&stage, &token, batch(BATCH)).await.status(), 200);
    let of_customer = async |count: usize| {
        let commands: Vec<_> = (0..count).map(|_| harmless_of_a_customer()).collect();
        let request = lea.request(Method::POST, "/chat/v1/commands").json(&json!({ "commands": commands }));
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(of_customer(BATCH + 1).await, 413);
    assert_eq!(of_customer(BATCH).await, 200);
}

#[tokio::test]
async fn a_body_has_a_size_and_a_depth() {
    let stage = Stage::open().await;
    let (ines, lea, _) = has_a_customer(&stage).await;
    let token = stage.token("alba", ines.id).await;
    for (path, token) in [("/v1/commands", token.as_str()), ("/chat/v1/commands", &lea.token)] {
        let sized = |bytes: usize| {
            let mut body = json!({ "commands": [] }).to_string();
            body.push_str(&" ".repeat(bytes - body.len()));
            stage.post(path).bearer_auth(token).header("content-type", "application/json").body(body).send()
        };
        assert_eq!(sized(BODY_BYTES).await.unwrap().status(), 200, "{path}");
        let too_large = sized(BODY_BYTES + 1).await.unwrap();
        assert_eq!(too_large.status(), 413, "{path}");
        let problem: Problem = too_large.json().await.unwrap();
        assert_eq!(problem.code, "too_large");

        let deep = |depth: usize| {
            let body = format!("{{\"x\":{}{}}}", "[".repeat(depth - 1), "]".repeat(depth - 1));
            stage.post(path).bearer_auth(token).body(body).send()
        };
        let problem = async |depth| deep(depth).await.unwrap().json::<Problem>().await.unwrap().message;
        assert!(!problem(JSON_DEPTH).await.contains("nested"), "{path}");
        assert!(problem(JSON_DEPTH + 1).await.contains("nested"), "{path}");
        assert!(problem(100_000).await.contains("nested"), "{path}");
    }
}

#[tokio::test]
async fn a_frame_has_a_size() {
    let stage = Stage::open().await;
    let (ines, lea, _) = has_a_customer(&stage).await;
    let token = format!("Bearer {}", stage.token("alba", ines.id).await);
    let hello = json!({
        "type": "hello", "epoch": ines.epoch(), "cursor": 0, "device": Uuid::now_v7(), "schema": SCHEMA,
    });
    let to_page = json!({ "type": "hello", "token": lea.token, "cursor": 0 });
    for (path, bearer, hello) in [("/v1/stream", Some(&token), hello), ("/chat/v1/stream", None, to_page)] {
        let headers: Vec<_> = bearer.iter().map(|token| ("authorization", token.as_str())).collect();
        for (bytes, taken) in
            [(CLIENT_FRAME_BYTES, true), (CLIENT_FRAME_BYTES + 1, false), (8 * CLIENT_FRAME_BYTES, false)]
        {
            let mut raw = Raw::open(&stage.address, path, &headers).await.unwrap();
            raw.send(hello.to_string()).await;
            let mut ping = json!({ "type": "ping", "cursor": 0 }).to_string();
            ping.push_str(&" ".repeat(bytes - ping.len()));
            raw.send(ping).await;
            if taken {
                while !raw.text().await.contains("\"pong\"") {}
            } else {
                assert_eq!(raw.closed().await, Some(1009), "{path} {bytes}");
            }
        }
    }
    assert_eq!(stage.get("/health").send().await.unwrap().status(), 200, "and the service goes on");
}

#[tokio::test]
async fn a_file_has_a_size() {
    let stage = Stage::open().await;
    let lea = stage.customer("Léa").await;
    let mut bytes = vec![7u8; BLOB_BYTES + 1];
    let too_large = lea.puts_piece(&sha256(&bytes), "film.mp4", BLOB_BYTES + 1, 0, b"").await;
    assert_eq!(too_large.status(), 413, "as it says itself");
    bytes.pop();
    let name = sha256(&bytes);
    bytes.push(7);
    let too_large = lea.puts_piece(&name, "film.mp4", BLOB_BYTES, 0, &bytes).await;
    assert_eq!(too_large.status(), 413, "whatever it says");
    bytes.pop();
    let stored = lea.puts_piece(&name, "film.mp4", BLOB_BYTES, 0, &bytes).await;
    assert_eq!(stored.status(), 200);
    let attachment = stored.json::<model::wire::reads::BlobStored>().await.unwrap().attachment.unwrap();
    assert_eq!(attachment.size as usize, BLOB_BYTES);
}

/// The first, empty piece of a file that says it has so many bytes.
async fn begins(page: &Page, name: &str, size: usize) -> Response {
    page.puts_piece(&sha256(name.as_bytes()), name, size, 0, b"").await
}

#[tokio::test]
async fn a_visitor_has_a_share_of_bytes_for_a_day() {
    let stage = Stage::open().await;
    let (ines, lea, _) = has_a_customer(&stage).await;
    let files = usize::try_from(VISITOR_BYTES_PER_DAY).unwrap() / BLOB_BYTES;
    let last = BLOB_BYTES / 2;
    assert_eq!(files * BLOB_BYTES, VISITOR_BYTES_PER_DAY as usize, "so many of the largest files");
    for n in 1..files {
        assert_eq!(begins(&lea, &format!("{n}.mp4"), BLOB_BYTES).await.status(), 200, "{n}");
    }
    stage.pass(HOUR).await;
    assert_eq!(begins(&lea, "half.mp4", BLOB_BYTES - last).await.status(), 200);
    let refused = begins(&lea, "last.mp4", last + 1).await;
    assert_eq!(refused.status(), 413, "one byte too many");
    assert_eq!(
        refused.headers()["retry-after"],
        (23 * HOUR / SECOND).to_string(),
        "when the first are a day old"
    );
    let problem: Problem = refused.json().await.unwrap();
    assert_eq!(problem.code, "too_large");
    assert!(problem.message.contains("Try again in 23 h"), "{}", problem.message);
    assert_eq!(begins(&lea, "last.mp4", last).await.status(), 200, "the last byte");
    assert_eq!(begins(&lea, "last.mp4", last).await.status(), 200, "going on with it is nothing new");
    assert_eq!(begins(&lea, "more.txt", 1).await.status(), 413);

    let noe = stage.customer("Noé").await;
    assert_eq!(begins(&noe, "his.mp4", BLOB_BYTES).await.status(), 200, "another visitor has their own");
    for n in 0..=files {
        let name = sha256(format!("{n}").as_bytes());
        let size = u32::try_from(BLOB_BYTES).unwrap();
        let begun = ines.backend.put_blob(&name, "film.mp4", size, 0, Vec::new()).await;
        assert!(begun.is_ok(), "and an advisor is trusted: {begun:?}");
    }
    stage.pass(23 * HOUR).await;
    assert_eq!(begins(&lea, "more.txt", BLOB_BYTES).await.status(), 200, "the next day");
}

#[tokio::test]
async fn tiny_files_are_no_way_round_a_day() {
    let stage = Stage::open().await;
    let lea = stage.customer("Léa").await;
    for n in 0..PIECES_PER_MINUTE {
        assert_eq!(begins(&lea, &format!("{n}.txt"), 1).await.status(), 200, "{n}");
    }
    let refused = begins(&lea, "more.txt", 1).await;
    assert_eq!(refused.status(), 429, "too many pieces");
    assert_eq!(refused.headers()["retry-after"], "1");
    stage.pass(MINUTE / i64::from(PIECES_PER_MINUTE)).await;
    assert_eq!(begins(&lea, "more.txt", 1).await.status(), 200);
    assert_eq!(begins(&lea, "even more.txt", 1).await.status(), 429);
}

#[tokio::test]
async fn twenty_commands_a_second_are_enough_for_one_person() {
    let stage = Stage::open().await;
    let (_, lea, _) = has_a_customer(&stage).await;
    let amir = stage.advisor("Amir Saidi").await;
    let token = stage.token("alba", amir.id).await;
    let rate = COMMANDS_PER_SECOND as usize;
    let batch = (0..=rate).map(|_| harmless()).collect();
    let receipts: Receipts = commands(&stage, &token, batch).await.json().await.unwrap();
    for (place, receipt) in receipts.receipts.iter().enumerate() {
        let retry = matches!(receipt.outcome, Outcome::Retry { after_ms } if (1..=50).contains(&after_ms));
        assert_eq!(retry, place >= rate, "command {place}: {:?}", receipt.outcome);
    }
    let refused = commands(&stage, &token, vec![harmless()]).await;
    assert_eq!(refused.status(), 429);
    assert_eq!(refused.headers()["retry-after"], "1");
    stage.pass(50).await;
    assert_eq!(
        commands(&stage, &token, vec![harmless()]).await.status(),
        200,
        "one more after its part of a second"
    );
    assert_eq!(commands(&stage, &token, vec![harmless()]).await.status(), 429);

    stage.pass(SECOND).await;
    let mut many: Vec<_> = (0..=rate).map(|_| (Uuid::now_v7(), ChatIntent::Seen { upto: 0 })).collect();
    let outcomes = lea.sends_all(&many).await;
    assert!(matches!(outcomes[rate - 1], ChatOutcome::Applied { .. }));
    assert!(matches!(outcomes[rate], ChatOutcome::Retry { .. }));
    stage.pass(SECOND).await;
    let again = lea.sends(many.pop().unwrap().0, &ChatIntent::Seen { upto: 0 }).await;
    assert!(matches!(again, ChatOutcome::Applied { .. }), "the same one, later: {again:?}");
}

#[tokio::test]
async fn two_hundred_commands_a_second_are_enough_for_a_company() {
    let stage = Stage::open().await;
    let people = (TENANT_COMMANDS_PER_SECOND / COMMANDS_PER_SECOND) as usize;
    let mut tokens = Vec::new();
    for n in 0..=people {
        let new = new_person("alba", &format!("Advisor {n}"));
        let id = stage.service.add_person(&slug("alba"), new).await.unwrap();
        tokens.push(stage.token("alba", id).await);
    }
    for token in &tokens[..people] {
        let batch = (0..COMMANDS_PER_SECOND).map(|_| harmless()).collect();
        let receipts: Receipts = commands(&stage, token, batch).await.json().await.unwrap();
        assert!(receipts.receipts.iter().all(|receipt| matches!(receipt.outcome, Outcome::Noop { .. })));
    }
    let refused = commands(&stage, &tokens[people], vec![harmless()]).await;
    assert_eq!(refused.status(), 429, "the one after two hundred, whoever sends it");
    stage.pass(5).await;
    assert_eq!(commands(&stage, &tokens[people], vec![harmless()]).await.status(), 200);
}

#[tokio::test]
async fn a_crowd_of_customers_takes_nothing_from_those_who_help() {
    let stage = Stage::open().await;
    let ines = stage.advisor("Inès Keller").await;
    let token = stage.token("alba", ines.id).await;
    let crowd = (TENANT_COMMANDS_PER_SECOND / COMMANDS_PER_SECOND) as usize;
    assert!(crowd < STARTS_PER_MINUTE as usize, "they all come from one address here");
    let many: Vec<_> =
        (0..COMMANDS_PER_SECOND).map(|_| (Uuid::now_v7(), ChatIntent::Seen { upto: 0 })).collect();
    for n in 0..crowd {
        let outcomes = stage.customer(&format!("Customer {n}")).await.sends_all(&many).await;
        assert!(!outcomes.iter().any(|outcome| matches!(outcome, ChatOutcome::Retry { .. })), "{n}");
    }
    let one_too_many = stage.customer("Léa").await;
    let seen = async || {
        let body = json!({ "commands": [harmless_of_a_customer()] });
        one_too_many.request(Method::POST, "/chat/v1/commands").json(&body).send().await.unwrap().status()
    };
    assert_eq!(seen().await, 429, "the customers' own rate is used up");
    let batch = (0..COMMANDS_PER_SECOND).map(|_| harmless()).collect();
    let receipts: Receipts = commands(&stage, &token, batch).await.json().await.unwrap();
    assert!(receipts.receipts.iter().all(|receipt| matches!(receipt.outcome, Outcome::Noop { .. })));
    stage.pass(5).await;
    assert_eq!(seen().await, 200);
}

#[tokio::test]
async fn five_sign_ins_a_minute_are_enough_for_an_account() {
    let stage = Stage::open().await;
    for name in ["Inès", "Amir"] {
        let mut new = new_person("alba", name);
        new.password = Some("correct horse battery".to_owned());
        stage.service.add_person(&slug("alba"), new).await.unwrap();
    }
    let sign_in = async |email: &str, password: &str| {
        let wish = json!({
            "response_type": "code", "client_id": "loopdesk", "state": "s", "code_challenge_method": "S256",
            "redirect_uri": "http://127.0.0.1:4000/signed-in",
            "code_challenge": "0123456789012345678901234567890123456789012",
        });
        let body = json!({ "wish": wish, "email": email, "password": password });
        stage.post("/v1/sign-in").json(&body).send().await.unwrap()
    };
    for _ in 0..SIGN_INS_PER_MINUTE {
        assert_eq!(sign_in("inès@alba.example.com", "wrong").await.status(), 401);
    }
    let refused = sign_in(" INÈS@alba.example.com", "correct horse battery").await;
    assert_eq!(refused.status(), 429, "also with the right password, and however it is written");
    assert_eq!(refused.headers()["retry-after"], "13");
    assert_eq!(sign_in("amir@alba.example.com", "correct horse battery").await.status(), 200, "others may");
    stage.pass(12 * SECOND).await;
    assert_eq!(sign_in("inès@alba.example.com", "correct horse battery").await.status(), 200);
    assert_eq!(sign_in("inès@alba.example.com", "correct horse battery").await.status(), 429);
}

#[tokio::test]
async fn thirty_chats_a_minute_are_enough_for_an_address() {
    let stage = Stage::open().await;
    let start =
        async || stage.post("/chat/v1/start").json(&json!({ "workspace": "alba" })).send().await.unwrap();
    for n in 0..STARTS_PER_MINUTE {
        assert_eq!(start().await.status(), 200, "{n}");
    }
    let refused = start().await;
    assert_eq!(refused.status(), 429);
    assert!(refused.headers().contains_key("retry-after"));
    stage.pass(MINUTE / i64::from(STARTS_PER_MINUTE)).await;
    assert_eq!(start().await.status(), 200);
    assert_eq!(start().await.status(), 429);
}
