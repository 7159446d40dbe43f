//! A fitted BG/NBD model and what it says of customers.

use super::bg_likelihood::Likelihood;
use super::collapse::{Collapsed, Record};
use super::expectation::Alive;
use super::status::FitStatus;
use crate::data::{Days, Summary};
use crate::error::{Error, ErrorKind, Result, invalid_parameter};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// A fitted [`BgNbd`](super::BgNbd) model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct BgNbdModel {
    pub(super) r: f64,
    pub(super) alpha: f64,
    pub(super) a: f64,
    pub(super) b: f64,
    pub(super) days_per_unit: f64,
    pub(super) n_customers: usize,
    pub(super) log_likelihood: f64,
    pub(super) iterations: usize,
    pub(super) status: FitStatus,
    pub(super) standard_errors: Option<BgNbdStandardErrors>,
}

/// Standard errors of the parameters of a [`BgNbdModel`], in the units of the parameters.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BgNbdStandardErrors {
    /// Of r.
    pub r: f64,
    /// Of α.
    pub alpha: f64,
    /// Of a.
    pub a: f64,
    /// Of b.
    pub b: f64,
}

/// Records per unit of parallel work.
pub(super) const CHUNK: usize = 512;

impl BgNbdModel {
    /// Shape of the gamma distribution of buying rates.
    pub fn r(&self) -> f64 {
        self.r
    }

    /// Rate of the gamma distribution of buying rates, in the summary's unit of time: the mean rate is r / α.
    pub fn alpha(&self) -> f64 {
        self.alpha
    }

    /// First shape of the beta distribution of dropout probabilities: their mean is a / (a + b).
    pub fn a(&self) -> f64 {
        self.a
    }

    /// Second shape of the beta distribution of dropout probabilities.
    pub fn b(&self) -> f64 {
        self.b
    }

    /// Days in the unit of time of α: 1, or 7 for a summary in weeks.
    pub fn days_per_unit(&self) -> f64 {
        self.days_per_unit
    }

    /// How many customers the model was fitted to.
    pub fn n_customers(&self) -> usize {
        self.n_customers
    }

    /// The log-likelihood of the data of the fit, in the summary's unit of time, without the penalty.
    pub fn log_likelihood(&self) -> f64 {
        self.log_likelihood
    }

    /// Newton steps from the best start to the end.
    pub fn iterations(&self) -> usize {
        self.iterations
    }

    /// Whether the parameters lie inside their range, or which simpler model the data prefer.
    pub fn status(&self) -> &FitStatus {
        &self.status
    }

    /// Standard errors from the exact Hessian; `None` at a boundary.
    pub fn standard_errors(&self) -> Option<BgNbdStandardErrors> {
        self.standard_errors
    }

    /// The probability that each customer is still one, at the day of observation.
    ///
    /// It is 1 for every customer without a repeat purchase, because the model lets nobody leave before the
    /// first one: for them the figure is an assumption and not a finding.
    ///
    /// # Errors
    /// [`ErrorKind::Incompatible`] when the summary has another unit of time than the one of the fit.
    pub fn p_alive(&self, summary: &Summary) -> Result<Vec<f64>> {
        self.per_record(summary, |record| self.alive(record))
    }

    /// How many repeat purchases each customer is expected to make within `horizon` from the day of
    /// observation. The chance of having left already is accounted for.
    ///
    /// # Errors
    /// A horizon below 0 ([`ErrorKind::InvalidParameter`]); else as [`BgNbdModel::p_alive`].
    pub fn expected_purchases(&self, summary: &Summary, horizon: Days) -> Result<Vec<f64>> {
        let span = self.span(horizon)?;
        self.per_record(summary, |record| {
            let mut expected = [0.0];
            self.believed(record).expected(&[span], &mut expected);
            self.alive(record) * expected.iter().sum::<f64>()
        })
    }

    /// How many repeat purchases a customer makes on average within `horizon` from their first purchase.
    ///
    /// # Errors
    /// A horizon below 0.
    pub fn expected_from_start(&self, horizon: Days) -> Result<f64> {
        let new = Record { x: 0.0, recency: 0.0, age: 0.0 };
        let mut expected = [0.0];
        self.believed(&new).expected(&[self.span(horizon)?], &mut expected);
        Ok(expected.iter().sum())
    }

