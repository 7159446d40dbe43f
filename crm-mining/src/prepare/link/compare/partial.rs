//! The shorter text sought in the longer one.
#![allow(
    clippy::indexing_slicing,
    reason = "rows are handed out by the constructor, which makes the table as large"
)]

/// 1 less the fewest edits that turn the shorter text into some part of the longer one, over its length.
///
/// `"sony kdl-40"` is wholly in `"sony kdl-40 lcd tv black"`. An empty text is in none but an empty one.
///
/// Reference: P. H. Sellers (1980), The theory and computation of evolutionary distances; bit-parallel after
/// H. Hyyrö (2003), A bit-vector algorithm for computing Levenshtein and Damerau edit distances.
pub(crate) fn partial(a: &str, b: &str) -> f64 {
    let (a_len, b_len) = (a.chars().count(), b.chars().count());
    match a_len.cmp(&b_len) {
        std::cmp::Ordering::Less => within(a, a_len, b),
        std::cmp::Ordering::Greater => within(b, b_len, a),
        std::cmp::Ordering::Equal => within(a, a_len, b).max(within(b, b_len, a)),
    }
}

fn within(pattern: &str, length: usize, text: &str) -> f64 {
    if length == 0 {
        return if text.is_empty() { 1.0 } else { 0.0 };
    }
    1.0 - fewest_edits(pattern, length, text) as f64 / length as f64
}

/// Where each sign stands in a pattern: a row of bits per sign, the first row for signs that do not.
struct Places {
    words: usize,
    ascii: [u32; 128],
    others: Vec<char>,
    bits: Vec<u64>,
}

impl Places {
    fn of(pattern: &str, length: usize) -> Places {
        let words = length.div_ceil(64);
        let mut others: Vec<char> = pattern.chars().filter(|sign| !sign.is_ascii()).collect();
        others.sort_unstable();
        others.dedup();
        // Rows of other signs come first after the empty one, in their order.
        let mut rows = others.len() + 1;
        let mut places = Places { words, ascii: [0; 128], others, bits: Vec::new() };
        for byte in pattern.bytes().filter(u8::is_ascii) {
            if places.ascii[usize::from(byte)] == 0 {
                places.ascii[usize::from(byte)] = rows as u32;
                rows += 1;
            }
        }
        places.bits = vec![0; rows * words];
        for (at, sign) in pattern.chars().enumerate() {
            let row = places.row(sign);
            places.bits[row * words + at / 64] |= 1 << (at % 64);
        }
        places
    }

    #[inline]
    fn row(&self, sign: char) -> usize {
        match self.ascii.get(sign as usize) {
            Some(&row) => row as usize,
            None => self.others.binary_search(&sign).map_or(0, |at| at + 1),
        }
    }

    #[inline]
    fn bits(&self, sign: char) -> &[u64] {
        let start = self.row(sign) * self.words;
        &self.bits[start..start + self.words]
    }
}

/// The fewest edits between the pattern and any part of the text.
fn fewest_edits(pattern: &str, length: usize, text: &str) -> usize {
    let places = Places::of(pattern, length);
    let last = 1u64 << ((length - 1) % 64);
    let mut columns = vec![(u64::MAX, 0u64); places.words];
    let (mut edits, mut fewest) = (length, length);
    for sign in text.chars() {
        let (up, down) = advance(&mut columns, places.bits(sign), last);
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
            let signs = |text: &str| text.chars().collect::<Vec<_>>();
            let (expected, length) = (naive(&signs(&pattern), &signs(&text)), signs(&pattern).len());
            prop_assert_eq!(fewest_edits(&pattern, length, &text), expected);
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
