//! Rows dealt into folds, each class evenly.

use super::both_classes;
use crate::error::{ErrorKind, Result, invalid_parameter};
use crate::math::random::Random;

/// A stratified split for cross-validation: every row is in the test part of one fold, and every fold has
/// its share of either class.
///
/// Fold sizes differ by at most one row, and so do the numbers of either class. The same labels, number of
/// folds and seed give the same folds.
///
/// # Example
/// ```
/// use crm_mining::learn::Folds;
///
/// let labels = [true, false, false, true, false, false];
/// let folds = Folds::stratified(&labels, 2, 42)?;
/// assert_eq!(folds.n_folds(), 2);
/// for fold in 0..2 {
///     let test = folds.test(fold);
///     assert_eq!(test.iter().filter(|&&row| labels[row as usize]).count(), 1);
///     assert_eq!(folds.train(fold).len() + test.len(), labels.len());
/// }
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folds {
    fold_of_row: Vec<u32>,
    n_folds: usize,
}

impl Folds {
    /// Rows dealt at random into so many folds.
    ///
    /// # Errors
    /// Fewer than two folds; labels of one class only; fewer rows of a class than folds.
    ///
    /// # Complexity
    /// O(n) time.
    pub fn stratified(labels: &[bool], folds: usize, seed: u64) -> Result<Folds> {
        if folds < 2 {
            return invalid_parameter("Folds", "folds", "at least 2", folds);
        }
        let positives = both_classes("Folds", labels)?;
        for (got, unit) in [(positives, "positive rows"), (labels.len() - positives, "negative rows")] {
            if got < folds {
                return Err(ErrorKind::NotEnoughData { of: "Folds", needed: folds, unit, got }.into());
            }
        }
        let mut random = Random::new(seed);
        let mut fold_of_row = vec![0; labels.len()];
        let mut next = 0;
        for class in [true, false] {
            let mut rows: Vec<usize> =
                labels.iter().enumerate().filter(|&(_, &label)| label == class).map(|(row, _)| row).collect();
            random.shuffle(&mut rows);
            // The second class is dealt on from where the first ended, which keeps the folds of one size.
            for row in rows {
                if let Some(fold) = fold_of_row.get_mut(row) {
                    *fold = next as u32;
                }
                next = (next + 1) % folds;
            }
        }
        Ok(Folds { fold_of_row, n_folds: folds })
    }

    /// How many folds.
    pub fn n_folds(&self) -> usize {
        self.n_folds
    }

    /// The rows on which a fold is measured, ascending.
    pub fn test(&self, fold: usize) -> Vec<u32> {
        self.rows(|of_row| of_row == fold)
    }

    /// The rows from which a fold learns, ascending.
    pub fn train(&self, fold: usize) -> Vec<u32> {
        self.rows(|of_row| of_row != fold)
    }

    fn rows(&self, wanted: impl Fn(usize) -> bool) -> Vec<u32> {
        (0u32..)
            .zip(&self.fold_of_row)
            .filter(|&(_, &fold)| wanted(fold as usize))
            .map(|(row, _)| row)
            .collect()
    }
}
