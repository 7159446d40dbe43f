//! Jaro–Winkler similarity of short words, the most frequent question of linking.
#![allow(clippy::indexing_slicing, reason = "positions stay below the lengths, which are at most 64")]

/// Words up to this length have a bit per letter.
pub(super) const LONGEST: usize = 64;

/// The similarity of two words of 1 to 64 letters, as `rapidfuzz` defines it: weight of the common start 0.1, for up
/// to 4 letters, from 0.7 on.
#[inline]
pub(super) fn jaro_winkler<T: Copy + PartialEq>(a: &[T], b: &[T]) -> f64 {
    let window = (a.len().max(b.len()) / 2).saturating_sub(1);
    // Which letters are matched, a bit each.
    let (mut in_a, mut in_b) = (0u64, 0u64);
    for (at, letter) in a.iter().enumerate() {
        let near = at.saturating_sub(window)..(at + window + 1).min(b.len());
        if let Some(other) = near.into_iter().find(|&other| b[other] == *letter && in_b >> other & 1 == 0) {
            in_a |= 1 << at;
            in_b |= 1 << other;
        }
    }
    let matched = in_a.count_ones();
    if matched == 0 {
        return 0.0;
    }
    let mut swapped = 0u32;
    while in_a != 0 {
        let (x, y) = (in_a.trailing_zeros() as usize, in_b.trailing_zeros() as usize);
        swapped += u32::from(a[x] != b[y]);
        (in_a, in_b) = (in_a & (in_a - 1), in_b & (in_b - 1));
    }
    let m = f64::from(matched);
    let jaro = (m / a.len() as f64 + m / b.len() as f64 + (m - f64::from(swapped / 2)) / m) / 3.0;
    if jaro <= 0.7 {
        return jaro;
    }
    let common = a.iter().zip(b).take(4).take_while(|(a, b)| a == b).count();
    jaro + common as f64 * 0.1 * (1.0 - jaro)
}

#[cfg(test)]
mod tests {
    use super::jaro_winkler;
    use crate::math::random::Random;

    #[test]
    fn as_the_library() {
        let mut random = Random::new(3);
        for _ in 0..20_000 {
            let mut word =
                || (0..1 + random.below(12)).map(|_| b"abcde"[random.below(5)]).collect::<Vec<u8>>();
            let (a, b) = (word(), word());
            let theirs = rapidfuzz::distance::jaro_winkler::normalized_similarity(
                a.iter().copied(),
                b.iter().copied(),
            );
            assert!((jaro_winkler(&a, &b) - theirs).abs() < 1e-12, "{a:?} {b:?}");
        }
    }
}
