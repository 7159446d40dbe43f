//! How similar two prepared values are, from 0 to 1, and a bound that is cheap.

use super::Kind;
use super::compare::addresses::Address;
use super::compare::names::Name;
use super::compare::{Why, dates, edit, emails, numbers, phones, strongest, tokens};
use crate::prepare::normalize::is_han;

/// What a value is worth beside another with the same user of an e-mail address.
const SAME_USER: f64 = 0.9;

/// Marks of a value that bound its similarity to another without looking at a letter of it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Shape {
    /// Which letters it has, by 64 marks.
    letters: u64,
    /// Which words it has, by 64 marks; of an e-mail address, what stands before the `@`.
    words: u64,
    first: u32,
    len: u32,
    n_words: u32,
}

impl Shape {
    pub(super) fn of(kind: Kind, value: &str, parts: Option<&Parts>) -> Shape {
        let mut shape = Shape { first: value.chars().next().map_or(0, u32::from), ..Shape::default() };
        for letter in value.chars() {
            shape.letters |= 1 << (u32::from(letter) & 63);
            shape.len = shape.len.saturating_add(1);
        }
        match (kind, parts) {
            (Kind::Email, _) => shape.add_word(tokens::number(emails::parts(value).0.bytes())),
            (_, Some(Parts::Words(words))) => words.iter().for_each(|&word| shape.add_word(word)),
            _ => {}
        }
        shape
    }

    fn add_word(&mut self, word: u64) {
        self.words |= 1 << (word >> 58);
        self.n_words = self.n_words.saturating_add(1);
    }
}

/// What some values are taken apart into, beside their text.
#[derive(Debug, Clone)]
pub(super) enum Parts {
    /// A name of several words, or in Chinese signs.
    Name(Box<Name>),
    /// The words of an address, each by a number, ascending.
    Words(Box<[u64]>),
    /// An address in Chinese signs.
    Address(Box<Address>),
}

impl Parts {
    /// The parts of a value; most need none.
    pub(super) fn of(kind: Kind, value: &str) -> Option<Parts> {
        let han = || value.contains(is_han);
        match kind {
            Kind::Name if value.contains(' ') || han() => Some(Parts::Name(Box::new(Name::new(value)))),
            Kind::Address if han() => Some(Parts::Address(Box::new(Address::new(value)))),
            Kind::Address => Some(Parts::Words(tokens::word_set(value).into_boxed_slice())),
            _ => None,
        }
    }
}

/// A value as it is compared.
#[derive(Debug, Clone, Copy)]
pub(super) struct Compared<'a> {
    pub(super) text: &'a str,
    pub(super) shape: Shape,
    pub(super) parts: Option<&'a Parts>,
}

/// What the similarity of two values cannot exceed.
#[inline]
pub(super) fn at_most(kind: Kind, a: Compared<'_>, b: Compared<'_>) -> f64 {
    match (a.parts, b.parts) {
        (None, None) | (Some(Parts::Words(_)), Some(Parts::Words(_))) => {
            shapes_at_most(kind, a.shape, b.shape)
        }
        _ => 1.0,
    }
}

#[inline]
fn shapes_at_most(kind: Kind, a: Shape, b: Shape) -> f64 {
    let (only_a, only_b) = ((a.letters & !b.letters).count_ones(), (b.letters & !a.letters).count_ones());
    let (short, long) = (f64::from(a.len.min(b.len)), f64::from(a.len.max(b.len)));
    // One edit brings in at most one new letter and takes away at most one.
    let edits = || 1.0 - (long - short).max(f64::from(only_a.max(only_b))) / long.max(1.0);
    match kind {
        Kind::Name => {
            // Letters of one that the other lacks cannot be matched.
            let matched = f64::from((a.len - only_a.min(a.len)).min(b.len - only_b.min(b.len)));
            if matched == 0.0 {
                return 0.0;
            }
            let jaro = (matched / short + matched / long + 1.0) / 3.0;
            if a.first == b.first { jaro + 0.4 * (1.0 - jaro) } else { jaro }
        }
        Kind::Text | Kind::Code => edits(),
        Kind::Date if only_a + only_b == 0 => 1.0,
        Kind::Date => edits(),
        Kind::Phone if only_a == 0 || only_b == 0 => 1.0,
        Kind::Phone => edits(),
        Kind::Email if a.words == b.words => 1.0,
        Kind::Email => edits(),
        Kind::Address => {
            let only = |x: Shape, y: Shape| (x.words & !y.words).count_ones();
            let common = (a.n_words - only(a, b)).min(b.n_words - only(b, a));
            let all = a.n_words + b.n_words - common;
            edits().max(f64::from(common) / f64::from(all.max(1)))
        }
        Kind::Number => 1.0,
        Kind::Exact => 0.0,
    }
}

