//! Nobody reaches what is not theirs: every route of the service's own description, asked by everybody who should not.

use loopdesk_tests::{
    Page, Seat, Stage, World,
    raw::Raw,
    stage::{OTHER_WORKSPACE, new_person, slug},
};
use model::{
    ArticleId, FollowUpId, Intent, MacroId, PersonId, PresenceState, Role,
    at::HOUR,
    follow_up::Priority,
    wire::{Outcome, Rejection, chat::ChatIntent, commands::Receipts},
};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::kinds::{Things, article, one_of_each, openapi, prepared};

const PICTURE: &str = "89504e470d0a1a0a0000000d49484452000000030000000208060000009d74661a0000001149444154789c63f8cfc0d000c30cc81c00794308fb59dc27680000000049454e44ae426082";

/// Words that are Alba's alone, in every place where there are words.
const CANARIES: [&str; 9] = [
    "Canary-Name",
    "canary-text",
    "canary-note",
    "canary-title",
    "canary-article",
    "canary-macro",
    "canary-fact",
    "canary@mail.example.com",
    "canary-file",
];

/// Two companies on one service. Everything that is asked for is Alba's.
struct Companies {
    stage: Stage,
    ines: Seat,
    sara: Seat,
    page: Page,
    things: Things,
    file: String,
}

impl Companies {
    async fn open() -> Self {
        let stage = Stage::open().await;
        stage.applies(OTHER_WORKSPACE).await;
        let mut ines = stage.advisor("Inès Keller").await.available().await;
        let mut sara = stage.supervisor("Sara Lind").await.connected().await;
        let key = stage.integration_key().await;
        let fact = json!({
            "source": "shop", "key": "1", "customer": { "kind": "account", "value": "C-77" }, "at": 0,
            "profile": { "name": "Canary-Name Known", "identities": [{ "kind": "email", "value": "canary@mail.example.com" }] },
            "fact": { "type": "fact", "kind": "order", "title": "canary-fact" },
        });
        stage.posts(&key, &fact).await;
        let start = json!({ "workspace": "alba", "name": "Canary-Name", "email": "canary@mail.example.com" });
        let page = stage.visitor("Canary-Name", start).await.connected().await;
        let attachment = page.uploads("canary-file.png", &hex::decode(PICTURE).unwrap()).await;
        let file = attachment.sha256.clone();
        page.wants(ChatIntent::Say { text: "canary-text".into(), attachments: vec![attachment] }).await;
        let conversation = ines.takes_offer().await;
        ines.catch_up().await;
        let customer = ines.world.conversations[&conversation].customer;
        let identity = ines.world.customers[&customer].identities[0].id;
        ines.notes(conversation, "canary-note", &[]).await;
        let follow_up = FollowUpId(Uuid::now_v7());
        ines.wants(Intent::AddFollowUp {
            id: follow_up,
            customer,
            conversation: Some(conversation),
            title: "canary-title".into(),
            owner: ines.id,
            due: stage.now() + HOUR,
            priority: Priority::Normal,
            cause: None,
        })
        .await;
        let (one, two) = (ArticleId(Uuid::now_v7()), MacroId(Uuid::now_v7()));
        sara.wants(Intent::PutArticle { article: article(one, "canary-article", 0) }).await;
        sara.wants(Intent::PutMacro { prepared: prepared(two, "canary-macro", 0) }).await;
        ines.catch_up().await;
        sara.catch_up().await;
        let things = Things {
            conversation,
            customer,
            identity,
            follow_up,
            colleague: ines.id,
            article: one,
            prepared: two,
            now: stage.now(),
        };
        Self { stage, ines, sara, page, things, file }
    }

    /// What Alba's people know, and how far its log is.
    async fn worlds(&self) -> [World; 2] {
        [self.ines.snapshot().await.1, self.sara.snapshot().await.1]
    }

    /// Alba's ids, none of which anybody else may be told.
    fn ids(&self) -> Vec<String> {
        let things = self.things;
        let mut ids = vec![
            things.conversation.to_string(),
            things.customer.to_string(),
            things.identity.to_string(),
            things.colleague.to_string(),
            things.article.to_string(),
            things.prepared.to_string(),
        ];
        ids.extend(self.ines.world.messages.keys().map(ToString::to_string));
        ids
    }

