//! How conversations end, and how they begin again.

use loopdesk_tests::{Page, Seat, Stage, stage::slug};
use model::{
    Activity, ConversationId, ConversationState, Intent, PresenceState, ScoreKind,
    at::{DAY, HOUR, MINUTE, SECOND},
    wire::{
        Rejection,
        chat::{ChatIntent, ChatPhase},
    },
};

async fn a_customer_with(stage: &Stage) -> (Seat, Page, ConversationId) {
    let mut ines = stage.advisor("Inès Keller").await.available().await;
    let mut lea = stage.customer("Léa Bernard").await.connected().await;
    lea.says("Where is my parcel?").await;
    let id = ines.takes_offer().await;
    ines.replies(id, "On its way.").await;
    lea.reads("On its way.").await;
    (ines, lea, id)
}

fn wrap_up(conversation: ConversationId, disposition: &str) -> Intent {
    Intent::WrapUp { conversation, disposition: slug(disposition) }
}

fn say(text: &str) -> ChatIntent {
    ChatIntent::Say { text: text.into(), attachments: Vec::new() }
}

#[tokio::test]
async fn wrap_up_ends_by_itself_and_the_outcome_may_come_late() {
    let stage = Stage::open().await;
    let (mut ines, _lea, id) = a_customer_with(&stage).await;
    assert_eq!(ines.may_not(wrap_up(id, "solved")).await, Rejection::Invalid, "first it is resolved");
    ines.wants(Intent::Resolve { conversation: id }).await;
    ines.catch_up().await;
    assert_eq!(ines.world.conversations[&id].wrap_up_until, Some(stage.now() + MINUTE));
    let me = ines.id;
    assert!(ines.presence(me).await.wrapping_up);
    assert_eq!(ines.load().await, 1);
    stage.pass(MINUTE - SECOND).await;
    ines.catch_up().await;
    assert_eq!(ines.world.conversations[&id].state, ConversationState::WrapUp);
    stage.pass(SECOND).await;
    assert!(!ines.presence(me).await.wrapping_up);
    assert_eq!(ines.load().await, 0);
    assert_eq!(ines.world.conversations[&id].state, ConversationState::Resolved);
    assert_eq!(ines.world.conversations[&id].disposition, None);
    assert_eq!(ines.world.conversations[&id].closed_at, Some(stage.now()));

    stage.pass(HOUR).await;
    ines.wants(wrap_up(id, "solved")).await;
    ines.wants(wrap_up(id, "refunded")).await;
    ines.wants(wrap_up(id, "refunded")).await;
    assert_eq!(ines.may_not(wrap_up(id, "who-knows")).await, Rejection::Invalid);
    ines.catch_up().await;
    assert_eq!(ines.world.conversations[&id].disposition, Some(slug("refunded")));
    let outcomes: Vec<_> = ines
        .world
        .activities(id)
        .into_iter()
        .filter_map(|activity| match activity {
            Activity::WrappedUp { disposition } => Some(disposition),
            _ => None,
        })
        .collect();
    assert_eq!(outcomes, [None, Some("Solved".into()), Some("Refunded".into())]);
}

#[tokio::test]
async fn an_advisor_takes_the_end_back() {
    let stage = Stage::open().await;
    let (mut ines, mut lea, id) = a_customer_with(&stage).await;
    ines.wants(Intent::Resolve { conversation: id }).await;
    lea.phase(ChatPhase::Ended).await;
    ines.wants(Intent::Reopen { conversation: id }).await;
    lea.phase(ChatPhase::Open).await;
    assert_eq!(lea.state.as_ref().unwrap().asks, None, "nobody is asked about what goes on");
    stage.pass(2 * MINUTE).await;
    ines.catch_up().await;
    assert_eq!(ines.world.conversations[&id].state, ConversationState::Active, "the wrap-up timer is off");
    ines.finishes(id).await;
    ines.wants(Intent::Reopen { conversation: id }).await;
    ines.catch_up().await;
    let conversation = &ines.world.conversations[&id];
    assert_eq!((conversation.state, conversation.closed_at), (ConversationState::Active, None));
    assert_eq!(conversation.disposition, None, "how it ended is not known any more");
    let reopened = Activity::Reopened { by: Some("Inès Keller".into()) };
    assert_eq!(ines.world.activities(id).into_iter().filter(|a| *a == reopened).count(), 2);
    let reply = Intent::Reply { conversation: id, text: "Still here?".into(), attachments: Vec::new() };
    ines.wants(reply.clone()).await;
    ines.finishes(id).await;
    assert_eq!(
        ines.may_not(reply).await,
        Rejection::Closed,
        "what is over is reopened before it is answered"
    );
}

