//! Calls that are handed over: at the desk or at the telephone, to a queue or a colleague, asked first or not.

use loopdesk_tests::stage::{slug, with_numbers};
use model::{Activity, ConversationState, Intent, PersonId, at::SECOND, intent::Receiver, wire::Rejection};
use server::calls::port::{HandedOver, Refusal, Tune};

use super::{Calls, happened, seen};

#[tokio::test]
async fn a_call_is_given_to_a_queue() {
    let company = Calls::open().await;
    let mut ines = company.advisor("Inès Keller").await;
    let (id, caller, desk) = company.speaks(&mut ines, "+33612345678").await;
    company.stage.pass(10 * SECOND).await;
    ines.gives_to_queue(id, "bank", Some("Her card is blocked.")).await;
    company.calm().await;
    assert!(company.telephone.is_over(&desk), "she is done with it");
    assert_eq!(company.telephone.with(&caller), None);
    assert_eq!(company.telephone.hears(&caller), [Tune::Wait], "the caller waits again");

    let mut bruno = company.person("Bruno Marchal", &["bank"]).await;
    assert_eq!(bruno.offered().await, id);
    company.stage.pass(2 * SECOND).await;
    let desk = company.picks_up(&bruno).await;
    assert_eq!(company.telephone.with(&caller), Some(desk.clone()));
    company.stage.pass(5 * SECOND).await;
    company.hangs_up(&desk).await;
    let conversation = seen(&mut bruno, id).await;
    assert_eq!((conversation.state, conversation.owner), (ConversationState::WrapUp, Some(bruno.id)));
    assert_eq!(conversation.call.expect("a call").times.talk, 15_000, "both have spoken with them");
    let what = happened(&mut bruno, id).await;
    assert!(what.contains(&Activity::Transferred { by: "Inès Keller".into(), to: "Bank desk".into() }));
    assert!(what.contains(&Activity::Answered { by: "Bruno Marchal".into(), waited: 2_000 }));
}

#[tokio::test]
async fn a_call_is_given_to_a_colleague_who_is_not_on_the_telephone() {
    let company = Calls::open().await;
    let mut ines = company.advisor("Inès Keller").await;
    let (id, caller, _) = company.speaks(&mut ines, "+33600000001").await;
    let mut zoe = company.advisor("Zoé Roux").await;
    let (_, _, _) = company.speaks(&mut zoe, "+33600000002").await;
    let give =
        |to: PersonId| Intent::Transfer { conversation: id, receiver: Receiver::Person(to), note: None };
    assert_eq!(ines.may_not(give(zoe.id)).await, Rejection::Invalid, "she is on a call");
    let deaf = company.stage.advisor("Dora Lenz").await.available().await;
    assert_eq!(ines.may_not(give(deaf.id)).await, Rejection::Invalid, "she has no telephone");

    let mut amir = company.advisor("Amir Saidi").await;
    ines.gives_to(id, amir.id).await;
    company.calm().await;
    assert_eq!(amir.offered().await, id);
    assert_eq!(amir.present.offers[&id].by.as_deref(), Some("Inès Keller"));
    let desk = company.picks_up(&amir).await;
    assert_eq!(company.telephone.with(&caller), Some(desk));
    assert_eq!(seen(&mut amir, id).await.owner, Some(amir.id));
}

#[tokio::test]
async fn a_telephone_hands_its_call_over() {
    let company = Calls::open().await;
    let mut ines = company.advisor("Inès Keller").await;
    let (id, caller, desk) = company.speaks(&mut ines, "+33600000001").await;
    company.telephone.refers(&desk, "0123456789", None);
    company.calm().await;
    assert_eq!(company.telephone.handed_over(&desk), Some(HandedOver::NoSuchNumber));
    assert_eq!(company.telephone.with(&caller), Some(desk.clone()), "the call is still up");

    let mut amir = company.advisor("Amir Saidi").await;
    company.telephone.refers(&desk, &company.line(&amir), None);
    company.calm().await;
    assert_eq!(company.telephone.handed_over(&desk), Some(HandedOver::Done));
    assert!(company.telephone.is_over(&desk));
    assert_eq!(amir.offered().await, id, "as if she had done it at her desk");
    let desk = company.picks_up(&amir).await;
    assert_eq!(company.telephone.with(&caller), Some(desk.clone()));
    company.telephone.refers(&desk, "200", None);
    company.calm().await;
    let mut bruno = company.person("Bruno Marchal", &["bank"]).await;
    bruno.takes_offer().await;
    assert_eq!(seen(&mut bruno, id).await.queue, slug("bank"));
    let what = happened(&mut bruno, id).await;
    assert!(what.contains(&Activity::Transferred { by: "Amir Saidi".into(), to: "Bank desk".into() }));
}

#[tokio::test]
async fn colleagues_call_each_other_and_are_asked_for_nothing_else_meanwhile() {
    let company = Calls::open().await;
    let mut ines = company.advisor("Inès Keller").await;
    let amir = company.advisor("Amir Saidi").await;
    let leg = company.telephone.dials(ines.id, &company.line(&amir));
    company.calm().await;
    assert!(company.telephone.is_rung(&leg) && !company.telephone.is_up(&leg));
    let rings = company.telephone.rings(amir.id).expect("his telephone rings");
    let (correlation, from) = company.telephone.shows(&rings);
    assert_eq!(correlation, None, "no queue holds it out");
    assert_eq!(from.and_then(|from| from.name).as_deref(), Some("Inès Keller"));
    let theirs = company.picks_up(&amir).await;
    assert_eq!(company.telephone.with(&leg), Some(theirs.clone()));

    company.calls("+33600000001", "100").await;
    assert!(ines.ringing().await.is_empty(), "she is on the telephone");
    company.hangs_up(&theirs).await;
    assert!(company.telephone.is_over(&leg));
    assert_eq!(ines.ringing().await.len() + usize::from(company.rings(&amir)), 1, "one of them is asked now");
}

