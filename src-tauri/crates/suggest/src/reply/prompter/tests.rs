use super::{super::learned::Fate, super::talk::Step, *};
use crate::variables::Order;

fn candidate(key: &str, cue: &str, text: &str, language: &str) -> Candidate {
    let language = language.parse().unwrap();
    Candidate { key: key.into(), title: cue.into(), cue: cue.into(), text: text.into(), language }
}

fn candidates() -> Vec<Candidate> {
    vec![
        candidate(
            "macro:late",
            "Late parcel",
            "I am sorry, {{customer.first_name}}: order {{order}} is late, I ask the carrier where the parcel is.",
            "en",
        ),
        candidate(
            "article:late:0",
            "My parcel is late",
            "Because your parcel is late, your delivery fee goes back to you.",
            "en",
        ),
        candidate(
            "article:refund:0",
            "When will my refund arrive",
            "Your refund starts within 5 working days of the return reaching us.",
            "en",
        ),
        candidate(
            "template:1",
            "parcel late carrier",
            "I have asked the carrier where your parcel is, they answer tomorrow.",
            "en",
        ),
        candidate(
            "article:retard:0",
            "Mon colis est en retard",
            "Puisque votre colis est en retard, vos frais de livraison vous sont remboursés.",
            "fr",
        ),
    ]
}

fn lea() -> Profile {
    Profile {
        customer_name: "Léa Bernard".into(),
        advisor_name: "Inès Keller".into(),
        workspace: "Maison Alba".into(),
        verified: true,
        orders: vec![Order { number: "48-2291".into(), open: true }],
        others: BTreeMap::new(),
    }
}

fn ask<'a>(talk: &'a Talk, draft: &'a str, learned: &'a Learned, profile: &'a Profile) -> Asked<'a> {
    Asked { talk, draft, language: "en", learned, day: 1, profile: Some(profile) }
}

fn keys(replies: &[Reply]) -> Vec<&str> {
    replies.iter().map(|reply| reply.key.as_str()).collect()
}

#[test]
fn without_history_the_words_decide_and_are_shown() {
    let prompter = Prompter::of(candidates());
    let (learned, profile) = (Learned::default(), lea());
    let talk = Talk::saying("My parcel is late, where is it?");
    let replies = prompter.suggest(ask(&talk, "", &learned, &profile), 3);
    assert_eq!(replies.len(), 3);
    assert!(!keys(&replies).contains(&"article:refund:0") && !keys(&replies).contains(&"article:retard:0"));
    assert!(replies.iter().all(|reply| reply.because.contains(&"parcel".to_owned())));
    let filled = &replies.iter().find(|reply| reply.key == "macro:late").unwrap().filled;
    assert_eq!(filled.text, "I am sorry, Léa: order 48-2291 is late, I ask the carrier where the parcel is.");
}

#[test]
fn nothing_is_shown_rather_than_something_weak() {
    let prompter = Prompter::of(candidates());
    let (learned, profile) = (Learned::default(), lea());
    for said in ["Do you sell garden furniture made of teak?", "ok", ""] {
        let talk = Talk::saying(said);
        assert_eq!(keys(&prompter.suggest(ask(&talk, "", &learned, &profile), 3)), [] as [&str; 0], "{said}");
    }
}

#[test]
fn what_cannot_be_filled_truly_is_left_out_and_the_next_one_takes_its_place() {
    let prompter = Prompter::of(candidates());
    let learned = Learned::default();
    let talk = Talk::saying("My parcel is late, where is it?");
    let mut profile = lea();
    profile.verified = false;
    let replies = prompter.suggest(ask(&talk, "", &learned, &profile), 3);
    assert!(!replies.is_empty() && !keys(&replies).contains(&"macro:late"));
    let named = Talk::saying("My parcel is late, order 48-7777");
    assert!(!keys(&prompter.suggest(ask(&named, "", &learned, &lea()), 3)).contains(&"macro:late"));
}

#[test]
fn a_few_letters_bring_the_whole_sentence_and_its_rest() {
    let prompter = Prompter::of(candidates());
    let (learned, profile) = (Learned::default(), lea());
    let talk = Talk::saying("hm");
    let replies = prompter.suggest(ask(&talk, "your refund st", &learned, &profile), 3);
    assert_eq!(keys(&replies).first(), Some(&"article:refund:0"));
    assert_eq!(replies[0].rest.as_deref(), Some("arts within 5 working days of the return reaching us."));
    // Keywords bring the whole, to be put in place of the draft.
    let replies = prompter.suggest(ask(&talk, "delivery fee back", &learned, &profile), 3);
    assert_eq!((keys(&replies)[0], replies[0].rest.as_ref()), ("article:late:0", None));
}

/// A workspace that asks for the name before anything else.
fn history() -> Vec<Lesson> {
    let mut all = Vec::new();
    for turn in 0..60 {
        let said = ["hello there", "good morning", "hi, a question"][turn % 3];
        let mut talk = Talk::saying(said);
        all.push(Lesson { talk: talk.clone(), draft: None, sent: None, key: "article:late:0".into() });
        talk.steps.push(Step::Answered("article:late:0".into()));
        talk.steps.push(Step::Said("yes".into()));
        all.push(Lesson { talk, draft: None, sent: None, key: "article:refund:0".into() });
    }
    all
}

