//! Words as they are compared: lower case, without accents, by their stem, without those that say nothing.

use std::{collections::HashSet, sync::LazyLock};

use rust_stemmers::{Algorithm, Stemmer};
use unicode_segmentation::UnicodeSegmentation;

/// Words that every text has.
const SILENT: &[&str] = &[
    // English
    "a", "about", "after", "again", "all", "also", "am", "an", "and", "any", "are", "as", "at", "be", "been",
    "but", "by", "can", "could", "did", "do", "does", "for", "from", "get", "got", "had", "has", "have",
    "hello", "her", "here", "hi", "him", "his", "how", "i", "if", "in", "is", "it", "its", "just", "like",
    "me", "my", "no", "not", "now", "of", "on", "one", "or", "our", "out", "please", "she", "so", "some",
    "still", "than", "thank", "thanks", "that", "the", "their", "them", "then", "there", "these", "they",
    "this", "to", "up", "us", "very", "was", "we", "were", "what", "when", "where", "which", "who", "why",
    "will", "with", "would", "yes", "you", "your", "dear", "good", "want", "know", "need",
    // French
    "ai", "alors", "après", "au", "aussi", "avec", "avez", "avoir", "avons", "bien", "bonjour", "bonsoir",
    "c", "ce", "cela", "ces", "cet", "cette", "chez", "comme", "d", "dans", "de", "depuis", "des", "donc",
    "du", "elle", "en", "encore", "es", "est", "et", "été", "être", "eu", "fait", "ils", "il", "j", "je",
    "l", "la", "le", "les", "leur", "lui", "m", "ma", "mais", "me", "merci", "mes", "moi", "mon", "n", "ne",
    "non", "nos", "notre", "nous", "on", "ont", "ou", "où", "oui", "par", "pas", "plus", "pour", "pourquoi",
    "puis", "qu", "quand", "que", "quel", "quelle", "qui", "s", "sa", "sans", "se", "ses", "si", "son",
    "sont", "suis", "sur", "t", "ta", "te", "tes", "toi", "ton", "tous", "tout", "très", "tu", "un", "une",
    "va", "vais", "veux", "voudrais", "vos", "votre", "vous", "y", "svp", "plait",
];

/// The same, to look up: a large index asks some ten million times.
static SILENT_SET: LazyLock<HashSet<&'static str>> = LazyLock::new(|| SILENT.iter().copied().collect());

/// A word of a text: as it was written, and as it is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    pub(crate) written: String,
    pub(crate) stem: String,
}

/// The telling words of a text.
pub(crate) fn words(text: &str, language: &str) -> Vec<Word> {
    let stemmer = Stemmer::create(if language == "fr" { Algorithm::French } else { Algorithm::English });
    text.unicode_words()
        .flat_map(|word| word.split(['\'', '’']))
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .filter(|word| !SILENT_SET.contains(word.as_str()))
        .map(|word| Word { stem: fold(&stemmer.stem(&word)), written: word })
        .filter(|word| word.stem.chars().count() > 1)
        .collect()
}

/// Without the accents of French.
pub(crate) fn fold(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            'à' | 'â' | 'ä' => 'a',
            'é' | 'è' | 'ê' | 'ë' => 'e',
            'î' | 'ï' => 'i',
            'ô' | 'ö' => 'o',
            'ù' | 'û' | 'ü' => 'u',
            'ç' => 'c',
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn what_says_nothing_is_left_out_and_forms_of_a_word_are_one() {
        let stems = |text, language| words(text, language).into_iter().map(|w| w.stem).collect::<Vec<_>>();
        assert_eq!(stems("I would like to return the parcels", "en"), stems("returned parcel", "en"));
        assert_eq!(stems("Mes colis livrés", "fr"), stems("le colis livré", "fr"));
    }
}
