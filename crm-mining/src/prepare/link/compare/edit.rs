//! Similarities that count edits.

use super::jaro;
use rapidfuzz::distance::{jaro_winkler as winkler, levenshtein as plain, osa};

/// 1 less the edit distance of Levenshtein over the length of the longer text.
pub(crate) fn levenshtein(a: &str, b: &str) -> f64 {
    if both_ascii(a, b) {
        plain::normalized_similarity(a.bytes(), b.bytes())
    } else {
        plain::normalized_similarity(a.chars(), b.chars())
    }
}

/// As [`levenshtein`], two neighboring signs swapped counting as one edit (optimal string alignment).
pub(crate) fn damerau_levenshtein(a: &str, b: &str) -> f64 {
    if both_ascii(a, b) {
        osa::normalized_similarity(a.bytes(), b.bytes())
    } else {
        osa::normalized_similarity(a.chars(), b.chars())
    }
}

/// Jaro's similarity, raised for a common start of up to four signs (weight 0.1, from 0.7 on).
pub(crate) fn jaro_winkler(a: &str, b: &str) -> f64 {
    match both_ascii(a, b) {
        true if is_short(a.len(), b.len()) => jaro::jaro_winkler(a.as_bytes(), b.as_bytes()),
        true => winkler::similarity(a.bytes(), b.bytes()),
        false => winkler::similarity(a.chars(), b.chars()),
    }
}

/// As [`jaro_winkler`], of texts already taken apart into signs.
pub(crate) fn jaro_winkler_of_signs(a: &[char], b: &[char]) -> f64 {
    if is_short(a.len(), b.len()) {
        jaro::jaro_winkler(a, b)
    } else {
        winkler::similarity(a.iter().copied(), b.iter().copied())
    }
}

fn is_short(a: usize, b: usize) -> bool {
    a.min(b) >= 1 && a.max(b) <= jaro::LONGEST
}

fn both_ascii(a: &str, b: &str) -> bool {
    a.is_ascii() && b.is_ascii()
}
