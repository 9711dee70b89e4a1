//! Loops to close.

use loopdesk_tests::{
    Page, Seat, Stage,
    stage::{new_person, slug},
};
use model::{
    Activity, At, ConversationId, CustomerId, FollowUp, FollowUpId, FollowUpStatus, Intent, PersonId,
    ScoreKind,
    at::{DAY, HOUR, MINUTE},
    follow_up::{FollowUpChange, Priority, ScoreBrief},
    wire::{Outcome, Rejection},
};
use serde_json::json;
use uuid::Uuid;

async fn a_customer_with(stage: &Stage) -> (Seat, Page, ConversationId, CustomerId) {
    let mut ines = stage.advisor("Inès Keller").await.available().await;
    let lea = stage.customer("Léa Bernard").await.connected().await;
    lea.says("Where is my parcel?").await;
    let id = ines.takes_offer().await;
    ines.catch_up().await;
    let customer = ines.world.conversations[&id].customer;
    (ines, lea, id, customer)
}

fn call_back(owner: PersonId, customer: CustomerId, due: At) -> (FollowUpId, Intent) {
    let id = FollowUpId(Uuid::now_v7());
    let intent = Intent::AddFollowUp {
        id,
        customer,
        conversation: None,
        title: "Call back".into(),
        owner,
        due,
        priority: Priority::Normal,
        cause: None,
    };
    (id, intent)
}

fn change(id: FollowUpId, change: FollowUpChange, base: u32) -> Intent {
    Intent::ChangeFollowUp { id, change, base }
}

fn only(seat: &Seat) -> FollowUp {
    assert_eq!(seat.world.follow_ups.len(), 1, "{} has one follow-up", seat.name);
    seat.world.follow_ups.values().next().unwrap().clone()
}

#[tokio::test]
async fn a_low_score_makes_a_follow_up_of_whoever_helped() {
    let stage = Stage::open().await;
    let (mut ines, mut lea, id, customer) = a_customer_with(&stage).await;
    let mut amir = stage.advisor("Amir Saidi").await.connected().await;
    ines.finishes(id).await;
    lea.catch_up().await;
    lea.scores(ScoreKind::Csat, 2, Some("Nobody told me anything.")).await;
    ines.catch_up().await;
    let made = only(&ines);
    assert_eq!((made.owner, made.team.clone()), (ines.id, slug("care")));
    assert_eq!((made.customer, made.conversation), (customer, Some(id)));
    assert_eq!(&*made.customer_name, "Léa Bernard");
    assert_eq!(&*made.title, "Call back within a day");
    assert_eq!(made.due, stage.now() + DAY);
    assert_eq!((made.priority, made.status), (Priority::High, FollowUpStatus::Open));
    assert_eq!(made.policy.as_deref(), Some("Unhappy customer"));
    assert_eq!(made.score, Some(ScoreBrief { kind: ScoreKind::Csat, value: 2 }));
    assert_eq!(made.history.len(), 1);
    assert_eq!((made.history[0].by.as_str(), made.history[0].change.clone()), ("Unhappy customer", None));
    let told = Activity::FollowUp {
        by: "Unhappy customer".into(),
        id: made.id,
        title: "Call back within a day".into(),
    };
    assert!(ines.world.activities(id).contains(&told));
    let score = ines.world.scores.values().next().unwrap();
    assert_eq!(score.comment.as_deref(), Some("Nobody told me anything."));
    amir.catch_up().await;
    assert_eq!(only(&amir), made, "the team sees it too");
    assert!(amir.world.customers.is_empty(), "without the customer");
    ines.agrees().await;
    amir.agrees().await;
}

#[tokio::test]
async fn a_better_score_makes_none() {
    let stage = Stage::open().await;
    let (mut ines, mut lea, id, _) = a_customer_with(&stage).await;
    ines.finishes(id).await;
    lea.catch_up().await;
    lea.scores(ScoreKind::Csat, 3, None).await;
    ines.catch_up().await;
    assert!(ines.world.follow_ups.is_empty());
    assert_eq!(ines.world.scores.len(), 1);
}

