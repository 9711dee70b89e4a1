//! The tokens of a message: words without accents and case, and the marks that carry feeling (`!`, `:(`, an emoji).
//! Each knows where it stood, so that what it led to can be shown in the customer's own words.

use std::ops::Range;

/// A token of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// As it is compared: lower case, without accents, digits as `0`.
    pub form: String,
    /// Where it stands in the text, in bytes.
    pub place: Range<usize>,
    /// Whether it is a word and not a mark.
    pub word: bool,
}

/// The tokens of a text. An elided French word (`j'`, `qu'`) is a token of its own, an English clitic (`don't`) is not.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut out = Vec::new();
    let mut chars = text.char_indices().peekable();
    while let Some((start, first)) = chars.next() {
        if first.is_whitespace() {
            continue;
        }
        let mut end = start + first.len_utf8();
        if first.is_alphanumeric() {
            let mut form = String::new();
            push_folded(&mut form, first);
            while let Some(&(at, c)) = chars.peek() {
                if is_apostrophe(c) {
                    let mut after = chars.clone();
                    after.next();
                    let inside = after.peek().is_some_and(|(_, next)| next.is_alphabetic());
                    if !inside {
                        break;
                    }
                    chars.next();
                    if elided(&form) {
                        end = at + c.len_utf8();
                        break;
                    }
                    form.push('\'');
                } else if c.is_alphanumeric() || is_mark_above(c) {
                    chars.next();
                    push_folded(&mut form, c);
                } else {
                    break;
                }
                end = at + c.len_utf8();
            }
            out.push(Token { form, place: start..end, word: true });
            continue;
        }
        // Marks: runs of ASCII punctuation stay together (`:(`, `...`, `?!`), at most three; anything else stands alone.
        let mut form = String::from(if is_apostrophe(first) { '\'' } else { first });
        if first.is_ascii_punctuation() {
            while let Some(&(at, c)) = chars.peek() {
                if !c.is_ascii_punctuation() {
                    break;
                }
                chars.next();
                end = at + 1;
                if form.len() < 3 {
                    form.push(c);
                }
            }
        }
        let telling = !(form.len() == 1 && first.is_ascii_punctuation() && first != '!' && first != '?');
        if telling && !is_joiner(first) {
            out.push(Token { form, place: start..end, word: false });
        }
    }
    out
}

/// A text as it is compared: lower case, without accents, typographic apostrophes made plain; digits stay.
pub fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_apostrophe(c) {
            out.push('\'');
        } else if c.is_ascii_digit() {
            out.push(c);
        } else {
            push_folded(&mut out, c);
        }
    }
    out
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | 'ʼ' | '`' | '´')
}

/// An accent that follows its letter (decomposed text, as some keyboards and macOS send it).
fn is_mark_above(c: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&c)
}

/// Variation selectors and joiners say nothing of their own.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200d}' | '\u{fe0e}' | '\u{fe0f}' | '\u{200b}' | '\u{feff}')
}

fn elided(form: &str) -> bool {
    form.ends_with("qu") || (form.chars().count() == 1 && form != "i")
}

fn push_folded(out: &mut String, c: char) {
    if is_mark_above(c) {
        return;
    }
    if c.is_ascii_digit() {
        out.push('0');
        return;
    }
    for c in c.to_lowercase() {
        let plain = match c {
            'à' | 'â' | 'ä' | 'á' | 'ã' | 'å' => 'a',
            'é' | 'è' | 'ê' | 'ë' => 'e',
            'î' | 'ï' | 'í' | 'ì' => 'i',
            'ô' | 'ö' | 'ó' | 'ò' | 'õ' => 'o',
            'ù' | 'û' | 'ü' | 'ú' => 'u',
            'ÿ' => 'y',
            'ç' => 'c',
            'ñ' => 'n',
            'œ' => {
                out.push_str("oe");
                continue;
            }
            'æ' => {
                out.push_str("ae");
                continue;
            }
            // `İ` in lower case carries one.
            c if is_mark_above(c) => continue,
            other => other,
        };
        out.push(plain);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forms(text: &str) -> Vec<String> {
        tokens(text).into_iter().map(|token| token.form).collect()
    }

    #[test]
    fn accents_case_and_apostrophes_do_not_matter() {
        assert_eq!(forms("J’ai été DÉBITÉ"), ["j", "ai", "ete", "debite"]);
        assert_eq!(forms("j'ai ete debite"), forms("J’ai été DÉBITÉ"));
        assert_eq!(forms("de\u{301}bite\u{301}"), ["debite"]);
        assert_eq!(forms("I don’t know, it's late"), ["i", "don't", "know", "it's", "late"]);
        assert_eq!(forms("jusqu'ici, qu’est-ce"), ["jusqu", "ici", "qu", "est", "ce"]);
    }

    #[test]
    fn marks_that_carry_feeling_are_kept_and_the_rest_is_not() {
        assert_eq!(forms("Really?! :( 48-2291… 😡"), ["really", "?!", ":(", "00", "0000", "…", "😡"]);
    }

    #[test]
    fn a_token_knows_where_it_stood() {
        let text = "L’été, déjà ?";
        let shown: Vec<&str> = tokens(text).into_iter().map(|token| &text[token.place]).collect();
        assert_eq!(shown, ["L’", "été", "déjà", "?"]);
    }
}