    fn tells_nothing(&self, who: &str, body: &str) {
        for word in CANARIES.iter().map(|word| (*word).to_owned()).chain(self.ids()) {
            assert!(!body.contains(&word), "{who} reads {word:?} in {body}");
        }
    }

    /// The request for an operation of the description, with everything in it Alba's. New operations belong here.
    fn asks(&self, method: &str, path: &str) -> RequestBuilder {
        let Things { conversation, .. } = self.things;
        let address = path.replace("{sha256}", &self.file).replace("{id}", &conversation.to_string());
        let request = self.stage.request(method.to_uppercase().parse().unwrap(), &address);
        let bytes = hex::decode(PICTURE).unwrap();
        match (method, path) {
            (
                "get",
                "/chat/v1/blobs/{sha256}" | "/chat/v1/blobs/{sha256}/preview" | "/chat/v1/transcript",
            )
            | (
                "get",
                "/v1/blobs/{sha256}"
                | "/v1/blobs/{sha256}/preview"
                | "/v1/me"
                | "/v1/phone"
                | "/v1/sync/page",
            )
            | ("post", "/v1/sync/begin" | "/v1/sign-out") => request,
            ("put", "/chat/v1/blobs/{sha256}" | "/v1/blobs/{sha256}") => request
                .query(&[("name", "mine.png"), ("size", &bytes.len().to_string()), ("offset", "0")])
                .body(bytes[..10].to_vec()),
            ("get", "/v1/conversations/{id}/messages") => request.query(&[("before", "1000")]),
            ("get", "/v1/search") => request.query(&[("q", "canary")]),
            ("post", "/chat/v1/commands") => {
                let seen = json!({ "id": Uuid::now_v7(), "kind": "seen", "args": { "upto": 1 } });
                request.json(&json!({ "commands": [seen] }))
            }
            ("post", "/v1/commands") => request.json(&json!({ "commands": commands(self.things) })),
            ("post", "/v1/facts") => request.json(&json!({
                "source": "shop", "key": "1", "customer": { "kind": "account", "value": "C-77" }, "at": 0,
                "fact": { "type": "profile" },
            })),
            ("post", "/v1/conversations/{id}/hand-over") => request
                .json(&json!({ "reason": "tired", "transcript": [{ "side": "company", "text": "bye" }] })),
            // Sockets are asked for with an upgrade.
            ("get", "/v1/stream" | "/chat/v1/stream") => request
                .header("connection", "upgrade")
                .header("upgrade", "websocket")
                .header("sec-websocket-version", "13")
                .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
            // Doors: whoever stands before them is nobody yet.
            ("post", "/chat/v1/start") => {
                request.json(&json!({ "workspace": "borea", "token": self.page.token, "name": "Otto" }))
            }
            ("get", "/sign-in") => request.query(&[
                ("response_type", "code"),
                ("client_id", "loopdesk"),
                ("redirect_uri", "http://127.0.0.1:4000/signed-in"),
                ("state", "s"),
                ("code_challenge", "0123456789012345678901234567890123456789012"),
                ("code_challenge_method", "S256"),
            ]),
            ("post", "/v1/sign-in") => request.json(&json!({
                "wish": {
                    "response_type": "code", "client_id": "loopdesk", "state": "s", "workspace": "borea",
                    "redirect_uri": "http://127.0.0.1:4000/signed-in", "code_challenge_method": "S256",
                    "code_challenge": "0123456789012345678901234567890123456789012",
                },
                "email": "inès.keller@alba.example.com", "password": "correct horse",
            })),
            ("post", "/v1/token") => {
                request.json(&json!({ "grant_type": "refresh_token", "refresh_token": self.page.token }))
            }
            _ => panic!("{method} {path} is new: say here how it is asked for, and below who may"),
        }
    }
}

