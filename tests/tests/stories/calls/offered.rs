//! A call that waits is held out to somebody, and rings at their telephone.

use model::{
    Activity, Channel, ConversationState, Intent, PresenceState,
    at::{MINUTE, SECOND},
    call::{EndReason, INVITE_WITHIN},
    conversation::Side,
    presence::MISSED_OFFER,
    wire::{Outcome, Rejection},
};
use server::calls::port::Tune;

use super::{Calls, happened, seen};
use loopdesk_tests::stage::slug;

#[tokio::test]
async fn a_call_is_offered_taken_spoken_and_written_up() {
    let company = Calls::open().await;
    let mut ines = company.advisor("Inès Keller").await;
    let caller = company.telephone.calls("+33 6 12 34 56 78", Some("Léa Bernard"), "100");
    company.calm().await;
    assert!(company.telephone.is_up(&caller), "somebody who calls is taken at once");
    assert_eq!(company.telephone.hears(&caller), [Tune::Welcome, Tune::Wait]);

    let id = ines.offered().await;
    let offer = ines.present.offers[&id].clone();
    let call = offer.call.expect("the offer is a call");
    let rings = company.telephone.rings(ines.id).expect("her telephone rings");
    let (correlation, from) = company.telephone.shows(&rings);
    assert_eq!(correlation.as_ref(), Some(&call.correlation), "both are the same call");
    assert_eq!(from, Some(call.from.clone()));
    assert_eq!(&*call.from.number, "+33 6 12 34 56 78");
    assert_eq!((&*offer.subject, offer.item.channel), ("Léa Bernard", Channel::Voice));

    // The desk first, then the telephone.
    company.stage.pass(4 * SECOND).await;
    ines.takes(id).await;
    company.calm().await;
    assert_eq!(company.telephone.with(&caller), None, "not before she picked up");
    assert!(seen(&mut ines, id).await.answered_at.is_none());
    company.stage.pass(SECOND).await;
    let desk = company.picks_up(&ines).await;
    assert_eq!(company.telephone.with(&caller), Some(desk.clone()));
    let now = company.stage.now();
    let conversation = seen(&mut ines, id).await;
    assert_eq!(conversation.answered_at, Some(now), "the first words are the first answer");
    assert_eq!(conversation.promise, None);
    let customer = &ines.world.customers[&conversation.customer];
    assert_eq!(&*customer.name, "Léa Bernard");
    assert_eq!(&*customer.identities[0].value, "+33612345678");

    company.stage.pass(20 * SECOND).await;
    company.telephone.holds(&desk, true);
    company.calm().await;
    assert_eq!(company.telephone.hears(&caller), [Tune::Wait], "whoever is made to wait hears the tune");
    company.stage.pass(5 * SECOND).await;
    company.telephone.holds(&desk, false);
    company.telephone.holds(&desk, false);
    company.calm().await;
    company.stage.pass(10 * SECOND).await;
    company.hangs_up(&caller).await;
    assert!(company.telephone.is_over(&desk), "nobody is left on a line that leads nowhere");

    let conversation = seen(&mut ines, id).await;
    assert_eq!(conversation.state, ConversationState::WrapUp);
    assert_eq!(conversation.wrap_up_until, Some(company.stage.now() + MINUTE));
    assert_eq!(conversation.asks, None, "whoever called has no page to answer on");
    let call = conversation.call.expect("a call");
    assert_eq!(call.answered_at, Some(now));
    let times = call.times;
    assert_eq!((times.wait, times.ring, times.talk, times.hold), (0, 5_000, 30_000, 5_000));
    assert_eq!((call.holds, call.recorded), (1, false), "nothing is recorded unless it is asked for");
    let ended = call.ended.expect("it is over");
    assert_eq!((ended.by, ended.reason), (Side::Customer, EndReason::HungUp));
    assert_eq!(
        happened(&mut ines, id).await,
        [
            Activity::Accepted { by: "Inès Keller".into() },
            Activity::Answered { by: "Inès Keller".into(), waited: 5_000 },
            Activity::HungUp { by: Side::Customer, talked: 30_000, held: 5_000 },
        ]
    );
    ines.wants(Intent::WrapUp { conversation: id, disposition: slug("solved") }).await;
    ines.agrees().await;
    assert_eq!(company.telephone.busy(), 0);
}

