//! Features brought into the range from 0 to 1.

use super::columns::{self, Scale, check_saved, fit_columns};
use crate::data::Features;
use crate::error::{Error, Result};
use crate::model::{Control, Fit, Predict};
use serde::{Deserialize, Serialize};

/// Min-max scaling: the smallest value of each column becomes 0, the largest 1.
///
/// Use it where features must lie in one bounded range, such as shares and scores. One outlier decides the
/// scale of its column: prefer [`Robust`](super::Robust) where there may be some. A column in which every value
/// is the same becomes 0 ([`MinMaxScaler::constant`]). Values beyond those of the fit come out below 0 or
/// above 1; they are not cut off. There are no settings.
///
/// Fitting gives a [`MinMaxScaler`], the same bits for the same rows in any order.
///
/// # Errors
/// No row; a value of 1e140 or more in size. `predict` and `inverse`: other columns than those of the fit; a
/// result out of the range of `f64`.
///
/// # Complexity
/// O(values) time; the memory of one column for each thread.
///
/// # Reference
/// As MinMaxScaler of scikit-learn 1.9 with its defaults; computed as (x − min) / (max − min), so that the
/// ends are exactly 0 and 1.
///
/// # Example
/// ```
/// use crm_mining::{Fit, Predict, data::Features, feature::MinMax};
///
/// let age = Features::new(["age"], vec![20.0, 30.0, 60.0])?;
/// let scaler = MinMax.fit(&age)?;
/// assert_eq!(scaler.predict(&age)?.values(), [0.0, 0.25, 1.0]);
/// assert_eq!(scaler.predict(&Features::new(["age"], vec![80.0])?)?.values(), [1.5]);
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MinMax;

/// One column between its ends.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Ends {
    min: f64,
    max: f64,
}

impl Ends {
    pub(super) fn fit(values: &[f64]) -> Ends {
        let min = values.iter().copied().fold(f64::INFINITY, f64::min);
        let max = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        // Adding 0 makes one zero of the two.
        Ends { min: min + 0.0, max: max + 0.0 }
    }

    pub(super) fn is_constant(&self) -> bool {
        self.min == self.max
    }
}

impl Scale for Ends {
    fn scaled(&self, value: f64) -> f64 {
        if self.is_constant() { 0.0 } else { (value - self.min) / (self.max - self.min) }
    }

    fn restored(&self, scaled: f64) -> f64 {
        // From the nearer end, so that both come back exactly.
        let range = self.max - self.min;
        if scaled <= 0.5 { self.min + scaled * range } else { self.max - (1.0 - scaled) * range }
    }

    fn is_sound(&self) -> bool {
        self.min.is_finite() && self.min <= self.max && (self.max - self.min).is_finite()
    }
}

impl Fit<Features> for MinMax {
    type Model = MinMaxScaler;

    fn fit_with(&self, features: &Features, control: &Control) -> Result<MinMaxScaler> {
        let columns = fit_columns("MinMax", features, control, |values| Ok(Ends::fit(values)))?;
        Ok(MinMaxScaler { feature_names: features.names().to_vec(), columns })
    }
}

/// The ends of columns: what [`MinMax`] learns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct MinMaxScaler {
    feature_names: Vec<String>,
    columns: Vec<Ends>,
}

/// The fields of a scaler as they were saved.
#[derive(Deserialize)]
struct Unchecked {
    feature_names: Vec<String>,
    columns: Vec<Ends>,
}

impl TryFrom<Unchecked> for MinMaxScaler {
    type Error = Error;

    fn try_from(saved: Unchecked) -> Result<MinMaxScaler> {
        let Unchecked { feature_names, columns } = saved;
        check_saved("MinMaxScaler", &feature_names, &columns)?;
        Ok(MinMaxScaler { feature_names, columns })
    }
}

impl MinMaxScaler {
    /// The features of the fit.
    pub fn feature_names(&self) -> &[String] {
        &self.feature_names
    }

    /// The smallest value of each column.
    pub fn minima(&self) -> Vec<f64> {
        self.columns.iter().map(|column| column.min).collect()
    }

    /// The largest value of each column.
    pub fn maxima(&self) -> Vec<f64> {
        self.columns.iter().map(|column| column.max).collect()
    }

    /// The columns in which every value is the same.
    pub fn constant(&self) -> impl Iterator<Item = &str> {
        let both = self.feature_names.iter().zip(&self.columns);
        both.filter(|(_, column)| column.is_constant()).map(|(name, _)| name.as_str())
    }

    /// Scaled features back in the units of the fit; a constant column gets its constant.
    ///
    /// # Errors
    /// See [`MinMax`].
    pub fn inverse(&self, features: &Features) -> Result<Features> {
        columns::restore("MinMaxScaler", &self.feature_names, &self.columns, features)
    }
}

impl Predict<Features> for MinMaxScaler {
    /// The features between 0 and 1, as far as they lie within those of the fit.
    type Output = Features;

    fn predict(&self, features: &Features) -> Result<Features> {
        columns::scale("MinMaxScaler", &self.feature_names, &self.columns, features)
    }
}
