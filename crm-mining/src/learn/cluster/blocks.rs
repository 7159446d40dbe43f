//! Points laid column by column within fixed blocks of rows: the form that distance kernels walk.

#![allow(
    clippy::indexing_slicing,
    reason = "a block of r rows and w columns holds r · w values by construction, and a point w of them"
)]

use crate::data::Features;
use crate::error::{ErrorKind, Result};
use hashbrown::HashSet;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// Rows of one block. Work is split and summed by blocks, so results do not depend on the threads.
pub(super) const BLOCK: usize = 512;

/// Squares of larger values, summed, could leave the range of `f64`.
pub(super) const LARGEST: f64 = 1e140;

/// A shift per column and one scale for all: distances keep their proportions, and neither overflow nor
/// vanish. The scale is a power of two, so scaling does not round.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Frame {
    pub(super) offset: Vec<f64>,
    pub(super) scale: f64,
}

impl Frame {
    /// Moves the mean of every column near 0 and brings the largest value near 1. The shift is a multiple of
    /// the inverse scale, few digits long, so that short decimals come back as they were.
    pub(super) fn centered(of: &'static str, features: &Features) -> Result<Frame> {
        Ok(Frame::around(&Columns::bounded(of, features)?, features.n_rows()))
    }

    /// The same, but leaves features as they are when centering would gain less than a digit, so that they
    /// need not be copied; and the size of the largest value in the frame.
    pub(super) fn near(of: &'static str, features: &Features) -> Result<(Frame, f64)> {
        let columns = Columns::bounded(of, features)?;
        let (largest, spread) = columns.size_and_spread();
        if (1e-9..1e9).contains(&spread) && largest <= 4.0 * spread {
            return Ok((Frame { offset: vec![0.0; features.n_features()], scale: 1.0 }, largest));
        }
        let frame = Frame::around(&columns, features.n_rows());
        let ends = frame.bring(&columns.low).chain(frame.bring(&columns.high));
        let largest = ends.fold(0.0, |largest: f64, end| largest.max(end.abs()));
        Ok((frame, largest))
    }

    fn around(columns: &Columns, n_rows: usize) -> Frame {
        let means: Vec<f64> = columns.sums.iter().map(|sum| sum / n_rows.max(1) as f64).collect();
        let reach = columns.low.iter().zip(&columns.high).zip(&means);
        // No value of a column is farther from its mean than the ends.
        let largest = reach.map(|((low, high), mean)| (mean - low).abs().max((high - mean).abs()));
        let size = largest.filter(|size| size.is_finite()).fold(0.0, f64::max);
        let scale = power_of_two_below_inverse(size);
        let short = |mean: f64| Some((mean * scale).round() / scale).filter(|short| short.is_finite());
        Frame { offset: means.into_iter().map(|mean| short(mean).unwrap_or(mean)).collect(), scale }
    }

    /// One row in this frame.
    fn bring(&self, row: &[f64]) -> impl Iterator<Item = f64> {
        row.iter().zip(&self.offset).map(|(x, offset)| (x - offset) * self.scale)
    }

    /// Whether it leaves points as they are.
    pub(super) fn is_plain(&self) -> bool {
        self.scale == 1.0 && self.offset.iter().all(|&offset| offset == 0.0)
    }

    /// The features in this frame.
    pub(super) fn apply(&self, of: &'static str, features: &Features) -> Result<Blocks> {
        let width = features.n_features();
        let mut values = vec![0.0; features.values().len()];
        let largest = values
            .par_chunks_mut(BLOCK * width)
            .zip(features.values().par_chunks(BLOCK * width))
            .map(|(to, from)| self.lay(from, to))
            .reduce(|| 0.0, f64::max);
        if largest >= LARGEST {
            bounded(of, &values)?;
        }
        Ok(Blocks { width, n_rows: features.n_rows(), values })
    }

    /// One block of rows, brought into this frame and laid column by column; the size of the largest value.
    fn lay(&self, from: &[f64], to: &mut [f64]) -> f64 {
        let width = self.offset.len();
        let rows = from.len() / width;
        // Eight rows at once fill one line of the cache in each column.
        for (group, from) in from.chunks(8 * width).enumerate() {
            let lanes = from.len() / width;
            for (column, offset) in self.offset.iter().enumerate() {
                let start = column * rows + group * 8;
                for (lane, to) in to[start..start + lanes].iter_mut().enumerate() {
                    *to = (from[lane * width + column] - offset) * self.scale;
                }
            }
        }
        to.iter().fold(0.0, |largest, value| if value.abs() > largest { value.abs() } else { largest })
    }

    /// Whether a saved frame can be used for features of this number.
    pub(super) fn is_sound(&self, width: usize) -> bool {
        let scales = self.scale.is_normal() && self.scale > 0.0;
        scales && self.offset.len() == width && self.offset.iter().all(|offset| offset.abs() < LARGEST)
    }