fn command(intent: &Intent) -> Value {
    let mut command = serde_json::to_value(intent).unwrap();
    command["id"] = json!(Uuid::now_v7());
    command["device"] = json!(Uuid::now_v7());
    command["at"] = json!(0);
    command
}

/// Whatever could be wanted with Alba's things; 20 a second are allowed.
fn commands(things: Things) -> Vec<Value> {
    one_of_each(things).iter().take(20).map(command).collect()
}

/// Every operation of the description, with the kind of token that opens it.
fn operations() -> Vec<(String, String, Option<String>)> {
    let mut operations = Vec::new();
    for (path, methods) in openapi()["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let scheme =
                operation["security"][0].as_object().and_then(|scheme| scheme.keys().next().cloned());
            operations.push((method.clone(), path.clone(), scheme));
        }
    }
    // Whoever signs out cannot ask for anything any more.
    operations.sort_by_key(|(_, path, _)| path == "/v1/sign-out");
    assert!(operations.len() >= 20, "the description names all operations: {}", operations.len());
    operations
}

const DOORS: [(&str, &str, u16); 5] = [
    ("post", "/chat/v1/start", 200),
    ("get", "/chat/v1/stream", 101),
    ("get", "/sign-in", 200),
    ("post", "/v1/sign-in", 401),
    ("post", "/v1/token", 401),
];

#[tokio::test]
async fn every_route_is_shut_for_whoever_has_no_business_there() {
    let companies = Companies::open().await;
    let stage = &companies.stage;
    // Callers by the kind of token they have, none of which opens anything of Alba's that is not theirs.
    let closed = stage.advisor("Carl Weiss").await;
    let closed_token = stage.token("alba", closed.id).await;
    stage.service.close_person(&slug("alba"), "carl.weiss@alba.example.com").await.unwrap();
    let mut other_team = new_person("alba", "Bea Novak");
    (other_team.team, other_team.queues) = (slug("claims"), vec![slug("bank")]);
    let without_sight = stage.hires("alba", other_team).await;
    let otto =
        stage.person_of("borea", "Otto", Role::Advisor, &["en"], &["delivery"]).await.available().await;
    let olga = stage.person_of("borea", "Olga", Role::Supervisor, &["en"], &["delivery"]).await;
    let foreign_page = stage.visitor("Lars", json!({ "workspace": "borea", "name": "Lars" })).await;
    foreign_page.says("Hei?").await;
    let colleague = stage.token("alba", companies.ines.id).await;
    let callers = [
        ("nobody", "", String::new()),
        ("somebody with a made up token", "", "0".repeat(64)),
        ("a closed account", "", closed_token),
        ("an advisor of another company", "desk", stage.token("borea", otto.id).await),
        ("a supervisor of another company", "desk", stage.token("borea", olga.id).await),
        ("an advisor without the customer", "desk", stage.token("alba", without_sight.id).await),
        ("an advisor of the customer", "own desk", colleague),
        ("a visitor of another company", "visitor", foreign_page.token.clone()),
        ("the visitor", "own visitor", companies.page.token.clone()),
        ("another system of another company", "integration", stage.integration_key_of("borea").await),
        ("another system", "own integration", stage.integration_key().await),
    ];
    let before = companies.worlds().await;
    for (method, path, scheme) in operations() {
        let Some(scheme) = scheme else {
            let door = DOORS.iter().find(|(m, p, _)| *m == method && *p == path);
            let (_, _, expected) = door.unwrap_or_else(|| panic!("{method} {path} is open to everybody?"));
            let answer = companies.asks(&method, &path).send().await.unwrap();
            assert_eq!(answer.status().as_u16(), *expected, "{method} {path}");
            if *expected != 101 {
                companies.tells_nothing("whoever stands at the door", &answer.text().await.unwrap());
            }
            continue;
        };
        for (who, has, token) in &callers {
            if has.strip_prefix("own ") == Some(&scheme) {
                continue;
            }
            // The clock gives everybody their rate back.
            stage.clock.advance(2_000);
            let mut request = companies.asks(&method, &path);
            if !token.is_empty() {
                request = request.bearer_auth(token);
            }
            let answer = request.send().await.unwrap();
            let (status, what) = (answer.status().as_u16(), format!("{who}: {method} {path}"));
            if status == 101 {
                assert_eq!((*has, path.as_str()), ("desk", "/v1/stream"), "{what}");
                continue;
            }
            let body = answer.text().await.unwrap();
            let same_company = *who == "an advisor without the customer";
            if !(same_company && matches!(path.as_str(), "/v1/search" | "/v1/sync/page")) {
                companies.tells_nothing(&what, &body);
            }
            if *has != scheme.as_str() {
                assert_eq!(status, 401, "{what}");
                continue;
            }
            let allowed = match (method.as_str(), path.as_str()) {
                // Of their own company's world, which holds nothing of this one's.
                ("get", "/v1/me" | "/v1/search" | "/v1/sync/page")
                | ("post", "/v1/sync/begin" | "/v1/facts") => 200,
                ("post", "/v1/sign-out") => {
                    assert_eq!(status, 204, "{what}");
                    continue;
                }
                // The bytes are not believed to be there only because somebody else has sent them.
                ("put", _) => {
                    assert_eq!(serde_json::from_str::<Value>(&body).unwrap()["received"], 10, "{what}");
                    200
                }
                ("get", "/chat/v1/transcript") | ("post", "/chat/v1/commands") => 200,
                ("post", "/v1/commands") => {
                    refused(&what, &one_of_each(companies.things), &body);
                    200
                }
                _ => 404,
            };
            assert_eq!(status, allowed, "{what} {body}");
        }
    }
    for (before, after) in before.iter().zip(companies.worlds().await) {
        let head = (before.cursor, after.cursor);
        // People who are there and gone are noted beside the log: only Alba's own people wrote into it.
        assert!(before.differences(&after).is_empty(), "{:?}", before.differences(&after));
        assert_eq!(head.0, head.1, "nothing was written");
    }
    let path = format!("/chat/v1/blobs/{}", companies.file);
    let bytes = companies.page.request(Method::GET, &path).send().await.unwrap().bytes().await.unwrap();
    assert_eq!(bytes, hex::decode(PICTURE).unwrap(), "the customer's file is as it was");
}

