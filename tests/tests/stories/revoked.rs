//! Who may no longer see something, sees it no longer: at once, and before anything else when they come back. The
//! service's clock stands still in all of these, unless another process is at work.

use loopdesk_tests::{
    Seat, Stage,
    raw::Raw,
    stage::{new_person, slug},
};
use model::{
    ConversationId, Intent, Role,
    at::SECOND,
    wire::Entity,
    wire::{
        ClientFrame, ServerFrame,
        frames::{Change, SCHEMA, close},
    },
};
use server::{Options, Service, admin::NewPerson};

const SARA: &str = "sara.lind@alba.example.com";

fn sara(role: Role, queues: &[&str]) -> NewPerson {
    let mut new = new_person("alba", "Sara Lind");
    new.role = role;
    new.queues = queues.iter().map(|queue| slug(queue)).collect();
    new
}

/// The same database, opened by `loopdesk-server user`.
async fn another_process(stage: &Stage) -> Service {
    let mut options = Options::at(stage.database());
    options.clock = stage.clock.clone();
    Service::open(options).await.unwrap()
}

/// Somebody who may no longer be here.
async fn is_out(sara: &mut Seat) {
    assert_eq!(sara.closed().await, Some(close::FORBIDDEN));
    assert_eq!(backend::Backend::me(&sara.backend).await.unwrap_err(), backend::Trouble::Ended);
}

#[tokio::test]
async fn a_closed_account_and_ended_sign_ins_are_out_at_once() {
    let stage = Stage::open().await;
    let alba = slug("alba");
    let mut desk = stage.hires("alba", sara(Role::Advisor, &["delivery"])).await.connected().await;
    let mut other_desk = stage.another_desk("alba", desk.id, "Sara Lind").await.connected().await;
    let mut ines = stage.advisor("Inès Keller").await.connected().await;
    stage.service.end_sign_ins(&alba, SARA).await.unwrap();
    is_out(&mut desk).await;
    is_out(&mut other_desk).await;
    // The account is open: she may sign in again, until it is closed.
    let mut again = stage.another_desk("alba", desk.id, "Sara Lind").await.connected().await;
    stage.service.close_person(&alba, SARA).await.unwrap();
    is_out(&mut again).await;
    ines.agrees().await;
}

#[tokio::test]
async fn another_role_begins_anew_at_once() {
    let stage = Stage::open().await;
    let mut desk = stage.hires("alba", sara(Role::Supervisor, &["delivery"])).await.connected().await;
    for role in [Role::Advisor, Role::Supervisor] {
        stage.service.add_person(&slug("alba"), sara(role, &["delivery"])).await.unwrap();
        assert_eq!(desk.closed().await, Some(close::FORBIDDEN));
        desk.resume().await;
        assert_eq!(desk.world.people[&desk.id].role, role, "with the same sign-in");
        desk.agrees().await;
    }
}

#[tokio::test]
async fn a_queue_that_is_taken_away_goes_with_everything_that_waits_in_it() {
    let stage = Stage::open().await;
    let mut desk = stage.hires("alba", sara(Role::Advisor, &["delivery"])).await.available().await;
    let lea = stage.customer("Léa").await;
    lea.says("Hello?").await;
    let rings = desk.offered().await;
    let noe = stage.customer("Noé").await;
    noe.says("Me, too.").await;
    desk.until(|_, nows| (nows.len() > 1).then_some(())).await;
    desk.catch_up().await;
    assert_eq!(desk.present.waiting.len(), 2);
    stage.service.add_person(&slug("alba"), sara(Role::Advisor, &["bank"])).await.unwrap();
    desk.catch_up().await;
    assert_eq!(desk.present.waiting.len(), 0, "nothing of the queue is shown any more");
    assert_eq!(desk.present.offers.len(), 0, "nor does it ring");
    desk.may_not(Intent::Accept { conversation: rings }).await;
    stage.service.add_person(&slug("alba"), sara(Role::Advisor, &["bank", "delivery"])).await.unwrap();
    desk.catch_up().await;
    assert_eq!(desk.present.waiting.len(), 2, "it is all there again with the queue");
}

