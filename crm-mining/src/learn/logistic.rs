//! Logistic regression by Newton's method.

mod newton;
mod scaling;

use super::classes::{Explained, check_labels};
use crate::data::{Features, Labeled};
use crate::error::{Result, invalid_parameter};
use crate::model::{Control, Fit, Predict};
use newton::Problem;
use rayon::prelude::*;
use scaling::Scaling;
use serde::{Deserialize, Serialize};

const NAME: &str = "LogisticRegression";

/// Settings of a logistic regression with a ridge (L2) penalty.
///
/// The model says how likely a row belongs to the positive class: 1 / (1 + e^−η), η = intercept +
/// Σ coefficient × value. It is fitted by minimising Σ loss + penalty/2 · Σ coefficient², the objective of
/// scikit-learn with C = 1/penalty; the intercept is not penalised. Use it first: it is fast, its reasons can
/// be read off, and on few or noisy features it is hard to beat. Features enter linearly; for others take
/// [`RandomForest`](super::RandomForest).
///
/// Inside, columns are always standardised, so that units do not matter to the arithmetic. A constant column
/// gets the coefficient 0.
///
/// # Errors
/// `fit`: a setting out of range; fewer than two rows; labels of one class only
/// ([`SingleClass`](crate::ErrorKind::SingleClass)); a column whose size is not within 1e-100 to 1e100; the
/// caller's wish to stop. A fit that did not converge is no error: see [`LogisticModel::converged`].
///
/// # Complexity
/// O(n d²) time and O(d²) memory per iteration, with 5 to 10 iterations as a rule.
///
/// # Reference
/// D. R. Cox (1958), The regression analysis of binary sequences, JRSS B 20. S. le Cessie,
/// J. C. van Houwelingen (1992), Ridge estimators in logistic regression, Applied Statistics 41.
///
/// # Example
/// ```
/// use crm_mining::{Fit, data::{Features, Labeled}, learn::LogisticRegression};
///
/// let features = Features::new(["days_since_order"], vec![2.0, 9.0, 30.0, 75.0, 120.0, 40.0])?;
/// let left = [false, false, false, true, true, true];
/// let model = LogisticRegression::default().fit(&Labeled::new(features, left)?)?;
/// assert!(model.converged());
/// assert!(model.coefficients()[0] > 0.0); // the longer the silence, the likelier the loss
/// let chance = model.predict_probability(&Features::new(["days_since_order"], vec![5.0, 100.0])?)?;
/// assert!(chance[0] < 0.3 && chance[1] > 0.8);
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LogisticRegression {
    /// Strength of the penalty, at least 0; 1/C of scikit-learn. Default 1.
    pub penalty: f64,
    /// Which coefficients the penalty holds down. Default: those of standardised columns.
    pub penalized: Penalized,
    /// Most Newton steps. Default 100.
    pub max_iterations: usize,
    /// Ends the search when a step can lower the objective by no more than this share of it. Default 1e-12.
    pub tolerance: f64,
}

/// What the penalty of a [`LogisticRegression`] is laid on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Penalized {
    /// Coefficients of columns brought to mean 0 and variance 1: units do not matter. As scikit-learn's
    /// `make_pipeline(StandardScaler(), LogisticRegression())`.
    StandardizedColumns,
    /// Coefficients of the columns as they are. As scikit-learn's `LogisticRegression()` alone.
    RawColumns,
}

impl Default for LogisticRegression {
    fn default() -> Self {
        LogisticRegression {
            penalty: 1.0,
            penalized: Penalized::StandardizedColumns,
            max_iterations: 100,
            tolerance: 1e-12,
        }
    }
}

impl LogisticRegression {
    fn check(&self) -> Result<()> {
        if !(0.0..=1e12).contains(&self.penalty) {
            return invalid_parameter(NAME, "penalty", "from 0 to 1e12", self.penalty);
        }
        if !(self.tolerance > 0.0 && self.tolerance < 1.0) {
            return invalid_parameter(NAME, "tolerance", "above 0 and below 1", self.tolerance);
        }
        if self.max_iterations == 0 {
            return invalid_parameter(NAME, "max_iterations", "at least 1", self.max_iterations);
        }
        Ok(())
    }
}

impl Fit<Labeled> for LogisticRegression {
    type Model = LogisticModel;

