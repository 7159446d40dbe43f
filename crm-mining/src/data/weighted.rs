//! Features whose rows count more or less than one.

use super::features::Features;
use crate::error::{ErrorKind, Result};

/// Features with a weight per row: how many rows it stands for, or how much it matters.
///
/// ```
/// use crm_mining::data::{Features, Weighted};
///
/// let orders = Features::new(["orders"], vec![1.0, 9.0])?;
/// let weighted = Weighted::new(&orders, &[3.0, 0.5])?;
/// assert_eq!(weighted.weights(), [3.0, 0.5]);
/// assert!(Weighted::new(&orders, &[1.0, -1.0]).is_err());
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weighted<'a> {
    features: &'a Features,
    weights: &'a [f64],
}

impl<'a> Weighted<'a> {
    /// Features and the weight of each row.
    ///
    /// # Errors
    /// [`ErrorKind::LengthMismatch`]; [`ErrorKind::InvalidValue`], with the row, for a weight that is not
    /// finite or below 0; [`ErrorKind::NotEnoughData`] when no weight is above 0.
    pub fn new(features: &'a Features, weights: &'a [f64]) -> Result<Weighted<'a>> {
        if weights.len() != features.n_rows() {
            let (a_len, b_len) = (features.n_rows(), weights.len());
            return Err(
                ErrorKind::LengthMismatch { of: "Weighted", a: "rows", a_len, b: "weights", b_len }.into()
            );
        }
        if let Some((row, got)) =
            (1..).zip(weights).find(|(_, weight)| !(weight.is_finite() && **weight >= 0.0))
        {
            return Err(ErrorKind::InvalidValue {
                table: "Weighted".into(),
                column: "weights".into(),
                row,
                must_be: "finite and at least 0".into(),
                got: got.to_string(),
            }
            .into());
        }
        if weights.iter().all(|&weight| weight == 0.0) {
            let unit = "rows of weight above 0";
            return Err(ErrorKind::NotEnoughData { of: "Weighted", needed: 1, unit, got: 0 }.into());
        }
        Ok(Weighted { features, weights })
    }

    /// The features.
    pub fn features(&self) -> &'a Features {
        self.features
    }

    /// The weight of each row.
    pub fn weights(&self) -> &'a [f64] {
        self.weights
    }
}
