//! What a fit does with covariates: it looks at them on one scale and gives effects on theirs.
#![allow(clippy::indexing_slicing, reason = "rows of covariates have one value per name")]

use super::collapse::Collapsed;
use crate::data::Summary;
use crate::error::{ErrorKind, Result};
use crate::math::linear::{Cholesky, Square};

/// Means and standard deviations of the covariates over customers.
#[derive(Debug)]
pub(super) struct Scale {
    pub(super) means: Vec<f64>,
    pub(super) spreads: Vec<f64>,
}

impl Scale {
    /// Refuses a constant column, and one that follows from those before it.
    pub(super) fn of(summary: &Summary, collapsed: &Collapsed) -> Result<Scale> {
        let names = summary.covariates().map_or(&[][..], |covariates| covariates.names());
        let k = names.len();
        let mut weights = vec![0.0; collapsed.groups.len()];
        for (record, count) in collapsed.records.iter().zip(&collapsed.counts) {
            weights[record.group as usize] += count;
        }
        let n: f64 = weights.iter().sum();
        let mean = |get: &dyn Fn(&[f64]) -> f64| {
            collapsed.groups.iter().zip(&weights).map(|(row, weight)| weight * get(row)).sum::<f64>() / n
        };
        let means: Vec<f64> = (0..k).map(|j| mean(&|row| row[j])).collect();
        let spreads: Vec<f64> = (0..k).map(|j| mean(&|row| (row[j] - means[j]).powi(2)).sqrt()).collect();
        let wrong = |column: usize, must_be: &str, got: &str| ErrorKind::InvalidColumn {
            table: "covariates".into(),
            column: names[column].clone(),
            must_be: must_be.into(),
            got: got.into(),
        };
        for (column, spread) in spreads.iter().enumerate() {
            if !(*spread > 1e-12 * means[column].abs() && spread.is_finite()) {
                return Err(wrong(column, "values of moderate size that differ", "a constant").into());
            }
        }
        let mut correlation = Square::zero(k);
        for i in 0..k {
            for j in 0..k {
                let together =
                    |row: &[f64]| (row[i] - means[i]) / spreads[i] * ((row[j] - means[j]) / spreads[j]);
                *correlation.at_mut(i, j) = mean(&together) + if i == j { -1e-9 } else { 0.0 };
            }
        }
        for column in 0..k {
            let first: Vec<usize> = (0..=column).collect();
            if Cholesky::new(&correlation.select(&first)).is_none() {
                let rule = "values that do not follow from the columns before it";
                return Err(wrong(column, rule, "a linear combination of them").into());
            }
        }
        Ok(Scale { means, spreads })
    }

    /// A row on the common scale.
    pub(super) fn standard(&self, row: &[f64]) -> Vec<f64> {
        let centred = row.iter().zip(&self.means).map(|(value, mean)| value - mean);
        centred.zip(&self.spreads).map(|(value, spread)| value / spread).collect()
    }
}