#[tokio::test]
async fn a_customer_who_writes_during_wrap_up_goes_on() {
    let stage = Stage::open().await;
    let (mut ines, mut lea, id) = a_customer_with(&stage).await;
    ines.wants(Intent::Resolve { conversation: id }).await;
    lea.phase(ChatPhase::Ended).await;
    lea.says("One more thing!").await;
    lea.phase(ChatPhase::Open).await;
    ines.catch_up().await;
    let conversation = &ines.world.conversations[&id];
    assert_eq!(conversation.state, ConversationState::Active);
    assert_eq!(conversation.owner, Some(ines.id));
    assert!(conversation.promise.is_some());
    assert!(ines.world.activities(id).contains(&Activity::Reopened { by: None }));
    stage.pass(2 * MINUTE).await;
    ines.catch_up().await;
    assert_eq!(ines.world.conversations[&id].state, ConversationState::Active);
}

#[tokio::test]
async fn within_a_day_it_goes_on_with_the_same_advisor() {
    let stage = Stage::open().await;
    let (mut ines, mut lea, id) = a_customer_with(&stage).await;
    let mut amir = stage.advisor("Amir Saidi").await.available().await;
    ines.finishes(id).await;
    stage.pass(24 * HOUR).await;
    ines.comes_back().await;
    amir.comes_back().await;
    lea.says("It is broken.").await;
    lea.phase(ChatPhase::Open).await;
    assert_eq!(lea.conversation(), id);
    ines.catch_up().await;
    let conversation = &ines.world.conversations[&id];
    assert_eq!((conversation.owner, conversation.state), (Some(ines.id), ConversationState::Active));
    assert_eq!(conversation.disposition, None);
    assert!(amir.ringing().await.is_empty());
}

#[tokio::test]
async fn within_a_day_it_goes_to_the_queue_when_the_advisor_has_no_room() {
    let stage = Stage::open().await;
    let (mut ines, mut lea, id) = a_customer_with(&stage).await;
    let mut amir = stage.advisor("Amir Saidi").await.connected().await;
    ines.finishes(id).await;
    ines.becomes(PresenceState::Away).await;
    let noe = stage.customer("Noé").await.connected().await;
    noe.says("I have waited for long.").await;
    stage.pass(HOUR).await;
    lea.says("It is broken.").await;
    lea.phase(ChatPhase::Waiting).await;
    assert_eq!(lea.conversation(), id);
    ines.catch_up().await;
    assert!(ines.world.conversations.is_empty(), "it is not hers any more");
    amir.becomes(PresenceState::Available).await;
    assert_eq!(amir.ringing().await, [id], "before others: it had an advisor");
}

#[tokio::test]
async fn after_a_day_a_new_conversation_begins() {
    let stage = Stage::open().await;
    let (mut ines, mut lea, id) = a_customer_with(&stage).await;
    ines.finishes(id).await;
    stage.pass(24 * HOUR + 1).await;
    ines.comes_back().await;
    lea.says("Something else.").await;
    let next = ines.takes_offer().await;
    assert_ne!(next, id);
    lea.catch_up().await;
    assert_eq!(lea.conversation(), next);
    assert_eq!(lea.words(), ["Something else."], "the page shows the new conversation from its beginning");
    ines.catch_up().await;
    let (old, new) = (&ines.world.conversations[&id], &ines.world.conversations[&next]);
    assert_eq!(old.customer, new.customer, "with the same customer");
    assert_eq!(old.state, ConversationState::Resolved);
    assert_eq!(
        ines.may_not(Intent::Reply { conversation: id, text: "?".into(), attachments: vec![] }).await,
        Rejection::Closed
    );
}

