//! A fitted accelerated failure time model and what it says of subjects.

use super::super::arrange::{Lines, Scaling};
use super::super::inference::{
    LikelihoodRatio, ROWS, check_times, columns, intervals, p_values, standard_errors, z_scores,
};
use super::super::newton::dot;
use super::AftDistribution;
use crate::data::{Features, Table, ToTable};
use crate::error::{Error, Result, invalid_parameter};
use crate::model::Predict;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// A fitted [`Aft`](super::Aft) model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct AftModel {
    pub(super) distribution: AftDistribution,
    pub(super) names: Vec<String>,
    pub(super) coefficients: Vec<f64>,
    pub(super) intercept: f64,
    pub(super) log_shape: f64,
    pub(super) covariance: Vec<f64>,
    pub(super) log_likelihood: f64,
    pub(super) null_log_likelihood: f64,
    pub(super) concordance: Option<f64>,
    pub(super) n_rows: usize,
    pub(super) n_events: usize,
    pub(super) iterations: usize,
}

const OF: &str = "AftModel";

impl AftModel {
    /// How the durations of like subjects are distributed.
    pub fn distribution(&self) -> AftDistribution {
        self.distribution
    }

    /// The features of the fit, in order; none for a model of durations alone.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// By how much ln t grows per unit of each feature.
    pub fn coefficients(&self) -> &[f64] {
        &self.coefficients
    }

    /// By what time is multiplied per unit of each feature.
    pub fn time_ratios(&self) -> Vec<f64> {
        self.coefficients.iter().map(|coefficient| coefficient.exp()).collect()
    }

    /// The scale where every feature is 0: ln λ, μ or ln α.
    pub fn intercept(&self) -> f64 {
        self.intercept
    }

    /// The logarithm of the shape.
    pub fn log_shape(&self) -> f64 {
        self.log_shape
    }

    /// The shape: ρ, σ or β.
    pub fn shape(&self) -> f64 {
        self.log_shape.exp()
    }

    /// The time unit of a subject whose every feature is 0, e^intercept: λ, e^μ or α.
    pub fn scale(&self) -> f64 {
        self.intercept.exp()
    }

    /// The standard errors of the coefficients, then of the intercept and of the logarithm of the shape.
    pub fn standard_errors(&self) -> Vec<f64> {
        standard_errors(&self.covariance, self.names.len() + 2)
    }

    /// The variances and covariances of the coefficients, the intercept and the logarithm of the shape, row by
    /// row.
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

    /// The log-likelihood of the fit.
    pub fn log_likelihood(&self) -> f64 {
        self.log_likelihood
    }

    /// The log-likelihood of the model without features.
    pub fn null_log_likelihood(&self) -> f64 {
        self.null_log_likelihood
    }

    /// Whether the features explain more than they would by chance.
    pub fn likelihood_ratio(&self) -> LikelihoodRatio {
        LikelihoodRatio::of(self.log_likelihood, self.null_log_likelihood, self.names.len())
    }

    /// Akaike's criterion, to compare distributions on the same data: the smaller, the better.
    pub fn aic(&self) -> f64 {
        2.0 * (self.names.len() + 2) as f64 - 2.0 * self.log_likelihood
    }

