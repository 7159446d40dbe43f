//! The levels of agreement of a pair, packed into one word, and how often each such pattern occurs.
#![allow(
    clippy::indexing_slicing,
    reason = "rows hold a code per field, and codes index the distinct values"
)]

use super::Comparison;
use super::blocks::{Blocks, Piece};
use super::field::Field;
use super::records::Prepared;
use super::similar::{Compared, at_most, likeness};
use crate::data::Text;
use crate::error::Result;
use crate::model::Control;
use hashbrown::HashMap;
use rayon::prelude::*;

/// The level of a missing value.
pub(super) const MISSING: u8 = 0;
/// The level of equal values.
pub(super) const EQUAL: u8 = 1;

/// The level of each comparison, four bits each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Pattern(pub(super) u64);

impl Pattern {
    #[inline]
    pub(super) fn level(self, comparison: usize) -> u8 {
        (self.0 >> (4 * comparison) & 15) as u8
    }

    #[inline]
    pub(super) fn set(&mut self, comparison: usize, level: u8) {
        self.0 |= u64::from(level) << (4 * comparison);
    }

    /// The pattern with only the comparisons of this mask; the others are missing.
    pub(super) fn only(self, comparisons: u16) -> Pattern {
        let mut kept = 0;
        for at in 0..16 {
            if comparisons >> at & 1 == 1 {
                kept |= 15 << (4 * at);
            }
        }
        Pattern(self.0 & kept)
    }
}

/// The level of two values that differ.
#[inline]
pub(super) fn level_of(comparison: &Comparison, a: Compared<'_>, b: Compared<'_>) -> u8 {
    let different = comparison.levels.len() as u8 + 2;
    let Some(&least) = comparison.levels.last() else { return different };
    if at_most(comparison.kind, a, b) < least {
        return different;
    }
    let (similarity, _) = likeness(comparison.kind, a, b);
    let reached = comparison.levels.iter().position(|&level| similarity >= level);
    reached.map_or(different, |at| at as u8 + 2)
}

/// The level of two codes of a field.
#[inline]
pub(super) fn level(comparison: &Comparison, field: &Field, a: u32, b: u32) -> u8 {
    if a == Text::MISSING || b == Text::MISSING {
        MISSING
    } else if a == b {
        EQUAL
    } else {
        level_of(comparison, field.compared(a), field.compared(b))
    }
}

/// The pattern of a pair.
pub(super) fn pattern(comparisons: &[Comparison], prepared: &Prepared, a: u32, b: u32) -> Pattern {
    let (x, y) = (prepared.row(a), prepared.row(b));
    let mut pattern = Pattern::default();
    for (at, comparison) in comparisons.iter().enumerate() {
        pattern.set(at, level(comparison, &prepared.fields[at], x[at], y[at]));
    }
    pattern
}

/// A pattern, the rules that bring its pairs, and how many pairs it has.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Counted {
    pub(super) pattern: Pattern,
    pub(super) brought_by: u16,
    pub(super) pairs: f64,
}

/// The patterns of all pairs, or of a sample of about `most` of them, and the share that was drawn.
pub(super) fn count_patterns(
    comparisons: &[Comparison],
    prepared: &Prepared,
    blocks: &Blocks,
    (most, seed): (usize, u64),
    control: &Control,
) -> Result<(Vec<Counted>, f64)> {
    let share = (most as f64 / blocks.n_meetings().max(1) as f64).min(1.0);
    let limit = (share * u64::MAX as f64) as u64;
    let pieces = blocks.pieces();
    let count_piece = |piece: &Piece| -> Result<HashMap<(Pattern, u16), u64>> {
        control.check("linking: patterns")?;
        let mut counts = HashMap::new();
        blocks.visit(piece, |a, b| {
            if share >= 1.0 || drawn(a, b, seed) <= limit {
                let key = (pattern(comparisons, prepared, a, b), blocks.brought_by(a, b));
                *counts.entry(key).or_insert(0) += 1;
            }
        });
        Ok(counts)
    };
    let counts: Vec<Result<HashMap<(Pattern, u16), u64>>> = pieces.par_iter().map(count_piece).collect();
    let mut all: HashMap<(Pattern, u16), u64> = HashMap::new();
    for counts in counts {
        // Sums of whole numbers: the order of the map does not matter.
        counts?.into_iter().for_each(|(key, n)| *all.entry(key).or_insert(0) += n);
    }
    let mut counted: Vec<Counted> = all
        .into_iter()
        .map(|((pattern, brought_by), n)| Counted { pattern, brought_by, pairs: n as f64 / share })
        .collect();
    counted.sort_unstable_by_key(|counted| (counted.pattern, counted.brought_by));
    Ok((counted, share))
}

/// A number for a pair that looks random and depends on nothing else.
#[inline]
fn drawn(a: u32, b: u32, seed: u64) -> u64 {
    let mut z = (u64::from(a) << 32 | u64::from(b)) ^ seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