#[tokio::test]
async fn what_another_process_takes_away_is_gone_within_a_second() {
    let stage = Stage::open().await;
    let (alba, other) = (slug("alba"), another_process(&stage).await);
    let mut desk = stage.hires("alba", sara(Role::Supervisor, &["delivery"])).await.connected().await;
    other.add_person(&alba, sara(Role::Advisor, &["delivery"])).await.unwrap();
    stage.pass(SECOND).await;
    assert_eq!(desk.closed().await, Some(close::FORBIDDEN), "another role");
    desk.resume().await;
    other.end_sign_ins(&alba, SARA).await.unwrap();
    assert_eq!(
        backend::Backend::me(&desk.backend).await.unwrap_err(),
        backend::Trouble::Ended,
        "requests are refused at once"
    );
    stage.pass(SECOND).await;
    assert_eq!(desk.closed().await, Some(close::FORBIDDEN), "sockets a moment later");
    let mut again = stage.another_desk("alba", desk.id, "Sara Lind").await.connected().await;
    other.close_person(&alba, SARA).await.unwrap();
    stage.pass(SECOND).await;
    is_out(&mut again).await;
}

#[tokio::test]
async fn f19_a_desk_that_was_away_is_told_first_what_it_may_no_longer_see() {
    let stage = Stage::open().await;
    let mut ines = stage.advisor("Inès Keller").await.available().await;
    let lea = stage.customer("Léa Bernard").await;
    lea.says("Where is my parcel?").await;
    let id: ConversationId = ines.takes_offer().await;
    let mut desk = stage.hires("alba", sara(Role::Supervisor, &["delivery"])).await.connected().await;
    desk.wants(Intent::Watch { conversation: id }).await;
    desk.catch_up().await;
    assert_eq!(desk.world.words(id), ["Where is my parcel?"]);
    let (epoch, cursor) = (desk.epoch(), desk.world.cursor);
    desk.hang_up();
    stage.sockets(1).await;

    // More than a frame of other things happens, then she is no supervisor any more.
    for n in 0..700 {
        let mut colleague = new_person("alba", "Bea Novak");
        colleague.name = format!("Bea {n}");
        stage.service.add_person(&slug("alba"), colleague).await.unwrap();
    }
    stage.service.add_person(&slug("alba"), sara(Role::Advisor, &["delivery"])).await.unwrap();
    let bearer = format!("Bearer {}", stage.token("alba", desk.id).await);
    let mut line =
        Raw::open(&stage.address, "/v1/stream", &[("authorization", bearer.as_str())]).await.unwrap();
    let hello = ClientFrame::Hello { epoch: Some(epoch), cursor, device: desk.device, schema: SCHEMA };
    line.send(serde_json::to_string(&hello).unwrap()).await;
    assert!(line.text().await.contains("resumed"));
    let ServerFrame::Range { events, .. } = serde_json::from_str(&line.text().await).unwrap() else {
        panic!("changes come first")
    };
    assert!(events.len() >= 500, "there is a whole frame of other things");
    let (first, rest) = events.split_at(2);
    for event in first {
        match &event.change {
            Change::Left { customer } => assert_eq!(*customer, desk.world.conversations[&id].customer),
            Change::Put { entity: Entity::Person(me) } => {
                assert_eq!((me.id, me.role), (desk.id, Role::Advisor))
            }
            other => panic!("not before everything else: {other:?}"),
        }
    }
    assert!(rest.iter().all(|event| !matches!(event.change, Change::Left { .. })));
    drop(line);
    stage.sockets(1).await;
    desk.resume().await;
    assert!(desk.world.customers.is_empty());
    desk.agrees().await;
}
