//! Models of buying judged by what customers did afterwards.

use super::model::BuyingModel;
use super::tracking::Tracking;
use crate::data::{Column, Day, Days, Keys, Ledger, Summary, Table, ToTable};
use crate::error::{Error, ErrorKind, Result, invalid_parameter};
use crate::insight::value::status::FitStatus;
use crate::model::{Control, Fit};

/// Settings of a model of buying, whichever.
pub type BuyingSettings<'a> = &'a dyn Fit<Summary, Model = BuyingModel>;

/// The purchases of customers up to a day, to fit models to, and those after it, to judge them by.
///
/// ```
/// use crm_mining::data::{Day, Days, Ledger, Transaction, Transactions};
/// use crm_mining::insight::{BgNbd, Holdout, ParetoNbd};
///
/// let names: Vec<String> = (0..60).map(|number| format!("customer {number}")).collect();
/// let start: Day = "2024-01-01".parse()?;
/// let lines = names.iter().zip(0i32..).flat_map(|(name, number)| {
///     (0..1 + number % 7 * (number % 3)).map(move |purchase| {
///         let day = start + Days(number % 30 + purchase * (11 + 3 * (number % 5)));
///         Transaction { customer: name, time: day.start_micros(), order: "", item: "tea", quantity: 1.0, unit_price: 4.0 }
///     })
/// });
/// let ledger = Ledger::new(&Transactions::from_rows(lines)?);
/// let holdout = Holdout::new(&ledger, start + Days(90), start + Days(180))?;
/// let report = holdout.judge(&[("BG/NBD", &BgNbd::default()), ("Pareto/NBD", &ParetoNbd::default())], 0.9)?;
/// assert_eq!(report.scores().last().map(|score| score.name.as_str()), Some("naive: mean of all"));
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Holdout {
    pub(super) calibration: Summary,
    pub(super) cut: Day,
    pub(super) end: Day,
    actual: Vec<f64>,
    /// Repeat purchase days in the last so many days before the cut as the holdout has.
    lately: Vec<f64>,
    pub(super) first_days: Vec<Day>,
    /// Every repeat purchase day of these customers until the end, in ascending order.
    pub(super) repeats: Vec<Day>,
}

impl Holdout {
    /// Splits a ledger after the day `cut`; purchases until the day `end` are those to be foretold. Customers whose
    /// first purchase came after the cut are no part of it.
    ///
    /// # Errors
    /// An end that is not after the cut, or more than 31 days after the last day of the ledger, when it would take days of
    /// which nothing is known for days without purchases; nobody with a purchase until the cut.
    pub fn new(ledger: &Ledger, cut: Day, end: Day) -> Result<Holdout> {
        if end <= cut {
            return invalid_parameter("Holdout", "end", format!("after the cut, {cut}"), end.to_string());
        }
        if end > ledger.last_day() + Days(31) {
            let must_be = format!("at most 31 days after the last day of the ledger, {}", ledger.last_day());
            return invalid_parameter("Holdout", "end", must_be, end.to_string());
        }
        let calibration = ledger.summary(cut);
        if calibration.is_empty() {
            let unit = "customers with a purchase until the cut";
            return Err(ErrorKind::NotEnoughData { of: "Holdout", needed: 1, unit, got: 0 }.into());
        }
        let start = cut - Days(end.since(cut));
        let [mut actual, mut lately] = [Vec::new(), Vec::new()];
        let (mut first_days, mut repeats) = (Vec::new(), Vec::new());
        for customer in 0..ledger.customers().len() {
            let days = ledger.days_until(customer, end).iter().filter(|cell| cell.orders > 0);
            let mut days = days.map(|cell| cell.day);
            let Some(first) = days.next().filter(|first| *first <= cut) else { continue };
            first_days.push(first);
            let (mut before, mut after) = (0.0, 0.0);
            for day in days {
                repeats.push(day);
                before += f64::from(u8::from(day > start && day <= cut));
                after += f64::from(u8::from(day > cut));
            }
            lately.push(before);
            actual.push(after);
        }
        repeats.sort_unstable();
        Ok(Holdout { calibration, cut, end, actual, lately, first_days, repeats })
    }

    /// The same with times in weeks, as the literature prints parameters.
    pub fn in_weeks(self) -> Holdout {
        Holdout { calibration: self.calibration.in_weeks(), ..self }
    }

    /// The same with covariates: see [`Summary::with_covariates`].
    ///
    /// # Errors
    /// As there.
    pub fn with_covariates(self, covariates: crate::data::Features) -> Result<Holdout> {
        Ok(Holdout { calibration: self.calibration.with_covariates(covariates)?, ..self })
    }

    /// What was known at the cut.
    pub fn calibration(&self) -> &Summary {
        &self.calibration
    }