/// Each of those commands was refused, or is about nothing but the caller.
fn refused(what: &str, intents: &[Intent], body: &str) {
    let receipts: Receipts = serde_json::from_str(body).unwrap();
    for (intent, receipt) in intents.iter().zip(receipts.receipts) {
        assert_refused(what, intent, &receipt.outcome);
    }
}

fn assert_refused(what: &str, intent: &Intent, outcome: &Outcome) {
    let refused = matches!(
        outcome,
        Outcome::Rejected {
            code: Rejection::Gone
                | Rejection::Forbidden
                | Rejection::NotAssigned
                | Rejection::NotOffered
                | Rejection::Stale,
            ..
        }
    );
    // About oneself, about what is not there, or the way by which a colleague is looked up.
    let harmless = match intent {
        Intent::SetPresence { .. } | Intent::Finish { .. } | Intent::OpenChannel { .. } => true,
        Intent::RemoveArticle { .. } | Intent::RemoveMacro { .. } => matches!(outcome, Outcome::Noop { .. }),
        _ => false,
    };
    assert!(refused || harmless, "{what}: {} {outcome:?}", intent.kind());
}

#[tokio::test]
async fn nothing_can_be_wanted_with_what_is_somebody_else_s() {
    let companies = Companies::open().await;
    let stage = &companies.stage;
    let otto =
        stage.person_of("borea", "Otto", Role::Advisor, &["en"], &["delivery"]).await.available().await;
    let olga = stage.person_of("borea", "Olga", Role::Supervisor, &["en"], &["delivery"]).await;
    let mut other_team = new_person("alba", "Bea Novak");
    (other_team.team, other_team.queues) = (slug("claims"), vec![slug("bank")]);
    let bea = stage.hires("alba", other_team).await;
    let before = companies.worlds().await;
    let intents = one_of_each(companies.things);
    for seat in [&otto, &olga, &bea] {
        for intent in &intents {
            let looks_up = matches!(intent, Intent::Watch { .. } | Intent::WatchCustomer { .. });
            if looks_up && seat.id == bea.id {
                continue;
            }
            stage.clock.advance(1_000);
            let outcome = seat.tries(intent.clone()).await;
            assert_refused(&seat.name, intent, &outcome);
            companies.tells_nothing(&seat.name, &serde_json::to_string(&outcome).unwrap());
        }
    }
    for (before, after) in before.iter().zip(companies.worlds().await) {
        assert!(before.differences(&after).is_empty(), "{:?}", before.differences(&after));
        assert_eq!(before.cursor, after.cursor, "nothing was written");
    }
    // Own things together with somebody else's.
    let lars = stage.visitor("Lars", json!({ "workspace": "borea", "name": "Lars" })).await;
    let mut otto = otto;
    otto.wants(Intent::Finish { on: false }).await;
    otto.becomes(PresenceState::Available).await;
    lars.says("Hei?").await;
    let mine = otto.takes_offer().await;
    otto.catch_up().await;
    let things =
        Things { conversation: mine, customer: otto.world.conversations[&mine].customer, ..companies.things };
    for intent in one_of_each(things) {
        let names_a_foreigner = matches!(
            intent,
            Intent::Note { .. }
                | Intent::AddFollowUp { .. }
                | Intent::Transfer { .. }
                | Intent::Confirm { .. }
        );
        if names_a_foreigner {
            let code = otto.may_not(intent.clone()).await;
            assert!(matches!(code, Rejection::Invalid | Rejection::Gone), "{} {code:?}", intent.kind());
        }
    }
    let linked = Intent::Link { conversation: mine, customer: companies.things.customer };
    assert_eq!(otto.may_not(linked).await, Rejection::Gone);
    let to_nobody = Intent::Assign { conversation: mine, person: PersonId(companies.ines.id.0) };
    assert_eq!(olga.may_not(to_nobody).await, Rejection::Invalid);
}

