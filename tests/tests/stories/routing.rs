//! Who is offered what, and what happens when they do not take it.

use loopdesk_tests::{Page, Stage, stage::slug};
use model::{
    Activity, Channel, ConversationId, Intent, PresenceState, Role,
    at::{MINUTE, SECOND},
    presence::MISSED_OFFER,
    wire::{Rejection, chat::ChatPhase, now::Notice},
};
use serde_json::json;

/// A customer who writes and waits.
async fn writes(stage: &Stage, name: &str) -> Page {
    let page = stage.customer(name).await.connected().await;
    page.says(&format!("Hello from {name}")).await;
    page
}

async fn id_of(page: &mut Page) -> ConversationId {
    page.catch_up().await;
    page.conversation()
}

#[tokio::test]
async fn a_conversation_goes_to_somebody_who_can_answer_it() {
    let stage = Stage::open().await;
    let mut teller =
        stage.person("Bruno Marchal", Role::Advisor, &["en", "bank"], &["bank"]).await.available().await;
    let mut trainee = stage.person("Dora Lenz", Role::Advisor, &["en"], &["bank"]).await.available().await;
    let mut courier =
        stage.person("Carl Weiss", Role::Advisor, &["en", "bank"], &["delivery"]).await.available().await;

    let start = json!({ "workspace": "alba", "name": "Léa", "queue": "bank" });
    let mut lea = stage.visitor("Léa", start).await.connected().await;
    lea.says("My card is blocked.").await;
    let id = id_of(&mut lea).await;

    assert_eq!(teller.ringing().await, [id]);
    assert!(trainee.ringing().await.is_empty(), "Dora serves the queue without the skill it needs");
    assert!(courier.ringing().await.is_empty(), "Carl has the skill and does not serve the queue");
    assert!(courier.present.waiting.is_empty(), "nor is he told who waits there");
    assert!(trainee.present.waiting.contains_key(&id), "whoever serves the queue sees who waits in it");
    assert_eq!(trainee.may_not(Intent::Accept { conversation: id }).await, Rejection::NotOffered);
    assert_eq!(courier.may_not(Intent::Accept { conversation: id }).await, Rejection::NotOffered);
}

#[tokio::test]
async fn a_customer_is_answered_in_their_language_where_somebody_speaks_it() {
    let stage = Stage::open().await;
    let mut english = stage.advisor("Inès Keller").await.available().await;
    let mut french =
        stage.person("Amir Saidi", Role::Advisor, &["en", "fr"], &["delivery"]).await.available().await;
    let in_language = |language| json!({ "workspace": "alba", "name": "Léa", "language": language });

    let mut lea = stage.visitor("Léa", in_language("fr")).await.connected().await;
    lea.says("Où est mon colis ?").await;
    let of_lea = id_of(&mut lea).await;
    assert_eq!(french.ringing().await, [of_lea]);
    assert!(english.ringing().await.is_empty(), "Inès does not speak French and Amir does");

    let mut pia = stage.visitor("Pia", in_language("es")).await.connected().await;
    pia.says("¿Dónde está mi paquete?").await;
    let of_pia = id_of(&mut pia).await;
    assert_eq!(
        english.ringing().await,
        [of_pia],
        "nobody of the queue speaks Spanish, so anybody is better than none"
    );
}

