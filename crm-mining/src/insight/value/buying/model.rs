//! A fitted model of buying and what it says of customers.
#![allow(
    clippy::indexing_slicing,
    reason = "rows of covariates have one value per effect; parameters are four"
)]

use super::alive::Alive;
use super::check::check_records;
use super::collapse::{Collapsed, Record};
use super::process::BuyingProcess;
use super::saved::Saved;
use crate::data::{Days, Summary};
use crate::error::{ErrorKind, Result, invalid_parameter};
use crate::insight::value::clv::discounted;
use crate::insight::value::status::FitStatus;
use crate::math::linear::Square;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// A fitted model of buying: [`Nbd`](super::Nbd), [`BgNbd`](super::BgNbd), [`ParetoNbd`](super::ParetoNbd) or
/// [`BgBb`](super::BgBb).
///
/// Every figure of a customer depends on that customer's record alone, never on who else is in the summary. A model
/// saved as JSON holds its parameters and no customer; reading a damaged one is an error.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Saved", into = "Saved")]
pub struct BuyingModel {
    pub(super) process: BuyingProcess,
    /// Of customers whose covariates are all 0, in the summary's unit of time.
    pub(super) parameters: [f64; 4],
    pub(super) covariates: Vec<String>,
    /// On buying and on leaving, per covariate.
    pub(super) effects: Vec<[f64; 2]>,
    /// Of the logarithms of the parameters and of the effects.
    pub(super) covariance: Option<Square>,
    pub(super) days_per_unit: f64,
    pub(super) n_customers: usize,
    pub(super) log_likelihood: f64,
    pub(super) iterations: usize,
    pub(super) status: FitStatus,
}

/// One estimated number of a [`BuyingModel`].
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// Its name in the literature, or `buying: …` and `leaving: …` for the effects of a covariate.
    pub name: String,
    /// The estimate.
    pub value: f64,
    /// Its standard error; `None` at a boundary.
    pub standard_error: Option<f64>,
}

/// Records per unit of parallel work.
const CHUNK: usize = 512;

impl BuyingModel {
    /// Which model was fitted.
    pub fn process(&self) -> BuyingProcess {
        self.process
    }

    /// The estimates with their standard errors, from the exact Hessian.
    ///
    /// | model | parameters |
    /// |---|---|
    /// | NBD | rates of buying ~ Gamma(r, alpha), of mean r / alpha |
    /// | BG/NBD family | rates as above (of stages, for k > 1); probabilities to leave ~ Beta(a, b) |
    /// | Pareto/NBD | rates as above; rates of leaving ~ Gamma(s, beta) |
    /// | BG/BB | probabilities to buy ~ Beta(alpha, beta), to leave ~ Beta(gamma, delta) |
    ///
    /// alpha and the beta of Pareto/NBD are in the summary's unit of time. With covariates the parameters are those of
    /// customers whose covariates are all 0; one more of a covariate multiplies the rate of buying by e to the power of
    /// its effect `buying: …`, and the odds (Pareto/NBD: the rate) of leaving by that of `leaving: …`.
    pub fn parameters(&self) -> Vec<Parameter> {
        let deviation = |place: usize| self.covariance.as_ref().map(|of| of.at(place, place).sqrt());
        let names = self.process.parameters();
        let mut all: Vec<Parameter> = names
            .iter()
            .zip(self.parameters)
            .enumerate()
            .map(|(place, (name, value))| Parameter {
                name: (*name).into(),
                value,
                standard_error: deviation(place).map(|deviation| deviation * value),
            })
            .collect();
        let kinds = if self.process == BuyingProcess::Nbd { 1 } else { 2 };
        for (name, effects) in self.covariates.iter().zip(&self.effects) {
            for (kind, value) in ["buying", "leaving"].iter().zip(effects).take(kinds) {
                let (name, place) = (format!("{kind}: {name}"), all.len());
                all.push(Parameter { name, value: *value, standard_error: deviation(place) });
            }
        }
        all
    }

    /// The estimate of this name; `None` where the model has none.
    pub fn parameter(&self, name: &str) -> Option<f64> {
        self.parameters().into_iter().find(|parameter| parameter.name == name).map(|found| found.value)
    }