#[tokio::test]
async fn what_an_advisor_may_not() {
    let companies = Companies::open().await;
    let Things { conversation, article: page, prepared: text, .. } = companies.things;
    let ines = &companies.ines;
    let may_not = [
        Intent::Assign { conversation, person: ines.id },
        Intent::PutArticle { article: article(page, "Mine", 1) },
        Intent::RemoveArticle { id: page },
        Intent::PutMacro { prepared: prepared(text, "Mine", 1) },
        Intent::RemoveMacro { id: text },
    ];
    for intent in may_not {
        assert_eq!(ines.may_not(intent).await, Rejection::Forbidden);
    }
    let sara = &companies.sara;
    let stale = Intent::PutArticle { article: article(page, "Late parcels", 0) };
    assert_eq!(sara.may_not(stale).await, Rejection::Stale, "somebody wrote it before");
    sara.wants(Intent::PutArticle { article: article(page, "Late parcels", 1) }).await;
}

/// Everything that a socket is told, as it arrives.
async fn listens(stage: &Stage, path: &str, token: Option<&str>, hello: Value) -> Raw {
    let bearer = token.map(|token| format!("Bearer {token}"));
    let headers: Vec<_> = bearer.iter().map(|bearer| ("authorization", bearer.as_str())).collect();
    let mut raw = Raw::open(&stage.address, path, &headers).await.unwrap();
    raw.send(hello.to_string()).await;
    raw
}

async fn heard(mut raw: Raw) -> String {
    raw.send(json!({ "type": "ping", "cursor": 0 }).to_string()).await;
    let mut all = String::new();
    loop {
        let text = raw.text().await;
        all.push_str(&text);
        if text.contains("\"pong\"") {
            return all;
        }
    }
}