#[tokio::test]
async fn the_pressing_queue_goes_first_and_then_whoever_waits_longest() {
    let stage = Stage::open().await;
    let mut ines = stage.supervisor("Inès Keller").await.connected().await;
    ines.becomes(PresenceState::Busy).await;
    let mut first = writes(&stage, "Léa").await;
    stage.pass(SECOND).await;
    let mut second = writes(&stage, "Noé").await;
    stage.pass(SECOND).await;
    let start = json!({ "workspace": "alba", "name": "Zoé", "queue": "bank" });
    let mut banker = stage.visitor("Zoé", start).await.connected().await;
    banker.says("My card is blocked.").await;
    let expected = [id_of(&mut banker).await, id_of(&mut first).await, id_of(&mut second).await];
    assert_eq!(second.position, Some(2), "the place counts within one queue");
    assert_eq!(banker.position, Some(1));

    assert!(ines.ringing().await.is_empty(), "whoever is busy takes only what is given to them by name");
    ines.becomes(PresenceState::Available).await;
    for id in expected {
        assert_eq!(ines.ringing().await, [id], "one offer rings at a time, in this order");
        ines.takes(id).await;
    }
    assert!(ines.ringing().await.is_empty());
    second.catch_up().await;
    assert_eq!(second.position, None, "whoever is being helped has no place in a queue");
}

#[tokio::test]
async fn a_channel_is_full_on_its_own() {
    let stage = Stage::open().await;
    // Nobody is there yet: this becomes a form.
    let mut form = writes(&stage, "Léa").await;
    let of_form = id_of(&mut form).await;
    form.phase(ChatPhase::Left).await;
    let mut ines = stage.advisor("Inès Keller").await.connected().await;
    ines.becomes(PresenceState::Busy).await;
    let mut chats = Vec::new();
    for name in ["Noé", "Zoé", "Ugo", "Eva"] {
        stage.pass(SECOND).await;
        let mut page = writes(&stage, name).await;
        chats.push((id_of(&mut page).await, page));
    }
    ines.wants(Intent::OpenChannel { channel: Channel::Form, open: false }).await;
    ines.becomes(PresenceState::Available).await;
    for (id, _) in &chats[..3] {
        assert_eq!(ines.ringing().await, [*id], "a closed channel is not offered, however long it waits");
        ines.takes(*id).await;
    }
    assert!(ines.ringing().await.is_empty(), "three chats at once are enough");
    assert_eq!(ines.load().await, 3);

    ines.wants(Intent::OpenChannel { channel: Channel::Form, open: true }).await;
    assert_eq!(ines.ringing().await, [of_form], "a form counts against forms only");
    ines.takes(of_form).await;
    assert!(ines.ringing().await.is_empty());

    ines.wants(Intent::Resolve { conversation: chats[0].0 }).await;
    assert!(ines.ringing().await.is_empty(), "wrap-up is work too");
    ines.wants(Intent::WrapUp { conversation: chats[0].0, disposition: slug("solved") }).await;
    assert_eq!(ines.ringing().await, [chats[3].0]);
}

#[tokio::test]
async fn whoever_has_been_without_new_work_for_longest_is_asked_first() {
    let stage = Stage::open().await;
    let mut ines = stage.advisor("Inès Keller").await.available().await;
    let mut amir = stage.advisor("Amir Saidi").await.available().await;
    let mut turns = Vec::new();
    for name in ["Léa", "Noé", "Zoé", "Ugo"] {
        stage.pass(SECOND).await;
        let mut page = writes(&stage, name).await;
        let id = id_of(&mut page).await;
        let seat = if ines.ringing().await == [id] { &mut ines } else { &mut amir };
        assert_eq!(seat.ringing().await, [id]);
        seat.takes(id).await;
        turns.push(seat.name.clone());
    }
    assert_eq!(turns, ["Inès Keller", "Amir Saidi", "Inès Keller", "Amir Saidi"]);
}

#[tokio::test]
async fn finish_what_i_have_take_no_more() {
    let stage = Stage::open().await;
    let mut ines = stage.advisor("Inès Keller").await.available().await;
    ines.wants(Intent::Finish { on: true }).await;
    let mut lea = writes(&stage, "Léa").await;
    let id = id_of(&mut lea).await;
    assert!(ines.ringing().await.is_empty());
    let me = ines.id;
    assert!(ines.presence(me).await.finishing, "everybody sees that she takes no more");
    ines.wants(Intent::Finish { on: false }).await;
    assert_eq!(ines.ringing().await, [id]);
}

