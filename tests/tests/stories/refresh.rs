//! How a session goes on: a refresh token is used once, a lost answer signs nobody out, a stolen token ends everything.

use backend::{Backend, Native, Trouble};
use loopdesk_tests::{
    Stage,
    raw::Raw,
    seat::InMemory,
    stage::{new_person, slug},
};
use model::{
    DeviceId, PersonId,
    at::{DAY, HOUR, SECOND},
    wire::{
        frames::{SCHEMA, close},
        reads::Tokens,
    },
};
use reqwest::{Response, StatusCode};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use uuid::Uuid;

/// Somebody, and the installation of their desk.
struct Device<'a> {
    stage: &'a Stage,
    person: PersonId,
    id: DeviceId,
}

impl<'a> Device<'a> {
    async fn of(stage: &'a Stage, name: &str) -> Self {
        let person = stage.service.add_person(&slug("alba"), new_person("alba", name)).await.unwrap();
        Self { stage, person, id: DeviceId(Uuid::now_v7()) }
    }

    async fn asks(&self, mut grant: Value, device: Option<DeviceId>) -> Response {
        grant["device"] = json!(device);
        self.stage.post("/v1/token").json(&grant).send().await.unwrap()
    }

    async fn signs_in(&self) -> Tokens {
        let secret = self.stage.service.one_use_secret(&slug("alba"), self.person).await.unwrap();
        let grant = json!({ "grant_type": "urn:loopdesk:one-use", "secret": secret.expose_secret() });
        self.asks(grant, Some(self.id)).await.json().await.unwrap()
    }

    async fn refreshes_as(&self, token: &str, device: Option<DeviceId>) -> Result<Tokens, StatusCode> {
        let answer =
            self.asks(json!({ "grant_type": "refresh_token", "refresh_token": token }), device).await;
        match answer.status() {
            StatusCode::OK => Ok(answer.json().await.unwrap()),
            refused => Err(refused),
        }
    }

    async fn refreshes(&self, token: &str) -> Result<Tokens, StatusCode> {
        self.refreshes_as(token, Some(self.id)).await
    }

    async fn opens(&self, tokens: &Tokens) -> StatusCode {
        self.stage.get("/v1/me").bearer_auth(&tokens.access_token).send().await.unwrap().status()
    }

    /// An open line with that token.
    async fn line(&self, tokens: &Tokens) -> Raw {
        let bearer = format!("Bearer {}", tokens.access_token);
        let headers = [("authorization", bearer.as_str())];
        let start = self.stage.post("/v1/sync/begin").bearer_auth(&tokens.access_token).send().await.unwrap();
        let start: Value = start.json().await.unwrap();
        let mut line = Raw::open(&self.stage.address, "/v1/stream", &headers).await.unwrap();
        let hello = json!({ "type": "hello", "epoch": start["epoch"], "cursor": start["cursor"],
                            "device": Uuid::now_v7(), "schema": SCHEMA });
        line.send(hello.to_string()).await;
        assert!(line.text().await.contains("resumed"));
        line
    }
}

#[tokio::test]
async fn f7_an_answer_that_was_lost_is_given_again() {
    let stage = Stage::open().await;
    let ines = Device::of(&stage, "Inès Keller").await;
    let first = ines.signs_in().await;
    let lost = ines.refreshes(&first.refresh_token).await.unwrap();
    assert_eq!(ines.opens(&first).await, 401, "the pair before is void");
    stage.pass(60 * SECOND).await;
    let second = ines.refreshes(&first.refresh_token).await.expect("within a minute it is given again");
    assert_eq!(ines.opens(&second).await, 200);
    let third = ines.refreshes(&second.refresh_token).await.expect("and goes on from there");
    assert_eq!(
        (ines.opens(&third).await, ines.opens(&second).await),
        (StatusCode::OK, StatusCode::UNAUTHORIZED)
    );
    assert_eq!(ines.opens(&lost).await, 200, "the one that may have arrived all the same works, too");
}