#[tokio::test]
async fn a_telephone_that_is_picked_up_takes_the_call() {
    let company = Calls::open().await;
    let mut ines = company.advisor("Inès Keller").await;
    let (id, caller, desk) = company.speaks(&mut ines, "+33612345678").await;
    assert_eq!(seen(&mut ines, id).await.owner, Some(ines.id), "as if she had taken it at her desk");
    // The desk is late.
    assert!(matches!(ines.tries(Intent::Accept { conversation: id }).await, Outcome::Noop { .. }));
    company.hangs_up(&desk).await;
    assert!(company.telephone.is_over(&caller));
    let hung_up = happened(&mut ines, id).await.pop();
    assert_eq!(hung_up, Some(Activity::HungUp { by: Side::Company, talked: 0, held: 0 }));
}

#[tokio::test]
async fn a_call_that_nobody_answers_keeps_its_place_and_its_advisor_is_set_away() {
    let company = Calls::open().await;
    let mut ines = company.advisor("Inès Keller").await;
    let mut amir = company.advisor("Amir Saidi").await;
    ines.becomes(PresenceState::Busy).await;
    amir.becomes(PresenceState::Busy).await;
    let first = company.calls("+33600000001", "100").await;
    company.stage.pass(SECOND).await;
    let second = company.calls("+33600000002", "100").await;
    ines.becomes(PresenceState::Available).await;
    company.calm().await;
    let id = ines.offered().await;
    assert!(company.rings(&ines));

    company.stage.pass(30 * SECOND).await;
    assert!(!company.rings(&ines), "her telephone stops ringing");
    let me = ines.id;
    let presence = ines.presence(me).await;
    assert_eq!(presence.state, PresenceState::Away);
    assert_eq!(presence.reason.map(|reason| reason.to_string()).as_deref(), Some(MISSED_OFFER));
    assert!(company.telephone.is_up(&first), "the caller is still there");

    amir.becomes(PresenceState::Available).await;
    company.calm().await;
    assert_eq!(amir.offered().await, id, "and still the first");
    let desk = company.picks_up(&amir).await;
    assert_eq!(company.telephone.with(&first), Some(desk));
    assert_eq!(company.telephone.with(&second), None);
    let waited = 31 * SECOND;
    assert_eq!(
        happened(&mut amir, id).await,
        [
            Activity::Missed { by: "Inès Keller".into() },
            Activity::Accepted { by: "Amir Saidi".into() },
            Activity::Answered { by: "Amir Saidi".into(), waited },
        ]
    );
}

#[tokio::test]
async fn a_call_is_declined_at_the_desk_or_at_the_telephone() {
    let company = Calls::open().await;
    let mut ines = company.advisor("Inès Keller").await;
    let mut amir = company.advisor("Amir Saidi").await;
    let mut zoe = company.advisor("Zoé Roux").await;
    amir.becomes(PresenceState::Busy).await;
    zoe.becomes(PresenceState::Busy).await;
    let caller = company.calls("+33612345678", "100").await;
    let id = ines.offered().await;
    company.telephone.declines(ines.id);
    company.calm().await;
    let me = ines.id;
    assert_eq!(ines.presence(me).await.state, PresenceState::Available, "declining is no absence");
    assert!(!company.rings(&ines), "nobody is asked again at once");

    amir.becomes(PresenceState::Available).await;
    company.calm().await;
    assert_eq!(amir.offered().await, id);
    amir.wants(Intent::Decline { conversation: id }).await;
    company.calm().await;
    assert!(!company.rings(&amir), "his telephone stops ringing");

    zoe.becomes(PresenceState::Available).await;
    company.calm().await;
    zoe.takes(id).await;
    company.calm().await;
    company.picks_up(&zoe).await;
    assert!(company.telephone.with(&caller).is_some());
    assert_eq!(
        happened(&mut zoe, id).await[..2],
        [Activity::Declined { by: "Inès Keller".into() }, Activity::Declined { by: "Amir Saidi".into() }]
    );
}

#[tokio::test]
async fn a_call_whose_telephone_is_never_picked_up_goes_back() {
    let company = Calls::open().await;
    let mut ines = company.advisor("Inès Keller").await;
    let caller = company.calls("+33612345678", "100").await;
    let id = ines.takes_offer().await;
    company.calm().await;
    company.stage.pass(INVITE_WITHIN - 1).await;
    assert!(company.rings(&ines));
    company.stage.pass(1).await;
    assert!(!company.rings(&ines), "ten seconds are enough");
    ines.catch_up().await;
    assert!(ines.present.waiting.contains_key(&id) && !ines.world.conversations.contains_key(&id));
    assert_eq!(company.telephone.hears(&caller).last(), Some(&Tune::Wait));

    let mut amir = company.advisor("Amir Saidi").await;
    assert_eq!(amir.offered().await, id, "somebody else gets it");
    let me = ines.id;
    assert_eq!(ines.presence(me).await.state, PresenceState::Available);

    // The same where the telephone itself says no after the desk said yes.
    amir.takes(id).await;
    company.calm().await;
    let what = happened(&mut amir, id).await;
    assert_eq!(what[1], Activity::Requeued { from: "Inès Keller".into() });
    company.telephone.declines(amir.id);
    company.calm().await;
    amir.catch_up().await;
    assert!(amir.present.waiting.contains_key(&id) && !company.rings(&amir));
}

