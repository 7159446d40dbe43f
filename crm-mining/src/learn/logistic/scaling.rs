//! Columns brought to mean 0 and variance 1.

use crate::data::Features;
use crate::error::{ErrorKind, Result};
use crate::model::Control;
use rayon::prelude::*;

/// The mean of each column, and one over its standard deviation (0 for a constant column).
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scaling(Vec<(f64, f64)>);

/// Sizes beyond which squares leave the range of `f64`.
const SMALLEST: f64 = 1e-100;
const LARGEST: f64 = 1e100;

/// Rows per piece of work.
const ROWS: usize = 8192;

impl Scaling {
    pub(super) fn of(of: &'static str, features: &Features, control: &Control) -> Result<Scaling> {
        let n = features.n_rows() as f64;
        // Sums are of distances from the first row: large values with small differences keep their digits.
        let first = features.row(0);
        let start: Vec<_> = first.iter().map(|&value| (value, value, 0.0)).collect();
        let ranges = over_rows(of, features, &start, control, |(low, high, sum), feature, value| {
            *low = low.min(value);
            *high = high.max(value);
            *sum += (value - first.get(feature).copied().unwrap_or_default()) / n;
        })?;
        let ranges = ranges.into_iter().reduce(|mut all, piece| {
            for (all, piece) in all.iter_mut().zip(piece) {
                *all = (all.0.min(piece.0), all.1.max(piece.1), all.2 + piece.2);
            }
            all
        });
        let mut ranges = ranges.unwrap_or_default();
        for ((low, high, mean), (&origin, name)) in ranges.iter_mut().zip(first.iter().zip(features.names()))
        {
            check_range(of, name, *low, *high)?;
            *mean += origin;
        }
        // Squares are taken of shares of the range, which can neither overflow nor vanish.
        let zeros = vec![0.0; ranges.len()];
        let squares = over_rows(of, features, &zeros, control, |square, feature, value| {
            let (low, high, mean) = ranges.get(feature).copied().unwrap_or_default();
            let share = (value - mean) / (high - low).max(SMALLEST);
            *square += share * share;
        })?;
        let scaled = ranges.iter().enumerate().map(|(feature, &(low, high, mean))| {
            let square: f64 = squares.iter().filter_map(|piece| piece.get(feature)).sum();
            let deviation = (square / n).sqrt() * (high - low);
            if high > low { (mean, 1.0 / deviation) } else { (low, 0.0) }
        });
        Ok(Scaling(scaled.collect()))
    }

    pub(super) fn means(&self) -> impl Iterator<Item = f64> {
        self.0.iter().map(|&(mean, _)| mean)
    }

    /// One over the standard deviation of each column; 0 for a constant one.
    pub(super) fn scales(&self) -> impl Iterator<Item = f64> {
        self.0.iter().map(|&(_, scale)| scale)
    }

    /// A row in standard deviations from the mean. Values far beyond those of the fit are held finite.
    #[inline]
    pub(super) fn standardized<'a>(&'a self, row: &'a [f64]) -> impl Iterator<Item = f64> + 'a {
        const BOUND: f64 = 1e150;
        row.iter().zip(&self.0).map(|(value, (mean, scale))| ((value - mean) * scale).clamp(-BOUND, BOUND))
    }
}

/// A running value per column, over each piece of the rows.
fn over_rows<T: Copy + Send + Sync>(
    stage: &'static str,
    features: &Features,
    start: &[T],
    control: &Control,
    add: impl Fn(&mut T, usize, f64) + Sync,
) -> Result<Vec<Vec<T>>> {
    let width = features.n_features();
    let pieces = features.values().par_chunks(ROWS * width).map(|rows| {
        control.check(stage)?;
        let mut columns = start.to_vec();
        for row in rows.chunks_exact(width) {
            for (feature, (column, &value)) in columns.iter_mut().zip(row).enumerate() {
                add(column, feature, value);
            }
        }
        Ok(columns)
    });
    pieces.collect()
}

fn check_range(of: &'static str, name: &str, low: f64, high: f64) -> Result<()> {
    let range = high - low;
    if low.abs().max(high.abs()) <= LARGEST && (range == 0.0 || range >= SMALLEST) {
        return Ok(());
    }
    Err(ErrorKind::InvalidColumn {
        table: of.into(),
        column: name.to_owned(),
        must_be: "values up to 1e100 in size that differ by at least 1e-100, or not at all".into(),
        got: format!("values from {low:e} to {high:e}"),
    }
    .into())
}