#[tokio::test]
async fn a_declined_offer_goes_to_the_next_one_and_comes_back_after_a_minute() {
    let stage = Stage::open().await;
    let mut ines = stage.advisor("Inès Keller").await.available().await;
    let mut lea = writes(&stage, "Léa").await;
    let id = id_of(&mut lea).await;
    assert_eq!(ines.ringing().await, [id]);
    ines.wants(Intent::Decline { conversation: id }).await;
    assert!(ines.ringing().await.is_empty(), "nobody is asked again at once");
    assert_eq!(ines.may_not(Intent::Decline { conversation: id }).await, Rejection::NotOffered);

    stage.pass(30 * SECOND).await;
    let mut amir = stage.advisor("Amir Saidi").await.available().await;
    assert_eq!(amir.ringing().await, [id], "the next one is asked");
    amir.wants(Intent::Decline { conversation: id }).await;

    stage.pass(29 * SECOND).await;
    assert!(ines.ringing().await.is_empty());
    stage.pass(SECOND).await;
    assert_eq!(ines.ringing().await, [id], "a minute after her own answer, whatever others answered since");
    assert!(amir.ringing().await.is_empty());
    ines.takes(id).await;
    let declined: Vec<_> =
        ines.world.activities(id).into_iter().filter(|a| matches!(a, Activity::Declined { .. })).collect();
    assert_eq!(
        declined,
        [Activity::Declined { by: "Inès Keller".into() }, Activity::Declined { by: "Amir Saidi".into() }]
    );
}

#[tokio::test]
async fn an_offer_that_nobody_answers_keeps_its_place() {
    let stage = Stage::open().await;
    let mut ines = stage.advisor("Inès Keller").await.available().await;
    let mut lea = writes(&stage, "Léa").await;
    let id = id_of(&mut lea).await;
    let since = stage.now();
    assert_eq!(ines.ringing().await, [id]);
    let offer = ines.present.offers[&id].clone();
    assert_eq!((offer.from, offer.until), (since, since + 30 * SECOND));
    assert_eq!(&*offer.subject, "Hello from Léa");

    stage.pass(29 * SECOND).await;
    let mut later = writes(&stage, "Noé").await;
    let of_later = id_of(&mut later).await;
    assert_eq!(ines.ringing().await, [id]);
    stage.pass(SECOND).await;
    assert!(ines.ringing().await.is_empty(), "it rang for thirty seconds");
    let me = ines.id;
    let presence = ines.presence(me).await;
    assert_eq!(presence.state, PresenceState::Away);
    assert_eq!(presence.reason, Some(slug(MISSED_OFFER)));
    let missed = Notice::MissedOffer { conversation: id, customer_name: "Léa".into() };
    assert_eq!(ines.notices().await, [missed], "she is told why she is away");
    assert_eq!(ines.present.waiting[&id].waiting_since, since, "the customer's wait did not begin anew");
    lea.catch_up().await;
    assert_eq!(lea.position, Some(1), "and they kept their place");

    let mut amir = stage.advisor("Amir Saidi").await.available().await;
    assert_eq!(amir.ringing().await, [id], "the next one is asked, for whoever waits longest");
    amir.takes(id).await;
    assert!(amir.world.activities(id).contains(&Activity::Missed { by: "Inès Keller".into() }));
    assert_eq!(amir.ringing().await, [of_later]);
    amir.wants(Intent::Decline { conversation: of_later }).await;
    ines.becomes(PresenceState::Available).await;
    assert_eq!(ines.ringing().await, [of_later], "back at her desk she is asked again");
}