#[tokio::test]
async fn nobody_without_a_telephone_is_asked() {
    let company = Calls::open().await;
    let mut ines = company.stage.advisor("Inès Keller").await.available().await;
    let caller = company.calls("+33612345678", "100").await;
    assert!(ines.ringing().await.is_empty());
    let me = ines.id;
    let voice = |presence: model::Presence| {
        presence.channels.into_iter().find(|load| load.channel == Channel::Voice).expect("a channel")
    };
    assert!(!voice(ines.presence(me).await).open, "everybody sees that she takes no calls");
    let id = *ines.present.waiting.keys().next().expect("she sees who waits");
    assert_eq!(ines.may_not(Intent::Accept { conversation: id }).await, Rejection::Invalid);

    let line = company.stage.registers("alba", ines.id).await;
    assert_eq!(ines.ringing().await, [id], "as soon as her telephone is there");
    assert!(voice(ines.presence(me).await).open);
    company.telephone.unplugs(&line);
    company.calm().await;
    assert!(ines.ringing().await.is_empty(), "what rings nowhere is not held out");
    assert!(!voice(ines.presence(me).await).open);
    assert!(company.telephone.is_up(&caller));
}

#[tokio::test]
async fn nobody_has_two_calls_but_a_chat_beside_one() {
    let company = Calls::open().await;
    let mut ines = company.advisor("Inès Keller").await;
    let (id, caller, _) = company.speaks(&mut ines, "+33600000001").await;
    let second = company.calls("+33600000002", "100").await;
    assert!(!company.rings(&ines));
    assert!(ines.ringing().await.is_empty());

    let page = company.stage.customer("Léa").await.connected().await;
    page.says("Where is my parcel?").await;
    let chat = ines.takes_offer().await;
    assert_eq!(seen(&mut ines, chat).await.channel, Channel::Chat, "a chat may be had at the same time");

    company.hangs_up(&caller).await;
    assert!(!company.rings(&ines), "wrap-up is work too");
    ines.wants(Intent::WrapUp { conversation: id, disposition: slug("solved") }).await;
    company.calm().await;
    let desk = company.picks_up(&ines).await;
    assert_eq!(company.telephone.with(&second), Some(desk));
}

#[tokio::test]
async fn calls_and_chats_wait_in_one_line() {
    let company = Calls::open().await;
    let mut ines = company.person("Inès Keller", &["delivery", "bank"]).await;
    ines.becomes(PresenceState::Busy).await;
    let page = company.stage.customer("Léa").await.connected().await;
    page.says("Where is my parcel?").await;
    company.stage.pass(SECOND).await;
    company.calls("+33600000001", "100").await;
    company.stage.pass(SECOND).await;
    company.calls("+33600000002", "200").await;
    ines.becomes(PresenceState::Available).await;
    company.calm().await;

    let bank = ines.offered().await;
    assert_eq!(&*ines.present.offers[&bank].subject, "+33600000002", "the pressing queue goes first");
    ines.wants(Intent::Decline { conversation: bank }).await;
    company.calm().await;
    let chat = ines.offered().await;
    assert_eq!(ines.present.offers[&chat].item.channel, Channel::Chat, "then who waits longest");
    assert!(!company.rings(&ines));
    ines.takes(chat).await;
    company.calm().await;
    let call = ines.offered().await;
    assert_eq!(&*ines.present.offers[&call].subject, "+33600000001");
    assert!(company.rings(&ines));
}

#[tokio::test]
async fn a_line_tells_how_it_sounded() {
    let company = Calls::open().await;
    let mut ines = company.advisor("Inès Keller").await;
    let (id, caller, _) = company.speaks(&mut ines, "+33612345678").await;
    company.hangs_up(&caller).await;
    let sound = crate::kinds::SOUND;
    ines.wants(Intent::Sounded { conversation: id, sound }).await;
    assert_eq!(seen(&mut ines, id).await.call.expect("a call").sound, Some(sound));
    let again = ines.tries(Intent::Sounded { conversation: id, sound }).await;
    assert!(matches!(again, Outcome::Noop { .. }));
    assert_eq!(
        ines.may_not(Intent::Reply { conversation: id, text: "Hello".into(), attachments: vec![] }).await,
        Rejection::Invalid,
        "nobody reads words on the telephone"
    );
}