    /// The covariates that the model uses.
    pub fn covariates(&self) -> &[String] {
        &self.covariates
    }

    /// Days in the unit of time of the fit: 1, or 7 for a summary in weeks.
    pub fn days_per_unit(&self) -> f64 {
        self.days_per_unit
    }

    /// How many customers the model was fitted to.
    pub fn n_customers(&self) -> usize {
        self.n_customers
    }

    /// The log-likelihood of the data of the fit, in the summary's unit of time, without the penalty. For more than one
    /// stage between purchases it can be compared with that of other models only if the summary has
    /// [`log_gaps`](Summary::log_gaps).
    pub fn log_likelihood(&self) -> f64 {
        self.log_likelihood
    }

    /// Akaike's criterion, 2 × parameters − 2 × log-likelihood: the smaller the better.
    pub fn aic(&self) -> f64 {
        2.0 * self.n_parameters() - 2.0 * self.log_likelihood
    }

    /// The Bayesian criterion, parameters × ln customers − 2 × log-likelihood: the smaller the better. NaN for parameters
    /// that were fitted elsewhere, to an unknown number of customers.
    pub fn bic(&self) -> f64 {
        let n = if self.n_customers == 0 { f64::NAN } else { self.n_customers as f64 };
        self.n_parameters() * n.ln() - 2.0 * self.log_likelihood
    }

    fn n_parameters(&self) -> f64 {
        self.process.estimated(self.effects.len()).len() as f64
    }

    /// Newton steps from the best start to the end.
    pub fn iterations(&self) -> usize {
        self.iterations
    }

    /// Whether the parameters lie inside their range, or which simpler model the data prefer.
    pub fn status(&self) -> &FitStatus {
        &self.status
    }

    /// The probability that each customer is still one at the day of observation; for BG/BB, at the next opportunity.
    ///
    /// Under NBD it is 1 for all, and under BG/NBD for every customer without a repeat purchase, because the model
    /// lets nobody leave before the first one: for them the figure is an assumption and not a finding. See
    /// [`BuyingModel::identified`].
    ///
    /// # Errors
    /// [`ErrorKind::Incompatible`] when the summary has another unit of time or other covariates than those of the fit;
    /// [`ErrorKind::InvalidValue`] for more than a million purchases, or times that count no opportunities (BG/BB).
    pub fn p_alive(&self, summary: &Summary) -> Result<Vec<f64>> {
        self.per_record(summary, |parameters, record| self.process.p_alive(parameters, record))
    }

    /// Whether each customer's own record tells if they are still one. Under BG/NBD it does not for one-time buyers:
    /// they are not identifiable from one order. Under NBD it never does.
    pub fn identified(&self, summary: &Summary) -> Vec<bool> {
        let least = match self.process {
            BuyingProcess::Nbd => f64::INFINITY,
            BuyingProcess::BgNbd { dropout: super::Dropout::AfterRepeats, .. } => 1.0,
            _ => 0.0,
        };
        summary.frequency().iter().map(|&x| x >= least).collect()
    }

    /// How many repeat purchases each customer is expected to make within `horizon` from the day of observation. The
    /// chance of having left already is accounted for.
    ///
    /// # Errors
    /// A horizon below 0 ([`ErrorKind::InvalidParameter`]); else as [`BuyingModel::p_alive`].
    pub fn expected_purchases(&self, summary: &Summary, horizon: Days) -> Result<Vec<f64>> {
        let span = self.span(horizon)?;
        self.per_record(summary, |parameters, record| self.expected(parameters, record, span))
    }

    pub(super) fn expected(&self, parameters: &[f64; 4], record: &Record, span: f64) -> f64 {
        self.process.p_alive(parameters, record) * self.process.believed(parameters, record).expected_in(span)
    }

    /// How many repeat purchases a new customer makes on average within `horizon` from their first purchase;
    /// `covariates` are theirs, none without.
    ///
    /// # Errors
    /// A horizon below 0; other than one value per covariate.
    pub fn expected_from_start(&self, horizon: Days, covariates: &[f64]) -> Result<f64> {
        let span = self.span(horizon)?;
        self.check_covariates(covariates)?;
        Ok(self.expected(&self.parameters_of(covariates), &Record::NEW, span))
    }

