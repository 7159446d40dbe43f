//! Labels as they come from outside: one per row, of a cluster or of none.

use crate::error::{ErrorKind, Result, invalid_parameter};
use crate::learn::cluster::NOISE;

/// Labels must be as many as rows, and each below their number or [`NOISE`]: lists over all labels are as
/// long as the largest.
pub(super) fn check_labels(of: &'static str, n_rows: usize, labels: &[u32]) -> Result<()> {
    if labels.len() != n_rows {
        let b_len = labels.len();
        return Err(ErrorKind::LengthMismatch { of, a: "rows", a_len: n_rows, b: "labels", b_len }.into());
    }
    match labels.iter().find(|&&label| label as usize >= n_rows && label != NOISE) {
        Some(label) => {
            let must_be = format!("below the number of rows ({n_rows}), or NOISE");
            invalid_parameter(of, "labels", must_be, label)
        }
        None => Ok(()),
    }
}

/// The rows that belong to a cluster.
pub(super) fn n_clustered(labels: &[u32]) -> usize {
    labels.iter().filter(|&&label| label != NOISE).count()
}

/// One more than the largest label of a cluster.
pub(super) fn n_numbers(labels: &[u32]) -> usize {
    labels.iter().filter(|&&label| label != NOISE).max().map_or(0, |&label| label as usize + 1)
}
