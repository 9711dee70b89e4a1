//! Who is there, and what happens to customers whose advisor is not.

use loopdesk_tests::{Page, Seat, Stage, stage::slug};
use model::{
    Activity, ConversationId, ConversationState, Intent, PresenceState,
    at::{HOUR, MINUTE, SECOND},
    wire::{ClientFrame, Now, chat::ChatPhase, now::Notice},
};

async fn has_a_customer(stage: &Stage, ines: &mut Seat, name: &str) -> (Page, ConversationId) {
    let page = stage.customer(name).await.connected().await;
    page.says("Where is my parcel?").await;
    let id = ines.takes_offer().await;
    (page, id)
}

#[tokio::test]
async fn a_desk_that_is_gone_for_a_minute_gives_its_waiting_customers_back() {
    let stage = Stage::open().await;
    let mut sara = stage.supervisor("Sara Lind").await.connected().await;
    let mut ines = stage.advisor("Inès Keller").await.available().await;
    let (mut unanswered, of_unanswered) = has_a_customer(&stage, &mut ines, "Léa").await;
    let asked = stage.now();
    let (_answered, of_answered) = has_a_customer(&stage, &mut ines, "Noé").await;
    ines.replies(of_answered, "On its way.").await;
    let (mut left, of_left) = has_a_customer(&stage, &mut ines, "Zoé").await;
    left.leave();
    stage.sockets(4).await;
    stage.pass(3 * MINUTE).await;

    ines.hang_up();
    stage.sockets(3).await;
    stage.pass(59 * SECOND).await;
    let me = ines.id;
    assert_eq!(sara.presence(me).await.state, PresenceState::Available, "a line may break for a moment");
    stage.pass(SECOND).await;
    assert_eq!(sara.presence(me).await.state, PresenceState::Offline);
    unanswered.phase(ChatPhase::Waiting).await;
    let waiting: Vec<_> = sara.present.waiting.keys().copied().collect();
    assert_eq!(
        waiting,
        [of_unanswered],
        "whoever was answered, or is not there to wait, stays with their advisor"
    );
    assert_eq!(sara.present.waiting[&of_unanswered].waiting_since, asked);
    assert_eq!(sara.present.waiting[&of_unanswered].priority, 1, "before others of the queue");

    ines.resume().await;
    assert_eq!(ines.world.conversations.len(), 2);
    assert!(ines.world.conversations.contains_key(&of_left), "what is not live stays");
    let mut amir = stage.advisor("Amir Saidi").await.available().await;
    assert_eq!(amir.takes_offer().await, of_unanswered);
    assert!(
        amir.world.activities(of_unanswered).contains(&Activity::Requeued { from: "Inès Keller".into() })
    );
}

#[tokio::test]
async fn a_desk_that_is_back_in_time_keeps_everything() {
    let stage = Stage::open().await;
    let mut ines = stage.advisor("Inès Keller").await.available().await;
    let (mut lea, id) = has_a_customer(&stage, &mut ines, "Léa").await;
    for _ in 0..3 {
        ines.hang_up();
        stage.sockets(1).await;
        stage.pass(59 * SECOND).await;
        ines.resume().await;
        stage.pass(MINUTE).await;
    }
    let me = ines.id;
    assert_eq!(ines.presence(me).await.state, PresenceState::Available);
    assert_eq!(ines.world.conversations[&id].state, ConversationState::Active);
    lea.catch_up().await;
    assert_eq!(lea.state.as_ref().unwrap().phase, ChatPhase::Open);
}

#[tokio::test]
async fn one_desk_of_two_is_enough() {
    let stage = Stage::open().await;
    let mut office = stage.advisor("Inès Keller").await.available().await;
    let mut home = stage.another_desk("alba", office.id, "Inès Keller").await.connected().await;
    let (_lea, id) = has_a_customer(&stage, &mut office, "Léa").await;
    office.hang_up();
    stage.sockets(2).await;
    stage.pass(10 * MINUTE).await;
    home.catch_up().await;
    assert_eq!(home.world.conversations[&id].owner, Some(home.id));
}

#[tokio::test]
async fn somebody_signs_off() {
    let stage = Stage::open().await;
    let mut ines = stage.advisor("Inès Keller").await.available().await;
    let (mut lea, id) = has_a_customer(&stage, &mut ines, "Léa").await;
    ines.becomes(PresenceState::Offline).await;
    let me = ines.id;
    assert_eq!(ines.presence(me).await.state, PresenceState::Offline);
    stage.pass(59 * SECOND).await;
    ines.catch_up().await;
    assert!(ines.world.conversations.contains_key(&id), "who comes back at once finds their customers");
    ines.listens_anew().await;
    stage.pass(SECOND).await;
    assert_eq!(ines.notices().await, [Notice::Requeued { conversation: id }]);
    assert!(ines.world.conversations.is_empty());
    lea.phase(ChatPhase::Waiting).await;
}

