//! What standard errors say of coefficients.

use crate::data::Column;
use crate::error::{Result, invalid_parameter};
use crate::math::tails::{chi_square_above, normal_above, normal_quantile_above};
use serde::{Deserialize, Serialize};

/// Whether a model explains more than one without features would by chance.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LikelihoodRatio {
    /// Twice the gain in log-likelihood; χ² distributed when no feature matters.
    pub statistic: f64,
    /// Degrees of freedom: the number of features.
    pub degrees_of_freedom: usize,
    /// How likely features that do not matter gain so much by chance.
    pub p_value: f64,
}

impl LikelihoodRatio {
    pub(super) fn of(log_likelihood: f64, null: f64, degrees_of_freedom: usize) -> LikelihoodRatio {
        let statistic = f64::max(2.0 * (log_likelihood - null), 0.0);
        let p_value = chi_square_above(statistic, degrees_of_freedom);
        LikelihoodRatio { statistic, degrees_of_freedom, p_value }
    }
}

/// The roots of the diagonal of a square matrix.
pub(super) fn standard_errors(covariance: &[f64], width: usize) -> Vec<f64> {
    covariance.iter().step_by(width + 1).map(|variance| variance.max(0.0).sqrt()).collect()
}

pub(super) fn z_scores(coefficients: &[f64], errors: &[f64]) -> Vec<f64> {
    coefficients.iter().zip(errors).map(|(coefficient, error)| coefficient / error).collect()
}

pub(super) fn p_values(coefficients: &[f64], errors: &[f64]) -> Vec<f64> {
    z_scores(coefficients, errors).into_iter().map(|z| 2.0 * normal_above(z.abs())).collect()
}

/// Lower and upper bounds.
pub(super) fn intervals(
    of: &'static str,
    coefficients: &[f64],
    errors: &[f64],
    level: f64,
) -> Result<Vec<(f64, f64)>> {
    if !(level > 0.0 && level < 1.0) {
        return invalid_parameter(of, "level", "above 0 and below 1", level);
    }
    let z = normal_quantile_above(0.5 * (1.0 - level));
    Ok(coefficients.iter().zip(errors).map(|(c, error)| (c - z * error, c + z * error)).collect())
}

/// The columns in which a model shows its coefficients.
pub(super) fn columns(names: &[String], coefficients: &[f64], errors: &[f64]) -> Vec<Column> {
    vec![
        Column::text("feature", names.iter().map(Some)),
        Column::floats("coefficient", coefficients.to_vec()),
        Column::floats("standard_error", errors.to_vec()),
        Column::floats("z", z_scores(coefficients, errors)),
        Column::floats("p_value", p_values(coefficients, errors)),
    ]
}

/// Times at which a model is asked for survival.
pub(super) fn check_times(of: &'static str, times: &[f64]) -> Result<()> {
    match times.iter().find(|time| !(time.is_finite() && **time >= 0.0)) {
        None => Ok(()),
        Some(time) => invalid_parameter(of, "times", "finite and at least 0", time),
    }
}

/// Rows of features per piece of work.
pub(super) const ROWS: usize = 4096;