/// The similarity of two values that differ, and what makes it.
pub(super) fn likeness(kind: Kind, a: Compared<'_>, b: Compared<'_>) -> (f64, Why) {
    let (x, y) = (a.text, b.text);
    let edits = || (edit::damerau_levenshtein(x, y), Why::Spelling);
    match kind {
        Kind::Name => names(a, b),
        Kind::Text | Kind::Code => edits(),
        Kind::Address => addresses(a, b),
        Kind::Date if dates::turned(x, y) => strongest([(dates::TURNED, Why::DayAndMonth), edits()]),
        Kind::Date => edits(),
        Kind::Phone if phones::same_ending(x, y) => {
            strongest([(phones::SAME_ENDING, Why::LastDigits), edits()])
        }
        Kind::Phone => edits(),
        Kind::Email => match (emails::parts(x), emails::parts(y)) {
            ((user, domain), (other, place)) if user == other && !domain.is_empty() && !place.is_empty() => {
                strongest([(SAME_USER, Why::User), edits()])
            }
            _ => edits(),
        },
        Kind::Number => {
            let number = |text: &str| text.parse().unwrap_or(f64::NAN);
            (numbers::similarity(number(x), number(y)), Why::Size)
        }
        Kind::Exact => (0.0, Why::Spelling),
    }
}

/// Single words in letters by Jaro–Winkler; others as names in any order and script.
fn names(a: Compared<'_>, b: Compared<'_>) -> (f64, Why) {
    match (a.parts, b.parts) {
        (Some(Parts::Name(x)), Some(Parts::Name(y))) => x.likeness(y),
        // One word in letters, such as `wangxiaoming` beside 王小明.
        (Some(Parts::Name(x)), None) if x.has_signs() => x.likeness(&Name::new(b.text)),
        (None, Some(Parts::Name(y))) if y.has_signs() => y.likeness(&Name::new(a.text)),
        _ => (edit::jaro_winkler(a.text, b.text), Why::Spelling),
    }
}

fn addresses(a: Compared<'_>, b: Compared<'_>) -> (f64, Why) {
    let edits = (edit::damerau_levenshtein(a.text, b.text), Why::Spelling);
    match (a.parts, b.parts) {
        (Some(Parts::Address(x)), Some(Parts::Address(y))) => (x.similarity(y), Why::Places),
        (Some(Parts::Words(x)), Some(Parts::Words(y))) => {
            strongest([edits, (tokens::jaccard(x, y), Why::Words)])
        }
        _ => edits,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compared<'a>(kind: Kind, text: &'a str, parts: &'a Option<Parts>) -> Compared<'a> {
        Compared { text, shape: Shape::of(kind, text, parts.as_ref()), parts: parts.as_ref() }
    }

    fn alike(kind: Kind, a: &str, b: &str) -> f64 {
        let (parts_a, parts_b) = (Parts::of(kind, a), Parts::of(kind, b));
        let (a, b) = (compared(kind, a, &parts_a), compared(kind, b, &parts_b));
        let found = likeness(kind, a, b).0;
        assert!(found <= at_most(kind, a, b) + 1e-12, "{kind:?} {a:?} {b:?}");
        assert!((found - likeness(kind, b, a).0).abs() < 1e-12, "{kind:?} {a:?} {b:?}");
        found
    }

    #[test]
    fn bounds_hold() {
        let words = [
            "martha",
            "marhta",
            "dixon",
            "dicksonx",
            "a",
            "",
            "jose",
            "josé",
            "abcabc",
            "18 main st",
            "王小明",
            "wang xiaoming",
            "a@b.c",
            "a@c.d",
        ];
        for kind in [Kind::Name, Kind::Text, Kind::Code, Kind::Email, Kind::Address] {
            for (a, b) in words.iter().flat_map(|a| words.iter().map(move |b| (a, b))) {
                if a != b {
                    alike(kind, a, b);
                }
            }
        }
    }

    #[test]
    fn published_values() {
        // Winkler (1990): MARTHA and MARHTA 0.961, DIXON and DICKSONX 0.813.
        assert!((alike(Kind::Name, "martha", "marhta") - 0.9611).abs() < 1e-4);
        assert!((alike(Kind::Name, "dixon", "dicksonx") - 0.8133).abs() < 1e-4);
        assert_eq!(alike(Kind::Date, "19740312", "19741203"), 0.9);
        assert_eq!(alike(Kind::Phone, "2079460958", "442079460958"), 0.95);
        assert_eq!(alike(Kind::Address, "main street 4", "4 main street"), 1.0);
        assert_eq!(alike(Kind::Email, "li.ming@qq.com", "li.ming@163.com"), 0.9);
    }

    #[test]
    fn names_of_two_scripts() {
        assert_eq!(alike(Kind::Name, "王小明", "xiaoming wang"), 0.95);
        assert_eq!(alike(Kind::Name, "王小明", "wangxiaoming"), 0.95);
        assert_eq!(alike(Kind::Name, "王小明", "小明王"), 0.97);
        assert_eq!(alike(Kind::Name, "王小明", "王晓明"), 0.9);
        assert_eq!(alike(Kind::Name, "anna smith", "smith, anna"), 0.97);
        assert!(alike(Kind::Address, "北京市朝阳区建国路88号", "朝阳区建国路88号1202室") > 0.85);
    }
}
