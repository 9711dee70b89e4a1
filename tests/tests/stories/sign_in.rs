//! Signing in to a real service: its page in the browser, a code that comes back to the desk, tokens for it.

use std::collections::BTreeMap;

use backend::{Backend, Native, Trouble, native::sign_in::SignIn};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use loopdesk_tests::{
    Stage,
    seat::InMemory,
    stage::{OTHER_WORKSPACE, new_person, slug},
};
use model::{DeviceId, at::MINUTE, wire::reads::Tokens};
use reqwest::{Response, StatusCode, Url};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

const PASSWORD: &str = "correct horse battery";
const VERIFIER: &str = "a-verifier-that-only-the-desk-knows-0123456789";
const REDIRECT: &str = "http://127.0.0.1:4000/signed-in";

async fn with_ines() -> Stage {
    let stage = Stage::open().await;
    let mut new = new_person("alba", "Ines");
    new.password = Some(PASSWORD.to_owned());
    stage.service.add_person(&slug("alba"), new).await.unwrap();
    stage
}

fn wish() -> Value {
    json!({
        "response_type": "code", "client_id": "loopdesk", "redirect_uri": REDIRECT, "state": "a state & more",
        "code_challenge": URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER)), "code_challenge_method": "S256",
    })
}

async fn posts(stage: &Stage, wish: &Value, email: &str, password: &str) -> Response {
    let body = json!({ "wish": wish, "email": email, "password": password });
    stage.post("/v1/sign-in").json(&body).send().await.unwrap()
}

/// A code, as it comes back in the browser's address.
async fn code(stage: &Stage) -> String {
    // Each minute has its own tries.
    stage.pass(15_000).await;
    let answer = posts(stage, &wish(), "ines@alba.example.com", PASSWORD).await;
    assert_eq!(answer.status(), 200);
    let next: Value = answer.json().await.unwrap();
    let to = Url::parse(next["to"].as_str().unwrap()).unwrap();
    assert_eq!(to.as_str().split('?').next(), Some(REDIRECT));
    let query: BTreeMap<_, _> = to.query_pairs().into_owned().collect();
    assert_eq!(query["state"], "a state & more", "the state comes back as it was");
    query["code"].clone()
}

async fn exchanges(stage: &Stage, grant: &Value) -> Response {
    stage.post("/v1/token").json(grant).send().await.unwrap()
}

fn grant(code: &str, verifier: &str, redirect: &str) -> Value {
    json!({
        "grant_type": "authorization_code", "code": code, "code_verifier": verifier, "redirect_uri": redirect,
    })
}

async fn me(stage: &Stage, token: &str) -> StatusCode {
    stage.get("/v1/me").bearer_auth(token).send().await.unwrap().status()
}

#[tokio::test]
async fn from_the_button_in_the_app_to_the_desk() {
    let stage = with_ines().await;
    let sign_in = SignIn::begin(stage.address.parse().unwrap()).await.unwrap();
    // The browser: it opens the page, the person types, the page goes where it is told.
    let page = Url::parse(&sign_in.page()).unwrap();
    let shown = stage.http.get(page.clone()).send().await.unwrap();
    assert_eq!(shown.status(), 200);
    let policy = shown.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("frame-ancestors 'none'") && policy.contains("default-src 'none'"), "{policy}");
    assert!(shown.text().await.unwrap().contains("password"));
    let asked: BTreeMap<String, String> = page.query_pairs().into_owned().collect();
    let answer = posts(&stage, &json!(asked), " Ines@Alba.example.com ", PASSWORD).await;
    let to = answer.json::<Value>().await.unwrap()["to"].as_str().unwrap().to_owned();
    let browser = tokio::spawn({
        let (http, address) = (stage.http.clone(), stage.address.clone());
        async move {
            // Another program knocks at the desk's door first.
            let other = format!("{}?code=stolen&state=x&iss={address}", to.split('?').next().unwrap());
            assert_eq!(http.get(other).send().await.unwrap().status(), 400);
            let iss: String =
                Url::parse_with_params("http://x", [("iss", &address)]).unwrap().query().unwrap().into();
            assert_eq!(http.get(format!("{to}&{iss}")).send().await.unwrap().status(), 200);
        }
    });
    let refresh = sign_in.finish().await.unwrap();
    browser.await.unwrap();
    let keeper = InMemory::refreshing(refresh.expose_secret());
    let device = DeviceId(Uuid::now_v7());
    let desk = Native::new(stage.address.parse().unwrap(), keeper, device).unwrap();
    let me = desk.me().await.unwrap();
    assert_eq!((me.person.name.as_str(), me.workspace.as_str()), ("Ines", "Maison Alba"));
    desk.sign_out().await.unwrap();
    assert_eq!(desk.me().await, Err(Trouble::SignIn));
}

