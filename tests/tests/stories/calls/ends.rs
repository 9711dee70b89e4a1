//! How calls end that were not spoken to their end: given up, called back, closed, cut off.

use model::{
    Activity, ConversationState, FollowUpStatus, Intent, Role,
    at::{HOUR, MINUTE, SECOND},
    call::EndReason,
    conversation::Side,
    wire::Rejection,
};
use server::calls::port::{Refusal, Tune};

use super::{Calls, happened, seen, with};

#[tokio::test]
async fn whoever_hangs_up_first_has_abandoned() {
    let company = Calls::open().await;
    let mut ines = company.advisor("Inès Keller").await;
    let caller = company.calls("+33612345678", "100").await;
    let id = ines.offered().await;
    company.stage.pass(12 * SECOND).await;
    company.hangs_up(&caller).await;
    assert!(!company.rings(&ines), "her telephone stops ringing");
    assert!(ines.ringing().await.is_empty());

    // After she took it, and before she picked up: nobody was answered either.
    let caller = company.calls("+33612345678", "100").await;
    let taken = ines.takes_offer().await;
    company.calm().await;
    company.hangs_up(&caller).await;
    assert!(!company.rings(&ines));
    assert_eq!(company.telephone.busy(), 0);
    let boss = company.stage.supervisor("Sara Lind").await;
    for (id, waited) in [(id, 12 * SECOND), (taken, 0)] {
        let lines = boss.every_line(id).await;
        let last = lines.iter().filter_map(|line| line.activity.clone()).next_back();
        assert_eq!(last, Some(Activity::Abandoned { waited }));
    }
}

#[tokio::test]
async fn a_caller_who_waits_long_may_be_called_back() {
    let company = Calls::open().await;
    let mut sara = company.stage.supervisor("Sara Lind").await.connected().await;
    let caller = company.telephone.calls("+33612345678", Some("Léa Bernard"), "100");
    company.calm().await;
    company.stage.pass(59 * SECOND).await;
    company.telephone.presses(&caller, '1');
    company.calm().await;
    assert!(sara.present.waiting.len() <= 1 && company.telephone.is_up(&caller), "not yet");
    company.stage.pass(SECOND).await;
    assert_eq!(company.telephone.hears(&caller), [Tune::CallBack, Tune::Wait], "now they hear that they may");
    company.telephone.presses(&caller, '2');
    company.calm().await;
    company.stage.pass(SECOND).await;
    assert!(company.telephone.is_up(&caller), "another key is nothing");
    company.telephone.presses(&caller, '1');
    company.calm().await;
    assert_eq!(company.telephone.hears(&caller), [Tune::Goodbye]);
    company.stage.pass(2 * SECOND).await;
    assert!(company.telephone.is_over(&caller), "it ends after a goodbye");

    sara.catch_up().await;
    let follow_up = sara.world.follow_ups.values().next().expect("somebody has to call").clone();
    assert_eq!(&*follow_up.title, "Call back: Léa Bernard (+33612345678)");
    assert_eq!((follow_up.owner, follow_up.status), (sara.id, FollowUpStatus::Open));
    assert_eq!(follow_up.due, company.stage.now() - 2 * SECOND + 4 * HOUR);
    assert_eq!(follow_up.policy.as_deref(), Some("Wants to be called back"));
    let id = follow_up.conversation.expect("of the call");
    let conversation = seen(&mut sara, id).await;
    assert_eq!(conversation.state, ConversationState::Resolved);
    let what = happened(&mut sara, id).await;
    assert_eq!(what[0], Activity::CallBack { waited: 61 * SECOND });
    assert!(sara.present.waiting.is_empty());
}

/// Delivery, open from nine to ten on Wednesdays.
fn with_hours(more: &str) -> String {
    with(more).replacen(
        "[queue.calls]\n",
        "[queue.hours]\nzone = \"Europe/Paris\"\n[[queue.hours.open]]\ndays = [\"wed\"]\nfrom = \"09:00\"\n\
         to = \"10:00\"\n\n[queue.calls]\n",
        1,
    )
}

