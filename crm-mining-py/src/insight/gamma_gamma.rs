//! The Gamma-Gamma model of spend.

use super::fitted::{boundaries, edges, predicted, status};
use crate::convert::{from_json, plain, to_json};
use crate::data::Summary;
use crate::run::run;
use crate::settings::settings;
use crate::table::Table;
use crm_mining::Fit;
use crm_mining::insight;
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use std::sync::Arc;

/// The Gamma-Gamma model of spend: what will a customer's next purchase be worth?
///
/// It is fitted to customers with a repeat purchase and a mean spend above 0; the others are counted in the
/// model's ``left_out``.
///
/// Parameters
/// ----------
/// penalizer : float, default 0.0
///     Weight of p² + q² + v², taken off the mean log-likelihood (as in lifetimes); at least 0.
/// max_iterations : int, default 500
///     Newton steps allowed to each search, at least 1.
/// tolerance : float, default 1e-9
///     A search has converged when another step is expected to raise the log-likelihood by less; above 0.
///
/// Examples
/// --------
/// >>> spend = crm.GammaGamma().fit(summary)
/// >>> spend.n_customers + spend.left_out == len(summary)
/// True
#[pyclass(frozen, eq, get_all, module = "crm_mining")]
#[derive(PartialEq)]
pub(crate) struct GammaGamma {
    /// Weight of the squared parameters.
    penalizer: f64,
    /// Newton steps allowed to each search.
    max_iterations: usize,
    /// The rise of the log-likelihood that counts as none.
    tolerance: f64,
}

settings! { GammaGamma {
    #[new]
    #[pyo3(signature = (penalizer = 0.0, max_iterations = 500, tolerance = 1e-9))]
    fn new(
        #[pyo3(from_py_with = crate::given::gamma_gamma::penalizer)] penalizer: f64,
        #[pyo3(from_py_with = crate::given::gamma_gamma::max_iterations)] max_iterations: usize,
        #[pyo3(from_py_with = crate::given::gamma_gamma::tolerance)] tolerance: f64,
    ) -> GammaGamma {
        GammaGamma { penalizer, max_iterations, tolerance }
    }

    /// Finds the parameters.
    ///
    /// Parameters
    /// ----------
    /// summary : Summary
    ///     Frequency and mean spend of customers.
    /// progress : callable, optional
    ///     Called with stage, done and total as the work goes on.
    ///
    /// Returns
    /// -------
    /// GammaGammaModel
    ///
    /// Raises
    /// ------
    /// NotEnoughData
    ///     Fewer than two customers with a repeat purchase, or all of one mean spend.
    /// NotConverged
    ///     The search stopped before its tolerance was met.
    #[pyo3(signature = (summary, *, progress = None))]
    fn fit(
        &self,
        py: Python<'_>,
        summary: &Summary,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<GammaGammaModel> {
        let &GammaGamma { penalizer, max_iterations, tolerance } = self;
        let settings = insight::GammaGamma { penalizer, max_iterations, tolerance };
        let summary = summary.0.clone();
        let model = run(py, progress, move |control| settings.fit_with(&summary, control))?;
        Ok(GammaGammaModel(Arc::new(model)))
    }
} }

/// A fitted model of spend per purchase. Made by `GammaGamma.fit`.
#[pyclass(frozen, eq, module = "crm_mining")]
#[derive(PartialEq)]
pub(crate) struct GammaGammaModel(pub(super) Arc<insight::GammaGammaModel>);

#[pymethods]
impl GammaGammaModel {
    /// Shape of the gamma distribution of a customer's purchases around their mean.
    #[getter]
    fn p(&self) -> f64 {
        self.0.p()
    }

    /// Shape of the gamma distribution of the rates of spend over customers.
    #[getter]
    fn q(&self) -> f64 {
        self.0.q()
    }

    /// Rate of the gamma distribution of the rates of spend over customers, in money.
    #[getter]
    fn v(&self) -> f64 {
        self.0.v()
    }

    /// The mean spend per purchase over the population, in money; None where it is infinite.
    #[getter]
    fn population_mean(&self) -> Option<f64> {
        self.0.population_mean()
    }

    /// Correlation of the number of repeat purchases with their mean spend. Far from 0 the model's
    /// supposition fails.
    #[getter]
    fn correlation(&self) -> f64 {
        self.0.correlation()
    }

    /// How many customers the model was fitted to.
    #[getter]
    fn n_customers(&self) -> usize {
        self.0.n_customers()
    }

    /// Customers without a repeat purchase or with a mean spend of 0 or less: not used in the fit.
    #[getter]
    fn left_out(&self) -> usize {
        self.0.left_out()
    }

    /// The log-likelihood of the data of the fit, without the penalty.
    #[getter]
    fn log_likelihood(&self) -> f64 {
        self.0.log_likelihood()
    }

    /// Newton steps from the start to the end.
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

    /// Standard errors of p, q and v; None where a parameter ran away.
    #[getter]
    fn standard_errors<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.0.standard_errors())
    }

    /// The expected spend of each customer per purchase, in money; the population's mean for those without a repeat
    /// purchase.
    ///
    /// Parameters
    /// ----------
    /// summary : Summary
    ///     Of these customers.
    ///
    /// Returns
    /// -------
    /// Table
    fn expected_spend<'py>(&self, py: Python<'py>, summary: &Summary) -> PyResult<Bound<'py, Table>> {
        let model = self.0.clone();
        predicted(py, "expected_spend", summary, move |summary| Ok(model.expected_spend(summary)))
    }

    /// The model as JSON, for `GammaGammaModel.from_json` and for Rust.
    ///
    /// Returns
    /// -------
    /// str
    fn to_json(&self) -> PyResult<String> {
        to_json(&*self.0)
    }

    /// The model that `GammaGammaModel.to_json` wrote.
    ///
    /// Parameters
    /// ----------
    /// json : str
    ///     The text.
    ///
    /// Returns
    /// -------
    /// GammaGammaModel
    #[staticmethod]
    fn from_json(json: &str) -> PyResult<GammaGammaModel> {
        Ok(GammaGammaModel(Arc::new(from_json("GammaGammaModel", "json", json)?)))
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        let json = (slf.get().to_json()?,).into_pyobject(slf.py())?;
        Ok((slf.get_type().getattr("from_json")?, json))
    }

    fn __repr__(&self) -> String {
        let model = &self.0;
        let edges = edges(model.status());
        let (p, q, v) = (model.p(), model.q(), model.v());
        format!("Gamma-Gamma of {} customers: p={p:.4}, q={q:.4}, v={v:.4}{edges}", model.n_customers())
    }
}
