//! Which of our languages a text is written in.

use whatlang::{Detector, Lang};

/// Letters a text needs before its language is believed.
const ENOUGH: usize = 12;

/// `en` or `fr`, when the text is long and clear enough to tell.
pub fn language_of(text: &str) -> Option<&'static str> {
    if text.chars().filter(|c| c.is_alphabetic()).count() < ENOUGH {
        return None;
    }
    let info = Detector::with_allowlist(vec![Lang::Eng, Lang::Fra]).detect(text)?;
    (info.confidence() > 0.2).then_some(match info.lang() {
        Lang::Fra => "fr",
        _ => "en",
    })
}

#[cfg(test)]
mod tests {
    use super::language_of;

    #[test]
    fn french_and_english_are_told_apart_and_short_words_are_not() {
        assert_eq!(language_of("Mon colis est marqué livré mais je ne l'ai jamais reçu"), Some("fr"));
        assert_eq!(language_of("My parcel is marked delivered but I never got it"), Some("en"));
        assert_eq!(language_of("48-2291"), None);
        assert_eq!(language_of("ok merci"), None);
    }
}
