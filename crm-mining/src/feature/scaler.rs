//! Features brought to one scale.

use crate::data::Features;
use crate::error::{ErrorKind, Result};
use crate::model::{Control, Fit, Predict};
use serde::{Deserialize, Serialize};

/// Squares of larger values, summed, could leave the range of `f64`.
const LARGEST: f64 = 1e140;

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
/// O(values) time, in two passes.
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
pub struct Scaler {
    feature_names: Vec<String>,
    means: Vec<f64>,
    deviations: Vec<f64>,
}

impl Fit<Features> for Standardize {
    type Model = Scaler;

    fn fit_with(&self, features: &Features, control: &Control) -> Result<Scaler> {
        if features.n_rows() == 0 {
            return Err(
                ErrorKind::NotEnoughData { of: "Standardize", needed: 1, unit: "rows", got: 0 }.into()
            );
        }
        if let Some(&got) = features.values().iter().find(|value| value.abs() >= LARGEST) {
            return Err(ErrorKind::Overflow { of: "Standardize", got, limit: LARGEST }.into());
        }
        let mut scaler =
            Scaler { feature_names: features.names().to_vec(), means: Vec::new(), deviations: Vec::new() };
        for feature in 0..features.n_features() {
            control.check("standardize")?;
            let (mean, deviation) = moments(features, feature);
            scaler.means.push(mean);
            scaler.deviations.push(deviation);
        }
        Ok(scaler)
    }
}

/// Mean and standard deviation of a column; the latter is 0 exactly when all values are equal.
fn moments(features: &Features, feature: usize) -> (f64, f64) {
    let n = features.n_rows() as f64;
    let first = features.column(feature).next().unwrap_or_default();
    // The distance from a value of the column is small where the values are large but close together.
    let from_first = || features.column(feature).map(|value| value - first);
    let largest = from_first().fold(0.0, |largest: f64, shift| largest.max(shift.abs()));
    if largest == 0.0 {
        return (first, 0.0);
    }
    let shift = from_first().sum::<f64>() / n;
    let variance = from_first().map(|value| ((value - shift) / largest).powi(2)).sum::<f64>() / n;
    (first + shift, variance.sqrt() * largest)
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
        features.expect_names("Scaler", &self.feature_names)?;
        let at = |values: &[f64], feature: usize| values.get(feature).copied().unwrap_or_default();
        features.map(|feature, value| match at(&self.deviations, feature) {
            0.0 => 0.0,
            deviation => (value - at(&self.means, feature)) / deviation,
        })
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
