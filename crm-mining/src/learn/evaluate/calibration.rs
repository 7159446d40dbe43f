//! Whether predicted probabilities come true as often as they say.

use super::check_probabilities;
use crate::data::{Column, Table, ToTable};
use crate::error::{Result, invalid_parameter};
use serde::{Deserialize, Serialize};

/// Predicted probabilities against what came to pass, in bins of equal width, with the Brier score.
///
/// Of customers said to leave with probability 0.3, three in ten should leave. A bin without rows is not
/// listed.
///
/// # Example
/// ```
/// use crm_mining::learn::Calibration;
///
/// let calibration = Calibration::of(&[false, true, true], &[0.2, 0.6, 0.8], 2)?;
/// assert!((calibration.brier_score() - (0.04 + 0.16 + 0.04) / 3.0).abs() < 1e-15);
/// let upper = &calibration.bins()[1];
/// assert_eq!((upper.rows, upper.mean_predicted, upper.observed), (2, 0.7, 1.0));
/// # Ok::<(), crm_mining::Error>(())
/// ```
///
/// # Reference
/// G. W. Brier (1950), Verification of forecasts expressed in terms of probability, Monthly Weather Review
/// 78.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    brier_score: f64,
    bins: Vec<CalibrationBin>,
}

/// One bin of a [`Calibration`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CalibrationBin {
    /// Rows in the bin.
    pub rows: usize,
    /// The mean of their probabilities.
    pub mean_predicted: f64,
    /// The share of them that is positive.
    pub observed: f64,
}

impl Calibration {
    /// The calibration in so many bins of equal width; a bin holds its upper bound.
    ///
    /// # Errors
    /// `bins` outside 1 to 1000; no row; labels and probabilities of different length; a probability outside
    /// 0 to 1.
    ///
    /// # Complexity
    /// O(n) time.
    pub fn of(labels: &[bool], probabilities: &[f64], bins: usize) -> Result<Calibration> {
        if !(1..=1000).contains(&bins) {
            return invalid_parameter("Calibration", "bins", "from 1 to 1000", bins);
        }
        check_probabilities("Calibration", labels, probabilities)?;
        let step = 1.0 / bins as f64;
        let bounds: Vec<f64> = (1..bins).map(|bin| bin as f64 * step).collect();
        let mut sums = vec![(0usize, 0.0, 0usize); bins];
        let mut squares = 0.0;
        for (&p, &label) in probabilities.iter().zip(labels) {
            squares += (p - f64::from(u8::from(label))).powi(2);
            if let Some(sum) = sums.get_mut(bounds.partition_point(|&bound| bound < p)) {
                *sum = (sum.0 + 1, sum.1 + p, sum.2 + usize::from(label));
            }
        }
        let bins = sums
            .into_iter()
            .filter(|sum| sum.0 > 0)
            .map(|(rows, predicted, positive)| CalibrationBin {
                rows,
                mean_predicted: predicted / rows as f64,
                observed: positive as f64 / rows as f64,
            })
            .collect();
        Ok(Calibration { brier_score: squares / labels.len() as f64, bins })
    }

    /// The mean squared difference of probability and outcome: 0 is perfect, lower is better.
    pub fn brier_score(&self) -> f64 {
        self.brier_score
    }

    /// The bins with rows, from the lowest probabilities on.
    pub fn bins(&self) -> &[CalibrationBin] {
        &self.bins
    }
}

impl ToTable for Calibration {
    fn to_table(&self) -> Table {
        let column = |name: &str, get: fn(&CalibrationBin) -> f64| {
            Column::floats(name, self.bins.iter().map(get).collect())
        };
        Table::of(
            "calibration",
            vec![
                Column::ints("rows", self.bins.iter().map(|bin| bin.rows as i64).collect()),
                column("mean_predicted", |bin| bin.mean_predicted),
                column("observed", |bin| bin.observed),
            ],
        )
    }
}
