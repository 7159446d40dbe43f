//! Unicode forms and blanks.

use std::borrow::Cow;
use unicode_normalization::{UnicodeNormalization, is_nfc};

/// Canonical composition (NFC): é as one sign, however it was typed.
pub(crate) fn nfc(text: &str) -> String {
    text.nfc().collect()
}

/// As [`nfc`]; nearly every text is composed already and lent as it is.
pub(crate) fn composed(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || is_nfc(text) { Cow::Borrowed(text) } else { Cow::Owned(nfc(text)) }
}

/// Compatibility composition (NFKC): as NFC, and full-width, circled and ligature signs as plain ones.
pub(crate) fn nfkc(text: &str) -> String {
    text.nfkc().collect()
}

/// Full-width letters, digits, signs and blanks (`Ａ１，　`) as half-width ones; everything else stays.
pub(crate) fn half_width(text: &str) -> String {
    let sign = |c: char| match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        '\u{3000}' => ' ',
        '￠' => '¢',
        '￡' => '£',
        '￥' => '¥',
        '￦' => '₩',
        c => c,
    };
    text.chars().map(sign).collect()
}

/// Signs that are not seen: zero-width space, byte order mark, soft hyphen, direction marks. The joiners
/// U+200C and U+200D are part of words and of emoji and do not count.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{00AD}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'
            | '\u{2066}'..='\u{2069}' | '\u{FEFF}'
    )
}

/// Without blanks (every kind Unicode knows) and unseen signs at both ends.
pub(crate) fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || is_invisible(c))
}

/// Runs of blanks as one space, unseen signs taken out, ends trimmed.
pub(crate) fn collapse_spaces(text: &str) -> String {
    let seen: String = text.chars().filter(|&c| !is_invisible(c)).collect();
    let mut words = seen.split_whitespace();
    let mut one = words.next().unwrap_or_default().to_owned();
    for word in words {
        one.push(' ');
        one.push_str(word);
    }
    one
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_and_blanks() {
        assert_eq!(nfc("Mu\u{308}ller"), "Müller");
        assert_eq!(composed("Mu\u{308}ller"), "Müller");
        assert!(matches!(composed("Müller"), Cow::Borrowed(_)));
        assert_eq!(nfkc("ﬁ①Ａ１"), "fi1A1");
        assert_eq!(half_width("Ａ－１２，　王￥é"), "A-12, 王¥é");
        assert_eq!(trim("\u{3000}\u{FEFF} Li Ming\u{200B} "), "Li Ming");
        assert_eq!(collapse_spaces(" Li\u{3000} \tMi\u{200B}ng "), "Li Ming");
        assert_eq!(collapse_spaces("\u{200B} \u{3000}"), "");
        // A family is one emoji, joined by U+200D.
        assert_eq!(collapse_spaces("👨\u{200D}👩\u{200D}👧"), "👨\u{200D}👩\u{200D}👧");
    }
}
