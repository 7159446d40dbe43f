//! How similar two prepared values are, from 0 to 1, and a bound that is cheap.

use super::Kind;
use rapidfuzz::distance::{jaro_winkler, osa};

/// Most words of a value that are compared one by one.
const MOST_WORDS: usize = 24;

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
    pub(super) fn of(kind: Kind, value: &str) -> Shape {
        let mut shape = Shape { first: value.chars().next().map_or(0, u32::from), ..Shape::default() };
        for letter in value.chars() {
            shape.letters |= 1 << (u32::from(letter) & 63);
            shape.len = shape.len.saturating_add(1);
        }
        match kind {
            Kind::Email => shape.add_word(value.split('@').next().unwrap_or_default()),
            Kind::Address => value.split(' ').for_each(|word| shape.add_word(word)),
            _ => {}
        }
        shape
    }

    fn add_word(&mut self, word: &str) {
        let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        let hash = word.bytes().fold(0xcbf2_9ce4_8422_2325, mix);
        self.words |= 1 << (hash >> 58);
        self.n_words = self.n_words.saturating_add(1);
    }
}

/// What the similarity of two values of these shapes cannot exceed.
#[inline]
pub(super) fn at_most(kind: Kind, a: Shape, b: Shape) -> f64 {
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

/// The similarity of two values that differ.
pub(super) fn similarity(kind: Kind, a: &str, b: &str) -> f64 {
    match kind {
        Kind::Name => match (a.is_ascii(), b.is_ascii()) {
            (true, true) if (1..=64).contains(&a.len().min(b.len())) && a.len().max(b.len()) <= 64 => {
                super::jaro::jaro_winkler(a.as_bytes(), b.as_bytes())
            }
            (true, true) => jaro_winkler::normalized_similarity(a.bytes(), b.bytes()),
            _ => jaro_winkler::normalized_similarity(a.chars(), b.chars()),
        },
        Kind::Text | Kind::Code => edits(a, b),
        Kind::Address => edits(a, b).max(shared_words(a, b)),
        Kind::Date => edits(a, b).max(day_and_month_swapped(a, b)),
        Kind::Phone => edits(a, b).max(same_ending(a, b)),
        Kind::Email => edits(a, b).max(same_user(a, b)),
        Kind::Number => relative(a, b),
        Kind::Exact => 0.0,
    }
}

/// 1 less the edits (insertion, deletion, substitution, neighbors exchanged) by the longer length.
fn edits(a: &str, b: &str) -> f64 {
    match (a.is_ascii(), b.is_ascii()) {
        (true, true) => osa::normalized_similarity(a.bytes(), b.bytes()),
        _ => osa::normalized_similarity(a.chars(), b.chars()),
    }
}

/// The words in common against all words (Jaccard); a word that comes twice counts twice.
fn shared_words(a: &str, b: &str) -> f64 {
    let (mut words, mut n) = ([""; MOST_WORDS], 0);
    for (slot, word) in words.iter_mut().zip(a.split(' ')) {
        *slot = word;
        n += 1;
    }
    let (mut common, mut others) = (0, 0);
    for word in b.split(' ').take(MOST_WORDS) {
        others += 1;
        // A word is shared once; no word is empty, so an empty slot is one taken.
        if let Some(slot) = words.iter_mut().find(|slot| **slot == word && !word.is_empty()) {
            *slot = "";
            common += 1;
        }
    }
    f64::from(common) / f64::from((n + others - common).max(1))
}

fn day_and_month_swapped(a: &str, b: &str) -> f64 {
    let parts = |date: &[u8]| match date {
        [y1, y2, y3, y4, m1, m2, d1, d2] => Some(([*y1, *y2, *y3, *y4], [*m1, *m2], [*d1, *d2])),
        _ => None,
    };
    match (parts(a.as_bytes()), parts(b.as_bytes())) {
        (Some((year, month, day)), Some((other, m, d))) if (year, month, day) == (other, d, m) => 0.9,
        _ => 0.0,
    }
}

/// Numbers with and without the code of the country end alike.
fn same_ending(a: &str, b: &str) -> f64 {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if short.len() >= 7 && long.ends_with(short) { 0.95 } else { 0.0 }
}

fn same_user(a: &str, b: &str) -> f64 {
    match (a.split_once('@'), b.split_once('@')) {
        (Some((a, _)), Some((b, _))) if a == b => 0.9,
        _ => 0.0,
    }
}

fn relative(a: &str, b: &str) -> f64 {
    match (a.parse::<f64>(), b.parse::<f64>()) {
        (Ok(a), Ok(b)) if a.is_finite() && b.is_finite() => {
            let size = a.abs().max(b.abs());
            if size == 0.0 { 1.0 } else { (1.0 - (a / size - b / size).abs()).max(0.0) }
        }
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_hold() {
        let words =
            ["martha", "marhta", "dixon", "dicksonx", "a", "", "jose", "josé", "abcabc", "18 main st"];
        for kind in [Kind::Name, Kind::Text, Kind::Code, Kind::Email, Kind::Address] {
            for (a, b) in words.iter().flat_map(|a| words.iter().map(move |b| (a, b))) {
                if a != b {
                    let bound = at_most(kind, Shape::of(kind, a), Shape::of(kind, b));
                    assert!(similarity(kind, a, b) <= bound + 1e-12, "{kind:?} {a} {b}");
                }
            }
        }
    }

    #[test]
    fn published_values() {
        // Winkler (1990): MARTHA and MARHTA 0.961, DIXON and DICKSONX 0.813.
        assert!((similarity(Kind::Name, "martha", "marhta") - 0.9611).abs() < 1e-4);
        assert!((similarity(Kind::Name, "dixon", "dicksonx") - 0.8133).abs() < 1e-4);
        assert_eq!(similarity(Kind::Date, "19740312", "19741203"), 0.9);
        assert_eq!(similarity(Kind::Phone, "13812345678", "8613812345678"), 0.95);
        assert_eq!(similarity(Kind::Address, "main street 4", "4 main street"), 1.0);
    }
}
