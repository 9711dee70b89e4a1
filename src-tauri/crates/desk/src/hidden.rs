//! Characters that hide themselves or turn what stands around them.

/// Whether a character hides itself or changes the direction of what follows.
pub(crate) fn hides(c: char) -> bool {
    matches!(c,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{061c}'
        | '\u{200b}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{00ad}' | '\u{180e}'
        | '\u{e0000}'..='\u{e007f}')
}
