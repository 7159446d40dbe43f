//! The BG/NBD model of repeat buying.

use super::fitted::{boundaries, edges, predicted, status};
use crate::convert::{from_json, plain, to_json};
use crate::data::Summary;
use crate::error::raise;
use crate::run::run;
use crate::settings::settings;
use crate::table::Table;
use crm_mining::Fit;
use crm_mining::data::Days;
use crm_mining::insight;
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use std::sync::Arc;

/// The BG/NBD model of repeat buying: who is still a customer, and how often will they buy?
///
/// The parameters are those of greatest likelihood. Where it is greatest at an edge of their range, the
/// model's ``status`` is "boundary", and ``boundaries`` says which simpler model the data prefer.
///
/// Parameters
/// ----------
/// penalizer : float, default 0.0
///     Weight of r² + α² + a² + b², taken off the mean log-likelihood (as in lifetimes).
/// max_iterations : int, default 500
///     Newton steps allowed to each search.
/// tolerance : float, default 1e-9
///     A search has converged when another step is expected to raise the log-likelihood by less.
///
/// Examples
/// --------
/// >>> buying = crm.BgNbd().fit(summary)
/// >>> buying.p_alive(summary).column_names
/// ['customer', 'p_alive']
#[pyclass(frozen, eq, get_all, module = "crm_mining")]
#[derive(PartialEq)]
pub(crate) struct BgNbd {
    /// Weight of the squared parameters.
    penalizer: f64,
    /// Newton steps allowed to each search.
    max_iterations: usize,
    /// The rise of the log-likelihood that counts as none.
    tolerance: f64,
}

