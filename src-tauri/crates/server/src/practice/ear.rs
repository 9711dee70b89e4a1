//! What a practice customer hears in what an advisor writes: words without case and accents, and patterns of them.

/// A text as its words: lower case, without accents, without punctuation.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    for c in text.chars().flat_map(char::to_lowercase) {
        let before = word.len();
        fold(c, &mut word);
        if word.len() == before && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// Whether a pattern was written: its words one after the other, a `*` at the end of one standing for any ending.
pub(super) fn hears(said: &[String], pattern: &str) -> bool {
    let wanted: Vec<(String, bool)> = pattern
        .split_whitespace()
        .flat_map(|part| {
            let (text, open) = part.strip_suffix('*').map_or((part, false), |stem| (stem, true));
            let mut parts: Vec<_> = words(text).into_iter().map(|word| (word, false)).collect();
            if let Some(last) = parts.last_mut() {
                last.1 = open;
            }
            parts
        })
        .collect();
    !wanted.is_empty()
        && said.windows(wanted.len()).any(|window| {
            window.iter().zip(&wanted).all(
                |(word, (stem, open))| {
                    if *open { word.starts_with(stem.as_str()) } else { word == stem }
                },
            )
        })
}

/// Whether of each group at least one pattern was written.
pub(super) fn hears_all(said: &[String], groups: &[Vec<String>]) -> bool {
    !groups.is_empty() && groups.iter().all(|group| group.iter().any(|pattern| hears(said, pattern)))
}

/// A letter without its accent; nothing for what ends a word. The letters of the two languages of the practice.
fn fold(c: char, word: &mut String) {
    let plain = match c {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' => "a",
        'ç' => "c",
        'è' | 'é' | 'ê' | 'ë' => "e",
        'ì' | 'í' | 'î' | 'ï' => "i",
        'ñ' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' => "o",
        'ù' | 'ú' | 'û' | 'ü' => "u",
        'ý' | 'ÿ' => "y",
        'œ' => "oe",
        'æ' => "ae",
        'ß' => "ss",
        // Accents that stand apart from their letter.
        '\u{300}'..='\u{36f}' => return,
        _ if c.is_alphanumeric() => {
            word.push(c);
            return;
        }
        _ => return,
    };
    word.push_str(plain);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_accents_and_punctuation_do_not_count() {
        assert_eq!(
            words("J’ai ÉTÉ déçu : l’œuvre, 48-2291 !"),
            ["j", "ai", "ete", "decu", "l", "oeuvre", "48", "2291"]
        );
        assert_eq!(words("  …  "), Vec::<String>::new());
    }

    #[test]
    fn a_pattern_is_words_in_order() {
        let said = words("I have opened an inquiry with the carrier.");
        assert!(hears(&said, "carrier"));
        assert!(hears(&said, "opened an inquiry"));
        assert!(hears(&said, "open* an inquir*"));
        assert!(!hears(&said, "inquiry opened"));
        assert!(!hears(&said, "carr"), "a part of a word is not the word");
        assert!(hears(&said, "carr*"));
        assert!(!hears(&said, ""));
    }

    #[test]
    fn accents_in_a_pattern_do_not_count_either() {
        assert!(hears(&words("Vous etes rembourse"), "remboursé"));
        assert!(hears(&words("Vous êtes remboursée"), "rembours*"));
    }

    #[test]
    fn every_group_must_be_heard() {
        let groups = vec![vec!["refund*".to_owned(), "money".to_owned()], vec!["today".to_owned()]];
        assert!(hears_all(&words("Your money goes back today."), &groups));
        assert!(!hears_all(&words("Your money goes back."), &groups));
        assert!(!hears_all(&words("today"), &[]));
    }
}