#[tokio::test]
async fn a_score_of_another_survey_makes_one_follow_up_however_often_it_is_posted() {
    let stage = Stage::open().await;
    let mut sara = stage.supervisor("Sara Lind").await.connected().await;
    let key = stage.integration_key().await;
    let survey = |value: u8, comment: &str| {
        json!({
            "source": "survey", "key": "s-1", "customer": { "kind": "email", "value": "lea@example.com" },
            "at": 1_790_000_000_000_i64, "profile": { "name": "Léa" },
            "fact": { "type": "score", "kind": "csat", "value": value, "comment": comment },
        })
    };
    let first = stage.posts(&key, &survey(4, "fine")).await;
    sara.catch_up().await;
    assert!(sara.world.follow_ups.is_empty());
    assert!(stage.posts(&key, &survey(1, "no!")).await.changed, "the customer thought again");
    sara.catch_up().await;
    let made = only(&sara);
    assert_eq!(made.owner, sara.id, "nobody had the customer: a supervisor has it");
    assert_eq!(made.customer, first.customer);
    assert!(!stage.posts(&key, &survey(1, "no!")).await.changed);
    stage.posts(&key, &survey(2, "well")).await;
    sara.catch_up().await;
    only(&sara);
    assert_eq!(sara.world.scores.len(), 1, "one answer, corrected");
    assert_eq!(sara.world.scores.values().next().unwrap().value, 2);
    sara.agrees().await;
}

#[tokio::test]
async fn one_is_made_by_hand() {
    let stage = Stage::open().await;
    let (mut ines, _lea, id, customer) = a_customer_with(&stage).await;
    let follow_up = FollowUpId(Uuid::now_v7());
    let add = |title: &str, cause: Option<&str>, conversation| Intent::AddFollowUp {
        id: follow_up,
        customer,
        conversation,
        title: title.into(),
        owner: ines.id,
        due: stage.now() + HOUR,
        priority: Priority::Low,
        cause: cause.map(slug),
    };
    assert_eq!(ines.may_not(add("  ", None, None)).await, Rejection::Invalid);
    assert_eq!(ines.may_not(add("Call", Some("magic"), None)).await, Rejection::Invalid);
    let nowhere = Some(ConversationId(Uuid::now_v7()));
    assert_eq!(ines.may_not(add("Call", None, nowhere)).await, Rejection::Gone);
    ines.wants(add("Call the carrier", Some("no-notice"), Some(id))).await;
    assert_eq!(ines.may_not(add("Again", None, None)).await, Rejection::IdReused);
    ines.catch_up().await;
    let made = only(&ines);
    assert_eq!((made.policy, made.score, made.cause), (None, None, Some(slug("no-notice"))));
    assert_eq!(made.history[0].by, "Inès Keller");
    let told =
        Activity::FollowUp { by: "Inès Keller".into(), id: follow_up, title: "Call the carrier".into() };
    assert!(ines.world.activities(id).contains(&told));
    ines.agrees().await;
}

#[tokio::test]
async fn nobody_follows_up_a_customer_they_do_not_see() {
    let stage = Stage::open().await;
    let (ines, _lea, _, customer) = a_customer_with(&stage).await;
    let amir = stage.advisor("Amir Saidi").await;
    let (id, add) = call_back(amir.id, customer, stage.now());
    assert_eq!(amir.may_not(add).await, Rejection::Gone);
    assert_eq!(amir.may_not(change(id, FollowUpChange::Due(stage.now()), 0)).await, Rejection::Gone);
    let (_, add) = call_back(PersonId(Uuid::now_v7()), customer, stage.now());
    assert_eq!(ines.may_not(add).await, Rejection::Invalid, "there is no such colleague");
}