#[tokio::test]
async fn a_code_works_once_for_whoever_asked_for_it() {
    let stage = with_ines().await;
    let good = code(&stage).await;
    let answer = exchanges(&stage, &grant(&good, VERIFIER, REDIRECT)).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers().get("cache-control").map(|v| v.to_str().unwrap()), Some("no-store"));
    let tokens: Tokens = answer.json().await.unwrap();
    assert_eq!((tokens.token_type.as_str(), tokens.expires_in), ("Bearer", 8 * 3_600));
    assert_eq!(me(&stage, &tokens.access_token).await, 200);
    assert_eq!(exchanges(&stage, &grant(&good, VERIFIER, REDIRECT)).await.status(), 401, "a second time");

    for (verifier, redirect, why) in [
        ("another-verifier-than-the-one-of-the-beginning", REDIRECT, "another verifier"),
        (VERIFIER, "http://127.0.0.1:4001/signed-in", "another redirect"),
        ("", REDIRECT, "no verifier"),
    ] {
        let one = code(&stage).await;
        assert_eq!(exchanges(&stage, &grant(&one, verifier, redirect)).await.status(), 401, "{why}");
        let again = exchanges(&stage, &grant(&one, VERIFIER, REDIRECT)).await;
        assert_eq!(again.status(), 401, "after {why} it is used up");
    }
    let one = code(&stage).await;
    let as_secret = json!({ "grant_type": "urn:loopdesk:one-use", "secret": one });
    assert_eq!(exchanges(&stage, &as_secret).await.status(), 401, "a code is no one-use secret");
    let late = code(&stage).await;
    stage.pass(2 * MINUTE).await;
    assert_eq!(
        exchanges(&stage, &grant(&late, VERIFIER, REDIRECT)).await.status(),
        401,
        "two minutes are over"
    );
}

#[tokio::test]
async fn a_one_use_secret_is_one() {
    let stage = with_ines().await;
    let ines = stage.service.people(&slug("alba")).await.unwrap().remove(0).id;
    let secret = async || stage.service.one_use_secret(&slug("alba"), ines).await.unwrap();
    let use_it = async |secret: &str| {
        exchanges(&stage, &json!({ "grant_type": "urn:loopdesk:one-use", "secret": secret })).await.status()
    };
    let one = secret().await;
    assert_eq!(use_it(one.expose_secret()).await, 200);
    assert_eq!(use_it(one.expose_secret()).await, 401);
    let late = secret().await;
    stage.pass(2 * MINUTE).await;
    assert_eq!(use_it(late.expose_secret()).await, 401);
    let as_code = secret().await;
    let answer = exchanges(&stage, &grant(as_code.expose_secret(), VERIFIER, REDIRECT)).await;
    assert_eq!(answer.status(), 401);
}