settings! { BgNbd {
    #[new]
    #[pyo3(signature = (penalizer = 0.0, max_iterations = 500, tolerance = 1e-9))]
    fn new(penalizer: f64, max_iterations: usize, tolerance: f64) -> BgNbd {
        BgNbd { penalizer, max_iterations, tolerance }
    }

    /// Finds the parameters.
    ///
    /// Parameters
    /// ----------
    /// summary : Summary
    ///     Frequency, recency and age of customers.
    /// progress : callable, optional
    ///     Called with stage, done and total as the work goes on.
    ///
    /// Returns
    /// -------
    /// BgNbdModel
    ///
    /// Raises
    /// ------
    /// NotEnoughData
    ///     Fewer than two customers, or no repeat purchase.
    /// NotConverged
    ///     The search stopped before its tolerance was met.
    #[pyo3(signature = (summary, *, progress = None))]
    fn fit(
        &self,
        py: Python<'_>,
        summary: &Summary,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<BgNbdModel> {
        let &BgNbd { penalizer, max_iterations, tolerance } = self;
        let settings = insight::BgNbd { penalizer, max_iterations, tolerance };
        let summary = summary.0.clone();
        let model = run(py, progress, move |control| settings.fit_with(&summary, control))?;
        Ok(BgNbdModel(Arc::new(model)))
    }
} }

/// A fitted `BgNbd` model.
#[pyclass(frozen, eq, module = "crm_mining")]
#[derive(PartialEq)]
pub(crate) struct BgNbdModel(pub(super) Arc<insight::BgNbdModel>);

#[pymethods]
impl BgNbdModel {
    /// Shape of the gamma distribution of buying rates.
    #[getter]
    fn r(&self) -> f64 {
        self.0.r()
    }

    /// Rate of the gamma distribution of buying rates, in the summary's unit of time.
    #[getter]
    fn alpha(&self) -> f64 {
        self.0.alpha()
    }

    /// First shape of the beta distribution of dropout probabilities.
    #[getter]
    fn a(&self) -> f64 {
        self.0.a()
    }

    /// Second shape of the beta distribution of dropout probabilities.
    #[getter]
    fn b(&self) -> f64 {
        self.0.b()
    }

    /// Days in the unit of time of alpha: 1, or 7 for a summary in weeks.
    #[getter]
    fn days_per_unit(&self) -> f64 {
        self.0.days_per_unit()
    }

    /// How many customers the model was fitted to.
    #[getter]
    fn n_customers(&self) -> usize {
        self.0.n_customers()
    }

    /// The log-likelihood of the data of the fit, without the penalty.
    #[getter]
    fn log_likelihood(&self) -> f64 {
        self.0.log_likelihood()
    }

    /// Newton steps from the best start to the end.
    #[getter]
    fn iterations(&self) -> usize {
        self.0.iterations()
    }

    /// "converged" when the parameters lie inside their range, else "boundary".
    #[getter]
    fn status(&self) -> &'static str {
        status(self.0.status())
    }

    /// The simpler models that the data prefer; empty when converged.
    #[getter]
    fn boundaries(&self) -> Vec<String> {
        boundaries(self.0.status())
    }

    /// Standard errors of r, alpha, a and b; None at a boundary.
    #[getter]
    fn standard_errors<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.0.standard_errors())
    }

    /// The probability that each customer is still one, at the day of observation; 1 for every customer
    /// without a repeat purchase, because the model supposes it.
    ///
    /// Parameters
    /// ----------
    /// summary : Summary
    ///     Of these customers.
    ///
    /// Returns
    /// -------
    /// Table
    fn p_alive<'py>(&self, py: Python<'py>, summary: &Summary) -> PyResult<Bound<'py, Table>> {
        let model = self.0.clone();
        predicted(py, "p_alive", summary, move |summary| model.p_alive(summary))
    }

    /// How many repeat purchases each customer is expected to make.
    ///
    /// Parameters
    /// ----------
    /// summary : Summary
    ///     Of these customers.
    /// horizon_days : int
    ///     Days from the day of observation.
    ///
    /// Returns
    /// -------
    /// Table
    fn expected_purchases<'py>(
        &self,
        py: Python<'py>,
        summary: &Summary,
        horizon_days: i32,
    ) -> PyResult<Bound<'py, Table>> {
        let model = self.0.clone();
        predicted(py, "expected_purchases", summary, move |summary| {
            model.expected_purchases(summary, Days(horizon_days))
        })
    }

    /// How many repeat purchases a customer makes on average from the first purchase on.
    ///
    /// Parameters
    /// ----------
    /// horizon_days : int
    ///     Days from the first purchase.
    ///
    /// Returns
    /// -------
    /// float
    fn expected_from_start(&self, horizon_days: i32) -> PyResult<f64> {
        self.0.expected_from_start(Days(horizon_days)).map_err(raise)
    }

    /// The log-likelihood of other customers under this model, such as those of a holdout.
    ///
    /// Parameters
    /// ----------
    /// summary : Summary
    ///     Of these customers.
    ///
    /// Returns
    /// -------
    /// float
    fn log_likelihood_on(&self, py: Python<'_>, summary: &Summary) -> PyResult<f64> {
        let (model, summary) = (self.0.clone(), summary.0.clone());
        run(py, None, move |_| model.log_likelihood_on(&summary))
    }

    /// The model as JSON, for `BgNbdModel.from_json` and for Rust.
    ///
    /// Returns
    /// -------
    /// str
    fn to_json(&self) -> PyResult<String> {
        to_json(&*self.0)
    }

    /// The model that `BgNbdModel.to_json` wrote.
    ///
    /// Parameters
    /// ----------
    /// json : str
    ///     The text.
    ///
    /// Returns
    /// -------
    /// BgNbdModel
    #[staticmethod]
    fn from_json(json: &str) -> PyResult<BgNbdModel> {
        Ok(BgNbdModel(Arc::new(from_json("BgNbdModel", "json", json)?)))
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        let json = (slf.get().to_json()?,).into_pyobject(slf.py())?;
        Ok((slf.get_type().getattr("from_json")?, json))
    }

    fn __repr__(&self) -> String {
        let model = &self.0;
        let edges = edges(model.status());
        let (r, alpha, a, b) = (model.r(), model.alpha(), model.a(), model.b());
        format!(
            "BG/NBD of {} customers: r={r:.4}, alpha={alpha:.4}, a={a:.4}, b={b:.4}{edges}",
            model.n_customers()
        )
    }
}