    /// The log-likelihood of other customers under this model, such as those of a holdout.
    ///
    /// # Errors
    /// As [`BgNbdModel::p_alive`]; [`ErrorKind::InvalidValue`] for more than a million purchases.
    pub fn log_likelihood_on(&self, summary: &Summary) -> Result<f64> {
        self.check_unit(summary)?;
        match summary.frequency().iter().position(|&x| x > 1e6) {
            None => Ok(self.log_likelihood_of(&Collapsed::new(summary))),
            Some(row) => Err(ErrorKind::InvalidValue {
                table: "Summary".into(),
                column: "frequency".into(),
                row: row as u64 + 1,
                must_be: "at most a million".into(),
                got: summary.frequency().get(row).map_or_else(String::new, f64::to_string),
            }
            .into()),
        }
    }

    pub(super) fn log_likelihood_of(&self, records: &Collapsed) -> f64 {
        let point = [self.r, self.alpha, self.a, self.b].map(f64::ln);
        Likelihood::new(records, 1.0, 0.0).at(&point).value
    }

    /// One figure per customer, computed once per distinct record.
    pub(super) fn per_record<T: Copy + Default + Send>(
        &self,
        summary: &Summary,
        figure: impl Fn(&Record) -> T + Send + Sync,
    ) -> Result<Vec<T>> {
        self.check_unit(summary)?;
        let collapsed = Collapsed::new(summary);
        let figures: Vec<T> = collapsed.records.par_iter().with_min_len(CHUNK).map(figure).collect();
        Ok(collapsed.spread(&figures))
    }

    pub(super) fn alive(&self, record: &Record) -> f64 {
        if record.x == 0.0 || self.a == 0.0 {
            return 1.0;
        }
        let silence = ((record.age - record.recency) / (self.alpha + record.recency)).ln_1p();
        let log_odds = self.a.ln() - (self.b + (record.x - 1.0)).ln() + (self.r + record.x) * silence;
        1.0 / (1.0 + log_odds.exp())
    }

    /// What is believed of a customer with this record who is alive.
    pub(super) fn believed(&self, record: &Record) -> Alive {
        Alive { shape: self.r + record.x, rate: self.alpha + record.age, a: self.a, b: self.b + record.x }
    }

    fn span(&self, horizon: Days) -> Result<f64> {
        if horizon.0 < 0 {
            return invalid_parameter("BgNbdModel", "horizon", "at least 0 days", horizon.0);
        }
        Ok(f64::from(horizon.0) / self.days_per_unit)
    }

    fn check_unit(&self, summary: &Summary) -> Result<()> {
        if summary.days_per_unit() == self.days_per_unit {
            return Ok(());
        }
        let days = |unit: f64| format!("{unit} days");
        Err(ErrorKind::Incompatible {
            of: "BgNbdModel",
            what: "unit of time",
            a: days(self.days_per_unit),
            b: days(summary.days_per_unit()),
        }
        .into())
    }
}

/// A model as read from outside.
#[derive(Deserialize)]
struct Unchecked {
    r: f64,
    alpha: f64,
    a: f64,
    b: f64,
    days_per_unit: f64,
    n_customers: usize,
    log_likelihood: f64,
    iterations: usize,
    status: FitStatus,
    standard_errors: Option<BgNbdStandardErrors>,
}

impl TryFrom<Unchecked> for BgNbdModel {
    type Error = Error;

    fn try_from(read: Unchecked) -> Result<BgNbdModel> {
        let Unchecked { r, alpha, a, b, days_per_unit, .. } = read;
        let places =
            [("r", r), ("alpha", alpha), ("b", b), ("days_per_unit", days_per_unit), ("a + b", a + b)];
        for (parameter, value) in places {
            if !(value > 1e-30 && value < 1e30) {
                return invalid_parameter("BgNbdModel", parameter, "from 1e-30 to 1e30", value);
            }
        }
        if a.is_nan() || a < 0.0 {
            return invalid_parameter("BgNbdModel", "a", "at least 0", a);
        }
        Ok(BgNbdModel {
            r,
            alpha,
            a,
            b,
            days_per_unit,
            n_customers: read.n_customers,
            log_likelihood: read.log_likelihood,
            iterations: read.iterations,
            status: read.status,
            standard_errors: read.standard_errors,
        })
    }
}

#[cfg(test)]
mod tests;