#[tokio::test]
async fn nobody_learns_who_has_an_account() {
    let stage = with_ines().await;
    let mut gone = new_person("alba", "Gone");
    gone.password = Some(PASSWORD.to_owned());
    stage.service.add_person(&slug("alba"), gone).await.unwrap();
    stage.service.close_person(&slug("alba"), "gone@alba.example.com").await.unwrap();
    stage.service.add_person(&slug("alba"), new_person("alba", "Nopass")).await.unwrap();
    let mut answers = Vec::new();
    for (email, password, why) in [
        ("ines@alba.example.com", "wrong horse battery", "a wrong password"),
        ("nobody@alba.example.com", PASSWORD, "an unknown account"),
        ("gone@alba.example.com", PASSWORD, "a closed account"),
        ("nopass@alba.example.com", "", "an account without a password"),
        (&"x".repeat(1_000), PASSWORD, "a very long address"),
    ] {
        let answer = posts(&stage, &wish(), email, password).await;
        assert_eq!(answer.status(), 401, "{why}");
        answers.push(answer.text().await.unwrap());
    }
    assert!(answers.windows(2).all(|two| two[0] == two[1]), "the same words for all: {answers:?}");
    // The account's workspace is part of it.
    stage.applies(OTHER_WORKSPACE).await;
    assert_eq!(
        posts(&stage, &wish(), "ines@alba.example.com", PASSWORD).await.status(),
        401,
        "which workspace?"
    );
    let mut of = wish();
    of["workspace"] = json!("borea");
    assert_eq!(posts(&stage, &of, "ines@alba.example.com", PASSWORD).await.status(), 401, "not this one");
    of["workspace"] = json!("alba");
    assert_eq!(posts(&stage, &of, "ines@alba.example.com", PASSWORD).await.status(), 200);
}

#[tokio::test]
async fn only_a_loopdesk_app_on_this_machine_begins_a_sign_in() {
    let stage = with_ines().await;
    for (field, value) in [
        ("redirect_uri", "https://evil.example.com/signed-in"),
        ("redirect_uri", "http://127.0.0.1.evil.example.com:80/signed-in"),
        ("redirect_uri", "http://127.0.0.1:0/signed-in"),
        ("redirect_uri", "http://127.0.0.1:4000/signed-in/../x"),
        ("redirect_uri", "http://127.0.0.1:40@evil.example.com/signed-in"),
        ("redirect_uri", "http://localhost:4000/signed-in"),
        ("client_id", "other"),
        ("response_type", "token"),
        ("code_challenge_method", "plain"),
        ("code_challenge", "short"),
        ("state", ""),
    ] {
        let mut wish = wish();
        wish[field] = json!(value);
        let answer = posts(&stage, &wish, "ines@alba.example.com", PASSWORD).await;
        assert_eq!(answer.status(), 422, "{field} {value}");
        let page = stage.get("/sign-in").query(&wish).send().await.unwrap();
        assert_eq!(page.status(), 422, "{field} {value}");
    }
    assert_eq!(stage.get("/sign-in").query(&wish()).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_refresh_token_works_once() {
    let stage = with_ines().await;
    let one = code(&stage).await;
    let first: Tokens = exchanges(&stage, &grant(&one, VERIFIER, REDIRECT)).await.json().await.unwrap();
    let refresh = async |token: &str| {
        exchanges(&stage, &json!({ "grant_type": "refresh_token", "refresh_token": token })).await
    };
    let second: Tokens = refresh(&first.refresh_token).await.json().await.unwrap();
    assert_ne!(second.access_token, first.access_token);
    assert_eq!(me(&stage, &second.access_token).await, 200);
    assert_eq!(me(&stage, &first.access_token).await, 401, "the pair before is void");
    assert_eq!(
        refresh(&second.access_token).await.status(),
        401,
        "the other token of a pair is not for this"
    );
    assert_eq!(me(&stage, &second.refresh_token).await, 401);

    let out = stage.post("/v1/sign-out").bearer_auth(&second.access_token).send().await.unwrap();
    assert_eq!(out.status(), 204);
    assert_eq!(me(&stage, &second.access_token).await, 401);
    assert_eq!(refresh(&second.refresh_token).await.status(), 401);
}
