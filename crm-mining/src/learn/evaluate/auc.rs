//! The area under the ROC curve.

use super::{both_classes, check_scores, ties_from_the_top};
use crate::error::Result;

/// The area under the ROC curve: how likely a random positive row scores above a random negative one,
/// equal scores counting one half.
///
/// 1 is a perfect ranking, 0.5 is chance. Only the order of the scores matters. The value is exact: pairs
/// are counted in integers.
///
/// # Errors
/// Labels and scores of different length, a score that is not finite, no row, or labels of one class only.
///
/// # Complexity
/// O(n log n) time, O(n) memory.
///
/// # Reference
/// J. A. Hanley, B. J. McNeil (1982), The meaning and use of the area under a receiver operating
/// characteristic (ROC) curve, Radiology 143.
///
/// # Example
/// ```
/// use crm_mining::learn::auc;
///
/// let stayed_or_left = [false, false, true, true];
/// assert_eq!(auc(&stayed_or_left, &[0.1, 0.4, 0.35, 0.8])?, 0.75);
/// assert!(auc(&[true, true], &[0.1, 0.2]).is_err()); // one class: no pair to compare
/// # Ok::<(), crm_mining::Error>(())
/// ```
pub fn auc(labels: &[bool], scores: &[f64]) -> Result<f64> {
    check_scores("auc", labels, scores)?;
    let positives = both_classes("auc", labels)? as u128;
    let negatives = labels.len() as u128 - positives;
    // Twice the number of pairs in the right order, so that a tie is a whole number too.
    let (mut twice, mut above) = (0u128, 0u128);
    for (rows, positive) in ties_from_the_top(labels, scores) {
        let (positive, negative) = (positive as u128, (rows - positive) as u128);
        twice += negative * (2 * above + positive);
        above += positive;
    }
    Ok(twice as f64 / (2 * positives * negatives) as f64)
}
