use super::*;

fn lines<'a>(all: &[(&'a str, bool, &'a str)]) -> Vec<Line<'a>> {
    let by = |customer| if customer { Speaker::Customer } else { Speaker::Advisor };
    all.iter().map(|(id, customer, text)| Line { id, by: by(*customer), text }).collect()
}

fn parcel() -> Vec<Line<'static>> {
    lines(&[
        ("1", true, "Hello! My parcel is marked delivered but I never received it."),
        ("2", false, "Hello Léa, this is Inès. Let me look into it."),
        ("3", true, "I need it for Saturday. Can you send it again?"),
        (
            "4",
            false,
            "I have asked your neighbours' drop-off point, it is not there. I will call you tomorrow before noon.",
        ),
        ("5", true, "And who pays the fee?"),
    ])
}

fn items(summary: &Summary) -> Vec<(Kind, &str, &str)> {
    summary.items.iter().map(|item| (item.kind, item.text.as_str(), item.line.as_str())).collect()
}

#[test]
fn it_says_what_is_wanted_tried_promised_and_open_with_the_lines() {
    let summary = summary(&parcel(), Some(("worried", "3")));
    assert_eq!(
        items(&summary),
        [
            (Kind::Wants, "My parcel is marked delivered but I never received it.", "1"),
            (Kind::Wants, "I need it for Saturday.", "3"),
            (Kind::Tried, "I have asked your neighbours' drop-off point, it is not there.", "4"),
            (Kind::Promised, "I will call you tomorrow before noon.", "4"),
            (Kind::Open, "And who pays the fee?", "5"),
            (Kind::Mood, "worried", "3"),
        ]
    );
}

#[test]
fn it_does_the_same_in_french() {
    let all = lines(&[
        ("1", true, "Bonjour. Je n’ai toujours pas reçu mon remboursement."),
        ("2", false, "Bonjour Léa, ici Inès. Je regarde."),
        ("3", false, "J’ai ouvert le dossier auprès de l’entrepôt. Je vous rappelle sous 2 jours ouvrés."),
        ("4", true, "D’accord, merci."),
    ]);
    assert_eq!(
        items(&summary(&all, None)),
        [
            (Kind::Wants, "Je n’ai toujours pas reçu mon remboursement.", "1"),
            (Kind::Tried, "J’ai ouvert le dossier auprès de l’entrepôt.", "3"),
            (Kind::Promised, "Je vous rappelle sous 2 jours ouvrés.", "3"),
        ]
    );
    let wrap_up = proposal(&all, Some(("refund-late", "remboursement")), &["solved", "follow-up"]);
    let follow_up = wrap_up.follow_ups.last().unwrap();
    assert_eq!((follow_up.what.due, follow_up.line.as_deref()), (Some(Due::WorkingDays(2)), Some("3")));
}

#[test]
fn a_promise_becomes_a_follow_up_with_its_day_and_its_words() {
    let wrap_up =
        proposal(&parcel(), Some(("delivered-not-received", "never received")), &["solved", "explained"]);
    let follow_up = wrap_up.follow_ups.last().unwrap();
    assert_eq!(follow_up.what.due, Some(Due::Days(1)));
    assert_eq!(follow_up.because, "I will call you tomorrow before noon.");
    assert_eq!(wrap_up.reason.unwrap().because, "never received");
    // A workspace without a disposition for it gets none proposed.
    assert_eq!(wrap_up.disposition, None);
}

#[test]
fn thanks_after_an_explanation_propose_explained_and_after_a_deed_solved() {
    let explained = lines(&[
        ("1", true, "How long can I return a jacket?"),
        ("2", false, "You can return it for 30 days, by post or in a shop."),
        ("3", true, "Perfect, thank you!"),
    ]);
    let known = ["solved", "explained"];
    let wrap_up = proposal(&explained, None, &known);
    let disposition = wrap_up.disposition.unwrap();
    assert_eq!((disposition.what.as_str(), disposition.line.as_deref()), ("explained", Some("3")));
    assert_eq!(wrap_up.follow_ups, []);
    let mut done = explained.clone();
    done[1].text = "I have extended it to 44 days for you.";
    assert_eq!(proposal(&done, None, &known).disposition.unwrap().what, "solved");
    assert_eq!(proposal(&done[..2], None, &known).disposition, None);
}

#[test]
fn offers_questions_and_small_talk_are_no_promises() {
    let all = lines(&[
        (
            "1",
            false,
            "Shall I call you tomorrow? If you like, I will send it by express. I'll be happy to help.",
        ),
        ("2", false, "Let me check, I will be two minutes."),
    ]);
    assert_eq!(proposal(&all, None, &[]).follow_ups, []);
}

#[test]
fn what_was_answered_is_no_longer_open_and_one_moment_is_no_answer() {
    let mut all = parcel();
    all.push(Line { id: "6", by: Speaker::Advisor, text: "One moment please, let me check that." });
    assert!(summary(&all, None).items.iter().any(|item| item.kind == Kind::Open));
    all.push(Line { id: "7", by: Speaker::Advisor, text: "The fee goes back to you today." });
    assert!(summary(&all, None).items.iter().all(|item| item.kind != Kind::Open));
}

#[test]
fn last_contacts_are_what_was_wanted_and_how_it_ended() {
    let one = parcel();
    let two = lines(&[("9", true, "Hello")]);
    let all = contacts(&[&one, &two]);
    assert_eq!(all.len(), 1);
    assert_eq!(items(&all[0]).iter().map(|item| item.0).collect::<Vec<_>>(), [Kind::Wants, Kind::Promised]);
}

#[test]
fn days_are_read_as_they_are_said() {
    for (text, due) in [
        ("I will write within 3 working days.", Some(Due::WorkingDays(3))),
        ("We'll call on Friday.", Some(Due::Weekday(5))),
        ("Je vous rappelle lundi.", Some(Due::Weekday(1))),
        ("I'll tell you in two hours.", Some(Due::Hours(2))),
        ("Je vous écris demain.", Some(Due::Days(1))),
        ("I will tell you.", None),
    ] {
        assert_eq!(super::wrap_up::due(text), due, "{text}");
    }
}

#[test]
fn nothing_said_is_an_empty_summary() {
    assert_eq!(summary(&[], None), Summary::default());
    assert_eq!(proposal(&[], None, &["solved"]), WrapUp::default());
}
