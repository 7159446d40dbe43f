//! How the texts of a column were written, where one rule gives every one of them back.
//!
//! A column of nearly all distinct texts costs far more as codes into them than as numbers or moments. It is
//! held as such only while its texts follow a rule under which a text and its value name each other, so that
//! `2.5` and `2.50` stay two texts.

use super::iso::Iso;
use std::fmt::Write;

/// The rule by which the texts of a typed column were written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Spelling {
    /// None: the values came as numbers or moments.
    #[default]
    None,
    /// Whole numbers as `i64` prints them.
    Whole,
    /// Numbers with this many decimals, at least one: `12.50`.
    Decimals(u8),
    /// Numbers as short as can be. With a `point` whole ones end in `.0`, else they have none.
    Shortest { point: bool },
    /// Moments in one ISO format.
    Moments(Iso),
}

/// Up to here a decimal and the `f64` nearest to it name each other.
const DIGITS: u32 = 15;
const LARGEST: u64 = 10_u64.pow(DIGITS);
const MOST_DECIMALS: u8 = DIGITS as u8;

impl Spelling {
    /// The rule that all these texts follow. They are looked at until none is left that they could.
    pub(crate) fn of<'a>(texts: impl Iterator<Item = &'a str> + Clone) -> Option<Spelling> {
        let first = texts.clone().next()?.as_bytes();
        let follow = |spelling: &Spelling| texts.clone().all(|text| spelling.fits(text.as_bytes()));
        let decimals = first.iter().rev().position(|&byte| byte == b'.').unwrap_or(0);
        let decimals = u8::try_from(decimals).ok().filter(|decimals| (1..=MOST_DECIMALS).contains(decimals));
        let candidates = [
            Some(Spelling::Whole),
            decimals.map(Spelling::Decimals),
            Some(Spelling::Shortest { point: true }),
            Some(Spelling::Shortest { point: false }),
            Iso::of(first).map(Spelling::Moments),
        ];
        candidates.into_iter().flatten().find(follow)
    }

    fn fits(self, text: &[u8]) -> bool {
        match self {
            Spelling::None => false,
            Spelling::Whole => whole(text).is_some(),
            Spelling::Decimals(places) => decimals(text, places).is_some(),
            Spelling::Shortest { point } => shortest(text, point).is_some(),
            Spelling::Moments(iso) => iso.read(text).is_some(),
        }
    }

    /// Writes a whole number or a moment.
    pub(crate) fn write_int(self, value: i64, to: &mut String) {
        match self {
            Spelling::Moments(iso) => iso.write(value, to),
            // Writing to a String cannot fail.
            _ => {
                let _ = write!(to, "{value}");
            }
        }
    }

    /// Writes a number.
    pub(crate) fn write_float(self, value: f64, to: &mut String) {
        match self {
            Spelling::Decimals(places) => write_decimals(value, places, to),
            _ => {
                let start = to.len();
                let _ = write!(to, "{value}");
                let bare = |text: &str| !text.contains('.');
                if self == (Spelling::Shortest { point: true }) && to.get(start..).is_some_and(bare) {
                    to.push_str(".0");
                }
            }
        }
    }
}

/// A whole number in its only spelling: as [`canonical_int`](super::parse::canonical_int).
#[inline]
pub(crate) fn whole(text: &[u8]) -> Option<i64> {
    let (negative, rest) = unsigned(text);
    match rest {
        [b'0'] => (!negative).then_some(0),
        [b'1'..=b'9', ..] if rest.len() <= 18 => {
            let size = digits(rest)? as i64;
            Some(if negative { -size } else { size })
        }
        [b'1'..=b'9', ..] if rest.len() == 19 => std::str::from_utf8(text).ok()?.parse().ok(),
        _ => None,
    }
}

/// A number with this many decimals.
#[inline]
pub(crate) fn decimals(text: &[u8], places: u8) -> Option<f64> {
    let (negative, rest) = unsigned(text);
    let (before, after) = rest.split_at_checked(rest.len().checked_sub(usize::from(places) + 1)?)?;
    let canonical = matches!(before, [b'0'] | [b'1'..=b'9', ..]);
    let (b'.', after) = after.split_first().map(|(point, after)| (*point, after))? else { return None };
    if !canonical || before.len() + after.len() > 18 {
        return None;
    }
    let scale = scale(places);
    let mantissa = digits(before)?.wrapping_mul(scale).wrapping_add(digits(after)?);
    if mantissa >= LARGEST || negative && mantissa == 0 {
        return None;
    }
    // Both are exact, so the quotient is the `f64` nearest to the decimal.
    let size = mantissa as f64 / scale as f64;
    Some(if negative { -size } else { size })
}

/// A number without a needless zero; with a `point`, whole ones end in `.0`, else they have no decimals.
#[inline]
pub(crate) fn shortest(text: &[u8], point: bool) -> Option<f64> {
    let Some(places) = text.iter().rev().position(|&byte| byte == b'.') else {
        let value = if point { None } else { whole(text) };
        return value.filter(|value| value.unsigned_abs() < LARGEST).map(|value| value as f64);
    };
    let needless = text.last() == Some(&b'0') && !(point && places == 1);
    if needless || !(1..=usize::from(MOST_DECIMALS)).contains(&places) {
        return None;
    }
    decimals(text, places as u8)
}

/// Whole numbers as numbers of a column that also holds others, when they are small enough.
pub(crate) fn as_shortest(values: &[i64]) -> Option<Vec<f64>> {
    let small = values.iter().all(|value| value.unsigned_abs() < LARGEST);
    small.then(|| values.iter().map(|&value| value as f64).collect())
}

