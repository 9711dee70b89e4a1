//! What is recorded: nothing, unless the company wants it and the caller was told.

use model::{Activity, at::SECOND, conversation::Side};
use server::calls::port::Tune;

use super::{Calls, happened, seen, with};
use loopdesk_tests::page::sha256;

#[tokio::test]
async fn nothing_is_recorded_by_itself() {
    let company = Calls::open().await;
    let mut ines = company.advisor("Inès Keller").await;
    let (id, caller, desk) = company.speaks(&mut ines, "+33612345678").await;
    assert!(!company.telephone.says(&caller, &[1; 160]) && !company.telephone.says(&desk, &[1; 160]));
    assert!(!company.telephone.heard(&caller).contains(&Tune::Consent));
    company.hangs_up(&caller).await;
    assert!(!seen(&mut ines, id).await.call.expect("a call").recorded);
}

#[tokio::test]
async fn what_is_recorded_was_announced_and_goes_with_the_end_of_the_call() {
    let company = Calls::of(&with("record = true")).await;
    let mut ines = company.advisor("Inès Keller").await;
    let caller = company.calls("+33612345678", "100").await;
    assert_eq!(company.telephone.hears(&caller), [Tune::Welcome, Tune::Consent, Tune::Wait]);
    let id = ines.offered().await;
    let desk = company.picks_up(&ines).await;
    assert_eq!(company.telephone.with(&caller), None, "not before they have heard all of it");
    assert!(!company.telephone.says(&caller, &[1; 160]));
    company.stage.pass(2_599).await;
    assert_eq!(company.telephone.with(&caller), None);
    company.stage.pass(1).await;
    assert_eq!(company.telephone.with(&caller), Some(desk.clone()));

    // Twelve seconds: more than one piece.
    let sound: Vec<i16> = (0..8_000).map(|nth| (nth % 200) * 50).collect();
    for _ in 0..12 {
        assert!(company.telephone.says(&caller, &sound));
        company.stage.pass(SECOND).await;
    }
    company.hangs_up(&caller).await;
    let recorded = ines
        .until(|world, _| {
            let told = world.lines(id).into_iter().find(|line| !line.attachments.is_empty())?;
            Some(told.clone())
        })
        .await;
    let hung_up = Activity::HungUp { by: Side::Customer, talked: 12_000, held: 0 };
    assert_eq!(recorded.activity, Some(hung_up), "the line that tells of the end");
    assert!(seen(&mut ines, id).await.call.expect("a call").recorded);
    let file = recorded.attachments[0].clone();
    assert_eq!(
        (file.mime.as_str(), &*file.name, file.size),
        ("audio/wav", "recording.wav", 44 + 12 * 16_000)
    );
    let token = company.stage.token("alba", ines.id).await;
    let path = format!("/v1/blobs/{}", file.sha256);
    let bytes = company.stage.get(&path).bearer_auth(token).send().await.unwrap().bytes().await.unwrap();
    assert_eq!(sha256(&bytes), file.sha256);
    let samples: Vec<i16> = bytes[44..].chunks(2).map(|two| i16::from_le_bytes([two[0], two[1]])).collect();
    assert_eq!(samples, sound.repeat(12), "all of it, in order");
    ines.agrees().await;

    // Whose customer it is not does not hear it.
    let amir = company.stage.advisor("Amir Saidi").await;
    let token = company.stage.token("alba", amir.id).await;
    let refused = company.stage.get(&path).bearer_auth(token).send().await.unwrap();
    assert_eq!(refused.status(), 404);
}

#[tokio::test]
async fn whoever_comes_into_a_queue_that_records_is_told_then() {
    let workspace = with("record = true");
    let company = Calls::of(&workspace).await;
    let mut bruno = company.person("Bruno Marchal", &["bank"]).await;
    let caller = company.calls("+33612345678", "200").await;
    let id = bruno.offered().await;
    company.picks_up(&bruno).await;
    assert!(!company.telephone.says(&caller, &[1; 160]), "the bank records nothing");
    bruno.gives_to_queue(id, "delivery", None).await;
    company.calm().await;
    assert_eq!(company.telephone.hears(&caller), [Tune::Consent, Tune::Wait]);
    let mut ines = company.advisor("Inès Keller").await;
    assert_eq!(ines.offered().await, id);
    company.picks_up(&ines).await;
    company.stage.pass(SECOND).await;
    assert!(company.telephone.says(&caller, &[1; 8_000]));
    assert!(happened(&mut ines, id).await.iter().any(|what| matches!(what, Activity::Answered { .. })));
}