    /// Expected purchases up to the end of each span, in ascending order.
    pub(in crate::insight::value) fn expected_until(
        &self,
        at: &[f64; 4],
        record: &Record,
        spans: &[f64],
    ) -> Vec<f64> {
        let (p_alive, alive) = self.alive(at, record);
        let mut until = vec![0.0; spans.len()];
        alive.expected(spans, &mut until);
        until.iter_mut().for_each(|expected| *expected *= p_alive);
        until
    }

    /// Per record, the purchases up to the ends of the steps, each worth what money is then.
    pub(in crate::insight::value) fn discounted_steps(
        &self,
        collapsed: &Collapsed,
        steps: &[(f64, f64)],
    ) -> Vec<f64> {
        let spans: Vec<f64> = steps.iter().map(|(span, _)| *span).collect();
        self.of_records(collapsed, |at, record| discounted(&self.expected_until(at, record, &spans), steps))
    }

    pub(in crate::insight::value) fn covariance(&self) -> Option<&Square> {
        self.covariance.as_ref()
    }

    pub(super) fn check_covariates(&self, values: &[f64]) -> Result<()> {
        if values.len() == self.covariates.len() && values.iter().all(|value| value.is_finite()) {
            return Ok(());
        }
        let must_be = format!("finite values of {:?}", self.covariates);
        invalid_parameter("BuyingModel", "covariates", &must_be, format!("{} values", values.len()))
    }

    /// The probability of 0, 1, … `most` purchases of each customer within `horizon`: one row per customer, of
    /// `most` + 1 probabilities, row by row.
    ///
    /// # Errors
    /// A horizon below 0, `most` above 10,000; else as [`BuyingModel::p_alive`].
    pub fn count_probabilities(
        &self,
        summary: &Summary,
        horizon: Days,
        most: usize,
    ) -> Result<Vec<Vec<f64>>> {
        let span = self.span(horizon)?;
        if most > 10_000 {
            return invalid_parameter("BuyingModel", "most", "at most 10000", most);
        }
        self.per_record(summary, |parameters, record| {
            let mut counts = vec![0.0; most + 1];
            self.counts(parameters, record, span, &mut counts);
            counts
        })
    }

    /// The probabilities of 0, 1, … purchases within a span.
    pub(super) fn counts(&self, parameters: &[f64; 4], record: &Record, span: f64, counts: &mut [f64]) {
        let p_alive = self.process.p_alive(parameters, record);
        self.process.believed(parameters, record).counts(span, counts);
        counts.iter_mut().for_each(|count| *count *= p_alive);
        if let Some(none) = counts.first_mut() {
            *none += 1.0 - p_alive;
        }
    }

    /// How many purchases each customer is expected to make from now on, each worth the less the later it comes: the
    /// residual lifetime in purchases. `annual_discount` is what later money loses per year of 365 days, so 0.15
    /// makes a purchase in a year worth 1 / 1.15 of one now.
    ///
    /// # Errors
    /// A discount of 0 or less, or above 10; else as [`BuyingModel::p_alive`].
    pub fn discounted_purchases(&self, summary: &Summary, annual_discount: f64) -> Result<Vec<f64>> {
        if !(annual_discount > 0.0 && annual_discount <= 10.0) {
            let rule = "above 0 and at most 10 per year";
            return invalid_parameter("BuyingModel", "annual_discount", rule, annual_discount);
        }
        let discount = annual_discount.ln_1p() * self.days_per_unit / 365.0;
        self.per_record(summary, |parameters, record| {
            let p_alive = self.process.p_alive(parameters, record);
            p_alive * self.process.believed(parameters, record).discounted(discount)
        })
    }

    /// The log-likelihood of other customers under this model, such as those of a holdout.
    ///
    /// # Errors
    /// As [`BuyingModel::p_alive`].
    pub fn log_likelihood_on(&self, summary: &Summary) -> Result<f64> {
        self.check(summary)?;
        Ok(self.log_likelihood_of(&Collapsed::new(summary), summary))
    }

