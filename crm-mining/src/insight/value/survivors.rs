//! Customers under contract who are still there after each renewal.

use crate::error::{ErrorKind, Result};

/// How many customers were there at first, after the first renewal, after the second, and so on; one row per cohort. Rows
/// may differ in length: younger cohorts had fewer renewals. The input of [`Contract`](super::Contract).
///
/// ```
/// use crm_mining::insight::Survivors;
///
/// let survivors = Survivors::new([vec![1000.0, 869.0, 743.0], vec![800.0, 700.0]])?;
/// assert_eq!((survivors.n_customers(), survivors.renewals()), (1800.0, 2));
/// assert!(Survivors::new([vec![10.0, 11.0]]).is_err()); // nobody comes back
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Survivors {
    n_customers: f64,
    lost: Vec<f64>,
    left: Vec<f64>,
}

impl Survivors {
    /// Out of cohorts; numbers need not be whole, so shares of a known base can be given.
    ///
    /// # Errors
    /// A number that is not finite or below 0, or above the one before it.
    pub fn new(cohorts: impl IntoIterator<Item = Vec<f64>>) -> Result<Survivors> {
        let mut all = Survivors { n_customers: 0.0, lost: Vec::new(), left: Vec::new() };
        for (cohort, counts) in cohorts.into_iter().enumerate() {
            let mut before = f64::MAX;
            for &count in &counts {
                if !(count >= 0.0 && count <= before) {
                    return Err(ErrorKind::InvalidValue {
                        table: "Survivors".into(),
                        column: "cohort".into(),
                        row: cohort as u64 + 1,
                        must_be: "finite, at least 0, and never rising".into(),
                        got: count.to_string(),
                    }
                    .into());
                }
                before = count;
            }
            all.n_customers += counts.first().copied().unwrap_or_default();
            let renewals = counts.len().saturating_sub(1);
            if renewals > all.lost.len() {
                all.lost.resize(renewals, 0.0);
                all.left.resize(renewals, 0.0);
            }
            for (lost, pair) in all.lost.iter_mut().zip(counts.windows(2)) {
                if let [before, after] = pair {
                    *lost += before - after;
                }
            }
            if let (Some(last), Some(left)) =
                (counts.last(), renewals.checked_sub(1).and_then(|last| all.left.get_mut(last)))
            {
                *left += last;
            }
        }
        Ok(all)
    }

    /// How many customers there were at first.
    pub fn n_customers(&self) -> f64 {
        self.n_customers
    }

    /// The most renewals that a cohort had.
    pub fn renewals(&self) -> usize {
        self.lost.len()
    }

    /// How many left at the first renewal, the second, …
    pub(super) fn lost(&self) -> &[f64] {
        &self.lost
    }

    /// How many were still there when their cohort was last seen, after the first renewal, the second, …
    pub(super) fn left(&self) -> &[f64] {
        &self.left
    }
}
