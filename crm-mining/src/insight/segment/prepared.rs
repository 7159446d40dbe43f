//! Features made comparable: logged where they lean right, then standardized.

use crate::data::Features;
use crate::error::Result;
use crate::feature::{Scaler, Standardize, log1p};
use crate::model::{Control, Fit, Predict};
use serde::{Deserialize, Serialize};

/// A column whose skewness is above this leans right: few large values, many small ones (Bulmer 1979 calls
/// it moderately skewed from here on).
const SKEWED: f64 = 0.5;

/// How features become comparable: ln(1 + x) of the columns that lean right, then all standardized.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Preparation {
    pub(super) logged: Vec<usize>,
    pub(super) scaler: Scaler,
}

impl Preparation {
    /// What these features need, and the features so treated.
    pub(super) fn fit(features: &Features, control: &Control) -> Result<(Preparation, Features)> {
        let logged = leaning_right(features)?;
        let logs = log1p(features, &logged)?;
        let scaler = Standardize.fit_with(&logs, control)?;
        let scaled = scaler.predict(&logs)?;
        Ok((Preparation { logged, scaler }, scaled))
    }

    pub(super) fn names(&self) -> &[String] {
        self.scaler.feature_names()
    }

    /// The features, logged and standardized.
    pub(super) fn apply(&self, features: &Features) -> Result<Features> {
        self.scaler.predict(&log1p(features, &self.logged)?)
    }

    /// One prepared value of a feature; a value that has no logarithm counts as 0 before it.
    pub(super) fn value(&self, feature: usize, raw: f64) -> f64 {
        let raw = if self.logged.contains(&feature) { raw.max(0.0).ln_1p() } else { raw };
        let at = |values: &[f64]| values.get(feature).copied().unwrap_or_default();
        match at(self.scaler.deviations()) {
            0.0 => 0.0,
            deviation => (raw - at(self.scaler.means())) / deviation,
        }
    }

    /// A prepared value in the units of its feature.
    pub(super) fn restore(&self, feature: usize, prepared: f64) -> f64 {
        let at = |values: &[f64]| values.get(feature).copied().unwrap_or_default();
        let value = prepared * at(self.scaler.deviations()) + at(self.scaler.means());
        if self.logged.contains(&feature) { value.exp_m1() } else { value }
    }

    /// Whether it holds what a fit can have made.
    pub(super) fn is_sound(&self) -> bool {
        let (n, names) = (self.names().len(), self.names());
        let (means, deviations) = (self.scaler.means(), self.scaler.deviations());
        n > 0
            && names
                .iter()
                .enumerate()
                .all(|(place, name)| !names.iter().take(place).any(|other| other == name))
            && (means.len(), deviations.len()) == (n, n)
            && means.iter().all(|mean| mean.is_finite())
            && deviations.iter().all(|deviation| deviation.is_finite() && *deviation >= 0.0)
            && self.logged.iter().all(|&column| column < n)
    }
}

/// The columns without a negative value whose skewness is above [`SKEWED`].
fn leaning_right(features: &Features) -> Result<Vec<usize>> {
    if features.n_rows() == 0 {
        return Ok(Vec::new());
    }
    let scaled = Standardize.fit(features)?.predict(features)?;
    let skewness = |column| scaled.column(column).map(|z| z * z * z).sum::<f64>() / scaled.n_rows() as f64;
    let leans =
        |&column: &usize| features.column(column).all(|value| value >= 0.0) && skewness(column) > SKEWED;
    Ok((0..features.n_features()).filter(leans).collect())
}