#[tokio::test]
async fn a_customer_leaves_the_queue_by_saying_so() {
    let stage = Stage::open().await;
    let mut ines = stage.advisor("Inès Keller").await.available().await;
    let mut lea = stage.customer("Léa Bernard").await.connected().await;
    lea.says("Hello?").await;
    let id = ines.offered().await;
    stage.pass(10 * SECOND).await;
    lea.wants(ChatIntent::End).await;
    lea.phase(ChatPhase::Ended).await;
    assert!(ines.ringing().await.is_empty(), "nothing rings for nobody");
    assert!(ines.present.waiting.is_empty());
    assert_eq!(ines.may_not(Intent::Accept { conversation: id }).await, Rejection::NotOffered);
    stage.pass(MINUTE).await;
    let me = ines.id;
    assert_eq!(ines.presence(me).await.state, PresenceState::Available, "and nobody missed an offer");
    assert_eq!(lea.state.as_ref().unwrap().asks, None, "whoever was not helped is not asked how it was");
    lea.wants(ChatIntent::End).await;

    lea.says("I am back.").await;
    assert_eq!(ines.takes_offer().await, id, "within a day it is the same conversation");
    let told = ines.world.activities(id);
    assert!(told.contains(&Activity::Abandoned { waited: 10 * SECOND }), "{told:?}");
    assert!(told.contains(&Activity::Reopened { by: None }));
}

#[tokio::test]
async fn a_customer_leaves_the_queue_by_closing_the_page() {
    let stage = Stage::open().await;
    let ines = stage.advisor("Inès Keller").await.connected().await;
    let mut sara = stage.supervisor("Sara Lind").await.connected().await;
    ines.becomes(PresenceState::Busy).await;
    let mut lea = stage.customer("Léa Bernard").await.connected().await;
    let mut noe = stage.customer("Noé").await.connected().await;
    let eva = stage.customer("Eva").await;
    for page in [&lea, &noe, &eva] {
        page.says("Hello?").await;
    }
    lea.catch_up().await;
    noe.catch_up().await;
    let (of_lea, of_noe) = (lea.conversation(), noe.conversation());
    lea.leave();
    noe.leave();
    stage.sockets(2).await;
    stage.pass(119 * SECOND).await;
    noe.connect().await;
    sara.catch_up().await;
    assert_eq!(sara.present.waiting.len(), 3);
    stage.pass(SECOND).await;
    sara.catch_up().await;
    let waiting: Vec<_> = sara.present.waiting.keys().copied().collect();
    assert_eq!(
        waiting,
        [of_noe],
        "Léa left, Noé came back in time, and Eva's page was never there to answer to"
    );
    stage.pass(HOUR).await;
    noe.catch_up().await;
    assert_eq!(noe.state.as_ref().unwrap().phase, ChatPhase::Waiting);
    sara.wants(Intent::Watch { conversation: of_lea }).await;
    sara.catch_up().await;
    assert_eq!(sara.world.conversations[&of_lea].state, ConversationState::Abandoned);
    assert_eq!(sara.world.activities(of_lea), [Activity::Abandoned { waited: 2 * MINUTE }]);
}

#[tokio::test]
async fn whoever_had_an_advisor_already_is_not_given_up() {
    let stage = Stage::open().await;
    let (mut ines, mut lea, id) = a_customer_with(&stage).await;
    ines.gives_to_queue(id, "delivery", None).await;
    lea.phase(ChatPhase::Waiting).await;
    lea.leave();
    stage.sockets(1).await;
    ines.becomes(PresenceState::Busy).await;
    stage.pass(HOUR).await;
    ines.catch_up().await;
    assert!(
        ines.present.waiting.contains_key(&id),
        "it goes on without them; they read the answer when they come back"
    );
}

