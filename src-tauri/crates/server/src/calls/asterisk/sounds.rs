//! What Asterisk plays for each tune. Without settings it makes the tones itself, so that nothing has to be installed there.

use serde::Deserialize;

use crate::calls::port::Tune;

/// What stands for a caller's place.
const PLACE: &str = "{place}";
/// Begins a tone, which Asterisk never ends by itself.
const TONE: &str = "tone:";
/// How what Asterisk can play begins.
const KINDS: [&str; 6] = ["sound:", "recording:", "number:", "digits:", "characters:", TONE];

/// One thing to play, or several one after the other.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub(super) enum Media {
    One(String),
    Several(Vec<String>),
}

/// What is played for each tune. What is not there is a tone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sounds {
    welcome: Option<Media>,
    consent: Option<Media>,
    position: Option<Media>,
    call_back: Option<Media>,
    closed: Option<Media>,
    speak: Option<Media>,
    goodbye: Option<Media>,
    /// A class of music on hold.
    wait: Option<String>,
}

/// What is played for a tune.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Played {
    /// Music on hold, of a class or of Asterisk's choice.
    Music(Option<String>),
    /// These, and then they are over.
    Once(Vec<String>),
    /// A tone, which has to be ended when the tune is over.
    Tone(String),
}

impl Sounds {
    /// What cannot be meant, in a sentence.
    pub(super) fn check(&self) -> Result<(), String> {
        let named = [
            ("welcome", &self.welcome),
            ("consent", &self.consent),
            ("position", &self.position),
            ("call_back", &self.call_back),
            ("closed", &self.closed),
            ("speak", &self.speak),
            ("goodbye", &self.goodbye),
        ];
        for (name, media) in named {
            let Some(media) = media else { continue };
            let media = media.all();
            if media.is_empty() || !media.iter().all(|one| KINDS.iter().any(|kind| one.starts_with(kind))) {
                return Err(format!(
                    "sounds.{name} must be what Asterisk can play, as \"sound:hello-world\"."
                ));
            }
            if media.len() > 1 && media.iter().any(|one| one.starts_with(TONE)) {
                return Err(format!("sounds.{name}: a tone never ends by itself, so it has to stand alone."));
            }
        }
        Ok(())
    }

    pub(super) fn of(&self, tune: Tune) -> Played {
        let own = match tune {
            Tune::Wait => return Played::Music(self.wait.clone()),
            Tune::Welcome => &self.welcome,
            Tune::Consent => &self.consent,
            Tune::Position(_) => &self.position,
            Tune::CallBack => &self.call_back,
            Tune::Closed => &self.closed,
            Tune::Speak => &self.speak,
            Tune::Goodbye => &self.goodbye,
        };
        let Some(own) = own else { return Played::Tone(format!("{TONE}{}", notes(tune))) };
        let place = if let Tune::Position(place) = tune { place } else { 0 };
        let all: Vec<_> = own.all().iter().map(|one| one.replace(PLACE, &place.to_string())).collect();
        match all.as_slice() {
            [tone] if tone.starts_with(TONE) => Played::Tone(tone.clone()),
            _ => Played::Once(all),
        }
    }
}

impl Media {
    fn all(&self) -> &[String] {
        match self {
            Media::One(one) => std::slice::from_ref(one),
            Media::Several(several) => several,
        }
    }
}

/// The notes of a tune, in Asterisk's words: `!` once, Hz, `/`, ms. As long as [`Tune::ms`] says.
fn notes(tune: Tune) -> String {
    let notes = match tune {
        Tune::Wait => "",
        Tune::Welcome => "!523/400,!659/400,!784/400,!1047/400",
        Tune::Consent => "!880/300,!0/200,!880/300,!0/200",
        Tune::Position(place) => return vec!["!660/150,!0/150"; place.into()].join(","),
        Tune::CallBack => "!880/300,!0/150,!1175/300,!0/150",
        Tune::Closed => "!784/300,!587/300,!494/300,!392/500,!0/200",
        Tune::Speak => "!1000/400",
        Tune::Goodbye => "!392/300,!587/300,!784/500,!0/500",
    };
    notes.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tones_are_as_long_as_their_tunes() {
        for tune in [
            Tune::Welcome,
            Tune::Consent,
            Tune::Position(1),
            Tune::Position(Tune::LAST_POSITION),
            Tune::CallBack,
            Tune::Closed,
            Tune::Speak,
            Tune::Goodbye,
        ] {
            let Played::Tone(tone) = Sounds::default().of(tune) else { panic!("{tune:?} is a tone") };
            let ms: i64 =
                tone.split(',').map(|note| note.rsplit_once('/').unwrap().1.parse::<i64>().unwrap()).sum();
            assert_eq!(ms, tune.ms(), "{tune:?}");
        }
    }

    #[test]
    fn a_place_is_told_in_words_where_there_are_any() {
        let sounds: Sounds =
            toml::from_str(r#"position = ["sound:queue-thereare", "number:{place}"]"#).unwrap();
        sounds.check().unwrap();
        let words = vec!["sound:queue-thereare".to_owned(), "number:3".to_owned()];
        assert_eq!(sounds.of(Tune::Position(3)), Played::Once(words));
        let mixed: Sounds = toml::from_str(r#"speak = ["sound:x", "tone:ring"]"#).unwrap();
        assert!(mixed.check().unwrap_err().contains("stand alone"));
    }
}
