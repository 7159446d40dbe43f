//! Features scaled by their median and the range of their middle.

use super::columns::{self, Scale, check_saved, fit_columns, moments};
use crate::data::Features;
use crate::error::{Error, Result, invalid_parameter};
use crate::math::quantile;
use crate::model::{Control, Fit, Predict};
use serde::{Deserialize, Serialize};

/// Robust scaling: subtracts the median of each column and divides by the range between two of its quantiles,
/// by default the interquartile range.
///
/// Use it in place of [`Standardize`](super::Standardize) where a few very large values would decide mean and
/// standard deviation. They stay large after scaling: to bring them in, take
/// [`QuantileTransform`](super::QuantileTransform), [`PowerTransform`](super::PowerTransform) or the logarithm.
///
/// A column in which every value is the same becomes 0 ([`RobustScaler::constant`]). In a column whose two
/// quantiles are equal although its values differ, the range says nothing; it is divided by its standard
/// deviation instead ([`RobustScaler::without_range`]). scikit-learn divides such a column by 1, which leaves
/// it in raw units: a column of amounts that are mostly 0 would then outweigh all others.
///
/// | setting | meaning | default |
/// |---|---|---|
/// | `lower` | the lower quantile | 0.25 |
/// | `upper` | the upper quantile | 0.75 |
///
/// Fitting gives a [`RobustScaler`], the same bits for the same rows in any order.
///
/// # Errors
/// Quantiles that are not 0 ≤ lower < upper ≤ 1; no row; a value of 1e140 or more in size. `predict` and
/// `inverse`: other columns than those of the fit; a result out of the range of `f64`.
///
/// # Complexity
/// O(rows · log rows) time per column; the memory of two columns for each thread.
///
/// # Reference
/// Quantiles of type 7 of R. J. Hyndman and Y. Fan (1996), Sample quantiles in statistical packages, as in
/// RobustScaler of scikit-learn 1.9.
///
/// # Example
/// ```
/// use crm_mining::{Fit, Predict, data::Features, feature::Robust};
///
/// let spend = Features::new(["spend"], vec![10.0, 20.0, 30.0, 40.0, 9000.0])?;
/// let scaler = Robust::default().fit(&spend)?;
/// assert_eq!((scaler.medians()[0], scaler.ranges()[0]), (30.0, 20.0));
/// let scaled = scaler.predict(&spend)?;
/// assert_eq!(scaled.values(), [-1.0, -0.5, 0.0, 0.5, 448.5]);
/// assert_eq!(scaler.inverse(&scaled)?, spend);
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Robust {
    /// The lower quantile.
    pub lower: f64,
    /// The upper quantile.
    pub upper: f64,
}

impl Default for Robust {
    fn default() -> Self {
        Robust { lower: 0.25, upper: 0.75 }
    }
}

impl Robust {
    pub(super) fn check(&self) -> Result<()> {
        if !(0.0..1.0).contains(&self.lower) {
            return invalid_parameter("Robust", "lower", "at least 0 and below 1", self.lower);
        }
        if !(self.upper > self.lower && self.upper <= 1.0) {
            return invalid_parameter("Robust", "upper", "above lower and at most 1", self.upper);
        }
        Ok(())
    }

    pub(super) fn column(&self, values: &[f64]) -> RobustColumn {
        let sorted = quantile::sorted(values);
        let at = |q| quantile::linear(&sorted, q).unwrap_or_default();
        let median = at(0.5);
        let constant = sorted.first() == sorted.last();
        let range = if constant { 0.0 } else { at(self.upper) - at(self.lower) };
        if constant || range > 0.0 {
            return RobustColumn { median, range, fallback: false };
        }
        RobustColumn { median, range: moments(&sorted).1, fallback: true }
    }
}

/// One column about its median.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct RobustColumn {
    median: f64,
    /// 0 in a constant column.
    range: f64,
    /// Whether `range` is the standard deviation.
    fallback: bool,
}

impl RobustColumn {
    pub(super) fn is_constant(&self) -> bool {
        self.range == 0.0
    }
}

impl Scale for RobustColumn {
    fn scaled(&self, value: f64) -> f64 {
        if self.range == 0.0 { 0.0 } else { (value - self.median) / self.range }
    }

    fn restored(&self, scaled: f64) -> f64 {
        scaled * self.range + self.median
    }

    fn is_sound(&self) -> bool {
        self.median.is_finite() && self.range.is_finite() && self.range >= 0.0
    }
}

impl Fit<Features> for Robust {
    type Model = RobustScaler;

    fn fit_with(&self, features: &Features, control: &Control) -> Result<RobustScaler> {
        self.check()?;
        let columns = fit_columns("Robust", features, control, |values| Ok(self.column(values)))?;
        Ok(RobustScaler { feature_names: features.names().to_vec(), columns })
    }
}

/// Medians and ranges of columns: what [`Robust`] learns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct RobustScaler {
    feature_names: Vec<String>,
    columns: Vec<RobustColumn>,
}

/// The fields of a scaler as they were saved.
#[derive(Deserialize)]
struct Unchecked {
    feature_names: Vec<String>,
    columns: Vec<RobustColumn>,
}

impl TryFrom<Unchecked> for RobustScaler {
    type Error = Error;

    fn try_from(saved: Unchecked) -> Result<RobustScaler> {
        let Unchecked { feature_names, columns } = saved;
        check_saved("RobustScaler", &feature_names, &columns)?;
        Ok(RobustScaler { feature_names, columns })
    }
}

impl RobustScaler {
    /// The features of the fit.
    pub fn feature_names(&self) -> &[String] {
        &self.feature_names
    }

    /// The median of each column.
    pub fn medians(&self) -> Vec<f64> {
        self.columns.iter().map(|column| column.median).collect()
    }

    /// What each column is divided by: the range between its quantiles, or its standard deviation where
    /// [`RobustScaler::without_range`] names it; 0 for a constant one, which becomes 0.
    pub fn ranges(&self) -> Vec<f64> {
        self.columns.iter().map(|column| column.range).collect()
    }

    /// The columns in which every value is the same.
    pub fn constant(&self) -> impl Iterator<Item = &str> {
        self.named(RobustColumn::is_constant)
    }

    /// The columns whose two quantiles are equal although their values differ.
    pub fn without_range(&self) -> impl Iterator<Item = &str> {
        self.named(|column| column.fallback)
    }

    fn named(&self, which: impl Fn(&RobustColumn) -> bool) -> impl Iterator<Item = &str> {
        let both = self.feature_names.iter().zip(&self.columns);
        both.filter(move |(_, column)| which(column)).map(|(name, _)| name.as_str())
    }

    /// Scaled features back in the units of the fit; a constant column gets its constant.
    ///
    /// # Errors
    /// See [`Robust`].
    pub fn inverse(&self, features: &Features) -> Result<Features> {
        columns::restore("RobustScaler", &self.feature_names, &self.columns, features)
    }
}

impl Predict<Features> for RobustScaler {
    /// The features about their medians.
    type Output = Features;

    fn predict(&self, features: &Features) -> Result<Features> {
        columns::scale("RobustScaler", &self.feature_names, &self.columns, features)
    }
}
