//! Features brought to one scale.

use super::columns::{self, Scale, check_saved, fit_columns, moments};
use crate::data::Features;
use crate::error::{Error, ErrorKind, Result};
use crate::model::{Control, Fit, Predict};
use serde::{Deserialize, Serialize};

/// Standardization: subtracts the mean of each column and divides by its standard deviation.
///
/// Use it before methods that compare distances across features, such as [`KMeans`](crate::learn::KMeans).
/// The standard deviation is that of the population (divisor n). A column in which every value is the same
/// becomes 0 and is reported by [`Scaler::constant`]. There are no settings.
///
/// Fitting gives a [`Scaler`], whose `predict` gives the standardized [`Features`].
///
/// # Errors
/// No row; a value of 1e140 or more in size.
///
/// # Complexity
/// O(values) time, in two passes; the memory of one column for each thread.
///
/// # Reference
/// T. F. Chan, G. H. Golub and R. J. LeVeque (1983), Algorithms for computing the sample variance.
///
/// # Example
/// ```
/// use crm_mining::{Fit, Predict, data::Features, feature::Standardize};
///
/// let features = Features::new(["orders", "country"], vec![1.0, 7.0, 3.0, 7.0, 5.0, 7.0])?;
/// let scaler = Standardize.fit(&features)?;
/// assert_eq!(scaler.means(), [3.0, 7.0]);
/// assert_eq!(scaler.constant().collect::<Vec<_>>(), ["country"]);
/// assert_eq!(scaler.predict(&features)?.row(1), [0.0, 0.0]);
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Standardize;

/// Means and standard deviations of columns: what [`Standardize`] learns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct Scaler {
    feature_names: Vec<String>,
    means: Vec<f64>,
    deviations: Vec<f64>,
}

/// The fields of a scaler as they were saved.
#[derive(Deserialize)]
struct Unchecked {
    feature_names: Vec<String>,
    means: Vec<f64>,
    deviations: Vec<f64>,
}

impl TryFrom<Unchecked> for Scaler {
    type Error = Error;

    fn try_from(saved: Unchecked) -> Result<Scaler> {
        let Unchecked { feature_names, means, deviations } = saved;
        if means.len() != deviations.len() {
            let (rule, found) = ("a deviation for each mean", deviations.len().to_string());
            return Err(ErrorKind::Malformed { place: "Scaler".into(), rule: rule.into(), found }.into());
        }
        let scaler = Scaler { feature_names, means, deviations };
        check_saved("Scaler", &scaler.feature_names, &scaler.columns())?;
        Ok(scaler)
    }
}

/// One column, standardized.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Standard {
    pub(super) mean: f64,
    pub(super) deviation: f64,
}

impl Standard {
    pub(super) fn fit(values: &[f64]) -> Standard {
        let (mean, deviation) = moments(values);
        Standard { mean, deviation }
    }
}

impl Scale for Standard {
    #[inline]
    fn scaled(&self, value: f64) -> f64 {
        if self.deviation == 0.0 { 0.0 } else { (value - self.mean) / self.deviation }
    }

    #[inline]
    fn restored(&self, scaled: f64) -> f64 {
        scaled * self.deviation + self.mean
    }

    fn is_sound(&self) -> bool {
        self.mean.is_finite() && self.deviation.is_finite() && self.deviation >= 0.0
    }
}

impl Fit<Features> for Standardize {
    type Model = Scaler;

    fn fit_with(&self, features: &Features, control: &Control) -> Result<Scaler> {
        let columns = fit_columns("Standardize", features, control, |values| Ok(Standard::fit(values)))?;
        Ok(Scaler {
            feature_names: features.names().to_vec(),
            means: columns.iter().map(|column| column.mean).collect(),
            deviations: columns.iter().map(|column| column.deviation).collect(),
        })
    }
}

impl Scaler {
    /// The features of the fit.
    pub fn feature_names(&self) -> &[String] {
        &self.feature_names
    }

    /// The mean of each column.
    pub fn means(&self) -> &[f64] {
        &self.means
    }