#[tokio::test]
async fn whoever_calls_while_nobody_is_there_may_leave_a_message() {
    let company = Calls::of(&with_hours("")).await;
    let mut sara = company.stage.supervisor("Sara Lind").await.connected().await;
    company.stage.pass(HOUR).await;
    let caller = company.calls("+33612345678", "100").await;
    assert_eq!(company.telephone.hears(&caller), [Tune::Closed, Tune::Speak]);
    assert!(!company.telephone.says(&caller, &[1; 160]), "what is said before the tone is not kept");
    company.stage.pass(2 * SECOND).await;
    let second = vec![1_000; 8_000];
    assert!(company.telephone.says(&caller, &second) && company.telephone.says(&caller, &second));
    company.hangs_up(&caller).await;

    let follow_up = sara.until(|world, _| world.follow_ups.values().next().cloned()).await;
    assert_eq!(&*follow_up.title, "Voice message: +33612345678");
    assert!(
        follow_up.due > company.stage.now() + 6 * 24 * HOUR,
        "four hours that are worked: weeks of one each"
    );
    let id = follow_up.conversation.expect("of the message");
    let conversation = seen(&mut sara, id).await;
    assert_eq!(conversation.state, ConversationState::Resolved);
    let lines = sara.world.lines(id);
    assert_eq!(lines[0].activity, Some(Activity::Voicemail { length: 2_000 }));
    let message = lines[0].attachments[0].clone();
    assert_eq!(
        (message.mime.as_str(), &*message.name, message.size),
        ("audio/wav", "message.wav", 44 + 32_000)
    );
    let token = company.stage.token("alba", sara.id).await;
    let answer = company.stage.get(&format!("/v1/blobs/{}", message.sha256)).bearer_auth(token);
    let bytes = answer.send().await.unwrap().bytes().await.unwrap();
    assert_eq!((bytes.len(), &bytes[..4], &bytes[8..12]), (44 + 32_000, &b"RIFF"[..], &b"WAVE"[..]));
    assert_eq!(loopdesk_tests::page::sha256(&bytes), message.sha256);

    // Two minutes are enough, and nothing said is nothing left.
    let caller = company.calls("+33600000002", "100").await;
    company.stage.pass(2 * SECOND).await;
    company.stage.pass(2 * MINUTE).await;
    assert_eq!(company.telephone.hears(&caller), [Tune::Goodbye]);
    company.stage.pass(2 * SECOND).await;
    assert!(company.telephone.is_over(&caller));
    assert_eq!(sara.world.follow_ups.len(), 1);
}

#[tokio::test]
async fn a_number_that_leads_nowhere_is_refused() {
    let company = Calls::of(&with_hours("voicemail = false")).await;
    let wrong = company.calls("+33612345678", "999").await;
    assert_eq!(company.telephone.refused(&wrong), Some(Refusal::NoSuchNumber));
    for odd in ["", "100 ", "../100", "'; DROP TABLE called", &"1".repeat(100_000)] {
        let wrong = company.calls("+33612345678", odd).await;
        assert_eq!(company.telephone.refused(&wrong), Some(Refusal::NoSuchNumber));
    }
    company.stage.pass(HOUR).await;
    let closed = company.calls("+33612345678", "100").await;
    assert_eq!(company.telephone.refused(&closed), Some(Refusal::NobodyThere));
    assert_eq!(company.telephone.busy(), 0);
    // Whoever calls themselves something odd is a caller like any other.
    let long = "x".repeat(5_000);
    let odd = company.telephone.calls("\u{0}\n<script>", Some(&long), "200");
    company.calm().await;
    assert!(company.telephone.is_up(&odd));
}

#[tokio::test]
async fn two_companies_cannot_be_called_by_one_number() {
    let company = Calls::open().await;
    let other = format!("{}\n", loopdesk_tests::stage::OTHER_WORKSPACE);
    let numbered = |number: &str| {
        let other = other.replacen(
            "name = \"Deliveries\"\n",
            &format!("name = \"Deliveries\"\n[queue.calls]\nnumber = \"{number}\"\n"),
            1,
        );
        toml::from_str::<model::Workspace>(&other).expect("a workspace")
    };
    let service = &company.stage.service;
    let error = service.apply(numbered("100"), true).await.expect_err("it is taken").to_string();
    assert!(error.contains("\"100\" is called in another workspace"), "{error}");
    service.apply(numbered("100"), false).await.expect_err("it is taken");
    service.apply(numbered("300"), false).await.expect("a number of its own");

    // A call of one company is nobody's business in the other one.
    let bruno =
        company.stage.person_of("borea", "Bruno Marchal", Role::Supervisor, &["en"], &["delivery"]).await;
    company.stage.registers("borea", bruno.id).await;
    let mut bruno = bruno.available().await;
    let ours = company.calls("+33612345678", "100").await;
    assert!(bruno.ringing().await.is_empty() && bruno.present.waiting.is_empty());
    assert!(!company.rings(&bruno));
    let theirs = company.calls("+33612345678", "300").await;
    let id = bruno.offered().await;
    let desk = company.picks_up(&bruno).await;
    assert_eq!(company.telephone.with(&theirs), Some(desk));
    assert_eq!(company.telephone.with(&ours), None);
    let customer = seen(&mut bruno, id).await.customer;
    assert_eq!(bruno.world.customers.keys().copied().collect::<Vec<_>>(), [customer]);
}

