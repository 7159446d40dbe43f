//! The shorter text sought in the longer one.
#![allow(
    clippy::indexing_slicing,
    reason = "rows of the table have `words` words, and their numbers are below the alphabet's length"
)]

/// 1 less the fewest edits that turn the shorter text into some part of the longer one, over its length.
///
/// `"sony kdl-40"` is wholly in `"sony kdl-40 lcd tv black"`. An empty text is in none but an empty one.
///
/// Reference: P. H. Sellers (1980), The theory and computation of evolutionary distances; bit-parallel after
/// H. Hyyrö (2003), A bit-vector algorithm for computing Levenshtein and Damerau edit distances.
pub(crate) fn partial(a: &str, b: &str) -> f64 {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    match a.len().cmp(&b.len()) {
        std::cmp::Ordering::Less => within(&a, &b),
        std::cmp::Ordering::Greater => within(&b, &a),
        std::cmp::Ordering::Equal => within(&a, &b).max(within(&b, &a)),
    }
}

fn within(pattern: &[char], text: &[char]) -> f64 {
    if pattern.is_empty() {
        return if text.is_empty() { 1.0 } else { 0.0 };
    }
    1.0 - fewest_edits(pattern, text) as f64 / pattern.len() as f64
}

/// The fewest edits between the pattern and any part of the text.
fn fewest_edits(pattern: &[char], text: &[char]) -> usize {
    let words = pattern.len().div_ceil(64);
    let mut alphabet: Vec<char> = pattern.to_vec();
    alphabet.sort_unstable();
    alphabet.dedup();
    let mut masks = vec![0u64; (alphabet.len() + 1) * words];
    for (at, sign) in pattern.iter().enumerate() {
        let row = alphabet.binary_search(sign).unwrap_or(alphabet.len());
        masks[row * words + at / 64] |= 1 << (at % 64);
    }
    let last = 1u64 << ((pattern.len() - 1) % 64);
    let mut columns = vec![(u64::MAX, 0u64); words];
    let (mut edits, mut fewest) = (pattern.len(), pattern.len());
    for sign in text {
        let row = alphabet.binary_search(sign).unwrap_or(alphabet.len()) * words;
        let (up, down) = advance(&mut columns, &masks[row..row + words], last);
        edits = edits + usize::from(up) - usize::from(down);
        fewest = fewest.min(edits);
    }
    fewest
}

/// One more sign of the text: whether the last row of the table rises or falls.
fn advance(columns: &mut [(u64, u64)], mask: &[u64], last: u64) -> (bool, bool) {
    // The first row of the table is all 0: a match may begin anywhere, so nothing is carried into it.
    let (mut plus, mut minus) = (0u64, 0u64);
    let mut end = (false, false);
    let (top, n) = (1u64 << 63, columns.len());
    for (word, ((vertical_plus, vertical_minus), &matches)) in columns.iter_mut().zip(mask).enumerate() {
        let x = matches | minus;
        let diagonal =
            ((x & *vertical_plus).wrapping_add(*vertical_plus) ^ *vertical_plus) | x | *vertical_minus;
        let horizontal_plus = *vertical_minus | !(diagonal | *vertical_plus);
        let horizontal_minus = diagonal & *vertical_plus;
        let high = if word + 1 == n { last } else { top };
        end = (horizontal_plus & high != 0, horizontal_minus & high != 0);
        let shifted_plus = (horizontal_plus << 1) | plus;
        let shifted_minus = (horizontal_minus << 1) | minus;
        *vertical_plus = shifted_minus | !(diagonal | shifted_plus);
        *vertical_minus = shifted_plus & diagonal;
        (plus, minus) = (u64::from(end.0), u64::from(end.1));
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Sellers' table, row by row.
    fn naive(pattern: &[char], text: &[char]) -> usize {
        let mut column: Vec<usize> = (0..=pattern.len()).collect();
        let mut fewest = pattern.len();
        for sign in text {
            let mut diagonal = column[0];
            for row in 1..column.len() {
                let substitute = diagonal + usize::from(pattern[row - 1] != *sign);
                diagonal = column[row];
                column[row] = substitute.min(column[row] + 1).min(column[row - 1] + 1);
            }
            fewest = fewest.min(column[pattern.len()]);
        }
        fewest
    }

    proptest! {
        #[test]
        fn as_the_plain_table(pattern in "[abc王]{1,200}", text in "[abc小]{0,200}") {
            let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
            prop_assert_eq!(fewest_edits(&pattern, &text), naive(&pattern, &text));
        }
    }

    #[test]
    fn parts() {
        assert_eq!(partial("sony kdl-40", "sony kdl-40 lcd tv"), 1.0);
        assert_eq!(partial("小明", "王小明"), 1.0);
        assert_eq!(partial("abcd", "xxabxd"), 0.75);
        assert_eq!((partial("", ""), partial("", "a")), (1.0, 0.0));
    }
}
