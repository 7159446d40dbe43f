//! Features made as normal as a power can make them.

mod yeo_johnson;

use super::columns::{self, check_saved, fit_columns};
use crate::data::Features;
use crate::error::{Error, Result};
use crate::model::{Control, Fit, Predict};
use serde::{Deserialize, Serialize};
pub(super) use yeo_johnson::YeoJohnson;

/// Power transform of Yeo and Johnson: each column is bent by the power λ that makes it most like a normal
/// distribution, then standardized.
///
/// Use it where columns lean to one side, by how much you do not know, and may hold negative values; for
/// amounts that are never negative ln(1 + x), its λ = 0, is easier to explain. λ = 1 leaves a column as it is.
///
/// λ is the maximum of the profile likelihood of the column, which has one only; it is found to 1e-10 of its
/// size. It is kept where the transformed values of the fit stay below 1e147. A column in which every value is
/// the same gets λ = 1 and becomes 0 ([`PowerScaler::constant`]). There are no settings.
///
/// Fitting gives a [`PowerScaler`], the same bits for the same rows in any order and on any number of threads.
///
/// Different from scikit-learn: the search ends at the optimum, where Brent's method of SciPy stops at about
/// 1e-8; and powers are taken of the ratio to the median of a column of one sign, so that columns such as years
/// keep their digits at any λ. SciPy bounds λ instead: for 1950, 1997, 2000, 2003 and 2009 it ends at 31.8, and
/// the optimum is 104.0.
///
/// # Errors
/// No row; a value of 1e140 or more in size. `predict`: other columns than those of the fit; a result out of the
/// range of `f64`. `inverse`: also a value that no value of the column leads to, for λ < 0 or λ > 2.
///
/// # Complexity
/// O(rows · log rows) time per column, and O(rows) with an exponential or two per value for each step of the
/// search; the memory of five columns for each thread.
///
/// # Reference
/// I.-K. Yeo and R. A. Johnson (2000), A new family of power transformations to improve normality or symmetry,
/// Biometrika 87. T. Marchand, B. Muzellec et al. (2022), SecureFedYJ: a safe feature Gaussianization protocol
/// for federated learning: the likelihood is concave in λ.
///
/// # Example
/// ```
/// use crm_mining::{Fit, Predict, data::Features, feature::PowerTransform};
///
/// let balance = Features::new(["balance"], vec![-20.0, 0.0, 15.0, 30.0, 80.0, 900.0])?;
/// let scaler = PowerTransform.fit(&balance)?;
/// assert!((scaler.lambdas()[0] - 0.568_905_9).abs() < 1e-6);
/// let scaled = scaler.predict(&balance)?;
/// assert!((scaler.inverse(&scaled)?.values()[5] - 900.0).abs() < 1e-9);
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PowerTransform;

impl Fit<Features> for PowerTransform {
    type Model = PowerScaler;

    fn fit_with(&self, features: &Features, control: &Control) -> Result<PowerScaler> {
        let fit = |values: &[f64]| YeoJohnson::fit(values, control);
        let columns = fit_columns("PowerTransform", features, control, fit)?;
        Ok(PowerScaler { feature_names: features.names().to_vec(), columns })
    }
}

/// The powers of columns: what [`PowerTransform`] learns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct PowerScaler {
    feature_names: Vec<String>,
    columns: Vec<YeoJohnson>,
}

/// The fields of a scaler as they were saved.
#[derive(Deserialize)]
struct Unchecked {
    feature_names: Vec<String>,
    columns: Vec<YeoJohnson>,
}

impl TryFrom<Unchecked> for PowerScaler {
    type Error = Error;

    fn try_from(saved: Unchecked) -> Result<PowerScaler> {
        let Unchecked { feature_names, columns } = saved;
        check_saved("PowerScaler", &feature_names, &columns)?;
        Ok(PowerScaler { feature_names, columns })
    }
}

impl PowerScaler {
    /// The features of the fit.
    pub fn feature_names(&self) -> &[String] {
        &self.feature_names
    }

    /// The power λ of each column.
    pub fn lambdas(&self) -> Vec<f64> {
        self.columns.iter().map(YeoJohnson::lambda).collect()
    }

    /// The columns in which every value is the same.
    pub fn constant(&self) -> impl Iterator<Item = &str> {
        let both = self.feature_names.iter().zip(&self.columns);
        both.filter(|(_, column)| column.is_constant()).map(|(name, _)| name.as_str())
    }

    /// Transformed features back in the units of the fit; a constant column gets its constant.
    ///
    /// # Errors
    /// See [`PowerTransform`].
    pub fn inverse(&self, features: &Features) -> Result<Features> {
        columns::restore("PowerScaler", &self.feature_names, &self.columns, features)
    }
}

impl Predict<Features> for PowerScaler {
    /// The features, bent and standardized.
    type Output = Features;

    fn predict(&self, features: &Features) -> Result<Features> {
        columns::scale("PowerScaler", &self.feature_names, &self.columns, features)
    }
}