#[tokio::test]
async fn nobody_is_stuck_in_a_call_after_a_restart() {
    let mut company = Calls::open().await;
    let mut ines = company.advisor("Inès Keller").await;
    let (spoken, ..) = company.speaks(&mut ines, "+33600000001").await;
    let mut amir = company.advisor("Amir Saidi").await;
    company.calls("+33600000002", "100").await;
    let taken = amir.takes_offer().await;
    company.calm().await;
    company.calls("+33600000003", "100").await;
    company.stage.pass(SECOND).await;
    amir.catch_up().await;
    let waiting = *amir.present.waiting.keys().next().expect("one waits");
    company.stage.restart().await;

    let mut sara = company.stage.supervisor("Sara Lind").await.connected().await;
    sara.catch_up().await;
    assert!(sara.present.waiting.is_empty(), "nobody waits on a line that is gone");
    ines.connect().await;
    let conversation = seen(&mut ines, spoken).await;
    assert_eq!(conversation.state, ConversationState::WrapUp, "what was spoken is written up");
    let ended = conversation.call.expect("a call").ended.expect("it is over");
    assert_eq!((ended.by, ended.reason), (Side::Company, EndReason::Failed));
    for id in [taken, waiting] {
        let lines = sara.every_line(id).await;
        let last = lines.iter().filter_map(|line| line.activity.clone()).next_back();
        assert!(matches!(last, Some(Activity::Abandoned { .. })), "{last:?}");
    }
    // And telephones have to say anew that they are there.
    company.calls("+33600000004", "100").await;
    assert!(ines.ringing().await.is_empty());
}

#[tokio::test]
async fn what_was_lost_with_the_line_to_the_exchange_is_over() {
    let company = Calls::open().await;
    let mut ines = company.advisor("Inès Keller").await;
    let (id, caller, desk) = company.speaks(&mut ines, "+33600000001").await;
    company.telephone.loses(&[&caller]);
    company.calm().await;
    let conversation = seen(&mut ines, id).await;
    assert_eq!(conversation.state, ConversationState::WrapUp);
    assert!(company.telephone.is_over(&desk));
}

#[tokio::test]
async fn a_desk_ends_a_call_like_any_conversation() {
    let company = Calls::open().await;
    let mut ines = company.advisor("Inès Keller").await;
    let (id, caller, desk) = company.speaks(&mut ines, "+33600000001").await;
    let until = company.stage.now() + HOUR;
    assert_eq!(ines.may_not(Intent::Snooze { conversation: id, until }).await, Rejection::Invalid);
    company.stage.pass(3 * SECOND).await;
    ines.wants(Intent::Resolve { conversation: id }).await;
    company.calm().await;
    assert!(company.telephone.is_over(&caller) && company.telephone.is_over(&desk));
    let what = happened(&mut ines, id).await;
    assert_eq!(
        what[what.len() - 2..],
        [
            Activity::Resolved { by: "Inès Keller".into() },
            Activity::HungUp { by: Side::Company, talked: 3_000, held: 0 }
        ]
    );
    // Opened again, it is no call any more.
    ines.wants(Intent::Reopen { conversation: id }).await;
    let receiver = model::intent::Receiver::Queue(loopdesk_tests::stage::slug("bank"));
    let transfer = Intent::Transfer { conversation: id, receiver, note: None };
    assert_eq!(ines.may_not(transfer).await, Rejection::Closed);
}

#[tokio::test]
async fn who_is_kept_out_cannot_call_either() {
    let company = Calls::open().await;
    let mut ines = company.advisor("Inès Keller").await;
    let (id, caller, _) = company.speaks(&mut ines, "+33600000001").await;
    ines.wants(Intent::End { conversation: id, block: true, why: "Insults".into() }).await;
    company.calm().await;
    assert!(company.telephone.is_over(&caller));
    let again = company.calls("+33600000001", "100").await;
    assert_eq!(company.telephone.refused(&again), Some(Refusal::Unwanted));
}
