//! Equal values get equal codes, many values at a time.
//!
//! The table of a column of many distinct values misses the processor's cache at almost every value. So a
//! batch is hashed first, then all its slots are read with nothing waiting on the outcome, which overlaps the
//! misses, and only then is each value looked up.

#![allow(
    clippy::indexing_slicing,
    reason = "slots are a power of two, and every place is cut to their number"
)]

use super::strings::Strings;
use super::text::Text;
use hashbrown::DefaultHashBuilder;
use std::hash::{BuildHasher, Hasher};
use std::hint::black_box;

/// Values hashed before the first is looked up.
const BATCH: usize = 512;

/// Texts by their codes, in order of first appearance. The hash is seeded anew for each, and no result depends
/// on it.
#[derive(Debug, Default)]
pub(crate) struct Distinct {
    strings: Strings,
    slots: Slots,
    hasher: DefaultHashBuilder,
    hashes: Vec<u32>,
}

impl Distinct {
    /// Adds the code of each value; that of an empty one is [`Text::MISSING`].
    pub(crate) fn code_all(&mut self, values: &[&str], codes: &mut Vec<u32>) {
        codes.reserve(values.len());
        for batch in values.chunks(BATCH) {
            self.hashes.clear();
            self.hashes.extend(batch.iter().map(|value| {
                let mut hasher = self.hasher.build_hasher();
                hasher.write(value.as_bytes());
                (hasher.finish() >> 32) as u32
            }));
            self.slots.make_room(batch.len());
            self.slots.touch(&self.hashes);
            let hashes = std::mem::take(&mut self.hashes);
            self.code_hashed(batch, &hashes, codes);
            self.hashes = hashes;
        }
    }

    fn code_hashed(&mut self, batch: &[&str], hashes: &[u32], codes: &mut Vec<u32>) {
        // Orders, dates and customers often repeat from row to row: no need to look them up again.
        let mut last = ("", 0, Text::MISSING);
        for (&value, &hash) in batch.iter().zip(hashes) {
            if hash != last.1 || !same(value, last.0) {
                let code = if value.is_empty() { Text::MISSING } else { self.code(value, hash) };
                last = (value, hash, code);
            }
            codes.push(last.2);
        }
    }

    #[inline]
    fn code(&mut self, value: &str, hash: u32) -> u32 {
        let (strings, next) = (&self.strings, self.strings.len() as u32);
        let is = |code: u32| strings.get(code as usize).is_some_and(|other| same(other, value));
        let code = self.slots.find_or_insert(hash, next, is);
        if code == next {
            self.strings.push(value);
        }
        code
    }

    /// The bytes they take if so many more values of so many bytes of text were all new.
    pub(crate) fn bytes_after(&self, values: usize, text: usize) -> usize {
        self.strings.bytes_after(values, text)
            + self.slots.size_after(values) * size_of::<Slot>()
            + self.hashes.capacity() * size_of::<u32>()
    }

    /// How many.
    pub(crate) fn len(&self) -> usize {
        self.strings.len()
    }

    /// The texts by their codes.
    pub(crate) fn strings(&self) -> &Strings {
        &self.strings
    }

    /// The texts by their codes.
    pub(crate) fn into_strings(self) -> Strings {
        self.strings
    }
}

/// Whether two texts are equal. Most are short: a call to compare them would take longer than comparing.
#[inline]
fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    match (a.first_chunk::<8>(), b.first_chunk::<8>(), a.last_chunk::<8>(), b.last_chunk::<8>()) {
        (Some(a0), Some(b0), Some(a1), Some(b1)) => a0 == b0 && a1 == b1 && (a.len() <= 16 || a == b),
        _ => a.iter().zip(b).all(|(a, b)| a == b),
    }
}

/// Gives equal integers equal codes, in order of first appearance: the code of each ([`Text::MISSING`] for
/// `None`), and the distinct ones.
pub(crate) fn code_integers(values: impl ExactSizeIterator<Item = Option<i64>>) -> (Vec<u32>, Vec<i64>) {
    let hasher = DefaultHashBuilder::default();
    let (mut slots, mut distinct) = (Slots::default(), Vec::new());
    let mut codes = Vec::with_capacity(values.len());
    let (mut batch, mut hashes) = (Vec::with_capacity(BATCH), Vec::with_capacity(BATCH));
    let mut values = values.peekable();
    while values.peek().is_some() {
        batch.clear();
        batch.extend(values.by_ref().take(BATCH));
        hashes.clear();
        let hash = |value: &Option<i64>| (hasher.hash_one(value.unwrap_or_default()) >> 32) as u32;
        hashes.extend(batch.iter().map(hash));
        slots.make_room(batch.len());
        slots.touch(&hashes);
        for (&value, &hash) in batch.iter().zip(&hashes) {
            let Some(value) = value else {
                codes.push(Text::MISSING);
                continue;
            };
            let next = distinct.len() as u32;
            let code = slots.find_or_insert(hash, next, |code| distinct.get(code as usize) == Some(&value));
            if code == next {
                distinct.push(value);
            }
            codes.push(code);
        }
    }
    (codes, distinct)
}

