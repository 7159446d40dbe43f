//! Texts as sets of words.

use super::edit::jaro_winkler;
use crate::prepare::normalize::is_han;

/// The words of a text: runs of letters and digits in small letters; each Chinese sign is one.
pub(crate) fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    for sign in text.chars() {
        let han = is_han(sign);
        if (han || !sign.is_alphanumeric()) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if han {
            words.push(sign.to_string());
        } else if sign.is_alphanumeric() {
            word.extend(sign.to_lowercase());
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// The different words of a text, each by a number, ascending.
pub(crate) fn word_set(text: &str) -> Vec<u64> {
    set(words(text).iter().map(|word| number(word.bytes())))
}

/// The different runs of `length` signs, each by a number, ascending; a shorter text is one run.
pub(crate) fn gram_set(text: &str, length: usize) -> Vec<u64> {
    let signs: Vec<char> = text.chars().collect();
    if signs.is_empty() {
        return Vec::new();
    }
    let length = length.clamp(1, signs.len());
    set(signs.windows(length).map(|run| number(run.iter().flat_map(|&sign| u32::from(sign).to_le_bytes()))))
}

pub(crate) fn set(numbers: impl Iterator<Item = u64>) -> Vec<u64> {
    let mut numbers: Vec<u64> = numbers.collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// FNV-1a, with a last mixing.
pub(crate) fn number(bytes: impl Iterator<Item = u8>) -> u64 {
    let hash = bytes.fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3_u64)
    });
    (hash ^ (hash >> 32)).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// How many numbers two ascending lists share.
pub(crate) fn shared(a: &[u64], b: &[u64]) -> usize {
    let (mut a, mut b) = (a.iter().peekable(), b.iter().peekable());
    let mut shared = 0;
    while let (Some(x), Some(y)) = (a.peek(), b.peek()) {
        match x.cmp(y) {
            std::cmp::Ordering::Less => _ = a.next(),
            std::cmp::Ordering::Greater => _ = b.next(),
            std::cmp::Ordering::Equal => {
                shared += 1;
                _ = (a.next(), b.next());
            }
        }
    }
    shared
}

/// What two sets share over what they hold together; 1 when both are empty.
pub(crate) fn jaccard(a: &[u64], b: &[u64]) -> f64 {
    let shared = shared(a, b);
    let union = a.len() + b.len() - shared;
    if union == 0 { 1.0 } else { shared as f64 / union as f64 }
}

/// What two sets share over the smaller of them; 1 when both are empty, 0 when one is.
pub(crate) fn overlap(a: &[u64], b: &[u64]) -> f64 {
    match (a.len().min(b.len()), a.len().max(b.len())) {
        (0, 0) => 1.0,
        (0, _) => 0.0,
        (smaller, _) => shared(a, b) as f64 / smaller as f64,
    }
}

/// Each word beside its best counterpart by Jaro–Winkler: the mean over the words of either text, and of
/// both. Order does not count. Reference: A. Monge, C. Elkan (1996), The field matching problem.
pub(crate) fn monge_elkan<S: AsRef<str>>(a: &[S], b: &[S]) -> f64 {
    if a.is_empty() || b.is_empty() {
        return if a.is_empty() && b.is_empty() { 1.0 } else { 0.0 };
    }
    let best = |word: &S, others: &[S]| {
        others.iter().map(|other| jaro_winkler(word.as_ref(), other.as_ref())).fold(0.0, f64::max)
    };
    let mean = |a: &[S], b: &[S]| a.iter().map(|word| best(word, b)).sum::<f64>() / a.len() as f64;
    f64::midpoint(mean(a, b), mean(b, a))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_two_scripts() {
        assert_eq!(words("Sony KDL-40, 王小A明"), ["sony", "kdl", "40", "王", "小", "a", "明"]);
        assert!(words(" - ").is_empty());
    }

    #[test]
    fn shares() {
        let (a, b) = (word_set("a b c"), word_set("c d b b"));
        assert_eq!((jaccard(&a, &b), overlap(&a, &b)), (0.5, 2.0 / 3.0));
        assert_eq!((jaccard(&[], &[]), overlap(&[], &a)), (1.0, 0.0));
        assert_eq!(gram_set("abcabc", 3).len(), 3);
        assert_eq!(gram_set("ab", 3).len(), 1);
        assert_eq!(monge_elkan(&["wang", "xiaoming"], &["xiaoming", "wang"]), 1.0);
    }
}
