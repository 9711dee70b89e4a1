use super::*;

const SAID: [(&str, u16); 12] = [
    ("where is my parcel", 0),
    ("my parcel has not arrived", 0),
    ("the delivery is late", 0),
    ("when will the parcel be delivered", 0),
    ("I want my money back", 1),
    ("when do I get the refund", 1),
    ("my refund has not arrived on my account", 1),
    ("please refund the coat", 1),
    ("my card was stolen", 2),
    ("I have lost my card", 2),
    ("block my bank card", 2),
    ("somebody took my card", 2),
];

fn examples() -> Vec<Example> {
    SAID.iter().map(|(text, class)| Example::one(Features::of(text, &Recipe::SENTENCE), *class)).collect()
}

fn model() -> Linear {
    Trainer { folds: 3, ..Trainer::default() }.train(&["parcel", "refund", "card"], &examples())
}

fn best(model: &Linear, text: &str) -> String {
    let (class, _) = model.best(&Features::of(text, &Recipe::SENTENCE)).unwrap();
    model.classes()[class].clone()
}

#[test]
fn a_handful_of_examples_tells_reasons_apart() {
    let model = model();
    assert_eq!(best(&model, "no parcel was delivered here"), "parcel");
    assert_eq!(best(&model, "I am still missing the refunded money"), "refund");
    assert_eq!(best(&model, "lost the CARD"), "card");
}

#[test]
fn probabilities_of_one_choice_add_up_and_those_of_any_stand_alone() {
    let features = Features::of("my card and my parcel", &Recipe::SENTENCE);
    let sum: f32 = model().probabilities(&features).iter().sum();
    assert!((sum - 1.0).abs() < 1e-5, "{sum}");
    let any = Trainer { choice: Choice::Any, folds: 3, ..Trainer::default() };
    let any = any.train(&["parcel", "refund", "card"], &examples());
    assert!(any.probabilities(&features).iter().all(|p| (0.0..=1.0).contains(p)));
}

#[test]
fn it_says_which_words_decided() {
    let text = "hello, I think my card is gone";
    let features = Features::of(text, &Recipe::SENTENCE);
    let causes = model().causes(&features, 2);
    let Source::Word { place, .. } = &causes[0].source else { panic!("a word") };
    assert_eq!(&text[place.clone()], "card");
    assert!(causes.windows(2).all(|pair| pair[0].weight >= pair[1].weight));
}

#[test]
fn a_fact_decides_and_is_named_too() {
    let mut examples = Vec::new();
    for (state, class) in [("asked", 0), ("asked", 0), ("answered", 1), ("answered", 1)] {
        let mut features = Features::of("hello", &Recipe::WORDS);
        features.fact("state", state, 1.0);
        examples.push(Example::one(features, class));
    }
    let model = Trainer::default().train(&["wait", "close"], &examples);
    let features = &examples[2].features;
    assert_eq!(model.best(features).unwrap().0, 1);
    assert_eq!(model.causes(features, 1)[0].source, Source::Fact("answered".into()));
}

#[test]
fn the_same_examples_give_the_same_bytes_and_the_bytes_the_same_model() {
    let bytes = model().to_bytes();
    assert_eq!(bytes, model().to_bytes());
    assert_eq!(Linear::from_bytes(&bytes).unwrap(), model());
}

#[test]
fn damaged_bytes_are_refused_and_never_a_panic() {
    let bytes = model().to_bytes();
    assert_eq!(Linear::from_bytes(b"nothing of ours"), Err(Broken::Version));
    assert_eq!(Linear::from_bytes(&[&b"LDLM\x02"[..], &bytes[5..]].concat()), Err(Broken::Version));
    for end in 5..bytes.len() {
        assert!(Linear::from_bytes(&bytes[..end]).is_err(), "cut at {end}");
    }
    for at in 5..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 0x55;
        // It may be refused or be another model; it must not be the end of us.
        if let Ok(model) = Linear::from_bytes(&changed) {
            let _ = model.margins(&Features::of("where is my parcel", &Recipe::SENTENCE));
        }
    }
}

#[test]
fn a_class_without_examples_is_never_said_and_no_classes_say_nothing() {
    let model = Trainer::default().train(&["parcel", "refund", "card", "unheard of"], &examples());
    for (text, _) in SAID {
        assert_ne!(best(&model, text), "unheard of");
    }
    assert_ne!(best(&model, "42"), "unheard of");
    let none = Trainer::default().train::<&str>(&[], &[]);
    assert_eq!(none.best(&Features::of("hello", &Recipe::SENTENCE)), None);
}

#[test]
fn bars_are_where_f1_is_best() {
    let probabilities = vec![vec![0.9], vec![0.6], vec![0.4], vec![0.3], vec![0.1]];
    let labels: Vec<&[u16]> = vec![&[0], &[0], &[0], &[], &[]];
    let bars = best_bars(1, &probabilities, &labels);
    assert!((0.3..0.4).contains(&bars[0]), "{bars:?}");
}
