//! Features replaced by their ranks.

use super::columns::{self, Scale, check_saved, fit_columns};
use crate::data::Features;
use crate::error::{Error, Result, invalid_parameter};
use crate::math::quantile::sorted;
use crate::math::tails::{normal_above, normal_quantile_above};
use crate::model::{Control, Fit, Predict};
use serde::{Deserialize, Serialize};

/// The normal distribution is cut off where its tail holds less: at 5.2 standard deviations.
const TAIL: f64 = 1e-7;

/// Quantile transform: replaces each value by its place among the values of its column, from 0 to 1, and, when
/// asked for, by the value of a normal distribution that has this place.
///
/// Use it where columns are so skewed, or hold such outliers, that only the order of their values should
/// count. It bends distances: equal steps in money are no longer equal.
///
/// The distribution of each column is held as `n_quantiles` quantiles, between which places are interpolated. A
/// value that stands at several quantiles gets the mean of their places; values at or beyond the ends of the
/// fit become 0 and 1 (for normal output −5.199 and 5.199). A column in which every value is the same becomes 0
/// ([`QuantileScaler::constant`]).
///
/// | setting | meaning | default |
/// |---|---|---|
/// | `output` | uniform places or normal values | uniform |
/// | `n_quantiles` | quantiles that are held; at most one per row | 1000 |
///
/// Fitting gives a [`QuantileScaler`], the same bits for the same rows in any order.
///
/// Different from scikit-learn: every row is used, not a sample of 10 000; as many quantiles as rows are exactly the
/// values, which scikit-learn misses by roundings, so that it places some repeated values wrongly; with normal output a constant column
/// becomes 0, not −5.199; and the ends are where they are, whereas scikit-learn takes values within 1e-7 of them,
/// in the units of the column, for the ends, which flattens columns of small numbers.
///
/// # Errors
/// No quantile; no row; a value of 1e140 or more in size. `predict` and `inverse`: other columns than those
/// of the fit.
///
/// # Complexity
/// O(rows · log rows) time per column to fit, O(log quantiles) per value to predict; the memory of one column
/// for each thread and of the quantiles.
///
/// # Reference
/// As QuantileTransformer of scikit-learn 1.9. Quantiles of type 7 of R. J. Hyndman and Y. Fan (1996), Sample
/// quantiles in statistical packages.
///
/// # Example
/// ```
/// use crm_mining::{Fit, Predict, data::Features, feature::QuantileTransform};
///
/// let spend = Features::new(["spend"], vec![5.0, 7.0, 7.0, 80.0, 9000.0])?;
/// let scaler = QuantileTransform::default().fit(&spend)?;
/// assert_eq!(scaler.predict(&spend)?.values(), [0.0, 0.375, 0.375, 0.75, 1.0]);
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuantileTransform {
    /// Uniform places or normal values.
    pub output: QuantileOutput,
    /// Quantiles that are held.
    pub n_quantiles: usize,
}

/// What a value is replaced by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuantileOutput {
    /// Its place, from 0 to 1.
    #[default]
    Uniform,
    /// The value of the standard normal distribution at this place.
    Normal,
}

impl Default for QuantileTransform {
    fn default() -> Self {
        QuantileTransform { output: QuantileOutput::Uniform, n_quantiles: 1000 }
    }
}

impl QuantileTransform {
    pub(super) fn check(&self) -> Result<()> {
        if self.n_quantiles == 0 {
            return invalid_parameter("QuantileTransform", "n_quantiles", "at least 1", self.n_quantiles);
        }
        Ok(())
    }

    pub(super) fn column(&self, values: &[f64]) -> Ranks {
        let sorted = sorted(values);
        let last = sorted.len().saturating_sub(1);
        let steps = self.n_quantiles.min(sorted.len()).saturating_sub(1);
        // Whole numbers find the place exactly; a factor between 0 and 1 would miss by a rounding.
        let quantile = |step: usize| {
            let place = step as u128 * last as u128;
            let (below, rest) = (place / steps.max(1) as u128, place % steps.max(1) as u128);
            let at = |place: u128| sorted.get(place as usize).copied().unwrap_or_default();
            let (low, high) = (at(below), at((below + 1).min(last as u128)));
            (low + (high - low) * (rest as f64 / steps.max(1) as f64)).min(high) + 0.0
        };
        Ranks { output: self.output, quantiles: (0..=steps).map(quantile).collect() }
    }
}

/// One column as quantiles, ascending.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Ranks {
    output: QuantileOutput,
    quantiles: Vec<f64>,
}

impl Ranks {
    pub(super) fn is_constant(&self) -> bool {
        self.ends().is_none_or(|(low, high)| low == high)
    }

    fn ends(&self) -> Option<(f64, f64)> {
        Some((*self.quantiles.first()?, *self.quantiles.last()?))
    }