    pub(super) fn log_likelihood_of(&self, records: &Collapsed, summary: &Summary) -> f64 {
        let parts: Vec<f64> = records
            .by_group()
            .zip(&records.groups)
            .map(|((records, weights), row)| {
                let point = self.parameters_of(row).map(f64::ln);
                self.process.likelihood(records, weights, 1.0).at(&point).value
            })
            .collect();
        parts.iter().sum::<f64>() + gaps(self.process.regularity(), records, summary)
    }

    /// One figure per customer, computed once per distinct record.
    pub(in crate::insight::value) fn per_record<T: Clone + Send>(
        &self,
        summary: &Summary,
        figure: impl Fn(&[f64; 4], &Record) -> T + Send + Sync,
    ) -> Result<Vec<T>> {
        self.check(summary)?;
        let collapsed = Collapsed::new(summary);
        let figures = self.of_records(&collapsed, figure);
        Ok(collapsed.spread(&figures))
    }

    /// One figure per distinct record.
    pub(in crate::insight::value) fn of_records<T: Send>(
        &self,
        collapsed: &Collapsed,
        figure: impl Fn(&[f64; 4], &Record) -> T + Send + Sync,
    ) -> Vec<T> {
        let parameters: Vec<[f64; 4]> = collapsed.groups.iter().map(|row| self.parameters_of(row)).collect();
        let records = collapsed.records.par_iter().with_min_len(CHUNK);
        records.map(|record| figure(&parameters[record.group as usize], record)).collect()
    }

    /// The parameters of customers with these covariates.
    pub(super) fn parameters_of(&self, covariates: &[f64]) -> [f64; 4] {
        let mut parameters = self.parameters;
        for (effects, value) in self.effects.iter().zip(covariates) {
            for (effect, of) in effects.iter().zip(self.process.effects()) {
                for (parameter, power) in parameters.iter_mut().zip(of) {
                    *parameter *= (power * effect * value).exp();
                }
            }
        }
        parameters
    }

    pub(in crate::insight::value) fn alive(&self, parameters: &[f64; 4], record: &Record) -> (f64, Alive) {
        (self.process.p_alive(parameters, record), self.process.believed(parameters, record))
    }

    pub(super) fn span(&self, horizon: Days) -> Result<f64> {
        if !(0..=36_525).contains(&horizon.0) {
            return invalid_parameter("BuyingModel", "horizon", "from 0 to 36,525 days", horizon.0);
        }
        Ok(f64::from(horizon.0) / self.days_per_unit)
    }

    pub(in crate::insight::value) fn check(&self, summary: &Summary) -> Result<()> {
        let differ = |what, a: String, b: String| {
            Err(ErrorKind::Incompatible { of: "BuyingModel", what, a, b }.into())
        };
        if summary.days_per_unit() != self.days_per_unit {
            let days = |unit: f64| format!("{unit} days");
            return differ("unit of time", days(self.days_per_unit), days(summary.days_per_unit()));
        }
        let given = summary.covariates().map_or(&[][..], |covariates| covariates.names());
        if given != self.covariates {
            return differ("covariates", format!("{:?}", self.covariates), format!("{given:?}"));
        }
        check_records(self.process, summary)
    }
}

/// What gaps of k stages add to the log-likelihood whatever the parameters: Σ (k − 1) ln gap − x ln (k − 1)!.
pub(super) fn gaps(k: u32, records: &Collapsed, summary: &Summary) -> f64 {
    let Some(log_gaps) = summary.log_gaps().filter(|_| k > 1) else { return 0.0 };
    let repeats: f64 = records.records.iter().zip(&records.counts).map(|(of, count)| of.x * count).sum();
    let mut sorted = log_gaps.to_vec();
    sorted.sort_unstable_by(f64::total_cmp); // so that the order of customers does not matter
    let log_factorial: f64 = (2..k).map(|stage| f64::from(stage).ln()).sum();
    f64::from(k - 1) * sorted.iter().sum::<f64>() - repeats * log_factorial
}

#[cfg(test)]
mod tests;