#[test]
fn the_workspace_s_own_history_tells_what_comes_next_even_without_words() {
    let mut prompter = Prompter::of(candidates());
    prompter.study(&history(), 3);
    let (learned, profile) = (Learned::default(), lea());
    let mut talk = Talk::saying("hello");
    let first = prompter.suggest(ask(&talk, "", &learned, &profile), 3);
    assert_eq!(keys(&first).first(), Some(&"article:late:0"));
    assert!(first[0].in_ten.is_some_and(|n| n >= 6));
    talk.steps.push(Step::Answered("article:late:0".into()));
    talk.steps.push(Step::Said("yes".into()));
    assert_eq!(
        keys(&prompter.suggest(ask(&talk, "", &learned, &profile), 3)).first(),
        Some(&"article:refund:0")
    );
}

#[test]
fn the_same_history_gives_the_same_prompter() {
    let make = || {
        let mut prompter = Prompter::of(candidates());
        prompter.study(&history(), 3);
        prompter
    };
    let (learned, profile) = (Learned::default(), lea());
    let talk = Talk::saying("good morning, my parcel is late");
    let asked = ask(&talk, "", &learned, &profile);
    assert_eq!(make().suggest(asked, 5), make().suggest(asked, 5));
}

#[test]
fn one_more_answer_is_learned_without_going_through_all() {
    let mut prompter = Prompter::of(candidates());
    prompter.study(&history(), 3);
    let lesson = Lesson {
        talk: Talk::saying("wrong colour again"),
        draft: None,
        sent: None,
        key: "article:refund:0".into(),
    };
    let (learned, profile) = (Learned::default(), lea());
    let share = |prompter: &Prompter| {
        let replies = prompter.suggest(ask(&lesson.talk, "", &learned, &profile), 5);
        replies.iter().find(|reply| reply.key == "article:refund:0").map_or(0.0, |reply| reply.share)
    };
    let before = share(&prompter);
    for _ in 0..10 {
        prompter.learn(&lesson);
    }
    assert!(share(&prompter) > before + 0.1, "{before} {}", share(&prompter));
}

#[test]
fn ten_takes_raise_a_reply_refusals_lower_it_and_elsewhere_nothing_changes() {
    let prompter = Prompter::of(candidates());
    let profile = lea();
    let talk =
        Talk { standing: vec!["reason:late".into()], ..Talk::saying("My parcel is late, where is it?") };
    let elsewhere = Talk { standing: vec!["reason:other".into()], ..talk.clone() };
    let none = Learned::default();
    let before = prompter.suggest(ask(&talk, "", &none, &profile), 3);
    let (first, last) = (before[0].key.clone(), before[2].key.clone());
    let mut learned = Learned::default();
    for _ in 0..10 {
        learned.note(&last, &talk, Fate::Taken, 1);
    }
    let after = prompter.suggest(ask(&talk, "", &learned, &profile), 3);
    assert_eq!((after[0].key.as_str(), after[0].taken), (last.as_str(), 10));
    let other = prompter.suggest(ask(&elsewhere, "", &learned, &profile), 3);
    assert_eq!(keys(&other), keys(&before));
    let mut refused = Learned::default();
    for _ in 0..10 {
        refused.note(&first, &talk, Fate::Refused, 1);
    }
    assert_eq!(prompter.suggest(ask(&talk, "", &refused, &profile), 3)[2].key, first);
}

/// The canary: what one workspace says and learns is nowhere in another.
#[test]
fn another_workspace_s_history_and_opinions_never_show() {
    let (profile, talk) = (lea(), Talk::saying("My parcel is late, where is it?"));
    let none = Learned::default();
    let mut theirs = candidates();
    theirs.push(candidate("template:canary", "parcel late where", "CANARY parcel late where is it.", "en"));
    let mut other = Prompter::of(theirs);
    other.study(&[Lesson { talk: talk.clone(), draft: None, sent: None, key: "template:canary".into() }], 1);
    let mut opinions = Learned::default();
    for _ in 0..50 {
        opinions.note("template:canary", &talk, Fate::Taken, 1);
    }
    let ours = Prompter::of(candidates());
    let alone = ours.suggest(ask(&talk, "", &none, &profile), 9);
    // Even their opinions, were they handed to us by mistake, name nothing that we have.
    assert_eq!(ours.suggest(ask(&talk, "", &opinions, &profile), 9), alone);
    assert!(alone.iter().all(|reply| !reply.filled.text.contains("CANARY")));
    assert!(keys(&other.suggest(ask(&talk, "canary", &opinions, &profile), 9)).contains(&"template:canary"));
}

#[test]
fn a_candidate_taken_out_is_never_shown_again_though_habits_know_it() {
    let mut prompter = Prompter::of(candidates());
    prompter.study(&history(), 3);
    assert!(prompter.remove("article:late:0"));
    let (learned, profile) = (Learned::default(), lea());
    let talk = Talk::saying("hello");
    for draft in ["", "because your par"] {
        let replies = prompter.suggest(ask(&talk, draft, &learned, &profile), 9);
        assert!(!keys(&replies).contains(&"article:late:0"));
    }
}