    /// The standard deviation of each column; 0 for a constant one.
    pub fn deviations(&self) -> &[f64] {
        &self.deviations
    }

    /// Standardized features back in the units of the fit; a constant column gets its constant.
    ///
    /// # Errors
    /// Columns that are not those of the fit; a value that leaves the range of `f64`.
    pub fn inverse(&self, features: &Features) -> Result<Features> {
        columns::restore("Scaler", &self.feature_names, &self.columns(), features)
    }

    fn columns(&self) -> Vec<Standard> {
        let both = self.means.iter().zip(&self.deviations);
        both.map(|(&mean, &deviation)| Standard { mean, deviation }).collect()
    }

    /// The columns in which every value is the same.
    pub fn constant(&self) -> impl Iterator<Item = &str> {
        let constant = |(name, &deviation): (_, &f64)| if deviation == 0.0 { Some(name) } else { None };
        self.feature_names.iter().map(String::as_str).zip(&self.deviations).filter_map(constant)
    }
}

impl Predict<Features> for Scaler {
    /// The features, standardized.
    type Output = Features;

    fn predict(&self, features: &Features) -> Result<Features> {
        columns::scale("Scaler", &self.feature_names, &self.columns(), features)
    }
}

/// ln(1 + x) of these columns, by position: brings counts and amounts with few large values closer together.
///
/// # Errors
/// [`ErrorKind::InvalidValue`] for a value below 0.
///
/// # Example
/// ```
/// use crm_mining::{data::Features, feature::log1p};
///
/// let features = Features::new(["orders", "age"], vec![0.0, 31.0, 9.0, 44.0])?;
/// assert_eq!(log1p(&features, &[0])?.row(1), [10_f64.ln(), 44.0]);
/// # Ok::<(), crm_mining::Error>(())
/// ```
pub fn log1p(features: &Features, columns: &[usize]) -> Result<Features> {
    for (&column, name) in columns.iter().filter_map(|column| Some((column, features.names().get(*column)?)))
    {
        if let Some((row, got)) = (1..).zip(features.column(column)).find(|(_, value)| *value < 0.0) {
            return Err(ErrorKind::InvalidValue {
                table: "Features".into(),
                column: name.clone(),
                row,
                must_be: "at least 0 to be logged".into(),
                got: got.to_string(),
            }
            .into());
        }
    }
    features.map(|column, value| if columns.contains(&column) { value.ln_1p() } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_of_any_size_and_offset() {
        // Three equidistant values become -sqrt(3/2), 0, sqrt(3/2), wherever they are.
        let root = 1.5_f64.sqrt();
        for (offset, step) in [(0.0, 1.0), (1e15, 1.0), (0.0, 1e-300), (0.0, 1e139), (-5.0, 0.25)] {
            let features = Features::new(["x"], vec![offset, offset + step, offset + 2.0 * step]).unwrap();
            let scaled = Standardize.fit(&features).unwrap().predict(&features).unwrap();
            for (value, expected) in scaled.values().iter().zip([-root, 0.0, root]) {
                assert!((value - expected).abs() < 1e-12, "{offset} {step}: {value}");
            }
        }
    }

    #[test]
    fn constant_decimals_are_constant() {
        let features = Features::new(["x"], vec![0.1; 77]).unwrap();
        let scaler = Standardize.fit(&features).unwrap();
        assert_eq!(scaler.constant().collect::<Vec<_>>(), ["x"]);
        assert_eq!(scaler.predict(&features).unwrap().values(), [0.0; 77]);
    }

    #[test]
    fn refuses_what_it_cannot_scale() {
        let empty = Features::new(["x"], vec![]).unwrap();
        assert_eq!(Standardize.fit(&empty).unwrap_err().kind().name(), "NotEnoughData");
        let large = Features::new(["x"], vec![1.0, 1e300]).unwrap();
        assert_eq!(Standardize.fit(&large).unwrap_err().kind().name(), "Overflow");
        let negative = Features::new(["x"], vec![1.0, -0.5]).unwrap();
        assert!(matches!(log1p(&negative, &[0]).unwrap_err().kind(), ErrorKind::InvalidValue { row: 2, .. }));
    }
}