#[tokio::test]
async fn a_customer_does_not_write_to_somebody_who_is_not_there() {
    let stage = Stage::open().await;
    let mut ines = stage.advisor("Inès Keller").await.available().await;
    let (mut lea, id) = has_a_customer(&stage, &mut ines, "Léa").await;
    ines.replies(id, "On its way.").await;
    ines.hang_up();
    stage.sockets(1).await;
    stage.pass(MINUTE).await;
    lea.catch_up().await;
    assert_eq!(lea.state.as_ref().unwrap().phase, ChatPhase::Open, "nothing is owed, nothing goes back");
    lea.says("Are you there?").await;
    lea.phase(ChatPhase::Waiting).await;
    let mut amir = stage.advisor("Amir Saidi").await.available().await;
    assert_eq!(amir.takes_offer().await, id);
    ines.resume().await;
    assert!(ines.world.conversations.is_empty());
}

#[tokio::test]
async fn whoever_says_they_are_there_without_a_desk_is_not_believed_for_long() {
    let stage = Stage::open().await;
    let mut sara = stage.supervisor("Sara Lind").await.connected().await;
    let mut ines = stage.advisor("Inès Keller").await.available().await;
    ines.hang_up();
    stage.sockets(1).await;
    // The command arrives by its own way after the line broke.
    ines.becomes(PresenceState::Busy).await;
    stage.pass(MINUTE).await;
    assert_eq!(sara.presence(ines.id).await.state, PresenceState::Offline);
}

#[tokio::test]
async fn a_restart_gives_everybody_a_minute_to_come_back() {
    let mut stage = Stage::open().await;
    let mut ines = stage.advisor("Inès Keller").await.available().await;
    let mut amir = stage.advisor("Amir Saidi").await.available().await;
    let (mut lea, id) = has_a_customer(&stage, &mut ines, "Léa").await;
    stage.restart().await;
    assert_eq!(lea.closed().await, Some(1012));
    lea.connect().await;
    amir.resume().await;
    stage.pass(59 * SECOND).await;
    assert_eq!(amir.presence(ines.id).await.state, PresenceState::Available);
    stage.pass(SECOND).await;
    assert_eq!(amir.presence(ines.id).await.state, PresenceState::Offline);
    assert_eq!(amir.presence(amir.id).await.state, PresenceState::Available);
    assert_eq!(amir.ringing().await, [id]);
}

#[tokio::test]
async fn a_closed_account_leaves_no_customer_alone() {
    let stage = Stage::open().await;
    let mut ines = stage.advisor("Inès Keller").await.available().await;
    let (_lea, of_lea) = has_a_customer(&stage, &mut ines, "Léa").await;
    let (_noe, of_noe) = has_a_customer(&stage, &mut ines, "Noé").await;
    ines.replies(of_noe, "I call you back.").await;
    ines.wants(Intent::Snooze { conversation: of_noe, until: stage.now() + HOUR }).await;
    let (_zoe, of_zoe) = has_a_customer(&stage, &mut ines, "Zoé").await;
    ines.wants(Intent::Resolve { conversation: of_zoe }).await;
    let mut amir = stage.advisor("Amir Saidi").await.connected().await;
    stage.service.close_person(&slug("alba"), "inès.keller@alba.example.com").await.unwrap();
    assert_eq!(ines.closed().await, Some(4003));
    assert_eq!(amir.presence(ines.id).await.state, PresenceState::Offline);
    let waiting: Vec<_> = amir.present.waiting.keys().copied().collect();
    assert_eq!(waiting, [of_lea, of_noe], "what was open goes to others, what was over stays over");
    assert!(!amir.world.people[&ines.id].active, "history keeps the name");
}

#[tokio::test]
async fn colleagues_see_who_looks_and_who_writes() {
    let stage = Stage::open().await;
    let mut ines = stage.advisor("Inès Keller").await.available().await;
    let mut amir = stage.advisor("Amir Saidi").await.connected().await;
    let mut zoe = stage.advisor("Zoé Roux").await.connected().await;
    let (mut lea, id) = has_a_customer(&stage, &mut ines, "Léa").await;
    amir.wants(Intent::Watch { conversation: id }).await;
    ines.say(ClientFrame::Viewing { conversation: Some(id) }).await;
    ines.catch_up().await;
    amir.say(ClientFrame::Viewing { conversation: Some(id) }).await;
    amir.catch_up().await;
    let (a, b) = (ines.id.min(amir.id), ines.id.max(amir.id));
    assert_eq!(amir.present.viewing[&id], [a, b]);
    ines.catch_up().await;
    assert_eq!(ines.present.viewing[&id], [a, b]);

    zoe.listens_anew().await;
    let typing = |nows: &[Now]| {
        nows.iter()
            .filter(|now| matches!(now, Now::Typing { conversation, .. } if *conversation == id))
            .count()
    };
    amir.say(ClientFrame::Typing { conversation: id }).await;
    amir.catch_up().await;
    ines.until(|_, nows| (typing(nows) == 1).then_some(())).await;
    zoe.say(ClientFrame::Typing { conversation: id }).await;
    zoe.catch_up().await;
    lea.catch_up().await;
    assert!(!lea.typing, "only their own advisor's writing is the customer's business");
    ines.catch_up().await;
    assert_eq!(typing(&ines.nows), 1, "whoever does not have the customer in sight is not heard");
    assert_eq!(typing(&zoe.nows), 0, "and hears nothing");
    amir.hang_up();
    ines.until(|_, nows| {
        nows.iter().rev().find_map(|now| match now {
            Now::Viewing { people, .. } => (people.len() == 1).then_some(()),
            _ => None,
        })
    })
    .await;
}
