//! Words that say what a sentence is for, in both languages. Kept as plain lists; folded as the words of an index are.

use crate::words::fold;

/// What a sentence is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cue {
    /// The customer wants something.
    Wants,
    /// The customer tells what is wrong.
    Problem,
    /// The customer is content.
    Closes,
    /// The advisor has done something.
    Tried,
    /// The advisor will do something.
    Promised,
    /// The advisor asks for time.
    Waiting,
    /// Nothing but a greeting or thanks.
    Greets,
}

impl Cue {
    fn words(self) -> &'static [&'static str] {
        match self {
            Self::Wants => &[
                "i want",
                "i need",
                "i would like",
                "i'd like",
                "can you",
                "could you",
                "can i",
                "could i",
                "please",
                "i am looking",
                "i'm looking",
                "how do i",
                "where is",
                "when will",
                "when do",
                "why ",
                "i wish",
                "my question",
                "refund me",
                "help me",
                "je veux",
                "je voudrais",
                "j'aimerais",
                "j'ai besoin",
                "pouvez-vous",
                "pourriez-vous",
                "puis-je",
                "est-ce que",
                "je souhaite",
                "ou est",
                "quand ",
                "comment ",
                "pourquoi",
                "merci de ",
                "remboursez",
                "s'il vous plait",
            ],
            Self::Problem => &[
                "not received",
                "never received",
                "did not arrive",
                "didn't arrive",
                "hasn't arrived",
                "has not arrived",
                "still no",
                "still not",
                "broken",
                "damaged",
                "wrong",
                "missing",
                "refused",
                "lost my",
                "stolen",
                "does not work",
                "doesn't work",
                "not working",
                "late",
                "charged twice",
                "cannot",
                "can't",
                "waiting for",
                "pas recu",
                "jamais recu",
                "pas arrive",
                "toujours pas",
                "casse",
                "abime",
                "manque",
                "refuse",
                "perdu",
                "vole",
                "ne marche",
                "ne fonctionne",
                "retard",
                "debite",
                "impossible",
                "j'attends",
            ],
            Self::Closes => &[
                "thank",
                "thanks",
                "perfect",
                "great",
                "that is all",
                "that's all",
                "solved",
                "good to know",
                "all right",
                "alright",
                "perfect",
                "okay then",
                "merci",
                "parfait",
                "super",
                "c'est tout",
                "tres bien",
                "d'accord",
                "entendu",
            ],
            Self::Tried => &[
                "i have ",
                "i've ",
                "we have ",
                "we've ",
                "i checked",
                "i looked",
                "i asked",
                "i sent",
                "i opened",
                "i see that",
                "i can see",
                "has been ",
                "is blocked",
                "was sent",
                "i found",
                "j'ai ",
                "nous avons ",
                "a ete ",
                "est bloquee",
                "je vois ",
                "je constate",
                "est parti",
                "a bien ete",
            ],
            Self::Promised => &[
                "i will ",
                "i'll ",
                "we will ",
                "we'll ",
                "i am going to",
                "i'm going to",
                "you will get",
                "you will receive",
                "you'll get",
                "you'll receive",
                "i am asking",
                "i'm asking",
                "i am opening",
                "i'm opening",
                "i call you",
                "i promise",
                "within ",
                "by tomorrow",
                "as soon as i",
                "je vais ",
                "je vous ecris",
                "je vous rappelle",
                "je vous appelle",
                "nous allons",
                "vous recevrez",
                "vous serez",
                "j'ouvre ",
                "je demande ",
                "je vous tiens",
                "je vous envoie",
                "rappellerons",
                "rappellerai",
                "appellerons",
                "appellerai",
                "vous confirme",
                "je reviens vers",
                "sous ",
            ],
            Self::Waiting => &[
                "one moment",
                "a moment",
                "two minutes",
                "let me check",
                "let me look",
                "i am looking into",
                "i'm looking into",
                "i am checking",
                "give me",
                "bear with",
                "this is ",
                "je regarde",
                "un instant",
                "laissez-moi",
                "je verifie",
                "deux minutes",
                "patientez",
                "je m'en occupe",
                "ici ",
            ],
            Self::Greets => &[
                "hello",
                "hi",
                "good morning",
                "good afternoon",
                "good evening",
                "hey",
                "thank you",
                "thanks",
                "thank you very much",
                "many thanks",
                "bye",
                "goodbye",
                "have a good day",
                "bonjour",
                "bonsoir",
                "salut",
                "merci",
                "merci beaucoup",
                "au revoir",
                "bonne journee",
            ],
        }
    }

    /// Whether one of the cue's words is in a sentence.
    pub(super) fn is_in(self, sentence: &str) -> bool {
        let plain = plain(sentence);
        self.words().iter().any(|word| {
            plain.match_indices(word).any(|(at, _)| {
                let before = plain.get(..at).and_then(|text| text.chars().next_back());
                !before.is_some_and(char::is_alphanumeric)
            })
        })
    }

    /// Whether a sentence is nothing else.
    pub(super) fn is_whole(self, sentence: &str) -> bool {
        let plain = plain(sentence);
        let bare = plain.trim_matches(|c: char| !c.is_alphanumeric());
        self.words().contains(&bare)
    }
}

/// Lower case, without accents, with one kind of apostrophe.
pub(super) fn plain(text: &str) -> String {
    fold(&text.to_lowercase()).replace('’', "'")
}

/// The sentences of a text.
pub(super) fn sentences(text: &str) -> impl Iterator<Item = &str> {
    use unicode_segmentation::UnicodeSegmentation;
    text.unicode_sentences().map(str::trim).filter(|sentence| !sentence.is_empty())
}