#[tokio::test]
async fn two_people_change_different_fields_and_never_meet() {
    let stage = Stage::open().await;
    let (mut ines, _lea, _, customer) = a_customer_with(&stage).await;
    let mut amir = stage.advisor("Amir Saidi").await.connected().await;
    let (id, add) = call_back(ines.id, customer, stage.now() + HOUR);
    ines.wants(add).await;
    stage.pass(MINUTE).await;
    ines.wants(change(id, FollowUpChange::Priority(Priority::High), 0)).await;
    amir.wants(change(id, FollowUpChange::Note("She is at home after six.".into()), 0)).await;
    ines.wants(change(id, FollowUpChange::Due(stage.now() + 2 * HOUR), 0)).await;
    amir.catch_up().await;
    let row = only(&amir);
    assert_eq!(row.priority, Priority::High);
    assert_eq!(&*row.note, "She is at home after six.");
    assert_eq!(row.due, stage.now() + 2 * HOUR);
    assert_eq!((row.fields.priority, row.fields.note, row.fields.due, row.fields.title), (1, 1, 1, 0));
    let by: Vec<_> = row.history.iter().map(|entry| entry.by.as_str()).collect();
    assert_eq!(by, ["Inès Keller", "Inès Keller", "Amir Saidi", "Inès Keller"]);
    assert_eq!(row.version, 4);
    ines.agrees().await;
    amir.agrees().await;
}

#[tokio::test]
async fn two_people_change_the_same_field_and_the_second_is_told() {
    let stage = Stage::open().await;
    let (ines, _lea, _, customer) = a_customer_with(&stage).await;
    let amir = stage.advisor("Amir Saidi").await;
    let (id, add) = call_back(ines.id, customer, stage.now() + HOUR);
    ines.wants(add).await;
    stage.pass(MINUTE).await;
    let when = stage.now();
    ines.wants(change(id, FollowUpChange::Note("Called, nobody there.".into()), 0)).await;
    stage.pass(MINUTE).await;

    let same = amir.tries(change(id, FollowUpChange::Note("Called, nobody there.".into()), 0)).await;
    assert!(matches!(same, Outcome::Noop { .. }), "the same words are no conflict: {same:?}");
    let other = amir.tries(change(id, FollowUpChange::Note("She called back.".into()), 0)).await;
    assert_eq!(
        other,
        Outcome::Conflict {
            theirs: FollowUpChange::Note("Called, nobody there.".into()),
            version: 1,
            by: "Inès Keller".into(),
            at: when,
        }
    );
    amir.wants(change(id, FollowUpChange::Note("Nobody there; she called back.".into()), 1)).await;
    let ahead = amir.tries(change(id, FollowUpChange::Note("From the future.".into()), 9)).await;
    assert!(matches!(ahead, Outcome::Conflict { version: 2, .. }), "{ahead:?}");
}

#[tokio::test]
async fn each_field_is_changed_and_checked() {
    let stage = Stage::open().await;
    let (mut ines, _lea, _, customer) = a_customer_with(&stage).await;
    let (id, add) = call_back(ines.id, customer, stage.now() + HOUR);
    ines.wants(add).await;
    let changes = [
        FollowUpChange::Title("Call the carrier".into()),
        FollowUpChange::Due(stage.now() + 3 * HOUR),
        FollowUpChange::Status(FollowUpStatus::Waiting),
        FollowUpChange::Priority(Priority::High),
        FollowUpChange::Cause(Some(slug("no-notice"))),
        FollowUpChange::Outcome(Some("Refunded".into())),
        FollowUpChange::Note("Polite".into()),
    ];
    for one in changes.clone() {
        ines.wants(change(id, one, 0)).await;
    }
    ines.catch_up().await;
    let row = only(&ines);
    for one in &changes {
        assert!(row.has(one), "{} was changed", one.field());
        assert_eq!(row.fields.of(one), 1, "{}", one.field());
    }
    for (bad, base) in [
        (FollowUpChange::Title(" ".into()), 1),
        (FollowUpChange::Cause(Some(slug("magic"))), 1),
        (FollowUpChange::Owner(PersonId(Uuid::now_v7())), 0),
    ] {
        assert_eq!(ines.may_not(change(id, bad, base)).await, Rejection::Invalid);
    }
    ines.wants(change(id, FollowUpChange::Cause(None), 1)).await;
    ines.wants(change(id, FollowUpChange::Outcome(None), 1)).await;
    ines.agrees().await;
}