    /// Where a value stands, from 0 to 1.
    fn place(&self, value: f64) -> f64 {
        let Some((low, high)) = self.ends() else { return 0.0 };
        if value <= low {
            return 0.0;
        }
        if value >= high {
            return 1.0;
        }
        let steps = (self.quantiles.len() - 1) as f64;
        let below = self.quantiles.partition_point(|&quantile| quantile < value);
        let up_to = self.quantiles.partition_point(|&quantile| quantile <= value);
        if up_to > below {
            return 0.5 * (below + up_to - 1) as f64 / steps;
        }
        let at = |place: usize| self.quantiles.get(place).copied().unwrap_or(value);
        let (before, after) = (at(below - 1), at(below));
        ((below - 1) as f64 + (value - before) / (after - before)) / steps
    }

    /// The value at a place.
    fn at(&self, place: f64) -> f64 {
        let steps = self.quantiles.len().saturating_sub(1);
        let position = place.clamp(0.0, 1.0) * steps as f64;
        let at = |place: f64| self.quantiles.get(place as usize).copied().unwrap_or(f64::NAN);
        let (low, high) = (at(position.floor()), at(position.ceil()));
        (low + (high - low) * position.fract()).min(high)
    }
}

impl Scale for Ranks {
    fn scaled(&self, value: f64) -> f64 {
        if self.is_constant() {
            return 0.0;
        }
        let place = self.place(value);
        match self.output {
            QuantileOutput::Uniform => place,
            QuantileOutput::Normal => -normal_quantile_above(place.clamp(TAIL, 1.0 - TAIL)),
        }
    }

    fn restored(&self, scaled: f64) -> f64 {
        match self.output {
            QuantileOutput::Uniform => self.at(scaled),
            QuantileOutput::Normal => {
                let (below, above) = (normal_above(-scaled), normal_above(scaled));
                // A little more than the tail itself: the ends must come back in spite of rounding.
                let tail = TAIL * (1.0 + 1e-6);
                self.at(if below < tail {
                    0.0
                } else if above < tail {
                    1.0
                } else {
                    below
                })
            }
        }
    }

    fn is_sound(&self) -> bool {
        let finite = self.quantiles.iter().all(|quantile| quantile.abs() < columns::LARGEST);
        !self.quantiles.is_empty() && finite && self.quantiles.is_sorted()
    }
}

impl Fit<Features> for QuantileTransform {
    type Model = QuantileScaler;

    fn fit_with(&self, features: &Features, control: &Control) -> Result<QuantileScaler> {
        self.check()?;
        let columns = fit_columns("QuantileTransform", features, control, |values| Ok(self.column(values)))?;
        Ok(QuantileScaler { feature_names: features.names().to_vec(), columns })
    }
}

/// The quantiles of columns: what [`QuantileTransform`] learns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct QuantileScaler {
    feature_names: Vec<String>,
    columns: Vec<Ranks>,
}

/// The fields of a scaler as they were saved.
#[derive(Deserialize)]
struct Unchecked {
    feature_names: Vec<String>,
    columns: Vec<Ranks>,
}

impl TryFrom<Unchecked> for QuantileScaler {
    type Error = Error;

    fn try_from(saved: Unchecked) -> Result<QuantileScaler> {
        let Unchecked { feature_names, columns } = saved;
        check_saved("QuantileScaler", &feature_names, &columns)?;
        Ok(QuantileScaler { feature_names, columns })
    }
}

impl QuantileScaler {
    /// The features of the fit.
    pub fn feature_names(&self) -> &[String] {
        &self.feature_names
    }

    /// The quantiles of one column, ascending and equally far apart in rank; empty beyond the last column.
    pub fn quantiles(&self, feature: usize) -> &[f64] {
        self.columns.get(feature).map_or(&[], |column| &column.quantiles)
    }

    /// The columns in which every value is the same.
    pub fn constant(&self) -> impl Iterator<Item = &str> {
        let both = self.feature_names.iter().zip(&self.columns);
        both.filter(|(_, column)| column.is_constant()).map(|(name, _)| name.as_str())
    }

    /// Transformed features back in the units of the fit, between the ends of the fit. Where several values
    /// had one place, such as in a long run of zeros, the value at that place comes back.
    ///
    /// # Errors
    /// See [`QuantileTransform`].
    pub fn inverse(&self, features: &Features) -> Result<Features> {
        columns::restore("QuantileScaler", &self.feature_names, &self.columns, features)
    }
}

impl Predict<Features> for QuantileScaler {
    /// The places of the values, or the normal values there.
    type Output = Features;

    fn predict(&self, features: &Features) -> Result<Features> {
        columns::scale("QuantileScaler", &self.feature_names, &self.columns, features)
    }
}
