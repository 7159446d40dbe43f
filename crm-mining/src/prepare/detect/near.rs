//! How many signs two words differ in, up to a bound.

/// A word as signs, with a mask of those that occur.
pub(super) struct Word {
    signs: Vec<char>,
    mask: u64,
}

impl Word {
    pub(super) fn new(text: &str) -> Word {
        let signs: Vec<char> = text.chars().collect();
        let mask = signs.iter().fold(0, |mask, &sign| mask | 1 << (u32::from(sign) % 64));
        Word { signs, mask }
    }

    pub(super) fn len(&self) -> usize {
        self.signs.len()
    }

    /// Whether length and signs leave room for a distance of at most `max`: each edit changes at most one sign of
    /// either mask.
    pub(super) fn may_be_near(&self, other: &Word, max: usize) -> bool {
        let apart = (self.mask & !other.mask).count_ones().max((other.mask & !self.mask).count_ones());
        self.signs.len().abs_diff(other.signs.len()) <= max && apart as usize <= max
    }

    /// The Levenshtein distance, if it is at most `max`.
    pub(super) fn distance(&self, other: &Word, max: usize) -> Option<usize> {
        if !self.may_be_near(other, max) {
            return None;
        }
        let (a, b) = (&self.signs, &other.signs);
        let mut row: Vec<usize> = (0..=b.len()).collect();
        for (i, x) in a.iter().enumerate() {
            let mut diagonal = i;
            let mut left = i + 1;
            let mut least = left;
            let mut cells = row.iter_mut();
            if let Some(first) = cells.next() {
                *first = left;
            }
            for (cell, y) in cells.zip(b) {
                let above = *cell;
                left = (diagonal + usize::from(x != y)).min(above + 1).min(left + 1);
                diagonal = above;
                *cell = left;
                least = least.min(left);
            }
            if least > max {
                return None;
            }
        }
        row.last().copied().filter(|&distance| distance <= max)
    }

    /// Whether the words are one and the same but for digits, or one continues the other: two members of a
    /// series (`pn-2`, `pn-3`) or two forms of a word (`hospital`, `hospitals`), not a slip of the pen.
    pub(super) fn is_sibling(&self, other: &Word) -> bool {
        let (a, b) = (&self.signs, &other.signs);
        let same = |(x, y): (&char, &char)| x == y || (x.is_numeric() && y.is_numeric());
        (a.len() == b.len() && a.iter().zip(b).all(same)) || a.starts_with(b) || b.starts_with(a)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        let distance = |a: &str, b: &str, max| Word::new(a).distance(&Word::new(b), max);
        assert_eq!(distance("kitten", "sitting", 3), Some(3));
        assert_eq!(distance("kitten", "sitting", 2), None);
        assert_eq!(distance("", "ab", 2), Some(2));
        assert_eq!(distance("北京市", "北京", 1), Some(1));
        assert_eq!(distance("same", "same", 0), Some(0));
        assert!(Word::new("pn-2").is_sibling(&Word::new("pn-3")));
        assert!(!Word::new("pn-x").is_sibling(&Word::new("pn-3")));
    }
}