#[tokio::test]
async fn another_owner_brings_another_team_and_another_sight() {
    let stage = Stage::open().await;
    let (mut ines, mut lea, conversation, customer) = a_customer_with(&stage).await;
    let mut amir = stage.advisor("Amir Saidi").await.connected().await;
    let mut claims = new_person("alba", "Bea Novak");
    claims.team = slug("claims");
    let mut bea = stage.hires("alba", claims).await.connected().await;
    let (id, add) = call_back(ines.id, customer, stage.now() + HOUR);
    ines.wants(add).await;
    // The conversation leaves her; the loop alone keeps the customer in her sight.
    ines.gives_to_queue(conversation, "delivery", None).await;
    ines.catch_up().await;
    assert!(ines.world.customers.contains_key(&customer));
    bea.catch_up().await;
    assert!(bea.world.follow_ups.is_empty(), "another team's loop");

    ines.wants(change(id, FollowUpChange::Owner(bea.id), 0)).await;
    bea.catch_up().await;
    assert_eq!((only(&bea).owner, only(&bea).team), (bea.id, slug("claims")));
    assert!(bea.world.customers.contains_key(&customer), "whoever has the loop sees the customer");
    assert_eq!(bea.world.words(conversation), ["Where is my parcel?"]);
    ines.catch_up().await;
    assert!(ines.world.customers.is_empty(), "she has nothing to do with them any more");
    assert!(ines.world.follow_ups.is_empty(), "nor has her team with the loop");
    amir.catch_up().await;
    assert!(amir.world.follow_ups.is_empty());
    assert_eq!(ines.may_not(change(id, FollowUpChange::Note("?".into()), 0)).await, Rejection::Gone);

    bea.wants(change(id, FollowUpChange::Owner(amir.id), 1)).await;
    for seat in [&mut ines, &mut amir, &mut bea] {
        seat.agrees().await;
    }
    assert_eq!(only(&ines).owner, amir.id, "back with the team");
    assert!(ines.world.customers.is_empty(), "whose other members do not see the customer");
    lea.catch_up().await;
}

#[tokio::test]
async fn somebody_changes_teams() {
    let stage = Stage::open().await;
    let (ines, _lea, _, customer) = a_customer_with(&stage).await;
    let mut amir = stage.advisor("Amir Saidi").await.connected().await;
    let (_, add) = call_back(ines.id, customer, stage.now() + HOUR);
    ines.wants(add).await;
    amir.catch_up().await;
    only(&amir);
    let mut moved = new_person("alba", "Amir Saidi");
    moved.team = slug("claims");
    stage.service.add_person(&slug("alba"), moved.clone()).await.unwrap();
    amir.agrees().await;
    assert!(amir.world.follow_ups.is_empty(), "the old team's loops are not his business any more");
    moved.team = slug("care");
    stage.service.add_person(&slug("alba"), moved).await.unwrap();
    amir.agrees().await;
    only(&amir);
}

#[tokio::test]
async fn what_is_done_leaves_the_desks_after_a_month() {
    let stage = Stage::open().await;
    let (mut ines, _lea, conversation, customer) = a_customer_with(&stage).await;
    let mut amir = stage.advisor("Amir Saidi").await.connected().await;
    // It was due long ago, and done only now.
    let (id, add) = call_back(ines.id, customer, stage.now() - 60 * DAY);
    ines.wants(add).await;
    ines.wants(change(id, FollowUpChange::Status(FollowUpStatus::Done), 0)).await;
    ines.finishes(conversation).await;
    for seat in [&mut ines, &mut amir] {
        seat.agrees().await;
        only(seat);
    }
    stage.pass(29 * DAY).await;
    for seat in [&mut ines, &mut amir] {
        seat.comes_back().await;
        only(seat);
    }
    stage.pass(DAY).await;
    for seat in [&mut ines, &mut amir] {
        seat.comes_back().await;
        seat.agrees().await;
        assert!(seat.world.follow_ups.is_empty() && seat.world.customers.is_empty(), "{}", seat.name);
    }
}