    /// The customers.
    pub fn customers(&self) -> &Keys {
        self.calibration.customers()
    }

    /// Purchase days of each customer after the cut, until the end.
    pub fn actual(&self) -> &[f64] {
        &self.actual
    }

    /// Days from the cut to the end.
    pub fn horizon(&self) -> Days {
        Days(self.end.since(self.cut))
    }

    /// Fits each of the models to what was known at the cut and judges all by what came afterwards, beside three
    /// naive ways: every customer's own rate so far, as many purchases as in as many days before the cut, and the mean
    /// rate of all. `level` is the probability of the intervals. A model that cannot be fitted is listed with the
    /// reason.
    ///
    /// # Errors
    /// A level outside 0 to 1.
    pub fn judge(&self, models: &[(&str, BuyingSettings<'_>)], level: f64) -> Result<HoldoutReport> {
        self.judge_with(models, level, &Control::default())
    }

    /// [`Holdout::judge`], reporting to and stopped by `control`.
    ///
    /// # Errors
    /// As there, and the caller's wish to stop.
    pub fn judge_with(
        &self,
        models: &[(&str, BuyingSettings<'_>)],
        level: f64,
        control: &Control,
    ) -> Result<HoldoutReport> {
        let mut report = HoldoutReport { level, scores: Vec::new(), models: Vec::new(), failed: Vec::new() };
        for (place, (name, settings)) in models.iter().enumerate() {
            control.step("holdout", place as u64, models.len() as u64)?;
            match settings.fit_with(&self.calibration, &control.silent()) {
                Ok(model) => {
                    report.scores.push(self.score_model(name, &model, level)?);
                    report.models.push(model);
                }
                Err(error)
                    if matches!(
                        error.kind(),
                        ErrorKind::Cancelled { .. } | ErrorKind::DeadlinePassed { .. }
                    ) =>
                {
                    return Err(error);
                }
                Err(error) => report.failed.push(((*name).to_owned(), error)),
            }
        }
        let days = f64::from(self.horizon().0) / self.calibration.days_per_unit();
        let (x, age) = (self.calibration.frequency(), self.calibration.age());
        let own = x.iter().zip(age).map(|(x, age)| if *age > 0.0 { x / age * days } else { 0.0 });
        let mean = x.iter().sum::<f64>() / age.iter().sum::<f64>().max(f64::MIN_POSITIVE) * days;
        report.scores.push(self.score("naive: own rate", &own.collect::<Vec<f64>>())?);
        report.scores.push(self.score("naive: as lately", &self.lately)?);
        report.scores.push(self.score("naive: mean of all", &vec![mean; x.len()])?);
        Ok(report)
    }

    fn score_model(&self, name: &str, model: &BuyingModel, level: f64) -> Result<HoldoutScore> {
        let forecast = model.forecast(&self.calibration, self.horizon(), level)?;
        let expected: Vec<f64> = forecast.customers_expected().iter().map(|of| of.expected).collect();
        let total = forecast.total();
        Ok(HoldoutScore {
            status: Some(model.status().clone()),
            log_likelihood: Some(model.log_likelihood()),
            aic: Some(model.aic()),
            bic: Some(model.bic()),
            interval: Some([total.low, total.high]),
            ..self.score(name, &expected)?
        })
    }

    /// How near expected purchases of each customer, from wherever, came to those made.
    ///
    /// # Errors
    /// Other than one figure per customer.
    pub fn score(&self, name: &str, expected: &[f64]) -> Result<HoldoutScore> {
        let (a_len, b_len) = (self.actual.len(), expected.len());
        if a_len != b_len {
            let (of, a, b) = ("Holdout", "customers", "expected");
            return Err(ErrorKind::LengthMismatch { of, a, a_len, b, b_len }.into());
        }
        let n = a_len as f64;
        let mean = |of: &dyn Fn(f64, f64) -> f64| {
            expected.iter().zip(&self.actual).map(|(e, a)| of(*e, *a)).sum::<f64>() / n
        };
        let (of_expected, of_actual) = (mean(&|e, _| e), mean(&|_, a| a));
        let spread = mean(&|e, _| (e - of_expected).powi(2)) * mean(&|_, a| (a - of_actual).powi(2));
        let together = mean(&|e, a| (e - of_expected) * (a - of_actual));
        Ok(HoldoutScore {
            name: name.to_owned(),
            status: None,
            log_likelihood: None,
            aic: None,
            bic: None,
            expected: of_expected * n,
            actual: of_actual * n,
            interval: None,
            bias: of_expected / of_actual - 1.0,
            mae: mean(&|e, a| (e - a).abs()),
            rmse: mean(&|e, a| (e - a).powi(2)).sqrt(),
            correlation: if alike(expected) || alike(&self.actual) {
                f64::NAN
            } else {
                together / spread.sqrt()
            },
            top_tenth: self.top_tenth(expected),
        })
    }

    /// The share of purchases made by the tenth of the customers of whom most was expected; equal ones share their places.
    fn top_tenth(&self, expected: &[f64]) -> f64 {
        let mut order: Vec<(f64, f64)> = expected.iter().copied().zip(self.actual.iter().copied()).collect();
        order.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(b.1.total_cmp(&a.1)));
        let (mut places, mut bought) = (0.1 * order.len() as f64, 0.0);
        for alike in order.chunk_by(|a, b| a.0 == b.0) {
            let share = (places / alike.len() as f64).clamp(0.0, 1.0);
            bought += share * alike.iter().map(|of| of.1).sum::<f64>();
            places -= alike.len() as f64;
        }
        bought / self.actual.iter().sum::<f64>()
    }

    /// Expected and actual repeat purchases of all customers together, week by week, from their first purchases on.
    ///
    /// # Errors
    /// A model of another unit of time or other covariates.
    pub fn track(&self, model: &BuyingModel) -> Result<Tracking> {
        Tracking::new(self, model)
    }
}

/// How one way to foretell purchases did. Where nobody bought in the holdout, `bias` and `top_tenth` are not finite.
#[derive(Debug, Clone, PartialEq)]
pub struct HoldoutScore {
    /// The way.
    pub name: String,
    /// How the fit ended; `None` for naive ways.
    pub status: Option<FitStatus>,
    /// Log-likelihood of the calibration; `None` for naive ways.
    pub log_likelihood: Option<f64>,
    /// Akaike's criterion, on the calibration.
    pub aic: Option<f64>,
    /// The Bayesian criterion, on the calibration.
    pub bic: Option<f64>,
    /// Purchases expected of all customers.
    pub expected: f64,
    /// Those they made.
    pub actual: f64,
    /// The interval that should hold them.
    pub interval: Option<[f64; 2]>,
    /// expected / actual − 1.
    pub bias: f64,
    /// Mean absolute error per customer.
    pub mae: f64,
    /// Root of the mean squared error per customer.
    pub rmse: f64,
    /// Pearson's correlation over customers; NaN where one side is constant.
    pub correlation: f64,
    /// Share of purchases made by the tenth of the customers of whom most was expected.
    pub top_tenth: f64,
}

fn alike(values: &[f64]) -> bool {
    values.windows(2).all(|pair| matches!(pair, [a, b] if a == b))
}

/// Models of buying beside naive ways, judged on one holdout. Made by [`Holdout::judge`].
#[derive(Debug)]
pub struct HoldoutReport {
    level: f64,
    scores: Vec<HoldoutScore>,
    models: Vec<BuyingModel>,
    failed: Vec<(String, Error)>,
}

impl HoldoutReport {
    /// The models in the order given, then the naive ways.
    pub fn scores(&self) -> &[HoldoutScore] {
        &self.scores
    }

    /// The models that could be fitted, in the order of their scores.
    pub fn models(&self) -> &[BuyingModel] {
        &self.models
    }

    /// The models that could not be fitted, with the reason.
    pub fn failed(&self) -> &[(String, Error)] {
        &self.failed
    }

    /// The probability of the intervals.
    pub fn level(&self) -> f64 {
        self.level
    }
}

impl ToTable for HoldoutReport {
    fn to_table(&self) -> Table {
        let floats = |name: &str, get: &dyn Fn(&HoldoutScore) -> f64| {
            Column::floats(name, self.scores.iter().map(get).collect())
        };
        let maybe = |value: Option<f64>| value.unwrap_or(f64::NAN);
        let end = |score: &HoldoutScore, high: bool| {
            score.interval.map_or(f64::NAN, |[low_end, high_end]| if high { high_end } else { low_end })
        };
        let status = self.scores.iter().map(|score| score.status.as_ref().map(FitStatus::to_string));
        Table::of(
            "holdout",
            vec![
                Column::text("name", self.scores.iter().map(|score| Some(score.name.as_str()))),
                Column::text("status", status),
                floats("log_likelihood", &|score| maybe(score.log_likelihood)),
                floats("aic", &|score| maybe(score.aic)),
                floats("bic", &|score| maybe(score.bic)),
                floats("expected", &|score| score.expected),
                floats("low", &|score| end(score, false)),
                floats("high", &|score| end(score, true)),
                floats("actual", &|score| score.actual),
                floats("bias", &|score| score.bias),
                floats("mae", &|score| score.mae),
                floats("rmse", &|score| score.rmse),
                floats("correlation", &|score| score.correlation),
                floats("top_tenth", &|score| score.top_tenth),
            ],
        )
    }
}