#[tokio::test]
async fn f7_two_processes_that_ask_at_once_are_both_let_in() {
    let stage = Stage::open().await;
    let ines = Device::of(&stage, "Inès Keller").await;
    let keyring = InMemory::refreshing(&ines.signs_in().await.refresh_token);
    let process = || Native::new(stage.address.parse().unwrap(), keyring.clone(), ines.id).unwrap();
    let (one, two) = (process(), process());
    // Four nights; each morning both have tokens that have run out.
    for _ in 0..4 {
        stage.pass(9 * HOUR).await;
        let (first, second) = tokio::join!(one.me(), two.me());
        assert_eq!((first.unwrap().person.id, second.unwrap().person.id), (ines.person, ines.person));
    }
    stage.pass(9 * HOUR).await;
    assert!(one.me().await.is_ok());
    stage.pass(10 * 60 * SECOND).await;
    assert!(two.me().await.is_ok(), "one that comes much later finds the newest token in the keyring");
}

#[tokio::test]
async fn f7_a_token_that_comes_back_late_was_stolen() {
    let stage = Stage::open().await;
    let ines = Device::of(&stage, "Inès Keller").await;
    let first = ines.signs_in().await;
    let elsewhere = ines.signs_in().await;
    let second = ines.refreshes(&first.refresh_token).await.unwrap();
    let mut line = ines.line(&second).await;
    let mut other_line = ines.line(&elsewhere).await;
    stage.pass(61 * SECOND).await;
    assert_eq!(ines.refreshes(&first.refresh_token).await.err(), Some(StatusCode::UNAUTHORIZED));
    assert_eq!(line.closed().await, Some(close::AUTH), "its sockets are closed");
    assert_eq!(ines.opens(&second).await, 401, "its tokens are void");
    assert_eq!(
        ines.refreshes(&second.refresh_token).await.err(),
        Some(StatusCode::UNAUTHORIZED),
        "all of them"
    );
    assert_eq!(ines.opens(&elsewhere).await, 200, "her other sign-in has nothing to do with it");
    other_line.send(json!({ "type": "ping", "cursor": 0 }).to_string()).await;
    while !other_line.text().await.contains("pong") {}
    let entries = stage.service.audit(&slug("alba"), 100).await.unwrap();
    let stolen: Vec<_> = entries.iter().filter(|entry| entry.result == "stolen").collect();
    assert_eq!((stolen.len(), stolen[0].who, stolen[0].act.as_str()), (1, Some(ines.person.0), "refresh"));
}

#[tokio::test]
async fn f7_a_token_in_the_hands_of_another_device_was_stolen() {
    let stage = Stage::open().await;
    let ines = Device::of(&stage, "Inès Keller").await;
    for thief in [Some(DeviceId(Uuid::now_v7())), None] {
        let first = ines.signs_in().await;
        assert_eq!(
            ines.refreshes_as(&first.refresh_token, thief).await.err(),
            Some(StatusCode::UNAUTHORIZED)
        );
        assert_eq!(
            ines.refreshes(&first.refresh_token).await.err(),
            Some(StatusCode::UNAUTHORIZED),
            "she has to sign in anew"
        );
    }
}

#[tokio::test]
async fn a_sign_in_ends_after_three_months_however_often_it_is_renewed() {
    let stage = Stage::open().await;
    let ines = Device::of(&stage, "Inès Keller").await;
    let mut tokens = ines.signs_in().await;
    for _ in 0..89 {
        stage.pass(DAY).await;
        tokens = ines.refreshes(&tokens.refresh_token).await.unwrap();
    }
    stage.pass(20 * HOUR).await;
    tokens = ines.refreshes(&tokens.refresh_token).await.unwrap();
    assert_eq!(tokens.expires_in, 4 * 3_600, "not longer than the sign-in itself");
    stage.pass(4 * HOUR).await;
    assert_eq!(ines.opens(&tokens).await, 401);
    assert_eq!(ines.refreshes(&tokens.refresh_token).await.err(), Some(StatusCode::UNAUTHORIZED));
    let tokens = ines.signs_in().await;
    stage.pass(30 * DAY).await;
    assert_eq!(
        ines.refreshes(&tokens.refresh_token).await.err(),
        Some(StatusCode::UNAUTHORIZED),
        "nor is it kept unused for ever"
    );
}