#[tokio::test]
async fn an_offer_survives_a_broken_line_and_a_restart() {
    let mut stage = Stage::open().await;
    let mut ines = stage.advisor("Inès Keller").await.available().await;
    let mut lea = writes(&stage, "Léa").await;
    let id = id_of(&mut lea).await;
    assert_eq!(ines.ringing().await, [id]);
    let offer = ines.present.offers[&id].clone();

    ines.hang_up();
    stage.sockets(1).await;
    stage.pass(5 * SECOND).await;
    ines.resume().await;
    assert_eq!(ines.present.offers.get(&id), Some(&offer), "the ring goes on where it was");

    stage.restart().await;
    assert_eq!(ines.closed().await, Some(1012), "a service that stops says so");
    assert_eq!(lea.closed().await, Some(1012));
    stage.pass(5 * SECOND).await;
    ines.resume().await;
    assert_eq!(ines.present.offers.get(&id), Some(&offer), "a restart takes no offer back");
    stage.pass(20 * SECOND).await;
    assert!(ines.ringing().await.is_empty());
    let me = ines.id;
    assert_eq!(ines.presence(me).await.state, PresenceState::Away, "and forgets no deadline");
}

#[tokio::test]
async fn somebody_who_leaves_is_not_rung_for() {
    let stage = Stage::open().await;
    let mut ines = stage.advisor("Inès Keller").await.available().await;
    let mut amir = stage.advisor("Amir Saidi").await.available().await;
    let mut lea = writes(&stage, "Léa").await;
    let id = id_of(&mut lea).await;
    assert_eq!(ines.ringing().await, [id]);
    ines.wants(Intent::SetPresence { state: PresenceState::Away, reason: Some(slug("lunch")) }).await;
    assert!(ines.ringing().await.is_empty());
    assert_eq!(amir.ringing().await, [id], "it goes to the next one at once");
    assert!(ines.notices().await.is_empty(), "nobody is asked to answer for a break");
    let me = ines.id;
    assert_eq!(ines.presence(me).await.reason, Some(slug("lunch")));
    let unknown = Intent::SetPresence { state: PresenceState::Away, reason: Some(slug("golf")) };
    assert_eq!(ines.may_not(unknown).await, Rejection::Invalid);
}

#[tokio::test]
async fn two_desks_of_one_advisor_ring_and_fall_silent_together() {
    let stage = Stage::open().await;
    let mut office = stage.advisor("Inès Keller").await.available().await;
    let mut home = stage.another_desk("alba", office.id, "Inès Keller").await.connected().await;
    let mut lea = writes(&stage, "Léa").await;
    let id = id_of(&mut lea).await;
    assert_eq!(office.ringing().await, [id]);
    assert_eq!(home.ringing().await, [id]);
    office.takes(id).await;
    assert!(home.ringing().await.is_empty());
    assert!(home.world.conversations.contains_key(&id), "what one desk took is on the other one too");
}

#[tokio::test]
async fn a_queue_that_is_taken_away_leaves_nobody_behind() {
    let stage = Stage::open().await;
    let mut ines = stage.advisor("Inès Keller").await.available().await;
    let bruno = stage.person("Bruno", Role::Advisor, &["bank"], &["bank"]).await.connected().await;
    bruno.becomes(PresenceState::Busy).await;
    let start = json!({ "workspace": "alba", "name": "Léa", "queue": "bank" });
    let mut lea = stage.visitor("Léa", start).await.connected().await;
    lea.says("My card is blocked.").await;
    let id = id_of(&mut lea).await;
    let before = loopdesk_tests::stage::WORKSPACE;
    let (head, tail) = before.split_at(before.find("[[queue]]\nid = \"bank\"").unwrap());
    let tail = &tail[tail.find("[[capacity]]").unwrap()..];
    let tail = tail.replace("[[score_rule]]\nqueue = \"bank\"\nask = \"nps\"\n", "");
    stage.applies(&format!("{head}{tail}")).await;
    assert_eq!(ines.ringing().await, [id], "it goes on in the queue of those who name none");
    ines.takes(id).await;
    assert_eq!(ines.world.conversations[&id].queue, slug("delivery"));
    stage.pass(MINUTE).await;
}
