//! Whose telephone may register, and for how long.

use model::wire::reads::PhoneLine;
use reqwest::StatusCode;

use super::Calls;
use loopdesk_tests::{Stage, stage::slug};

async fn line(stage: &Stage, token: &str) -> PhoneLine {
    let answer = stage.get("/v1/phone").bearer_auth(token).send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::OK);
    answer.json().await.expect("a line")
}

#[tokio::test]
async fn a_line_is_given_to_whoever_is_signed_in_for_as_long_as_they_are() {
    let company = Calls::open().await;
    let (stage, telephone) = (&company.stage, &company.telephone);
    let ines = stage.advisor("Inès Keller").await;
    let none = stage.get("/v1/phone").send().await.unwrap();
    assert_eq!(none.status(), StatusCode::UNAUTHORIZED);

    let token = stage.token("alba", ines.id).await;
    let first = line(stage, &token).await;
    assert_eq!(first.user, company.line(&ines));
    assert_eq!(line(stage, &token).await, first, "the same as long as it is the same sign-in");
    assert!(telephone.lets_in(&first.user, &first.password));

    let another = stage.token("alba", ines.id).await;
    let second = line(stage, &another).await;
    assert_ne!(second.password, first.password);
    assert!(!telephone.lets_in(&first.user, &first.password), "another sign-in takes the line over");

    let gone = stage.post("/v1/sign-out").bearer_auth(&another).send().await.unwrap();
    assert_eq!(gone.status(), StatusCode::NO_CONTENT);
    company.calm().await;
    assert!(!telephone.lets_in(&second.user, &second.password), "it ends with the sign-in");

    let third = line(stage, &token).await;
    telephone.registers(&third.user, &third.password);
    stage.service.end_sign_ins(&slug("alba"), "ines.keller@alba.example.com").await.ok();
    stage.service.end_sign_ins(&slug("alba"), "inès.keller@alba.example.com").await.ok();
    company.calm().await;
    assert!(!telephone.lets_in(&third.user, &third.password), "the company ends it, too");
}

#[tokio::test]
async fn without_an_exchange_there_is_no_line() {
    let stage = Stage::open().await;
    let ines = stage.advisor("Inès Keller").await;
    let token = stage.token("alba", ines.id).await;
    let none = stage.get("/v1/phone").bearer_auth(token).send().await.unwrap();
    assert_eq!(none.status(), StatusCode::NOT_FOUND);
    let problem: model::wire::reads::Problem = none.json().await.unwrap();
    assert_eq!(problem.code, "no_telephone");
}
