//! Models of buying beside what customers did.

use super::{BgBb, BgNbd, BuyingModel, Nbd, ParetoNbd};
use crate::convert::list;
use crate::data::{Features, Ledger, Summary};
use crate::date::Date;
use crate::error::raise;
use crate::report::Chart;
use crate::run::run;
use crate::table::Table;
use crm_mining::{data, insight, report};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use std::sync::Arc;

/// The purchases of customers up to a day, to fit models to, and those after it, to judge them by.
///
/// Customers whose first purchase came after the cut are no part of it.
///
/// Parameters
/// ----------
/// ledger : Ledger
///     Who bought when.
/// cut : date
///     The last day that models know.
/// end : date
///     The last day of the purchases to be foretold.
///
/// Raises
/// ------
/// InvalidParameter
///     An end that is not after the cut.
/// NotEnoughData
///     Nobody with a purchase until the cut.
///
/// Examples
/// --------
/// >>> import datetime as dt
/// >>> holdout = crm.Holdout(ledger, ledger.last_day - dt.timedelta(days=30), ledger.last_day)
/// >>> holdout.horizon_days
/// 30
#[pyclass(frozen, module = "crm_mining")]
pub(crate) struct Holdout(Arc<insight::Holdout>);

/// Settings of any model of buying.
type Settings = Box<dyn crm_mining::Fit<data::Summary, Model = insight::BuyingModel> + Send + Sync>;

fn settings(given: &Bound<'_, PyAny>) -> PyResult<Settings> {
    if let Ok(of) = given.cast::<BgNbd>() {
        return Ok(Box::new(of.get().core()?));
    }
    if let Ok(of) = given.cast::<ParetoNbd>() {
        return Ok(Box::new(of.get().core()?));
    }
    if let Ok(of) = given.cast::<Nbd>() {
        return Ok(Box::new(of.get().core()?));
    }
    if let Ok(of) = given.cast::<BgBb>() {
        return Ok(Box::new(of.get().core()?));
    }
    let got = given.get_type().fully_qualified_name()?;
    Err(PyTypeError::new_err(format!("models must be BgNbd, ParetoNbd, Nbd or BgBb by name; got {got}")))
}

#[pymethods]
impl Holdout {
    #[new]
    fn new(py: Python<'_>, ledger: &Ledger, cut: Date, end: Date) -> PyResult<Holdout> {
        let ledger = ledger.0.clone();
        let holdout = run(py, None, move |_| insight::Holdout::new(&ledger, cut.0, end.0))?;
        Ok(Holdout(Arc::new(holdout)))
    }

    /// The same with times in weeks, as the literature prints parameters.
    ///
    /// Returns
    /// -------
    /// Holdout
    fn in_weeks(&self) -> Holdout {
        Holdout(Arc::new((*self.0).clone().in_weeks()))
    }

    /// The same with covariates: see `Summary.with_covariates`.
    ///
    /// Parameters
    /// ----------
    /// covariates : Features
    ///     One row per customer.
    ///
    /// Returns
    /// -------
    /// Holdout
    fn with_covariates(&self, covariates: &Features) -> PyResult<Holdout> {
        let with = (*self.0).clone().with_covariates((*covariates.0).clone()).map_err(raise)?;
        Ok(Holdout(Arc::new(with)))
    }

    /// What was known at the cut.
    #[getter]
    fn calibration<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, Summary>> {
        Bound::new(py, Summary::of(self.0.calibration().clone()))
    }

    /// The customers in order: text, or integers when their column was typed so.
    #[getter]
    fn customers<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        list(py, self.0.customers())
    }

    /// Purchase days of each customer after the cut, until the end.
    #[getter]
    fn actual(&self) -> Vec<f64> {
        self.0.actual().to_vec()
    }

    /// Days from the cut to the end.
    #[getter]
    fn horizon_days(&self) -> i32 {
        self.0.horizon().0
    }

    /// Fits each of the models to what was known at the cut and judges all by what came afterwards, beside three naive
    /// ways: every customer's own rate so far, as many purchases as in as many days before the cut, and the mean rate of
    /// all.
    ///
    /// Parameters
    /// ----------
    /// models : dict
    ///     Names and settings: BgNbd, ParetoNbd, Nbd or BgBb.
    /// level : float, default 0.9
    ///     The probability of the intervals, above 0 and below 1.
    /// progress : callable, optional
    ///     Called with stage, done and total as the work goes on.
    ///
    /// Returns
    /// -------
    /// HoldoutReport
    #[pyo3(signature = (models, level = 0.9, *, progress = None))]
    fn judge<'py>(
        &self,
        py: Python<'py>,
        models: &Bound<'py, PyDict>,
        #[pyo3(from_py_with = crate::given::holdout::level)] level: f64,
        progress: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, HoldoutReport>> {
        let mut candidates: Vec<(String, Settings)> = Vec::new();
        for (name, model) in models {
            candidates.push((name.extract()?, settings(&model)?));
        }
        let holdout = self.0.clone();
        let report = run(py, progress, move |control| {
            let models: Vec<(&str, insight::BuyingSettings<'_>)> = candidates
                .iter()
                .map(|(name, of)| (name.as_str(), &**of as insight::BuyingSettings<'_>))
                .collect();
            holdout.judge_with(&models, level, control)
        })?;
        let report = Arc::new(report);
        Bound::new(py, Table::of(report.clone()).add_subclass(HoldoutReport(report)))
    }

    /// Expected and actual repeat purchases of all customers together, week by week.
    ///
    /// Parameters
    /// ----------
    /// model : BuyingModel
    ///     The model.
    ///
    /// Returns
    /// -------
    /// Tracking
    fn track<'py>(&self, py: Python<'py>, model: &BuyingModel) -> PyResult<Bound<'py, Tracking>> {
        let (holdout, model) = (self.0.clone(), model.0.clone());
        let tracking = Arc::new(run(py, None, move |_| holdout.track(&model))?);
        Bound::new(py, Table::of(tracking.clone()).add_subclass(Tracking(tracking)))
    }

    fn __repr__(&self) -> String {
        let (n, days) = (self.0.customers().len(), self.0.horizon().0);
        format!("holdout of {n} customers, {days} days")
    }
}

