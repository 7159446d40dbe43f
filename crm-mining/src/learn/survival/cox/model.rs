//! A fitted Cox regression and what it says of subjects.

use super::super::inference::{
    LikelihoodRatio, ROWS, check_times, columns, intervals, p_values, standard_errors, z_scores,
};
use crate::data::{Column, Features, Table, ToTable};
use crate::error::{Error, Result, invalid_parameter};
use crate::model::Predict;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// A fitted [`Cox`](super::Cox) regression.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct CoxModel {
    pub(super) names: Vec<String>,
    pub(super) coefficients: Vec<f64>,
    pub(super) covariance: Vec<f64>,
    pub(super) means: Vec<f64>,
    pub(super) log_likelihood: f64,
    pub(super) null_log_likelihood: f64,
    pub(super) concordance: Option<f64>,
    pub(super) baseline_times: Vec<f64>,
    pub(super) baseline_hazards: Vec<f64>,
    pub(super) n_rows: usize,
    pub(super) n_events: usize,
    pub(super) iterations: usize,
}

const OF: &str = "CoxModel";

impl CoxModel {
    /// The features of the fit, in order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// By how much the logarithm of the hazard grows per unit of each feature.
    pub fn coefficients(&self) -> &[f64] {
        &self.coefficients
    }

    /// By what the hazard is multiplied per unit of each feature.
    pub fn hazard_ratios(&self) -> Vec<f64> {
        self.coefficients.iter().map(|coefficient| coefficient.exp()).collect()
    }

    /// The standard error of each coefficient.
    pub fn standard_errors(&self) -> Vec<f64> {
        standard_errors(&self.covariance, self.names.len())
    }

    /// The variances and covariances of the coefficients, row by row.
    pub fn covariance(&self) -> &[f64] {
        &self.covariance
    }

    /// Each coefficient in standard errors.
    pub fn z_scores(&self) -> Vec<f64> {
        z_scores(&self.coefficients, &self.standard_errors())
    }

    /// How likely a coefficient of 0 comes out so large by chance (Wald's test).
    pub fn p_values(&self) -> Vec<f64> {
        p_values(&self.coefficients, &self.standard_errors())
    }

    /// The lower and upper bound of each coefficient.
    ///
    /// # Errors
    /// A level that is not above 0 and below 1.
    pub fn intervals(&self, level: f64) -> Result<Vec<(f64, f64)>> {
        intervals(OF, &self.coefficients, &self.standard_errors(), level)
    }

    /// The partial log-likelihood, without the penalty.
    pub fn log_likelihood(&self) -> f64 {
        self.log_likelihood
    }

    /// The partial log-likelihood when no feature matters.
    pub fn null_log_likelihood(&self) -> f64 {
        self.null_log_likelihood
    }

    /// Whether the features explain more than they would by chance.
    pub fn likelihood_ratio(&self) -> LikelihoodRatio {
        LikelihoodRatio::of(self.log_likelihood, self.null_log_likelihood, self.names.len())
    }

    /// How well the model orders the rows of the fit (see [`concordance`](crate::learn::concordance)); `None`
    /// when they hold no pair to compare.
    pub fn concordance(&self) -> Option<f64> {
        self.concordance
    }

    /// The mean of each feature at the fit.
    pub fn means(&self) -> &[f64] {
        &self.means
    }

    /// The times of events, in rising order.
    pub fn baseline_times(&self) -> &[f64] {
        &self.baseline_times
    }

    /// The cumulative hazard of a subject with the mean of every feature, at those times.
    pub fn baseline_hazards(&self) -> &[f64] {
        &self.baseline_hazards
    }

    /// The chance that a subject with the mean of every feature survives a time.
    pub fn baseline_survival_at(&self, time: f64) -> f64 {
        (-self.hazard_at(time)).exp()
    }

    /// How many rows the model was fitted to.
    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// How many events they held, weights aside.
    pub fn n_events(&self) -> usize {
        self.n_events
    }

    /// Newton steps taken.
    pub fn iterations(&self) -> usize {
        self.iterations
    }

    /// The hazard of each row over that of a subject with the mean of every feature.
    ///
    /// # Errors
    /// [`FeatureMismatch`](crate::ErrorKind::FeatureMismatch) when names or their order differ from the fit.
    pub fn relative_hazard(&self, features: &Features) -> Result<Vec<f64>> {
        features.expect_names(OF, &self.names)?;
        let rows = features.values().par_chunks(self.names.len() * ROWS);
        Ok(rows.flat_map_iter(|rows| rows.chunks_exact(self.names.len()).map(|row| self.risk(row))).collect())
    }

