//! How often each level of agreement comes by chance: over all pairs, exactly where that is cheap.
#![allow(clippy::indexing_slicing, reason = "rows hold a code per field, and levels stay below their count")]

use super::Comparison;
use super::pattern::{EQUAL, level};
use super::records::Prepared;
use crate::error::Result;
use crate::math::random::Random;
use crate::model::Control;
use rayon::prelude::*;

/// Pairs per piece of the sample.
const PIECE: usize = 1 << 14;

/// Of one comparison: the share of each level among all pairs where both values are there, matches included.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Chance {
    pub(super) share: Vec<f64>,
    /// Pairs behind the shares of equality and of the other levels.
    pub(super) pairs: (f64, f64),
}

/// The shares of every comparison. Equality is counted exactly from the frequencies of the values; the other
/// levels from all pairs when there are at most `most`, else from `most` pairs drawn at random.
pub(super) fn by_chance(
    comparisons: &[Comparison],
    prepared: &Prepared,
    (most, seed): (usize, u64),
    control: &Control,
) -> Result<Vec<Chance>> {
    let counts = match prepared.n_pairs() <= most as f64 {
        true => count_all(comparisons, prepared, control)?,
        false => count_drawn(comparisons, prepared, (most, seed), control)?,
    };
    Ok(counts.into_iter().enumerate().map(|(at, counts)| chance(prepared, at, &counts)).collect())
}

/// The shares of a comparison from the counts of its levels in a sample.
fn chance(prepared: &Prepared, comparison: usize, counts: &[u64]) -> Chance {
    let (equal, present) = equal_pairs(prepared, comparison);
    let share_equal = if present > 0.0 { equal / present } else { 0.0 };
    let unequal: u64 = counts.iter().skip(usize::from(EQUAL) + 1).sum();
    let share = |(level, &count): (usize, &u64)| match level {
        0 => 0.0,
        1 => share_equal,
        _ => (1.0 - share_equal) * count as f64 / unequal.max(1) as f64,
    };
    let share = counts.iter().enumerate().map(share).collect();
    Chance { share, pairs: (present, unequal as f64) }
}

/// Among all pairs: those whose values are equal, and those where both are there.
fn equal_pairs(prepared: &Prepared, comparison: usize) -> (f64, f64) {
    let field = &prepared.fields[comparison];
    let total = |counts: &[u32]| counts.iter().map(|&n| f64::from(n)).sum::<f64>();
    match prepared.border {
        Some(border) => {
            let (left, right) = (field.counts(0..border), field.counts(border..prepared.n_rows));
            let equal = left.iter().zip(&right).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum();
            (equal, total(&left) * total(&right))
        }
        None => {
            let counts = field.counts(0..prepared.n_rows);
            let pairs = |n: f64| n * (n - 1.0).max(0.0) / 2.0;
            (counts.iter().map(|&n| pairs(f64::from(n))).sum(), pairs(total(&counts)))
        }
    }
}

type Counts = Vec<Vec<u64>>;

fn no_counts(comparisons: &[Comparison]) -> Counts {
    comparisons.iter().map(|comparison| vec![0; comparison.n_levels()]).collect()
}

fn add_pair(counts: &mut Counts, comparisons: &[Comparison], prepared: &Prepared, a: u32, b: u32) {
    let (x, y) = (prepared.row(a), prepared.row(b));
    for (at, comparison) in comparisons.iter().enumerate() {
        counts[at][usize::from(level(comparison, &prepared.fields[at], x[at], y[at]))] += 1;
    }
}

fn total(comparisons: &[Comparison], pieces: Vec<Result<Counts>>) -> Result<Counts> {
    let mut total = no_counts(comparisons);
    for piece in pieces {
        for (total, piece) in total.iter_mut().flatten().zip(piece?.into_iter().flatten()) {
            *total += piece;
        }
    }
    Ok(total)
}

fn count_all(comparisons: &[Comparison], prepared: &Prepared, control: &Control) -> Result<Counts> {
    let n = prepared.n_rows as u32;
    let (starts, right) = match prepared.border {
        Some(border) => (border as u32, border as u32),
        None => (n, 0),
    };
    let pieces = (0..starts).into_par_iter().chunks(64).map(|rows| {
        control.check("linking: chance")?;
        let mut counts = no_counts(comparisons);
        for a in rows {
            for b in (a + 1).max(right)..n {
                add_pair(&mut counts, comparisons, prepared, a, b);
            }
        }
        Ok(counts)
    });
    total(comparisons, pieces.collect())
}

fn count_drawn(
    comparisons: &[Comparison],
    prepared: &Prepared,
    (most, seed): (usize, u64),
    control: &Control,
) -> Result<Counts> {
    let n = prepared.n_rows;
    let pieces = (0..most.div_ceil(PIECE)).into_par_iter().map(|piece| {
        control.check("linking: chance")?;
        let mut random = Random::for_part(seed, piece as u64);
        let mut counts = no_counts(comparisons);
        for _ in 0..PIECE {
            let (a, b) = match prepared.border {
                Some(border) => (random.below(border), border + random.below(n - border)),
                None => {
                    let (a, b) = (random.below(n), random.below(n - 1));
                    (a, if b >= a { b + 1 } else { b })
                }
            };
            add_pair(&mut counts, comparisons, prepared, a as u32, b as u32);
        }
        Ok(counts)
    });
    total(comparisons, pieces.collect())
}