#[tokio::test]
async fn a_desk_asks_for_nothing_in_the_name_of_somebody_else() {
    let stage = Stage::open().await;
    let ines = Device::of(&stage, "Inès Keller").await;
    let amir = Device::of(&stage, "Amir Saidi").await;
    let keyring = InMemory::refreshing(&ines.signs_in().await.refresh_token);
    let desk = Native::new(stage.address.parse().unwrap(), keyring.clone(), ines.id).unwrap();
    desk.is_for(ines.person).await.unwrap();
    // Somebody else signs in on the same computer, and her own token runs out.
    keyring.becomes(&amir.signs_in().await.refresh_token);
    stage.pass(9 * HOUR).await;
    assert_eq!(desk.me().await, Err(Trouble::SignIn));
    assert_eq!(desk.is_for(ines.person).await, Err(Trouble::SignIn));
    keyring.becomes(&ines.signs_in().await.refresh_token);
    assert_eq!(desk.me().await.unwrap().person.id, ines.person, "until she signs in herself");
}

#[tokio::test]
async fn a_token_is_not_used_before_the_keyring_has_it() {
    let stage = Stage::open().await;
    let ines = Device::of(&stage, "Inès Keller").await;
    let keyring = InMemory::refreshing(&ines.signs_in().await.refresh_token);
    let desk = Native::new(stage.address.parse().unwrap(), keyring.clone(), ines.id).unwrap();
    keyring.refuses(true);
    for _ in 0..3 {
        let refused = desk.is_for(ines.person).await;
        assert_eq!(refused, Err(Trouble::Unreachable), "it is tried again, nobody is signed out");
        stage.pass(45 * SECOND).await;
    }
    keyring.refuses(false);
    assert_eq!(desk.me().await.unwrap().person.id, ines.person, "the pair it got is not lost");
    stage.pass(9 * HOUR).await;
    assert_eq!(desk.me().await.unwrap().person.id, ines.person);
}

#[tokio::test]
async fn f7_a_desk_says_which_it_is_whatever_it_asks_for_first() {
    let stage = Stage::open().await;
    let ines = Device::of(&stage, "Inès Keller").await;
    let keyring = InMemory::refreshing(&ines.signs_in().await.refresh_token);
    // Started and killed again and again: what asks first is sometimes the line, sometimes something else.
    for line_first in [false, true, false, true] {
        let desk = Native::new(stage.address.parse().unwrap(), keyring.clone(), ines.id).unwrap();
        if line_first {
            desk.is_for(ines.person).await.expect("the line");
        }
        assert_eq!(desk.me().await.expect("anything else").person.id, ines.person);
    }
}

/// What stands between, a proxy or a guard, says no in its own way.
#[tokio::test]
async fn only_the_service_itself_ends_a_sign_in() {
    let guard = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", guard.local_addr().unwrap());
    tokio::spawn(async move {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        loop {
            let (mut socket, _) = guard.accept().await.unwrap();
            let _ = socket.read(&mut [0; 4_096]).await;
            let no = "HTTP/1.1 403 Forbidden\r\ncontent-length: 9\r\nconnection: close\r\n\r\nForbidden";
            let _ = socket.write_all(no.as_bytes()).await;
        }
    });
    let device = DeviceId(Uuid::now_v7());
    let desk = Native::new(address.parse().unwrap(), InMemory::refreshing("a token"), device).unwrap();
    assert_eq!(desk.me().await, Err(Trouble::Fault));
}
