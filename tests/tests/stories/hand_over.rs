//! What was still written when it was taken away is not lost: it can be given to whoever has it now.

use loopdesk_tests::{
    Page, Seat, Stage,
    stage::{new_person, slug},
};
use model::{
    Activity, Author, ConversationId, CustomerId, FollowUpId, Intent, MessageKind,
    at::{DAY, HOUR, MINUTE, SECOND},
    follow_up::{FollowUpChange, Priority},
    intent::{Receiver, Target},
    wire::Rejection,
};
use uuid::Uuid;

/// Inès had Léa's conversation and a loop with her; now Sara has the one, and Bea of another team the other.
struct Taken {
    stage: Stage,
    ines: Seat,
    sara: Seat,
    bea: Seat,
    lea: Page,
    conversation: ConversationId,
    customer: CustomerId,
    follow_up: FollowUpId,
}

impl Taken {
    async fn away() -> Self {
        let stage = Stage::open().await;
        let mut ines = stage.advisor("Inès Keller").await.available().await;
        let mut lea = stage.customer("Léa Bernard").await.connected().await;
        lea.says("Where is my parcel?").await;
        let conversation = ines.takes_offer().await;
        ines.catch_up().await;
        let customer = ines.world.conversations[&conversation].customer;
        let follow_up = FollowUpId(Uuid::now_v7());
        let add = Intent::AddFollowUp {
            id: follow_up,
            customer,
            conversation: None,
            title: "Call the carrier".into(),
            owner: ines.id,
            due: stage.now() + HOUR,
            priority: Priority::Normal,
            cause: None,
        };
        ines.wants(add).await;
        let mut sara = stage.supervisor("Sara Lind").await.connected().await;
        let mut claims = new_person("alba", "Bea Novak");
        claims.team = slug("claims");
        let bea = stage.hires("alba", claims).await.connected().await;
        sara.wants(Intent::Assign { conversation, person: sara.id }).await;
        let change = FollowUpChange::Owner(bea.id);
        sara.wants(Intent::ChangeFollowUp { id: follow_up, change, base: 0 }).await;
        for seat in [&mut ines, &mut sara] {
            seat.catch_up().await;
        }
        lea.catch_up().await;
        assert!(ines.world.customers.is_empty(), "she sees nothing of it any more");
        Self { stage, ines, sara, bea, lea, conversation, customer, follow_up }
    }

    fn to_conversation(&self, text: &str) -> Intent {
        Intent::HandOver { target: Target::Conversation(self.conversation), text: text.into() }
    }

    fn to_follow_up(&self, text: &str) -> Intent {
        Intent::HandOver { target: Target::FollowUp(self.follow_up), text: text.into() }
    }
}

#[tokio::test]
async fn a_message_becomes_a_note_that_calls_whoever_has_it() {
    let mut all = Taken::away().await;
    all.stage.pass(DAY - SECOND).await;
    all.ines.wants(all.to_conversation("Your parcel is at the neighbour's.")).await;
    // The lines do not hold for a day.
    for seat in [&mut all.ines, &mut all.sara, &mut all.bea] {
        seat.comes_back().await;
    }
    let lines = all.sara.world.lines(all.conversation);
    let note = lines.iter().find(|line| line.kind == MessageKind::Note).expect("a note");
    assert_eq!(&*note.text, "@Sara Lind\nYour parcel is at the neighbour's.");
    assert_eq!(note.mentions, [all.sara.id]);
    assert_eq!(note.author, Author::Advisor { id: all.ines.id, name: "Inès Keller".into() });
    let told = Activity::HandedOver { by: "Inès Keller".into() };
    assert!(all.sara.world.activities(all.conversation).contains(&told));
    all.lea.catch_up().await;
    assert_eq!(all.lea.words(), ["Where is my parcel?"], "no customer reads it");
    assert!(all.ines.world.messages.is_empty(), "nor does who wrote it: it is not theirs any more");
    for seat in [&mut all.ines, &mut all.sara, &mut all.bea] {
        seat.agrees().await;
    }
}

#[tokio::test]
async fn while_nobody_has_it_the_note_waits_with_it() {
    let mut all = Taken::away().await;
    let receiver = Receiver::Queue(slug("bank"));
    all.sara.wants(Intent::Transfer { conversation: all.conversation, receiver, note: None }).await;
    all.ines.wants(all.to_conversation("At the neighbour's.")).await;
    all.sara.wants(Intent::Assign { conversation: all.conversation, person: all.sara.id }).await;
    all.sara.catch_up().await;
    let lines = all.sara.world.lines(all.conversation);
    let note = lines.iter().find(|line| line.kind == MessageKind::Note).expect("a note");
    assert_eq!((&*note.text, note.mentions.len()), ("At the neighbour's.", 0));
}

#[tokio::test]
async fn a_change_becomes_a_line_of_the_loop_s_note() {
    let mut all = Taken::away().await;
    all.ines.wants(all.to_follow_up("priority: high")).await;
    all.ines.wants(all.to_follow_up("due: tomorrow")).await;
    all.bea.catch_up().await;
    let row = all.bea.world.follow_ups[&all.follow_up].clone();
    assert_eq!(&*row.note, "Inès Keller: priority: high\nInès Keller: due: tomorrow");
    let last = row.history.last().expect("its history");
    assert_eq!(
        (last.by.as_str(), last.change.as_ref().map(FollowUpChange::field)),
        ("Inès Keller", Some("note"))
    );
    assert_eq!((row.owner, row.priority), (all.bea.id, Priority::Normal), "nothing else of it changed");
    all.bea.agrees().await;
}

#[tokio::test]
async fn after_a_day_it_is_too_late() {
    let all = Taken::away().await;
    all.stage.pass(DAY).await;
    assert_eq!(all.ines.may_not(all.to_conversation("Too late")).await, Rejection::Gone);
    assert_eq!(all.ines.may_not(all.to_follow_up("Too late")).await, Rejection::Gone);
    // A look brings it back into sight, as it does for everything else.
    all.ines.wants(Intent::WatchCustomer { customer: all.customer }).await;
    all.ines.wants(all.to_conversation("Still worth knowing")).await;
}

#[tokio::test]
async fn a_stranger_is_refused_and_learns_nothing() {
    let mut all = Taken::away().await;
    let mut other = new_person("alba", "Zoé Roux");
    other.team = slug("returns");
    let zoe = all.stage.hires("alba", other).await.connected().await;
    all.stage.pass(MINUTE).await;
    for seat in [&mut all.sara, &mut all.bea] {
        seat.catch_up().await;
    }
    let before = (all.sara.world.cursor, all.bea.world.cursor);
    let nowhere = ConversationId(Uuid::now_v7());
    let nothing = FollowUpId(Uuid::now_v7());
    for (real, unreal) in [
        (Target::Conversation(all.conversation), Target::Conversation(nowhere)),
        (Target::FollowUp(all.follow_up), Target::FollowUp(nothing)),
    ] {
        let heard = zoe.tries(Intent::HandOver { target: real, text: "Hm".into() }).await;
        assert_eq!(heard, zoe.tries(Intent::HandOver { target: unreal, text: "Hm".into() }).await);
    }
    assert_eq!(zoe.may_not(all.to_conversation("Hm")).await, Rejection::Gone);
    assert_eq!(all.ines.may_not(all.to_conversation(" ")).await, Rejection::Invalid, "words are needed");
    for seat in [&mut all.sara, &mut all.bea] {
        seat.catch_up().await;
    }
    assert_eq!((all.sara.world.cursor, all.bea.world.cursor), before, "nothing was written");
}