/// Models of buying beside naive ways, judged on one holdout. Made by `Holdout.judge`.
///
/// ``bias`` is expected / actual − 1; ``mae``, ``rmse`` and ``correlation`` are over customers; ``top_tenth`` is the share
/// of purchases made by the tenth of the customers of whom most was expected; ``low`` and ``high`` should hold ``actual``.
#[pyclass(frozen, extends = Table, module = "crm_mining")]
pub(crate) struct HoldoutReport(Arc<insight::HoldoutReport>);

#[pymethods]
impl HoldoutReport {
    /// The models that could be fitted, in the order of their scores.
    #[getter]
    fn models(&self) -> Vec<BuyingModel> {
        self.0.models().iter().map(|model| BuyingModel(Arc::new(model.clone()))).collect()
    }

    /// The models that could not be fitted, with the reason.
    #[getter]
    fn failed(&self) -> Vec<(String, String)> {
        self.0.failed().iter().map(|(name, error)| (name.clone(), error.to_string())).collect()
    }

    /// The probability of the intervals.
    #[getter]
    fn level(&self) -> f64 {
        self.0.level()
    }

    /// The errors of every model and naive way as a chart: mean absolute, and root of the mean square.
    ///
    /// Returns
    /// -------
    /// Chart
    fn plot(&self, py: Python<'_>) -> PyResult<Chart> {
        let result = self.0.clone();
        Chart::made(py, move || Ok(report::holdout_chart(&result)))
    }
}

/// Expected and actual repeat purchases at the end of every week. Made by `Holdout.track`.
///
/// With the columns week_end, expected and actual (from the first purchase up to it), expected_in_week and
/// actual_in_week, of all customers together.
#[pyclass(frozen, extends = Table, module = "crm_mining")]
pub(crate) struct Tracking(Arc<insight::Tracking>);

#[pymethods]
impl Tracking {
    /// Expected and actual purchases as lines over time.
    ///
    /// Parameters
    /// ----------
    /// weekly : bool, default False
    ///     Purchases within every week, in place of all up to its end.
    ///
    /// Returns
    /// -------
    /// Chart
    #[pyo3(signature = (weekly = false))]
    fn plot(&self, py: Python<'_>, weekly: bool) -> PyResult<Chart> {
        let result = self.0.clone();
        let chart = if weekly { report::weekly_chart } else { report::tracking_chart };
        Chart::made(py, move || Ok(chart(&result)))
    }
}

/// How many customers made so many repeat purchases, and how many a model expected to. Made by
/// `BuyingModel.frequency_table`.
///
/// With the columns purchases, actual and expected; the last row holds so many purchases or more.
#[pyclass(frozen, extends = Table, module = "crm_mining")]
pub(crate) struct FrequencyTable(Arc<insight::FrequencyTable>);

#[pymethods]
impl FrequencyTable {
    /// Actual and expected customers as bars side by side.
    ///
    /// Returns
    /// -------
    /// Chart
    fn plot(&self, py: Python<'_>) -> PyResult<Chart> {
        let result = self.0.clone();
        Chart::made(py, move || Ok(report::frequency_chart(&result)))
    }
}

impl FrequencyTable {
    pub(super) fn bound(
        py: Python<'_>,
        table: insight::FrequencyTable,
    ) -> PyResult<Bound<'_, FrequencyTable>> {
        let table = Arc::new(table);
        Bound::new(py, Table::of(table.clone()).add_subclass(FrequencyTable(table)))
    }
}
