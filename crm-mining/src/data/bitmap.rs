//! One bit per row.

use super::memory::grown;

/// One bit per row, such as which values are present.
///
/// ```
/// use crm_mining::data::Bitmap;
///
/// let present: Bitmap = [true, false, true].into_iter().collect();
/// assert_eq!((present.len(), present.count_ones()), (3, 2));
/// assert!(!present.get(1));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bitmap {
    words: Vec<u64>,
    len: usize,
}

impl Bitmap {
    /// How many bits.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no bit.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The bit at this position; false beyond the end.
    #[inline]
    pub fn get(&self, position: usize) -> bool {
        self.words.get(position / 64).is_some_and(|word| word >> (position % 64) & 1 == 1)
    }

    /// Adds a bit at the end.
    #[inline]
    pub fn push(&mut self, bit: bool) {
        if self.len.is_multiple_of(64) {
            self.words.push(0);
        }
        if let Some(word) = self.words.last_mut() {
            *word |= u64::from(bit) << (self.len % 64);
        }
        self.len += 1;
    }

    /// The bytes it takes with this many more.
    pub(crate) fn bytes_after(&self, more: usize) -> usize {
        grown(&self.words, (self.len + more).div_ceil(64) - self.words.len())
    }

    /// This many bits, all alike.
    pub(crate) fn filled(len: usize, bit: bool) -> Bitmap {
        let mut words = vec![if bit { u64::MAX } else { 0 }; len.div_ceil(64)];
        if let (true, Some(last), rest @ 1..) = (bit, words.last_mut(), len % 64) {
            *last = (1 << rest) - 1;
        }
        Bitmap { words, len }
    }

    /// Sets the bit at this position; beyond the end, nothing.
    #[inline]
    pub(crate) fn set(&mut self, position: usize, bit: bool) {
        if position >= self.len {
            return;
        }
        if let Some(word) = self.words.get_mut(position / 64) {
            let mask = 1 << (position % 64);
            *word = if bit { *word | mask } else { *word & !mask };
        }
    }

    /// How many bits are set.
    pub fn count_ones(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }
}

impl FromIterator<bool> for Bitmap {
    fn from_iter<I: IntoIterator<Item = bool>>(bits: I) -> Self {
        let mut bitmap = Bitmap::default();
        for bit in bits {
            bitmap.push(bit);
        }
        bitmap
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filled_then_more() {
        for len in [0, 1, 63, 64, 65, 130] {
            let mut bits = Bitmap::filled(len, true);
            assert_eq!(bits, (0..len).map(|_| true).collect());
            bits.push(false);
            assert_eq!((bits.len(), bits.count_ones(), bits.get(len)), (len + 1, len, false));
        }
    }
}
