//! Right and wrong decisions at a threshold.

use super::check_probabilities;
use crate::error::{Result, invalid_parameter};
use serde::{Deserialize, Serialize};

/// The four outcomes of deciding by a threshold: a row counts as predicted when its probability is at least
/// the threshold.
///
/// # Example
/// ```
/// use crm_mining::learn::Confusion;
///
/// let decisions = Confusion::at(0.5, &[true, true, false, false], &[0.9, 0.3, 0.6, 0.1])?;
/// assert_eq!((decisions.true_positives, decisions.false_positives), (1, 1));
/// assert_eq!((decisions.precision(), decisions.recall()), (Some(0.5), Some(0.5)));
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confusion {
    /// Predicted and true.
    pub true_positives: usize,
    /// Predicted, but not true.
    pub false_positives: usize,
    /// Not predicted, and not true.
    pub true_negatives: usize,
    /// True, but not predicted.
    pub false_negatives: usize,
}

impl Confusion {
    /// The outcomes at this threshold.
    ///
    /// # Errors
    /// A threshold or probability outside 0 to 1; no row; labels and probabilities of different length.
    pub fn at(threshold: f64, labels: &[bool], probabilities: &[f64]) -> Result<Confusion> {
        if !(0.0..=1.0).contains(&threshold) {
            return invalid_parameter("Confusion", "threshold", "from 0 to 1", threshold);
        }
        check_probabilities("Confusion", labels, probabilities)?;
        let count = |label: bool, predicted: bool| {
            let decided = labels.iter().zip(probabilities);
            decided.filter(|&(&l, &p)| l == label && (p >= threshold) == predicted).count()
        };
        Ok(Confusion {
            true_positives: count(true, true),
            false_positives: count(false, true),
            true_negatives: count(false, false),
            false_negatives: count(true, false),
        })
    }

    /// The share of right decisions.
    pub fn accuracy(&self) -> f64 {
        let right = self.true_positives + self.true_negatives;
        right as f64 / (right + self.false_positives + self.false_negatives) as f64
    }

    /// The share of the predicted that is true; `None` when nothing is predicted.
    pub fn precision(&self) -> Option<f64> {
        share(self.true_positives, self.false_positives)
    }

    /// The share of the true that is predicted; `None` when nothing is true.
    pub fn recall(&self) -> Option<f64> {
        share(self.true_positives, self.false_negatives)
    }
}

fn share(part: usize, rest: usize) -> Option<f64> {
    (part + rest > 0).then(|| part as f64 / (part + rest) as f64)
}
