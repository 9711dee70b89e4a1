use super::*;

const PARCEL: &str = include_str!("../../../server/seed/paths/parcel-not-received.toml");
const REFUND: &str = include_str!("../../../server/seed/paths/refund-late.toml");
const CARD: &str = include_str!("../../../server/seed/paths/lost-card.toml");

const SMALL: &str = r#"
key = "small"
title = { en = "Small" }
trigger = { reasons = ["late-delivery"] }
[[stage]]
key = "asked"
question = { en = "Have they asked the neighbours?" }
[[stage.answer]]
key = "yes"
text = { en = "Yes" }
next = "when"
[[stage.answer]]
key = "no"
text = { en = "No" }
[[stage]]
key = "when"
question = { en = "Since when?" }
"#;

fn small() -> Path {
    Path::read(SMALL).unwrap()
}

fn at<'p>(walk: &Walk, path: &'p Path) -> Option<&'p str> {
    walk.stage(path).map(|stage| stage.key.as_str())
}

#[test]
fn our_own_paths_are_fit_and_speak_both_languages() {
    for text in [PARCEL, REFUND, CARD] {
        let path = Path::read(text).unwrap();
        assert_eq!(path.title.keys().collect::<Vec<_>>(), ["en", "fr"]);
        assert!(path.candidates().len() >= 6, "{}", path.key);
    }
}

#[test]
fn answers_are_kept_going_back_and_forward() {
    let path = small();
    let mut walk = Walk::begin(&path);
    assert_eq!(at(&walk, &path), Some("asked"));
    walk.answer(&path, "yes").unwrap();
    walk.write(&path, "since Monday").unwrap();
    assert!(walk.is_finished());
    assert_eq!(walk.answer(&path, "yes"), Err(Refused::Ended));
    walk.back().unwrap();
    walk.back().unwrap();
    assert_eq!(walk.earlier().unwrap().answer.as_deref(), Some("yes"));
    assert_eq!(walk.back(), Err(Refused::NoWay));
    walk.forward(&path).unwrap();
    walk.forward(&path).unwrap();
    assert!(walk.is_finished());
    assert_eq!(walk.answers()[1].free.as_deref(), Some("since Monday"));
}

#[test]
fn another_answer_leads_another_way_and_what_followed_is_gone() {
    let path = small();
    let mut walk = Walk::begin(&path);
    walk.answer(&path, "yes").unwrap();
    walk.back().unwrap();
    walk.answer(&path, "no").unwrap();
    assert!(walk.is_finished());
    assert_eq!(walk.forward(&path), Err(Refused::Ended));
    assert_eq!(walk.answer(&path, "maybe"), Err(Refused::Ended));
}

#[test]
fn free_text_is_never_blocked_and_a_stage_can_be_skipped() {
    let path = small();
    let mut walk = Walk::begin(&path);
    walk.write(&path, "they are away").unwrap();
    assert_eq!(at(&walk, &path), Some("when"));
    walk.skip(&path).unwrap();
    assert!(walk.is_finished());
}

#[test]
fn it_can_be_left_handed_over_and_taken_up_again() {
    let path = small();
    let mut walk = Walk::begin(&path);
    walk.answer(&path, "yes").unwrap();
    walk.leave();
    assert_eq!(walk.answer(&path, "yes"), Err(Refused::Left));
    let kept = serde_json::to_string(&walk).unwrap();
    let mut other: Walk = serde_json::from_str(&kept).unwrap();
    other.resume(&path).unwrap();
    assert_eq!(at(&other, &path), Some("when"));
    assert_eq!(walk.resume(&Path::read(CARD).unwrap()), Err(Refused::Changed));
}

#[test]
fn a_larger_share_only_adds_customers() {
    let mut path = small();
    let customers: Vec<String> = (0..4000).map(|n| format!("customer-{n}")).collect();
    let mut before: Vec<&String> = Vec::new();
    for share in [0, 1, 10, 25, 50, 99, 100] {
        path.share = share;
        let now: Vec<&String> = customers.iter().filter(|customer| path.is_for(customer)).collect();
        assert!(before.iter().all(|customer| now.contains(customer)), "{share}");
        let part = now.len() as f64 / 40.0;
        assert!((part - f64::from(share)).abs() < 3.0, "{share}: {part}");
        before = now;
    }
    assert_eq!(before.len(), 4000);
}

#[test]
fn another_path_has_other_customers_first() {
    let mut one = small();
    one.share = 50;
    let mut two = one.clone();
    two.key = "other".into();
    let both = (0..1000).filter(|n| one.is_for(&n.to_string()) && two.is_for(&n.to_string())).count();
    assert!((200..300).contains(&both), "{both}");
}

#[test]
fn it_is_offered_by_reason_or_by_words_and_says_which() {
    let path = Path::read(CARD).unwrap();
    assert_eq!(path.fits(Some("card-lost"), "", "en"), Some(vec![]));
    assert_eq!(
        path.fits(None, "Hello, I think I lost my card on the train", "en"),
        Some(vec!["lost".to_owned(), "card".to_owned()])
    );
    assert!(path.fits(None, "J'ai perdu ma carte bancaire", "fr").is_some());
    assert_eq!(path.fits(None, "where is my parcel", "en"), None);
}

#[test]
fn taken_left_and_finished_are_counted() {
    let mut tally = Tally::default();
    tally.taken("small");
    tally.taken("small");
    tally.left("small", "when");
    tally.finished("small");
    let counts = Counts { taken: 2, left: [("when".to_owned(), 1)].into(), finished: 1 };
    assert_eq!(tally.counts().collect::<Vec<_>>(), [("small", &counts)]);
}

#[test]
fn a_file_that_leads_nowhere_says_what_to_change() {
    let wrong = |from: &str, to: &str| -> String {
        let text = SMALL.replacen(from, to, 1);
        assert_ne!(text, SMALL, "{from}");
        Path::read(&text).unwrap_err().iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    };
    assert_eq!(
        wrong("next = \"when\"", "next = \"then\""),
        "stage “asked” leads to “then”, which is not there: correct the name or add the stage"
    );
    assert_eq!(
        wrong("next = \"when\"\n", ""),
        "no way leads to stage “when”: lead an answer there or take it out"
    );
    assert_eq!(
        wrong("question = { en = \"Since when?\" }", "question = { en = \"Since when?\" }\nnext = \"when\""),
        "stage “when” never comes to an end: let one of its ways end without a “next”"
    );
    assert!(wrong("[\"late-delivery\"]", "[]").contains("name a reason or some words"));
    assert!(wrong("key = \"when\"", "key = \"asked\"").contains("is there twice"));
    assert!(wrong("key = \"small\"", "key = \"Small one\"").contains("use small letters"));
    assert!(
        wrong("title = { en = \"Small\" }", "title = { en = \"Small\", fr = \"Petit\" }").contains("in “fr”")
    );
    assert!(wrong("key = \"small\"", "key = \"small\"\nshare = 101").contains("0 to 100"));
    assert!(wrong("Since when?", "{{order}?").contains("two braces"));
    assert!(wrong("key = \"small\"", "keys = \"small\"").starts_with("the file cannot be read"));
}