    /// The chance of each row to survive each time: row by row, one value per time. Beyond the last event the
    /// chance stays what it was there.
    ///
    /// # Errors
    /// A time that is not finite or below 0; else as [`CoxModel::relative_hazard`].
    pub fn survival(&self, features: &Features, times: &[f64]) -> Result<Vec<f64>> {
        check_times(OF, times)?;
        let hazards: Vec<f64> = times.iter().map(|&time| self.hazard_at(time)).collect();
        let risks = self.relative_hazard(features)?;
        Ok(risks
            .par_iter()
            .with_min_len(ROWS)
            .flat_map_iter(|&risk| hazards.iter().map(move |&hazard| survival(hazard, risk)))
            .collect())
    }

    /// The first time that each row survives with a chance of at most one half; `None` beyond the last event.
    ///
    /// # Errors
    /// As [`CoxModel::relative_hazard`].
    pub fn median(&self, features: &Features) -> Result<Vec<Option<f64>>> {
        let first = |risk: f64| {
            let place = self.baseline_hazards.partition_point(|&hazard| survival(hazard, risk) > 0.5);
            self.baseline_times.get(place).copied()
        };
        Ok(self.relative_hazard(features)?.into_iter().map(first).collect())
    }

    fn risk(&self, row: &[f64]) -> f64 {
        let parts = row.iter().zip(&self.means).zip(&self.coefficients);
        let log: f64 = parts.map(|((value, mean), coefficient)| (value - mean) * coefficient).sum();
        // Values far beyond those of the fit are held finite.
        if log.is_nan() { 1.0 } else { log.clamp(-700.0, 700.0).exp() }
    }

    fn hazard_at(&self, time: f64) -> f64 {
        if time.is_nan() {
            return time;
        }
        let passed = self.baseline_times.partition_point(|&event| event <= time);
        passed.checked_sub(1).and_then(|last| self.baseline_hazards.get(last).copied()).unwrap_or(0.0)
    }
}

fn survival(hazard: f64, risk: f64) -> f64 {
    (-hazard * risk).exp()
}

/// The relative hazard of each row.
impl Predict<Features> for CoxModel {
    type Output = Vec<f64>;

    fn predict(&self, features: &Features) -> Result<Vec<f64>> {
        self.relative_hazard(features)
    }
}

impl ToTable for CoxModel {
    fn to_table(&self) -> Table {
        let mut columns = columns(&self.names, &self.coefficients, &self.standard_errors());
        columns.insert(2, Column::floats("hazard_ratio", self.hazard_ratios()));
        Table::of("cox", columns)
    }
}

/// A model as read from outside.
#[derive(Deserialize)]
struct Unchecked {
    names: Vec<String>,
    coefficients: Vec<f64>,
    covariance: Vec<f64>,
    means: Vec<f64>,
    log_likelihood: f64,
    null_log_likelihood: f64,
    concordance: Option<f64>,
    baseline_times: Vec<f64>,
    baseline_hazards: Vec<f64>,
    n_rows: usize,
    n_events: usize,
    iterations: usize,
}

impl TryFrom<Unchecked> for CoxModel {
    type Error = Error;

    fn try_from(read: Unchecked) -> Result<CoxModel> {
        let width = read.names.len();
        let lengths = [
            ("coefficients", read.coefficients.len(), width),
            ("covariance", read.covariance.len(), width * width),
            ("means", read.means.len(), width),
            ("baseline_hazards", read.baseline_hazards.len(), read.baseline_times.len()),
        ];
        for (parameter, length, must_be) in lengths {
            if length != must_be || width == 0 {
                return invalid_parameter(OF, parameter, format!("{must_be} values, at least 1"), length);
            }
        }
        let variances = read.covariance.iter().step_by(width + 1);
        if let Some(variance) = variances.copied().find(|variance| variance.is_nan() || *variance < 0.0) {
            return invalid_parameter(OF, "covariance", "at least 0 on the diagonal", variance);
        }
        let rises =
            |values: &[f64]| values.iter().all(|value| *value >= 0.0) && values.is_sorted_by(|a, b| a <= b);
        if !rises(&read.baseline_times) || !rises(&read.baseline_hazards) {
            return invalid_parameter(OF, "baseline", "rising from 0 or above", read.baseline_times.len());
        }
        let finite = read.coefficients.iter().chain(&read.means).chain(&read.covariance);
        if let Some(value) = finite.copied().find(|value| !value.is_finite()) {
            return invalid_parameter(OF, "coefficients", "finite, as means and covariance", value);
        }
        Ok(CoxModel {
            names: read.names,
            coefficients: read.coefficients,
            covariance: read.covariance,
            means: read.means,
            log_likelihood: read.log_likelihood,
            null_log_likelihood: read.null_log_likelihood,
            concordance: read.concordance,
            baseline_times: read.baseline_times,
            baseline_hazards: read.baseline_hazards,
            n_rows: read.n_rows,
            n_events: read.n_events,
            iterations: read.iterations,
        })
    }
}