#[tokio::test]
async fn a_colleague_who_cannot_be_reached_is_not_rung() {
    let company = Calls::of(&with_numbers()).await;
    let ines = company.advisor("Inès Keller").await;
    let amir = company.advisor("Amir Saidi").await;
    let deaf = company.stage.advisor("Dora Lenz").await;
    let refused = async |to: &str| {
        let leg = company.telephone.dials(ines.id, to);
        company.calm().await;
        company.telephone.refused(&leg)
    };
    assert_eq!(refused("0033612345678").await, Some(Refusal::NoSuchNumber), "there is no way outside");
    assert_eq!(refused("100").await, Some(Refusal::NoSuchNumber));
    assert_eq!(refused(&company.line(&ines)).await, Some(Refusal::NoSuchNumber), "nor to oneself");
    assert_eq!(refused(&company.line(&deaf)).await, Some(Refusal::NobodyThere));
    let leg = company.telephone.dials(ines.id, &company.line(&amir));
    company.calm().await;
    company.telephone.declines(amir.id);
    company.calm().await;
    assert_eq!(company.telephone.refused(&leg), Some(Refusal::Busy));
    let leg = company.telephone.dials(ines.id, &company.line(&amir));
    company.calm().await;
    company.stage.pass(30 * SECOND).await;
    assert_eq!(company.telephone.refused(&leg), Some(Refusal::NobodyThere));
    assert!(!company.rings(&amir));
    // Given up before anybody picked up.
    let leg = company.telephone.dials(ines.id, &company.line(&amir));
    company.calm().await;
    company.hangs_up(&leg).await;
    assert!(!company.rings(&amir));
    // Whoever is on a call is busy.
    let caller = company.calls("+33600000001", "100").await;
    let (speaks, other) = if company.rings(&ines) { (&ines, &amir) } else { (&amir, &ines) };
    company.picks_up(speaks).await;
    assert!(company.telephone.with(&caller).is_some());
    let leg = company.telephone.dials(other.id, &company.line(speaks));
    company.calm().await;
    assert_eq!(company.telephone.refused(&leg), Some(Refusal::Busy));
}

#[tokio::test]
async fn a_colleague_who_was_asked_first_gets_the_caller() {
    let company = Calls::open().await;
    let mut ines = company.advisor("Inès Keller").await;
    let (id, caller, desk) = company.speaks(&mut ines, "+33600000001").await;
    let mut amir = company.advisor("Amir Saidi").await;
    company.stage.pass(5 * SECOND).await;
    company.telephone.holds(&desk, true);
    let asking = company.telephone.dials(ines.id, &company.line(&amir));
    company.calm().await;
    let asked = company.picks_up(&amir).await;
    assert_eq!(company.telephone.with(&asking), Some(asked.clone()));
    company.stage.pass(5 * SECOND).await;
    company.telephone.refers(&desk, &company.line(&amir), Some(&asking));
    company.calm().await;
    assert_eq!(company.telephone.handed_over(&desk), Some(HandedOver::Done));
    assert_eq!(company.telephone.with(&caller), Some(asked.clone()));
    assert!(company.telephone.is_over(&desk) && company.telephone.is_over(&asking));
    let conversation = seen(&mut amir, id).await;
    assert_eq!((conversation.state, conversation.owner), (ConversationState::Active, Some(amir.id)));
    let what = happened(&mut amir, id).await;
    assert!(what.contains(&Activity::Transferred { by: "Inès Keller".into(), to: "Amir Saidi".into() }));

    company.stage.pass(7 * SECOND).await;
    company.hangs_up(&caller).await;
    let conversation = seen(&mut amir, id).await;
    assert_eq!((conversation.state, conversation.owner), (ConversationState::WrapUp, Some(amir.id)));
    let call = conversation.call.expect("a call");
    assert_eq!((call.times.talk, call.times.hold, call.holds), (12_000, 5_000, 1));
    // She is free for the next one.
    company.calls("+33600000002", "100").await;
    assert!(company.rings(&ines));
    assert!(ines.ringing().await.len() == 1);
}

#[tokio::test]
async fn a_supervisor_gives_a_call_to_somebody() {
    let company = Calls::open().await;
    let mut sara = company.stage.supervisor("Sara Lind").await.connected().await;
    let mut ines = company.advisor("Inès Keller").await;
    let (id, caller, desk) = company.speaks(&mut ines, "+33600000001").await;
    let mut amir = company.advisor("Amir Saidi").await;
    sara.catch_up().await;
    sara.wants(Intent::Assign { conversation: id, person: amir.id }).await;
    company.calm().await;
    assert!(company.telephone.is_over(&desk));
    assert_eq!(company.telephone.hears(&caller), [Tune::Wait]);
    let desk = company.picks_up(&amir).await;
    assert_eq!(company.telephone.with(&caller), Some(desk));
    assert_eq!(seen(&mut amir, id).await.owner, Some(amir.id));
}