fn write_decimals(value: f64, places: u8, to: &mut String) {
    let scale = scale(places);
    // The product is off by less than a quarter, as the mantissa has at most 15 digits.
    let mantissa = (value.abs() * scale as f64).round() as u64;
    let sign = if value < 0.0 { "-" } else { "" };
    let (before, after) = (mantissa / scale, mantissa % scale);
    let _ = write!(to, "{sign}{before}.{after:0width$}", width = usize::from(places));
}

#[inline]
fn scale(places: u8) -> u64 {
    10_u64.saturating_pow(u32::from(places))
}

#[inline]
fn unsigned(text: &[u8]) -> (bool, &[u8]) {
    match text {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, text),
    }
}

/// At most 18 digits as a number.
#[inline]
pub(super) fn digits(text: &[u8]) -> Option<u64> {
    let (eights, rest) = text.as_chunks::<8>();
    let mut value = 0_u64;
    for &eight in eights {
        value = value.wrapping_mul(100_000_000).wrapping_add(eight_digits(eight)?);
    }
    for &byte in rest {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value.wrapping_mul(10).wrapping_add(u64::from(digit));
    }
    Some(value)
}

/// Eight digits at once: pairs, then fours, then the whole, each step in all places of one word.
#[inline]
fn eight_digits(text: [u8; 8]) -> Option<u64> {
    const HIGH: u64 = 0xF0F0_F0F0_F0F0_F0F0;
    let word = u64::from_le_bytes(text);
    let carried = word.wrapping_add(0x0606_0606_0606_0606) & HIGH;
    if word & HIGH != 0x3030_3030_3030_3030 || carried != 0x3030_3030_3030_3030 {
        return None;
    }
    let ones = word & 0x0F0F_0F0F_0F0F_0F0F;
    let pairs = (ones.wrapping_mul(10).wrapping_add(ones >> 8)) & 0x00FF_00FF_00FF_00FF;
    let fours = (pairs.wrapping_mul(100).wrapping_add(pairs >> 16)) & 0x0000_FFFF_0000_FFFF;
    Some((fours.wrapping_mul(10_000).wrapping_add(fours >> 32)) & 0xFFFF_FFFF)
}

#[cfg(test)]
mod tests {
    use super::super::parse::{Cell, NumberStyle, canonical_int, number};
    use super::*;

    fn shown_int(spelling: Spelling, value: i64) -> String {
        let mut text = String::new();
        spelling.write_int(value, &mut text);
        text
    }

    fn shown(spelling: Spelling, value: f64) -> String {
        let mut text = String::new();
        spelling.write_float(value, &mut text);
        text
    }

    #[test]
    fn whole_numbers_as_canonical() {
        let edges = "0 -0 00 7 -7 007 +7 - 1e3 12345678 1234567x 123456789 9223372036854775807 1234567/ １２ \
                     9223372036854775808 -9223372036854775808 -9223372036854775809 99999999999999999999 12345:78";
        for text in edges.split(' ').chain([" 1"]) {
            assert_eq!(whole(text.as_bytes()), canonical_int(text), "{text}");
            if let Some(value) = whole(text.as_bytes()) {
                assert_eq!(shown_int(Spelling::Whole, value), text);
            }
        }
    }

    #[test]
    fn every_text_comes_back() {
        let texts = "0.5 12.50 -12.50 -0.50 0.00 -0.00 .5 5. 00.5 1.2.3 1e5 2.0 2 -3 0 -0 -0.0 x - 1,5 10.0 1.10 \
                     999999999999999 1000000000000000 99999999999999.9 999999999999999.9 0.000000000000001 \
                     0.0000000000000001 123456.789012345 0.1 0.30000000000000004 2.675 8.41 0.000001";
        let spellings = (1..=15).map(Spelling::Decimals);
        let spellings = spellings.chain([true, false].map(|point| Spelling::Shortest { point }));
        let mut read = 0;
        for spelling in spellings {
            for text in texts.split(' ') {
                let value = match spelling {
                    Spelling::Decimals(places) => decimals(text.as_bytes(), places),
                    Spelling::Shortest { point } => shortest(text.as_bytes(), point),
                    _ => None,
                };
                let Some(value) = value else { continue };
                assert_eq!(shown(spelling, value), text, "{spelling:?}");
                assert_eq!(number(text, NumberStyle::DecimalPoint), Cell::Value(value), "{text}");
                read += 1;
            }
        }
        assert_eq!(read, 37);
    }

    #[test]
    fn the_rule_of_a_column() {
        let of = |texts: &[&str]| Spelling::of(texts.iter().copied());
        assert_eq!(of(&["1", "-20"]), Some(Spelling::Whole));
        assert_eq!(of(&["1", "02"]), None);
        assert_eq!(of(&["1.50", "2.25"]), Some(Spelling::Decimals(2)));
        assert_eq!(of(&["1.5", "2.25", "3.0"]), Some(Spelling::Shortest { point: true }));
        assert_eq!(of(&["1.5", "2.25", "3"]), Some(Spelling::Shortest { point: false }));
        assert_eq!(of(&["3", "1.5"]), Some(Spelling::Shortest { point: false }));
        assert_eq!(of(&["1.5", "2.50"]), None);
        assert!(matches!(of(&["2024-03-05"]), Some(Spelling::Moments(_))));
        assert_eq!(of(&["2024-03-05", "2024-03-05 10:00"]), None);
        assert_eq!(of(&["a"]), None);
        assert_eq!(of(&[]), None);
    }
}
