//! Columns brought to mean 0 and variance 1.

use crate::data::Features;
use crate::error::{ErrorKind, Result};

/// The mean of each column, and one over its standard deviation (0 for a constant column).
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scaling(Vec<(f64, f64)>);

/// Sizes beyond which squares leave the range of `f64`.
const SMALLEST: f64 = 1e-100;
const LARGEST: f64 = 1e100;

impl Scaling {
    pub(super) fn of(of: &'static str, features: &Features) -> Result<Scaling> {
        let n = features.n_rows() as f64;
        // Sums are of distances from the first row: large values with small differences keep their digits.
        let first = features.row(0);
        let mut ranges: Vec<_> = first.iter().map(|&value| (value, value, value)).collect();
        for row in features.rows() {
            for (((low, high, mean), &origin), &value) in ranges.iter_mut().zip(first).zip(row) {
                *low = low.min(value);
                *high = high.max(value);
                *mean += (value - origin) / n;
            }
        }
        for ((low, high, _), name) in ranges.iter().zip(features.names()) {
            let range = high - low;
            if low.abs().max(high.abs()) > LARGEST || (range > 0.0 && range < SMALLEST) {
                return Err(ErrorKind::InvalidColumn {
                    table: of.into(),
                    column: name.clone(),
                    must_be: "values below 1e100 in size that differ by at least 1e-100, or not at all"
                        .into(),
                    got: format!("values from {low:e} to {high:e}"),
                }
                .into());
            }
        }
        // Squares are taken of shares of the range, which can neither overflow nor vanish.
        let mut squares = vec![0.0; features.n_features()];
        for row in features.rows() {
            for ((square, &(low, high, mean)), &value) in squares.iter_mut().zip(&ranges).zip(row) {
                let share = (value - mean) / (high - low).max(SMALLEST);
                *square += share * share;
            }
        }
        Ok(Scaling(
            ranges
                .into_iter()
                .zip(squares)
                .map(|((low, high, mean), square)| {
                    let deviation = (square / n).sqrt() * (high - low);
                    if high > low { (mean, 1.0 / deviation) } else { (low, 0.0) }
                })
                .collect(),
        ))
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