    /// Whether distances between these points of the frame stay in range.
    pub(super) fn holds(&self, points: &[f64]) -> bool {
        points.iter().all(|value| value.abs() < LARGEST)
            && self.restore(points).iter().all(|value| value.is_finite())
    }

    /// Points of this frame in the units of the features.
    pub(super) fn restore(&self, points: &[f64]) -> Vec<f64> {
        points.iter().zip(self.offset.iter().cycle()).map(|(x, offset)| x / self.scale + offset).collect()
    }
}

pub(super) fn bounded(of: &'static str, values: &[f64]) -> Result<()> {
    match values.iter().find(|value| value.is_nan() || value.abs() >= LARGEST) {
        Some(&got) => Err(ErrorKind::Overflow { of, got, limit: LARGEST }.into()),
        None => Ok(()),
    }
}

/// 2⁻ᵉ for a size between 2ᵉ and 2ᵉ⁺¹.
pub(super) fn power_of_two_below_inverse(size: f64) -> f64 {
    let biased = size.to_bits() >> 52;
    if size == 0.0 { 1.0 } else { f64::from_bits((2046 - biased.min(2045)) << 52) }
}

/// Sum, smallest and largest value of every column.
struct Columns {
    sums: Vec<f64>,
    low: Vec<f64>,
    high: Vec<f64>,
}

impl Columns {
    /// Those of all rows, refused if squares could leave the range.
    fn bounded(of: &'static str, features: &Features) -> Result<Columns> {
        let width = features.n_features();
        let columns = features
            .values()
            .par_chunks(BLOCK * width)
            .map(|block| Columns::of(block, width))
            .collect::<Vec<_>>()
            .into_iter()
            .fold(Columns::none(width), Columns::and);
        if columns.low.iter().chain(&columns.high).any(|value| value.abs() >= LARGEST) {
            bounded(of, features.values())?;
        }
        Ok(columns)
    }

    /// The size of the largest value, and the distance between the ends of the widest column.
    fn size_and_spread(&self) -> (f64, f64) {
        let ends = self.low.iter().zip(&self.high);
        ends.fold((0.0, 0.0), |(size, spread), (low, high)| {
            (f64::max(size, low.abs().max(high.abs())), f64::max(spread, high - low))
        })
    }

    fn none(width: usize) -> Columns {
        Columns {
            sums: vec![0.0; width],
            low: vec![f64::INFINITY; width],
            high: vec![f64::NEG_INFINITY; width],
        }
    }

    /// Those of the rows of a block.
    fn of(block: &[f64], width: usize) -> Columns {
        let mut columns = Columns::none(width);
        let (sums, low, high) = (&mut columns.sums[..], &mut columns.low[..], &mut columns.high[..]);
        for row in block.chunks_exact(width) {
            for (((&value, sum), low), high) in row.iter().zip(&mut *sums).zip(&mut *low).zip(&mut *high) {
                *sum += value;
                *low = if value < *low { value } else { *low };
                *high = if value > *high { value } else { *high };
            }
        }
        columns
    }

    fn and(self, more: Columns) -> Columns {
        let ends = |a: Vec<f64>, b: Vec<f64>, of: fn(f64, f64) -> f64| {
            a.into_iter().zip(b).map(|(a, b)| of(a, b)).collect()
        };
        Columns {
            sums: add(self.sums, more.sums),
            low: ends(self.low, more.low, f64::min),
            high: ends(self.high, more.high, f64::max),
        }
    }
}

/// Adds element by element.
pub(super) fn add(mut sums: Vec<f64>, more: impl AsRef<[f64]>) -> Vec<f64> {
    for (sum, value) in sums.iter_mut().zip(more.as_ref()) {
        *sum += value;
    }
    sums
}

/// Points in blocks of [`BLOCK`] rows; within a block, column after column.
#[derive(Debug, Clone)]
pub(super) struct Blocks {
    pub(super) width: usize,
    pub(super) n_rows: usize,
    values: Vec<f64>,
}

impl Blocks {
    /// The blocks in order, and of `state`, which holds one entry per row, the part that belongs to each.
    /// `work` runs on all threads or on this one; its results come in block order either way.
    pub(super) fn map<T: Send, R: Send>(
        &self,
        threads: Threads,
        state: &mut [T],
        work: impl Fn(&[f64], &mut [T]) -> Result<R> + Sync,
    ) -> Result<Vec<R>> {
        let size = BLOCK * self.width;
        match threads {
            Threads::All => self
                .values
                .par_chunks(size)
                .zip(state.par_chunks_mut(BLOCK))
                .map(|(block, state)| work(block, state))
                .collect(),
            Threads::This => self
                .values
                .chunks(size)
                .zip(state.chunks_mut(BLOCK))
                .map(|(block, state)| work(block, state))
                .collect(),
        }
    }

    /// The blocks in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[f64]> {
        self.values.chunks(BLOCK * self.width)
    }

    /// The coordinates of one row.
    pub(super) fn row(&self, row: usize) -> Vec<f64> {
        let block = row / BLOCK;
        let rows = BLOCK.min(self.n_rows - block * BLOCK);
        let start = block * BLOCK * self.width + row % BLOCK;
        (0..self.width).map(|column| self.values[start + column * rows]).collect()
    }
}

