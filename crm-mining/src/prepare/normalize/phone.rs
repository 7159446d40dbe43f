//! Telephone numbers.

use super::unicode::{half_width, is_invisible, trim};
use serde::{Deserialize, Serialize};

/// The calling code of a country, such as 86.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CountryCode(pub(crate) u16);

/// Calling codes of two digits; 1 and 7 have one, all others three.
const TWO_DIGITS: [u16; 43] = [
    20, 27, 30, 31, 32, 33, 34, 36, 39, 40, 41, 43, 44, 45, 46, 47, 48, 49, 51, 52, 53, 54, 55, 56, 57, 58,
    60, 61, 62, 63, 64, 65, 66, 81, 82, 84, 86, 90, 91, 92, 93, 94, 95,
];

/// The number as E.164 writes it (`+8613812345678`); `None` when it is none. Without a country code it belongs
/// to `home`. Numbers of China (86) and North America (1) are checked against their numbering plans, others
/// by length. Extensions are refused: E.164 has no place for them.
pub(crate) fn phone(text: &str, home: CountryCode) -> Option<String> {
    let text = half_width(trim(text));
    let text = text.strip_prefix("tel:").unwrap_or(&text);
    let international = text.starts_with('+');
    // +44 (0)20 …: the trunk prefix is shown for callers at home.
    let text = if international { text.replace("(0)", "") } else { text.to_owned() };
    let mut digits = String::new();
    for c in text.strip_prefix('+').unwrap_or(&text).chars() {
        match c {
            '0'..='9' => digits.push(c),
            ' ' | '-' | '(' | ')' | '.' | '/' | '‐' | '‑' | '–' | '—' => {}
            c if c.is_whitespace() || is_invisible(c) => {}
            _ => return None,
        }
    }
    let abroad = if international { Some(digits.as_str()) } else { digits.strip_prefix("00") };
    let (country, national) = match abroad {
        Some(digits) => split(digits)?,
        None => (home.0, at_home(&digits, home.0)),
    };
    let national = trunk_off(national, country);
    fits(national, country).then(|| format!("+{country}{national}"))
}

/// Country code and the rest.
fn split(digits: &str) -> Option<(u16, &str)> {
    let length = match digits.get(..2)?.parse::<u16>().ok()? {
        0..10 => return None,
        10..20 | 70..80 => 1,
        two if TWO_DIGITS.contains(&two) || two == 98 => 2,
        _ => 3,
    };
    Some((digits.get(..length)?.parse().ok()?, digits.get(length..)?))
}

/// A number without + may still carry the code of its own country: 86 138 1234 5678.
fn at_home(digits: &str, country: u16) -> &str {
    match digits.strip_prefix(&country.to_string()) {
        Some(rest)
            if !fits(trunk_off(digits, country), country) && fits(trunk_off(rest, country), country) =>
        {
            rest
        }
        _ => digits,
    }
}

/// Without the 0 that is dialled at home only; Italy keeps it.
fn trunk_off(national: &str, country: u16) -> &str {
    if country == 39 { national } else { national.strip_prefix('0').unwrap_or(national) }
}

fn fits(national: &str, country: u16) -> bool {
    let digit = |at: usize| national.as_bytes().get(at).copied().unwrap_or_default();
    let n = national.len();
    match country {
        86 => is_chinese(national),
        1 => n == 10 && digit(0) >= b'2' && digit(3) >= b'2',
        _ => {
            let code = country.to_string().len();
            (4..=15 - code.min(4)).contains(&n) && (digit(0) != b'0' || country == 39)
        }
    }
}

/// A mobile (1[3-9] and nine digits), a service number (400, 800), or an area code and seven or eight digits.
fn is_chinese(national: &str) -> bool {
    let digit = |at: usize| national.as_bytes().get(at).copied().unwrap_or_default();
    let local = |from: usize| {
        (7..=8).contains(&national.len().saturating_sub(from)) && (b'2'..=b'8').contains(&digit(from))
    };
    match (digit(0), digit(1)) {
        (b'1', b'3'..=b'9') => national.len() == 11,
        (b'1', b'0') | (b'2', b'0'..=b'9') => local(2),
        (b'4' | b'8', b'0') if digit(2) == b'0' => national.len() == 10,
        (b'3'..=b'9', _) => local(3),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_china() {
        for (text, expected) in [
            ("138 1234 5678", Some("+8613812345678")),
            ("+86-138-1234-5678", Some("+8613812345678")),
            ("0086 13812345678", Some("+8613812345678")),
            ("8613812345678", Some("+8613812345678")),
            ("１３８１２３４５６７８", Some("+8613812345678")),
            ("(010) 6552-9988", Some("+861065529988")),
            ("+86 (0)21 6552 9988", Some("+862165529988")),
            ("0755-26008000", Some("+8675526008000")),
            ("400-810-8888", Some("+864008108888")),
            ("12812345678", None),
            ("1381234567", None),
            ("13812345678 转 801", None),
            ("010-1234567", None),
            ("110", None),
            ("", None),
            ("+", None),
        ] {
            assert_eq!(phone(text, CountryCode(86)).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn numbers_of_others() {
        for (text, home, expected) in [
            ("+44 (0)20 7946 0958", 86, Some("+442079460958")),
            ("020 7946 0958", 44, Some("+442079460958")),
            ("(212) 555-0123", 1, Some("+12125550123")),
            ("1-212-555-0123", 1, Some("+12125550123")),
            ("+1 112 555 0123", 1, None),
            ("+39 06 6982", 86, Some("+39066982")),
            ("+852 2123 4567", 86, Some("+85221234567")),
            ("+98 21 1234 5678", 86, Some("+982112345678")),
            ("+1234567890123456", 86, None),
            ("+0123456", 86, None),
        ] {
            assert_eq!(phone(text, CountryCode(home)).as_deref(), expected, "{text}");
        }
    }
}
