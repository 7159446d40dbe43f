//! Texts made fit for a screen: no control signs, no change of direction, a known width.

/// The text with every sign that would act on the screen instead of standing on it written as its code point.
pub(super) fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if acts(c) {
            shown.push_str(&format!("[U+{:04X}]", u32::from(c)));
        } else {
            shown.push(c);
        }
    }
    shown
}

/// Control signs, marks of direction, signs without width, line separators, private and unassigned specials.
fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// Columns of a terminal that a text takes: two for East Asian wide signs, none for combining ones.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(sign_width).sum()
}

fn sign_width(c: char) -> usize {
    match u32::from(c) {
        0x20..=0x7e => 1,
        0x300..=0x36f
        | 0x483..=0x489
        | 0x591..=0x5bd
        | 0x610..=0x61a
        | 0x64b..=0x65f
        | 0x1ab0..=0x1aff
        | 0x20d0..=0x20ff
        | 0xfe00..=0xfe0f
        | 0xfe20..=0xfe2f => 0,
        0x1100..=0x115f
        | 0x2e80..=0x303e
        | 0x3041..=0xa4cf
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f
        | 0xff00..=0xff60
        | 0xffe0..=0xffe6
        | 0x1f300..=0x1faff
        | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}

/// The text cut, or filled up with blanks, to exactly this width.
pub(super) fn fitted(text: &str, to: usize) -> String {
    let text = visible(text);
    let (mut cut, mut used) = (String::new(), 0);
    let whole = width(&text);
    let room = if whole > to { to.saturating_sub(1) } else { to };
    for c in text.chars() {
        let wide = sign_width(c);
        if used + wide > room {
            break;
        }
        cut.push(c);
        used += wide;
    }
    if whole > to && to > 0 {
        cut.push('…');
        used += 1;
    }
    cut.extend(std::iter::repeat_n(' ', to.saturating_sub(used)));
    cut
}

/// The text as it may stand between tags and in attributes of HTML.
pub(super) fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for c in visible(text).chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            c => html.push(c),
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths() {
        assert_eq!(fitted("王小明", 5), "王小…");
        assert_eq!(fitted("王小明", 4), "王… ");
        assert_eq!(fitted("ab", 4), "ab  ");
        assert_eq!(fitted("a\nb", 12), "a[U+000A]b  ");
    }

    #[test]
    fn nothing_acts() {
        assert_eq!(visible("a\u{202e}b\u{0}"), "a[U+202E]b[U+0000]");
        assert_eq!(escaped("</script>'\"&"), "&lt;/script&gt;&#39;&quot;&amp;");
    }
}