#[tokio::test]
async fn a_customer_ends_the_chat() {
    let stage = Stage::open().await;
    let (mut ines, mut lea, id) = a_customer_with(&stage).await;
    lea.wants(ChatIntent::End).await;
    lea.phase(ChatPhase::Ended).await;
    assert_eq!(lea.state.as_ref().unwrap().asks, Some(ScoreKind::Csat));
    ines.catch_up().await;
    assert_eq!(
        ines.world.conversations[&id].state,
        ConversationState::WrapUp,
        "the advisor writes up what it was"
    );
    assert!(ines.world.activities(id).contains(&Activity::CustomerEnded));
    lea.wants(ChatIntent::End).await;
    ines.catch_up().await;
    let ends = ines.world.activities(id).into_iter().filter(|a| *a == Activity::CustomerEnded).count();
    assert_eq!(ends, 1, "ending what is over changes nothing");
}

#[tokio::test]
async fn an_advisor_ends_the_chat_and_blocks_and_unblocks() {
    let stage = Stage::open().await;
    let (mut ines, mut lea, id) = a_customer_with(&stage).await;
    let end = |block, why: &str| Intent::End { conversation: id, block, why: why.into() };
    assert_eq!(ines.may_not(end(true, "  ")).await, Rejection::Invalid, "a reason is due");
    ines.wants(end(true, "Insults")).await;
    lea.phase(ChatPhase::Ended).await;
    assert_eq!(
        lea.state.as_ref().unwrap().asks,
        None,
        "whoever is shown the door is not asked how they liked it"
    );
    ines.catch_up().await;
    let customer = ines.world.conversations[&id].customer;
    assert!(ines.world.customers[&customer].blocked);
    let ended = Activity::AdvisorEnded { by: "Inès Keller".into(), blocked: true, why: "Insults".into() };
    assert!(ines.world.activities(id).contains(&ended));
    assert_eq!(lea.may_not(say("Let me in!")).await, Rejection::Forbidden);
    ines.wants(end(true, "Insults")).await;
    ines.catch_up().await;
    assert_eq!(ines.world.activities(id).into_iter().filter(|a| *a == ended).count(), 1);

    let amir = stage.advisor("Amir Saidi").await;
    assert_eq!(amir.may_not(Intent::Unblock { customer }).await, Rejection::Gone, "not without seeing them");
    ines.wants(Intent::Unblock { customer }).await;
    lea.says("Sorry.").await;
    lea.phase(ChatPhase::Open).await;
}

#[tokio::test]
async fn an_advisor_shuts_the_door_after_the_end() {
    let stage = Stage::open().await;
    let (mut ines, lea, id) = a_customer_with(&stage).await;
    ines.finishes(id).await;
    ines.wants(Intent::End { conversation: id, block: true, why: "Threats afterwards".into() }).await;
    assert_eq!(lea.may_not(say("I know where you live.")).await, Rejection::Forbidden);
    ines.catch_up().await;
    assert_eq!(ines.world.conversations[&id].state, ConversationState::Resolved, "it stays over");
}

#[tokio::test]
async fn what_is_over_leaves_the_desk_after_a_month() {
    let stage = Stage::open().await;
    let (mut ines, _lea, id) = a_customer_with(&stage).await;
    ines.finishes(id).await;
    stage.pass(30 * DAY - SECOND).await;
    ines.connect().await;
    assert!(ines.world.conversations.contains_key(&id));
    stage.pass(SECOND).await;
    ines.catch_up().await;
    assert!(ines.world.customers.is_empty() && ines.world.conversations.is_empty());
    assert!(ines.world.messages.is_empty());
}