/// Codes by the hash of what they stand for. The place is the hash's upper bits, so that growing goes through
/// both tables from end to end.
#[derive(Debug, Default)]
struct Slots {
    slots: Vec<Slot>,
    /// Codes held.
    len: usize,
    /// By how many bits a hash is shifted to give its place.
    shift: u32,
}

#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    hash: u32,
    /// One more than the code; 0 is free.
    after: u32,
}

impl Slots {
    /// Makes sure that this many more fit with a quarter of the slots left free.
    fn make_room(&mut self, more: usize) {
        let size = self.size_after(more);
        if size > self.slots.len() {
            self.grow(size);
        }
    }

    /// How many slots there are once so many more fit.
    fn size_after(&self, more: usize) -> usize {
        let needed = (self.len + more) / 3 * 4 + 4;
        self.slots.len().max(needed.next_power_of_two())
    }

    #[cold]
    fn grow(&mut self, size: usize) {
        // Beyond 2³² slots, which a table of fewer rows than that never needs, hashes would tell no more.
        let bits = size.trailing_zeros().clamp(1, 32);
        let old = std::mem::replace(&mut self.slots, vec![Slot::default(); 1 << bits]);
        self.shift = 32 - bits;
        for slot in old.into_iter().filter(|slot| slot.after != 0) {
            let mut place = self.place(slot.hash);
            while self.slots[place].after != 0 {
                place = self.next(place);
            }
            self.slots[place] = slot;
        }
    }

    /// Reads the slot of each hash.
    fn touch(&self, hashes: &[u32]) {
        let seen = hashes.iter().fold(0, |seen, &hash| seen | self.slots[self.place(hash)].after);
        black_box(seen);
    }

    /// The code of what has this hash and for which `is` holds; `next`, then held, when there is none.
    #[inline]
    fn find_or_insert(&mut self, hash: u32, next: u32, is: impl Fn(u32) -> bool) -> u32 {
        let mut place = self.place(hash);
        loop {
            let slot = self.slots[place];
            if slot.after == 0 {
                self.slots[place] = Slot { hash, after: next.wrapping_add(1) };
                self.len += 1;
                return next;
            }
            if slot.hash == hash && is(slot.after - 1) {
                return slot.after - 1;
            }
            place = self.next(place);
        }
    }

    #[inline]
    fn place(&self, hash: u32) -> usize {
        (u64::from(hash) >> self.shift) as usize & (self.slots.len().wrapping_sub(1))
    }

    #[inline]
    fn next(&self, place: usize) -> usize {
        place.wrapping_add(1) & (self.slots.len().wrapping_sub(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_in_order_of_first_appearance() {
        let text = |i: usize| match i % 7 {
            0 => String::new(),
            1 => format!("{}", i % 11),
            2 => "x".repeat(i % 40),
            _ => format!("customer {} of {}", i / 3 % 9_001, i % 2),
        };
        let values: Vec<String> = (0..200_000).map(text).collect();
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        for piece in [1, 511, 200_000] {
            let (mut distinct, mut codes) = (Distinct::default(), Vec::new());
            values.chunks(piece).for_each(|piece| distinct.code_all(piece, &mut codes));
            let mut highest = 0;
            for (&value, &code) in values.iter().zip(&codes) {
                if value.is_empty() {
                    assert_eq!(code, Text::MISSING);
                    continue;
                }
                assert_eq!(distinct.strings().get(code as usize), Some(value));
                assert!(code <= highest);
                highest = highest.max(code + 1);
            }
            assert_eq!(distinct.len() as u32, highest);
        }
    }

    #[test]
    fn integers_alike() {
        let value = |i: i64| (i % 5 != 0).then_some(i * i % 10_007 - 300);
        let values: Vec<Option<i64>> = (0..100_000).map(value).collect();
        let (codes, distinct) = code_integers(values.iter().copied());
        for (&value, &code) in values.iter().zip(&codes) {
            assert_eq!(distinct.get(code as usize).copied(), value);
        }
        let mut unique = distinct.clone();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(unique.len(), distinct.len());
    }
}