    fn fit_with(&self, data: &Labeled, control: &Control) -> Result<LogisticModel> {
        self.check()?;
        check_labels(NAME, data)?;
        let scaling = Scaling::of(NAME, data.features(), control)?;
        let penalties = scaling.scales().map(|scale| match self.penalized {
            Penalized::StandardizedColumns => self.penalty,
            Penalized::RawColumns => self.penalty * scale * scale,
        });
        let problem = Problem::new(data, &scaling, penalties.collect());
        let solution = problem.minimize(self.max_iterations, self.tolerance, control)?;
        let (base, weights) = solution.weights.split_first().map_or((0.0, &[][..]), |(b, w)| (*b, w));
        let coefficients: Vec<f64> =
            weights.iter().zip(scaling.scales()).map(|(w, scale)| w * scale).collect();
        let shift: f64 = coefficients.iter().zip(scaling.means()).map(|(c, mean)| c * mean).sum();
        Ok(LogisticModel {
            names: data.features().names().to_vec(),
            intercept: base - shift,
            coefficients,
            base,
            weights: weights.to_vec(),
            scaling,
            iterations: solution.iterations,
            converged: solution.converged,
            separated: solution.separated,
        })
    }
}

/// A fitted [`LogisticRegression`].
#[derive(Debug, Clone, PartialEq)]
pub struct LogisticModel {
    names: Vec<String>,
    intercept: f64,
    coefficients: Vec<f64>,
    base: f64,
    weights: Vec<f64>,
    scaling: Scaling,
    iterations: usize,
    converged: bool,
    separated: bool,
}

impl LogisticModel {
    /// The features of the fit, in order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The log-odds where every feature is 0.
    pub fn intercept(&self) -> f64 {
        self.intercept
    }

    /// By how much the log-odds grow per unit of each feature.
    pub fn coefficients(&self) -> &[f64] {
        &self.coefficients
    }

    /// By how much the log-odds grow per standard deviation of each feature: comparable across features.
    pub fn standardized_coefficients(&self) -> &[f64] {
        &self.weights
    }

    /// The log-odds of a row with the mean of every feature.
    pub fn base_log_odds(&self) -> f64 {
        self.base
    }

    /// Newton steps taken.
    pub fn iterations(&self) -> usize {
        self.iterations
    }

    /// Whether the search met its tolerance.
    pub fn converged(&self) -> bool {
        self.converged
    }

    /// Whether the model tells the classes of the fit apart without a fault. Then only the penalty keeps the
    /// coefficients finite; without one the search stops early, and [`LogisticModel::converged`] is false.
    pub fn separated(&self) -> bool {
        self.separated
    }

    /// The probability of the positive class, row by row.
    ///
    /// # Errors
    /// [`FeatureMismatch`](crate::ErrorKind::FeatureMismatch) when names or their order differ from the fit.
    pub fn predict_probability(&self, features: &Features) -> Result<Vec<f64>> {
        features.expect_names("LogisticModel", &self.names)?;
        let d = self.names.len();
        Ok(features
            .values()
            .par_chunks(d * ROWS)
            .flat_map_iter(|rows| rows.chunks_exact(d).map(|row| self.probability(self.parts(row))))
            .collect())
    }

    /// The probabilities and why: each feature moves the log-odds of a row away from
    /// [`LogisticModel::base_log_odds`] by its coefficient times its distance from the mean.
    ///
    /// # Errors
    /// As [`LogisticModel::predict_probability`].
    pub fn explain(&self, features: &Features) -> Result<Explained> {
        features.expect_names("LogisticModel", &self.names)?;
        let d = self.names.len();
        let rows = features.values().par_chunks(d * ROWS);
        let parts: Vec<f64> =
            rows.flat_map_iter(|rows| rows.chunks_exact(d).flat_map(|row| self.parts(row))).collect();
        let probabilities =
            parts.chunks_exact(d).map(|parts| self.probability(parts.iter().copied())).collect();
        Explained::new(features, probabilities, self.base, parts)
    }

    /// What each feature adds to the log-odds of a row.
    fn parts<'a>(&'a self, row: &'a [f64]) -> impl Iterator<Item = f64> + 'a {
        self.scaling.standardized(row).zip(&self.weights).map(|(z, weight)| z * weight)
    }

    fn probability(&self, parts: impl Iterator<Item = f64>) -> f64 {
        newton::logistic(self.base + parts.sum::<f64>())
    }
}

/// Rows per piece of work at prediction.
const ROWS: usize = 4096;

impl Predict<Features> for LogisticModel {
    type Output = Vec<f64>;

    fn predict(&self, features: &Features) -> Result<Vec<f64>> {
        self.predict_probability(features)
    }
}