/// Who works on the blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Threads {
    All,
    This,
}

/// The squared Euclidean distance of every row of a block to `point`. The block holds `distances.len()`
/// rows, column after column.
#[inline]
pub(super) fn squared_distances(block: &[f64], point: &[f64], distances: &mut [f64]) {
    let rows = distances.len();
    match point.len() {
        0 => distances.fill(0.0),
        1 => squares::<1, true>(block, point, distances),
        2 => squares::<2, true>(block, point, distances),
        3 => squares::<3, true>(block, point, distances),
        _ => squares::<4, true>(block, point, distances),
    }
    for start in (4..point.len()).step_by(4) {
        let (block, point) = (&block[start * rows..], &point[start..]);
        match point.len() {
            1 => squares::<1, false>(block, point, distances),
            2 => squares::<2, false>(block, point, distances),
            3 => squares::<3, false>(block, point, distances),
            _ => squares::<4, false>(block, point, distances),
        }
    }
}

/// The share of the first `D` columns, set or added. Fixed `D` lets the compiler use vector registers.
#[inline]
fn squares<const D: usize, const SET: bool>(block: &[f64], point: &[f64], distances: &mut [f64]) {
    let rows = distances.len();
    let columns: [&[f64]; D] = std::array::from_fn(|column| &block[column * rows..(column + 1) * rows]);
    let point: [f64; D] = std::array::from_fn(|column| point[column]);
    for (row, distance) in distances.iter_mut().enumerate() {
        let mut sum = if SET { 0.0 } else { *distance };
        for column in 0..D {
            let difference = columns[column][row] - point[column];
            sum += difference * difference;
        }
        *distance = sum;
    }
}

/// A sum in eight interleaved parts: a fixed order that vector registers can follow.
#[inline]
pub(super) fn sum(values: &[f64]) -> f64 {
    let mut lanes = [0.0; 8];
    let eights = values.chunks_exact(8);
    let rest: f64 = eights.remainder().iter().sum();
    for eight in eights {
        for (lane, value) in lanes.iter_mut().zip(eight) {
            *lane += value;
        }
    }
    lanes.iter().sum::<f64>() + rest
}

/// How many distinct rows there are, counted up to `limit`.
pub(crate) fn distinct_rows(features: &Features, limit: usize) -> usize {
    distinct(features.rows(), limit)
}

/// How many of these rows are distinct, counted up to `limit`.
pub(super) fn distinct<'a>(rows: impl Iterator<Item = &'a [f64]>, limit: usize) -> usize {
    let mut seen: HashSet<Vec<u64>> = HashSet::new();
    for row in rows {
        if seen.len() >= limit {
            break;
        }
        // Adding 0 makes one zero of the two.
        seen.insert(row.iter().map(|value| (value + 0.0).to_bits()).collect());
    }
    seen.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kernels_equal_the_definition_at_every_width() {
        for width in 1..=10 {
            let n = 1_100;
            let values: Vec<f64> = (0..n * width).map(|i| ((i * 7919) % 1000) as f64 - 300.0).collect();
            let names = (0..width).map(|column| column.to_string());
            let features = Features::new(names, values).unwrap();
            let frame = Frame { offset: vec![0.0; width], scale: 1.0 };
            let points = frame.apply("test", &features).unwrap();
            let point: Vec<f64> = (0..width).map(|column| column as f64 * 11.0).collect();
            let mut distances = vec![0.0; n];
            let work = |block: &[f64], out: &mut [f64]| {
                squared_distances(block, &point, out);
                Ok(())
            };
            points.map(Threads::All, &mut distances, work).unwrap();
            for (row, &distance) in features.rows().zip(&distances) {
                let naive: f64 = row.iter().zip(&point).map(|(x, p)| (x - p) * (x - p)).sum();
                assert_eq!(distance, naive);
            }
            assert_eq!(points.row(700), features.row(700));
        }
    }

    #[test]
    fn frames_hold_any_size() {
        for size in [1e-300, 1e-200, 1e-5, 3.0, 1e139] {
            let features = Features::new(["x"], vec![0.0, size, -size]).unwrap();
            let frame = Frame::centered("test", &features).unwrap();
            let points = frame.apply("test", &features).unwrap();
            assert!((0.25..=2.5).contains(&points.row(1)[0]), "{size}: {:?}", points.row(1));
        }
        let large = Features::new(["x"], vec![1e300]).unwrap();
        let error = Frame::centered("test", &large).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Overflow { .. }));
    }

    #[test]
    fn zeros_of_both_signs_are_one_row() {
        let features = Features::new(["x"], vec![0.0, -0.0, 1.0, 1.0, 2.0]).unwrap();
        assert_eq!(distinct_rows(&features, 10), 3);
        assert_eq!(distinct_rows(&features, 2), 2);
    }
}