#[tokio::test]
async fn two_companies_at_work_hear_nothing_of_each_other() {
    let mut companies = Companies::open().await;
    let stage = &companies.stage;
    let mut otto =
        stage.person_of("borea", "Otto Berg", Role::Advisor, &["en"], &["delivery"]).await.available().await;
    let olga = stage
        .person_of("borea", "Olga Dahl", Role::Supervisor, &["en"], &["delivery"])
        .await
        .connected()
        .await;
    let mut other_team = new_person("alba", "Bea Novak");
    (other_team.team, other_team.queues) = (slug("claims"), vec![slug("bank")]);
    let bea = stage.hires("alba", other_team).await.connected().await;
    let lars = stage.visitor("Lars", json!({ "workspace": "borea", "name": "Lars-of-Borea" })).await;

    let desk = async |workspace, seat: &Seat| {
        let token = stage.token(workspace, seat.id).await;
        let epoch = seat.epoch();
        let hello =
            json!({ "type": "hello", "epoch": epoch, "cursor": 0, "device": Uuid::now_v7(), "schema": 1 });
        listens(stage, "/v1/stream", Some(&token), hello).await
    };
    let page = async |page: &Page| {
        let hello = json!({ "type": "hello", "token": page.token, "cursor": 0 });
        listens(stage, "/chat/v1/stream", None, hello).await
    };
    let (at_otto, at_olga) = (desk("borea", &otto).await, desk("borea", &olga).await);
    let (at_ines, at_sara, at_bea) =
        (desk("alba", &companies.ines).await, desk("alba", &companies.sara).await, desk("alba", &bea).await);
    let (at_lars, at_lea) = (page(&lars).await, page(&companies.page).await);

    // Both work at the same time.
    lars.says("borea-text").await;
    let of_lars = otto.takes_offer().await;
    let of_lea = companies.things.conversation;
    companies.page.says("canary-text again").await;
    otto.notes(of_lars, "borea-note", &[]).await;
    companies.ines.notes(of_lea, "canary-note again", &[]).await;
    otto.replies(of_lars, "borea-answer").await;
    companies.ines.replies(of_lea, "canary-answer").await;
    otto.finishes(of_lars).await;
    companies.ines.finishes(of_lea).await;
    otto.catch_up().await;
    companies.ines.catch_up().await;
    let borea_ids: Vec<String> = [of_lars.to_string(), otto.id.to_string(), olga.id.to_string()]
        .into_iter()
        .chain(otto.world.messages.keys().map(ToString::to_string))
        .chain(otto.world.customers.keys().map(ToString::to_string))
        .collect();

    let [otto_heard, olga_heard, lars_heard] =
        [heard(at_otto).await, heard(at_olga).await, heard(at_lars).await];
    for (who, all) in [("Otto", &otto_heard), ("Olga", &olga_heard), ("Lars", &lars_heard)] {
        companies.tells_nothing(who, all);
        assert!(!all.contains("Keller"), "{who} hears of Inès");
    }
    let [ines_heard, sara_heard, bea_heard, lea_heard] =
        [heard(at_ines).await, heard(at_sara).await, heard(at_bea).await, heard(at_lea).await];
    for (who, all) in [("Inès", &ines_heard), ("Sara", &sara_heard), ("Bea", &bea_heard), ("Léa", &lea_heard)]
    {
        for word in borea_ids.iter().map(String::as_str).chain(["borea-", "Lars-of-Borea", "Otto Berg"]) {
            assert!(!all.contains(word), "{who} hears {word}");
        }
    }
    // Within one company: who hears what.
    assert!(ines_heard.contains("canary-note again") && ines_heard.contains("canary-answer"));
    assert!(otto_heard.contains("borea-note"));
    assert!(
        lea_heard.contains("canary-answer") && !lea_heard.contains("canary-note"),
        "notes are for colleagues"
    );
    assert!(lars_heard.contains("borea-answer") && !lars_heard.contains("borea-note"));
    for secret in ["canary-text", "canary-note", "canary-fact", "canary@mail", "canary-title", "Canary-Name"]
    {
        assert!(!bea_heard.contains(secret), "Bea, of another team and queue, hears {secret}");
    }
    assert!(bea_heard.contains("canary-article"), "what the team knows is for everybody");
    for secret in ["canary-text", "canary-note", "canary-fact", "canary@mail"] {
        assert!(!sara_heard.contains(secret), "a supervisor who looks at nobody hears {secret}");
    }
    assert!(sara_heard.contains("Canary-Name"), "but sees who is being helped");
}