    /// How well the model orders the rows of the fit (see [`concordance`](crate::learn::concordance)); `None`
    /// without features, or when the rows hold no pair to compare.
    pub fn concordance(&self) -> Option<f64> {
        self.concordance
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

    /// The chance that a subject whose every feature is 0 survives a time; without features, that anybody does.
    ///
    /// # Errors
    /// A time that is not finite or below 0.
    pub fn baseline_survival_at(&self, time: f64) -> Result<f64> {
        check_times(OF, &[time])?;
        Ok(self.survival_of(self.intercept, time))
    }

    /// The time by which it has happened to a share `q` of subjects whose every feature is 0; without features,
    /// of all.
    ///
    /// # Errors
    /// A `q` that is not above 0 and below 1.
    pub fn baseline_quantile(&self, q: f64) -> Result<f64> {
        Ok((self.intercept + self.noise_at(q)?).exp())
    }

    /// The chance of each row to survive each time: row by row, one value per time.
    ///
    /// # Errors
    /// A time that is not finite or below 0;
    /// [`FeatureMismatch`](crate::ErrorKind::FeatureMismatch) when names or their order differ from the fit.
    pub fn survival(&self, features: &Features, times: &[f64]) -> Result<Vec<f64>> {
        check_times(OF, times)?;
        let logs = self.logs(features)?;
        Ok(logs
            .par_iter()
            .with_min_len(ROWS)
            .flat_map_iter(|&log| times.iter().map(move |&time| self.survival_of(log, time)))
            .collect())
    }

    /// The time by which the event has come to each row with chance `q`.
    ///
    /// # Errors
    /// A `q` that is not above 0 and below 1; names or their order as in [`AftModel::survival`].
    pub fn quantile(&self, features: &Features, q: f64) -> Result<Vec<f64>> {
        let noise = self.noise_at(q)?;
        Ok(self.logs(features)?.into_iter().map(|log| (log + noise).clamp(-700.0, 700.0).exp()).collect())
    }

    /// The time that each row survives with a chance of one half.
    ///
    /// # Errors
    /// As [`AftModel::quantile`].
    pub fn median(&self, features: &Features) -> Result<Vec<f64>> {
        self.quantile(features, 0.5)
    }

    /// The scale of each row, as a logarithm.
    fn logs(&self, features: &Features) -> Result<Vec<f64>> {
        features.expect_names(OF, &self.names)?;
        let rows = features.values().par_chunks(self.names.len() * ROWS);
        let log = |row: &[f64]| {
            // Values far beyond those of the fit are held finite.
            let log = self.intercept + dot(row, &self.coefficients);
            if log.is_nan() { self.intercept } else { log.clamp(-1e6, 1e6) }
        };
        Ok(rows.flat_map_iter(|rows| rows.chunks_exact(self.names.len()).map(log)).collect())
    }

    /// One over the deviation of ln t.
    fn tau(&self) -> f64 {
        (self.distribution.shape_sign() * self.log_shape).exp()
    }

    fn survival_of(&self, log: f64, time: f64) -> f64 {
        if time == 0.0 {
            return 1.0;
        }
        self.distribution.survival((time.ln() - log) * self.tau()).0.exp()
    }

    fn noise_at(&self, q: f64) -> Result<f64> {
        if !(q > 0.0 && q < 1.0) {
            return invalid_parameter(OF, "q", "above 0 and below 1", q);
        }
        Ok(self.distribution.quantile(q) / self.tau())
    }

    /// A score of a line that falls as its scale rises.
    pub(super) fn risk_of<'a>(&self, lines: &'a Lines, scaling: &Scaling) -> impl Fn(usize) -> f64 + use<'a> {
        let standardized: Vec<f64> =
            self.coefficients.iter().zip(&scaling.deviations).map(|(c, deviation)| -c * deviation).collect();
        move |line| dot(lines.line(line), &standardized)
    }
}

/// The median time of each row.
impl Predict<Features> for AftModel {
    type Output = Vec<f64>;

    fn predict(&self, features: &Features) -> Result<Vec<f64>> {
        self.median(features)
    }
}

impl ToTable for AftModel {
    fn to_table(&self) -> Table {
        let mut names = self.names.clone();
        names.extend(["intercept".to_owned(), "log_shape".to_owned()]);
        let mut values = self.coefficients.clone();
        values.extend([self.intercept, self.log_shape]);
        Table::of("aft", columns(&names, &values, &self.standard_errors()))
    }
}

/// A model as read from outside.
#[derive(Deserialize)]
struct Unchecked {
    distribution: AftDistribution,
    names: Vec<String>,
    coefficients: Vec<f64>,
    intercept: f64,
    log_shape: f64,
    covariance: Vec<f64>,
    log_likelihood: f64,
    null_log_likelihood: f64,
    concordance: Option<f64>,
    n_rows: usize,
    n_events: usize,
    iterations: usize,
}

impl TryFrom<Unchecked> for AftModel {
    type Error = Error;

    fn try_from(read: Unchecked) -> Result<AftModel> {
        let width = read.names.len();
        let lengths = [
            ("coefficients", read.coefficients.len(), width),
            ("covariance", read.covariance.len(), (width + 2) * (width + 2)),
        ];
        for (parameter, length, must_be) in lengths {
            if length != must_be {
                return invalid_parameter(OF, parameter, format!("{must_be} values"), length);
            }
        }
        let finite = read.coefficients.iter().chain(&read.covariance).chain([&read.intercept]);
        if let Some(value) = finite.copied().find(|value| !value.is_finite()) {
            return invalid_parameter(OF, "coefficients", "finite, as intercept and covariance", value);
        }
        let variances = read.covariance.iter().step_by(width + 3);
        if let Some(variance) = variances.copied().find(|variance| *variance < 0.0) {
            return invalid_parameter(OF, "covariance", "at least 0 on the diagonal", variance);
        }
        if !(-100.0..=100.0).contains(&read.log_shape) {
            return invalid_parameter(OF, "log_shape", "from -100 to 100", read.log_shape);
        }
        Ok(AftModel {
            distribution: read.distribution,
            names: read.names,
            coefficients: read.coefficients,
            intercept: read.intercept,
            log_shape: read.log_shape,
            covariance: read.covariance,
            log_likelihood: read.log_likelihood,
            null_log_likelihood: read.null_log_likelihood,
            concordance: read.concordance,
            n_rows: read.n_rows,
            n_events: read.n_events,
            iterations: read.iterations,
        })
    }
}
