use super::*;

fn past<'a>(said: &'a str, answered: &'a str, name: &'a str) -> Past<'a> {
    let exchange = Exchange {
        key: "1",
        said,
        answered,
        customer_name: name,
        advisor_name: "Inès Keller",
        title: "12 May",
    };
    Past { exchange, customer: name }
}

#[test]
fn answers_that_differ_in_what_is_somebody_s_become_one_template() {
    let all = [
        past(
            "Where is my parcel 48-2291?",
            "Hello Léa, order 48-2291 is with the carrier and comes on Friday.",
            "Léa Bernard",
        ),
        past(
            "parcel still not here",
            "Hello Omar, order 48-2307 is with the carrier and comes on Monday.",
            "Omar Khan",
        ),
        past(
            "Any news of the parcel, it is Nina",
            "Hello Nina, order 48-1 111 is with the carrier and it comes on 12 May.",
            "Nina Petrov",
        ),
        past("Thank you", "You are welcome, have a good day and write again.", "Nina Petrov"),
    ];
    let found = mined(&all, 2);
    let first = &found[0];
    assert_eq!(
        first.candidate.text,
        "Hello {{customer.first_name}}, order {{order}} is with the carrier and comes on {{date}}."
    );
    assert_eq!((first.answers, first.customers, first.shown), (2, 2, true));
    assert!(first.candidate.cue.contains("parcel"), "{}", first.candidate.cue);
    assert!(!first.candidate.cue.contains("48"));
    assert!(found.iter().all(|template| !template.candidate.cue.to_lowercase().contains("nina")));
}

#[test]
fn near_duplicates_are_counted_together_and_the_commonest_wording_stands_for_them() {
    let wording = "I have asked the carrier where your parcel is and they answer within one working day.";
    let other = "I have asked the carrier where your parcel is and they will answer within one working day.";
    let all = [past("a", wording, "A"), past("b", other, "B"), past("c", wording, "C")];
    let found = mined(&all, 2);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].candidate.text.as_str(), found[0].answers, found[0].customers), (wording, 3, 3));
    assert_eq!(found[0].members, [0, 1, 2]);
}

#[test]
fn a_name_that_only_one_customer_was_told_is_not_shown() {
    let text = "My colleague Amir Saidi calls you about it tomorrow before noon, I promise.";
    assert!(!mined(&[past("a", text, "Léa Bernard")], 2)[0].shown);
    assert!(!mined(&[past("a", text, "Léa Bernard"), past("b", text, "Léa Bernard")], 2)[0].shown);
    assert!(mined(&[past("a", text, "Léa Bernard"), past("b", text, "Omar Khan")], 2)[0].shown);
    let plain = "Your refund has left us and most banks show it within some working days.";
    assert!(mined(&[past("a", plain, "Léa Bernard")], 2)[0].shown);
}

#[test]
fn addresses_links_and_last_names_never_make_a_template() {
    for text in [
        "I have written to lea@example.com with the label for the return of your order.",
        "Here is the way to follow it: https://carrier.example/track and then the button.",
        "Madame Bernard, the parcel will be brought again tomorrow before noon, I promise.",
        "madame BERNARD, the parcel will be brought again tomorrow before noon, I promise.",
        "Please call us on +44 7700 900 318 so that we can agree on a day that suits you.",
        "ok",
    ] {
        assert!(mined(&[past("a", text, "Léa Bernard")], 1).is_empty(), "{text}");
    }
}

#[test]
fn languages_are_never_merged_and_order_does_not_matter() {
    let mut all = vec![
        past("a", "Je demande au transporteur où se trouve votre colis, il répond demain.", "A"),
        past("b", "I am asking the carrier where your parcel is, they answer tomorrow.", "B"),
        past("c", "I am asking the carrier where your parcel is, they answer tomorrow.", "C"),
    ];
    let keys = |all: &[Past<'_>]| mined(all, 2).into_iter().map(|t| t.candidate.key).collect::<Vec<_>>();
    let first = keys(&all);
    assert_eq!(first.len(), 2);
    all.reverse();
    assert_eq!(keys(&all), first);
}
