//! Where the signs that shape a CSV file stand, found 64 bytes at a time.

/// Goes through the delimiters, quotes and line ends of a text.
pub(super) struct Marks<'a> {
    text: &'a [u8],
    delimiter: u8,
    base: usize,
    /// The marks not yet given, of the 64 bytes at `base`.
    bits: u64,
}

impl<'a> Marks<'a> {
    pub(super) fn new(text: &'a [u8], delimiter: u8) -> Marks<'a> {
        let mut marks = Marks { text, delimiter, base: 0, bits: 0 };
        marks.seek(0);
        marks
    }

    /// The next mark.
    #[inline]
    pub(super) fn next(&mut self) -> Option<usize> {
        while self.bits == 0 {
            let base = self.base + 64;
            if base >= self.text.len() {
                return None;
            }
            self.base = base;
            self.bits = self.load();
        }
        let mark = self.base + self.bits.trailing_zeros() as usize;
        self.bits &= self.bits.wrapping_sub(1);
        Some(mark)
    }

    /// Goes on at this position.
    pub(super) fn seek(&mut self, position: usize) {
        self.base = position - position % 64;
        self.bits = self.load() & (u64::MAX << (position % 64));
    }

    #[inline]
    fn load(&self) -> u64 {
        let rest = self.text.get(self.base..).unwrap_or_default();
        match rest.first_chunk::<64>() {
            Some(bytes) => bits(bytes, self.delimiter),
            None => {
                // Zero is no mark.
                let mut bytes = [0; 64];
                bytes.iter_mut().zip(rest).for_each(|(to, &from)| *to = from);
                bits(&bytes, self.delimiter)
            }
        }
    }
}

/// One bit per byte that is a mark. The first loop becomes vector instructions; the second packs eight
/// truth values into eight bits by one multiplication.
#[inline]
fn bits(bytes: &[u8; 64], delimiter: u8) -> u64 {
    let mut hits = [0_u8; 64];
    for (hit, &byte) in hits.iter_mut().zip(bytes) {
        let end = u8::from(byte == b'\n') | u8::from(byte == b'\r');
        *hit = u8::from(byte == delimiter) | u8::from(byte == b'"') | end;
    }
    let mut packed = [0_u8; 8];
    for (to, eight) in packed.iter_mut().zip(hits.as_chunks::<8>().0) {
        *to = (u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56) as u8;
    }
    u64::from_le_bytes(packed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mark_once() {
        let text: Vec<u8> = (0..1000_u32).map(|i| b"ab,c\"d\ne\rf;\0"[(i * i % 12) as usize]).collect();
        for from in [0, 1, 63, 64, 65, 999, 1000] {
            let mut marks = Marks::new(&text, b',');
            marks.seek(from);
            let found: Vec<usize> = std::iter::from_fn(|| marks.next()).collect();
            let expected: Vec<usize> =
                (from..text.len()).filter(|&i| b",\"\n\r".contains(&text[i])).collect();
            assert_eq!(found, expected, "from {from}");
        }
        assert_eq!(Marks::new(b"", b',').next(), None);
    }
}
