//! Signs that mean the same in numbers and dates, as one.

/// Full-width forms, blanks of all widths, and the typographic minus and apostrophe as their ASCII signs.
pub(super) fn fold(sign: char) -> char {
    match sign {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(sign as u32 - 0xFEE0).unwrap_or(sign),
        '\u{3000}' | '\u{00A0}' | '\u{2007}' | '\u{2009}' | '\u{202F}' | '\t' => ' ',
        '\u{2212}' => '-',
        '\u{2019}' => '\'',
        '\u{FFE5}' => '¥',
        '\u{FFE1}' => '£',
        _ => sign,
    }
}
