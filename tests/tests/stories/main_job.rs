//! A shift's main job: a customer writes, waits, is offered, taken, answered and wrapped up.

use loopdesk_tests::{Stage, stage::slug};
use model::{
    Activity, ConversationState, Intent, ScoreKind,
    wire::{Rejection, chat::ChatPhase},
};

#[tokio::test]
async fn a_customer_writes_and_is_helped() {
    let stage = Stage::open().await;
    let mut ines = stage.advisor("Inès Keller").await.available().await;
    let mut lea = stage.customer("Léa Bernard").await.connected().await;

    lea.says("My parcel is marked delivered, but I never got it.").await;
    lea.phase(ChatPhase::Waiting).await;
    lea.until(|page| page.position.filter(|place| *place == 1)).await;

    let id = ines.takes_offer().await;
    assert_eq!(ines.world.words(id), ["My parcel is marked delivered, but I never got it."]);
    lea.phase(ChatPhase::Open).await;
    assert_eq!(lea.state.as_ref().unwrap().advisor.as_deref(), Some("Inès Keller"));

    ines.replies(id, "I am sorry. I am asking the carrier.").await;
    lea.reads("I am sorry. I am asking the carrier.").await;

    ines.wants(Intent::SetReason { conversation: id, reason: Some(slug("late")) }).await;
    ines.wants(Intent::Resolve { conversation: id }).await;
    lea.phase(ChatPhase::Ended).await;
    assert_eq!(
        lea.state.as_ref().unwrap().asks,
        Some(ScoreKind::Ces),
        "the rule for late deliveries asks for ease"
    );

    ines.wants(Intent::WrapUp { conversation: id, disposition: slug("solved") }).await;
    lea.scores(ScoreKind::Ces, 6, Some("Quick, thank you")).await;
    ines.catch_up().await;
    let conversation = &ines.world.conversations[&id];
    assert_eq!(conversation.state, ConversationState::Resolved);
    assert_eq!(conversation.disposition, Some(slug("solved")));
    assert_eq!(conversation.asks, None, "an answered question is not asked again");
    assert_eq!(ines.world.scores.len(), 1);
    let told: Vec<_> = ines.world.lines(id).iter().filter_map(|m| m.activity.clone()).collect();
    assert!(
        told.contains(&Activity::Accepted { by: "Inès Keller".into() }),
        "what happened is told: {told:?}"
    );
    assert!(told.contains(&Activity::Scored { kind: ScoreKind::Ces, value: 6 }));
}

#[tokio::test]
async fn nobody_answers_for_somebody_else() {
    let stage = Stage::open().await;
    let mut ines = stage.advisor("Inès Keller").await.available().await;
    let amir = stage.advisor("Amir Saidi").await;
    let lea = stage.customer("Léa Bernard").await;
    lea.says("Hello?").await;
    let id = ines.takes_offer().await;
    let reply = Intent::Reply { conversation: id, text: "Hi!".into(), attachments: Vec::new() };
    assert_eq!(amir.may_not(reply).await, Rejection::NotAssigned);
}
