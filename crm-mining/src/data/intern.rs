//! Interning a long column at once, in parallel.

use super::strings::Strings;
use super::text::Text;
use hashbrown::{DefaultHashBuilder, HashTable};
use rayon::prelude::*;
use std::hash::BuildHasher;

/// Rows that one task hashes and deals out.
const CHUNK: usize = 1 << 18;
/// Hash tables, each small enough to stay in a processor's cache.
const PARTS: usize = 64;

/// Codes the values of `n` rows by their distinct texts, in order of first appearance; `None` is missing.
///
/// A table of all distinct values would miss the cache on every row, so rows are dealt out by their hash and
/// each part is coded on its own. The hash is seeded anew each time, and no result depends on it.
pub(crate) fn intern_all<'a>(n: usize, value: impl Fn(usize) -> Option<&'a str> + Sync) -> Text {
    let hasher = DefaultHashBuilder::default();
    let starts: Vec<usize> = (0..n).step_by(CHUNK).collect();
    let dealt: Vec<Vec<Vec<Row>>> =
        starts.par_iter().map(|&start| deal(start..n.min(start + CHUNK), &value, &hasher)).collect();
    let parts: Vec<Part> = (0..PARTS)
        .into_par_iter()
        .map(|part| code(dealt.iter().filter_map(|chunk| chunk.get(part)), &value))
        .collect();

    let mut first_rows: Vec<(u32, u32, u32)> = Vec::new();
    for (number, part) in (0u32..).zip(&parts) {
        first_rows.extend((0u32..).zip(&part.first_rows).map(|(code, &row)| (row, number, code)));
    }
    first_rows.sort_unstable();
    let mut distinct = Strings::default();
    let mut to: Vec<Vec<u32>> = parts.iter().map(|part| vec![0; part.first_rows.len()]).collect();
    for (code, &(row, part, own)) in (0u32..).zip(&first_rows) {
        distinct.push(value(row as usize).unwrap_or_default());
        if let Some(slot) = to.get_mut(part as usize).and_then(|to| to.get_mut(own as usize)) {
            *slot = code;
        }
    }

    let mut codes = vec![Text::MISSING; n];
    codes.par_chunks_mut(CHUNK).enumerate().for_each(|(chunk, codes)| {
        let Some(dealt) = dealt.get(chunk) else { return };
        for ((rows, part), to) in dealt.iter().zip(&parts).zip(&to) {
            let own = part.codes.get(chunk).map(Vec::as_slice).unwrap_or_default();
            for (row, own) in rows.iter().zip(own) {
                if let (Some(slot), Some(&code)) =
                    (codes.get_mut(row.row as usize - chunk * CHUNK), to.get(*own as usize))
                {
                    *slot = code;
                }
            }
        }
    });
    Text::new(codes, distinct)
}

#[derive(Clone, Copy)]
struct Row {
    row: u32,
    /// Low bits of the hash; the high half chose the part.
    hash: u32,
    short: Short,
}

/// The length and first eight bytes of a text: all of a short one, so that most are compared without a look
/// at where they stand, which would miss the cache.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Short {
    begin: u64,
    len: u32,
}

impl Short {
    #[inline]
    fn of(text: &str) -> Short {
        let mut begin = [0; 8];
        for (to, from) in begin.iter_mut().zip(text.as_bytes()) {
            *to = *from;
        }
        Short { begin: u64::from_le_bytes(begin), len: text.len().min(u32::MAX as usize) as u32 }
    }

    fn is_whole(self) -> bool {
        self.len <= 8
    }
}

/// The distinct values of one part, by the first row of each, and the code of each of its rows by chunk.
struct Part {
    first_rows: Vec<u32>,
    codes: Vec<Vec<u32>>,
}

fn deal<'a>(
    rows: std::ops::Range<usize>,
    value: &impl Fn(usize) -> Option<&'a str>,
    hasher: &DefaultHashBuilder,
) -> Vec<Vec<Row>> {
    let mut dealt: Vec<Vec<Row>> = (0..PARTS).map(|_| Vec::with_capacity(rows.len() / PARTS)).collect();
    for row in rows {
        let Some(value) = value(row) else { continue };
        let hash = hasher.hash_one(value.as_bytes());
        if let Some(part) = dealt.get_mut((hash >> 32) as usize % PARTS) {
            part.push(Row { row: row as u32, hash: hash as u32, short: Short::of(value) });
        }
    }
    dealt
}

fn code<'a, 'r>(
    chunks: impl Iterator<Item = &'r Vec<Row>>,
    value: &impl Fn(usize) -> Option<&'a str>,
) -> Part {
    let mut first_rows: Vec<u32> = Vec::new();
    let mut shorts: Vec<Short> = Vec::new();
    let mut table: HashTable<(u32, u32)> = HashTable::new();
    // The table takes its slot from the low bits and its tag from the high ones: spread 32 bits over 64.
    let spread = |hash: u32| u64::from(hash).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let codes = chunks
        .map(|rows| {
            rows.iter()
                .map(|&Row { row, hash, short }| {
                    let same = |&(other, code): &(u32, u32)| {
                        if other != hash || shorts.get(code as usize) != Some(&short) {
                            return false;
                        }
                        let first = first_rows.get(code as usize).copied().unwrap_or(row);
                        short.is_whole() || value(first as usize) == value(row as usize)
                    };
                    if let Some(&(_, code)) = table.find(spread(hash), same) {
                        return code;
                    }
                    let code = first_rows.len() as u32;
                    first_rows.push(row);
                    shorts.push(short);
                    table.insert_unique(spread(hash), (hash, code), |&(hash, _)| spread(hash));
                    code
                })
                .collect()
        })
        .collect();
    Part { first_rows, codes }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_in_order_of_first_appearance() {
        let values: Vec<Option<String>> = (0..700_000u32)
            .map(|i| {
                (i % 13 != 0)
                    .then(|| format!("{}{}", if i % 2 == 0 { "k" } else { "longer key " }, (i / 3) % 5_003))
            })
            .collect();
        let text = intern_all(values.len(), |row| values[row].as_deref());
        for (row, value) in values.iter().enumerate() {
            assert_eq!(text.get(row), value.as_deref());
        }
        let mut highest = 0;
        for &code in text.codes().iter().filter(|&&code| code != Text::MISSING) {
            assert!(code <= highest);
            highest = highest.max(code + 1);
        }
        assert_eq!(text.distinct().len() as u32, highest);
    }
}
